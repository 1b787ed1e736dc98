"""How cases are tried: a few that are always the same, or many new ones; a failure says how to repeat it."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from typing import Any, NamedTuple

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

SEED = "WEERBAAR_FUZZ_SEED"
"""The variable that names where the many cases begin."""


class Hunt(NamedTuple):
    """A check, what it is tried on, and how many cases of that: in the ordinary tests, and in the long ones."""

    check: Callable[[Any], None]
    cases: st.SearchStrategy[Any]
    few: int
    many: int

    def briefly(self, *, smallest: bool = True) -> None:
        """Try a few cases, each time the same; fail with the smallest of those that fail, if that is asked for."""
        self._tried(self.few, smallest, derandomize=True)()

    def at_length(self, part: int, parts: int) -> None:
        """Try one part of the many cases."""
        begin = int(os.environ.get(SEED, random.randrange(10**9)))
        try:
            seed(begin + part)(self._tried(-(-self.many // parts), True))()
        except Exception as error:
            error.add_note(f"To try these cases again: {SEED}={begin}, part {part} of {parts}.")
            raise

    def _tried(self, cases: int, smallest: bool, **more: Any) -> Callable[[], None]:
        phases = [Phase.generate, Phase.shrink] if smallest else [Phase.generate]

        @settings(max_examples=cases, deadline=None, database=None, phases=phases, print_blob=False,
                  report_multiple_bugs=False, suppress_health_check=list(HealthCheck), **more)  # fmt: skip
        @given(self.cases)
        def tried(case: Any) -> None:
            self.check(case)

        return tried
