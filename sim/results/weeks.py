"""One future week by week: what every municipality goes through, who waits for a team, and what has been paid."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines import events as ev
from sim.model.policy.policy import CATEGORIES, PAYERS
from sim.model.world.world import World
from sim.results.ledger import sums
from sim.rules.calendar import MINUTES_PER_DAY
from sim.rules.incident import MINOR

WEEK = 7 * MINUTES_PER_DAY
CALM, SMALL, RESTORING, UNSEEN, CUT_OFF, HELPED, WAITING = range(7)
"""What a municipality goes through, from good to bad; a week shows the worst of its moments."""


@dataclass(frozen=True)
class Steps:
    """A number that changes at moments: `count[i]` holds from `minute[i]` on, up to the next moment."""

    minute: NDArray[np.int64]
    count: NDArray[np.int64]

    @property
    def most(self) -> int:
        """The highest it gets."""
        return int(self.count.max())


@dataclass(frozen=True)
class Year:
    """One calendar year of one future. Weeks begin on 1 January; the last one is short."""

    year: int
    starts: NDArray[np.int64]
    """(weeks,) the minute in which each week begins."""
    end: int
    """The minute in which the year ends."""
    states: NDArray[np.int8]
    """(weeks, municipalities) CALM to WAITING, municipalities in order of NIS code."""
    busy: Steps
    """Response teams of the pool at work."""
    waiting: Steps
    """Municipalities without help that need it."""
    bills: NDArray[np.int64]
    """(weeks, payers) cents of cost paid since 1 January, by the end of each week. Without transfers between payers,
    which cost nothing together."""

    def count(self, state: int) -> NDArray[np.int64]:
        """How many municipalities are in a state in each week: shape (weeks,)."""
        return np.asarray((self.states == state).sum(axis=1), dtype=np.int64)


def years_in(world: World) -> range:
    """The calendar years of a world."""
    return range(world.start.year, world.start.year + world.years)


def edges(world: World, year: int) -> tuple[int, int]:
    """The minutes in which a calendar year begins and ends. Raises ValueError for a year outside the horizon."""
    if year not in years_in(world):
        first, last = years_in(world)[0], years_in(world)[-1]
        raise ValueError(f"year {year} is not in this world: it has {first} to {last}")
    first, last = ((datetime.date(one, 1, 1) - world.start).days * MINUTES_PER_DAY for one in (year, year + 1))
    return max(0, first), last


def dearest_year(world: World, postings: NDArray[Any]) -> int:
    """The calendar year in which most was paid."""
    bounds = [edges(world, year)[0] for year in years_in(world)]
    year = np.searchsorted(bounds, postings["minute"], side="right") - 1
    return years_in(world)[int(np.argmax(sums(postings["cents"], (year, len(bounds)))))]


def by_week(world: World, postings: NDArray[Any], incidents: NDArray[Any], year: int) -> Year:
    """Return a calendar year of a future from its journals, week by week."""
    begin, end = edges(world, year)
    starts = np.arange(begin, end, WEEK, dtype=np.int64)
    return Year(
        year=year,
        starts=starts,
        end=end,
        states=_states(world, incidents, starts, end),
        busy=_steps(*_served(incidents), begin, end),
        waiting=_steps(*_unserved(incidents), begin, end),
        bills=_bills(postings, starts, end),
    )


# ---- what municipalities go through --------------------------------------------------------------------------------


def is_small(incident: Any) -> bool:
    """Whether an incident stops no service for longer than hours: a minor break-in, a fraud, a wave, a supplier that
    serves nothing critical.
    """
    cause = int(incident["cause"])
    if cause == ev.CUT_OFF:
        return bool(incident["closed"] == incident["begun"])
    return cause in (ev.PAYMENT_FRAUD, ev.DENIAL) or int(incident["severity"]) == MINOR


def _spells(incident: Any) -> list[tuple[int, int, int]]:
    """The states that an incident brings: (state, from, to) in minutes, where -1 as an end means that it never came."""
    begun, closed = int(incident["begun"]), int(incident["closed"])
    if is_small(incident):
        return [(SMALL, begun, begun + 1)]
    impact, team, back = int(incident["impact"]), int(incident["team_start"]), int(incident["critical_back"])
    if int(incident["cause"]) == ev.CUT_OFF and int(incident["discovered"]) == ev.UNKNOWN:
        return [(CUT_OFF, begun, back), *([(RESTORING, back, closed)] if back != ev.UNKNOWN else [])]
    spells = [(UNSEEN, begun, impact)]
    if impact != ev.UNKNOWN:
        spells.append((WAITING, impact, team))
    if team != ev.UNKNOWN:
        spells.append((HELPED, team, back))
    if back != ev.UNKNOWN:
        spells.append((RESTORING, back, closed))
    return [spell for spell in spells if spell[1] < spell[2] or spell[2] == ev.UNKNOWN]


def _states(world: World, incidents: NDArray[Any], starts: NDArray[np.int64], end: int) -> NDArray[np.int8]:
    codes = np.array(sorted(town.nis for town in world.municipalities))
    states = np.zeros((len(starts), len(codes)), dtype=np.int8)
    rows = np.searchsorted(codes, incidents["nis"])
    near = np.flatnonzero(incidents["begun"] < end)
    for row in near:
        for state, low, high in _spells(incidents[row]):
            last = end if high == ev.UNKNOWN else min(high, end)
            if last <= starts[0] or last <= low:
                continue
            first_week = max(0, int((low - starts[0]) // WEEK))
            week = slice(first_week, int((last - 1 - starts[0]) // WEEK) + 1)
            states[week, rows[row]] = np.maximum(states[week, rows[row]], state)
    return states


# ---- who waits, and who is at work ---------------------------------------------------------------------------------


def _served(incidents: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    mine = (incidents["team_start"] != ev.UNKNOWN) & (incidents["private"] == 0)
    return incidents["team_start"][mine], incidents["team_end"][mine]


def _unserved(incidents: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    mine = incidents["discovered"] != ev.UNKNOWN
    return incidents["discovered"][mine], incidents["team_start"][mine]


def _steps(low: NDArray[np.int64], high: NDArray[np.int64], begin: int, end: int) -> Steps:
    """Return how many intervals hold at each moment between two minutes; one that ends in UNKNOWN never does."""
    high = np.where(high == ev.UNKNOWN, end, high)
    moments = np.concatenate([low, high])
    change = np.concatenate([np.ones(len(low), dtype=np.int64), -np.ones(len(high), dtype=np.int64)])
    before = int(change[moments <= begin].sum())
    inside = (moments > begin) & (moments < end)
    minutes, place = np.unique(moments[inside], return_inverse=True)
    steps = sums(change[inside], (place, len(minutes)))
    minutes, steps = minutes[steps != 0], steps[steps != 0]  # who is helped at once never waited
    return Steps(
        np.concatenate([[begin], minutes]).astype(np.int64),
        np.concatenate([[before], before + np.cumsum(steps)]).astype(np.int64),
    )


# ---- what has been paid --------------------------------------------------------------------------------------------


def _bills(postings: NDArray[Any], starts: NDArray[np.int64], end: int) -> NDArray[np.int64]:
    mine = (postings["minute"] >= starts[0]) & (postings["minute"] < end) & (postings["category"] < len(CATEGORIES))
    week = (postings["minute"][mine] - starts[0]) // WEEK
    paid = sums(postings["cents"][mine], (week, len(starts)), (postings["payer"][mine], len(PAYERS)))
    return np.asarray(np.cumsum(paid, axis=0), dtype=np.int64)
