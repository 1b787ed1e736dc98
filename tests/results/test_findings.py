"""Who pays more and who less: by hand, over ten years and a year."""

from __future__ import annotations

import pytest

from sim.results.estimates import Difference
from sim.results.findings import CASH, CASH_WITH_TIES, PAYS, Finding, payers, told
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


@pytest.mark.parametrize(
    ("verdict", "told"),
    [
        ("lower", "it is cheaper in 38% of 200 futures, as dear in 28% and dearer in 34%"),
        ("higher", "it is dearer in 34% of 200 futures, as dear in 28% and cheaper in 38%"),
        ("too_close", "lower in 38%, equal in 28%, higher in 34% of 200 futures"),
    ],
)
def test_futures_that_are_equal_are_said_to_be(verdict: str, told: str) -> None:
    assert told in sentence(Difference(-1e6, (-2e6, 1e6), 0.38, 0.28, verdict))


def test_where_no_future_is_equal_none_is_told() -> None:
    text = sentence(Difference(-1e6, (-2e6, 1e6), 0.38, 0.0, "too_close"))
    assert "lower in 38%, higher in 62% of 200 futures" in text
    assert set(CASH) == set(CASH_WITH_TIES) == {"lower", "higher", "trifle", "too_close"}


@pytest.mark.parametrize("mean", [-399_999.0, 399_999.0])  # of 400 million
def test_a_sure_trifle_is_told_as_no_change(mean: float) -> None:
    ends = (mean - 1e5, mean + 1e5)
    text = sentence(Difference(mean, ends, 1.0 if mean < 0 else 0.0, 0.0, "lower" if mean < 0 else "higher"))
    assert "differs by less than 0.1% from that under “a”" in text
    assert " less in total" not in text
    assert " more in total" not in text
    assert text.count("-€") == (2 if mean < 0 else 0)  # the ends of the interval keep their sign
    assert told(gap(mean), 399e6) == "lower" if mean < 0 else "higher"


def test_harm_that_moves_by_a_trifle_is_told_as_no_change() -> None:
    assert "Harm to citizens, which is not cash, changes by less than 0.1%." in sentence(gap(-5e6), gap(-9e3))
    assert "falls by €11,000, or 0.1%" in sentence(gap(-5e6), gap(-11e3))


def sentence(cash: Difference, harm: Difference | None = None) -> str:
    nothing = Difference(0.0, (0.0, 0.0), 0.0, 1.0, "too_close")
    kpis = [f"cost_{payer}_eur" for payer, _ in PAYS] + ["citizen_harm_eur", "worst_year_cost_eur"]
    gaps = dict.fromkeys(kpis, nothing) | {"cash_cost_eur": cash, "cost_municipality_eur": cash}
    gaps |= {"citizen_harm_eur": harm or nothing}
    return Finding("a", "b", 200, 10, gaps, BEFORE | {"citizen_harm_eur": 10e6}, {}).sentence(words("en"))
