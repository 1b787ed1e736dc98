"""What the page remembers of a visitor: the screen, what it was before each move, and the policies that were kept.

The screen is the truth, and widgets are windows on it: a move of a widget makes a new screen, and `place` puts all
widgets where the screen says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from sim.model.problems import InputError
from sim.model.spec import Value
from sim.web import link, packed
from sim.web.choice import BASELINE, Choice, begin, world_start
from sim.web.levers import Lever, policy_levers, world_levers
from sim.web.link import Screen

MOST_STEPS = 200
"""Moves that can be undone."""


def first_look() -> None:
    """Read the address when a visitor arrives, and when the browser goes back to one; afterwards put the widgets right
    when their words have changed.

    Streamlit forgets a widget that it did not hear of from the browser, as when the page changes before it was drawn:
    what is gone is put back from the screen.
    """
    state = st.session_state
    if "screen" not in state:
        state["arrival"] = link.arrival(st.query_params)
        found, _ = link.read(state["arrival"].address)
        state["screen"], state["before"], state["trouble"] = found, [], []
        state["kept"] = [code for code in packed.codes(found.fields["with"]) if packed.NAMED in code]
    elif _turned_back():
        _arrive(link.arrival(st.query_params))
    language = state.get("language", screen().language)
    if state.get("spoken") != language:
        # Widgets know their values by the words. Only now: a value that is set takes back a move made meanwhile.
        state["language"] = language
        state["screen"] = replace(screen(), language=language)
        place(screen(), anyway=True)
    for key, value in _places(screen()).items():
        if key not in state:
            state[key] = value
    state["spoken"] = language


def astray(page: str) -> None:
    """Remember that the address named a page that there is not; it is said until the next move."""
    st.session_state["arrival"] = replace(st.session_state["arrival"], page=page)


def _turned_back() -> bool:
    """Whether Back or Forward of the browser brought the visitor to another address of ours."""
    context, address = get_script_run_ctx(), st.query_params.to_dict()
    by_browser = context is not None and getattr(context, "is_history_navigation", False)
    return by_browser and "lang" in address and address != link.write(screen())


def _arrive(arrival: link.Arrival) -> None:
    """Show the screen behind an address; as a move, which can be undone."""
    new, _ = link.read(arrival.address)
    go(new)
    st.session_state["arrival"], st.session_state["language"] = arrival, new.language


def screen() -> Screen:
    """What the visitor chose."""
    found: Screen = st.session_state["screen"]
    return found


def go(new: Screen) -> None:
    """Show another screen; a change of policy or world can be undone."""
    state, old = st.session_state, screen()
    state["arrival"], state["trouble"] = link.Arrival(), []  # who moves on has read what was wrong
    if (old.choice, old.world) != (new.choice, new.world):
        state["before"] = [*state["before"][-MOST_STEPS:], (old.choice, old.world)]
    state["screen"] = new
    place(new)


def undo() -> None:
    """Take back the last move of a lever, a start point, a file or a reset."""
    state = st.session_state
    if state["before"]:
        *state["before"], (choice, world) = state["before"]
        state["arrival"], state["trouble"] = link.Arrival(), []
        state["screen"] = replace(screen(), choice=choice, world=world)
        place(state["screen"])


def can_undo() -> bool:
    """Whether there is a move to take back."""
    return bool(st.session_state["before"])


def move(lever: Lever, value: Value | None) -> None:
    """Move a lever; what no policy can have is taken back, and said."""
    old = screen()
    if value is None:
        place(old, anyway=True)
        return
    if lever in world_levers():
        go(replace(old, world=MappingProxyType({**old.world, lever.key: value})))
        return
    choice = replace(old.choice, values=MappingProxyType({**old.choice.values, lever.key: value}))
    try:
        go(replace(old, choice=choice if choice.policy else old.choice))
    except InputError as error:
        place(old, anyway=True)
        trouble([problem.message for problem in error.problems])


def start_from(name: str) -> None:
    """Put all levers where a start point has them."""
    go(replace(screen(), choice=begin(name, screen().choice.loaded)))


def load(choice: Choice) -> None:
    """Go on with a choice that came from elsewhere."""
    go(replace(screen(), choice=choice))


def reset_policy() -> None:
    """Back to today's policy."""
    start_from(BASELINE)


def reset_world() -> None:
    """Back to the assumptions as they were."""
    go(replace(screen(), world=world_start()))


def remember(name: str, value: str) -> None:
    """Set a field of link.FIELDS: what one page lets a visitor choose beside the levers."""
    state = st.session_state
    state["arrival"], state["trouble"] = link.Arrival(), []
    state["screen"] = replace(screen(), fields=MappingProxyType({**screen().fields, name: value}))


def trouble(sentences: list[str]) -> None:
    """Say what went wrong with the last move, until the next one."""
    st.session_state["trouble"] = sentences


# ---- policies that were kept ---------------------------------------------------------------------------------------


def kept() -> Mapping[str, tuple[str, Choice]]:
    """The policies kept for comparing: name and choice by code."""
    found = {code: packed.decode(code) for code in st.session_state["kept"]}
    return {code: one for code, one in found.items() if one is not None}


def keep(name: str) -> None:
    """Keep the choice of now under a name, in place of one that had it."""
    state = st.session_state
    code = packed.encode(screen().choice, name)
    state["kept"] = [*(one for one in state["kept"] if not one.startswith(f"{name}{packed.NAMED}")), code]


# ---- widgets -------------------------------------------------------------------------------------------------------


def slide_key(lever: Lever) -> str:
    """The key of the main widget of a lever."""
    return lever.key


def type_key(lever: Lever) -> str:
    """The key of the field beside a slider."""
    return f"typed:{lever.key}"


def place(screen: Screen, *, anyway: bool = False) -> None:
    """Put every widget where the screen has it; `anyway` also those that seem to be there."""
    for key, one in _places(screen).items():
        if anyway or key not in st.session_state or st.session_state[key] != one:
            st.session_state[key] = one


def _places(screen: Screen) -> dict[str, object]:
    """Where a screen has every widget of the sidebar, by its key."""
    wanted: dict[str, object] = {"language": screen.language, "preset": screen.choice.start}
    for levers, values in ((policy_levers(), screen.choice.values), (world_levers(), screen.world)):
        for lever in levers:
            value = values[lever.key]
            wanted[slide_key(lever)] = value == "true" if lever.kind == "switch" else value
            if lever.kind == "slide":
                wanted[type_key(lever)] = None if isinstance(value, str) else _shown(lever, value)
    return wanted


def _shown(lever: Lever, value: float) -> float | int:
    if lever.whole:
        return int(value)
    return round(value * lever.factor, 9)
