"""The compiled engine: the reference engine's futures, to the bit, many times faster.

One kernel deals a deck of tapes, another plays it under a policy; both leave integers. Every sum is of integers, so
neither the order of work nor the number of threads can change it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engines import events as ev
from sim.engines.accounts import Accounts
from sim.engines.mixing import ledger_hash
from sim.engines.setting import Outcome, Setting
from sim.engines.tape import Sky, sky_over
from sim.engines.twin import desk as d
from sim.engines.twin.deck import Deck, deal_deck
from sim.engines.twin.desk import Floats, Ints, layer_table
from sim.engines.twin.loop import COUNTS, Chunk, Maps, play_deck
from sim.model.arrays import NO_LIMIT
from sim.model.policy import CATEGORIES, PAYERS
from sim.rules.defence import break_in_bounds
from sim.rules.ransom import deterrence_factor

SHAPE = (len(PAYERS), len(CATEGORIES))
DECIDE = [d.IDENTITY, d.HARDENING, d.AWARENESS, d.EFFORT]  # the stocks that decide whether an attempt succeeds


class Programmes(NamedTuple):
    """What is paid every year whatever happens: the same in all futures of a policy, so it is booked once."""

    payments: NDArray[np.int64]
    years: NDArray[np.int64]
    own: NDArray[np.int64]
    cash: NDArray[np.int64]
    digest: int
    postings: NDArray[Any]  # events.POSTING


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
        "cap": setting.cap,
        "deterrence": deterrence_factor(choices.ransom_rule, world.extortion),
        "distress": world.distress_share * world.operating_spend * 100.0,
        "horizon": world.horizon,
        "tick": world.tick,
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
    return record.view(np.recarray)


class CompiledSetting:
    """A policy in a world, packed for the kernel; one for all its futures, safe to share between threads.

    Policies of one world may share a `sky`, and then play the same decks.
    """

    def __init__(self, setting: Setting, seed: int, sky: Sky | None = None) -> None:
        world = setting.world
        self.sky = sky_over(world, seed) if sky is None else sky
        n, years = len(world.nis), len(world.year_starts) - 1
        layers, offsets, accounts = layer_table(setting.policy)
        base = _programmes(setting)
        customers = [np.flatnonzero(row) for row in setting.structure.customers]
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
            "scratch": np.zeros(d.WIDTH, dtype=np.int64),
        }
        places = np.cumsum([0, *(len(part) for part in parts.values())]).tolist()
        starts = {f"{name}_at": place for name, place in zip(parts, places, strict=False)}
        self.postings = base.postings
        self.beginning = places[-1]
        stocks, targets = setting.all_stocks()
        bounds = [
            break_in_bounds(tuple(now), tuple(later), setting.cap, world.defence)
            for now, later in zip(stocks[:, DECIDE].tolist(), targets[:, DECIDE].tolist(), strict=True)
        ]
        self.maps = Maps(
            beginning=np.concatenate(list(parts.values())),
            levels=np.column_stack([stocks, targets, self.sky.rates, self.sky.cost_sizes, bounds]).ravel(),
            customer_offsets=np.cumsum([0, *(len(row) for row in customers)]).astype(np.int64),
            customers=np.concatenate([*customers, np.array([], dtype=np.int64)]).astype(np.int64),
        )
        scalars = {
            **starts,
            "towns_count": n,
            "town_width": towns.shape[1],
            "floats_at": len(self.maps.levels),
            **dict.fromkeys(("room", "journal_room", "heap_at", "queue_at", "rows_at", "journal_at"), 0),
        }
        self.case = case_record(setting, seed, scalars, offsets)
        self.room = int(self.sky.rates.sum() * years) // 4 + 10 * n + 1000

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

    def play(self, deck: Deck) -> Chunk:
        """Return the sums of the futures of a deck."""
        towns, years, count = len(self.sky.nis), int(self.case["years"][0]), len(deck.digests)
        out = _empty_chunk(count, towns, years)
        done = 0
        while True:
            case, ints, floats = self._desk(self.room, 0)
            done = play_deck(case, self.maps, deck, ints, floats, np.empty(deck.clocks.shape[1]), done, out)
            if done == count:
                return out
            self.room *= 2  # a busy future: more room, and again from there

    def chunk(self, first: int, count: int) -> Chunk:
        """Return the sums of the futures first ... first + count - 1."""
        return self.play(deal_deck(self.sky, first, count))

    def journals(self, replication: int) -> Outcome:
        """Return the journals of one future, as the reference engine does."""
        deck = deal_deck(self.sky, replication, 1)
        out = _empty_chunk(1, len(self.sky.nis), int(self.case["years"][0]))
        room = 8 * self.room
        while True:
            case, ints, floats = self._desk(room, 4 * room)
            if play_deck(case, self.maps, deck, ints, floats, np.empty(deck.clocks.shape[1]), 0, out) == 1:
                break
            room *= 2
        rows = ints[case["rows_at"] :][: ints[d.ROWS] * d.WIDTH].reshape(-1, d.WIDTH)
        lines = ints[case["journal_at"] :][: ints[d.JOURNAL] * d.POSTING_WIDTH].reshape(-1, d.POSTING_WIDTH)
        postings = np.concatenate([self.postings, _records(lines, ev.POSTING)])
        return Outcome(
            replication=replication,
            postings=postings[np.argsort(postings["minute"], kind="stable")],
            incidents=_records(rows[:, : d.COLUMNS], ev.INCIDENT),
            supplier_events=int(deck.supplier_events[0]),
            blocked=int(ints[d.BLOCKED]),
            tape_digest=int(deck.digests[0]),
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
    """Book the yearly programmes once, through the layers of the policy.

    Years in which the same layers are open have the same postings, on another day.
    """
    world, layers = setting.world, setting.policy.layers
    booked: dict[tuple[bool, ...], NDArray[Any]] = {}
    years = []
    for start in world.year_starts[:-1]:
        opened = tuple(layer.begins <= start < layer.ends for use in ev.PROGRAMMES for layer in layers[use])
        if opened not in booked:
            accounts = Accounts(layers, world.year_starts)
            for nis, use, amount in setting.programmes():
                accounts.post(start, nis, use, amount, ev.NATIONAL)
            booked[opened] = np.array(accounts.postings, dtype=ev.POSTING)
        years.append(booked[opened].copy())
        years[-1]["minute"] = start
    postings = np.concatenate(years)
    paid, payer = postings["cents"], postings["payer"]
    town = np.searchsorted(world.nis, postings["nis"])
    payments, own, cash = np.zeros(SHAPE, dtype=np.int64), *np.zeros((2, len(world.nis)), dtype=np.int64)
    theirs = payer == d.MUNICIPALITY
    np.add.at(payments, (payer, postings["category"]), paid)
    np.add.at(cash, town, paid)
    np.add.at(own, town[theirs], paid[theirs])
    by_year = np.array([int(year["cents"].sum()) for year in years], dtype=np.int64)
    return Programmes(payments, by_year, own, cash, ledger_hash(postings), postings)


def _records(table: NDArray[np.int64], layout: np.dtype[Any]) -> NDArray[Any]:
    """Return rows of integers as records of a layout whose fields are all integers."""
    return np.ascontiguousarray(table).view(layout).reshape(len(table))
