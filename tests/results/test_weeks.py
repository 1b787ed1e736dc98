"""One year of a future by the week, against incidents and payments made by hand, and against the journals."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

import sim
from sim.engines import events as ev
from sim.model.policy.policy import CATEGORIES, PAYERS
from sim.results import weeks
from sim.results.pairs import side_by_side
from tests.worlds import quiet_world

DAY = 1440
WORLD = quiet_world((20_000,) * 3, 2)  # 2020 and 2021; Town 10001 to 10003


def incident(nis=10_001, cause=ev.DIRECT, severity=1, **minutes):
    """One row of the journal; what is not named has not come."""
    row = np.zeros(1, dtype=ev.INCIDENT)
    for name in ("impact", "discovered", "team_start", "team_end", "critical_back", "closed"):
        row[name] = ev.UNKNOWN
    row["nis"], row["cause"], row["severity"] = nis, cause, severity
    for name, value in minutes.items():
        row[name] = value
    return row


def posting(minute, cents, payer="municipality", category="recovery", nis=10_001):
    row = np.zeros(1, dtype=ev.POSTING)
    row["minute"], row["cents"], row["payer"], row["nis"] = minute, cents, PAYERS.index(payer), nis
    row["category"] = ev.ENTRIES.index(category)
    return row


NOTHING_PAID = np.zeros(0, dtype=ev.POSTING)
SEVERE = incident(
    begun=3 * DAY,
    impact=10 * DAY,
    discovered=11 * DAY,
    team_start=16 * DAY,
    team_end=30 * DAY,
    critical_back=24 * DAY,
    closed=40 * DAY,
)


def year(*rows, postings=NOTHING_PAID, of=2020):
    journal = np.concatenate(rows) if rows else np.zeros(0, dtype=ev.INCIDENT)
    return weeks.by_week(WORLD, postings, journal, of)


def test_a_week_shows_the_worst_of_its_moments():
    states = year(SEVERE).states[:8, 0]
    assert states.tolist() == [
        weeks.UNSEEN,  # from day 3
        weeks.WAITING,  # from day 10
        weeks.WAITING,  # until day 16
        weeks.HELPED,
        weeks.RESTORING,  # day 28 to 35, critical services were back on day 24
        weeks.RESTORING,
        weeks.CALM,  # closed on day 40, in the week of day 35
        weeks.CALM,
    ]


def test_the_others_are_calm():
    assert not year(SEVERE).states[:, 1:].any()


def test_what_is_small_shows_in_its_week_alone():
    fraud = incident(10_002, ev.PAYMENT_FRAUD, 0, begun=15 * DAY, closed=15 * DAY)
    minor = incident(10_003, ev.DIRECT, 0, begun=15 * DAY, closed=15 * DAY)
    states = year(fraud, minor).states
    assert np.argwhere(states == weeks.SMALL).tolist() == [[2, 1], [2, 2]]


def test_a_supplier_that_stops_nothing_critical_is_small_and_one_that_does_is_not():
    small = incident(10_001, ev.CUT_OFF, begun=DAY, impact=DAY, closed=DAY)
    large = incident(10_002, ev.CUT_OFF, begun=DAY, impact=DAY, critical_back=8 * DAY, closed=9 * DAY)
    states = year(small, large).states
    assert states[:3, 0].tolist() == [weeks.SMALL, weeks.CALM, weeks.CALM]
    assert states[:3, 1].tolist() == [weeks.CUT_OFF, weeks.CUT_OFF, weeks.CALM]


def test_what_has_not_ended_goes_on_to_the_end_of_the_year_and_into_the_next():
    waits = incident(begun=0, impact=DAY, discovered=DAY)
    assert (year(waits).states[:, 0] == weeks.WAITING).all()
    assert (year(waits, of=2021).states[:, 0] == weeks.WAITING).all()
    assert year(waits).waiting.count.tolist() == [0, 1]
    assert year(waits, of=2021).waiting.count.tolist() == [1]


def test_the_queue_is_a_step_at_every_change():
    other = incident(
        10_002,
        begun=9 * DAY,
        impact=9 * DAY,
        discovered=9 * DAY,
        team_start=9 * DAY,
        team_end=20 * DAY,
        closed=20 * DAY,
    )
    one = year(SEVERE, other)
    assert (one.waiting.minute // DAY).tolist() == [0, 11, 16]  # who is helped at once does not wait
    assert one.waiting.count.tolist() == [0, 1, 0]
    assert (one.busy.minute // DAY).tolist() == [0, 9, 16, 20, 30]
    assert one.busy.count.tolist() == [0, 1, 2, 1, 0]


def test_private_responders_are_not_of_the_pool():
    private = SEVERE.copy()
    private["private"] = 1
    assert year(private).busy.most == 0


def test_bills_add_up_from_1_january_without_transfers():
    first_of_2021 = 366 * DAY
    paid = np.concatenate(
        [
            posting(0, 100),
            posting(8 * DAY, 30, "flanders"),
            posting(9 * DAY, 5, category="premium"),
            posting(9 * DAY, -5, "insurer", category="premium"),
            posting(first_of_2021, 7),
        ]
    )
    bills = year(postings=paid).bills
    payers = [PAYERS.index("municipality"), PAYERS.index("flanders"), PAYERS.index("insurer")]
    assert bills[0, payers].tolist() == [100, 0, 0]
    assert bills[-1, payers].tolist() == [100, 30, 0]
    assert year(postings=paid, of=2021).bills[0].sum() == 7


def test_weeks_begin_on_1_january_and_cover_the_year():
    one = year()
    assert len(one.starts) == 53
    assert one.starts[0] == 0
    assert one.end == 366 * DAY
    assert weeks.edges(WORLD, 2021) == (366 * DAY, (366 + 365) * DAY)
    with pytest.raises(ValueError, match="2020 to 2021"):
        weeks.edges(WORLD, 2022)


def test_the_same_attack_stands_in_one_row():
    here, there = SEVERE.copy(), SEVERE.copy()
    there["cost_cents"] = 5
    only = incident(10_002, begun=2 * DAY, impact=2 * DAY, number=9)
    small = incident(10_003, ev.PAYMENT_FRAUD, 0, begun=DAY)
    late = incident(10_003, begun=500 * DAY, impact=500 * DAY)
    pairs = side_by_side([np.concatenate([here, small, late]), np.concatenate([there, only])], 0, 366 * DAY)
    assert [[None if row is None else int(row["nis"]) for row in pair] for pair in pairs] == [
        [None, 10_002],
        [10_001, 10_001],
    ]


def test_a_real_year_agrees_with_its_journals():
    world, policy = sim.load_world("flanders-2020"), sim.load_policy("status-quo-2020")
    future = sim.simulate(world, policy, replication=4)
    dearest = weeks.dearest_year(world, future.postings)
    totals = {}
    for of in weeks.years_in(world):
        one = weeks.by_week(world, future.postings, future.incidents, of)
        totals[of] = int(one.bills[-1].sum())
        begin, end = weeks.edges(world, of)
        inside = (future.postings["minute"] >= begin) & (future.postings["minute"] < end)
        assert totals[of] == future.postings["cents"][inside].sum()
        assert one.busy.count.min() >= 0
        assert one.waiting.count.min() >= 0
        assert one.busy.most <= policy.response.teams
    assert sum(totals.values()) == round(100 * future.kpis["cash_cost_eur"])
    assert totals[dearest] == max(totals.values()) == round(100 * future.kpis["worst_year_cost_eur"])
    assert len(CATEGORIES) < len(ev.ENTRIES)
    assert weeks.years_in(world)[0] == datetime.date(2020, 1, 1).year
