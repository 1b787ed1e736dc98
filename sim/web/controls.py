"""The sidebar: the levers, where they start, and the assumptions about the world. All pages share it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sim.text import LANGUAGES, Words
from sim.web import files, memory
from sim.web.choice import BASELINE, LOADED, has_own_terms, home, presets, world_start
from sim.web.levers import Lever, is_on, levers, world_levers
from sim.web.link import Screen
from sim.web.places import PLACES

LANGUAGE_NAMES = {"nl": "Nederlands", "en": "English"}
GROUPS = {
    "prevention": "More on prevention",
    "grants": "Flemish grants",
    "help": "More on help and ransom",
    "money": "Insurance and fund",
}


def draw(say: Words) -> None:
    """Draw the sidebar."""
    screen = memory.screen()
    st.segmented_control(
        "Taal / Language",
        LANGUAGES,
        format_func=LANGUAGE_NAMES.__getitem__,
        key="language",
        required=True,
        label_visibility="collapsed",
        width="stretch",
    )
    with st.container(horizontal=True, gap="small", key="tools"):
        st.button(
            say.say("Undo"),
            on_click=memory.undo,
            disabled=not memory.can_undo(),
            icon=":material/undo:",
            shortcut="Ctrl+Z",
            key="undo",
            width="stretch",
        )
        files.draw(screen, say)
    st.header(say.say("Policy choices"), anchor=False)
    _start_point(screen, say)
    for lever in levers("main"):
        _widget(lever, screen, say)
    for group in (name for name in PLACES if name not in ("main", "world")):
        if levers(group):
            _group(group, screen, say)
    st.button(
        say.say("Reset the policy"), on_click=memory.reset_policy, icon=":material/restart_alt:", key="reset-policy"
    )
    _world(screen, say)


def _start_point(screen: Screen, say: Words) -> None:
    names = [*presets(), *([LOADED] if screen.choice.loaded is not None else [])]

    def title(name: str) -> str:
        policy = screen.choice.loaded if name == LOADED else presets().get(name)
        return policy.title[say.language] if policy is not None else ""

    st.selectbox(
        say.say("Start point"),
        names,
        format_func=title,
        key="preset",
        on_change=lambda: memory.start_from(st.session_state["preset"]),
        help=say.say("A policy to begin with. It puts all levers in its own place."),
    )


def _group(group: str, screen: Screen, say: Words) -> None:
    """The levers of a group that not everybody needs: open as long as one of them differs from today's policy."""
    today, values = home(presets()[BASELINE]), screen.choice.values
    differs = any(values[lever.key] != today[lever.key] for lever in levers(group))
    with st.expander(say.say(GROUPS[group]), expanded=differs, key=f"group-{group}"):
        for lever in levers(group):
            if lever.within is None or is_on(screen.choice.values[lever.within]):
                _widget(lever, screen, say)


def _world(screen: Screen, say: Words) -> None:
    moved = any(screen.world[lever.key] != world_start()[lever.key] for lever in world_levers())
    with st.expander(say.say("Assumptions about the world"), expanded=moved, key="group-world"):
        st.caption(say.say("Nobody chooses these. They hold for today's policy as well, so both change."))
        for lever in world_levers():
            _widget(lever, screen, say)
        st.button(
            say.say("Reset the assumptions"),
            on_click=memory.reset_world,
            icon=":material/restart_alt:",
            key="reset-world",
        )


def _widget(lever: Lever, screen: Screen, say: Words) -> None:
    key = memory.slide_key(lever)
    common: dict[str, Any] = {
        "label": lever.label(say),
        "key": key,
        "help": lever.help(say, own_terms=has_own_terms(screen.choice.base, lever.key)),
    }
    if lever.kind == "switch":
        st.toggle(on_change=lambda: memory.move(lever, "true" if st.session_state[key] else "false"), **common)
        return
    common |= {
        "format_func": lambda value: lever.show(say, value),
        "on_change": lambda: memory.move(lever, st.session_state[key]),
    }
    if lever.kind == "slide":
        _slider(lever, screen, common)
    elif lever.side_by_side(say):
        st.segmented_control(options=lever.options, required=True, width="stretch", **common)
    else:
        st.selectbox(options=lever.options, **common)


def _slider(lever: Lever, screen: Screen, common: dict[str, Any]) -> None:
    """A slider for the eye, and a field for a number; both say the same."""
    value = screen.choice.values[lever.key]
    whole = lever.whole
    low, high = lever.bounds
    key = memory.type_key(lever)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key=f"lever-{lever.link}"):
        st.select_slider(options=lever.with_option(value), **common)
        st.number_input(
            common["label"],
            min_value=int(low) if whole else low,
            max_value=int(high) if whole else high,
            value=None,
            step=int(lever.step) if whole else lever.step,
            format="%d" if whole else "%g",
            key=key,
            on_change=lambda: memory.move(lever, lever.typed(st.session_state[key])),
            placeholder=common["format_func"](lever.word) if lever.word is not None else None,
            label_visibility="collapsed",
            width=76,
        )
