"""Estimates: intervals that hold what they promise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.results.estimates import (
    difference,
    differences,
    estimate,
    estimates,
    exceedance,
    mean_interval,
    quantile_interval,
    ratio,
    share_interval,
    tail_mean,
)


def test_mean_interval_is_students():
    values = np.array([3.0, 5.0, 4.0, 8.0, 1.0])
    expected = stats.t.interval(0.95, 4, loc=values.mean(), scale=stats.sem(values))
    assert mean_interval(values) == pytest.approx(expected)


def test_one_future_says_nothing_about_the_mean():
    assert mean_interval(np.array([3.0])) == (-math.inf, math.inf)


def test_mean_interval_covers_as_often_as_it_says():
    rng = np.random.default_rng(3)
    held = [low <= 2.0 <= high for low, high in (mean_interval(rng.gamma(2.0, 1.0, 60)) for _ in range(2000))]
    assert np.mean(held) == pytest.approx(0.95, abs=0.025)


@pytest.mark.parametrize("p", [0.5, 0.95])
def test_quantile_interval_covers_at_least_as_often_as_it_says(p):
    rng = np.random.default_rng(4)
    true = stats.lognorm(1.0).ppf(p)
    held = [low <= true <= high for low, high in (quantile_interval(rng.lognormal(size=200), p) for _ in range(2000))]
    assert 0.945 <= np.mean(held) <= 0.985


def test_quantile_interval_is_open_where_the_sample_is_too_small():
    low, high = quantile_interval(np.arange(20.0), 0.95)
    assert math.isfinite(low)
    assert high == math.inf


def test_tail_mean_is_the_mean_of_the_worst_twentieth():
    assert tail_mean(np.arange(100.0)) == np.mean([95, 96, 97, 98, 99])
    assert tail_mean(np.arange(10.0)) == 9


def test_estimate_of_known_numbers():
    e = estimate(np.arange(101.0))
    assert (e.mean, e.median, e.p5, e.p95, e.cvar95) == (50, 50, 5, 95, 97.5)


def test_differences_are_paired():
    rng = np.random.default_rng(5)
    noise = rng.normal(0, 1000, 50)
    gap = difference(noise, noise - 1 + rng.normal(0, 0.1, 50))
    assert gap.verdict == "lower"
    assert gap.share_of_futures_lower == 1.0
    assert gap.mean == pytest.approx(-1, abs=0.1)


def test_a_difference_that_may_be_chance_is_too_close_to_call():
    rng = np.random.default_rng(6)
    assert difference(np.zeros(30), rng.normal(0, 1, 30)).verdict == "too_close"
    assert difference(np.zeros(5), np.zeros(5)).share_of_futures_equal == 1.0


@given(st.lists(st.sampled_from([-1.0, 0.0, 1.0]), min_size=1, max_size=300))
def test_futures_are_counted_as_lower_equal_and_higher(gaps):
    found = difference(np.zeros(len(gaps)), np.array(gaps))
    lower, equal, higher = found.shares
    assert (lower, equal) == (gaps.count(-1.0) / len(gaps), gaps.count(0.0) / len(gaps))
    assert higher == pytest.approx(gaps.count(1.0) / len(gaps), abs=1e-15)
    assert lower + equal + higher == 1
    assert found.is_same == (set(gaps) == {0.0})


def test_exceedance_counts_years_at_least_as_bad():
    losses, chance = exceedance(np.array([10.0, 30.0, 20.0, 40.0]))
    assert losses.tolist() == [10, 20, 30, 40]
    assert chance.tolist() == [1.0, 0.75, 0.5, 0.25]


def test_ratio_covers_as_often_as_it_says():
    rng = np.random.default_rng(7)
    held = []
    for _ in range(1000):
        below = rng.normal(5, 2, 40)
        found = ratio(2 * below + rng.normal(0, 3, 40), below)
        held.append(found.ci95[0] <= 2.0 <= found.ci95[1])
    assert np.mean(held) == pytest.approx(0.95, abs=0.025)


def test_a_ratio_over_what_may_be_zero_has_no_ends():
    rng = np.random.default_rng(8)
    found = ratio(rng.normal(5, 1, 30), rng.normal(0, 1, 30))
    assert found.ci95 == (-math.inf, math.inf)
    assert math.isnan(ratio(np.ones(3), np.zeros(3)).value)
    assert ratio(np.array([4.0]), np.array([2.0])).value == 2


@pytest.mark.parametrize(("count", "n"), [(0, 20), (3, 20), (20, 20)])
def test_share_interval_is_clopper_and_pearsons(count, n):
    exact = stats.binomtest(count, n).proportion_ci(0.95, method="exact")
    assert share_interval(count, n) == pytest.approx((exact.low, exact.high))


def test_many_at_once_are_the_same_as_one_by_one():
    rng = np.random.default_rng(9)
    first, second = rng.gamma(2, 1, (4, 37)), rng.gamma(2, 1, (4, 37))
    assert estimates(first) == [estimate(row) for row in first]
    assert differences(first, second) == [difference(a, b) for a, b in zip(first, second, strict=True)]
