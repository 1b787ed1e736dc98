"""How much prevention is best, for a municipality itself and for everybody: the curve, and both optima.

Expected values of one year in the long run, from the same equations by which responsive municipalities decide: what
break-ins cost at a level of prevention. Incidents through suppliers, waves and fraud, and waiting for teams, hang on no
single municipality's prevention, and are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.engines.expectations import full_stakes, own_prices
from sim.engines.plan import Plan
from sim.experiments.arguments import check_asked
from sim.experiments.comparison.robustness import LEVELS
from sim.experiments.replicate import settings
from sim.model.policy.numbers import policy_arrays
from sim.model.policy.policy import Policy
from sim.model.world.groupings import SIZE_CLASSES, size_class
from sim.model.world.municipalities import Municipality
from sim.model.world.world import World
from sim.rules.behaviour import best_spend, expected_bill
from sim.rules.compiling import HAS_NUMBA, is_stored
from sim.rules.terms import Stakes

if TYPE_CHECKING:
    import pandas as pd

POINTS = 121
AMOUNTS = ("now", "private_best", "cash_best", "social_best")


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
    price: float  # what the municipality itself pays of a euro of prevention
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
        self.prices = own_prices(plan.world, self.stage)
        self.private = plan.stakes(0, 0)
        self.cash, self.social = (full_stakes(plan.world, harm, self.stage) for harm in (0.0, 1.0))
        self.own = plan.own[0, mask]

    def stakes(self, table: NDArray[np.float64], town: int) -> Stakes:
        """Return what one municipality has at stake by a table of (n, 5)."""
        return Stakes(self.plan.effect[0][town], self.uses, *table[town].tolist())

    def best(self, table: NDArray[np.float64], town: int, price: float) -> float:
        """Return what goes to prevention, grants included, when own spending is best at a price of a euro of it."""
        ceiling = self.plan.world.funding.ceiling
        return best_spend(price, 1.0, ceiling, self.stakes(table, town), self.plan.chain) * self.raised

    def all_best(self, town: int) -> tuple[float, float, float]:
        """Return the private optimum of a municipality, the social one, and that of everybody's cash."""
        return (
            self.best(self.private, town, float(self.prices[town])),
            self.best(self.social, town, self.raised),
            self.best(self.cash, town, self.raised),
        )

    def expected(self, table: NDArray[np.float64], town: int, spend: float) -> float:
        """Return the bill that is expected when so much goes to prevention, grants included."""
        return expected_bill(spend / self.raised, self.stakes(table, town), self.plan.chain)


@lru_cache(maxsize=32)  # a balance weighs little, and a page asks for nine of them
def _balance(world: World, policy: Policy) -> Balance:
    return Balance(plan_of(world, policy))


def must_compile(world: World, policy: Policy) -> bool:
    """Return whether the search for the best prevention has to be compiled first, which takes about ten seconds."""
    stages = policy_arrays(policy, world).stages
    return HAS_NUMBA and any(stage.responsive for stage in stages) and not is_stored("best_spends")


def prevention_curve(world: World, policy: Policy, municipality: str | int, *, at_least: float = 2.0) -> Curve:
    """Return the curve of one municipality, by name or NIS code, from no spend to well above all that has a name, and
    to `at_least` euro. Raises InputError for a municipality that is not there.
    """
    check_asked(world, [policy])
    town = _find(world, municipality)
    balance = _balance(world, policy)
    place = int(np.searchsorted(balance.plan.world.nis, town.nis))
    price = float(balance.prices[place]) / balance.raised
    now = float(balance.own[place]) * balance.raised
    best = balance.all_best(place)
    spend = np.linspace(0.0, max(at_least, 1.25 * max(now, *best)), POINTS)

    def curve(table: NDArray[np.float64], share: float) -> NDArray[np.float64]:
        return np.array([share * x + balance.expected(table, place, x) for x in spend.tolist()])

    private, social, cash = (
        curve(table, share) for table, share in ((balance.private, price), (balance.social, 1.0), (balance.cash, 1.0))
    )
    return Curve(town, spend, private, social, cash, price, now, *best)


def optima(world: World, policy: Policy) -> pd.DataFrame:
    """Return one row a municipality, in euro per inhabitant a year: what goes to prevention under the policy in its
    first year (`now`); what would be best for itself (`private_best`), for the cash of everybody (`cash_best`), and
    with harm to citizens too (`social_best`).
    """
    import pandas as pd

    check_asked(world, [policy])
    balance = _balance(world, policy)
    rows = []
    for place, town in enumerate(sorted(world.municipalities, key=lambda one: one.nis)):
        private, social, cash = balance.all_best(place)
        now = float(balance.own[place]) * balance.raised
        rows.append((town.nis, town.name, town.population, size_class(town.population), now, private, cash, social))
    return pd.DataFrame(rows, columns=["nis_code", "name", "population", "size_class", *AMOUNTS])


def by_size(table: pd.DataFrame) -> pd.DataFrame:
    """Return what `optima` gives by size class, weighed by inhabitants: one row a class that has municipalities, and a
    last one for all of them (`size_class` "all").
    """
    import pandas as pd

    groups = [(label, table[table["size_class"] == label]) for *_, label in SIZE_CLASSES]
    rows = [
        (label, len(rows), *(float(np.average(rows[name], weights=rows["population"])) for name in AMOUNTS))
        for label, rows in [*groups, ("all", table)]
        if len(rows)
    ]
    return pd.DataFrame(rows, columns=["size_class", "municipalities", *AMOUNTS])


def deciding(world: World, policy: Policy, municipality: str | int) -> pd.DataFrame:
    """Return the optima of one municipality under every level of the two assumptions that decide them: one row for each
    pair of `frequency` (of attacks) and `service_value` (the value of a day of service).
    """
    import pandas as pd

    town = _find(world, municipality)
    rows = []
    for frequency, value in product(LEVELS, LEVELS):
        there = world.with_values({"anchor.frequency": frequency, "anchor.service_value": value})
        balance = _balance(there, policy)
        private, social, cash = balance.all_best(int(np.searchsorted(balance.plan.world.nis, town.nis)))
        rows.append((frequency, value, private, cash, social))
    return pd.DataFrame(rows, columns=["frequency", "service_value", *AMOUNTS[1:]])


def _find(world: World, municipality: str | int) -> Municipality:
    return world.by_nis(municipality) if isinstance(municipality, int) else world.by_name(municipality)
