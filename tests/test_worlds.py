"""Counterfactual worlds: what a policy or a neighbour changes, and what it must leave alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.engines import events as ev
from sim.engines.setting import Setting
from sim.experiments.replicate import play
from tests.worlds import attacked, futures, plain_policy, quiet_world, setting, towns

PRE_WAIT = ["nis", "severity", "begun"]


def random_worlds():
    """Worlds of some municipalities with everything switched on, at random strengths."""
    return st.builds(
        lambda sizes, seed, values: sim.load_world("one-town").with_values(
            {"municipalities": towns(sizes), "years": 3, "seed": seed} | values
        ),
        st.lists(st.integers(100, 200_000), min_size=2, max_size=8),
        st.integers(0, 1000),
        st.fixed_dictionaries(
            {
                "threat.attempts": st.floats(5, 120),
                "threat.repeat_factor": st.floats(1, 4),
                "incident.significant": st.floats(0, 0.5),
                "incident.severe": st.floats(0, 0.4),
                "suppliers.compromise_rate": st.floats(0, 1),
                "suppliers.lateral_prob": st.floats(0, 1),
                "fraud.rate": st.floats(0, 2),
                "ddos.waves": st.floats(0, 10),
                "defence": st.sampled_from(["measures", "gordon_loeb_1", "gordon_loeb_2", "logistic"]),
            }
        ),
    )


def with_maturity(common: Setting, position: int, factor: float) -> Setting:
    """Return the same setting in which one municipality's euro buys `factor` times as much prevention."""
    changed = Setting(common.world, common.policy)
    maturity = common.structure.maturity.copy()
    maturity[position] *= factor
    changed.structure = common.structure._replace(maturity=maturity)
    return changed


def town(outcome, nis: int) -> np.ndarray:
    """Return the incidents of one municipality."""
    return outcome.incidents[outcome.incidents["nis"] == nis]


@settings(max_examples=25)
@given(random_worlds(), st.integers(0, 10**6), st.floats(0, 4))
def test_with_unlimited_teams_a_neighbours_prevention_changes_nothing(engine, world, seed, factor):
    common = setting(world, plain_policy({"prevention.local_spend": 5}))
    before = play(common, seed, 0, engine)
    after = play(with_maturity(common, 0, factor), seed, 0, engine)
    for nis in common.world.nis[1:]:
        assert np.array_equal(town(before, nis), town(after, nis))


@settings(max_examples=15)
@given(random_worlds(), st.integers(0, 10**6))
def test_with_few_teams_only_waits_and_what_follows_differ(engine, world, seed):
    policy = plain_policy({"prevention.local_spend": 5, "response.teams": 1, "response.private_after_days": "never"})
    common = setting(world.with_values({"threat.repeat_factor": 1, "measures.learning": 0}), policy)
    played = [play(one, seed, 0, engine) for one in (common, with_maturity(common, 0, 4.0))]
    for nis in common.world.nis[1:]:
        # attempts, frauds and waves are each numbered from 0
        rows, others = ({(row["cause"], row["number"]): row for row in town(outcome, nis)} for outcome in played)
        for key in rows.keys() & others.keys():
            for name in PRE_WAIT:
                if rows[key]["cause"] != ev.CUT_OFF:
                    assert rows[key][name] == others[key][name]
        # an incident that only one of the two knows was kept away by another one that lasted longer
        for key in rows.keys() ^ others.keys():
            with_it, without = (rows, others) if key in rows else (others, rows)
            begun = with_it[key]["begun"]
            assert any(
                row["begun"] <= begun and (row["closed"] == ev.UNKNOWN or row["closed"] >= begun)
                for row in without.values()
            )


