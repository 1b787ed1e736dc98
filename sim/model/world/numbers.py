"""A world becomes numbers: the anchors multiplied in, calendar units turned into minutes, one row a municipality."""

from __future__ import annotations

import datetime
import math

import numpy as np

from sim.model.world.world import World
from sim.rules.terms import (
    CENTS,
    DEFENCES,
    MEASURES,
    MINUTES_PER_DAY,
    MINUTES_PER_MONTH,
    SERVICES,
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
    WorldArrays,
    minutes_of_days,
)


def _anchor(world: World, name: str) -> float:
    level = getattr(world.anchor, name)
    return 1.0 if level == "central" else float(getattr(world.anchor_levels, f"{name}_{level}"))


def year_starts(start: datetime.date, years: int) -> tuple[int, ...]:
    """Return the minutes at which each calendar year begins, and the horizon as the last entry: years + 1 numbers."""
    return tuple((start.replace(year=start.year + year) - start).days * MINUTES_PER_DAY for year in range(years + 1))


def world_arrays(world: World, years: int | None = None) -> WorldArrays:
    """Return the world as numbers, for its own horizon or for `years` years."""
    t, b, m, i = world.threat, world.break_in, world.measures, world.incident
    starts = year_starts(world.start, world.years if years is None else years)
    towns = sorted(world.municipalities, key=lambda town: town.nis)
    return WorldArrays(
        threat=Threat(
            attempts=t.attempts * _anchor(world, "frequency"),
            size_exponent=t.size_exponent,
            growth=t.growth,
            years_since_base=float(world.start.year - t.base_year),
            season_amplitude=t.season_amplitude,
            season_peak_day=float(t.season_peak_day),
            offhours_share=t.offhours_share,
            shock_rate=t.shock_rate,
            shock_factor=t.shock_factor,
            shock_minutes=minutes_of_days(t.shock_days),
            repeat_factor=t.repeat_factor,
            repeat_minutes=minutes_of_days(t.repeat_window),
            repeat_paid_factor=t.repeat_paid_factor,
            fraud_rate=world.fraud.rate,
            waves=world.ddos.waves,
            supplier_rate=world.suppliers.compromise_rate * _anchor(world, "supplier_accumulation"),
        ),
        defence=Defence(
            model=DEFENCES.index(world.defence),
            today=b.today,
            overlap=b.overlap,
            floor=b.floor,
            gordon_loeb_v=b.gordon_loeb_v,
            gordon_loeb_alpha=b.gordon_loeb_alpha,
            gordon_loeb_beta=b.gordon_loeb_beta,
            gordon_loeb_alpha_2=b.gordon_loeb_alpha_2,
            logistic_steepness=b.logistic_steepness,
            logistic_midpoint=b.logistic_midpoint,
            identity_risk_ratio=m.identity.risk_ratio,
            hardening_risk_ratio=m.hardening.risk_ratio,
            awareness_risk_ratio=m.awareness.risk_ratio,
            identity_today=m.identity.today,
            hardening_today=m.hardening.today,
            awareness_today=m.awareness.today,
            build_minutes=m.build_months * MINUTES_PER_MONTH,
            decay_minutes=m.decay_months * MINUTES_PER_MONTH,
            learning=m.learning,
        ),
        classes=Classes(
            significant=i.significant,
            severe=i.severe,
            detection_today=m.detection.today,
            detection_severe_risk_ratio=m.detection.severe_risk_ratio,
        ),
        intrusion=Intrusion(
            dwell_days=i.dwell_days,
            dwell_sigma=i.dwell_sigma,
            offhours_delay=i.offhours_delay,
            exfiltration=i.exfiltration,
        ),
        bill=Bill(
            severe_cost=i.severe_cost,
            severe_sigma=i.severe_sigma,
            significant_cost=i.significant_cost,
            significant_sigma=i.significant_sigma,
            minor_cost=i.minor_cost,
            minor_sigma=i.minor_sigma,
            cost_size_elasticity=i.cost_size_elasticity,
            response_share=i.response_share,
            lost_revenue_share=i.lost_revenue_share,
            notification_cost=i.notification_cost,
            delay_cost=i.delay_cost,
        ),
        outage=Outage(
            critical_days=i.critical_days,
            critical_sigma=i.critical_sigma,
            full_days=i.full_days,
            full_sigma=i.full_sigma,
            longest_days=i.longest_days,
            significant_days=i.significant_days,
            significant_days_sigma=i.significant_days_sigma,
            systems_hit=i.systems_hit,
            significant_systems_hit=i.significant_systems_hit,
            delay_outage=i.delay_outage,
            value_of_service_day=world.harm.value_of_service_day * _anchor(world, "service_value"),
        ),
        recovery=Recovery(
            lost_without=m.backups.lost_without,
            lost_with=m.backups.lost_with,
            backups_today=m.backups.today,
            backup_cost_factor=i.backup_cost_factor,
            backup_time_factor=i.backup_time_factor,
            continuity_today=m.continuity.today,
            continuity_risk_ratio=m.continuity.risk_ratio,
        ),
        team=Team(
            days_severe=world.team.days_severe,
            days_significant=world.team.days_significant,
            days_supplier=world.team.days_supplier,
            exponential=int(world.team.days_law == "exponential"),
            cost_per_year_cents=round(world.team.cost_per_year * CENTS),
            private_factor=world.team.private_factor,
        ),
        extortion=Extortion(
            demand=world.extortion.demand,
            demand_sigma=world.extortion.demand_sigma,
            size_elasticity=world.extortion.size_elasticity,
            pay_backups_ok=world.extortion.pay_backups_ok,
            pay_backups_lost=world.extortion.pay_backups_lost,
            paid_fraction=world.extortion.paid_fraction,
            data_recovered=world.extortion.data_recovered,
            ban_deterrence=world.extortion.ban_deterrence,
        ),
        spread=Spread(
            fraud_loss=world.fraud.loss,
            fraud_sigma=world.fraud.sigma,
            wave_hit=world.ddos.hit_prob,
            wave_minutes=round(world.ddos.hours * 60),
            wave_impact=world.ddos.impact,
            supplier_hit=world.suppliers.hit_prob,
            impact_full=world.suppliers.impact_full,
            impact_saas=world.suppliers.impact_saas,
            lateral=world.suppliers.lateral_prob,
            outage_days_full=world.suppliers.outage_days_full,
            outage_days_saas=world.suppliers.outage_days_saas,
            outage_sigma=world.suppliers.outage_sigma,
            bill_per_inhabitant=world.suppliers.bill_per_inhabitant * world.suppliers.bill_share,
        ),
        funding=Funding(
            reserve=world.finance.reserve,
            ceiling=world.finance.prevention_ceiling,
            budget_stress=world.finance.budget_stress,
            flypaper_first=world.finance.flypaper_first,
            flypaper_later=world.finance.flypaper_later,
            revealed=int(world.behaviour.valuation == "revealed"),
            harm_weight=world.behaviour.harm_weight,
            denial_without=world.insurance.denial_without,
            denial_with=world.insurance.denial_with,
            audit_price_cents=round(world.audit.price * CENTS),
            audit_effect=world.audit.effect,
            fallback_factor=world.fallback.outage_factor,
            fallback_price=world.fallback.price,
        ),
        delivery=Delivery(
            price=(1.0, world.delivery.intermunicipal_price, world.delivery.framework_price),
            spread=(1.0, world.delivery.intermunicipal_spread, world.delivery.framework_spread),
            build=(1.0, 1.0, world.delivery.framework_build),
            concentration=world.delivery.framework_concentration,
            standards=(world.standard.basic, world.standard.important, world.standard.essential),
            service_coverage=world.service.coverage,
        ),
        nis=np.array([town.nis for town in towns], dtype=np.int64),
        inhabitants=np.array([town.population for town in towns], dtype=np.int64),
        services=tuple(
            (float(getattr(world.services, name).weight), float(getattr(world.services, name).restore))
            for name in SERVICES
        ),
        year_starts=starts,
        horizon=starts[-1],
        tick=MINUTES_PER_DAY if world.tick == "day" else 1,
        start_weekday=world.start.weekday(),
        start_day_of_year=world.start.timetuple().tm_yday,
        structure_seed=world.seed,
        full_it_suppliers=world.suppliers.full_it,
        saas_suppliers=world.suppliers.saas,
        share_shape=world.suppliers.share_shape,
        spend_spread=m.spread,
        reference_spend=m.reference_spend,
        today=tuple(float(getattr(m, name).today) for name in MEASURES),
        reference_mix=tuple(float(getattr(m, name).mix) for name in MEASURES),
        operating_spend=world.finance.operating_spend,
        distress_share=world.finance.distress_share,
        income=tuple(
            math.nan if town.income_per_inhabitant_eur is None else float(town.income_per_inhabitant_eur)
            for town in towns
        ),
    )
