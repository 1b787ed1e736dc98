"""Back and Forward of the browser, and moves that come faster than the page answers."""

from __future__ import annotations

import tomllib

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages import APP, address_of, metrics, opened


def by_browser(app: AppTest, address: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The same visit after Back or Forward of the browser went to this address."""
    with monkeypatch.context() as patch:
        patch.setattr("sim.web.state.session._by_browser", lambda: True)
        app.query_params.clear()
        for key, value in address.items():
            app.query_params[key] = value
        return app.run()


def test_back_shows_the_screen_of_before_and_can_be_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(lang="nl", start="fifty-fifty")
    before, figures = address_of(app), metrics(app)
    app.select_slider(key="policy.response.teams").set_value(9).run()
    app.segmented_control(key="language").set_value("en").run()
    after = address_of(app)
    assert before != after
    by_browser(app, before, monkeypatch)
    assert not app.exception
    assert (address_of(app), metrics(app)) == (before, figures)
    assert app.select_slider(key="policy.response.teams").value == 4
    by_browser(app, after, monkeypatch)
    assert address_of(app) == after
    app.button(key="undo").click().run()
    assert address_of(app) == {**before, "lang": "en"}


def test_back_to_an_address_without_a_screen_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(lang="en", start="fifty-fifty", teams="9")
    now = address_of(app)
    assert address_of(by_browser(app, {}, monkeypatch)) == now


def test_an_old_address_that_comes_with_a_move_does_not_take_it_back() -> None:
    app = opened(lang="en", start="fifty-fifty")
    app.select_slider(key="policy.response.teams").set_value(9).run()
    app.query_params["teams"] = "3"  # what the browser held when the move was made
    app.run()
    assert address_of(app)["teams"] == "9"


def test_moves_that_come_fast_are_one() -> None:
    """Streamlit otherwise begins a thread for every move: 40 in six seconds kept a page from answering for a minute."""
    with (APP.parent / ".streamlit" / "config.toml").open("rb") as file:
        assert tomllib.load(file)["runner"]["fastReruns"] is False
