"""Where scenarios stand, and what kind of file one is.

Shipped scenarios are named by their id; anything else by its path. The kind of a file follows from its folder
(`worlds/`, `policies/`), else from its keys.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Literal, NamedTuple

from sim.model.files.folders import ENDINGS as ENDINGS
from sim.model.files.read_yaml import Node, read_tree
from sim.model.groups import Kind, Words
from sim.model.policy.policy import Policy
from sim.model.problems import InputError, Problem, did_you_mean, nearest
from sim.model.world.world import World
from sim.package import PACKAGE

TABLE_ENDINGS = (".csv", ".tsv")
FOLDERS: dict[Kind, str] = {"world": "worlds", "policy": "policies", "study": "studies"}
FIRST: dict[Kind, str] = {"world": "flanders-2020", "policy": "status-quo-2020", "study": "who-pays-grid"}
_STUDY_KEYS = {"worlds", "policies", "baseline", "factors", "design", "cases", "vary", "sweep", "axes"}
_LOOKED_AT = 20
"""Keys of a file that are held against those that are known: enough to tell what it is."""


class Scenario(NamedTuple):
    """A shipped scenario: its id, its file, its title in Dutch and English."""

    id: str
    path: Path
    title: Words


def scenarios(kind: Literal["world", "policy", "study", "worlds", "policies", "studies"]) -> list[Scenario]:
    """The shipped worlds, policies or studies, the first of each being the default, the others by id."""
    one: Kind = next(name for name, folder in FOLDERS.items() if kind in (name, folder))
    first = FIRST[one]
    found = [_scenario(path, path.stat().st_mtime_ns) for path in shipped_files(one)]
    return sorted(found, key=lambda scenario: (scenario.id != first, scenario.id))


def find(kind: Kind, name: str | os.PathLike[str]) -> tuple[Path | None, list[Problem]]:
    """The file behind an id or a path."""
    text = os.fspath(name)
    path = Path(text)
    if isinstance(name, Path) or "/" in text or os.sep in text or path.suffix.lower() in ENDINGS or exists(path):
        return path, []
    files = {file.stem: file for file in shipped_files(kind)}
    if text in files:
        return files[text], []
    known = ", ".join(files)
    message = f'there is no {kind} "{text[:80]}"; there are {known}, or give the path of a YAML file'
    return None, [Problem(text[:80], None, f"unknown-{kind}", message, did_you_mean(text, files))]


def exists(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def wrong_kind(kind: Kind, tree: Node, path: Path | None) -> Problem | None:
    """The problem of a file that is clearly of another kind, or that is no group of keys at all."""
    if not isinstance(tree.value, dict):
        message = "a scenario is a group of keys such as id and title, not a list or a text"
        return Problem(tree.file, tree.line, "wrong-type", message)
    found = kind_of(tree, path)
    if "study" in (found, kind):
        wrong = found is not None and found != kind
        return Problem(tree.file, None, "wrong-kind", f"is a {found}, and a {kind} is expected here") if wrong else None
    keys = set(tree.value)
    other_is_sure = {"municipalities", "start"} <= keys if kind == "policy" else not keys & {"municipalities", "start"}
    if found is not None and found != kind and other_is_sure:
        return Problem(tree.file, None, "wrong-kind", f"is a {found}, and a {kind} is expected here")
    return None


def kind_of(tree: Node, path: Path | None) -> Literal["world", "policy", "study"] | None:
    """The kind of a file: by its folder (if it has a place), else by its keys; None when neither tells."""
    folder = path.absolute().parent.name if path is not None else ""
    keys = set(tree.value)
    declared = tree.value["kind"].value if "kind" in keys else None
    if folder == "studies" or declared == "study":
        return "study"
    if folder in ("worlds", "policies"):
        return "world" if folder == "worlds" else "policy"
    world = len(keys & (World.model_fields.keys() - Policy.model_fields.keys()))
    policy = len(keys & (Policy.model_fields.keys() - World.model_fields.keys()))
    if keys & _STUDY_KEYS and world == len(keys & {"years", "seed"}) and not policy:
        return "study"
    if world != policy:
        return "world" if world > policy else "policy"
    return None


def likely_kind(tree: Node) -> Literal["world", "policy", "study"] | None:
    """The kind whose own keys are nearest to those of a file that has none of them; None where two are as near."""
    models: dict[Literal["world", "policy", "study"], set[str]] = {
        "world": World.model_fields.keys() - Policy.model_fields.keys(),
        "policy": Policy.model_fields.keys() - World.model_fields.keys(),
        "study": set(_STUDY_KEYS),
    }
    known = {key for keys in models.values() for key in keys} | Policy.model_fields.keys() | World.model_fields.keys()
    odd = [str(key) for key in list(tree.value)[:_LOOKED_AT] if key not in known]
    near = [nearest(key, known) for key in odd]
    votes = {kind: sum(key in keys for key in near) for kind, keys in models.items()}
    first, second = sorted(votes, key=lambda kind: -votes[kind])[:2]
    return first if votes[first] > votes[second] else None


def kind_problem(tree: Node) -> Problem:
    """The problem of a file whose kind cannot be told."""
    return Problem(
        tree.file,
        None,
        "unknown-kind",
        "is neither clearly a world nor clearly a policy",
        "a world names municipalities and start; a policy names prevention, response, ransom or cost_split; a study "
        "names worlds and policies; or put the file in a folder worlds/, policies/ or studies/",
    )


@functools.cache
def scenario_folder() -> Path:
    """The folder of the shipped scenarios: inside the package when installed, beside it in a checkout."""
    inside = PACKAGE / "scenarios"
    return inside if inside.is_dir() else PACKAGE.parent / "scenarios"


def shipped_files(kind: Kind) -> list[Path]:
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
