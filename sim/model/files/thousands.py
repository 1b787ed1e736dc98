"""Numbers that may have been meant a thousand times as large: in Dutch a point stands between thousands.

`flemish_contribution: 2.000` is two euro in YAML. A warning says so where the value is an amount of money, and a
thousand times as much is allowed too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from sim.model.faults import Loc
from sim.model.files.read_table import read_table
from sim.model.files.read_yaml import Node
from sim.model.groups import MAX_EUROS, Euros, Group, Kind
from sim.model.messages import dotted
from sim.model.parameter_table import parameters
from sim.model.paths import path_of
from sim.model.policy.layers import Layer
from sim.model.policy.programmes import Budget, Grant
from sim.model.problems import Problem
from sim.model.world.municipalities import KNOWN_COLUMNS

THOUSANDS = re.compile(r"[-+]?[0-9]{1,3}\.[0-9]{3}")
CURRENCY = "EUR"


def _amounts(*models: type[Group]) -> frozenset[str]:
    """The fields of these groups that hold euros."""
    fields = [(name, field) for model in models for name, field in model.model_fields.items()]
    return frozenset(
        name
        for name, field in fields
        if field.annotation == (Euros | None) or any(getattr(one, "le", None) == MAX_EUROS for one in field.metadata)
    )


AMOUNTS = _amounts(Layer, Grant, Budget)
"""Euros in the lists and the named groups of a policy, which have no row in the table of parameters."""
INCOME = "income_per_inhabitant_eur"


def thousands(kind: Kind, tree: Node) -> list[Problem]:
    """A warning for every amount in a tree with exactly three decimals, by the way it was written."""
    found = []
    for loc, node in _scalars(tree, ()):
        key = _key(kind, loc)
        if key is not None and reads_like_thousands(node.text) and _may_be(key, node.value * 1000):
            found.append(warning(dotted(loc), node.text, node.file, node.line))
    return found


def reads_like_thousands(text: str) -> bool:
    """Whether a number is written with a point and three decimals, so that it may have been meant in thousands."""
    return THOUSANDS.fullmatch(text.strip()) is not None


def warning(what: str, text: str, file: str, line: int | None) -> Problem:
    """The warning about one number, in the words in which it was written."""
    text = text.strip()
    read, meant = f"{float(text):.12g}", text.replace(".", "")
    hint = f"write {meant} if thousands are meant, and {f'{text}0' if read == text else read} if not"
    return Problem(file, line, "thousands", f"{what}: {text} is read as {read} euro", hint, "warning")


def table_thousands(text: str, file: str) -> list[Problem]:
    """The same warning for the incomes in the text of a sound table of municipalities."""
    table = read_table(text.lstrip("\ufeff"), KNOWN_COLUMNS)
    if INCOME not in table.columns:
        return []
    place = table.columns.index(INCOME)
    incomes = [(line, cells[place]) for line, cells in table.rows()]
    return [warning(INCOME, one, file, line) for line, one in incomes if reads_like_thousands(one)]


def _scalars(node: Node, loc: Loc) -> Iterator[tuple[Loc, Node]]:
    inside: Iterable[tuple[Any, Node]] = ()
    if isinstance(node.value, dict):
        inside = node.value.items()
    elif isinstance(node.value, list):
        inside = enumerate(node.value)
    elif isinstance(node.value, float):
        yield loc, node
    for step, child in inside:
        yield from _scalars(child, (*loc, step))


def _key(kind: Kind, loc: Loc) -> str | None:
    """The parameter or the field behind a place, where it holds euros; None where it does not."""
    if kind == "study" and loc[0] in ("factors", "cases"):
        names = [str(step) for step in loc[1:3] if str(step).startswith(("world.", "policy."))]
        path = tuple(names[0].split(".")) if names else ()
    elif loc[:1] == ("phases",) and loc[2:3] == ("set",) and len(loc) > 3:
        path = ("policy", *path_of(str(loc[3])), *(str(step) for step in loc[4:]))
    else:
        path = (kind, *(str(step) for step in loc))
    full, last = ".".join(path), str(loc[-1])
    if full in parameters():
        return full if parameters()[full].unit.startswith(CURRENCY) else None
    in_a_list = any(isinstance(step, int) for step in loc) or "budgets" in path
    return last if in_a_list and last in (*AMOUNTS, INCOME) else path[-1] if path and path[-1] in AMOUNTS else None


def _may_be(key: str, value: float) -> bool:
    """Whether an amount would be allowed: 5.125 euro per inhabitant is never 5,125."""
    row = parameters().get(key)
    if row is not None:
        return row.allowed is None or row.allowed[0] <= value <= row.allowed[1]
    most = 1_000_000 if key == INCOME else MAX_EUROS
    return 0 <= value <= most
