"""Layers whose terms grow with inhabitants, count over all categories of an incident, or look at a whole event.

Everything is worked out on paper. Municipality A has 20,000 inhabitants and B 5,000. A fallen supplier costs 0.05 euro
an inhabitant: A 1,000 euro and B 250, on each of the three days, and A's bill comes before B's.
"""

from __future__ import annotations

import pytest

from sim.engines.expectations import own_stakes
from sim.rules.funding import beyond_attachment, limit_of_municipality
from sim.rules.terms import NO_LIMIT
from tests.by_hand import A, B, paid, played, six
from tests.engines.test_expectations import attacked, setting
from tests.worlds import plain_policy, quiet_world

PEOPLE = (20_000, 5_000)
OWN = {"payer": "municipality"}

BY_SIZE = {
    # 0.02 x 20,000 = 400 for A and 0.02 x 5,000 = 100 for B
    "the first euros": ({"first_per_inhabitant": 0.02}, [400, 100, 400, 100, 400, 100]),
    "a share of the first euros": ({"first_per_inhabitant": 0.02, "share": 0.5}, [200, 50, 200, 50, 200, 50]),
    "a limit for each bill": ({"limit_per_event_per_inhabitant": 0.02}, [400, 100, 400, 100, 400, 100]),
    # 0.06 x 20,000 = 1,200 for A: 1,000 and 200; 0.06 x 5,000 = 300 for B: 250 and 50; and anew in 2021
    "a limit of the year": ({"limit_per_year_per_inhabitant": 0.06}, [1000, 250, 200, 50, 1000, 250]),
    # each bill is an incident of its own
    "a limit of the incident": ({"occurrence_limit_per_inhabitant": 0.02}, [400, 100, 400, 100, 400, 100]),
    "of both the lesser": ({"limit_per_event": 250, "limit_per_event_per_inhabitant": 0.02}, [250, 100] * 3),
    "nothing for each": ({"first_per_inhabitant": 0}, [0] * 6),
    "more than anybody's bill": ({"limit_per_event_per_inhabitant": 1e6}, [1000, 250] * 3),
}


@pytest.mark.parametrize("name", BY_SIZE)
def test_a_term_for_each_inhabitant_is_what_paper_says(engine, name):
    terms, expected = BY_SIZE[name]
    values = {"cost_split.supplier_bill": [{"payer": "flanders"} | terms, OWN]}
    outcome = played(engine, values, people=PEOPLE)
    assert six(outcome, "flanders") == expected
    assert six(outcome, "municipality") == [bill - part for bill, part in zip([1000, 250] * 3, expected, strict=True)]


def test_each_municipality_keeps_two_cents_an_inhabitant_and_flanders_pays_the_rest(engine):
    values = {"cost_split.supplier_bill": [OWN | {"first_per_inhabitant": 0.02}, {"payer": "flanders"}, OWN]}
    outcome = played(engine, values, people=PEOPLE)
    assert six(outcome, "municipality") == [400, 100] * 3
    assert six(outcome, "flanders") == [600, 150] * 3


def test_prevention_may_have_a_limit_of_the_year_for_each_inhabitant(engine):
    """Of 1 euro an inhabitant Flanders pays 0.30: 6,000 for A and 1,500 for B, each year."""
    layers = [{"payer": "flanders", "limit_per_year_per_inhabitant": 0.3}, OWN]
    outcome = played(engine, {"prevention.local_spend": 1, "cost_split.prevention": layers}, people=PEOPLE)
    for nis, expected in ((A, 6_000), (B, 1_500)):
        assert list(paid(outcome, "flanders", "prevention", nis).values()) == [expected] * 3


EVENTS = {
    # 1,250 in all each time: A's 1,000 lie before 1,100, and of B's 250 the last 150 beyond
    1_100: [0, 150, 0, 150, 0, 150],
    # of A's 1,000 the last 400 lie beyond 600, and then all of B's
    600: [400, 250, 400, 250, 400, 250],
    1_250: [0] * 6,
    0: [1000, 250] * 3,
}


@pytest.mark.parametrize("attachment", EVENTS)
def test_a_layer_attaches_at_what_an_event_costs_all_municipalities_together(engine, attachment):
    layer = {"payer": "flanders", "common_cause_attachment": attachment}
    outcome = played(engine, {"cost_split.supplier_bill": [layer, OWN]}, people=PEOPLE)
    assert six(outcome, "flanders") == EVENTS[attachment]


def test_what_lies_beyond_an_attachment_goes_through_the_other_terms(engine):
    """Of the 400 and 250 beyond 600 half, 100 at most of a bill, and 150 at most for the whole event."""
    layer = {"payer": "flanders", "share": 0.5, "common_cause_attachment": 600, "limit_per_event": 100}
    outcome = played(engine, {"cost_split.supplier_bill": [layer | {"common_cause_limit": 150}, OWN]}, people=PEOPLE)
    assert six(outcome, "flanders") == [100, 50] * 3


def test_an_incident_through_no_supplier_is_an_event_of_its_own(engine):
    """Each attack costs 1,000 euro, of which 300 lie beyond 700, though the others cost as much."""
    layer = {"payer": "flanders", "common_cause_attachment": 700}
    attacks = [("2020-02-01", A), ("2020-03-01", A), ("2020-03-01", B)]
    outcome = played(engine, {"cost_split.recovery": [layer, OWN]}, falls=(), attacks=attacks)
    assert paid(outcome, "flanders", "recovery", A) == {"2020-02-01": 300, "2020-03-01": 300}
    assert paid(outcome, "flanders", "recovery", B) == {"2020-03-01": 300}


