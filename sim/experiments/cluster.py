"""A study on several machines, or on several processes of one, by way of Dask: the same bits as anywhere else.

A worker that dies loses nothing but time: what it was playing is given to another. Dask is in the extra `study`.
"""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterator
from concurrent.futures import Executor

from sim.experiments.replicate import interrupts_held
from sim.model.problems import InputError, Problem

PATIENCE = 10
"""Seconds in which a scheduler must answer."""
ATTEMPTS = 5
"""How often a design is tried on another worker after one has died."""


@contextlib.contextmanager
def cluster_pool(address: str) -> Iterator[tuple[Executor, int, type[Exception]]]:
    """Yield an executor on a cluster, its number of cores, and the fault of a task of which workers die.

    `local:N` begins one of N processes on this machine, `tcp://host:port` joins one that is there. Raises InputError
    where that cannot be.
    """
    try:
        from distributed import Client, KilledWorker, LocalCluster
    except ImportError:
        raise _refused("Dask is not installed", 'pip install "weerbaar[study]"') from None
    import dask

    local = re.fullmatch(r"local:([1-9][0-9]{0,3})", address)
    if local is None and not re.match(r"(tcp|tls|ucx|wss?)://.", address):
        raise _refused(f"{address!r} is no cluster", "write local:2, or tcp://host:port of a Dask scheduler")
    with contextlib.ExitStack() as stack:
        stack.enter_context(dask.config.set({"distributed.scheduler.allowed-failures": ATTEMPTS}))
        if local is not None:
            with interrupts_held():  # Ctrl+C is for us, not for the workers that begin here
                cluster = stack.enter_context(
                    LocalCluster(  # type: ignore[no-untyped-call]
                        n_workers=int(local[1]),
                        threads_per_worker=1,
                        processes=True,
                        host="127.0.0.1",
                        dashboard_address=None,
                        silence_logs=logging.CRITICAL,
                    )
                )
            client = stack.enter_context(Client(cluster))  # type: ignore[no-untyped-call]
        else:
            try:
                client = stack.enter_context(Client(address, timeout=PATIENCE))  # type: ignore[no-untyped-call]
            except OSError as error:
                raise _refused(f"nobody answers at {address}", str(error) or None) from None
        cores = sum(client.ncores().values())
        if not cores:
            raise _refused(f"the cluster at {address} has no workers", "start some: dask worker ADDRESS")
        yield client.get_executor(pure=False, retries=ATTEMPTS), cores, KilledWorker


def _refused(message: str, hint: str | None) -> InputError:
    return InputError([Problem("--cluster", None, "no-cluster", message, hint)])
