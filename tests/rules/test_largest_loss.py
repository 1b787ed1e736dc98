"""What an incident costs at most, and what that makes of the mean: on paper, in futures, and in what is expected."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import sim
from sim.engines import events as ev
from sim.engines.expectations import full_stakes, mean_at_most
from sim.model.world.numbers import world_arrays
from sim.rules import incident as rules
from sim.rules.incident import MINOR, SEVERE, SIGNIFICANT
from tests.worlds import MORE, attacked, close, futures, plain_policy, quiet_world

PEOPLE = 20_000
VALUES = {
    "incident.largest_loss": 0.1, "finance.operating_spend": 2_000, "measures.continuity.today": 0.5,
    "measures.continuity.risk_ratio": 0.6, "measures.backups.today": 0.5, "measures.backups.lost_without": 0.6,
    "measures.backups.lost_with": 0.2, "incident.backup_cost_factor": 3,
}  # fmt: skip
"""Two hundred euro per inhabitant to lose; without a plan a bill is 1 / 0.8 times as high, and with the backups gone
3 / (1 + 0.4 x 2) times: 1.25 and 5 / 3.
"""


def terms(values=VALUES):
    """Return the bill and recovery of a quiet world."""
    world = world_arrays(quiet_world((PEOPLE,), 1, values))
    return world.bill, world.recovery


def test_the_most_on_paper():
    bill, recovery = terms()
    assert rules.most_euro(SIGNIFICANT, PEOPLE, bill, recovery) == pytest.approx(200 * PEOPLE / 1.25)
    assert rules.most_euro(SEVERE, PEOPLE, bill, recovery) == pytest.approx(200 * PEOPLE / 1.25 / (5 / 3))


@given(st.floats(1e-12, 1 - 1e-12), st.floats(0, 1), st.booleans(), st.sampled_from([SIGNIFICANT, SEVERE]))
def test_nobody_loses_more_than_there_is(u, continuity, lost, severity):
    huge = {"incident.severe_cost": 10_000, "incident.severe_sigma": 4, "incident.significant_sigma": 4}
    bill, recovery = terms(VALUES | huge | {"incident.significant_cost": 1e8})
    plan = rules.plan_factor(continuity, recovery)
    factor = rules.loss_factor(plan, severity, lost, 0.0, recovery.backup_cost_factor, recovery)
    most = rules.most_euro(severity, PEOPLE, bill, recovery)
    assert rules.whole_bill_euro(u, severity, 1.0, most, factor, 0, bill) <= 200 * PEOPLE * (1 + 1e-12)


@pytest.mark.parametrize(("median", "sigma", "most"), [(60_000, 1.5, 90_000), (60_000, 1.1, 1e7), (3, 0.4, 2)])
def test_the_mean_with_a_limit_is_its_integral(median, sigma, most):
    parts = 1_000_000
    z = stats.norm.ppf((np.arange(parts) + 0.5) / parts)
    integral = np.minimum(median * np.exp(sigma * z), most).mean()
    assert mean_at_most(median, sigma, most) == pytest.approx(integral, rel=1e-4)


def test_a_limit_far_away_leaves_the_mean():
    for most in (1e13, math.inf):
        assert mean_at_most(60_000, 1.5, most) == pytest.approx(60_000 * math.exp(1.5**2 / 2))


@pytest.mark.parametrize("severity", [SIGNIFICANT, SEVERE])
def test_the_mean_bill_of_futures_is_the_one_expected(engine, severity):
    """At today's coverage, where the limit takes a good part: what a break-in costs, and what is expected of it."""
    of_class = {"incident.significant": float(severity == SIGNIFICANT), "incident.severe": float(severity == SEVERE)}
    costs = {"incident.significant_cost": 1_000_000, "incident.significant_sigma": 1.5,
             "incident.severe_cost": 50, "incident.severe_sigma": 1.5}  # fmt: skip
    at_rest = {"measures.spread": 0, "threat.attempts": 5}
    world = quiet_world((PEOPLE,) * 50, 4, attacked(5) | VALUES | of_class | costs | at_rest)
    policy = plain_policy({"prevention.local_spend": world.measures.reference_spend})
    means = []
    for one in futures(world, policy, 10 * MORE[engine], engine):
        rows = one.incidents[(one.incidents["cause"] == ev.DIRECT) & (one.incidents["open"] == 0)]
        means.append(rows["cost_cents"].mean() / 100 / PEOPLE)
    column = {SIGNIFICANT: 2, SEVERE: 3}[severity]
    expected = full_stakes(world_arrays(world), 0.0)[0, column]
    unlimited = 50 * math.exp(1.5**2 / 2)
    assert close(means, expected)
    assert expected < 0.6 * unlimited


def test_the_classes_of_flanders_are_ordered_in_expectation_and_six_times_in_seven_in_distribution():
    numbers = world_arrays(sim.load_world("flanders-2020"))
    stakes = full_stakes(numbers, 0.0)
    assert (np.diff(stakes[:, 1:4], axis=1) > 0).all()
    bill, recovery = numbers.bill, numbers.recovery
    u = (np.arange(2_000) + 0.5) / 2_000
    costs = {
        severity: np.array([rules.bill_euro(one, severity, 1.0, bill) for one in u.tolist()])
        for severity in (MINOR, SIGNIFICANT, SEVERE)
    }
    for severity in (SIGNIFICANT, SEVERE):
        costs[severity] = np.minimum(costs[severity], rules.most_euro(severity, PEOPLE, bill, recovery))
    for lighter, heavier in ((MINOR, SIGNIFICANT), (SIGNIFICANT, SEVERE)):
        dearer = np.searchsorted(costs[heavier], costs[lighter], side="left").mean() / len(u)
        assert dearer < 0.15
