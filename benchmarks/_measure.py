"""What the benchmarks share: the machine they ran on, rounds in which competitors take turns, medians with spread."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
import types
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

import sim
from sim.experiments.replicate import available_workers

PROJECT = Path(__file__).resolve().parents[1]
if "tests" not in sys.modules:  # the small worlds of the tests serve here; a package of that name may be installed
    sys.modules["tests"] = types.ModuleType("tests")
    sys.modules["tests"].__path__ = [str(PROJECT / "tests")]


class Spread(NamedTuple):
    """Median and quartiles of what the rounds gave."""

    median: float
    low: float
    high: float

    def show(self, form: str = ".2f") -> str:
        """Return the median, with the quartiles between brackets."""
        return f"{self.median:{form}} ({self.low:{form}} to {self.high:{form}})"


def spread(values: Sequence[float] | np.ndarray) -> Spread:
    """Return median and quartiles."""
    low, median, high = np.quantile(values, [0.25, 0.5, 0.75])
    return Spread(float(median), float(low), float(high))


def parser_of(doc: str | None) -> argparse.ArgumentParser:
    """Return what reads a command line; `--quick` only shows that the benchmark runs."""
    parser = argparse.ArgumentParser(description=(doc or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="tiny sizes: shows that it runs, not how fast")
    return parser


def arguments(doc: str | None) -> argparse.Namespace:
    """Return what was asked on the command line."""
    return parser_of(doc).parse_args()


def header(*packages: str) -> None:
    """Print the machine, Python, the libraries and their versions: the small print of every figure below it."""
    found = []
    for name in ("numpy", *packages):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    print(f"{_processor()}, {available_workers()} cores, {platform.system()}")
    print(f"python {platform.python_version()}, weerbaar {sim.__version__}, {', '.join(found)}")
    print("medians of rounds in which all take turns; between brackets the quartiles")


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return f"{line.partition(':')[2].strip()} ({platform.machine()})"
    except OSError:
        pass
    return platform.processor() or platform.machine()


def interleaved(
    rounds: int, work: Mapping[str, Callable[[int], object]], clock: Callable[[], float] = time.process_time
) -> dict[str, np.ndarray]:
    """Return the seconds each piece of work took in each round; a slow moment of the machine slows all.

    The round's number goes to the work; who goes first changes from round to round. By default seconds of this process
    count, whatever else the machine does; pass `time.perf_counter` where threads or other processes do the work.
    """
    names = list(work)
    seconds = {name: np.empty(rounds) for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            begun = clock()
            work[name](number)
            seconds[name][number] = clock() - begun
    return seconds


def same_mean(values: Sequence[float] | np.ndarray, other: Sequence[float] | np.ndarray | float = 0.0) -> str:
    """Return the difference of two means in words; end with an error where chance alone hardly ever makes one so large.

    `other` may be one number. Student's interval with a level of 0.9999, on the fewer degrees of freedom of the two.
    """
    samples = [np.atleast_1d(np.asarray(sample, dtype=float)) for sample in (values, other)]
    gap = samples[0].mean() - samples[1].mean()
    uncertain = [sample for sample in samples if len(sample) > 1]
    error = np.sqrt(sum(sample.var(ddof=1) / len(sample) for sample in uncertain))
    half = stdtrit(min(len(sample) for sample in uncertain) - 1, 0.99995) * error
    said = f"difference {gap:+,.3g} with a standard error of {error:,.2g}"
    if abs(gap) > half:
        raise SystemExit(f"not the same thing: {said}")
    return said


def resident(process: int | str = "self") -> int | None:
    """Return the bytes of a process in memory, this one unless said otherwise; None where the system does not say."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="utf-8").split()[1])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")
