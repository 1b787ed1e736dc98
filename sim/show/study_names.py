"""What the things of a study are called: factors, candidates, outcomes and the units they are shown in."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import NamedTuple

from sim.experiments.losses import Limit
from sim.experiments.studied import Studied
from sim.experiments.tradeoffs import Aim, Candidate
from sim.model.kpis import KPIS
from sim.model.spec import parameters
from sim.results.story import CATEGORY_NAMES
from sim.show.tables import KPI_NAMES, figure
from sim.text import Words

STAT_NAMES = {"mean": "mean", "p95": "1 future in 20 above", "cvar95": "mean of the worst 1 in 20"}

NAME = 40
"""Letters of a name on one line of a picture."""

LIST_NAMES = {"policy.grants": "Grants"}
"""Keys of whole lists."""

SHORT_NAMES = {
    "policy.grants": "grants",
    "policy.response.teams": "teams",
    "world.anchor.frequency": "attacks",
    "world.anchor.service_value": "service day",
    "world.anchor.supplier_accumulation": "suppliers",
}
"""Keys in a word or some, beside their value."""

LEVEL_NAMES = {
    "none": "none",
    "a quarter": "a quarter",
    "half": "half",
    "two thirds": "two thirds",
    "all": "all",
    "low": "low",
    "central": "central",
    "high": "high",
}
"""Names of levels in the studies that come with Weerbaar."""


_NUMBERS = re.compile(r"[-+.e\d]+( – [-+.e\d]+)?")


class Unit(NamedTuple):
    """How an outcome is shown: divided by `by`, with its name and unit in words."""

    by: float
    words: str


def unit_of(say: Words, outcome: str, amounts: Iterable[float], difference: bool = False) -> Unit:
    """Return the unit in which these amounts of an outcome read well."""
    most = max((abs(one) for one in amounts if math.isfinite(one)), default=0.0)
    name = say.say(KPI_NAMES[outcome])
    if difference:
        name = say.say("{name}, difference", name=name)
    if KPIS[outcome] != "EUR":
        return Unit(1.0, name)
    by, word = (1e6, say.say("million euro")) if most >= 2e5 else (1.0, say.say("euro"))
    return Unit(by, say.say("{name}, {unit}", name=name, unit=word))


def factor_name(say: Words, key: str) -> str:
    """Return what a key is called: the label of the parameter table, the kind of bill it divides, or its last word."""
    row, last = parameters().get(key), key.rpartition(".")[2]
    if row is not None:
        return row.label[say.language]
    if key.startswith("policy.cost_split.") and last in CATEGORY_NAMES:
        return say.say("Who pays: {cost}", cost=say.say(CATEGORY_NAMES[last]))
    return say.say(LIST_NAMES[key]) if key in LIST_NAMES else last.replace("_", " ")


def value_name(say: Words, value: float | str) -> str:
    """Return the value of a factor in words; a level has the name that its study gives it, translated where known."""
    if isinstance(value, str):
        return say.say(LEVEL_NAMES[value]) if value in LEVEL_NAMES else value
    return say.number(value) if float(value).is_integer() else figure(say, value)


def class_name(say: Words, label: str) -> str:
    """Return a class of values, such as `none` or `4.01 – 14.4`, as its language writes it."""
    name = value_name(say, label)
    return name.replace(".", ",") if say.language == "nl" and _NUMBERS.fullmatch(name) else name


def policy_name(studied: Studied, policy: str, say: Words) -> str:
    """Return the title of a policy of a study."""
    return studied.policy(policy).title[say.language]


def candidate_name(studied: Studied, candidate: Candidate, say: Words) -> str:
    """Return the title of a candidate's policy, with its values where values were moved."""
    title = policy_name(studied, candidate.policy, say)
    if not candidate.values:
        return title
    inside = _valued(say, candidate.values)
    return inside if len(studied.study.policies) == 1 else f"{title} ({inside})"


def aim_name(say: Words, aim: Aim) -> str:
    """Return what a candidate is judged by."""
    return say.say("{name} ({stat})", name=say.say(KPI_NAMES[aim.outcome]), stat=say.say(STAT_NAMES[aim.stat]))


def world_name(say: Words, world: dict[str, float | str]) -> str:
    """Return a world by the values of its factors."""
    moved = {key: value for key, value in world.items() if key != "world"}
    if not moved:
        return str(world["world"])
    return _valued(say, moved.items())


def _valued(say: Words, values: Iterable[tuple[str, float | str]]) -> str:
    """Return keys with their values, short."""
    return ", ".join(f"{_short_name(say, key)} {value_name(say, value)}" for key, value in values)


def _short_name(say: Words, key: str) -> str:
    """Return what a key is called in a word or some: its last one where nothing better is known."""
    last = key.rpartition(".")[2]
    if key in SHORT_NAMES:
        return say.say(SHORT_NAMES[key])
    if key.startswith("policy.cost_split.") and last in CATEGORY_NAMES:
        return say.say(CATEGORY_NAMES[last])
    return last.replace("_", " ")


def limit_name(say: Words, limit: Limit) -> str:
    """Return a limit of a rule as a reader would say it."""
    name = factor_name(say, limit.factor)
    if limit.words:
        return say.say("{name}: {words}", name=name, words=" / ".join(limit.words))
    if limit.low is None or limit.high is None:
        sign, value = ("≤", limit.high) if limit.low is None else ("≥", limit.low)
        return f"{name} {sign} {value_name(say, value or 0.0)}"
    low, high = value_name(say, limit.low), value_name(say, limit.high)
    return say.say("{name} from {low} to {high}", name=name, low=low, high=high)
