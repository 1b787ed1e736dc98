"""The rules keep to the part of Python that means the same, to the bit, when it is compiled."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import sim.rules

NO_RULES = {"compiling.py", "rule.py", "terms.py"}
RULES = sorted(path for path in Path(sim.rules.__file__).parent.glob("*.py") if path.name not in NO_RULES)
FUNCTIONS = {"max", "min", "int", "float", "range"}
MATH = {"log", "exp", "sqrt", "cos", "ceil", "fabs", "pi"}
ALLOWED_MODULES = {"__future__", "math"}


def compiled_functions(path: Path) -> list[ast.FunctionDef]:
    """Return the functions of a file that carry @rule or @kernel."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(mark, ast.Name) and mark.id in ("rule", "kernel", "pasted") for mark in node.decorator_list)
    ]


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.name)
def test_rules_use_no_powers_no_numpy_and_no_other_mathematics(path):
    for function in compiled_functions(path):
        for node in ast.walk(function):
            where = f"{path.name}, {function.name}, line {getattr(node, 'lineno', '?')}"
            assert not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)), f"{where}: write x * x"
            assert not isinstance(node, (ast.Lambda, ast.ListComp, ast.DictComp, ast.Try, ast.With, ast.Dict)), where
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "math":
                assert node.attr in MATH, f"{where}: math.{node.attr} is not known to agree"
            if isinstance(node, ast.Constant) and isinstance(node.value, int):
                assert abs(node.value) < 1 << 62, f"{where}: integers must fit in 63 bits"


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.name)
def test_rules_import_only_mathematics_and_each_other(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert {name.name for name in node.names} <= ALLOWED_MODULES
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            assert module in ALLOWED_MODULES or module.startswith("sim.rules") or module == "sim.rules.terms"


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.name)
def test_rules_call_only_rules_and_a_few_plain_functions(path):
    known = {function.name for other in RULES for function in compiled_functions(other)}
    for function in compiled_functions(path):
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id in known | FUNCTIONS, f"{path.name}, {function.name} calls {node.func.id}"


def test_every_public_function_of_the_rules_is_a_rule():
    for path in RULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert names == {function.name for function in compiled_functions(path)}, path.name
