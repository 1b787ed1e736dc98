"""The best values of a policy's keys, searched on the same futures for all, and judged on others.

Sample average optimisation: the mean over fixed futures is a function without noise, which SciPy searches. All that was
tried is then played in futures that had no part in the search, so that neither the advantage of the best nor its lead
over the others is what chance made of it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.experiments.replicate import DEFAULT_ENGINE, Progress, available_workers, replicate
from sim.experiments.studies.tradeoffs import BUDGET
from sim.model.kpis import KPIS
from sim.model.parameter_table import parameters
from sim.model.policy.policy import Policy
from sim.model.problems import InputError, Problem, did_you_mean
from sim.model.study.factor import Factor, is_whole
from sim.model.world.world import World
from sim.results.estimates import Difference, difference

START = 16
"""Points of a space-filling start for each key."""
ROUNDS = 40
"""Steps of the search that follows, for each key."""


@dataclass(frozen=True)
class Trial:
    """Values that were tried: the mean of the outcome, what Flanders pays a year, and how far they lie behind the best
    (None of the best itself), in futures that had no part in the search; whether Flanders can afford them, in the
    search.
    """

    values: tuple[float, ...]
    mean: float
    budget: float
    affordable: bool
    behind: Difference | None

    @property
    def too_close(self) -> bool:
        """Whether they are affordable and may be as good as the best."""
        return self.affordable and self.behind is not None and self.behind.verdict != "higher"


@dataclass(frozen=True)
class Optimum:
    """The best values found; for each key the range of those that are too close to call; and what they bring.

    `limit` is the budget that was given. `advantage` is the outcome under the best values less that under the policy as
    it was; `mean` is that outcome and `budget` what they cost Flanders a year, in futures that the search never saw.
    `trials` are all values that were tried, the best first, then those within the limit, by their mean.
    """

    outcome: str
    years: int
    limit: float | None
    over: Mapping[str, tuple[float, float]]
    values: Mapping[str, float]
    ranges: Mapping[str, tuple[float, float]]
    mean: float
    budget: float
    advantage: Difference
    trials: tuple[Trial, ...]

    @property
    def tried(self) -> int:
        """How many values were tried."""
        return len(self.trials)

    @property
    def too_close(self) -> tuple[Trial, ...]:
        """Those that may be as good as the best."""
        return tuple(one for one in self.trials if one.too_close)

    @property
    def at_end(self) -> tuple[str, ...]:
        """The keys of which what may be best reaches an end of what was searched, so that better may lie beyond. What
        may go no further is no such end.
        """
        rows, last = parameters(), dict[str, set[float]]()
        for key in self.over:
            row = rows.get(full_key(key))
            last[key] = set(row.allowed or ()) if row is not None else set()
        return tuple(key for key, ends in self.over.items() if set(self.ranges[key]) & set(ends) - last[key])


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

    Values are tried in steps that one may write down, at least a thousand between two ends. `budget` is what Flanders
    may pay at most, in euro a year in the mean. Raises InputError for an outcome, keys and ends that cannot
    be, and where nothing that was tried is affordable.
    """
    problems = [] if outcome in KPIS else [
        Problem("", None, "unknown-value", f'there is no outcome "{outcome}"; there are {", ".join(KPIS)}',
                did_you_mean(outcome, KPIS))
    ]  # fmt: skip
    problems += ends_problems(policy, over)
    if problems:
        raise InputError(problems)
    search = _Search(world, policy, over, outcome, budget, replications, seed, engine, workers, progress)
    if not search.all_of_them():
        search.start()
        search.refine()
    return search.answer()


def ends_problems(policy: Policy, over: Mapping[str, tuple[float, float]]) -> list[Problem]:
    """Return what is wrong with keys of a policy and the ends between which they are to be searched."""
    if not over:
        return [Problem("", None, "missing-key", "there is no key to search; name one, and its two ends")]
    found: dict[Problem, None] = {}
    for key, (low, high) in over.items():
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            message = f"{key} from {low:g} to {high:g} is no range; two numbers, the lower one first"
            found[Problem("", None, "empty-range", message)] = None
        for end in (low, high) if not is_whole(full_key(key)) else (_plain(low), _plain(high)):
            try:
                policy.with_values({key: end})
            except InputError as error:
                found |= dict.fromkeys(error.problems)
    return list(found)


