"""The twins: the compiled engine posts the same ledger, the same incidents and the same sums as the SimPy engine."""

from __future__ import annotations

import datetime
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.engines.compiled import CompiledSetting
from sim.experiments.replicate import play
from sim.model.files import scenarios
from sim.results.outcomes import summaries_of, summarise
from tests.test_worlds import random_worlds
from tests.worlds import plain_policy, setting

PRESETS = sorted(scenario.id for scenario in scenarios("policy"))
WORLDS = ("flanders-2020", "flanders-2025", "one-town")


def assert_twins(common, seed: int, replications: range) -> None:
    """Fail unless both engines agree on every field of every future."""
    packed = CompiledSetting(common, seed)
    sums = summaries_of(packed.chunk(replications.start, len(replications)), replications.start)
    for replication, counted in zip(replications, sums, strict=True):
        read = play(common, seed, replication, "reference")
        fast = packed.journals(replication)
        assert np.array_equal(read.postings, fast.postings)
        assert np.array_equal(read.incidents, fast.incidents)
        assert (read.supplier_events, read.blocked, read.tape_digest) == (
            fast.supplier_events,
            fast.blocked,
            fast.tape_digest,
        )
        told = summarise(read, common.world)
        assert (told.ledger_hash, told.tape_digest) == (counted.ledger_hash, counted.tape_digest)
        for name in ("kpis", "payments", "years", "own", "cash", "person_minutes", "serious"):
            assert np.array_equal(getattr(told, name), getattr(counted, name)), name


POLICY = st.builds(
    lambda values, layers: plain_policy(values).with_values({"cost_split.recovery": layers}),
    st.fixed_dictionaries(
        {
            "prevention.local_spend": st.floats(0, 40),
            "response.teams": st.sampled_from([0, 1, 3, "unlimited"]),
            "response.discipline": st.sampled_from(["first_come", "severity", "inhabitants"]),
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


@settings(max_examples=40)
@given(random_worlds(), POLICY, st.integers(0, 2**40))
def test_random_worlds_and_policies(world, policy, seed):
    assert_twins(setting(world, policy), seed, range(2))


@pytest.mark.parametrize("policy", PRESETS)
def test_presets_on_the_three_hundred_municipalities(policy):
    assert_twins(setting(sim.load_world("flanders-2020"), sim.load_policy(policy)), 2026, range(3, 4))


@pytest.mark.long
@pytest.mark.parametrize("policy", PRESETS)
@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("defence", ["measures", "gordon_loeb_1", "gordon_loeb_2", "logistic"])
def test_a_wide_matrix(world, policy, defence):
    found = sim.load_world(world).with_values({"defence": defence})
    assert_twins(setting(found, sim.load_policy(policy)), 7, range(12))


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
    tight.room = 4
    assert np.array_equal(roomy.chunk(0, 30).ledger, tight.chunk(0, 30).ledger)
    assert tight.room > 4
    tight.room = 2
    assert np.array_equal(roomy.journals(3).incidents, tight.journals(3).incidents)


def test_two_callers_at_once_do_not_disturb_each_other():
    packed = CompiledSetting(setting(sim.load_world("one-town"), sim.load_policy("fifty-fifty")), 5)
    alone = packed.chunk(0, 200).ledger
    with ThreadPoolExecutor(2) as pool:
        for again in pool.map(lambda _: packed.chunk(0, 200).ledger, range(4)):
            assert np.array_equal(alone, again)
