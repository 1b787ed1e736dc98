"""From futures to estimates: every figure with its interval, every comparison paired on the same futures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """What futures say about one outcome. `ci95` is for the mean; the quantiles describe the futures themselves."""

    mean: float
    ci95: tuple[float, float]
    median: float
    p5: float
    p95: float
    cvar95: float
    p95_ci95: tuple[float, float]


@dataclass(frozen=True)
class Difference:
    """A policy less its baseline on the same futures."""

    mean: float
    ci95: tuple[float, float]
    share_of_futures_lower: float
    share_of_futures_equal: float
    verdict: str  # lower, higher or too_close


@lru_cache(maxsize=256)
def _t_quantile(degrees: int, level: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(degrees, 0.5 + level / 2))


def mean_interval(values: NDArray[np.float64], level: float = LEVEL) -> tuple[float, float]:
    """Return Student's interval for the mean; infinite with fewer than two values."""
    n = len(values)
    if n < 2:
        return (-math.inf, math.inf)
    centre = float(np.mean(values))
    half = _t_quantile(n - 1, level) * float(np.std(values, ddof=1)) / math.sqrt(n)
    return (centre - half, centre + half)


def quantile_interval(values: NDArray[np.float64], p: float, level: float = LEVEL) -> tuple[float, float]:
    """Return the distribution-free interval of a quantile from order statistics (David and Nagaraja 2003, 7.1).

    The ranks are binomial quantiles; where the sample is too small for the level, the interval is open at that end.
    """
    from scipy.special import bdtr

    ordered = np.sort(values)
    n = len(ordered)
    tail = (1 - level) / 2
    cumulative = bdtr(np.arange(n), n, p)  # P(fewer than or equal k of n below the quantile)
    below = int(np.searchsorted(cumulative, tail, side="right"))
    above = int(np.searchsorted(cumulative, 1 - tail, side="left")) + 1
    low = float(ordered[below - 1]) if below >= 1 else -math.inf
    high = float(ordered[above - 1]) if above <= n else math.inf
    return (low, high)


def tail_mean(values: NDArray[np.float64], p: float = 0.95) -> float:
    """Return the mean of the worst (1 - p) of the futures (CVaR, expected shortfall), at least one future."""
    worst = max(1, math.ceil(round((1 - p) * len(values), 9)))
    return float(np.mean(np.sort(values)[-worst:]))


def estimate(values: NDArray[np.float64]) -> Estimate:
    """Return mean with interval, quantiles and tail mean of one outcome over futures: `values` has shape (n,)."""
    p5, median, p95 = (float(q) for q in np.quantile(values, [0.05, 0.5, 0.95]))
    return Estimate(
        mean=float(np.mean(values)),
        ci95=mean_interval(values),
        median=median,
        p5=p5,
        p95=p95,
        cvar95=tail_mean(values),
        p95_ci95=quantile_interval(values, 0.95),
    )


def difference(baseline: NDArray[np.float64], policy: NDArray[np.float64]) -> Difference:
    """Return policy less baseline, paired by future; "too_close" where the interval holds zero."""
    gaps = policy - baseline
    low, high = mean_interval(gaps)
    verdict = "lower" if high < 0 else "higher" if low > 0 else "too_close"
    return Difference(
        mean=float(np.mean(gaps)),
        ci95=(low, high),
        share_of_futures_lower=float(np.mean(gaps < 0)),
        share_of_futures_equal=float(np.mean(gaps == 0)),
        verdict=verdict,
    )


def exceedance(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the loss exceedance curve: losses in rising order, and the share of years or futures at least as bad."""
    ordered = np.sort(values)
    n = len(ordered)
    return ordered, (n - np.arange(n)) / n
