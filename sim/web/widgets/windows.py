"""What each widget shows of the screen, and what a move of it makes of the screen: nothing but its own change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from sim.model.parameter_table import Value
from sim.text import LANGUAGE_NAMES, N_, Words
from sim.web.levers.lever import Lever, policy_levers, world_levers
from sim.web.state.choice import LOADED, begin, presets
from sim.web.state.link import Screen
from sim.web.widgets.typed import number_in
from sim.web.widgets.wire import Raw, Window

LANGUAGE, PRESET = "language", "preset"

Change = Callable[[Screen, Any], Screen | str | None]
"""The screen after a widget was moved to a value; a sentence where that cannot be; None where it means nothing."""


def one_of(value: object, names: Mapping[Any, str], change: Change, *, alone: bool = False) -> Window:
    """A widget with one of several values; the browser says their names, in a list of one unless `alone`."""
    by_name = {name: one for one, name in names.items()}

    def moved(screen: Screen, raw: Raw) -> Screen | str | None:
        name = raw[0] if isinstance(raw, tuple) and len(raw) == 1 else raw
        return change(screen, by_name[name]) if isinstance(name, str) and name in by_name else None

    return Window(value, names[value] if alone else (names[value],), moved)


def some_of(values: Sequence[Any], names: Mapping[Any, str], change: Change) -> Window:
    """A widget with any of several values, in the order in which they were chosen."""
    by_name = {name: one for one, name in names.items()}

    def moved(screen: Screen, raw: Raw) -> Screen | str | None:
        if not isinstance(raw, tuple) or not all(name in by_name for name in raw):
            return None
        return change(screen, [by_name[name] for name in raw])

    return Window(list(values), tuple(names[one] for one in values), moved)


def switch(on: bool, change: Change) -> Window:
    """A widget that is on or off."""
    return Window(on, on, lambda screen, raw: change(screen, raw) if isinstance(raw, bool) else None)


def text(shown: str, change: Change) -> Window:
    """A field for a text. One that was emptied means nothing, and shows what it showed."""
    return Window(
        shown, shown, lambda screen, raw: change(screen, raw) if isinstance(raw, str) and raw.strip() else None
    )


def whole(shown: str, most: int, label: str, say: Words, change: Change, *, least: int = 0) -> Window:
    """A field for a whole number from `least` to `most`; what else is typed is refused in a sentence."""

    def typed(screen: Screen, raw: str) -> Screen | str | None:
        found = number_in(raw, say.language)
        if found is None:
            return no_number(say, raw, label)
        if not found.is_integer() or not least <= found <= most:
            reach = say.say("{low} to {high}", low=say.number(least), high=say.number(most))
            return not_possible(say, raw, label, reach)
        return change(screen, int(found))

    return text(shown, typed)


def no_number(say: Words, typed: str, label: str) -> str:
    """The sentence about a text that is no number."""
    return say.say("“{text}” is no number, so “{label}” stays as it was.", text=typed.strip()[:40], label=label)


def not_possible(say: Words, typed: str, label: str, reach: str) -> str:
    """The sentence about a number that cannot be."""
    sentence = N_("“{text}” is not possible for “{label}” (allowed: {allowed}), which stays as it was.")
    return say.say(sentence, text=typed.strip()[:40], label=label, allowed=reach)


def field(name: str) -> Change:
    """What moves a field of link.FIELDS."""
    return lambda screen, value: with_field(screen, name, str(value))


def with_field(screen: Screen, name: str, value: str) -> Screen:
    """A screen with one of link.FIELDS changed."""
    return replace(screen, fields=MappingProxyType({**screen.fields, name: value}))


# ---- the sidebar ---------------------------------------------------------------------------------------------------


def sidebar(screen: Screen, say: Words) -> Iterator[tuple[str, Window]]:
    """Every widget of the sidebar that shows something of a screen, by its key."""
    yield LANGUAGE, language(screen)
    yield PRESET, preset(screen, say)
    for lever in (*policy_levers(), *world_levers()):
        yield lever.key, position(lever, screen, say)
        if lever.kind == "slide":
            yield f"typed:{lever.key}", number(lever, screen, say)


def language(screen: Screen) -> Window:
    """The languages."""
    return one_of(
        screen.language,
        LANGUAGE_NAMES,
        lambda old, name: replace(old, language=name),
    )


def start_points(screen: Screen, say: Words) -> Mapping[str, str]:
    """The titles of the policies to start from, by name."""
    found = {name: policy.title[say.language] for name, policy in presets().items()}
    if screen.choice.loaded is not None:
        found[LOADED] = screen.choice.loaded.title[say.language]
    return found


def preset(screen: Screen, say: Words) -> Window:
    """The start point: it puts all levers in its own place."""
    return one_of(
        screen.choice.start,
        start_points(screen, say),
        lambda old, name: replace(old, choice=begin(name, old.choice.loaded)),
        alone=True,
    )


def value_of(lever: Lever, screen: Screen) -> Value:
    """Where a screen has a lever."""
    return screen.world[lever.key] if lever in world_levers() else screen.choice.values[lever.key]


def with_value(lever: Lever, screen: Screen, value: Value) -> Screen:
    """A screen with one lever moved."""
    if lever in world_levers():
        return replace(screen, world=MappingProxyType({**screen.world, lever.key: value}))
    values = MappingProxyType({**screen.choice.values, lever.key: value})
    return replace(screen, choice=replace(screen.choice, values=values))


def position(lever: Lever, screen: Screen, say: Words) -> Window:
    """The main widget of a lever: a switch, a slider, or one of several choices."""
    value = value_of(lever, screen)
    if lever.kind == "switch":
        return switch(value == "true", lambda old, on: with_value(lever, old, "true" if on else "false"))
    names = {option: lever.show(say, option) for option in lever.with_option(value)}
    alone = lever.kind == "choose" and not lever.side_by_side(say)
    return one_of(value, names, lambda old, chosen: with_value(lever, old, chosen), alone=alone)


def number(lever: Lever, screen: Screen, say: Words) -> Window:
    """The field beside a slider. It is empty where the lever says a word, which then stands in it as an example."""

    def typed(old: Screen, raw: str) -> Screen | str | None:
        found = lever.typed(raw, say)
        if found is None:
            label = lever.label(say)
            if number_in(raw, say.language) is None:
                return no_number(say, raw, label)
            return not_possible(say, raw, label, lever.reach(say))
        return with_value(lever, old, found)

    value = value_of(lever, screen)
    return text("" if isinstance(value, str) else lever.show(say, value), typed)
