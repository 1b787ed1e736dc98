"""What is best, for whom and where: two factors at once, two aims at once, regret over worlds, a budget.

A candidate is a policy with its values of the factors of policies. Candidates are compared in the same worlds, on the
same futures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiments.studies.results import Studied
from sim.model.problems import InputError, Problem
from sim.results.estimates import Difference, difference, mean_interval, tail_mean

RESAMPLES = 400
BUDGET = "cost_flanders_eur"

# ---- candidates in worlds ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Candidate:
    """A policy with the values of the factors of policies, by key."""

    policy: str
    values: tuple[tuple[str, float | str], ...]

    @property
    def name(self) -> str:
        """The policy, and the values by the last word of their key."""
        inside = ", ".join(f"{key.rpartition('.')[2]} {_short(value)}" for key, value in self.values)
        return f"{self.policy} ({inside})" if inside else self.policy


def _short(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"


@dataclass(frozen=True)
class Crossed:
    """Candidates that were all played in the same worlds: `places[c, w]` is the design, `policies[c]` the policy."""

    studied: Studied
    candidates: tuple[Candidate, ...]
    worlds: tuple[dict[str, float | str], ...]
    places: NDArray[np.int64]

    @property
    def years(self) -> NDArray[np.float64]:
        """How many years a future has in each world: shape (worlds,)."""
        own = self.studied.study.years or self.studied.world.years
        moved = [one.get("world.years", "-") for one in self.worlds]
        return np.array([own if years == "-" else years for years in moved], dtype=float)

    def values(self, outcome: str) -> NDArray[np.float64]:
        """An outcome of every candidate in every world and future: shape (candidates, worlds, futures)."""
        found = {name: self.studied.values(outcome, name) for name in {one.policy for one in self.candidates}}
        return np.stack([found[one.policy][row] for one, row in zip(self.candidates, self.places, strict=True)])


def crossed(studied: Studied) -> Crossed:
    """Return the candidates of a study, the baseline first, in the worlds in which all of them were played.

    Raises InputError where every candidate had a world of its own, so that nothing can be compared, and where the study
    has several worlds and none was chosen.
    """
    study = studied.study
    own = [key for key in studied.factors if key.startswith("policy.")]
    around = ["world", *(key for key in studied.factors if key.startswith("world."))]
    where: dict[tuple[Any, ...], int] = {}
    found: dict[Candidate, dict[int, int]] = {}
    table = {key: studied.column(key).tolist() for key in (*around, *own)}
    for place in range(len(studied.points)):
        world = where.setdefault(tuple(table[key][place] for key in around), len(where))
        for number, policy in enumerate(study.played):
            fixed = number == 0 and study.baseline is not None
            values = () if fixed else tuple((key, table[key][place]) for key in own)
            found.setdefault(Candidate(policy.id, values), {}).setdefault(world, place)
    shared = [number for number in range(len(where)) if all(number in places for places in found.values())]
    if not shared:
        message = "no world has all candidates: the factors of worlds and of policies move together"
        hint = "move them in a grid, or move the worlds only"
        raise InputError([Problem(str(studied.store.folder), None, "not-crossed", message, hint)])
    order = sorted(found, key=lambda one: one.policy != studied.baseline.id)
    worlds = [dict(zip(around, key, strict=True)) for key in where]
    places = np.array([[found[one][world] for world in shared] for one in order])
    return Crossed(studied, tuple(order), tuple(worlds[number] for number in shared), places)


# ---- two factors at once -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Heat:
    """An outcome over two factors: mean and 95 % interval of every cell (rows are y), NaN where nothing was played."""

    outcome: str
    policy: str
    against: str | None
    x: str
    y: str
    x_labels: tuple[str, ...]
    y_labels: tuple[str, ...]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    designs: NDArray[np.int64]


def heat(
    studied: Studied,
    outcome: str,
    x: str,
    y: str,
    *,
    policy: str | None = None,
    against: str | None = None,
    bins: int = 5,
) -> Heat:
    """Return an outcome of a policy, or its difference with the policy `against`, over two factors.

    Other factors are averaged over. Ranges are cut into `bins` of equal width. Raises InputError for a factor that was
    not moved, and for the same one twice.
    """
    x, y = studied.factor(x), studied.factor(y)
    if x == y:
        message = f"{x} stands on both sides; name two factors"
        raise InputError([Problem(str(studied.store.folder), None, "one-factor", message)])
    values = studied.values(outcome, policy, against)
    across, x_labels = _cut(studied.column(x), bins)
    up, y_labels = _cut(studied.column(y), bins)
    shape = len(y_labels), len(x_labels)
    mean, low, high = (np.full(shape, np.nan) for _ in range(3))
    designs = np.zeros(shape, dtype=np.int64)
    for row in range(shape[0]):
        for column in range(shape[1]):
            here = values[(up == row) & (across == column)]
            designs[row, column] = len(here)
            if len(here):
                by_future = here.mean(axis=0)
                mean[row, column] = by_future.mean()
                low[row, column], high[row, column] = mean_interval(by_future)
    return Heat(outcome, studied.policy(policy).id, against, x, y, x_labels, y_labels, mean, low, high, designs)


MANY = 12


def _cut(column: NDArray[Any], bins: int) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the class of every value, and what the classes are called."""
    known = list(dict.fromkeys(column.tolist()))
    if all(isinstance(one, int | float) for one in known):
        known.sort()
        if len(known) > MANY:
            edges = np.linspace(float(known[0]), float(known[-1]), bins + 1)
            places = np.clip(np.searchsorted(edges, column.astype(float), side="right") - 1, 0, bins - 1)
            return places, tuple(f"{a:.3g} – {b:.3g}" for a, b in pairwise(edges.tolist()))
    places = np.array([known.index(one) for one in column.tolist()])
    return places, tuple(_short(one) if isinstance(one, int | float) else str(one) for one in known)


