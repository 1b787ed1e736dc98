"""Trees laid over each other: a policy over the one it is based on, settings over both.

Each value keeps the file and line it came from, so that a problem in a base is reported in the base.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from sim.model.files.extend import extended, extends, replacements
from sim.model.files.find import exists, shipped_files, wrong_kind
from sim.model.files.folders import ENDINGS
from sim.model.files.read_yaml import Node, parse_tree, read_tree
from sim.model.groups import Kind
from sim.model.messages import OTHER, unknown_path
from sim.model.parameter_table import parameters
from sim.model.policy.phases import NAMES
from sim.model.problems import MAX_TOLD, Problem, did_you_mean

SETTING = "--set"
NOTHING = Node(None, SETTING, None)
MAX_CHAIN = 20
"""Policies that may stand on each other."""


def on_base(tree: Node, path: Path | None, chain: list[Path], problems: list[Problem]) -> Node:
    """The tree with what its base says filled in below it; `chain` holds the files on the way here.

    A tree without a place (path None) was brought from elsewhere: it stands on a shipped policy, or on none.
    """
    base = tree.value.get("based_on")
    nothing = Node({}, tree.file, tree.line)
    if base is None or not isinstance(base.value, str):
        return _merged(nothing, tree, problems)
    file = _base_file(base.value, path)
    if file is None:
        names = _base_names(path)
        message = f'there is no policy "{base.value[:80]}" to be based on; there are {", ".join(names)}'
        problems.append(Problem(base.file, base.line, "unknown-base", message, did_you_mean(base.value, names)))
        return _merged(nothing, _replaced(tree, "based_on", None), problems)
    if any(_same(file, earlier) for earlier in chain):
        names = [earlier.stem for earlier in chain]
        message = f"the policies stand on each other in a circle: {' -> '.join([*names, file.stem])}"
        problems.append(Problem(base.file, base.line, "based-on-cycle", message, "one of them must stand on its own"))
        return _merged(nothing, _replaced(tree, "based_on", None), problems)
    if len(chain) >= MAX_CHAIN:
        message = f"stands on a policy that stands on another, {MAX_CHAIN} deep; no deeper is read"
        problems.append(Problem(base.file, base.line, "too-deep", message))
        return _merged(nothing, _replaced(tree, "based_on", None), problems)
    below, faults = read_tree(file)
    if below is not None and not faults and (problem := wrong_kind("policy", below, file)) is not None:
        faults = [problem]
    problems += faults
    if below is None or not isinstance(below.value, dict) or faults:
        return _merged(nothing, _replaced(tree, "based_on", None), problems)
    below = on_base(below, file, [*chain, file], problems)
    inherited = {key: node for key, node in below.value.items() if key not in NAMES}
    base_id = below.value.get("id")
    problems += replacements(below, tree, str(base_id.plain() if base_id else file.stem))
    merged = _merged(Node(inherited, below.file, below.line), tree, problems)
    return _replaced(merged, "based_on", Node(base_id.plain() if base_id else None, base.file, base.line))


def _base_names(path: Path | None) -> list[str]:
    shipped = {file.stem for file in shipped_files("policy")}
    if path is None:
        return sorted(shipped)
    return sorted((shipped | {other.stem for other in path.parent.glob("*.y*ml")}) - {path.stem})


def _base_file(name: str, path: Path | None) -> Path | None:
    if path is None:
        return next((file for file in shipped_files("policy") if file.stem == name), None)
    near = path.parent / name
    if "/" in name or os.sep in name or near.suffix.lower() in ENDINGS:
        return near if exists(near) else None
    candidates = [path.parent / (name + ending) for ending in ENDINGS]
    candidates += [file for file in shipped_files("policy") if file.stem == name]
    return next((file for file in candidates if exists(file)), None)


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _merged(below: Node, above: Node, problems: list[Problem], path: tuple[str, ...] = ()) -> Node:
    """Groups merged key by key, lists that add to those below joined to them; anything else as it stands above."""
    if extends(path, above):
        return extended(path, below, above, problems)
    if not isinstance(below.value, dict) or not isinstance(above.value, dict):
        return above
    tree = dict(below.value)
    for key, node in above.value.items():
        tree[key] = _merged(tree.get(key, Node({}, node.file, node.line)), node, problems, (*path, key))
    return Node(tree, above.file, above.line)


def _replaced(tree: Node, key: str, node: Node | None) -> Node:
    rest = {name: child for name, child in tree.value.items() if name != key}
    return Node(rest if node is None else {**rest, key: node}, tree.file, tree.line)


def with_settings(kind: Kind, tree: Node, settings: Iterable[str], problems: list[Problem]) -> Node:
    """The tree with the settings of this kind on top; those of the other kind are left alone."""
    told: set[tuple[str, ...]] = set()
    for setting in settings:
        if len(problems) > MAX_TOLD:  # each takes a search for the nearest name
            break
        key, equals, text = setting.partition("=")
        path = tuple(key.strip().split("."))
        if not equals or path[0] not in OTHER or len(path) < 2:
            problems.append(_bad_setting(setting, key.strip()))
            continue
        if path[0] != kind:
            continue
        if path in told:
            problems.append(Problem(SETTING, None, "duplicate-key", f"{key.strip()} is set twice", "keep one of them"))
            continue
        told.add(path)
        if path[1:] == ("based_on",):
            problems.append(Problem(SETTING, None, "bad-setting", "based_on belongs in a file; name another policy"))
            continue
        if (problem := unknown_path(kind, path[1:], SETTING, None)) is not None:
            problems.append(problem)
            continue
        if not text.strip():
            problems.append(Problem(SETTING, None, "bad-setting", f"{key.strip()} needs a value after the equals sign"))
            continue
        value, faults = (NOTHING, []) if text.strip() in ("null", "~") else parse_tree(text, SETTING)
        problems += [Problem(SETTING, None, p.rule, f"{key.strip()}: {p.message}", p.hint) for p in faults]
        if value is not None and not faults:
            value = _moved(value)
            if kind == "policy" and extends(path[1:], value):
                value = extended(path[1:], tree.exactly(path[1:]), value, problems)
            tree = _set(tree, path[1:], value)
    return tree


def _set(tree: Node, path: tuple[str, ...], value: Node) -> Node:
    if not path:
        return value
    inside = tree.value if isinstance(tree.value, dict) else {}
    child = _set(inside.get(path[0], Node({}, SETTING, None)), path[1:], value)
    return Node({**inside, path[0]: child}, tree.file, tree.line)


def holds_a_setting(node: Node) -> bool:
    """Whether a setting stands in a group, at any depth."""
    inside = node.value.values() if isinstance(node.value, dict) else ()
    return node.file == SETTING or any(holds_a_setting(one) for one in inside)


def _moved(node: Node) -> Node:
    """The same value, said to come from the settings and from no line."""
    if isinstance(node.value, dict):
        return Node({key: _moved(child) for key, child in node.value.items()}, SETTING, None)
    if isinstance(node.value, list):
        return Node([_moved(child) for child in node.value], SETTING, None)
    return Node(node.value, SETTING, None, node.text)


def _bad_setting(setting: str, key: str) -> Problem:
    known = list(parameters())
    ends = [full for full in known if full.endswith("." + key)]
    hint = f'did you mean "{ends[0]}"?' if len(ends) == 1 else did_you_mean(key, known)
    message = f'"{setting[:80]}" must be KEY=VALUE, its key beginning with world. or policy.: world.threat.attempts=24'
    return Problem(SETTING, None, "bad-setting", message, hint)
