"""Pages with few municipalities and futures, so that what is tried on them is quick."""

from __future__ import annotations

import pytest

from sim.experiments.replicate import ENGINES
from sim.web.state.choice import world_of
from tests.pages import FIRST, MOST, small


@pytest.fixture(autouse=True)
def _few_towns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.web.state.view.world_of", lambda values: small(world_of(values)))
    monkeypatch.setattr("sim.web.answers.answer.LADDER", dict.fromkeys(ENGINES, (FIRST, MOST)))
