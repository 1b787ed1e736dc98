"""The letters of the browser, word for word.

Streamlit reads a letter by the widgets of its last run, before a page may look at it. What none of them says by now,
such as a choice in the language of a moment ago, or a number that is no option any more, becomes another option there,
and looks like a move. So each letter is copied before that.

It also throws letters away: the last of several says where all widgets stand, but names the page that the browser shows
and not one that was asked for just before. So a page that was asked for is noted as its letter comes in.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterable
from typing import Any

import streamlit as st
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests
from streamlit.runtime.state.session_state import SessionState
from streamlit.util import calc_hash

from sim.web.widgets.wire import Raw

_KEY, _PAGE = "letter", "page_asked"
_take = SessionState.set_widgets_from_proto
_request = ScriptRequests.request_rerun


def unread() -> dict[str, Raw] | None:
    """Where the letter says that widgets stand, by key; None where all that came has been read."""
    context = get_script_run_ctx()
    if SessionState.set_widgets_from_proto is not _copied:
        SessionState.set_widgets_from_proto = _copied  # type: ignore[method-assign]
        ScriptRequests.request_rerun = _with_page_noted  # type: ignore[method-assign]
    if _KEY in st.session_state:
        found: dict[str, Raw] | None = st.session_state[_KEY]
        return found
    # The first letter of a visit comes before any widget, so Streamlit could not read it.
    return _words(context.session_state.get_widget_states() if context is not None else ())


def note_as_read() -> None:
    """Say nothing more of this letter."""
    st.session_state[_KEY] = None


def asks_for_page(query: str, page: str, url: str | None) -> bool:
    """Whether a letter asks for a page: it says nothing of levers, and names another page than the browser shows.

    Letters of widgets name the page that is shown. They say nothing of levers either while that page is arriving, and
    its bare address (`url`) stands there.
    """
    if not page or "lang" in urllib.parse.parse_qs(query):
        return False
    return url is None or page != calc_hash(urllib.parse.urlsplit(url).path.rpartition("/")[2])


def page_asked() -> str:
    """The page that the last click on one asks for, until it is noted as read; nothing where there was none."""
    found: str = _of_requests().get(_PAGE, "")
    return found


def note_page_as_read(page: str) -> None:
    """Say nothing more of a page that was asked for, unless another was asked for since."""
    if page and page == page_asked():
        _of_requests().pop(_PAGE, None)


def _of_requests() -> dict[str, Any]:
    """What stands with the requests of this visitor."""
    context = get_script_run_ctx()
    return vars(context.script_requests) if context is not None and context.script_requests is not None else {}


def _with_page_noted(self: ScriptRequests, new_data: RerunData) -> bool:
    """Take in a letter; the requests of a visitor also hold the page that was asked for."""
    url = new_data.context_info.url if new_data.context_info is not None else None
    if new_data.is_history_navigation:
        vars(self).pop(_PAGE, None)
    elif asks_for_page(new_data.query_string, new_data.page_script_hash, url):
        vars(self)[_PAGE] = new_data.page_script_hash
    return _request(self, new_data)


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
