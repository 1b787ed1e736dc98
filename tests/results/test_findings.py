"""Who pays more and who less: by hand, over ten years and a year."""

from __future__ import annotations

import pytest

from sim.results.estimates import Difference
from sim.results.findings import payers
from sim.text import words

BEFORE = {"cash_cost_eur": 400e6, "cost_municipality_eur": 380e6, "cost_flanders_eur": 20e6,
          "cost_insurer_eur": -1e6, "cost_fund_eur": 1e6}  # fmt: skip


def gap(mean: float, verdict: str = "") -> Difference:
    return Difference(mean, (mean - 1, mean + 1), 0.0, 0.0, verdict or ("lower" if mean < 0 else "higher"))


CHANGES = {
    "cost_municipality_eur": gap(-30e6),
    "cost_flanders_eur": gap(2e6),
    "cost_insurer_eur": gap(-4e6),
    "cost_fund_eur": gap(3e6),
}


def test_what_stays_in_a_pot_is_all_that_it_keeps_and_not_the_change() -> None:
    assert payers(words("en"), CHANGES, BEFORE) == [
        "the municipalities pay €30.0\xa0million less",
        "€5.00\xa0million stays with insurers",  # 1 before, and 4 more
        "the solidarity fund pays €3.00\xa0million more",
        "Flanders pays €2.00\xa0million more",
    ]


def test_a_year_of_ten_is_a_tenth() -> None:
    assert payers(words("en"), CHANGES, BEFORE, years=10)[:2] == [
        "the municipalities pay €3.00\xa0million less a year",
        "€500,000 a year stays with insurers",
    ]


@pytest.mark.parametrize("change", [gap(-30e6, "too_close"), gap(399_999.0)])
def test_chance_and_trifles_are_no_change(change: Difference) -> None:
    assert len(payers(words("en"), CHANGES | {"cost_municipality_eur": change}, BEFORE)) == 3
