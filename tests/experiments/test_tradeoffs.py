"""Fronts, regrets, budgets and maps against brute force, and against worlds whose best policy is known."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.experiments.optima.search import optimise
from sim.experiments.replicate import replicate
from sim.experiments.studies.run import run_study
from sim.experiments.studies.tradeoffs import Aim, best, crossed, heat, pareto, regret, unbeaten
from sim.model.kpis import KPIS
from sim.model.problems import InputError
from sim.rules.behaviour import gordon_loeb_best
from sim.show.studies import charts, tables
from tests.studies import crossed as grid
from tests.studies import small
from tests.worlds import gordon_loeb_world, plain_policy


@pytest.fixture(scope="module")
def played():
    """Two worlds, a baseline that stays as it is, and one policy with one, three or five teams."""
    baseline, other = sim.load_policy("status-quo-2020"), sim.load_policy("flanders-pays")
    factors = {"world.threat.attempts": [10, 60], "policy.response.teams": [1, 3, 5]}
    outcomes = ["cash_cost_eur", "cost_flanders_eur", "cost_municipality_eur", "citizen_harm_eur"]
    return run_study(grid(factors, baseline=baseline, policies=[other], outcomes=outcomes, replications=40))


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=25))
def test_the_front_is_what_brute_force_finds(points):
    def beaten(one):
        return any(a <= one[0] and b <= one[1] and (a, b) != one for a, b in points)

    assert unbeaten(np.array(points, dtype=float)).tolist() == [not beaten(one) for one in points]


def test_candidates_are_crossed_with_worlds_and_the_baseline_stands_once(played):
    both = crossed(played)
    assert [one.name for one in both.candidates] == [
        "status-quo-2020", "flanders-pays (teams 1)", "flanders-pays (teams 3)", "flanders-pays (teams 5)"
    ]  # fmt: skip
    assert [world["world.threat.attempts"] for world in both.worlds] == [10, 60]
    values = both.values("cash_cost_eur")
    assert values.shape == (4, 2, 40)
    assert values[2, 1].tolist() == played.values("cash_cost_eur", "flanders-pays")[4].tolist()


def test_candidates_that_share_no_world_are_not_compared():
    with pytest.raises(InputError, match="no world has all candidates"):
        crossed(run_study(small(size=4)))


def test_regret_is_the_loss_against_the_best_of_each_world(played):
    found = regret(played, "cash_cost_eur")
    rows = played.summaries()
    means = rows[rows["outcome"] == "cash_cost_eur"].set_index(["design", "policy"])["mean"]
    expected = {
        "status-quo-2020": [means[0, "status-quo-2020"], means[3, "status-quo-2020"]],
        **{f"flanders-pays (teams {team})": [means[i, "flanders-pays"], means[3 + i, "flanders-pays"]]
           for i, team in enumerate((1, 3, 5))},
    }  # fmt: skip
    least = np.min(list(expected.values()), axis=0)
    for row in found.rows:
        loss = np.array(expected[row.candidate.name]) - least
        assert row.mean == pytest.approx(loss.mean(), abs=1)
        assert row.worst == pytest.approx(loss.max(), abs=1)
    assert [row.worst for row in found.rows] == sorted(row.worst for row in found.rows)
    assert sum(row.best for row in found.rows) == pytest.approx(1)
    assert all(row.close >= row.best for row in found.rows)


@pytest.fixture(scope="module")
def twins():
    """A baseline, and two policies that are the same but for their name, in two worlds."""
    first = sim.load_policy("prevention-first")
    second = first.model_copy(update={"id": "twin"})
    policies = [sim.load_policy("status-quo-2020"), first, second]
    outcomes = ["break_ins", "cost_flanders_eur"]
    return run_study(grid({"world.threat.attempts": [20, 60]}, policies=policies, outcomes=outcomes, replications=8))


def test_policies_that_are_best_alike_share_the_worlds(twins):
    rows = {row.candidate.name: row for row in regret(twins, "break_ins").rows}
    mean = crossed(twins).values("break_ins").mean(axis=2)
    wins = (mean[1] < mean[0]).mean()
    assert wins > 0
    assert [rows[name].best for name in ("prevention-first", "twin", "status-quo-2020")] == [
        wins / 2,
        wins / 2,
        1 - wins,
    ]
    assert rows["prevention-first"].close == rows["twin"].close >= wins


def test_a_policy_that_is_as_good_in_every_future_is_named_beside_the_best(twins):
    found = best(twins, "break_ins")
    assert found.best.policy == "prevention-first"
    assert [one.name for one in found.alike] == ["twin"]
    verdicts = [row[4] for row in tables.best(twins, found, "en").rows]
    assert verdicts[:2] == ["best", "as good"]
    title = charts.best(twins, found, "en").layout.meta["title"]
    assert title.startswith("Best, and the same in every future: “Prevention first” and “Prevention first”")


def test_a_map_that_is_lowest_in_several_cells_says_in_how_many(twins):
    found = heat(run_study(grid({"world.threat.attempts": [5, 6], "policy.response.teams": [8, 9]}, replications=2,
                                policies=[plain_policy()])), "cost_flanders_eur", "attempts", "teams")  # fmt: skip
    flat = replace(found, mean=np.array([[2.0, 1.0], [1.0, 1.0]]))
    assert charts.heat(twins, flat, "en").layout.meta["title"].endswith("lowest, 1.00, in 3 of 4 cells alike")
    one = charts.heat(twins, replace(found, mean=np.array([[2.0, 1.0], [3.0, 4.0]])), "en")
    assert "is 6 and" in one.layout.meta["title"]


def test_the_front_of_a_study_holds_the_least_of_both_aims(played):
    found = pareto(played, Aim("cash_cost_eur"), Aim("cost_municipality_eur", "cvar95"))
    front = [spot for spot in found.spots if spot.on_front]
    assert front[0].x == min(spot.x for spot in found.spots)
    assert min(spot.y for spot in front) == min(spot.y for spot in found.spots)
    assert all(spot.share > 0 for spot in front)
    for a, b in itertools.pairwise(front):
        assert b.y <= a.y
    with pytest.raises(InputError, match="there are mean, p95, cvar95"):
        pareto(played, Aim("cash_cost_eur", "max"), Aim("cost_municipality_eur"))


def test_the_best_is_affordable_and_judged_on_futures_that_did_not_choose_it(played):
    free, years = best(played, "cost_municipality_eur"), 2
    assert free.best.policy == "flanders-pays"
    assert free.advantage.verdict == "lower"
    costs = {row.candidate.name: row.budget for row in best(played, "cost_municipality_eur", 1e12).rows}
    values = crossed(played).values("cost_flanders_eur")
    assert costs["flanders-pays (teams 3)"] == pytest.approx(values[2].mean() / years)
    dearest = max(costs.values())
    tight = best(played, "cost_municipality_eur", dearest - 1)
    assert costs[tight.best.name] < dearest
    assert {row.candidate.name for row in tight.rows if not row.affordable} == {
        name for name, cost in costs.items() if cost == dearest
    }
    with pytest.raises(InputError, match="no candidate costs Flanders at most"):
        best(played, "cost_municipality_eur", -0.1)


def test_what_flanders_pays_a_year_is_by_the_years_of_each_world():
    """By hand: a team costs Flanders the same every year, however many years a world has."""
    factors = {"world.years": [1, 4], "policy.prevention.local_spend": [2.0, 5.0]}
    policy = plain_policy({"response.teams": 2, "response.private_after_days": 1})
    world = gordon_loeb_world().with_values({"team.cost_per_year": 100_000.0})
    outcomes = ["cash_cost_eur", "cost_flanders_eur"]
    found = run_study(grid(factors, worlds=[world], policies=[policy], years=None, outcomes=outcomes, replications=4))
    assert [row.budget for row in best(found, "cash_cost_eur", 1e9).rows] == pytest.approx([200_000.0] * 2)


def test_a_map_holds_the_mean_of_every_cell(played):
    found = heat(played, "cash_cost_eur", "attempts", "teams")
    assert (found.x, found.y) == ("world.threat.attempts", "policy.response.teams")
    assert (found.x_labels, found.y_labels) == (("10", "60"), ("1", "3", "5"))
    values = played.values("cash_cost_eur")
    assert found.mean[1, 1] == pytest.approx(values[4].mean())
    assert (found.low < found.mean).all()
    assert (found.designs == 1).all()
    gap = heat(played, "cash_cost_eur", "attempts", "teams", against="status-quo-2020")
    assert gap.mean[0, 0] == pytest.approx((values[0] - played.values("cash_cost_eur", "status-quo-2020")[0]).mean())
    with pytest.raises(InputError, match="there is no factor 'team'"):
        heat(played, "cash_cost_eur", "attempts", "team")


def test_ranges_are_cut_into_classes():
    found = heat(run_study(small(size=40)), "break_ins", "world.threat.attempts", "teams", bins=4)
    assert found.designs.shape == (6, 4)
    assert found.designs.sum() == 40
    assert found.designs.sum(axis=0).tolist() == [10, 10, 10, 10]


# ---- a world whose best spend is known -----------------------------------------------------------------------------


def test_the_search_finds_the_optimum_of_gordon_and_loeb_within_its_range():
    known = gordon_loeb_best(50.0, 0.5, 1.0)
    assert known == pytest.approx(8)  # (sqrt(50 x 0.5) - 1) / 0.5
    key = "prevention.local_spend"
    found = optimise(gordon_loeb_world(), plain_policy({key: 2.0}), {key: (0.0, 20.0)}, replications=40, workers=1)
    low, high = found.ranges[key]
    assert low <= known <= high
    assert found.values[key] == pytest.approx(known, abs=1)
    assert high - low < 4
    saved = (50 / (0.5 * 2 + 1) + 2) - (50 / (0.5 * 8 + 1) + 8)  # euro per inhabitant a year: 27 - 18
    assert found.advantage.ci95[0] <= -saved * 20_000 * 10 <= found.advantage.ci95[1]


def test_a_budget_holds_the_search_back():
    key = "prevention.local_spend"
    policy = plain_policy({key: 2.0, "cost_split.prevention": [{"payer": "flanders"}, {"payer": "municipality"}]})
    found = optimise(gordon_loeb_world(), policy, {key: (0.0, 20.0)}, budget=5 * 20_000.0, replications=20, workers=1)
    assert found.budget <= 5 * 20_000
    assert found.values[key] == pytest.approx(5, abs=0.2)
    with pytest.raises(InputError, match="nothing costs Flanders at most"):
        optimise(gordon_loeb_world(), policy, {key: (6.0, 20.0)}, budget=1.0, replications=4, workers=1)


def test_two_keys_are_searched_together():
    over = {"prevention.local_spend": (0.0, 20.0), "response.private_after_days": (1.0, 14.0)}
    found = optimise(gordon_loeb_world(), plain_policy(), over, replications=10, workers=1)
    low, high = found.ranges["prevention.local_spend"]
    assert low <= 8 <= high
    assert found.ranges["response.private_after_days"][1] - found.ranges["response.private_after_days"][0] > 6


def test_what_was_tried_is_judged_in_futures_that_had_no_part_in_the_search():
    policy, key = plain_policy({"prevention.local_spend": 2.0}), "prevention.local_spend"
    found = optimise(gordon_loeb_world(), policy, {key: (0.0, 20.0)}, replications=20, workers=1)
    later = replicate(gordon_loeb_world(), [policy.with_values(found.values)], replications=20, first=20)
    kpis = np.array([summary.kpis for summary in later.of[0]])
    assert found.mean == pytest.approx(kpis[:, list(KPIS).index("cash_cost_eur")].mean())
    best, *others = found.trials
    assert best.values == (found.values[key],)
    assert best.behind is None
    assert found.tried == len(found.trials) == len({one.values for one in found.trials})
    wide = next(one for one in others if one.values == (20.0,))
    assert wide.behind.verdict == "higher"
    assert wide.behind.mean == pytest.approx(wide.mean - found.mean)
    low, high = found.ranges[key]
    assert all(low <= one.values[0] <= high for one in found.too_close)
    assert found.at_end == ()
    assert replace(found, ranges={key: (0.0, 5.0)}).at_end == ()  # nobody spends less than nothing
    assert optimise(gordon_loeb_world(), policy, {key: (0.0, 4.0)}, replications=20, workers=1).at_end == (key,)


def test_few_whole_numbers_are_all_tried():
    found = optimise(gordon_loeb_world(), plain_policy(), {"response.teams": (2, 9)}, replications=2, workers=1)
    assert sorted(one.values for one in found.trials) == [(teams,) for teams in range(2, 10)]


def test_everything_that_is_wrong_with_a_search_is_said_at_once():
    over = {"response.team": (1, 4), "prevention.mix.identity": (0, 0.5), "prevention.local_spend": (9, 2),
            "response.teams": (1.5, 4), "ransom.rule": (0, 1)}  # fmt: skip
    with pytest.raises(InputError) as said:
        optimise(gordon_loeb_world(), plain_policy(), over, outcome="cash_cost")
    text = str(said.value)
    for part in ('did you mean "cash_cost_eur"?', 'did you mean "teams"?', "from 9 to 2 is no range",
                 "must be a whole number", "must sum to 1",
                 "must be one of never, may_pay, with_approval"):  # fmt: skip
        assert part in text
    with pytest.raises(InputError, match="there is no key to search"):
        optimise(gordon_loeb_world(), plain_policy(), {})


def test_a_grid_of_spends_says_which_are_too_close_to_call():
    spends = [2.0, 5.0, 7.0, 8.0, 9.0, 12.0]
    factors = {"policy.prevention.local_spend": spends}
    outcomes = ["cash_cost_eur", "cost_flanders_eur"]
    found = run_study(grid(factors, worlds=[gordon_loeb_world()], policies=[plain_policy()], years=None,
                           outcomes=outcomes, replications=80))  # fmt: skip
    choice = best(found, "cash_cost_eur")
    near = {dict(one.values)["policy.prevention.local_spend"] for one in (choice.best, *choice.too_close)}
    assert 8.0 in near
    assert not near & {2.0, 12.0}
    with pytest.raises(InputError, match="at least four futures"):
        best(run_study(grid(factors, policies=[plain_policy()], replications=3)), "cash_cost_eur")
