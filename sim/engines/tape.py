"""The tape of one future: everything the world throws at a policy, dealt before the policy acts.

Candidates are the attempts that could succeed under some policy: they arrive at (attempt rate x cap), each with a mark
u in (0, cap), and break in where u is below the break-in probability of that moment (thinning; Lewis and Shedler 1979).
The cap is the probability at zero spend, which no policy can exceed.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engines.digests import START, digest_of
from sim.rules import chance
from sim.rules.calendar import DAYS_PER_YEAR, MINUTES_PER_DAY, on_tick
from sim.rules.chance import exponential_gap, pair, uniform
from sim.rules.compiling import kernel, step
from sim.rules.defence import unprotected
from sim.rules.incident import cost_size
from sim.rules.severity import above_minor
from sim.rules.terms import Bill, Outage, Spread, Threat, WorldArrays
from sim.rules.threat import (
    calendar_years,
    candidate_mark,
    candidate_rate,
    day_intensity,
    mean_shock,
    offhours_weight,
    office_weight,
    segment_at,
    segment_start,
)

MINUTES_PER_YEAR = MINUTES_PER_DAY * DAYS_PER_YEAR
BATCH = 16  # draws at a time


class Sky(NamedTuple):
    """What hangs over all futures of a world, whatever the policy: all that a tape is drawn from."""

    seed: int
    horizon: int
    tick: int
    suppliers: int
    cap: float  # the break-in probability at zero spend
    above_minor: float  # the share of break-ins that become significant or severe where nobody looks
    threat: Threat
    bill: Bill
    outage: Outage
    spread: Spread
    nis: NDArray[np.int64]  # (n,)
    inhabitants: NDArray[np.int64]  # (n,)
    rates: NDArray[np.float64]  # (n,) candidate attempts a year of threat time
    cost_sizes: NDArray[np.float64]  # (n,) how size scales a bill
    steps: NDArray[np.float64]  # (2, 3 x days), see `segment_steps`


class Tape(NamedTuple):
    """One future of a world. Times are minutes; `*_offsets` (n + 1) delimit each municipality's candidates."""

    replication: int
    clock: NDArray[np.float64]  # threat time, in years, at the start of each segment and at the horizon
    guide: NDArray[np.int32]  # see `guide_to`
    shocks: NDArray[np.int64]
    attempt_offsets: NDArray[np.int64]
    attempt_minutes: NDArray[np.int64]
    attempt_marks: NDArray[np.float64]
    fraud_offsets: NDArray[np.int64]
    fraud_minutes: NDArray[np.int64]
    fraud_marks: NDArray[np.float64]
    waves: NDArray[np.int64]
    victim_offsets: NDArray[np.int64]  # (waves + 1,)
    victims: NDArray[np.int64]  # positions of the municipalities that each wave hits
    compromises: NDArray[np.int64]  # minutes, in order of time, then supplier
    fallen: NDArray[np.int64]  # the supplier of each compromise
    digest: np.uint64  # over all draws, equal for every policy and engine


@step
def resized(values: NDArray[Any], size: int, kept: int) -> NDArray[Any]:
    """Return an array of this size that begins with the first `kept` values; a loop, since slices compile slowly."""
    other = np.empty(size, dtype=values.dtype)
    for place in range(kept):
        other[place] = values[place]
    return other


@step
def poisson_minutes(
    sky: Sky, replication: int, entity: int, purpose: int, rate: float, begin: int, growth: float, base: float
) -> NDArray[Any]:
    """Return the minutes, from `begin` to the horizon, of a Poisson process with a rate per year.

    The rate is constant where growth is 0. Elsewhere the process begins at 0 and its rate grows, from what it is at
    `base` years before the start.
    """
    minutes = np.empty(16, dtype=np.int64)
    count = 0
    if rate > 0.0:
        now = float(begin)
        index = 0
        while True:
            u = uniform(sky.seed, replication, entity, index, purpose)
            now = now + exponential_gap(u, rate) * MINUTES_PER_YEAR
            at = now if growth == 0.0 else calendar_years(now / MINUTES_PER_YEAR, growth, base) * MINUTES_PER_YEAR
            if at >= sky.horizon:
                break
            minute = on_tick(int(at), sky.tick)
            if minute >= sky.horizon:
                break
            if count == len(minutes):
                minutes = resized(minutes, 2 * count, count)
            minutes[count] = minute
            count = count + 1
            index = index + 1
    return resized(minutes, count, count)


