"""The compiled engine: the reference engine's futures, to the bit, about a hundred times faster.

One kernel plays a whole chunk of futures: it deals the tape, puts it in order, runs the event loop of `loop.py` and
leaves integers. Every sum is of integers, so neither the order of work nor the number of threads can change it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engines import desk as d
from sim.engines import events as ev
from sim.engines.accounts import Accounts
from sim.engines.desk import Desk, new_desk
from sim.engines.loop import Case, run_events
from sim.engines.mixing import posting_digest
from sim.engines.setting import Outcome, Setting
from sim.engines.tape import attempt_rates, day_weights, draw_everything
from sim.model.arrays import NO_LIMIT
from sim.model.policy import CATEGORIES, PAYERS
from sim.rules.calendar import MINUTES_PER_DAY
from sim.rules.chance import SUPPLIER
from sim.rules.compiling import kernel
from sim.rules.defence import unprotected
from sim.rules.incident import SEVERE, SIGNIFICANT
from sim.rules.ransom import deterrence_factor

BREAK_INS, SIGNIFICANTS, SEVERES, SUPPLIER_EVENTS, HARM, PERSON_MINUTES, WAITED, HELPED, DISTRESS, BLOCKED = range(10)
COUNTS = 10
SHAPE = (len(PAYERS), len(CATEGORIES))


class Programmes(NamedTuple):
    """What is paid every year whatever happens: the same in all futures of a policy, so it is booked once."""

    payments: NDArray[np.int64]
    years: NDArray[np.int64]
    own: NDArray[np.int64]
    cash: NDArray[np.int64]
    digest: int
    postings: NDArray[np.int64]  # (lines, 6)


class Chunk(NamedTuple):
    """Integers of some futures, one row a future; see `results.outcomes` for what they become."""

    counts: NDArray[np.int64]  # (r, COUNTS)
    payments: NDArray[np.int64]  # (r, payers, categories)
    years: NDArray[np.int64]  # (r, y)
    own: NDArray[np.int64]  # (r, n)
    cash: NDArray[np.int64]  # (r, n)
    person_minutes: NDArray[np.int64]  # (r, n)
    serious: NDArray[np.int16]  # (r, n)
    ledger: NDArray[np.uint64]  # (r,)
    tape: NDArray[np.uint64]  # (r,)


@kernel
def ordered_agenda(
    nis: NDArray[np.int64],
    attempt_offsets: NDArray[np.int64],
    attempt_minutes: NDArray[np.int64],
    attempt_marks: NDArray[np.float64],
    fraud_offsets: NDArray[np.int64],
    fraud_minutes: NDArray[np.int64],
    fraud_marks: NDArray[np.float64],
    waves: NDArray[np.int64],
    compromises: NDArray[np.int64],
    days: int,
    suppliers: int,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return all events of a tape in order, as (minute, key, place), and their marks: a bucket a day, then insertion."""
    size = len(attempt_minutes) + len(fraud_minutes) + len(waves) + len(compromises)
    begins = np.zeros(days + 2, dtype=np.int64)
    for minutes in (attempt_minutes, fraud_minutes, waves, np.ascontiguousarray(compromises[:, 0])):
        for minute in minutes:
            begins[minute // MINUTES_PER_DAY + 1] += 1
    for day in range(days + 1):
        begins[day + 1] += begins[day]
    ends = begins.copy()
    agenda = np.empty((size, 3), dtype=np.int64)
    marks = np.empty(size, dtype=np.float64)
    seen = np.zeros(suppliers, dtype=np.int64)
    for source in range(4):
        count = (len(attempt_minutes), len(fraud_minutes), len(waves), len(compromises))[source]
        town = 0
        for line in range(count):
            mark = 0.0
            if source == 0:
                while line >= attempt_offsets[town + 1]:
                    town = town + 1
                minute, mark, place = attempt_minutes[line], attempt_marks[line], town
                key = ev.ATTEMPT << 56 | nis[town] << 32 | (line - attempt_offsets[town])
            elif source == 1:
                while line >= fraud_offsets[town + 1]:
                    town = town + 1
                minute, mark, place = fraud_minutes[line], fraud_marks[line], town
                key = ev.FRAUD << 56 | nis[town] << 32 | (line - fraud_offsets[town])
            elif source == 2:
                minute, place = waves[line], 0
                key = ev.WAVE << 56 | line
            else:
                minute, place = compromises[line, 0], compromises[line, 1]
                key = ev.COMPROMISED << 56 | (SUPPLIER + place) << 32 | seen[place]
                seen[place] += 1
            day = minute // MINUTES_PER_DAY
            spot = ends[day]
            ends[day] += 1
            while spot > begins[day] and (
                agenda[spot - 1, 0] > minute or (agenda[spot - 1, 0] == minute and agenda[spot - 1, 1] > key)
            ):
                agenda[spot] = agenda[spot - 1]
                marks[spot] = marks[spot - 1]
                spot = spot - 1
            agenda[spot, 0] = minute
            agenda[spot, 1] = key
            agenda[spot, 2] = place
            marks[spot] = mark
    return agenda, marks


@kernel
def set_up(case: Case, desk: Desk, base: Programmes) -> None:
    """Clear the desk for a new future, with the yearly programmes booked."""
    desk.counters[:] = 0
    desk.counters[d.FREE_TEAMS] = max(0, case.choices.teams)
    desk.towns[:, d.LEVELS_AT] = 0
    desk.towns[:, d.OPEN_ROW] = ev.UNKNOWN
    desk.towns[:, d.LAST_CLOSED] = ev.UNKNOWN
    desk.levels[:] = case.levels
    desk.payments[:] = base.payments
    desk.years[:] = base.years
    desk.own[:] = base.own
    desk.cash[:] = base.cash
    desk.burden[:] = 0
    desk.accounts[:] = 0
    desk.digest[0] = np.uint64(base.digest)


@kernel
def play_one(case: Case, desk: Desk, base: Programmes, replication: int) -> tuple[int, np.uint64]:
    """Play one future onto the desk; return its number of supplier events and the digest of its tape."""
    set_up(case, desk, base)
    suppliers = len(case.customer_offsets) - 1
    (
        clock,
        _,
        attempt_offsets,
        attempt_minutes,
        attempt_marks,
        fraud_offsets,
        fraud_minutes,
        fraud_marks,
        waves,
        compromises,
        digest,
    ) = draw_everything(
        case.seed,
        replication,
        case.nis,
        case.rates,
        case.cap,
        case.weights,
        case.start_weekday,
        case.horizon,
        suppliers,
        case.threat,
    )
    desk.clock[:] = clock
    agenda, marks = ordered_agenda(
        case.nis,
        attempt_offsets,
        attempt_minutes,
        attempt_marks,
        fraud_offsets,
        fraud_minutes,
        fraud_marks,
        waves,
        compromises,
        len(case.weights),
        suppliers,
    )
    run_events(case, desk, replication, agenda, marks)
    return len(compromises), digest


@kernel
def count_up(case: Case, desk: Desk, out: Chunk, line: int, distress_cents_per_inhabitant: float) -> None:
    """Write the sums of a played future into its row of the chunk."""
    counts = out.counts[line]
    counts[:] = 0
    out.person_minutes[line] = 0
    out.serious[line] = 0
    for row in range(desk.counters[d.ROWS]):
        record = desk.rows[row]
        town = record[d.TOWN]
        counts[HARM] += record[d.HARM]
        counts[PERSON_MINUTES] += record[d.PERSON_MINUTES]
        out.person_minutes[line, town] += record[d.PERSON_MINUTES]
        if record[d.TEAM_START] != ev.UNKNOWN:
            counts[HELPED] += 1
            counts[WAITED] += record[d.TEAM_START] - record[d.DISCOVERED]
        if record[d.CAUSE] <= ev.LATERAL:
            counts[BREAK_INS] += 1
            if record[d.SEVERITY] == SIGNIFICANT:
                counts[SIGNIFICANTS] += 1
            elif record[d.SEVERITY] == SEVERE:
                counts[SEVERES] += 1
            if record[d.SEVERITY] >= SIGNIFICANT:
                out.serious[line, town] += 1
    for town in range(len(case.nis)):
        if desk.burden[town].max() > distress_cents_per_inhabitant * case.inhabitants[town]:
            counts[DISTRESS] += 1
    counts[BLOCKED] = desk.counters[d.BLOCKED]
    out.payments[line] = desk.payments
    out.years[line] = desk.years
    out.own[line] = desk.own
    out.cash[line] = desk.cash
    out.ledger[line] = desk.digest[0]


@kernel
def play_many(
    case: Case, desk: Desk, base: Programmes, first: int, out: Chunk, distress_cents_per_inhabitant: float
) -> int:
    """Play the futures first, first + 1, ... into the rows of `out`; return how many fitted on the desk."""
    for line in range(len(out.ledger)):
        events, digest = play_one(case, desk, base, first + line)
        if desk.counters[d.FULL] == 1:
            return line
        count_up(case, desk, out, line, distress_cents_per_inhabitant)
        out.counts[line, SUPPLIER_EVENTS] = events
        out.tape[line] = digest
    return len(out.ledger)


def _layer_table(setting: Setting) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    rows: list[tuple[int, ...]] = []
    offsets, accounts = [0], 0
    for layers in setting.policy.layers:
        for layer in layers:
            account = d.NO_ACCOUNT
            if layer.limit_per_year < NO_LIMIT:
                account, accounts = accounts, accounts + 1
            rows.append((*layer, account))
        offsets.append(len(rows))
    return np.array(rows, dtype=np.int64), np.array(offsets, dtype=np.int64), accounts


class CompiledSetting:
    """A policy in a world, packed for the kernel; one for all its futures, safe to share between threads."""

    def __init__(self, setting: Setting, seed: int) -> None:
        world, policy = setting.world, setting.policy
        layers, offsets, self.accounts = _layer_table(setting)
        customers = [np.flatnonzero(row) for row in setting.structure.customers]
        start, targets = setting.all_stocks()
        self.setting = setting
        self.distress = world.distress_share * world.operating_spend * 100.0
        self.case = Case(
            threat=world.threat,
            defence=world.defence,
            classes=world.classes,
            intrusion=world.intrusion,
            bill=world.bill,
            outage=world.outage,
            recovery=world.recovery,
            team=world.team,
            extortion=world.extortion,
            spread=world.spread,
            choices=policy.choices,
            seed=seed,
            cap=unprotected(world.defence),
            deterrence=deterrence_factor(policy.choices.ransom_rule, world.extortion),
            horizon=world.horizon,
            start_weekday=world.start_weekday,
            full_it=world.full_it_suppliers,
            nis=world.nis,
            inhabitants=world.inhabitants,
            rates=attempt_rates(world),
            levels=start,
            targets=targets,
            services=np.array(sorted(world.services, key=lambda service: service[1]), dtype=np.float64),
            year_starts=np.array(world.year_starts, dtype=np.int64),
            weights=day_weights(world.horizon // MINUTES_PER_DAY, world.start_day_of_year, world.threat),
            customer_offsets=np.cumsum([0, *(len(row) for row in customers)]).astype(np.int64),
            customers=np.concatenate([*customers, np.array([], dtype=np.int64)]).astype(np.int64),
            layers=layers,
            layer_offsets=offsets,
        )
        self.base = self._programmes()
        self.room = 2 * int(self.case.rates.sum() * len(self.base.years)) + 20 * len(world.nis) + 1000

    def _programmes(self) -> Programmes:
        setting = self.setting
        world = setting.world
        accounts = Accounts(setting.policy.layers, world.year_starts)
        for minute, nis, category, amount in setting.programmes():
            accounts.post(minute, nis, category, amount, ev.NATIONAL)
        postings = np.array(accounts.postings, dtype=np.int64).reshape(len(accounts.postings), 6)
        minute, nis, category, payer, paid, _ = postings.T
        town = np.searchsorted(world.nis, nis)
        payments = np.zeros(SHAPE, dtype=np.int64)
        np.add.at(payments, (payer, category), paid)
        years = np.zeros(len(world.year_starts) - 1, dtype=np.int64)
        np.add.at(years, np.searchsorted(np.array(world.year_starts), minute, side="right") - 1, paid)
        own, cash = np.zeros((2, len(world.nis)), dtype=np.int64)
        np.add.at(cash, town, paid)
        np.add.at(own, town[payer == d.MUNICIPALITY], paid[payer == d.MUNICIPALITY])
        digest = sum(int(posting_digest(*row[:5])) for row in postings.tolist()) % (1 << 64)
        return Programmes(payments, years, own, cash, np.uint64(digest), postings)

    def _desk(self, room: int, journal: int) -> Desk:
        towns, years = len(self.case.nis), len(self.base.years)
        return new_desk(towns, years, self.accounts, 3 * len(self.case.weights), room, journal, SHAPE)

    def chunk(self, first: int, count: int) -> Chunk:
        """Return the sums of the futures first ... first + count - 1."""
        towns, years = len(self.case.nis), len(self.base.years)
        done, parts = 0, []
        while done < count:
            wanted = count - done
            out = Chunk(
                np.empty((wanted, COUNTS), dtype=np.int64),
                np.empty((wanted, *SHAPE), dtype=np.int64),
                np.empty((wanted, years), dtype=np.int64),
                *(np.empty((wanted, towns), dtype=np.int64) for _ in range(3)),
                np.empty((wanted, towns), dtype=np.int16),
                *(np.empty(wanted, dtype=np.uint64) for _ in range(2)),
            )
            desk = self._desk(self.room, 0)
            fitted = play_many(self.case, desk, self.base, first + done, out, self.distress)
            parts.append(Chunk(*(array[:fitted] for array in out)))
            done += fitted
            if fitted < wanted:
                self.room *= 2  # a busy future: more room, and again from there
        if len(parts) == 1:
            return parts[0]
        return Chunk(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))

    def journals(self, replication: int) -> Outcome:
        """Return the journals of one future, as the reference engine does."""
        room = self.room
        while True:
            desk = self._desk(room, 8 * room)
            events, digest = play_one(self.case, desk, self.base, replication)
            if desk.counters[d.FULL] == 0:
                break
            room *= 2
        incidents = _records(desk.rows[: desk.counters[d.ROWS], : d.COLUMNS], ev.INCIDENT)
        lines = np.concatenate([self.base.postings, desk.journal[: desk.counters[d.JOURNAL]]])
        lines = lines[np.argsort(lines[:, 0], kind="stable")]
        return Outcome(
            replication=replication,
            postings=_records(lines, ev.POSTING),
            incidents=incidents,
            supplier_events=int(events),
            blocked=int(desk.counters[d.BLOCKED]),
            tape_digest=int(digest),
        )


def _records(table: NDArray[np.int64], layout: np.dtype[Any]) -> NDArray[Any]:
    """Return rows of integers as records of a layout whose fields are all integers."""
    return np.ascontiguousarray(table).view(layout).reshape(len(table))
