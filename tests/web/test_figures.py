"""The five key figures in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sim.text import LANGUAGES, NO_BREAK, words
from sim.web.choice import BASELINE, presets, world_of, world_start
from sim.web.figures import FIGURES, card, table
from sim.web.runs import Archive, Run
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
