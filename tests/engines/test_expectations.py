"""What municipalities expect of a year is what the simulator gives them on average."""

from __future__ import annotations

import math

import pytest

from sim.engines.expectations import attempts, full_stakes, own_prices
from sim.experiments.optima.prevention_optimum import Balance, plan_of
from tests.worlds import attacked, close, futures, plain_policy, quiet_world, setting

SEVERE = attacked(0.05) | {
    "incident.significant": 0.0, "incident.severe": 1.0, "incident.severe_cost": 1.0, "incident.systems_hit": 1.0,
    "incident.critical_days": 1.0, "incident.full_days": 8.0, "incident.full_sigma": 1.0,
    "harm.value_of_service_day": 3.0, "measures.spread": 0.0,
}  # fmt: skip
BACKUPS = {
    "measures.backups.today": 0.5, "measures.backups.lost_without": 0.6, "measures.backups.lost_with": 0.0,
    "incident.backup_cost_factor": 9.0, "incident.backup_time_factor": 2.0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("values", "levers"),
    [
        ({}, {}),
        (BACKUPS, {"prevention.local_spend": 20.0}),
        ({"incident.longest_days": 10.0}, {}),
        ({"incident.critical_days": 8.0, "incident.full_days": 1.0}, {"response.fallback_services": True}),
    ],
    ids=["nothing else", "backups shorten days less than bills", "a longest outage", "fallback"],
)
def test_expected_harm_is_the_mean_of_futures(values, levers):
    years, count = 4, 500
    world = quiet_world((20_000,) * count, years, SEVERE | values)
    if levers.get("response.fallback_services"):
        world = world.with_values({"fallback.outage_factor": 0.6})
    policy = plain_policy({"prevention.local_spend": 5.0} | levers)
    balance = Balance(plan_of(world, policy))
    spend = policy.prevention.local_spend
    expected = balance.expected(balance.social, 0, spend) - balance.expected(balance.cash, 0, spend)
    per = 100 * 20_000 * count * years
    found = [one.incidents["harm_cents"].sum() / per for one in futures(world, policy, 200, "compiled")]
    assert close(found, expected)
    assert expected == pytest.approx(sum(found) / len(found), rel=0.05)


def test_a_ban_on_ransom_keeps_attempts_away_from_what_is_expected():
    world = quiet_world((20_000,), 1, attacked(1.0) | {"extortion.ban_deterrence": 0.3})
    banned, free = (setting(world, plain_policy({"ransom.rule": rule})) for rule in ("never", "may_pay"))
    all_of_them = attempts(banned.world, 0)
    assert attempts(banned.world, 0, banned.policy.stages[0]) == pytest.approx(0.7 * all_of_them)
    assert attempts(free.world, 0, free.policy.stages[0]) == pytest.approx(all_of_them)
    assert banned.plan.stakes(0, 0)[0, 0] == pytest.approx(0.7 * full_stakes(banned.world, 0.0)[0, 0])


@pytest.mark.parametrize("spend", [0.0, 3.0])
def test_a_euro_costs_what_others_leave_of_it_also_where_nothing_is_spent(spend):
    half = [{"payer": "flanders", "share": 0.5}, {"payer": "municipality"}]
    policy = plain_policy({"prevention.local_spend": spend, "cost_split.prevention": half})
    one = setting(quiet_world((20_000,), 1), policy)
    assert math.isclose(own_prices(one.world, one.policy.stages[0])[0], 0.5)


@pytest.mark.parametrize(("limit", "own"), [(10_000.0, 0.9), (50_000.0, 0.5), (1e6, 0.2)])
def test_a_municipality_counts_on_no_more_than_a_fund_pays_to_a_member(limit, own):
    """By hand: every break-in costs 100,000 euro, of which the fund pays four fifths, up to its limit."""
    values = {"incident.minor_cost": 100_000.0, "incident.minor_sigma": 0.0}
    layers = [{"payer": "fund", "share": 0.8}, {"payer": "municipality"}]
    policy = plain_policy({"fund": {"member_limit": limit}, "cost_split.recovery": layers})
    one = setting(quiet_world((20_000,), 1, attacked(1.0) | values), policy)
    assert one.plan.stakes(0, 0)[0, 1] == pytest.approx(own * 100_000 / 20_000)
