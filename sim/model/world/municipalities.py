"""The municipalities of a world, and how they are read from a table.

A table has a header; `nis_code`, `name` and `population` are needed, the other columns may be left out. Every fault of
a table is reported at once, with its line.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from sim.model.files.read_table import MAX_COLUMNS, Table, alike, column_key, number, read_table
from sim.model.files.read_text import text_of
from sim.model.groups import Group, Name
from sim.model.problems import InputError, Problem, did_you_mean, some_of, unshown
from sim.package import PACKAGE

DATA = PACKAGE / "data"
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
_ALSO = {
    "nis": "nis_code",
    "naam": "name",
    "gemeente": "name",
    "municipality": "name",
    "inwoners": "population",
    "inhabitants": "population",
    "provincie": "province",
}
KNOWN_COLUMNS = {column_key(name): name for name in (*_COLUMNS, *_IGNORED)} | _ALSO
MAX_BYTES = 1_000_000
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

    @field_validator("nis", mode="after")
    @classmethod
    def _no_total(cls, nis: int) -> int:
        if (what := total(nis)) is not None:
            message = f"is {nis:05d}, the code of {what}, which counts people of municipalities again"
            raise PydanticCustomError("total-code", "{message}", {"message": message, "hint": "leave totals out"})
        return nis

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


def total(nis: int) -> str | None:
    """What a code stands for that is no municipality but counts several; None for any other code."""
    if nis in (20001, 20002):
        return "a province"
    if nis % 1000 or not 1000 <= nis <= 99_000:
        return None
    return "the country" if nis == 1000 else "a region" if nis < 10_000 else (
        "an arrondissement" if nis % 10_000 else "a province")  # fmt: skip


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
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError([Problem(name, None, "unreadable", f"cannot be read: {error.strerror}")]) from None
    text = text_of(raw, "save the sheet with the municipalities as CSV UTF-8")
    if not isinstance(text, str) and (len(raw) <= MAX_BYTES or text.rule == "other-program"):
        hint = "save the table as CSV UTF-8" if text.rule == "not-utf8" else text.hint
        raise InputError([Problem(name, text.line, text.rule, text.message, hint)])
    if len(raw) > MAX_BYTES or not isinstance(text, str):
        raise InputError([Problem(name, None, "too-large", f"is {size:,} bytes; a table may be {MAX_BYTES:,}")])
    return parse_municipalities(text, name)


def shipped_tables() -> dict[str, tuple[Municipality, ...]]:
    """The tables that come with Weerbaar, by the name of their file."""
    return {path.name: read_municipalities(path) for path in sorted(DATA.glob("municipalities_*.csv"))}


def shipped_table(municipalities: tuple[Municipality, ...]) -> str | None:
    """The name of the shipped table that holds exactly these municipalities; None where none does."""
    return next((name for name, rows in shipped_tables().items() if rows == municipalities), None)


def parse_municipalities(text: str, file: str = "table") -> tuple[Municipality, ...]:
    """The municipalities of a CSV text, in its order; InputError with every problem, each with its line in `file`."""
    problems: list[Problem] = []

    def bad(line: int | None, message: str, hint: str | None = None) -> None:
        problems.append(Problem(file, line, "bad-csv", message, hint))

    rows: list[Municipality] = []
    lines: list[int] = []
    line = 1
    try:
        table = read_table(text, KNOWN_COLUMNS)
        _check_header(table, bad)
        if problems:
            raise InputError(problems)
        for line, cells in table.rows():
            if len(cells) != len(table.header):
                bad(line, f"has {len(cells)} cells and the header {len(table.header)}")
            elif (odd := unshown("".join(cells))) is not None:
                bad(line, f"holds a character that cannot be shown ({odd})")
            elif len(rows) >= MAX_MUNICIPALITIES:
                bad(line, f"is beyond the {MAX_MUNICIPALITIES} municipalities a world may have")
                break
            elif (row := _row(table, cells, line, bad)) is not None:
                rows.append(row)
                lines.append(line)
    except csv.Error as error:
        bad(line, f"is not a line of a table: {error}")
    if not rows and not problems:
        bad(None, "holds no municipality")
    problems += duplicates(rows, file, lines)
    if problems:
        raise InputError(some_of(sorted(problems, key=lambda problem: problem.line or 0)))
    return tuple(rows)


def duplicates(rows: Sequence[Municipality], file: str, lines: Sequence[int | None]) -> list[Problem]:
    """A `duplicate-id` problem for every code or name that stands twice, also one in other capitals, with other spaces
    or written otherwise in Unicode; `lines` is parallel to `rows`.
    """
    problems = []
    seen: dict[int | str, tuple[str, int | None]] = {}
    for row, line in zip(rows, lines, strict=True):
        for what, key, shown in (("NIS code", row.nis, str(row.nis)), ("name", alike(row.name), row.name)):
            if key not in seen:
                seen[key] = shown, line
                continue
            other, before = seen[key]
            also = [f"as {other}"] if other != shown else []
            where = ", ".join([*also, *([f"first on line {before}"] if before is not None else [])])
            message = f"{what} {shown} stands twice" + (f" ({where})" if where else "")
            problems.append(Problem(file, line, "duplicate-id", message))
    return problems


def _check_header(table: Table, bad: _Report) -> None:
    if len(table.header) > MAX_COLUMNS:
        bad(1, f"has {len(table.header):,} columns; a table may have {MAX_COLUMNS}")
        return
    if not any(table.columns):
        told = ", ".join(cell[:20] for cell in table.header[:4]) or "nothing"
        bad(1, f"names no column that is known ({told}); the first line of a table names its columns: "
               f"{', '.join(_COLUMNS)}", did_you_mean(table.header[0], _COLUMNS) if table.header else None)  # fmt: skip
        return
    for name, column in zip(table.header, table.columns, strict=True):
        if column is None:
            bad(1, f'unknown column "{name[:40]}"; columns are {", ".join(_COLUMNS)}', did_you_mean(name, _COLUMNS))
    for needed in _NEEDED:
        if needed not in table.columns:
            bad(1, f'column "{needed}" is missing')
    for column in dict.fromkeys(one for one in table.columns if one is not None and table.columns.count(one) > 1):
        bad(1, f'column "{column[:40]}" stands twice')


def _row(table: Table, cells: list[str], line: int, bad: _Report) -> Municipality | None:
    """The municipality of one line, or None after reporting what is wrong with it."""
    values: dict[str, object] = {}
    sound = True
    for column, cell in zip(table.columns, cells, strict=True):
        if column not in _COLUMNS or not cell:
            continue
        try:
            values[_COLUMNS[column]] = _value(column, cell, table.separator)
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
            if fault["type"] == "total-code":
                bad(line, f"{column} {fault['msg']}", fault["ctx"]["hint"])
                continue
            wanted = _LIMITS.get(fault["type"], fault["msg"]).format(**fault.get("ctx", {}))
            empty = fault["type"] == "missing"
            bad(line, f"{column} is empty" if empty else f'{column} is "{fault["input"]}", and must be {wanted}')
        return None


def _value(column: str, cell: str, separator: str) -> object:
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
        return number(cell, separator)
    return " ".join(cell.split())
