"""The municipalities of a world, and how they are read from a table.

A table is a CSV with a header; `nis_code`, `name` and `population` are needed, the other columns may be left out.
Every fault of a table is reported at once, with its line.
"""

from __future__ import annotations

import csv
import functools
import io
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import Field, ValidationError, model_validator

from sim.model.groups import Group, Name
from sim.model.problems import InputError, Problem, did_you_mean, unshown

DATA = Path(__file__).parent.parent / "data"
MAX_MUNICIPALITIES = 5000

_COLUMNS = {
    "nis_code": "nis",
    "name": "name",
    "province": "province",
    "arrondissement": "arrondissement",
    "population": "population",
    "area_km2": "area_km2",
    "income_per_inhabitant_eur": "income_per_inhabitant_eur",
    "centre_city": "centre_city",
    "abbr": "abbr",
    "hex_x": "hex_x",
    "hex_y": "hex_y",
    "merged_from": "merged_from",
}
_NEEDED = ("nis_code", "name", "population")
_IGNORED = ("merged_into_2025_nis",)
_LIMITS = {
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "greater_than": "above {gt}",
    "string_too_long": "at most {max_length} characters",
    "finite_number": "a finite number",
    "bad-title": "without line breaks, markup and signs that cannot be seen",
}
_Report = Callable[..., None]


class Municipality(Group):
    """One municipality. `nis` is its official code and its identity in every future; tiles are in hexagon widths."""

    nis: int = Field(ge=1, le=999_999)
    name: Name = Field(min_length=1, max_length=80)
    province: Name = Field(default="", max_length=80)
    arrondissement: str | None = Field(default=None, max_length=80)
    population: int = Field(ge=1, le=20_000_000)
    area_km2: float | None = Field(default=None, gt=0, le=100_000)
    income_per_inhabitant_eur: float | None = Field(default=None, ge=0, le=1_000_000)
    centre_city: bool = False
    abbr: str = Field(default="", max_length=8)
    hex_x: float = Field(default=0.0, ge=-10_000, le=10_000)
    hex_y: float = Field(default=0.0, ge=-10_000, le=10_000)
    merged_from: tuple[int, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, row: object) -> object:
        """An abbreviation is the first four letters of the name unless one is given; a list of codes is a tuple."""
        if not isinstance(row, dict):
            return row
        row = dict(row)
        if not row.get("abbr") and isinstance(row.get("name"), str):
            row["abbr"] = row["name"][:4]
        if isinstance(row.get("merged_from"), list):
            row["merged_from"] = tuple(row["merged_from"])
        return row

    def __str__(self) -> str:
        """The name."""
        return self.name


def read_municipalities(path: Path) -> tuple[Municipality, ...]:
    """The municipalities of a CSV, in its order; InputError with every problem of the table."""
    path = Path(path)
    try:
        stamp = path.stat()
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise InputError([Problem(str(path), None, "unknown-municipality-file", message)]) from None
    return _read(path, stamp.st_mtime_ns, stamp.st_size)


