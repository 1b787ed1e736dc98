"""Designs: every point has its values by its number, and those of one world follow each other."""

from __future__ import annotations

import itertools
import pickle

import numpy as np
import pytest

import sim
from sim.experiments.studies.designs import APART, Designs, radial
from sim.model.problems import InputError
from tests.studies import crossed, listed, small


def test_a_grid_crosses_all_with_all_worlds_outermost():
    designs = Designs(crossed({"policy.response.teams": [1, 2], "world.threat.attempts": [3, 4, 5]}))
    found = [tuple(designs.values(number).values()) for number in range(len(designs))]
    assert found == list(itertools.product([3, 4, 5], [1, 2]))
    assert designs.keys == ["world.threat.attempts", "policy.response.teams"]


def test_worlds_follow_each_other():
    worlds = [sim.load_world("one-town"), sim.load_world("one-town").model_copy(update={"id": "other"})]
    designs = Designs(crossed({"world.threat.attempts": [3, 4]}, worlds=worlds))
    assert [(designs.world(n).id, designs.world(n).threat.attempts) for n in range(len(designs))] == [
        ("one-town", 3), ("one-town", 4), ("other", 3), ("other", 4)
    ]  # fmt: skip


def test_a_latin_hypercube_has_one_point_in_every_stratum():
    designs = Designs(small(size=50))
    assert sorted((designs.shares[:, 0] * 50).astype(int)) == list(range(50))
    teams = [designs.values(number)["policy.response.teams"] for number in range(50)]
    assert {min(teams), max(teams)} == {1, 6}
    assert all(isinstance(team, int) for team in teams)
    assert min(teams.count(team) for team in range(1, 7)) >= 7  # 50 strata over 6 numbers: 8 or 9, cut at the edges
    attempts = [designs.values(number)["world.threat.attempts"] for number in range(50)]
    assert 5 <= min(attempts) < 5.9
    assert 49.1 < max(attempts) < 50


def test_the_scheme_of_saltelli_changes_one_column_at_a_time():
    rows = radial(8, 3, seed=1).reshape(8, 5, 3)
    first, last = rows[:, 0], rows[:, 4]
    assert (first != last).all()
    for place in range(3):
        moved = rows[:, place + 1] != first
        assert moved[:, place].all()
        assert moved.sum() == 8
        assert (rows[:, place + 1, place] == last[:, place]).all()


def test_points_are_the_same_in_another_process_and_other_with_another_seed():
    study = small()
    again = Designs(pickle.loads(pickle.dumps(study)))
    assert again.digest == Designs(study).digest
    assert again.values(7) == Designs(study).values(7)
    assert Designs(small(seed=1)).digest != again.digest


def test_a_case_leaves_alone_what_it_does_not_name():
    designs = Designs(listed([{}, {"world.threat.attempts": 40}, {"policy.ransom.rule": "never"}]))
    assert [designs.world(number).threat.attempts for number in range(3)] == [12, 40, 12]
    assert [designs.policies(number)[1].ransom.rule for number in range(3)] == ["may_pay", "may_pay", "never"]
    assert designs.shown(1) == {"world.threat.attempts": 40, "policy.ransom.rule": None}
    assert {designs.world(number).years for number in range(3)} == {2}


def test_factors_of_policies_leave_the_baseline_alone():
    baseline = sim.load_policy("no-ransom")
    designs = Designs(crossed({"policy.response.teams": [1, 9]}, baseline=baseline))
    assert designs.policies(1)[0] == baseline
    assert [policy.response.teams for policy in designs.policies(1)[1:]] == [9, 9]


def test_levels_are_shown_by_their_names():
    levels = {"none": [], "half": [{"id": "match", "instrument": "matching", "share": 0.5}]}
    designs = Designs(crossed({"policy.grants": {"levels": levels}}))
    assert [designs.shown(number)["policy.grants"] for number in range(2)] == ["none", "half"]
    assert [len(designs.policies(number)[1].grants) for number in range(2)] == [0, 1]


def test_values_that_do_not_go_together_are_said_of_the_design():
    shares = {"world.incident.response_share": [0.7], "world.incident.lost_revenue_share": [0.2, 0.4]}
    designs = Designs(crossed(shares))
    assert designs.world(0).incident.lost_revenue_share == 0.2
    with pytest.raises(InputError, match="at most 1"):
        designs.world(1)


def test_tasks_hold_every_design_once_and_keep_worlds_together():
    designs = Designs(crossed({"world.threat.attempts": list(range(1, 8)), "policy.response.teams": list(range(1, 6))}))
    numbers = [number for number in range(len(designs)) if number != 3]
    blocks = list(designs.blocks(numbers))
    assert [number for block in blocks for number in block] == numbers
    cut = sum(designs.world_key(a[-1]) == designs.world_key(b[0]) for a, b in itertools.pairwise(blocks))
    assert cut == 0
    apart = list(Designs(small()).blocks(range(24)))
    assert {len(block) for block in apart} == {APART}
    assert np.concatenate(apart).tolist() == list(range(24))
