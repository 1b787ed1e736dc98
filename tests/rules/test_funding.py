"""One layer and common bills, in whole cents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules.funding import elapsed_part, layer_payment, part_by_inhabitants

MILLION = 1_000_000
FREE = 1 << 60


@pytest.mark.parametrize(
    ("left", "share", "first", "per_event", "per_year", "expected"),
    [
        (100_00, MILLION, FREE, FREE, FREE, 100_00),  # a bare layer takes all
        (100_01, 500_000, FREE, FREE, FREE, 50_00),  # half, rounded down: the next layer takes the odd cent
        (100_00, MILLION, 25_00, FREE, FREE, 25_00),  # a retention: the first 25 euro
        (100_00, 800_000, FREE, 30_00, FREE, 30_00),  # a limit per event
        (100_00, 800_000, FREE, FREE, 10_00, 10_00),  # what is left of a limit per year
        (100_00, 800_000, FREE, FREE, 0, 0),  # a limit per year that is used up
        (100_00, 500_000, 60_00, 20_00, 10_00, 10_00),  # everything at once: the tightest counts
        (0, MILLION, FREE, FREE, FREE, 0),
    ],
)
def test_a_layer(left, share, first, per_event, per_year, expected):
    assert layer_payment(left, share, first, per_event, per_year) == expected


amount = st.integers(0, 10**11)


@given(amount, st.integers(0, MILLION), amount, amount, amount)
def test_a_layer_never_pays_more_than_it_may(left, share, first, per_event, per_year):
    paid = layer_payment(left, share, first, per_event, per_year)
    assert 0 <= paid <= min(left, first, per_event, per_year)
    assert paid * MILLION <= left * share


@given(amount, st.lists(st.integers(1, 10**6), min_size=1, max_size=50))
def test_common_bills_add_up(total, inhabitants):
    everybody, before, parts = sum(inhabitants), 0, []
    for people in inhabitants:
        parts.append(part_by_inhabitants(total, before, before + people, everybody))
        before += people
    assert sum(parts) == total
    assert all(abs(part - total * people / everybody) <= 1 for part, people in zip(parts, inhabitants, strict=True))


@given(amount, st.integers(0, 10**6), st.integers(1, 10**6), st.integers(0, 3 * 10**6))
def test_a_bill_accrues_evenly(total, begun, lasts, now):
    part = elapsed_part(total, begun, begun + lasts, now)
    assert 0 <= part <= total
    if now >= begun + lasts:
        assert part == total
