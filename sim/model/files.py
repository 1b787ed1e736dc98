"""Worlds and policies from YAML files, with every problem at once, each with its file, line and nearest valid name.

A scenario is named by its id (`flanders-2020`) or by a path. A policy may stand on another one (`based_on`); only what
differs stands in its file. Settings (`world.threat.attempts=24`) are checked like a file.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError

from sim.model.checks import MODELS, PLANNED, Kind, problems_of, unknown_path
from sim.model.groups import Words
from sim.model.municipalities import DATA, Municipality, duplicates, read_municipalities
from sim.model.policy import CATEGORIES, Policy
from sim.model.problems import InputError, Problem, did_you_mean
from sim.model.spec import parameters
from sim.model.world import World
from sim.model.yaml_in import Node, parse_tree, read_tree
from sim.model.yaml_out import policy_yaml, world_yaml

__all__ = ["Scenario", "check_together", "load_inputs", "load_policy", "load_world", "policy_yaml", "scenarios",
           "validate", "world_yaml"]  # fmt: skip

FOLDERS: dict[Kind, str] = {"world": "worlds", "policy": "policies"}
SETTING = "--set"
_ENDINGS = (".yaml", ".yml")
_OWN = ("id", "title", "description", "reference", "based_on")  # what a policy never takes from its base
_STUDY_KEYS = {"worlds", "policies", "vary", "sweep", "factors", "design", "cases", "axes"}
_PACKAGE = Path(__file__).parent.parent


class Scenario(NamedTuple):
    """A shipped scenario: its id, its file, its title in Dutch and English."""

    id: str
    path: Path
    title: Words


def scenarios(kind: Literal["world", "policy", "worlds", "policies"]) -> list[Scenario]:
    """The shipped worlds or policies, the first of each being the default, the others by id."""
    one: Kind = "world" if kind.startswith("world") else "policy"
    first = {"world": "flanders-2020", "policy": "status-quo-2020"}[one]
    found = [_scenario(path, path.stat().st_mtime_ns) for path in _shipped_files(one)]
    return sorted(found, key=lambda scenario: (scenario.id != first, scenario.id))


def load_world(id_or_path: str | os.PathLike[str], settings: Iterable[str] = ()) -> World:
    """The world with this id or in this file; `settings` such as `world.years=5` come on top.

    Settings of a policy are left alone. Raises InputError with every problem.
    """
    scenario, _, problems = _load("world", id_or_path, list(settings))
    if problems or not isinstance(scenario, World):
        raise InputError(problems)
    return scenario


def load_policy(id_or_path: str | os.PathLike[str], settings: Iterable[str] = ()) -> Policy:
    """The policy with this id or in this file; `settings` such as `policy.response.teams=unlimited` come on top.

    Settings of a world are left alone. Raises InputError with every problem.
    """
    scenario, _, problems = _load("policy", id_or_path, list(settings))
    if problems or not isinstance(scenario, Policy):
        raise InputError(problems)
    return scenario


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
                problems += _dates(policy, tree, [found])
    problems = _once(problems)
    if any(problem.severity == "error" for problem in problems) or not isinstance(found, World):
        raise InputError(problems)
    return found, loaded, problems


def check_together(world: World, policy: Policy) -> list[Problem]:
    """What does not fit between a sound world and a sound policy: layers that are never in force in this world.

    A layer that begins after the horizon is an error. One that ended before the start is a warning: history, not a slip.
    """
    return _dates(policy, None, [world])


def validate(paths: Iterable[str | os.PathLike[str]]) -> list[Problem]:
    """Every problem of these files, and of all YAML files in these folders, in one pass; empty when all is sound.

    Ids must differ within a kind, and layers must be in force in one of the worlds given, if any is given.
    """
    problems: list[Problem] = []
    worlds: list[World] = []
    policies: list[tuple[Policy, Node | None]] = []
    ids: dict[tuple[str, str], Path] = {}
    for path in _files(paths, problems):
        if path.suffix.lower() == ".csv":
            problems += _table_problems(path)
            continue
        tree, faults = read_tree(path)
        problems += faults
        if tree is None:
            continue
        kind = _kind(tree, path)
        if kind is None or kind == "study":
            problems.append(_kind_problem(kind, tree))
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
            problems += [_as_error(problem) for problem in _dates(policy, tree, worlds)]
    return _once(problems)


# ---- one file ------------------------------------------------------------------------------------------------------


def _load(
    kind: Kind, name: str | os.PathLike[str], settings: list[str]
) -> tuple[World | Policy | None, Node | None, list[Problem]]:
    """The scenario (None when it has faults), its tree, and its problems."""
    path, problems = _find(kind, name)
    if path is None:
        return None, None, problems
    tree, faults = read_tree(path)
    problems += faults
    if tree is None:
        return None, None, problems
    if (problem := _wrong_kind(kind, tree, path)) is not None:
        return None, tree, [problem]
    if kind == "policy":
        tree = _on_base(tree, path, [path], problems)
    tree = _with_settings(kind, tree, settings, problems)
    values = tree.plain()
    if kind == "world" and isinstance(values.get("municipalities"), str):
        values["municipalities"] = _table(tree.value["municipalities"], path.parent, problems)
    elif kind == "world" and isinstance(values.get("municipalities"), list):
        problems += _twice(tree.value["municipalities"])
    return _validated(kind, values, tree, problems), tree, _once(problems)


def _validated(kind: Kind, values: dict[str, Any], tree: Node, problems: list[Problem]) -> World | Policy | None:
    def place(loc: tuple[str | int, ...]) -> tuple[str, int | None]:
        node = tree.at(loc)
        return node.file, node.line

    try:
        scenario = MODELS[kind].model_validate(values)
    except ValidationError as error:
        told = {(problem.rule, problem.line) for problem in problems}
        new = problems_of(error, kind, place)
        problems += [p for p in new if (p.rule, p.line) not in told or p.rule != "duplicate-id"]
        return None
    if problems:
        return None
    assert isinstance(scenario, World | Policy)
    return scenario


def _find(kind: Kind, name: str | os.PathLike[str]) -> tuple[Path | None, list[Problem]]:
    """The file behind an id or a path."""
    text = os.fspath(name)
    path = Path(text)
    if isinstance(name, Path) or "/" in text or os.sep in text or path.suffix.lower() in _ENDINGS or _exists(path):
        return path, []
    files = {file.stem: file for file in _shipped_files(kind)}
    if text in files:
        return files[text], []
    known = ", ".join(files)
    message = f'there is no {kind} "{text[:80]}"; there are {known}, or give the path of a YAML file'
    return None, [Problem(text[:80], None, f"unknown-{kind}", message, did_you_mean(text, files))]


def _exists(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _wrong_kind(kind: Kind, tree: Node, path: Path) -> Problem | None:
    """The problem of a file that is clearly of another kind, or that is no group of keys at all."""
    if not isinstance(tree.value, dict):
        return Problem(tree.file, tree.line, "wrong-type", f"a {kind} is a group of keys such as id and title, not a list or a text")  # fmt: skip
    found = _kind(tree, path)
    if found == "study":
        return _kind_problem(found, tree)
    keys = set(tree.value)
    other_is_sure = {"municipalities", "start"} <= keys if kind == "policy" else not keys & {"municipalities", "start"}
    if found is not None and found != kind and other_is_sure:
        return Problem(tree.file, None, "wrong-kind", f"is a {found}, and a {kind} is expected here")
    return None


def _kind(tree: Node, path: Path) -> Literal["world", "policy", "study"] | None:
    """The kind of a file: by its folder, else by its keys; None when neither tells."""
    folder = path.absolute().parent.name
    if not isinstance(tree.value, dict):
        return {"worlds": "world", "policies": "policy", "studies": "study"}.get(folder)  # type: ignore[return-value]
    keys = set(tree.value)
    declared = tree.value["kind"].value if "kind" in keys else None
    if folder == "studies" or declared == "study":
        return "study"
    if folder in ("worlds", "policies"):
        return "world" if folder == "worlds" else "policy"
    world = len(keys & (World.model_fields.keys() - Policy.model_fields.keys()))
    policy = len(keys & ((Policy.model_fields.keys() | set(PLANNED)) - World.model_fields.keys()))
    if keys & _STUDY_KEYS and not world and not policy:
        return "study"
    if world != policy:
        return "world" if world > policy else "policy"
    return None


def _kind_problem(kind: str | None, tree: Node) -> Problem:
    if kind == "study":
        return Problem(tree.file, None, "not-simulated-yet", "is a study; this version reads worlds and policies only")
    return Problem(tree.file, None, "unknown-kind", "is neither clearly a world nor clearly a policy",
                   "a world names municipalities and start; a policy names prevention, response, ransom or cost_split; "
                   "or put the file in a folder worlds/ or policies/")  # fmt: skip


# ---- a policy on another policy ------------------------------------------------------------------------------------


def _on_base(tree: Node, path: Path, chain: list[Path], problems: list[Problem]) -> Node:
    """The tree with what its base says filled in below it; `chain` holds the files on the way here."""
    base = tree.value.get("based_on")
    if base is None or not isinstance(base.value, str):
        return tree
    file = _base_file(base.value, path)
    if file is None:
        names = sorted({other.stem for other in [*path.parent.glob("*.y*ml"), *_shipped_files("policy")]} - {path.stem})
        message = f'there is no policy "{base.value[:80]}" to be based on; there are {", ".join(names)}'
        problems.append(Problem(base.file, base.line, "unknown-base", message, did_you_mean(base.value, names)))
        return _replaced(tree, "based_on", None)
    if any(_same(file, earlier) for earlier in chain):
        names = [earlier.stem for earlier in chain]
        message = f"the policies stand on each other in a circle: {' -> '.join([*names, file.stem])}"
        problems.append(Problem(base.file, base.line, "based-on-cycle", message, "one of them must stand on its own"))
        return _replaced(tree, "based_on", None)
    below, faults = read_tree(file)
    if below is not None and not faults and (problem := _wrong_kind("policy", below, file)) is not None:
        faults = [problem]
    problems += faults
    if below is None or not isinstance(below.value, dict) or faults:
        return _replaced(tree, "based_on", None)
    below = _on_base(below, file, [*chain, file], problems)
    inherited = {key: node for key, node in below.value.items() if key not in _OWN}
    merged = _merged(Node(inherited, below.file, below.line), tree)
    base_id = below.value.get("id")
    return _replaced(merged, "based_on", Node(base_id.plain() if base_id else None, base.file, base.line))


def _base_file(name: str, path: Path) -> Path | None:
    near = path.parent / name
    if "/" in name or os.sep in name or near.suffix.lower() in _ENDINGS:
        return near if _exists(near) else None
    candidates = [path.parent / (name + ending) for ending in _ENDINGS]
    candidates += [file for file in _shipped_files("policy") if file.stem == name]
    return next((file for file in candidates if _exists(file)), None)


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _merged(below: Node, above: Node) -> Node:
    """Groups merged key by key; anything else as it stands above."""
    if not isinstance(below.value, dict) or not isinstance(above.value, dict):
        return above
    tree = dict(below.value)
    for key, node in above.value.items():
        tree[key] = _merged(tree[key], node) if key in tree else node
    return Node(tree, above.file, above.line)


def _replaced(tree: Node, key: str, node: Node | None) -> Node:
    rest = {name: child for name, child in tree.value.items() if name != key}
    return Node(rest if node is None else {**rest, key: node}, tree.file, tree.line)


# ---- settings ------------------------------------------------------------------------------------------------------


def _with_settings(kind: Kind, tree: Node, settings: Iterable[str], problems: list[Problem]) -> Node:
    """The tree with the settings of this kind on top; those of the other kind are left alone."""
    for setting in settings:
        key, equals, text = setting.partition("=")
        path = tuple(key.strip().split("."))
        if not equals or path[0] not in MODELS or len(path) < 2:
            problems.append(_bad_setting(setting, key.strip()))
            continue
        if path[0] != kind:
            continue
        if path[1:] == ("based_on",):
            problems.append(Problem(SETTING, None, "bad-setting", "based_on belongs in a file; name another policy instead"))
            continue
        if (problem := unknown_path(kind, path[1:], SETTING, None)) is not None:
            problems.append(problem)
            continue
        value, faults = parse_tree(text, SETTING)
        problems += [Problem(SETTING, None, p.rule, f"{key.strip()}: {p.message}", p.hint) for p in faults]
        if value is not None and not faults:
            tree = _set(tree, path[1:], _moved(value))
    return tree


def _set(tree: Node, path: tuple[str, ...], value: Node) -> Node:
    if not path:
        return value
    inside = tree.value if isinstance(tree.value, dict) else {}
    child = _set(inside.get(path[0], Node({}, SETTING, None)), path[1:], value)
    return Node({**inside, path[0]: child}, tree.file, tree.line)


def _moved(node: Node) -> Node:
    """The same value, said to come from the settings and from no line."""
    if isinstance(node.value, dict):
        return Node({key: _moved(child) for key, child in node.value.items()}, SETTING, None)
    if isinstance(node.value, list):
        return Node([_moved(child) for child in node.value], SETTING, None)
    return Node(node.value, SETTING, None)


def _bad_setting(setting: str, key: str) -> Problem:
    known = list(parameters())
    ends = [full for full in known if full.endswith("." + key)]
    hint = f'did you mean "{ends[0]}"?' if len(ends) == 1 else did_you_mean(key, known)
    message = f'"{setting[:80]}" must be KEY=VALUE with a key that begins with world. or policy., such as world.threat.attempts=24'
    return Problem(SETTING, None, "bad-setting", message, hint)


# ---- municipalities ------------------------------------------------------------------------------------------------


def _table(node: Node, folder: Path, problems: list[Problem]) -> list[Municipality] | tuple[Municipality, ...]:
    """The municipalities of a table named in a world: beside the world file, or shipped. Empty after a problem."""
    name = str(node.value)
    file = next((file for file in (folder / name, DATA / name) if _exists(file)), None)
    if file is None:
        names = sorted({table.name for place in (folder, DATA) for table in place.glob("*.csv")})
        message = f'there is no table of municipalities "{name[:80]}" beside this file; shipped are {", ".join(names)}'
        problems.append(Problem(node.file, node.line, "unknown-municipality-file", message, did_you_mean(name, names)))
        return _PLACEHOLDER
    try:
        return read_municipalities(file)
    except InputError as error:
        problems += error.problems
        return _PLACEHOLDER


_PLACEHOLDER = (Municipality(nis=1, name="?", population=1),)


def _twice(node: Node) -> list[Problem]:
    """Municipalities that stand twice in a list, each with its line."""
    rows, lines = [], []
    for row in node.value:
        try:
            rows.append(Municipality.model_validate(row.plain()))
            lines.append(row.line)
        except ValidationError:
            continue
    return duplicates(rows, node.file, lines)


def _table_problems(path: Path) -> list[Problem]:
    try:
        read_municipalities(path)
    except InputError as error:
        return list(error.problems)
    return []


# ---- many files ----------------------------------------------------------------------------------------------------


def _files(paths: Iterable[str | os.PathLike[str]], problems: list[Problem]) -> list[Path]:
    """Files and the YAML files inside folders, each once, in the order given."""
    found: dict[str, Path] = {}
    for name in paths:
        path = Path(name)
        try:
            inside = sorted(file for file in path.rglob("*") if file.suffix.lower() in _ENDINGS) if path.is_dir() else [path]
        except (OSError, ValueError) as error:
            problems.append(Problem(str(path)[:200], None, "unreadable", f"cannot be read: {error}"))
            continue
        if not inside:
            problems.append(Problem(str(path), None, "nothing-to-check", "this folder holds no .yaml or .yml file"))
        for file in inside:
            found.setdefault(os.path.abspath(file), file)
    return list(found.values())


def _check_id(tree: Node | None, kind: Kind, path: Path, ids: dict[tuple[str, str], Path], problems: list[Problem]) -> None:
    if tree is None or not isinstance(tree.value, dict) or "id" not in tree.value:
        return
    node = tree.value["id"]
    if not isinstance(node.value, str):
        return
    first = ids.setdefault((kind, node.value), path)
    if first != path:
        message = f'id "{node.value[:80]}" is already that of {first}'
        problems.append(Problem(node.file, node.line, "duplicate-id", message, "give each its own id"))


def _dates(policy: Policy, tree: Node | None, worlds: Sequence[World]) -> list[Problem]:
    """Layers that are in force in none of these worlds."""
    start, end = min(world.start for world in worlds), max(world.end for world in worlds)
    horizon = f"{worlds[0].start} to {worlds[0].end}" if len(worlds) == 1 else f"{start} to {end}"
    problems = []
    for category in CATEGORIES:
        for index, layer in enumerate(policy.layers(category)):
            late = layer.from_ is not None and all(layer.from_ >= world.end for world in worlds)
            past = layer.until is not None and all(layer.until < world.start for world in worlds)
            if not late and not past:
                continue
            what = f"begins on {layer.from_}, after" if late else f"ended on {layer.until}, before"
            node = tree.at(("cost_split", category, index, "from" if late else "until")) if tree is not None else None
            problems.append(Problem(
                node.file if node is not None else f"policy {policy.id}",
                node.line if node is not None else None,
                "date-outside-horizon",
                f"layer {index + 1} of {category} {what} the years {horizon} of world {worlds[0].id}, and never pays",
                None if late else "leave it as history, or choose a world that begins earlier",
                "error" if late else "warning",
            ))  # fmt: skip
    return problems


def _as_error(problem: Problem) -> Problem:
    return Problem(problem.file, problem.line, problem.rule, problem.message, problem.hint)


def _once(problems: Iterable[Problem]) -> list[Problem]:
    return list(dict.fromkeys(problems))


# ---- what is shipped -----------------------------------------------------------------------------------------------


@functools.cache
def scenario_folder() -> Path:
    """The folder of the shipped scenarios: inside the package when installed, beside it in a checkout."""
    inside = _PACKAGE / "scenarios"
    return inside if inside.is_dir() else _PACKAGE.parent / "scenarios"


def _shipped_files(kind: Kind) -> list[Path]:
    return sorted((scenario_folder() / FOLDERS[kind]).glob("*.yaml"))


@functools.lru_cache(maxsize=256)
def _scenario(path: Path, _changed: int) -> Scenario:
    tree, problems = read_tree(path)
    if tree is None or not isinstance(tree.value, dict):
        raise InputError(problems)
    values = tree.plain()
    title = values.get("title", path.stem)
    words = Words.model_validate(title) if isinstance(title, dict) else Words(nl=str(title), en=str(title))
    return Scenario(str(values.get("id", path.stem)), path, words)
