"""A deck: the tapes of some futures as the loop plays them, each in order of time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engines import events as ev
from sim.engines.tape import Sky, Tape, deal, pasted_uniform, resized
from sim.rules import chance
from sim.rules.calendar import MINUTES_PER_DAY
from sim.rules.chance import SUPPLIER, WORLD
from sim.rules.compiling import kernel, step
from sim.rules.incident import MINOR, bill_euro, cents

UNSETTLED = -1  # the bill of what may become more than a minor incident


class Deck(NamedTuple):
    """Futures one after the other; the events of future i stand at offsets[i] .. offsets[i + 1]."""

    first: int  # the number of the first future
    offsets: NDArray[np.int64]  # (r + 1,)
    minutes: NDArray[np.int64]
    keys: NDArray[np.int64]
    places: NDArray[np.int64]  # position of the municipality, or number of the wave or supplier
    marks: NDArray[np.float64]
    bills: NDArray[np.int64]  # cents, of attempts that can only become minor incidents; otherwise UNSETTLED
    clocks: NDArray[np.float64]  # (r, segments), see `Tape.clock`
    waves: NDArray[np.int64]  # where the victims of each wave begin, of all futures; one more at the end
    wave_offsets: NDArray[np.int64]  # (r + 1,) where the waves of each future begin
    victims: NDArray[np.int64]
    supplier_events: NDArray[np.int64]  # (r,)
    digests: NDArray[np.uint64]  # (r,)


@step
def minor_bills(sky: Sky, tape: Tape) -> NDArray[np.int64]:
    """Return the bill of each attempt that can only become a minor incident: shape (attempts,).

    Its class and its bill hang on no policy, so they are worked out here, once for all policies.
    """
    count = len(tape.attempt_minutes)
    classes = np.empty(count, dtype=np.float64)
    costs = np.empty(count, dtype=np.float64)
    bills = np.empty(count, dtype=np.int64)
    for town in range(len(sky.nis)):
        begin = tape.attempt_offsets[town]
        for line in range(begin, tape.attempt_offsets[town + 1]):
            classes[line] = pasted_uniform(sky.seed, tape.replication, sky.nis[town], line - begin, chance.CLASS)
        for line in range(begin, tape.attempt_offsets[town + 1]):
            costs[line] = pasted_uniform(sky.seed, tape.replication, sky.nis[town], line - begin, chance.COST)
        for line in range(begin, tape.attempt_offsets[town + 1]):
            bills[line] = UNSETTLED
            if classes[line] >= sky.above_minor:
                bills[line] = cents(bill_euro(costs[line], MINOR, sky.cost_sizes[town], sky.bill))
    return bills


@step
def put_in_order(
    sky: Sky,
    tape: Tape,
    begin: int,
    minutes: NDArray[np.int64],
    keys: NDArray[np.int64],
    places: NDArray[np.int64],
    marks: NDArray[np.float64],
    bills: NDArray[np.int64],
    settled: NDArray[np.int64],
) -> None:
    """Write the events of a tape from `begin` on in order of minute and key: a bucket a day, then by insertion."""
    days = len(sky.weights)
    ends = np.zeros(days + 2, dtype=np.int64)
    for some in (tape.attempt_minutes, tape.fraud_minutes, tape.waves, tape.compromises):
        for minute in some:
            ends[minute // MINUTES_PER_DAY + 1] += 1
    ends[0] = begin
    for day in range(days + 1):
        ends[day + 1] += ends[day]
    begins = resized(ends, days + 2, days + 2)
    seen = np.zeros(sky.suppliers, dtype=np.int64)
    attempts, frauds, waves = len(tape.attempt_minutes), len(tape.fraud_minutes), len(tape.waves)
    town = 0
    for line in range(attempts + frauds + waves + len(tape.compromises)):
        mark, bill = 0.0, UNSETTLED
        if line < attempts:
            while line >= tape.attempt_offsets[town + 1]:
                town = town + 1
            minute, mark, place = tape.attempt_minutes[line], tape.attempt_marks[line], town
            key = ev.key(ev.ATTEMPT, sky.nis[town], line - tape.attempt_offsets[town])
            bill = settled[line]
        elif line < attempts + frauds:
            number = line - attempts
            if number == 0:
                town = 0
            while number >= tape.fraud_offsets[town + 1]:
                town = town + 1
            minute, mark, place = tape.fraud_minutes[number], tape.fraud_marks[number], town
            key = ev.key(ev.FRAUD, sky.nis[town], number - tape.fraud_offsets[town])
        elif line < attempts + frauds + waves:
            number = line - attempts - frauds
            minute, place = tape.waves[number], number
            key = ev.key(ev.WAVE, WORLD, number)
        else:
            number = line - attempts - frauds - waves
            minute, place = tape.compromises[number], tape.fallen[number]
            key = ev.key(ev.COMPROMISED, SUPPLIER + place, seen[place])
            seen[place] += 1
        day = minute // MINUTES_PER_DAY
        spot = ends[day]
        ends[day] += 1
        while spot > begins[day] and (
            minutes[spot - 1] > minute or (minutes[spot - 1] == minute and keys[spot - 1] > key)
        ):
            minutes[spot] = minutes[spot - 1]
            keys[spot] = keys[spot - 1]
            places[spot] = places[spot - 1]
            marks[spot] = marks[spot - 1]
            bills[spot] = bills[spot - 1]
            spot = spot - 1
        minutes[spot] = minute
        keys[spot] = key
        places[spot] = place
        marks[spot] = mark
        bills[spot] = bill


@kernel
def deal_deck(sky: Sky, first: int, count: int) -> Deck:
    """Deal the futures first .. first + count - 1."""
    segments = 3 * len(sky.weights) + 1
    offsets = np.zeros(count + 1, dtype=np.int64)
    wave_offsets = np.zeros(count + 1, dtype=np.int64)
    supplier_events = np.zeros(count, dtype=np.int64)
    digests = np.zeros(count, dtype=np.uint64)
    clocks = np.empty((count, segments), dtype=np.float64)
    minutes = np.empty(0, dtype=np.int64)
    keys = np.empty(0, dtype=np.int64)
    places = np.empty(0, dtype=np.int64)
    marks = np.empty(0, dtype=np.float64)
    bills = np.empty(0, dtype=np.int64)
    waves = np.zeros(1, dtype=np.int64)
    victims = np.empty(0, dtype=np.int64)
    for line in range(count):
        tape = deal(sky, first + line)
        begin = offsets[line]
        events = len(tape.attempt_minutes) + len(tape.fraud_minutes) + len(tape.waves) + len(tape.compromises)
        end = begin + events
        offsets[line + 1] = end
        if end > len(minutes):
            size = end + (count - line - 1) * (events + events // 8)  # about what the rest will need
            minutes = resized(minutes, size, begin)
            keys = resized(keys, size, begin)
            places = resized(places, size, begin)
            marks = resized(marks, size, begin)
            bills = resized(bills, size, begin)
        put_in_order(sky, tape, begin, minutes, keys, places, marks, bills, minor_bills(sky, tape))
        clock = clocks[line]
        for segment in range(segments):
            clock[segment] = tape.clock[segment]
        known = wave_offsets[line]
        wave_offsets[line + 1] = known + len(tape.waves)
        waves = resized(waves, known + len(tape.waves) + 1, known + 1)
        before = waves[known]
        for wave in range(len(tape.waves)):
            waves[known + wave + 1] = before + tape.victim_offsets[wave + 1]
        victims = resized(victims, before + len(tape.victims), before)
        for place in range(len(tape.victims)):
            victims[before + place] = tape.victims[place]
        supplier_events[line] = len(tape.compromises)
        digests[line] = tape.digest
    return Deck(
        first,
        offsets,
        minutes,
        keys,
        places,
        marks,
        bills,
        clocks,
        waves,
        wave_offsets,
        victims,
        supplier_events,
        digests,
    )


class Shelf:
    """Decks that were dealt from one world, kept for the next policy: the least used goes first when room runs out."""

    def __init__(self, megabytes: int = 120) -> None:
        self.room = megabytes << 20
        self._decks: OrderedDict[tuple[int, int, int], Deck] = OrderedDict()
        self._guard = threading.Lock()

    def deck(self, sky: Sky, first: int, count: int) -> Deck:
        """Return the deck of these futures, from the shelf or newly dealt."""
        wanted = (sky.seed, first, count)
        with self._guard:
            if wanted in self._decks:
                self._decks.move_to_end(wanted)
                return self._decks[wanted]
        deck = deal_deck(sky, first, count)
        with self._guard:
            self._decks[wanted] = deck
            while sum(map(_bytes, self._decks.values())) > self.room:
                self._decks.popitem(last=False)
        return deck


def _bytes(deck: Deck) -> int:
    return sum(part.nbytes for part in deck if isinstance(part, np.ndarray))
