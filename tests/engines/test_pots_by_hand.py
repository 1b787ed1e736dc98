"""The fund, envelopes, insurance and what is taken back, worked out on paper.

Municipalities A and B each get a bill of 1,000 euro on 11 January 2020, on 1 June 2020 and on 11 January 2021, A first.
Nothing happens in 2022. What the first layer does not take, or cannot pay yet, the municipality pays.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

import pytest

from sim.engines import events as ev
from sim.rules import chance
from tests.by_hand import FALLS, A, B, balances, paid, played, six

NEW_YEARS = ("2020-01-01", "2021-01-01", "2022-01-01")
LAST_DAYS = ("2020-12-31", "2021-12-31", "2022-12-31")


@dataclass
class Case:
    """Terms of a pot, and what follows."""

    terms: dict[str, Any]
    at_once: list[float]  # of the six bills
    left: list[float]  # in the pot at the end of each year
    unpaid: float = 0
    back_a: dict[str, float] = field(default_factory=dict)  # what A and B get back of what they advanced, by day
    back_b: dict[str, float] = field(default_factory=dict)
    flanders: dict[str, float] = field(default_factory=dict)  # what Flanders puts in, by day


FUND = {
    # 800 a year come in. 2020: A 800, and 200 + 1,000 + 1,000 + 1,000 wait. 2021: 200 to A and 600 to B, nothing is
    # left for the bills of the year. 2022: 400 to B, 400 to A. Of 6,000 claimed 2,400 are paid.
    "levy, wait": Case(
        {"levy": 0.02},
        [800, 0, 0, 0, 0, 0],
        [0, 0, 0],
        3_600,
        back_a={"2021-01-01": 200, "2022-01-01": 400},
        back_b={"2021-01-01": 600, "2022-01-01": 400},
    ),
    # 900 a year, and what it cannot pay falls to the municipality for good.
    "contribution, fall through": Case(
        {"flemish_contribution": 900, "when_empty": "fall_through"},
        [900, 0, 0, 0, 900, 0],
        [0, 0, 900],
        flanders=dict.fromkeys(NEW_YEARS, 900),
    ),
    # 2,500 once: A, B, and half of A's second bill.
    "opening balance": Case(
        {"opening_balance": 2_500, "when_empty": "fall_through"},
        [1000, 1000, 500, 0, 0, 0],
        [0, 0, 0],
        flanders={"2020-01-01": 2_500},
    ),
    # 2020: 2,200 for 4,000, so 55 % of each bill on the last day, and 1,800 never. 2021: 2,200 for 2,000, 200 stay.
    "pro rata": Case(
        {"flemish_contribution": 2_200, "when_empty": "pro_rata"},
        [0, 0, 0, 0, 0, 0],
        [0, 200, 2_400],
        1_800,
        back_a={"2020-12-31": 1_100, "2021-12-31": 1_000},
        back_b={"2020-12-31": 1_100, "2021-12-31": 1_000},
        flanders=dict.fromkeys(NEW_YEARS, 2_200),
    ),
    # 600 a member and year: 1,200 out of 10,000 in each of two years.
    "member limit": Case(
        {"flemish_contribution": 10_000, "member_limit": 600},
        [600, 600, 0, 0, 600, 600],
        [8_800, 17_600, 27_600],
        flanders=dict.fromkeys(NEW_YEARS, 10_000),
    ),
    # 1,500 a fall: A 1,000 and B 500, three times.
    "common-cause limit": Case(
        {"flemish_contribution": 10_000, "common_cause_limit": 1_500},
        [1000, 500, 1000, 500, 1000, 500],
        [7_000, 15_500, 25_500],
        flanders=dict.fromkeys(NEW_YEARS, 10_000),
    ),
    # 2,300 a year: 1,000 + 1,000 + 300 in 2020, all of 2,000 in 2021.
    "annual limit": Case(
        {"flemish_contribution": 10_000, "annual_limit": 2_300},
        [1000, 1000, 300, 0, 1000, 1000],
        [7_700, 15_700, 25_700],
        flanders=dict.fromkeys(NEW_YEARS, 10_000),
    ),
    # Limits count the claims of a year, also those that wait: 600 of A's and 600 of B's in each of two years, for which
    # there never is a cent.
    "member limit, wait": Case({"member_limit": 600}, [0, 0, 0, 0, 0, 0], [0, 0, 0], 2_400),
    # Nothing in the fund: Flanders puts in each bill on its day.
    "backstop": Case(
        {"backstop": "flanders"},
        [1000] * 6,
        [0, 0, 0],
        flanders=dict.fromkeys(FALLS, 2_000),
    ),
    # A backstop keeps to the limits: 1,000 + 1,000, 300 and 2,000. The 800 that are in the fund each year go first.
    "backstop and annual limit": Case(
        {"levy": 0.02, "backstop": "flanders", "annual_limit": 2_300},
        [1000, 1000, 300, 0, 1000, 1000],
        [0, 0, 800],
        flanders={"2020-01-11": 1_200, "2020-06-01": 300, "2021-01-11": 1_200},
    ),
    # A backstop pays at once, also where claims would share.
    "backstop and pro rata": Case(
        {"levy": 0.02, "backstop": "flanders", "when_empty": "pro_rata"},
        [1000] * 6,
        [0, 0, 800],
        flanders={"2020-01-11": 1_200, "2020-06-01": 2_000, "2021-01-11": 1_200},
    ),
}


def nothing(values):
    """Return what is left of a dict without zeros."""
    return {day: euro for day, euro in values.items() if euro}


@pytest.mark.parametrize("name", FUND)
def test_the_fund_pays_what_paper_says(engine, name):
    case = FUND[name]
    quiet = {"levy": 0, "flemish_contribution": 0, "opening_balance": 0}
    layers = [{"payer": "fund"}, {"payer": "municipality"}]
    outcome = played(engine, {"fund": quiet | case.terms, "cost_split.supplier_bill": layers})
    assert six(outcome, "fund") == case.at_once
    assert six(outcome, "municipality") == [1000 - part for part in case.at_once]
    assert balances(outcome) == case.left
    assert outcome.unpaid_cents == case.unpaid * 100
    assert [paid(outcome, "fund", "reimbursement", nis) for nis in (A, B)] == [case.back_a, case.back_b]
    assert paid(outcome, "flanders", "contribution") == case.flanders
    levy = case.terms.get("levy", 0) * 20_000
    assert nothing(paid(outcome, "municipality", "levy", B)) == nothing(dict.fromkeys(NEW_YEARS, levy))


BUDGET = {
    # 2020: A 1,000, B 500. 2021 the same.
    "fall_through": Case({}, [1000, 500, 0, 0, 1000, 500], [0, 0, 1_500]),
    # 2020: A 1,000, B 500, and 500 + 1,000 + 1,000 wait. 2021: 500 to B, 1,000 to A, so the bills of the year wait
    # behind B's 1,000. 2022: 1,000 to B, 500 to A; of the bills of 2021 A still misses 500 and B 1,000.
    "wait": Case(
        {},
        [1000, 500, 0, 0, 0, 0],
        [0, 0, 0],
        1_500,
        back_a={"2021-01-01": 1_000, "2022-01-01": 500},
        back_b={"2021-01-01": 500, "2022-01-01": 1_000},
    ),
    # 2020: 1,500 for 4,000 is 37.5 %, so 750 each and 2,500 never. 2021: 1,500 for 2,000 is 75 %.
    "pro_rata": Case(
        {},
        [0, 0, 0, 0, 0, 0],
        [0, 0, 1_500],
        3_000,
        back_a={"2020-12-31": 750, "2021-12-31": 750},
        back_b={"2020-12-31": 750, "2021-12-31": 750},
    ),
}


@pytest.mark.parametrize("when_empty", BUDGET)
def test_an_envelope_pays_what_paper_says(engine, when_empty):
    """1,500 euro a year, of which municipalities give back 40 %: half of it each, on the last day of the year.

    It is short in both years with bills, and in 2022 where bills of before find it empty again.
    """
    case = BUDGET[when_empty]
    terms = {"per_year": 1_500, "when_empty": when_empty, "financed_from_gemeentefonds": 0.4}
    layers = [{"payer": "flanders", "budget": "crt"}, {"payer": "municipality"}]
    outcome = played(engine, {"budgets": {"crt": terms}, "cost_split.supplier_bill": layers})
    assert six(outcome, "flanders") == case.at_once
    assert balances(outcome) == case.left
    assert outcome.dry[0].tolist() == [1, 1, int(when_empty == "wait")]
    assert outcome.unpaid_cents == case.unpaid * 100
    assert [paid(outcome, "flanders", "reimbursement", nis) for nis in (A, B)] == [case.back_a, case.back_b]
    spent = [1_500 - left for left in case.left]
    given_back = {day: 0.4 * euro / 2 for day, euro in zip(LAST_DAYS, spent, strict=True) if euro}
    assert [paid(outcome, "municipality", "claw_back", nis) for nis in (A, B)] == [given_back, given_back]


def test_what_flanders_pays_is_taken_back_by_inhabitants(engine):
    """Half of 2 x 1,000 twice in 2020 and once in 2021: 1,000 from each for 2020, 500 for 2021."""
    layers = [{"payer": "flanders"}, {"payer": "municipality"}]
    outcome = played(engine, {"gemeentefonds.share": 0.5, "cost_split.supplier_bill": layers})
    back = {"2020-12-31": 1_000, "2021-12-31": 500}
    assert [paid(outcome, "municipality", "claw_back", nis) for nis in (A, B)] == [back, back]


def test_a_contribution_to_the_fund_is_taken_back(engine):
    """A quarter of 900 a year, by half each; not what the fund pays out of it."""
    layers = [{"payer": "fund"}, {"payer": "municipality"}]
    fund = {"levy": 0, "flemish_contribution": 900, "financed_from_gemeentefonds": 0.25}
    outcome = played(engine, {"fund": fund, "gemeentefonds.share": 1, "cost_split.supplier_bill": layers})
    assert paid(outcome, "municipality", "claw_back", A) == dict.fromkeys(LAST_DAYS, 112.5)


SOLD = {"uptake": 1, "limit": 500_000, "deductible": 0, "rate_on_line": 0.03, "risk_rated": False}
INSURANCE = {
    # 3 % of 500,000 a year, and every bill is paid
    "everybody": ({}, [1000] * 6, (15_000, 15_000)),
    # A is the more cautious of the two
    "uptake": ({"uptake": 0.5}, [1000, 0, 1000, 0, 1000, 0], (15_000, 0)),
    "nobody": ({"uptake": 0}, [0] * 6, (0, 0)),
    "rate on line": ({"rate_on_line": 0.1}, [1000] * 6, (50_000, 50_000)),
    # a deductible for every incident
    "deductible": ({"deductible": 250}, [750] * 6, (15_000, 15_000)),
    # 1,600 a municipality and year: 1,000, then 600, then a new year
    "limit": ({"limit": 1_600}, [1000, 1000, 600, 600, 1000, 1000], (48, 48)),
    # 750, then 1,200 - 750 = 450, then a new year
    "deductible and limit": ({"deductible": 250, "limit": 1_200}, [750, 750, 450, 450, 750, 750], (36, 36)),
}


@pytest.mark.parametrize("name", INSURANCE)
def test_the_insurer_pays_what_paper_says(engine, name):
    terms, expected, premiums = INSURANCE[name]
    layers = [{"payer": "insurer"}, {"payer": "municipality"}]
    outcome = played(
        engine, {"insurance": SOLD | terms, "cost_split.supplier_bill": layers}, caution=(0.1, 0.9)
    )  # nobody has strong login, and nobody is denied
    assert six(outcome, "insurer") == expected
    assert six(outcome, "municipality") == [1000 - part for part in expected]
    for nis, premium in zip((A, B), premiums, strict=True):
        assert paid(outcome, "municipality", "premium", nis) == nothing(dict.fromkeys(NEW_YEARS, premium))


def test_without_strong_login_claims_are_denied(engine):
    """Identity covers nothing, so the chance is that of nobody with strong login: one, or zero."""
    layers = [{"payer": "insurer"}, {"payer": "municipality"}]
    for without, expected in ((1, 0), (0, 1000)):
        world = {"insurance.denial_without": without, "insurance.denial_with": 0, "measures.identity.today": 0}
        outcome = played(engine, {"insurance": SOLD, "cost_split.supplier_bill": layers}, world=world)
        assert six(outcome, "insurer") == [expected] * 6


def test_what_is_numbered_alike_is_denied_by_dice_of_its_own():
    """Attempts, payment frauds and waves are each counted from zero: number 3 of one says nothing of another's."""
    alike = (ev.DIRECT, ev.PAYMENT_FRAUD, ev.DENIAL)
    assert len({ev.denial_purpose(cause) for cause in alike}) == len(alike)
    others = (ev.DIRECT, ev.REPEAT, ev.LATERAL, ev.CUT_OFF)
    assert {ev.denial_purpose(cause) for cause in others} == {chance.DENIED}


