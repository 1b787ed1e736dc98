"""Which future a page is about: the dearest, the one in the middle, or one by its number. All pages choose alike."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from sim.web import memory
from sim.web.link import MOST_FUTURE
from sim.web.view import View

NUMBER = "number"
"""The kind of a future that is chosen by its number."""


def future(seen: View, field: str, labels: Mapping[str, str], numbers: Mapping[str, int], *, help: str) -> int:
    """Let the visitor choose a future, and return its number.

    `field` names the one of link.FIELDS that remembers it; `labels` are the words by kind, and `numbers` the future of
    each kind but NUMBER.
    """
    say, text = seen.say, seen.screen.fields[field]
    kind = text if text in numbers else NUMBER
    number = numbers[kind] if kind in numbers else int(text)
    key, typed = f"{field}-{say.language}", f"{field}-number"
    put(key, kind)
    put(typed, number)

    def moved() -> None:
        chosen = st.session_state[key]
        memory.remember(field, str(number) if chosen == NUMBER else chosen)

    st.segmented_control(
        say.say("Which future"),
        list(labels),
        format_func=labels.__getitem__,
        key=key,
        required=True,
        on_change=moved,
        help=help,
    )
    st.number_input(
        say.say("Number"),
        min_value=0,
        max_value=MOST_FUTURE,
        step=1,
        key=typed,
        on_change=lambda: memory.remember(field, str(st.session_state[typed])),
        width=140,
    )
    return number


def put(key: str, value: object) -> None:
    """Put a widget of a page where the screen has it, if it is not there."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value
