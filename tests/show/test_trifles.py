"""A difference that is sure and too small to speak of: every place says so, and none calls it a change."""

from __future__ import annotations

import re

import pytest

import sim
from sim.experiments.comparison.compare import Comparison
from sim.show.sentences.policy_paragraph import paragraph
from sim.show.sentences.why_it_changes import why
from sim.show.tables.comparison_tables import gaps
from sim.show.tables.overview import overview
from sim.text import words
from sim.web.pages.compare import _headline


@pytest.fixture(scope="module")
def result() -> Comparison:
    """Two policies of which one spends a ten-thousandth more on prevention."""
    today = sim.load_policy("status-quo-2020")
    spend = today.prevention.local_spend * 1.0002
    bit = today.with_values({"id": "bit", "prevention.local_spend": spend})
    world = sim.load_world("flanders-2020")
    world = world.model_copy(update={"municipalities": world.municipalities[:10]})
    return sim.compare(world, [today, bit], replications=20, years=2)


def test_it_is_sure(result: Comparison) -> None:
    gap = result.difference("bit", "cash_cost_eur")
    assert gap.verdict == "higher"
    assert 0 < gap.mean < 0.001 * result.estimate("bit", "cash_cost_eur").mean


def test_sentences_say_how_little(result: Comparison) -> None:
    assert "differs by less than 0.1%" in result.sentence("en")
    assert "wijkt de totale kost" in result.sentence("nl")
    assert "is below 0.1% (95% interval" in paragraph(result, "bit", "en")
    assert why(result, result.policies[1], "en").startswith(
        "“Current policy (2020)” changes the total by less than 0.1%"
    )


@pytest.mark.parametrize(("language", "trifle"), [("en", "a trifle"), ("nl", "te verwaarlozen")])
def test_tables_call_it_a_trifle(result: Comparison, language: str, trifle: str) -> None:
    table = gaps(result, language)
    assert table is not None
    assert table.rows[1][-1] == trifle
    last = overview(result, language).rows[1][-1]
    assert last.endswith(f"\n{trifle}")
    assert not last.startswith("+")


def test_the_page_says_how_little(result: Comparison) -> None:
    text = _headline(words("en"), result, result.policies[1])
    assert re.match(r"\*\*Less than 0\.1%\*\* of the total: €[0-9.,]+ to €[0-9.,]+ a year \(95%\)", text)
