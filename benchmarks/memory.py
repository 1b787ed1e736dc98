"""How much memory a retained replication takes.

*Compared.* What stays in memory of one future of the 300 municipalities over 10 years, by three measures: the sizes of
the objects and arrays of a summary (`sys.getsizeof`, buffers included); what Python has allocated for many of them
(`tracemalloc`); and how much the process grew (resident set, Linux only).

*Why it is fair.* The futures come from `replicate`, as every comparison gets and keeps them. The process is measured
after each of several equal batches that are all kept, so that what is loaded once does not count.

*What it does not show.* What the engine needs while it plays, which does not grow with the number of futures. Futures
of a chunk share arrays: whoever keeps one of them alone keeps its whole chunk.
"""

from __future__ import annotations

import dataclasses
import gc
import sys
import tracemalloc

import numpy as np
from _measure import arguments, header, resident, spread

import sim
from sim.experiments.replicate import replicate
from sim.model.files.load import scenarios
from sim.results.outcomes import Summary

POLICY = "status-quo-2020"
WANTED = 10_000  # bytes


def parts(summary: Summary) -> dict[str, int]:
    """Return the bytes of a summary by field, and of the object that holds them."""
    sizes = {"the object": sys.getsizeof(summary) + sys.getsizeof(getattr(summary, "__dict__", None))}
    for field in dataclasses.fields(summary):
        value = getattr(summary, field.name)
        borrowed = value.nbytes if isinstance(value, np.ndarray) and value.base is not None else 0
        sizes[field.name] = sys.getsizeof(value) + borrowed
    return sizes


def held(world: sim.World, policy: sim.Policy, years: int) -> int:
    """Return the bytes of a summary of a policy."""
    return sum(parts(replicate(world, [policy], replications=2, years=years, engine="compiled").of[0][0]).values())


def main() -> None:
    """Print bytes a replication by each measure, and what takes them."""
    quick = arguments(__doc__).quick
    batch, batches, years = (50, 3, 1) if quick else (500, 8, 10)
    header()
    world, policy = sim.load_world("flanders-2020"), sim.load_policy(POLICY)
    policies = [sim.load_policy(scenario.id) for scenario in scenarios("policy")]
    kept: list[tuple[Summary, ...]] = []

    def play() -> None:
        first = batch * len(kept)
        futures = replicate(world, [policy], replications=batch, years=years, first=first, engine="compiled")
        kept.append(futures.of[0])

    play()  # compiles, or loads what was compiled
    grown = []
    for _ in range(batches):
        gc.collect()
        before = resident()
        play()
        after = resident()
        if before is not None and after is not None:
            grown.append((after - before) / batch)
    gc.collect()
    tracemalloc.start()
    play()
    gc.collect()
    traced = tracemalloc.get_traced_memory()[0] / batch
    tracemalloc.stop()
    sizes = parts(kept[-1][0])
    total = sum(sizes.values())
    for name, size in sorted(sizes.items(), key=lambda item: -item[1]):
        print(f"  {name:<16} {size:>6,} bytes")
    print(f"objects and arrays of a summary: {total:,} bytes (at most {WANTED:,} wanted)")
    print(f"allocated by Python for each:    {traced:,.0f} bytes")
    largest = max(policies, key=lambda one: held(world, one, years))
    print(f"the largest of all policies:     {held(world, largest, years):,} bytes, {largest.id}")
    if grown:
        print(f"growth of the process for each:  {spread(grown).show(',.0f')} bytes in {batches} batches of {batch}")
    else:
        print("growth of the process: this system does not say")


if __name__ == "__main__":
    main()
