"""The municipalities of a world file: a table that it names, or a list of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from sim.model.files.find import exists
from sim.model.files.read_yaml import Node
from sim.model.files.thousands import table_thousands
from sim.model.problems import InputError, Problem, did_you_mean
from sim.model.world.municipalities import DATA, Municipality, duplicates, read_municipalities

STAND_IN = (Municipality(nis=1, name="?", population=1),)
"""What stands in the place of municipalities that could not be read, so that the rest is still judged."""


def named_table(node: Node, folder: Path | None, problems: list[Problem]) -> Sequence[Municipality]:
    """The municipalities of a table named in a world: beside the world file, or shipped. A stand-in after a problem."""
    name = str(node.value)
    places = (DATA,) if folder is None else (folder, DATA)
    names = sorted({table.name for place in places for table in place.glob("*.csv")})
    known = folder is not None or name in names
    file = next((place / name for place in places if known and exists(place / name)), None)
    if file is None:
        message = f'there is no table of municipalities "{name[:80]}"; there are {", ".join(names)}'
        problems.append(Problem(node.file, node.line, "unknown-municipality-file", message, did_you_mean(name, names)))
        return STAND_IN
    try:
        towns = read_municipalities(file)
        problems += table_thousands(file.read_text("utf-8"), str(file))
        return towns
    except InputError as error:
        problems += error.problems
        return STAND_IN


def towns_twice(node: Node) -> list[Problem]:
    """Municipalities that stand twice in a list, each with its line."""
    rows, lines = [], []
    for row in node.value:
        try:
            rows.append(Municipality.model_validate(row.plain()))
            lines.append(row.line)
        except ValidationError:
            continue
    return duplicates(rows, node.file, lines)


def table_problems(path: Path) -> list[Problem]:
    """What is wrong in a table that is checked by itself."""
    try:
        read_municipalities(path)
    except InputError as error:
        return list(error.problems)
    return table_thousands(path.read_text("utf-8"), str(path))
