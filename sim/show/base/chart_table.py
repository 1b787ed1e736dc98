"""The twin of a chart: the same figures as a table, on the page and as a file for a spreadsheet."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

from sim.cells import as_text
from sim.experiments.comparison.compare import Comparison
from sim.text import Words, words

Cell = str | float | int | None


@dataclass(frozen=True)
class Twin:
    """A table of figures. `digits` says how many significant digits the page shows; the file holds six."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    digits: int = 3

    def shown(self, say: Words) -> list[dict[str, str]]:
        """The rows in words, as the page shows them."""
        return [
            {name: _shown(cell, say, self.digits) for name, cell in zip(self.columns, row, strict=True)}
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
        writer.writerows([_written(cell, language) for cell in row] for row in self.rows)
        return text.getvalue().encode("utf-8-sig")


def twin(columns: Sequence[str], rows: Sequence[Sequence[Cell]], digits: int = 3) -> Twin:
    """Return a table with these columns and rows."""
    return Twin(tuple(columns), tuple(tuple(row) for row in rows), digits)


def _shown(cell: Cell, say: Words, digits: int) -> str:
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        return "–"
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int):
        return say.number(cell)
    return say.figure(cell, digits)


def _written(cell: Cell, language: str) -> str:
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        return ""
    if isinstance(cell, str):
        return as_text(cell)
    number = str(cell) if isinstance(cell, int) else f"{cell:.6g}" if abs(cell) < 1e6 else f"{cell:.0f}"
    if "e" in number:
        number = f"{cell:.12f}".rstrip("0")
    return number.replace(".", ",") if language == "nl" else number


MILLION = 1e6


def _heads(result: Comparison, language: str) -> list[str]:
    say = words(language)
    return [say.say("{policy}, million euro", policy=policy.title[language]) for policy in result.policies]
