"""The twins: the compiled engine posts the same ledger, the same incidents and the same sums as the SimPy engine."""

from __future__ import annotations

import datetime
import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import sim
from sim.engines.compiled.engine import CompiledSetting
from sim.engines.setting import Outcome, Setting
from sim.experiments.replicate import play
from sim.model.files.load import scenarios
from sim.model.parameter_table import Parameter, parameters
from sim.model.problems import InputError
from sim.results.outcomes import Summary, summaries_of, summarise
from tests.test_worlds import random_worlds
from tests.worlds import plain_policy, setting, towns

PRESETS = sorted(scenario.id for scenario in scenarios("policy"))
WORLDS = sorted(scenario.id for scenario in scenarios("world"))
DEFENCES = parameters()["world.defence"].choices
DISCIPLINES = parameters()["policy.response.discipline"].choices
SUMS = ("ledger_hash", "tape_digest", "kpis", "payments", "years", "own", "cash", "person_minutes", "serious",
        "balances", "dry")  # fmt: skip
SEEDS = st.integers(0, 2**63 - 1)


def assert_same(one: Summary, other: Summary) -> None:
    """Fail unless two summaries agree in every number."""
    for name in SUMS:
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


def assert_twins(common: Setting, seed: int, replications: range) -> list[Outcome]:
    """Return the journals of some futures; fail unless both engines agree on every field of all of them."""
    packed = CompiledSetting(common, seed)
    sums = summaries_of(packed.chunk(replications.start, len(replications)), replications.start)
    outcomes = []
    for replication, counted in zip(replications, sums, strict=True):
        read = play(common, seed, replication, "reference")
        fast = packed.journals(replication)
        assert np.array_equal(read.postings, fast.postings)
        assert np.array_equal(read.incidents, fast.incidents)
        for name in ("supplier_events", "blocked", "tape_digest"):
            assert getattr(read, name) == getattr(fast, name), name
        assert_same(summarise(read, common.world), counted)
        outcomes.append(fast)
    return outcomes


POLICY = st.builds(
    lambda values, layers: plain_policy(values).with_values({"cost_split.recovery": layers}),
    st.fixed_dictionaries(
        {
            "prevention.local_spend": st.floats(0, 40),
            "response.teams": st.sampled_from([0, 1, 3, "unlimited"]),
            "response.discipline": st.sampled_from(DISCIPLINES),
            "response.private_after_days": st.sampled_from([0, 0.5, 5, 60]),
            "ransom.rule": st.sampled_from(["never", "may_pay", "with_approval"]),
            "ransom.approval_days": st.sampled_from([0, 3]),
        }
    ),
    st.sampled_from(
        [
            [{"payer": "municipality"}],
            [
                {"payer": "municipality", "first": 5_000},
                {"payer": "flanders", "share": 0.37, "limit_per_event": 40_000, "limit_per_year": 60_000},
                {"payer": "insurer", "share": 0.5, "until": datetime.date(2021, 6, 30)},
                {"payer": "municipality"},
            ],
        ]
    ),
)

# Narrower than what is allowed, so that a future of eight towns stays short and most sums stay possible.
LIMITS = {
    "world.anchor_levels.frequency_high": (0, 3),
    "world.anchor_levels.frequency_low": (0, 3),
    "world.threat.attempts": (0, 40),
    "world.threat.base_year": (2015, 2025),
    "world.threat.growth": (-0.2, 0.5),
    "world.threat.size_exponent": (0, 0.8),
    "world.threat.shock_factor": (1, 8),
    "world.threat.repeat_factor": (1, 6),
    "world.threat.repeat_paid_factor": (1, 4),
    "world.incident.significant": (0, 0.6),
    "world.incident.severe": (0, 0.4),
    "world.incident.response_share": (0, 0.6),
    "world.incident.lost_revenue_share": (0, 0.4),
    "world.fraud.rate": (0, 3),
    "world.ddos.waves": (0, 20),
    "world.suppliers.full_it": (0, 6),
    "world.suppliers.saas": (0, 12),
    "world.suppliers.compromise_rate": (0, 2),
}


def values_of(row: Parameter) -> st.SearchStrategy[Any]:
    """Values of a row of the parameter table, anywhere in what it allows: most often where its sources put it."""
    if row.choices:
        return st.sampled_from(row.choices)
    assert row.allowed is not None
    low, high = LIMITS.get(row.key, row.allowed)
    anywhere = st.integers(int(low), int(high)) if row.whole else st.floats(low, high)
    usual = [value for value in (row.value, row.low, row.high, row.off) if value is not None]
    return st.one_of(st.sampled_from(usual), anywhere)