# ---- two aims at once ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Aim:
    """What a candidate is judged by: an outcome, and `mean`, `cvar95` or `p95` of it over futures and worlds."""

    outcome: str
    stat: str = "mean"


STATS: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "mean": lambda values: values.mean(axis=1),
    "p95": lambda values: np.quantile(values, 0.95, axis=1),
    "cvar95": lambda values: np.array([tail_mean(row) for row in values]),
}


@dataclass(frozen=True)
class Spot:
    """A candidate between two aims; `share` of the samples of futures have it on the front."""

    candidate: Candidate
    x: float
    y: float
    on_front: bool
    share: float


@dataclass(frozen=True)
class Front:
    """All candidates; those on the front are beaten by nobody on both aims."""

    x: Aim
    y: Aim
    spots: tuple[Spot, ...]


def pareto(studied: Studied, x: Aim, y: Aim) -> Front:
    """Return which candidates are beaten by no other on both aims (less is better), and how surely.

    How surely: the share of bootstrap samples of futures, the same for all candidates, in which it is so.
    """
    for aim in (x, y):
        if aim.stat not in STATS:
            message = f'there is no "{aim.stat}"; there are {", ".join(STATS)}'
            raise InputError([Problem("", None, "unknown-value", message)])
    both = crossed(studied)
    values = [both.values(aim.outcome) for aim in (x, y)]
    futures = values[0].shape[2]

    def judged(chosen: NDArray[np.int64]) -> NDArray[np.float64]:
        some = [one[:, :, chosen].reshape(len(one), -1) for one in values]
        return np.column_stack([STATS[aim.stat](part) for aim, part in zip((x, y), some, strict=True)])

    points = judged(np.arange(futures))
    front = unbeaten(points)
    dice = np.random.default_rng(studied.study.seed)
    samples: NDArray[np.int64] = dice.integers(0, futures, size=(RESAMPLES, futures))
    share = np.mean([unbeaten(judged(sample)) for sample in samples], axis=0)
    spots = [
        Spot(one, float(point[0]), float(point[1]), bool(on), float(part))
        for one, point, on, part in zip(both.candidates, points, front, share, strict=True)
    ]
    return Front(x, y, tuple(sorted(spots, key=lambda spot: (spot.x, spot.y))))


