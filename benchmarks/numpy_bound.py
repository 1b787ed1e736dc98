"""The compiled engine beside the least that any engine must do, in numpy: draw the events and write the postings.

*Compared.* One future of the 300 municipalities over 10 years on one core: by the compiled engine, and by numpy on
many futures at once. The bound knows of the model only how much happens: real futures of the engine say how many
incidents one has, how many of them are serious, and how many payments follow. So many it draws: for each incident when
and where, for each serious one the times and amounts of which it consists; for each payment whose, by whom, for what
and how much. It adds the payments up as the engine does: by payer and category, by year, and by municipality.

*Why it is fair.* The bound may do what is fastest in numpy: normal numbers come from numpy's own samplers, without an
inverse distribution function, and the size of its batches is the best of some. It is given the sizes, so it draws no
attempt that fails, and writes as many payments as the engine; that is checked here and in tests/test_benchmarks.py.

*What it does not show.* The bound is blind. Nothing follows from anything: no layer of a policy, no team to wait for,
no coverage that moves, no figure of a municipality beyond sums of money. It has no common random numbers, so that
policies cannot be compared on the same futures, and no incident that could be explained. Its amounts mean nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from _measure import arguments, header, interleaved, same_mean, spread

import sim
from sim.engines import events as ev
from sim.engines.compiled.engine import CompiledSetting
from sim.engines.setting import Setting
from sim.experiments.replicate import settings
from sim.model.policy.policy import PAYERS
from sim.results.outcomes import summaries_of
from sim.rules.incident import SIGNIFICANT

SEED = 2026
POLICIES = ("status-quo-2020", "fifty-fifty")
LAWS = 6  # times and amounts of a serious incident: dwell, notice, extent, cost, critical outage, full outage
Array = np.ndarray


class Sizes(NamedTuple):
    """How much happens in a future: without waves and programmes, which the engine has booked before it begins."""

    towns: int
    years: int
    horizon: int  # minutes
    incidents: float
    serious: float
    postings: float


class Drawn(NamedTuple):
    """What some futures have drawn and added up; cents."""

    incidents: Array  # (r,) how many
    minutes: Array  # one an incident
    laws: Array  # (serious incidents, LAWS)
    cents: Array  # one a posting
    payments: Array  # (r, payers, categories)
    years: Array  # (r, y)
    own: Array  # (r, n)
    cash: Array  # (r, n)


def counted(engine: CompiledSetting, futures: int) -> Array:
    """Return incidents, serious ones and postings of real futures: (r, 3)."""
    rows = []
    for replication in range(futures):
        journal = engine.journals(replication)
        logged = journal.incidents[journal.incidents["cause"] != ev.DENIAL]
        paid = int((journal.postings["incident"] != ev.NATIONAL).sum())
        rows.append((len(logged), int((logged["severity"] >= SIGNIFICANT).sum()), paid))
    return np.array(rows, dtype=float)


def sizes_of(setting: Setting, counts: Array) -> Sizes:
    """Return the mean sizes of real futures."""
    world = setting.world
    return Sizes(len(world.nis), len(world.year_starts) - 1, world.horizon, *counts.mean(axis=0))


def draw(sizes: Sizes, rng: np.random.Generator, futures: int) -> Drawn:
    """Draw the incidents of some futures, write their postings, and add them up."""
    incidents = rng.poisson(sizes.incidents, futures)
    number = int(incidents.sum())
    minutes = rng.integers(0, sizes.horizon, number)
    towns = rng.integers(0, sizes.towns, number)
    laws = np.exp(rng.standard_normal((round(number * sizes.serious / sizes.incidents), LAWS)))
    incident = rng.integers(0, number, rng.poisson(sizes.postings * futures))
    payer, category = (rng.integers(0, most, len(incident)) for most in (len(PAYERS), len(ev.ENTRIES)))
    cents = np.rint(np.exp(rng.standard_normal(len(incident))) * 1e6)
    future = np.repeat(np.arange(futures), incidents)[incident]
    cell = future * sizes.towns + towns[incident]
    year = minutes[incident] * sizes.years // sizes.horizon
    own = payer == ev.MUNICIPALITY

    def sums(place: Array, amounts: Array, *shape: int) -> Array:
        return np.bincount(place, amounts, int(np.prod(shape))).reshape(shape)

    kind = (future * len(PAYERS) + payer) * len(ev.ENTRIES) + category
    return Drawn(
        incidents,
        minutes,
        laws,
        cents,
        payments=sums(kind, cents, futures, len(PAYERS), len(ev.ENTRIES)),
        years=sums(future * sizes.years + year, cents, futures, sizes.years),
        own=sums(cell[own], cents[own], futures, sizes.towns),
        cash=sums(cell, cents, futures, sizes.towns),
    )


def main() -> None:
    """Print milliseconds a future and ratios."""
    quick = arguments(__doc__).quick
    rounds, chunk, tried = (2, 10, (10,)) if quick else (15, 100, (25, 50, 100, 200))
    header("numba")
    world = sim.load_world("flanders-2020")
    rng = np.random.Generator(np.random.SFC64(SEED))
    for policy in POLICIES:
        setting = settings(world, [sim.load_policy(policy)], 2 if quick else 10)[0]
        compiled = CompiledSetting(setting, SEED)
        counts = counted(compiled, 4 if quick else 50)
        sizes = sizes_of(setting, counts)
        compiled.chunk(0, 1)  # compiles, or loads what was compiled
        work = {f"bound {size}": lambda _, size=size, sizes=sizes: draw(sizes, rng, size) for size in tried}
        trial = interleaved(rounds // 2 + 1, work)
        size = min(tried, key=lambda size: spread(trial[f"bound {size}"] / size).median)
        seconds = interleaved(
            rounds,
            {
                "compiled": lambda number, engine=compiled: summaries_of(engine.chunk(number * chunk, chunk), 0),
                "bound": lambda _, sizes=sizes, size=size: [draw(sizes, rng, size) for _ in range(chunk // size or 1)],
            },
        )
        each = {"compiled": seconds["compiled"] / chunk, "bound": seconds["bound"] / (size * (chunk // size or 1))}
        print(f"{policy}, {sizes.incidents:.0f} incidents and {sizes.postings:.0f} postings, in batches of {size}")
        for name, time in each.items():
            print(f"  {name:<10} {spread(1e3 * time).show('7.3f')} ms a future")
        print(f"  the engine takes {spread(each['compiled'] / each['bound']).show('.1f')} times as long as the bound")
        print(f"  incidents a future: {same_mean(counts[:, 0], draw(sizes, rng, 50).incidents)}")


if __name__ == "__main__":
    main()
