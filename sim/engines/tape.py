"""The tape of one future: everything the world throws at a policy, dealt before the policy acts.

Candidates are the attempts that could succeed under some policy: they arrive at (attempt rate x cap), each with a mark
u in (0, cap), and break in where u is below the break-in probability of that moment (thinning; Lewis and Shedler 1979).
The cap is the probability at zero spend, which no policy can exceed.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.model.arrays import Threat, WorldArrays
from sim.rules import chance
from sim.rules.calendar import DAYS_PER_YEAR, MINUTES_PER_DAY
from sim.rules.chance import exponential_quantile, pair, uniform
from sim.rules.compiling import kernel
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
    compromises: NDArray[np.int64]  # shape (m, 2): minute, supplier; in order of time

    def digest(self) -> bytes:
        """Return a digest of all draws, equal for every policy and engine."""
        hasher = hashlib.sha256()
        for array in (
            self.shocks,
            self.attempt_offsets,
            self.attempt_minutes,
            self.attempt_marks,
            self.fraud_offsets,
            self.fraud_minutes,
            self.fraud_marks,
            self.waves,
            self.compromises,
        ):
            hasher.update(np.ascontiguousarray(array).tobytes())
        return hasher.digest()


@kernel
def poisson_minutes(
    seed: int, replication: int, entity: int, purpose: int, per_year: float, begin: int, end: int
) -> NDArray[np.int64]:
    """Return the minutes in [begin, end) of a Poisson process with a constant rate per year."""
    size = 16
    found = np.empty(size, dtype=np.int64)
    count = 0
    if per_year > 0.0:
        now = float(begin)
        index = 0
        while True:
            gap = exponential_quantile(uniform(seed, replication, entity, index, purpose))
            now = now + gap / per_year * MINUTES_PER_YEAR
            if now >= end:
                break
            if count == size:
                larger = np.empty(2 * size, dtype=np.int64)
                larger[:size] = found
                found = larger
                size = 2 * size
            found[count] = int(now)
            count = count + 1
            index = index + 1
    return found[:count].copy()


@kernel
def threat_clock(
    shocks: NDArray[np.int64], horizon: int, start_weekday: int, start_day_of_year: int, threat: Threat
) -> NDArray[np.float64]:
    """Return threat time, in years, at the start of each third of a day and at the horizon: shape (3 x days + 1,)."""
    days = horizon // MINUTES_PER_DAY
    shocked = np.zeros(days + 1, dtype=np.int64)
    for position in range(len(shocks)):
        first = max(0, shocks[position] // MINUTES_PER_DAY)
        last = min(days, (shocks[position] + threat.shock_minutes) // MINUTES_PER_DAY)
        for day in range(first, last):
            shocked[day] = 1
    average = mean_shock(threat)
    clock = np.empty(3 * days + 1, dtype=np.float64)
    clock[0] = 0.0
    for day in range(days):
        weight = day_intensity(day, start_day_of_year, threat) / average
        if shocked[day] == 1:
            weight = weight * threat.shock_factor
        weekday = (start_weekday + day) % 7
        for part in range(3):
            hours = 10.0 if part == 1 else (8.0 if part == 0 else 6.0)
            weekly = office_weight(threat) if part == 1 and weekday < 5 else offhours_weight(threat)
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


@kernel
def candidates(
    seed: int, replication: int, entity: int, per_year: float, cap: float, clock: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the minutes and marks of a municipality's candidate attempts; `per_year` counts candidates."""
    size = 32
    minutes_found = np.empty(size, dtype=np.int64)
    marks = np.empty(size, dtype=np.float64)
    count = 0
    if per_year > 0.0:
        moment = 0.0
        end = clock[len(clock) - 1]
        while True:
            u, v = pair(seed, replication, entity, count, chance.ATTEMPT)
            moment = moment + exponential_quantile(u) / per_year
            if moment >= end:
                break
            minute = minute_of(moment, clock)
            if minute >= segment_start(len(clock) - 1):
                break
            if count == size:
                larger = np.empty(2 * size, dtype=np.int64)
                larger[:size] = minutes_found
                minutes_found = larger
                wider = np.empty(2 * size, dtype=np.float64)
                wider[:size] = marks
                marks = wider
                size = 2 * size
            minutes_found[count] = minute
            marks[count] = v * cap
            count = count + 1
    return minutes_found[:count].copy(), marks[:count].copy()


@kernel
def frauds(
    seed: int, replication: int, entity: int, per_year: float, horizon: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the minutes of attempted payment frauds at a municipality and their marks in (0, 1)."""
    found = poisson_minutes(seed, replication, entity, chance.FRAUD, per_year, 0, horizon)
    marks = np.empty(len(found), dtype=np.float64)
    for index in range(len(found)):
        marks[index] = pair(seed, replication, entity, index, chance.FRAUD)[1]
    return found, marks


def deal(world: WorldArrays, seed: int, replication: int) -> Tape:
    """Return the tape of one future.

    A municipality's candidates depend on its own NIS code and size alone, so that adding or reordering others
    changes nothing for it.
    """
    threat = world.threat
    cap = unprotected(world.defence)
    shocks = poisson_minutes(
        seed,
        replication,
        chance.WORLD,
        chance.SHOCK,
        threat.shock_rate if threat.shock_factor != 1.0 else 0.0,
        -threat.shock_minutes,
        world.horizon,
    )
    clock = threat_clock(shocks, world.horizon, world.start_weekday, world.start_day_of_year, threat)
    attempts, thefts = [], []
    for nis, inhabitants in zip(world.nis.tolist(), world.inhabitants.tolist(), strict=True):
        rate = attempt_rate(float(inhabitants), threat) * cap
        attempts.append(candidates(seed, replication, nis, rate, cap, clock))
        thefts.append(frauds(seed, replication, nis, threat.fraud_rate, world.horizon))
    waves = poisson_minutes(seed, replication, chance.WORLD, chance.WAVE, threat.waves, 0, world.horizon)
    return Tape(
        replication=replication,
        cap=cap,
        clock=clock,
        shocks=shocks,
        attempt_offsets=_offsets([len(minutes) for minutes, _ in attempts]),
        attempt_minutes=np.concatenate([minutes for minutes, _ in attempts]),
        attempt_marks=np.concatenate([marks for _, marks in attempts]),
        fraud_offsets=_offsets([len(minutes) for minutes, _ in thefts]),
        fraud_minutes=np.concatenate([minutes for minutes, _ in thefts]),
        fraud_marks=np.concatenate([marks for _, marks in thefts]),
        waves=waves,
        compromises=_compromises(world, seed, replication),
    )


def _offsets(counts: list[int]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _compromises(world: WorldArrays, seed: int, replication: int) -> NDArray[np.int64]:
    rows = [
        (minute, supplier)
        for supplier in range(world.full_it_suppliers + world.saas_suppliers)
        for minute in poisson_minutes(
            seed,
            replication,
            chance.SUPPLIER + supplier,
            chance.COMPROMISE,
            world.threat.supplier_rate,
            0,
            world.horizon,
        ).tolist()
    ]
    return np.array(sorted(rows), dtype=np.int64).reshape(len(rows), 2)
