"""The work of a study: some designs, played with all policies on the same futures, and summed up.

A task is a function of a study and the numbers of its designs, so it gives the same in a thread, in a process and on
another machine.
"""

from __future__ import annotations

import pickle
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiments.designs import Designs
from sim.experiments.replicate import CHUNK, chunk_player
from sim.model.problems import InputError
from sim.model.study import Study
from sim.results.estimates import differences, estimates, mean_interval
from sim.results.outcomes import KPIS, Summary
from sim.version import MODEL_VERSION

STATS = ("mean", "lo", "hi", "median", "p5", "p95", "cvar95", "difference", "difference_lo", "difference_hi",
         "share_lower", "share_equal", "share_higher")  # fmt: skip
"""What is kept of each outcome of a policy in a design; the last six against the baseline, on the same futures."""
STEP = CHUNK["compiled"]
"""Futures that are added at a time until a difference is known well enough."""


@dataclass(frozen=True)
class Played:
    """What is kept of a design. Of one that failed only the error."""

    number: int
    kpis: NDArray[np.float64]  # (policies, futures, outcomes)
    stats: NDArray[np.float64]  # (policies, outcomes, len(STATS))
    ledgers: NDArray[np.uint64]  # (policies, futures)
    tapes: NDArray[np.uint64]  # (futures,)
    error: str = ""

    @property
    def replications(self) -> int:
        """How many futures were played."""
        return len(self.tapes)


class Stopped(Exception):
    """The study was interrupted while a design was being played."""


@dataclass
class Line:
    """The futures of one policy in one world, as many as were asked for so far."""

    play: Callable[[range], list[Summary]]
    summaries: list[Summary] = field(default_factory=list)

    def upto(self, count: int, stop: Callable[[], bool]) -> list[Summary]:
        """Return the first futures; those that were not played yet are played now, some at a time."""
        while len(self.summaries) < count:
            if stop():
                raise Stopped
            known = len(self.summaries)
            self.summaries += self.play(range(known, min(count, known - known % STEP + STEP)))
        return self.summaries[:count]


@dataclass
class Player:
    """Plays the designs of a study one after the other; what a world's futures gave is kept while it stays the same."""

    designs: Designs
    engine: str
    stop: Callable[[], bool] = field(default=lambda: False)
    _world: object = None
    _lines: dict[tuple[int, object], Line] = field(default_factory=dict)

    def play(self, numbers: Iterable[int]) -> Iterator[Played]:
        """Yield the designs that are done; ends early when it is told to stop."""
        for number in numbers:
            try:
                yield self._play(number)
            except Stopped:
                return
            except Exception as error:  # a row with its error; the study goes on
                yield failed(number, error)

    def _play(self, number: int) -> Played:
        lines = self._lines_of(number)
        study = self.designs.study
        wanted, places = study.replications, [list(KPIS).index(name) for name in study.outcomes]
        goal = list(KPIS).index(wanted.outcome)
        count = wanted.at_least
        while True:
            rows = [line.upto(count, self.stop) for line in lines]
            kpis = np.array([[summary.kpis for summary in row] for row in rows])
            if count >= wanted.at_most or wanted.half_width is None:
                break
            if widest(kpis[:, :, goal]) <= wanted.half_width:
                break
            count = min(wanted.at_most, count - count % STEP + STEP)
        kept = kpis[:, :, places]
        ledgers = np.array([[summary.ledger_hash for summary in row] for row in rows], dtype=np.uint64)
        tapes = np.array([summary.tape_digest for summary in rows[0]], dtype=np.uint64)
        return Played(number, kept, stats_of(kept), ledgers, tapes)

    def _lines_of(self, number: int) -> list[Line]:
        designs, key = self.designs, self.designs.world_key(number)
        if key != self._world:
            self._lines.clear()
            self._world = key
        now = designs.policy_key(number)
        for name in [name for name in self._lines if name[1] not in (None, now)]:  # no later design plays those again
            del self._lines[name]
        world, policies = designs.world(number), designs.policies(number)
        fixed = designs.study.baseline is not None
        found = []
        for place, policy in enumerate(policies):
            name = place, None if place == 0 and fixed else now
            if name not in self._lines:
                self._lines[name] = Line(chunk_player(world, policy, designs.study.seed, self.engine))
            found.append(self._lines[name])
        return found


def widest(values: NDArray[np.float64]) -> float:
    """Return the half-width of the widest 95 % interval of a difference with the first row: shape (policies, futures).

    With one future nothing is known: infinite.
    """
    intervals = [mean_interval(row - values[0]) for row in values[1:]]
    return max((high - low) / 2 for low, high in intervals)


def stats_of(kpis: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what is kept of each outcome: shape (policies, outcomes, len(STATS)); of the baseline, no difference."""
    found = np.full((kpis.shape[0], kpis.shape[2], len(STATS)), np.nan)
    base = np.ascontiguousarray(kpis[0].T)
    for place, policy in enumerate(kpis):
        values = np.ascontiguousarray(policy.T)
        found[place, :, :7] = [(e.mean, *e.ci95, e.median, e.p5, e.p95, e.cvar95) for e in estimates(values)]
        if place:
            found[place, :, 7:] = [(d.mean, *d.ci95, *d.shares) for d in differences(base, values)]
    return found


def failed(number: int, error: Exception) -> Played:
    """Return the row of a design that could not be played."""
    nothing: NDArray[Any] = np.empty((0, 0, 0))
    text = str(error).strip() if isinstance(error, InputError | ValueError) else f"{type(error).__name__}: {error}"
    return Played(number, nothing, nothing, np.empty((0, 0), np.uint64), np.empty(0, np.uint64), text or repr(error))


# ---- the same, elsewhere -------------------------------------------------------------------------------------------


def packed(study: Study) -> bytes:
    """Return a study as bytes that another process reads, if it has this version of the model."""
    return zlib.compress(pickle.dumps((MODEL_VERSION, study)))


@lru_cache(maxsize=2)
def _unpacked(work: bytes) -> Designs:
    version, study = pickle.loads(zlib.decompress(work))  # what `packed` made, from our own process or cluster
    if version != MODEL_VERSION:
        raise RuntimeError(
            f"this worker has Weerbaar {MODEL_VERSION} and the study comes from {version}: install the same version on "
            "all machines"
        )
    return Designs(study)


_stop = threading.Event()


def play_packed(work: bytes, numbers: tuple[int, ...], engine: str) -> list[Played]:
    """Play some designs of a study that came as bytes."""
    return list(Player(_unpacked(work), engine, _stop.is_set).play(numbers))


def prepare_worker(stop: Any) -> None:
    """Make a worker process leave Ctrl+C to its parent, which sets `stop`."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    global _stop
    _stop = stop
