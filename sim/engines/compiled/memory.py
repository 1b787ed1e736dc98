"""The desk: one long array of integers and one of floats, with their layout.

The reference engine keeps an incident as a dictionary and a town as an object; here each is a stretch of the array
`ints`, and `row` or `town` is the place where it begins: `ints[row + COST]` is the cost of an incident. Two flat arrays
compile and pass fast. The arithmetic is the same rules; only the bookkeeping is written again, and the twins' tests
hold it to the bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines import events as ev
from sim.rules.calendar import on_tick
from sim.rules.compiling import lean_step

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# An incident. First the columns of the incident log, in the order of events.INCIDENT.
(NIS, NUMBER, CAUSE, SEVERITY, BEGUN, IMPACT, DISCOVERED, TEAM_START, TEAM_END, PRIVATE, CRITICAL_BACK, CLOSED,
 BACKUPS_LOST, EXFILTRATED, DEMAND, RANSOM, COST, HARM, PERSON_MINUTES, SUPPLIER, OPEN) = range(21)  # fmt: skip
COLUMNS = len(ev.INCIDENT.names or ())
# Then what the engine itself must remember of it. TOWN is a place in `ints`, FLOATS one in `floats`.
(TOWN, FLOATS, WORK, WAITING, CRITICAL_DUE, FULL_DUE, BILL_BEGUN, RECOVERY_DUE, REVENUE_DUE, UNPAID, NEXT_SERVICE,
 SINCE, OUT, OUTAGE, UNTIL, RANK, INSURED, DENIED, DEDUCTIBLE, KEPT, COMMON) = range(COLUMNS, COLUMNS + 21)  # fmt: skip
WIDTH = COLUMNS + 21
NOT_ASKED, GRANTED, REFUSED = range(3)  # values of DENIED: whether the insurer denies the claims of an incident
BACK, SERVICES_OUT, EVERYTHING_OUT = range(3)  # values of OUT
SHARE, MARK, PLAN = range(3)  # its floats: systems out, mark of the next follow-up, effect of the continuity plan
FLOAT_WIDTH = 3
# A municipality: who it is, its state, its sums; then a burden a year, then the accounts of yearly limits. JOINED and
# SERVED have a bit for each grant; EXTRA is what it pays this year on top of its own spend.
CODE, PEOPLE, LEVELS, LEVELS_AT, OPEN_ROW, LAST_CLOSED, OWN, CASH, JOINED, SERVED, EXTRA, BURDEN = range(12)
# Its floats: seven stocks, their targets, the rate of candidate attempts, how its size scales a bill, and between what
# the probability of a break-in stays until an incident closes.
STOCKS, TARGETS, RATE, COST_SIZE, LOWEST, HIGHEST = 0, 7, 14, 15, 16, 17
LEVEL_WIDTH = 18
# The seven stocks.
IDENTITY, HARDENING, DETECTION, AWARENESS, BACKUPS, CONTINUITY, EFFORT = range(7)
# Counters of a future, at the beginning of `ints`.
(HEAP_SIZE, ROWS, FREE_TEAMS, QUEUED, BLOCKED, BREAK_INS, YEAR, JOURNAL, FULL, DIGEST, REPLICATION, COMPROMISES,
 SUPPLIER_EVENTS, CLAIMS, UNPAID_CLAIMS, OWED) = range(16)  # fmt: skip
COUNTERS = 16
AT, KEY, ROW = range(3)  # an event on the heap
HEAP_WIDTH = 3
# A layer: the fields of policy_arrays.LayerTerms, then what the engine adds. PLAIN says that it asks nothing.
(PAYER, PART, FIRST, PER_EVENT, PER_YEAR, BEGINS, ENDS, COMMON_LIMIT, POT, REQUIRES, OF_INSURANCE, ACCOUNT,
 CAUSE_ACCOUNT, BACK, PLAIN) = range(15)  # fmt: skip
LAYER_WIDTH = 15
NO_ACCOUNT = -1  # a layer without a limit per year needs no account of what it paid
POSTING_WIDTH = 6
# The state of a pot: then what it took on each year, then for each common cause.
BALANCE, SHORT, TAKEN = range(3)
# A claim that waits; SHARES is 1 where the claims of the year share what is there.
CLAIM_POT, CLAIM_TOWN, CLAIM_CENTS, CLAIM_SHARES = range(4)
CLAIM_WIDTH = 4
# The state of a grant: then its members in order of joining, then when each of them joined.
MEMBERS, SPENT, GRANT_SHORT, MEMBER = range(4)
# What a municipality spends this year, euro per inhabitant: on six measures, of its own, and on top of that; then the
# same for the year in which it last chose its targets, and what a euro bought then.
SPEND_OWN, SPEND_MORE, AIMED, AIMED_EFFECT, SPEND_WIDTH = 6, 7, 8, 16, 17
NEVER_AIMED = -1.0  # what a euro buys is never negative


@lean_step
def push(case: Any, ints: Ints, minute: int, key: int, row: int) -> None:
    """Put an event on the heap, at the next tick of the clock; the smallest (minute, key) lies on top."""
    minute = on_tick(minute, case.tick)
    place = ints[HEAP_SIZE]
    if place >= case.room:
        ints[FULL] = 1
        return
    ints[HEAP_SIZE] = place + 1
    base = case.heap_at
    while place > 0:
        above = (place - 1) // 2
        parent = base + above * HEAP_WIDTH
        if ints[parent + AT] < minute or (ints[parent + AT] == minute and ints[parent + KEY] <= key):
            break
        spot = base + place * HEAP_WIDTH
        ints[spot + AT] = ints[parent + AT]
        ints[spot + KEY] = ints[parent + KEY]
        ints[spot + ROW] = ints[parent + ROW]
        place = above
    spot = base + place * HEAP_WIDTH
    ints[spot + AT] = minute
    ints[spot + KEY] = key
    ints[spot + ROW] = row


@lean_step
def drop_top(case: Any, ints: Ints) -> None:
    """Take the first event off the heap."""
    size = ints[HEAP_SIZE] - 1
    ints[HEAP_SIZE] = size
    base = case.heap_at
    last = base + size * HEAP_WIDTH
    minute, key, row = ints[last + AT], ints[last + KEY], ints[last + ROW]
    place = 0
    while True:
        below = 2 * place + 1
        if below >= size:
            break
        child = base + below * HEAP_WIDTH
        other = child + HEAP_WIDTH
        if below + 1 < size and (
            ints[other + AT] < ints[child + AT]
            or (ints[other + AT] == ints[child + AT] and ints[other + KEY] < ints[child + KEY])
        ):
            below = below + 1
            child = other
        if minute < ints[child + AT] or (minute == ints[child + AT] and key <= ints[child + KEY]):
            break
        spot = base + place * HEAP_WIDTH
        ints[spot + AT] = ints[child + AT]
        ints[spot + KEY] = ints[child + KEY]
        ints[spot + ROW] = ints[child + ROW]
        place = below
    spot = base + place * HEAP_WIDTH
    ints[spot + AT] = minute
    ints[spot + KEY] = key
    ints[spot + ROW] = row


@lean_step
def position_of(ints: Ints, town: int) -> int:
    """Return the position of a municipality in order of NIS code."""
    return ints[town + LEVELS] // LEVEL_WIDTH  # type: ignore[no-any-return]  # sooner than a division by a variable


@lean_step
def identify(case: Any, ints: Ints, row: int, town: int, number: int) -> None:
    """Write into a row what payers may ask about an incident."""
    ints[row + NIS] = ints[town + CODE]
    ints[row + NUMBER] = number
    ints[row + DENIED] = NOT_ASKED
    ints[row + DEDUCTIBLE] = ints[case.deductibles_at + ints[YEAR]]
    position = position_of(ints, town)
    ints[row + INSURED] = ints[case.insured_at + ints[YEAR] * case.towns_count + position]


@lean_step
def new_row(case: Any, ints: Ints, town: int, number: int, cause: int, severity: int, now: int) -> int:
    """Open a row in the incident log and return its place."""
    line = ints[ROWS]
    if line >= case.room:
        ints[FULL] = 1
        return case.rows_at  # type: ignore[no-any-return]
    ints[ROWS] = line + 1
    row = case.rows_at + line * WIDTH
    for column in range(WIDTH):
        ints[row + column] = 0
    identify(case, ints, row, town, number)
    ints[row + CAUSE] = cause
    ints[row + SEVERITY] = severity
    ints[row + BEGUN] = now
    ints[row + IMPACT] = ev.UNKNOWN
    ints[row + DISCOVERED] = ev.UNKNOWN
    ints[row + TEAM_START] = ev.UNKNOWN
    ints[row + TEAM_END] = ev.UNKNOWN
    ints[row + CRITICAL_BACK] = ev.UNKNOWN
    ints[row + CLOSED] = ev.UNKNOWN
    ints[row + SUPPLIER] = ev.UNKNOWN
    ints[row + TOWN] = town
    ints[row + COMMON] = ev.UNKNOWN
    ints[row + FLOATS] = case.floats_at + line * FLOAT_WIDTH
    return row  # type: ignore[no-any-return]
