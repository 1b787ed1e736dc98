"""The calendar against Python's own."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.world.numbers import year_starts
from sim.rules.calendar import in_office_hours, minutes, next_opening, weekday

START = datetime.datetime(2020, 1, 1)
moment = st.integers(0, 20 * 365 * 1440)


@given(moment)
def test_weekdays(minute):
    assert weekday(minute, START.weekday()) == (START + datetime.timedelta(minutes=minute)).weekday()


@given(moment)
def test_the_next_opening_is_the_first_minute_of_office_hours(minute):
    opening = next_opening(minute, START.weekday())
    assert opening >= minute
    assert in_office_hours(opening, START.weekday())
    when = START + datetime.timedelta(minutes=opening)
    assert when.weekday() < 5
    assert 8 <= when.hour < 18
    if opening > minute:
        assert (when.hour, when.minute) == (8, 0)
        assert not in_office_hours(minute, START.weekday())
        assert opening - minute <= 62 * 60  # Friday 18:00 to Monday 8:00


@pytest.mark.parametrize(("days", "expected"), [(0, 1), (1e-9, 1), (1, 1440), (1.00001, 1441), (1e12, 52_596_000)])
def test_durations_are_whole_minutes(days, expected):
    assert minutes(days) == expected


def test_years_are_calendar_years():
    assert year_starts(datetime.date(2020, 1, 1), 3) == (0, 366 * 1440, 731 * 1440, 1096 * 1440)
