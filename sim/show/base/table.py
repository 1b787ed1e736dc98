"""A table of text with a title, columns and rows; and the scale of its numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sim.results.estimates import Estimate
from sim.text import Words

NOTHING = "–"
LEAST = 0.001
"""Amounts closer to zero than this are not spelled out in a table."""
Row = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table of texts. A row of one cell is a heading over the rows below it; a second line in a cell is small.

    The first column and those in `wordy` hold words, the others figures.
    """

    title: str
    columns: Row
    rows: tuple[Row, ...]
    note: str = ""
    wordy: tuple[int, ...] = ()
    dense: bool = False  # no empty line between rows


class Scale(NamedTuple):
    """How amounts are written in one table: divided by `unit`, which is called `name`."""

    unit: float
    name: str

    def interval(self, say: Words, low: float, high: float) -> str:
        """Return an interval in words: 3.21 to 4.56; a dash where one future tells nothing about it."""
        if not math.isfinite(high - low):
            return NOTHING
        return say.say("{low} to {high}", low=figure(say, low / self.unit), high=figure(say, high / self.unit))

    def around(self, say: Words, one: Estimate) -> str:
        """Return a mean with half the width of its interval on a second line."""
        low, high = one.ci95
        return _with_half_width(say, one.mean / self.unit, low / self.unit, high / self.unit)


def figure(say: Words, value: float, digits: int = 3) -> str:
    """Return a number for a cell: about three significant digits, and "< 0.001" rather than a row of zeros."""
    if 0 < abs(value) < LEAST:
        return f"< {say.number(LEAST, 3)}" if value > 0 else f"> -{say.number(LEAST, 3)}"
    return say.figure(value, digits)


def _with_half_width(say: Words, mean: float, low: float, high: float) -> str:
    half = (high - low) / 2
    return f"{figure(say, mean)}\n" + (f"±{figure(say, half, 2)}" if math.isfinite(half) else NOTHING)


def scale(say: Words, amounts: Iterable[float]) -> Scale:
    """Return the scale in which the largest of these amounts in euro reads well."""
    most = max((abs(amount) for amount in amounts), default=0.0)
    if most >= 2e6:
        return Scale(1e6, say.say("million euro"))
    if most >= 2e4:
        return Scale(1e3, say.say("thousand euro"))
    return Scale(1.0, say.say("euro"))


COUNT = Scale(1.0, "")
