"""The kinds of scenarios, and the model of each."""

from __future__ import annotations

from collections.abc import Mapping

from sim.model.groups import Kind, Scenario
from sim.model.policy.policy import Policy
from sim.model.study.study import Study
from sim.model.world.world import World

MODELS: Mapping[Kind, type[Scenario]] = {"world": World, "policy": Policy, "study": Study}
