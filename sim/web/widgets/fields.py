"""Widgets that are windows on the screen: each is drawn where the screen has it, and says what it was moved to.

`wire.py` tells which of them the browser has to be told to put in their place, and `memory.listen` what was moved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from sim.text import Words
from sim.web.widgets.windows import Change, whole
from sim.web.widgets.wire import Window, Wire


def _put(key: str, window: Window, begin: str, value: object) -> dict[str, Any]:
    """Put a widget where the screen has it, by Streamlit's state where the browser is to be told.

    Else return what the widget begins with, by the name of that argument.
    """
    state = st.session_state
    wire: Wire = state["wire"]
    if wire.put(key, window, astray=key in state and state[key] != value):
        state[key] = value
        return {}
    return {begin: value}


def _named(options: Mapping[Any, str]) -> Callable[[Any], str]:
    """What names an option; a value that was one a moment ago, which Streamlit may still ask for, names itself."""
    return lambda value: options.get(value, str(value))


def slider(window: Window, options: Mapping[Any, str], *, key: str, label: str, **more: Any) -> None:
    """Draw a slider over options, by their names."""
    begin = _put(key, window, "value", window.value)
    st.select_slider(label, list(options), format_func=_named(options), key=key, **begin, **more)


def segments(window: Window, options: Mapping[Any, str], *, key: str, label: str, **more: Any) -> None:
    """Draw options side by side, one of which is chosen."""
    begin = _put(key, window, "default", window.value)
    st.segmented_control(label, list(options), format_func=_named(options), key=key, required=True, **begin, **more)


def box(window: Window, options: Mapping[Any, str], *, key: str, label: str, **more: Any) -> None:
    """Draw a list to choose one from."""
    begin = _put(key, window, "index", window.value)
    if begin:
        begin = {"index": list(options).index(window.value)}
    st.selectbox(label, list(options), format_func=_named(options), key=key, **begin, **more)


def toggle(window: Window, *, key: str, label: str, **more: Any) -> None:
    """Draw a switch."""
    begin = _put(key, window, "value", window.value)
    st.toggle(label, key=key, **begin, **more)


def entry(window: Window, *, key: str, label: str, **more: Any) -> None:
    """Draw a field to type in."""
    begin = _put(key, window, "value", window.value)
    st.text_input(label, key=key, **begin, **more)


def several(window: Window, options: Mapping[Any, str], *, key: str, label: str, **more: Any) -> None:
    """Draw a list to choose some from."""
    begin = _put(key, window, "default", window.value)
    st.multiselect(label, list(options), format_func=_named(options), key=key, **begin, **more)


def tabs(window: Window, options: Mapping[str, str], *, key: str) -> Mapping[str, Any]:
    """Draw tabs with these names; return the places to draw in, by what the names stand for."""
    name = options[str(window.value)]  # Streamlit knows tabs by their names
    _put(key, window, "default", name)
    places = st.tabs(list(options.values()), default=name, key=key, on_change="rerun")
    return dict(zip(options, places, strict=True))


def whole_number(
    shown: str, most: int, change: Change, *, key: str, label: str, say: Words, least: int = 0, **more: Any
) -> None:
    """Draw a field for a whole number; `shown` is the one that stands there, as the page writes it elsewhere."""
    entry(whole(shown, most, label, say, change, least=least), key=key, label=label, **more)
