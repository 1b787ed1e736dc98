"""The futures that were played, kept: the same question is answered once, and a larger one goes on where it stopped."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from sim.experiments.compare import Comparison
from sim.experiments.replicate import replicate
from sim.model.policy import Policy
from sim.model.world import World
from sim.results.outcomes import Summary

REPLICATIONS = (12, 50, 200)
"""How many futures the page offers; the first is what it opens with."""
CHUNK = 4
"""Fewest futures played at a time."""
_BEAT = 0.5  # seconds
ENGINE = "reference"
_NAMES = {"id", "title", "description", "reference", "based_on"}

Key = tuple[World, str, int]
Report = Callable[[int, int, float], None]
"""Called with (futures done, futures asked for, seconds since the start) as they come."""


class Archive:
    """Summaries of futures by world, policy and seed; the least used go first when there are too many.

    Future r is the same whoever asks and however many are asked for, so that more futures are added to those there are.
    """

    def __init__(self, most: int = 10_000) -> None:
        self.most = most
        self.pace: float | None = None
        """Seconds that a future took, lately; None before the first."""
        self._played: OrderedDict[Key, list[Summary]] = OrderedDict()
        self._locks: dict[Key, threading.Lock] = {}
        self._guard = threading.Lock()

    def missing(self, world: World, policy: Policy, seed: int, wanted: int) -> int:
        """How many of the futures wanted are still to be played."""
        return max(0, wanted - len(self._played.get(_key(world, policy, seed), [])))

    def futures(
        self, world: World, policy: Policy, seed: int, wanted: int, report: Callable[[int], None] | None = None
    ) -> tuple[Summary, ...]:
        """The first futures of a policy, playing those that are missing; `report` gets the number just played."""
        key = _key(world, policy, seed)
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            played = self._played.get(key, [])
            while len(played) < wanted:
                count = min(self._chunk(), wanted - len(played))
                begun = time.monotonic()
                chunk = replicate(world, [policy], replications=count, seed=seed, first=len(played)).of[0]
                self.pace = (time.monotonic() - begun) / count
                played = [*played, *chunk]
                self._keep(key, played)
                if report is not None:
                    report(len(chunk))
            self._keep(key, played)
        return tuple(played[:wanted])

    def _chunk(self) -> int:
        """So many futures at a time that a page can show progress, and stop, about twice a second."""
        return CHUNK if self.pace is None else max(CHUNK, int(_BEAT / max(self.pace, 1e-6)))

    def _keep(self, key: Key, played: list[Summary]) -> None:
        with self._guard:
            self._played[key] = played
            self._played.move_to_end(key)
            while len(self._played) > 1 and sum(map(len, self._played.values())) > self.most:
                self._locks.pop(self._played.popitem(last=False)[0], None)


def _key(world: World, policy: Policy, seed: int) -> Key:
    """What decides a future: the world, the numbers of the policy (not its names), and the seed."""
    return world, policy.model_dump_json(exclude=_NAMES), seed


def same(one: Policy, other: Policy) -> bool:
    """Whether two policies are the same in everything but their names."""
    return one.model_dump(exclude=_NAMES) == other.model_dump(exclude=_NAMES)


def compared(
    archive: Archive,
    world: World,
    policies: tuple[Policy, ...],
    *,
    seed: int,
    replications: int,
    report: Report | None = None,
) -> Comparison:
    """The comparison of policies on the same futures; the first policy is the baseline."""
    begun, done = time.monotonic(), 0
    asked = sum(archive.missing(world, policy, seed, replications) for policy in policies)

    if asked and report is not None:
        report(0, asked, 0.0)

    def count(played: int) -> None:
        nonlocal done
        done += played
        if report is not None:
            report(done, max(asked, done), time.monotonic() - begun)

    return Comparison(
        world=world,
        policies=policies,
        seed=seed,
        years=world.years,
        engine=ENGINE,
        futures_of=tuple(archive.futures(world, policy, seed, replications, count) for policy in policies),
    )
