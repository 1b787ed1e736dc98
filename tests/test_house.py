"""The house: data flows one way, no room imports from one further down, nothing runs in a circle, and no room is full.

Read from the imports themselves, those inside functions and under TYPE_CHECKING too.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import sim

PACKAGE = Path(sim.__file__).parent
LINE = ("rules", "model", "engines", "results", "experiments", "show", "web", "cli")
"""The rooms, each of which may import from those before it; what stands in none of them serves all."""
FACES = {"web", "cli"}
"""The last two stand beside each other."""
MOST_MODULES = 15
MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 60
ONE_LOOP = "the hottest loop: a call with its many arrays would cost more than it explains"
LONGER = {
    "sim/engines/compiled/batches.py:deal_deck": ONE_LOOP,
    "sim/engines/compiled/loop.py:play_deck": ONE_LOOP,
    "sim/engines/compiled/losses.py:compromise": "stays beside its namesake in the reference engine, step by step",
    "sim/engines/compiled/payments.py:ask": "stays beside its namesake in the reference engine, step by step",
    "sim/engines/compiled/policy_tables.py:_case_record": "one row of a table, field by field",
}
"""Functions that do not fit on a screen, and why; one that does by now must go from here."""
Modules = dict[str, set[str]]


def modules(package: Path) -> Modules:
    """Return for each module of a package the modules of it that it imports."""
    paths = {dotted(path, package): path for path in package.rglob("*.py")}
    trees = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in paths.items()}
    return {name: set(imported(tree, set(paths))) - {name} for name, tree in trees.items()}


def dotted(path: Path, package: Path) -> str:
    """Return the name of a module, or of a package."""
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(tree: ast.AST, known: set[str]) -> Iterator[str]:
    """Yield the modules that a tree imports, of those that are known."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module in known:
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in known else node.module for name in inner)


def room_of(module: str) -> str:
    """Return the room in which a module stands; nothing for what stands in none."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in LINE else ""


def upward(found: Modules) -> list[str]:
    """Return the imports from a room further down the line, or from the other face."""
    place = {room: number for number, room in enumerate(LINE)}
    wrong = []
    for module, others in sorted(found.items()):
        for other in sorted(others):
            here, there = room_of(module), room_of(other)
            if not there or here == there or module in ("sim", "sim.__main__"):
                continue
            if not here or place[there] > place[here] or {here, there} == FACES:
                wrong.append(f"{module} imports {other}")
    return wrong


def circles(found: Modules) -> list[list[str]]:
    """Return the groups of modules that import each other in a circle (Tarjan's strongly connected components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    groups: list[list[str]] = []

    def visit(module: str) -> None:
        index[module] = low[module] = len(index)
        stack.append(module)
        for other in sorted(found.get(module, ())):
            if other not in index:
                visit(other)
                low[module] = min(low[module], low[other])
            elif other in stack:
                low[module] = min(low[module], index[other])
        if low[module] == index[module]:
            group = [stack.pop()]
            while group[-1] != module:
                group.append(stack.pop())
            if len(group) > 1:
                groups.append(sorted(group))

    for module in sorted(found):
        if module not in index:
            visit(module)
    return groups


def crowded(paths: Iterable[Path]) -> dict[str, int]:
    """Return the folders with more modules than one finds one's way in."""
    count = Counter(str(path.parent.relative_to(PACKAGE.parent)) for path in paths if path.name != "__init__.py")
    return {folder: number for folder, number in count.items() if number > MOST_MODULES}


def long_functions(paths: Iterable[Path]) -> set[str]:
    """Return the functions with more lines than a screen shows, as file:name."""
    return {
        f"{path.relative_to(PACKAGE.parent).as_posix()}:{node.name}"
        for path in paths
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= MOST_LINES_OF_A_FUNCTION
    }


@pytest.fixture(scope="module")
def house() -> Modules:
    return modules(PACKAGE)


def test_nothing_imports_in_a_circle(house: Modules) -> None:
    assert not circles(house)


def test_nothing_imports_from_further_down_the_line(house: Modules) -> None:
    assert not upward(house)


def test_no_folder_holds_more_modules_than_one_finds_ones_way_in() -> None:
    assert not crowded(PACKAGE.rglob("*.py"))


def test_no_file_is_longer_than_a_head_holds() -> None:
    lines = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in PACKAGE.rglob("*.py")}
    assert not {name: count for name, count in lines.items() if count > MOST_LINES}


def test_a_function_fits_on_a_screen_or_says_why_it_does_not() -> None:
    assert long_functions(PACKAGE.rglob("*.py")) == set(LONGER)


def test_a_circle_and_an_arrow_up_the_line_are_found(tmp_path: Path) -> None:
    package = tmp_path / "sim"
    for name, text in {
        "__init__": "",
        "rules/__init__": "",
        "rules/chance": "from sim.model import world",
        "model/__init__": "",
        "model/world": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from sim.model.town import Town",
        "model/town": "def people():\n    from sim.model.world import World",
    }.items():
        path = package / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    found = modules(package)
    assert circles(found) == [["sim.model.town", "sim.model.world"]]
    assert upward(found) == ["sim.rules.chance imports sim.model.world"]
