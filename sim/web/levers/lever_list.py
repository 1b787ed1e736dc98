"""Where the levers stand, and those that are made by hand: what no row of the parameter table describes."""

from __future__ import annotations

from dataclasses import dataclass

from sim.model.parameter_table import Value
from sim.model.policy.layers import MEASURES
from sim.model.policy.programmes import MOST_MATCHED

PLACES: dict[str, dict[str, str]] = {
    "main": {
        "policy.prevention.local_spend": "spend",
        "share.prevention": "flemish-prevention",
        "share.incidents": "flemish-incidents",
        "policy.response.teams": "teams",
        "policy.ransom.rule": "ransom",
    },
    "prevention": {
        "policy.prevention.delivery": "delivery",
        "policy.prevention.behaviour": "behaviour",
        "policy.prevention.minimum_standard": "minimum",
        "policy.prevention.minimum_standard.level": "minimum-level",
        "policy.prevention.minimum_standard.compliance": "minimum-compliance",
        "policy.prevention.supplier_standard": "supplier-standard",
        "policy.prevention.supplier_standard.rate_factor": "supplier-rate",
        "policy.prevention.supplier_standard.outage_factor": "supplier-outage",
        "policy.prevention.supplier_standard.price": "supplier-price",
    },
    "grants": {
        "grant.match": "match",
        "grant.envelope": "match-budget",
        "grant.lump": "lump",
        "grant.service": "service",
        "grant.service.measure": "service-measure",
        "grant.audit": "audit",
        "grant.audit.until": "audit-until",
        "grant.audit.again": "audit-again",
    },
    "help": {
        "policy.response.discipline": "order",
        "policy.response.private_after_days": "patience",
        "policy.response.fallback_services": "fallback",
        "policy.ransom.approval_days": "approval-days",
        "policy.ransom.approval_rate": "approval-rate",
    },
    "money": {
        "policy.insurance": "insurance",
        "policy.insurance.uptake": "insured",
        "policy.insurance.limit": "insurance-limit",
        "policy.insurance.deductible": "deductible",
        "policy.insurance.rate_on_line": "rate-on-line",
        "policy.insurance.risk_rated": "risk-rated",
        "policy.fund": "fund",
        "policy.fund.levy": "levy",
        "policy.fund.flemish_contribution": "fund-flanders",
        "policy.fund.opening_balance": "fund-opening",
        "policy.fund.member_limit": "fund-member-limit",
        "policy.fund.annual_limit": "fund-annual-limit",
        "policy.fund.when_empty": "fund-empty",
        "policy.fund.backstop": "fund-backstop",
        "policy.gemeentefonds.share": "gemeentefonds",
    },
    "world": {
        "world.anchor.frequency": "frequency",
        "world.anchor.service_value": "service-value",
        "world.anchor.supplier_accumulation": "suppliers",
    },
}
"""Which levers there are, in their order: for each group the keys of its parameters, each with its name in an address.
The key of a group of the policy that may be absent is a switch, and the keys in it count while it is on. A row of the
policy that stands neither here nor in FIXED has its lever behind the last one of its section."""

FIXED = (
    *(f"policy.prevention.mix.{measure}" for measure in MEASURES),
    "policy.fund.common_cause_limit",
    "policy.fund.financed_from_gemeentefonds",
)
"""Rows of the policy that have no lever: they are set in a file."""


@dataclass(frozen=True)
class Free:
    """A lever without a row in the parameter table: its positions, what can be typed, and what it counts in."""

    options: tuple[Value, ...]
    allowed: tuple[float, float] = (0.0, 100.0)
    factor: float = 1.0
    word: str | None = None
    within: str | None = None
    is_year: bool = False


_PER_CENT = tuple(float(share) for share in range(0, 101, 5))

FREE: dict[str, Free] = {
    "share.prevention": Free(_PER_CENT),
    "share.incidents": Free(_PER_CENT),
    "grant.match": Free(_PER_CENT[:-1], allowed=(0.0, 100 * MOST_MATCHED)),
    "grant.envelope": Free(
        (*(5e5 * step for step in range(1, 41)), "unlimited"), (0.0, 1e9), 1e-6, "unlimited", "grant.match"
    ),
    "grant.lump": Free(tuple(0.5 * step for step in range(21)), allowed=(0.0, 1000.0)),
    "grant.service": Free(_PER_CENT),
    "grant.service.measure": Free(MEASURES, within="grant.service"),
    "grant.audit": Free(_PER_CENT),
    "grant.audit.until": Free(
        (*(float(year) for year in range(2020, 2030)), "no_end"),
        allowed=(2020.0, 2099.0),
        word="no_end",
        within="grant.audit",
        is_year=True,
    ),
    "grant.audit.again": Free(_PER_CENT, within="grant.audit"),
}
