"""A world as the engines read it: plain numbers in named groups, one row a municipality; and what a policy chooses.

Nothing is decided here. Each group holds the parameters of one file of rules, so that a rule takes one group and not
twenty numbers; `sim/model/world/terms.py` fills them, and `sim/model/policy/numbers.py` those that a policy chooses.
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

MEASURES = ("identity", "hardening", "detection", "awareness", "backups", "continuity")
SERVICES = ("population", "welfare", "permits", "communication", "care")
DEFENCES = ("measures", "gordon_loeb_1", "gordon_loeb_2", "logistic")

UNLIMITED = -1
MINUTES_PER_DAY = 1440
MINUTES_PER_MONTH = 30.4375 * MINUTES_PER_DAY
CENTS = 100
PARTS_PER_MILLION = 1_000_000
NO_LIMIT = 1 << 60
Cents = TypeVar("Cents", int, float)  # whole in the engines; an expected amount is not


class Threat(NamedTuple):
    """Who knocks, and when."""

    attempts: float
    size_exponent: float
    growth: float
    years_since_base: float  # from the moment for which attempts are stated to the start
    season_amplitude: float
    season_peak_day: float
    offhours_share: float
    shock_rate: float
    shock_factor: float
    shock_minutes: int
    repeat_factor: float
    repeat_minutes: int
    repeat_paid_factor: float
    fraud_rate: float
    waves: float
    supplier_rate: float
    supplier_growth: float
    supplier_years_since_base: float


class Defence(NamedTuple):
    """What keeps attackers out, and how coverage moves."""

    model: int
    today: float
    overlap: float
    floor: float
    gordon_loeb_v: float
    gordon_loeb_alpha: float
    gordon_loeb_beta: float
    gordon_loeb_alpha_2: float
    logistic_steepness: float
    logistic_midpoint: float
    identity_risk_ratio: float
    hardening_risk_ratio: float
    awareness_risk_ratio: float
    identity_today: float
    hardening_today: float
    awareness_today: float
    build_minutes: float
    decay_minutes: float
    learning: float


class Classes(NamedTuple):
    """How serious a break-in becomes, and what detection does about it."""

    significant: float
    severe: float
    detection_today: float
    detection_severe_risk_ratio: float
    detection_significant_risk_ratio: float


class Intrusion(NamedTuple):
    """From break-in to discovery."""

    dwell_days: float
    dwell_sigma: float
    detection_today: float
    detection_dwell_ratio: float
    offhours_delay: float
    exfiltration: float


class Bill(NamedTuple):
    """What an incident costs in cash."""

    severe_cost: float
    severe_sigma: float
    significant_cost: float
    significant_sigma: float
    minor_cost: float
    minor_sigma: float
    cost_size_elasticity: float
    largest_loss: float  # euro per inhabitant
    response_share: float
    lost_revenue_share: float
    notification_cost: float
    delay_cost: float


class Outage(NamedTuple):
    """How long services are out, and what citizens miss."""

    critical_days: float
    critical_sigma: float
    full_days: float
    full_sigma: float
    longest_days: float
    significant_days: float
    significant_days_sigma: float
    systems_hit: float
    significant_systems_hit: float
    delay_outage: float
    value_of_service_day: float


class Recovery(NamedTuple):
    """What offline backups and a continuity plan save."""

    lost_without: float
    lost_with: float
    backups_today: float
    backup_cost_factor: float
    backup_time_factor: float
    continuity_today: float
    continuity_risk_ratio: float


class Team(NamedTuple):
    """What a response team does and costs."""

    days_severe: float
    days_significant: float
    days_supplier: float
    exponential: int
    cost_per_year_cents: int
    private_factor: float


class Extortion(NamedTuple):
    """What the attackers ask, and what paying brings."""

    demand: float
    demand_sigma: float
    size_elasticity: float
    pay_backups_ok: float
    pay_backups_lost: float
    paid_fraction: float
    data_recovered: float
    ban_deterrence: float


class Spread(NamedTuple):
    """Losses that need no break-in: payment fraud, waves of denial of service, suppliers."""

    fraud_loss: float
    fraud_sigma: float
    wave_hit: float
    wave_minutes: int
    wave_impact: float
    supplier_hit: float
    impact_full: float
    impact_saas: float
    lateral: float
    outage_days_full: float
    outage_days_saas: float
    outage_sigma: float
    bill_per_inhabitant: float


class Funding(NamedTuple):
    """What decides how municipalities budget, and what programmes cost and do."""

    reserve: float
    ceiling: float
    budget_stress: float
    flypaper_first: float
    flypaper_later: float
    revealed: int  # 1 where losses weigh as much as today's spend reveals
    harm_weight: float
    denial_without: float
    denial_with: float
    audit_price_cents: int
    audit_effect: float
    fallback_factor: float
    fallback_price: float


class Delivery(NamedTuple):
    """What streamlining does; each tuple has one entry for each of `DELIVERIES` of policies."""

    price: tuple[float, float, float]
    spread: tuple[float, float, float]
    build: tuple[float, float, float]
    concentration: float
    standards: tuple[float, float, float]  # coverage that complying means, by level
    service_coverage: float


class Choices(NamedTuple):
    """A policy's levers on the chain of events; money in cents, time in minutes.

    A field fills itself where it has the name that ends the key of its row in the table, with _ for dots and _minutes
    for _days; `sim/model/policy/numbers.py` fills the others.
    """

    teams: int
    discipline: int
    private_after_minutes: int
    ransom_rule: int
    approval_minutes: int
    approval_rate: float
    fallback_services: int  # 1 where services have a fallback
    supplier_rate: float  # the part of compromises that the standard for suppliers lets happen
    supplier_outage: float  # what that standard leaves of a supplier's outage
    insured: float  # the share of municipalities that buy insurance
    insurance_limit: int  # a municipality and year
    deductible: int  # an incident
    concentrated: int  # 1 where the framework has moved customers to the largest suppliers


class Chain(NamedTuple):
    """What stands between spending and an expected bill, the same for all municipalities of a world."""

    defence: Defence
    classes: Classes
    recovery: Recovery
    cap: float
    reference_spend: float
    reference_mix: tuple[float, ...]  # of the six measures
    today: tuple[float, ...]


class Stakes(NamedTuple):
    """What one municipality has at stake in a year; euro per inhabitant for each break-in of a class."""

    effect: float  # what a euro buys
    uses: tuple[float, ...]  # euro on each measure for a euro of its own, grants included
    attempts: float  # expected in the year
    minor: float
    significant: float
    severe: float  # without harm to citizens, since lost backups multiply bills and days otherwise
    severe_harm: float


class WorldArrays(NamedTuple):
    """A world in numbers. Vectors have one entry a municipality, in order of NIS code; shapes (n,)."""

    threat: Threat
    defence: Defence
    classes: Classes
    intrusion: Intrusion
    bill: Bill
    outage: Outage
    recovery: Recovery
    team: Team
    extortion: Extortion
    spread: Spread
    funding: Funding
    delivery: Delivery
    nis: NDArray[np.int64]
    inhabitants: NDArray[np.int64]
    services: tuple[tuple[float, float], ...]
    year_starts: tuple[int, ...]
    horizon: int
    tick: int
    start_weekday: int
    start_day_of_year: int
    structure_seed: int
    full_it_suppliers: int
    saas_suppliers: int
    share_shape: float
    spend_spread: float
    reference_spend: float
    today: tuple[float, ...]
    reference_mix: tuple[float, ...]
    operating_spend: float
    distress_share: float
    income: tuple[float, ...]  # euro per inhabitant, not a number where unknown
