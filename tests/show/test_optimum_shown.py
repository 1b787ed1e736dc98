"""The chart, the tables and the sentences about how much prevention is best say what the equations say."""

from __future__ import annotations

import json
import re

import numpy as np
import plotly.graph_objects as go
import pytest

import sim
from sim.experiments.comparison.compare import Comparison
from sim.experiments.optima.prevention_optimum import AMOUNTS, by_size, deciding, optima, prevention_curve
from sim.model.policy.policy import Policy
from sim.show.charts.prevention_optimum import FELT, finding, optimum, what_decides
from sim.show.tables.optima import (
    curve_json,
    curve_table,
    optima_json,
    optima_sentence,
    optima_table,
    table_of_optimum,
    table_of_optimum_by_assumption,
)
from sim.text import LANGUAGES, words

TOWN = 11002
EN = words("en")
TODAY = sim.load_policy("status-quo-2020")


@pytest.fixture(scope="module")
def grim(small: Comparison) -> Comparison:
    """The same futures in a world in which prevention is worth more."""
    world = small.world.with_values({"anchor.frequency": "high", "anchor.service_value": "high"})
    return Comparison(world, small.policies, small.seed, small.years, small.engine, small.futures_of)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_has_a_finding_words_for_the_blind_and_the_signs_of_its_language(
    small: Comparison, language: str, scheme: str
) -> None:
    figure = optimum(small, "fifty-fifty", TOWN, language, scheme=scheme)
    meta = figure.layout.meta
    curve = prevention_curve(small.world, small.policy("fifty-fifty"), TOWN)
    assert meta["title"] == finding(words(language), curve)
    assert what_decides(words(language), small.world, small.policy("fifty-fifty"), TOWN) in meta["alt"]
    assert figure.layout.separators == {"nl": ",.", "en": ".,"}[language]
    assert json.loads(go.Figure(figure.to_dict()).to_json()) == json.loads(figure.to_json())
    assert not re.search(r"\bnan\b|inf\b", meta["alt"])


def test_it_draws_both_curves_and_both_optima(grim: Comparison) -> None:
    figure = optimum(grim, "status-quo-2020", TOWN, "en")
    curve = prevention_curve(grim.world, TODAY, TOWN)
    social, private = (trace for trace in figure.data if trace.mode == "lines")
    assert np.interp(curve.spend, social.x, social.y) == pytest.approx(curve.social)
    assert np.interp(curve.spend, private.x, private.y) == pytest.approx(curve.private)
    marks = {trace.name: (trace.x[0], trace.y[0]) for trace in figure.data if trace.mode == "markers"}
    assert marks["best for everybody"][0] == curve.social_best > 0
    assert marks["best for everybody"][1] == pytest.approx(curve.social.min(), rel=1e-3)
    assert marks["best for Antwerpen itself"][0] == curve.private_best
    (today,) = figure.layout.shapes
    assert today.x0 == today.x1 == curve.now


def test_the_baseline_is_drawn_where_its_curve_is_another_one(small: Comparison) -> None:
    def dashed(policy: str) -> list[str]:
        return [trace.name for trace in optimum(small, policy, TOWN, "en").data if trace.line.dash == "dash"]

    assert dashed("status-quo-2020") == []
    assert dashed("fifty-fifty") == ["Antwerpen itself, “Current policy (2020)”"]


def test_a_picture_changes_with_the_municipality_and_the_assumptions(small: Comparison, grim: Comparison) -> None:
    figures = [optimum(small, "fifty-fifty", TOWN, "en"), optimum(small, "fifty-fifty", 11001, "en"),
               optimum(grim, "fifty-fifty", TOWN, "en"), optimum(small, "fifty-fifty", TOWN, "nl")]  # fmt: skip
    assert len({figure.layout.meta["rev"] for figure in figures}) == 4


def test_an_unknown_municipality_is_an_error_that_teaches(small: Comparison) -> None:
    with pytest.raises(sim.InputError, match="99998"):
        optimum(small, "fifty-fifty", 99998, "en")


# ---- in words ------------------------------------------------------------------------------------------------------


def said(policy: Policy, **anchors: str) -> str:
    world = sim.load_world("flanders-2020").with_values({f"anchor.{name}": level for name, level in anchors.items()})
    return finding(EN, prevention_curve(world, policy, "Antwerpen"))


