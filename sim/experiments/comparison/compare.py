"""Policies compared on the same futures: the answer of the house, in tables, JSON and a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.experiments.arguments import check_asked
from sim.experiments.comparison import burdens, pots
from sim.experiments.comparison.benefit_cost import BenefitCost, benefit_cost
from sim.experiments.comparison.paired import PairedFutures
from sim.experiments.comparison.plain_data import plain_data
from sim.experiments.comparison.robustness import checked
from sim.experiments.replicate import DEFAULT_ENGINE, Futures, Progress, play, replicate, settings, usable_engine
from sim.model.policy.policy import Policy
from sim.model.world.world import World
from sim.results.outcomes import KPIS, Summary, summarise
from sim.results.story import Story, tell

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class Comparison(PairedFutures):
    """Policies on the same futures, with all that is asked of them: tables, shares, JSON, stories."""

    def kpis(self) -> pd.DataFrame:
        """Return a tidy table: policy, kpi, unit, mean, lo, hi, median, p5, p95, cvar95."""
        import pandas as pd

        rows = []
        for policy in self.policies:
            for kpi, unit in KPIS.items():
                e = self.estimate(policy, kpi)
                rows.append((policy.id, kpi, unit, e.mean, *e.ci95, e.median, e.p5, e.p95, e.cvar95))
        names = ["policy", "kpi", "unit", "mean", "lo", "hi", "median", "p5", "p95", "cvar95"]
        return pd.DataFrame(rows, columns=names)

    def differences(self) -> pd.DataFrame:
        """Return a tidy table of paired differences with the baseline, one row a policy and key figure."""
        import pandas as pd

        rows = []
        for policy in self.policies[1:]:
            for kpi in KPIS:
                d = self.difference(policy, kpi)
                rows.append((self.baseline.id, policy.id, kpi, d.mean, *d.ci95, *d.shares, d.verdict))
        shares = [f"share_of_futures_{side}" for side in ("lower", "equal", "higher")]
        names = ["baseline", "policy", "kpi", "mean", "lo", "hi", *shares, "verdict"]
        return pd.DataFrame(rows, columns=names)

    def futures(self) -> pd.DataFrame:
        """Return one row a policy and replication, with every key figure and the ledger hash."""
        import pandas as pd

        frames = []
        for policy, summaries in zip(self.policies, self.futures_of, strict=True):
            frame = pd.DataFrame(np.array([summary.kpis for summary in summaries]), columns=list(KPIS))
            frame.insert(0, "replication", [summary.replication for summary in summaries])
            frame.insert(0, "policy", policy.id)
            frame["ledger_hash"] = [f"{summary.ledger_hash:016x}" for summary in summaries]
            frames.append(frame)
        return pd.concat(frames, ignore_index=True)

    def municipalities(self) -> pd.DataFrame:
        """Return one row a policy and municipality: means over futures, per year and per inhabitant where named so."""
        return burdens.municipalities(self)

    def burden(self, by: str = "size_class") -> pd.DataFrame:
        """Return what municipalities bear, in euro per inhabitant per year, by "size_class", "province" or
        "income_class": policy, group, municipalities, mean, lo, hi (interval over futures) and the difference with
        the baseline with its own interval.
        """
        return burdens.burden(self, by)

    def concentration(self) -> pd.DataFrame:
        """Return one row a policy: how unequally municipalities bear the bill in a future (Gini), with intervals."""
        return burdens.concentration(self)

    def winners(self) -> pd.DataFrame:
        """Return one row a policy and municipality: how its own cost changes against the baseline, and the verdict."""
        return burdens.winners(self)

    def running_dry(self) -> pd.DataFrame:
        """Return one row a policy, pot and year: what is left, and how probable it is that a claim found it empty."""
        return pots.running_dry(self)

    def benefit_cost(self, policy: str | Policy) -> BenefitCost:
        """Return what a policy saves for what it adds to prevention, against the baseline."""
        return benefit_cost(self, policy)

    def checked(self, *, workers: int = 1, progress: Progress | None = None) -> Comparison:
        """Return the comparison with what more futures say about it: under which of the deciding assumptions its
        findings turn, and what municipalities' own choices cost. Sentences and `to_json` then tell it.
        """
        return checked(self, workers=workers, progress=progress)

    def to_json(self) -> dict[str, Any]:
        """Return the answer as plain data, in the shape that the manual fixes; unknown numbers are None."""
        return plain_data(self)

    def explain(self, policy: str | Policy, *, municipality: str | int, replication: int) -> Story:
        """Return the story of one municipality in one future of a policy."""
        return explain(
            self.world,
            self.policy(policy),
            municipality=municipality,
            replication=replication,
            seed=self.seed,
            years=self.years,
            engine=self.engine,
        )


@dataclass(frozen=True, repr=False)
class Future:
    """One future of one policy, whole: its key figures and its journals."""

    world: World
    policy: Policy
    summary: Summary
    postings: NDArray[Any]
    incidents: NDArray[Any]

    def __repr__(self) -> str:
        """One line: which future, and how much there is in it."""
        what = f"{self.policy.id} in {self.world.id}, replication {self.summary.replication}"
        return f"Future({what}: {len(self.incidents)} incidents, {len(self.postings)} postings)"

    @property
    def kpis(self) -> dict[str, float]:
        """The key figures of this future by name."""
        return {name: float(value) for name, value in zip(KPIS, self.summary.kpis, strict=True)}


def simulate(
    world: World,
    policy: Policy,
    *,
    replication: int = 0,
    seed: int = 2026,
    years: int | None = None,
    engine: str = DEFAULT_ENGINE,
) -> Future:
    """Return one future of one policy: the same as row `replication` of a comparison with this seed."""
    check_asked(world, [policy], years=years, seed=seed, replication=replication)
    setting = settings(world, [policy], years)[0]
    outcome = play(setting, int(seed), int(replication), engine)
    return Future(world, policy, summarise(outcome, setting.world), outcome.postings, outcome.incidents)


def explain(
    world: World,
    policy: Policy,
    *,
    municipality: str | int,
    replication: int = 0,
    seed: int = 2026,
    years: int | None = None,
    engine: str = DEFAULT_ENGINE,
) -> Story:
    """Return the story of one municipality, by name or NIS code, in one future."""
    check_asked(world, [policy], years=years, seed=seed, replication=replication)
    town = world.by_nis(municipality) if isinstance(municipality, int) else world.by_name(municipality)
    future = simulate(world, policy, replication=replication, seed=seed, years=years, engine=engine)
    return tell(world, town, future.postings, future.incidents, replication)


def compare(
    world: World,
    policies: Sequence[Policy],
    *,
    replications: int = 200,
    years: int | None = None,
    seed: int = 2026,
    engine: str = DEFAULT_ENGINE,
    workers: int = 1,
    progress: Progress | None = None,
) -> Comparison:
    """Play all policies on the same futures and return the comparison; the first policy is the baseline."""
    check_asked(world, policies, replications=replications, years=years, seed=seed, workers=workers)
    names = [policy.id for policy in policies]
    if not policies:
        raise ValueError("name at least one policy")
    if len(set(names)) < len(names):
        raise ValueError(f"a policy stands twice in the comparison: {', '.join(names)}")
    engine = usable_engine(engine)
    seed, horizon = int(seed), int(world.years if years is None else years)  # whole numbers of NumPy's among them
    futures: Futures = replicate(
        world,
        policies,
        replications=replications,
        years=horizon,
        seed=seed,
        engine=engine,
        workers=workers,
        progress=progress,
    )
    return Comparison(
        world=world,
        policies=tuple(policies),
        seed=seed,
        years=horizon,
        engine=engine,
        futures_of=futures.of,
        interrupted=futures.interrupted,
    )
