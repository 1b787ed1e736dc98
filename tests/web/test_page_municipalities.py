"""The page Municipalities: find one, in a link or by name, and see what the policies mean for it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

import sim
from sim.model.world.typical import typical
from sim.show.charts.one_municipality import Town
from sim.text import LANGUAGES, NO_BREAK, words
from sim.web.layout import chart as chart_of
from sim.web.pages.municipalities import _delta
from sim.web.state import link
from sim.web.state.choice import BASELINE, WORLD, world_of, world_start
from tests.pages import MOST, address_of, charts, mark_of, opened, small, turned

PAGE = "municipalities"
TABS = dict.fromkeys(link.FIELDS["look"].allowed.split(", "), 3) | {"prevention": 2, "story": 1}
TOWN = 11004


def world() -> sim.World:
    return small(world_of(world_start()))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("start", [BASELINE, "prevention-first"])
@pytest.mark.parametrize("tab", TABS)
def test_it_opens_in_both_languages(tab: str, start: str, language: str) -> None:
    app = opened(PAGE, lang=language, start=start, look=tab, town=str(TOWN))
    assert not app.exception
    assert not app.warning
    assert len(charts(app)) == TABS[tab]
    assert len(app.metric) == 4
    assert app.main.header[1].value == words(language).say("{name}, {n} inhabitants", name="Boechout",
                                                            n=words(language).number(13372))  # fmt: skip
    assert len(mark_of(app)["charts"].split()) == TABS[tab]
    assert mark_of(app)["final"] == "yes"


def test_it_begins_with_the_one_in_the_middle_and_typical_ones_are_a_click_away() -> None:
    app = opened(PAGE, lang="en")
    found = {one.kind: one.town for one in typical(world())}
    assert app.main.header[1].value.startswith(found["middle"].name)
    assert "town" not in address_of(app)
    for kind, town in found.items():
        app.button(key=f"typical-{kind}").click().run()
        assert address_of(app)["town"] == str(town.nis)
        assert app.main.header[1].value.startswith(town.name)


def test_a_name_is_searched_and_stands_in_the_link() -> None:
    app = opened(PAGE, lang="en")
    app.selectbox(key="town-en").set_value(TOWN).run()
    assert not app.exception
    assert address_of(app)["town"] == str(TOWN)
    again = opened(PAGE, **address_of(app) | {"lang": "nl"})
    assert again.main.header[1].value.startswith("Boechout")
    assert again.selectbox(key="town-nl").value == TOWN


@pytest.mark.parametrize("bad", ["99999", "Aalst", "<script>", "11004.0", "٢"])
def test_an_unknown_municipality_in_the_link_gives_a_sentence(bad: str) -> None:
    app = opened(PAGE, lang="en", town=bad)
    assert not app.exception
    assert len(app.warning) == 1
    assert "NIS" in app.warning[0].value
    assert "<" not in app.warning[0].value
    assert len(charts(app)) == 3


def test_one_that_is_not_in_this_world_is_no_error() -> None:
    app = opened(PAGE, lang="en", town="73109")  # in Flanders, and not among the few of these tests
    assert not app.exception
    assert len(charts(app)) == 3


def test_the_figures_are_those_of_python() -> None:
    app = opened(PAGE, lang="en", start="fifty-fifty", town=str(TOWN))
    here = small(sim.load_world(WORLD))
    pair = [sim.load_policy(name) for name in (BASELINE, "fifty-fifty")]
    one = Town(sim.compare(here, pair, replications=MOST, seed=link.SEED), here.by_nis(TOWN))
    say = words("en")
    own, out = one.estimate("fifty-fifty", "own"), one.estimate("fifty-fifty", "outage")
    metrics = {metric.label: metric for metric in app.metric}
    assert metrics["Own cost"].value == f"{say.figure(own.mean, 3)} :small[€ a head]"
    gap = one.difference("fifty-fifty", "own")
    assert metrics["Own cost"].delta == say.change(gap.mean, (gap.ci95[1] - gap.ci95[0]) / 2)
    assert metrics["1 in 20 above"].value == f"{say.figure(own.p95, 3)} :small[€ a head]"
    assert metrics["Without services"].value == f"{say.figure(out.mean, 2)} :small[days]"
    assert metrics["Without services"].delta == "0"  # only the bill moves


def test_less_than_half_a_cent_is_no_difference() -> None:
    gap: Any = SimpleNamespace(mean=-0.0001, ci95=(-0.0003, 0.0001), share_of_futures_equal=0.5)
    assert [_delta(words("en"), measure, gap) for measure in ("own", "outage")] == ["0", "0"]
    gap.ci95 = (-0.0063, 0.0061)
    assert _delta(words("nl"), "own", gap).replace(NO_BREAK, " ") == "0 ± 0,006"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("tab", TABS)
def test_behind_every_chart_is_a_table_and_a_file(tab: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.web.layout.chart.is_open", lambda box: True)
    app = opened(PAGE, lang=language, look=tab, start="prevention-first", town=str(TOWN))
    assert not app.exception
    assert len(app.table) == TABS[tab]
    assert len([one for one in app.get("download_button") if "csv" in one.key]) == TABS[tab]


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_story_is_told_under_both_policies(language: str) -> None:
    app = opened(PAGE, lang=language, start="fifty-fifty", look="story", story="3", town=str(TOWN))
    texts = " ".join(one.value.replace("\\", "") for one in app.main.markdown)
    here = small(sim.load_world(WORLD))
    for name in (BASELINE, "fifty-fifty"):
        story = sim.explain(here, sim.load_policy(name), municipality=TOWN, replication=3, seed=link.SEED)
        for line in story.lines(language)[1:]:
            assert line in texts


def test_the_future_of_the_story_is_chosen_and_stands_in_the_link() -> None:
    app = opened(PAGE, lang="en", look="story", town=str(TOWN))
    here = small(sim.load_world(WORLD))
    one = Town(sim.compare(here, [sim.load_policy(BASELINE)], replications=MOST, seed=link.SEED), here.by_nis(TOWN))
    worst = one.worst(BASELINE)
    assert any(caption.value.startswith(f"Future {worst} of {MOST}") for caption in app.main.caption)
    app.segmented_control(key="story-en").set_value("middle").run()
    assert address_of(app)["story"] == "middle"
    app.segmented_control(key="story-en").set_value("number").run()
    assert address_of(app)["story"] == str(one.middle(BASELINE))
    app.text_input(key="story-number").set_value("1234").run()
    assert address_of(app)["story"] == "1234"
    assert not app.exception
    assert any(caption.value.startswith("Future 1234, the same") for caption in app.main.caption)


@pytest.mark.parametrize("bad", ["-1", "100000", "best", "1.5", "number"])
def test_a_future_that_is_none_is_said(bad: str) -> None:
    app = opened(PAGE, lang="en", look="story", story=bad)
    assert len(app.warning) == 1
    assert "worst, middle, 0 – 99999" in app.warning[0].value


def test_a_lever_moves_what_it_costs() -> None:
    app = opened(PAGE, lang="en", town=str(TOWN))
    assert all(metric.delta == "" for metric in app.metric)
    app.select_slider(key="share.incidents").set_value(50.0).run()
    assert {metric.label: metric.delta for metric in app.metric}["Own cost"].startswith("-")
    turned(app, "explore")
    turned(app, PAGE)
    assert address_of(app)["town"] == str(TOWN)


def test_a_second_click_on_a_tile_means_the_same_one(monkeypatch: pytest.MonkeyPatch) -> None:
    state: dict[str, object] = {}
    monkeypatch.setattr(chart_of.st, "session_state", state)
    found: list[int] = []
    for points in ([], [{"point_index": 7}], [], [{"point_index": 2}]):
        state["chart-map"] = {"selection": {"points": points}}
        chart_of._pick("chart-map", found.append)
    assert found == [7, 7, 2]
