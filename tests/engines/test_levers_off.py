"""Every lever that moves money has an off value, at which the ledger is, to the hash, that of a policy without it."""

from __future__ import annotations

import datetime
from functools import cache
from typing import Any

import pytest

import sim
from sim.engines.digests import ledger_hash
from sim.model.policy.policy import Policy
from tests.engines.test_twins_money import random_world
from tests.worlds import futures

OWN = {"payer": "municipality"}
HALF = {"payer": "flanders", "share": 0.5}
HALVES = [HALF, OWN]
MOST = 10**10
"""Euro: more than there are in any future of this world."""
BEFORE, BEGUN, AFTER = datetime.date(2015, 1, 1), datetime.date(2020, 7, 1), datetime.date(2030, 12, 31)
SOLD = {"uptake": 1, "limit": MOST, "deductible": 0, "rate_on_line": 0, "risk_rated": False}
FUND = {"levy": 0, "flemish_contribution": 0, "opening_balance": 0}
PLAIN: dict[str, Any] = {"cost_split.recovery": HALVES, "cost_split.supplier_bill": HALVES, "ransom.rule": "may_pay"}


def recovery(*layers: dict[str, Any]) -> dict[str, Any]:
    """Return values that divide recovery in this way."""
    return {"cost_split.recovery": [*layers]}


OFF: dict[str, dict[str, Any]] = {
    # grants
    "no grants": {"grants": []},
    "a match of nothing": {"grants": [{"id": "g", "instrument": "matching", "share": 0, "hazard": 80}]},
    "a match that nobody takes up": {"grants": [{"id": "g", "instrument": "matching", "share": 0.5, "hazard": 0}]},
    "a match without money": {
        "grants": [{"id": "g", "instrument": "matching", "share": 0.5, "hazard": 80, "budget_per_year": 0}]
    },
    "a match capped at nothing": {
        "grants": [{"id": "g", "instrument": "matching", "share": 0.5, "hazard": 80, "cap_per_municipality": 0}]
    },
    "a match that is over": {
        "grants": [{"id": "g", "instrument": "matching", "share": 0.5, "hazard": 80, "until": BEFORE}]
    },
    "a match yet to come": {
        "grants": [{"id": "g", "instrument": "matching", "share": 0.5, "hazard": 80, "from": AFTER}]
    },
    "a lump sum of nothing": {"grants": [{"id": "g", "instrument": "lump_sum", "amount": 0}]},
    "a lump sum without money": {"grants": [{"id": "g", "instrument": "lump_sum", "amount": 5, "budget_per_year": 0}]},
    "a service that nobody joins": {
        "grants": [{"id": "g", "instrument": "shared_service", "measure": "detection", "share": 1, "hazard": 0}]
    },
    "a service without money": {
        "grants": [
            {"id": "g", "instrument": "shared_service", "measure": "detection", "share": 1, "hazard": 80,
             "budget_per_year": 0}
        ]
    },
    "audits that nobody asks for": {"grants": [{"id": "g", "instrument": "audit", "share": 0.66, "hazard": 0}]},
    "audits without money": {
        "grants": [{"id": "g", "instrument": "audit", "share": 0.66, "hazard": 80, "budget_per_year": 0}]
    },
    # delivery and standards
    "everybody for itself": {"prevention.delivery": "ad_hoc", "prevention.behaviour": "fixed"},
    "a standard with which nobody complies": {"prevention.minimum_standard": {"level": "essential", "compliance": 0}},
    "a standard yet to come": {"prevention.minimum_standard": {"level": "essential", "compliance": 1, "from": AFTER}},
    "a standard for suppliers that does nothing": {
        "prevention.supplier_standard": {"rate_factor": 1, "outage_factor": 1, "price": 0}
    },
    "no fallback": {"response.fallback_services": False},
    # insurance, fund and envelopes
    "insurance that nobody buys": {"insurance": SOLD | {"uptake": 0}},
    "insurance without a layer, for nothing": {"insurance": SOLD},
    "a fund without money": {"fund": FUND},
    "a fund without money that has a layer": {
        "fund": FUND | {"when_empty": "fall_through"}, **recovery({"payer": "fund"}, *HALVES)
    },
    "a fund that may pay no member": {
        "fund": FUND | {"backstop": "flanders", "member_limit": 0}, **recovery({"payer": "fund"}, *HALVES)
    },
    "a fund that may pay nothing in a year": {
        "fund": FUND | {"backstop": "flanders", "annual_limit": 0}, **recovery({"payer": "fund"}, *HALVES)
    },
    "an envelope that is never empty": {"budgets": {"e": {"per_year": MOST}}, **recovery(HALF | {"budget": "e"}, OWN)},
    "an envelope without money": {
        "budgets": {"e": {"per_year": 0}}, **recovery({"payer": "flanders", "budget": "e"}, *HALVES)
    },
    "an envelope without a layer": {"budgets": {"e": {"per_year": 5_000, "when_empty": "wait"}}},
    "nothing taken back": {"gemeentefonds.share": 0},
    "nothing taken back of an envelope": {
        "gemeentefonds.share": 0,
        "budgets": {"e": {"per_year": MOST, "financed_from_gemeentefonds": 0}},
        **recovery(HALF | {"budget": "e"}, OWN),
    },
    # terms of a layer that ask nothing, and layers that take nothing
    "a first euro beyond all": recovery(HALF | {"first": MOST}, OWN),
    "a limit per event beyond all": recovery(HALF | {"limit_per_event": MOST}, OWN),
    "a limit per year beyond all": recovery(HALF | {"limit_per_year": MOST}, OWN),
    "a common-cause limit beyond all": recovery(HALF | {"common_cause_limit": MOST}, OWN),
    "a common-cause attachment at nothing": recovery(HALF | {"common_cause_attachment": 0}, OWN),
    "an occurrence limit beyond all": recovery(HALF | {"occurrence_limit": MOST}, OWN),
    "limits for each inhabitant beyond all": recovery(
        HALF | {f"{name}_per_inhabitant": 1e6 for name in ("first", "limit_per_event", "occurrence_limit")}, OWN
    ),
    "a layer that is always there": recovery(HALF | {"from": BEFORE, "until": AFTER}, OWN),
    "a requirement of nothing": recovery(HALF | {"requires": {"identity": 0, "minimum_standard": False}}, OWN),
    "a share of nothing": recovery({"payer": "flanders", "share": 0}, *HALVES),
    "nothing of the first euro": recovery({"payer": "flanders", "first": 0}, *HALVES),
    "nothing per event": recovery({"payer": "flanders", "limit_per_event": 0}, *HALVES),
    "nothing of an occurrence": recovery({"payer": "flanders", "occurrence_limit": 0}, *HALVES),
    "nothing for each inhabitant": recovery({"payer": "flanders", "limit_per_year_per_inhabitant": 0}, *HALVES),
    "an attachment beyond all": recovery({"payer": "flanders", "common_cause_attachment": MOST}, *HALVES),
    "nothing per year": recovery({"payer": "flanders", "limit_per_year": 0}, *HALVES),
    "nothing any more": recovery({"payer": "flanders", "until": BEFORE}, *HALVES),
    "nothing yet": recovery({"payer": "flanders", "from": AFTER}, *HALVES),
    "a requirement that nobody meets": recovery({"payer": "flanders", "requires": {"identity": 1}}, *HALVES),
    # the action plan
    "a phase that changes nothing": {"phases": [{"from": BEGUN, "set": {"ransom.rule": "may_pay"}}]},
    "a phase after the end": {"phases": [{"from": AFTER, "set": {"prevention.local_spend": 20, "response.teams": 0}}]},
}  # fmt: skip

