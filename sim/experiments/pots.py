"""The fund, the Flemish envelopes and the grants: what is left in them, and how probable it is that they run dry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.policy import Policy
from sim.results.estimates import share_interval

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.compare import Comparison

FUND = "fund"


def pots(policy: Policy) -> dict[str, int]:
    """Return the pots of a policy that can run out, with their place in the balances of a future."""
    names = [*([FUND] if policy.fund is not None else []), *policy.budgets, *(grant.id for grant in policy.grants)]
    endless = {grant.id for grant in policy.grants if grant.budget_per_year is None}
    return {name: place for place, name in enumerate(names) if name not in endless}


def left(result: Comparison, policy: Policy, pot: str) -> NDArray[np.float64]:
    """Return what is left in a pot at the end of every year, in euro: shape (replications, years)."""
    return result.balances(policy)[:, pots(policy)[pot]]


def dry(result: Comparison, policy: Policy, pot: str) -> NDArray[np.bool_]:
    """Return in which years a claim met an empty pot: shape (replications, years)."""
    return result.ran_dry(policy)[:, pots(policy)[pot]]


class Row(NamedTuple):
    """A pot at the end of a year, over all futures."""

    policy: str
    pot: str
    year: int
    left: float  # euro, the mean
    left_p5: float
    left_p95: float
    ran_dry: float  # the share of futures in which a claim found it empty
    interval: tuple[float, float]  # of that share, 95 %


def rows(result: Comparison, policy: Policy) -> Iterator[Row]:
    """Yield every pot of a policy at the end of every year."""
    for pot in pots(policy):
        money, empty = left(result, policy, pot), dry(result, policy, pot)
        p5, p95 = np.quantile(money, [0.05, 0.95], axis=0)
        for year in range(result.years):
            found, n = int(empty[:, year].sum()), len(empty)
            mean = float(money[:, year].mean())
            when = result.world.start.year + year
            ends = share_interval(found, n)
            yield Row(policy.id, pot, when, mean, float(p5[year]), float(p95[year]), found / n, ends)


def running_dry(result: Comparison) -> pd.DataFrame:
    """Return one row a policy, pot and year: the euro left at its end (mean, p5, p95), and the share of futures in
    which a claim found the pot empty, with its 95 % interval.
    """
    import pandas as pd

    found = [(*row[:-1], *row.interval) for policy in result.policies for row in rows(result, policy)]
    names = ["policy", "pot", "year", "left_eur", "left_p5_eur", "left_p95_eur", "ran_dry", "lo", "hi"]
    return pd.DataFrame(found, columns=names)