def test_zero_is_said_plainly_with_what_decides_it() -> None:
    assert said(TODAY) == (
        "By expected cost alone Antwerpen itself and everybody are best off without prevention; €5.00 a head is spent"
    )
    table = deciding(sim.load_world("flanders-2020"), TODAY, "Antwerpen").set_index(["frequency", "service_value"])
    text = what_decides(EN, sim.load_world("flanders-2020"), TODAY, "Antwerpen")
    for levels in (("low", "low"), ("central", "central"), ("high", "central"), ("central", "high"), ("high", "high")):
        assert EN.money(table["social_best"][levels]) in text
    assert "Best for the municipality itself is €0 under each of them." in text


def test_the_manual_says_what_both_high_assumptions_do() -> None:
    world = sim.load_world("flanders-2020").with_values({"anchor.frequency": "high", "anchor.service_value": "high"})
    table = optima(world, TODAY)
    assert 0.4 < (table["social_best"] > FELT).mean() < 0.5
    assert by_size(table).iloc[:-1]["social_best"].is_monotonic_increasing
    assert (table["private_best"] < FELT).all()
    assert (optima(sim.load_world("flanders-2020"), TODAY)[list(AMOUNTS[1:])] < FELT).all(axis=None)


def test_a_social_optimum_above_zero_is_said() -> None:
    text = said(TODAY, frequency="high", service_value="high")
    assert text.startswith("By expected cost Antwerpen itself does best without prevention, and everybody with €")


def test_who_pays_nothing_is_told_so() -> None:
    pays_all = sim.load_policy("flanders-pays")
    assert "pays for neither prevention nor break-ins" in said(pays_all)
    free = TODAY.with_values({"cost_split.prevention": pays_all.cost_split.prevention})
    assert said(free).startswith("Prevention costs Antwerpen nothing itself, so more is always better for it")
    assert "municipality itself" not in what_decides(EN, sim.load_world("flanders-2020"), pays_all, "Antwerpen")


# ---- as tables -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_of_the_curve_holds_every_place_that_has_a_name(grim: Comparison, language: str) -> None:
    curve = prevention_curve(grim.world, TODAY, TOWN)
    table = table_of_optimum(grim, "status-quo-2020", TOWN, language)
    spends = [float(row[0]) for row in table.rows]  # type: ignore[arg-type]
    assert spends == sorted(set(spends))
    for place in (curve.now, curve.private_best, curve.cash_best, curve.social_best):
        (row,) = (row for row in table.rows if row[0] == round(place, 3))
        assert row[4]
        assert row[3] == pytest.approx(np.interp(place, curve.spend, curve.social), abs=2e-3)
    assert len(table_of_optimum_by_assumption(grim, "status-quo-2020", TOWN, language).rows) == 9


def test_tables_of_the_command_say_the_same_in_both_languages() -> None:
    world = sim.load_world("flanders-2020").with_values({"anchor.frequency": "high", "anchor.service_value": "high"})
    found = optima(world, TODAY)
    for language in LANGUAGES:
        table = optima_table(world, TODAY, language)
        assert len(table.rows) == 6
        mean = float(np.average(found["social_best"], weights=found["population"]))
        assert table.rows[-1][-1] == words(language).number(mean, 2)
        assert "300" in optima_sentence(world, TODAY, language)
        curve = prevention_curve(world, TODAY, TOWN)
        assert any(row[0].startswith(words(language).number(curve.social_best, 2)) for row in
                   curve_table(curve, TODAY, language).rows)  # fmt: skip


def test_json_is_plain_and_holds_both_languages() -> None:
    world = sim.load_world("one-town")
    every = json.loads(json.dumps(optima_json(world, TODAY), allow_nan=False))
    assert [row["size_class"] for row in every["size_classes"]] == ["20 000 - 49 999", "all"]
    one = json.loads(json.dumps(curve_json(world, TODAY, "Leerdorp"), allow_nan=False))
    assert {*one["sentence"]} == {*LANGUAGES}
    assert one["social_best"] == every["municipalities"][0]["social_best"]
    assert len(one["curve"]["spend"]) == len(one["curve"]["social"])
