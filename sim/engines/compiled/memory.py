"""The memory in which futures are played: one long array of integers and one of floats, with their layout.

The reference engine keeps an incident as a dictionary and a town as an object; here each is a stretch of the array
`ints`, and `row` or `town` is the place where it begins: `ints[row + COST]` is the cost of an incident. Two flat arrays
compile and pass fast. The arithmetic is the same rules; only the bookkeeping is written again, and the twins' tests
hold it to the bit.

What others lay out has its columns here by name: a column that moves or goes is noticed when this file is imported.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines import events as ev
from sim.engines.stocks import EFFORT, MEASURES
from sim.model.policy.layers import PAYERS
from sim.model.policy.numbers import LayerTerms
from sim.rules.calendar import on_tick
from sim.rules.compiling import lean_step

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# An incident. First the columns of the incident log, each at its place in events.INCIDENT.
LOG_COLUMNS: tuple[str, ...] = ev.INCIDENT.names or ()
NIS = LOG_COLUMNS.index("nis")
NUMBER = LOG_COLUMNS.index("number")
CAUSE = LOG_COLUMNS.index("cause")
SEVERITY = LOG_COLUMNS.index("severity")
BEGUN = LOG_COLUMNS.index("begun")
IMPACT = LOG_COLUMNS.index("impact")
DISCOVERED = LOG_COLUMNS.index("discovered")
TEAM_START = LOG_COLUMNS.index("team_start")
TEAM_END = LOG_COLUMNS.index("team_end")
PRIVATE = LOG_COLUMNS.index("private")
CRITICAL_BACK = LOG_COLUMNS.index("critical_back")
CLOSED = LOG_COLUMNS.index("closed")
BACKUPS_LOST = LOG_COLUMNS.index("backups_lost")
EXFILTRATED = LOG_COLUMNS.index("exfiltrated")
DEMAND = LOG_COLUMNS.index("demand_cents")
RANSOM = LOG_COLUMNS.index("ransom_cents")
COST = LOG_COLUMNS.index("cost_cents")
HARM = LOG_COLUMNS.index("harm_cents")
PERSON_MINUTES = LOG_COLUMNS.index("person_minutes")
SUPPLIER = LOG_COLUMNS.index("supplier")
OPEN = LOG_COLUMNS.index("open")
COLUMNS = len(LOG_COLUMNS)
# Then what the engine itself must remember of it. TOWN is a place in `ints`, FLOATS one in `floats`.
(TOWN, FLOATS, WORK, WAITING, CRITICAL_DUE, FULL_DUE, BILL_BEGUN, RECOVERY_DUE, REVENUE_DUE, UNPAID, NEXT_SERVICE,
 SINCE, OUT, OUTAGE, UNTIL, RANK, INSURED, DENIED, DEDUCTIBLE, KEPT, COMMON, BILL, BEFORE, PAID) = range(
    COLUMNS, COLUMNS + 24)  # fmt: skip
WIDTH = PAID + len(PAYERS)  # PAID: by each payer whose layers have an occurrence limit
NOT_ASKED, GRANTED, REFUSED = range(3)  # values of DENIED: whether the insurer denies the claims of an incident
BACK, SERVICES_OUT, EVERYTHING_OUT = range(3)  # values of OUT
SHARE, MARK, PLAN, FLOAT_WIDTH = range(4)  # its floats: systems out, mark of the next follow-up, effect of the plan
ALONE = PLAN  # of a supplier's outage, for which no plan helps: the systems out where there is no other outage
# A municipality: who it is, its state, its sums; then a burden a year, then the accounts of yearly limits. JOINED and
# SERVED have a bit for each grant; EXTRA is what it pays this year on top of its own spend.
(CODE, PEOPLE, LEVELS, LEVELS_AT, OPEN_ROW, CUT_OFF_ROW, LAST_CLOSED, OWN, CASH, JOINED, SERVED, EXTRA,
 BURDEN) = range(13)  # fmt: skip
# Its floats: seven stocks, their targets, the rate of candidate attempts, how its size scales a bill, and between what
# the probability of a break-in stays until an incident closes.
STOCKS, TARGETS = 0, EFFORT + 1
RATE, COST_SIZE, LOWEST, HIGHEST, LEVEL_WIDTH = range(2 * TARGETS, 2 * TARGETS + 5)
# Counters of a future, at the beginning of `ints`.
(HEAP_SIZE, ROWS, FREE_TEAMS, QUEUED, BLOCKED, BREAK_INS, YEAR, JOURNAL, FULL, DIGEST, REPLICATION, COMPROMISES,
 SUPPLIER_EVENTS, CLAIMS, UNPAID_CLAIMS, OWED, COUNTERS) = range(17)  # fmt: skip
AT, KEY, ROW, HEAP_WIDTH = range(4)  # an event on the heap
# A layer: its terms, then what the engine adds. PLAIN says that it asks nothing.
LAYER_COLUMNS = (*LayerTerms._fields, "account", "cause_account", "occurrence", "claw_back", "plain")
PAYER = LAYER_COLUMNS.index("payer")
PART = LAYER_COLUMNS.index("share")
FIRST = LAYER_COLUMNS.index("first")
PER_EVENT = LAYER_COLUMNS.index("limit_per_event")
PER_YEAR = LAYER_COLUMNS.index("limit_per_year")
BEGINS = LAYER_COLUMNS.index("begins")
ENDS = LAYER_COLUMNS.index("ends")
COMMON_LIMIT = LAYER_COLUMNS.index("common_limit")
POT = LAYER_COLUMNS.index("pot")
REQUIRES = LAYER_COLUMNS.index("requires")
OF_INSURANCE = LAYER_COLUMNS.index("insured")
FIRST_EACH = LAYER_COLUMNS.index("first_each")
EVENT_EACH = LAYER_COLUMNS.index("event_each")
YEAR_EACH = LAYER_COLUMNS.index("year_each")
OCCURRENCE_EACH = LAYER_COLUMNS.index("occurrence_each")
OCCURRENCE_LIMIT = LAYER_COLUMNS.index("occurrence_limit")
ATTACHMENT = LAYER_COLUMNS.index("attachment")
OCCURRENCE = LAYER_COLUMNS.index("occurrence")
ACCOUNT = LAYER_COLUMNS.index("account")
CAUSE_ACCOUNT = LAYER_COLUMNS.index("cause_account")
CLAW_BACK = LAYER_COLUMNS.index("claw_back")
PLAIN = LAYER_COLUMNS.index("plain")
LAYER_WIDTH = len(LAYER_COLUMNS)
NO_ACCOUNT = -1  # a layer without a limit per year needs no account of what it paid
# A posting in the journal, each at its place in events.POSTING.
POSTING_COLUMNS: tuple[str, ...] = ev.POSTING.names or ()
POSTED_MINUTE = POSTING_COLUMNS.index("minute")
POSTED_NIS = POSTING_COLUMNS.index("nis")
POSTED_CATEGORY = POSTING_COLUMNS.index("category")
POSTED_PAYER = POSTING_COLUMNS.index("payer")
POSTED_CENTS = POSTING_COLUMNS.index("cents")
POSTED_INCIDENT = POSTING_COLUMNS.index("incident")
POSTING_WIDTH = len(POSTING_COLUMNS)
# The state of a pot: then what it took on each year, then for each common cause.
BALANCE, SHORT, TAKEN = range(3)
# A claim that waits; SHARES is 1 where the claims of the year share what is there.
CLAIM_POT, CLAIM_TOWN, CLAIM_CENTS, CLAIM_SHARES, CLAIM_WIDTH = range(5)
# The state of a grant: then its members in order of joining, then when each of them joined.
MEMBERS, SPENT, GRANT_SHORT, MEMBER = range(4)
# What a municipality spends this year, euro per inhabitant: on six measures, of its own, and on top of that; then the
# same for the year in which it last chose its targets, and what a euro bought then.
SPEND_OWN, SPEND_MORE, AIMED = range(MEASURES, MEASURES + 3)
AIMED_EFFECT, SPEND_WIDTH = range(2 * AIMED, 2 * AIMED + 2)
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