def test_a_risk_rated_premium_follows_the_risk(engine):
    """Identity halves what is left open for each euro, and stops all it covers. A gets twice as far with a euro as B,
    which is at today's 50 %: 25 % is left open against 50, so A pays half of 15,000.
    """
    world = {
        "measures.identity.today": 0.5,
        "measures.identity.risk_ratio": 0,
        "break_in.today": 0.5,
        "measures.build_months": 0,
        "measures.decay_months": 0,
    }
    values = {"insurance": SOLD | {"risk_rated": True}, "prevention.local_spend": 5}
    outcome = played(engine, values, world=world, maturity=(2, 1))
    for nis, premium in ((A, 7_500), (B, 15_000)):
        assert paid(outcome, "municipality", "premium", nis) == pytest.approx(dict.fromkeys(NEW_YEARS, premium))


def test_two_insurers_share_what_exceeds_one_deductible(engine):
    """Half of 1,000 - 200, then the other half: the second does not pay the deductible of the first."""
    layers = [{"payer": "insurer", "share": 0.5}, {"payer": "insurer"}, {"payer": "municipality"}]
    outcome = played(engine, {"insurance": SOLD | {"deductible": 200}, "cost_split.supplier_bill": layers})
    assert six(outcome, "insurer") == [800] * 6
    assert six(outcome, "municipality") == [200] * 6


