"""The fund, the Flemish envelopes and the grants: what is left in them, and how probable it is that they run dry.

A grant has something left only in the years in which it pays: nothing before `from`, nothing after `until`.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.experiments.comparison.paired import PairedFutures
from sim.model.policy.policy import Policy
from sim.results.estimates import share_interval

if TYPE_CHECKING:
    import pandas as pd


FUND = "fund"


def pots(policy: Policy) -> dict[str, int]:
    """Return the pots of a policy that can run out, with their place in the balances of a future."""
    names = [*([FUND] if policy.fund is not None else []), *policy.budgets, *(grant.id for grant in policy.grants)]
    endless = {grant.id for grant in policy.grants if grant.budget_per_year is None}
    return {name: place for place, name in enumerate(names) if name not in endless}


def open_years(result: PairedFutures, policy: Policy, pot: str) -> list[int]:
    """Return the years, counted from the first one, in which the pot pays: all of them, but for a grant with dates.

    Audits are paid on any day; every other grant on 1 January, and not at all in a year that begins outside its dates.
    """
    years = range(result.years)
    grant = next((one for one in policy.grants if one.id == pot), None)
    if grant is None:
        return list(years)
    first, last = grant.from_ or datetime.date.min, grant.until or datetime.date.max
    begins = [datetime.date(result.world.start.year + year, 1, 1) for year in years]
    ends = [day.replace(month=12, day=31) if grant.instrument == "audit" else day for day in begins]
    return [year for year in years if begins[year] <= last and first <= ends[year]]


def left(result: PairedFutures, policy: Policy, pot: str) -> NDArray[np.float64]:
    """Return what is left in a pot at the end of every year in which it pays, in euro: (replications, open years)."""
    return result.balances(policy)[:, pots(policy)[pot], open_years(result, policy, pot)]


def dry(result: PairedFutures, policy: Policy, pot: str) -> NDArray[np.bool_]:
    """Return in which years a claim met an empty pot, of those in which it pays: (replications, open years)."""
    return result.ran_dry(policy)[:, pots(policy)[pot], open_years(result, policy, pot)]


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


def rows(result: PairedFutures, policy: Policy) -> Iterator[Row]:
    """Yield every pot of a policy at the end of every year in which it pays."""
    for pot in pots(policy):
        money, empty = left(result, policy, pot), dry(result, policy, pot)
        p5, p95 = np.quantile(money, [0.05, 0.95], axis=0)
        for place, year in enumerate(open_years(result, policy, pot)):
            found, n = int(empty[:, place].sum()), len(empty)
            mean = float(money[:, place].mean())
            when = result.world.start.year + year
            ends = share_interval(found, n)
            yield Row(policy.id, pot, when, mean, float(p5[place]), float(p95[place]), found / n, ends)


def running_dry(result: PairedFutures) -> pd.DataFrame:
    """Return one row a policy, pot and year in which it pays: the euro left at its end (mean, p5, p95), and the share
    of futures in which a claim found the pot empty, with its 95 % interval.
    """
    import pandas as pd

    found = [(*row[:-1], *row.interval) for policy in result.policies for row in rows(result, policy)]
    names = ["policy", "pot", "year", "left_eur", "left_p5_eur", "left_p95_eur", "ran_dry", "lo", "hi"]
    return pd.DataFrame(found, columns=names)
