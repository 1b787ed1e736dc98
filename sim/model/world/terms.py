"""Each group of a world as the terms of one file of rules: anchors multiplied in, calendar units turned into minutes.

A term that has the name of its parameter needs no line here; what has another name, or another unit, does.
"""

from __future__ import annotations

import datetime
from typing import Any, Protocol, TypeVar

from sim.model.world import administration, attacks
from sim.rules.calendar import DAYS_PER_YEAR
from sim.rules.terms import (
    CENTS,
    DEFENCES,
    MINUTES_PER_DAY,
    MINUTES_PER_MONTH,
    Bill,
    Classes,
    Defence,
    Delivery,
    Extortion,
    Funding,
    Intrusion,
    Outage,
    Recovery,
    Spread,
    Team,
    Threat,
)
from sim.rules.threat import moment_of_the_mean

Terms = TypeVar("Terms", Bill, Classes, Defence, Extortion, Funding, Intrusion, Outage, Recovery, Spread, Team, Threat)


class Groups(Protocol):
    """What is read of a world here."""

    @property
    def start(self) -> datetime.date: ...
    @property
    def years(self) -> int: ...
    @property
    def defence(self) -> str: ...
    @property
    def anchor(self) -> attacks.Anchor: ...
    @property
    def anchor_levels(self) -> attacks.AnchorLevels: ...
    @property
    def threat(self) -> attacks.Threat: ...
    @property
    def break_in(self) -> attacks.BreakIn: ...
    @property
    def measures(self) -> attacks.Measures: ...
    @property
    def incident(self) -> attacks.Incident: ...
    @property
    def team(self) -> attacks.Team: ...
    @property
    def extortion(self) -> attacks.Extortion: ...
    @property
    def fraud(self) -> attacks.Fraud: ...
    @property
    def ddos(self) -> attacks.Ddos: ...
    @property
    def suppliers(self) -> attacks.Suppliers: ...
    @property
    def harm(self) -> administration.Harm: ...
    @property
    def finance(self) -> administration.Finance: ...
    @property
    def behaviour(self) -> administration.Behaviour: ...
    @property
    def delivery(self) -> administration.Delivery: ...
    @property
    def standard(self) -> administration.Standard: ...
    @property
    def service(self) -> administration.Service: ...
    @property
    def audit(self) -> administration.Audit: ...
    @property
    def fallback(self) -> administration.Fallback: ...
    @property
    def insurance(self) -> administration.Claims: ...


def minutes_of_days(days: float) -> int:
    """Return whole minutes."""
    return round(days * MINUTES_PER_DAY)


def anchored(world: Groups, value: float, switch: str) -> float:
    """Return a value times what one of the three deciding switches makes of it."""
    level = getattr(world.anchor, switch)
    return value * (1.0 if level == "central" else float(getattr(world.anchor_levels, f"{switch}_{level}")))


def _filled(terms: type[Terms], group: Any, **others: Any) -> Terms:
    """Return terms whose other fields are the parameters of a group that have their names."""
    return terms(**{name: getattr(group, name) for name in terms._fields if name not in others}, **others)


def years_since_base(world: Groups, growth: float) -> float:
    """Return the years from the moment at which a growing rate stands as it is stated to the start of the world.

    That moment is 1 January of the base year, or the one within the world's own horizon that makes the stated rate its
    mean.
    """
    if world.threat.growth_centre == "base_year":
        return float(world.start.year - world.threat.base_year)
    days = (world.start.replace(year=world.start.year + world.years) - world.start).days
    return -moment_of_the_mean(days / DAYS_PER_YEAR, growth)


def threat_terms(world: Groups) -> Threat:
    """Who knocks, and when."""
    group = world.threat
    supplier_growth = group.growth * world.suppliers.growth_share
    return _filled(
        Threat,
        group,
        attempts=anchored(world, group.attempts, "frequency"),
        years_since_base=years_since_base(world, group.growth),
        shock_minutes=minutes_of_days(group.shock_days),
        repeat_minutes=minutes_of_days(group.repeat_window),
        fraud_rate=world.fraud.rate,
        waves=world.ddos.waves,
        supplier_rate=anchored(world, world.suppliers.compromise_rate, "supplier_accumulation"),
        supplier_growth=supplier_growth,
        supplier_years_since_base=years_since_base(world, supplier_growth),
    )