def any_values(scope: str) -> st.SearchStrategy[dict[str, Any]]:
    """Values of some rows of the table; shares that must sum to one stay as they are."""
    rows = [row for row in parameters().values() if row.scope == scope and row.key != "world.years"]
    free = [row for row in rows if ".mix" not in row.key and not row.key.endswith(".weight")]
    return st.fixed_dictionaries({}, optional={row.key: values_of(row) for row in free})


@settings(max_examples=40)
@given(random_worlds(), POLICY, SEEDS)
def test_random_worlds_and_policies(world, policy, seed):
    assert_twins(setting(world, policy), seed, range(2))


SIZES = st.lists(st.integers(100, 500_000), min_size=1, max_size=8)
EVERY_PARAMETER = given(SIZES, st.integers(1, 4), any_values("world"), any_values("policy"), SEEDS)


def twins_with_any_values(sizes, years, world_values, policy_values, seed):
    fixed = {"municipalities": towns(sizes), "years": years}
    try:
        world = sim.load_world("one-town").with_values(world_values | fixed)
        common = setting(world, plain_policy().with_values(policy_values))
    except (InputError, ValueError):  # values that do not go together
        assume(False)
    assert_twins(common, seed, range(2))


test_any_value_of_any_parameter = settings(max_examples=40)(EVERY_PARAMETER(twins_with_any_values))
test_any_value_of_any_parameter_many_times = pytest.mark.long(
    settings(max_examples=1_000)(EVERY_PARAMETER(twins_with_any_values))
)


@pytest.mark.parametrize("policy", PRESETS)
def test_presets_on_the_three_hundred_municipalities(policy):
    assert_twins(setting(sim.load_world("flanders-2020"), sim.load_policy(policy)), 2026, range(3, 4))


@pytest.mark.long
@pytest.mark.parametrize("policy", PRESETS)
@pytest.mark.parametrize("world", WORLDS)
def test_small_worlds_that_fight_for_one_team(world, policy):
    """21 presets x 4 defences x 3 disciplines x 5 futures: 1,260 of 24 municipalities under heavy attack."""
    whole, chosen = sim.load_world(world), sim.load_policy(policy)
    some = whole.municipalities[:: max(1, len(whole.municipalities) // 24)]
    heavy = {
        "threat.attempts": 60,
        "incident.significant": 0.4,
        "incident.severe": 0.1,
        "extortion.pay_backups_ok": 0.5,
    }
    waited = 0
    for seed, (defence, discipline) in enumerate(itertools.product(DEFENCES, DISCIPLINES)):
        tick = ("minute", "day")[seed % 2]
        found = whole.with_values(heavy | {"municipalities": some, "years": 3, "defence": defence, "tick": tick})
        crowded = chosen.with_values({"response.teams": 1, "response.discipline": discipline})
        for outcome in assert_twins(setting(found, crowded), seed, range(5)):
            waited += np.sum(outcome.incidents["team_start"] > outcome.incidents["discovered"])
    assert waited > 100 or len(some) == 1


@pytest.mark.long
@pytest.mark.parametrize("defence", DEFENCES)
@pytest.mark.parametrize("policy", PRESETS)
@pytest.mark.parametrize("world", WORLDS)
def test_whole_preset_worlds(world, policy, defence):
    """84 cases x 2 whole futures with all municipalities, the disciplines in turn."""
    discipline = DISCIPLINES[DEFENCES.index(defence) % len(DISCIPLINES)]
    chosen = sim.load_policy(policy).with_values({"response.discipline": discipline})
    assert_twins(setting(sim.load_world(world).with_values({"defence": defence}), chosen), 7, range(2))


def test_the_comparison_is_the_same_whatever_the_engine_and_the_workers():
    world = sim.load_world("one-town")
    policies = [sim.load_policy(name) for name in ("status-quo-2020", "prevention-first")]
    one = sim.compare(world, policies, replications=60, engine="reference")
    for workers in (1, 2):
        other = sim.compare(world, policies, replications=60, engine="compiled", workers=workers)
        assert one.futures().equals(other.futures())
        assert one.to_json() | {"engine": ""} == other.to_json() | {"engine": ""}


def test_a_desk_that_is_too_small_grows():
    common = setting(sim.load_world("one-town"), sim.load_policy("status-quo-2020"))
    roomy, tight = CompiledSetting(common, 1), CompiledSetting(common, 1)
    tight.room = 1
    assert np.array_equal(roomy.chunk(0, 30).ledger, tight.chunk(0, 30).ledger)
    assert tight.room > 1
    tight.room = 1
    assert np.array_equal(roomy.journals(3).incidents, tight.journals(3).incidents)
