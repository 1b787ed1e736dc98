"""A municipality during one future of the reference engine: how well it is covered, and whether it is in trouble."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sim.engines import events as ev
from sim.rules import defence as rules


@dataclass
class Town:
    """One municipality: seven stocks (six coverages and the effective spend) on their way to their targets."""

    position: int
    nis: int
    inhabitants: int
    levels: list[float]
    targets: list[float]
    cost_size: float
    levels_at: int = 0
    open_row: int = ev.UNKNOWN  # row of the incident that keeps it busy
    last_closed: int = ev.UNKNOWN  # row of the latest closed incident: only its aftermath goes on
    joined: set[int] = field(default_factory=set)  # the grants it has joined
    burden: defaultdict[int, int] = field(
        default_factory=lambda: defaultdict(int)
    )  # cents it paid for incidents, by year

    def stock(self, measure: int, now: int, build_minutes: float, decay_minutes: float) -> float:
        """Return a coverage (or the effective spend) at a minute."""
        if self.levels[measure] == self.targets[measure]:
            return self.levels[measure]  # at rest, as most are: no need to ask
        elapsed = float(now - self.levels_at)
        return rules.stock_at(
            self.levels[measure],
            self.targets[measure],
            rules.gap_left(elapsed, build_minutes),
            rules.gap_left(elapsed, decay_minutes),
        )

    def move(self, levels: Sequence[float], now: int) -> None:
        """Be at these levels from now on."""
        self.levels, self.levels_at = list(levels), now

    def aim(self, targets: Sequence[float], levels: Sequence[float], now: int) -> None:
        """Head for new targets, from the levels of this moment; nothing changes where they stay the same."""
        if list(targets) != self.targets:
            self.move(levels, now)
            self.targets = list(targets)
