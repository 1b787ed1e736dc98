"""The sidebar: the levers, where they start, and the assumptions about the world. All pages share it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from sim.model.spec import Value
from sim.text import LANGUAGES, Words
from sim.web import link
from sim.web.levers import (
    BASELINE,
    Lever,
    has_own_terms,
    policy_levers,
    presets,
    start,
    world_levers,
    world_start,
)
from sim.web.link import Screen

LANGUAGE_NAMES = {"nl": "Nederlands", "en": "English"}


def first_look() -> None:
    """Read the address when a visitor arrives; afterwards keep what the widgets hold, also when their words change."""
    state = st.session_state
    if "language" not in state:
        state["arrival"] = st.query_params.to_dict()
        screen, _ = link.read(state["arrival"])
        state["language"], state["preset"], state["tab"] = screen.language, screen.preset, screen.tab
        state["seed"] = screen.seed
        _place(screen.policy)
        _place(screen.world)
    if state.get("spoken") != state["language"]:
        # Widgets know their values by the words. Only now: a value that is set takes back a move made meanwhile.
        for key in ("language", "preset", *(lever.key for lever in (*policy_levers(), *world_levers()))):
            state[key] = state[key]


def _place(values: Mapping[str, Value]) -> None:
    for key, value in values.items():
        st.session_state[key] = value


def _moved() -> None:
    """Whoever moves a lever has read what was wrong with the link."""
    st.session_state["arrival"] = {}


def _from_start() -> None:
    """Put the levers where the start point has them."""
    _moved()
    _place(start(st.session_state["preset"]))


def _reset_policy() -> None:
    st.session_state["preset"] = BASELINE
    _from_start()


def _reset_world() -> None:
    _moved()
    _place(world_start())


def draw(say: Words) -> Screen:
    """Draw the sidebar and return what it says."""
    state = st.session_state
    st.segmented_control(
        "Taal / Language",
        LANGUAGES,
        format_func=LANGUAGE_NAMES.__getitem__,
        key="language",
        required=True,
        label_visibility="collapsed",
        width="stretch",
    )
    st.header(say.say("Policy choices"), anchor=False)
    st.selectbox(
        say.say("Start point"),
        list(presets()),
        format_func=lambda name: presets()[name].title[say.language],
        key="preset",
        on_change=_from_start,
        help=say.say("A policy to begin with. It puts all levers in its own place."),
    )
    for lever in policy_levers():
        _widget(lever, say, state["preset"])
    st.button(say.say("Reset the policy"), on_click=_reset_policy, icon=":material/restart_alt:", key="reset-policy")
    moved = any(state[lever.key] != world_start()[lever.key] for lever in world_levers())
    with st.expander(say.say("Assumptions about the world"), expanded=moved):
        st.caption(say.say("Nobody chooses these. They hold for today's policy as well, so both change."))
        for lever in world_levers():
            _widget(lever, say, state["preset"])
        st.button(
            say.say("Reset the assumptions"), on_click=_reset_world, icon=":material/restart_alt:", key="reset-world"
        )
    state["spoken"] = say.language
    return Screen(
        language=say.language,
        preset=state["preset"],
        policy={lever.key: state[lever.key] for lever in policy_levers()},
        world={lever.key: state[lever.key] for lever in world_levers()},
        seed=state["seed"],
        tab=state["tab"],
    )


def _widget(lever: Lever, say: Words, preset: str) -> None:
    common: dict[str, Any] = {
        "label": lever.label(say),
        "format_func": lambda value: lever.show(say, value),
        "key": lever.key,
        "on_change": _moved,
        "help": lever.help(say, own_terms=has_own_terms(preset, lever.key)),
    }
    if lever.kind == "slide":
        st.select_slider(options=lever.with_option(st.session_state[lever.key]), **common)
    else:
        st.segmented_control(options=lever.options, required=True, width="stretch", **common)
