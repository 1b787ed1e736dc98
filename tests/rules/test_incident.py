"""What a supplier's customers pay when it falls, at the ends of what its impact may be."""

from __future__ import annotations

import pytest

import sim
from sim.model.world.numbers import world_arrays
from sim.rules.incident import supplier_bill_cents


@pytest.mark.parametrize(
    ("impact_full", "per_inhabitant", "expected"),
    [(0.5, 2.0, 60_000), (0.15, 2.0, 200_000), (0.0, 2.0, 0), (5e-324, 2.0, 0), (5e-324, 0.0, 0)],
)
def test_one_application_costs_in_proportion_to_its_impact(impact_full, per_inhabitant, expected):
    values = {"impact_full": impact_full, "bill_per_inhabitant": per_inhabitant, "bill_share": 1, "impact_saas": 0.15}
    world = sim.load_world("one-town").with_values({f"suppliers.{key}": value for key, value in values.items()})
    assert supplier_bill_cents(1_000, 0.15, world_arrays(world).spread) == expected
