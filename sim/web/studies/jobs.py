"""The studies that the app plays: one at a time, in a process that gives way to visitors; and where they are kept.

USER'S CACHE/studies/DIGEST/study.yaml     the study, with shipped worlds and policies by their id
USER'S CACHE/studies/DIGEST/store/         what was played of it
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from sim import atomic
from sim.experiments.replicate import available_workers
from sim.experiments.studies.designs import Designs
from sim.experiments.studies.results import Studied, load_results
from sim.model.files.folders import MANIFEST
from sim.model.files.load import load_study
from sim.model.files.write_yaml import study_yaml
from sim.model.problems import InputError
from sim.model.study.study import Study
from sim.package import PACKAGE
from sim.rules.compiling import user_cache
from sim.web.studies import making_room
from sim.web.studies.files import policy_files
from sim.web.studies.pace import PACES

MOST_FUTURES = 200_000
"""Futures of all designs and policies together; a larger study is for the command line."""
MOST_KEPT = 40
"""Studies that are kept; `making_room.py` says which go first."""
CORES = max(1, available_workers() // 2)
"""Cores that a study plays on."""
SOURCES = PACKAGE.parent
"""Where the process of a study finds the same model as the app."""
MOST_AT_ONCE = 20_000
"""Futures of one design, all policies together: they are in memory while it is played, some 6 kB each."""
MOST_CELLS = 1_000_000
"""Outcomes of all designs and policies: a page holds them, some 100 bytes each."""
MOST_SECONDS = 3600.0
"""Seconds that a study may take here; then it ends, with what is done kept."""
GRACE = 60.0
"""Seconds in which it has to end then."""


# ---- the shelf -----------------------------------------------------------------------------------------------------


def shelf() -> Path:
    """The folder of all studies that the app keeps."""
    return user_cache() / "studies"


def store_of(digest: str) -> Path:
    """The folder of what was played of a study."""
    return shelf() / digest / "store"


def put(study: Study, visitor: str = "", *, begins: bool = False) -> Path:
    """Keep a study, whose worlds are shipped, with the policies that are not, for a visitor, who may be about to start
    it; return its file.
    """
    place = shelf() / study.digest
    place.mkdir(parents=True, exist_ok=True)
    path = place / "study.yaml"
    if not path.is_file():
        for name, text in (*policy_files(study).items(), (path.name, study_yaml(study, by_id=True))):
            atomic.put(place / name, lambda part, text=text: part.write_text(text, encoding="utf-8", newline="\n"))  # type: ignore[misc]
    making_room.note(place, visitor)
    os.utime(place)
    _tidy(place, visitor, begins)
    return path


def kept(digest: str) -> Study | None:
    """The study with this digest; None where it is not kept, or was another with an earlier version."""
    path = shelf() / digest / "study.yaml"
    try:
        study = load_study(path)
    except InputError:
        return None
    return study if study.digest == digest else None


@dataclass(frozen=True)
class Kept:
    """A study that is kept: how many of its designs were played, and when somebody last asked for it."""

    study: Study
    done: int
    asked: float

    @property
    def designs(self) -> int:
        """How many designs it has."""
        return designs_of(self.study)


def shelved() -> list[Kept]:
    """The studies that are kept, the last one that was asked for first; none of another version of the model."""
    with contextlib.suppress(OSError):
        begun = {place.name: place.stat().st_mtime for place in shelf().iterdir()}
        return [
            one
            for digest in sorted(begun, key=lambda digest: -begun[digest])
            if (one := _kept_with_state(digest, begun[digest])) is not None
        ]
    return []


def _kept_with_state(digest: str, asked: float) -> Kept | None:
    study = kept(digest)
    if study is None:
        return None
    try:
        found = played(store_of(digest))
    except InputError:
        return None
    return Kept(study, 0 if found is None else len(found.store.done()), asked)


def played(folder: Path) -> Studied | None:
    """What a store holds by now; None where nothing was begun. Raises InputError for one of another version."""
    if not (folder / MANIFEST).is_file():
        return None
    parts = folder / "parts"
    stamp = sorted(part.name for part in parts.iterdir() if part.name[:1] != ".") if parts.is_dir() else []
    return _opened(folder, tuple(stamp))


@functools.lru_cache(maxsize=3)
def _opened(folder: Path, stamp: Sequence[str]) -> Studied:
    return load_results(folder)


def _tidy(mine: Path, visitor: str, begins: bool) -> None:
    """Remove the studies that make room for the one that came."""
    with contextlib.suppress(OSError):
        stay = [mine, *([store_of(BENCH.job.digest).parent] if BENCH.job is not None else [])]
        places = [making_room.place_of(folder) for folder in shelf().iterdir()]
        for folder in making_room.to_go(places, visitor, most=MOST_KEPT, begins=begins, stay=stay):
            shutil.rmtree(folder, ignore_errors=True)


# ---- how long it takes ---------------------------------------------------------------------------------------------


def designs_of(study: Study) -> int:
    """How many designs a study has; a large sample is not drawn for that."""
    if study.design == "latin_hypercube":
        return (study.size or 1) * len(study.worlds)
    if study.design == "sobol":
        return (study.size or 1) * (len(study.spread) + 2) * len(study.worlds)
    return len(Designs(study))


def size(study: Study) -> int:
    """How many futures a study plays at most, all designs and policies together."""
    return designs_of(study) * len(study.played) * study.replications.at_most


@dataclass(frozen=True)
class Duration:
    """About how many seconds a study takes here; `least`: or more. None where nobody knows."""

    seconds: float | None
    least: bool = False


def seconds(study: Study, engine: str) -> Duration:
    """About how long a study takes here, from some futures of its first design; no page waits long for that."""
    pace = PACES.of(study, engine)
    return Duration(None if pace.seconds is None else pace.seconds * size(study) / CORES, pace.least)


def memory(study: Study) -> int:
    """How many futures one design keeps in memory while it is played, all policies together."""
    return len(study.played) * study.replications.at_most


def cells(study: Study) -> int:
    """How many outcomes a page holds of a study: of each design and policy."""
    return designs_of(study) * len(study.played) * len(study.outcomes)


# ---- the bench -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class State:
    """How far a study is: designs done of those that were missing; how it ended, once it has, and why."""

    done: int = 0
    total: int = 0
    left: float | None = None
    ended: str = ""
    why: tuple[str, ...] = ()


class Job:
    """A study that is being played, or was."""

    def __init__(self, digest: str, owner: str, process: subprocess.Popen[str]) -> None:
        self.digest, self.owner, self.state = digest, owner, State()
        self.stopping = self.late = False
        self._process = process
        self._first: tuple[float, int] | None = None
        self._reader = threading.Thread(target=self._read, args=(process.stdout,), daemon=True, name="study")
        self._reader.start()

    @property
    def runs(self) -> bool:
        """Whether it is not over yet."""
        return self._reader.is_alive()

    def stop(self) -> None:
        """Let it end soon, with all that is done kept."""
        self.stopping = True
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    def limit(self, most: float) -> None:
        """Let it end after so many seconds, in any case."""
        timer = threading.Timer(most, self._too_long)
        timer.daemon = True
        timer.start()

    def _too_long(self) -> None:
        if self.runs:
            self.late = True
            self.stop()
            if not self.wait(GRACE):
                self._process.kill()

    def wait(self, most: float) -> bool:
        """Wait until it is over, for at most so many seconds; return whether it is."""
        self._reader.join(most)
        return not self.runs

    def _read(self, lines: IO[str]) -> None:
        for line in lines:
            with contextlib.suppress(ValueError):
                self._take(json.loads(line))
        self._process.wait()
        if not self.state.ended:
            self.state = replace(self.state, ended="broken")

    def _take(self, said: dict[str, Any]) -> None:
        if "ended" in said:
            self.state = replace(self.state, ended=str(said["ended"]), why=tuple(said.get("why", ())))
            return
        now, done, total = time.monotonic(), int(said["done"]), int(said["total"])
        first = self._first = self._first or (now, done)
        left = (now - first[0]) / (done - first[1]) * (total - done) if done > first[1] else None
        self.state = State(done, total, left)


def _paths() -> list[str]:
    return [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]


class Bench:
    """The place for one study at a time."""

    def __init__(self) -> None:
        self.job: Job | None = None
        self._guard = threading.Lock()

    def start(self, study: Study, owner: str, most: float | None = None) -> bool:
        """Begin a study, or go on with it, for at most so many seconds; False where another one is being played.

        OSError where nothing can be kept.
        """
        with self._guard:
            if self.job is not None and self.job.runs:
                return False
            path = put(study, owner, begins=True)
            command = [
                sys.executable,
                "-m",
                "sim.web.studies.worker",
                str(path),
                str(store_of(study.digest)),
                str(CORES),
            ]
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                env=os.environ | {"PYTHONPATH": os.pathsep.join([str(SOURCES), *_paths()])},
                creationflags=getattr(subprocess, "IDLE_PRIORITY_CLASS", 0),
            )
            self.job = Job(study.digest, owner, process)
            if most is not None:
                self.job.limit(most)
            return True

    def of(self, digest: str) -> Job | None:
        """The job of a study, if it was the last one here."""
        return self.job if self.job is not None and self.job.digest == digest else None


BENCH = Bench()
"""The one of this server."""
