"""Worlds, policies and studies from YAML files; every problem at once, each with its file, line and nearest valid name.

A scenario is named by its id (`flanders-2020`) or by a path. A policy may stand on another one (`based_on`); only what
differs stands in its file. Settings (`world.threat.attempts=24`) are checked like a file.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.model.files.dates import date_problems
from sim.model.files.find import (
    TABLE_ENDINGS,
    Scenario,
    find,
    kind_of,
    kind_problem,
    likely_kind,
    scenarios,
    shipped_files,
    wrong_kind,
)
from sim.model.files.folders import ENDINGS, scenario_files
from sim.model.files.idle_input import idle_problems
from sim.model.files.kinds import MODELS
from sim.model.files.merge import SETTING, holds_a_setting, on_base, with_settings
from sim.model.files.read_yaml import MAX_VALUES, Node, read_tree, tree_of
from sim.model.files.thousands import thousands
from sim.model.files.town_tables import STAND_IN, named_table, table_problems, towns_twice
from sim.model.groups import Kind, Words
from sim.model.messages import problems_of, shown
from sim.model.policy.policy import Policy
from sim.model.policy.references import ASKS_THE_REST
from sim.model.problems import InputError, Problem, did_you_mean, some_of
from sim.model.study.study import UNREAD, Study, overruled
from sim.model.world.world import World

__all__ = [
    "Scenario",
    "check_together",
    "load_brought",
    "load_inputs",
    "load_policy",
    "load_study",
    "load_world",
    "scenarios",
    "validate",
]


def load_world(id_or_path: str | os.PathLike[str], settings: Iterable[str] = ()) -> World:
    """The world with this id or in this file; `settings` such as `world.years=5` come on top.

    Settings of a policy are left alone. Raises InputError with every problem.
    """
    scenario, _ = load_with_warnings("world", id_or_path, settings)
    assert isinstance(scenario, World)
    return scenario


def load_policy(id_or_path: str | os.PathLike[str], settings: Iterable[str] = ()) -> Policy:
    """The policy with this id or in this file; `settings` such as `policy.response.teams=unlimited` come on top.

    Settings of a world are left alone. Raises InputError with every problem.
    """
    scenario, _ = load_with_warnings("policy", id_or_path, settings)
    assert isinstance(scenario, Policy)
    return scenario


def load_study(id_or_path: str | os.PathLike[str], settings: Iterable[str] = ()) -> Study:
    """The study with this id or in this file, with its worlds and policies; settings come on top of these.

    Raises InputError with every problem of the study and of the files that it names.
    """
    scenario, _ = load_with_warnings("study", id_or_path, settings)
    assert isinstance(scenario, Study)
    return scenario


def load_with_warnings(
    kind: Kind, id_or_path: str | os.PathLike[str], settings: Iterable[str] = ()
) -> tuple[World | Policy | Study, list[Problem]]:
    """The scenario of this kind, as above, and what there is to say about it that does not stop a run."""
    scenario, _, problems = _load(kind, id_or_path, list(settings))
    if scenario is None or _errors(problems):
        raise InputError(problems)
    return scenario, problems


def _errors(problems: Iterable[Problem]) -> bool:
    return any(problem.severity == "error" for problem in problems)


def load_brought(
    kind: Kind,
    name: str,
    raw: bytes,
    *,
    most: int = MAX_VALUES,
    check: Callable[[Node], Iterable[Problem]] = lambda _: (),
) -> tuple[World | Policy | Study, list[Problem]]:
    """The scenario in a file that somebody else brought, with at most so many values, and what there is to say about it
    that does not stop a run; `name` is what to call the file.

    It can name what is shipped, by its id, and nothing else: no other file of this machine is ever opened. `check` may
    find more problems in the very tree that is used. Raises InputError with every problem.
    """
    tree, problems = tree_of(raw, name, most)
    scenario = None
    if tree is not None and not problems:
        problems = list(check(tree))
    if tree is not None and not problems:
        scenario, _, problems = _built(kind, tree, None, [], problems)
    if scenario is None or _errors(problems):
        raise InputError(problems)
    return scenario, problems


def load_inputs(
    world: str | os.PathLike[str], policies: Sequence[str | os.PathLike[str]], settings: Iterable[str] = ()
) -> tuple[World, list[Policy], list[Problem]]:
    """A world and the policies to run on it, and the warnings; InputError with the problems of all of them at once."""
    settings = list(settings)
    found, _, problems = _load("world", world, settings)
    loaded: list[Policy] = []
    for name in policies:
        policy, tree, faults = _load("policy", name, settings)
        problems += faults
        if isinstance(policy, Policy):
            loaded.append(policy)
            if isinstance(found, World):
                problems += date_problems(policy, tree, [found])
    problems = _once(problems)
    if _errors(problems) or not isinstance(found, World):
        raise InputError(problems)
    return found, loaded, problems


def check_together(world: World, policy: Policy) -> list[Problem]:
    """What does not fit between a sound world and a sound policy: what is never in force in this world.

    A layer, a grant, a standard or a phase that begins after the horizon is an error; one that ended before the start
    is history: a warning.
    """
    return date_problems(policy, None, [world])


def validate(paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> list[Problem]:
    """Every problem of these files (or this one), and of all YAML files in these folders, in one pass; empty when all
    is sound.

    Ids must differ within a kind, and what has a date must be in force in one of the worlds given, if any is given.
    What has ended before all of them is a warning only.
    """
    problems: list[Problem] = []
    worlds: list[World] = []
    policies: list[tuple[Policy, Node | None]] = []
    ids: dict[tuple[str, str], Path] = {}
    for path in _files([paths] if isinstance(paths, str | os.PathLike) else paths, problems):
        if path.suffix.lower() in TABLE_ENDINGS:
            problems += table_problems(path)
            continue
        tree, faults = read_tree(path)
        problems += faults
        if tree is None:
            continue
        kind = (kind_of(tree, path) or likely_kind(tree)) if isinstance(tree.value, dict) else "policy"
        if kind is None:
            problems.append(kind_problem(tree))
            continue
        scenario, tree, faults = _load(kind, path, [])
        problems += faults
        _check_id(tree, kind, path, ids, problems)
        if isinstance(scenario, World):
            worlds.append(scenario)
        elif isinstance(scenario, Policy):
            policies.append((scenario, tree))
    if worlds:
        for policy, tree in policies:
            problems += date_problems(policy, tree, worlds)
    return _once(problems)


# ---- one file ------------------------------------------------------------------------------------------------------


def _load(
    kind: Kind, name: str | os.PathLike[str], settings: list[str]
) -> tuple[World | Policy | Study | None, Node | None, list[Problem]]:
    """The scenario (None when it has faults), its tree, and its problems."""
    path, problems = find(kind, name)
    if path is None:
        return None, None, problems
    tree, faults = read_tree(path)
    problems += faults
    return (None, None, problems) if tree is None else _built(kind, tree, path, settings, problems)


def _built(
    kind: Kind, tree: Node, path: Path | None, settings: list[str], problems: list[Problem]
) -> tuple[World | Policy | Study | None, Node | None, list[Problem]]:
    """The scenario of a tree. Names in one that has a place (`path`) may be files beside it; in one that was brought
    from elsewhere they are ids of what is shipped, whatever they look like, so that no other file is ever opened.
    """
    if (problem := wrong_kind(kind, tree, path)) is not None:
        return None, tree, [problem]
    sound = len(problems)
    if kind == "policy":
        tree = on_base(tree, path, [] if path is None else [path], problems)
    stands = len(problems) == sound
    if kind != "study":
        tree = with_settings(kind, tree, settings, problems)
    values, folder = tree.plain(), None if path is None else path.parent
    if kind == "study":
        _load_named(values, tree, folder, settings, problems)
    elif kind == "world" and isinstance(values.get("municipalities"), str):
        values["municipalities"] = named_table(tree.value["municipalities"], folder, problems)
    elif kind == "world" and isinstance(values.get("municipalities"), list):
        problems += towns_twice(tree.value["municipalities"])
    scenario = _validated(kind, values, tree, problems, stands)
    if scenario is not None:
        problems += thousands(kind, tree)
        problems += idle_problems(scenario, tree) if isinstance(scenario, Policy) else []
        problems += overruled(scenario, settings) if isinstance(scenario, Study) else []
    files = [*dict.fromkeys(problem.file for problem in problems)]
    problems = sorted(_once(problems), key=lambda problem: (files.index(problem.file), problem.line or 0))
    return scenario, tree, some_of(problems)


def _validated(
    kind: Kind, values: dict[str, Any], tree: Node, problems: list[Problem], stands: bool = True
) -> World | Policy | Study | None:
    """The scenario, or None after adding its problems; of one whose base does not stand, those of its own values."""

    def place(loc: tuple[str | int, ...]) -> tuple[str, int | None]:
        node = tree.at(loc)
        since = loc and node is tree.exactly([str(step) for step in loc]) and holds_a_setting(node)
        return (SETTING, None) if since else (node.file, node.line)  # what a group is as a whole, it is since then

    try:
        scenario = MODELS[kind].model_validate(values)
    except ValidationError as error:
        told = {(problem.rule, problem.line) for problem in problems}
        new = problems_of(error, kind, place)
        new = [p for p in new if stands or p.rule not in ASKS_THE_REST]
        problems += [p for p in new if (p.rule, p.line) not in told or p.rule != "duplicate-id"]
        return None
    if _errors(problems):
        return None
    assert isinstance(scenario, World | Policy | Study)
    return scenario


def _load_named(
    values: dict[str, Any], tree: Node, folder: Path | None, settings: list[str], problems: list[Problem]
) -> None:
    """Put the worlds and policies that a study names in the place of their names, a stand-in where one has faults.

    A name is an id, or the path of a file, seen from the study; without a folder it is the id of what is shipped. What
    is named again is not read again.
    """
    read: dict[tuple[Kind, str], World | Policy] = {}
    for kind, key in (("world", "worlds"), ("policy", "policies"), ("policy", "baseline")):
        node = tree.value.get(key)
        names = node.value if node is not None and isinstance(node.value, list) else [node] if node is not None else []
        found = []
        for name in names:
            of: Kind = "world" if kind == "world" else "policy"
            word = name.value if isinstance(name.value, str) else None
            one = read.get((of, word)) if word is not None else None
            if one is None:
                one = _named(of, name, folder, settings, problems)
            if word is not None:
                read[of, word] = one
            found.append(one)
        if found:
            values[key] = found[0] if key == "baseline" else tuple(found)


def _named(kind: Kind, node: Node, folder: Path | None, settings: list[str], problems: list[Problem]) -> World | Policy:
    """The scenario of a name in a study, or a stand-in."""
    name = node.value if isinstance(node.value, str) else str(id(node))
    stand_in = (_WORLD if kind == "world" else _POLICY).model_copy(update={"id": f"{UNREAD}{name}"})
    if not isinstance(node.value, str):
        what = f"the id of a {kind}" if folder is None else f"the id or the file of a {kind}"
        problems.append(Problem(node.file, node.line, "wrong-type", f"must be {what}, and is {shown(node.plain())}"))
        return stand_in
    if folder is None:
        files = {file.stem: file for file in shipped_files(kind)}
        if node.value not in files:
            message = f'there is no {kind} "{node.value[:80]}" here; there are {", ".join(files)}'
            hint = did_you_mean(node.value, files)
            problems.append(Problem(node.file, node.line, f"unknown-{kind}", message, hint))
            return stand_in
        near = files[node.value]
    else:
        near = folder / node.value
    scenario, _, faults = _load(
        kind, near if folder is None or near.suffix.lower() in ENDINGS else node.value, settings
    )
    for problem in faults:  # a name that is nobody's is the study's fault, the rest stands where it stands
        alone = problem.line is None and problem.file in (node.value[:80], str(near))
        message = f"{node.value[:80]}: {problem.message}" if problem.rule == "not-found" else problem.message
        problems.append(Problem(node.file, node.line, problem.rule, message, problem.hint) if alone else problem)
    return scenario if isinstance(scenario, World | Policy) else stand_in


_WORLD = World(id="x", title=Words(nl="?", en="?"), municipalities=STAND_IN, start=datetime.date(2020, 1, 1))
_POLICY = Policy(id="x", title=Words(nl="?", en="?"))


# ---- many files ----------------------------------------------------------------------------------------------------


def _files(paths: Iterable[str | os.PathLike[str]], problems: list[Problem]) -> list[Path]:
    """Files and the YAML files inside folders, each once, in the order given."""
    found: dict[str, Path] = {}
    for name in paths:
        path = Path(name)
        if not os.fspath(name):  # which Path takes for the folder where we are
            problems.append(Problem("", None, "not-found", "an empty name is no file"))
            continue
        try:
            inside = [path]
            if path.is_dir():
                inside = scenario_files(path).files
        except (OSError, ValueError) as error:
            problems.append(Problem(str(path)[:200], None, "unreadable", f"cannot be read: {error}"))
            continue
        if not inside:
            problems.append(Problem(str(path), None, "nothing-to-check", "this folder holds no .yaml or .yml file"))
        for file in inside:
            found.setdefault(os.path.abspath(file), file)
    return list(found.values())


def _check_id(
    tree: Node | None, kind: Kind, path: Path, ids: dict[tuple[str, str], Path], problems: list[Problem]
) -> None:
    if tree is None or not isinstance(tree.value, dict) or "id" not in tree.value:
        return
    node = tree.value["id"]
    if not isinstance(node.value, str):
        return
    first = ids.setdefault((kind, node.value), path)
    if first != path:
        message = f'id "{node.value[:80]}" is already that of {first}'
        problems.append(Problem(node.file, node.line, "duplicate-id", message, "give each its own id"))


def _once(problems: Iterable[Problem]) -> list[Problem]:
    return list(dict.fromkeys(problems))
