"""Policies compared on the same futures: the answer of the house, in tables, JSON and a sentence."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.engines import events as ev
from sim.experiments.replicate import DEFAULT_ENGINE, Futures, Progress, play, replicate, settings, usable_engine
from sim.model.policy import PAYERS, Policy
from sim.model.world import World
from sim.results.estimates import Difference, Estimate, differences, estimates, exceedance, mean_interval
from sim.results.findings import Finding
from sim.results.outcomes import KPIS, Summary, summarise
from sim.results.story import Story, tell
from sim.rules.calendar import MINUTES_PER_DAY
from sim.text import words
from sim.version import MODEL_VERSION

if TYPE_CHECKING:
    import pandas as pd

SIZE_CLASSES = (
    (0, 10_000, "< 10 000"),
    (10_000, 20_000, "10 000 - 19 999"),
    (20_000, 50_000, "20 000 - 49 999"),
    (50_000, 100_000, "50 000 - 99 999"),
    (100_000, 1 << 40, ">= 100 000"),
)
ANCHORS = ("frequency", "service_value", "supplier_accumulation")
INCOME_CLASSES = ("lowest third", "middle third", "highest third")
UNKNOWN_INCOME = "income unknown"


@dataclass(frozen=True)
class Comparison:
    """The futures of one or more policies in a world; the first policy is the baseline."""

    world: World
    policies: tuple[Policy, ...]
    seed: int
    years: int
    engine: str
    futures_of: tuple[tuple[Summary, ...], ...]
    interrupted: bool = False

    @property
    def replications(self) -> int:
        """How many futures each policy went through."""
        return len(self.futures_of[0])

    @property
    def baseline(self) -> Policy:
        """The policy that the others are compared with."""
        return self.policies[0]

    def _position(self, policy: str | Policy) -> int:
        name = policy if isinstance(policy, str) else policy.id
        for position, known in enumerate(self.policies):
            if known.id == name:
                return position
        raise KeyError(f"no policy {name!r} in this comparison: {', '.join(p.id for p in self.policies)}")

    @cached_property
    def _kpis(self) -> list[NDArray[np.float64]]:
        """Every key figure of every policy: (kpis, replications) each."""
        return [np.array([summary.kpis for summary in summaries]).T.copy() for summaries in self.futures_of]

    def values(self, policy: str | Policy, kpi: str) -> NDArray[np.float64]:
        """Return one key figure of a policy in every future: shape (replications,)."""
        every: NDArray[np.float64] = self._kpis[self._position(policy)][list(KPIS).index(kpi)]
        return every

    @cached_property
    def _estimates(self) -> list[dict[str, Estimate]]:
        return [dict(zip(KPIS, estimates(values), strict=True)) for values in self._kpis]

    @cached_property
    def _differences(self) -> list[dict[str, Difference]]:
        return [dict(zip(KPIS, differences(self._kpis[0], values), strict=True)) for values in self._kpis]

    def estimate(self, policy: str | Policy, kpi: str) -> Estimate:
        """Return mean with interval, quantiles and tail of one key figure."""
        return self._estimates[self._position(policy)][kpi]

    def difference(self, policy: str | Policy, kpi: str) -> Difference:
        """Return a policy less the baseline, paired by future."""
        return self._differences[self._position(policy)][kpi]

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
                rows.append((self.baseline.id, policy.id, kpi, d.mean, *d.ci95, d.share_of_futures_lower, d.verdict))
        names = ["baseline", "policy", "kpi", "mean", "lo", "hi", "share_of_futures_lower", "verdict"]
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

    @cached_property
    def _towns(self) -> pd.DataFrame:
        import pandas as pd

        towns = sorted(self.world.municipalities, key=lambda town: town.nis)
        frame = pd.DataFrame(
            {
                "nis_code": [town.nis for town in towns],
                "name": [town.name for town in towns],
                "province": [town.province for town in towns],
                "population": [town.population for town in towns],
                "income_per_inhabitant_eur": [town.income_per_inhabitant_eur for town in towns],
            }
        )
        labels = [next(label for low, high, label in SIZE_CLASSES if low <= p < high) for p in frame["population"]]
        frame["size_class"] = labels
        income = pd.to_numeric(frame["income_per_inhabitant_eur"])
        order, known = income.rank(method="first"), int(income.notna().sum())
        frame["income_class"] = [
            UNKNOWN_INCOME if math.isnan(rank) else INCOME_CLASSES[min(2, int(3 * (rank - 1) / known))]
            for rank in order
        ]
        return frame

    def municipalities(self) -> pd.DataFrame:
        """Return one row a policy and municipality: means over futures, per year and per inhabitant where named so."""
        import pandas as pd

        frames = []
        for policy, summaries in zip(self.policies, self.futures_of, strict=True):
            frame = self._towns.copy()
            frame.insert(0, "policy", policy.id)
            people = frame["population"].to_numpy() * self.years
            own = np.array([summary.own for summary in summaries])
            frame["own_cost_per_inhabitant_eur"] = own.mean(axis=0) / 100 / people
            frame["own_cost_p95_per_inhabitant_eur"] = np.quantile(own, 0.95, axis=0) / 100 / people
            cash = np.mean([summary.cash for summary in summaries], axis=0)
            frame["cash_cost_per_inhabitant_eur"] = cash / 100 / people
            lost = np.mean([summary.person_minutes for summary in summaries], axis=0)
            frame["outage_days_per_year"] = lost / MINUTES_PER_DAY / people
            frame["serious_incidents_per_year"] = (
                np.mean([summary.serious for summary in summaries], axis=0) / self.years
            )
            frames.append(frame)
        return pd.concat(frames, ignore_index=True)

    def burden(self, by: str = "size_class") -> pd.DataFrame:
        """Return what municipalities bear, in euro per inhabitant per year, by "size_class", "province" or
        "income_class": policy, group, municipalities, mean, lo, hi (interval over futures) and the difference with
        the baseline with its own interval.
        """
        import pandas as pd

        towns = self._towns
        order = {"size_class": [label for *_, label in SIZE_CLASSES], "income_class": [*INCOME_CLASSES, UNKNOWN_INCOME]}
        present = list(dict.fromkeys(towns[by]))
        groups = [label for label in order.get(by, present) if label in present]
        rows = []
        for policy, summaries in zip(self.policies, self.futures_of, strict=True):
            own = np.array([summary.own for summary in summaries])
            reference = np.array([summary.own for summary in self.futures_of[0]])
            for group in groups:
                chosen = (towns[by] == group).to_numpy()
                people = int(towns["population"][chosen].sum()) * self.years
                burden = own[:, chosen].sum(axis=1) / 100 / people
                gap = burden - reference[:, chosen].sum(axis=1) / 100 / people
                rows.append(
                    (policy.id, group, int(chosen.sum()), float(burden.mean()), *mean_interval(burden),
                     float(gap.mean()), *mean_interval(gap))
                )  # fmt: skip
        names = ["policy", by, "municipalities", "mean", "lo", "hi", "change", "change_lo", "change_hi"]
        return pd.DataFrame(rows, columns=names)

    def payers(self, policy: str | Policy) -> dict[str, dict[str, float]]:
        """Return the mean euro over the horizon by payer and category; empty cells are left out.

        Transfers between payers stand beside the costs, negative where money comes in: they add up to zero.
        """
        mean = np.mean([summary.payments for summary in self.futures_of[self._position(policy)]], axis=0) / 100
        return {
            payer: {entry: float(mean[i, j]) for j, entry in enumerate(ev.ENTRIES) if mean[i, j] != 0}
            for i, payer in enumerate(PAYERS)
            if mean[i].any()
        }

    def years_of(self, policy: str | Policy) -> NDArray[np.float64]:
        """Return the cash cost in euro of every year of every future: shape (replications, years)."""
        return np.array([summary.years for summary in self.futures_of[self._position(policy)]]) / 100

    def balances(self, policy: str | Policy) -> NDArray[np.float64]:
        """Return the euro left in the fund, the envelopes and the grants of a policy at the end of every year of every
        future: shape (replications, pots, years).
        """
        return np.array([summary.balances for summary in self.futures_of[self._position(policy)]]) / 100

    def ran_dry(self, policy: str | Policy) -> NDArray[np.bool_]:
        """Return whether a claim met an empty fund, envelope or grant: shape (replications, pots, years)."""
        return np.array([summary.dry for summary in self.futures_of[self._position(policy)]]) > 0

    def exceedance(self, policy: str | Policy) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the exceedance curve of the yearly cash cost: euro in rising order, and the share of years at
        least as bad.
        """
        return exceedance(self.years_of(policy).ravel())

    def finding(self, policy: str | Policy, language: str) -> Finding:
        """Return the numbers behind the sentence about a policy."""
        other = self.policies[self._position(policy)]
        return Finding(
            baseline=self.baseline.title[language],
            policy=other.title[language],
            replications=self.replications,
            years=self.years,
            differences={kpi: self.difference(other, kpi) for kpi in KPIS},
            baseline_means={kpi: self.estimate(self.baseline, kpi).mean for kpi in KPIS},
            assumptions={name: getattr(self.world.anchor, name) for name in ANCHORS},
        )

    def sentence(self, language: str = "nl", policy: str | Policy | None = None) -> str:
        """Return the finding in words: about one policy, or about each in turn on a line of its own.

        The assumptions under which it holds stand at the end, once.
        """
        chosen = self.policies[1:] if policy is None else (self.policies[self._position(policy)],)
        say = words(language)
        if not chosen:
            return self._lone_sentence(language)
        findings = [self.finding(other, language) for other in chosen]
        lines = [finding.sentence(say) for finding in findings]
        return "\n".join(lines) + " " + findings[-1].proviso(say)

    def _lone_sentence(self, language: str) -> str:
        say, cash = words(language), self.estimate(self.baseline, "cash_cost_eur")
        own = self.estimate(self.baseline, "cost_municipality_eur")
        if self.replications == 1:
            return say.say(
                "In the one future that was played, “{policy}” costs {cash} over {years}, of which the municipalities "
                "pay {own}.",
                policy=self.baseline.title[language],
                cash=say.money(cash.mean),
                years=say.years(self.years),
                own=say.money(own.mean),
            )
        return say.say(
            "Over {years} “{policy}” costs {cash} in total (95% interval {low} to {high}), of which the "
            "municipalities pay {own}; in 1 future of 20 the total exceeds {p95}.",
            years=say.years(self.years),
            policy=self.baseline.title[language],
            cash=say.money(cash.mean),
            low=say.money(cash.ci95[0]),
            high=say.money(cash.ci95[1]),
            own=say.money(own.mean),
            p95=say.money(cash.p95),
        )

    @property
    def tape_hash(self) -> str:
        """Digest of the world's own draws in all futures; the same for every policy and engine."""
        digest = hashlib.sha256()
        for summary in self.futures_of[0]:
            digest.update(summary.tape_digest.to_bytes(8, "little"))
        return digest.hexdigest()[:16]

    def ledger_hash(self, policy: str | Policy) -> str:
        """Digest of the ledgers of all futures of a policy, in order."""
        digest = hashlib.sha256()
        for summary in self.futures_of[self._position(policy)]:
            digest.update(summary.ledger_hash.to_bytes(8, "little"))
        return digest.hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        """Return the answer as plain data, in the shape that the manual fixes; unknown numbers are None."""
        policies, gaps = [], []
        for policy in self.policies:
            figures = {}
            for kpi, unit in KPIS.items():
                e = self.estimate(policy, kpi)
                figures[kpi] = {
                    "unit": unit,
                    "mean": e.mean,
                    "ci95": _finite(e.ci95),
                    "median": e.median,
                    "p5": e.p5,
                    "p95": e.p95,
                    "cvar95": e.cvar95,
                    "p95_ci95": _finite(e.p95_ci95),
                }
            policies.append(
                {
                    "id": policy.id,
                    "title": dict(policy.title),
                    "kpis": figures,
                    "payers": self.payers(policy),
                    "ledger_hash": self.ledger_hash(policy),
                }
            )
        for policy in self.policies[1:]:
            for kpi in KPIS:
                d = self.difference(policy, kpi)
                gaps.append(
                    {
                        "baseline": self.baseline.id,
                        "policy": policy.id,
                        "kpi": kpi,
                        "mean": d.mean,
                        "ci95": _finite(d.ci95),
                        "share_of_futures_lower": d.share_of_futures_lower,
                        "verdict": d.verdict,
                    }
                )
        return {
            "model_version": MODEL_VERSION,
            "seed": self.seed,
            "replications": self.replications,
            "years": self.years,
            "world": self.world.id,
            "engine": self.engine,
            "interrupted": self.interrupted,
            "tape_hash": self.tape_hash,
            "policies": policies,
            "differences": gaps,
            "sentence": {language: self.sentence(language) for language in ("nl", "en")},
        }

    def explain(self, policy: str | Policy, *, municipality: str | int, replication: int) -> Story:
        """Return the story of one municipality in one future of a policy."""
        return explain(
            self.world,
            self.policies[self._position(policy)],
            municipality=municipality,
            replication=replication,
            seed=self.seed,
            years=self.years,
            engine=self.engine,
        )


def _finite(interval: tuple[float, float]) -> list[float | None]:
    return [end if math.isfinite(end) else None for end in interval]


@dataclass(frozen=True)
class Future:
    """One future of one policy, whole: its key figures and its journals."""

    world: World
    policy: Policy
    summary: Summary
    postings: NDArray[Any]
    incidents: NDArray[Any]

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
    setting = settings(world, [policy], years)[0]
    outcome = play(setting, seed, replication, engine)
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
    names = [policy.id for policy in policies]
    if not policies:
        raise ValueError("name at least one policy")
    if len(set(names)) < len(names):
        raise ValueError(f"a policy stands twice in the comparison: {', '.join(names)}")
    engine = usable_engine(engine)
    horizon = world.years if years is None else years
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
