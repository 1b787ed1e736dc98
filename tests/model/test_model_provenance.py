"""Where the municipalities of a world come from."""

from __future__ import annotations

import pytest

import sim
from sim.model.groups import Words
from sim.model.world.provenance import is_flanders, is_shipped, stated_source
from sim.model.world.world import World

FLANDERS, TOWN = sim.load_world("flanders-2020"), sim.load_world("one-town")
OWN = Words(nl="Eigen telling", en="Own count")


def other(world: World, **more: object) -> World:
    """A world with one inhabitant more in its first municipality."""
    first, *rest = world.municipalities
    towns = (first.model_copy(update={"population": first.population + 1}), *rest)
    return world.model_copy(update={"municipalities": towns, **more})


def test_flanders_is_told_by_its_codes() -> None:
    assert [is_flanders(sim.load_world(name)) for name in ("flanders-2020", "flanders-2025", "one-town")] == [
        True, True, False
    ]  # fmt: skip
    assert is_flanders(other(FLANDERS))
    assert is_flanders(FLANDERS.with_values({"threat.attempts": 30}))
    assert not is_flanders(FLANDERS.model_copy(update={"municipalities": FLANDERS.municipalities[1:]}))
    assert not is_flanders(
        FLANDERS.model_copy(update={"municipalities": FLANDERS.municipalities + TOWN.municipalities})
    )


def test_a_shipped_table_is_told_by_its_figures() -> None:
    assert is_shipped(FLANDERS)
    assert is_shipped(FLANDERS.model_copy(update={"id": "mine", "reference": None}))
    assert not is_shipped(other(FLANDERS))
    assert not is_shipped(TOWN)


@pytest.mark.parametrize("world", [FLANDERS, TOWN])
def test_what_a_shipped_world_says_of_its_source_is_no_source_of_other_figures(world: World) -> None:
    assert stated_source(world) == world.reference
    assert stated_source(other(world)) is None
    assert world.reference is not None
    english = Words(nl=world.reference.en, en=world.reference.en)
    assert stated_source(other(world, reference=english)) is None


def test_a_world_says_its_own_source_or_none() -> None:
    assert stated_source(other(TOWN, reference=OWN)) == OWN
    assert stated_source(other(TOWN, reference=None)) is None
