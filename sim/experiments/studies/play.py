"""The work of a study: some designs, played with all policies on the same futures, and summed up.

A task is a function of a study, the numbers of its designs and what is known of them already, so it gives the same in a
thread, in a process and on another machine.
"""

from __future__ import annotations

import pickle
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiments.replicate import CHUNK, chunk_player
from sim.experiments.studies.designs import Designs
from sim.model.problems import InputError, Problem
from sim.model.study.study import Study
from sim.results.estimates import differences, estimates, mean_interval
from sim.results.outcomes import KPIS, Summary
from sim.version import MODEL_VERSION

STATS = ("mean", "lo", "hi", "median", "p5", "p95", "cvar95", "difference", "difference_lo", "difference_hi",
         "share_lower", "share_equal", "share_higher")  # fmt: skip
"""What is kept of each outcome of a policy in a design; the last six against the baseline, on the same futures."""
STEP = CHUNK["compiled"]
"""Futures that are added at a time until a difference is known well enough."""
TOLD = 2.0
"""Seconds after which a design that takes long hands over the futures that it has by now."""


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


@dataclass(frozen=True)
class Piece:
    """Futures `start` and further of the policy at a place, in the order of the study, in a design."""

    number: int
    place: int
    start: int
    kpis: NDArray[np.float64]  # (futures, len(KPIS))
    ledgers: NDArray[np.uint64]  # (futures,)
    tapes: NDArray[np.uint64]  # (futures,)

    def __len__(self) -> int:
        return len(self.tapes)

    def after(self, known: int) -> Piece | None:
        """What it adds to the first `known` futures; None for nothing, or where futures between are not known."""
        skip = known - self.start
        if not 0 <= skip < len(self):
            return None
        return Piece(self.number, self.place, known, self.kpis[skip:], self.ledgers[skip:], self.tapes[skip:])


Report = Callable[[Played | Piece], None]
"""Takes a design that is done, or futures of one that is not."""
Known = Mapping[int, Sequence[Piece]]
"""Futures that were played before, by design."""


class Stopped(Exception):
    """The study was interrupted while a design was being played."""


@dataclass
class Line:
    """The futures of one policy in one world, as many as were asked for so far; `step` are played at a time."""

    play: Callable[[range], list[Summary]]
    step: int
    pieces: list[Piece] = field(default_factory=list)
    known: int = 0

    def add(self, piece: Piece) -> None:
        """Take futures that follow those that are known; others are left."""
        if (more := piece.after(self.known)) is not None:
            self.pieces.append(more)
            self.known += len(more)

    def upto(self, count: int, tick: Callable[[], None]) -> Piece:
        """Return the first futures; those that were not played yet are played now, with a `tick` after some."""
        while self.known < count:
            first = self.known
            some = self.play(range(first, min(count, first - first % self.step + self.step)))
            self.add(_piece(first, some))
            tick()
        return self.since(0, count)

    def since(self, first: int, count: int) -> Piece:
        """Return the known futures from `first` up to `count`."""
        if len(self.pieces) > 1:
            self.pieces = [
                Piece(0, 0, 0, *(np.concatenate([getattr(one, name) for one in self.pieces]) for name in _ARRAYS))
            ]
        (whole,) = self.pieces
        return Piece(0, 0, first, *(getattr(whole, name)[first:count] for name in _ARRAYS))


_ARRAYS = ("kpis", "ledgers", "tapes")


def _piece(first: int, summaries: Sequence[Summary]) -> Piece:
    return Piece(
        0, 0, first,
        np.array([one.kpis for one in summaries]),
        np.array([one.ledger_hash for one in summaries], dtype=np.uint64),
        np.array([one.tape_digest for one in summaries], dtype=np.uint64),
    )  # fmt: skip


@dataclass
class Player:
    """Plays the designs of a study one after the other; what a world's futures gave is kept while it stays the same.

    `known` are futures that were played before; `report` is told every few seconds which others there are by now of a
    design that is not done, and when it is told to stop.
    """

    designs: Designs
    engine: str
    stop: Callable[[], bool] = field(default=lambda: False)
    known: Known = field(default_factory=dict)
    report: Report = field(default=lambda _: None)
    _world: object = None
    _lines: dict[tuple[int, object], Line] = field(default_factory=dict)
    _told: float = 0.0

    def play(self, numbers: Iterable[int]) -> Iterator[Played]:
        """Yield the designs that are done; ends early when it is told to stop."""
        for number in numbers:
            self._told = time.monotonic()
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
        count, sent = wanted.at_least, [0] * len(lines)
        for one in self.known.get(number, ()):
            lines[one.place].add(one)
            if one.start <= sent[one.place]:
                sent[one.place] = max(sent[one.place], one.start + len(one))

        def tick() -> None:
            is_over = self.stop()
            if is_over or time.monotonic() - self._told >= TOLD:
                self._hand_over(number, lines, sent)
            if is_over:
                raise Stopped

        while True:
            rows = [line.upto(count, tick) for line in lines]
            kpis = np.array([row.kpis for row in rows])
            if count >= wanted.at_most or wanted.half_width is None:
                break
            if widest(kpis[:, :, goal]) <= wanted.half_width:
                break
            count = min(wanted.at_most, count - count % STEP + STEP)
        kept = kpis[:, :, places]
        return Played(number, kept, stats_of(kept), np.array([row.ledgers for row in rows]), rows[0].tapes)

    def _hand_over(self, number: int, lines: Sequence[Line], sent: list[int]) -> None:
        for place, line in enumerate(lines):
            if line.known > sent[place]:
                some = line.since(sent[place], line.known)
                self.report(replace(some, number=number, place=place))
                sent[place] = line.known
        self._told = time.monotonic()

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
                play = chunk_player(world, policy, designs.study.seed, self.engine)
                self._lines[name] = Line(play, CHUNK[self.engine])
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
        message = f"a worker has Weerbaar {MODEL_VERSION}, and the study comes from {version}"
        raise InputError([Problem("", None, "other-model", message, "install the same version on all machines")])
    return Designs(study)


_stop = threading.Event()


def play_packed(
    work: bytes, numbers: tuple[int, ...], engine: str, known: Known | None = None, report: Report | None = None
) -> None:
    """Play some designs of a study that came as bytes, and report what is there of them."""
    told = report or (lambda _: None)
    for one in Player(_unpacked(work), engine, _stop.is_set, known or {}, told).play(numbers):
        told(one)


def play_for(work: bytes, numbers: tuple[int, ...], engine: str, known: Known, seconds: float) -> list[Played | Piece]:
    """Play some designs of a study that came as bytes, for so long; return what is there of them then."""
    until, found = time.monotonic() + seconds, list[Played | Piece]()
    player = Player(_unpacked(work), engine, lambda: time.monotonic() >= until, known, found.append)
    for one in player.play(numbers):
        found.append(one)
        if time.monotonic() >= until:
            break
    return found


def prepare_worker(stop: Any) -> None:
    """Make a worker process leave Ctrl+C to its parent, which sets `stop`."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    global _stop
    _stop = stop
