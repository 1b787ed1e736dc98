"""The terms of a layer in words: how much it pays at most, for what, and when."""

from __future__ import annotations

from sim.model.policy.layers import Layer
from sim.text import N_, Words

LIMITS = {
    "limit_per_event": N_("at most {amount} for one incident"),
    "limit_per_year": N_("at most {amount} for one municipality a year"),
    "occurrence_limit": N_("at most {amount} for all bills of one incident together"),
}
"""Limits that may also be set for each inhabitant, in the order in which they are told."""


def amount(say: Words, euros: float | None, each: float | None) -> str:
    """An amount, one for each inhabitant, or the lesser of both."""
    if each is None:
        return say.money(euros or 0.0)
    if euros is None:
        return say.say("{each} per inhabitant", each=say.money(each))
    whole = N_("{amount} or {each} per inhabitant, whichever is less")
    return say.say(whole, amount=say.money(euros), each=say.money(each))


def first(say: Words, layer: Layer) -> str | None:
    """The euros at which alone a layer looks, None where it looks at all."""
    if layer.first is None and layer.first_per_inhabitant is None:
        return None
    return amount(say, layer.first, layer.first_per_inhabitant)


def limits(say: Words, layer: Layer) -> list[str]:
    """What a layer pays at most, and what an event must have cost before it pays."""
    said = []
    for name, sentence in LIMITS.items():
        euros, each = getattr(layer, name), getattr(layer, f"{name}_per_inhabitant")
        if euros is not None or each is not None:
            said.append(say.say(sentence, amount=amount(say, euros, each)))
    if layer.common_cause_limit is not None:
        said.append(say.say("at most {amount} for one hacked supplier", amount=say.money(layer.common_cause_limit)))
    if layer.common_cause_attachment is not None:
        beyond = N_("only what one event costs all municipalities together beyond {amount}")
        said.append(say.say(beyond, amount=say.money(layer.common_cause_attachment)))
    return said


def dates(say: Words, layer: Layer) -> list[str]:
    """From when and until when a layer pays."""
    said = []
    if layer.from_ is not None:
        said.append(say.say("from {date}", date=say.date(layer.from_)))
    if layer.until is not None:
        said.append(say.say("until {date}", date=say.date(layer.until)))
    return said
