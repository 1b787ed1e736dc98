"""How the time of a future grows with the number of municipalities and with the horizon.

*Compared.* The compiled engine with itself, under the current policy: 75 to 4,800 municipalities over 10 years, and the
300 municipalities over 1 to 50 years. More municipalities are copies of the real ones with NIS codes of their own,
fewer are every second or fourth one.

*Why it is fair.* The slope of log time on log size over the whole range is 1 when time grows in proportion. Sizes take
turns in each round, and each has a slope of its own round. The suppliers and the four response teams stay as they are,
so a hundred times the customers wait in the same queue and every compromise reaches a fixed share of all: what grows
worse than the population would show here.

*What it does not show.* Attempts grow by 8.5 per cent a year in the default world, which is 59 times in 50 years; that
growth is switched off along the years, since it is work and not the engine. What is computed once for a world, before
its first future, is not counted. How memory grows is in memory.py.
"""

from __future__ import annotations

import numpy as np
from _measure import Spread, arguments, header, interleaved, spread

import sim
from sim.engines.compiled.engine import CompiledSetting
from sim.experiments.replicate import settings

SEED = 2026
TOWNS = (75, 150, 300, 600, 1200, 2400, 4800)
YEARS = (1, 2, 5, 10, 20, 50)
FIRST_COPY = 100_000  # above every NIS code


def resized(world: sim.World, count: int) -> sim.World:
    """Return the world with this many municipalities: some of the real ones, or copies of all."""
    real = world.municipalities
    chosen = real[:: max(1, len(real) // count)][:count]
    copies = (
        chosen[i % len(chosen)].model_copy(update={"nis": FIRST_COPY + i, "name": f"Copy {i}"})
        for i in range(len(chosen), count)
    )
    return world.model_copy(update={"municipalities": (*chosen, *copies)})


def slope(sizes: tuple[int, ...], seconds: np.ndarray) -> Spread:
    """Return the slope of log time on log size in each round: `seconds` has shape (sizes, rounds)."""
    return spread(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def main() -> None:
    """Print milliseconds a future by size, and the slopes."""
    quick = arguments(__doc__).quick
    towns, years, rounds, futures = ((75, 300), (1, 2), 2, 300) if quick else (TOWNS, YEARS, 9, 4800)
    header("numba")
    world, policy = sim.load_world("flanders-2020"), sim.load_policy("status-quo-2020")
    steady = world.with_values({"threat.growth": 0})
    short = years[0] if quick else None
    axes = {
        "municipalities": {count: settings(resized(world, count), [policy], short)[0] for count in towns},
        "years": {count: settings(steady, [policy], count)[0] for count in years},
    }
    for axis, cases in axes.items():
        work, played = {}, {}
        for size, setting in cases.items():
            engine = CompiledSetting(setting, SEED)
            many = max(1, futures // size // (1 if axis == "municipalities" else 20))
            engine.chunk(0, many)  # compiles, or loads what was compiled; finds the room it needs
            played[size] = many
            work[str(size)] = lambda number, engine=engine, many=many: engine.chunk(number * many, many)
        seconds = interleaved(rounds, work)
        each = {size: seconds[str(size)] / played[size] for size in cases}
        for size, values in each.items():
            print(f"{size:>6,} {axis:<15} {spread(1e3 * values).show('9.3f')} ms a future")
        found = slope(tuple(cases), np.array(list(each.values())))
        print(f"slope of log time on log {axis}: {found.show()} (about 1 wanted)")


if __name__ == "__main__":
    main()
