"""Where the municipalities of a world come from, and whether they are those of Flanders.

A shipped table has a source of its own. Any other world says its source itself, as its `reference`, or none is known.
"""

from __future__ import annotations

import functools

from sim.model.files.load import load_world, scenarios
from sim.model.groups import Words
from sim.model.world.municipalities import Municipality, shipped_table, shipped_tables
from sim.model.world.world import World


def is_flanders(world: World) -> bool:
    """Return whether a world has the municipalities of Flanders, all of them and no others, by their official codes."""
    codes = {town.nis for town in world.municipalities}
    return any(codes == {town.nis for town in table} for table in shipped_tables().values())


def is_shipped(world: World) -> bool:
    """Return whether the municipalities of a world are those of a table that comes with Weerbaar, unchanged."""
    return shipped_table(world.municipalities) is not None


def stated_source(world: World) -> Words | None:
    """Return what a world says of its source; None where it says nothing, or repeats what a shipped world says of other
    municipalities than it has.
    """
    if world.reference is None:
        return None
    about = [_said()[text] for text in (world.reference.nl, world.reference.en) if text in _said()]
    return world.reference if all(towns == world.municipalities for towns in about) else None


@functools.cache
def _said() -> dict[str, tuple[Municipality, ...]]:
    """What shipped worlds say of their source, in each language, and the municipalities that they say it of."""
    worlds = [load_world(one.id) for one in scenarios("world")]
    return {text: world.municipalities for world in worlds if (said := world.reference) for text in (said.nl, said.en)}
