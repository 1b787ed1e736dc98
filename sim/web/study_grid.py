"""The page Studies: a grid that is built there, of up to three levers over one or two policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from sim.model.files import scenarios
from sim.model.policy import Policy
from sim.model.spec import Value
from sim.model.study import Study
from sim.text import Words
from sim.web import memory, moves
from sim.web.choice import BASELINE, WORLD, home, presets
from sim.web.levers import Lever, is_on, policy_levers, world_levers
from sim.web.link import MOST_EACH, MOST_POLICIES
from sim.web.moves import LEVERS, Row
from sim.web.packed import NOBODY, NOW, codes
from sim.web.runs import same
from sim.web.study_file import grid
from sim.web.view import View

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
    state, text = st.session_state, seen.screen.fields[field]
    now = min(int(text or usual), most)
    if state.get(key) != now:
        state[key] = now
    st.number_input(label, 1, most, key=key, width=240, on_change=lambda: memory.remember(
        field, "" if state[key] == usual else str(state[key])))  # fmt: skip
    return now


def _world(seen: View) -> str:
    titles = {one.id: one.title[seen.say.language] for one in scenarios("world")}
    key, now = f"grid-world-{seen.say.language}", seen.screen.fields["in"]
    if st.session_state.get(key) != now:
        st.session_state[key] = now
    st.selectbox(
        seen.say.say("World"),
        list(titles),
        list(titles).index(WORLD),
        titles.__getitem__,
        key=key,
        on_change=lambda: memory.remember("in", st.session_state[key]),
    )
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
    key = f"grid-policies-{say.language}"
    if st.session_state.get(key) != now:
        st.session_state[key] = now

    def title(code: str) -> str:
        name = offered[code].title[say.language]
        return say.say("{policy} (now)", policy=name) if code == NOW else name

    st.multiselect(
        say.say("Policies, at most two"),
        list(offered),
        format_func=title,
        max_selections=MOST_POLICIES,
        key=key,
        on_change=lambda: memory.remember("of", ",".join(st.session_state[key]) or NOBODY),
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
    rows = moves.read(seen.screen.fields["moves"])
    if rows is None:
        rows = [(known[key], tuple(some(known[key]))) if key in known else None for key in BEGINS]
    return [row if row is not None and row[0].key in known else None for row in rows]


def _factor(say: Words, place: int, offered: Sequence[Lever], rows: list[Row]) -> Row:
    """A lever and the values that a grid takes of it, in one of the places; `rows` holds those of all places."""
    state, known, row = st.session_state, {lever.key: lever for lever in offered}, rows[place]
    which = f"moved-{place}-{say.language}"
    _put(which, "" if row is None else row[0].key)

    def chosen() -> None:
        lever = known.get(state[which])
        _remember(rows, place, None if lever is None else (lever, tuple(some(lever))))

    with st.container(horizontal=True, gap="small", key=f"factor-{place}"):
        st.selectbox(
            say.say("Lever {n}", n=place + 1),
            ["", *known],
            format_func=lambda name: known[name].label(say) if name else say.say("none"),
            key=which,
            on_change=chosen,
        )
        if row is None:
            return None
        lever = row[0]
        values = f"values-{place}-{lever.key}-{say.language}"
        _put(values, list(row[1]))
        st.multiselect(
            say.say("Values of lever {n}", n=place + 1),
            list(lever.options),
            format_func=lambda value: lever.show(say, value),
            key=values,
            on_change=lambda: _remember(rows, place, (lever, tuple(state[values]))),
        )
    return row


def _put(key: str, value: Any) -> None:
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def _remember(rows: list[Row], place: int, row: Row) -> None:
    memory.remember("moves", moves.write([*rows[:place], row, *rows[place + 1 :]]))


def some(lever: Lever) -> list[Value]:
    """A few values of a lever to begin with: all of a short list, else three spread over its first half."""
    options = list(lever.options)
    if len(options) <= 4:
        return options
    half = len(options) // 2
    return [options[place] for place in sorted({half // 6, half // 2, half})]
