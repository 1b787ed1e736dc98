"""What differs between two policies, in words: each parameter by its label, each cost by who pays it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from sim.model.groups import Group
from sim.model.parameter_table import Parameter, parameters
from sim.model.policy.layers import PROGRAMMES
from sim.model.policy.policy import CATEGORIES, Layer, Mix, Policy
from sim.results.story import CATEGORY_NAMES
from sim.show.names import CHOICES, PAYER_NAMES, SWITCH_NAMES, UNITS_IN_SENTENCES
from sim.show.sentences import grants_and_phases, layer_terms
from sim.text import Words

NAMES = ("id", "title", "description", "reference", "based_on")
"""What is no choice."""
ELSEWHERE = ("cost_split", "grants", "budgets", "phases")
INCIDENTS = tuple(category for category in CATEGORIES if category not in PROGRAMMES)
LARGE = 10_000  # euro, from which on an amount is said in millions
_MOST = 6


def differs(policy: Policy, base: Policy, say: Words) -> list[str]:
    """Return a sentence for everything in which a policy differs from another; none when nothing does."""
    said = [
        sentence for path, mine, theirs in leaves(policy, base, ()) if (sentence := said_of(say, path, mine, theirs))
    ]
    said += grants_and_phases.grants(say, policy, base) + grants_and_phases.budgets(say, policy, base)
    said += _split(say, policy, base) + grants_and_phases.phases(say, policy, base, value_of)
    if len(said) > _MOST:
        more = say.say("and {n} more differences", n=say.number(len(said) - _MOST + 1))
        return [*said[: _MOST - 1], more]
    return said


def leaves(mine: Group, theirs: Group, above: tuple[str, ...]) -> Iterator[tuple[str, Any, Any]]:
    """Every place where two groups differ; the cost split is left to others."""
    for name in type(mine).model_fields:
        one, other = getattr(mine, name), getattr(theirs, name)
        path = (*above, name)
        if one == other or (not above and name in (*NAMES, *ELSEWHERE)):
            continue
        if isinstance(one, Mix) and isinstance(other, Mix):
            yield ".".join(path), one, other
        elif isinstance(one, Group) and isinstance(other, Group) and type(one) is type(other):
            yield from leaves(one, other, path)
        else:
            yield ".".join(path), one, other


def said_of(say: Words, path: str, mine: Any, theirs: Any) -> str:
    """Return one difference in words: the label of a parameter, its value, and that of the other policy."""
    if isinstance(mine, Mix):
        return _mix(say, mine, theirs)
    key = f"policy.{path}"
    row = parameters().get(key)
    name = row.label[say.language] if row is not None else say.say(SWITCH_NAMES[key]) if key in SWITCH_NAMES else path
    if isinstance(mine, Group):
        return say.say("{what}: {who}", what=name, who=", ".join([say.say("yes"), *_set(say, path, mine)]))
    if mine is not None and theirs is None:
        return say.say("{what}: yes", what=name)
    if mine is None:
        return say.say("{what}: no", what=name)
    if isinstance(mine, list | tuple | dict):
        return say.say("{what}: {n} instead of {base}", what=name, n=len(mine), base=len(theirs or ()))
    values = {"value": value_of(say, row, mine), "base": value_of(say, row, theirs) + _unit(say, row, mine)}
    return say.say("{what}: {value} instead of {base}", what=name, **values)


def _set(say: Words, path: str, group: Group) -> list[str]:
    """What a group of levers that the other policy does not have sets otherwise than the defaults."""
    said = []
    for name in type(group).model_fields:
        row, value = parameters().get(f"policy.{path}.{name}"), getattr(group, name)
        if row is not None and value != row.value:
            label = row.label[say.language]
            said.append(f"{_within(label)}: {value_of(say, row, value)}{_unit(say, row, value)}")
    return said


def _within(label: str) -> str:
    """A label within a sentence: with a small letter, unless it begins with a name."""
    return label if label.startswith(("Vlaams", "Flemish")) else label[:1].lower() + label[1:]


def _mix(say: Words, mine: Mix, theirs: Mix) -> str:
    """How the money is divided otherwise: the measure that gains most, and the one that loses most."""
    gaps = {name: getattr(mine, name) - getattr(theirs, name) for name in type(mine).model_fields}
    up, down = max(gaps, key=lambda name: gaps[name]), min(gaps, key=lambda name: gaps[name])

    def told(name: str) -> str:
        label = parameters()[f"policy.prevention.mix.{name}"].label[say.language]
        return say.say(
            "{what}: {value} instead of {base}",
            what=_within(label),
            value=percent(say, getattr(mine, name)),
            base=percent(say, getattr(theirs, name)),
        )

    return say.say("Prevention money is divided otherwise; {up}, {down}", up=told(up), down=told(down))


def value_of(say: Words, row: Parameter | None, value: Any) -> str:
    """Return a value of a parameter as people read it, without its unit."""
    if isinstance(value, bool):
        return say.say("yes") if value else say.say("no")
    if isinstance(value, str):
        return say.say(CHOICES[value]) if value in CHOICES else value
    if isinstance(value, datetime.date):
        return say.date(value)
    if isinstance(value, int | float):
        if row is not None and row.allowed == (0, 1):
            return percent(say, value)
        if _is_large(row, value):
            return say.money(value)
        return say.number(value, len(f"{value:.6g}".partition(".")[2]) if value % 1 else 0)
    return str(value)


def _unit(say: Words, row: Parameter | None, value: Any) -> str:
    """The unit behind a number; an amount that is large has its own."""
    plain = row is None or isinstance(value, str) or row.unit not in UNITS_IN_SENTENCES or _is_large(row, value)
    return "" if plain or row is None else f" {say.say(UNITS_IN_SENTENCES[row.unit])}"


def _is_large(row: Parameter | None, value: Any) -> bool:
    return row is not None and row.unit.startswith("EUR") and isinstance(value, int | float) and abs(value) >= LARGE


def percent(say: Words, share: float) -> str:
    """Return a share as a percentage, with a decimal where it needs one."""
    return say.percent(share, 0 if round(100 * share, 6) % 1 == 0 else 1)


# ---- who pays ------------------------------------------------------------------------------------------------------


def _split(say: Words, policy: Policy, base: Policy) -> list[str]:
    """Who pays for what, where that differs; categories that are shared alike stand together."""
    alike: dict[tuple[Layer, ...], list[str]] = {}
    for category in CATEGORIES:
        layers = policy.layers(category)
        if layers != base.layers(category):
            alike.setdefault(layers, []).append(category)
    said = []
    for layers, categories in alike.items():
        what = ", ".join(say.say(CATEGORY_NAMES[category]) for category in categories)
        if set(categories) >= set(INCIDENTS):
            rest = [say.say(CATEGORY_NAMES[category]) for category in categories if category not in INCIDENTS]
            what = ", ".join([*rest, say.say("every bill after an incident")])
        said.append(say.say("{what}: {who}", what=what[:1].upper() + what[1:], who=_layers(say, layers)))
    return said


def _layers(say: Words, layers: tuple[Layer, ...]) -> str:
    """Who pays, from the first to the last, as one reads a contract."""
    if len(layers) == 1:
        return say.say("the municipality pays all")
    said = [_layer(say, layer) for layer in layers[:-1]]
    full = layers[-2].is_bare
    return ", ".join(said) if full else say.say("{upper}, the municipality the rest", upper=", ".join(said))


def _layer(say: Words, layer: Layer) -> str:
    payer = say.say(PAYER_NAMES[layer.payer])
    who = payer if layer.share == 1 else f"{payer} {percent(say, layer.share)}"
    parts = []
    only_first = layer.model_copy(update={"first": None, "first_per_inhabitant": None}).is_bare
    looked_at = layer_terms.first(say, layer)
    if looked_at is not None and only_first:
        return say.say("{payer} the first {first}", payer=who, first=looked_at)
    if looked_at is not None:
        parts.append(say.say("of the first {amount}", amount=looked_at))
    parts += layer_terms.limits(say, layer) + layer_terms.dates(say, layer)
    return f"{who} ({', '.join(parts)})" if parts else who
