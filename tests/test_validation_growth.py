"""Growth of the threat against closed forms: what it is counted from, and how suppliers that fall grow along."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import integrate, stats

import sim
from sim.model.world.numbers import world_arrays
from sim.rules.threat import NEVER, calendar_years, day_intensity, growth_factor, moment_of_the_mean
from tests.worlds import attacked, close, quiet_world, tapes

SUPPLIERS = {
    "suppliers.full_it": 10,
    "suppliers.compromise_rate": 0.4,
    "suppliers.growth_share": 1,
    "threat.growth_centre": "horizon",
}


def falls(values: dict[str, Any], futures: int = 200, years: int = 4) -> list[np.ndarray]:
    """Return the years after the start at which suppliers fall in some futures."""
    world = quiet_world((20_000,), years, SUPPLIERS | values)
    return [tape.compromises / 1440 / 365.25 for tape in tapes(world, futures)]


@pytest.mark.parametrize("growth", [-0.3, 0.0, 0.085, 0.25, 1.0])
@pytest.mark.parametrize("years", [1, 10, 25])
def test_the_stated_number_of_attempts_is_the_mean_over_the_horizon(growth, years):
    world = sim.load_world("flanders-2020").with_values(
        {"years": years, "threat.growth": growth, "threat.growth_centre": "horizon", "threat.season_amplitude": 0}
    )
    numbers = world_arrays(world)
    levels = [day_intensity(day, 1, numbers.threat) for day in range(numbers.horizon // 1440)]
    assert math.isclose(np.mean(levels), 1.0, rel_tol=1.1e-3)  # growth stands still within a day


def test_by_hand_ten_years_at_eight_and_a_half_per_cent():
    """From 1 January of the base year: (1.085^10 - 1) / (10 ln 1.085) = 1.261 / 0.8158 = 1.546 on average."""
    assert growth_factor(moment_of_the_mean(10.0, 0.085), 0.085) == pytest.approx(1.546, abs=5e-4)
    assert moment_of_the_mean(10.0, 0.0) == 5.0
    assert moment_of_the_mean(10.0, 1e-8) == pytest.approx(5.0, abs=1e-5)


def test_from_a_base_year_growth_is_counted_as_it_says():
    world = sim.load_world("flanders-2020").with_values({"threat.growth_centre": "base_year", "threat.base_year": 2018})
    threat = world_arrays(world).threat
    assert threat.years_since_base == threat.supplier_years_since_base == 2.0


def test_a_run_over_fewer_years_is_the_beginning_of_the_same_futures():
    world = sim.load_world("flanders-2020")
    assert world_arrays(world, 3).threat == world_arrays(world).threat


@pytest.mark.parametrize("growth", [-0.4, 0.1, 0.9])
@pytest.mark.parametrize("base", [-3.2, 0.0, 5.0])
def test_the_clock_of_suppliers_solves_its_integral(growth, base):
    for years in (0.1, 2.0, 9.5):
        brought, _ = integrate.quad(lambda s: growth_factor(base + s, growth), 0.0, years)
        assert calendar_years(brought, growth, base) == pytest.approx(years)


@pytest.mark.parametrize("growth", [0.0, 5e-324, 1e-17, -1e-12, 1e-8])
def test_a_growth_next_to_nothing_is_none(growth):
    assert calendar_years(7.0, growth, 3.0) == pytest.approx(7.0, rel=1e-6)


def test_a_shrinking_rate_never_brings_more_than_it_has():
    assert calendar_years(1.0, -0.5, 0.0) == pytest.approx(math.log(1 + math.log(0.5)) / math.log(0.5))
    assert calendar_years(1.5, -0.5, 0.0) == NEVER  # in all 1 / ln 2 = 1.44


def test_suppliers_fall_along_the_integrated_rate():
    values = {"threat.growth": 0.5, "threat.growth_centre": "base_year", "threat.base_year": 2020}
    observed = np.histogram(np.concatenate(falls(values)), np.arange(9) / 2)[0]
    edges = 1.5 ** (np.arange(9) / 2) / math.log(1.5)
    expected = 200 * 10 * 0.4 * np.diff(edges)
    assert stats.chi2(8).sf(np.sum((observed - expected) ** 2 / expected)) > 1e-4


@pytest.mark.parametrize("growth", [-0.3, 0.25, 0.8])
def test_over_the_horizon_as_many_fall_as_is_stated(growth):
    counts = [len(one) for one in falls({"threat.growth": growth, "threat.growth_centre": "horizon"})]
    assert close(counts, 10 * 0.4 * 1461 / 365.25)


def test_without_a_share_of_the_growth_suppliers_fall_as_they_do_without_growth():
    still = falls({"threat.growth": 0}, 20)
    for centre in ("horizon", "base_year"):
        grown = falls({"threat.growth": 0.3, "threat.growth_centre": centre, "suppliers.growth_share": 0}, 20)
        assert all(np.array_equal(one, other) for one, other in zip(still, grown, strict=True))


def test_attempts_over_a_horizon_are_as_many_as_is_stated_whatever_the_growth():
    world = quiet_world((20_000,) * 20, 4, attacked(12.0) | {"threat.growth": 0.4, "threat.growth_centre": "horizon"})
    counts = np.array([np.diff(tape.attempt_offsets) for tape in tapes(world, 40)]).ravel()
    assert close(counts, 12.0 * 1461 / 365.25)