@settings(max_examples=25)
@given(random_worlds(), st.integers(0, 10**6), st.floats(0, 20), st.floats(0, 20))
def test_more_spending_never_adds_a_break_in(engine, world, seed, spend, more):
    """With repeats and learning off; an attempt that finds the municipality down already counts as got in."""
    world = world.with_values(
        {"threat.repeat_factor": 1, "measures.learning": 0, "suppliers.compromise_rate": 0, "measures.build_months": 1}
    )
    few = play(setting(world, plain_policy({"prevention.local_spend": spend})), seed, 0, engine)
    many = play(setting(world, plain_policy({"prevention.local_spend": spend + more})), seed, 0, engine)

    def got_in(outcome) -> int:
        return int(np.isin(outcome.incidents["cause"], [ev.DIRECT]).sum()) + outcome.blocked

    assert got_in(many) <= got_in(few)
    at_once = world.with_values({"incident.significant": 0, "incident.severe": 0})
    few = play(setting(at_once, plain_policy({"prevention.local_spend": spend})), seed, 0, engine)
    many = play(setting(at_once, plain_policy({"prevention.local_spend": spend + more})), seed, 0, engine)

    def attacks(outcome) -> set:
        rows = outcome.incidents[outcome.incidents["cause"] == ev.DIRECT]
        return set(zip(rows["nis"].tolist(), rows["number"].tolist(), strict=True))

    assert attacks(many) <= attacks(few)


@settings(max_examples=10)
@given(random_worlds(), st.integers(0, 10**6), st.randoms())
def test_the_order_of_municipalities_does_not_matter(engine, world, seed, random):
    shuffled = list(world.municipalities)
    random.shuffle(shuffled)
    policies = [plain_policy({"response.teams": 1})]
    one = sim.compare(world, policies, replications=2, seed=seed, engine=engine)
    mixed = world.with_values({"municipalities": tuple(shuffled)})
    other = sim.compare(mixed, policies, replications=2, seed=seed, engine=engine)
    assert one.tape_hash == other.tape_hash
    assert one.ledger_hash("plain") == other.ledger_hash("plain")


@settings(max_examples=10)
@given(random_worlds(), st.integers(0, 10**6))
def test_adding_a_municipality_leaves_the_others_alone(engine, world, seed):
    more = (*world.municipalities, *towns((30_000,), first_nis=9_001))
    before = play(setting(world, plain_policy()), seed, 0, engine)
    after = play(setting(world.with_values({"municipalities": more}), plain_policy()), seed, 0, engine)
    for nis in {municipality.nis for municipality in world.municipalities}:
        assert np.array_equal(town(before, nis), town(after, nis))


def test_every_policy_meets_the_same_tape(engine):
    world = quiet_world((20_000,) * 5, 3, attacked(10, 0.2))
    outcomes = [futures(world, plain_policy({"prevention.local_spend": spend}), 1, engine)[0] for spend in (0, 5, 50)]
    assert len({outcome.tape_digest for outcome in outcomes}) == 1


def test_a_municipality_with_an_open_incident_is_not_broken_into_again(engine):
    values = attacked(100) | {"incident.significant": 1.0, "incident.significant_days": 30}
    outcome = futures(quiet_world((20_000,), 3, values), plain_policy(), 1, engine)[0]
    begun, closed = outcome.incidents["begun"], outcome.incidents["closed"]
    assert outcome.blocked > 0
    assert (begun[1:] >= closed[:-1]).all()


@pytest.mark.parametrize("rule", ["never", "may_pay", "with_approval"])
def test_ransom_is_paid_only_where_the_policy_lets_it(rule, engine):
    values = attacked(5) | {
        "incident.severe": 1.0,
        "extortion.demand": 100_000,
        "extortion.pay_backups_ok": 1.0,
        "extortion.paid_fraction": 0.5,
        "extortion.data_recovered": 0.6,
    }
    outcome = futures(quiet_world((20_000,) * 50, 4, values), plain_policy({"ransom.rule": rule}), 1, engine)[0]
    decided = outcome.incidents[outcome.incidents["critical_back"] != ev.UNKNOWN]
    share = np.mean(decided["ransom_cents"] > 0)
    assert (decided["demand_cents"] == 100_000_00).all()
    assert set(decided["ransom_cents"]) <= {0, 50_000_00}
    assert share == pytest.approx({"never": 0, "may_pay": 1, "with_approval": 0.5}[rule], abs=0.07)
