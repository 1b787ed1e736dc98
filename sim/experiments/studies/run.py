"""Many designs, played and kept: in threads, in processes or on a cluster, stopped and resumed at will.

Whatever plays them and in whatever order, the store holds the same.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Literal

from sim.experiments.replicate import (
    DEFAULT_ENGINE,
    Progress,
    available_workers,
    get_ready,
    must_compile,
    usable_engine,
)
from sim.experiments.studies.designs import Designs
from sim.experiments.studies.play import Known, Piece, Played, Player, Report, failed, packed, play_for, play_packed
from sim.experiments.studies.results import Studied
from sim.experiments.studies.store import Store, StoreFull, filling
from sim.experiments.studies.workers import Crew
from sim.model.problems import Halted
from sim.model.study.study import Study

Pool = Literal["threads", "processes"]

PART_SECONDS = 5.0
PART_FUTURES = 100_000
"""What was played is written after this time, or as soon as there are so many futures. With the time after which a
design hands over what it has by now (`TOLD`), that is what a killed process loses at most.
"""
TURN = 3.0
"""Seconds for which a task on a cluster plays: it hands over what it has when it ends."""
LOOK = 0.5
"""Seconds after which there is a look at what was handed over."""
AHEAD = 2
"""Tasks that wait for each worker, so that none is idle."""


def run_study(
    study: Study,
    store: str | os.PathLike[str] | None = None,
    *,
    engine: str = DEFAULT_ENGINE,
    pool: Pool | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> Studied:
    """Play what a store does not hold yet of a study, and return what it holds then.

    Without a `store` the results live in a folder of their own, as long as they are used. By default the compiled
    engine plays in threads and the reference engine in processes, on all cores; `cluster` is `local:N` or the address
    of a Dask scheduler. `progress` is called with (designs done, designs to do). Ctrl+C keeps all that is done:
    `interrupted` is then set. Raises InputError for a store that is of something else, damaged or in use, StoreFull
    where the disk is full, and Halted where a cluster is lost or no process can begin; what was done is kept then too.
    """
    if not isinstance(study, Study):
        raise TypeError(f"study is a {type(study).__name__}, and must be a Study: sim.load_study(...)")
    kept = tempfile.TemporaryDirectory(prefix="weerbaar-") if store is None else None
    folder = Path(kept.name) / study.id if kept is not None else Path(store or "")
    engine = usable_engine(engine)
    how: Pool = pool or ("threads" if engine == "compiled" else "processes")
    with filling(folder, study) as held:
        held.sound(thorough=True)
        missing = held.missing()
        interrupted = False
        if missing:
            try:
                if must_compile(engine) and cluster is None:
                    get_ready(engine)
                heard: SimpleQueue[Played | Piece] = SimpleQueue()
                with _pool(held.designs, engine, how, workers, cluster, heard.put) as work:
                    interrupted = _Filling(held, missing, progress, heard).run(work)
            except KeyboardInterrupt:  # before the first design, or once more
                interrupted = True
    return Studied(held, interrupted=interrupted, kept=kept)


# ---- who does the work ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Work:
    """What plays designs: `submit` takes their numbers and what is known of them; `stop` makes those that are being
    played end soon.

    What is there is reported as it comes, or is what the task returns. A task of which workers die fails with `died`,
    where that does not mend itself, and with `lost` where all is gone; `check` raises what is said of that.
    """

    submit: Callable[[tuple[int, ...], Known], Future[Any]]
    stop: Callable[[], None]
    workers: int
    block: int | None = None
    died: type[Exception] | tuple[()] = ()
    lost: tuple[type[BaseException], ...] = ()
    check: Callable[[bool], None] = lambda is_lost: None


@contextlib.contextmanager
def _pool(
    designs: Designs, engine: str, how: Pool, workers: int | None, cluster: str | None, report: Report
) -> Iterator[Work]:
    count = workers or available_workers()
    block = None if engine == "compiled" else 1  # a design takes long there, and Ctrl+C should not
    content = b"" if cluster is None and how == "threads" else packed(designs.study)
    if cluster is not None:
        from sim.experiments.studies.cluster import cluster_of

        with cluster_of(cluster) as far:

            def send(numbers: tuple[int, ...], known: Known) -> Future[Any]:
                return far.submit(play_for, content, numbers, engine, known, TURN)

            yield Work(send, lambda: None, far.cores, block, far.died, far.lost, far.check)
        return
    if how == "processes":
        crew = Crew(count, partial(play_packed, content, engine=engine), report)
        try:
            yield Work(crew.submit, crew.stop, count, block)
        finally:
            crew.close()
        return
    told = threading.Event()

    def play(numbers: tuple[int, ...], known: Known) -> None:
        for one in Player(designs, engine, told.is_set, known, report).play(numbers):
            report(one)

    pool = ThreadPoolExecutor(count)
    try:
        yield Work(lambda numbers, known: pool.submit(play, numbers, known), told.set, count, block)
    finally:
        told.set()
        pool.shutdown(wait=True, cancel_futures=True)


# ---- the loop ------------------------------------------------------------------------------------------------------


class _Filling:
    """Hands out designs, takes back what is done, and writes it in parts."""

    def __init__(
        self, store: Store, missing: list[int], progress: Progress | None, heard: SimpleQueue[Played | Piece]
    ) -> None:
        self.store, self.progress, self.heard = store, progress, heard
        self.total, self.missing = len(missing), set(missing)
        self.blocks = deque(store.designs.blocks(missing))
        self.suspects: deque[int] = deque()  # designs of which workers may have died, to be played alone
        self.alone: tuple[int, ...] = ()
        self.known: dict[int, list[Piece]] = store.begun.known()
        self.waiting: list[Played] = []
        self.pieces: list[Piece] = []
        store.begun.remove(self.known.keys() - self.missing)
        self.told = 0
        self.written = self.checked = time.monotonic()

    def run(self, work: Work) -> bool:
        """Play all designs; return whether the work was interrupted. What is done is written in any case."""
        if work.block is not None:
            self.blocks = deque((number,) for block in self.blocks for number in block)
        running: dict[Future[Any], tuple[int, ...]] = {}
        interrupted = False
        try:
            try:
                while self.blocks or running or self.suspects:
                    self._hand_out(work, running)
                    done, _ = wait(running, timeout=LOOK, return_when=FIRST_COMPLETED)
                    self._take(done, running, work)
                    self._hear()
                    self._tell()
                    if time.monotonic() - self.checked >= PART_SECONDS:
                        work.check(False)
                        self.checked = time.monotonic()
            except KeyboardInterrupt:
                interrupted = True
                work.stop()
                for task in running:
                    task.cancel()
                done, _ = wait(running, timeout=600)
                self._take({task for task in done if not task.cancelled()}, running, work)
        except StoreFull:
            self.waiting.clear()
            self.pieces.clear()
            raise
        finally:
            work.stop()
            for task in running:
                task.cancel()
            self._hear()
            self._flush()
        return interrupted

    def _hand_out(self, work: Work, running: dict[Future[Any], tuple[int, ...]]) -> None:
        def submit(numbers: tuple[int, ...]) -> None:
            known = {number: self.known[number] for number in numbers if number in self.known}
            running[work.submit(numbers, known)] = numbers

        while self.blocks and len(running) < AHEAD * work.workers:
            submit(self.blocks.popleft())
        if not running and self.suspects:
            self.alone = (self.suspects.popleft(),)
            submit(self.alone)

    def _take(self, done: set[Future[Any]], running: dict[Future[Any], tuple[int, ...]], work: Work) -> None:
        for task in done:
            numbers = running.pop(task)
            try:
                for one in task.result() or ():
                    self.heard.put(one)
            except work.died:
                if numbers == self.alone:
                    error = ValueError("the workers that played it died; perhaps there was not enough memory")
                    self.heard.put(failed(numbers[0], error))
                else:
                    self.suspects += (number for number in numbers if number in self.missing)
                continue
            except work.lost:
                work.check(True)
                raise
            except ImportError as error:
                raise Halted(f"a worker cannot play ({error}); install the same version of Weerbaar there") from None
            self._hear()
            if left := tuple(number for number in numbers if number in self.missing):
                self.blocks.appendleft(left)  # its turn was over

    def _hear(self) -> None:
        while not self.heard.empty():
            one = self.heard.get()
            if isinstance(one, Piece):
                self.pieces.append(one)
                self.known.setdefault(one.number, []).append(one)
            elif one.number in self.missing:
                self.missing.discard(one.number)
                self.known.pop(one.number, None)
                self.waiting.append(one)

    def _tell(self) -> None:
        done = self.total - len(self.missing)
        if self.progress is not None and done > self.told:
            self.progress(done, self.total)
        self.told = done
        futures = sum(one.ledgers.size for one in self.waiting) + sum(map(len, self.pieces))
        if futures >= PART_FUTURES or time.monotonic() - self.written >= PART_SECONDS:
            self._flush()

    def _flush(self) -> None:
        if self.waiting:
            self.store.write(self.waiting)
            self.store.begun.remove(one.number for one in self.waiting)
            self.waiting = []
        if some := [one for one in self.pieces if one.number in self.missing]:
            self.store.keep(some)
        self.pieces = []
        self.written = time.monotonic()
