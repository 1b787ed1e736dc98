"""The parameter table: every number a user may set, once, with its range, unit, grade, source and words.

`parameters.yaml` is read here and drives the defaults and bounds of World and Policy, the widgets and help texts of
the app, the documentation and the sensitivity ranges. Nothing else in the project repeats a default.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from pydantic import Field

from sim.package import PACKAGE

Value = float | int | str
"""A number, a word, or true and false for a switch."""
Kind = Literal["number", "whole", "choice", "switch"]

_TABLE = PACKAGE / "model" / "parameters.yaml"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row of the table. `label` and `help` are keyed by language (nl, en); ranges are None where there is none."""

    key: str
    """Full dotted key, such as `world.threat.attempts`."""
    value: Value
    """The default."""
    unit: str
    grade: Literal["A", "B", "C", "D", "R", "X"]
    source: str
    sources: tuple[str, ...]
    label: Mapping[str, str]
    help: Mapping[str, str]
    low: float | None = None
    high: float | None = None
    allowed: tuple[float, float] | None = None
    """Hard bounds, both included; None for choices."""
    off: Value | None = None
    """The value that switches the mechanism off; None when there is none."""
    choices: tuple[Any, ...] = ()
    """The words that may be chosen; False and True for a switch."""
    whole: bool = False

    @property
    def kind(self) -> Kind:
        """`number`, `whole` (integers only), `choice`, or `switch` (true or false)."""
        if isinstance(self.value, bool):
            return "switch"
        return "choice" if self.choices else "whole" if self.whole else "number"

    @property
    def word(self) -> str | None:
        """The word accepted in place of a number (`unlimited`, `never`), or None."""
        return self.off if isinstance(self.off, str) and not self.choices else None

    @property
    def scope(self) -> str:
        """`world` or `policy`."""
        return self.key.partition(".")[0]

    @property
    def path(self) -> str:
        """The dotted key inside its file, such as `threat.attempts`."""
        return self.key.partition(".")[2]

    @property
    def is_assumption(self) -> bool:
        """True when no source backs the value (grade X)."""
        return self.grade == "X"

    def describe_allowed(self) -> str:
        """What a value may be, in English: `a whole number from 0 to 1000, or "unlimited"`."""
        if self.kind == "switch":
            return "true or false"
        if self.choices:
            return "one of " + ", ".join(self.choices)
        assert self.allowed is not None
        kind = "a whole number" if self.whole else "a number"
        word = f', or "{self.word}"' if self.word else ""
        return f"{kind} from {plain_number(self.allowed[0])} to {plain_number(self.allowed[1])}{word}"


def plain_number(value: float) -> str:
    """A number as it is read, never with an exponent for a large one: 0.0714, 5000, 1,000,000,000,000."""
    return f"{value:,.0f}" if 1e12 <= abs(value) < 1e15 else f"{value:.12g}"


@functools.cache
def parameters() -> Mapping[str, Parameter]:
    """Every parameter by its full key, in the order of the table. Read once, then kept."""
    table = _read(_TABLE.read_text(encoding="utf-8"))
    return MappingProxyType({key: _parameter(key, row) for key, row in table.items()})


def parameter(key: str) -> Any:
    """A pydantic field with the default, bounds and help of parameter `key`; KeyError if the table has no such row."""
    row = parameters()[key]
    bounds: dict[str, Any] = {}
    if row.allowed is not None and row.word is None:  # a field that also takes a word checks its own bounds
        bounds = {"ge": row.allowed[0], "le": row.allowed[1]}
    return Field(default=row.value, description=row.help["en"], json_schema_extra={"key": key}, **bounds)


def _parameter(key: str, row: dict[str, Any]) -> Parameter:
    for name in ("sources", "choices", "allowed"):
        if name in row:
            row[name] = tuple(row[name])
    if not row.get("whole") and "choices" not in row:
        for name in ("value", "off"):
            if isinstance(row.get(name), int):
                row[name] = float(row[name])  # 12 and 12.0 are one type to the compiled engine
    for name in ("label", "help"):
        row[name] = MappingProxyType(row[name])
    return Parameter(key=key, **row)


def _read(text: str) -> dict[str, dict[str, Any]]:
    """The table as nested dicts: indented `key: value` lines, each value JSON or a bare word.

    This is a small part of YAML, the part the table keeps to. ruamel.yaml reads the same file to the same result (a
    test holds them together), in half a second where this takes a few milliseconds of every start.
    """
    root: dict[str, Any] = {}
    open_maps: list[dict[str, Any]] = [root]
    for number, line in enumerate(text.splitlines(), start=1):
        body = line.strip()
        if not body or body.startswith("#"):
            continue
        name, colon, rest = body.partition(":")
        level = (len(line) - len(line.lstrip())) // 2
        if not colon or level >= len(open_maps):
            raise ValueError(f"parameters.yaml:{number}: expected an indented `key: value`, found {body!r}")
        del open_maps[level + 1 :]
        if rest := rest.strip():
            open_maps[level][name] = _scalar(rest)
        else:
            child: dict[str, Any] = {}
            open_maps[level][name] = child
            open_maps.append(child)
    return root


def _scalar(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
