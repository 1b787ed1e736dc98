"""Attempts against the integrated rate of their non-homogeneous Poisson process; availability of services."""

from __future__ import annotations

import datetime
import math

import numpy as np
import pytest
from scipy import stats

from sim.engines.tape import minute_of, segment_steps, threat_clock, threat_time
from sim.model.world.numbers import world_arrays
from tests.worlds import FOUR_YEARS, MORE, attacked, close, futures, plain_policy, quiet_world, tapes

START = datetime.date(2020, 1, 1)
GROWTH, AMPLITUDE, PEAK = 0.3, 0.4, 182
PATTERN = {
    "threat.growth": GROWTH,
    "threat.growth_centre": "base_year",
    "threat.base_year": 2020,
    "threat.season_amplitude": AMPLITUDE,
    "threat.season_peak_day": PEAK,
    "threat.offhours_share": 0.9,
}


def expected_by_day(days: int) -> np.ndarray:
    """Return growth x season for each day, from the formula of the manual: the rate is constant within a day."""
    t = np.arange(days)
    season = 1 + AMPLITUDE * np.cos(2 * np.pi * (t + 1 - PEAK) / 365.25)
    return (1 + GROWTH) ** (t / 365.25) * season / 365.25


@pytest.fixture(scope="module")
def arrivals() -> np.ndarray:
    """Minutes of all candidate attempts in some futures of 20 municipalities."""
    world = quiet_world((20_000,) * 20, FOUR_YEARS, attacked(24.0) | PATTERN)
    return np.concatenate([tape.attempt_minutes for tape in tapes(world, 20)])


def test_counts_by_month_follow_the_integrated_rate(arrivals):
    days = 1461
    expected = expected_by_day(days) * 24.0 * 20 * 20
    edges = np.append(np.arange(0, days, 30), days)
    observed = np.histogram(arrivals / 1440, edges)[0]
    integrated = np.add.reduceat(expected, edges[:-1])
    statistic = np.sum((observed - integrated) ** 2 / integrated)
    assert stats.chi2(len(integrated)).sf(statistic) > 1e-4


def test_most_attempts_come_outside_office_hours(arrivals):
    moments = [datetime.datetime(2020, 1, 1) + datetime.timedelta(minutes=int(minute)) for minute in arrivals[:20_000]]
    office = np.array([moment.weekday() < 5 and 8 <= moment.hour < 18 for moment in moments])
    assert close(~office, 0.9)


def test_counts_of_separate_futures_vary_like_poisson():
    world = quiet_world((20_000,) * 10, 1, attacked(5.0))
    counts = np.array([np.diff(tape.attempt_offsets) for tape in tapes(world, 200)]).ravel()
    mean = 5.0 * 366 / 365.25
    assert close(counts, mean)
    assert close((counts - mean) ** 2, mean)


def test_size_raises_the_rate_by_its_exponent():
    world = quiet_world((20_000, 320_000), 10, attacked(20.0) | {"threat.size_exponent": 0.35})
    counts = np.array([np.diff(tape.attempt_offsets) for tape in tapes(world, 60)])
    assert close(counts[:, 1] - counts[:, 0] * 16**0.35, 0.0)


def test_shocks_bunch_attempts_and_leave_their_number():
    """Disclosures triple the rate for a month; divided by their mean factor they add variance, not attempts."""
    shocks = {"threat.shock_rate": 4, "threat.shock_factor": 3, "threat.shock_days": 30}
    world = quiet_world((20_000,) * 50, FOUR_YEARS, attacked(5.0) | shocks)
    dealt = tapes(world, 150)
    counts = [len(tape.attempt_minutes) for tape in dealt]
    mean = 5.0 * 50 * FOUR_YEARS
    assert close(counts, mean)
    assert np.var(counts) > 3 * mean
    active = np.zeros(1461)
    tape = dealt[0]
    for shock in tape.shocks:
        active[max(0, shock // 1440) : max(0, (shock + 30 * 1440) // 1440)] = 1
    by_day = np.bincount(tape.attempt_minutes // 1440, minlength=1461)
    rate_in, rate_out = by_day[active == 1].mean(), by_day[active == 0].mean()
    assert rate_in / rate_out == pytest.approx(3, rel=0.5)


def test_disclosures_are_poisson():
    world = quiet_world((20_000,), FOUR_YEARS, {"threat.shock_rate": 6, "threat.shock_factor": 2})
    assert close([np.sum(tape.shocks >= 0) for tape in tapes(world, 300)], 6 * FOUR_YEARS)


def test_repeat_victims_are_attacked_more_for_a_while(engine):
    """After an incident the rate doubles for the window: in a year after closing, twice as many attempts succeed."""
    rate = 0.5
    values = attacked(rate) | {
        "incident.significant": 1.0,
        "threat.repeat_factor": 3.0,
        "threat.repeat_window": 365,
    }
    extra = []
    for future in futures(quiet_world((20_000,) * 300, 6, values), plain_policy(), 12, engine):
        rows = future.incidents
        first = {}
        for row in rows:
            first.setdefault(int(row["nis"]), int(row["closed"]))
        early = [nis for nis, closed in first.items() if 0 <= closed < 5 * 525_960]
        after = rows[np.isin(rows["nis"], early)]
        begun = np.array([row["begun"] - first[int(row["nis"])] for row in after])
        extra.append(np.sum((begun > 0) & (begun <= 60 * 1440)) / len(early) / (60 / 365.25))
    assert close(extra, 3.0 * rate)


@pytest.mark.parametrize("minute", [0, 1, 479, 480, 481, 1079, 1080, 1439, 1440, 525_000])
def test_the_clock_can_be_read_both_ways(minute):
    world = world_arrays(quiet_world((20_000,), 2, PATTERN))
    steps = segment_steps(world.horizon // 1440, 1, 2, world.threat)
    clock = threat_clock(np.array([], dtype=np.int64), steps, world.threat)
    assert minute_of(threat_time(minute, clock), clock, 0) == pytest.approx(minute, abs=1)
    assert np.all(np.diff(clock) > 0)


def test_services_are_available_as_in_a_two_state_process(engine):
    """Share of time out of service: D / (D + 1/rate), with mean outage D (alternating renewal process)."""
    rate, median, sigma = 20.0, 3.0, 0.6
    values = attacked(rate) | {
        "incident.significant": 1.0,
        "incident.significant_days": median,
        "incident.significant_days_sigma": sigma,
        "incident.significant_systems_hit": 1.0,
    }
    world = quiet_world((20_000,) * 20, 10, values)
    outage = median * math.exp(sigma**2 / 2)
    down = []
    for future in futures(world, plain_policy(), MORE[engine] * 10, engine):
        lost = np.bincount(future.incidents["nis"] - 10_001, weights=future.incidents["person_minutes"])
        down.extend(lost / (20_000 * 3653 * 1440))
    assert close(down, outage / (outage + 365.25 / rate))
