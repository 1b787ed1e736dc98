"""How much prevention is best, for a municipality itself and for everybody: the curve, and both optima.

Expected values of one year in the long run, from the same equations by which responsive municipalities decide: what
break-ins cost at a level of prevention. Incidents through suppliers, waves and fraud, and waiting for teams, hang on no
single municipality's prevention, and are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.engines.plan import Plan
from sim.experiments.burdens import size_class
from sim.experiments.replicate import settings
from sim.model.arrays import Stakes
from sim.model.municipalities import Municipality
from sim.model.policy import Policy
from sim.model.world import World
from sim.rules.behaviour import best_spend, expected_bill

if TYPE_CHECKING:
    import pandas as pd

POINTS = 121


@dataclass(frozen=True)
class Curve:
    """What prevention costs and saves in one municipality; euro per inhabitant a year.

    On the horizontal axis `spend`, all that goes to prevention there, grants included. `private` is what the
    municipality expects to pay, its part of prevention and its part of the bills of break-ins; `social` is all of both
    and the harm to citizens, `cash` the same without harm.
    """

    municipality: Municipality
    spend: NDArray[np.float64]  # (POINTS,)
    private: NDArray[np.float64]
    social: NDArray[np.float64]
    cash: NDArray[np.float64]
    now: float  # what goes to prevention under the policy
    private_best: float
    social_best: float
    cash_best: float


def plan_of(world: World, policy: Policy) -> Plan:
    """Return what a policy makes of the budgets of a world, in its first year."""
    return settings(world, [policy], None)[0].plan


class Balance:
    """What is weighed in each municipality of a plan on its first 1 January, with all matching grants joined."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.stage = plan, plan.policy.stages[0]
        mask = (1 << len(plan.matching)) - 1
        self.uses = plan.uses(self.stage, mask)
        self.raised = float(sum(self.uses))  # all that goes to prevention for a euro of own money
        self.prices = plan.own_prices(self.stage)
        self.private = plan.stakes(self.stage, 0, 0)
        self.cash, self.social = plan.full_stakes(harm=0.0), plan.full_stakes(harm=1.0)
        self.own = plan.own[0, mask]

    def stakes(self, table: NDArray[np.float64], town: int) -> Stakes:
        """Return what one municipality has at stake by a table of (n, 4)."""
        attempts, minor, significant, severe = table[town].tolist()
        return Stakes(self.plan.effect[0][town], self.uses, attempts, minor, significant, severe)

    def best(self, table: NDArray[np.float64], town: int, price: float) -> float:
        """Return what goes to prevention, grants included, when own spending is best at a price of a euro of it."""
        ceiling = self.plan.world.funding.ceiling
        return best_spend(price, 1.0, ceiling, self.stakes(table, town), self.plan.chain) * self.raised

    def expected(self, table: NDArray[np.float64], town: int, spend: float) -> float:
        """Return the bill that is expected when so much goes to prevention, grants included."""
        return expected_bill(spend / self.raised, self.stakes(table, town), self.plan.chain)


@lru_cache(maxsize=8)
def _balance(world: World, policy: Policy) -> Balance:
    return Balance(plan_of(world, policy))


def prevention_curve(world: World, policy: Policy, municipality: str | int) -> Curve:
    """Return the curve of one municipality, by name or NIS code. Raises InputError for one that is not there."""
    town = world.by_nis(municipality) if isinstance(municipality, int) else world.by_name(municipality)
    balance = _balance(world, policy)
    place = int(np.searchsorted(balance.plan.world.nis, town.nis))
    price = float(balance.prices[place])
    now = float(balance.own[place]) * balance.raised
    best = [
        balance.best(balance.private, place, price),
        balance.best(balance.social, place, balance.raised),
        balance.best(balance.cash, place, balance.raised),
    ]
    spend = np.linspace(0.0, max(2.0, 1.25 * max(now, *best)), POINTS)

    def curve(table: NDArray[np.float64], share: float) -> NDArray[np.float64]:
        return np.array([share * x + balance.expected(table, place, x) for x in spend.tolist()])

    return Curve(
        town,
        spend,
        curve(balance.private, price / balance.raised),
        curve(balance.social, 1.0),
        curve(balance.cash, 1.0),
        now,
        *best,
    )


def optima(world: World, policy: Policy) -> pd.DataFrame:
    """Return one row a municipality, in euro per inhabitant a year: what goes to prevention under the policy in its
    first year; what would be best for itself, for the cash of everybody, and with harm to citizens too.
    """
    import pandas as pd

    balance = _balance(world, policy)
    rows = []
    for place, town in enumerate(sorted(world.municipalities, key=lambda one: one.nis)):
        rows.append(
            (
                town.nis,
                town.name,
                town.population,
                size_class(town.population),
                float(balance.own[place]) * balance.raised,
                balance.best(balance.private, place, float(balance.prices[place])),
                balance.best(balance.cash, place, balance.raised),
                balance.best(balance.social, place, balance.raised),
            )
        )
    names = ["nis_code", "name", "population", "size_class", "now", "private_best", "cash_best", "social_best"]
    return pd.DataFrame(rows, columns=names)
