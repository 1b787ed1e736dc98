"""What all futures of one policy in one world have in common, and what an engine hands over for each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines.events import PREVENTION, RESPONSE_CAPACITY
from sim.engines.structure import Structure, structure
from sim.model.arrays import PolicyArrays, WorldArrays
from sim.rules.defence import coverage_target, unprotected
from sim.rules.funding import part_by_inhabitants
from sim.rules.incident import cents


@dataclass(frozen=True)
class Outcome:
    """What an engine hands over: the journals of one future."""

    replication: int
    postings: NDArray[Any]  # dtype events.POSTING
    incidents: NDArray[Any]  # dtype events.INCIDENT
    supplier_events: int
    blocked: int  # break-ins that found the municipality already down
    tape_digest: int


@dataclass
class Setting:
    """What all futures of one policy in one world have in common."""

    world: WorldArrays
    policy: PolicyArrays
    structure: Structure = field(default=None)  # type: ignore[assignment]  # drawn from the world where not given
    cap: float = field(init=False)  # the break-in probability at zero spend

    def __post_init__(self) -> None:
        self.cap = unprotected(self.world.defence)
        if self.cap > 1.0:
            raise ValueError(
                f"without any prevention {self.cap:.2f} of the attempts would break in, which is more than all: "
                "lower world.break_in.today, or what the measures do at today's coverage"
            )
        if self.structure is None:
            self.structure = structure(self.world)

    def ratios(self, maturity: float, spend: float, mix: tuple[float, ...]) -> list[float]:
        """Return spend on each measure over today's spend on it."""
        return [
            maturity * spend * share / (self.world.reference_spend * reference) if reference > 0.0 else 0.0
            for share, reference in zip(mix, self.world.reference_mix, strict=True)
        ]

    def stocks(self, maturity: float, spend: float, mix: tuple[float, ...]) -> list[float]:
        """Return the long-run coverage of the six measures, and the effective spend itself, for a yearly spend."""
        coverages = [
            coverage_target(ratio, today)
            for ratio, today in zip(self.ratios(maturity, spend, mix), self.world.today, strict=True)
        ]
        return [*coverages, maturity * spend]

    def all_stocks(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the stocks at the start, from today's spend, and their targets under the policy: shapes (n, 7)."""
        maturity = self.structure.maturity.tolist()
        start = [self.stocks(m, self.world.reference_spend, self.world.reference_mix) for m in maturity]
        targets = [self.stocks(m, self.policy.local_spend, self.policy.mix) for m in maturity]
        return np.array(start, dtype=np.float64), np.array(targets, dtype=np.float64)

    def programmes(self) -> Iterator[tuple[int, int, int]]:
        """Yield what is paid every 1 January, whatever happens: (NIS code, category, cents).

        Each municipality pays for its prevention, and its part by inhabitants of the standing response teams.
        """
        people = self.world.inhabitants.tolist()
        everybody = sum(people)
        teams = max(0, self.policy.choices.teams) * self.world.team.cost_per_year_cents
        before = 0
        for nis, inhabitants in zip(self.world.nis.tolist(), people, strict=True):
            yield nis, PREVENTION, cents(self.policy.local_spend * inhabitants)
            yield nis, RESPONSE_CAPACITY, part_by_inhabitants(teams, before, before + inhabitants, everybody)
            before += inhabitants
