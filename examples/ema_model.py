"""Weerbaar as a model for the EMA Workbench: what nobody knows, what one may decide, and what comes of it.

    pip install ema_workbench
    python examples/ema_model.py

The workbench samples, spreads the work over processes and looks for patterns (PRIM, many-objective search). Every
experiment is played on the same futures, so that a difference between two is one of their values.
"""

from __future__ import annotations

from ema_workbench import (
    IntegerParameter,
    Model,
    MultiprocessingEvaluator,
    RealParameter,
    ScalarOutcome,
    ema_logging,
)

import sim

WORLD = "flanders-2020"
POLICY = "fifty-fifty"
FUTURES = 50
YEARS = 10


def weerbaar(attempts: float, growth: float, local_spend: float, teams: int) -> dict[str, float]:
    """Return the mean outcomes of one experiment, in euro over all years."""
    world = sim.load_world(WORLD).with_values({"threat.attempts": attempts, "threat.growth": growth})
    policy = sim.load_policy(POLICY).with_values({"prevention.local_spend": local_spend, "response.teams": int(teams)})
    result = sim.compare(world, [policy], replications=FUTURES, years=YEARS)
    return {
        "cash": result.estimate(policy.id, "cash_cost_eur").mean,
        "flanders": result.estimate(policy.id, "cost_flanders_eur").mean,
        "harm": result.estimate(policy.id, "citizen_harm_eur").mean,
    }


def make_model() -> Model:
    """Return the model: uncertainties over the range of their evidence, two levers, three outcomes to keep low."""
    ranges = sim.parameters()
    model = Model("weerbaar", function=weerbaar)
    model.uncertainties = [
        RealParameter(key.rpartition(".")[2], ranges[key].low, ranges[key].high)
        for key in ("world.threat.attempts", "world.threat.growth")
    ]
    model.levers = [RealParameter("local_spend", 0, 20), IntegerParameter("teams", 2, 10)]
    model.outcomes = [ScalarOutcome(name, kind=ScalarOutcome.MINIMIZE) for name in ("cash", "flanders", "harm")]
    return model


if __name__ == "__main__":
    ema_logging.log_to_stderr(ema_logging.INFO)
    with MultiprocessingEvaluator(make_model()) as evaluator:
        experiments, outcomes = evaluator.perform_experiments(scenarios=20, policies=5)
    table = experiments.assign(**{name: values / 1e6 for name, values in outcomes.items()})
    print(table.groupby("policy", observed=True)[["local_spend", "teams", "cash", "flanders", "harm"]].mean().round(1))
