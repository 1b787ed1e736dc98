"""What the page remembers of a visitor: the screen, what it was before each move, and the policies that were kept.

The screen is the truth, and widgets are windows on it. Every run begins with `listen`: what the browser's letter moved
makes a new screen, all of it together; then widgets are drawn where the screen has them (`sim/web/widgets/windows.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from sim.model.problems import InputError
from sim.text import words
from sim.web.levers.lever import Lever
from sim.web.state import link, packed_policies
from sim.web.state.choice import BASELINE, Choice, begin, world_start
from sim.web.state.link import Screen
from sim.web.widgets import letters
from sim.web.widgets.windows import sidebar
from sim.web.widgets.wire import BEGUN, STAMP, Raw, Stamp, Told, Wire, stamp_from

MOST_STEPS = 200
"""Moves that can be undone."""


def first_look() -> None:
    """Read the address when a visitor arrives, and the browser's letter at every run after that.

    Who comes back after the line was lost has a new visit here, and brings the last screen along in the stamp.
    """
    state = st.session_state
    if "screen" not in state:
        _begin()
    listen()
    if _turned_back():
        _arrive(link.arrival(st.query_params))
    wire: Wire = state["wire"]
    wire.number += 1
    _note_page()


def _begin() -> None:
    state, wire = st.session_state, Wire()
    stamp = _stamp(letters.unread() or {})
    lost = stamp is not None and not (_by_browser() and "lang" in st.query_params)
    arrival = link.Arrival(stamp.address) if lost and stamp is not None else link.arrival(st.query_params)
    found, _ = link.read(arrival.address)
    codes = [*packed_policies.codes(found.fields["with"]), *(stamp.kept if lost and stamp is not None else ())]
    kept = [
        code
        for code in dict.fromkeys(codes)
        if packed_policies.NAMED in code and packed_policies.decode(code) is not None
    ]
    if lost:
        wire.expect(sidebar(found, words(found.language)))
    state["arrival"], state["before"], state["kept"] = arrival, [], kept
    state["trouble"], state["notes"] = [], []
    state["wire"], state["page"] = wire, ("", 0)
    state["screen"] = found  # the last, for a visit that has one has all


# ---- what the browser says -----------------------------------------------------------------------------------------


def listen() -> None:
    """Take in what the browser's letter moved, as one move; a letter that was read before says nothing new.

    Nothing is noted as read before the screen holds it: Streamlit may break off at every look at its state.
    """
    state = st.session_state
    wire: Wire = state["wire"]
    letter = letters.unread()
    if letter is None:
        return
    arrived = max(wire.arrived, _named(wire, letter, STAMP))
    moved, after = wire.moved(letter, arrived, _named(wire, letter, BEGUN))
    if moved:
        new, refused = _after(screen(), moved, wire.told)
        go(new)
        if refused:
            state["trouble"] = refused
    wire.told |= after
    wire.arrived = arrived
    wire.present = frozenset(letter)
    letters.note_as_read()


def page_asked() -> str:
    """The page that the visitor asked for last, as Streamlit numbers it; nothing for whoever asked for none."""
    found: str = st.session_state["page"][0]
    return found


def _note_page() -> None:
    """Note the page that the letter asks for.

    That of a widget names the page that the browser shows, on a slow line the one from before the last click on
    another. Only a click on a page, and Back and Forward ask for one.
    """
    context, state = get_script_run_ctx(), st.session_state
    wire: Wire = state["wire"]
    asked = letters.page_asked()
    page = asked or (context.pages_manager.intended_page_script_hash if context is not None else "")
    if page and page != state["page"][0] and (asked or _by_browser() or wire.arrived >= state["page"][1]):
        state["page"] = (page, wire.number)
    letters.note_page_as_read(asked)


def turn_to(page: st.Page) -> None:
    """Go on to another page."""
    state = st.session_state
    wire: Wire = state["wire"]
    state["page"] = (page._script_hash, wire.number + 1)  # until that answer arrives, letters name the page before
    st.switch_page(page)


def _stamp(letter: Mapping[str, Raw], key: str = STAMP) -> Stamp | None:
    """The stamp that came with a letter."""
    text = letter.get(key)
    return stamp_from(text) if isinstance(text, str) else None


def _named(wire: Wire, letter: Mapping[str, Raw], key: str) -> int:
    """The answer of this visit that a letter names; 0 where it names none."""
    stamp = _stamp(letter, key)
    return stamp.number if stamp is not None and stamp.visit == wire.visit else 0


def begun() -> str:
    """What the next letter has to bring back as soon as this answer has begun to arrive."""
    wire: Wire = st.session_state["wire"]
    return str(Stamp(wire.visit, wire.number, {}))


def stamp() -> str:
    """What the next letter has to bring back."""
    wire: Wire = st.session_state["wire"]
    return str(Stamp(wire.visit, wire.number, link.write(screen()), tuple(st.session_state["kept"])))


def _after(old: Screen, moved: Mapping[str, Raw], told: Mapping[str, Told]) -> tuple[Screen, list[str]]:
    """The screen after these moves, and a sentence about each that was refused.

    Levers that exclude each other only one after the other are moved one by one, as far as that goes.
    """
    new, refused = old, list[str]()
    for key, raw in moved.items():
        found = told[key].after(new, raw)
        if isinstance(found, Screen):
            new = found
        elif found is not None:
            refused.append(found)
    if new.choice.is_possible:
        return new, refused
    new, refused = old, []
    for key, raw in moved.items():
        found = told[key].after(new, raw)
        if isinstance(found, Screen):
            why = _why_not(found.choice)
            new, refused = (found, refused) if why is None else (new, [*refused, *why])
        elif found is not None:
            refused.append(found)
    return new, refused


def _why_not(choice: Choice) -> list[str] | None:
    """Why no policy can have these levers; None where one can."""
    try:
        return None if choice.policy is not None else []
    except InputError as error:
        return [problem.message for problem in error.problems]


# ---- the screen ----------------------------------------------------------------------------------------------------


def astray(page: str) -> None:
    """Remember that the address named a page that there is not; it is said until the next move."""
    st.session_state["arrival"] = replace(st.session_state["arrival"], page=page)


def _by_browser() -> bool:
    """Whether Back or Forward of the browser was pressed."""
    context = get_script_run_ctx()
    return context is not None and bool(getattr(context, "is_history_navigation", False))


def _turned_back() -> bool:
    """Whether Back or Forward of the browser brought the visitor to another address of ours."""
    address = st.query_params.to_dict()
    return _by_browser() and "lang" in address and address != link.write(screen())


def _arrive(arrival: link.Arrival) -> None:
    """Show the screen behind an address; as a move, which can be undone."""
    new, _ = link.read(arrival.address)
    go(new)
    st.session_state["arrival"] = arrival


def screen() -> Screen:
    """What the visitor chose."""
    found: Screen = st.session_state["screen"]
    return found


def go(new: Screen) -> None:
    """Show another screen; a change of policy or world can be undone."""
    state, old = st.session_state, screen()
    _forget_what_was_said()
    if (old.choice, old.world) != (new.choice, new.world):
        state["before"] = [*state["before"][-MOST_STEPS:], (old.choice, old.world)]
    state["screen"] = new


def undo() -> None:
    """Take back the last move of a lever, a start point, a file or a reset."""
    listen()
    state, now = st.session_state, screen()
    steps = list(state["before"])
    while steps:
        choice, world = steps.pop()
        if (choice, world) != (now.choice, now.world):
            _forget_what_was_said()
            state["screen"] = replace(now, choice=choice, world=world)
            state["before"] = steps
            return


def can_undo() -> bool:
    """Whether there is a move to take back."""
    return bool(st.session_state["before"])


def start_from(name: str) -> None:
    """Put all levers where a start point has them."""
    listen()
    go(replace(screen(), choice=begin(name, screen().choice.loaded)))


def load(choice: Choice) -> None:
    """Go on with a choice that came from elsewhere."""
    listen()
    go(replace(screen(), choice=choice))


def reset_policy() -> None:
    """Back to today's policy."""
    start_from(BASELINE)


