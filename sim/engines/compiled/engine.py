"""The compiled engine: the reference engine's futures, to the bit, many times faster.

One kernel deals a deck of tapes, another plays it under a policy; both leave integers. Every sum is of integers, so
neither the order of work nor the number of threads can change it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engines import events as ev
from sim.engines.compiled import memory as m
from sim.engines.compiled.batches import Deck, deal_deck
from sim.engines.compiled.loop import Chunk, Maps, play_deck
from sim.engines.compiled.memory import Floats, Ints
from sim.engines.compiled.policy_tables import LayerTable, Tables, case_records, has_yearly_events
from sim.engines.digests import ledger_hash
from sim.engines.reference.payments import Accounts
from sim.engines.setting import Outcome, Setting
from sim.engines.stocks import AWARENESS, EFFORT, HARDENING, IDENTITY
from sim.engines.tape import Sky, sky_over
from sim.model.policy.policy import PAYERS
from sim.rules.compiling import kernel
from sim.rules.defence import break_in_bounds
from sim.rules.terms import Defence

SHAPE = (len(PAYERS), len(ev.ENTRIES))
DECIDE = [IDENTITY, HARDENING, AWARENESS, EFFORT]  # the stocks that decide whether an attempt succeeds


@kernel
def bounds_of(stocks: Floats, targets: Floats, cap: float, defence: Defence) -> Floats:
    """Return what the break-in probability of each town stays between on the way to its targets: (n, 2)."""
    bounds = np.empty((len(stocks), 2))
    for town in range(len(stocks)):
        now, later = stocks[town], targets[town]
        low, high = break_in_bounds(
            (now[0], now[1], now[2], now[3]), (later[0], later[1], later[2], later[3]), cap, defence
        )
        bounds[town, 0], bounds[town, 1] = low, high
    return bounds


class Programmes(NamedTuple):
    """What is paid every year whatever happens: the same in all futures of a policy, so it is booked once."""

    payments: NDArray[np.int64]
    years: NDArray[np.int64]
    own: NDArray[np.int64]
    cash: NDArray[np.int64]
    digest: int
    postings: NDArray[Any]  # events.POSTING


class CompiledSetting:
    """A policy in a world, packed for the kernel; one for all its futures, safe to share between threads.

    Policies of one world may share a `sky`, and then play the same decks.
    """

    def __init__(self, setting: Setting, seed: int, sky: Sky | None = None) -> None:
        world, policy, plan = setting.world, setting.policy, setting.plan
        self.sky = sky_over(world, seed) if sky is None else sky
        self.pots = len(policy.pot_names) + len(policy.grants)
        n, years, pots, grants = len(world.nis), len(world.year_starts) - 1, len(policy.pot_names), len(policy.grants)
        layers, base = LayerTable(setting), _programmes(setting)
        accounts = len(layers.accounts) + 1 + pots  # of layers, of insurance, of members of each pot
        towns = np.zeros((n, m.BURDEN + years + accounts * years), dtype=np.int64)
        towns[:, m.CODE], towns[:, m.PEOPLE] = world.nis, world.inhabitants
        towns[:, m.LEVELS] = np.arange(n) * m.LEVEL_WIDTH
        towns[:, m.OPEN_ROW] = towns[:, m.CUT_OFF_ROW] = towns[:, m.LAST_CLOSED] = ev.UNKNOWN
        towns[:, m.OWN], towns[:, m.CASH] = base.own, base.cash
        counters = np.zeros(m.COUNTERS, dtype=np.int64)
        counters[m.FREE_TEAMS] = max(0, policy.choices.teams)
        counters[m.DIGEST] = np.array([base.digest], dtype=np.uint64).view(np.int64)[0]
        pot_width, grant_width = m.TAKEN + years, m.MEMBER + 2 * n
        stretches = {
            "counters": counters,
            "towns": towns.ravel(),
            "payments": base.payments.ravel(),
            "years": base.years,
            "layers": layers.rows.ravel(),
            "scratch": np.zeros(m.WIDTH, dtype=np.int64),
            "pots": np.zeros(pots * pot_width, dtype=np.int64),
            "members": np.zeros(grants * grant_width, dtype=np.int64),
            "ends": np.zeros((pots + grants) * years, dtype=np.int64),
            "dry": np.zeros((pots + grants) * years, dtype=np.int64),
        }
        places = np.cumsum([0, *(len(stretch) for stretch in stretches.values())]).tolist()
        self.postings = base.postings
        self.begins = np.concatenate(list(stretches.values()))
        stocks, targets = setting.all_stocks()
        bounds = bounds_of(stocks[:, DECIDE], targets[:, DECIDE], setting.cap, world.defence)
        levels = np.column_stack([stocks, targets, self.sky.rates, self.sky.cost_sizes, bounds]).ravel()
        spends = len(levels)
        self.tables = Tables(setting, len(self.begins), spends + n * m.SPEND_WIDTH)
        self.maps = _maps(setting, self.begins, levels)
        scalars = {
            **{f"{name}_at": place for name, place in zip(stretches, places, strict=False)},
            **self.tables.places,
            "towns_count": n,
            "town_width": towns.shape[1],
            "everybody": int(world.inhabitants.sum()),
            "most_teams": max(stage.choices.teams for stage in policy.stages),
            "yearly": int(has_yearly_events(plan)),
            "insurance_account": len(layers.accounts),
            "member_accounts": len(layers.accounts) + 1,
            "cause_layers": len(layers.causes),
            "costs_row": len(layers.causes) + pots if layers.has_attachment else m.NO_ACCOUNT,
            "cause_rows": len(layers.causes) + pots + int(layers.has_attachment),
            "pot_width": pot_width,
            "grant_width": grant_width,
            "spends_at": spends,
            "floats_at": spends + n * m.SPEND_WIDTH + len(self.tables.floats),
            **dict.fromkeys(
                ("room", "journal_room", "heap_at", "queue_at", "rows_at", "claims_at", "granted_at", "causes_at",
                 "causes", "journal_at"), 0),
        }  # fmt: skip
        self.cases = case_records(setting, seed, scalars, layers.offsets)
        self.room = int(self.sky.rates.sum() * years) // 4 + (10 + grants) * n + 1000

    def _memory(self, deck: Deck, room: int, journal_room: int) -> tuple[Any, Ints, Floats]:
        """Return the cases, with where everything lies in a memory of this room, and the memory."""
        cases = np.frombuffer(bytearray(self.cases.tobytes()), self.cases.dtype)  # a copy by fields takes far longer
        place = len(self.begins) + len(self.tables.ints)
        causes = int(deck.supplier_events.max(initial=0)) + 1
        towns, grants = len(self.sky.nis), int(cases["grants_count"][0])
        for name, size in (
            ("heap", room * m.HEAP_WIDTH),
            ("queue", room),
            ("rows", room * m.WIDTH),
            ("claims", room * m.CLAIM_WIDTH),
            ("granted", towns * grants),
            ("causes", int(cases["cause_rows"][0]) * causes),
        ):
            cases[f"{name}_at"] = place
            place += size
        cases["journal_at"], cases["causes"] = place, causes
        cases["room"], cases["journal_room"] = room, journal_room
        ints = np.empty(place + journal_room * m.POSTING_WIDTH, dtype=np.int64)
        ints[len(self.begins) :][: len(self.tables.ints)] = self.tables.ints
        begin = int(cases["floats_at"][0])
        floats = np.empty(begin + room * m.FLOAT_WIDTH, dtype=np.float64)
        floats[begin - len(self.tables.floats) : begin] = self.tables.floats
        return cases, ints, floats

    def play(self, deck: Deck) -> Chunk:
        """Return the sums of the futures of a deck."""
        towns, years, count = len(self.sky.nis), int(self.cases["years"][0]), len(deck.digests)
        out, clock = _empty_chunk(count, towns, years, self.pots), np.empty(deck.clocks.shape[1])
        done = 0
        while True:
            cases, ints, floats = self._memory(deck, self.room, 0)
            done = play_deck(cases, self.maps, deck, ints, floats, clock, done, out)
            if done == count:
                return out
            self.room *= 2  # a busy future: more room, and again from there

    def chunk(self, first: int, count: int) -> Chunk:
        """Return the sums of the futures first ... first + count - 1."""
        return self.play(deal_deck(self.sky, first, count))

    def journals(self, replication: int) -> Outcome:
        """Return the journals of one future, as the reference engine does."""
        deck, clock = deal_deck(self.sky, replication, 1), np.empty(self.sky.steps.shape[1] + 1)
        out = _empty_chunk(1, len(self.sky.nis), int(self.cases["years"][0]), self.pots)
        room = 8 * self.room
        while True:
            cases, ints, floats = self._memory(deck, room, 4 * room)
            if play_deck(cases, self.maps, deck, ints, floats, clock, 0, out) == 1:
                break
            room *= 2
        rows = ints[cases["rows_at"][0] :][: ints[m.ROWS] * m.WIDTH].reshape(-1, m.WIDTH)
        lines = ints[cases["journal_at"][0] :][: ints[m.JOURNAL] * m.POSTING_WIDTH].reshape(-1, m.POSTING_WIDTH)
        postings = np.concatenate([self.postings, _records(lines, ev.POSTING)])
        return Outcome(
            replication=replication,
            postings=postings[np.argsort(postings["minute"], kind="stable")],
            incidents=_records(rows[:, : m.COLUMNS], ev.INCIDENT),
            supplier_events=int(ints[m.SUPPLIER_EVENTS]),
            blocked=int(ints[m.BLOCKED]),
            tape_digest=int(deck.digests[0]),
            balances=out.balances[0],
            dry=out.dry[0],
            unpaid_cents=int(out.counts["unpaid_cents"][0]),
        )


def _maps(setting: Setting, begins: Ints, levels: Floats) -> Maps:
    """Return what all futures of a policy begin with."""
    rows = [*setting.structure.customers, *setting.structure.concentrated]
    customers = [np.flatnonzero(row) for row in rows]
    ends, half = np.cumsum([len(row) for row in customers]), len(rows) // 2
    offsets = np.concatenate([[0], ends[:half], [ends[half - 1] if half else 0], ends[half:]])
    return Maps(
        beginning=begins,
        levels=levels,
        customer_offsets=offsets.astype(np.int64),
        customers=np.concatenate([*customers, np.array([], dtype=np.int64)]).astype(np.int64),
    )


def _empty_chunk(futures: int, towns: int, years: int, pots: int) -> Chunk:
    return Chunk(
        counts=np.zeros(futures, dtype=ev.COUNTS).view(np.recarray),
        payments=np.empty((futures, SHAPE[0] * SHAPE[1]), dtype=np.int64),
        years=np.empty((futures, years), dtype=np.int64),
        own=np.empty((futures, towns), dtype=np.int64),
        cash=np.empty((futures, towns), dtype=np.int64),
        person_minutes=np.empty((futures, towns), dtype=np.int64),
        serious=np.empty((futures, towns), dtype=np.int16),
        balances=np.empty((futures, pots, years), dtype=np.int64),
        dry=np.empty((futures, pots, years), dtype=np.int64),
        ledger=np.empty(futures, dtype=np.uint64),
        tape=np.empty(futures, dtype=np.uint64),
    )


def _programmes(setting: Setting) -> Programmes:
    """Book the yearly programmes once, through the layers of the policy, where they are the same in all futures.

    Years without a phase, in which the same layers are open and the same amounts due, have the same postings on another
    day.
    """
    world, plan, stages = setting.world, setting.plan, setting.policy.stages
    begun_in = [setting.readiness.year_begun_in(number) for number in range(len(stages))]
    booked: dict[Any, NDArray[Any]] = {}
    years = []
    for year, start in enumerate(world.year_starts[:-1] if plan.is_booked_ahead else ()):
        number = plan.stage_of_year[year]
        layers = stages[number].layers
        if year in begun_in:
            later = [place for place, begun in enumerate(begun_in) if begun == year]
            years.append(_changing_year(setting, year, later))
            continue
        opened = (number, *(layer.begins <= start < layer.ends for use in ev.PROGRAMMES for layer in layers[use]))
        if opened not in booked:
            accounts = Accounts(layers, world.year_starts, inhabitants=setting.inhabitants)
            for position, use, amount in setting.programmes(year):
                accounts.post(start, int(world.nis[position]), use, amount, ev.NATIONAL)
            booked[opened] = np.array(accounts.postings, dtype=ev.POSTING)
        years.append(booked[opened].copy())
        years[-1]["minute"] = start
    postings = np.concatenate([np.zeros(0, dtype=ev.POSTING), *years])
    paid, payer = postings["cents"], postings["payer"]
    town = np.searchsorted(world.nis, postings["nis"])
    payments, own, cash = np.zeros(SHAPE, dtype=np.int64), *np.zeros((2, len(world.nis)), dtype=np.int64)
    theirs = payer == ev.MUNICIPALITY
    np.add.at(payments, (payer, postings["category"]), paid)
    np.add.at(cash, town, paid)
    np.add.at(own, town[theirs], paid[theirs])
    by_year = np.array(
        [int(year["cents"].sum()) for year in years] or [0] * (len(world.year_starts) - 1), dtype=np.int64
    )
    return Programmes(payments, by_year, own, cash, ledger_hash(postings), postings)


def _changing_year(setting: Setting, year: int, later: list[int]) -> NDArray[Any]:
    """Return the postings of the programmes of a year within which these stages begin."""
    stages, first, nis = setting.policy.stages, setting.plan.stage_of_year[year], setting.world.nis.tolist()
    accounts = Accounts(stages[first].layers, setting.world.year_starts, inhabitants=setting.inhabitants)
    for position, use, amount in setting.programmes(year):
        accounts.post(setting.world.year_starts[year], nis[position], use, amount, ev.NATIONAL)
    for number in later:
        accounts.begin(stages[number])
        for position, use, amount in setting.due(number):
            accounts.post(stages[number].begins, nis[position], use, amount, ev.NATIONAL)
    return np.array(accounts.postings, dtype=ev.POSTING)


def _records(table: NDArray[np.int64], layout: np.dtype[Any]) -> NDArray[Any]:
    """Return rows of integers as records of a layout whose fields are all integers."""
    return np.ascontiguousarray(table).view(layout).reshape(len(table))