def test_a_deductible_is_for_all_bills_of_an_incident(engine):
    """A significant incident of 1,000: 200 for responders, 700 for recovery, 100 lost revenue. Of a deductible of 250
    the first uses 200 and the second 50, so the insurer pays 0, 650 and 100.
    """
    insured = [{"payer": "insurer"}, {"payer": "municipality"}]
    world = {
        "incident.significant": 1,
        "incident.significant_cost": 1_000,
        "incident.response_share": 0.2,
        "incident.lost_revenue_share": 0.1,
    }
    values = {"insurance": SOLD | {"deductible": 250}}
    values |= {f"cost_split.{kind}": insured for kind in ("response", "recovery", "lost_revenue")}
    outcome = played(engine, values, falls=(), attacks=[("2020-03-02", A)], world=world)
    kinds = ("response", "recovery", "lost_revenue")
    assert [sum(paid(outcome, "insurer", kind).values()) for kind in kinds] == [0, 650, 100]
    assert [sum(paid(outcome, "municipality", kind).values()) for kind in kinds] == [200, 50, 0]


# ---- when the policy changes


def phase(day: str, **change: Any) -> list[dict[str, Any]]:
    """Return an action plan of one phase."""
    return [{"from": datetime.date.fromisoformat(day), "set": {key.replace("__", "."): change[key] for key in change}}]


