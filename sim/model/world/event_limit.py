"""How much a future holds: the events to be expected of a world, and the most that fit in memory.

The engines keep every event of a future until it is played: attempts to break in that could succeed, those that follow
on an incident, payment frauds, waves with all whom they may hit, suppliers that fall with all their customers. Here
they are counted in the mean over futures, with the equations of `rules/threat.py` and `rules/defence.py`; a test holds
the counts to futures that were dealt.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from sim.model.problems import InputError, Problem
from sim.model.world.municipalities import Municipality
from sim.model.world.terms import Groups, classes_terms, defence_terms, threat_terms
from sim.rules import defence, severity, threat

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


class World(Groups, Protocol):
    """What is read of a world here."""

    @property
    def id(self) -> str: ...
    @property
    def municipalities(self) -> Sequence[Municipality]: ...


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
    terms = threat_terms(world)
    return {
        "threat": _attempts(world, horizon) * max(1.0, _worst_to_mean(world) / WORST_FUTURE) * (1 + _follow_ups(world)),
        "fraud": terms.fraud_rate * towns * horizon,
        "ddos": terms.waves * towns * horizon,
        "suppliers": terms.supplier_rate
        * fallen
        * _grown(terms.supplier_years_since_base, terms.supplier_growth, horizon),
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
    counts_from_base = world.threat.growth_centre == "base_year"
    if group == "threat" and counts_from_base and (base - first) * world.threat.growth < 0:
        hint += f", or bring threat.base_year ({base}) nearer to {first}"
    return Excess((group,), message, hint)


def check_horizon(world: World, years: int | None) -> None:
    """Raise InputError where a future of the world over so many years would hold too many events."""
    if (excess := excess_of(world, years)) is not None:
        message = f"{excess.loc[0]}: {excess.message}"
        raise InputError([Problem(f"world {world.id}", None, TOO_MANY, message, excess.hint)])


def _attempts(world: World, years: int) -> float:
    """Candidate attempts: sum over municipalities of their rate at the cap, times growth over the years.

    Growth is taken at the middle of each year; season and shocks have mean one.
    """
    terms, cap = threat_terms(world), defence.unprotected(defence_terms(world))
    rates = sum(threat.candidate_rate(float(town.population), cap, terms) for town in world.municipalities)
    return rates * _grown(terms.years_since_base, terms.growth, years)


def _grown(years_since_base: float, growth: float, years: int) -> float:
    """The years of a horizon, each times what growth makes of it at its middle."""
    return sum(threat.growth_factor(years_since_base + year + 0.5, growth) for year in range(years))


def risk_today(world: World) -> float:
    """The risk at today's coverage, relative to that without any measure."""
    terms = defence_terms(world)
    return defence.relative_risk(terms.identity_today, terms.hardening_today, terms.awareness_today, terms)


def _follow_ups(world: World) -> float:
    """Attempts that follow on an incident for each other one, where every municipality was hit and paid lately."""
    terms = threat_terms(world)
    if terms.repeat_minutes <= 0:
        return 0.0
    return severity.above_minor(0.0, classes_terms(world)) * max(0.0, threat.repeat_excess(True, terms))


def _worst_to_mean(world: World) -> float:
    """Attempts while a shock lasts, in multiples of their mean."""
    terms = threat_terms(world)
    return terms.shock_factor / threat.mean_shock(terms) if terms.shock_rate * terms.shock_minutes > 0 else 1.0
