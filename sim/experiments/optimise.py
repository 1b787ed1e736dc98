"""The best values of a policy's keys, searched on the same futures for all, and judged on others.

Sample average optimisation: the mean over fixed futures is a function without noise, which SciPy searches. What comes
out is then played in futures that had no part in the search, so that its advantage is not what chance made of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.experiments.replicate import DEFAULT_ENGINE, Progress, available_workers, replicate
from sim.experiments.tradeoffs import BUDGET
from sim.model.policy import Policy
from sim.model.problems import InputError, Problem
from sim.model.study import Factor, is_whole
from sim.model.world import World
from sim.results.estimates import Difference, difference
from sim.results.outcomes import KPIS

START = 16
"""Points of a space-filling start for each key."""
ROUNDS = 40
"""Steps of the search that follows, for each key."""


@dataclass(frozen=True)
class Optimum:
    """The best values found; for each key the range of those that are too close to call; and what they bring.

    `advantage` is the outcome under them less that under the policy as it was, in futures that the search never saw.
    """

    outcome: str
    values: Mapping[str, float]
    ranges: Mapping[str, tuple[float, float]]
    mean: float
    budget: float
    advantage: Difference
    tried: int


def optimise(
    world: World,
    policy: Policy,
    over: Mapping[str, tuple[float, float]],
    *,
    outcome: str = "cash_cost_eur",
    budget: float | None = None,
    replications: int = 200,
    seed: int = 2026,
    engine: str = DEFAULT_ENGINE,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Optimum:
    """Return the values of a policy's keys, each between two ends, that give the least of an outcome.

    `budget` is what Flanders may pay at most, in euro a year in the mean. Raises InputError for a key or a value that
    the policy does not take, and where nothing that was tried is affordable.
    """
    if outcome not in KPIS:
        raise InputError([Problem("", None, "unknown-value", f'there is no outcome "{outcome}"')])
    search = _Search(world, policy, over, outcome, budget, replications, seed, engine, workers, progress)
    search.start()
    search.refine()
    return search.answer()


class _Search:
    """The points that were tried, and what they gave on the futures of the search."""

    def __init__(
        self,
        world: World,
        policy: Policy,
        over: Mapping[str, tuple[float, float]],
        outcome: str,
        budget: float | None,
        replications: int,
        seed: int,
        engine: str,
        workers: int | None,
        progress: Progress | None,
    ) -> None:
        self.world, self.policy, self.outcome, self.budget = world, policy, outcome, budget
        self.factors = {key: Factor(low=float(low), high=float(high)) for key, (low, high) in over.items()}
        self.replications, self.seed, self.engine = replications, seed, engine
        self.workers = workers or available_workers()
        self.progress = progress
        self.most = (START + ROUNDS) * len(over) + 2
        self.tried: dict[tuple[float, ...], tuple[NDArray[np.float64], float]] = {}

    def values(self, shares: NDArray[np.float64]) -> tuple[float, ...]:
        """The values at a point of the unit cube; whole numbers where only they make sense."""
        parts = zip(self.factors.items(), np.clip(shares, 0.0, 1.0).tolist(), strict=True)
        return tuple(
            round(one.low + share * (one.high - one.low)) if is_whole(key) else float(one.at(share))
            for (key, one), share in parts
            if one.low is not None and one.high is not None
        )

    def play(self, policy: Policy, first: int) -> tuple[NDArray[np.float64], float]:
        """The outcome of a policy in the futures from `first` on, and what Flanders pays a year in the mean."""
        futures = replicate(
            self.world, [policy], replications=self.replications, seed=self.seed, first=first, engine=self.engine,
            workers=self.workers,
        )  # fmt: skip
        if futures.interrupted:
            raise KeyboardInterrupt
        kpis = np.array([summary.kpis for summary in futures.of[0]])
        names = list(KPIS)
        return kpis[:, names.index(self.outcome)], float(kpis[:, names.index(BUDGET)].mean()) / self.world.years

    def moved(self, values: tuple[float, ...]) -> Policy:
        """The policy with these values."""
        return self.policy.with_values(dict(zip(self.factors, values, strict=True)))

    def score(self, shares: NDArray[np.float64]) -> float:
        """The mean of the outcome at a point; over budget, worse than anything affordable, the more so the dearer."""
        values = self.values(np.asarray(shares))
        if values not in self.tried:
            self.tried[values] = self.play(self.moved(values), 0)
            if self.progress is not None:
                self.progress(len(self.tried), self.most)
        outcome, cost = self.tried[values]
        if self.budget is not None and cost > self.budget:
            return float(1e15 * (1 + (cost - self.budget) / max(1.0, self.budget)))
        return float(outcome.mean())

    def start(self) -> None:
        """Look around: points of a Sobol sequence that fill the space, and the ends of every key."""
        from scipy.stats import qmc

        count = len(self.factors)
        points = qmc.Sobol(count, rng=np.random.default_rng(self.seed)).random(START * 2 ** (count - 1).bit_length())
        for point in [*points, np.zeros(count), np.ones(count)]:
            self.score(point)

    def refine(self) -> None:
        """Go on from the best point: along the line with one key, with a simplex with more."""
        from scipy.optimize import minimize, minimize_scalar

        best, count = self.best, len(self.factors)
        ends = [one.ends for one in self.factors.values()]
        at = np.array([(value - low) / (high - low) for value, (low, high) in zip(best, ends, strict=True)])
        if count == 1:
            places = sorted((values[0] - ends[0][0]) / (ends[0][1] - ends[0][0]) for values in self.tried)
            low = max((place for place in places if place < at[0]), default=0.0)
            high = min((place for place in places if place > at[0]), default=1.0)
            minimize_scalar(lambda share: self.score(np.array([share])), bounds=(low, high), method="bounded",
                            options={"maxiter": ROUNDS, "xatol": 1e-4})  # fmt: skip
            return
        minimize(self.score, at, method="Nelder-Mead", bounds=[(0.0, 1.0)] * count,
                 options={"maxfev": ROUNDS * count, "xatol": 1e-3, "fatol": 1.0,
                          "initial_simplex": _simplex(at)})  # fmt: skip

    @property
    def affordable(self) -> dict[tuple[float, ...], NDArray[np.float64]]:
        """What was tried and is within the budget."""
        return {
            values: some for values, (some, cost) in self.tried.items() if self.budget is None or cost <= self.budget
        }

    @property
    def best(self) -> tuple[float, ...]:
        """The best affordable values so far."""
        known = self.affordable
        if not known:
            least = min(cost for _, cost in self.tried.values())
            message = f"nothing costs Flanders at most {self.budget:,.0f} euro a year; the least is {least:,.0f}"
            raise InputError([Problem("", None, "too-dear", message)])
        return min(known, key=lambda values: float(known[values].mean()))

    def answer(self) -> Optimum:
        """Judge the best values in new futures, and say which other values are too close to call."""
        known, best = self.affordable, self.best
        close = [values for values, some in known.items() if difference(known[best], some).verdict != "higher"]
        columns = list(zip(*[best, *close], strict=True))
        new, _ = self.play(self.moved(best), self.replications)
        old, _ = self.play(self.policy, self.replications)
        return Optimum(
            outcome=self.outcome,
            values=dict(zip(self.factors, best, strict=True)),
            ranges={key: (min(some), max(some)) for key, some in zip(self.factors, columns, strict=True)},
            mean=float(known[best].mean()),
            budget=self.tried[best][1],
            advantage=difference(old, new),
            tried=len(self.tried),
        )


def _simplex(at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a simplex around a point that stays within the unit cube."""
    rows = [at]
    for place in range(len(at)):
        row = at.copy()
        row[place] += 0.15 if row[place] <= 0.5 else -0.15
        rows.append(row)
    return np.array(rows)