def unbeaten(points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which of the points (n, 2) no other point beats: none is lower on one and not higher on the other."""
    order = np.lexsort((points[:, 1], points[:, 0]))
    found = np.zeros(len(points), dtype=bool)
    least, at = np.inf, np.inf
    for place in order:
        x, y = points[place]
        found[place] = y < least or (y == least and x == at)
        if y < least:
            least, at = y, x
    return found


# ---- regret --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Regret:
    """How much worse a candidate is than the best one of each world: mean and worst over worlds, and where.

    `best` is the share of worlds in which it is the best; where several are, each counts for its part, so that the
    shares of all add up to 1. `close` is that in which it is the best, among them, or too close to call.
    """

    candidate: Candidate
    mean: float
    worst: float
    where: dict[str, float | str]
    best: float
    close: float


@dataclass(frozen=True)
class Regrets:
    """The regret of all candidates, the smallest worst one first; `matrix` is that of each in each world."""

    outcome: str
    worlds: tuple[dict[str, float | str], ...]
    rows: tuple[Regret, ...]
    matrix: NDArray[np.float64]


def regret(studied: Studied, outcome: str) -> Regrets:
    """Return how much worse each candidate is than the best one, world by world (Savage 1951); worlds count alike."""
    both = crossed(studied)
    values = both.values(outcome)
    means = values.mean(axis=2)
    first = means.argmin(axis=0)
    loss = means - means.min(axis=0)
    tops = loss == 0
    close = np.array([
        [difference(values[first[world], world], row[world]).verdict != "higher" for world in range(len(first))]
        for row in values
    ])  # fmt: skip
    rows = [
        Regret(
            candidate=one,
            mean=float(loss[place].mean()),
            worst=float(loss[place].max()),
            where=both.worlds[int(loss[place].argmax())],
            best=float((tops[place] / tops.sum(axis=0)).mean()),
            close=float((close[place] | tops[place]).mean()),
        )
        for place, one in enumerate(both.candidates)
    ]
    order = sorted(range(len(rows)), key=lambda place: (rows[place].worst, rows[place].mean))
    return Regrets(outcome, both.worlds, tuple(rows[place] for place in order), loss[order])


# ---- a budget ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ranked:
    """A candidate: the mean of the aim, what it costs Flanders a year, and how far it lies above the best one."""

    candidate: Candidate
    mean: float
    budget: float
    affordable: bool
    behind: Difference | None


@dataclass(frozen=True)
class Choice:
    """The best affordable candidate, those that are too close to call, and what it gains on the baseline. Of several
    that give the same in every future, `best` is the first; `alike` holds the others, which `too_close` holds too.

    The best is chosen on half of the futures, and `advantage` (best less baseline) and what the others are behind is
    measured on the other half, which know nothing of the choice.
    """

    outcome: str
    budget: float | None
    best: Candidate
    too_close: tuple[Candidate, ...]
    advantage: Difference
    rows: tuple[Ranked, ...]

    @property
    def alike(self) -> tuple[Candidate, ...]:
        """The affordable candidates that give in every future what the best one gives."""
        return tuple(one.candidate for one in self.rows
                     if one.affordable and one.behind is not None and one.behind.is_same)  # fmt: skip


def best(studied: Studied, outcome: str, budget: float | None = None) -> Choice:
    """Return the candidate with the lowest mean of an outcome that costs Flanders at most `budget` euro a year.

    Means over worlds and futures. Raises InputError where nothing is affordable, and with fewer than four futures.
    """
    both = crossed(studied)
    aim = both.values(outcome).mean(axis=1)
    if aim.shape[1] < 4:
        raise InputError([Problem("", None, "too-few", "choosing needs at least four futures a design")])
    costs = np.full(len(aim), np.nan)
    if budget is not None:
        costs = (both.values(BUDGET).mean(axis=2) / both.years).mean(axis=1)
    able = costs <= budget if budget is not None else np.ones(len(aim), dtype=bool)
    if not able.any():
        message = f"no candidate costs Flanders at most {budget:,.0f} euro a year; the least is {costs.min():,.0f}"
        raise InputError([Problem("", None, "too-dear", message)])
    chooser, judge = aim[:, 0::2], aim[:, 1::2]
    chosen = int(np.where(able, chooser.mean(axis=1), np.inf).argmin())
    behind = [difference(judge[chosen], row) for row in judge]
    rows = [
        Ranked(one, float(aim[place].mean()), float(costs[place]), bool(able[place]),
               None if place == chosen else behind[place])
        for place, one in enumerate(both.candidates)
    ]  # fmt: skip
    close = [
        row.candidate for row in rows if row.affordable and row.behind is not None and row.behind.verdict != "higher"
    ]
    return Choice(
        outcome=outcome,
        budget=budget,
        best=both.candidates[chosen],
        too_close=tuple(close),
        advantage=difference(judge[0], judge[chosen]),
        rows=tuple(sorted(rows, key=lambda row: (not row.affordable, row.mean))),
    )
