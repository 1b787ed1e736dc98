"""What all futures of one policy in one world have in common, and what an engine hands over for each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines import events as ev
from sim.engines.plan import Plan, long_run_coverages
from sim.engines.readiness import Readiness
from sim.engines.structure import Structure, structure
from sim.model.policy.numbers import PolicyArrays
from sim.rules.defence import unprotected
from sim.rules.incident import cents
from sim.rules.terms import WorldArrays


@dataclass(frozen=True)
class Outcome:
    """What an engine hands over: the journals of one future, and how its pots fared."""

    replication: int
    postings: NDArray[Any]  # dtype events.POSTING
    incidents: NDArray[Any]  # dtype events.INCIDENT
    supplier_events: int
    blocked: int  # break-ins that found an intruder in already, or the municipality cut off
    tape_digest: int
    balances: NDArray[np.int64]  # (pots, years) cents at the end of each year
    dry: NDArray[np.int64]  # (pots, years) 1 where a claim met an empty pot; pots are the fund, envelopes and grants
    unpaid_cents: int  # claims that waited in vain


@dataclass
class Setting:
    """What all futures of one policy in one world have in common."""

    world: WorldArrays
    policy: PolicyArrays
    structure: Structure = field(default=None)  # type: ignore[assignment]  # drawn from the world where not given
    cap: float = field(init=False)  # the break-in probability at zero spend
    plan: Plan = field(init=False)
    readiness: Readiness = field(init=False)

    def __post_init__(self) -> None:
        self.cap = unprotected(self.world.defence)
        if self.structure is None:
            self.structure = structure(self.world)
        self.plan = Plan(self.world, self.policy, self.structure)
        self.readiness = Readiness(self.world, self.policy)

    @property
    def inhabitants(self) -> dict[int, int]:
        """The inhabitants of each municipality by its NIS code."""
        return dict(zip(self.world.nis.tolist(), self.world.inhabitants.tolist(), strict=True))

    def all_stocks(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the stocks at the start, from today's spend, and their targets while budgets are steady: (n, 7).

        Stocks are the long-run coverage of the six measures and the effective spend itself.
        """
        stage = self.policy.stages[0]
        start = self._stocks(self.structure.maturity, self.world.reference_spend, self.world.reference_mix)
        if not self.plan.is_steady:
            return start, start.copy()
        return start, self._stocks(self.plan.effect[0], stage.local_spend, stage.mix)

    def _stocks(self, effect: NDArray[np.float64], spend: float, mix: tuple[float, ...]) -> NDArray[np.float64]:
        w = self.world
        spends = tuple(spend * share for share in mix)
        covered = long_run_coverages(effect, spends, w.reference_spend, w.reference_mix, w.today)
        return np.column_stack([covered, effect * spend])

    def capacity(self, year: int) -> Iterator[int]:
        """Yield the cents that each municipality's readiness costs on 1 January of a year, see `readiness`."""
        return self.readiness.capacity(year, self.plan.stage_of_year[year])

    def suppliers(self, year: int) -> Iterator[int]:
        """Yield the cents that a standard for suppliers costs each municipality on 1 January of a year."""
        return self.readiness.suppliers(year, self.plan.stage_of_year[year])

    def due(self, number: int) -> Iterator[tuple[int, int, int]]:
        """Yield what falls due on the day on which a stage begins within a year: (position, category, cents)."""
        year = self.readiness.year_begun_in(number)
        if year is not None:
            bills = zip(self.readiness.suppliers(year, number), self.readiness.capacity(year, number), strict=True)
            yield from _in_order(bills)

    def programmes(self, year: int) -> Iterator[tuple[int, int, int]]:
        """Yield what the programmes of a year cost on its 1 January while budgets are steady, in the same way."""
        return _in_order(zip(self.steady_prevention(year), self.capacity(year), strict=True))

    def steady_prevention(self, year: int) -> Iterator[int]:
        """Yield the cents that each municipality's prevention costs in a year, while budgets are steady."""
        spend = self.policy.stages[self.plan.stage_of_year[year]].local_spend
        for inhabitants, standard in zip(self.world.inhabitants.tolist(), self.suppliers(year), strict=True):
            yield cents(spend * inhabitants) + standard


def _in_order(bills: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """Yield (position, category, cents) for the bills of each municipality for prevention and for readiness."""
    for position, amounts in enumerate(bills):
        for use, amount in zip(ev.PROGRAMMES, amounts, strict=True):
            yield position, use, amount