def defence_terms(world: Groups) -> Defence:
    """What keeps attackers out, and how coverage moves."""
    measures = world.measures
    by_measure = {
        f"{name}_{field}": getattr(getattr(measures, name), field)
        for name in ("identity", "hardening", "awareness")
        for field in ("risk_ratio", "today")
    }
    return _filled(
        Defence,
        world.break_in,
        model=DEFENCES.index(world.defence),
        build_minutes=measures.build_months * MINUTES_PER_MONTH,
        decay_minutes=measures.decay_months * MINUTES_PER_MONTH,
        learning=measures.learning,
        **by_measure,
    )


def classes_terms(world: Groups) -> Classes:
    """How serious a break-in becomes."""
    detection = world.measures.detection
    return _filled(
        Classes,
        world.incident,
        detection_today=detection.today,
        detection_severe_risk_ratio=detection.severe_risk_ratio,
        detection_significant_risk_ratio=detection.significant_risk_ratio,
    )


def intrusion_terms(world: Groups) -> Intrusion:
    """From break-in to discovery."""
    detection = world.measures.detection
    return _filled(
        Intrusion, world.incident, detection_today=detection.today, detection_dwell_ratio=detection.dwell_ratio
    )


def bill_terms(world: Groups) -> Bill:
    """What an incident costs in cash."""
    largest = world.incident.largest_loss * world.finance.operating_spend
    return _filled(Bill, world.incident, largest_loss=largest)


def outage_terms(world: Groups) -> Outage:
    """How long services are out, and what citizens miss."""
    value = anchored(world, world.harm.value_of_service_day, "service_value")
    return _filled(Outage, world.incident, value_of_service_day=value)


def recovery_terms(world: Groups) -> Recovery:
    """What offline backups and a continuity plan save."""
    backups, continuity = world.measures.backups, world.measures.continuity
    return _filled(
        Recovery,
        world.incident,
        lost_without=backups.lost_without,
        lost_with=backups.lost_with,
        backups_today=backups.today,
        continuity_today=continuity.today,
        continuity_risk_ratio=continuity.risk_ratio,
    )


def team_terms(world: Groups) -> Team:
    """What a response team does and costs."""
    return _filled(
        Team,
        world.team,
        exponential=int(world.team.days_law == "exponential"),
        cost_per_year_cents=round(world.team.cost_per_year * CENTS),
    )


def extortion_terms(world: Groups) -> Extortion:
    """What the attackers ask, and what paying brings."""
    return _filled(Extortion, world.extortion)


def spread_terms(world: Groups) -> Spread:
    """Losses that need no break-in."""
    fraud, waves, suppliers = world.fraud, world.ddos, world.suppliers
    return _filled(
        Spread,
        suppliers,
        fraud_loss=fraud.loss,
        fraud_sigma=fraud.sigma,
        wave_hit=waves.hit_prob,
        wave_minutes=round(waves.hours * 60),
        wave_impact=waves.impact,
        supplier_hit=suppliers.hit_prob,
        lateral=suppliers.lateral_prob,
        bill_per_inhabitant=suppliers.bill_per_inhabitant * suppliers.bill_share,
    )


def funding_terms(world: Groups) -> Funding:
    """What decides how municipalities budget, and what programmes cost and do."""
    return _filled(
        Funding,
        world.finance,
        ceiling=world.finance.prevention_ceiling,
        revealed=int(world.behaviour.valuation == "revealed"),
        harm_weight=world.behaviour.harm_weight,
        denial_without=world.insurance.denial_without,
        denial_with=world.insurance.denial_with,
        audit_price_cents=round(world.audit.price * CENTS),
        audit_effect=world.audit.effect,
        fallback_factor=world.fallback.outage_factor,
        fallback_price=world.fallback.price,
    )


def delivery_terms(world: Groups) -> Delivery:
    """What streamlining does, in the order of `DELIVERIES`: each alone, together, by the Flemish framework."""
    group = world.delivery
    return Delivery(
        price=(1.0, group.intermunicipal_price, group.framework_price),
        spread=(1.0, group.intermunicipal_spread, group.framework_spread),
        build=(1.0, 1.0, group.framework_build),
        concentration=group.framework_concentration,
        standards=(world.standard.basic, world.standard.important, world.standard.essential),
        service_coverage=world.service.coverage,
    )
