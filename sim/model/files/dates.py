"""Dates of a policy held against the years of worlds: what comes too late is an error, what is long over a warning."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sim.model.faults import Loc
from sim.model.files.read_yaml import Node
from sim.model.paths import overlap
from sim.model.policy.phases import changes
from sim.model.policy.policy import CATEGORIES, Policy
from sim.model.problems import Problem, Severity
from sim.model.world.world import World


class Dated(NamedTuple):
    """Something in a policy that is in force from a date, or until one: its name, its place, what it does."""

    name: str
    loc: Loc
    does: str
    begins: datetime.date | None
    ends: datetime.date | None


def date_problems(policy: Policy, tree: Node | None, worlds: Sequence[World]) -> list[Problem]:
    """What is in force in none of these worlds, and phases that are in force from the first day of all of them."""
    start = min(world.start for world in worlds)
    last = max(world.end for world in worlds) - datetime.timedelta(days=1)
    years = f"the years of {f'world {worlds[0].id}' if len(worlds) == 1 else 'the worlds given'} ({start} to {last})"
    problems = []

    def problem(one: Dated, key: str, message: str, hint: str | None) -> None:
        node = tree.at((*one.loc, key)) if tree is not None else None
        file, line = (node.file, node.line) if node is not None else (f"policy {policy.id}", None)
        severity: Severity = "warning" if hint else "error"
        problems.append(Problem(file, line, "date-outside-horizon", message, hint, severity))

    for one in _dated(policy):
        if one.begins is not None and one.begins > last:
            problem(one, "from", f"{one.name} begins on {one.begins}, after {years}, and never {one.does}", None)
        elif one.ends is not None and one.ends < start:
            hint = "leave it as history, or choose a world that begins earlier"
            problem(one, "until", f"{one.name} ended on {one.ends}, before {years}, and never {one.does}", hint)
        elif one.loc[0] == "phases" and len(one.loc) == 2 and one.begins is not None and one.begins < start:
            message = f"{one.name} begins on {one.begins}, before {years}, and is in force from the first day"
            problem(one, "from", message, "fine if that is what you mean")
    return sorted(problems, key=lambda problem: problem.line or 0)


def _dated(policy: Policy) -> Iterator[Dated]:
    """Everything with a date: phases, grants, the minimum standard and layers, also those that a phase brings."""
    for index, phase in enumerate(policy.phases):
        yield Dated(f"phase {index + 1}", ("phases", index), "changes anything", phase.from_, None)
    for index, grant in enumerate(policy.grants):
        yield Dated(f"grant {grant.id}", ("grants", index), "pays", grant.from_, grant.until)
    plan = changes(policy.phases)
    before: Policy | None = None
    for date, stage in policy.stages():
        today = [change for change in plan if change.date == date]
        for one in _in_force(stage, before):
            change = next((change for change in today if overlap(change.path, one.loc)), None)
            yield one if change is None else one._replace(loc=(*change.loc, *one.loc[len(change.path) :]))
        before = stage


def _in_force(stage: Policy, before: Policy | None) -> Iterator[Dated]:
    """The minimum standard and the layers of a stage, as far as they differ from those before it."""
    standard = stage.prevention.minimum_standard
    if standard is not None and (before is None or standard != before.prevention.minimum_standard):
        loc: Loc = ("prevention", "minimum_standard")
        yield Dated("the minimum standard", loc, "applies", standard.from_, None)
    for category in CATEGORIES:
        if before is not None and stage.layers(category) == before.layers(category):
            continue
        for index, layer in enumerate(stage.layers(category)):
            loc = ("cost_split", category, index)
            yield Dated(f"layer {index + 1} of {category}", loc, "pays", layer.from_, layer.until)
