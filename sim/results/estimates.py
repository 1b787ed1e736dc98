"""From futures to estimates: every figure with its interval, every comparison paired on the same futures."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.level import LEVEL


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
    """A policy less its baseline on the same futures. The three shares of futures add up to exactly 1."""

    mean: float
    ci95: tuple[float, float]
    share_of_futures_lower: float
    share_of_futures_equal: float
    verdict: str  # lower, higher or too_close
    share_of_futures_higher: float = field(init=False)

    def __post_init__(self) -> None:
        """The rest of the futures, so that no rounding is left over; with few digits where these give 1 too."""
        others = self.share_of_futures_lower + self.share_of_futures_equal
        short = round(1.0 - others, 12)
        object.__setattr__(self, "share_of_futures_higher", short if others + short == 1.0 else 1.0 - others)

    @property
    def shares(self) -> tuple[float, float, float]:
        """The shares of futures in which the policy comes out lower, equal and higher."""
        return self.share_of_futures_lower, self.share_of_futures_equal, self.share_of_futures_higher

    @property
    def is_same(self) -> bool:
        """Whether the policy gives what the baseline gives in every future."""
        return self.share_of_futures_equal == 1.0


@lru_cache(maxsize=256)
def _t_quantile(degrees: int, level: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(degrees, 0.5 + level / 2))


def mean_interval(values: NDArray[np.float64], level: float = LEVEL) -> tuple[float, float]:
    """Return Student's interval for the mean; infinite with fewer than two values."""
    ((low, high),) = mean_intervals(values[np.newaxis], level).tolist()
    return low, high


def mean_intervals(values: NDArray[np.float64], level: float = LEVEL) -> NDArray[np.float64]:
    """Return `mean_interval` of each row of values (k, n): shape (k, 2)."""
    n = values.shape[1]
    if n < 2:
        return np.tile([-math.inf, math.inf], (len(values), 1))
    centre = np.mean(values, axis=1)
    half = _t_quantile(n - 1, level) * np.std(values, axis=1, ddof=1) / math.sqrt(n)
    return np.column_stack([centre - half, centre + half])


@lru_cache(maxsize=256)
def _quantile_ranks(n: int, p: float, level: float) -> tuple[int, int]:
    """Return the ranks, from one on, between which the quantile lies; 0 and n + 1 where the interval is open."""
    from scipy.special import bdtr

    tail = (1 - level) / 2
    cumulative = bdtr(np.arange(n), n, p)  # P(fewer than or equal k of n below the quantile)
    below = int(np.searchsorted(cumulative, tail, side="right"))
    above = int(np.searchsorted(cumulative, 1 - tail, side="left")) + 1
    return below, above


def quantile_interval(values: NDArray[np.float64], p: float, level: float = LEVEL) -> tuple[float, float]:
    """Return the distribution-free interval of a quantile from order statistics (David and Nagaraja 2003, 7.1).

    The ranks are binomial quantiles; where the sample is too small for the level, the interval is open at that end.
    """
    return _between_ranks(np.sort(values), p, level)


def _between_ranks(ordered: NDArray[np.float64], p: float, level: float) -> tuple[float, float]:
    below, above = _quantile_ranks(len(ordered), p, level)
    low = float(ordered[below - 1]) if below >= 1 else -math.inf
    high = float(ordered[above - 1]) if above <= len(ordered) else math.inf
    return (low, high)


def tail_mean(values: NDArray[np.float64], p: float = 0.95) -> float:
    """Return the mean of the worst (1 - p) of the futures (CVaR, expected shortfall), at least one future."""
    return float(np.mean(np.sort(values)[-_in_tail(len(values), p) :]))


def _in_tail(n: int, p: float) -> int:
    return max(1, math.ceil(round((1 - p) * n, 9)))


def estimate(values: NDArray[np.float64]) -> Estimate:
    """Return mean with interval, quantiles and tail mean of one outcome over futures: `values` has shape (n,)."""
    (one,) = estimates(values[np.newaxis])
    return one


