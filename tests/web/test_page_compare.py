"""The page Compare: two to four policies, in words, in figures and in a link."""

from __future__ import annotations

import re

import pytest

from sim.text import LANGUAGES
from sim.web.state import link
from sim.web.state.choice import presets
from tests.pages import address_of, charts, mark_of, opened, turned

VIEWS = link.FIELDS["view"].allowed.split(", ")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("view", VIEWS)
def test_it_opens_in_both_languages(language: str, view: str) -> None:
    app = opened("compare", lang=language, view=view)
    assert not app.exception
    assert not app.warning
    assert len(charts(app)) == 2
    heads = [header.value for header in app.main.header]
    assert heads[:2] == [presets()[name].title[language] for name in ("prevention-first", "fifty-fifty")]
    assert mark_of(app)["final"] == "yes"


def test_what_differs_is_said() -> None:
    app = opened("compare", lang="en", **{"with": "more-response-teams"})
    said = " ".join(caption.value for caption in app.main.caption)
    assert "Response teams: 12 instead of 4" in said
    texts = " ".join(one.value for one in app.main.markdown)
    assert re.search(r"\*\*€[0-9.,]+\xa0million more\*\* a year in total \(95%: €[0-9.,]+\xa0million to €", texts)


def test_the_choice_of_now_is_the_first() -> None:
    app = opened("compare", lang="en", teams="9")
    assert app.main.header[0].value == "Your choice"
    app.select_slider(key="policy.response.teams").set_value(11).run()
    assert any("Response teams: 11 instead of 4" in caption.value for caption in app.main.caption)
    assert address_of(app)["teams"] == "11"


def test_kept_policies_are_compared_and_stand_in_the_link() -> None:
    app = opened(lang="en", teams="9")
    app.text_input(key="name").set_value("Plan A").run()
    app.button(key="keep").click().run()
    assert [toast.value for toast in app.toast] == ["“Plan A” can now be chosen on the page Compare."]
    app.select_slider(key="policy.response.teams").set_value(12).run()
    app.text_input(key="name").set_value("Plan B").run()
    app.button(key="keep").click().run()
    turned(app, "compare")
    options = app.multiselect[0].options
    assert "Plan A" in options
    assert "Plan B" in options
    codes = list(app.session_state["kept"])
    app.multiselect[0].set_value(codes).run()
    assert not app.exception
    assert [header.value for header in app.main.header[:2]] == ["Plan A", "Plan B"]
    address = address_of(app)
    again = opened("compare", **address | {"lang": "nl"})
    assert not again.warning
    assert [header.value for header in again.main.header[:2]] == ["Plan A", "Plan B"]
    said = [caption.value for caption in again.main.caption if "Interventieteams" in caption.value]
    assert ["9 in plaats van 4" in said[0], "12 in plaats van 4" in said[1]] == [True, True]


def test_nobody_to_compare_with_is_said_and_stays_so() -> None:
    app = opened("compare", lang="en")
    app.multiselect[0].set_value([]).run()
    assert not app.exception
    assert address_of(app)["with"] == "none"
    assert not charts(app)
    assert app.info[0].value.startswith("Choose one to three policies")


@pytest.mark.parametrize("bad", ["nobody", "a,b,c,d", "x!fifty-fifty~teams:999999", "<script>"])
def test_a_broken_list_in_a_link_is_said(bad: str) -> None:
    app = opened("compare", lang="en", **{"with": bad})
    assert not app.exception
    assert len(app.warning) == 1
    assert len(charts(app)) == 2


def test_the_screen_survives_a_change_of_page() -> None:
    app = opened(lang="en", start="fifty-fifty", teams="9", frequency="high", tab="time")
    before = address_of(app)
    turned(app, "compare")
    assert address_of(app) == before
    turned(app, "explore")
    assert address_of(app) == before
    assert app.select_slider(key="policy.response.teams").value == 9


def test_four_policies_fit() -> None:
    app = opened("compare", lang="nl", **{"with": "fifty-fifty,no-ransom,more-response-teams"})
    assert not app.exception
    assert len(app.main.header) == 5
