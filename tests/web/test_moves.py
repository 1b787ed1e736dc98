"""Moves that come together, early, late, or after the line was lost: none is lost, and none is taken back."""

from __future__ import annotations

import random
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from sim.text import LANGUAGES
from sim.web.levers.lever import policy_levers
from sim.web.state.choice import BASELINE
from sim.web.widgets.wire import STAMP
from tests.pages import address_of, opened, turned

TEAMS, SPEND, RULE = "policy.response.teams", "policy.prevention.local_spend", "policy.ransom.rule"
FIXED = {"lang", "seed", "version"}


def moved(app: AppTest) -> dict[str, str]:
    """What the address says beside what it always says."""
    return {key: value for key, value in address_of(app).items() if key not in FIXED}


def typed(key: str) -> str:
    return f"typed:{key}"


def put(app: AppTest, kind: str, key: str, value: Any) -> None:
    """Move a widget without telling the server yet."""
    getattr(app, kind)(key=key).set_value(value)


def letter(app: AppTest) -> Any:
    """What the browser says of all widgets at this moment, as it may come late."""
    return app._tree.get_widget_states()


def send(app: AppTest, letter: Any) -> None:
    """Hand over a letter that was written before."""
    app._run(letter)


@pytest.mark.parametrize(
    ("moves", "address"),
    [
        ([("text_input", typed(TEAMS), "9"), ("text_input", typed(SPEND), "8")], {"teams": "9", "spend": "8"}),
        ([("select_slider", TEAMS, 9), ("select_slider", SPEND, 8.0)], {"teams": "9", "spend": "8"}),
        ([("select_slider", TEAMS, 9), ("text_input", typed(SPEND), "8")], {"teams": "9", "spend": "8"}),
        ([("segmented_control", RULE, "never"), ("select_slider", TEAMS, 9)], {"teams": "9", "ransom": "never"}),
        ([("selectbox", "preset", "fifty-fifty"), ("select_slider", TEAMS, 9)], {"start": "fifty-fifty", "teams": "9"}),
        ([("segmented_control", "world.anchor.frequency", "high"), ("text_input", typed(TEAMS), "9")],
         {"frequency": "high", "teams": "9"}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", LANGUAGES)
def test_all_moves_of_one_message_stand(
    moves: list[tuple[str, str, Any]], address: dict[str, str], language: str
) -> None:
    app = opened(lang=language)
    for kind, key, value in moves:
        put(app, kind, key, value)
    app.run()
    assert not app.exception
    assert moved(app) == address
    assert moved(opened(**address_of(app))) == address
    app.button(key="undo").click().run()
    assert moved(app) == {}


def test_language_and_lever_may_move_together() -> None:
    app = opened(lang="nl", spend="7.5")
    put(app, "segmented_control", "language", "en")
    put(app, "text_input", typed(TEAMS), "9")
    app.run()
    assert address_of(app)["lang"] == "en"
    assert moved(app) == {"spend": "7.5", "teams": "9"}
    assert app.text_input(key=typed(SPEND)).value == "7.5"


def test_many_levers_moved_at_random_all_stand() -> None:
    dice = random.Random(5)
    sliders = [one for one in policy_levers() if one.kind == "slide" and one.within is None]
    for _ in range(6):
        app, wanted = opened(lang="en"), {}
        for lever in dice.sample(sliders, 5):
            value = dice.choice(lever.options[1:])
            if lever.write(value) == "0" or app.select_slider(key=lever.key).disabled:
                continue
            put(app, "select_slider", lever.key, value)
            if app.text_input(key=typed(lever.key)).value != lever.show(_english(), value):
                wanted[lever.link] = lever.write(value)
        app.run()
        assert not app.exception
        assert moved(app) == wanted


def _english() -> Any:
    from sim.text import words

    return words("en")


def test_a_message_from_before_the_answer_moves_nothing_back() -> None:
    app = opened(lang="en")
    before = app.text_input(key=STAMP).value
    app.text_input(key=typed(TEAMS)).set_value("9").run()
    put(app, "text_input", STAMP, before)
    put(app, "select_slider", TEAMS, 4)  # where the browser still has it
    put(app, "segmented_control", RULE, "never")
    app.run()
    assert moved(app) == {"teams": "9", "ransom": "never"}
    assert app.select_slider(key=TEAMS).value == 9


def test_a_move_back_after_the_answer_is_a_move() -> None:
    app = opened(lang="en")
    app.text_input(key=typed(TEAMS)).set_value("9").run()
    app.select_slider(key=TEAMS).set_value(4).run()
    assert moved(app) == {}
    assert app.text_input(key=typed(TEAMS)).value == "4"


def test_a_message_in_the_words_of_the_other_language_is_understood() -> None:
    app = opened(lang="nl", spend="7.5")
    before = app.text_input(key=STAMP).value
    app.segmented_control(key="language").set_value("en").run()
    put(app, "text_input", STAMP, before)
    put(app, "text_input", typed(SPEND), "7,5")
    put(app, "text_input", typed(TEAMS), "9")
    app.run()
    assert not app.exception
    assert not app.error
    assert moved(app) == {"spend": "7.5", "teams": "9"}


def test_a_choice_in_the_words_of_the_other_language_is_understood() -> None:
    app = opened(lang="nl")
    put(app, "segmented_control", "language", "en")
    first = letter(app)
    put(app, "segmented_control", RULE, "never")  # before the page in English is there
    second = letter(app)
    send(app, first)
    send(app, second)
    assert not app.exception
    assert address_of(app)["lang"] == "en"
    assert moved(app) == {"ransom": "never"}
    assert app.segmented_control(key=RULE).value == "never"


@pytest.mark.parametrize("turns", [False, True])
def test_a_number_that_is_no_option_any_more_when_its_letter_comes_moves_nothing(turns: bool) -> None:
    app = opened(lang="en")
    app.text_input(key=typed(TEAMS)).set_value("23").run()
    put(app, "text_input", typed(TEAMS), "26")
    crossed = letter(app)  # the slider still says 23
    send(app, crossed)
    if turns:
        app.switch_page("sim/web/pages/compare.py")
    send(app, crossed)
    assert not app.exception
    assert moved(app) == {"teams": "26"}
    assert app.select_slider(key=TEAMS).value == 26


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_comes_back_after_the_line_was_lost_finds_levers_language_and_kept_policies(language: str) -> None:
    app = opened(lang=language, start="fifty-fifty", teams="9")
    app.text_input(key="name").set_value("Plan A")
    app.button(key="keep").click().run()
    del app.session_state["screen"]  # the server has forgotten the visit
    app.query_params.clear()  # a click on a page brings no address
    turned(app, "compare")
    assert not app.exception
    assert address_of(app)["lang"] == language
    assert moved(app) == {"start": "fifty-fifty", "teams": "9"}
    assert "Plan A" in [one.split("!")[0] for one in app.session_state["kept"]]


def test_a_move_after_the_line_was_lost_is_not_lost() -> None:
    app = opened(lang="en", teams="9", spend="8")
    del app.session_state["screen"]
    put(app, "segmented_control", RULE, "never")
    put(app, "text_input", typed(TEAMS), "12")
    app.run()
    assert not app.exception
    assert moved(app) == {"spend": "8", "teams": "12", "ransom": "never"}
    assert app.select_slider(key=TEAMS).value == 12


def test_what_comes_in_place_of_a_stamp_does_no_harm() -> None:
    for text in ("", "x", "ab.1?start=nobody&teams=99999&lang=xx", "ab.1?kept=<b>!x&kept=y"):
        app = opened(lang="en", teams="9")
        del app.session_state["screen"]
        app.text_input(key=STAMP).set_value(text).run()
        assert not app.exception


def test_a_name_that_was_typed_just_before_is_the_name_that_is_kept() -> None:
    app = opened(lang="en", teams="9")
    app.text_input(key="name").set_value("Plan A")
    app.button(key="keep").click().run()
    assert [one.split("!")[0] for one in app.session_state["kept"]] == ["Plan A"]


def test_undo_takes_back_the_move_that_came_with_it() -> None:
    app = opened(lang="en", teams="9")
    app.text_input(key=typed(SPEND)).set_value("8").run()
    put(app, "text_input", typed(TEAMS), "12")
    app.button(key="undo").click().run()
    assert moved(app) == {"teams": "9", "spend": "8"}


def test_levers_that_exclude_each_other_only_for_a_moment_both_move() -> None:
    app = opened(lang="en", patience="never")
    put(app, "text_input", typed(TEAMS), "0")
    put(app, "text_input", typed("policy.response.private_after_days"), "7")
    app.run()
    assert not app.error
    assert moved(app) == {"teams": "0", "patience": "7"}


def test_of_levers_that_exclude_each_other_those_that_can_move_do() -> None:
    app = opened(lang="en", patience="never")
    put(app, "text_input", typed(SPEND), "8")
    put(app, "text_input", typed(TEAMS), "0")
    app.run()
    assert len(app.error) == 1
    assert moved(app) == {"patience": "never", "spend": "8"}
    assert app.selectbox(key="preset").value == BASELINE
