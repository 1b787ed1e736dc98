"""How long one future of the default world takes on the reference engine, in bare SimPy timeouts.

*Compared.* A future, which is 300 municipalities over 10 years under the current policy, and a bare timeout, which is
one turn of SimPy's own event loop, with one process that does nothing.

*Why it is fair.* No model in SimPy can have cheaper events, and both slow down with the machine, so their ratio says
what the model costs.

*What it does not show.* How many events a future has: some 12,000. The rest of the ratio is the model's own work.
"""

from __future__ import annotations

import simpy
from _measure import arguments, header, interleaved, spread

import sim
from sim.experiments.replicate import play, settings


def bare_timeouts(count: int) -> None:
    """Let SimPy go through this many timeouts."""
    env = simpy.Environment()

    def idle():
        for _ in range(count):
            yield env.timeout(1)

    env.process(idle())
    env.run()


def main() -> None:
    """Print milliseconds a future, microseconds a bare timeout, and the ratio."""
    quick = arguments(__doc__).quick
    rounds, timeouts, years = (2, 1_000, 1) if quick else (15, 200_000, 10)
    header("simpy")
    world, policy = sim.load_world("flanders-2020"), sim.load_policy("status-quo-2020")
    setting = settings(world, [policy], years)[0]
    play(setting, 2026, 0, "reference")  # compiles, or loads what was compiled
    seconds = interleaved(
        rounds,
        {
            "future": lambda number: play(setting, 2026, number, "reference"),
            "timeout": lambda _: bare_timeouts(timeouts),
        },
    )
    future, timeout = seconds["future"], seconds["timeout"] / timeouts
    print(f"one future        {spread(1e3 * future).show('8.1f')} ms")
    print(f"one bare timeout  {spread(1e6 * timeout).show('8.2f')} us")
    print(f"a future is worth {spread(future / timeout).show('8,.0f')} bare timeouts (at most 200,000 wanted)")


if __name__ == "__main__":
    main()
