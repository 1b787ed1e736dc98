"""What a caller in Python asks for, checked before anything is played: all that is wrong at once, in sentences."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

from sim.model.messages import shown
from sim.model.policy.policy import Policy
from sim.model.problems import InputError, Problem
from sim.model.world.world import World

MOST = {"years": 50, "seed": 2**63 - 1, "replication": 2**31 - 1, "replications": 1_000_000, "workers": 1024}
"""The largest of each number, as on the command line."""
LEAST = {"seed": 0, "replication": 0}
"""The smallest of each number; of the others it is 1."""


def check_asked(world: object, policies: object, **numbers: object) -> None:
    """Raise InputError unless this is a World and some Policies, and each number is whole and within its bounds.

    Only `years` may be None: then they are those of the world.
    """
    told = []
    if not isinstance(world, World):
        told.append(f"world is {shown(world)}, and must be a World: world=sim.load_world(...)")
    if isinstance(policies, str | Policy) or not isinstance(policies, Sequence):
        told.append(f"policies is {shown(policies)}, and must be a list of policies: [sim.load_policy(...), ...]")
    else:
        told += [f"a policy is {shown(one)}, and must be a Policy: sim.load_policy(...)"
                 for one in policies if not isinstance(one, Policy)]  # fmt: skip
    told += [
        message
        for name, value in numbers.items()
        if name != "years" or value is not None
        for message in _wrong(name, value)
    ]
    if told:
        raise InputError(Problem("", None, "bad-argument", message) for message in told)


def _wrong(name: str, value: Any) -> list[str]:
    low, high = LEAST.get(name, 1), MOST[name]
    try:
        if not isinstance(value, bool) and low <= operator.index(value) <= high:
            return []
    except TypeError:
        pass
    return [f"{name} is {shown(value)}, and must be a whole number from {low} to {high}"]
