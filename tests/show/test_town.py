"""What is shown of one municipality: its futures, its rank, in both languages, and as tables."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from sim.experiments.comparison.compare import Comparison
from sim.show.charts.one_municipality import (
    Town,
    amount,
    peers,
    rank,
    table_of_peers,
    table_of_town_futures,
    town_futures,
)
from sim.show.charts.tile_map import tile_map
from sim.text import LANGUAGES, words

ONE = "prevention-first"
MEASURES = ("own", "outage")


@pytest.fixture(scope="module")
def town(small: Comparison) -> Town:
    return Town(small, small.world.by_nis(11004))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("draw", [town_futures, peers])
def test_every_chart_has_a_finding_and_words_for_the_blind(
    town: Town, draw: object, measure: str, language: str, scheme: str
) -> None:
    figure = draw(town, measure, language, scheme=scheme)  # type: ignore[operator]
    meta = figure.layout.meta
    assert re.search(r"\d", meta["title"])
    assert town.municipality.name in meta["title"]
    assert len(meta["alt"]) > len(meta["title"])
    assert figure.layout.separators == {"nl": ",.", "en": ".,"}[language]
    assert json.loads(go.Figure(figure.to_dict()).to_json()) == json.loads(figure.to_json())
    assert not re.search(r"\bnan\b|inf\b", meta["alt"])


def test_figures_are_those_of_the_comparison(small: Comparison, town: Town) -> None:
    table = small.municipalities()
    row = table[(table["policy"] == ONE) & (table["nis_code"] == 11004)].iloc[0]
    assert town.estimate(ONE, "own").mean == pytest.approx(row["own_cost_per_inhabitant_eur"])
    assert town.estimate(ONE, "own").p95 == pytest.approx(row["own_cost_p95_per_inhabitant_eur"])
    assert town.estimate(ONE, "outage").mean == pytest.approx(row["outage_days_per_year"])
    assert town.estimate(ONE, "serious").mean == pytest.approx(row["serious_incidents_per_year"])


def test_its_worst_future_is_where_it_pays_most(town: Town) -> None:
    values = [summary.own[town.place] for summary in town.result.summaries(ONE)]
    assert values[town.worst(ONE)] == max(values)
    assert sum(value < values[town.middle(ONE)] for value in values) == len(values) // 2


def test_the_rank_is_among_those_of_its_size(small: Comparison, town: Town) -> None:
    found = rank(town, ONE, "own")
    table = small.municipalities()
    mine = table[(table["policy"] == ONE) & (table["size_class"] == "10 000 - 19 999")]
    ordered = mine.sort_values("own_cost_per_inhabitant_eur", kind="stable")
    assert found.names == ordered["name"].tolist()
    assert found.names[found.place] == "Boechout"
    assert found.first <= found.place <= found.last
    title = peers(town, "own", "en").layout.meta["title"]
    assert f"place {found.place + 1} of {len(found.names)} of its size" in title
    assert title.endswith(f"chance allows {found.first + 1} to {found.last + 1}")


def test_a_rank_that_chance_cannot_change_is_called_so(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    found = rank(town, ONE, "own")
    alone = found._replace(first=found.place, last=found.place)
    monkeypatch.setattr("sim.show.charts.one_municipality.rank", lambda *_: alone)
    assert peers(town, "own", "en").layout.meta["title"].endswith("chance allows no other place")


def test_it_is_picked_out_at_its_own_place(town: Town) -> None:
    figure = peers(town, "own", "en")
    own = figure.data[-1]
    assert own.customdata[0][0] == "Boechout"
    assert own.customdata[0][1] == pytest.approx(town.estimate(town.result.policies[-1], "own").mean)
    low, high = figure.layout.xaxis.range
    reach = own.error_x
    assert low <= own.customdata[0][1] - reach.arrayminus[0]
    assert own.customdata[0][1] + reach.array[0] <= high


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("measure", MEASURES)
def test_tables_hold_the_dots(town: Town, measure: str, language: str) -> None:
    table = table_of_town_futures(town, measure, language)
    for i, policy in enumerate(town.result.policies, start=1):
        assert [row[i] for row in table.rows] == pytest.approx(list(town.likely(policy, measure)))
    assert len(set(table.columns)) == len(table.columns)
    strip = table_of_peers(town, measure, language)
    assert [row[1] for row in strip.rows] == rank(town, town.result.policies[-1], measure).names


def test_a_policy_that_only_shifts_the_bill_changes_no_outage(small: Comparison) -> None:
    two = Comparison(small.world, small.policies[:2], small.seed, small.years, small.engine, small.futures_of[:2])
    one = Town(two, small.world.by_nis(11004))
    assert town_futures(one, "outage", "en").layout.meta["title"].startswith("Outages in Boechout are the same under")
    assert "is cheaper for Boechout in 20 of 20 futures" in town_futures(one, "own", "en").layout.meta["title"]


def test_alone_of_its_size_and_alone_with_its_policy(alone: Comparison) -> None:
    antwerp = Town(alone, alone.world.by_nis(11002))
    assert "no other municipality is of its size" in peers(antwerp, "own", "en").layout.meta["title"]
    assert town_futures(antwerp, "own", "en").layout.meta["title"].startswith("In 1 future of 20, Antwerpen pays")
    lone = Comparison(alone.world, alone.policies, alone.seed, alone.years, alone.engine,
                      (alone.futures_of[0][:1],))  # fmt: skip
    assert "nan" not in peers(Town(lone, antwerp.municipality), "own", "nl").layout.meta["alt"]


def test_where_all_pay_the_same_there_is_no_rank(small: Comparison) -> None:
    level = tuple(replace(summary, own=0 * summary.own) for summary in small.futures_of[0])
    nothing = Comparison(small.world, small.policies[:1], small.seed, small.years, small.engine, (level,))
    title = peers(Town(nothing, small.world.by_nis(11004)), "own", "en").layout.meta["title"]
    size = int((small.towns.frame["size_class"] == "10 000 - 19 999").sum())
    assert title == f"Boechout pays €0 a head a year, as do all {size} of its size"


def test_amounts_carry_their_unit() -> None:
    assert amount(words("en"), "own", 5.123) == "€5.12"
    assert amount(words("en"), "outage", 0.4567) == "0.46 days"


def test_a_municipality_is_marked_on_the_map(small: Comparison) -> None:
    plain, marked = (tile_map(small, ONE, "en", marked=code) for code in (None, 11004))
    assert plain.layout.meta["rev"] != marked.layout.meta["rev"]
    rings = marked.data[len(plain.data) - 1 : -1]
    towns = sorted(town.nis for town in small.world.municipalities)
    last = marked.data[-1]
    assert len(last.x) == len(towns)
    for ring in rings:
        assert np.mean(ring.x[:6]) == pytest.approx(last.x[towns.index(11004)], abs=1e-3)
    assert len(rings) == 2