def estimates(values: NDArray[np.float64]) -> list[Estimate]:
    """Return the estimate of each row of `values`, outcomes x futures: all in a few passes."""
    ordered = np.sort(values, axis=1)
    n = ordered.shape[1]
    quantiles = np.quantile(ordered, [0.05, 0.5, 0.95], axis=1)
    means, ends = np.mean(values, axis=1), mean_intervals(values)
    tails = np.mean(ordered[:, -_in_tail(n, 0.95) :], axis=1)
    return [
        Estimate(
            mean=mean,
            ci95=(low, high),
            median=median,
            p5=p5,
            p95=p95,
            cvar95=tail,
            p95_ci95=_between_ranks(row, 0.95, LEVEL),
        )
        for mean, (low, high), (p5, median, p95), tail, row in zip(
            means.tolist(), ends.tolist(), quantiles.T.tolist(), tails.tolist(), ordered, strict=True
        )
    ]


def difference(baseline: NDArray[np.float64], policy: NDArray[np.float64]) -> Difference:
    """Return policy less baseline, paired by future; "too_close" where the interval holds zero."""
    (one,) = differences(baseline[np.newaxis], policy[np.newaxis])
    return one


def differences(baseline: NDArray[np.float64], policy: NDArray[np.float64]) -> list[Difference]:
    """Return the difference of each row, outcomes x futures: all in a few passes."""
    gaps = policy - baseline
    ends = mean_intervals(gaps)
    columns = (np.mean(gaps, axis=1), ends, np.mean(gaps < 0, axis=1), np.mean(gaps == 0, axis=1), verdicts(ends))
    return [
        Difference(
            mean=mean,
            ci95=(low, high),
            share_of_futures_lower=lower,
            share_of_futures_equal=equal,
            verdict=verdict,
        )
        for mean, (low, high), lower, equal, verdict in zip(*(column.tolist() for column in columns), strict=True)
    ]


def verdicts(intervals: NDArray[np.float64]) -> NDArray[np.str_]:
    """Return lower, higher or too_close for each interval of a difference (k, 2): which side of zero it lies on."""
    return np.where(intervals[:, 1] < 0, "lower", np.where(intervals[:, 0] > 0, "higher", "too_close"))


@dataclass(frozen=True)
class Ratio:
    """A ratio of two means with its interval; open ends where what it is divided by may be zero."""

    value: float  # nan where there is nothing to divide by
    ci95: tuple[float, float]


def ratio(numerator: NDArray[np.float64], denominator: NDArray[np.float64], level: float = LEVEL) -> Ratio:
    """Return the ratio of the means of two paired outcomes, with Fieller's interval (Fieller 1954).

    It holds the ratios r for which numerator - r x denominator has a mean that Student's test does not tell from zero:
    the roots of a quadratic in r. Where the denominator itself may be zero, that set has no ends.
    """
    n, bottom = len(numerator), float(np.mean(denominator))
    if bottom == 0.0:
        return Ratio(math.nan, (-math.inf, math.inf))
    top = float(np.mean(numerator))
    if n < 2:
        return Ratio(top / bottom, (-math.inf, math.inf))
    (of_top, both), (_, of_bottom) = (np.cov(numerator, denominator) / n).tolist()
    t = _t_quantile(n - 1, level)
    a, b, c = bottom**2 - t * t * of_bottom, top * bottom - t * t * both, top**2 - t * t * of_top
    if a <= 0.0:
        return Ratio(top / bottom, (-math.inf, math.inf))
    half = math.sqrt(max(0.0, b * b - a * c))
    return Ratio(top / bottom, ((b - half) / a, (b + half) / a))


def share_interval(count: int, n: int, level: float = LEVEL) -> tuple[float, float]:
    """Return the interval of Clopper and Pearson (1934) for a share of which `count` of `n` were seen."""
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    low = 0.0 if count == 0 else float(betaincinv(count, n - count + 1, tail))
    high = 1.0 if count == n else float(betaincinv(count + 1, n - count, 1 - tail))
    return low, high


def exceedance(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the loss exceedance curve: losses in rising order, and the share of years or futures at least as bad."""
    ordered = np.sort(values)
    n = len(ordered)
    return ordered, (n - np.arange(n)) / n


def open_ended(interval: Iterable[float]) -> list[float | None]:
    """Return the ends of an interval as plain data: an end that is not known is None."""
    return [known(end) for end in interval]


def known(number: float) -> float | None:
    """Return a number as plain data: None where it is not known."""
    return number if math.isfinite(number) else None
