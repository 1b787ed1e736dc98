"""The page One future: which future, which year, which policies; the log; links."""

from __future__ import annotations

import json

import pytest

import sim
from sim.results.weeks import by_week
from sim.text import LANGUAGES
from sim.web.state.choice import world_of, world_start
from tests.pages import FIRST, address_of, charts, mark_of, opened, small, turned


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("future", ["worst", "middle", "7", "99999"])
def test_it_opens_in_both_languages(language: str, future: str) -> None:
    app = opened("future", lang=language, future=future, start="fifty-fifty")
    assert not app.exception
    assert not app.warning
    assert len(charts(app)) == 1
    assert mark_of(app)["final"] == "yes"
    assert mark_of(app)["futures"] == str(FIRST)
    if future.isdigit():
        assert app.text_input(key="future-number").value == future


def test_the_picture_is_that_of_the_future_and_the_year() -> None:
    app = opened("future", lang="en", future="7", year="2024")
    assert app.selectbox(key="year").value == 2024
    figure = json.loads(charts(app)[0].proto.spec)
    world = small(world_of(world_start()))
    future = sim.simulate(world, sim.load_policy("status-quo-2020"), replication=7)
    paid = by_week(world, future.postings, future.incidents, 2024).bills[-1].sum() / 100
    assert f"In 2024 this future costs €{paid / 1e6:.2f}" in figure["layout"]["meta"]["title"].replace(",", "")


def test_a_future_and_a_year_are_chosen_and_stand_in_the_link() -> None:
    app = opened("future", lang="en", start="fifty-fifty")
    assert "future" not in address_of(app)
    app.text_input(key="future-number").set_value("5").run()
    app.selectbox(key="year").select(2023).run()
    assert address_of(app)["future"] == "5"
    assert address_of(app)["year"] == "2023"
    again = opened("future", **address_of(app) | {"lang": "nl"})
    assert not again.warning
    assert mark_of(again)["charts"] != mark_of(app)["charts"]  # other words
    back = opened("future", **address_of(app))
    assert mark_of(back)["charts"] == mark_of(app)["charts"]


def test_the_dearest_is_the_dearest_and_a_number_takes_its_place() -> None:
    app = opened("future", lang="en")
    said = next(caption.value for caption in app.main.caption if caption.value.startswith("Future "))
    assert f", the most of the first {FIRST} futures" in said
    number = app.text_input(key="future-number").value
    app = opened("future", lang="en", future=str(number))
    assert said in [caption.value for caption in app.main.caption]


def test_one_policy_at_a_time() -> None:
    app = opened("future", lang="en", start="fifty-fifty", future="worst", side="last")
    both = opened("future", lang="en", start="fifty-fifty", future="worst")
    one, two = (json.loads(charts(each)[0].proto.spec) for each in (app, both))
    assert len(one["frames"][0]["traces"]) < len(two["frames"][0]["traces"])
    assert [len(each["layout"]["annotations"]) for each in (one, two)] == [3, 6]
    assert len(app.main.table) == len(both.main.table) == 1  # the log has both
    assert list(app.main.table[0].value.columns) == list(both.main.table[0].value.columns)


def test_today_alone_has_no_other_side() -> None:
    app = opened("future", lang="nl")
    assert not [one for one in app.main.get("button_group") if "side" in (one.key or "")]


@pytest.mark.parametrize(("field", "value"), [("future", "best"), ("future", "-1"), ("year", "1999"), ("side", "left")])
def test_a_broken_link_is_said(field: str, value: str) -> None:
    app = opened("future", lang="en", **{field: value})
    assert not app.exception
    assert len(app.warning) == 1
    assert len(charts(app)) == 1


def test_the_choice_survives_a_change_of_page() -> None:
    app = opened("future", lang="en", future="5", year="2023", start="fifty-fifty")
    before = address_of(app)
    turned(app, "explore")
    turned(app, "future")
    assert address_of(app) == before
    assert app.text_input(key="future-number").value == "5"
