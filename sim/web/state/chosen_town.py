"""The municipality that a visitor looks at, by its code in the link."""

from __future__ import annotations

import functools

from sim.model.files.load import load_world
from sim.model.world.mergers import new_one, parts_of
from sim.model.world.municipalities import Municipality
from sim.model.world.typical import typical
from sim.model.world.world import World
from sim.web.state.choice import WORLD

ALLOWED = "NIS 11001 … 73109"


@functools.cache
def _codes() -> frozenset[str]:
    return frozenset(str(town.nis) for town in load_world(WORLD).municipalities)


def is_known(text: str) -> bool:
    """Whether a text is the NIS code of a municipality; nothing stands for the one that a page begins with."""
    return text == "" or text in _codes()


def made_of(text: str) -> list[str]:
    """Return the names and codes of what a new municipality, by its code or name, was made of; none for any other."""
    town = new_one(int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text[:80])
    parts = parts_of(town, load_world(WORLD).municipalities) if town is not None else []
    return [f"{one.name} ({one.nis})" for one in parts]


def chosen(world: World, text: str) -> Municipality:
    """Return the municipality of a NIS code; the typical one in the middle where there is none."""
    found = next((town for town in world.municipalities if str(town.nis) == text), None)
    if found is not None:
        return found
    kinds = {one.kind: one.town for one in typical(world)}
    return kinds.get("middle", world.municipalities[0])
