"""Who knocks, and when: the rate of attempts, and the clock on which attackers live.

All municipalities share one pattern over time: growth, season, office hours and vulnerability disclosures. Measured on
*threat time*, which runs fast when attacks are many, attempts are a Poisson process of constant rate, so they are drawn
exactly and without waste (time change of a non-homogeneous Poisson process: Cinlar 1975, section 4.7). The unit of
threat time is one average year.
"""

from __future__ import annotations

import math

from sim.rules.calendar import CLOSING, DAYS_PER_YEAR, MINUTES_PER_DAY, OFFICE_SHARE_OF_WEEK, OPENING
from sim.rules.rule import rule
from sim.rules.terms import Threat

REFERENCE_INHABITANTS = 20_000.0
NEVER = 1e300  # years


@rule
def size_factor(inhabitants: float, exponent: float) -> float:
    """Return (inhabitants / 20 000) to the power `exponent`."""
    if exponent == 0.0:
        return 1.0
    return math.exp(exponent * math.log(inhabitants / REFERENCE_INHABITANTS))


@rule
def attempt_rate(inhabitants: float, threat: Threat) -> float:
    """Return attempts per year of threat time on a municipality."""
    return threat.attempts * size_factor(inhabitants, threat.size_exponent)


@rule
def candidate_rate(inhabitants: float, cap: float, threat: Threat) -> float:
    """Return candidates per year of threat time: attempts that would succeed at the cap of the break-in probability."""
    return attempt_rate(inhabitants, threat) * cap


@rule
def candidate_mark(u: float, cap: float) -> float:
    """Return the mark of a candidate, uniform below the cap: it breaks in where the probability is higher."""
    return u * cap


@rule
def growth_factor(years: float, growth: float) -> float:
    """Return (1 + g)^t, what growth makes of a rate t years after the moment at which it stands as it is stated."""
    return math.exp(math.log(1.0 + growth) * years)


@rule
def moment_of_the_mean(years: float, growth: float) -> float:
    """Return the moment t of a horizon at which growth stands at its mean over the horizon, in years from its start.

    (1 + g)^t = ((1 + g)^T - 1) / (T ln(1 + g)) over T years; about half of the horizon where little grows.
    """
    pace = math.log(1.0 + growth)
    grown = pace * years
    if math.fabs(grown) < 1e-3:  # the first two terms, since the rest is less than rounding
        return years * (0.5 + grown / 24.0)
    return math.log((math.exp(grown) - 1.0) / grown) / pace


@rule
def calendar_years(moment: float, growth: float, years_since_base: float) -> float:
    """Return the years t after the start in which a growing rate brings as much as its stated one in `moment` years.

    The integral of (1 + g)^(y + s) over s from 0 to t equals the moment, so
    t = ln(1 + moment x ln(1 + g) / (1 + g)^y) / ln(1 + g), with y `years_since_base`. NEVER where a shrinking rate
    never brings as much. Exact time change of a non-homogeneous Poisson process (Cinlar 1975, section 4.7).
    """
    pace = math.log(1.0 + growth)
    if math.fabs(pace) < 1e-9:  # a part in a million in a thousand years
        return moment
    grown = 1.0 + moment * pace / growth_factor(years_since_base, growth)
    return math.log(grown) / pace if grown > 0.0 else NEVER


@rule
def day_intensity(day: int, start_day_of_year: int, threat: Threat) -> float:
    """Return growth x season on a day of the world, relative to an average day of that moment.

    Growth is (1 + g)^t with t in years since the moment for which attempts are stated; the season is a cosine with
    mean one.
    """
    growth = growth_factor(threat.years_since_base + day / DAYS_PER_YEAR, threat.growth)
    angle = 2.0 * math.pi * (start_day_of_year + day - threat.season_peak_day) / DAYS_PER_YEAR
    return growth * (1.0 + threat.season_amplitude * math.cos(angle))


@rule
def mean_shock(threat: Threat) -> float:
    """Return the long-run mean of the shock factor: 1 + (factor - 1) x P(a disclosure in the last `shock_days`).

    Disclosures are Poisson and do not stack, so the probability is 1 - exp(-rate x duration). Dividing by this mean
    keeps `attempts` the yearly average, with shocks or without.
    """
    duration = threat.shock_minutes / (MINUTES_PER_DAY * DAYS_PER_YEAR)
    return 1.0 + (threat.shock_factor - 1.0) * (1.0 - math.exp(-threat.shock_rate * duration))


@rule
def office_weight(threat: Threat) -> float:
    """Return the intensity during office hours relative to the week's average."""
    return (1.0 - threat.offhours_share) / OFFICE_SHARE_OF_WEEK


@rule
def offhours_weight(threat: Threat) -> float:
    """Return the intensity at night and in weekends relative to the week's average."""
    return threat.offhours_share / (1.0 - OFFICE_SHARE_OF_WEEK)


@rule
def segment_start(segment: int) -> int:
    """Return the first minute of a segment; each day has three: 0:00-8:00, 8:00-18:00, 18:00-24:00."""
    part = segment % 3
    offset = 0
    if part == 1:
        offset = OPENING
    elif part == 2:
        offset = CLOSING
    return segment // 3 * MINUTES_PER_DAY + offset


@rule
def segment_at(minute: int) -> int:
    """Return the segment in which a minute falls."""
    day = minute // MINUTES_PER_DAY
    time_of_day = minute - day * MINUTES_PER_DAY
    part = 0
    if time_of_day >= CLOSING:
        part = 2
    elif time_of_day >= OPENING:
        part = 1
    return 3 * day + part


@rule
def repeat_excess(paid: bool, threat: Threat) -> float:
    """Return how much the rate at a victim is raised, in multiples of its own rate, after an incident closes.

    Paying raises the factor further; a factor of one switches the mechanism off, paid or not.
    """
    if threat.repeat_factor <= 1.0:
        return 0.0
    factor = threat.repeat_factor * threat.repeat_paid_factor if paid else threat.repeat_factor
    return factor - 1.0


@rule
def aftermath_rate(candidates: float, paid: bool, threat: Threat) -> float:
    """Return the extra candidates per year at a recent victim, whose own rate is `candidates`."""
    return candidates * repeat_excess(paid, threat)
