"""The moving picture of a year says what its table says, stays light, and is whole in every frame."""

from __future__ import annotations

import json

import plotly.graph_objects as go
import pytest

import sim
from sim.experiments.comparison.compare import Comparison, compare
from sim.results import weeks
from sim.show.charts.incident_log import in_words, incident_log, table_of_weeks
from sim.show.film.stage import STATES, Side, sides_of
from sim.show.film.year_week_by_week import film

POLICIES = ("status-quo-2020", "solidarity-fund")
MOST_BYTES = 2_000_000
CORNERS = 8  # of a tile, with the gap after it


@pytest.fixture(scope="module")
def world():
    return sim.load_world("flanders-2020")


@pytest.fixture(scope="module")
def result(world) -> Comparison:
    return compare(world, [sim.load_policy(name) for name in POLICIES], replications=1)


@pytest.fixture(scope="module")
def sides(world, result) -> list[Side]:
    futures = [sim.simulate(world, policy, replication=0) for policy in result.policies]
    return sides_of(futures, 2023)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_it_has_a_finding_and_plotly_knows_all_that_is_in_it(result, sides, language, scheme):
    figure = film(result, sides, language, scheme=scheme)
    meta = figure.layout.meta
    assert "2023" in meta["title"]
    assert meta["alt"].startswith(meta["title"])
    text = figure.to_json()
    assert json.loads(go.Figure(json.loads(text)).to_json()) == json.loads(text)
    assert "http" not in text


def test_a_year_of_300_municipalities_under_two_policies_is_light(result, world):
    futures = [sim.simulate(world, policy, replication=0) for policy in result.policies]
    sizes = [len(film(result, sides_of(futures, year), "nl").to_json()) for year in weeks.years_in(world)]
    print(f"\nbytes of a year: {min(sizes):,} to {max(sizes):,}")
    assert max(sizes) < MOST_BYTES


@pytest.mark.parametrize("count", [1, 2])
def test_every_frame_sets_every_trace_that_moves_to_what_the_table_says(result, sides, count):
    shown = sides[:count]
    drawn = json.loads(film(result, shown, "en").to_json())
    names = list(STATES.values())
    table = table_of_weeks(shown, "en")
    assert len(drawn["frames"]) == len(table.rows) == len(shown[0].year.starts)
    moving = drawn["frames"][0]["traces"]
    each = len(moving) // count
    for week, frame in enumerate(drawn["frames"]):
        assert frame["traces"] == moving
        assert len(frame["data"]) == len(moving)
        row = dict(zip(table.columns, table.rows[week], strict=True))
        for number, side in enumerate(shown):
            title = side.policy.title["en"]
            mine = frame["data"][number * each : (number + 1) * each]
            tiles = [0 if trace["x"] == [None] else len(trace["x"]) // CORNERS for trace in mine[: len(STATES)]]
            assert tiles == [row[f"{title}: {name}"] for name in names]
            bars = sum(trace["x"][1] for trace in mine[len(STATES) + 1 : -1])
            assert bars == pytest.approx(row[f"{title}: paid since 1 January, million euro"], abs=0.003)
    assert [drawn["data"][i]["x"] for i in moving] == [trace["x"] for trace in drawn["frames"][0]["data"]]


def test_the_slider_has_a_position_for_every_frame(result, sides):
    drawn = json.loads(film(result, sides, "nl").to_json())
    steps = drawn["layout"]["sliders"][0]["steps"]
    assert [step["args"][0] for step in steps] == [[frame["name"]] for frame in drawn["frames"]]
    assert steps[0]["label"] == "1 jan"


def test_rev_is_that_of_what_is_shown(result, sides, world):
    other = sides_of([side.future for side in sides], 2024)
    revs = [film(result, shown, "nl").layout.meta["rev"] for shown in (sides, sides[:1], sides[1:], other, sides)]
    assert len(set(revs)) == 4
    assert revs[0] == revs[-1]


def test_the_log_holds_what_the_journal_holds(sides):
    log = incident_log(sides, "en")
    begin, end = weeks.edges(sides[0].future.world, 2023)
    for number, side in enumerate(sides):
        rows = side.future.incidents
        rows = rows[(rows["begun"] >= begin) & (rows["begun"] < end)]
        serious = [row for row in rows if not weeks.is_small(row)]
        costs = [row[5 + 3 * number] for row in log.rows if row[5 + 3 * number] is not None]
        assert len(costs) >= len(serious) > 5
        wanted = sorted(round(int(row["cost_cents"]) / 100) for row in serious)
        if number == 0 and len(costs) == len(serious):
            assert sorted(costs) == wanted
    shown = in_words(sides, "nl")
    assert len(shown) == len(log.rows)
    # The heading names the year: a day is enough there, and the file has it in full.
    assert [str(row[0]).split()[0] for row in log.rows] == [row["Begint"].split()[0] for row in shown]
    assert max(len(row["Begint"]) for row in shown) <= len("26 sept.")
    assert set(in_words(sides, "nl")[0]) >= {side.policy.title["nl"] for side in sides}
