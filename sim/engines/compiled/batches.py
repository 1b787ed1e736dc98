"""A deck: the tapes of some futures as the loop plays them, each in order of time."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engines import events as ev
from sim.engines.tape import BATCH, Sky, Tape, deal, resized
from sim.rules import chance
from sim.rules.calendar import MINUTES_PER_DAY, on_tick
from sim.rules.chance import CENTRAL, SUPPLIER, WORLD, central_normal_quantile, normal_quantile, pair
from sim.rules.compiling import kernel, step
from sim.rules.incident import cents, harm_cents, minor_bill_euro, person_minutes

UNSETTLED = -1  # the bill of what may become more than a minor incident
LINE_BITS = 28  # an event's minute and its line among the events of its tape share one number while they are sorted
LINE_MASK = (1 << LINE_BITS) - 1


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
    guides: NDArray[np.int32]  # (r, days), see `guide_to`
    waves: NDArray[np.int64]  # where the victims of each wave begin, of all futures; one more at the end
    wave_offsets: NDArray[np.int64]  # (r + 1,) where the waves of each future begin
    victims: NDArray[np.int64]
    wave_minutes: NDArray[np.int64]  # (r, n) person-minutes lost in waves
    wave_harm: NDArray[np.int64]  # (r,) cents of harm in waves
    supplier_events: NDArray[np.int64]  # (r,)
    digests: NDArray[np.uint64]  # (r,)


@step
def minor_bills(sky: Sky, tape: Tape) -> NDArray[np.int64]:
    """Return the bill of each attempt that can only become a minor incident: shape (attempts,).

    Its class and its bill hang on no policy, so they are worked out here, once for all policies. Draws come in whole
    batches, and the centre of the normal law for all at once: loops that do nothing else become vector instructions.
    """
    count = len(tape.attempt_minutes)
    classes = np.empty(count + BATCH, dtype=np.float64)
    costs = np.empty(count + BATCH, dtype=np.float64)
    normals = np.empty(count, dtype=np.float64)
    bills = np.empty(count, dtype=np.int64)
    for town in range(len(sky.nis)):
        begin = tape.attempt_offsets[town]
        for batch in range(begin, tape.attempt_offsets[town + 1], BATCH):
            for line in range(batch, batch + BATCH):  # what it writes too many is overwritten by the next town
                classes[line], costs[line] = pair(sky.seed, tape.replication, sky.nis[town], line - begin, chance.CLASS)
    for line in range(count):
        normals[line] = central_normal_quantile(costs[line])
    for town in range(len(sky.nis)):
        for line in range(tape.attempt_offsets[town], tape.attempt_offsets[town + 1]):
            bills[line] = UNSETTLED
            if classes[line] >= sky.above_minor:
                if math.fabs(costs[line] - 0.5) > CENTRAL:
                    normals[line] = normal_quantile(costs[line])
                bills[line] = cents(minor_bill_euro(normals[line], sky.cost_sizes[town], sky.bill))
    return bills


@step
def wave_losses(sky: Sky, tape: Tape, lost: NDArray[np.int64]) -> int:
    """Write the person-minutes that each municipality loses in waves into `lost`, and return the harm in cents.

    Waves hang on no policy: who is hit and for how long is worked out here, once for all policies.
    """
    harm = 0
    for town in range(len(sky.nis)):
        lost[town] = 0
    for wave in range(len(tape.waves)):
        begun = tape.waves[wave]
        elapsed = min(on_tick(begun + sky.spread.wave_minutes, sky.tick), sky.horizon) - begun
        for place in range(tape.victim_offsets[wave], tape.victim_offsets[wave + 1]):
            town = tape.victims[place]
            missed = person_minutes(sky.inhabitants[town], sky.spread.wave_impact, 1.0, elapsed)
            lost[town] += missed
            harm += harm_cents(missed, sky.outage.value_of_service_day)
    return harm


@step
def in_order(sky: Sky, tape: Tape) -> NDArray[np.int64]:
    """Return the lines of the events of a tape in order of time: compromises, waves, attempts and frauds, counted
    through in this order, which is that of their keys within a minute. A bucket a day, then by insertion.
    """
    days = sky.steps.shape[1] // 3
    begins = np.zeros(days + 2, dtype=np.int64)
    in_turn = (tape.compromises, tape.waves, tape.attempt_minutes, tape.fraud_minutes)
    for minutes in in_turn:
        for minute in minutes:
            begins[minute // MINUTES_PER_DAY + 1] += 1
    for day in range(days + 1):
        begins[day + 1] += begins[day]
    ends = resized(begins, days + 2, days + 2)
    order = np.empty(begins[days], dtype=np.int64)
    line = 0
    for minutes in in_turn:
        for minute in minutes:
            day = minute // MINUTES_PER_DAY
            packed = minute << LINE_BITS | line
            spot = ends[day]
            ends[day] += 1
            while spot > begins[day] and order[spot - 1] > packed:
                order[spot] = order[spot - 1]
                spot = spot - 1
            order[spot] = packed
            line = line + 1
    for spot in range(line):
        order[spot] &= LINE_MASK
    return order


@step
def whose_lines(offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the position of the municipality to which each line between the offsets belongs."""
    towns = np.empty(offsets[len(offsets) - 1], dtype=np.int64)
    for town in range(len(offsets) - 1):
        for line in range(offsets[town], offsets[town + 1]):
            towns[line] = town
    return towns


