"""A study on several machines, or on several processes of one, by way of Dask: the same bits as anywhere else.

A worker that dies loses nothing but time: what it was playing is given to another. A scheduler that dies ends the study
with all that is done kept. Dask is in the extra `study`.
"""

from __future__ import annotations

import contextlib
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError, Executor, Future
from dataclasses import dataclass, field
from functools import cached_property
from queue import Empty, SimpleQueue
from typing import Any

from sim.experiments.replicate import interrupts_held
from sim.model.problems import Halted, InputError, Problem
from sim.version import MODEL_VERSION

PATIENCE = 10
"""Seconds in which a scheduler must answer."""
ALONE = 60
"""Seconds for which a cluster may be without workers before the study ends."""
ATTEMPTS = 5
"""How often a design is tried on another worker after one has died."""
_THEIRS = "__import__('sim.version', fromlist=['version']).MODEL_VERSION"


@dataclass
class Cluster:
    """A cluster that plays."""

    address: str
    client: Any
    died: type[Exception]
    """The fault of a task of which workers die."""
    lost: tuple[type[BaseException], ...] = (CancelledError, OSError)
    """The faults of a task whose scheduler is gone."""
    _met: float = field(default_factory=time.monotonic)

    def submit(self, work: Callable[..., Any], *words: Any) -> Future[Any]:
        """Hand out a task. Raises Halted where the scheduler is gone."""
        try:
            found: Future[Any] = self.executor.submit(work, *words)
        except Exception as error:
            self.check(isinstance(error, self.lost))
            raise
        return found

    @cached_property
    def executor(self) -> Executor:
        """What takes tasks."""
        found: Executor = self.client.get_executor(pure=False, retries=ATTEMPTS)
        return found

    @property
    def cores(self) -> int:
        """How many cores its workers have; 0 without workers, and where nobody answers."""
        try:
            return sum(self.client.ncores().values())
        except Exception:  # whatever a connection that is gone brings
            return 0

    def check(self, is_lost: bool = False) -> None:
        """Raise Halted where the scheduler is gone, and where there were no workers for long."""
        if is_lost or self.client.status not in ("running", "connecting"):
            hint = "start it again, or play without --cluster"
            raise Halted(f"the scheduler at {self.address} does not answer any more; {hint}")
        if self.cores:
            self._met = time.monotonic()
        elif time.monotonic() - self._met > ALONE:
            raise Halted(f"the cluster at {self.address} has no workers any more; start some: dask worker ADDRESS")


@contextlib.contextmanager
def cluster_of(address: str) -> Iterator[Cluster]:
    """Yield a cluster: `local:N` begins one of N processes on this machine, `tcp://host:port` joins one that is there.

    Raises InputError where that cannot be, and where its workers have no Weerbaar or another version.
    """
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        raise _refused("Dask is not installed", 'pip install "weerbaar[study]"') from None
    import dask

    local = re.fullmatch(r"local:([1-9][0-9]{0,3})", address)
    if local is None and not re.match(r"(tcp|tls|ucx|wss?)://.", address):
        raise _refused(f"{address!r} is no cluster", "write local:2, or tcp://host:port of a Dask scheduler")
    with contextlib.ExitStack() as stack:
        stack.enter_context(dask.config.set({"distributed.scheduler.allowed-failures": ATTEMPTS}))
        stack.enter_context(_quiet())
        if local is not None:
            client = stack.enter_context(Client(stack.enter_context(_begun(int(local[1])))))  # type: ignore[no-untyped-call]
        else:
            client = _joined(lambda: Client(address, timeout=PATIENCE), address)  # type: ignore[no-untyped-call]
            stack.callback(_close, client)
        found = Cluster(address, client, KilledWorker)
        if not found.cores:
            raise _refused(f"the cluster at {address} has no workers", "start some: dask worker ADDRESS")
        try:
            answers = client.run(eval, _THEIRS, on_error="return")
        except Exception:
            found.check(True)
            raise
        _check_versions(answers)
        yield found


def _joined(join: Callable[[], Any], address: str) -> Any:
    """Return a client of the scheduler at an address; whoever else listens there may stay silent for ever."""
    found: SimpleQueue[Any] = SimpleQueue()

    def ask() -> None:
        try:
            found.put(join())
        except Exception as error:  # no host, no port, no answer, or another answer than a scheduler's
            found.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        client = found.get(timeout=3 * PATIENCE)
    except Empty:
        raise _refused(f"nobody answers at {address} as a scheduler of Dask does", None) from None
    if isinstance(client, Exception):
        raise _refused(f"nobody answers at {address}", str(client) or None)
    return client


@contextlib.contextmanager
def _begun(count: int) -> Iterator[Any]:
    from distributed import LocalCluster

    with interrupts_held():  # Ctrl+C is for us, not for the workers that begin here
        try:
            cluster = LocalCluster(  # type: ignore[no-untyped-call]
                n_workers=count,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
            )
        except Exception as error:
            raise _refused(f"{count} processes of Dask cannot begin here", str(error) or None) from None
    with contextlib.closing(cluster):
        yield cluster


def _check_versions(answers: Mapping[str, object]) -> None:
    """Raise InputError where a worker has no Weerbaar, or another version than this."""
    problems = []
    for worker, answer in answers.items():
        if answer != MODEL_VERSION:
            has = f"Weerbaar {answer}" if isinstance(answer, str) else f"no Weerbaar that can be used ({answer})"
            message = f"the worker at {worker} has {has}, and this is {MODEL_VERSION}"
            problems.append(Problem("--cluster", None, "other-model", message, "install the same version everywhere"))
    if problems:
        raise InputError(problems)


def _close(client: Any) -> None:
    with contextlib.suppress(Exception):  # of a scheduler that is gone
        client.close(timeout=PATIENCE)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep Dask's own words about connections that are gone off the terminal: we say it."""
    logs = [logging.getLogger(name) for name in list(logging.root.manager.loggerDict) if name.startswith("distributed")]
    before = [log.level for log in logs]
    for log in logs:
        log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for log, level in zip(logs, before, strict=True):
            log.setLevel(level)


def _refused(message: str, hint: str | None) -> InputError:
    return InputError([Problem("--cluster", None, "no-cluster", message, hint)])
