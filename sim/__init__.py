"""Weerbaar: what cyber attacks cost a population of municipalities, and who pays.

>>> import sim
>>> world = sim.load_world("one-town")
>>> result = sim.compare(world, [sim.load_policy("status-quo-2020")], replications=5, years=2)
>>> result.replications
5
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sim.version import MODEL_VERSION as __version__

if TYPE_CHECKING:
    from sim.experiments.comparison.compare import Comparison, Future, compare, explain, simulate
    from sim.experiments.optima.prevention_optimum import optima, prevention_curve
    from sim.experiments.studies.results import Studied, load_results
    from sim.experiments.studies.run import run_study
    from sim.model.files.load import load_policy, load_study, load_world, validate
    from sim.model.parameter_table import parameters
    from sim.model.policy.policy import Policy
    from sim.model.problems import InputError, Problem
    from sim.model.study.study import Study
    from sim.model.world.world import World

_HOMES = {
    "Comparison": "sim.experiments.comparison.compare",
    "Future": "sim.experiments.comparison.compare",
    "InputError": "sim.model.problems",
    "Policy": "sim.model.policy.policy",
    "Problem": "sim.model.problems",
    "Studied": "sim.experiments.studies.results",
    "Study": "sim.model.study.study",
    "World": "sim.model.world.world",
    "compare": "sim.experiments.comparison.compare",
    "explain": "sim.experiments.comparison.compare",
    "load_policy": "sim.model.files.load",
    "load_results": "sim.experiments.studies.results",
    "load_study": "sim.model.files.load",
    "load_world": "sim.model.files.load",
    "optima": "sim.experiments.optima.prevention_optimum",
    "parameters": "sim.model.parameter_table",
    "prevention_curve": "sim.experiments.optima.prevention_optimum",
    "run_study": "sim.experiments.studies.run",
    "simulate": "sim.experiments.comparison.compare",
    "validate": "sim.model.files.load",
}

__all__ = [
    "Comparison",
    "Future",
    "InputError",
    "Policy",
    "Problem",
    "Studied",
    "Study",
    "World",
    "__version__",
    "compare",
    "explain",
    "load_policy",
    "load_results",
    "load_study",
    "load_world",
    "optima",
    "parameters",
    "prevention_curve",
    "run_study",
    "simulate",
    "validate",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `import sim` costs nothing."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names, imported or not."""
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
