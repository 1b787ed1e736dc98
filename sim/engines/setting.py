"""What all futures of one policy in one world have in common, and what an engine hands over for each of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from sim.engines.structure import Structure, structure
from sim.model.arrays import PolicyArrays, WorldArrays
from sim.rules.defence import coverage_target, unprotected


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
    structure: Structure = field(init=False)

    def __post_init__(self) -> None:
        cap = unprotected(self.world.defence)
        if cap > 1.0:
            raise ValueError(
                f"without any prevention {cap:.2f} of the attempts would break in, which is more than all: "
                "lower world.break_in.today, or what the measures do at today's coverage"
            )
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
