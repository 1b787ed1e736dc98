"""A small comparison, played once: twenty municipalities, three policies, four futures of two years."""

from __future__ import annotations

import pytest

import sim
from sim.experiments.comparison.compare import Comparison

POLICIES = ("status-quo-2020", "fifty-fifty", "prevention-first")


@pytest.fixture(scope="session")
def small() -> Comparison:
    world = sim.load_world("flanders-2020")
    world = world.model_copy(update={"municipalities": world.municipalities[:20]})
    return sim.compare(world, [sim.load_policy(name) for name in POLICIES], replications=4, years=2)


@pytest.fixture(scope="session")
def alone(small: Comparison) -> Comparison:
    """The baseline by itself."""
    return Comparison(
        world=small.world,
        policies=small.policies[:1],
        seed=small.seed,
        years=small.years,
        engine=small.engine,
        futures_of=small.futures_of[:1],
    )
