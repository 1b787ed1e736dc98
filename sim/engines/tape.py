"""The tape of one future: everything the world throws at a policy, dealt before the policy acts.

Candidates are the attempts that could succeed under some policy: they arrive at (attempt rate x cap), each with a mark
u in (0, cap), and break in where u is below the break-in probability of that moment (thinning; Lewis and Shedler 1979).
The cap is the probability at zero spend, which no policy can exceed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines.mixing import START, digest_of
from sim.model.arrays import Threat, WorldArrays
from sim.rules import chance
from sim.rules.calendar import DAYS_PER_YEAR, MINUTES_PER_DAY
from sim.rules.chance import exponential_quantile, pair, uniform
from sim.rules.compiling import kernel, step
from sim.rules.defence import unprotected
from sim.rules.threat import (
    attempt_rate,
    day_intensity,
    mean_shock,
    offhours_weight,
    office_weight,
    segment_start,
)

MINUTES_PER_YEAR = MINUTES_PER_DAY * DAYS_PER_YEAR


@dataclass(frozen=True)
class Tape:
    """One future of a world. Times are minutes; `*_offsets` (n + 1) delimit each municipality's candidates."""

    replication: int
    cap: float
    clock: NDArray[np.float64]  # threat time, in years, at the start of each segment and at the horizon
    shocks: NDArray[np.int64]
    attempt_offsets: NDArray[np.int64]
    attempt_minutes: NDArray[np.int64]
    attempt_marks: NDArray[np.float64]
    fraud_offsets: NDArray[np.int64]
    fraud_minutes: NDArray[np.int64]
    fraud_marks: NDArray[np.float64]
    waves: NDArray[np.int64]
    compromises: NDArray[np.int64]  # shape (m, 2): minute, supplier; in order of time, then supplier
    digest: int  # 64 bits over all draws, equal for every policy and engine


@step
def twice_as_long(values: NDArray[Any]) -> NDArray[Any]:
    """Return a copy of an array with room for as many values again."""
    larger = np.empty(2 * len(values), dtype=values.dtype)
    for place in range(len(values)):  # a loop, since a slice compiles slowly
        larger[place] = values[place]
    return larger


@step
def poisson_minutes(
    seed: int, replication: int, entity: int, purpose: int, per_year: float, begin: int, end: int
) -> NDArray[np.int64]:
    """Return the minutes in [begin, end) of a Poisson process with a constant rate per year."""
    found = np.empty(16, dtype=np.int64)
    count = 0
    if per_year > 0.0:
        now = float(begin)
        index = 0
        while True:
            gap = exponential_quantile(uniform(seed, replication, entity, index, purpose))
            now = now + gap / per_year * MINUTES_PER_YEAR
            if now >= end:
                break
            if count == len(found):
                found = twice_as_long(found)
            found[count] = int(now)
            count = count + 1
            index = index + 1
    return found[:count].copy()


@kernel
def chosen(
    seed: int, replication: int, entities: NDArray[np.int64], index: int, purpose: int, probability: float
) -> NDArray[np.int64]:
    """Return the positions of the entities that an event picks, each by its own draw."""
    picked = np.empty(len(entities), dtype=np.int64)
    count = 0
    for position in range(len(entities)):
        if uniform(seed, replication, entities[position], index, purpose) < probability:
            picked[count] = position
            count = count + 1
    return picked[:count].copy()


@kernel
def day_weights(days: int, start_day_of_year: int, threat: Threat) -> NDArray[np.float64]:
    """Return growth x season of each day, over the mean shock factor: what all futures of a world share."""
    average = mean_shock(threat)
    weights = np.empty(days, dtype=np.float64)
    for day in range(days):
        weights[day] = day_intensity(day, start_day_of_year, threat) / average
    return weights


