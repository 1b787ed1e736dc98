"""The annual loss against the compound Poisson law."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import lognorm

from tests.worlds import FOUR_YEARS, MORE, attacked, close, futures, plain_policy, quiet_world

RATE, MEDIAN, SIGMA = 0.6, 4_000.0, 0.5  # break-ins a year; euro
TOWNS, REPLICATIONS = 100, 40


@pytest.fixture(scope="module")
def losses(engine) -> np.ndarray:
    """Losses of municipalities over four years, in euro: break-ins are minor, their cost is lognormal."""
    world = quiet_world(
        (20_000,) * TOWNS,
        FOUR_YEARS,
        attacked(RATE, 0.2) | {"incident.minor_cost": MEDIAN, "incident.minor_sigma": SIGMA},
    )
    totals = []
    for future in futures(world, plain_policy({"prevention.local_spend": 0}), MORE[engine] * REPLICATIONS, engine):
        town = future.postings["nis"] - 10_001
        totals.append(np.bincount(town, weights=future.postings["cents"], minlength=TOWNS) / 100)
    return np.concatenate(totals)


def test_mean_is_rate_times_mean_cost(losses):
    assert close(losses, FOUR_YEARS * RATE * lognorm(SIGMA, scale=MEDIAN).mean())


def test_variance_is_rate_times_second_moment(losses):
    expected = FOUR_YEARS * RATE * lognorm(SIGMA, scale=MEDIAN).moment(2)
    assert close((losses - losses.mean()) ** 2, expected)


@pytest.mark.parametrize("p", [0.25, 0.5, 0.75, 0.9, 0.95, 0.99])
def test_quantiles_follow_the_law_from_the_fast_fourier_transform(losses, p):
    """Panjer's aggregate law by FFT: exp(rate (phi - 1)) on a grid of 10 euro (Klugman, Panjer and Willmot, 9.6)."""
    step, size = 10.0, 1 << 15
    grid = np.arange(size) * step
    cost = lognorm(SIGMA, scale=MEDIAN)
    mass = cost.cdf(grid + step / 2) - np.where(grid > 0, cost.cdf(grid - step / 2), 0)
    law = np.fft.ifft(np.exp(FOUR_YEARS * RATE * (np.fft.fft(mass) - 1))).real.cumsum()
    quantile = grid[np.searchsorted(law, p)] + step / 2
    reached = law[np.searchsorted(law, p)]
    share = np.mean(losses <= quantile)
    assert abs(share - reached) <= 4 * np.sqrt(p * (1 - p) / len(losses))


def test_every_loss_is_one_of_the_incidents(losses):
    assert close(losses == 0, np.exp(-FOUR_YEARS * RATE))
