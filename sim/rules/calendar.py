"""Time: whole minutes since the start of the world, on a real calendar."""

from __future__ import annotations

import math

from sim.rules.rule import rule

MINUTES_PER_DAY = 1440
DAYS_PER_YEAR = 365.25
CENTURY = 36_525.0  # the longest duration, in days: products of minutes and cents then fit in 63 bits
OPENING = 8 * 60  # office hours run from 8:00 to 18:00, Monday to Friday: 50 of the 168 hours of a week
CLOSING = 18 * 60
OFFICE_SHARE_OF_WEEK = 50.0 / 168.0


@rule
def minutes(days: float) -> int:
    """Return a duration in days as whole minutes, rounded up, at least one minute and at most a century."""
    return max(1, int(math.ceil(min(days, CENTURY) * MINUTES_PER_DAY)))


@rule
def on_tick(minute: int, tick: int) -> int:
    """Return this minute, or the next whole tick of the clock: `tick` is 1, or the 1440 minutes of a day."""
    return minute if tick == 1 else (minute + tick - 1) // tick * tick


@rule
def weekday(minute: int, start_weekday: int) -> int:
    """Return the day of the week, Monday 0, of a minute in a world that starts on `start_weekday`."""
    return (start_weekday + minute // MINUTES_PER_DAY) % 7


@rule
def in_office_hours(minute: int, start_weekday: int) -> bool:
    """Return whether somebody is at work: Monday to Friday, 8:00 to 18:00."""
    time_of_day = minute % MINUTES_PER_DAY
    return weekday(minute, start_weekday) < 5 and OPENING <= time_of_day < CLOSING


@rule
def next_opening(minute: int, start_weekday: int) -> int:
    """Return this minute when it falls in office hours, otherwise the next minute at which an office opens."""
    if in_office_hours(minute, start_weekday):
        return minute
    day = minute // MINUTES_PER_DAY
    if minute % MINUTES_PER_DAY >= CLOSING:
        day += 1
    while (start_weekday + day) % 7 >= 5:
        day += 1
    return max(minute, day * MINUTES_PER_DAY + OPENING)