SEVERE = {
    "incident.severe": 1,
    "incident.significant": 0,
    "incident.severe_cost": 1,
    "incident.severe_sigma": 0,
    "incident.cost_size_elasticity": 1,
    "incident.response_share": 0.3,
    "incident.lost_revenue_share": 0.2,
    "measures.detection.severe_risk_ratio": 1,
}
CATEGORIES = ("response", "recovery", "lost_revenue", "notification", "ransom")


def by_category(engine, layer, people=PEOPLE):
    """Return what Flanders pays and what there is to pay in each category of one severe incident of A."""
    values = {f"cost_split.{category}": [layer, OWN] for category in CATEGORIES}
    outcome = played(engine, values, falls=(), attacks=[("2020-02-01", A)], world=SEVERE, people=people)
    sums = [
        {category: sum(paid(outcome, payer, category, A).values()) for category in CATEGORIES}
        for payer in ("flanders", "municipality")
    ]
    order = [int(row["category"]) for row in outcome.postings]
    return sums[0], {name: sums[0][name] + sums[1][name] for name in CATEGORIES}, order


def test_a_limit_of_the_occurrence_counts_over_all_categories(engine):
    """Whatever the parts are, and in whatever order they come: in all it pays the lesser of the limit and the cost."""
    _, bills, _ = by_category(engine, {"payer": "flanders", "share": 0})
    cost = sum(bills.values())
    assert sum(amount > 0 for amount in bills.values()) >= 3
    for part in (0.1, 0.5, 0.9, 1.5):
        limit = round(part * cost, 2)
        found, again, _ = by_category(engine, {"payer": "flanders", "occurrence_limit": limit})
        assert again == bills
        assert sum(found.values()) == pytest.approx(min(limit, cost))
        alone, _, _ = by_category(engine, {"payer": "flanders", "limit_per_event": limit})
        assert sum(alone.values()) == pytest.approx(sum(min(limit, bill) for bill in bills.values()))


def test_an_attachment_counts_over_all_categories(engine):
    _, bills, _ = by_category(engine, {"payer": "flanders", "share": 0})
    cost = sum(bills.values())
    for part in (0.2, 0.7, 1.1):
        attachment = round(part * cost, 2)
        found, _, _ = by_category(engine, {"payer": "flanders", "common_cause_attachment": attachment})
        assert sum(found.values()) == pytest.approx(max(0.0, cost - attachment))


def test_only_layers_with_an_occurrence_limit_count_against_it(engine):
    """Response is paid whole beside it, and takes nothing of the limit on recovery."""
    both = [{"payer": "flanders"}, OWN], [{"payer": "flanders", "occurrence_limit": 100}, OWN]
    values = {"cost_split.response": both[0], "cost_split.recovery": both[1]}
    outcome = played(engine, values, falls=(), attacks=[("2020-02-01", A)], world=SEVERE, people=PEOPLE)
    assert sum(paid(outcome, "flanders", "recovery", A).values()) == 100
    assert sum(paid(outcome, "municipality", "response", A).values()) == 0


def test_a_pot_behind_an_occurrence_limit_pays_no_more_than_it(engine):
    layer = {"payer": "fund", "occurrence_limit_per_inhabitant": 0.02}
    fund = {"levy": 0, "opening_balance": 1_000_000, "member_limit": 1e12, "common_cause_limit": 1e12}
    values = {"fund": fund | {"annual_limit": 1e12}, "cost_split.supplier_bill": [layer, OWN]}
    assert six(played(engine, values, people=PEOPLE), "fund") == [400, 100] * 3


@pytest.mark.parametrize(
    ("terms", "own"),
    [
        ({"limit_per_event_per_inhabitant": 1.0}, 0.8),  # 20,000 of 100,000
        ({"first_per_inhabitant": 2.0}, 0.6),
        ({"occurrence_limit_per_inhabitant": 3.0, "limit_per_event": 90_000}, 0.4),
        ({"common_cause_attachment": 30_000}, 0.3),
    ],
)
def test_a_municipality_counts_on_what_such_a_layer_promises(terms, own):
    """By hand: every break-in costs 100,000 euro in a municipality of 20,000 inhabitants."""
    values = {"incident.minor_cost": 100_000.0, "incident.minor_sigma": 0.0}
    policy = plain_policy({"cost_split.recovery": [{"payer": "flanders"} | terms, OWN]})
    one = setting(quiet_world((20_000,), 1, attacked(1.0) | values), policy)
    stage = one.policy.stages[0]
    assert own_stakes(one.world, stage, one.plan.insured[0], 0, 0.0)[0, 1] == pytest.approx(own * 100_000 / 20_000)


def test_the_parts_beyond_an_attachment_add_up_in_any_order():
    bills = (3, 1_000, 1, 0, 77)
    for order in (bills, bills[::-1]):
        for attachment in (0, 2, 50, 1_000, 1_080, 1_081, 5_000):
            parts = [beyond_attachment(bill, bill, sum(order[:k]), attachment) for k, bill in enumerate(order)]
            assert sum(parts) == max(0, sum(bills) - attachment)


def test_a_limit_for_each_inhabitant_is_exact_to_the_cent():
    assert limit_of_municipality(NO_LIMIT, 123_456, 10_000_000) == 1_234_560  # 0.123456 cents each
    assert limit_of_municipality(1_000, 123_456, 10_000_000) == 1_000
    assert limit_of_municipality(1_000, NO_LIMIT, 3) == 1_000
    assert limit_of_municipality(NO_LIMIT, 333_333, 2) == 0  # two thirds of a cent
    assert limit_of_municipality(NO_LIMIT, 10**14, 10_000_000) == 10**15  # a million euro each
