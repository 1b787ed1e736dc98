"""Policies on the same futures: what each costs, how they differ in pairs, and the finding that follows."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.engines import events as ev
from sim.html_table import html_table
from sim.level import LEVEL
from sim.model.policy.policy import PAYERS, Policy
from sim.model.world.groupings import Towns, towns
from sim.model.world.world import World
from sim.results.estimates import Difference, Estimate, differences, estimates, exceedance
from sim.results.findings import ANCHORS, Checks, Finding, responding
from sim.results.outcomes import KPIS, Summary
from sim.text import words

MOST_SHOWN = 10
"""Policies that `repr` tells one by one."""


@dataclass(frozen=True, repr=False)
class PairedFutures:
    """The futures of one or more policies in a world; the first policy is the baseline."""

    world: World
    policies: tuple[Policy, ...]
    seed: int
    years: int
    engine: str
    futures_of: tuple[tuple[Summary, ...], ...]
    interrupted: bool = False
    checks: Checks | None = None

    def __repr__(self) -> str:
        """What was compared on what, and a line a policy: its total with an interval; nothing of each future."""
        rows = self._brief()
        width = max(len(name) for name, _, _ in rows)
        lines = [f"  {name:<{width}}  {mean}" + (f" ({ends})" if ends else "") for name, mean, ends in rows]
        return "\n".join([self._what(), *lines, *([self._rest()] if self._rest() else [])])

    def _repr_html_(self) -> str:
        """The same as a small table, for a notebook."""
        head = ("policy", "cash cost", f"{round(100 * LEVEL)}% interval")
        rest = [(self._rest().strip(), "", "")] if self._rest() else []
        return html_table(self._what(), head, [*self._brief(), *rest])

    def _what(self) -> str:
        say = words("en")
        policies = "one policy" if len(self.policies) == 1 else f"{len(self.policies)} policies"
        futures = "one future" if self.replications == 1 else f"{say.number(self.replications)} futures"
        cut = ", interrupted" if self.interrupted else ""
        name = type(self).__name__
        return f"{name}: {policies} in {self.world.id}, {futures} of {say.years(self.years)}, seed {self.seed}{cut}"

    def _rest(self) -> str:
        left = len(self.policies) - MOST_SHOWN
        return f"  and {left} more: kpis() has all" if left > 0 else ""

    def _brief(self) -> list[tuple[str, str, str]]:
        say = words("en")
        totals = [(one.id, self.estimate(one, "cash_cost_eur")) for one in self.policies[:MOST_SHOWN]]
        return [
            (name, say.money(total.mean), f"{say.money(total.ci95[0])} to {say.money(total.ci95[1])}")
            if math.isfinite(total.ci95[0] + total.ci95[1])
            else (name, say.money(total.mean), "")
            for name, total in totals
        ]

    @property
    def replications(self) -> int:
        """How many futures each policy went through."""
        return len(self.futures_of[0])

    @property
    def baseline(self) -> Policy:
        """The policy that the others are compared with."""
        return self.policies[0]

    def policy(self, policy: str | Policy) -> Policy:
        """Return one of the policies by its id. Raises KeyError."""
        return self.policies[self.position(policy)]

    def summaries(self, policy: str | Policy) -> tuple[Summary, ...]:
        """Return what was kept of each future of a policy. Raises KeyError."""
        return self.futures_of[self.position(policy)]

    def position(self, policy: str | Policy) -> int:
        """Return the place of a policy, by itself or by its id; KeyError when it is not here."""
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
        every: NDArray[np.float64] = self._kpis[self.position(policy)][list(KPIS).index(_outcome(kpi))]
        return every

    @cached_property
    def _estimates(self) -> list[dict[str, Estimate]]:
        return [dict(zip(KPIS, estimates(values), strict=True)) for values in self._kpis]

    @cached_property
    def _differences(self) -> list[dict[str, Difference]]:
        return [dict(zip(KPIS, differences(self._kpis[0], values), strict=True)) for values in self._kpis]

    def estimate(self, policy: str | Policy, kpi: str) -> Estimate:
        """Return mean with interval, quantiles and tail of one key figure."""
        return self._estimates[self.position(policy)][_outcome(kpi)]

    def difference(self, policy: str | Policy, kpi: str) -> Difference:
        """Return a policy less the baseline, paired by future."""
        return self._differences[self.position(policy)][_outcome(kpi)]

    @cached_property
    def towns(self) -> Towns:
        """The municipalities of the world in order of NIS code, and the groups they belong to."""
        return towns(self.world)

    def payers(self, policy: str | Policy) -> dict[str, dict[str, float]]:
        """Return the mean euro over the horizon by payer and category; empty cells are left out.

        Transfers between payers stand beside the costs, negative where money comes in: they add up to zero.
        """
        mean = np.mean([summary.payments for summary in self.summaries(policy)], axis=0) / 100
        return {
            payer: {entry: float(mean[i, j]) for j, entry in enumerate(ev.ENTRIES) if mean[i, j] != 0}
            for i, payer in enumerate(PAYERS)
            if mean[i].any()
        }

    def years_of(self, policy: str | Policy) -> NDArray[np.float64]:
        """Return the cash cost in euro of every year of every future: shape (replications, years)."""
        return np.array([summary.years for summary in self.summaries(policy)]) / 100

    def balances(self, policy: str | Policy) -> NDArray[np.float64]:
        """Return the euro left in the fund, the envelopes and the grants of a policy at the end of every year of every
        future: shape (replications, pots, years).
        """
        return np.array([summary.balances for summary in self.summaries(policy)]) / 100

    def ran_dry(self, policy: str | Policy) -> NDArray[np.bool_]:
        """Return whether a claim met an empty fund, envelope or grant: shape (replications, pots, years)."""
        return np.array([summary.dry for summary in self.summaries(policy)])

    def exceedance(self, policy: str | Policy) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the exceedance curve of the yearly cash cost: euro in rising order, and the share of years at
        least as bad.
        """
        return exceedance(self.years_of(policy).ravel())

    def finding(self, policy: str | Policy, language: str) -> Finding:
        """Return the numbers behind the sentence about a policy."""
        other = self.policy(policy)
        return Finding(
            baseline=self.baseline.title[language],
            policy=other.title[language],
            replications=self.replications,
            years=self.years,
            differences={kpi: self.difference(other, kpi) for kpi in KPIS},
            baseline_means={kpi: self.estimate(self.baseline, kpi).mean for kpi in KPIS},
            assumptions={name: getattr(self.world.anchor, name) for name in ANCHORS},
            turns=None if self.checks is None else self.checks.turns.get(other.id),
            behaviour=self._behaviour(other),
        )

    def sentence(self, language: str = "nl", policy: str | Policy | None = None) -> str:
        """Return the finding in words: about one policy, or about each in turn on a line of its own.

        The assumptions under which it holds stand at the end, once; after `checked`, each finding says what turns it.
        """
        chosen = self.policies[1:] if policy is None else (self.policy(policy),)
        say = words(language)
        if not chosen:
            return self._lone_sentence(language)
        findings = [self.finding(other, language) for other in chosen]
        lines = [finding.sentence(say) for finding in findings]
        return "\n".join(lines) + ("" if self.checks else f" {findings[-1].proviso(say)}")

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
        told = say.say(
            "Over {years} “{policy}” costs {cash} in total ({level}% interval {low} to {high}), of which the "
            "municipalities pay {own}; in 1 future of 20 the total exceeds {p95}.",
            years=say.years(self.years),
            policy=self.baseline.title[language],
            cash=say.money(cash.mean),
            low=say.money(cash.ci95[0]),
            high=say.money(cash.ci95[1]),
            own=say.money(own.mean),
            p95=say.money(cash.p95),
        )
        return f"{told} {responding(say, self._behaviour(self.baseline))}".rstrip()

    def _behaviour(self, policy: Policy) -> Mapping[str, Difference] | None:
        return None if self.checks is None else self.checks.behaviour.get(policy.id)

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
        for summary in self.summaries(policy):
            digest.update(summary.ledger_hash.to_bytes(8, "little"))
        return digest.hexdigest()[:16]


def _outcome(name: str) -> str:
    if name not in KPIS:
        raise KeyError(f"no outcome {name!r}: {', '.join(KPIS)}")
    return name
