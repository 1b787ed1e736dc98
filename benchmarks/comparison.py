"""How long a user waits for an answer: a comparison of two policies, a moved lever, a command in the shell.

*Compared.* Two policies on the 300 municipalities over 10 years in 200 futures, from `sim.compare` to the finished
answer with every outcome, quantile, interval and sentence (`to_json`), with one worker and with two; the same with the
baseline already played and one lever of the other policy moved; and the command in a shell, from the start of Python to
its exit: for all futures, for one, and a command that only prints its version. Without `--quick` the command also plays
six other worlds, to say under which assumptions the finding turns; its tables stand there before.

*Why it is fair.* All is measured by the clock on the wall, in the form in which people use it. Every comparison has
another seed, so that nothing is kept from the one before; moved levers never take the same place twice, and find what
the world dealt for the baseline, as on the page: comparisons play a copy of the world, so that what they deal does not
push it out.

*What it does not show.* The first run after an installation or an update, which compiles for half a minute. Another
machine: two workers help only where two cores are free.
"""

from __future__ import annotations

import subprocess
import sys
import time

from _measure import PROJECT, arguments, header, interleaved, spread

import sim
from sim.experiments.comparison.compare import Comparison
from sim.experiments.replicate import replicate

PAIR = ("status-quo-2020", "prevention-first")


def shell(*words: str) -> None:
    """Run a command in a process of its own."""
    subprocess.run([sys.executable, "-m", "sim", *words], cwd=PROJECT, capture_output=True, check=True)


def main() -> None:
    """Print milliseconds an answer and ratios."""
    quick = arguments(__doc__).quick
    rounds, starts, replications, years = (2, 1, 4, 1) if quick else (20, 5, 200, 10)
    header("numba", "pandas")
    world = sim.load_world("flanders-2020")
    baseline, policy = (sim.load_policy(name) for name in PAIR)
    options = {"replications": replications, "years": years, "engine": "compiled"}
    copy = world.model_copy(update={"id": "copy"})
    cached = replicate(world, [baseline], **options).of[0]  # compiles, or loads what was compiled

    def compare(number: int, workers: int) -> None:
        sim.compare(copy, [baseline, policy], seed=10 * number + workers, workers=workers, **options).to_json()

    def move(number: int) -> None:
        moved = policy.with_values({"prevention.local_spend": 6 + number / 10})
        played = replicate(world, [moved], workers=2, **options).of[0]
        pair = (baseline, moved)
        Comparison(world, pair, 2026, years, "compiled", (cached, played)).to_json()

    answers = interleaved(
        rounds,
        {
            "two policies, 1 worker": lambda number: compare(number, 1),
            "two policies, 2 workers": lambda number: compare(number, 2),
            "one moved, 2 workers": move,
        },
        time.perf_counter,
    )

    def command(number: int, futures: int, *more: str) -> None:
        words = {"--engine": "compiled", "--seed": number, "--replications": futures, "--years": years}
        shell("compare", *PAIR, *(str(word) for pair in words.items() for word in pair), *more)

    commands = interleaved(
        starts,
        {
            "shell, version": lambda _: shell("version"),
            "shell, 1 future": lambda number: command(number, 1, "--quick"),
            f"shell, {replications} futures": lambda number: command(number, replications, "--quick"),
            "the same, and what turns it": lambda number: command(number, replications),
        },
        time.perf_counter,
    )
    print(f"{replications} futures of {years} years; {rounds} rounds, {starts} starts of each command")
    for name, seconds in (answers | commands).items():
        print(f"{name:<28} {spread(1e3 * seconds).show('8.0f')} ms")
    ratio = spread(answers["two policies, 1 worker"] / answers["two policies, 2 workers"])
    print(f"one worker takes {ratio.show()} times as long as two")


if __name__ == "__main__":
    main()