def test_insurance_covers_the_year_for_which_it_was_paid(engine):
    """Everybody buys insurance from June 2020 on, and so pays a premium, and is covered, from 2021 on."""
    layers = [{"payer": "insurer"}, {"payer": "municipality"}]
    values = {
        "insurance": SOLD | {"uptake": 0},
        "cost_split.supplier_bill": layers,
        "phases": phase("2020-06-01", insurance__uptake=1, insurance__deductible=100),
    }
    outcome = played(engine, values)
    assert six(outcome, "insurer") == [0, 0, 0, 0, 900, 900]
    assert paid(outcome, "municipality", "premium", A) == dict.fromkeys(NEW_YEARS[1:], 15_000)


@pytest.mark.parametrize(("before", "after"), [("wait", "fall_through"), ("wait", "pro_rata"), ("pro_rata", "wait")])
def test_a_claim_keeps_the_promise_it_was_made_under(engine, before, after):
    """1,500 a year, and 4,000 claimed in 2020; the rule changes on 1 January 2021. Who was to wait gets 500 and 1,000
    in 2021 and the last 1,000 in 2022; who was to share gets 37.5 % in 2020, and that is all.
    """
    values = {
        "budgets": {"crt": {"per_year": 1_500, "when_empty": before}},
        "cost_split.supplier_bill": [{"payer": "flanders", "budget": "crt"}, {"payer": "municipality"}],
        "phases": phase("2021-01-01", budgets__crt__when_empty=after),
    }
    outcome = played(engine, values, falls=FALLS[:2])
    back = [paid(outcome, "flanders", "reimbursement", nis) for nis in (A, B)]
    if before == "wait":
        assert six(outcome, "flanders") == [1000, 500, 0, 0, 0, 0]
        assert back == [{"2021-01-01": 1_000}, {"2021-01-01": 500, "2022-01-01": 1_000}]
        assert outcome.unpaid_cents == 0
    else:
        assert six(outcome, "flanders") == [0] * 6
        assert back == [{"2020-12-31": 750}, {"2020-12-31": 750}]
        assert outcome.unpaid_cents == 2_500_00