@functools.lru_cache(maxsize=8)
def _read(path: Path, _changed: int, size: int) -> tuple[Municipality, ...]:
    name = str(path)
    if not path.is_file():
        raise InputError([Problem(name, None, "bad-csv", "is not a file; a CSV with municipalities is expected")])
    if size > 1_000_000:
        raise InputError([Problem(name, None, "too-large", f"is {size:,} bytes; a table may be 1,000,000")])
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError([Problem(name, None, "unreadable", f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError:
        raise InputError([Problem(name, None, "not-utf8", "is not UTF-8 text; save the table as CSV UTF-8")]) from None
    return parse_municipalities(text, name)


def parse_municipalities(text: str, file: str = "table") -> tuple[Municipality, ...]:
    """The municipalities of a CSV text, in its order; InputError with every problem, each with its line in `file`."""
    problems: list[Problem] = []

    def bad(line: int | None, message: str, hint: str | None = None) -> None:
        problems.append(Problem(file, line, "bad-csv", message, hint))

    rows: list[Municipality] = []
    lines: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        header = [column.strip() for column in next(reader, [])]
        _check_header(header, bad)
        if problems:
            raise InputError(problems)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                bad(reader.line_num, f"has {len(cells)} cells and the header {len(header)}")
            elif (odd := unshown("".join(cells))) is not None:
                bad(reader.line_num, f"holds a character that cannot be shown ({odd})")
            elif len(rows) >= MAX_MUNICIPALITIES:
                bad(reader.line_num, f"is beyond the {MAX_MUNICIPALITIES} municipalities a world may have")
                break
            elif (row := _row(dict(zip(header, cells, strict=True)), reader.line_num, bad)) is not None:
                rows.append(row)
                lines.append(reader.line_num)
    except csv.Error as error:
        bad(reader.line_num, f"is not a CSV line: {error}")
    if not rows and not problems:
        bad(None, "holds no municipality")
    problems += duplicates(rows, file, lines)
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.line or 0))
    return tuple(rows)


def duplicates(rows: Sequence[Municipality], file: str, lines: Sequence[int | None]) -> list[Problem]:
    """A `duplicate-id` problem for every code or name that stands twice; `lines` is parallel to `rows`."""
    problems = []
    seen: dict[int | str, int | None] = {}
    for row, line in zip(rows, lines, strict=True):
        for what, value in (("NIS code", row.nis), ("name", row.name)):
            if value in seen:
                first = f" (first on line {seen[value]})" if seen[value] is not None else ""
                problems.append(Problem(file, line, "duplicate-id", f"{what} {value} stands twice{first}"))
            else:
                seen[value] = line
    return problems


def _check_header(header: list[str], bad: _Report) -> None:
    for column in header:
        if column not in _COLUMNS and column not in _IGNORED:
            bad(1, f'unknown column "{column[:40]}"; columns are {", ".join(_COLUMNS)}', did_you_mean(column, _COLUMNS))
    for column in _NEEDED:
        if column not in header:
            bad(1, f'column "{column}" is missing')
    for column in {column for column in header if header.count(column) > 1}:
        bad(1, f'column "{column[:40]}" stands twice')


def _row(cells: dict[str, str], line: int, bad: _Report) -> Municipality | None:
    """The municipality of one line, or None after reporting what is wrong with it."""
    values: dict[str, object] = {}
    sound = True
    for column, cell in cells.items():
        if column not in _COLUMNS or not (cell := cell.strip()):
            continue
        try:
            values[_COLUMNS[column]] = _value(column, cell)
        except ValueError as error:
            bad(line, f'{column} is "{cell[:40]}", and must be {error}')
            sound = False
    if not sound:
        return None
    try:
        return Municipality.model_validate(values)
    except ValidationError as error:
        columns = {field: column for column, field in _COLUMNS.items()}
        for fault in error.errors(include_url=False):
            column = columns.get(str(fault["loc"][0]), "") if fault["loc"] else ""
            wanted = _LIMITS.get(fault["type"], fault["msg"]).format(**fault.get("ctx", {}))
            empty = fault["type"] == "missing"
            bad(line, f"{column} is empty" if empty else f'{column} is "{fault["input"]}", and must be {wanted}')
        return None


def _value(column: str, cell: str) -> object:
    """A cell as its type; ValueError that says what is expected."""
    if column in ("nis_code", "population"):
        if not cell.isascii() or not cell.isdigit() or len(cell) > 12:
            raise ValueError("a whole number without points or spaces")
        return int(cell)
    if column == "centre_city":
        if cell.lower() not in ("0", "1", "true", "false"):
            raise ValueError("0 or 1")
        return cell.lower() in ("1", "true")
    if column == "merged_from":
        parts = cell.split("|")
        if not all(part.isascii() and part.isdigit() and len(part) <= 12 for part in parts):
            raise ValueError("NIS codes joined by |")
        return tuple(int(part) for part in parts)
    if column in ("area_km2", "income_per_inhabitant_eur", "hex_x", "hex_y"):
        try:
            return float(cell)
        except ValueError:
            raise ValueError("a number with a decimal point") from None
    return cell
