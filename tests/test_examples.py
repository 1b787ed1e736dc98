"""The examples run, and give what the model gives; each is skipped where the tool that it is about is not there."""

from __future__ import annotations

import importlib.util
import warnings
from pathlib import Path
from types import ModuleType

import pytest

import sim

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def loaded(name: str) -> ModuleType:
    """Return an example as a module."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_ema_workbench_plays_what_a_comparison_plays(monkeypatch):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what the workbench itself misses
        workbench = pytest.importorskip("ema_workbench", reason="the EMA Workbench is not installed")
    example = loaded("ema_model")
    for name, value in {"WORLD": "one-town", "FUTURES": 5, "YEARS": 2}.items():
        monkeypatch.setattr(example, name, value)
    experiments, outcomes = workbench.perform_experiments(example.make_model(), scenarios=3, policies=2)
    assert len(experiments) == 6
    spec = sim.parameters()["world.threat.attempts"]
    assert experiments["attempts"].between(spec.low, spec.high).all()
    assert len(set(outcomes["cash"])) > 1
    for place, row in experiments.reset_index(drop=True).iterrows():
        policy = sim.load_policy("fifty-fifty")
        world = sim.load_world("one-town").with_values({"threat.attempts": float(row["attempts"]),
                                                        "threat.growth": float(row["growth"])})  # fmt: skip
        policy = policy.with_values({"prevention.local_spend": float(row["local_spend"]),
                                     "response.teams": int(row["teams"])})  # fmt: skip
        mine = sim.compare(world, [policy], replications=5, years=2)
        for name, kpi in {"cash": "cash_cost_eur", "flanders": "cost_flanders_eur", "harm": "citizen_harm_eur"}.items():
            assert outcomes[name][place] == mine.estimate("fifty-fifty", kpi).mean
