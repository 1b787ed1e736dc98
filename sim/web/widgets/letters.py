"""The letters of the browser, word for word.

Streamlit reads a letter by the widgets of its last run, before a page may look at it. What none of them says by now,
such as a choice in the language of a moment ago, or a number that is no option any more, becomes another option there,
and looks like a move. So each letter is copied before that.
"""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.state.session_state import SessionState

from sim.web.widgets.wire import Raw

_KEY = "letter"
_take = SessionState.set_widgets_from_proto


def unread() -> dict[str, Raw] | None:
    """Where the letter says that widgets stand, by key; None where all that came has been read."""
    context = get_script_run_ctx()
    if SessionState.set_widgets_from_proto is not _copied:
        SessionState.set_widgets_from_proto = _copied  # type: ignore[method-assign]
    if _KEY in st.session_state:
        found: dict[str, Raw] | None = st.session_state[_KEY]
        return found
    # The first letter of a visit comes before any widget, so Streamlit could not read it.
    return _words(context.session_state.get_widget_states() if context is not None else ())


def note_as_read() -> None:
    """Say nothing more of this letter."""
    st.session_state[_KEY] = None


def _copied(self: SessionState, widget_states: WidgetStates) -> None:
    _take(self, widget_states)
    self[_KEY] = _words(widget_states.widgets)


def _words(widgets: Iterable[WidgetState]) -> dict[str, Raw]:
    found: dict[str, Raw] = {}
    for one in widgets:
        key, kind = one.id.split("-", maxsplit=2)[-1], one.WhichOneof("value")
        if kind in ("string_value", "bool_value"):
            found[key] = getattr(one, kind)
        elif kind == "string_array_value":
            found[key] = tuple(one.string_array_value.data)
    return found
