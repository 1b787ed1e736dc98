"""In which worlds a policy loses: a few rules, each with how much of the losses it covers and how dense they are in it.

After PRIM (Friedman and Fisher 1999) as it is used to find scenarios (Bryant and Lempert 2010): a box around all
designs is peeled, a little at a time, so that what is left holds more and more of the losses.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiments.studies.results import Studied
from sim.model.problems import InputError, Problem

PEEL = 0.1
"""The part of a box that is peeled off at a time."""
LEAST = 0.05
"""A box holds at least this part of all designs."""
BOXES = 3
CHANCE = 0.05
"""A limit is dropped whose effect on the box chance would bring this often."""
SHUFFLES = 19
"""Deals at random that a rule must beat: chance does as well as the best of them once in 20 times."""


@dataclass(frozen=True)
class Limit:
    """What a rule asks of one factor: a number from `low` to `high` (None: no end), or one of some words."""

    factor: str
    low: float | None = None
    high: float | None = None
    words: tuple[str, ...] = ()

    def holds(self, column: NDArray[Any]) -> NDArray[np.bool_]:
        """Which values it holds for."""
        if self.words:
            return np.isin(column, self.words)
        some = column.astype(float)
        found: NDArray[np.bool_] = (some >= (-np.inf if self.low is None else self.low)) & (
            some <= (np.inf if self.high is None else self.high)
        )
        return found


@dataclass(frozen=True)
class Rule:
    """Some limits that hold together. Of the losses that no earlier rule covers:

    `coverage` is the part of all losses that it holds, `density` the part of what it holds that are losses, `mass` the
    part of all designs that it holds.
    """

    limits: tuple[Limit, ...]
    coverage: float
    density: float
    mass: float


@dataclass(frozen=True)
class Losses:
    """In which designs a policy is worse than another in the mean of an outcome."""

    outcome: str
    policy: str
    against: str
    designs: int
    lost: int
    rules: tuple[Rule, ...]


def losses(studied: Studied, outcome: str, policy: str | None = None, against: str | None = None) -> Losses:
    """Return where a policy does worse (more of the outcome) than another, the baseline by default, as rules over the
    factors. Raises InputError where it is compared with itself, or nothing was moved.
    """
    mine, other = studied.policy(policy).id, studied.policy(against or studied.baseline.id).id
    if mine == other:
        raise InputError([Problem("", None, "one-policy", f"{mine} cannot lose from itself; name another --policy")])
    columns = {key: studied.column(key) for key in studied.factors}
    if not columns:
        raise InputError([Problem("", None, "too-few", "no factor was moved, so there is nothing to make rules of")])
    lost = studied.values(outcome, mine, other).mean(axis=1) > 0
    return Losses(outcome, mine, other, len(lost), int(lost.sum()), tuple(rules(columns, lost)))


def rules(columns: Mapping[str, NDArray[Any]], lost: NDArray[np.bool_]) -> list[Rule]:
    """Return up to three rules that hold where something was lost: `columns` and `lost` have a value a design.

    A rule must be better than any that is found when the losses are dealt out at random, in each of `SHUFFLES` deals.
    """
    found: list[Rule] = []
    left = np.ones(len(lost), dtype=bool)
    total = int(lost.sum())
    dice = np.random.default_rng(0)
    while len(found) < BOXES and 0 < int((lost & left).sum()) < int(left.sum()):
        here, mine = {key: column[left] for key, column in columns.items()}, lost[left]
        limits = _peeled(here, mine)
        chance = max(_merit(dealt, _inside(here, _peeled(here, dealt)))
                     for dealt in (dice.permutation(mine) for _ in range(SHUFFLES)))  # fmt: skip
        if not limits or _merit(mine, _inside(here, limits)) <= chance:
            break
        limits = _needed(here, mine, limits)
        if not limits:
            break
        inside = left & _inside(columns, limits)
        hits, count = int((lost & inside).sum()), int(inside.sum())
        if hits / count <= total / len(lost):
            break
        found.append(Rule(limits, hits / total, hits / count, count / len(lost)))
        left &= ~inside
    return found


def _inside(columns: Mapping[str, NDArray[Any]], limits: tuple[Limit, ...]) -> NDArray[np.bool_]:
    inside = np.ones(len(next(iter(columns.values()))), dtype=bool)
    for limit in limits:
        inside &= limit.holds(columns[limit.factor])
    return inside


def _peeled(columns: Mapping[str, NDArray[Any]], lost: NDArray[np.bool_]) -> tuple[Limit, ...]:
    """Peel a box to the end, and return the one on the way that covers many losses densely; empty where none does."""
    limits: dict[str, Limit] = {}
    inside = np.ones(len(lost), dtype=bool)
    best: tuple[float, tuple[Limit, ...]] = (_merit(lost, inside), ())
    while True:
        steps = [step for key, column in columns.items() for step in _peels(key, column, inside, limits.get(key))]
        chosen, most = None, lost[inside].mean()
        for limit in steps:
            inner = inside & limit.holds(columns[limit.factor])
            if LEAST * len(lost) <= inner.sum() < inside.sum() and (dense := lost[inner].mean()) > most:
                chosen, most = (limit, inner), dense
        if chosen is None:
            return best[1]
        limits[chosen[0].factor], inside = chosen[0], chosen[1]
        merit = _merit(lost, inside)
        if merit > best[0]:
            best = (merit, tuple(limits.values()))


def _merit(lost: NDArray[np.bool_], inside: NDArray[np.bool_]) -> float:
    """Coverage and density in one number, density counting double (van Rijsbergen's F with beta 0.5)."""
    hits = int((lost & inside).sum())
    return 1.25 * hits / (0.25 * int(lost.sum()) + int(inside.sum()))


def _peels(key: str, column: NDArray[Any], inside: NDArray[np.bool_], now: Limit | None) -> list[Limit]:
    """The ways to make a box smaller along one factor."""
    here = column[inside]
    if isinstance(here[0], str):
        known = sorted(set(here.tolist()))
        ways = [tuple(one for one in known if one != gone) for gone in known]
        return [Limit(key, words=words) for words in ways if words]
    some = here.astype(float)
    low, high = (None, None) if now is None else (now.low, now.high)
    ends = [max(0, math.ceil(len(some) * share - 1)) for share in (PEEL, 1 - PEEL)]  # the inverse of what was counted
    least, most = np.partition(some, ends)[ends]
    above, below = some[some > least], some[some < most]
    if now is None and some.min() == some.max():
        return []
    up = [Limit(key, float(above.min()), high)] if len(above) else []
    return up + ([Limit(key, low, float(below.max()))] if len(below) else [])


def _needed(
    columns: Mapping[str, NDArray[Any]], lost: NDArray[np.bool_], limits: tuple[Limit, ...]
) -> tuple[Limit, ...]:
    """The limits without those that chance could have brought: each against the box without it (Bryant 2010)."""
    from scipy.stats import binomtest

    kept = limits
    for limit in limits:
        others = tuple(one for one in kept if one is not limit)
        around = _inside(columns, others) if others else np.ones(len(lost), dtype=bool)
        inside = _inside(columns, kept)
        share = float(lost[around].mean())
        hits, count = int((lost & inside).sum()), int(inside.sum())
        if share >= 1 or binomtest(hits, count, share, alternative="greater").pvalue > CHANCE:
            kept = others
    return kept
