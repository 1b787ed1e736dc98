"""What a phase of the action plan changes while an incident is under way, by hand and in both engines."""

from __future__ import annotations

import datetime

import pytest

from tests.by_hand import A, paid, played

# A severe incident on 2 March 2020 (a Monday), at once discovered; everybody is willing to pay 1,000 euro.
SEVERE = {
    "incident.severe": 1,
    "incident.significant": 0,
    "extortion.demand": 1_000,
    "extortion.demand_sigma": 0,
    "extortion.paid_fraction": 1,
    "extortion.pay_backups_ok": 1,
    "extortion.pay_backups_lost": 1,
}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"rule": "with_approval", "approval_rate": 1}, {}, {"2020-03-12": 1_000}),
        ({"rule": "with_approval", "approval_rate": 1}, {"rule": "never"}, {}),
        ({"rule": "with_approval", "approval_rate": 1}, {"approval_rate": 0}, {}),
        ({"rule": "with_approval", "approval_rate": 0}, {"rule": "may_pay"}, {"2020-03-12": 1_000}),
        ({"rule": "may_pay"}, {"rule": "never"}, {"2020-03-02": 1_000}),
    ],
    ids=["as it was", "banned meanwhile", "no longer granted", "free meanwhile", "paid before the ban"],
)
def test_a_ransom_is_decided_by_the_rule_of_the_day(engine, before, after, expected):
    values = {f"ransom.{key}": value for key, value in ({"approval_days": 10} | before).items()}
    if after:
        changes = {f"ransom.{key}": value for key, value in after.items()}
        values["phases"] = [{"from": datetime.date(2020, 3, 5), "set": changes}]
    outcome = played(engine, values, falls=(), attacks=[("2020-03-02", A)], world=SEVERE)
    assert paid(outcome, "municipality", "ransom") == expected


# ---- what stands ready is paid for by the day -----------------------------------------------------------------------

DAY_PRICE = {"team.cost_per_year": 36_600, "fallback.price": 3.66}
"""A team costs 100 euro a day in 2020, a leap year, and fallback services 0.01 euro per inhabitant and day."""
FLANDERS_PAYS = [{"payer": "flanders"}, {"payer": "municipality"}]


def phase(day: str, **changes: object) -> dict[str, object]:
    """Return a phase; `response__teams` is written `response.teams`."""
    return {
        "from": datetime.date.fromisoformat(day),
        "set": {key.replace("__", "."): value for key, value in changes.items()},
    }


def readiness(engine, phases, years=2, payer="flanders", kind="response_capacity", **values):
    """Return what is paid by day for what stands ready under a policy that begins without teams."""
    start = {"response.teams": 0, "response.private_after_days": 0, "prevention.local_spend": 0}
    values = start | {"cost_split.response_capacity": FLANDERS_PAYS, "phases": phases} | values
    return paid(played(engine, values, falls=(), world=DAY_PRICE, years=years), payer, kind)


def test_teams_of_2_january_to_30_december_cost_all_days_but_two(engine):
    phases = [phase("2020-01-02", response__teams=20), phase("2020-12-31", response__teams=0)]
    assert readiness(engine, phases, years=1) == {"2020-01-02": 20 * 36_400}


def test_teams_for_the_second_half_of_a_leap_year_cost_184_of_366_days_and_then_whole_years(engine):
    assert readiness(engine, [phase("2020-07-01", response__teams=2)]) == {
        "2020-07-01": 2 * 18_400,
        "2021-01-01": 73_200,
    }


def test_teams_that_go_within_a_year_are_paid_for_as_long_as_they_stand(engine):
    """Three for 182 of 365 days, down to the cent, then one for what is left of its price after these days."""
    assert readiness(engine, [phase("2021-07-02", response__teams=1)], **{"response.teams": 3}) == {
        "2020-01-01": 109_800,
        "2021-01-01": 54_749.58,
        "2021-07-02": 36_600 - 18_249.86,
    }


def test_a_team_more_or_less_every_month_adds_up_to_the_year(engine):
    phases = [phase(f"2020-{month:02}-01", response__teams=1 + month % 2) for month in range(2, 13)]
    days = [29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    expected = {f"2020-{m:02}-01": (1 + m % 2) * d * 100.0 for m, d in zip(range(2, 13), days, strict=True)}
    assert readiness(engine, phases, years=1, **{"response.teams": 2}) == {"2020-01-01": 6_200} | expected


def test_fallback_services_for_half_a_year_cost_half_their_price(engine):
    phases = [
        phase("2020-04-01", response__fallback_services=True),
        phase("2020-10-01", response__fallback_services=False),
    ]
    assert readiness(engine, phases) == {"2020-04-01": 183 * 40_000 * 0.01}


def test_a_standard_for_suppliers_is_paid_for_by_the_day(engine):
    standard = {"rate_factor": 1, "outage_factor": 1, "price": 3.66}
    phases = [
        phase("2020-03-01", prevention__supplier_standard=standard),
        phase("2020-03-11", prevention__supplier_standard__price=7.32),
        phase("2020-03-21", prevention__supplier_standard=None),
    ]
    found = readiness(engine, phases, payer="municipality", kind="prevention")
    assert found == {"2020-03-01": 10 * 400, "2020-03-11": 10 * 800}


def test_a_phase_that_leaves_the_price_alone_divides_no_bill(engine):
    phases = [phase("2020-07-01", ransom__rule="never")]
    assert readiness(engine, phases, **{"response.teams": 3}) == {"2020-01-01": 109_800, "2021-01-01": 109_800}


def test_what_begins_within_a_year_is_paid_by_the_layers_of_that_day(engine):
    """The municipality pays what stood on 1 January, for as long as it stands, and Flanders what came with it."""
    ours, theirs = [{"payer": "municipality"}], FLANDERS_PAYS
    phases = [phase("2020-07-01", response__teams=2, cost_split__response_capacity=theirs)]
    values = {"response.teams": 1, "cost_split.response_capacity": ours}
    assert readiness(engine, phases, years=1, **values) == {"2020-07-01": 2 * 18_400}
    assert readiness(engine, phases, years=1, payer="municipality", **values) == {"2020-01-01": 18_200}


def test_a_limit_of_the_year_holds_over_both_bills(engine):
    """Each of the two municipalities owes 50 euro a day; Flanders pays 10,000 euro for each in a year."""
    limited = [{"payer": "flanders", "limit_per_year": 10_000}, {"payer": "municipality"}]
    values = {"response.teams": 1, "cost_split.response_capacity": limited}
    phases = [phase("2020-07-01", response__teams=2)]
    assert readiness(engine, phases, years=1, **values) == {"2020-01-01": 18_200, "2020-07-01": 1_800}


def test_what_stands_for_part_of_a_year_is_paid_for_beside_grants_and_pots_alike(engine):
    """With an envelope, so that the year's programmes are not the same in all futures."""
    layers = [{"payer": "flanders", "budget": "e"}, {"payer": "municipality"}]
    values = {"budgets": {"e": {"per_year": 10_000}}, "cost_split.response_capacity": layers}
    phases = [phase("2020-07-01", response__teams=1)]
    assert readiness(engine, phases, years=1, **values) == {"2020-07-01": 10_000}
    assert readiness(engine, phases, years=1, payer="municipality", **values) == {"2020-07-01": 8_400}
