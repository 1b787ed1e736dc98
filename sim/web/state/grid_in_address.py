"""What a grid moves, in an address: `teams:2,4~frequency:low,high;`. A place that is empty moves none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.model.parameter_table import Value
from sim.web.levers.lever import Lever, policy_levers, world_levers

LEVERS = 3
"""Levers of a grid that is built on the page Studies."""

Row = tuple[Lever, tuple[Value, ...]] | None
"""A lever with the values that a grid takes of it, or none."""


def movable() -> Mapping[str, Lever]:
    """The levers that are one key of the policies or of the world, by their name in an address."""
    found = (*policy_levers(), *world_levers())
    return {lever.link: lever for lever in found if lever.parameter is not None}


def write(rows: Sequence[Row]) -> str:
    """Rows as a text."""
    return ";".join("" if row is None else f"{row[0].link}:{','.join(map(row[0].write, row[1]))}" for row in rows)


def read(text: str) -> list[Row] | None:
    """The rows behind a text, one for each of LEVERS; None where it is none."""
    parts = text.split(";")
    if len(parts) != LEVERS:
        return None
    rows: list[Row] = []
    for part in parts:
        link, mark, named = part.partition(":")
        lever = movable().get(link)
        if part and (lever is None or not mark):
            return None
        values = [lever.read(one) for one in named.split(",") if one] if lever is not None else []
        if lever is not None and (not set(values) <= set(lever.options) or len(set(values)) < len(values)):
            return None
        rows.append(None if lever is None else (lever, tuple(one for one in values if one is not None)))
    moved = [row[0].link for row in rows if row is not None]
    return rows if len(set(moved)) == len(moved) else None


def are_moves(text: str) -> bool:
    """Whether a text names what a grid moves; nothing says that nobody chose."""
    return text == "" or read(text) is not None
