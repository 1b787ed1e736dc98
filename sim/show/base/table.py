"""Tables: columns and rows, as the command line and the report print them and as they stand behind a chart."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from sim.cells import as_text
from sim.model.policy.policy import Policy
from sim.results.estimates import Estimate
from sim.text import Words

NOTHING = "–"
LEAST = 0.001
"""Amounts closer to zero than this are not spelled out in a table."""
Cell = str | float | int | None
"""A word, a figure, or nothing."""
Row = tuple[str, ...]
AnyCell = TypeVar("AnyCell", bound=Cell, covariant=True)


@dataclass(frozen=True)
class Table(Generic[AnyCell]):
    """What every table has: the names of its columns, and its rows of cells."""

    columns: tuple[str, ...]
    rows: tuple[tuple[AnyCell, ...], ...]


@dataclass(frozen=True)
class ChartTable(Table[Cell]):
    """The figures of a chart, on the page and as a file for a spreadsheet.

    `digits` says how many significant digits the page shows; the file holds six.
    """

    digits: int = 3

    def in_words(self, say: Words) -> list[dict[str, str]]:
        """The rows in words by column, as the page shows them."""
        return [
            {name: _cell_in_words(cell, say, self.digits) for name, cell in zip(self.columns, row, strict=True)}
            for row in self.rows
        ]

    def csv(self, language: str) -> bytes:
        """The table as a file that a spreadsheet of this language opens by itself.

        Dutch: a semicolon between cells and a comma in numbers; English: a comma, and a point. Both begin with a mark
        that says UTF-8.
        """
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";" if language == "nl" else ",", lineterminator="\r\n")
        writer.writerow([as_text(name) for name in self.columns])
        writer.writerows([_cell_in_file(cell, language) for cell in row] for row in self.rows)
        return text.getvalue().encode("utf-8-sig")


@dataclass(frozen=True, kw_only=True)
class PrintedTable(Table[str]):
    """A table of texts. A row of one cell is a heading over the rows below it; a second line in a cell is small.

    The first column and those in `wordy` hold words, the others figures.
    """

    title: str
    note: str = ""
    wordy: tuple[int, ...] = ()
    dense: bool = False  # no empty line between rows


def chart_table(columns: Iterable[str], rows: Iterable[Sequence[Cell]], digits: int = 3) -> ChartTable:
    """Return the table behind a chart with these columns and rows."""
    return ChartTable(tuple(columns), tuple(tuple(row) for row in rows), digits)


def _cell_in_words(cell: Cell, say: Words, digits: int) -> str:
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        return NOTHING
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int):
        return say.number(cell)
    return say.figure(cell, digits)


def _cell_in_file(cell: Cell, language: str) -> str:
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        return ""
    if isinstance(cell, str):
        return as_text(cell)
    number = str(cell) if isinstance(cell, int) else f"{cell:.6g}" if abs(cell) < 1e6 else f"{cell:.0f}"
    if "e" in number:
        number = f"{cell:.12f}".rstrip("0")
    return number.replace(".", ",") if language == "nl" else number


class Scale(NamedTuple):
    """How amounts are written in one table: divided by `unit`, which is called `name`."""

    unit: float
    name: str

    def interval(self, say: Words, low: float, high: float) -> str:
        """Return an interval in words: 3.21 to 4.56; a dash where one future tells nothing about it."""
        if not math.isfinite(high - low):
            return NOTHING
        return say.say("{low} to {high}", low=figure(say, low / self.unit), high=figure(say, high / self.unit))

    def around(self, say: Words, amount: Estimate) -> str:
        """Return a mean with half the width of its interval on a second line."""
        low, high = amount.ci95
        return with_half_width(say, amount.mean / self.unit, low / self.unit, high / self.unit)


def figure(say: Words, value: float, digits: int = 3) -> str:
    """Return a number for a cell: about three significant digits, and "< 0.001" rather than a row of zeros."""
    if 0 < abs(value) < LEAST:
        return f"< {say.number(LEAST, 3)}" if value > 0 else f"> -{say.number(LEAST, 3)}"
    return say.figure(value, digits)


def with_half_width(say: Words, mean: float, low: float, high: float) -> str:
    """Return a mean, and half the width of its interval on a second line; a dash where it has none."""
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
MILLION = 1e6


def heads_in_million_euro(say: Words, policies: Iterable[Policy]) -> list[str]:
    """Return the head of a column of amounts for each policy."""
    return [say.say("{policy}, million euro", policy=policy.title[say.language]) for policy in policies]