ON: dict[str, dict[str, Any]] = {
    "a match": {"grants": [{"id": "g", "instrument": "matching", "share": 0.5, "hazard": 80}]},
    "insurance": {"insurance": SOLD | {"rate_on_line": 0.03}},
    "a levy": {"fund": FUND | {"levy": 1}},
    "a fund": {"fund": FUND | {"backstop": "flanders"}, **recovery({"payer": "fund"}, *HALVES)},
    "an envelope": {"budgets": {"e": {"per_year": 100_000}}, **recovery({"payer": "flanders", "budget": "e"}, *HALVES)},
    "taken back": {"gemeentefonds.share": 0.1},
    "an attachment": {"cost_split.supplier_bill": [HALF | {"common_cause_attachment": 20_000}, OWN]},
    "a limit for each inhabitant": recovery(HALF | {"limit_per_event_per_inhabitant": 0.1}, OWN),
    "a common-cause limit": {"cost_split.supplier_bill": [HALF | {"common_cause_limit": 1_000}, OWN]},
    "a phase": {"phases": [{"from": BEGUN, "set": {"ransom.rule": "never"}}]},
}
"""Some of the same, switched on: the world is busy enough to show them."""


@cache
def hashes(engine: str, name: str | None) -> list[int]:
    """Return the hashes of three futures of eight municipalities under the plain policy with these values."""
    policy: Policy = sim.load_policy("local-only").with_values(PLAIN | (OFF | ON).get(name or "", {}))
    world = random_world(2).with_values({"years": 3, "finance.budget_stress": 0})
    return [ledger_hash(future.postings) for future in futures(world, policy, 3, engine)]


@pytest.mark.parametrize("name", OFF)
def test_a_lever_at_its_off_value_leaves_no_trace(engine, name):
    assert hashes(engine, name) == hashes(engine, None)


@pytest.mark.parametrize("name", ON)
def test_a_lever_that_is_on_leaves_a_trace(engine, name):
    assert hashes(engine, name) != hashes(engine, None)


def test_insurance_on_open_terms_is_a_bare_layer(engine):
    """Everybody is insured, for nothing, without a deductible, and nobody is denied: as if there were no insurance."""
    world = random_world(2).with_values({"insurance.denial_without": 0, "insurance.denial_with": 0})
    layers = {"cost_split.recovery": [{"payer": "insurer"}, OWN], "cost_split.ransom": [{"payer": "insurer"}, OWN]}
    bare, sold = (sim.load_policy("local-only").with_values(layers | more) for more in ({}, {"insurance": SOLD}))
    one, other = (futures(world, policy, 2, engine) for policy in (bare, sold))
    assert [ledger_hash(a.postings) for a in one] == [ledger_hash(b.postings) for b in other]
    assert any((future.postings["payer"] == 2).any() for future in one)
