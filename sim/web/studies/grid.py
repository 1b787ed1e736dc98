"""The page Studies: a grid that is built there, of up to three levers over one or two policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from sim.model.files.load import scenarios
from sim.model.parameter_table import Value
from sim.model.policy.policy import Policy
from sim.model.study.study import Study
from sim.text import Words
from sim.web.levers.lever import Lever, is_on, policy_levers, world_levers
from sim.web.state import grid_in_address
from sim.web.state.choice import BASELINE, home, presets, same
from sim.web.state.grid_in_address import LEVERS, Row
from sim.web.state.link import MOST_EACH, MOST_POLICIES, Screen
from sim.web.state.packed_policies import NOBODY, NOW, codes
from sim.web.state.view import View
from sim.web.studies.files import grid
from sim.web.widgets import fields, windows

FUTURES = 20
"""Futures of a design, unless a visitor says otherwise."""
BEGINS = ("policy.response.teams", "world.anchor.frequency", "")
"""The levers that a grid begins with."""


def built(seen: View) -> Study | None:
    """Let the visitor build a grid, and return it; None where something is missing, which was then said."""
    say = seen.say
    with st.container(horizontal=True, gap="small"):
        world = _world(seen)
        replications = futures(seen, "futures-build")
    policies = _policies(seen)
    rows: list[Row] = []
    before = _rows(seen, policies)
    for place in range(LEVERS):
        others = [row[0].key for row in (*rows, *before[place + 1 :]) if row is not None]
        offered = [one for one in _movable(policies) if one.key not in others]
        rows.append(_factor(say, place, offered, before))
    moved: dict[str, Sequence[Value]] = {row[0].key: row[1] for row in rows if row is not None}
    if not policies or not moved or not all(moved.values()):
        st.info(say.say("Choose a policy, and a lever with some values."), icon=":material/info:")
        return None
    return grid(world, policies, moved, replications)


def futures(seen: View, key: str) -> int:
    """Let the visitor say how many futures each design has."""
    return number(seen, "each", seen.say.say("Futures of each design"), key, most=MOST_EACH, usual=FUTURES)


def number(seen: View, field: str, label: str, key: str, *, most: int, usual: int) -> int:
    """Draw a field for a whole number that stands in the address under this name; return it."""
    now = min(int(seen.screen.fields[field] or usual), most)

    def typed(screen: Screen, found: int) -> Screen:
        return windows.with_field(screen, field, "" if found == usual else str(found))

    shown = seen.say.number(now)
    fields.whole_number(shown, most, typed, key=key, label=label, say=seen.say, least=1, width=240)
    return now


def _world(seen: View) -> str:
    titles = {one.id: one.title[seen.say.language] for one in scenarios("world")}
    now = seen.screen.fields["in"]
    window = windows.one_of(now, titles, windows.field("in"), alone=True)
    fields.box(window, titles, key=f"grid-world-{seen.say.language}", label=seen.say.say("World"))
    return now


# ---- policies ------------------------------------------------------------------------------------------------------


def _policies(seen: View) -> list[Policy]:
    """One or two policies: presets, and the one beside the page."""
    say = seen.say
    offered: dict[str, Policy] = dict(presets())
    if not any(same(seen.policy, one) for one in offered.values()):
        offered = {NOW: seen.policy, **offered}
    said = seen.screen.fields["of"]
    now = [code for code in codes(said) if code in offered] if said else _first(seen, offered)

    def title(code: str) -> str:
        name = offered[code].title[say.language]
        return say.say("{policy} (now)", policy=name) if code == NOW else name

    names = {code: title(code) for code in offered}
    fields.several(
        windows.some_of(now, names, lambda screen, of: windows.with_field(screen, "of", ",".join(of) or NOBODY)),
        names,
        key=f"grid-policies-{say.language}",
        label=say.say("Policies, at most two"),
        max_selections=MOST_POLICIES,
        help=say.say("Presets, and what the levers beside this page make. Today's policy is always the baseline."),
    )
    return [offered[code] for code in now]


def _first(seen: View, offered: Mapping[str, Policy]) -> list[str]:
    """What stands beside the page; where that is today's policy, the first of the others."""
    start = seen.screen.choice.start
    here = NOW if NOW in offered else start
    return [here if here in offered and here != BASELINE else next(one for one in presets() if one != BASELINE)]


# ---- levers --------------------------------------------------------------------------------------------------------


def _movable(policies: Sequence[Policy]) -> list[Lever]:
    """The levers that are one key of all these policies, or of the world; none inside what a policy does not have."""
    homes = [home(policy) for policy in policies]
    return [
        lever
        for lever in (*policy_levers(), *world_levers())
        if lever.parameter is not None and (lever.within is None or all(is_on(one[lever.within]) for one in homes))
    ]


def _rows(seen: View, policies: Sequence[Policy]) -> list[Row]:
    """What the address moves, or what a grid begins with; without what these policies do not have."""
    known = {lever.key: lever for lever in _movable(policies)}
    rows = grid_in_address.read(seen.screen.fields["moves"])
    if rows is None:
        rows = [(known[key], tuple(some(known[key]))) if key in known else None for key in BEGINS]
    return [row if row is not None and row[0].key in known else None for row in rows]


def _factor(say: Words, place: int, offered: Sequence[Lever], rows: list[Row]) -> Row:
    """A lever and the values that a grid takes of it, in one of the places; `rows` holds those of all places."""
    known, row = {lever.key: lever for lever in offered}, rows[place]

    def chosen(screen: Screen, key: str) -> Screen:
        lever = known.get(key)
        return _with_row(screen, rows, place, None if lever is None else (lever, tuple(some(lever))))

    names = {"": say.say("none")} | {key: lever.label(say) for key, lever in known.items()}
    with st.container(horizontal=True, gap="small", key=f"factor-{place}"):
        window = windows.one_of("" if row is None else row[0].key, names, chosen, alone=True)
        fields.box(window, names, key=f"moved-{place}-{say.language}", label=say.say("Lever {n}", n=place + 1))
        if row is None:
            return None
        lever = row[0]
        values = {value: lever.show(say, value) for value in lever.options}
        fields.several(
            windows.some_of(row[1], values, lambda screen, of: _with_row(screen, rows, place, (lever, tuple(of)))),
            values,
            key=f"values-{place}-{lever.key}-{say.language}",
            label=say.say("Values of lever {n}", n=place + 1),
        )
    return row


def _with_row(screen: Screen, rows: list[Row], place: int, row: Row) -> Screen:
    """A screen whose address moves another lever, or other values of it, in one of the places."""
    now = grid_in_address.read(screen.fields["moves"]) or rows  # another row may have moved in the same letter
    return windows.with_field(screen, "moves", grid_in_address.write([*now[:place], row, *now[place + 1 :]]))


def some(lever: Lever) -> list[Value]:
    """A few values of a lever to begin with: all of a short list, else three spread over its first half."""
    options = list(lever.options)
    if len(options) <= 4:
        return options
    half = len(options) // 2
    return [options[place] for place in sorted({half // 6, half // 2, half})]