@kernel
def threat_clock(
    shocks: NDArray[np.int64], weights: NDArray[np.float64], start_weekday: int, threat: Threat
) -> NDArray[np.float64]:
    """Return threat time, in years, at the start of each third of a day and at the horizon: shape (3 x days + 1,)."""
    days = len(weights)
    shocked = np.zeros(days + 1, dtype=np.int64)
    for position in range(len(shocks)):
        first = max(0, shocks[position] // MINUTES_PER_DAY)
        last = min(days, (shocks[position] + threat.shock_minutes) // MINUTES_PER_DAY)
        for day in range(first, last):
            shocked[day] = 1
    office, outside = office_weight(threat), offhours_weight(threat)
    clock = np.empty(3 * days + 1, dtype=np.float64)
    clock[0] = 0.0
    for day in range(days):
        weight = weights[day]
        if shocked[day] == 1:
            weight = weight * threat.shock_factor
        weekday = (start_weekday + day) % 7
        for part in range(3):
            hours = 10.0 if part == 1 else (8.0 if part == 0 else 6.0)
            weekly = office if part == 1 and weekday < 5 else outside
            step = weight * weekly * hours / (24.0 * DAYS_PER_YEAR)
            clock[3 * day + part + 1] = clock[3 * day + part] + step
    return clock


@kernel
def threat_time(minute: int, clock: NDArray[np.float64]) -> float:
    """Return the threat time, in years, of a minute within the horizon."""
    day = minute // MINUTES_PER_DAY
    segment = 3 * day
    if segment_start(segment + 2) <= minute:
        segment = segment + 2
    elif segment_start(segment + 1) <= minute:
        segment = segment + 1
    if segment >= len(clock) - 1:
        return clock[len(clock) - 1]  # type: ignore[no-any-return]
    begin = segment_start(segment)
    length = segment_start(segment + 1) - begin
    return clock[segment] + (clock[segment + 1] - clock[segment]) * (minute - begin) / length  # type: ignore[no-any-return]


@kernel
def minute_of(moment: float, clock: NDArray[np.float64]) -> int:
    """Return the first whole minute at or after a moment of threat time, or the horizon when it lies beyond."""
    last = len(clock) - 1
    if moment >= clock[last]:
        return segment_start(last)
    low, high = 0, last
    while high - low > 1:
        middle = (low + high) // 2
        if clock[middle] <= moment:
            low = middle
        else:
            high = middle
    begin = segment_start(low)
    length = segment_start(low + 1) - begin
    return begin + int(math.ceil((moment - clock[low]) / (clock[low + 1] - clock[low]) * length))


@step
def all_attempts(
    seed: int,
    replication: int,
    nis: NDArray[np.int64],
    rates: NDArray[np.float64],
    cap: float,
    clock: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return offsets, minutes and marks of the candidate attempts; `rates` counts candidates a year of threat time."""
    horizon = segment_start(len(clock) - 1)
    end = clock[len(clock) - 1]
    offsets = np.zeros(len(nis) + 1, dtype=np.int64)
    found = np.empty(1024, dtype=np.int64)
    marks = np.empty(1024, dtype=np.float64)
    count = 0
    for town in range(len(nis)):
        moment = 0.0
        index = 0
        while rates[town] > 0.0:
            u, v = pair(seed, replication, nis[town], index, chance.ATTEMPT)
            moment = moment + exponential_quantile(u) / rates[town]
            if moment >= end:
                break
            minute = minute_of(moment, clock)
            if minute >= horizon:
                break
            if count == len(found):
                found = twice_as_long(found)
                marks = twice_as_long(marks)
            found[count] = minute
            marks[count] = v * cap
            count = count + 1
            index = index + 1
        offsets[town + 1] = count
    return offsets, found[:count].copy(), marks[:count].copy()


@step
def all_frauds(
    seed: int, replication: int, nis: NDArray[np.int64], per_year: float, horizon: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return offsets, minutes and marks in (0, 1) of the payment frauds tried on each municipality."""
    offsets = np.zeros(len(nis) + 1, dtype=np.int64)
    found = np.empty(64, dtype=np.int64)
    marks = np.empty(64, dtype=np.float64)
    count = 0
    for town in range(len(nis)):
        theirs = poisson_minutes(seed, replication, nis[town], chance.FRAUD, per_year, 0, horizon)
        for index in range(len(theirs)):
            if count == len(found):
                found = twice_as_long(found)
                marks = twice_as_long(marks)
            found[count] = theirs[index]
            marks[count] = pair(seed, replication, nis[town], index, chance.FRAUD)[1]
            count = count + 1
        offsets[town + 1] = count
    return offsets, found[:count].copy(), marks[:count].copy()


@step
def all_compromises(seed: int, replication: int, suppliers: int, per_year: float, horizon: int) -> NDArray[np.int64]:
    """Return the compromises of suppliers, (minute, supplier), in order of time and then of supplier: shape (m, 2)."""
    minutes_found = np.empty(8, dtype=np.int64)
    fallen = np.empty(8, dtype=np.int64)
    count = 0
    for supplier in range(suppliers):
        theirs = poisson_minutes(seed, replication, chance.SUPPLIER + supplier, chance.COMPROMISE, per_year, 0, horizon)
        for minute in theirs:
            if count == len(fallen):
                minutes_found = twice_as_long(minutes_found)
                fallen = twice_as_long(fallen)
            place = count
            while place > 0 and minutes_found[place - 1] > minute:
                minutes_found[place] = minutes_found[place - 1]
                fallen[place] = fallen[place - 1]
                place = place - 1
            minutes_found[place] = minute
            fallen[place] = supplier
            count = count + 1
    rows = np.empty((count, 2), dtype=np.int64)
    for line in range(count):
        rows[line, 0] = minutes_found[line]
        rows[line, 1] = fallen[line]
    return rows


def attempt_rates(world: WorldArrays) -> NDArray[np.float64]:
    """Return each municipality's candidate attempts a year of threat time: shape (n,)."""
    cap = unprotected(world.defence)
    return np.array([attempt_rate(float(people), world.threat) * cap for people in world.inhabitants.tolist()])


def deal(world: WorldArrays, seed: int, replication: int) -> Tape:
    """Return the tape of one future.

    A municipality's candidates depend on its own NIS code and size alone, so that adding or reordering others
    changes nothing for it.
    """
    threat = world.threat
    cap = unprotected(world.defence)
    weights = day_weights(world.horizon // MINUTES_PER_DAY, world.start_day_of_year, threat)
    suppliers = world.full_it_suppliers + world.saas_suppliers
    return Tape(
        replication,
        cap,
        *draw_everything(
            seed,
            replication,
            world.nis,
            attempt_rates(world),
            cap,
            weights,
            world.start_weekday,
            world.horizon,
            suppliers,
            threat,
        ),
    )


@kernel
def draw_everything(
    seed: int,
    replication: int,
    nis: NDArray[np.int64],
    rates: NDArray[np.float64],
    cap: float,
    weights: NDArray[np.float64],
    start_weekday: int,
    horizon: int,
    suppliers: int,
    threat: Threat,
) -> tuple[Any, ...]:
    """Return the fields of a Tape from the clock on."""
    disclosures = threat.shock_rate if threat.shock_factor != 1.0 else 0.0
    shocks = poisson_minutes(seed, replication, chance.WORLD, chance.SHOCK, disclosures, -threat.shock_minutes, horizon)
    clock = threat_clock(shocks, weights, start_weekday, threat)
    attempts = all_attempts(seed, replication, nis, rates, cap, clock)
    frauds = all_frauds(seed, replication, nis, threat.fraud_rate, horizon)
    waves = poisson_minutes(seed, replication, chance.WORLD, chance.WAVE, threat.waves, 0, horizon)
    compromises = all_compromises(seed, replication, suppliers, threat.supplier_rate, horizon)
    digest = START
    for draws in (shocks, waves, attempts[0], attempts[1], frauds[0], frauds[1], compromises.ravel()):
        digest = digest_of(draws, digest)
    for marks in (attempts[2], frauds[2]):
        digest = digest_of(marks.view(np.int64), digest)
    return (
        clock,
        shocks,
        attempts[0],
        attempts[1],
        attempts[2],
        frauds[0],
        frauds[1],
        frauds[2],
        waves,
        compromises,
        digest,
    )
