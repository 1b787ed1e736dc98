"""A world becomes numbers: its groups as the terms of the rules, and one row a municipality."""

from __future__ import annotations

import datetime
import math

import numpy as np

from sim.model.world import terms
from sim.model.world.world import World
from sim.rules.terms import MEASURES, MINUTES_PER_DAY, SERVICES, WorldArrays


def year_starts(start: datetime.date, years: int) -> tuple[int, ...]:
    """Return the minutes at which each calendar year begins, and the horizon as the last entry: years + 1 numbers."""
    return tuple((start.replace(year=start.year + year) - start).days * MINUTES_PER_DAY for year in range(years + 1))


def world_arrays(world: World, years: int | None = None) -> WorldArrays:
    """Return the world as numbers, for its own horizon or for `years` years."""
    starts = year_starts(world.start, world.years if years is None else years)
    towns = sorted(world.municipalities, key=lambda town: town.nis)
    return WorldArrays(
        threat=terms.threat_terms(world),
        defence=terms.defence_terms(world),
        classes=terms.classes_terms(world),
        intrusion=terms.intrusion_terms(world),
        bill=terms.bill_terms(world),
        outage=terms.outage_terms(world),
        recovery=terms.recovery_terms(world),
        team=terms.team_terms(world),
        extortion=terms.extortion_terms(world),
        spread=terms.spread_terms(world),
        funding=terms.funding_terms(world),
        delivery=terms.delivery_terms(world),
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
        spend_spread=world.measures.spread,
        reference_spend=world.measures.reference_spend,
        today=tuple(float(getattr(world.measures, name).today) for name in MEASURES),
        reference_mix=tuple(float(getattr(world.measures, name).mix) for name in MEASURES),
        operating_spend=world.finance.operating_spend,
        distress_share=world.finance.distress_share,
        income=tuple(
            math.nan if town.income_per_inhabitant_eur is None else float(town.income_per_inhabitant_eur)
            for town in towns
        ),
    )
