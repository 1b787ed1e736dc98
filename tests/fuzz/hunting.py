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
CASES = "WEERBAAR_FUZZ_CASES"
"""The variable that says how many of every hundred of the many cases are tried; all of them without it."""


class Hunt(NamedTuple):
    """A check, what it is tried on, and how many cases of that: in the ordinary tests, and in the long ones."""

    check: Callable[[Any], None]
    cases: st.SearchStrategy[Any]
    few: int
    many: int

    def briefly(self) -> None:
        """Try a few cases, each time the same; fail with the smallest of those that fail."""
        self._tried(self.few, True, derandomize=True)()

    def until_one_fails(self, begin: int | None = None) -> None:
        """Try as many cases, the same ones without a seed to begin with; fail with the first that fails, as it is."""
        if begin is None:
            self._tried(self.few, False, derandomize=True)()
        else:
            seed(begin)(self._tried(self.few, False))()

    def at_length(self, part: int, parts: int) -> None:
        """Try one part of the many cases; the failure of the smallest says with what seed to try them again."""
        begin = int(os.environ.get(SEED, random.randrange(10**9)))
        some = -(-self.many * int(os.environ.get(CASES, "100")) // 100)
        try:
            seed(begin + part)(self._tried(-(-some // parts), True))()
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
