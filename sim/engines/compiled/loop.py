"""The event loop: what the tape brings and what follows from it, always the earlier of the two."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engines import events as ev
from sim.engines.compiled import memory as m
from sim.engines.compiled.batches import UNSETTLED, Deck
from sim.engines.compiled.break_ins import (
    attempt,
    close,
    decide,
    gets_in,
    is_intruded,
    minor,
    miss,
    next_follow_up,
    restore,
    settle,
    strike,
)
from sim.engines.compiled.budgets import begin_future, change, end_year, new_year
from sim.engines.compiled.grants import join
from sim.engines.compiled.losses import compromise, end_outage, fraud, wave
from sim.engines.compiled.memory import Floats, Ints, drop_top, push
from sim.engines.compiled.response import discover, lose_patience, serve_queue
from sim.engines.compiled.town import Case
from sim.model.policy.numbers import NOBODY
from sim.rules.budgets import in_distress
from sim.rules.chance import WORLD
from sim.rules.compiling import lean_kernel, lean_step
from sim.rules.incident import SEVERE, SIGNIFICANT

MASK = 0xFFFFFFFF

Cases = NDArray[Any]
"""One record for each stage of the policy, see `policy_tables.case_records`."""


class Maps(NamedTuple):
    """What all futures of a policy begin with; no event changes it."""

    beginning: Ints  # the integers at the start, up to the rows: towns, sums and layers, yearly programmes booked
    levels: Floats  # the floats of all towns at the start
    customer_offsets: Ints  # (2 x (suppliers + 1),) as things are, and once the Flemish framework has moved some
    customers: Ints  # positions of each supplier's customers


class Chunk(NamedTuple):
    """Integers of some futures, one row a future; see `results.outcomes` for what they become."""

    counts: NDArray[Any]  # (r,) events.COUNTS, all zero until a future is played
    payments: NDArray[np.int64]  # (r, payers x entries)
    years: NDArray[np.int64]  # (r, y)
    own: NDArray[np.int64]  # (r, n)
    cash: NDArray[np.int64]  # (r, n)
    person_minutes: NDArray[np.int64]  # (r, n)
    serious: NDArray[np.int16]  # (r, n)
    balances: NDArray[np.int64]  # (r, pots and grants, y) cents at the end of each year
    dry: NDArray[np.int64]  # (r, pots and grants, y)
    ledger: NDArray[np.uint64]  # (r,)
    tape: NDArray[np.uint64]  # (r,)


@lean_step
def close_the_books(case: Case, ints: Ints, floats: Floats) -> None:
    """At the horizon: book what open incidents have cost and taken from citizens so far, and flag them."""
    ints[m.YEAR] = case.years - 1
    for line in range(ints[m.ROWS]):
        row = case.rows_at + line * m.WIDTH
        if ints[row + m.OUT] == m.EVERYTHING_OUT:
            miss(case, ints, floats, row, 1.0, case.horizon)
        elif ints[row + m.OUT] == m.SERVICES_OUT:
            for service in range(ints[row + m.NEXT_SERVICE], case.services_count):
                miss(case, ints, floats, row, case.services[service, 0], case.horizon)
        if ints[row + m.UNPAID] == 1:
            settle(case, ints, floats, row, case.horizon)
        ints[row + m.OPEN] = 1 if ints[row + m.CLOSED] == ev.UNKNOWN else 0
    if case.yearly == 1:
        end_year(case, ints, case.years - 1, case.horizon - 1)
    for line in range(ints[m.CLAIMS]):
        ints[m.UNPAID_CLAIMS] += ints[case.claims_at + line * m.CLAIM_WIDTH + m.CLAIM_CENTS]


@lean_step
def count_up(case: Case, ints: Ints, deck: Deck, out: Chunk, line: int) -> None:
    """Write the sums of a played future into its row of the chunk."""
    counts, person_minutes, serious = out.counts[line], out.person_minutes[line], out.serious[line]
    own, cash, payments, years = out.own[line], out.cash[line], out.payments[line], out.years[line]
    counts.break_ins = ints[m.BREAK_INS]
    counts.supplier_events = ints[m.SUPPLIER_EVENTS]
    counts.unpaid_cents = ints[m.UNPAID_CLAIMS]
    for number in range(case.pots_count + case.grants_count):
        for year in range(case.years):
            out.balances[line, number, year] = ints[case.ends_at + number * case.years + year]
            out.dry[line, number, year] = ints[case.dry_at + number * case.years + year]
    without_rows = case.journal_room == 0  # the waves have none then, and their losses come with the deck
    counts.harm_cents = deck.wave_harm[line] if without_rows else 0
    for position in range(case.towns_count):
        person_minutes[position] = deck.wave_minutes[line, position] if without_rows else 0
        counts.person_minutes += person_minutes[position]
        serious[position] = 0
    for number in range(ints[m.ROWS]):
        row = case.rows_at + number * m.WIDTH
        position = m.position_of(ints, ints[row + m.TOWN])
        counts.harm_cents += ints[row + m.HARM]
        counts.person_minutes += ints[row + m.PERSON_MINUTES]
        person_minutes[position] += ints[row + m.PERSON_MINUTES]
        if ints[row + m.TEAM_START] != ev.UNKNOWN:
            counts.helped += 1
            counts.waited_minutes += ints[row + m.TEAM_START] - ints[row + m.DISCOVERED]
        if ints[row + m.CAUSE] <= ev.LATERAL and ints[row + m.SEVERITY] >= SIGNIFICANT:
            serious[position] += 1
            if ints[row + m.SEVERITY] == SEVERE:
                counts.severe += 1
            else:
                counts.significant += 1
    for position in range(case.towns_count):
        town = case.towns_at + position * case.town_width
        worst = 0
        for year in range(case.years):
            if ints[town + m.BURDEN + year] > worst:
                worst = ints[town + m.BURDEN + year]
        if in_distress(worst, case.distress, ints[town + m.PEOPLE]):
            counts.in_distress += 1
        own[position] = ints[town + m.OWN]
        cash[position] = ints[town + m.CASH]
    for cell in range(case.payers * case.entries):
        payments[cell] = ints[case.payments_at + cell]
    for year in range(case.years):
        years[year] = ints[case.years_at + year]
    out.ledger[line] = np.uint64(ints[m.DIGEST])


@lean_kernel
def play_deck(
    cases: Cases, maps: Maps, deck: Deck, ints: Ints, floats: Floats, clock: Floats, begin: int, out: Chunk
) -> int:
    """Play the futures of a deck from number `begin` on, into the rows of `out`; return the first that did not fit.

    `clock` is room for the threat clock of one future. The memory then still shows the last future played.
    """
    beginning, levels, customer_offsets, customers = maps.beginning, maps.levels, maps.customer_offsets, maps.customers
    minutes, keys, places, marks, bills = deck.minutes, deck.keys, deck.places, deck.marks, deck.bills
    waves, victims = deck.waves, deck.victims
    for line in range(begin, len(deck.digests)):
        for place in range(len(beginning)):
            ints[place] = beginning[place]
        for place in range(len(levels)):
            floats[place] = levels[place]
        case = cases[0]
        ints[m.REPLICATION] = deck.first + line
        for place in range(case.causes_at, case.causes_at + case.cause_rows * case.causes):
            ints[place] = 0
        for stage in range(1, len(cases)):
            push(case, ints, cases[stage].begins, ev.key(ev.PHASE, WORLD, stage), stage)
        if case.yearly == 1:
            for year in range(case.years):
                if year > 0:
                    push(case, ints, case.year_starts[year], ev.key(ev.SETTLED, WORLD, year), year)
                push(case, ints, case.year_starts[year], ev.key(ev.BUDGET, WORLD, year), year)
            begin_future(case, ints, floats)
        for segment in range(len(clock)):  # looked up here and there: near at hand it takes half the time
            clock[segment] = deck.clocks[line, segment]
        guide = deck.guides[line]
        following, last = deck.offsets[line], deck.offsets[line + 1]
        while ints[m.FULL] == 0:
            top = case.heap_at
            dealt = following < last
            if ints[m.HEAP_SIZE] > 0:
                if dealt and (
                    ints[top + m.AT] < minutes[following]
                    or (ints[top + m.AT] == minutes[following] and ints[top + m.KEY] < keys[following])
                ):
                    dealt = False
            elif not dealt:
                break
            if dealt:
                now, key, place = minutes[following], keys[following], places[following]
            else:
                now, key, place = ints[top + m.AT], ints[top + m.KEY], ints[top + m.ROW]
            if now >= case.horizon:
                break
            while case.year_starts[ints[m.YEAR] + 1] <= now:
                ints[m.YEAR] += 1
            kind, number = key >> 56, key & MASK
            if dealt:
                mark = marks[following]
                town = case.towns_at + place * case.town_width
                if kind == ev.ATTEMPT and bills[following] != UNSETTLED:
                    if gets_in(case, ints, floats, town, mark, now):
                        minor(
                            case, ints, floats, town, number, ev.DIRECT, ev.UNKNOWN, ev.UNKNOWN, bills[following], now
                        )
                elif kind == ev.ATTEMPT:
                    attempt(case, ints, floats, town, number, mark, ev.DIRECT, now)
                elif kind == ev.FRAUD:
                    fraud(case, ints, floats, town, number, mark, now)
                elif kind == ev.WAVE and case.journal_room > 0:  # only a journal needs its rows
                    hit = deck.wave_offsets[line] + number
                    wave(case, ints, floats, number, now, victims, waves[hit], waves[hit + 1])
                elif kind == ev.COMPROMISED:
                    compromise(case, ints, floats, place, number, now, customer_offsets, customers)
                following = following + 1
                continue
            row = place
            drop_top(case, ints)
            recent = False
            if kind == ev.SETTLED:
                end_year(case, ints, row - 1, now - 1)
            elif kind == ev.PHASE:
                change(case, cases[row], ints, floats, now)
                case = cases[row]
            elif kind == ev.BUDGET:
                new_year(case, ints, floats, now)
            elif kind == ev.JOINED:
                join(case, ints, floats, number, row, now)
            elif kind == ev.IMPACT:
                strike(case, ints, floats, row, now)
            elif kind == ev.DISCOVERED:
                discover(case, ints, floats, row, now)
            elif kind == ev.RELEASED:
                if row != NOBODY:  # who comes with a phase is there already
                    ints[m.FREE_TEAMS] += 1
                serve_queue(case, ints, floats, now)
            elif kind == ev.PATIENCE:
                lose_patience(case, ints, floats, row, now)
            elif kind == ev.PAID:
                decide(case, ints, floats, row, now)
            elif kind == ev.RESTORED:
                restore(case, ints, floats, row, now)
                recent = ints[row + m.CLOSED] == now
            elif kind == ev.FOLLOW_UP:
                town = ints[row + m.TOWN]
                if ints[town + m.LAST_CLOSED] == row and not is_intruded(ints, town):
                    mark = floats[ints[row + m.FLOATS] + m.MARK]
                    attempt(case, ints, floats, town, number, mark, ev.REPEAT, now)
                    recent = True
            elif ints[row + m.CAUSE] >= ev.CUT_OFF:
                end_outage(case, ints, floats, row, now)
            else:
                close(case, ints, floats, row, now)
                recent = True
            if recent:
                next_follow_up(case, ints, floats, row, now, clock, guide)
        if ints[m.FULL] == 1:
            return line
        close_the_books(case, ints, floats)
        count_up(case, ints, deck, out, line)
        out.tape[line] = deck.digests[line]
    return len(deck.digests)
