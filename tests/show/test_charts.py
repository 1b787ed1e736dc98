"""The charts say what the comparison says, in both languages and both schemes, and need nothing from outside."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go
import pytest

import sim
from sim.experiments.comparison.compare import Comparison
from sim.show.base.figure import nice, signed, steady
from sim.show.charts.burden import burden_by_size
from sim.show.charts.differences import outcomes, table_of_outcomes, winners_by_size
from sim.show.charts.exceedance import exceedance, untitled, who_pays
from sim.show.charts.money_flows import flows
from sim.show.charts.one_of_twenty import dots, worst_year
from sim.show.charts.over_time import fan, paid_back
from sim.show.charts.payers import payers_bars
from sim.show.charts.tile_map import MEASURES, positions, tile_map
from sim.show.charts.who_pays import _GAP, _LABEL, _stack
from sim.show.tables.comparison_tables import gaps
from sim.text import words

Draw = Callable[..., Any]
CHARTS: dict[str, Draw] = {
    "who_pays": lambda result, language, **options: who_pays(result, "status-quo-2020", language, **options),
    "tiles": lambda result, language, **options: tile_map(result, "status-quo-2020", language, **options),
    "exceedance": exceedance,
    "burden": burden_by_size,
    "bars": payers_bars,
    "dots": dots,
    "worst year": worst_year,
    "fan": fan,
    "paid back": paid_back,
    "outcomes": outcomes,
    "winners": winners_by_size,
}
PAIRED = ("outcomes", "winners")  # say nothing about a single policy


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_has_a_finding_words_for_the_blind_and_the_signs_of_its_language(
    small: Comparison, name: str, language: str, scheme: str
) -> None:
    figure = CHARTS[name](small, language, scheme=scheme)
    meta = figure.layout.meta
    assert figure.layout.title.text.replace("<br>", " ") == meta["title"]
    assert re.search(r"\d", meta["title"])
    assert len(meta["alt"]) > len(meta["title"]) > 10
    assert figure.layout.separators == {"nl": ",.", "en": ".,"}[language]
    text = figure.to_json()
    assert json.loads(go.Figure(figure.to_dict()).to_json()) == json.loads(text)  # Plotly knows all that is in it
    assert "http" not in text
    assert not re.search(r"\bnan\b|inf\b", meta["alt"])


@pytest.mark.parametrize("name", [name for name in CHARTS if name not in PAIRED])
def test_charts_of_one_policy_draw_too(alone: Comparison, name: str) -> None:
    assert CHARTS[name](alone, "nl").layout.meta["rev"]


def test_rev_changes_when_the_picture_does_and_only_then(small: Comparison, alone: Comparison) -> None:
    revs = [
        who_pays(small, "status-quo-2020", "nl").layout.meta["rev"],
        who_pays(small, "fifty-fifty", "nl").layout.meta["rev"],
        who_pays(small, "status-quo-2020", "en").layout.meta["rev"],
        who_pays(small, "status-quo-2020", "nl", scheme="dark").layout.meta["rev"],
        who_pays(alone, "status-quo-2020", "nl").layout.meta["rev"],
        tile_map(small, "status-quo-2020", "nl").layout.meta["rev"],
    ]
    assert len(set(revs)) == len(revs)
    assert who_pays(small, "status-quo-2020", "nl").layout.meta["rev"] == revs[0]


def test_a_page_may_set_the_title_itself(small: Comparison) -> None:
    drawn = exceedance(small, "nl")
    height = drawn.layout.height
    title, figure = untitled(drawn)
    assert title == figure.layout.meta["title"]
    assert figure.layout.title.text is None
    assert figure.layout.height < height


@pytest.mark.parametrize("name", CHARTS)
def test_a_picture_that_is_taken_away_says_where_it_comes_from(small: Comparison, name: str) -> None:
    figure = CHARTS[name](small, "nl")
    plot = figure.layout.height - figure.layout.margin.t - figure.layout.margin.b
    above = signed(figure, "Weerbaar 1.2.3", "light")
    assert figure.layout.title.subtitle.text == "Weerbaar 1.2.3"
    assert above == figure.layout.height - figure.layout.meta["height"]
    assert figure.layout.height - figure.layout.margin.t - figure.layout.margin.b == plot
    assert figure.layout.paper_bgcolor == "#FFFFFF"
    go.Figure(figure.to_dict())  # Plotly knows all that is in it


def test_axes_hold_still_for_a_small_step() -> None:
    assert {steady(40.0, most) for most in (40.0, 45.0, 50.0)} == {50.0}
    assert steady(40.0, 51.0) == 60.0


# ---- who pays ------------------------------------------------------------------------------------------------------


def test_flows_add_up_to_the_cash_cost(small: Comparison) -> None:
    for policy in small.policies:
        total = sum(flows(small, policy).values()) * small.years
        assert total == pytest.approx(small.estimate(policy, "cash_cost_eur").mean)


def test_the_sankey_draws_every_flow_once(small: Comparison) -> None:
    figure = who_pays(small, "fifty-fifty", "en")
    link = figure.data[0].link
    assert sum(link.value) == pytest.approx(sum(flows(small, "fifty-fifty").values()))
    assert len(set(zip(link.source, link.target, strict=True))) == len(link.value)


@pytest.mark.parametrize(
    "columns", [[[99.0, 1.0], [80.0, 10.0, 5.0, 4.9, 0.05, 0.05]], [[1.0], [1.0]], [[0.5] * 4, [2.0]]]
)
def test_no_two_labels_of_the_sankey_touch(columns: list[list[float]]) -> None:
    height = 260.0
    scale, placed = _stack(columns, height)
    for column, centres in zip(columns, placed, strict=True):
        ends = [(c - v * scale / 2, c + v * scale / 2) for v, c in zip(column, centres, strict=True)]
        assert ends[0][0] >= -1e-6
        assert ends[-1][1] <= height + 1e-6
        for (a, b), (_, low), (high, _) in zip(pairwise(centres), ends[:-1], ends[1:], strict=True):
            assert b - a >= _LABEL - 1e-6
            assert high - low >= min(_GAP, _LABEL) - 1e-6


# ---- how bad it can get ----------------------------------------------------------------------------------------------


def test_the_baseline_is_grey_and_dashed(small: Comparison) -> None:
    curves = [trace for trace in exceedance(small, "nl").data if trace.mode == "lines"]
    assert curves[0].line.dash == "dash"
    assert all(curve.line.dash != "dash" for curve in curves[1:])
    assert len({curve.line.color for curve in curves}) == len(curves)


def test_curves_can_be_chosen(small: Comparison) -> None:
    drawn = exceedance(small, "nl", ["prevention-first"]).data
    assert [trace.name for trace in drawn if trace.mode == "lines"] == ["Eerst voorkomen"]
    with pytest.raises(KeyError, match="no-such"):
        exceedance(small, "nl", ["no-such"])


def test_the_curve_falls_and_ends_at_the_worst_year(small: Comparison) -> None:
    curve = exceedance(small, "nl", ["status-quo-2020"]).data[0]
    assert list(curve.y) == sorted(curve.y, reverse=True)
    assert list(curve.x) == sorted(curve.x)
    assert curve.x[-1] == pytest.approx(small.years_of("status-quo-2020").max() / 1e6)


@pytest.mark.parametrize(("value", "end"), [(0, 1), (0.9, 1), (1, 1), (1.1, 1.2), (61, 80), (80, 80), (101, 120)])
def test_axes_end_at_round_numbers(value: float, end: float) -> None:
    assert nice(value) == pytest.approx(end)


# ---- who bears it ----------------------------------------------------------------------------------------------------


def test_bars_add_up(small: Comparison) -> None:
    bars = payers_bars(small, "en").data
    for i, policy in enumerate(small.policies):
        total = small.estimate(policy, "cash_cost_eur").mean / small.years / 1e6
        assert sum(bar.x[i] for bar in bars) == pytest.approx(total)


def test_the_burden_chart_shows_the_table(small: Comparison) -> None:
    table = small.burden()
    for policy, trace in zip(small.policies, burden_by_size(small, "nl").data, strict=True):
        assert list(trace.y) == pytest.approx(table[table["policy"] == policy.id]["mean"].tolist())


def test_the_burden_chart_says_of_which_policy_its_title_is(small: Comparison) -> None:
    title = burden_by_size(small, "nl").layout.meta["title"]
    assert title.startswith(f"“{small.policies[1].title['nl']}”: ")
    assert "miljoen" not in title


# ---- tiles -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("measure", MEASURES)
def test_every_municipality_has_one_tile(small: Comparison, measure: str) -> None:
    figure = tile_map(small, "fifty-fifty", "nl", measure)
    areas = [trace for trace in figure.data if trace.fill == "toself"]
    assert sum(list(area.x).count(None) for area in areas) == len(small.world.municipalities)
    names = {row[0] for trace in figure.data if trace.customdata is not None for row in trace.customdata}
    assert names == {town.name for town in small.world.municipalities}


def test_tiles_are_regular_hexagons(small: Comparison) -> None:
    area = next(
        trace for trace in tile_map(small, "status-quo-2020", "nl").data if trace.fill == "toself" and len(trace.x)
    )
    corners = list(zip(area.x[:6], area.y[:6], strict=True))
    sides = [
        ((a - c) ** 2 + (b - d) ** 2) ** 0.5 for (a, b), (c, d) in zip(corners, [*corners[1:], corners[0]], strict=True)
    ]
    assert sides == pytest.approx([1 / 3**0.5] * 6, abs=1e-3)
    figure = tile_map(small, "status-quo-2020", "nl")
    assert figure.layout.yaxis.scaleanchor == "x"


def test_neighbours_touch_and_do_not_overlap() -> None:
    import sim

    x, y = positions(sim.load_world("flanders-2020").municipalities)
    distances = ((x[:, None] - x) ** 2 + (y[:, None] - y) ** 2) ** 0.5
    nearest = sorted(distances[distances > 0])[0]
    assert nearest == pytest.approx(1, abs=1e-3)


def test_towns_without_a_place_get_one(small: Comparison) -> None:
    towns = [town.model_copy(update={"hex_x": 0.0, "hex_y": 0.0}) for town in small.world.municipalities]
    x, y = positions(towns)
    assert len({*zip(x, y, strict=True)}) == len(towns)


def test_letters_stand_where_they_fit(small: Comparison) -> None:
    def labels(width: int, height: int) -> int:
        return sum(
            bool(text) for text in tile_map(small, "status-quo-2020", "nl", width=width, height=height).data[-1].text
        )

    assert labels(60, 60) == sum(town.centre_city for town in small.world.municipalities)
    assert labels(2000, 1500) == len(small.world.municipalities)


def test_an_unknown_measure_or_policy_is_named(small: Comparison) -> None:
    with pytest.raises(ValueError, match="own_cost_per_inhabitant_eur"):
        tile_map(small, "fifty-fifty", "nl", "luck")
    with pytest.raises(KeyError, match="no-such"):
        tile_map(small, "no-such", "nl")


def test_the_title_of_the_map_is_about_the_policy_shown(small: Comparison) -> None:
    table = small.municipalities()
    own = table[table["policy"] == "prevention-first"]["own_cost_per_inhabitant_eur"]
    title = tile_map(small, "prevention-first", "en").layout.meta["title"]
    assert words("en").money(float(own.quantile(0.25))) in title


# ---- ties ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tied() -> Comparison:
    """Futures in many of which nobody asks for ransom; the last policy is the one before by another name."""
    today, other = sim.load_policy("status-quo-2020"), sim.load_policy("no-ransom")
    twin = other.model_copy(update={"id": "twin", "title": today.title.model_copy(update={"en": "Twin"})})
    world = sim.load_world("flanders-2020").with_values({"threat.attempts": 60})
    world = world.model_copy(update={"municipalities": world.municipalities[:20]})
    return sim.compare(world, [today, other, twin], replications=60, years=10)


def test_futures_that_cost_the_same_are_told_apart_from_dearer_ones(tied: Comparison) -> None:
    gap = tied.difference("twin", "cash_cost_eur")
    assert 0.1 < gap.share_of_futures_equal < 0.9
    counts = re.search(r"Of 20 futures “Twin” is cheaper in (\d+), as dear in (\d+), dearer in (\d+); ",
                       dots(tied, "en").layout.meta["title"])  # fmt: skip
    assert counts is not None
    told = [int(one) for one in counts.groups()]
    assert sum(told) == 20
    assert all(abs(n - 20 * share) < 1 for n, share in zip(told, gap.shares, strict=True))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_tables_count_lower_equal_and_higher_to_a_hundred(tied: Comparison, language: str) -> None:
    found = [row[3:6] for row in gaps(tied, language).rows if len(row) > 1]  # type: ignore[union-attr]
    found += [tuple(str(cell) for cell in row[6:9]) for row in table_of_outcomes(tied, language).rows]
    assert len(found) > 10
    assert all(sum(int(cell.strip("%\xa0")) for cell in cells) == 100 for cells in found)
    assert any(cells[1] not in ("0%", "0\xa0%", "100%", "100\xa0%") for cells in found)


def test_policies_that_cost_the_least_alike_are_all_named(tied: Comparison) -> None:
    town = sim.load_world("one-town")
    dearer = [sim.load_policy(name) for name in ("status-quo-2020", "prevention-first")]
    twin = dearer[1].model_copy(update={"id": "twin", "title": tied.policies[2].title})
    result = sim.compare(town, [*dearer, twin], replications=20, years=2)
    title = outcomes(result, "en").layout.meta["title"]
    assert title.startswith("All cost more in total; the least: “Prevention first” and “Twin”, ")
    cheaper = [dearer[1], dearer[0], dearer[0].model_copy(update={"id": "again"})]
    result = sim.compare(town, cheaper, replications=20, years=2)
    assert (
        outcomes(result, "en")
        .layout.meta["title"]
        .startswith("Least in total: “Current policy (2020)” and “Current policy (2020)”, ")
    )
