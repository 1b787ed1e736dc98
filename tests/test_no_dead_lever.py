"""No lever is dead: at every end of what it may be, whatever a world or a policy says makes another result.

Every row of the parameter table is moved, and every field of the models that is no row, in a small and busy world under
a policy that uses all there is. Values that are not told apart there are tried in other contexts, in which something
else is chosen. What no context tells apart stands in a list with the reason, and is held to it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from math import comb
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.model.groups import Group
from sim.model.parameter_table import parameters
from sim.model.policy.layers import CATEGORIES, OF_INCIDENTS, PROGRAMMES
from sim.model.policy.numbers import policy_arrays
from sim.rules.terms import NO_LIMIT
from tests.fuzz.scenarios import ROUGH
from tests.levers import NothingToMove, Scene, _results, confused, places, values_of

OWN = {"payer": "municipality"}
HALF = {"payer": "flanders", "share": 0.5}
LIMITLESS = 10**12

SIZES = (5, 60, 150, 230, 280, 297, 299)
"""Which municipalities of Flanders, counted from the smallest."""

BUSY: dict[str, Any] = {
    **{f"world.{key}": value for key, value in ROUGH.items()},
    "world.years": 3,
    "world.finance.budget_stress": 0.5,
    "world.suppliers.bill_per_inhabitant": 20,
    "policy.response.teams": 1,
    "policy.ransom.rule": "with_approval",
    "policy.fund.opening_balance": 500_000,
    "policy.fund.flemish_contribution": 100_000,
    "policy.cost_split": {name: [HALF, OWN] for name in CATEGORIES}
    | {"recovery": [HALF, HALF | {"budget": "crt"}, {"payer": "insurer"}, {"payer": "fund", "share": 0.8}, OWN]},
    "policy.phases": [{"from": date(2021, 6, 1), "set": {"prevention.delivery": "flemish_framework"}}],
}
CONTEXTS: dict[str, dict[str, Any]] = {
    "busy": {},
    "patience": {"policy.phases": [], "policy.response.private_after_days": 60, "policy.ransom.rule": "may_pay"},
    "fixed budgets": {"policy.prevention.behaviour": "fixed", "policy.ransom.rule": "never"},
    "low": {f"world.anchor.{name}": "low" for name in ("frequency", "service_value", "supplier_accumulation")},
    "high": {f"world.anchor.{name}": "high" for name in ("frequency", "service_value", "supplier_accumulation")},
    **{name: {"world.defence": name} for name in ("gordon_loeb_1", "gordon_loeb_2", "logistic")},
    **{name: {"policy.prevention.minimum_standard.level": name} for name in ("important", "essential")},
    "much at stake": {
        "world.behaviour.valuation": "own_bill", "world.behaviour.harm_weight": 1, "world.incident.severe_cost": 10_000,
    },
    "well protected": {
        "policy.prevention.behaviour": "fixed", "policy.prevention.local_spend": 200,
        "world.measures.identity.risk_ratio": 0.1, "world.measures.hardening.risk_ratio": 0.1,
    },
    "much to pay": {
        "world.incident.severe_cost": 1_000, "world.suppliers.bill_per_inhabitant": 1_000, "world.audit.price": 100_000,
        "world.suppliers.lateral_prob": 1, "world.incident.severe": 0.6, "world.extortion.demand": 10_000_000,
        "world.extortion.pay_backups_ok": 1, "world.extortion.pay_backups_lost": 1,
        "policy.ransom.rule": "may_pay", "policy.cost_split.supplier_bill": [{"payer": "fund"}, HALF, OWN],
        "policy.fund.opening_balance": LIMITLESS, "policy.fund.member_limit": LIMITLESS,
        "policy.fund.common_cause_limit": LIMITLESS, "policy.fund.annual_limit": LIMITLESS,
    },
    "seldom": {"world.years": 12, "world.threat.attempts": 4, "world.fraud.rate": 0.01, "world.ddos.waves": 0},
    "slow": {
        "world.years": 25, "world.threat.base_year": 2000, "world.team.days_severe": 365,
        "world.team.days_significant": 365, "world.team.days_supplier": 365, "policy.phases": [],
    },
}  # fmt: skip


NAME = "it is what a scenario is called, and says where it comes from"
ON_THE_MAP = "it is how the map draws and names a municipality"
ON_FILE = "it stands in the table of municipalities, and no rule asks for it"
NO_INCIDENT = "refused: programmes are paid year by year, and are no cost of an incident"
BY_FIELDS = "refused alone: each instrument has fields of its own, and one grant of each is moved"

SILENT: dict[str, str] = {
    **{f"world.{name}": NAME for name in ("id", "title", "description", "reference")},
    **{f"policy.{name}": NAME for name in ("id", "title", "description", "reference", "based_on")},
    **{f"world.municipalities.0.{name}": ON_THE_MAP for name in ("name", "abbr", "hex_x", "hex_y", "centre_city")},
    **{f"world.municipalities.0.{name}": ON_FILE for name in ("arrondissement", "area_km2", "merged_from")},
    **{f"policy.cost_split.{name}.0.{term}": NO_INCIDENT for name in PROGRAMMES for term in OF_INCIDENTS},
    **{f"policy.grants.{place}.instrument": BY_FIELDS for place in (1, 2, 3)},
    "policy.cost_split.fraud.0.common_cause_limit": "a payment fraud comes through no supplier",
    "policy.grants.3.id": "the id of a grant is where the chance to join has its address, and everybody has a lump sum",
}
"""What changes no result, and why not."""


@cache
def scene(context: str = "busy") -> Scene:
    """Return a world and a policy in which much happens, with what is chosen differently in a context."""
    flanders = sim.load_world("flanders-2020")
    by_size = sorted(flanders.municipalities, key=lambda town: town.population)
    chosen = range(0, 300, 5) if context == "seldom" else SIZES
    towns = {"municipalities": tuple(by_size[place] for place in chosen)}
    policy = sim.load_policy(Path(__file__).parent / "data" / "every-lever.yaml")
    return Scene(flanders.with_values(towns), policy).with_values(BUSY | CONTEXTS[context])


PLACES = {place.key: place for place in places(scene())}


def alike(key: str) -> list[tuple[Any, Any]]:
    """Return the values of a place that no context tells apart."""
    return confused(PLACES[key], (scene(context) for context in CONTEXTS))


@pytest.mark.parametrize("key", [key for key in PLACES if key not in SILENT])
def test_each_end_of_each_lever_makes_another_result(key):
    assert alike(key) == []


@pytest.mark.parametrize("key", SILENT)
def test_what_is_said_to_change_nothing_changes_nothing(key):
    try:
        same = alike(key)
    except NothingToMove:
        assert SILENT[key].startswith("refused")
    else:
        assert len(same) == comb(len(PLACES[key].values), 2)


def test_every_row_of_the_table_is_moved_and_a_row_alone_is_a_fault(monkeypatch):
    assert set(parameters()) <= set(PLACES)
    row = replace(parameters()["world.threat.attempts"], key="world.threat.nerve")
    monkeypatch.setattr("tests.levers.parameters", lambda: {**parameters(), row.key: row})
    (place,) = (place for place in places(scene()) if place.key not in PLACES)
    assert place.key == row.key
    with pytest.raises(NothingToMove, match=r"world\.threat\.nerve"):
        confused(place, [scene()])


def test_a_field_that_no_rule_reads_is_a_fault(monkeypatch):
    """As a parameter is that was given a place in the models and nothing more: here the cap of a grant is cut off."""

    def without_caps(policy, world):
        numbers = policy_arrays(policy, world)
        return numbers._replace(grants=tuple(grant._replace(cap=NO_LIMIT) for grant in numbers.grants))

    place = PLACES["policy.grants.1.cap_per_municipality"]
    assert confused(place, [scene()]) == []
    monkeypatch.setattr("tests.levers._results", _results.__wrapped__)  # and not what was played before
    monkeypatch.setattr("sim.experiments.replicate.policy_arrays", without_caps)
    assert len(confused(place, [scene()])) == comb(len(place.values), 2)


def test_a_field_of_an_unknown_kind_is_a_fault():
    class Weather(Group):
        rain: complex = 0j

    with pytest.raises(TypeError, match=r"no values are known for Weather\.rain"):
        values_of(Weather, "rain")
