"""Many futures of some policies on the same tapes, on one core or several, with the same result."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from sim.engines.compiled.batches import Deck, Shelf, deal_deck
from sim.engines.setting import Outcome, Setting
from sim.engines.structure import Structure, structure
from sim.engines.tape import Sky, deal, sky_over
from sim.model.policy.numbers import PolicyArrays, policy_arrays
from sim.model.policy.policy import Policy
from sim.model.problems import Halted
from sim.model.world.event_limit import check_horizon
from sim.model.world.numbers import world_arrays
from sim.model.world.world import World
from sim.results.outcomes import Summary, summaries_of, summarise
from sim.rules.compiling import HAS_NUMBA, is_stored
from sim.rules.terms import WorldArrays

Progress = Callable[[int, int], None]
"""Called with (futures done, futures asked for) whenever some are done."""

CHUNK = {"reference": 1, "compiled": 25}  # futures a task: small, so that Ctrl+C is heard soon
MOST_KEPT = 200  # the decks of the first futures are kept for the next policy
ENGINES = ("reference", "compiled")
DEFAULT_ENGINE = "compiled"


@dataclass(frozen=True)
class Futures:
    """Summaries by policy and replication: `of[p][r]`. After an interruption the first futures that are complete."""

    of: tuple[tuple[Summary, ...], ...]
    interrupted: bool


class Ground(NamedTuple):
    """A world in numbers, what is drawn once for it, and the decks that were dealt from it."""

    world: WorldArrays
    structure: Structure
    shelf: Shelf


@lru_cache(maxsize=3)
def ground(world: World, years: int | None) -> Ground:
    """Return what policies come and go over; the latest worlds are kept. Raises InputError for too long a horizon."""
    check_horizon(world, years)
    numbers = world_arrays(world, years)
    return Ground(numbers, structure(numbers), Shelf())


def settings(world: World, policies: Sequence[Policy], years: int | None) -> list[Setting]:
    """Return what all futures of each policy have in common."""
    below = ground(world, years)
    return [Setting(below.world, policy_arrays(policy, world), below.structure) for policy in policies]


def usable_engine(engine: str) -> str:
    """Return the engine that can serve: the compiled one needs Numba, without which the reference engine takes over.

    Raise ValueError for an engine that does not exist.
    """
    if engine not in ENGINES:
        raise ValueError(f"unknown engine {engine!r}: this version has the engines {' and '.join(ENGINES)}")
    if engine == "compiled" and not HAS_NUMBA:
        warnings.warn("Numba is not installed: the reference engine serves, with the same results", stacklevel=2)
        return "reference"
    return engine


def must_compile(engine: str) -> bool:
    """Return whether an engine has to be compiled before its first future, which takes about half a minute."""
    return engine == "compiled" and not is_stored("play_deck")


def player(setting: Setting, seed: int, engine: str = DEFAULT_ENGINE) -> Callable[[int], Outcome]:
    """Return what plays one future of a setting, by its number, and hands over its journals."""
    if usable_engine(engine) == "compiled":
        from sim.engines.compiled.engine import CompiledSetting

        return CompiledSetting(setting, seed).journals
    from sim.engines.reference import future

    return lambda replication: future.run(setting, seed, replication)


def play(setting: Setting, seed: int, replication: int, engine: str = DEFAULT_ENGINE) -> Outcome:
    """Return the journals of one future."""
    return player(setting, seed, engine)(replication)


def chunk_player(
    world: World, policy: Policy, seed: int, engine: str = DEFAULT_ENGINE
) -> Callable[[range], list[Summary]]:
    """Return what plays some futures of one policy and sums each of them up."""
    (setting,) = settings(world, [policy], None)
    if usable_engine(engine) != "compiled":
        return lambda chunk: [summary for (summary,) in _play_chunk([setting], seed, chunk)]
    from sim.engines.compiled.engine import CompiledSetting

    packed, shelf = CompiledSetting(setting, seed), ground(world, None).shelf

    def play_some(chunk: range) -> list[Summary]:
        size = CHUNK["compiled"]
        edges = [chunk.start, *range(chunk.start - chunk.start % size + size, chunk.stop, size), chunk.stop]
        parts = [range(low, high) for low, high in pairwise(edges) if low < high]  # the decks of others fit
        return [
            summary
            for part in parts
            for summary in summaries_of(packed.play(_deck(shelf, packed.sky, part)), part.start)
        ]

    return play_some


def _deck(shelf: Shelf, sky: Sky, chunk: range) -> Deck:
    """Return the deck of these futures; those of the first ones are kept for the next policy."""
    deal_them = shelf.deck if chunk.stop <= MOST_KEPT else deal_deck
    return deal_them(sky, chunk.start, len(chunk))


def get_ready(engine: str) -> None:
    """Play one future of one town in both ways, so that what the engine needs is compiled, or loaded."""
    from sim.model.files.load import load_policy, load_world

    world, policy = load_world("one-town"), load_policy("status-quo-2020")
    chunk_player(world, policy, 0, engine)(range(1))
    play(settings(world, [policy], 1)[0], 0, 0, engine)


def _play_chunk(common: Sequence[Setting], seed: int, replications: range) -> list[tuple[Summary, ...]]:
    from sim.engines.reference import future

    chunk = []
    sky = sky_over(common[0].world, seed)
    for replication in replications:
        tape = deal(sky, replication)
        outcomes = (future.Future(setting, seed, tape).run() for setting in common)
        chunk.append(tuple(summarise(outcome, common[0].world) for outcome in outcomes))
    return chunk


Played = Generator[tuple[range, list[tuple[Summary, ...]]], None, None]
"""Chunks of futures, from the first on; close it to stop the workers."""

_common: list[Setting] = []


@contextlib.contextmanager
def interrupts_held() -> Iterator[None]:
    """Hold Ctrl+C back for a moment. Processes that begin in it do not hear it: it is for us alone, and heard after."""
    is_main = threading.current_thread() is threading.main_thread()
    if not hasattr(signal, "pthread_sigmask"):
        if not is_main:
            yield
            return
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # where it begins with the first process, it lets Ctrl+C through again
    heard: list[int] = []
    handler = signal.signal(signal.SIGINT, lambda number, _: heard.append(number)) if is_main else None
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if is_main:
            signal.signal(signal.SIGINT, handler)
    if heard and callable(handler):
        handler(heard[0], None)


def _prepare(world: WorldArrays, policies: Sequence[PolicyArrays]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent stops the work
    _common[:] = [Setting(world, policy) for policy in policies]


def _play_prepared(seed: int, replications: range) -> list[tuple[Summary, ...]]:
    return _play_chunk(_common, seed, replications)


def _serial(common: Sequence[Setting], seed: int, chunks: Sequence[range]) -> Played:
    for chunk in chunks:
        yield chunk, _play_chunk(common, seed, chunk)


def _parallel(common: Sequence[Setting], seed: int, chunks: Sequence[range], workers: int) -> Played:
    pool = ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_prepare,
        initargs=(common[0].world, [setting.policy for setting in common]),
    )
    try:
        with interrupts_held():  # workers start now: Ctrl+C is for the parent alone
            jobs = {pool.submit(_play_prepared, seed, chunk): chunk for chunk in chunks}
        for job, chunk in jobs.items():
            yield chunk, job.result()
    except BrokenProcessPool:
        raise Halted("a process that played futures died; perhaps there was not enough memory: --workers 1") from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _threaded(common: Sequence[Setting], shelf: Shelf, seed: int, chunks: Sequence[range], workers: int) -> Played:
    """Play chunks on the compiled engine, which lets go of the interpreter lock, in threads."""
    from sim.engines.compiled.engine import CompiledSetting

    sky = sky_over(common[0].world, seed)
    packed = [CompiledSetting(setting, seed, sky) for setting in common]

    def play_chunk(chunk: range) -> list[tuple[Summary, ...]]:
        deck = _deck(shelf, sky, chunk)
        columns = [summaries_of(one.play(deck), chunk.start) for one in packed]
        return list(zip(*columns, strict=True))

    pool = ThreadPoolExecutor(workers)
    try:
        jobs = {pool.submit(play_chunk, chunk): chunk for chunk in chunks}
        for job, chunk in jobs.items():
            yield chunk, job.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def replicate(
    world: World,
    policies: Sequence[Policy],
    *,
    replications: int = 200,
    years: int | None = None,
    seed: int = 2026,
    engine: str = DEFAULT_ENGINE,
    workers: int = 1,
    progress: Progress | None = None,
    first: int = 0,
) -> Futures:
    """Play `replications` futures of every policy; future r is the same whatever the engine, workers and order.

    On Ctrl+C the futures that are complete from the first one on are returned with `interrupted` set; with none
    complete, KeyboardInterrupt goes on.
    """
    if replications < 1:
        raise ValueError("replications must be at least 1")
    common = settings(world, policies, years)
    wanted = range(first, first + replications)
    engine = usable_engine(engine)
    size = CHUNK[engine]
    chunks = [wanted[i : i + size] for i in range(0, replications, size)]
    workers = max(1, min(workers, len(chunks)))
    if engine == "compiled":
        source = _threaded(common, ground(world, years).shelf, seed, chunks, workers)
    else:
        source = _serial(common, seed, chunks) if workers == 1 else _parallel(common, seed, chunks, workers)
    done: dict[int, tuple[Summary, ...]] = {}
    interrupted = False
    try:
        with contextlib.closing(source):  # whatever goes wrong, workers stop before this function ends
            for chunk, results in source:
                done.update(zip(chunk, results, strict=True))
                if progress is not None:
                    progress(len(done), replications)
    except KeyboardInterrupt:
        interrupted = True
    complete = []
    for replication in wanted:
        if replication not in done:
            break
        complete.append(done[replication])
    if not complete:
        raise KeyboardInterrupt
    return Futures(
        of=tuple(tuple(row[p] for row in complete) for p in range(len(policies))),
        interrupted=interrupted,
    )


def available_workers() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
