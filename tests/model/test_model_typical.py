"""Three municipalities that stand for many, by a rule that can be checked on paper."""

from __future__ import annotations

import sim
from sim.model.world.typical import typical
from tests.worlds import quiet_world


def test_they_are_the_medians_of_their_groups():
    world = quiet_world((9_000, 4_000, 5_000, 12_000, 30_000, 80_000, 90_000))
    areas = (1, 40, 50, 60, 100, 100, 100)  # the first is small and crowded: not rural
    towns = [
        town.model_copy(update={"area_km2": float(area), "centre_city": town.population >= 80_000})
        for town, area in zip(world.municipalities, areas, strict=True)
    ]
    world = world.model_copy(update={"municipalities": tuple(towns)})
    found = {one.kind: one.town.population for one in typical(world)}
    assert found == {"rural": 4_000, "middle": 9_000, "centre": 80_000}  # of two as near, the lower code


def test_a_world_without_such_a_group_has_fewer():
    assert [one.kind for one in typical(sim.load_world("one-town"))] == ["middle"]
    assert [one.kind for one in typical(sim.load_world("flanders-2020"))] == ["rural", "middle", "centre"]
