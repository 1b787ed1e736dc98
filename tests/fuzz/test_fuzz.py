"""Whatever a user writes is taken, or refused in a sentence; and what is taken gives the same answer everywhere.

Cases are drawn from the model itself (see `grammar.py`): a few, the same each time, and with `-m long` many new ones.
"""

from __future__ import annotations

import pytest

from tests.fuzz.kinds import HUNTS

PARTS = 10


@pytest.mark.parametrize("kind", HUNTS)
def test_a_few_cases(kind: str) -> None:
    HUNTS[kind].briefly()


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("kind", HUNTS)
def test_many_cases(kind: str, part: int) -> None:
    HUNTS[kind].at_length(part, PARTS)


def test_there_are_some_hundreds_of_cases_and_fifty_thousand_where_there_is_time() -> None:
    assert 300 < sum(hunt.few for hunt in HUNTS.values()) < 1_000
    assert sum(hunt.many for hunt in HUNTS.values()) >= 50_000