def reset_world() -> None:
    """Back to the assumptions as they were."""
    listen()
    go(replace(screen(), world=world_start()))


def remember(name: str, value: str) -> None:
    """Set a field of link.FIELDS: what one page lets a visitor choose beside the levers."""
    listen()
    go(replace(screen(), fields=MappingProxyType({**screen().fields, name: value})))


def trouble(sentences: list[str]) -> None:
    """Say what went wrong with the last move, until the next one."""
    st.session_state["trouble"] = sentences


def notes(sentences: list[str]) -> None:
    """Say what deserves a second look in the file that was opened, until the next move."""
    st.session_state["notes"] = sentences


def _forget_what_was_said() -> None:
    """Who moves on has read what was wrong."""
    state = st.session_state
    state["arrival"], state["trouble"], state["notes"] = link.Arrival(), [], []


# ---- policies that were kept ---------------------------------------------------------------------------------------


def kept() -> Mapping[str, tuple[str, Choice]]:
    """The policies kept for comparing: name and choice by code."""
    found = {code: packed_policies.decode(code) for code in st.session_state["kept"]}
    return {code: one for code, one in found.items() if one is not None}


def keep(name: str) -> None:
    """Keep the choice of now under a name, in place of one that had it."""
    listen()
    state = st.session_state
    code = packed_policies.encode(screen().choice, name)
    state["kept"] = [*(one for one in state["kept"] if not one.startswith(f"{name}{packed_policies.NAMED}")), code]


def type_key(lever: Lever) -> str:
    """The key of the field beside a slider."""
    return f"typed:{lever.key}"
