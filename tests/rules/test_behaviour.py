"""Responsive municipalities: Gordon and Loeb's closed form, and a first-order condition where there is none."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

import sim
from sim.engines.expectations import attempts
from sim.rules.behaviour import best_spend, expected_bill, gordon_loeb_best
from tests.worlds import plain_policy, quiet_world, setting

V, ALPHA, BETA = 0.25, 0.5, 1.0
SHARES = [0.0, 0.25, 0.48, 0.8]
HALF_STEP = 0.0005001  # spending is decided to a tenth of a cent per inhabitant
COSTS = ("response", "recovery", "lost_revenue")


def own_spend(match=0.0, insured=0.0, bailed=0.0, defence="gordon_loeb_1"):
    """Return what a town of 20,000 spends of its own and in all, and its expected loss at zero spend, in euro."""
    world = quiet_world((20_000,), 1, {"defence": defence, "threat.attempts": 40, "incident.minor_cost": 60_000,
        "behaviour.valuation": "own_bill", "measures.spread": 0,
        "finance.prevention_ceiling": 200,
            "break_in.gordon_loeb_v": V,
            "break_in.gordon_loeb_alpha": ALPHA,
            "break_in.gordon_loeb_beta": BETA})  # fmt: skip
    layers = [{"payer": "insurer", "share": insured}, {"payer": "flanders", "share": bailed}, {"payer": "municipality"}]
    values = {f"cost_split.{category}": layers for category in COSTS} | {"prevention.behaviour": "responsive"}
    if match:
        values["grants"] = [{"id": "match", "instrument": "matching", "share": match}]
    plan = setting(world, plain_policy(values)).plan
    own = float(plan.own[0, -1, 0])
    loss = attempts(plan.world, 0)[0] * 60_000 * math.exp(world.incident.minor_sigma**2 / 2) / 20_000
    return own, own / (1 - match), loss


@pytest.mark.parametrize("match", SHARES)
@pytest.mark.parametrize("insured", SHARES)
@pytest.mark.parametrize("bailed", SHARES)
def test_spend_is_the_closed_form_of_gordon_and_loeb(match, insured, bailed):
    _, total, loss = own_spend(match, insured, bailed)
    reward = V * ALPHA * BETA * loss * (1 - insured) * (1 - bailed) / (1 - match)
    expected = max(0.0, (reward ** (1 / (BETA + 1)) - 1) / ALPHA)
    assert total == pytest.approx(expected, abs=HALF_STEP / (1 - match))


def test_more_matching_raises_and_more_cover_lowers_prevention():
    by_match = [own_spend(match=share)[1] for share in SHARES]
    assert by_match == sorted(by_match)
    assert by_match[0] < by_match[-1]
    for lever in ("insured", "bailed"):
        spends = [own_spend(**{lever: share})[1] for share in SHARES]
        assert spends == sorted(spends, reverse=True)
        assert spends[0] > spends[-1]


def test_a_bail_out_of_48_percent_cancels_a_match_of_48_percent():
    assert own_spend(match=0.48, bailed=0.48)[1] == pytest.approx(own_spend()[1], abs=2 * HALF_STEP / 0.52)


def test_nobody_spends_more_than_expected_loss_over_e():
    for loss in np.geomspace(0.01, 1e6, 50):
        assert gordon_loeb_best(V * loss, ALPHA, BETA) <= V * loss / math.e + 1e-9


@pytest.mark.parametrize("defence", ["measures", "gordon_loeb_2", "logistic"])
def test_without_a_closed_form_the_best_is_found(defence):
    world = sim.load_world("one-town").with_values({"defence": defence, "behaviour.valuation": "own_bill"})
    policy = sim.load_policy("status-quo-2020").with_values({"prevention.behaviour": "responsive"})
    plan = setting(world, policy).plan
    from sim.rules.terms import Stakes

    stakes = Stakes(float(plan.effect[0][0]), plan.policy.stages[0].mix, *plan.stakes(0, 0)[0])
    for weight in (0.5, 5.0, 50.0):
        found = best_spend(1.0, weight, 20.0, stakes, plan.chain)

        def cost(own, weight=weight):
            return own + weight * expected_bill(own, stakes, plan.chain)

        best = minimize_scalar(cost, bounds=(0, 20), method="bounded", options={"xatol": 1e-9})
        assert cost(found) <= min(best.fun, cost(0.0), cost(20.0)) + 1e-7
