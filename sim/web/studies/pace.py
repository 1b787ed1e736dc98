"""About how long a study takes on this server, from a few futures of its first design; no page waits long for that."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from sim.experiments.studies.designs import Designs
from sim.experiments.studies.play import Player
from sim.model.study.study import Study

PATIENCE = 1.0
"""Seconds that a page waits for an estimate."""
MOST_WAITING = 3
"""Trials that are played or wait for it; who comes later gets no estimate for now."""
MOST_KEPT = 200
FEW = {"compiled": 8, "reference": 1}
"""Futures that are played once a single one was quick."""
QUICK = 2.0  # seconds


@dataclass(frozen=True)
class Pace:
    """Seconds that a future takes on one core; `least`: or more, for the trial is not over yet. None: nobody knows."""

    seconds: float | None
    least: bool = False


class Trial:
    """The first futures of a study, on one core."""

    def __init__(self, study: Study, engine: str) -> None:
        self.study, self.engine = study, engine
        self.begun: float | None = None

    def play(self) -> float | None:
        """Return the seconds of a future; None where the first design fails."""
        self.begun = time.monotonic()
        took = self._of(1)
        if took is None or took > QUICK or FEW[self.engine] == 1:
            return took
        return self._of(min(FEW[self.engine], self.study.replications.at_least))

    def _of(self, count: int) -> float | None:
        fixed = self.study.replications.model_copy(update={"at_least": count, "at_most": count, "half_width": None})
        trial = self.study.model_copy(update={"replications": fixed})
        begun = time.monotonic()
        (first,) = Player(Designs(trial), self.engine).play([0])
        return None if first.error else (time.monotonic() - begun) / (count * len(self.study.played))


class Paces:
    """The paces of the last studies; trials are played one after the other, and none holds up who asks for another."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="trial")
        self._found: OrderedDict[tuple[str, str], tuple[Trial, Future[float | None]]] = OrderedDict()

    def of(self, study: Study, engine: str) -> Pace:
        """The pace of a study, as far as it is known within the patience of a page."""
        key = study.digest, engine
        with self._guard:
            if key not in self._found:
                if sum(not told.done() for _, told in self._found.values()) >= MOST_WAITING:
                    return Pace(None)
                trial = Trial(study, engine)
                self._found[key] = trial, self._pool.submit(trial.play)
                for old in [old for old, (_, told) in self._found.items() if told.done()][
                    : len(self._found) - MOST_KEPT
                ]:
                    del self._found[old]
            trial, told = self._found[key]
        try:
            return Pace(told.result(PATIENCE))
        except TimeoutError:
            if trial.begun is None:
                return Pace(None)
            return Pace((time.monotonic() - trial.begun) / (FEW[engine] * len(study.played)), least=True)


PACES = Paces()
"""Those of this server."""