@kernel
def segment_steps(days: int, start_day_of_year: int, start_weekday: int, threat: Threat) -> NDArray[np.float64]:
    """Return the threat time, in years, that each third of a day brings: calm ones, then under a shock (2, 3 x days).

    Growth x season of the day, over the mean shock factor, by office hours: what all futures of a world share.
    """
    average, office, outside = mean_shock(threat), office_weight(threat), offhours_weight(threat)
    steps = np.empty((2, 3 * days), dtype=np.float64)
    for day in range(days):
        calm = day_intensity(day, start_day_of_year, threat) / average
        weekday = (start_weekday + day) % 7
        for part in range(3):
            hours = 10.0 if part == 1 else (8.0 if part == 0 else 6.0)
            weekly = office if part == 1 and weekday < 5 else outside
            steps[0, 3 * day + part] = calm * weekly * hours / (24.0 * DAYS_PER_YEAR)
            steps[1, 3 * day + part] = calm * threat.shock_factor * weekly * hours / (24.0 * DAYS_PER_YEAR)
    return steps


@kernel
def threat_clock(shocks: NDArray[np.int64], steps: NDArray[np.float64], threat: Threat) -> NDArray[np.float64]:
    """Return threat time, in years, at the start of each third of a day and at the horizon: shape (3 x days + 1,)."""
    days = steps.shape[1] // 3
    shocked = np.zeros(days + 1, dtype=np.int64)
    for position in range(len(shocks)):
        first = max(0, shocks[position] // MINUTES_PER_DAY)
        last = min(days, (shocks[position] + threat.shock_minutes) // MINUTES_PER_DAY)
        for day in range(first, last):
            shocked[day] = 1
    clock = np.empty(3 * days + 1, dtype=np.float64)
    clock[0] = 0.0
    for day in range(days):
        for segment in range(3 * day, 3 * day + 3):
            clock[segment + 1] = clock[segment] + steps[shocked[day], segment]
    return clock


@kernel
def threat_time(minute: int, clock: NDArray[np.float64]) -> float:
    """Return the threat time, in years, of a minute within the horizon."""
    segment = segment_at(minute)
    if segment >= len(clock) - 1:
        return clock[len(clock) - 1]  # type: ignore[no-any-return]
    begin = segment_start(segment)
    part = (minute - begin) / (segment_start(segment + 1) - begin)
    return clock[segment] + (clock[segment + 1] - clock[segment]) * part  # type: ignore[no-any-return]


@kernel
def minute_of(moment: float, clock: NDArray[np.float64], known: int) -> int:
    """Return the first whole minute at or after a moment of threat time, or the horizon when it lies beyond.

    `known` is a segment that begins at or before the moment; the search goes on from there in growing steps.
    """
    last = len(clock) - 1
    if moment >= clock[last]:
        return segment_start(last)
    low, high = known, known + 1
    while high < last and clock[high] <= moment:
        low, high = high, high + 2 * (high - low)
    high = min(high, last)
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
def guide_to(clock: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return the segment in which each of as many equal steps of threat time begins as there are days."""
    last = len(clock) - 1
    guide = np.empty(last // 3, dtype=np.int32)
    step = clock[last] / len(guide)
    segment = 0
    for place in range(len(guide)):
        while segment < last - 1 and clock[segment + 1] <= place * step:
            segment = segment + 1
        guide[place] = segment
    return guide


@kernel
def guided(moment: float, clock: NDArray[np.float64], guide: NDArray[np.int32]) -> int:
    """Return a segment from which `minute_of` finds a moment of threat time before the horizon soon."""
    return guide[min(int(moment / clock[len(clock) - 1] * len(guide)), len(guide) - 1)]  # type: ignore[no-any-return]


@step
def all_attempts(sky: Sky, replication: int, clock: NDArray[np.float64], guide: NDArray[np.int32]) -> tuple[Any, ...]:
    """Return offsets, minutes and marks of the candidate attempts.

    Draws come in batches, because a loop that does nothing else becomes vector instructions.
    """
    end = clock[len(clock) - 1]
    offsets = np.zeros(len(sky.nis) + 1, dtype=np.int64)
    minutes = np.empty(8192, dtype=np.int64)
    marks = np.empty(8192, dtype=np.float64)
    gaps = np.empty(BATCH, dtype=np.float64)
    shares = np.empty(BATCH, dtype=np.float64)
    count = 0
    for town in range(len(sky.nis)):
        moment = 0.0
        begin = 0
        minute = 0 if sky.rates[town] > 0.0 else sky.horizon
        while minute < sky.horizon:
            for place in range(BATCH):
                gaps[place], shares[place] = pair(sky.seed, replication, sky.nis[town], begin + place, chance.ATTEMPT)
            begin = begin + BATCH
            if count + BATCH > len(minutes):
                minutes = resized(minutes, 2 * len(minutes), count)
                marks = resized(marks, 2 * len(marks), count)
            for place in range(BATCH):
                moment = moment + exponential_gap(gaps[place], sky.rates[town])
                minute = sky.horizon
                if moment < end:
                    minute = on_tick(minute_of(moment, clock, guided(moment, clock, guide)), sky.tick)
                if minute >= sky.horizon:
                    break
                minutes[count] = minute
                marks[count] = candidate_mark(shares[place], sky.cap)
                count = count + 1
        offsets[town + 1] = count
    return offsets, resized(minutes, count, count), resized(marks, count, count)


@step
def all_frauds(sky: Sky, replication: int) -> tuple[Any, ...]:
    """Return offsets, minutes and marks in (0, 1) of the payment frauds tried on each municipality."""
    offsets = np.zeros(len(sky.nis) + 1, dtype=np.int64)
    minutes = np.empty(64, dtype=np.int64)
    marks = np.empty(64, dtype=np.float64)
    count = 0
    for town in range(len(sky.nis)):
        now = 0.0
        index = 0
        while sky.threat.fraud_rate > 0.0:
            gap, mark = pair(sky.seed, replication, sky.nis[town], index, chance.FRAUD)
            now = now + exponential_gap(gap, sky.threat.fraud_rate) * MINUTES_PER_YEAR
            if now >= sky.horizon:
                break
            minute = on_tick(int(now), sky.tick)
            if minute >= sky.horizon:
                break
            if count == len(minutes):
                minutes = resized(minutes, 2 * count, count)
                marks = resized(marks, 2 * count, count)
            minutes[count] = minute
            marks[count] = mark
            count = count + 1
            index = index + 1
        offsets[town + 1] = count
    return offsets, resized(minutes, count, count), resized(marks, count, count)


@step
def all_victims(sky: Sky, replication: int, waves: int) -> tuple[Any, ...]:
    """Return offsets and positions of the municipalities that each wave hits, each by its own draw.

    The two numbers at an address serve two waves.
    """
    towns = len(sky.nis)
    offsets = np.zeros(waves + 1, dtype=np.int64)
    victims = np.empty(waves * towns, dtype=np.int64)
    draws = np.empty((2, towns), dtype=np.float64)
    count = 0
    for wave in range(waves):
        if wave % 2 == 0:
            for town in range(towns):
                draws[0, town], draws[1, town] = pair(sky.seed, replication, sky.nis[town], wave // 2, chance.WAVE_HIT)
        for town in range(towns):
            if draws[wave % 2, town] < sky.spread.wave_hit:
                victims[count] = town
                count = count + 1
        offsets[wave + 1] = count
    return offsets, resized(victims, count, count)


@step
def all_compromises(sky: Sky, replication: int) -> tuple[Any, ...]:
    """Return minutes and suppliers of the compromises, in order of time and then of supplier."""
    minutes = np.empty(0, dtype=np.int64)
    fallen = np.empty(0, dtype=np.int64)
    threat, base = sky.threat, sky.threat.supplier_years_since_base
    for supplier in range(sky.suppliers):
        entity = chance.SUPPLIER + supplier
        theirs = poisson_minutes(
            sky, replication, entity, chance.COMPROMISE, threat.supplier_rate, 0, threat.supplier_growth, base
        )
        place = len(minutes)
        minutes = resized(minutes, place + len(theirs), place)
        fallen = resized(fallen, place + len(theirs), place)
        for line in range(len(theirs) - 1, -1, -1):  # both are in order: merged from the latest back
            while place > 0 and minutes[place - 1] > theirs[line]:
                place = place - 1
                minutes[place + line + 1] = minutes[place]
                fallen[place + line + 1] = fallen[place]
            minutes[place + line] = theirs[line]
            fallen[place + line] = supplier
    return minutes, fallen


def sky_over(world: WorldArrays, seed: int) -> Sky:
    """Return all that the tapes of a world are drawn from, for one seed."""
    cap = unprotected(world.defence)
    inhabitants = [float(people) for people in world.inhabitants.tolist()]
    return Sky(
        seed=seed,
        horizon=world.horizon,
        tick=world.tick,
        suppliers=world.full_it_suppliers + world.saas_suppliers,
        cap=cap,
        above_minor=above_minor(0.0, world.classes),
        threat=world.threat,
        bill=world.bill,
        outage=world.outage,
        spread=world.spread,
        nis=world.nis,
        inhabitants=world.inhabitants,
        rates=np.array([candidate_rate(people, cap, world.threat) for people in inhabitants]),
        cost_sizes=np.array([cost_size(people, world.bill) for people in inhabitants]),
        steps=segment_steps(
            world.horizon // MINUTES_PER_DAY, world.start_day_of_year, world.start_weekday, world.threat
        ),
    )


@kernel
def deal(sky: Sky, replication: int) -> Tape:
    """Return the tape of one future.

    A municipality's candidates depend on its own NIS code and size alone, so that adding or reordering others
    changes nothing for it.
    """
    threat = sky.threat
    shocks = np.empty(0, dtype=np.int64)
    if threat.shock_factor != 1.0:
        begin = -threat.shock_minutes
        shocks = poisson_minutes(sky, replication, chance.WORLD, chance.SHOCK, threat.shock_rate, begin, 0.0, 0.0)
    clock = threat_clock(shocks, sky.steps, threat)
    guide = guide_to(clock)
    attempt_offsets, attempt_minutes, attempt_marks = all_attempts(sky, replication, clock, guide)
    fraud_offsets, fraud_minutes, fraud_marks = all_frauds(sky, replication)
    waves = poisson_minutes(sky, replication, chance.WORLD, chance.WAVE, threat.waves, 0, 0.0, 0.0)
    victim_offsets, victims = all_victims(sky, replication, len(waves))
    compromises, fallen = all_compromises(sky, replication)
    digest = START
    for draws in (shocks, attempt_offsets, attempt_minutes, fraud_offsets, fraud_minutes, waves, compromises, fallen):
        digest = digest_of(draws, digest)
    for marks in (attempt_marks, fraud_marks):
        digest = digest_of(marks.view(np.int64), digest)
    return Tape(
        replication,
        clock,
        guide,
        shocks,
        attempt_offsets,
        attempt_minutes,
        attempt_marks,
        fraud_offsets,
        fraud_minutes,
        fraud_marks,
        waves,
        victim_offsets,
        victims,
        compromises,
        fallen,
        digest,
    )
