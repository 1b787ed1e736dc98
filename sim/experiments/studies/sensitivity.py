"""What matters: how much an outcome moves with each factor, and how much of its spread each one brings.

Main effects come from any design, with the noise below which they say nothing; Sobol indices from a `sobol` design.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiments.studies.results import Studied
from sim.level import LEVEL
from sim.model.problems import InputError, Problem

RESAMPLES = 500
"""Bootstrap samples behind the interval of a Sobol index."""


@dataclass(frozen=True)
class Effect:
    """How an outcome changes when one factor goes from one end to the other, the others staying in the middle.

    `start` and `end` are the outcomes there; `floor` is the change that a factor which does nothing could show: with
    95 % confidence none of them shows more.
    """

    factor: str
    low: float | str
    high: float | str
    start: float
    end: float
    floor: float
    error: float

    @property
    def change(self) -> float:
        """From start to end."""
        return self.end - self.start

    @property
    def is_noise(self) -> bool:
        """Whether a factor that does nothing could look like this."""
        return abs(self.change) <= self.floor


@dataclass(frozen=True)
class Effects:
    """The effects of all factors on an outcome, the largest first."""

    outcome: str
    policy: str
    against: str | None
    mean: float
    designs: int
    futures: int
    rows: tuple[Effect, ...]


def effects(studied: Studied, outcome: str, policy: str | None = None, against: str | None = None) -> Effects:
    """Return what each factor does to an outcome of a policy, or to its difference with the policy `against`.

    Raises InputError where there is nothing to tell apart.
    """
    values = studied.values(outcome, policy, against)
    columns = {key: studied.column(key) for key in studied.factors}
    columns = {key: some for key, some in columns.items() if len(set(some.tolist())) > 1}
    if len(values) < 4 or not columns:
        raise InputError([_too_few("effects need at least four designs, and a factor that moves")])
    rows = main_effects(columns, values)
    return Effects(
        outcome, studied.policy(policy).id, against, float(values.mean()), len(values), values.shape[1], tuple(rows)
    )


def main_effects(columns: Mapping[str, NDArray[Any]], values: NDArray[np.float64]) -> list[Effect]:
    """Return the effect of every factor, the largest first, from an additive model fitted by least squares.

    `columns` hold the value of each factor in each design, `values` has shape (designs, futures). A factor of numbers
    is a line from its lowest to its highest value, one of words or of few numbers has a level for each. The noise floor
    takes in what the model leaves unexplained and what the futures leave uncertain, over all factors together
    (Bonferroni). With fewer designs than the model has terms, each factor is fitted alone.
    """
    terms = {key: _terms(np.asarray(column)) for key, column in columns.items()}
    width = 1 + sum(matrix.shape[1] for matrix, *_ in terms.values())
    compared = sum(max(1, len(levels) * (len(levels) - 1) // 2) for _, levels, _ in terms.values())
    whole = _fit([matrix for matrix, *_ in terms.values()], values) if len(values) > width + 2 else None
    found, first = [], 1
    for key, (matrix, levels, is_line) in terms.items():
        fit, begin = (whole, first) if whole is not None else (_fit([matrix], values), 1)
        first += matrix.shape[1]
        place = slice(begin, begin + matrix.shape[1])
        found.append(_effect(key, fit, place, levels, None if is_line else matrix.min(axis=0), compared))
    return sorted(found, key=lambda one: -abs(one.change))


MANY = 12
"""Numbers of more different values than this are a range, and get a line; so do those that hardly come twice."""


def _terms(column: NDArray[Any]) -> tuple[NDArray[np.float64], list[float | str], bool]:
    """Return the columns of a factor in the model, its levels (of a line its ends), and whether it is a line."""
    known = sorted(set(column.tolist()), key=lambda one: (isinstance(one, str), one))
    few = len(known) <= min(MANY, len(column) / 2)
    if all(isinstance(one, int | float) for one in known) and not few and len(known) > 2:
        low, high = float(known[0]), float(known[-1])
        return ((column.astype(float) - low) / (high - low) - 0.5)[:, np.newaxis], [low, high], True
    marks = np.array([[one == level for level in known] for one in column.tolist()], dtype=float)
    return marks[:, 1:] - marks[:, 1:].mean(axis=0), known, False


@dataclass(frozen=True)
class _Fit:
    by_future: NDArray[np.float64]  # (terms, futures)
    inverse: NDArray[np.float64]  # (terms, terms)
    spread: float  # of the residuals of the means, squared
    freedom: int


def _fit(parts: Sequence[NDArray[np.float64]], values: NDArray[np.float64]) -> _Fit:
    matrix = np.column_stack([np.ones(len(values)), *parts])
    inverse = np.linalg.pinv(matrix.T @ matrix)
    by_future = inverse @ (matrix.T @ values)
    rest = values.mean(axis=1) - matrix @ by_future.mean(axis=1)
    freedom = max(1, len(values) - matrix.shape[1])
    return _Fit(by_future, inverse, float(rest @ rest) / freedom, freedom)


def _effect(
    key: str, fit: _Fit, place: slice, levels: list[float | str], first: NDArray[np.float64] | None, compared: int
) -> Effect:
    """Return the effect of a factor; `first` is the row of its terms at the first level, or None of a line."""
    from scipy.special import stdtrit

    size = place.stop - place.start
    contrast, middle = np.zeros(len(fit.inverse)), float(fit.by_future[0].mean())
    if first is None:
        contrast[place] = 1.0
        low, high = levels
    else:
        means = np.concatenate([[0.0], fit.by_future[place].mean(axis=1)])
        ends = int(means.argmin()), int(means.argmax())
        if isinstance(levels[0], int | float) or ends[0] == ends[1]:
            ends = 0, size
        for sign, level in zip((-1.0, 1.0), ends, strict=True):
            if level:
                contrast[place.start + level - 1] += sign
        low, high = levels[ends[0]], levels[ends[1]]
    each = contrast @ fit.by_future
    change, futures = float(each.mean()), len(each)
    start = middle - change / 2 if first is None else middle + float(first @ means[1:]) + float(means[ends[0]])
    chance = float(each.var(ddof=1)) / futures if futures > 1 else 0.0
    rest = float(fit.spread * (contrast @ fit.inverse @ contrast))
    error = math.sqrt(rest + chance)
    parts = rest**2 / fit.freedom + chance**2 / max(1, futures - 1)
    freedom = error**4 / parts if parts > 0 else fit.freedom  # Satterthwaite
    floor = float(stdtrit(freedom, 1 - (1 - LEVEL) / 2 / compared)) * error
    return Effect(key, low, high, start, start + change, floor, error)


# ---- Sobol's indices -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Index:
    """How much of the spread of an outcome a factor brings: by itself, and with all that it does together with others.

    Each with half the width of its 95 % interval.
    """

    factor: str
    first: float
    first_half: float
    total: float
    total_half: float


@dataclass(frozen=True)
class Indices:
    """Sobol's indices of all factors for an outcome, the largest total first."""

    outcome: str
    policy: str
    against: str | None
    designs: int
    rows: tuple[Index, ...]


