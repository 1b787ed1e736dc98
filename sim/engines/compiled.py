"""The compiled engine: the reference engine's futures, to the bit, many times faster.

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
from sim.engines.desk import Floats, Ints, layer_table
from sim.engines.loop import Case, run_events
from sim.engines.mixing import posting_digest
from sim.engines.setting import Outcome, Setting
from sim.engines.tape import attempt_rates, day_weights, draw_everything
from sim.model.arrays import NO_LIMIT
from sim.model.policy import CATEGORIES, PAYERS
from sim.rules.calendar import MINUTES_PER_DAY
from sim.rules.chance import SUPPLIER, WORLD
from sim.rules.compiling import kernel, step
from sim.rules.defence import unprotected
from sim.rules.incident import SEVERE, SIGNIFICANT
from sim.rules.ransom import deterrence_factor

BREAK_INS, SIGNIFICANTS, SEVERES, SUPPLIER_EVENTS, HARM, PERSON_MINUTES, WAITED, HELPED, DISTRESS = range(9)
COUNTS = 9
SHAPE = (len(PAYERS), len(CATEGORIES))


class Maps(NamedTuple):
    """Arrays of a case that no event changes."""

    nis: Ints  # (n,)
    rates: Floats  # (n,) candidate attempts a year
    weights: Floats  # (days,) growth x season
    customer_offsets: Ints  # (suppliers + 1,)
    customers: Ints  # positions of each supplier's customers
    beginning: Ints  # the desk at the start, up to the rows: towns, sums and layers, yearly programmes booked
    levels: Floats  # the floats of all towns at the start


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
    payments: NDArray[np.int64]  # (r, payers x categories)
    years: NDArray[np.int64]  # (r, y)
    own: NDArray[np.int64]  # (r, n)
    cash: NDArray[np.int64]  # (r, n)
    person_minutes: NDArray[np.int64]  # (r, n)
    serious: NDArray[np.int16]  # (r, n)
    ledger: NDArray[np.uint64]  # (r,)
    tape: NDArray[np.uint64]  # (r,)


@step
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
    """Return the events of a tape as (minute, key, place), in order, and their marks: a bucket a day, then sorted."""
    size = len(attempt_minutes) + len(fraud_minutes) + len(waves) + len(compromises)
    begins = np.zeros(days + 2, dtype=np.int64)
    for minutes in (attempt_minutes, fraud_minutes, waves):
        for minute in minutes:
            begins[minute // MINUTES_PER_DAY + 1] += 1
    for line in range(len(compromises)):
        begins[compromises[line, 0] // MINUTES_PER_DAY + 1] += 1
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
                key = ev.key(ev.ATTEMPT, nis[town], line - attempt_offsets[town])
            elif source == 1:
                while line >= fraud_offsets[town + 1]:
                    town = town + 1
                minute, mark, place = fraud_minutes[line], fraud_marks[line], town
                key = ev.key(ev.FRAUD, nis[town], line - fraud_offsets[town])
            elif source == 2:
                minute, place = waves[line], 0
                key = ev.key(ev.WAVE, WORLD, line)
            else:
                minute, place = compromises[line, 0], compromises[line, 1]
                key = ev.key(ev.COMPROMISED, SUPPLIER + place, seen[place])
                seen[place] += 1
            day = minute // MINUTES_PER_DAY
            spot = ends[day]
            ends[day] += 1
            while spot > begins[day] and (
                agenda[spot - 1, 0] > minute or (agenda[spot - 1, 0] == minute and agenda[spot - 1, 1] > key)
            ):
                agenda[spot, 0] = agenda[spot - 1, 0]
                agenda[spot, 1] = agenda[spot - 1, 1]
                agenda[spot, 2] = agenda[spot - 1, 2]
                marks[spot] = marks[spot - 1]
                spot = spot - 1
            agenda[spot, 0] = minute
            agenda[spot, 1] = key
            agenda[spot, 2] = place
            marks[spot] = mark
    return agenda, marks


@kernel
def play_one(case: Case, maps: Maps, ints: Ints, floats: Floats, replication: int) -> tuple[int, np.uint64]:
    """Play one future onto the desk; return its number of supplier events and the digest of its tape."""
    for place in range(len(maps.beginning)):  # loops, since slices compile slowly
        ints[place] = maps.beginning[place]
    for place in range(len(maps.levels)):
        floats[place] = maps.levels[place]
    suppliers = len(maps.customer_offsets) - 1
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
        maps.nis,
        maps.rates,
        case.cap,
        maps.weights,
        case.start_weekday,
        case.horizon,
        suppliers,
        case.threat,
    )
    agenda, marks = ordered_agenda(
        maps.nis,
        attempt_offsets,
        attempt_minutes,
        attempt_marks,
        fraud_offsets,
        fraud_minutes,
        fraud_marks,
        waves,
        compromises,
        len(maps.weights),
        suppliers,
    )
    run_events(case, ints, floats, replication, agenda, marks, clock, maps.customer_offsets, maps.customers)
    return len(compromises), digest


@step
def count_up(case: Case, ints: Ints, out: Chunk, line: int) -> None:
    """Write the sums of a played future into its row of the chunk."""
    counts = out.counts[line]
    for place in range(COUNTS):
        counts[place] = 0
    for position in range(case.towns_count):
        out.person_minutes[line, position] = 0
        out.serious[line, position] = 0
    for number in range(ints[d.ROWS]):
        row = case.rows_at + number * d.WIDTH
        town = (ints[row + d.TOWN] - case.towns_at) // case.town_width
        counts[HARM] += ints[row + d.HARM]
        counts[PERSON_MINUTES] += ints[row + d.PERSON_MINUTES]
        out.person_minutes[line, town] += ints[row + d.PERSON_MINUTES]
        if ints[row + d.TEAM_START] != ev.UNKNOWN:
            counts[HELPED] += 1
            counts[WAITED] += ints[row + d.TEAM_START] - ints[row + d.DISCOVERED]
        if ints[row + d.CAUSE] <= ev.LATERAL:
            counts[BREAK_INS] += 1
            if ints[row + d.SEVERITY] == SIGNIFICANT:
                counts[SIGNIFICANTS] += 1
            elif ints[row + d.SEVERITY] == SEVERE:
                counts[SEVERES] += 1
            if ints[row + d.SEVERITY] >= SIGNIFICANT:
                out.serious[line, town] += 1
    for position in range(case.towns_count):
        town = case.towns_at + position * case.town_width
        worst = 0
        for year in range(case.years):
            worst = max(worst, ints[town + d.BURDEN + year])
        if worst > case.distress * ints[town + d.PEOPLE]:
            counts[DISTRESS] += 1
        out.own[line, position] = ints[town + d.OWN]
        out.cash[line, position] = ints[town + d.CASH]
    for cell in range(case.payers * case.categories):
        out.payments[line, cell] = ints[case.payments_at + cell]
    for year in range(case.years):
        out.years[line, year] = ints[case.years_at + year]
    out.ledger[line] = np.uint64(ints[d.DIGEST])


@kernel
def play_many(case: Case, maps: Maps, ints: Ints, floats: Floats, first: int, out: Chunk) -> int:
    """Play the futures first, first + 1, ... into the rows of `out`; return how many fitted on the desk."""
    for line in range(len(out.ledger)):
        events, digest = play_one(case, maps, ints, floats, first + line)
        if ints[d.FULL] == 1:
            return line
        count_up(case, ints, out, line)
        out.counts[line, SUPPLIER_EVENTS] = events
        out.tape[line] = digest
    return len(out.ledger)


GROUPS = ("threat", "defence", "classes", "intrusion", "bill", "outage", "recovery", "team", "extortion", "spread")
MOST_YEARS = 64


def _layout(group: Any) -> np.dtype[Any]:
    return np.dtype(
        [(name, np.float64 if isinstance(value, float) else np.int64) for name, value in group._asdict().items()]
    )


def case_record(setting: Setting, seed: int, scalars: dict[str, int], layer_offsets: list[int]) -> NDArray[Any]:
    """Return the scalars of a policy in a world as one record, shape (1,): the groups of parameters and some more."""
    world, choices = setting.world, setting.policy.choices
    groups = {name: getattr(world, name) for name in GROUPS} | {"choices": choices}
    services = sorted(world.services, key=lambda service: service[1])
    numbers: dict[str, Any] = {
        "seed": seed,
        "cap": unprotected(world.defence),
        "deterrence": deterrence_factor(choices.ransom_rule, world.extortion),
        "distress": world.distress_share * world.operating_spend * 100.0,
        "horizon": world.horizon,
        "start_weekday": world.start_weekday,
        "full_it": world.full_it_suppliers,
        "years": len(world.year_starts) - 1,
        "payers": SHAPE[0],
        "categories": SHAPE[1],
        "services_count": len(services),
        **scalars,
    }
    layout: list[Any] = [(name, _layout(group)) for name, group in groups.items()]
    layout += [(name, np.float64 if isinstance(value, float) else np.int64) for name, value in numbers.items()]
    layout += [
        ("services", np.float64, (len(services), 2)),
        ("year_starts", np.int64, (MOST_YEARS,)),
        ("layer_offsets", np.int64, (SHAPE[1] + 1,)),
    ]
    record = np.zeros(1, dtype=np.dtype(layout, align=True))
    for name, group in groups.items():
        record[name] = tuple(group)
    for name, value in numbers.items():
        record[name] = value
    record["services"] = services
    record["year_starts"] = (*world.year_starts, *[NO_LIMIT] * (MOST_YEARS - len(world.year_starts)))
    record["layer_offsets"] = layer_offsets
    return record


class CompiledSetting:
    """A policy in a world, packed for the kernel; one for all its futures, safe to share between threads."""

    def __init__(self, setting: Setting, seed: int) -> None:
        world = setting.world
        n, years = len(world.nis), len(world.year_starts) - 1
        layers, offsets, accounts = layer_table(setting.policy)
        base = _programmes(setting)
        customers = [np.flatnonzero(row) for row in setting.structure.customers]
        rates = attempt_rates(world)
        towns = np.zeros((n, d.BURDEN + years + accounts * years), dtype=np.int64)
        towns[:, d.CODE], towns[:, d.PEOPLE] = world.nis, world.inhabitants
        towns[:, d.LEVELS] = np.arange(n) * d.LEVEL_WIDTH
        towns[:, d.OPEN_ROW] = towns[:, d.LAST_CLOSED] = ev.UNKNOWN
        towns[:, d.OWN], towns[:, d.CASH] = base.own, base.cash
        counters = np.zeros(d.COUNTERS, dtype=np.int64)
        counters[d.FREE_TEAMS] = max(0, setting.policy.choices.teams)
        counters[d.DIGEST] = np.array([base.digest], dtype=np.uint64).view(np.int64)[0]
        parts = {
            "counters": counters,
            "towns": towns.ravel(),
            "payments": base.payments.ravel(),
            "years": base.years,
            "layers": layers.ravel(),
        }
        places = np.cumsum([0, *(len(part) for part in parts.values())]).tolist()
        starts = {f"{name}_at": place for name, place in zip(parts, places, strict=False)}
        self.postings = base.postings
        self.beginning = places[-1]
        self.maps = Maps(
            nis=world.nis,
            rates=rates,
            weights=day_weights(world.horizon // MINUTES_PER_DAY, world.start_day_of_year, world.threat),
            customer_offsets=np.cumsum([0, *(len(row) for row in customers)]).astype(np.int64),
            customers=np.concatenate([*customers, np.array([], dtype=np.int64)]).astype(np.int64),
            beginning=np.concatenate(list(parts.values())),
            levels=np.column_stack([*setting.all_stocks(), rates]).ravel(),
        )
        scalars = {
            **starts,
            "towns_count": n,
            "town_width": towns.shape[1],
            "floats_at": len(self.maps.levels),
            **dict.fromkeys(("room", "journal_room", "heap_at", "queue_at", "rows_at", "journal_at"), 0),
        }
        self.case = case_record(setting, seed, scalars, offsets)
        self.room = 2 * int(rates.sum() * years) + 20 * n + 1000

    def _desk(self, room: int, journal_room: int) -> tuple[Any, Ints, Floats]:
        """Return the case with the places of a desk of this room, and the desk."""
        case = self.case.copy()
        place = self.beginning
        for name, width in (("heap", d.HEAP_WIDTH), ("queue", 1), ("rows", d.WIDTH)):
            case[f"{name}_at"] = place
            place += room * width
        case["journal_at"] = place
        case["room"], case["journal_room"] = room, journal_room
        ints = np.empty(place + journal_room * d.POSTING_WIDTH, dtype=np.int64)
        return case[0], ints, np.empty(len(self.maps.levels) + room * d.FLOAT_WIDTH, dtype=np.float64)

    def chunk(self, first: int, count: int) -> Chunk:
        """Return the sums of the futures first ... first + count - 1."""
        towns, years = len(self.maps.nis), int(self.case["years"][0])
        done, parts = 0, []
        while done < count:
            wanted = count - done
            out = _empty_chunk(wanted, towns, years)
            case, ints, floats = self._desk(self.room, 0)
            fitted = play_many(case, self.maps, ints, floats, first + done, out)
            parts.append(Chunk._make(array[:fitted] for array in out))
            done += fitted
            if fitted < wanted:
                self.room *= 2  # a busy future: more room, and again from there
        if len(parts) == 1:
            return parts[0]
        return Chunk._make(np.concatenate(arrays) for arrays in zip(*parts, strict=True))

    def journals(self, replication: int) -> Outcome:
        """Return the journals of one future, as the reference engine does."""
        room = self.room
        while True:
            case, ints, floats = self._desk(room, 8 * room)
            events, digest = play_one(case, self.maps, ints, floats, replication)
            if ints[d.FULL] == 0:
                break
            room *= 2
        rows = ints[case["rows_at"] :][: ints[d.ROWS] * d.WIDTH].reshape(-1, d.WIDTH)
        lines = ints[case["journal_at"] :][: ints[d.JOURNAL] * d.POSTING_WIDTH].reshape(-1, d.POSTING_WIDTH)
        lines = np.concatenate([self.postings, lines])
        lines = lines[np.argsort(lines[:, 0], kind="stable")]
        return Outcome(
            replication=replication,
            postings=_records(lines, ev.POSTING),
            incidents=_records(rows[:, : d.COLUMNS], ev.INCIDENT),
            supplier_events=int(events),
            blocked=int(ints[d.BLOCKED]),
            tape_digest=int(digest),
        )


def _empty_chunk(futures: int, towns: int, years: int) -> Chunk:
    return Chunk(
        counts=np.empty((futures, COUNTS), dtype=np.int64),
        payments=np.empty((futures, SHAPE[0] * SHAPE[1]), dtype=np.int64),
        years=np.empty((futures, years), dtype=np.int64),
        own=np.empty((futures, towns), dtype=np.int64),
        cash=np.empty((futures, towns), dtype=np.int64),
        person_minutes=np.empty((futures, towns), dtype=np.int64),
        serious=np.empty((futures, towns), dtype=np.int16),
        ledger=np.empty(futures, dtype=np.uint64),
        tape=np.empty(futures, dtype=np.uint64),
    )


def _programmes(setting: Setting) -> Programmes:
    """Book the yearly programmes once, through the layers of the policy."""
    world = setting.world
    accounts = Accounts(setting.policy.layers, world.year_starts)
    for minute, nis, use, amount in setting.programmes():
        accounts.post(minute, nis, use, amount, ev.NATIONAL)
    postings = np.array(accounts.postings, dtype=np.int64).reshape(len(accounts.postings), 6)
    paid, payer, category = postings[:, 4], postings[:, 3], postings[:, 2]
    town = np.searchsorted(world.nis, postings[:, 1])
    year = np.searchsorted(np.array(world.year_starts), postings[:, 0], side="right") - 1
    payments, years = np.zeros(SHAPE, dtype=np.int64), np.zeros(len(world.year_starts) - 1, dtype=np.int64)
    own, cash = np.zeros((2, len(world.nis)), dtype=np.int64)
    for line, amount in enumerate(paid.tolist()):
        payments[payer[line], category[line]] += amount
        years[year[line]] += amount
        cash[town[line]] += amount
        if payer[line] == d.MUNICIPALITY:
            own[town[line]] += amount
    digest = sum(int(posting_digest(*row[:5])) for row in postings.tolist()) % (1 << 64)
    return Programmes(payments, years, own, cash, digest, postings)


def _records(table: NDArray[np.int64], layout: np.dtype[Any]) -> NDArray[Any]:
    """Return rows of integers as records of a layout whose fields are all integers."""
    return np.ascontiguousarray(table).view(layout).reshape(len(table))
