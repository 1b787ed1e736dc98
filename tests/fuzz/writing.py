"""Data as YAML and as a table, in the many forms that people and programs write."""

from __future__ import annotations

import csv
import datetime
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


class Bare(str):
    """A text that is written as it is, without quotes: what it then means is for the reader to say."""


def yaml_of(data: Mapping[str, Any], deep: int = 99) -> str:
    """The data as YAML text: groups below each other as far as `deep`, on one line below that."""
    return "".join(_lines(data, 0, deep)) or "{}\n"


def _lines(data: Mapping[str, Any], level: int, deep: int) -> Iterable[str]:
    for key, value in data.items():
        margin = "  " * level
        if isinstance(value, Mapping) and value and level < deep:
            yield f"{margin}{word(key)}:\n"
            yield from _lines(value, level + 1, deep)
        elif isinstance(value, list) and value and level < deep:
            yield f"{margin}{word(key)}:\n"
            yield from (f"{margin}  - {flow(one)}\n" for one in value)
        else:
            yield f"{margin}{word(key)}: {flow(value)}\n"


def flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{word(key)}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, Bare):
        return str(value)
    if isinstance(value, str):
        return word(value)
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return value.isoformat() if isinstance(value, datetime.date) else repr(value)


def word(text: str) -> str:
    """A text, in quotes where it is anything but letters, points and underscores."""
    plain = text.isascii() and text.replace("_", "").replace(".", "").replace("-", "").isalpha()
    plain = plain and text.lower() not in ("null", "true", "false", "yes", "no", "on", "off") and text[0].isalpha()
    return text if plain else json.dumps(text, ensure_ascii=False)


def table(rows: Sequence[Mapping[str, Any]], separator: str = ",", end: str = "\n", quoting: Any = csv.QUOTE_MINIMAL,
          comma: bool = False) -> str:  # fmt: skip
    """Rows as the text of a table with a header; `comma` writes decimals with one."""

    def cell(value: Any) -> str:
        return str(value).replace(".", ",") if comma and isinstance(value, float) else str(value)

    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=separator, lineterminator=end, quoting=quoting)
    names = list(rows[0])
    writer.writerow(names)
    writer.writerows([cell(row[name]) for name in names] for row in rows)
    return stream.getvalue()
