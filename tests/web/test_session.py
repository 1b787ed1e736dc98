"""What Streamlit forgets of a visit is put back from the screen."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from sim.web.app import TITLES
from tests.pages import address_of, opened


def _forgetful() -> None:
    import streamlit as st

    from sim.text import words
    from sim.web.layout import sidebar
    from sim.web.state import session

    session.first_look()
    kept = ("screen", "before", "kept", "trouble", "notes", "arrival", "wire", "letter", "page")
    for key in list(st.session_state):  # as Streamlit does with widgets that the browser did not speak of
        if key not in kept:
            del st.session_state[key]
    session.first_look()
    sidebar.draw(words(session.screen().language))
    found = st.session_state
    st.text(f"{found['language']} {found['preset']} {found['policy.response.teams']} {found['world.anchor.frequency']}")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_widgets_that_were_forgotten_stand_where_the_screen_has_them(language: str) -> None:
    app = AppTest.from_function(_forgetful)
    for key, value in {"lang": language, "start": "no-ransom", "teams": "9", "frequency": "high"}.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    assert app.text[0].value == f"{language} no-ransom 9 high"


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_page_that_there_is_not_is_said_until_the_next_move(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    asked = iter(["nowhere"])
    monkeypatch.setattr("sim.web.app._stray", lambda: next(asked, ""))
    app = opened(lang=language)
    assert not app.exception
    (warning,) = app.warning
    assert "“nowhere”" in warning.value
    assert ("There is no page" in warning.value) == (language == "en")
    assert app.title[0].value.endswith("?")
    app.text_input(key="typed:policy.response.teams").set_value("6").run()
    assert not app.warning


def test_the_name_of_the_first_page_in_an_address_is_no_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = iter([next(iter(TITLES))])
    monkeypatch.setattr("sim.web.app._stray", lambda: next(asked, ""))
    app = opened(lang="en")
    assert not app.exception
    assert not app.warning


def test_the_levers_of_a_grant_are_shown_undone_reset_and_linked() -> None:
    app = opened(lang="en", start="lump-sum")
    assert {box.label: box.proto.expanded for box in app.sidebar.expander}["Flemish grants"]
    lump = "typed:grant.lump"
    assert app.text_input(key=lump).value == "2"
    app.text_input(key=lump).set_value("3.5").run()
    assert address_of(app)["lump"] == "3.5"
    assert opened(**address_of(app)).text_input(key=lump).value == "3.5"
    app.button(key="undo").click().run()
    assert app.text_input(key=lump).value == "2"
    assert "lump" not in address_of(app)
    app.button(key="reset-policy").click().run()
    assert app.text_input(key=lump).value == "0"
    assert not {box.label: box.proto.expanded for box in app.sidebar.expander}["Flemish grants"]
