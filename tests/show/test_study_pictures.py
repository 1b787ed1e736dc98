"""What a study says, in tables and pictures: the same figures, in both languages."""

from __future__ import annotations

import re
from dataclasses import replace

import plotly.graph_objects as go
import pytest

import sim
from sim.experiments.optima.search import optimise
from sim.experiments.studies import scenario_discovery, sensitivity, tradeoffs
from sim.experiments.studies.run import run_study
from sim.model.files.load import scenarios
from sim.results.estimates import Difference
from sim.show.base.html_page import write_page
from sim.show.studies import best_values, chart_tables, charts, factor_charts, tables
from sim.show.studies.chart_tables import table_of_heat_map
from sim.show.studies.names import (
    LEVELS_IN_STUDIES,
    candidate_name,
    factor_name,
    label_name,
    limit_name,
    value_name,
    world_name,
)
from sim.text import words
from tests.studies import crossed, small
from tests.worlds import gordon_loeb_world, plain_policy

OUTCOMES = ["cash_cost_eur", "cost_flanders_eur", "cost_municipality_eur", "break_ins"]


@pytest.fixture(scope="module")
def grid():
    baseline, other = sim.load_policy("status-quo-2020"), sim.load_policy("flanders-pays")
    factors = {"world.threat.attempts": [10, 60, 200], "policy.response.teams": [1, 3]}
    return run_study(crossed(factors, baseline=baseline, policies=[other], outcomes=OUTCOMES, replications=20))


@pytest.fixture(scope="module")
def answers(grid):
    """Every answer, with the study it is about and the table and the picture that show it."""
    return {
        "effects": (grid, sensitivity.effects(grid, "break_ins"), tables.effects, factor_charts.tornado),
        "heat": (
            grid,
            tradeoffs.heat(grid, "cash_cost_eur", "attempts", "teams", against="status-quo-2020"),
            tables.heat,
            charts.heat,
        ),
        "pareto": (
            grid,
            tradeoffs.pareto(grid, tradeoffs.Aim("cash_cost_eur"), tradeoffs.Aim("cost_flanders_eur")),
            tables.pareto,
            charts.pareto,
        ),
        "regret": (grid, tradeoffs.regret(grid, "cost_municipality_eur"), tables.regret, charts.regret),
        "best": (grid, tradeoffs.best(grid, "cost_municipality_eur", 1e9), tables.best, charts.best),
        "losses": (
            grid,
            scenario_discovery.losses(grid, "cost_flanders_eur"),
            tables.losses,
            charts.losses,
        ),
    }


NAMES = ["effects", "heat", "pareto", "regret", "best", "losses"]


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_every_answer_has_a_table_and_a_picture_that_plotly_accepts(answers, name, language):
    studied, found, table, chart = answers[name]
    shown = table(studied, found, language)
    assert shown.rows
    assert all(len(row) == len(shown.columns) for row in shown.rows)
    for scheme in ("light", "dark"):
        figure = chart(studied, found, language, scheme=scheme)
        go.Figure(figure.to_dict())  # checked
        assert figure.layout.meta["title"]
        assert figure.layout.meta["alt"]
        assert not re.search(r"nan|None|\{", figure.layout.meta["alt"])


def test_indices_have_a_table_and_a_picture():
    pytest.importorskip("SALib")
    factors = {"world.threat.attempts": {"low": 5.0, "high": 50.0},
               "world.break_in.logistic_midpoint": {"low": 1.0, "high": 5.0}}  # fmt: skip
    studied = run_study(small(design="sobol", size=16, factors=factors))
    found = sensitivity.sobol(studied, "break_ins")
    assert tables.indices(studied, found, "en").rows[0][0] == "Serious attempts to break in"
    figure = factor_charts.sobol(studied, found, "en")
    go.Figure(figure.to_dict())
    assert figure.layout.meta["title"].startswith("“Serious attempts to break in” brings ")
    vague = replace(found, rows=tuple(replace(one, total_half=2.0) for one in found.rows))
    assert "too few to say" in factor_charts.sobol(studied, vague, "en").layout.meta["title"]
    assert "euro" not in tables.indices(studied, sensitivity.sobol(studied, "cash_cost_eur"), "en").title


