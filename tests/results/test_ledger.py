"""The books balance: on every future, to the cent, in every direction."""

from __future__ import annotations

import datetime
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.engines import events as ev
from sim.engines.digests import ledger_hash
from sim.engines.reference.payments import Accounts
from sim.experiments.replicate import play
from sim.model.files.load import scenarios
from sim.model.policy.layers import PROGRAMMES
from sim.model.policy.numbers import NOBODY, LayerTerms, policy_arrays
from sim.model.policy.policy import CATEGORIES, PAYERS
from sim.model.world.numbers import world_arrays
from sim.results.ledger import by_payer_and_category
from sim.results.outcomes import KPIS, summarise
from sim.rules.terms import NO_LIMIT
from tests.worlds import setting

PRESETS = sorted(scenario.id for scenario in scenarios("policy"))
SHARE, EUROS = st.integers(0, 1_000_000), st.integers(0, 10**8)
LIMIT = st.one_of(st.just(NO_LIMIT), EUROS)
EACH = st.one_of(st.just(NO_LIMIT), st.integers(0, 10**14))
LAYER = st.builds(
    LayerTerms,
    payer=st.integers(0, len(PAYERS) - 1),
    share=SHARE,
    first=LIMIT,
    limit_per_event=LIMIT,
    limit_per_year=LIMIT,
    begins=st.sampled_from([-NO_LIMIT, 0, 500_000]),
    ends=st.sampled_from([NO_LIMIT, 600_000]),
    common_limit=st.just(NO_LIMIT),
    pot=st.just(NOBODY),
    requires=st.just(NOBODY),
    insured=st.just(0),
    first_each=EACH,
    event_each=EACH,
    year_each=st.just(NO_LIMIT),
    occurrence_each=EACH,
    occurrence_limit=LIMIT,
    attachment=st.just(0),
)
BARE = LayerTerms(0, 1_000_000, NO_LIMIT, NO_LIMIT, NO_LIMIT, -NO_LIMIT, NO_LIMIT)
PEOPLE = {nis: 1_000 * nis + 7 for nis in range(10)}
YEARS = (0, 366 * 1440, 731 * 1440, 1096 * 1440)


@pytest.fixture(scope="module", params=PRESETS)
def future(request, engine):
    """One future of the 300 municipalities over three years under each preset policy."""
    world, policy = sim.load_world("flanders-2020"), sim.load_policy(request.param)
    return sim.simulate(world, policy, replication=4, years=3, engine=engine)


def test_payers_and_categories_add_up(future):
    table = by_payer_and_category(future.postings)
    total = future.postings["cents"].sum()
    assert table.sum() == total
    figures = future.kpis
    payers = [round(100 * figures[f"cost_{payer}_eur"]) for payer in PAYERS]
    assert sum(payers) == total == round(100 * figures["cash_cost_eur"])
    assert figures["prevention_cost_eur"] + figures["incident_cost_eur"] == pytest.approx(
        figures["cash_cost_eur"], abs=0.001
    )


def test_incident_records_and_programmes_add_up_to_the_ledger(future):
    postings, incidents = future.postings, future.incidents
    yearly = postings["incident"] == ev.NATIONAL
    costs = yearly & (postings["category"] < len(CATEGORIES))
    assert set(np.unique(postings["category"][costs])) <= {CATEGORIES.index(name) for name in PROGRAMMES}
    assert postings["cents"][postings["category"] >= len(CATEGORIES)].sum() == 0
    billed = np.zeros(len(incidents), dtype=np.int64)
    np.add.at(billed, postings["incident"][~yearly], postings["cents"][~yearly])
    assert (billed == incidents["cost_cents"]).all()
    assert (postings["nis"][~yearly] == incidents["nis"][postings["incident"][~yearly]]).all()


def test_years_and_municipalities_add_up(future):
    summary = future.summary
    assert summary.years.sum() == summary.cash.sum() == summary.payments.sum()
    assert summary.own.sum() == summary.payments[PAYERS.index("municipality")].sum()


def test_every_payment_is_positive_and_in_time(future):
    horizon = world_arrays(future.world, 3).horizon
    costs = future.postings["category"] < len(CATEGORIES)
    assert (future.postings["cents"][costs] > 0).all()
    assert future.postings["minute"].min() >= 0
    assert future.postings["minute"].max() < horizon


