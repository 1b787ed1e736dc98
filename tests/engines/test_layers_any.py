"""Any layers, any stream of costs: payments add up, keep to every limit, and hang on the order only where they may.

Flanders, the insurer and the fund each have one layer at most, in any order and with any terms, so that the ledger
shows which layer paid what.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engines import events as ev
from tests.by_hand import A, B, minute, played

PEOPLE = (20_000, 7_313)
PER_INHABITANT, MINOR = 0.05123, 1_234.56  # bills with odd cents
WORLD = {
    "suppliers.bill_per_inhabitant": PER_INHABITANT,
    "incident.minor_cost": MINOR,
    "incident.cost_size_elasticity": 0.5,
}
FIRST_DAY, LAST_DAY = datetime.date(2020, 1, 1), datetime.date(2022, 12, 30)
DAYS = st.dates(FIRST_DAY, LAST_DAY).map(str)
DAYS_OF_2020 = st.dates(FIRST_DAY, datetime.date(2020, 12, 31)).map(str)
EUROS = st.integers(0, 250_000).map(lambda cents: cents / 100)
EACH = st.integers(0, 250_000).map(lambda parts: parts / 1e6)  # up to a quarter of a euro
ONE_BILL = {
    "share": st.floats(0, 1),
    "first": EUROS,
    "limit_per_event": EUROS,
    "first_per_inhabitant": EACH,
    "limit_per_event_per_inhabitant": EACH,
    "occurrence_limit": EUROS,
    "occurrence_limit_per_inhabitant": EACH,
}
AGGREGATES = {
    "limit_per_year": EUROS,
    "limit_per_year_per_inhabitant": EACH,
    "common_cause_limit": EUROS,
    "common_cause_attachment": EUROS,
}
DATES = {"from": st.dates(FIRST_DAY, LAST_DAY), "until": st.dates(FIRST_DAY, LAST_DAY)}
EMPTY = st.sampled_from(["wait", "pro_rata", "fall_through"])
POT = st.fixed_dictionaries({"per_year": EUROS, "when_empty": EMPTY})
FUND = st.fixed_dictionaries(
    {"levy": st.sampled_from([0, 0.013]), "flemish_contribution": EUROS, "opening_balance": EUROS, "when_empty": EMPTY},
    optional={
        "member_limit": EUROS,
        "common_cause_limit": EUROS,
        "annual_limit": EUROS,
        "backstop": st.just("flanders"),
    },
)
INSURANCE = st.fixed_dictionaries(
    {"uptake": st.sampled_from([0, 0.5, 1]), "limit": EUROS, "deductible": EUROS, "rate_on_line": st.just(0.03)}
)
STREAM = st.tuples(
    st.lists(DAYS, max_size=6, unique=True).map(sorted),
    st.lists(st.tuples(DAYS, st.sampled_from((A, B))), max_size=12, unique=True),
)


def in_order(layer: dict[str, Any]) -> dict[str, Any]:
    """Return a layer whose last day does not lie before its first."""
    if {"from", "until"} <= layer.keys():
        layer["from"], layer["until"] = sorted((layer["from"], layer["until"]))
    return layer


def layers_of(terms: dict[str, Any], payers: tuple[str, ...] = ("flanders", "insurer", "fund")) -> Any:
    """Lists with one layer at most of each payer."""
    one = st.fixed_dictionaries({}, optional=terms).map(in_order)
    chosen = st.lists(st.sampled_from(payers), unique=True)
    return chosen.flatmap(lambda some: st.tuples(*(one.map(lambda layer, p=p: {"payer": p} | layer) for p in some)))


@st.composite
def policies(draw: Any) -> dict[str, Any]:
    """Values of a policy: layers for both kinds of bills, and the pots behind them."""
    values: dict[str, Any] = {"budgets": {"crt": draw(POT)}, "fund": draw(FUND)}
    if draw(st.booleans()):
        values["insurance"] = draw(INSURANCE)
    for category in ("supplier_bill", "recovery"):
        layers = [dict(layer) for layer in draw(layers_of(ONE_BILL | AGGREGATES | DATES))]
        for layer in layers:
            if layer["payer"] == "flanders" and draw(st.booleans()):
                layer["budget"] = "crt"
        values[f"cost_split.{category}"] = [*layers, {"payer": "municipality"}]
    return values


def both(values: dict[str, Any], stream: Any) -> Any:
    """Return the future of the reference engine; fail unless the compiled engine has the same."""
    one, other = (
        played(engine, values, falls=stream[0], attacks=stream[1], people=PEOPLE, world=WORLD, caution=(0.1, 0.9))
        for engine in ("reference", "compiled")
    )
    assert np.array_equal(one.postings, other.postings)
    assert np.array_equal(one.balances, other.balances)
    assert one.unpaid_cents == other.unpaid_cents
    return one


def parts(outcome: Any) -> dict[int, dict[int, int]]:
    """Return what each payer pays at once of the one bill of each incident, in cents."""
    paid: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for _, _, category, payer, cents, incident in outcome.postings.tolist():
        if incident != ev.NATIONAL:
            assert category < len(ev.CATEGORIES)
            assert cents > 0
            paid[incident][payer] += cents
    return paid


def most(terms: dict[str, Any], name: str, people: int = 0) -> int:
    """Return a limit in cents for a municipality of so many people."""
    each = terms.get(f"{name}_per_inhabitant", 10**10)
    return min(round(100 * terms.get(name, 10**10)), int(round(1e8 * each) * (people or 10**6) // 10**6))


@settings(max_examples=150)
@given(policies(), STREAM)
def test_payments_add_up_and_keep_to_every_limit(values, stream):
    outcome = both(values, stream)
    paid, rows = parts(outcome), outcome.incidents
    assert len(rows) == 2 * len(stream[0]) + len(stream[1])
    insurance, fund = values.get("insurance"), values["fund"]
    sums: dict[Any, int] = defaultdict(int)
    costs: dict[Any, int] = defaultdict(int)
    for number, row in enumerate(rows):
        theirs, cost = paid[number], int(row["cost_cents"])
        assert sum(theirs.values()) == cost  # to the cent
        category = "supplier_bill" if row["cause"] == ev.CUT_OFF else "recovery"
        event = ("fall", int(row["begun"])) if row["cause"] == ev.CUT_OFF else ("attack", number)
        year = (FIRST_DAY + datetime.timedelta(minutes=int(row["begun"]))).year
        for layer in values[f"cost_split.{category}"][:-1]:
            payer = ("municipality", "flanders", "insurer", "fund").index(layer["payer"])
            part = theirs.get(payer, 0)
            people = PEOPLE[(A, B).index(row["nis"])]
            assert part <= min(most(layer, name, people) for name in ("first", "limit_per_event", "occurrence_limit"))
            attachment = round(100 * layer.get("common_cause_attachment", 0))
            assert part <= max(0, costs[event] + cost - attachment)
            assert part <= cost * layer.get("share", 1) + 1
            if part and "from" in layer:
                assert row["begun"] >= minute(str(layer["from"]))
            if part and "until" in layer:
                assert row["begun"] < minute(str(layer["until"])) + 1440
            for name, key in (("limit_per_year", year), ("common_cause_limit", -int(row["begun"]))):
                if name == "limit_per_year" or category == "supplier_bill":
                    account = (category, payer, key, row["nis"] if name == "limit_per_year" else 0)
                    sums[account] += part
                    assert sums[account] <= most(layer, name, people)
        costs[event] += cost
        insured, pooled = theirs.get(ev.INSURER, 0), theirs.get(ev.FUND, 0)
        if insurance is not None:
            sums["insurer", row["nis"], year] += insured
            assert insured <= max(0, cost - most(insurance, "deductible"))
            assert sums["insurer", row["nis"], year] <= most(insurance, "limit")
            assert insured == 0 or row["nis"] == A or insurance["uptake"] == 1
        for account, name in (
            (("fund", row["nis"], year), "member_limit"),
            (("fund", "all", year), "annual_limit"),
            (("fund", "cause", int(row["begun"])), "common_cause_limit"),
        ):
            if name != "common_cause_limit" or category == "supplier_bill":
                sums[account] += pooled
                assert sums[account] <= most(fund, name)
    assert (outcome.balances >= 0).all()


@settings(max_examples=100)
@given(
    layers_of(ONE_BILL, ("flanders", "insurer")),
    st.lists(st.tuples(DAYS_OF_2020, st.sampled_from((A, B))), min_size=2, max_size=12, unique=True),
    st.randoms(),
)
def test_without_aggregates_the_order_within_a_year_does_not_matter(layers, attacks, random):
    """Shuffled over the same days, each municipality's bills are divided as before."""
    values = {"cost_split.recovery": [*layers, {"payer": "municipality"}]}
    towns = [nis for _, nis in attacks]
    random.shuffle(towns)
    divided = []
    for some in (attacks, [(f"2020-{1 + k // 28:02}-{1 + k % 28:02}", nis) for k, nis in enumerate(towns)]):
        outcome = both(values, ([], some))
        theirs = parts(outcome)
        bills = [(int(row["nis"]), sorted(theirs[number].items())) for number, row in enumerate(outcome.incidents)]
        divided.append(sorted(bills))
    assert divided[0] == divided[1]


@settings(max_examples=50)
@given(st.integers(0, 400_000), st.lists(DAYS_OF_2020, min_size=1, max_size=8, unique=True))
def test_an_aggregate_pays_the_same_in_all_whatever_the_order(limit, days):
    """A limit a year takes bills in order until it is used up: in all it pays the lesser of itself and the bills."""
    values = {"cost_split.recovery": [{"payer": "flanders", "limit_per_year": limit / 100}, {"payer": "municipality"}]}
    outcome = both(values, ([], [(day, B) for day in days]))
    cost = int(outcome.incidents["cost_cents"].sum())
    flanders = outcome.postings["payer"] == ev.FLANDERS
    assert outcome.postings["cents"][flanders].sum() == min(limit, cost)