def test_a_payer_keeps_to_its_limits_when_a_phase_puts_a_layer_before_it(engine):
    """Flanders pays 750 a municipality and year. From March 2020 on the municipality bears the first 600, and Flanders
    has nothing left for the rest of it; in 2021 it pays 1,000 - 600 = 400.
    """
    flanders = {"payer": "flanders", "limit_per_year": 750}
    layers = [{"payer": "municipality", "first": 600}, flanders, {"payer": "municipality"}]
    values = {
        "cost_split.supplier_bill": [flanders, {"payer": "municipality"}],
        "phases": phase("2020-03-01", cost_split__supplier_bill=layers),
    }
    assert six(played(engine, values), "flanders") == [750, 750, 0, 0, 400, 400]


def test_the_first_minute_of_a_year_is_paid_from_its_own_envelope(engine):
    """A waits for a team since November. A phase brings one on 1 January: its bill of 200 comes out of the 500 of 2021,
    not out of what 2020 left.
    """
    values = {
        "budgets": {"crt": {"per_year": 500}},
        "cost_split.response": [{"payer": "flanders", "budget": "crt"}, {"payer": "municipality"}],
        "response.teams": 0,
        "response.private_after_days": 365,
        "phases": phase("2021-01-01", response__teams=1),
    }
    world = {"incident.significant": 1, "incident.significant_cost": 1_000, "incident.response_share": 0.2}
    outcome = played(engine, values, falls=(), attacks=[("2020-11-02", A)], world=world)
    assert paid(outcome, "flanders", "response") == {"2021-01-01": 200}
    assert balances(outcome) == [500, 300, 500]