def test_an_incident_is_open_or_closed(future):
    rows = future.incidents
    assert ((rows["closed"] == ev.UNKNOWN) == (rows["open"] == 1)).all()
    known = rows[(rows["impact"] != ev.UNKNOWN) & (rows["discovered"] != ev.UNKNOWN)]
    assert (known["begun"] <= known["impact"]).all()
    assert (known["impact"] <= known["discovered"]).all()


@settings(max_examples=200)
@given(
    st.lists(LAYER, max_size=5),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1096 * 1440 - 1), EUROS), min_size=1, max_size=20),
)
def test_any_layers_pay_any_costs_to_the_cent(layers, costs):
    books = Accounts((((*layers, BARE)),) * len(CATEGORIES), YEARS, inhabitants=PEOPLE)
    for event, (town, minute, cents) in enumerate(costs):
        before = len(books.postings)
        books.post(minute, town, 0, cents, event)
        paid = [posting[4] for posting in books.postings[before:]]
        assert sum(paid) == cents
        assert all(payment > 0 for payment in paid)


@settings(max_examples=200)
@given(LAYER, st.lists(st.tuples(st.integers(0, 1096 * 1440 - 1), EUROS), min_size=1, max_size=20))
def test_a_layer_respects_its_limits(layer, costs):
    layer = layer._replace(payer=1)
    books = Accounts(((layer, BARE),) * len(CATEGORIES), YEARS, inhabitants=PEOPLE)
    for event, (minute, cents) in enumerate(costs):
        books.post(minute, 7, 0, cents, event)
    theirs = [posting for posting in books.postings if posting[3] == 1]
    by_year: dict[int, int] = {}
    for minute, _, _, _, cents, _ in theirs:
        assert cents <= min(layer.limit_per_event, layer.first)
        assert layer.begins <= minute < layer.ends
        year = next(i for i in range(3) if YEARS[i] <= minute < YEARS[i + 1])
        by_year[year] = by_year.get(year, 0) + cents
    assert all(total <= layer.limit_per_year for total in by_year.values())


def divided(layers, costs):
    """Return what each payer pays of each cost, posted in this order within one year."""
    books, found = Accounts(((*layers, BARE),) * len(CATEGORIES), YEARS, inhabitants=PEOPLE), []
    for event, (town, cents) in enumerate(costs):
        before = len(books.postings)
        books.post(600_000 + event, town, 0, cents, event)
        found.append((town, cents, tuple(sorted(posting[3:5] for posting in books.postings[before:]))))
    return sorted(found)


COSTS = st.lists(st.tuples(st.integers(0, 2), EUROS), min_size=2, max_size=12)


@settings(max_examples=200)
@given(st.lists(LAYER.map(lambda one: one._replace(limit_per_year=NO_LIMIT, begins=0, ends=NO_LIMIT)), max_size=5),
       COSTS.flatmap(lambda costs: st.tuples(st.just(costs), st.permutations(costs))))  # fmt: skip
def test_without_an_aggregate_costs_of_any_size_are_divided_alike_in_any_order(layers, both):
    assert divided(layers, both[0]) == divided(layers, both[1])


def test_with_an_aggregate_the_order_decides_who_gets_it():
    """A thousand euro a year: of bills of 600 and 900 the first is paid whole, and the other takes what is left."""
    layers = [BARE._replace(payer=1, limit_per_year=100_000)]
    first, then = (7, 60_000), (7, 90_000)
    assert divided(layers, [first, then]) == [(7, 60_000, ((1, 60_000),)), (7, 90_000, ((0, 50_000), (1, 40_000)))]
    assert divided(layers, [then, first]) == [(7, 60_000, ((0, 50_000), (1, 10_000))), (7, 90_000, ((1, 90_000),))]


def policy(**split):
    """Return the standard policy with these layers."""
    base = sim.load_policy("local-only")
    return base.with_values({f"cost_split.{category}": layers for category, layers in split.items()})