def sobol(
    studied: Studied, outcome: str, policy: str | None = None, against: str | None = None, world: str | None = None
) -> Indices:
    """Return Sobol's indices of the mean of an outcome of a policy, or of its difference with the policy `against`.

    `world` is the same as asking `studied.in_world(world)`. Raises InputError for another design than `sobol`, and for
    a study that is not whole.
    """
    studied = studied if world is None else studied.in_world(world)
    study = studied.study
    if study.design != "sobol":
        message = f"the design of this study is {study.design}, and Sobol's indices need design: sobol"
        raise InputError([Problem(str(studied.store.folder), None, "wrong-design", message, "`effects` takes any")])
    means = studied.values(outcome, policy, against).mean(axis=1)
    if len(means) != studied.store.designs.points:
        raise InputError([_too_few("Sobol's indices need every design of the scheme; resume the study first")])
    rows = sobol_indices(studied.factors, means, seed=study.seed)
    return Indices(outcome, studied.policy(policy).id, against, len(means), tuple(rows))


def sobol_indices(names: Sequence[str], values: NDArray[np.float64], seed: int = 0) -> list[Index]:
    """Return the indices from values at the points of `designs.radial`, in its order; the largest total first.

    First-order and total by the estimators of Saltelli (2010) and Jansen (1999), with a bootstrap interval, as SALib
    computes them. Raises InputError without SALib.
    """
    try:
        from SALib.analyze import sobol as analysis
    except ImportError:
        hint = 'pip install "weerbaar[study]"'
        raise InputError([Problem("", None, "not-installed", "SALib is not installed", hint)]) from None
    if float(np.ptp(values)) == 0:  # nothing moves, and nothing brings any of it
        return [Index(name, 0.0, 0.0, 0.0, 0.0) for name in names]
    problem = {"num_vars": len(names), "names": list(names), "bounds": [[0, 1]] * len(names)}
    found = analysis.analyze(
        problem, values, calc_second_order=False, num_resamples=RESAMPLES, conf_level=LEVEL, seed=seed % 2**32
    )
    columns = (found["S1"], found["S1_conf"], found["ST"], found["ST_conf"])
    rows = [
        Index(name, *(float(one) for one in row)) for name, row in zip(names, zip(*columns, strict=True), strict=True)
    ]
    return sorted(rows, key=lambda one: -one.total)


def _too_few(message: str) -> Problem:
    return Problem("", None, "too-few", message)
