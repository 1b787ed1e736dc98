"""The five key figures in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from sim.results.estimates import Difference
from sim.text import LANGUAGES, NO_BREAK, words
from sim.web.answers.cache import Archive, Run
from sim.web.layout.key_figures import FIGURES, _delta, card, table, too_small
from sim.web.state.choice import BASELINE, presets, world_of, world_start
from tests.pages import small


def asked(*names: str) -> Run:
    world = small(world_of(world_start()))
    return Archive().run(world, tuple(presets()[name] for name in names), 1, "compiled")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("replications", [1, 2, 12])
def test_key_figures_can_be_said_with_few_futures_too(replications: int, language: str) -> None:
    run = asked(BASELINE, "more-response-teams")
    run.play(replications)
    result = run.comparison(replications)
    say = words(language)
    cards = [card(figure, result, say) for figure in FIGURES]
    assert all("nan" not in f"{shown.value}{shown.delta}{shown.help}" for shown in cards)
    assert len(table(result, say)) == len(FIGURES)


@pytest.mark.parametrize(
    ("mean", "half", "said"),
    [
        (-26.94, 0.14, "-26,9 ± 0,1"),
        (4.41, 0.173, "+4,4 ± 0,2"),
        (-0.034, 0.0041, "-0,034 ± 0,004"),
        (0.00028, 0.002, "0 ± 0,002"),
        (124.3, 12.4, "+124 ± 12"),
        (1.04, 0.02, "+1,04 ± 0,02"),
        (0.25, float("nan"), "+0,250"),
    ],
)
def test_a_difference_has_no_digit_below_its_noise(mean: float, half: float, said: str) -> None:
    assert words("nl").change(mean, half).replace(NO_BREAK, " ") == said


def test_a_pure_shift_between_payers_has_no_colour() -> None:
    run = asked(BASELINE, "flanders-pays")
    run.play(4)
    result = run.comparison(4)
    shown: Mapping[str, Any] = {figure.name: card(figure, result, words("en")) for figure in FIGURES}
    assert shown["own"].colour == "off"
    assert shown["own"].delta.startswith("-")
    assert shown["cash"].delta == "0"
    assert shown["cash"].arrow == "off"


def gap(mean: float, half: float) -> Difference:
    ends = (mean - half, mean + half)
    return Difference(mean, ends, 0.5, 0.0, "higher" if ends[0] > 0 else "lower" if ends[1] < 0 else "too_close")


@pytest.mark.parametrize(
    ("mean", "change", "said"),
    [
        (13.6, gap(0.0008, 0.0007), "less than 0.1"),
        (13.6, gap(-0.049, 0.001), "less than 0.1"),
        (13.6, gap(0.051, 0.001), None),
        (13.6, gap(0.0008, 0.0009), None),  # which is uncertain, and said to be
        (9.99, gap(0.0098, 0.001), "less than 0.01"),  # which shows, and is below a thousandth
        (9.99, gap(0.0102, 0.001), None),
        (0.0, gap(-0.3, 0.1), None),
    ],
)
def test_a_change_that_the_figure_does_not_show_is_none(mean: float, change: Difference, said: str | None) -> None:
    assert too_small(words("en"), change, mean) == said


def test_a_card_gives_a_change_that_does_not_show_no_colour_and_no_arrow() -> None:
    run = asked(BASELINE, "more-response-teams")
    run.play(4)
    result, cash = run.comparison(4), FIGURES[0]
    least = replace(cash, scale=lambda one: cash.scale(one) * 1e-9)  # so that no amount is small
    assert card(least, result, words("en")).colour == "inverse"
    mean = cash.estimate(result).mean
    shown = _delta(cash, gap(mean / 1e6, mean / 1e7), mean, words("en"))
    assert shown[0].startswith("less than ")
    assert shown[1:] == ("off", "off")
    assert _delta(cash, gap(mean, mean / 10), mean, words("en"))[1:] == ("inverse", "auto")
