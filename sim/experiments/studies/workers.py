"""Processes that play designs, each at the end of a pipe of its own: one that dies takes only its own work along.

Whoever kills it, a user or a machine without memory, another takes its place and plays again what was lost, one design
at a time, so that a design of which workers die is found.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

from sim.experiments.replicate import interrupts_held
from sim.experiments.studies.play import Known, Piece, Played, Report, failed, prepare_worker
from sim.model.problems import Halted

Play = Callable[..., None]
"""Plays designs, with what is known of them, and reports what is there: `play(numbers, known=..., report=...)`."""

TRIES = 2
"""So many workers may die of a design; then it has failed."""
STARTS = 3
"""So often a worker is begun that ends before it is ready."""
PATIENCE = 10
"""Seconds in which a worker without work must have ended."""


class Died(Exception):
    """A worker ended before it answered."""


@dataclass(frozen=True)
class Worker:
    """A process, and our end of its pipe."""

    process: SpawnProcess
    pipe: Connection

    def ask(self, numbers: tuple[int, ...], known: Known, report: Report) -> None:
        """Have these designs played, and report what is there of them as it comes. Raises Died."""
        with self._heard():
            self.pipe.send((numbers, known))
        while (answer := self._answer()) is not None:
            if isinstance(answer, Exception):
                raise answer
            report(answer)

    def get_ready(self) -> None:
        """Wait until it can play. Raises Died."""
        self._answer()

    def _answer(self) -> Played | Piece | Exception | None:
        with self._heard():
            found: Played | Piece | Exception | None = self.pipe.recv()
            return found

    @contextlib.contextmanager
    def _heard(self) -> Iterator[None]:
        try:
            yield
        except (EOFError, OSError):
            self.process.join()
            raise Died(_ending(self.process.exitcode)) from None

    def end(self) -> None:
        """Let it go; it ends by itself when nobody is at our end."""
        self.pipe.close()
        self.process.join(PATIENCE)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


class Crew:
    """Up to `count` workers, begun when there is work, on which `play` plays designs; `report` hears what is there."""

    def __init__(self, count: int, play: Play, report: Report) -> None:
        self._report = report
        self._context = multiprocessing.get_context("spawn")
        self._flag = self._context.Event()
        self._play = play
        self._idle: deque[Worker] = deque()
        self._threads = ThreadPoolExecutor(count)

    def submit(self, numbers: tuple[int, ...], known: Known) -> Future[None]:
        """Have some designs played; each is reported as a row, with an error where workers die of it."""
        return self._threads.submit(self._play_all, numbers, known)

    def stop(self) -> None:
        """Make what is being played end soon."""
        self._flag.set()

    def close(self) -> None:
        """Stop, and end all workers."""
        self.stop()
        self._threads.shutdown(wait=True, cancel_futures=True)
        while self._idle:
            self._idle.pop().end()

    def _play_all(self, numbers: tuple[int, ...], known: Known) -> None:
        alone, there = len(numbers) == 1, set[int]()

        def report(what: Played | Piece) -> None:
            if isinstance(what, Played):
                there.add(what.number)
            self._report(what)

        how = ""
        for _ in range(TRIES if alone else 1):
            try:
                return self._ask(numbers, known, report)
            except Died as error:
                how = str(error)
        if alone:
            message = f"the process that played it died {TRIES} times ({how}); perhaps there was not enough memory"
            return self._report(failed(numbers[0], ValueError(message)))
        for number in numbers:
            if number not in there:
                self._play_all((number,), known)

    def _ask(self, numbers: tuple[int, ...], known: Known, report: Report) -> None:
        worker = self._taken() or self._begun()
        worker.ask(numbers, known, report)
        self._idle.append(worker)

    def _taken(self) -> Worker | None:
        """Return a worker without work, if there is one; those that died in the meantime are buried."""
        with contextlib.suppress(IndexError):
            while True:
                worker = self._idle.pop()
                if worker.process.is_alive():
                    return worker
                worker.end()
        return None

    def _begun(self) -> Worker:
        how = ""
        for _ in range(STARTS):
            ours, theirs = self._context.Pipe()
            process = self._context.Process(target=_serve, args=(theirs, self._flag, self._play), daemon=True)
            with interrupts_held():
                process.start()
            theirs.close()  # so that our end is told when it dies
            worker = Worker(process, ours)
            try:
                worker.get_ready()
            except Died as error:
                how = str(error)
            else:
                return worker
        raise Halted(
            f"no process can begin to play ({how}); perhaps there is not enough memory, and a script needs its work "
            "under: if __name__ == '__main__':"
        )


def _ending(code: int | None) -> str:
    """Return how a process ended, in words."""
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return f"by {signal.Signals(-code).name}"
    return f"exit code {code}"


def _serve(pipe: Connection, stop: Any, play: Play) -> None:
    """Play what comes down the pipe, until nobody is at its other end."""
    prepare_worker(stop)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        pipe.send(None)
        while True:
            numbers, known = pipe.recv()
            try:
                play(numbers, known=known, report=pipe.send)
            except Exception as error:  # ours to hand over, theirs to raise
                pipe.send(error)
            else:
                pipe.send(None)
