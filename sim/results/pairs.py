"""The incidents of one future under several policies, side by side: the same attack in one row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from sim.results.weeks import is_small

Pair = tuple[Any, ...]
"""The row of an incident under each policy; None where it does not happen."""


def side_by_side(journals: Sequence[NDArray[Any]], begin: int, end: int) -> list[Pair]:
    """Return the incidents that begin between two minutes and stop services under some policy, in order of time.

    An incident has the same number whatever the policy, unless it follows from another one.
    """
    found: dict[tuple[int, int, int], list[Any]] = {}
    serious: set[tuple[int, int, int]] = set()
    for position, incidents in enumerate(journals):
        for row in incidents[(incidents["begun"] >= begin) & (incidents["begun"] < end)]:
            key = int(row["nis"]), int(row["cause"]), int(row["number"])
            found.setdefault(key, [None] * len(journals))[position] = row
            if not is_small(row):
                serious.add(key)
    pairs = [tuple(found[key]) for key in serious]
    return sorted(pairs, key=_when)


def _when(pair: Pair) -> tuple[int, int, int]:
    first = next(row for row in pair if row is not None)
    return int(first["begun"]), int(first["nis"]), int(first["number"])
