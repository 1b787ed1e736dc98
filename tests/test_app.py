"""The page does what it says: levers, languages, links, and the same numbers as everywhere else."""

from __future__ import annotations

import contextlib
import html
import re
import urllib.parse
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

import sim
from sim.experiments.replicate import ENGINES
from sim.model.policy import Policy
from sim.model.spec import Value
from sim.model.world import World
from sim.text import LANGUAGES, words
from sim.version import MODEL_VERSION
from sim.web import levers, link
from sim.web.figures import FIGURES, card, table
from sim.web.levers import BASELINE, policy_levers, policy_of, presets, start, world_levers, world_of, world_start
from sim.web.link import Screen
from sim.web.ready import Room
from sim.web.runs import Archive, Run, same

APP = Path(__file__).resolve().parents[1] / "app.py"
TOWNS = 15
FIRST, MOST = 12, 40


def small(world: World) -> World:
    return world.model_copy(update={"municipalities": world.municipalities[:TOWNS]})


@pytest.fixture(autouse=True)
def _few_towns(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page with few municipalities and futures, so that it is quick."""
    monkeypatch.setattr("sim.web.app.world_of", lambda values: small(world_of(values)))
    monkeypatch.setattr("sim.web.app.LADDER", dict.fromkeys(ENGINES, (FIRST, MOST)))


def opened(**address: str) -> AppTest:
    """The page as a link opens it."""
    app = AppTest.from_file(str(APP), default_timeout=120)
    for key, value in address.items():
        app.query_params[key] = value
    return app.run()


def metrics(app: AppTest) -> dict[str, tuple[str, str]]:
    return {metric.label: (metric.value, metric.delta) for metric in app.metric}


def address_of(app: AppTest) -> dict[str, str]:
    """What stands in the address by now."""
    return {key: value[0] if isinstance(value, list) else value for key, value in dict(app.query_params).items()}


def charts(app: AppTest) -> list[Any]:
    return list(app.get("plotly_chart"))


# ---- the page ------------------------------------------------------------------------------------------------------


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
    assert presets()[preset].title[language] in sentence
    assert all(metric.delta == "" for metric in app.metric) == (preset == BASELINE)


def test_it_opens_in_dutch_with_todays_policy() -> None:
    app = opened()
    assert app.title[0].value.startswith("Wie draagt het risico")
    assert "Huidig beleid" in app.info[0].value
    assert address_of(app) == {"lang": "nl", "version": MODEL_VERSION}


def test_the_page_says_that_it_is_a_model_and_of_what() -> None:
    captions = " ".join(caption.value for caption in opened(lang="en", seed="7").caption)
    for said in (
        "A model, not a forecast",
        MODEL_VERSION,
        "seed 7",
        f"{MOST} futures",
    ):
        assert said in captions


def test_the_numbers_are_those_of_python() -> None:
    app = opened(lang="en", start="fifty-fifty")
    world = small(sim.load_world(levers.WORLD))
    pair = [sim.load_policy(BASELINE), sim.load_policy("fifty-fifty")]
    result = sim.compare(world, pair, replications=MOST, seed=link.SEED)
    say = words("en")
    own = result.estimate("fifty-fifty", "cost_municipality_eur").mean / world.years / 1e6
    gap = result.difference("fifty-fifty", "cost_municipality_eur").mean / world.years / 1e6
    value, delta = metrics(app)["Municipalities pay"]
    assert value.startswith(say.figure(own))
    assert delta.startswith("-")
    assert float(delta) == pytest.approx(gap, rel=0.06)
    assert app.info[0].value == result.sentence("en", "fifty-fifty")


def test_tabs_draw_only_what_is_open() -> None:
    first, second = opened(lang="nl"), opened(lang="nl", tab="risk")
    assert [len(charts(app)) for app in (first, second)] == [2, 2]
    assert address_of(second)["tab"] == "risk"


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


def test_a_link_brings_the_same_screen_back() -> None:
    app = opened(lang="en")
    app.select_slider(key="policy.response.teams").set_value(9).run()
    app.segmented_control(key="policy.ransom.rule").set_value("never").run()
    app.segmented_control(key="world.anchor.frequency").set_value("high").run()
    address = address_of(app)
    assert address["teams"] == "9"
    assert address["ransom"] == "never"
    assert address["frequency"] == "high"
    again = opened(**address)
    assert metrics(again) == metrics(app)
    assert again.info[0].value == app.info[0].value


def test_every_lever_moves_without_a_fault() -> None:
    app = opened(lang="nl")
    for lever in policy_levers():
        if lever.kind == "slide":
            app.select_slider(key=lever.key).set_value(lever.options[-1]).run()
        else:
            app.segmented_control(key=lever.key).set_value(lever.options[0]).run()
        assert not app.exception, lever.key
    for lever in world_levers():
        app.segmented_control(key=lever.key).set_value("low").run()
        assert not app.exception, lever.key


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


def test_a_start_point_puts_the_levers_in_its_place() -> None:
    app = opened(lang="en")
    app.selectbox(key="preset").set_value("flanders-pays").run()
    assert app.select_slider(key="share.incidents").value == 100
    assert "Flanders pays all" in app.info[0].value


def test_resets_go_back_and_leave_the_other_group_alone() -> None:
    app = opened(lang="en", start="fifty-fifty", teams="9", frequency="high")
    app.button(key="reset-policy").click().run()
    assert app.selectbox(key="preset").value == BASELINE
    assert app.select_slider(key="policy.response.teams").value == start(BASELINE)["policy.response.teams"]
    assert app.segmented_control(key="world.anchor.frequency").value == "high"
    app.button(key="reset-world").click().run()
    assert app.segmented_control(key="world.anchor.frequency").value == "central"
    assert set(address_of(app)) == {"lang", "version"}


# ---- the first answer, and the one after it ------------------------------------------------------------------------


def mark_of(app: AppTest) -> dict[str, str]:
    """What the page says to programs about itself."""
    (said,) = [one.proto.body for one in app.get("html") if "data-final" in one.proto.body]
    return {name: html.unescape(text) for name, text in re.findall(r'data-(\w+)="([^"]*)"', said)}


def test_the_answer_is_refined_and_the_page_says_when_it_is_final() -> None:
    app = opened(lang="en", start="fifty-fifty")
    mark = mark_of(app)
    assert (mark["final"], mark["futures"]) == ("yes", str(MOST))
    assert dict(urllib.parse.parse_qsl(mark["address"])) == address_of(app)
    assert len(mark["charts"].split()) == 2
    assert not any("It is being refined" in caption.value for caption in app.caption)


def test_a_first_answer_is_shown_before_it_is_refined(monkeypatch: pytest.MonkeyPatch) -> None:
    play = Run.play

    def first_only(run: Run, wanted: int, *options: Any, **named: Any) -> None:
        if wanted == MOST:
            raise RuntimeError("a lever was moved")
        play(run, wanted, *options, **named)

    monkeypatch.setattr(Run, "play", first_only)
    app = opened(lang="en", start="no-ransom", seed="8")
    mark = mark_of(app)
    assert (mark["final"], mark["futures"]) == ("no", str(FIRST))
    assert len(app.metric) == 5
    assert len(charts(app)) == 2


def test_a_page_that_waits_for_the_engine_says_so_and_answers_as_soon_as_it_is_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room, waits = Room(), list[float]()

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        return len(waits) > 3

    monkeypatch.setattr(room, "wait", wait)
    monkeypatch.setattr("sim.web.app.ROOM", room)
    said: list[str] = []
    monkeypatch.setattr("sim.web.app.st.spinner", lambda text, **_: (said.append(text), contextlib.nullcontext())[1])
    app = opened(lang="nl")
    assert not app.exception
    assert len(waits) == 4
    assert max(waits) < 1  # a lever that is moved meanwhile does not wait for the engine
    assert said == ["De rekenkern wordt klaargezet. Eén keer na een installatie duurt dat ongeveer een halve minuut."]
    assert len(app.metric) == 5


@pytest.mark.parametrize(
    ("trouble", "notice"), [("missing", "Numba is not installed"), ("broken", "does not work here")]
)
def test_where_the_reference_engine_serves_the_page_says_so(
    monkeypatch: pytest.MonkeyPatch, trouble: str, notice: str
) -> None:
    room = Room()
    room.engine = "reference"
    setattr(room, trouble, True)
    room.start()
    monkeypatch.setattr("sim.web.app.ROOM", room)
    monkeypatch.setattr("sim.web.app.LADDER", {"reference": (2, 3)})
    app = opened(lang="en")
    assert not app.exception
    (said,) = app.warning
    assert notice in said.value
    assert mark_of(app)["futures"] == "3"


def test_an_engine_that_does_not_compile_leaves_the_reference_engine(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(engine: str) -> None:
        raise OSError("no such instruction")

    monkeypatch.setattr("sim.web.ready.get_ready", broken)
    room = Room()
    assert not room.wait(0)
    room.start()
    assert room.wait(20)
    assert (room.engine, room.broken) == ("reference", True)
    assert "no such instruction" in capfd.readouterr().err


# ---- links that cannot be followed ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_invalid_link_gives_sentences_and_the_page(language: str) -> None:
    app = opened(lang=language, start="nobody", teams="99", ransom="maybe", frequency="often")
    assert not app.exception
    assert len(app.metric) == 5
    said = [warning.value for warning in app.warning]
    assert len(said) == 4
    assert any("teams=99" in sentence and "1" in sentence and "20" in sentence for sentence in said)
    app.select_slider(key="policy.response.teams").set_value(5).run()
    assert not app.warning


@pytest.mark.parametrize("bad", ["", "nan", "inf", "-1", "1e999", "21", "four", "4.5", "<b>4</b>", "٤٤"])
def test_a_number_that_is_none_is_refused(bad: str) -> None:
    screen, problems = link.read({"teams": bad})
    assert screen == Screen()
    assert len(problems) == 1


def test_what_a_link_says_is_shown_without_markup() -> None:
    evil = "![x](https://example.org/x.png) [a](http://example.org) www.example.org <script>alert(1)</script>"
    _, problems = link.read({"start": evil, evil: "1", "version": evil})
    for sentence in problems:
        assert not set("![]()<>`*") & set(
            sentence.replace("(allowed", "").replace("(toegelaten", "").replace(");", ";")
        )
        assert "://" not in sentence
        assert "www." not in sentence


def test_an_unknown_language_is_dutch_and_said() -> None:
    screen, problems = link.read({"lang": "fr"})
    assert screen.language == "nl"
    assert len(problems) == 1


def test_another_version_is_said() -> None:
    assert "9.9.9" in link.read({"lang": "en", "version": "9.9.9"})[1][0]


@given(
    language=st.sampled_from(LANGUAGES),
    preset=st.sampled_from(list(presets())),
    seed=st.integers(0, link.MOST_SEED),
    tab=st.sampled_from(link.TABS),
    data=st.data(),
)
def test_writing_and_reading_a_link_is_the_same_screen(
    language: str, preset: str, seed: int, tab: str, data: st.DataObject
) -> None:
    def positions(those: tuple[levers.Lever, ...]) -> dict[str, Value]:
        return {lever.key: data.draw(st.sampled_from(lever.options)) for lever in those}

    screen = Screen(language, preset, positions(policy_levers()), positions(world_levers()), seed, tab)
    read, problems = link.read(link.write(screen))
    assert not problems
    assert read == Screen(language, preset, dict(read.policy), dict(read.world), seed, tab)
    assert dict(read.policy) == dict(screen.policy)
    assert dict(read.world) == dict(screen.world)


# ---- levers and policies -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", list(presets()))
def test_untouched_levers_leave_the_preset_alone(preset: str) -> None:
    assert policy_of(preset, start(preset)) is presets()[preset]


def test_fifty_fifty_can_be_made_by_hand() -> None:
    made = policy_of("local-only", dict(start("local-only")) | {"share.prevention": 50.0, "share.incidents": 50.0})
    wanted = presets()["fifty-fifty"].model_copy(
        update={
            "cost_split": presets()["fifty-fifty"].cost_split.model_copy(
                update={"response_capacity": made.layers("response_capacity")}
            )
        }
    )
    assert same(made, wanted)


def test_a_share_that_moved_replaces_the_terms_of_the_start_point() -> None:
    values = dict(start(BASELINE))
    assert levers.has_own_terms(BASELINE, "share.prevention")
    moved = policy_of(BASELINE, values | {"share.prevention": 20.0})
    assert [(layer.payer, layer.share, layer.until) for layer in moved.layers("prevention")] == [
        ("flanders", 0.2, None),
        ("municipality", 1.0, None),
    ]
    assert moved.layers("recovery") == presets()[BASELINE].layers("recovery")


@pytest.mark.parametrize("language", LANGUAGES)
def test_levers_come_from_the_parameter_table(language: str) -> None:
    say = words(language)
    for lever in (*policy_levers(), *world_levers()):
        row = lever.parameter
        assert lever.label(say)
        assert len(lever.help(say)) > 40
        if row is None:
            continue
        assert row.label[language] in lever.label(say)
        assert row.help[language] in lever.help(say)
        if lever.kind == "slide":
            assert row.low is not None
            assert row.high is not None
            assert row.allowed is not None
            numbers = [float(option) for option in lever.options]
            assert row.allowed[0] <= numbers[0] <= row.low < row.high <= numbers[-1] <= row.allowed[1]
        else:
            assert lever.options == row.choices


def test_every_position_of_every_lever_is_a_sound_policy() -> None:
    home = start(BASELINE)
    for lever in policy_levers():
        for option in lever.options:
            assert isinstance(policy_of(BASELINE, {**home, lever.key: option}), Policy)


# ---- futures that are kept -----------------------------------------------------------------------------------------


@pytest.fixture
def world() -> World:
    return small(world_of(world_start()))


def asked(archive: Archive, world: World, *names: str, seed: int = 1) -> Run:
    return archive.run(world, tuple(presets()[name] for name in names or (BASELINE,)), seed, "compiled")


def test_futures_are_played_once_and_go_on(world: World) -> None:
    archive = Archive()
    run = asked(archive, world)
    assert (run.complete, run.missing(6)) == (0, 6)
    run.play(6)
    first = run.comparison(6).futures_of[0]
    assert (run.complete, run.missing(6), run.missing(9)) == (6, 0, 3)
    run.play(3)
    assert run.complete == 6
    again = asked(archive, world)
    again.play(9)
    more = again.comparison(9).futures_of[0]
    assert all(one is other for one, other in zip(first, more, strict=False))
    assert [summary.replication for summary in more] == list(range(9))


def test_futures_are_those_of_python_whatever_the_cores_and_the_steps(world: World) -> None:
    names = (BASELINE, "more-response-teams")
    whole = sim.compare(world, [presets()[name] for name in names], replications=30, seed=1)
    run = asked(Archive(), world, *names)
    run.play(7, seconds=0)
    run.play(30, spared=99)
    assert run.comparison(30).futures().equals(whole.futures())


def test_names_do_not_make_another_policy(world: World) -> None:
    archive = Archive()
    policy = presets()[BASELINE]
    asked(archive, world).play(2)

    def missing(world: World, policy: Policy, seed: int) -> int:
        return archive.run(world, (policy,), seed, "compiled").missing(2)

    assert missing(world, policy.model_copy(update={"id": "other"}), 1) == 0
    assert missing(world, presets()["no-ransom"], 1) == 2
    assert missing(world, policy, 2) == 2
    assert missing(world.with_values({"anchor.frequency": "high"}), policy, 1) == 2


def test_the_least_used_go_first(world: World) -> None:
    archive = Archive(most=5)
    names = ("status-quo-2020", "no-ransom", "fifty-fifty")
    for name in names:
        asked(archive, world, name).play(2)
    assert asked(archive, world, "fifty-fifty").missing(2) == 0
    assert asked(archive, world, "no-ransom").missing(2) == 0
    assert asked(archive, world, "status-quo-2020").missing(2) == 2


def test_a_stopped_run_keeps_what_was_played(world: World) -> None:
    run = asked(Archive(), world)

    def stop(done: int, asked: int, seconds: float) -> None:
        if done:
            raise RuntimeError("moved on")

    with pytest.raises(RuntimeError, match="moved on"):
        run.play(500, stop, seconds=0)
    assert 0 < run.missing(500) < 500
    run.play(500)
    assert run.complete == 500


def test_two_visitors_with_one_question_play_every_future_once(world: World) -> None:
    archive = Archive()
    with ThreadPoolExecutor(4) as visitors:
        list(visitors.map(lambda _: asked(archive, world).play(300, seconds=0.001), range(4)))
    futures = asked(archive, world).comparison(300).futures_of[0]
    assert [summary.replication for summary in futures] == list(range(300))


def test_progress_is_told_from_nothing_to_all(world: World) -> None:
    told: list[tuple[int, int]] = []
    run = asked(Archive(), world, BASELINE, "no-ransom", seed=3)
    run.play(6, lambda done, asked, _: told.append((done, asked)))
    assert told[0] == (0, 12)
    assert told[-1] == (12, 12)
    assert told == sorted(told)


# ---- key figures ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("replications", [1, 2, 12])
def test_key_figures_can_be_said_with_few_futures_too(world: World, replications: int, language: str) -> None:
    run = asked(Archive(), world, BASELINE, "more-response-teams")
    run.play(replications)
    result = run.comparison(replications)
    say = words(language)
    cards = [card(figure, result, say) for figure in FIGURES]
    assert all("nan" not in f"{shown.value}{shown.delta}{shown.help}" for shown in cards)
    assert len(table(result, say)) == len(FIGURES)


def test_a_pure_shift_between_payers_has_no_colour(world: World) -> None:
    run = asked(Archive(), world, BASELINE, "flanders-pays")
    run.play(4)
    result = run.comparison(4)
    shown: Mapping[str, Any] = {figure.name: card(figure, result, words("en")) for figure in FIGURES}
    assert shown["own"].colour == "off"
    assert shown["own"].delta.startswith("-")
    assert shown["cash"].delta == "0"
    assert shown["cash"].arrow == "off"