def test_effects_in_one_future_say_what_the_noise_leaves_out():
    one = run_study(crossed({"world.threat.attempts": [10, 60, 90, 200]}, replications=1))
    note = tables.effects(one, sensitivity.effects(one, "break_ins"), "en").note
    assert note.startswith("4 designs, 1 future each.")
    assert "one future cannot tell" in note


def test_the_tornado_shows_the_effects_and_the_noise(answers):
    studied, found, _, chart = answers["effects"]
    noise, effect = chart(studied, found, "en").data
    assert list(effect.x) == pytest.approx([one.change for one in found.rows])
    for place, one in enumerate(found.rows):
        low, high = sorted((one.start, one.end))
        inside = noise.base[place] <= low and high <= noise.base[place] + noise.x[place]
        assert inside == one.is_noise
    assert "Serious attempts to break in" in chart(studied, found, "en").layout.meta["title"]


def test_a_map_puts_what_may_be_zero_between_brackets(answers):
    studied, found, _, chart = answers["heat"]
    texts = [text for row in chart(studied, found, "en").data[0].text for text in row]
    unsure = ((found.low <= 0) & (found.high >= 0)).ravel().tolist()
    assert [text.startswith("(") for text in texts] == unsure


def test_a_map_names_its_levels_in_the_language_of_the_reader(answers):
    studied, found, table, chart = answers["heat"]
    named = replace(
        found, x_labels=("none", "two thirds", "0.5 – 1.5")[: len(found.x_labels)], y_labels=("low", "0.25")
    )
    drawn = chart(studied, named, "nl")
    assert list(drawn.data[0].x) == ["geen", "twee derde", "0,5 – 1,5"][: len(found.x_labels)]
    assert list(drawn.data[0].y) == ["laag", "0,25"]
    assert not {"none", "two", "low"} & set(drawn.layout.meta["title"].split())
    assert table(studied, named, "nl").rows[0][0] == "laag"
    assert table_of_heat_map(named, "nl").rows[0][:2] == ("laag", "geen")


def test_the_front_is_drawn_through_the_unbeaten(answers):
    studied, found, _, chart = answers["pareto"]
    _, front = chart(studied, found, "en").data
    assert len(front.x) == sum(spot.on_front for spot in found.spots)
    assert list(front.x) == sorted(front.x)


def test_where_nothing_is_lost_no_rule_is_missed(answers):
    studied, found, table, _ = answers["losses"]
    none, some = (replace(found, lost=lost, rules=()) for lost in (0, 2))
    assert table(studied, none, "en").rows[0][0] == "nowhere"
    assert table(studied, some, "en").rows[0][0] == "no rule does better than chance"
    every = replace(found, lost=found.designs, rules=())
    assert table(studied, every, "en").rows[0][0] == "everywhere"
    titles = [charts.losses(studied, one, "en").layout.meta["title"] for one in (none, some, every)]
    assert [title.partition("loses ")[2] for title in titles] == [
        "in no design", "in 33% of designs; no rule says where", "in every design"
    ]  # fmt: skip
    assert [chart_tables.table_of_losses(one, "en").rows[0] for one in (none, every)] == [
        ("all designs", 0.0, 0.0, 100.0), ("all designs", 100.0, 100.0, 100.0)
    ]  # fmt: skip


def test_what_is_alone_or_beside_one_other_is_named(answers):
    studied, found, _, chart = answers["best"]
    alone = replace(found, rows=tuple(one for one in found.rows if one.behind is None), too_close=())
    figure = chart(studied, alone, "en")
    assert "is the only one that Flanders can afford" in figure.layout.meta["title"]
    assert list(figure.data[0].x) == [0.0]  # the best one itself
    other = next(one.candidate for one in found.rows if one.behind is not None)
    near = Difference(1.0, (-1.0, 3.0), 0.4, 0.1, "too_close")
    rows = tuple(one if one.behind is None else replace(one, behind=near) for one in found.rows)
    title = chart(studied, replace(found, rows=rows, too_close=(other,)), "en").layout.meta["title"]
    assert title.endswith(f"“{candidate_name(studied, other, words('en'))}” is too close to call")


