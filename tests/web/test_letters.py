"""A page that was asked for stands, whatever letters come just after."""

from __future__ import annotations

import pytest
from streamlit.proto.ClientState_pb2 import ContextInfo
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests
from streamlit.util import calc_hash

from sim.web.widgets import letters

HOME = "http://127.0.0.1:8501"
ADDRESS = "lang=en&start=fifty-fifty"


def letter(query: str, page: str, address: str) -> RerunData:
    """What the browser sends that names a page, while the address of one stands there."""
    url = f"{HOME}/{address}?{query}"
    return RerunData(query_string=query, page_script_hash=calc_hash(page), context_info=ContextInfo(url=url))


CLICK = letter("", "compare", "compare")
WIDGET = letter(ADDRESS, "municipalities", "municipalities")
WIDGET_JUST_AFTER_A_CLICK = letter("", "municipalities", "compare")


@pytest.mark.parametrize(
    ("data", "asks"), [(CLICK, True), (WIDGET, False), (WIDGET_JUST_AFTER_A_CLICK, False), (RerunData(), False)]
)
def test_only_a_click_on_a_page_asks_for_one(data: RerunData, asks: bool) -> None:
    url = data.context_info.url if data.context_info is not None else None
    assert letters.asks_for_page(data.query_string, data.page_script_hash, url) is asks


@pytest.mark.parametrize("after", [WIDGET, WIDGET_JUST_AFTER_A_CLICK])
def test_a_page_that_was_asked_for_is_not_lost_in_letters_that_come_together(after: RerunData) -> None:
    letters.unread()  # from now on letters are read so
    requests = ScriptRequests()
    for one in (WIDGET, CLICK, after):
        requests.request_rerun(one)
    ready = requests.on_scriptrunner_ready()
    assert ready.rerun_data.page_script_hash == CLICK.page_script_hash


def test_the_last_page_that_was_asked_for_counts() -> None:
    letters.unread()
    requests = ScriptRequests()
    for one in (CLICK, letter("", "future", "future"), WIDGET):
        requests.request_rerun(one)
    assert requests.on_scriptrunner_ready().rerun_data.page_script_hash == calc_hash("future")


def test_a_page_that_was_asked_for_and_read_is_not_asked_for_again() -> None:
    letters.unread()
    requests = ScriptRequests()
    requests.request_rerun(CLICK)
    requests.on_scriptrunner_ready()
    requests.request_rerun(WIDGET)
    assert requests.on_scriptrunner_ready().rerun_data.page_script_hash == WIDGET.page_script_hash
