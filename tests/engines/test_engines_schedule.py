"""Engines schedule and post; what money, chances and durations become is said by a rule, once.

The syntax trees of both engines are read for arithmetic that is not a call of a rule. Sums and differences are
bookkeeping (a balance, a date, a place in an array); products, quotients, powers, least and greatest are not.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import sim.engines

ENGINES = Path(sim.engines.__file__).parent
LAYS_OUT = {"engine.py", "memory.py", "policy_tables.py", "batches.py"}
"""Files of the compiled engine that lay out arrays, and schedule nothing."""
FILES = sorted(path for name in ("reference", "compiled") for path in (ENGINES / name).glob("*.py")
               if path.name not in LAYS_OUT)  # fmt: skip
SIZES = {"years", "causes", "entries", "payers", "suppliers", "towns_count", "grants_count", "pots_count", "cause_rows",
         "EFFORT", "WIDTH"}  # fmt: skip
"""Sizes of what lies behind each other in an array: a product with one of them is a place."""
DATES = {"horizon", "ends", "minute"}
"""The earlier or later of two dates is scheduling."""
NUMBERS = (0.0, 1.0)
OPERATIONS = (ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)


def name_of(node: ast.expr) -> str:
    """Return the last name of an expression: `WIDTH` of `d.WIDTH`."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def is_size(node: ast.expr) -> bool:
    """Return whether an expression is the size of something that lies in an array."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return is_size(node.left) or is_size(node.right)
    name = name_of(node)
    return name in SIZES or name.lower().endswith("_width")


def says_a_date(call: ast.Call) -> bool:
    """Return whether one of the things compared is a date."""
    return any(name_of(node) in DATES for part in call.args for node in ast.walk(part) if isinstance(node, ast.expr))


def arithmetic(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and text of what a tree works out by itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, OPERATIONS):
            if not (is_size(node.left) or is_size(node.right)) and not is_text(node):
                yield node.lineno, ast.unparse(node)
        elif isinstance(node, ast.AugAssign) and isinstance(node.op, OPERATIONS):
            yield node.lineno, ast.unparse(node)
        elif isinstance(node, ast.Call) and name_of(node.func) in ("min", "max", "round", "abs", "pow"):
            if not says_a_date(node) and not any(isinstance(part, ast.GeneratorExp) for part in node.args):
                yield node.lineno, ast.unparse(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, float) and node.value not in NUMBERS:
            yield node.lineno, ast.unparse(node)


def is_text(node: ast.BinOp) -> bool:
    """Return whether a product repeats a text or a list."""
    return any(isinstance(side, ast.List | ast.Tuple | ast.JoinedStr) for side in (node.left, node.right))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_an_engine_leaves_arithmetic_to_the_rules(path: Path) -> None:
    found = [f"{path.name}:{line}  {text}" for line, text in arithmetic(ast.parse(path.read_text(encoding="utf-8")))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "code",
    [
        "bill = bill * factor",
        "part = cents * share // 1000000",
        "price *= 2",
        "paid = min(left, deductible)",
        "euro = amount / 100.0",
        "left = max(0, left - kept)",
        "chance = 0.5",
    ],
)
def test_arithmetic_is_found(code: str) -> None:
    assert list(arithmetic(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "place = case.towns_at + position * case.town_width",
        "balance -= paid",
        "end = now + work",
        "until = min(now + window, case.horizon)",
        "line = (row - case.rows_at) // d.WIDTH",
        "bill = incident.bill_euro(u, severity, size, terms)",
    ],
)
def test_bookkeeping_is_not(code: str) -> None:
    assert not list(arithmetic(ast.parse(code)))
