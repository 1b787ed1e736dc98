"""Study files in and out of the page. What comes in is small plain YAML about shipped worlds and policies."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from sim.model.checks import problems_of
from sim.model.files import load_study, load_world, scenarios
from sim.model.groups import Words as Text
from sim.model.policy import Policy
from sim.model.problems import InputError, Problem, did_you_mean
from sim.model.spec import Value
from sim.model.study import Study
from sim.model.yaml_in import Node, parse_tree
from sim.model.yaml_out import policy_yaml, study_file
from sim.web.choice import BASELINE, WORLD, presets
from sim.web.policy_file import brought, plain

BUILT = "my-grid"
OUTCOMES = ("cash_cost_eur", "cost_municipality_eur", "cost_flanders_eur", "prevention_cost_eur", "incident_cost_eur",
            "citizen_harm_eur", "severe_incidents", "worst_year_cost_eur", "municipalities_in_distress")  # fmt: skip
"""What a study that is built here keeps."""


def study_from(name: str, raw: bytes) -> Study:
    """The study in a file that a visitor brought; InputError with every problem, about a file of this name."""
    study = brought(name, raw, "study", lambda: _check_names(name, raw), load_study)
    title = Text(nl=plain(study.title.nl) or "?", en=plain(study.title.en) or "?")
    return study.model_copy(update={"title": title, "description": None, "reference": None})


def _check_names(name: str, raw: bytes) -> None:
    """Refuse a study that names what is not shipped."""
    if problems := list(_strangers(name, raw)):
        raise InputError(problems)


def _strangers(name: str, raw: bytes) -> Iterator[Problem]:
    """Worlds and policies that are not shipped: a path would read other files of this machine."""
    tree, _ = parse_tree(raw.decode("utf-8", "replace").replace("\0", " "), name)
    if tree is None or not isinstance(tree.value, dict):
        return
    for kind, key in (("world", "worlds"), ("policy", "policies"), ("policy", "baseline")):
        known = [one.id for one in scenarios("world" if kind == "world" else "policy")]
        for node in _named(tree.value.get(key)):
            if isinstance(node.value, str) and node.value not in known:
                message = f"here a study can name the {key} {', '.join(known)}"
                yield Problem(name, node.line, f"unknown-{kind}", message, did_you_mean(node.value[:80], known))


def _named(node: Node | None) -> list[Node]:
    if node is None:
        return []
    return list(node.value) if isinstance(node.value, list) else [node]


def policy_files(study: Study) -> dict[str, str]:
    """The text of the policy files that a study needs beside it, by their name; none where all of them are shipped."""
    own = [one for one in study.played if one.id not in presets()]
    return {study_file(one): policy_yaml(one.model_copy(update={"based_on": None})) for one in own}


def grid(world: str, policies: Sequence[Policy], moved: Mapping[str, Sequence[Value]], replications: int) -> Study:
    """A study that crosses all values of some levers, by key. InputError where they do not go together.

    Today's policy is the baseline, which stays as it is unless it is one of those that are moved.
    """
    data: dict[str, Any] = {
        "id": BUILT,
        "title": Text(nl="Mijn raster", en="My grid"),
        "worlds": (load_world(world or WORLD),),
        "policies": tuple(policies),
        "design": "grid" if moved else "cases",
        "factors": {key: {"values": tuple(_typed(value) for value in values)} for key, values in moved.items()},
        "replications": replications,
        "outcomes": OUTCOMES,
    }
    if BASELINE not in [one.id for one in policies]:
        data["baseline"] = presets()[BASELINE]
    try:
        return Study.model_validate(data)
    except ValidationError as error:
        raise InputError(problems_of(error, "study", lambda _: (BUILT, None))) from None


def _typed(value: Value) -> Any:
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def command(study: Study) -> str:
    """The command that plays the same study; one that is not shipped is the file that the page offers."""
    parts = ["weerbaar", "study", "run"]
    if study.id in {one.id for one in scenarios("study")}:
        shipped = load_study(study.id)
        changes: dict[str, Any] = {}
        if study.size is not None and study.size != shipped.size:
            changes["size"] = study.size
        if study.replications != shipped.replications:
            changes["replications"] = study.replications.at_least
        if (shipped.with_values(changes) if changes else shipped).digest == study.digest:
            names = {"size": "--designs", "replications": "--replications"}
            return shlex.join(
                [*parts, study.id, *(word for key in changes for word in (names[key], str(changes[key])))]
            )
    return shlex.join([*parts, f"{study.id}.yaml"])
