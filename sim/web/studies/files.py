"""Study files in and out of the page. What comes in is small plain YAML about shipped worlds and policies."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from sim.model.files.load import load_study, load_world, scenarios
from sim.model.files.read_yaml import Node
from sim.model.files.write_yaml import policy_yaml, study_file
from sim.model.groups import Words as Text
from sim.model.messages import problems_of
from sim.model.parameter_table import Value
from sim.model.policy.policy import Policy
from sim.model.problems import InputError, Problem
from sim.model.study.study import Study
from sim.web.state.choice import BASELINE, WORLD, presets
from sim.web.state.policy_file import brought, plain

MOST_NAMED = 20
"""Worlds, and policies, of a study in a file."""
MOST_CHECKS = 3_000
"""How often a value may be tried in a world or policy, to a second or so."""
BUILT = "my-grid"
OUTCOMES = (
    "cash_cost_eur",
    "cost_municipality_eur",
    "cost_flanders_eur",
    "prevention_cost_eur",
    "incident_cost_eur",
    "citizen_harm_eur",
    "severe_incidents",
    "worst_year_cost_eur",
    "municipalities_in_distress",
)
"""What a study that is built here keeps."""


def study_from(name: str, raw: bytes) -> Study:
    """The study in a file that a visitor brought; InputError with every problem, about a file of this name."""
    study, _ = brought(name, raw, "study", _much_work)
    assert isinstance(study, Study)
    title = Text(nl=plain(study.title.nl) or "?", en=plain(study.title.en) or "?")
    return study.model_copy(update={"title": title, "description": None, "reference": None})


def _much_work(tree: Node) -> Iterator[Problem]:
    """A study whose check would keep others waiting: each value is tried in each world or policy that takes it."""
    if not isinstance(tree.value, dict):
        return
    named = {key: _size(tree.value.get(key)) for key in ("worlds", "policies")}
    for key, most in named.items():
        if most > MOST_NAMED:
            message = f"{key} holds {most:,} names; here a study may have {MOST_NAMED}"
            yield Problem(tree.file, tree.value[key].line, "too-large", message)
            return
    values = sum(_values(tree.value.get(key)) for key in ("factors", "cases"))
    if (work := values * max(1, *named.values())) > MOST_CHECKS:
        message = f"asks for {work:,} checks of a value in a world or policy; here a study may ask for {MOST_CHECKS:,}"
        yield Problem(tree.file, None, "too-large", message, "give fewer values or cases, or use the command line")


def _size(node: Node | None) -> int:
    return len(node.value) if node is not None and isinstance(node.value, list) else 1


def _values(node: Node | None) -> int:
    """How many values a part of a file holds, at all depths."""
    if node is None:
        return 0
    inside = node.value.values() if isinstance(node.value, dict) else node.value if isinstance(node.value, list) else ()
    return 1 + sum(map(_values, inside))


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
