"""A table from text as spreadsheets and offices write it: with commas, semicolons, tabs or bars between its cells.

Belgian Excel puts a semicolon between cells and a comma in numbers; others put a comma, and a point. What stands
between the cells is read off the header: whatever makes the most known columns of it. Names of columns are known
whatever their capitals, spaces and marks.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

SEPARATORS = (",", ";", "\t", "|")
MAX_COLUMNS = 500
"""Names in a header that are looked at: no table of ours has more."""
MAX_HEADER = 50_000
"""Characters of a header that tell what stands between its names."""
_ALIKE = str.maketrans("‘’‐‑–", "''---")
_SAYS = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)
_THOUSANDS = re.compile(r"[0-9]{1,3}(\.[0-9]{3})+")


def alike(name: str) -> str:
    """What names have in common that differ only in capitals, spaces, or the way Unicode writes them."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(unicodedata.normalize("NFKC", plain).translate(_ALIKE).split())


def column_key(name: str) -> str:
    """The same of the name of a column, in which `NIS code`, `nis-code` and `Nis_Code` are one."""
    return re.sub(r"[\s_.-]+", "_", alike(name)).strip("_")


@dataclass
class Table:
    """A header, the column that each of its names stands for (None: none), and what stands between the cells."""

    header: list[str]
    columns: list[str | None]
    separator: str
    _rows: Iterator[tuple[int, list[str]]]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The lines with anything in them: number from 1, and cells without blanks around. Raises csv.Error."""
        return self._rows


def read_table(text: str, known: Mapping[str, str]) -> Table:
    """The table in a text; `known` leads from the key of each name of a column to the column. Raises csv.Error."""
    said = _SAYS.match(text)
    skipped = 1 if said else 0
    body = text[said.end() :] if said else text
    first = re.split(r"[\r\n]", body.lstrip("\r\n"), maxsplit=1)[0]
    separator = said[1] if said else max(SEPARATORS, key=lambda one: _score(first[:MAX_HEADER], one, known))

    def cells() -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(io.StringIO(body, newline=""), delimiter=separator)
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num + skipped, [cell.strip() for cell in row]

    rows = cells()
    _, header = next(rows, (1, []))
    return Table(header, [known.get(column_key(name)) for name in header[:MAX_COLUMNS]], separator, rows)


def _score(line: str, separator: str, known: Mapping[str, str]) -> tuple[int, int]:
    """How many known columns a separator makes of a header; of the same number, how many cells. The first one wins."""
    try:
        cells = next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return 0, 0
    return sum(column_key(cell) in known for cell in cells[:MAX_COLUMNS]), len(cells)


def number(cell: str, separator: str) -> float:
    """A cell as a number: with a decimal point, or a comma where no comma stands between the cells.

    Raises ValueError that says what is expected, also where a point may divide thousands.
    """
    if separator == ",":
        try:
            return float(cell)
        except ValueError:
            raise ValueError("a number with a decimal point") from None
    if _THOUSANDS.fullmatch(cell):
        whole = cell.replace(".", "")
        raise ValueError(
            f"one number and not two: write {whole}, or {cell.replace('.', ',', 1)} if the point is a comma"
        )
    try:
        return float(cell.replace(",", ".", 1) if "." not in cell else cell)
    except ValueError:
        raise ValueError("a number with a decimal comma or point, without spaces") from None
