"""Municipalities that merged: by an old name or code in a world after the mergers, or a new one in a world before."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

from sim.model.municipalities import DATA, Municipality, read_municipalities
from sim.model.table_in import alike


def merged(wanted: int | str, towns: Sequence[Municipality]) -> str | None:
    """What became of a municipality that is not among these, or what it is made of, as a sentence; None if unknown.

    >>> from sim.model.files import load_world
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
        parts = [f"{one} ({one.nis})" for one in towns if one.nis in town.merged_from]
        if parts and town.nis not in town.merged_from:
            return f"{town} ({town.nis}) was made by the mergers out of {_and(parts)}"
    return None


def _is(town: Municipality, wanted: int | str) -> bool:
    return town.nis == wanted if isinstance(wanted, int) else alike(town.name) == alike(wanted)


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


@functools.cache
def _all_known() -> tuple[Municipality, ...]:
    """Every municipality of the shipped tables, before the mergers and after."""
    tables: Iterable[tuple[Municipality, ...]] = map(read_municipalities, sorted(DATA.glob("municipalities_*.csv")))
    return tuple({(town.nis, town.name): town for table in tables for town in table}.values())
