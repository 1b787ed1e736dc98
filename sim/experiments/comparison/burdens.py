"""Who bears it, municipality by municipality: means over futures, groups, winners and losers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.experiments.comparison.paired import PairedFutures
from sim.model.policy.policy import PAYERS, Policy
from sim.model.world.groupings import GROUPINGS
from sim.results.estimates import known, mean_intervals, open_ended, verdicts
from sim.rules.calendar import MINUTES_PER_DAY

if TYPE_CHECKING:
    import pandas as pd


OF_TOWNS = {
    "own": ("own", 100, True),
    "outage": ("person_minutes", MINUTES_PER_DAY, True),
    "serious": ("serious", 1, False),
}
"""What is kept of every municipality in every future, what makes euro, days or incidents of it, if by inhabitant."""
FELT = 0.01  # euro per inhabitant a year: a smaller change of the bill makes nobody a winner or a loser


def municipalities(result: PairedFutures) -> pd.DataFrame:
    """Return one row a policy and municipality: means over futures, per year and per inhabitant where named so."""
    import pandas as pd

    frames = []
    people = result.towns.people * result.years
    for policy, summaries in zip(result.policies, result.futures_of, strict=True):
        frame = result.towns.frame.copy()
        frame.insert(0, "policy", policy.id)
        own = np.array([summary.own for summary in summaries])
        frame["own_cost_per_inhabitant_eur"] = own.mean(axis=0) / 100 / people
        frame["own_cost_p95_per_inhabitant_eur"] = np.quantile(own, 0.95, axis=0) / 100 / people
        cash = np.mean([summary.cash for summary in summaries], axis=0)
        frame["cash_cost_per_inhabitant_eur"] = cash / 100 / people
        lost = np.mean([summary.person_minutes for summary in summaries], axis=0)
        frame["outage_days_per_year"] = lost / MINUTES_PER_DAY / people
        serious = np.mean([summary.serious for summary in summaries], axis=0)
        frame["serious_incidents_per_year"] = serious / result.years
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _own(result: PairedFutures, policy: str | Policy) -> NDArray[np.float64]:
    """Return what each municipality pays over the horizon, in euro: (replications, n)."""
    return np.array([summary.own for summary in result.summaries(policy)]) / 100


def borne(result: PairedFutures, by: str) -> list[NDArray[np.float64]]:
    """Return for each policy what the municipalities of each group bear in every future, in euro per inhabitant a year:
    (groups, replications); `by` is one of GROUPINGS.
    """
    group = result.towns.groups[by]
    people = group.people * result.years
    return [(_own(result, policy) @ group.members.T / people).T.copy() for policy in result.policies]


def burden(result: PairedFutures, by: str) -> pd.DataFrame:
    """Return what municipalities bear, in euro per inhabitant per year, by one of GROUPINGS.

    Columns: policy, group, municipalities, mean, lo, hi (interval over futures), and the difference with the baseline
    with its own interval.
    """
    import pandas as pd

    if by not in result.towns.groups:
        raise KeyError(f"no grouping {by!r}: {', '.join(result.towns.groups)}")
    group, rows = result.towns.groups[by], borne(result, by)
    frames = []
    for policy, mine in zip(result.policies, rows, strict=True):
        level, gap = mean_intervals(mine), mean_intervals(mine - rows[0])
        columns = {
            "policy": policy.id,
            by: group.labels,
            "municipalities": group.counts,
            "mean": mine.mean(axis=1),
            "lo": level[:, 0],
            "hi": level[:, 1],
            "change": (mine - rows[0]).mean(axis=1),
            "change_lo": gap[:, 0],
            "change_hi": gap[:, 1],
        }
        frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)


def gini(own: NDArray[np.float64], people: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how unequally inhabitants share the bills of their municipalities in each future: (replications,).

    The Gini coefficient of the bill per inhabitant, from `own` (replications, n) and `people` (n,): 1 less twice the
    area below the Lorenz curve, by trapezia. 0 where every inhabitant bears the same, near 1 where one municipality
    bears all; above 1 only where some receive more than they pay. NaN where municipalities together pay nothing.
    """
    order = np.argsort(own / people, axis=1, kind="stable")
    paid = np.cumsum(np.take_along_axis(own, order, axis=1), axis=1)
    share = people[order] / people.sum()
    whole = np.where(paid[:, -1:] > 0, paid[:, -1:], np.nan)
    lorenz = np.concatenate([np.zeros((len(own), 1)), paid / whole], axis=1)
    coefficient: NDArray[np.float64] = 1 - ((lorenz[:, 1:] + lorenz[:, :-1]) * share).sum(axis=1)
    return coefficient


def concentration(result: PairedFutures) -> pd.DataFrame:
    """Return one row a policy: the Gini coefficient of what municipalities bear per inhabitant over the horizon, as the
    mean over futures with its interval, and the difference with the baseline with its own; see `gini`.
    """
    import pandas as pd

    each = np.array([gini(_own(result, policy), result.towns.people) for policy in result.policies])
    level, gaps = mean_intervals(each), each - each[0]
    gap = mean_intervals(gaps)
    columns = {
        "policy": [policy.id for policy in result.policies],
        "gini": each.mean(axis=1),
        "lo": level[:, 0],
        "hi": level[:, 1],
        "change": gaps.mean(axis=1),
        "change_lo": gap[:, 0],
        "change_hi": gap[:, 1],
    }
    return pd.DataFrame(columns)


