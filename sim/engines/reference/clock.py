"""Time as the reference engine keeps it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

Process = Generator[simpy.Event, Any, None]


class Moment(simpy.Event):
    """A point in time at which something happens; among those of one minute, the smaller key comes first."""

    def __init__(self, env: simpy.Environment, minute: int, key: int) -> None:
        super().__init__(env)
        self._ok = True
        self._value = None
        env.schedule(self, priority=key, delay=minute - env.now)  # type: ignore[arg-type]