def test_a_worked_example_by_hand():
    """100,000 euro of recovery: the first 25,000 for the municipality, half of the rest for Flanders, at most
    30,000; the insurer 80% of what is left, and the municipality the remainder.
    """
    layers = [
        {"payer": "municipality", "first": 25_000},
        {"payer": "flanders", "share": 0.5, "limit_per_event": 30_000},
        {"payer": "insurer", "share": 0.8},
        {"payer": "municipality"},
    ]
    numbers = policy_arrays(policy(recovery=layers), sim.load_world("one-town"))
    books = Accounts(numbers.layers, YEARS)
    books.post(10, 1, CATEGORIES.index("recovery"), 100_000_00, 0)
    paid = [(PAYERS[posting[3]], posting[4] / 100) for posting in books.postings]
    assert paid == [("municipality", 25_000), ("flanders", 30_000), ("insurer", 36_000), ("municipality", 9_000)]


def test_a_yearly_limit_starts_again_each_year_and_for_each_municipality():
    layers = [{"payer": "flanders", "limit_per_year": 1_000}, {"payer": "municipality"}]
    numbers = policy_arrays(policy(fraud=layers), sim.load_world("one-town"))
    books = Accounts(numbers.layers, YEARS)
    for minute, town in ((0, 1), (5, 1), (5, 2), (366 * 1440, 1)):
        books.post(minute, town, CATEGORIES.index("fraud"), 700_00, 0)
    flanders = [posting[4] / 100 for posting in books.postings if posting[3] == PAYERS.index("flanders")]
    assert flanders == [700, 300, 700, 700]


def test_two_thirds_of_an_audit_are_paid_once_from_april_2020_to_the_end_of_2022(engine):
    world = sim.load_world("flanders-2020")
    rows = sim.simulate(world, sim.load_policy("status-quo-2020"), years=5, engine=engine).postings
    prevention = rows[rows["category"] == CATEGORIES.index("prevention")]
    grant = prevention[prevention["payer"] == PAYERS.index("flanders")]
    assert set(grant["cents"].tolist()) == {3_498_00}  # 66 % of 5,300 euro
    assert len(set(grant["nis"].tolist())) == len(grant)
    begun, ended = (datetime.date(2020, 4, 1) - world.start).days, (datetime.date(2023, 1, 1) - world.start).days
    assert begun * 1440 <= grant["minute"].min()
    assert grant["minute"].max() < ended * 1440
    for minute, nis in zip(grant["minute"], grant["nis"], strict=True):
        rest = prevention[(prevention["minute"] == minute) & (prevention["nis"] == nis) & (prevention["payer"] == 0)]
        assert 1_802_00 in rest["cents"]


def test_as_many_audits_are_taken_up_as_were_counted():
    """Joining is exponential with 0.26 a year, so in 2.75 years each of 300 joins with chance 1 - exp(-0.715) = 0.511;
    the count of 144 is within the spread of the model."""
    world, policy = sim.load_world("flanders-2020"), sim.load_policy("status-quo-2020")
    result = sim.compare(world, [policy], replications=40, years=3, seed=3)
    audits = result.payers(policy)["flanders"]["prevention"] / 3_498
    chance = 1 - math.exp(-0.26 * 1005 / 365.25)  # 1 April 2020 to 31 December 2022
    spread = math.sqrt(300 * chance * (1 - chance))
    assert audits == pytest.approx(300 * chance, abs=3 * spread / math.sqrt(40))
    assert abs(144 - 300 * chance) < 2 * spread


def test_a_ledger_hash_ignores_order_and_sees_every_field():
    world = sim.load_world("one-town")
    postings = play(setting(world, sim.load_policy("fifty-fifty")), 1, 0).postings
    assert ledger_hash(postings[::-1]) == ledger_hash(postings)
    for name in ("minute", "nis", "category", "payer", "cents"):
        changed = postings.copy()
        changed[name][0] += 1
        assert ledger_hash(changed) != ledger_hash(postings)
    assert ledger_hash(postings[1:]) != ledger_hash(postings)


def test_key_figures_are_those_of_the_manual():
    world = sim.load_world("one-town")
    common = setting(world, sim.load_policy("status-quo-2020"))
    summary = summarise(play(common, 1, 0), common.world)
    assert len(summary.kpis) == len(KPIS) == 18
