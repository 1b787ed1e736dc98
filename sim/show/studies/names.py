"""What the things of a study are called: factors, candidates, outcomes and the units they are shown in."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import NamedTuple

from sim.experiments.studies.results import Studied
from sim.experiments.studies.scenario_discovery import Limit, Losses, Rule
from sim.experiments.studies.sensitivity import Effect
from sim.experiments.studies.tradeoffs import Aim, Candidate, Front, Ranked, Spot
from sim.model.kpis import KPIS
from sim.model.parameter_table import parameters
from sim.results.findings import LEVEL_NAMES
from sim.results.story import CATEGORY_NAMES
from sim.show.base.table import figure
from sim.show.names import KPI_NAMES, STAT_NAMES
from sim.text import N_, Words

NAME = 40
"""Letters of a name on one line of a picture."""

MOST_MOVED = 4
"""Factors by which a world is named; a study of all parameters moves a hundred."""

LIST_NAMES = {"policy.grants": N_("Grants")}
"""Keys of whole lists."""

SHORT_NAMES = {"grants": N_("grants"), "recovery": N_("recovery"), "teams": N_("teams")}
"""Last words of keys, as they stand in the name of a candidate."""

LEVELS_IN_STUDIES = {
    "none": N_("none"),
    "a quarter": N_("a quarter"),
    "half": N_("half"),
    "two thirds": N_("two thirds"),
    "all": N_("all"),
    **LEVEL_NAMES,
    "-": N_("as it is"),
}
"""Names of levels in the studies that come with Weerbaar, and of what a case leaves alone."""


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
        return say.say(LEVELS_IN_STUDIES[value]) if value in LEVELS_IN_STUDIES else value
    return say.number(value) if float(value).is_integer() else figure(say, value)


def policy_name(studied: Studied, policy: str, say: Words) -> str:
    """Return the title of a policy of a study."""
    return studied.policy(policy).title[say.language]


def candidate_name(studied: Studied, candidate: Candidate, say: Words) -> str:
    """Return the title of a candidate's policy, with its values where values were moved."""
    title = policy_name(studied, candidate.policy, say)
    if not candidate.values:
        return title
    inside = ", ".join(f"{_short_name(say, key)} {value_name(say, value)}" for key, value in candidate.values)
    return inside if len(studied.study.policies) == 1 else f"{title} ({inside})"


def label_name(say: Words, label: str) -> str:
    """Return the label of a class of a map: a level in words, or numbers as the language writes them."""
    point = say.number(0.5, 1)[1]
    return label.replace(".", point) if _NUMBERS.fullmatch(label) else value_name(say, label)


_NUMBERS = re.compile(r"-?[0-9][0-9.e+-]*( – -?[0-9][0-9.e+-]*)?")


def _short_name(say: Words, key: str) -> str:
    last = key.rpartition(".")[2]
    return say.say(SHORT_NAMES[last]) if last in SHORT_NAMES else factor_name(say, key)


def aim_name(say: Words, aim: Aim) -> str:
    """Return what a candidate is judged by."""
    return say.say("{name} ({stat})", name=say.say(KPI_NAMES[aim.outcome]), stat=say.say(STAT_NAMES[aim.stat]))


def units_of(say: Words, front: Front) -> tuple[Unit, Unit]:
    """Return the units of the two aims of a front."""
    return (
        unit_of(say, front.x.outcome, (spot.x for spot in front.spots)),
        unit_of(say, front.y.outcome, (spot.y for spot in front.spots)),
    )


def aims_in_units(say: Words, front: Front) -> list[str]:
    """Return the two aims of a front, each with the unit that it is shown in."""
    pairs = zip((front.x, front.y), units_of(say, front), strict=True)
    return [f"{aim_name(say, aim)}, {unit.words.rpartition(', ')[2]}" for aim, unit in pairs]


def front_verdict(say: Words, spot: Spot) -> str:
    """Return whether another candidate beats one on both aims."""
    return say.say("on the front") if spot.on_front else say.say("beaten")


def effect_verdict(say: Words, effect: Effect) -> str:
    """Return whether a factor does more than noise may."""
    return say.say("noise") if effect.is_noise else say.say("matters")


def world_name(studied: Studied, world: dict[str, float | str], say: Words, between: str = "; ") -> str:
    """Return a world by its title where there are others, and the values of its factors, or of some of many."""
    moved = {key: value for key, value in world.items() if key != "world"}
    titles = {one.id: one.title[say.language] for one in studied.study.worlds}
    shown = [titles[str(world["world"])]] if len(titles) > 1 or not moved else []
    shown += [f"{factor_name(say, key)}: {value_name(say, value)}" for key, value in list(moved.items())[:MOST_MOVED]]
    if (more := len(moved) - MOST_MOVED) > 0:
        shown.append(say.say("{n} more", n=say.number(more)))
    return between.join(shown)


def verdict_name(say: Words, one: Ranked) -> str:
    """Return what there is to say about a candidate for a budget."""
    if one.behind is None:
        return say.say("best")
    if not one.affordable:
        return say.say("too dear")
    if one.behind.is_same:
        return say.say("as good")
    return say.say("behind") if one.behind.verdict == "higher" else say.say("too close to call")


def rule_name(say: Words, rule: Rule) -> str:
    """Return a rule as a reader would say it."""
    return say.say(" and ").join(limit_name(say, limit) for limit in rule.limits)


def named_rules(say: Words, found: Losses) -> list[tuple[str, Rule]]:
    """Return the rules with their names; where there are none, all designs together."""
    if found.rules:
        return [(rule_name(say, one), one) for one in found.rules]
    share = found.lost / found.designs
    return [(say.say("all designs"), Rule((), float(found.lost > 0), share, 1.0))]


def limit_name(say: Words, limit: Limit) -> str:
    """Return a limit of a rule as a reader would say it."""
    name = factor_name(say, limit.factor)
    if limit.words:
        return say.say("{name}: {words}", name=name, words=" / ".join(value_name(say, one) for one in limit.words))
    if limit.low is None or limit.high is None:
        sign, value = ("≤", limit.high) if limit.low is None else ("≥", limit.low)
        return f"{name} {sign} {value_name(say, value or 0.0)}"
    low, high = value_name(say, limit.low), value_name(say, limit.high)
    return say.say("{name} from {low} to {high}", name=name, low=low, high=high)