def test_policies_that_disappoint_alike_are_named_together(answers):
    studied, found, _, chart = answers["regret"]
    titles = []
    for count in (1, 2, 3, 6):
        rows = [replace(one, worst=5.0 + (place >= count), mean=1.0) for place, one in enumerate(found.rows * 2)]
        titles.append(chart(studied, replace(found, rows=tuple(rows)), "en").layout.meta["title"])
    assert "” disappoints least: " in titles[0]
    assert "” and “" in titles[1]
    assert "” and 2 others disappoint least" in titles[2]
    assert titles[3].startswith("All policies disappoint alike")


def test_two_aims_in_one_unit_name_it_once(grid):
    aims = tradeoffs.Aim("cash_cost_eur"), tradeoffs.Aim("cash_cost_eur", "cvar95")
    note = tables.pareto(grid, tradeoffs.pareto(grid, *aims), "en").note
    assert note.count("Total cash cost") == 1


def test_a_world_is_named_by_what_tells_it_from_others():
    one = small()
    both = run_study(crossed({"world.threat.attempts": [10, 60]}, worlds=[*one.worlds, sim.load_world("flanders-2020")],
                             replications=1))  # fmt: skip
    many = {f"world.{name}": 1.0 for name in ("threat.attempts", "threat.growth", "break_in.today", "a.b", "c.d")}
    say = words("en")
    assert world_name(both, {"world": "one-town", "world.threat.attempts": 60.0}, say) == (
        "One municipality (for teaching); Serious attempts to break in: 60"
    )
    assert world_name(both, {"world": "one-town"} | many, say).endswith("; b: 1; 1 more")


def test_classes_of_a_map_are_named_in_the_language():
    english, dutch = words("en"), words("nl")
    assert [label_name(dutch, one) for one in ("0.25", "0.1 – 0.25", "half", "-", "v1.2")] == [
        "0,25", "0,1 – 0,25", "de helft", "zoals het is", "v1.2"
    ]  # fmt: skip
    assert [label_name(english, one) for one in ("0.25", "half", "-")] == ["0.25", "half", "as it is"]


def test_names_are_those_of_the_parameters():
    english, dutch = words("en"), words("nl")
    assert factor_name(dutch, "world.threat.attempts") == "Ernstige pogingen tot inbraak"
    assert factor_name(english, "policy.cost_split.recovery") == "Who pays: recovery"
    assert value_name(english, 4.0) == "4"
    assert value_name(dutch, 0.25) == "0,250"
    assert [value_name(dutch, name) for name in ("two thirds", "low", "mine")] == ["twee derde", "laag", "mine"]
    assert (
        limit_name(dutch, scenario_discovery.Limit("policy.grants", words=("none", "half")))
        == "Subsidies: geen / de helft"
    )
    limit = scenario_discovery.Limit("world.threat.attempts", 5.0, None)
    assert limit_name(english, limit) == "Serious attempts to break in ≥ 5"
    both = scenario_discovery.Limit("world.threat.attempts", 5.0, 9.0)
    assert limit_name(dutch, both) == "Ernstige pogingen tot inbraak van 5 tot 9"


def test_the_picture_of_the_best_says_who_is_behind_and_who_is_too_close(answers):
    studied, found, table, chart = answers["best"]
    figure = chart(studied, found, "en")
    verdicts = {row[0]: row[4] for row in table(studied, found, "en").rows}
    rows = list(figure.layout.yaxis.ticktext)
    told = {rows[place].replace("<br>", " "): trace.name for trace in figure.data for place in trace.y}
    assert len(figure.data) == len({*told.values()})
    assert all(verdicts[name] == verdict for name, verdict in told.items())


