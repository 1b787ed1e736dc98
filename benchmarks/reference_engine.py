"""How long one future of the default world takes on the reference engine, in bare SimPy timeouts.

A future is 300 municipalities over 10 years under the current policy. A bare timeout is one turn of SimPy's own event
loop, with one process that does nothing: no model can be cheaper. Rounds alternate, so that a slow moment of the
machine slows both; the medians are compared.
"""

from __future__ import annotations

import platform
import statistics
import time

import simpy

import sim
from sim.experiments.replicate import play, settings

ROUNDS = 15
TIMEOUTS = 200_000


def bare_timeouts(count: int) -> float:
    """Return the seconds that SimPy needs for this many timeouts."""
    env = simpy.Environment()

    def idle():
        for _ in range(count):
            yield env.timeout(1)

    env.process(idle())
    begun = time.process_time()
    env.run()
    return time.process_time() - begun


def main() -> None:
    """Print milliseconds a future, microseconds a bare timeout, and the ratio."""
    world, policy = sim.load_world("flanders-2020"), sim.load_policy("status-quo-2020")
    setting = settings(world, [policy], 10)[0]
    play(setting, 2026, 0)  # compiles, or loads what was compiled
    futures, timeouts = [], []
    for replication in range(ROUNDS):
        timeouts.append(bare_timeouts(TIMEOUTS))
        begun = time.process_time()
        play(setting, 2026, replication)
        futures.append(time.process_time() - begun)
    future, timeout = statistics.median(futures), statistics.median(timeouts) / TIMEOUTS
    print(f"python {platform.python_version()}, simpy {simpy.__version__}, {platform.machine()}")
    print(f"one future:          {1e3 * future:8.1f} ms  ({1e3 * min(futures):.1f} to {1e3 * max(futures):.1f})")
    print(f"one bare timeout:    {1e6 * timeout:8.2f} us")
    print(f"a future is worth    {future / timeout:8,.0f} bare timeouts (at most {TIMEOUTS:,} wanted)")


if __name__ == "__main__":
    main()
