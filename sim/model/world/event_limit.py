"""How much a future holds: the events to be expected of a world, and the most that fit in memory.

The engines keep every event of a future until it is played: attempts to break in that could succeed, those that follow
on an incident, payment frauds, waves with all whom they may hit, suppliers that fall with all their customers. Here
they are counted in the mean over futures, with the equations of `rules/threat.py` and `rules/defence.py`; a test holds
the counts to futures that were dealt.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from sim.model.problems import InputError, Problem

if TYPE_CHECKING:
    from sim.model.world.world import World

MOST_EVENTS = 2_000_000
"""Some 2 GB on every core, where 25 futures are in memory at a time."""
WORST_FUTURE = 10
"""How many times the mean number of attempts a future may hold in which one shock follows the other."""
TOO_MANY = "too-many-events"

_REMEDIES = {
    "threat": "most are attempts to break in: lower threat.attempts, threat.growth or years",
    "fraud": "most are payment frauds: lower fraud.rate or years",
    "ddos": "most are waves, times the municipalities: lower ddos.waves or years",
    "suppliers": "most are customers of suppliers that fall: lower suppliers.compromise_rate, their number or years",
}


class Excess(NamedTuple):
    """What is wrong with a world of too many events: the group that brings most of them, what to say, and a way out."""

    loc: tuple[str]
    message: str
    hint: str


def expected_events(world: World, years: int | None = None) -> dict[str, float]:
    """The mean number of events in one future of the world's own horizon, or of `years` years, by group of parameters.

    Attempts are those that would break in at zero spend. They count for more where shocks are so rare and so strong
    that a future full of them holds over `WORST_FUTURE` times the mean.
    """
    horizon = world.years if years is None else years
    towns, suppliers = len(world.municipalities), world.suppliers
    share = 1 / (1 + suppliers.share_shape)
    customers = towns * (min(1.0, share * suppliers.full_it) + share * suppliers.saas)
    fallen = suppliers.full_it + suppliers.saas + customers * suppliers.hit_prob
    rate = suppliers.compromise_rate * _anchor(world, "supplier_accumulation")
    return {
        "threat": _attempts(world, horizon) * max(1.0, _worst_to_mean(world) / WORST_FUTURE) * (1 + _follow_ups(world)),
        "fraud": world.fraud.rate * towns * horizon,
        "ddos": world.ddos.waves * towns * horizon,
        "suppliers": rate * fallen * horizon,
    }


def excess_of(world: World, years: int | None = None) -> Excess | None:
    """What to say of a world of which one future would hold more than `MOST_EVENTS`; None where it fits."""
    events = expected_events(world, years)
    total = sum(events.values())
    if total <= MOST_EVENTS:
        return None
    group = max(events, key=lambda name: events[name])
    horizon = world.years if years is None else years
    shown = f"{total:,.0f}" if total < 1e9 else f"{total:.1e}"
    future = f"a future of {horizon} year{'s' if horizon > 1 else ''}"
    message = f"{future} would hold some {shown} events, and at most {MOST_EVENTS:,} fit in memory"
    hint = _REMEDIES[group]
    base, first = world.threat.base_year, world.start.year
    if group == "threat" and (base - first) * world.threat.growth < 0:
        hint += f", or bring threat.base_year ({base}) nearer to {first}"
    return Excess((group,), message, hint)


def check_horizon(world: World, years: int | None) -> None:
    """Raise InputError where a future of the world over so many years would hold too many events."""
    if (excess := excess_of(world, years)) is not None:
        message = f"{excess.loc[0]}: {excess.message}"
        raise InputError([Problem(f"world {world.id}", None, TOO_MANY, message, excess.hint)])


def _anchor(world: World, name: str) -> float:
    level = getattr(world.anchor, name)
    return 1.0 if level == "central" else float(getattr(world.anchor_levels, f"{name}_{level}"))


def _attempts(world: World, years: int) -> float:
    """Candidate attempts: sum over municipalities of attempts x size factor x cap, times growth over the years.

    Growth is taken at the middle of each year; season and shocks have mean one.
    """
    threat = world.threat
    sizes: float = sum((town.population / 20_000) ** threat.size_exponent for town in world.municipalities)
    first = world.start.year - threat.base_year + 0.5
    growth: float = sum((1 + threat.growth) ** (first + year) for year in range(years))
    return threat.attempts * _anchor(world, "frequency") * sizes * _unprotected(world) * growth


def _unprotected(world: World) -> float:
    """The break-in probability at zero spend."""
    if world.defence != "measures":
        return world.break_in.gordon_loeb_v
    return world.break_in.today / risk_today(world)


def risk_today(world: World) -> float:
    """The risk at today's coverage, relative to that without any measure."""
    parts = (world.measures.identity, world.measures.hardening, world.measures.awareness)
    risk: float = math.prod(1 - part.today * (1 - part.risk_ratio) for part in parts) ** world.break_in.overlap
    return max(world.break_in.floor, risk)


def _follow_ups(world: World) -> float:
    """Attempts that follow on an incident for each other one, where every municipality was hit and paid lately."""
    threat, incident = world.threat, world.incident
    if threat.repeat_factor <= 1 or threat.repeat_window <= 0:
        return 0.0
    return (incident.significant + incident.severe) * (threat.repeat_factor * threat.repeat_paid_factor - 1)


def _worst_to_mean(world: World) -> float:
    """Attempts while a shock lasts, in multiples of their mean."""
    threat = world.threat
    shocked = 1 - math.exp(-threat.shock_rate * threat.shock_days / 365.25)
    return threat.shock_factor / (1 + (threat.shock_factor - 1) * shocked) if shocked > 0 else 1.0
