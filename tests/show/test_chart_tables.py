"""Behind every chart is a table with its figures, on the page and as a file that a spreadsheet opens by itself."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import numpy as np
import pytest

from sim.experiments.comparison.compare import Comparison
from sim.show.base.table import ChartTable, chart_table
from sim.show.charts.burden import table_of_burden
from sim.show.charts.differences import table_of_outcomes, table_of_winners, winners
from sim.show.charts.exceedance import table_of_exceedance
from sim.show.charts.one_of_twenty import equally_likely, table_of_futures, table_of_worst_years
from sim.show.charts.over_time import table_of_added_up_costs, table_of_years
from sim.show.charts.payers import table_of_payers_by_policy
from sim.show.charts.tile_map import table_of_municipalities
from sim.show.charts.who_pays import table_of_payers
from sim.show.tables import key_figures
from sim.text import words

ONE = "prevention-first"
CHART_TABLES: dict[str, Callable[[Comparison, str], ChartTable]] = {
    "key figures": key_figures.table_of_key_figures,
    "payers": lambda result, language: table_of_payers(result, ONE, language),
    "bars": table_of_payers_by_policy,
    "exceedance": table_of_exceedance,
    "dots": table_of_futures,
    "worst year": table_of_worst_years,
    "towns": lambda result, language: table_of_municipalities(result, ONE, language),
    "burden": table_of_burden,
    "fan": table_of_years,
    "paid back": table_of_added_up_costs,
    "outcomes": table_of_outcomes,
    "winners": table_of_winners,
}


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("name", CHART_TABLES)
def test_every_table_has_rows_names_and_words(small: Comparison, name: str, language: str) -> None:
    table = CHART_TABLES[name](small, language)
    assert table.rows
    assert len(set(table.columns)) == len(table.columns)
    assert all(len(row) == len(table.columns) for row in table.rows)
    shown = table.in_words(words(language))
    assert len(shown) == len(table.rows)
    assert not any("nan" in cell or "inf" in cell for row in shown for cell in row.values())


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("name", CHART_TABLES)
def test_the_file_reads_back_as_the_figures(small: Comparison, name: str, language: str) -> None:
    table = CHART_TABLES[name](small, language)
    raw = table.csv(language)
    assert raw.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in raw
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";" if language == "nl" else ","))
    assert tuple(rows[0]) == table.columns
    for written, row in zip(rows[1:], table.rows, strict=True):
        for text, cell in zip(written, row, strict=True):
            if isinstance(cell, float) and np.isfinite(cell):
                assert ("." in text) is False if language == "nl" else ("," in text) is False
                assert float(text.replace(",", ".")) == pytest.approx(cell, rel=1e-5, abs=1e-12)
            elif isinstance(cell, int):
                assert int(text) == cell


def test_a_text_that_looks_like_a_formula_is_none() -> None:
    table = chart_table(["what"], [["=1+1"], ["+x"], ["-x"], ["@x"], ["fine"], [None]])
    assert table.csv("en").decode("utf-8-sig").splitlines() == ["what", "'=1+1", "'+x", "'-x", "'@x", "fine", '""']


def test_small_and_large_numbers_are_written_out() -> None:
    table = chart_table(["n"], [[1e-7], [123_456_789.4], [-0.25], [12]])
    assert table.csv("nl").decode("utf-8-sig").split() == ["n", "0,0000001", "123456789", "-0,25", "12"]


def test_the_tables_say_what_the_comparison_says(small: Comparison) -> None:
    payers = sum(float(row[2]) for row in table_of_payers(small, ONE, "en").rows)  # type: ignore[arg-type]
    assert payers == pytest.approx(small.estimate(ONE, "cash_cost_eur").mean / small.years / 1e6)
    gap = next(row for row in table_of_outcomes(small, "en").rows if row[1] == "Prevention first")
    assert gap[3] == pytest.approx(small.difference(ONE, "cash_cost_eur").mean / 1e6)
    less, more = winners(small, ONE)
    rows = [row for row in table_of_winners(small, "en").rows if row[0] == "Prevention first"]
    assert (sum(int(row[2]) for row in rows), sum(int(row[4]) for row in rows)) == (less, more)  # type: ignore[arg-type]


def test_codes_and_spans_are_no_amounts(small: Comparison) -> None:
    shown = table_of_municipalities(small, ONE, "nl").in_words(words("nl"))
    assert {len(row["NIS-code"]) for row in shown} == {5}
    assert all(row["NIS-code"].isdigit() for row in shown)
    assert table_of_outcomes(small, "nl").columns[0] == "Uitkomst, over 2 jaar"


def test_the_interval_of_an_outcome_is_that_of_every_table(small: Comparison) -> None:
    table, gap = table_of_outcomes(small, "en"), small.difference(ONE, "cash_cost_eur")
    assert table.columns[4:6] == ("95% from", "95% to")
    row = next(row for row in table.rows if row[1] == small.policy(ONE).title["en"])
    assert row[4:6] == tuple(end / 1e6 for end in gap.ci95)


def test_twenty_futures_are_in_order_and_around_the_median(small: Comparison) -> None:
    money = equally_likely(small, ONE)
    assert list(money) == sorted(money)
    assert money[9] <= small.estimate(ONE, "cash_cost_eur").median <= money[10]
