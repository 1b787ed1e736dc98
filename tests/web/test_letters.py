"""A page that was asked for stands, whatever letters come just after."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from streamlit.proto.ClientState_pb2 import ContextInfo
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests
from streamlit.util import calc_hash

from sim.web.widgets import letters

HOME = "http://127.0.0.1:8501"
ADDRESS = "lang=en&start=fifty-fifty"


def letter(query: str, page: str, shown: str) -> RerunData:
    """What the browser sends that names a page, while it shows one."""
    url = f"{HOME}/{shown}?{query}"
    return RerunData(query_string=query, page_script_hash=calc_hash(page), context_info=ContextInfo(url=url))


CLICK = letter("", "compare", "")
WIDGET = letter(ADDRESS, "", "")
WIDGET_OF_A_PAGE_THAT_ARRIVES = letter("", "municipalities", "municipalities")


@pytest.mark.parametrize(
    ("data", "asks"), [(CLICK, True), (WIDGET, False), (WIDGET_OF_A_PAGE_THAT_ARRIVES, False), (RerunData(), False)]
)
def test_only_a_click_on_a_page_asks_for_one(data: RerunData, asks: bool) -> None:
    url = data.context_info.url if data.context_info is not None else None
    assert letters.asks_for_page(data.query_string, data.page_script_hash, url) is asks


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> ScriptRequests:
    """The requests of a visitor whose letters are read so."""
    letters.unread()
    found = ScriptRequests()
    monkeypatch.setattr(letters, "get_script_run_ctx", lambda: SimpleNamespace(script_requests=found))
    return found


@pytest.mark.parametrize("after", [WIDGET, WIDGET_OF_A_PAGE_THAT_ARRIVES])
@pytest.mark.parametrize("read", [False, True])
def test_a_page_that_was_asked_for_is_not_lost_whatever_comes_after(
    requests: ScriptRequests, after: RerunData, read: bool
) -> None:
    for one in (WIDGET, CLICK, after):
        requests.request_rerun(one)
        if read:
            requests.on_scriptrunner_yield()  # Streamlit has begun with it, and will be broken off by the next
    assert letters.page_asked() == CLICK.page_script_hash


def test_the_last_page_that_was_asked_for_counts(requests: ScriptRequests) -> None:
    for one in (CLICK, letter("", "future", ""), WIDGET):
        requests.request_rerun(one)
    assert letters.page_asked() == calc_hash("future")


def test_back_and_forward_count_for_more_than_a_page_asked_for_before(requests: ScriptRequests) -> None:
    requests.request_rerun(CLICK)
    requests.request_rerun(replace(WIDGET, is_history_navigation=True))
    assert not letters.page_asked()


def test_a_page_that_was_asked_for_and_read_is_not_asked_for_again(requests: ScriptRequests) -> None:
    requests.request_rerun(CLICK)
    letters.note_page_as_read(CLICK.page_script_hash)
    requests.request_rerun(WIDGET)
    assert not letters.page_asked()
    requests.request_rerun(letter("", "future", ""))
    letters.note_page_as_read(CLICK.page_script_hash)
    assert letters.page_asked() == calc_hash("future")
