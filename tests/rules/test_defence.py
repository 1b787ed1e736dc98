"""Coverage and break-in probability against their equations."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.optimize import minimize_scalar

from sim.model.problems import InputError
from sim.model.world.numbers import world_arrays
from sim.rules import defence as rules
from tests.worlds import quiet_world


def default_defence(kind: str = "measures"):
    """Return the defence of a world with the default parameters."""
    import sim

    return world_arrays(sim.load_world("one-town").with_values({"defence": kind})).defence


@pytest.mark.parametrize(("level", "target"), [(0.2, 0.7), (0.7, 0.2), (0.4, 0.4)])
def test_coverage_solves_its_differential_equation(level, target):
    build, decay = 12 * 43_830.0, 24 * 43_830.0

    def slope(_, coverage):
        return (target - coverage) / (build if target > level else decay)

    moments = np.array([1.0, 40_000.0, 500_000.0, 3_000_000.0])
    solution = solve_ivp(slope, (0, moments[-1]), [level], t_eval=moments, rtol=1e-10, atol=1e-12)
    stocks = [rules.stock_at(level, target, rules.gap_left(t, build), rules.gap_left(t, decay)) for t in moments]
    assert stocks == pytest.approx(solution.y[0], abs=1e-8)


def test_coverage_without_delay_is_its_target():
    assert rules.stock_at(0.2, 0.9, rules.gap_left(1.0, 0.0), rules.gap_left(1.0, 5.0)) == 0.9
    assert rules.stock_at(0.9, 0.2, rules.gap_left(1.0, 5.0), rules.gap_left(1.0, 0.0)) == 0.2


@given(ratio=st.floats(0, 20), more=st.floats(0.001, 20), today=st.floats(0.01, 0.95))
def test_each_euro_covers_more_and_less_than_the_one_before(ratio, more, today):
    here, there, further = (rules.coverage_target(ratio + k * more, today) for k in range(3))
    assert here <= there <= further <= 1
    assert there - here >= further - there - 1e-12


def test_todays_spend_buys_todays_coverage():
    assert rules.coverage_target(1.0, 0.35) == pytest.approx(0.35)
    assert rules.coverage_target(0.0, 0.35) == 0.0


def test_all_defences_agree_at_zero_risk_of_today():
    """At the reference spend every model gives the break-in probability of today (0.86 break-ins of 12 attempts)."""
    world = default_defence()
    cap = rules.unprotected(world)
    assert rules.break_in_probability(0.30, 0.35, 0.10, 5.0, cap, world) == pytest.approx(0.0714, abs=1e-12)
    for kind in ("gordon_loeb_1", "gordon_loeb_2", "logistic"):
        other = default_defence(kind)
        cap = rules.unprotected(other)
        assert rules.break_in_probability(0, 0, 0, 5.0, cap, other) == pytest.approx(0.0714, rel=0.005)


@pytest.mark.parametrize("z", [0.0, 0.5, 3.0, 7.0, 40.0])
def test_gordon_loeb_curves(z):
    assert rules.gordon_loeb_1(z, 0.25, 0.5, 1.3) == pytest.approx(0.25 / (0.5 * z + 1) ** 1.3)
    assert rules.gordon_loeb_2(z, 0.25, 0.181) == pytest.approx(0.25 ** (0.181 * z + 1))
    expected = 0.25 / (1 + math.exp(0.5 * (z - 2.5))) * (1 + math.exp(-0.5 * 2.5))
    assert rules.logistic(z, 0.25, 0.5, 2.5) == pytest.approx(expected)
    assert rules.logistic(200.0, 0.25, 100.0, 2.5) == pytest.approx(0.0)


@pytest.mark.parametrize("loss", [2.0, 10.0, 60.0])
def test_best_spend_matches_gordon_and_loeb(loss):
    """Minimise S(z) L + z: z* = ((v a b L)^(1/(b+1)) - 1) / a for class I, and never above v L / e."""
    v, alpha, beta = 0.25, 0.5, 1.0

    def bill(z):
        return rules.gordon_loeb_1(z, v, alpha, beta) * loss + z

    best = minimize_scalar(bill, bounds=(0, loss), method="bounded", options={"xatol": 1e-10}).x
    closed = max(0.0, ((v * alpha * beta * loss) ** (1 / (beta + 1)) - 1) / alpha)
    assert best == pytest.approx(closed, abs=1e-4)
    assert best <= v * loss / math.e + 1e-6


coverage = st.floats(0, 1)


@given(coverage, coverage, coverage, coverage)
def test_more_coverage_never_raises_the_risk(identity, hardening, awareness, more):
    world = default_defence()
    cap = rules.unprotected(world)
    risk = rules.break_in_probability(identity, hardening, awareness, 0.0, cap, world)
    raised = min(1.0, identity + more), min(1.0, hardening + more), min(1.0, awareness + more)
    assert rules.break_in_probability(*raised, 0.0, cap, world) <= risk
    assert world.floor * cap <= risk <= cap


@given(st.floats(0, 200), st.sampled_from(["gordon_loeb_1", "gordon_loeb_2", "logistic"]))
def test_the_cap_is_never_exceeded(spend, kind):
    world = default_defence(kind)
    cap = rules.unprotected(world)
    assert 0 <= rules.break_in_probability(0, 0, 0, spend, cap, world) <= cap


def test_a_world_whose_cap_exceeds_one_is_refused():
    perfect = {"break_in.today": 0.9, "measures.identity.risk_ratio": 0.1}
    with pytest.raises(InputError, match="over 100 % of attempts would succeed"):
        quiet_world((20_000,), 1, perfect)


def test_learning_closes_part_of_the_gap():
    assert rules.learned(0.4, 0.1) == pytest.approx(0.46)
