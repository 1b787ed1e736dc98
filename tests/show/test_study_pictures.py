"""What a study says, in tables and pictures: the same figures, in both languages."""

from __future__ import annotations

import re

import plotly.graph_objects as go
import pytest

import sim
from sim.experiments import losses, sensitivity, tradeoffs
from sim.experiments.study import run_study
from sim.show import study_charts, study_tables
from sim.show.page import write_page
from sim.show.study_names import factor_name, limit_name, value_name
from sim.text import words
from tests.studies import crossed, small

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
        "effects": (grid, sensitivity.effects(grid, "break_ins"), study_tables.effects, study_charts.tornado),
        "heat": (grid, tradeoffs.heat(grid, "cash_cost_eur", "attempts", "teams", against="status-quo-2020"),
                 study_tables.heat, study_charts.heat),
        "pareto": (grid, tradeoffs.pareto(grid, tradeoffs.Aim("cash_cost_eur"), tradeoffs.Aim("cost_flanders_eur")),
                   study_tables.pareto, study_charts.pareto),
        "regret": (grid, tradeoffs.regret(grid, "cost_municipality_eur"), study_tables.regret, study_charts.regret),
        "best": (grid, tradeoffs.best(grid, "cost_municipality_eur", 1e9), study_tables.best, study_charts.best),
        "losses": (grid, losses.losses(grid, "cost_flanders_eur"), study_tables.losses, study_charts.losses),
    }  # fmt: skip


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
    assert study_tables.indices(studied, found, "en").rows[0][0] == "Serious attempts to break in"
    figure = study_charts.sobol(studied, found, "en")
    go.Figure(figure.to_dict())
    assert figure.layout.meta["title"].startswith("“Serious attempts to break in” brings ")


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


def test_the_front_is_drawn_through_the_unbeaten(answers):
    studied, found, _, chart = answers["pareto"]
    _, front = chart(studied, found, "en").data
    assert len(front.x) == sum(spot.on_front for spot in found.spots)
    assert list(front.x) == sorted(front.x)


def test_names_are_those_of_the_parameters():
    english, dutch = words("en"), words("nl")
    assert factor_name(dutch, "world.threat.attempts") == "Ernstige pogingen tot inbraak"
    assert factor_name(english, "policy.cost_split.recovery") == "Who pays: recovery"
    assert value_name(english, 4.0) == "4"
    assert value_name(dutch, 0.25) == "0,250"
    limit = losses.Limit("world.threat.attempts", 5.0, None)
    assert limit_name(english, limit) == "Serious attempts to break in ≥ 5"
    both = losses.Limit("world.threat.attempts", 5.0, 9.0)
    assert limit_name(dutch, both) == "Ernstige pogingen tot inbraak van 5 tot 9"


def test_a_picture_is_a_page_that_needs_no_network(answers, tmp_path):
    studied, found, _, chart = answers["regret"]
    path = tmp_path / "regret.html"
    write_page(chart(studied, found, "nl"), path, "Proef", "nl")
    page = path.read_text(encoding="utf-8")
    assert '<html lang="nl">' in page
    assert "Proef. Weerbaar" in page
    assert not re.search(r'<(script|link)[^>]*(src|href)="http', page)