def of_towns(
    result: PairedFutures, policy: str | Policy, measure: str, places: int | slice = slice(None)
) -> NDArray[np.float64]:
    """Return one of OF_TOWNS for municipalities in every future, a year, as the mean over the whole horizon, in order
    of NIS code: shape (replications, n), or (replications,) for one of them by its place.
    """
    kept, unit, a_head = OF_TOWNS[measure]
    whole = np.array([getattr(summary, kept)[places] for summary in result.summaries(policy)], dtype=float)
    return whole / (result.years * unit) / (result.towns.people[places] if a_head else 1)


def place_of(result: PairedFutures, nis: int) -> int:
    """Return the place of a municipality in order of NIS code. Raises InputError for one that is not there."""
    return int(np.searchsorted(result.towns.frame["nis_code"].to_numpy(), result.world.by_nis(nis).nis))


class Changes(NamedTuple):
    """How the own cost of each municipality changes, in euro per inhabitant a year, with its 95 % interval."""

    mean: NDArray[np.float64]  # (n,)
    ci95: NDArray[np.float64]  # (n, 2)
    verdicts: NDArray[np.str_]  # wins, loses, too_close, or the same where it is less than a cent


def changes(result: PairedFutures, policy: Policy) -> Changes:
    """Return how the own cost of each municipality changes against the baseline, paired by future."""
    gaps = ((_own(result, policy) - _own(result, result.baseline)) / (result.towns.people * result.years)).T.copy()
    mean, ends = gaps.mean(axis=1), mean_intervals(gaps)
    said = verdicts(ends)
    said = np.where(said == "lower", "wins", np.where(said == "higher", "loses", said))
    return Changes(mean, ends, np.where(np.abs(mean) < FELT, "same", said))


def winners(result: PairedFutures) -> pd.DataFrame:
    """Return one row a policy and municipality: the change of its own cost against the baseline, in euro per inhabitant
    a year, with its paired 95 % interval; it wins, loses, or is too close to call. Below a cent it is the same.
    """
    import pandas as pd

    frames = [pd.DataFrame()]
    for policy in result.policies[1:]:
        one = changes(result, policy)
        frame = result.towns.frame.drop(columns="income_per_inhabitant_eur")
        frame.insert(0, "policy", policy.id)
        frame["change"], frame["change_lo"], frame["change_hi"] = one.mean, one.ci95[:, 0], one.ci95[:, 1]
        frames.append(frame.assign(verdict=one.verdicts))
    return pd.concat(frames, ignore_index=True)


def incidence(result: PairedFutures) -> dict[str, dict[str, Any]]:
    """Return for each policy who finally bears what, after every transfer, as plain data: euro a year by payer, euro
    per inhabitant a year that municipalities bear by size class, income and province, and how unequally they bear it;
    with intervals and changes.
    """
    found: dict[str, dict[str, Any]] = {policy.id: {"payers": _by_payer(result, policy)} for policy in result.policies}
    for by in GROUPINGS:
        group, rows = result.towns.groups[by], borne(result, by)
        for policy, mine in zip(result.policies, rows, strict=True):
            gaps = mine - rows[0]
            columns = (mine.mean(axis=1), mean_intervals(mine), gaps.mean(axis=1), mean_intervals(gaps))
            found[policy.id][by] = [
                {
                    "group": label,
                    "municipalities": count,
                    "mean_eur_per_inhabitant": mean,
                    "ci95": open_ended(ends),
                    "change": change,
                    "change_ci95": open_ended(change_ends),
                }
                for label, count, mean, ends, change, change_ends in zip(
                    group.labels, group.counts, *(column.tolist() for column in columns), strict=True
                )
            ]
    for row in concentration(result).to_dict("records"):
        found[str(row["policy"])]["concentration"] = {
            "gini": known(row["gini"]),
            "ci95": open_ended((row["lo"], row["hi"])),
            "change": known(row["change"]),
            "change_ci95": open_ended((row["change_lo"], row["change_hi"])),
        }
    return found


def _by_payer(result: PairedFutures, policy: Policy) -> dict[str, Any]:
    whole = result.estimate(policy, "cash_cost_eur").mean
    payers = {}
    for payer in PAYERS:
        one, gap = (get(policy, f"cost_{payer}_eur") for get in (result.estimate, result.difference))
        payers[payer] = {
            "mean_eur": one.mean / result.years,
            "ci95": open_ended(end / result.years for end in one.ci95),
            "share": one.mean / whole if whole else 0.0,
            "change": gap.mean / result.years,
            "change_ci95": open_ended(end / result.years for end in gap.ci95),
        }
    return payers


def tally(result: PairedFutures, policy: Policy) -> dict[str, Any]:
    """Return how many municipalities win and lose under a policy, and of which sizes, as plain data."""
    said = changes(result, policy).verdicts
    sizes = result.towns.groups["size_class"]
    counts: dict[str, Any] = {}
    for verdict in ("wins", "loses", "too_close", "same"):
        chosen = said == verdict
        by_size = [int((row & chosen).sum()) for row in sizes.members]
        counts[verdict] = {
            "municipalities": int(chosen.sum()),
            "share_of_inhabitants": float(result.towns.people[chosen].sum() / result.towns.people.sum()),
            "by_size_class": dict(zip(sizes.labels, by_size, strict=True)),
        }
    return counts
