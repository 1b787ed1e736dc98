"""The desk of the compiled engine: arrays in place of objects, with their layout, an event heap and the books.

The reference engine keeps an incident as a dictionary and a town as an object; here each is a row of integers. The
arithmetic is the same rules; only the bookkeeping is written again, and the twins' tests hold it to the bit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engines import events as ev
from sim.engines.mixing import posting_digest
from sim.rules.compiling import kernel
from sim.rules.funding import layer_payment

# Columns of the incident log, in the order of events.INCIDENT.
(NIS, NUMBER, CAUSE, SEVERITY, BEGUN, IMPACT, DISCOVERED, TEAM_START, TEAM_END, PRIVATE, CRITICAL_BACK, CLOSED,
 BACKUPS_LOST, EXFILTRATED, DEMAND, RANSOM, COST, HARM, PERSON_MINUTES, SUPPLIER, OPEN) = range(21)  # fmt: skip
COLUMNS = len(ev.INCIDENT.names or ())
# What the engine itself must remember of an incident.
(TOWN, WORK, WAITING, CRITICAL_DUE, FULL_DUE, BILL_BEGUN, RECOVERY_DUE, REVENUE_DUE, UNPAID, NEXT_SERVICE, SINCE, OUT,
 OUTAGE, UNTIL) = range(COLUMNS, COLUMNS + 14)  # fmt: skip
WIDTH = COLUMNS + 14
SHARE, MARK, PLAN = range(3)  # floats of an incident: systems out, mark of the next follow-up, effect of the plan
BACK, SERVICES_OUT, EVERYTHING_OUT = range(3)  # values of OUT
# Counters of a future.
HEAP_SIZE, ROWS, FREE_TEAMS, QUEUED, BLOCKED, JOURNAL, FULL = range(7)
# Columns of the table of layers.
PAYER, PART, FIRST, PER_EVENT, PER_YEAR, BEGINS, ENDS, ACCOUNT = range(8)
LEVELS_AT, OPEN_ROW, LAST_CLOSED = range(3)  # columns of `towns`
NO_ACCOUNT = -1  # a layer without a limit per year needs no account of what it paid
MUNICIPALITY = 0


class Desk(NamedTuple):
    """The state of one future. n municipalities, y years; `rows` and `heap` have room for a fixed number."""

    counters: NDArray[np.int64]  # (7,)
    heap: NDArray[np.int64]  # (room, 3): minute, key, row
    rows: NDArray[np.int64]  # (room, WIDTH)
    floats: NDArray[np.float64]  # (room, 3)
    queue: NDArray[np.int64]  # (room,): rows that wait for a team
    towns: NDArray[np.int64]  # (n, 3)
    levels: NDArray[np.float64]  # (n, 7)
    payments: NDArray[np.int64]  # (payers, categories)
    years: NDArray[np.int64]  # (y,)
    own: NDArray[np.int64]  # (n,)
    cash: NDArray[np.int64]  # (n,)
    burden: NDArray[np.int64]  # (n, y): paid by the municipality for incidents
    accounts: NDArray[np.int64]  # (n, accounts, y): paid under each yearly limit
    digest: NDArray[np.uint64]  # (1,)
    clock: NDArray[np.float64]  # (3 x days + 1,)
    journal: NDArray[np.int64]  # (room or 0, 6): postings, where they are wanted


def new_desk(
    towns: int, years: int, accounts: int, segments: int, room: int, journal: int, shape: tuple[int, int]
) -> Desk:
    """Return an empty desk; `shape` is (payers, categories)."""
    return Desk(
        counters=np.zeros(7, dtype=np.int64),
        heap=np.empty((room, 3), dtype=np.int64),
        rows=np.empty((room, WIDTH), dtype=np.int64),
        floats=np.empty((room, 3), dtype=np.float64),
        queue=np.empty(room, dtype=np.int64),
        towns=np.empty((towns, 3), dtype=np.int64),
        levels=np.empty((towns, 7), dtype=np.float64),
        payments=np.empty(shape, dtype=np.int64),
        years=np.empty(years, dtype=np.int64),
        own=np.empty(towns, dtype=np.int64),
        cash=np.empty(towns, dtype=np.int64),
        burden=np.empty((towns, years), dtype=np.int64),
        accounts=np.empty((towns, accounts, years), dtype=np.int64),
        digest=np.empty(1, dtype=np.uint64),
        clock=np.empty(segments + 1, dtype=np.float64),
        journal=np.empty((journal, 6), dtype=np.int64),
    )


@kernel
def push(counters: NDArray[np.int64], heap: NDArray[np.int64], minute: int, key: int, row: int) -> None:
    """Put an event on the heap; the smallest (minute, key) lies on top."""
    place = counters[HEAP_SIZE]
    if place >= len(heap):
        counters[FULL] = 1
        return
    counters[HEAP_SIZE] = place + 1
    while place > 0:
        above = (place - 1) // 2
        if heap[above, 0] < minute or (heap[above, 0] == minute and heap[above, 1] <= key):
            break
        heap[place, 0] = heap[above, 0]
        heap[place, 1] = heap[above, 1]
        heap[place, 2] = heap[above, 2]
        place = above
    heap[place, 0] = minute
    heap[place, 1] = key
    heap[place, 2] = row


@kernel
def drop_top(counters: NDArray[np.int64], heap: NDArray[np.int64]) -> None:
    """Take the first event off the heap."""
    size = counters[HEAP_SIZE] - 1
    counters[HEAP_SIZE] = size
    minute, key, row = heap[size, 0], heap[size, 1], heap[size, 2]
    place = 0
    while True:
        below = 2 * place + 1
        if below >= size:
            break
        if below + 1 < size and (
            heap[below + 1, 0] < heap[below, 0]
            or (heap[below + 1, 0] == heap[below, 0] and heap[below + 1, 1] < heap[below, 1])
        ):
            below = below + 1
        if minute < heap[below, 0] or (minute == heap[below, 0] and key <= heap[below, 1]):
            break
        heap[place, 0] = heap[below, 0]
        heap[place, 1] = heap[below, 1]
        heap[place, 2] = heap[below, 2]
        place = below
    heap[place, 0] = minute
    heap[place, 1] = key
    heap[place, 2] = row


@kernel
def new_row(desk: Desk, town: int, nis: int, number: int, cause: int, severity: int, now: int) -> int:
    """Open a row in the incident log and return its number."""
    row = desk.counters[ROWS]
    if row >= len(desk.rows):
        desk.counters[FULL] = 1
        return 0
    desk.counters[ROWS] = row + 1
    record = desk.rows[row]
    record[:] = 0
    record[NIS] = nis
    record[NUMBER] = number
    record[CAUSE] = cause
    record[SEVERITY] = severity
    record[BEGUN] = now
    record[IMPACT] = ev.UNKNOWN
    record[DISCOVERED] = ev.UNKNOWN
    record[TEAM_START] = ev.UNKNOWN
    record[TEAM_END] = ev.UNKNOWN
    record[CRITICAL_BACK] = ev.UNKNOWN
    record[CLOSED] = ev.UNKNOWN
    record[SUPPLIER] = ev.UNKNOWN
    record[TOWN] = town
    return row  # type: ignore[no-any-return]


@kernel
def charge(
    desk: Desk,
    row: int,
    category: int,
    amount: int,
    minute: int,
    layers: NDArray[np.int64],
    layer_offsets: NDArray[np.int64],
    year_starts: NDArray[np.int64],
) -> None:
    """Post a cost of an incident: let it flow through the layers of its category until nothing is left."""
    if amount <= 0:
        return
    record = desk.rows[row]
    record[COST] += amount
    town = record[TOWN]
    nis = record[NIS]
    year = 0
    while year_starts[year + 1] <= minute:
        year = year + 1
    left = amount
    desk.cash[town] += amount
    desk.years[year] += amount
    for position in range(layer_offsets[category], layer_offsets[category + 1]):
        if left == 0:
            break
        layer = layers[position]
        if not layer[BEGINS] <= minute < layer[ENDS]:
            continue
        account = layer[ACCOUNT]
        spent = desk.accounts[town, account, year] if account != NO_ACCOUNT else 0
        payment = layer_payment(left, layer[PART], layer[FIRST], layer[PER_EVENT], layer[PER_YEAR] - spent)
        if payment > 0:
            if account != NO_ACCOUNT:
                desk.accounts[town, account, year] += payment
            left = left - payment
            payer = layer[PAYER]
            desk.payments[payer, category] += payment
            if payer == MUNICIPALITY:
                desk.own[town] += payment
                desk.burden[town, year] += payment
            desk.digest[0] += posting_digest(minute, nis, category, payer, payment)
            write_posting(desk, minute, nis, category, payer, payment, row)


@kernel
def write_posting(desk: Desk, minute: int, nis: int, category: int, payer: int, cents: int, row: int) -> None:
    """Write a posting into the journal, where one is kept."""
    if len(desk.journal) == 0:
        return
    line = desk.counters[JOURNAL]
    if line >= len(desk.journal):
        desk.counters[FULL] = 1
        return
    desk.counters[JOURNAL] = line + 1
    desk.journal[line, 0] = minute
    desk.journal[line, 1] = nis
    desk.journal[line, 2] = category
    desk.journal[line, 3] = payer
    desk.journal[line, 4] = cents
    desk.journal[line, 5] = row
