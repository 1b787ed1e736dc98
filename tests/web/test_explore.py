"""The page Explore does what it says: levers, languages, links, undo, and the same numbers as everywhere else."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import sim
from sim.results.findings import turning
from sim.text import LANGUAGES, words
from sim.version import MODEL_VERSION
from sim.web.levers.lever import Lever, policy_levers, world_levers
from sim.web.state import link
from sim.web.state.choice import BASELINE, WORLD, home, presets
from sim.web.state.session import type_key
from tests.pages import MOST, TOWNS, address_of, charts, metrics, opened, small

TABS = link.FIELDS["tab"].allowed.split(", ")
FIXED = {"lang", "seed", "version"}


def move(app: AppTest, lever: Lever, value: Any) -> None:
    """Move the widget of a lever, whichever it has."""
    if lever.kind == "switch":
        app.toggle(key=lever.key).set_value(value == "true").run()
    elif lever.kind == "slide":
        app.select_slider(key=lever.key).set_value(value).run()
    elif lever.side_by_side(words(app.session_state["language"])):
        app.segmented_control(key=lever.key).set_value(value).run()
    else:
        app.selectbox(key=lever.key).set_value(value).run()


# ---- what it shows -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("preset", list(presets()))
def test_every_start_point_opens_in_both_languages(preset: str, language: str) -> None:
    app = opened(lang=language, start=preset)
    assert not app.exception
    assert not app.warning
    say = words(language)
    assert app.title[0].value == say.say("Who carries the risk when {n} municipalities can be hacked?", n=str(TOWNS))
    assert len(app.metric) == 5
    assert len(charts(app)) == 2
    (sentence,) = (info.value for info in app.info)
    assert preset == BASELINE or presets()[preset].title[language] in sentence
    assert all(metric.delta == "" for metric in app.metric) == (preset == BASELINE)


def test_it_opens_in_dutch_with_todays_policy() -> None:
    app = opened()
    assert app.title[0].value.startswith("Wie draagt het risico")
    assert app.info[0].value.startswith("Vandaag kost een jaar")
    assert address_of(app) == {"lang": "nl", "seed": str(link.SEED), "version": MODEL_VERSION}


def test_the_page_says_that_it_is_a_model_and_of_what() -> None:
    captions = " ".join(caption.value for caption in opened(lang="en", seed="7").caption)
    for said in ("A model, not a forecast", MODEL_VERSION, "seed 7", f"{MOST} futures"):
        assert said in captions


def test_the_numbers_are_those_of_python() -> None:
    app = opened(lang="en", start="fifty-fifty")
    world = small(sim.load_world(WORLD))
    pair = [sim.load_policy(BASELINE), sim.load_policy("fifty-fifty")]
    result = sim.compare(world, pair, replications=MOST, seed=link.SEED)
    say = words("en")
    own = result.estimate("fifty-fifty", "cost_municipality_eur").mean / world.years / 1e6
    gap = result.difference("fifty-fifty", "cost_municipality_eur")
    value, delta = metrics(app)["Municipalities pay"]
    assert value.startswith(say.figure(own))
    shown, half = delta.replace("\xa0", "").split("±")
    assert float(shown) == pytest.approx(gap.mean / world.years / 1e6, rel=0.06)
    assert float(half) == pytest.approx((gap.ci95[1] - gap.ci95[0]) / 2 / world.years / 1e6, rel=0.6)


@pytest.mark.parametrize("preset", [BASELINE, "prevention-first"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("tab", TABS)
def test_tabs_draw_two_charts_and_only_what_is_open(tab: str, language: str, preset: str) -> None:
    app = opened(lang=language, tab=tab, start=preset)
    assert not app.exception
    assert len(charts(app)) == 2
    assert address_of(app).get("tab", "payers") == tab


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("tab", TABS)
def test_behind_every_chart_is_a_table_and_a_file(tab: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.web.layout.chart.is_open", lambda box: True)
    app = opened(lang=language, tab=tab, start="prevention-first")
    assert not app.exception
    assert len(app.table) == 2
    assert all(len(table.value) > 2 for table in app.table)
    files = [one for one in app.get("download_button") if "csv" in one.key]
    assert len(files) == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_assumptions_that_turn_the_finding_are_those_of_the_command(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "sim.web.layout.page_frame.lazy", lambda label, icon, key, draw: draw() if key == "turns" else None
    )
    app = opened(lang=language, start="prevention-first", frequency="high")
    assert not app.exception
    world = small(sim.load_world(WORLD)).with_values({"anchor.frequency": "high"})
    policies = [presets()[BASELINE], presets()["prevention-first"]]
    checked = sim.compare(world, policies, replications=MOST).checked()
    assert checked.checks is not None
    turns = checked.checks.turns["prevention-first"]
    assert turns  # otherwise this would compare two empty answers
    assert turning(words(language), turns) in [one.value for one in app.main.markdown]


# ---- levers --------------------------------------------------------------------------------------------------------


def test_moving_a_lever_moves_the_answer_and_the_link() -> None:
    app = opened(lang="en")
    before = metrics(app)
    app.select_slider(key="share.incidents").set_value(50.0).run()
    after = metrics(app)
    assert not app.exception
    assert after["Total cost"][0] == before["Total cost"][0]
    assert after["Municipalities pay"][1].startswith("-")
    assert address_of(app)["flemish-incidents"] == "50"
    assert "Your choice" in app.info[0].value


def test_a_number_can_be_typed_beside_the_slider() -> None:
    app = opened(lang="en")
    key = "policy.prevention.local_spend"
    app.text_input(key=f"typed:{key}").set_value("33.3").run()
    assert not app.exception
    assert address_of(app)["spend"] == "33.3"
    assert app.select_slider(key=key).value == 33.3
    app.select_slider(key=key).set_value(4.5).run()
    assert app.text_input(key=f"typed:{key}").value == "4.5"
    teams = "policy.response.teams"
    app.text_input(key=f"typed:{teams}").set_value("").run()
    assert "teams" not in address_of(app)  # an emptied field takes nothing away
    app.text_input(key=f"typed:{key}").set_value("").run()
    assert address_of(app)["spend"] == "4.5"


def test_a_link_brings_the_same_screen_back() -> None:
    app = opened(lang="en")
    app.select_slider(key="policy.response.teams").set_value(9).run()
    app.segmented_control(key="policy.ransom.rule").set_value("never").run()
    app.segmented_control(key="world.anchor.frequency").set_value("high").run()
    address = address_of(app)
    assert (address["teams"], address["ransom"], address["frequency"]) == ("9", "never", "high")
    again = opened(**address)
    assert metrics(again) == metrics(app)
    assert again.info[0].value == app.info[0].value
    other = opened(**address | {"lang": "nl"})
    assert [v.split(" ")[0].replace(",", ".") for v, _ in metrics(other).values()] == [
        v.split(" ")[0] for v, _ in metrics(app).values()
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_lever_moves_without_a_fault(language: str) -> None:
    app = opened(lang=language)
    by_key = {lever.key: lever for lever in policy_levers()}
    for lever in policy_levers():
        if lever.within is not None:
            above = next(one for one in policy_levers() if one.key == lever.within)
            move(app, above, above.options[-1])
        if lever.key.startswith("policy.ransom.approval"):  # else there is nothing to move
            move(app, by_key["policy.ransom.rule"], "with_approval")
        move(app, lever, lever.options[-1] if lever.kind == "slide" else lever.options[0])
        assert not app.exception, lever.key
    for lever in world_levers():
        move(app, lever, "low")
        assert not app.exception, lever.key
    assert len(address_of(app)) > len(FIXED) + 5


def test_what_no_policy_can_have_is_taken_back_and_said() -> None:
    app = opened(lang="en", patience="never")
    before = metrics(app)
    app.text_input(key="typed:policy.response.teams").set_value("0").run()
    assert not app.exception
    assert len(app.error) == 1
    assert app.text_input(key="typed:policy.response.teams").value == str(
        home(presets()[BASELINE])["policy.response.teams"]
    )
    assert metrics(app) == before


def test_the_language_changes_the_words_and_nothing_else() -> None:
    app = opened(lang="nl", spend="7.3", **{"service-value": "low"})
    dutch = app.info[0].value
    app.segmented_control(key="language").set_value("en").run()
    assert not app.exception
    assert app.info[0].value != dutch
    assert app.select_slider(key="policy.prevention.local_spend").value == 7.3
    assert app.segmented_control(key="world.anchor.service_value").value == "low"
    assert address_of(app)["lang"] == "en"
    app.segmented_control(key="language").set_value("nl").run()
    assert app.info[0].value == dutch
    assert app.button(key="undo").disabled


def test_a_start_point_puts_the_levers_in_its_place() -> None:
    app = opened(lang="en")
    app.selectbox(key="preset").set_value("flanders-pays").run()
    assert app.select_slider(key="share.incidents").value == 100
    assert app.text_input(key="typed:share.incidents").value == "100"
    assert "Flanders pays all" in app.info[0].value


# ---- back ----------------------------------------------------------------------------------------------------------


def test_resets_go_back_and_leave_the_other_group_alone() -> None:
    app = opened(lang="en", start="fifty-fifty", teams="9", frequency="high")
    app.button(key="reset-policy").click().run()
    assert app.selectbox(key="preset").value == BASELINE
    assert app.select_slider(key="policy.response.teams").value == home(presets()[BASELINE])["policy.response.teams"]
    assert app.segmented_control(key="world.anchor.frequency").value == "high"
    app.button(key="reset-world").click().run()
    assert app.segmented_control(key="world.anchor.frequency").value == "central"
    assert set(address_of(app)) == FIXED


def test_everything_can_be_undone_in_the_order_it_was_done() -> None:
    app = opened(lang="en")
    assert app.button(key="undo").disabled
    screens = [address_of(app)]
    app.select_slider(key="policy.response.teams").set_value(9).run()
    screens.append(address_of(app))
    app.selectbox(key="preset").set_value("fifty-fifty").run()
    screens.append(address_of(app))
    app.segmented_control(key="world.anchor.frequency").set_value("high").run()
    screens.append(address_of(app))
    app.text_input(key="typed:share.prevention").set_value("12.5").run()
    screens.append(address_of(app))
    app.button(key="reset-policy").click().run()
    screens.append(address_of(app))
    app.button(key="reset-world").click().run()
    for screen in screens[::-1]:
        assert not app.button(key="undo").disabled
        app.button(key="undo").click().run()
        assert not app.exception
        assert address_of(app) == screen
    assert app.button(key="undo").disabled


def test_the_widgets_follow_when_a_move_is_undone() -> None:
    app = opened(lang="en")
    for lever in policy_levers()[:4]:
        before = app.select_slider(key=lever.key).value
        move(app, lever, lever.options[-1])
        app.button(key="undo").click().run()
        assert app.select_slider(key=lever.key).value == before
        assert app.text_input(key=type_key(lever)).value == lever.show(words("en"), before)


# ---- links that cannot be followed ---------------------------------------------------------------------------------


def test_of_a_link_with_much_wrong_the_rest_is_counted() -> None:
    app = opened(lang="en", start="nobody", teams="9999", ransom="maybe", frequency="often", seed="x", tab="y")
    assert [warning.value for warning in app.warning][4:] == ["And 2 more."]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_invalid_link_gives_sentences_and_the_page(language: str) -> None:
    app = opened(lang=language, start="nobody", teams="9999", ransom="maybe", frequency="often")
    assert not app.exception
    assert len(app.metric) == 5
    said = [warning.value for warning in app.warning]
    assert len(said) == 4
    assert any("teams=9999" in sentence and "1" in sentence and "000" in sentence for sentence in said)
    app.select_slider(key="policy.response.teams").set_value(5).run()
    assert not app.warning