def test_names_on_a_front_stay_in_the_picture(answers):
    studied, found, _, chart = answers["pareto"]
    front = next(trace for trace in chart(studied, found, "en").data if trace.name == "on the front")
    assert front.textposition[0] == "top right"
    assert front.textposition[-1] == ("top right" if len(front.x) == 1 else "bottom left")


def test_a_map_is_read_in_its_own_language(answers):
    studied, found, table, chart = answers["heat"]
    cut = replace(found, x_labels=("none", *found.x_labels[1:]), y_labels=("4.01 – 14.4", *found.y_labels[1:]))
    shown = table(studied, cut, "nl")
    assert (shown.columns[1], shown.rows[0][0]) == ("geen", "4,01 – 14,4")
    figure = chart(studied, cut, "nl").data[0]
    assert (figure.x[0], figure.y[0]) == ("geen", "4,01 – 14,4")
    assert table_of_heat_map(cut, "nl").rows[0][:2] == ("4,01 – 14,4", "geen")
    assert table(studied, cut, "en").rows[0][0] == "4.01 – 14.4"


def test_every_level_of_a_shipped_study_has_a_name_in_both_languages():
    levels = {
        str(value)
        for name in (one.id for one in scenarios("study"))
        for factor in sim.load_study(name).factors.values()
        for value in (factor.levels or factor.values or ())
        if isinstance(value, str)
    }
    assert "two thirds" in levels
    assert levels <= set(LEVELS_IN_STUDIES)


def test_a_picture_is_a_page_that_needs_no_network(answers, tmp_path):
    studied, found, _, chart = answers["regret"]
    path = tmp_path / "regret.html"
    write_page(chart(studied, found, "nl"), path, "Proef", "nl")
    page = path.read_text(encoding="utf-8")
    assert '<html lang="nl">' in page
    assert "Proef. Weerbaar" in page
    assert not re.search(r'<(script|link)[^>]*(src|href)="http', page)


def test_the_best_values_are_drawn_against_the_budget():
    split = [{"payer": "flanders"}, {"payer": "municipality"}]
    policy = plain_policy({"prevention.local_spend": 2.0, "cost_split.prevention": split})
    world, key = gordon_loeb_world(), "prevention.local_spend"
    found = optimise(world, policy, {key: (0.0, 20.0)}, budget=5 * 20_000.0, replications=20, workers=1)
    for language in ("nl", "en"):
        for scheme in ("light", "dark"):
            figure = best_values.picture(policy, found, language, scheme=scheme)
            go.Figure(figure.to_dict())  # checked
            assert not re.search(r"nan|None|\{", figure.layout.meta["alt"])
    traces = {trace.name: trace for trace in figure.data}
    assert list(traces) == ["the least for that money", "too dear", "behind", "too close to call", "best"]
    counts = [len(traces[name].x) for name in ("too dear", "behind", "too close to call", "best")]
    assert sum(counts) == found.tried
    assert min(traces["too dear"].x) > 0.1  # million euro
    shown = traces["too close to call"]
    for place, one in enumerate(found.too_close):
        low, high = one.behind.ci95
        assert shown.y[place] - shown.error_y.arrayminus[place] == pytest.approx((found.mean + low) / 1e6)
        assert shown.y[place] + shown.error_y.array[place] == pytest.approx((found.mean + high) / 1e6)
    assert list(traces["best"].y) == [found.mean / 1e6]
    heights = list(traces["the least for that money"].y)
    assert heights == sorted(heights, reverse=True)
    assert figure.layout.shapes[0].x0 == 0.1


def test_the_best_values_say_that_a_gain_may_be_chance():
    flat = optimise(gordon_loeb_world(), plain_policy(), {"response.teams": (1, 3)}, replications=4, workers=1)
    table = best_values.values(plain_policy(), flat, "en")
    assert table.rows == (("Response teams", "unlimited", "1", "1 to 3", "1 to 3"),)
    assert "That is too close to call." in table.note
    dutch = best_values.values(plain_policy(), flat, "nl")
    assert dutch.rows[0][:2] == ("Interventieteams", "onbeperkt")
    assert "Dat verschil is te klein om te beslechten." in dutch.note
