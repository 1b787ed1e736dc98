"""What stands ready is paid for by the day: response teams, fallback services, a standard for suppliers.

The price of a year falls due in parts: on 1 January for the days up to the phase that changes it, and on the day of
each such phase for the days that follow. What no phase changes within the year is paid whole on 1 January.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sim.model.policy.numbers import PolicyArrays, Stage
from sim.rules.budgets import part_of_year
from sim.rules.funding import part_by_inhabitants
from sim.rules.incident import cents
from sim.rules.terms import MINUTES_PER_DAY, WorldArrays


@dataclass(frozen=True)
class Readiness:
    """The bills of a policy in a world for what stands ready, in whole cents for each municipality."""

    world: WorldArrays
    policy: PolicyArrays

    def year_begun_in(self, number: int) -> int | None:
        """Return the year within which a stage begins; None for one that begins with a year, or after the horizon."""
        begins, starts = self.policy.stages[number].begins, self.world.year_starts
        return None if begins in starts or begins >= starts[-1] else bisect_right(starts, begins) - 1

    def capacity(self, year: int, number: int) -> Iterator[int]:
        """Yield each municipality's bill for readiness at the beginning of a stage, or of the year if it stood already.

        That is its part by inhabitants of the standing response teams, and its own fallback for services.
        """
        stage, people = self.policy.stages[number], self.world.inhabitants.tolist()
        everybody, before = sum(people), 0
        teams = self._part(year, number, lambda one: max(0, one.choices.teams) * self.world.team.cost_per_year_cents)
        price = self.world.funding.fallback_price if stage.choices.fallback_services else 0.0
        fallback = self._days(year, number, lambda one: one.choices.fallback_services)
        for inhabitants in people:
            part = part_by_inhabitants(teams, before, before + inhabitants, everybody)
            yield part + part_of_year(cents(price * inhabitants), *fallback)
            before += inhabitants

    def suppliers(self, year: int, number: int) -> Iterator[int]:
        """Yield each municipality's bill for the standard for suppliers, in the same way."""
        price = self.policy.stages[number].supplier_price
        days = self._days(year, number, lambda one: one.supplier_price)
        for inhabitants in self.world.inhabitants.tolist():
            yield part_of_year(cents(price * inhabitants), *days)

    def _part(self, year: int, number: int, price: Callable[[Stage], int]) -> int:
        return part_of_year(price(self.policy.stages[number]), *self._days(year, number, price))

    def _days(self, year: int, number: int, price: Callable[[Stage], float]) -> tuple[int, int, int]:
        """Return for which days of the year a price falls due as a stage begins: the first, the one after the last, and
        how many the year has. None of them where the price stays what it was before.
        """
        stages, (start, end) = self.policy.stages, self.world.year_starts[year : year + 2]
        first, days = self.policy.stage_at(start), (end - start) // MINUTES_PER_DAY

        def changes(place: int) -> bool:
            return place > first and price(stages[place]) != price(stages[place - 1])

        if number != first and not changes(number):
            return 0, 0, days
        later = (stages[place].begins for place in range(number + 1, len(stages)) if changes(place))
        begun, ended = max(stages[number].begins, start), min(next(later, end), end)
        return (begun - start) // MINUTES_PER_DAY, (ended - start) // MINUTES_PER_DAY, days
