"""What attackers and suppliers bring, and how an incident runs: the groups of a world that are no municipality's own.

Every number is a row of `parameters.yaml`; here they only get their place.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from sim.model.groups import Group, check_sum
from sim.model.parameter_table import parameter

Level = Literal["low", "central", "high"]


class Anchor(Group):
    """Three switches for the assumptions that decide; `central` leaves every number as it stands."""

    frequency: Level = parameter("world.anchor.frequency")
    service_value: Level = parameter("world.anchor.service_value")
    supplier_accumulation: Level = parameter("world.anchor.supplier_accumulation")


class AnchorLevels(Group):
    """What the switches multiply: attempts, the value of a service day, the rate at which suppliers fall."""

    frequency_low: float = parameter("world.anchor_levels.frequency_low")
    frequency_high: float = parameter("world.anchor_levels.frequency_high")
    service_value_low: float = parameter("world.anchor_levels.service_value_low")
    service_value_high: float = parameter("world.anchor_levels.service_value_high")
    supplier_accumulation_low: float = parameter("world.anchor_levels.supplier_accumulation_low")
    supplier_accumulation_high: float = parameter("world.anchor_levels.supplier_accumulation_high")


class Threat(Group):
    """How often attackers try, and when."""

    attempts: float = parameter("world.threat.attempts")
    size_exponent: float = parameter("world.threat.size_exponent")
    growth: float = parameter("world.threat.growth")
    growth_centre: Literal["horizon", "base_year"] = parameter("world.threat.growth_centre")
    base_year: int = parameter("world.threat.base_year")
    season_amplitude: float = parameter("world.threat.season_amplitude")
    season_peak_day: float = parameter("world.threat.season_peak_day")
    offhours_share: float = parameter("world.threat.offhours_share")
    shock_rate: float = parameter("world.threat.shock_rate")
    shock_factor: float = parameter("world.threat.shock_factor")
    shock_days: float = parameter("world.threat.shock_days")
    repeat_factor: float = parameter("world.threat.repeat_factor")
    repeat_window: float = parameter("world.threat.repeat_window")
    repeat_paid_factor: float = parameter("world.threat.repeat_paid_factor")


class BreakIn(Group):
    """The chance that an attempt succeeds, and the curves that may stand in for the measures."""

    today: float = parameter("world.break_in.today")
    overlap: float = parameter("world.break_in.overlap")
    floor: float = parameter("world.break_in.floor")
    gordon_loeb_v: float = parameter("world.break_in.gordon_loeb_v")
    gordon_loeb_alpha: float = parameter("world.break_in.gordon_loeb_alpha")
    gordon_loeb_beta: float = parameter("world.break_in.gordon_loeb_beta")
    gordon_loeb_alpha_2: float = parameter("world.break_in.gordon_loeb_alpha_2")
    logistic_steepness: float = parameter("world.break_in.logistic_steepness")
    logistic_midpoint: float = parameter("world.break_in.logistic_midpoint")


class Identity(Group):
    """Strong login: coverage today, share of the money, remaining risk at full coverage."""

    today: float = parameter("world.measures.identity.today")
    mix: float = parameter("world.measures.identity.mix")
    risk_ratio: float = parameter("world.measures.identity.risk_ratio")


class Hardening(Group):
    """Hardened and patched systems."""

    today: float = parameter("world.measures.hardening.today")
    mix: float = parameter("world.measures.hardening.mix")
    risk_ratio: float = parameter("world.measures.hardening.risk_ratio")


class Detection(Group):
    """Detection by day and night: fewer break-ins turn significant or severe, and intruders are seen sooner."""

    today: float = parameter("world.measures.detection.today")
    mix: float = parameter("world.measures.detection.mix")
    severe_risk_ratio: float = parameter("world.measures.detection.severe_risk_ratio")
    significant_risk_ratio: float = parameter("world.measures.detection.significant_risk_ratio")
    dwell_ratio: float = parameter("world.measures.detection.dwell_ratio")


class Awareness(Group):
    """Training of staff."""

    today: float = parameter("world.measures.awareness.today")
    mix: float = parameter("world.measures.awareness.mix")
    risk_ratio: float = parameter("world.measures.awareness.risk_ratio")


class Backups(Group):
    """Offline backups: the chance that backups are lost without and with them."""

    today: float = parameter("world.measures.backups.today")
    mix: float = parameter("world.measures.backups.mix")
    lost_without: float = parameter("world.measures.backups.lost_without")
    lost_with: float = parameter("world.measures.backups.lost_with")


class Continuity(Group):
    """A practised continuity plan: it shortens outages and lowers the bill."""

    today: float = parameter("world.measures.continuity.today")
    mix: float = parameter("world.measures.continuity.mix")
    risk_ratio: float = parameter("world.measures.continuity.risk_ratio")


class Measures(Group):
    """Six measures of prevention, and how coverage builds and wears."""

    reference_spend: float = parameter("world.measures.reference_spend")
    spread: float = parameter("world.measures.spread")
    build_months: float = parameter("world.measures.build_months")
    decay_months: float = parameter("world.measures.decay_months")
    learning: float = parameter("world.measures.learning")
    identity: Identity = Identity()
    hardening: Hardening = Hardening()
    detection: Detection = Detection()
    awareness: Awareness = Awareness()
    backups: Backups = Backups()
    continuity: Continuity = Continuity()

    @model_validator(mode="after")
    def _mix_sums_to_one(self) -> Self:
        names = ("identity", "hardening", "detection", "awareness", "backups", "continuity")
        check_sum("the mix of the measures", {name: getattr(self, name).mix for name in names})
        return self


class Incident(Group):
    """How bad a break-in gets: its class, its dwell time, its cost and its outage."""

    significant: float = parameter("world.incident.significant")
    severe: float = parameter("world.incident.severe")
    dwell_days: float = parameter("world.incident.dwell_days")
    dwell_sigma: float = parameter("world.incident.dwell_sigma")
    offhours_delay: float = parameter("world.incident.offhours_delay")
    exfiltration: float = parameter("world.incident.exfiltration")
    severe_cost: float = parameter("world.incident.severe_cost")
    severe_sigma: float = parameter("world.incident.severe_sigma")
    cost_size_elasticity: float = parameter("world.incident.cost_size_elasticity")
    largest_loss: float = parameter("world.incident.largest_loss")
    significant_cost: float = parameter("world.incident.significant_cost")
    significant_sigma: float = parameter("world.incident.significant_sigma")
    minor_cost: float = parameter("world.incident.minor_cost")
    minor_sigma: float = parameter("world.incident.minor_sigma")
    response_share: float = parameter("world.incident.response_share")
    lost_revenue_share: float = parameter("world.incident.lost_revenue_share")
    notification_cost: float = parameter("world.incident.notification_cost")
    critical_days: float = parameter("world.incident.critical_days")
    critical_sigma: float = parameter("world.incident.critical_sigma")
    full_days: float = parameter("world.incident.full_days")
    full_sigma: float = parameter("world.incident.full_sigma")
    longest_days: float = parameter("world.incident.longest_days")
    significant_days: float = parameter("world.incident.significant_days")
    significant_days_sigma: float = parameter("world.incident.significant_days_sigma")
    systems_hit: float = parameter("world.incident.systems_hit")
    significant_systems_hit: float = parameter("world.incident.significant_systems_hit")
    backup_cost_factor: float = parameter("world.incident.backup_cost_factor")
    backup_time_factor: float = parameter("world.incident.backup_time_factor")
    delay_outage: float = parameter("world.incident.delay_outage")
    delay_cost: float = parameter("world.incident.delay_cost")

    @model_validator(mode="after")
    def _at_most_one(self) -> Self:
        for one, other in (("significant", "severe"), ("response_share", "lost_revenue_share")):
            total = getattr(self, one) + getattr(self, other)
            if total > 1:
                raise PydanticCustomError(
                    "shares-sum",
                    "{one} and {other} together are {total}; at most 1 is possible",
                    {"one": one, "other": other, "total": f"{total:.6g}"},
                )
        return self


class Team(Group):
    """How long a response team is needed, and what it costs."""

    days_severe: float = parameter("world.team.days_severe")
    days_significant: float = parameter("world.team.days_significant")
    days_supplier: float = parameter("world.team.days_supplier")
    days_law: Literal["fixed", "exponential"] = parameter("world.team.days_law")
    cost_per_year: float = parameter("world.team.cost_per_year")
    private_factor: float = parameter("world.team.private_factor")


class Extortion(Group):
    """What is asked, whether a municipality pays if it may, and what that brings."""

    demand: float = parameter("world.extortion.demand")
    demand_sigma: float = parameter("world.extortion.demand_sigma")
    size_elasticity: float = parameter("world.extortion.size_elasticity")
    pay_backups_ok: float = parameter("world.extortion.pay_backups_ok")
    pay_backups_lost: float = parameter("world.extortion.pay_backups_lost")
    paid_fraction: float = parameter("world.extortion.paid_fraction")
    data_recovered: float = parameter("world.extortion.data_recovered")
    ban_deterrence: float = parameter("world.extortion.ban_deterrence")


class Fraud(Group):
    """Payments that go to a thief."""

    rate: float = parameter("world.fraud.rate")
    loss: float = parameter("world.fraud.loss")
    sigma: float = parameter("world.fraud.sigma")


class Ddos(Group):
    """Waves that take many websites down for hours."""

    waves: float = parameter("world.ddos.waves")
    hit_prob: float = parameter("world.ddos.hit_prob")
    hours: float = parameter("world.ddos.hours")
    impact: float = parameter("world.ddos.impact")


class Suppliers(Group):
    """Shared suppliers: one that falls takes its customers along."""

    full_it: int = parameter("world.suppliers.full_it")
    saas: int = parameter("world.suppliers.saas")
    compromise_rate: float = parameter("world.suppliers.compromise_rate")
    growth_share: float = parameter("world.suppliers.growth_share")
    share_shape: float = parameter("world.suppliers.share_shape")
    hit_prob: float = parameter("world.suppliers.hit_prob")
    impact_full: float = parameter("world.suppliers.impact_full")
    impact_saas: float = parameter("world.suppliers.impact_saas")
    lateral_prob: float = parameter("world.suppliers.lateral_prob")
    outage_days_full: float = parameter("world.suppliers.outage_days_full")
    outage_days_saas: float = parameter("world.suppliers.outage_days_saas")
    outage_sigma: float = parameter("world.suppliers.outage_sigma")
    bill_per_inhabitant: float = parameter("world.suppliers.bill_per_inhabitant")
    bill_share: float = parameter("world.suppliers.bill_share")
