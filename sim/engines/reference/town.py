"""Municipalities during one future of the reference engine: how well each is covered, and whether it is in trouble."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sim.engines import events as ev
from sim.engines.setting import Setting
from sim.engines.stocks import EFFORT
from sim.model.policy.numbers import NOBODY
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
    open_row: int = ev.UNKNOWN  # row of the break-in whose intruder is still there, or has struck
    cut_off_row: int = ev.UNKNOWN  # row of the outage of the supplier that runs its whole IT
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

    def head_for(self, targets: Sequence[float], levels: Sequence[float], now: int) -> None:
        """Head for new targets, from the levels of this moment; nothing changes where they stay the same."""
        if list(targets) != self.targets:
            self.move(levels, now)
            self.targets = list(targets)


class Towns:
    """All municipalities of one future, and what may be asked about each under the stage of the policy in force."""

    def __init__(self, setting: Setting, towns: list[Town]) -> None:
        self.setting, self.plan, self.world = setting, setting.plan, setting.world
        self.towns = towns
        self.stage = 0

    @property
    def build_minutes(self) -> float:
        """How long coverage takes to build under the delivery of this stage."""
        return self.plan.build_minutes[self.stage]

    def stock(self, town: Town, measure: int, now: int) -> float:
        """Return a coverage (or the effective spend) at a minute."""
        return town.stock(measure, now, self.build_minutes, self.world.defence.decay_minutes)

    def stocks_now(self, town: Town, now: int) -> list[float]:
        """Return all stocks at a minute: six coverages and the effective spend."""
        return [self.stock(town, measure, now) for measure in range(EFFORT + 1)]

    def complies(self, town: Town, now: int) -> bool:
        """Return whether a municipality complies with the minimum standard."""
        stage = self.setting.policy.stages[self.stage]
        return stage.standard_begins <= now and bool(self.plan.complies[self.stage][town.position])

    def meets(self, town: Town, requirement: int, now: int) -> bool:
        """Return whether a municipality fulfils what a layer or a grant requires."""
        if requirement == NOBODY:
            return True
        wanted = self.setting.policy.requirements[requirement]
        if wanted.programme != NOBODY and wanted.programme not in town.joined:
            return False
        if wanted.standard and not self.complies(town, now):
            return False
        return all(
            level <= 0.0 or self.stock(town, measure, now) >= level for measure, level in enumerate(wanted.coverage)
        )
