"""Rules about losses that were put there are found; of chance no rule is made."""

from __future__ import annotations

import numpy as np
import pytest

from sim.experiments.studies.run import run_study
from sim.experiments.studies.scenario_discovery import Limit, losses, rules
from sim.model.problems import InputError
from tests.studies import crossed
from tests.worlds import gordon_loeb_world, plain_policy


def points(count: int = 600, seed: int = 4) -> dict[str, np.ndarray]:
    """Return three factors of numbers and one of words."""
    dice = np.random.default_rng(seed)
    numbers = {name: dice.random(count) for name in ("a", "b", "c")}
    return numbers | {"w": dice.choice(np.array(["low", "central", "high"], dtype=object), count)}


def test_a_box_is_found_with_its_coverage_and_density():
    columns = points()
    lost = (columns["a"] > 0.6) & (columns["w"] == "high")
    (rule,) = rules(columns, lost)
    found = {limit.factor: limit for limit in rule.limits}
    assert set(found) == {"a", "w"}
    assert found["w"].words == ("high",)
    assert found["a"].low == pytest.approx(0.6, abs=0.03)
    assert found["a"].high is None
    assert rule.coverage > 0.9
    assert rule.density > 0.9
    inside = found["a"].holds(columns["a"]) & found["w"].holds(columns["w"])
    assert rule.coverage == (lost & inside).sum() / lost.sum()
    assert rule.density == lost[inside].mean()
    assert rule.mass == inside.mean()


def test_two_boxes_are_two_rules():
    columns = points(1500)
    lost = ((columns["a"] > 0.75) & (columns["b"] > 0.5)) | ((columns["c"] < 0.2) & (columns["a"] < 0.5))
    found = rules(columns, lost)
    assert len(found) >= 2
    assert sum(rule.coverage for rule in found) > 0.8
    assert max(rule.density for rule in found) > 0.8
    assert sum(rule.coverage for rule in found) <= 1


def test_a_both_sided_limit_is_found():
    columns = points(1000)
    (limit,) = rules(columns, (columns["b"] > 0.3) & (columns["b"] < 0.6))[0].limits
    assert limit == Limit("b", pytest.approx(0.3, abs=0.04), pytest.approx(0.6, abs=0.04))


def test_chance_makes_hardly_any_rules():
    made = [rules(points(200, seed), np.random.default_rng(1000 + seed).random(200) < 0.3) for seed in range(40)]
    assert sum(len(found) > 0 for found in made) <= 7  # 2 of 40 expected; more than 7 has a chance of 1 in 1,000


@pytest.mark.parametrize("everything", [True, False])
def test_where_all_or_nothing_is_lost_there_is_no_rule(everything):
    assert rules(points(100), np.full(100, everything)) == []


def test_a_study_says_where_a_policy_loses():
    """Spending 8 in place of 2 euro saves attempts x 0.25 x (1/2 - 1/5) euro per inhabitant a year (Gordon and Loeb's
    first class), so it loses below 80 attempts."""
    key = "prevention.local_spend"
    policies = [plain_policy({key: 2.0}), plain_policy({key: 8.0}).model_copy(update={"id": "more"})]
    factors = {"world.threat.attempts": {"low": 10.0, "high": 240.0, "steps": 24},
               "world.break_in.logistic_midpoint": [1.0, 2.0]}  # fmt: skip
    played = run_study(crossed(factors, worlds=[gordon_loeb_world()], policies=policies, years=None))
    found = losses(played, "cash_cost_eur")
    worse = played.values("cash_cost_eur", "more", "plain").mean(axis=1) > 0
    assert (found.lost, found.designs) == (int(worse.sum()), 48)
    (limit,) = found.rules[0].limits
    assert limit.factor == "world.threat.attempts"
    assert 60 <= limit.high <= 90
    assert found.rules[0].coverage > 0.8
    assert found.rules[0].density > 0.9
    with pytest.raises(InputError, match="cannot lose from itself"):
        losses(played, "cash_cost_eur", policy="plain")
