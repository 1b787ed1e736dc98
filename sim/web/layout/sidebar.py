"""The sidebar: the levers, where they start, and the assumptions about the world. All pages share it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sim.text import LANGUAGE_NAMES, N_, Words
from sim.web.layout import file_menu
from sim.web.levers.idle import idle
from sim.web.levers.lever import Lever, is_on, levers, world_levers
from sim.web.levers.lever_list import PLACES
from sim.web.state import session
from sim.web.state.choice import BASELINE, has_own_terms, home, presets, world_start
from sim.web.state.link import Screen
from sim.web.widgets import fields, windows
from sim.web.widgets.windows import LANGUAGE, PRESET
from sim.web.widgets.wire import BEGUN, STAMP

GROUPS = {
    "prevention": N_("More on prevention"),
    "grants": N_("Flemish grants"),
    "help": N_("More on help and ransom"),
    "money": N_("Insurance and fund"),
}


def draw(say: Words) -> None:
    """Draw the sidebar."""
    screen = session.screen()
    _unseen(BEGUN, session.begun())
    fields.segments(
        windows.language(screen),
        LANGUAGE_NAMES,
        key=LANGUAGE,
        label="Taal / Language",
        label_visibility="collapsed",
        width="stretch",
    )
    with st.container(horizontal=True, gap="small", key="tools"):
        st.button(
            say.say("Undo"),
            on_click=session.undo,
            disabled=not session.can_undo(),
            icon=":material/undo:",
            shortcut="Ctrl+Z",
            key="undo",
            width="stretch",
        )
        file_menu.draw(screen, say)
    st.header(say.say("Policy choices"), anchor=False)
    _start_point(screen, say)
    for lever in levers("main"):
        _widget(lever, screen, say)
    for group in (name for name in PLACES if name not in ("main", "world")):
        if levers(group):
            _group(group, screen, say)
    st.button(
        say.say("Reset the policy"), on_click=session.reset_policy, icon=":material/restart_alt:", key="reset-policy"
    )
    _world(screen, say)
    _unseen(STAMP, session.stamp())


def _unseen(key: str, value: str) -> None:
    """A field that nobody sees: whoever brings it back has all that stands above it."""
    with st.container(key=f"wire-{key}"):
        st.session_state[key] = value
        st.text_input("Weerbaar", key=key, label_visibility="collapsed")


def _start_point(screen: Screen, say: Words) -> None:
    fields.box(
        windows.preset(screen, say),
        windows.start_points(screen, say),
        key=PRESET,
        label=say.say("Start point"),
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
            on_click=session.reset_world,
            icon=":material/restart_alt:",
            key="reset-world",
        )


def _widget(lever: Lever, screen: Screen, say: Words) -> None:
    """A lever: disabled while the model does not read it, and then it is said what holds instead."""
    window, why_idle = windows.position(lever, screen, say), idle(lever.key, screen.choice, say)
    common: dict[str, Any] = {
        "key": lever.key,
        "label": lever.label(say),
        "help": lever.help(say, own_terms=has_own_terms(screen.choice.base, lever.key)),
        "disabled": why_idle is not None,
    }
    if lever.kind == "switch":
        fields.toggle(window, **common)
        return  # a switch always counts
    names = {option: lever.show(say, option) for option in lever.with_option(windows.value_of(lever, screen))}
    if lever.kind == "slide":
        with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key=f"lever-{lever.link}"):
            fields.slider(window, names, **common)
            _number(lever, screen, say, disabled=why_idle is not None)
    elif lever.side_by_side(say):
        fields.segments(window, names, width="stretch", **common)
    else:
        fields.box(window, names, **common)
    if why_idle is not None:
        st.caption(why_idle)


def _number(lever: Lever, screen: Screen, say: Words, *, disabled: bool) -> None:
    """The field for a number beside a slider; both say the same."""
    fields.entry(
        windows.number(lever, screen, say),
        key=session.type_key(lever),
        label=lever.label(say),
        placeholder=lever.show(say, lever.word) if lever.word is not None else None,
        label_visibility="collapsed",
        disabled=disabled,
        width=76,
    )
