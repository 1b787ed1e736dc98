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
from typing import Any, Literal

from sim.experiments.designs import Designs
from sim.experiments.playing import Played, Player, failed, packed, play_packed
from sim.experiments.replicate import (
    DEFAULT_ENGINE,
    Progress,
    available_workers,
    get_ready,
    must_compile,
    usable_engine,
)
from sim.experiments.store import Store, StoreFull, filling
from sim.experiments.studied import Studied
from sim.experiments.workers import Crew
from sim.model.study import Study

Pool = Literal["threads", "processes"]

PART_SECONDS = 10.0
PART_FUTURES = 100_000
"""A part is written after this time, or as soon as it holds so many futures: what a killed process loses at most."""
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
    `interrupted` is then set. Raises InputError for a store that is of something else or in use, StoreFull where the
    disk is full; the store is whole then too.
    """
    if not isinstance(study, Study):
        raise TypeError(f"study is a {type(study).__name__}, and must be a Study: sim.load_study(...)")
    kept = tempfile.TemporaryDirectory(prefix="weerbaar-") if store is None else None
    folder = Path(kept.name) / study.id if kept is not None else Path(store or "")
    engine = usable_engine(engine)
    how: Pool = pool or ("threads" if engine == "compiled" else "processes")
    with filling(folder, study) as held:
        missing = held.missing()
        interrupted = False
        if missing:
            try:
                if must_compile(engine) and cluster is None:
                    get_ready(engine)
                with _pool(held.designs, engine, how, workers, cluster) as work:
                    interrupted = _Filling(held, missing, progress).run(work)
            except KeyboardInterrupt:  # before the first design, or once more
                interrupted = True
    return Studied(held, interrupted=interrupted, kept=kept)


# ---- who does the work ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Work:
    """What plays designs: `submit` takes their numbers; `stop` makes those that are being played end soon.

    A task of which workers die fails with `died`, where that does not mend itself.
    """

    submit: Callable[[tuple[int, ...]], Future[list[Played]]]
    stop: Callable[[], None]
    workers: int
    block: int | None = None
    died: type[Exception] | tuple[()] = ()


@contextlib.contextmanager
def _pool(designs: Designs, engine: str, how: Pool, workers: int | None, cluster: str | None) -> Iterator[Work]:
    count = workers or available_workers()
    block = None if engine == "compiled" else 1  # a design takes long there, and Ctrl+C should not
    content = b"" if cluster is None and how == "threads" else packed(designs.study)
    if cluster is not None:
        from sim.experiments.cluster import cluster_pool

        with cluster_pool(cluster) as (far, cores, died):
            yield Work(
                lambda numbers: far.submit(play_packed, content, numbers, engine), lambda: None, cores, block, died
            )
        return
    if how == "processes":
        crew = Crew(count, partial(play_packed, content, engine=engine))
        try:
            yield Work(crew.submit, crew.stop, count, block)
        finally:
            crew.close()
        return
    told = threading.Event()

    def play(numbers: tuple[int, ...]) -> list[Played]:
        return list(Player(designs, engine, told.is_set).play(numbers))

    pool = ThreadPoolExecutor(count)
    try:
        yield Work(lambda numbers: pool.submit(play, numbers), told.set, count, block)
    finally:
        told.set()
        pool.shutdown(wait=True, cancel_futures=True)


# ---- the loop ------------------------------------------------------------------------------------------------------


class _Filling:
    """Hands out designs, takes back what is done, and writes it in parts."""

    def __init__(self, store: Store, missing: list[int], progress: Progress | None) -> None:
        self.store, self.progress = store, progress
        self.total, self.finished = len(missing), 0
        self.blocks = deque(store.designs.blocks(missing))
        self.suspects: deque[int] = deque()  # designs of which workers may have died, to be played alone
        self.alone: tuple[int, ...] = ()
        self.waiting: list[Played] = []
        self.written = time.monotonic()

    def run(self, work: Work) -> bool:
        """Play all designs; return whether the work was interrupted. What is done is written in any case."""
        blocks = self.blocks
        if work.block is not None:
            blocks = deque((number,) for block in self.blocks for number in block)
        running: dict[Future[Any], tuple[int, ...]] = {}
        interrupted = False
        try:
            try:
                while blocks or running or self.suspects:
                    while blocks and len(running) < AHEAD * work.workers:
                        block = blocks.popleft()
                        running[work.submit(block)] = block
                    if not running:
                        self.alone = (self.suspects.popleft(),)
                        running[work.submit(self.alone)] = self.alone
                    done, _ = wait(running, timeout=1.0, return_when=FIRST_COMPLETED)
                    self._take(done, running, work.died)
                    self._tell(done)
            except KeyboardInterrupt:
                interrupted = True
                work.stop()
                for task in running:
                    task.cancel()
                done, _ = wait(running, timeout=600)
                self._take({task for task in done if not task.cancelled()}, running, work.died)
        except StoreFull:
            self.waiting.clear()
            raise
        finally:
            work.stop()
            for task in running:
                task.cancel()
            self._flush()
        return interrupted

    def _take(
        self, done: set[Future[Any]], running: dict[Future[Any], tuple[int, ...]], died: type[Exception] | tuple[()]
    ) -> None:
        for task in done:
            numbers = running.pop(task)
            try:
                some: list[Played] = task.result()
            except died:
                some = []
                if numbers == self.alone:
                    error = ValueError("the workers that played it died; perhaps there was not enough memory")
                    some = [failed(numbers[0], error)]
                else:
                    self.suspects += numbers
            self.waiting += some
            self.finished += len(some)

    def _tell(self, done: set[Future[Any]]) -> None:
        if self.progress is not None and done:
            self.progress(self.finished, self.total)
        heavy = sum(one.ledgers.size for one in self.waiting) >= PART_FUTURES
        if heavy or time.monotonic() - self.written >= PART_SECONDS:
            self._flush()

    def _flush(self) -> None:
        if self.waiting:
            self.store.write(self.waiting)
            self.waiting = []
        self.written = time.monotonic()
