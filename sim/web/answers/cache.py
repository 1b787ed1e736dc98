"""The futures that were played, kept: the same question is answered once, and a larger one goes on where it stopped."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice, pairwise

from sim.experiments.comparison.compare import Comparison
from sim.experiments.replicate import CHUNK, available_workers, chunk_player
from sim.model.policy.policy import Policy
from sim.model.world.world import World
from sim.results.outcomes import Summary
from sim.web.answers.waiting import Places
from sim.web.state.choice import _NAMES

LADDER = {"compiled": (200, 2000), "reference": (12, 50)}
"""How many futures of each policy a page shows at once, and to how many it is then refined."""
CROWDED = {"compiled": 50, "reference": 6}
"""How many it shows at once while others wait for a first answer as well."""
AT_A_TIME = 2
"""Visitors a core whose first answers are played at the same time; others wait for their turn."""
LIVELY = 32
"""Policies used last that are ready to play more; of the others only the futures are kept."""
_BEAT = 0.25  # seconds

Report = Callable[[int, int, float], None]
"""Called with (futures done, futures asked for, seconds since the start) as they come."""


class Cores:
    """The threads that play futures for all visitors, how fast they do, and how many visitors they serve at a time."""

    def __init__(self) -> None:
        self.count = available_workers()
        self.pool = ThreadPoolExecutor(self.count)
        self.first = Places(AT_A_TIME * self.count)
        """A place for everyone who waits for a first answer."""
        self.refining = Places(max(1, self.count - 1))
        """A place for everyone whose answer is refined, while nobody waits for a first one."""
        self.pace: float | None = None
        """Seconds that a future took on one core, lately; None before the first."""

    @property
    def crowded(self) -> bool:
        """Whether who has a turn now shares a core with others who have no answer yet."""
        return self.first.people > self.count


class Played:
    """The futures of one policy so far, from the first one on."""

    def __init__(self, world: World, policy: Policy, seed: int, engine: str) -> None:
        self.summaries: list[Summary] = []
        self._asked = world, policy, seed, engine
        self._player: Callable[[range], list[Summary]] | None = None
        self._lock = threading.Lock()

    def rest(self) -> None:
        """Let go of what plays, a hundred times as large as a future; it is made again when more is asked."""
        self._player = None

    def extend(self, wanted: int, cores: Cores, seconds: float, most: int) -> None:
        """Play for about so many seconds, on at most so many cores, until there are as many futures as wanted."""
        with self._lock:
            first = len(self.summaries)
            if first >= wanted:
                return
            world, policy, seed, engine = self._asked
            player = self._player = self._player or chunk_player(world, policy, seed, engine)
            size = CHUNK[engine]  # in whole chunks, so that what is dealt for one policy serves the next
            each = 1 if cores.pace is None else max(1, int(seconds / cores.pace / size))
            begin = first // size
            end = min(begin + most * each, -(-wanted // size))
            bounds = [size * (begin + (end - begin) * part // most) for part in range(most + 1)]
            parts = [range(max(first, low), min(high, wanted)) for low, high in pairwise(bounds) if low < high]
            begun = time.monotonic()
            for part in cores.pool.map(player, parts):
                self.summaries.extend(part)
            cores.pace = (time.monotonic() - begun) / max(map(len, parts))


class Run:
    """Policies on the same futures, the first one being the baseline."""

    def __init__(
        self, world: World, policies: tuple[Policy, ...], seed: int, engine: str, played: list[Played], cores: Cores
    ) -> None:
        self.world, self.policies, self.seed, self.engine = world, policies, seed, engine
        self.cores = cores
        self._played = played

    @property
    def complete(self) -> int:
        """How many futures all policies went through."""
        return min(len(one.summaries) for one in self._played)

    def missing(self, wanted: int) -> int:
        """How many futures are still to be played, all policies together."""
        return sum(max(0, wanted - len(one.summaries)) for one in self._played)

    def play(self, wanted: int, report: Report | None = None, *, seconds: float = _BEAT, spared: int = 0) -> None:
        """Play what is missing, so many seconds at a time, with some cores spared for other work.

        What `report` raises ends it; what was played until then is kept.
        """
        begun, asked = time.monotonic(), self.missing(wanted)
        while (missing := self.missing(wanted)) > 0:
            for one in self._played:
                if report is not None:
                    report(max(0, asked - missing), asked, time.monotonic() - begun)
                one.extend(wanted, self.cores, seconds, max(1, self.cores.count - spared))
                missing = self.missing(wanted)
        if asked and report is not None:
            report(asked, asked, time.monotonic() - begun)

    def comparison(self, replications: int) -> Comparison:
        """The comparison over the first futures, which must have been played."""
        return Comparison(
            world=self.world,
            policies=self.policies,
            seed=self.seed,
            years=self.world.years,
            engine=self.engine,
            futures_of=tuple(tuple(one.summaries[:replications]) for one in self._played),
        )


class Archive:
    """Summaries of futures by world, policy, seed and engine; the least used go first when there are too many.

    A future takes about 10 kB, so this is some 200 MB at most, whatever is asked for.

    Future r is the same whoever asks and however many are asked for, so that more futures are added to those there are.
    """

    def __init__(self, most: int = 20_000) -> None:
        self.most = most
        self.cores = Cores()
        self._played: OrderedDict[tuple[World, str, int, str], Played] = OrderedDict()
        self._guard = threading.Lock()

    def run(self, world: World, policies: tuple[Policy, ...], seed: int, engine: str) -> Run:
        """Policies in a world, with the futures that were played of them before."""
        with self._guard:
            played = [self._find(world, policy, seed, engine) for policy in policies]
            kept = sum(map(_weight, self._played.values()))
            while kept > self.most and len(self._played) > len(policies):
                _, oldest = self._played.popitem(last=False)
                kept -= _weight(oldest)
            for one in islice(reversed(self._played.values()), LIVELY, None):
                one.rest()
        return Run(world, policies, seed, engine, played, self.cores)

    def _find(self, world: World, policy: Policy, seed: int, engine: str) -> Played:
        """What was played of a policy; its names do not matter. It becomes the last one used."""
        key = world, policy.model_dump_json(exclude=_NAMES), seed, engine
        found = self._played.setdefault(key, Played(world, policy, seed, engine))
        self._played.move_to_end(key)
        return found


def _weight(played: Played) -> int:
    """The futures that were played of a policy; one that was only asked for takes about as much memory as a future."""
    return max(1, len(played.summaries))
