"""The kinds of scenarios and the model of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from sim.model.groups import Group
from sim.model.policy.policy import Policy
from sim.model.study.study import Study
from sim.model.world.world import World

Kind = Literal["world", "policy", "study"]
MODELS: Mapping[Kind, type[Group]] = {"world": World, "policy": Policy, "study": Study}
OTHER: Mapping[Kind, Kind] = {"world": "policy", "policy": "world"}
