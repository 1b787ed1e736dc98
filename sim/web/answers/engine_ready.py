"""The engine behind the page: made ready in the background, once a process, so that nobody looks at an empty page.

Compiling takes about half a minute after an installation and less than a second later, when the code is on disk.
"""

from __future__ import annotations

import gc
import threading
import traceback

from sim.experiments.replicate import DEFAULT_ENGINE, get_ready
from sim.rules.compiling import HAS_NUMBA


class Room:
    """The engine that is being made ready. Where the default engine cannot serve, `missing` or `broken` says why."""

    def __init__(self) -> None:
        self.engine = DEFAULT_ENGINE if HAS_NUMBA else "reference"
        self.missing = not HAS_NUMBA
        self.broken = False
        self._ready = threading.Event()
        self._start = threading.Lock()

    def start(self) -> None:
        """Begin, when that has not been done yet."""
        if self._start.acquire(blocking=False):
            threading.Thread(target=self._prepare, daemon=True, name="engine").start()

    @property
    def is_ready(self) -> bool:
        """Whether the engine is ready."""
        return self._ready.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait until the engine is ready, for at most so long; return whether it is."""
        return self._ready.wait(seconds)

    def _prepare(self) -> None:
        try:
            get_ready(self.engine)
        except Exception:
            traceback.print_exc()
            self.engine, self.broken = "reference", True
        gc.freeze()  # what was loaded until here stays: looking through it again and again would hold up every visitor
        self._ready.set()


ROOM = Room()
"""The one of this process."""
