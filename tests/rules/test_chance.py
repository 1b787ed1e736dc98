"""Chance: published known answers, and the laws that the quantile functions promise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.rules import chance

ONES = 0xFFFFFFFF
# Random123, kat_vectors: counter, key and answer of philox4x32 with 10 rounds.
KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES,) * 4, (ONES,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_philox_gives_the_published_answers(counter, key, answer):
    assert chance.philox(*counter, *key) == answer


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_the_same_lines_give_the_same_answers_as_plain_python(counter, key, answer):
    plain = getattr(chance.philox, "py_func", chance.philox)
    assert plain(*counter, *key) == answer


def test_numbers_are_uniform_and_inside_the_interval():
    draws = np.array([chance.uniform(2026, 3, 23_025, k, chance.ATTEMPT) for k in range(20_000)])
    assert 0 < draws.min() < draws.max() < 1
    assert stats.kstest(draws, "uniform").pvalue > 1e-3


@pytest.mark.parametrize("other", [(7, 0, 1, 1, 1), (0, 7, 1, 1, 1), (0, 0, 7, 1, 1), (0, 0, 1, 7, 1), (0, 0, 1, 1, 7)])
def test_every_part_of_the_address_matters(other):
    assert chance.uniform(*other) != chance.uniform(0, 0, 1, 1, 1)


def test_seeds_beyond_32_bits_differ():
    assert chance.uniform(1, 0, 0, 0, 1) != chance.uniform(1 + (1 << 32), 0, 0, 0, 1)


def test_purposes_are_distinct():
    names = [name for name in vars(chance) if name.isupper()]
    numbers = [
        getattr(chance, name)
        for name in names
        if name
        not in {"MASK", "MULTIPLIER_0", "MULTIPLIER_1", "WEYL_0", "WEYL_1", "CENTRAL", "WORLD", "SUPPLIER", "STRUCTURE"}
    ]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("u", [1e-300, 1e-12, 1e-3, 0.0749, 0.3, 0.5, 0.9, 0.9251, 0.999999, 1 - 1e-15])
def test_normal_quantile(u):
    assert chance.normal_quantile(u) == pytest.approx(stats.norm.ppf(u), rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("u", [1e-9, 0.2, 0.5, 0.99])
def test_other_quantiles(u):
    assert chance.exponential_quantile(u) == pytest.approx(stats.expon.ppf(u), rel=1e-9)
    assert chance.lognormal_quantile(u, 20.0, 1.1) == pytest.approx(stats.lognorm(1.1, scale=20).ppf(u), rel=1e-9)
    assert chance.share_quantile(u, 0.56) == pytest.approx(stats.beta(0.56 / 0.44, 1).ppf(u), rel=1e-9)
    assert chance.share_quantile(u, 0.15) == pytest.approx(stats.beta(1, 0.85 / 0.15).ppf(u), rel=1e-6)


@pytest.mark.parametrize("mean", [0.15, 0.25, 0.5, 0.56, 0.9])
def test_shares_have_their_mean(mean):
    grid = (np.arange(20_000) + 0.5) / 20_000
    assert np.mean([chance.share_quantile(u, mean) for u in grid]) == pytest.approx(mean, abs=1e-4)


def test_a_share_of_nothing_or_everything_is_constant():
    assert chance.share_quantile(0.3, 0.0) == 0.0
    assert chance.share_quantile(0.3, 1.0) == 1.0
