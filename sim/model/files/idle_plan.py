"""Levers that do nothing under what else is chosen, and changes of the action plan that change nothing."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from sim.model.day import next_january
from sim.model.faults import Loc
from sim.model.files.read_yaml import Node
from sim.model.paths import overlap
from sim.model.policy.layers import CATEGORIES, MEASURES, Layer
from sim.model.policy.phases import Change, changes
from sim.model.policy.policy import Policy


class Idle(NamedTuple):
    """Something that means nothing: the rule, its place in the data, what is said, and what to write instead."""

    rule: str
    loc: Loc
    message: str
    hint: str | None


class Lever(NamedTuple):
    """A lever that acts only under another choice: `works` says whether it does, `why` what holds where it does not."""

    path: tuple[str, ...]
    under: tuple[str, ...]
    works: Callable[[Policy], bool]
    why: str


def _fixed(stage: Policy) -> bool:
    return stage.prevention.behaviour == "fixed"


def _asks(stage: Policy) -> bool:
    return stage.ransom.rule == "with_approval"


def _may_pay(stage: Policy) -> bool:
    return stage.ransom.rule != "never"


def _queues(stage: Policy) -> bool:
    return stage.response.teams not in (0, "unlimited")


def _waits(stage: Policy) -> bool:
    return stage.response.teams != "unlimited"


def _insured(stage: Policy) -> bool:
    return stage.insurance is not None and stage.insurance.uptake > 0


LEVERS = (
    Lever(("prevention", "local_spend"), ("prevention", "behaviour"), _fixed,
          "municipalities choose what they spend, for prevention.behaviour is responsive"),
    Lever(("ransom", "approval_days"), ("ransom", "rule"), _asks, "it goes with ransom.rule: with_approval"),
    Lever(("ransom", "approval_rate"), ("ransom", "rule"), _asks, "it goes with ransom.rule: with_approval"),
    Lever(("cost_split", "ransom"), ("ransom", "rule"), _may_pay, "nobody pays ransom, for ransom.rule is never"),
    Lever(("response", "discipline"), ("response", "teams"), _queues, "nobody queues with so many response.teams"),
    Lever(("response", "private_after_days"), ("response", "teams"), _waits, "nobody waits with unlimited teams"),
    *(Lever(("insurance", name), ("insurance", "uptake"), _insured, "nobody is insured, for insurance.uptake is 0")
      for name in ("limit", "deductible", "rate_on_line", "risk_rated")),
)  # fmt: skip

YEARLY = (
    *("prevention.local_spend", "prevention.behaviour", "prevention.minimum_standard"),
    *(f"prevention.mix.{measure}" for measure in MEASURES),
    *("insurance.uptake", "insurance.limit", "insurance.deductible", "insurance.rate_on_line", "insurance.risk_rated"),
    *("fund.levy", "fund.flemish_contribution"),
)
"""What is decided on 1 January, in what it costs and in what it gives; so are the amounts of envelopes."""


# ---- levers ---------------------------------------------------------------------------------------------------------


def idle_levers(policy: Policy, tree: Node) -> Iterator[Idle]:
    """Levers that do nothing in any stage, where who wrote the lever also wrote what makes it idle, or inherited it."""
    stages, plan = policy.stages(), changes(policy.phases)
    for lever in LEVERS:
        name = ".".join(lever.path)
        if _rank(tree, lever.path) >= max(1, _rank(tree, lever.under)) and not any(lever.works(s) for _, s in stages):
            yield Idle("idle-lever", lever.path, f"{name} does nothing: {lever.why}", None)
        for change in plan:
            from_then = [stage for date, stage in stages if date is not None and date >= change.date]
            if change.path == lever.path and not any(lever.works(stage) for stage in from_then):
                yield Idle("idle-lever", change.loc, f"{name} does nothing: {lever.why}", None)


def _rank(tree: Node, path: Sequence[str]) -> int:
    """Who says a value: 0 nobody or a base, 1 the file itself, 2 a setting on top of it."""
    if (node := tree.exactly(path)) is None:
        return 0
    return 2 if node.line is None else int(node.file == tree.file)


# ---- phases ---------------------------------------------------------------------------------------------------------


def idle_phases(policy: Policy) -> Iterator[Idle]:
    """Changes to what holds already, and changes of what is decided on 1 January that no 1 January sees."""
    plan, stages = changes(policy.phases), policy.stages()
    for (_, before), (date, stage) in pairwise(stages):
        for change in plan:
            name = ".".join(change.path)
            if change.date == date and before.get_value(name) == stage.get_value(name):
                yield Idle("idle-phase", change.loc, f"sets {name} on {date} to what it is already", None)
    for name in (*YEARLY, *(f"budgets.{name}.per_year" for name in policy.budgets)):
        yield from _unseen(name, [(date, stage.get_value(name)) for date, stage in stages], plan)


def _unseen(name: str, values: Sequence[tuple[datetime.date | None, Any]], plan: Sequence[Change]) -> Iterator[Idle]:
    """Values of a key that come and go between two 1 Januaries."""
    moves = [one for one, before in zip(values[1:], values, strict=False) if one[1] != before[1]]
    for (begun, _), (ended, _) in pairwise(moves):
        assert begun is not None
        assert ended is not None
        if next_january(begun) >= ended:
            path = name.split(".")
            change = next(one for one in reversed(plan) if one.date == begun and overlap(one.path, path))
            message = (
                f"sets {name} from {begun} to {ended}, which no 1 January sees: it neither costs nor does anything"
            )
            hint = "what is decided for a year is decided on 1 January; begin or end it there"
            yield Idle("idle-phase", change.loc, message, hint)


# ---- layers of all stages -------------------------------------------------------------------------------------------


def placed(policy: Policy) -> Iterator[tuple[Loc, Layer, Sequence[Layer]]]:
    """Every layer of every stage, once where it stays: its place in the data, and the layers above it."""
    plan = changes(policy.phases)
    before: Policy | None = None
    for date, stage in policy.stages():
        today = [change for change in plan if change.date == date]
        for category in CATEGORIES:
            layers = stage.layers(category)
            if before is not None and layers == before.layers(category):
                continue
            loc: Loc = ("cost_split", category)
            if (change := next((one for one in today if overlap(one.path, loc)), None)) is not None:
                loc = (*change.loc, *loc[len(change.path) :])
            for index, layer in enumerate(layers):
                yield (*loc, index), layer, layers[:index]
        before = stage