def full_key(key: str) -> str:
    """Return a key of a policy with `policy.` before it."""
    return key if key.startswith("policy.") else f"policy.{key}"


def _plain(end: float) -> float:
    return int(end) if float(end).is_integer() else end


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
        count = len(over)
        self.start_points = START * 2 ** (count - 1).bit_length()
        self.most_searched = self.start_points + 2 + ROUNDS * count
        self.tried: dict[tuple[float, ...], tuple[NDArray[np.float64], float]] = {}

    def values(self, shares: NDArray[np.float64]) -> tuple[float, ...]:
        """The values at a point of the unit cube; whole numbers where only they make sense."""
        parts = zip(self.factors.items(), np.clip(shares, 0.0, 1.0).tolist(), strict=True)
        return tuple(stepped(*one.ends, share, is_whole(full_key(key))) for (key, one), share in parts)

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

    def tell(self, done: int) -> None:
        """Say how far it is: all that is searched is then judged."""
        if self.progress is not None:
            most = 2 * self.most_searched
            self.progress(min(done, most), most)

    def moved(self, values: tuple[float, ...]) -> Policy:
        """The policy with these values."""
        return self.policy.with_values(dict(zip(self.factors, values, strict=True)))

    def score(self, shares: NDArray[np.float64]) -> float:
        """The mean of the outcome at a point; over budget, worse than anything affordable, the more so the dearer."""
        values = self.values(np.asarray(shares))
        if values not in self.tried:
            self.tried[values] = self.play(self.moved(values), 0)
            self.tell(len(self.tried))
        outcome, cost = self.tried[values]
        if self.budget is not None and cost > self.budget:
            return float(1e15 * (1 + (cost - self.budget) / max(1.0, self.budget)))
        return float(outcome.mean())

    def all_of_them(self) -> bool:
        """Try all values, where they are whole and not more than a search would try; return whether that was so."""
        ends = [one.ends for one in self.factors.values()]
        if not all(is_whole(full_key(key)) for key in self.factors):
            return False
        if math.prod(high - low + 1 for low, high in ends) > self.most_searched:
            return False
        for point in itertools.product(*(np.linspace(0.0, 1.0, round(high - low) + 1) for low, high in ends)):
            self.score(np.array(point))
        return True

    def start(self) -> None:
        """Look around: points of a Sobol sequence that fill the space, and the ends of every key."""
        from scipy.stats import qmc

        count = len(self.factors)
        points = qmc.Sobol(count, rng=np.random.default_rng(self.seed)).random(self.start_points)
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
        """Judge all that was tried in new futures, and say what else may be as good as the best."""
        known, best = self.affordable, self.best
        judged: dict[tuple[float, ...], tuple[NDArray[np.float64], float]] = {}
        for values in self.tried:
            judged[values] = self.play(self.moved(values), self.replications)
            self.tell(self.most_searched + len(judged))
        top, cost = judged[best]
        trials = [
            Trial(values, float(some.mean()), money, values in known,
                  None if values == best else difference(top, some))
            for values, (some, money) in judged.items()
        ]  # fmt: skip
        columns = zip(best, *(one.values for one in trials if one.too_close), strict=True)
        old, _ = self.play(self.policy, self.replications)
        return Optimum(
            outcome=self.outcome,
            years=self.world.years,
            limit=self.budget,
            over={key: one.ends for key, one in self.factors.items()},
            values=dict(zip(self.factors, best, strict=True)),
            ranges={key: (min(some), max(some)) for key, some in zip(self.factors, columns, strict=True)},
            mean=float(top.mean()),
            budget=cost,
            advantage=difference(old, top),
            trials=tuple(sorted(trials, key=lambda one: (one.behind is not None, not one.affordable, one.mean))),
        )


def stepped(low: float, high: float, share: float, whole: bool) -> float:
    """Return the value at a share of the way, in steps of a thousandth of it or less; or a whole number."""
    value = low + share * (high - low)
    if whole:
        return round(value)
    return min(max(round(value, 3 - math.floor(math.log10(high - low))), low), high)


def _simplex(at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a simplex around a point that stays within the unit cube."""
    rows = [at]
    for place in range(len(at)):
        row = at.copy()
        row[place] += 0.15 if row[place] <= 0.5 else -0.15
        rows.append(row)
    return np.array(rows)
