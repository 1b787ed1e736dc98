"""Three municipalities that stand for many: a small rural one, one in the middle, and a centre city, by rule."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from sim.model.world.municipalities import Municipality
from sim.model.world.world import World

SMALL = 10_000  # inhabitants


class Typical(NamedTuple):
    """A municipality and what it stands for: "rural", "middle" or "centre"."""

    kind: str
    town: Municipality


def typical(world: World) -> list[Typical]:
    """Return the municipalities whose inhabitants are nearest to the median of three groups; fewer where one is empty.

    `rural`: fewer than SMALL inhabitants, and no more of them on a square kilometre than in the median municipality.
    `middle`: all that are not centre cities. `centre`: the centre cities. Of two that are as near, the lower code.
    """
    towns = world.municipalities
    dense = {town.nis: town.population / town.area_km2 for town in towns if town.area_km2}
    usual = median(dense.values()) if dense else 0.0
    groups = {
        "rural": [t for t in towns if t.population < SMALL and not t.centre_city and dense.get(t.nis, 0.0) <= usual],
        "middle": [town for town in towns if not town.centre_city],
        "centre": [town for town in towns if town.centre_city],
    }
    return [Typical(kind, _median(group)) for kind, group in groups.items() if group]


def _median(group: Sequence[Municipality]) -> Municipality:
    middle = median(town.population for town in group)
    return min(group, key=lambda town: (abs(town.population - middle), town.nis))
