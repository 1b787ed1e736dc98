"""Municipalities that merged: by an old name or code in a world after the mergers, or a new one in a world before."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

from sim.model.files.read_table import alike
from sim.model.world.municipalities import DATA, Municipality, read_municipalities


def merged(wanted: int | str, towns: Sequence[Municipality]) -> str | None:
    """What became of a municipality that is not among these, or what it is made of, as a sentence; None if unknown.

    >>> from sim.model.files.load import load_world
    >>> merged("Borsbeek", load_world("flanders-2025").municipalities)
    'Borsbeek (11007) is part of Antwerpen (11002) since the mergers'
    """
    found = [town for town in _all_known() if _is(town, wanted)]
    names = {town.nis: town.name for town in found}
    for code in dict.fromkeys([*names, *([wanted] if isinstance(wanted, int) else [])]):
        into = next((town for town in towns if code in town.merged_from and town.nis != code), None)
        if into is not None:
            name = f"{names[code]} ({code})" if code in names else str(code)
            return f"{name} is part of {into} ({into.nis}) since the mergers"
    for town in found:
        parts = [f"{one} ({one.nis})" for one in parts_of(town, towns)]
        if parts:
            return f"{town} ({town.nis}) was made by the mergers out of {_and(parts)}"
    return None


def parts_of(town: Municipality, towns: Sequence[Municipality]) -> list[Municipality]:
    """The municipalities that a new one was made of, as far as they are among these; of one that stayed, none."""
    return [] if town.nis in town.merged_from else [one for one in towns if one.nis in town.merged_from]


def new_one(wanted: int | str) -> Municipality | None:
    """The municipality of this code or name that the mergers made; None for any other."""
    return next((town for town in _all_known() if town.merged_from and _is(town, wanted)), None)


def name_since(town: Municipality) -> str | None:
    """What a municipality is called, or is part of, since the mergers; None where it kept its name."""
    into = next((one for one in _all_known() if town.nis in one.merged_from), None)
    return into.name if into is not None and alike(into.name) != alike(town.name) else None


def _is(town: Municipality, wanted: int | str) -> bool:
    return town.nis == wanted if isinstance(wanted, int) else alike(town.name) == alike(wanted)


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


@functools.cache
def _all_known() -> tuple[Municipality, ...]:
    """Every municipality of the shipped tables, before the mergers and after."""
    tables: Iterable[tuple[Municipality, ...]] = map(read_municipalities, sorted(DATA.glob("municipalities_*.csv")))
    return tuple({(town.nis, town.name): town for table in tables for town in table}.values())