@step
def lay_out(
    sky: Sky,
    tape: Tape,
    begin: int,
    minutes: NDArray[np.int64],
    keys: NDArray[np.int64],
    places: NDArray[np.int64],
    marks: NDArray[np.float64],
    bills: NDArray[np.int64],
) -> None:
    """Write the events of a tape from `begin` on in order of minute and key."""
    waves = len(tape.compromises)
    attempts = waves + len(tape.waves)
    frauds = attempts + len(tape.attempt_minutes)
    settled = minor_bills(sky, tape)
    attacked, defrauded = whose_lines(tape.attempt_offsets), whose_lines(tape.fraud_offsets)
    seen = np.zeros(sky.suppliers, dtype=np.int64)
    place = begin
    for line in in_order(sky, tape):
        mark, bill = 0.0, UNSETTLED
        if line >= frauds:
            number = line - frauds
            whose = defrauded[number]
            minute, mark = tape.fraud_minutes[number], tape.fraud_marks[number]
            key = ev.key(ev.FRAUD, sky.nis[whose], number - tape.fraud_offsets[whose])
        elif line >= attempts:
            number = line - attempts
            whose = attacked[number]
            minute, mark, bill = tape.attempt_minutes[number], tape.attempt_marks[number], settled[number]
            key = ev.key(ev.ATTEMPT, sky.nis[whose], number - tape.attempt_offsets[whose])
        elif line >= waves:
            whose = line - waves
            minute = tape.waves[whose]
            key = ev.key(ev.WAVE, WORLD, whose)
        else:
            minute, whose = tape.compromises[line], tape.fallen[line]
            key = ev.key(ev.COMPROMISED, SUPPLIER + whose, seen[whose])
            seen[whose] += 1
        minutes[place] = minute
        keys[place] = key
        places[place] = whose
        marks[place] = mark
        bills[place] = bill
        place = place + 1


@step
def write(values: NDArray[Any], into: NDArray[Any]) -> None:
    """Write values into the beginning of an array; a loop, since slices compile slowly."""
    for place in range(len(values)):
        into[place] = values[place]


@kernel
def deal_deck(sky: Sky, first: int, count: int) -> Deck:
    """Deal the futures first .. first + count - 1."""
    offsets, wave_offsets = np.zeros(count + 1, dtype=np.int64), np.zeros(count + 1, dtype=np.int64)
    supplier_events, digests = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.uint64)
    wave_minutes = np.empty((count, len(sky.nis)), dtype=np.int64)
    wave_harm = np.empty(count, dtype=np.int64)
    clocks = np.empty((count, sky.steps.shape[1] + 1), dtype=np.float64)
    guides = np.empty((count, sky.steps.shape[1] // 3), dtype=np.int32)
    minutes = np.empty(0, dtype=np.int64)
    keys = np.empty(0, dtype=np.int64)
    places = np.empty(0, dtype=np.int64)
    marks = np.empty(0, dtype=np.float64)
    bills = np.empty(0, dtype=np.int64)
    waves, victims = np.zeros(1, dtype=np.int64), np.empty(0, dtype=np.int64)
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
        lay_out(sky, tape, begin, minutes, keys, places, marks, bills)
        write(tape.clock, clocks[line])
        write(tape.guide, guides[line])
        known = wave_offsets[line]
        wave_offsets[line + 1] = known + len(tape.waves)
        waves = resized(waves, known + len(tape.waves) + 1, known + 1)
        before = waves[known]
        for wave in range(len(tape.waves)):
            waves[known + wave + 1] = before + tape.victim_offsets[wave + 1]
        victims = resized(victims, before + len(tape.victims), before)
        for place in range(len(tape.victims)):
            victims[before + place] = tape.victims[place]
        wave_harm[line] = wave_losses(sky, tape, wave_minutes[line])
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
        guides,
        waves,
        wave_offsets,
        victims,
        wave_minutes,
        wave_harm,
        supplier_events,
        digests,
    )


class Room:
    """Decks that are kept, of all worlds together: the least used goes first when room runs out."""

    def __init__(self, megabytes: int = 120) -> None:
        self.most = megabytes << 20
        self.size = 0
        """Bytes of the decks in it."""
        self._decks: OrderedDict[tuple[Shelf, int, int, int], Deck] = OrderedDict()
        self._guard = threading.Lock()

    def find(self, key: tuple[Shelf, int, int, int]) -> Deck | None:
        """Return a deck that is kept, which becomes the last one used; None where it is not."""
        with self._guard:
            if key in self._decks:
                self._decks.move_to_end(key)
            return self._decks.get(key)

    def keep(self, key: tuple[Shelf, int, int, int], deck: Deck) -> None:
        """Keep a deck as long as there is room."""
        with self._guard:
            if key not in self._decks:
                self._decks[key] = deck
                self.size += _bytes(deck)
            while self.size > self.most:
                _, oldest = self._decks.popitem(last=False)
                self.size -= _bytes(oldest)


ROOM = Room()
"""The one of this process."""


class Shelf:
    """The place of one world for decks that were dealt from it, for the next policy."""

    def __init__(self, room: Room = ROOM) -> None:
        self.room = room

    def deck(self, sky: Sky, first: int, count: int) -> Deck:
        """Return the deck of these futures, from the shelf or newly dealt."""
        key = (self, sky.seed, first, count)
        deck = self.room.find(key)
        if deck is None:
            deck = deal_deck(sky, first, count)
            self.room.keep(key, deck)
        return deck


def _bytes(deck: Deck) -> int:
    return sum(part.nbytes for part in deck if isinstance(part, np.ndarray))
