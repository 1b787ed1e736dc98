"""Small worlds for tests: everything switched off but what a test is about."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from sim.engines.compiled.engine import CompiledSetting
from sim.engines.setting import Outcome, Setting
from sim.engines.tape import deal, sky_over
from sim.experiments.replicate import play
from sim.experiments.validation.closed_forms import FOUR_YEARS, attacked, plain_policy, quiet_world, towns
from sim.model.policy.numbers import policy_arrays
from sim.model.policy.policy import Policy
from sim.model.world.numbers import world_arrays
from sim.model.world.world import World

__all__ = [
    "FOUR_YEARS",
    "MORE",
    "TITLE",
    "attacked",
    "close",
    "futures",
    "plain_policy",
    "quiet_world",
    "setting",
    "tapes",
    "towns",
]

TITLE = {"nl": "Proef", "en": "Test"}
MORE = {"reference": 1, "compiled": 20}  # times as many futures on the fast engine, for a sharper check


def gordon_loeb_world() -> World:
    """Return a town in which every break-in costs 20,000 euro and prevention stops them as in Gordon and Loeb's first
    class: the bill is 50 / (0.5 z + 1) euro per inhabitant a year at a spend of z, and 8 euro is best.
    """
    values = {"defence": "gordon_loeb_1", "threat.attempts": 200.0, "break_in.gordon_loeb_v": 0.25,
              "break_in.gordon_loeb_alpha": 0.5, "break_in.gordon_loeb_beta": 1.0, "incident.minor_cost": 20_000.0,
              "incident.minor_sigma": 0.0, "measures.build_months": 0.0, "measures.decay_months": 0.0}  # fmt: skip
    return quiet_world((20_000,), years=10, values=values)


def setting(world: World, policy: Policy) -> Setting:
    """Return what the engine needs."""
    return Setting(world_arrays(world), policy_arrays(policy, world))


def futures(world: World, policy: Policy, replications: int, engine: str, seed: int = 1) -> list[Outcome]:
    """Return the journals of some futures."""
    common = setting(world, policy)
    one = CompiledSetting(common, seed).journals if engine == "compiled" else partial(play, common, seed)
    return [one(replication) for replication in range(replications)]


def tapes(world: World, replications: int, seed: int = 1) -> list[Any]:
    """Return the tapes of some futures."""
    numbers = world_arrays(world)
    return [deal(sky_over(numbers, seed), replication) for replication in range(replications)]


def close(values: Sequence[float] | np.ndarray[Any, Any], expected: float, sigmas: float = 4.0) -> bool:
    """Return whether the mean of independent values lies within some standard errors of what is expected."""
    sample = np.asarray(values, dtype=float)
    error = sample.std(ddof=1) / np.sqrt(len(sample))
    return bool(abs(sample.mean() - expected) <= sigmas * error)
