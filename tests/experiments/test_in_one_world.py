"""A study of several worlds is answered for one of them at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sim
from sim.experiments.studies.results import Studied
from sim.experiments.studies.run import run_study
from sim.experiments.studies.scenario_discovery import losses
from sim.experiments.studies.sensitivity import effects, sobol
from sim.experiments.studies.tradeoffs import Aim, best, heat, pareto, regret
from sim.model.problems import InputError
from tests.studies import small

ATTEMPTS, SUPPLIERS = "world.threat.attempts", "world.suppliers.compromise_rate"
CASH = "cash_cost_eur"


@pytest.fixture(scope="module")
def both() -> Studied:
    """A region of 25 towns and a village, with two numbers of the world over the range of their evidence."""
    flanders = sim.load_world("flanders-2020")
    region = flanders.model_copy(update={"id": "region", "municipalities": flanders.municipalities[:25]})
    spec = {"from_spec": True}
    outcomes = [CASH, "citizen_harm_eur", "incident_cost_eur"]
    return run_study(small(worlds=[region, sim.load_world("one-town")], size=32, replications=30, years=5,
                           policies=[sim.load_policy(name) for name in ("status-quo-2020", "solidarity-fund")],
                           factors={ATTEMPTS: spec, SUPPLIERS: spec}, outcomes=outcomes))  # fmt: skip


QUESTIONS: dict[str, Callable[[Studied], Any]] = {
    "effects": lambda found: effects(found, CASH),
    "sobol": lambda found: sobol(found, CASH),
    "heat": lambda found: heat(found, CASH, ATTEMPTS, SUPPLIERS),
    "pareto": lambda found: pareto(found, Aim(CASH), Aim("citizen_harm_eur")),
    "regret": lambda found: regret(found, CASH),
    "best": lambda found: best(found, CASH),
    "losses": lambda found: losses(found, CASH),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_about_two_worlds_at_once_is_refused_and_names_them(both, name):
    found = run_study(small(design="sobol", size=2, worlds=list(both.study.worlds))) if name == "sobol" else both
    with pytest.raises(InputError, match=r"2 worlds, and an answer is about one of them: region, one-town .*--world"):
        QUESTIONS[name](found)


@pytest.mark.parametrize("world", ["region", "one-town"])
def test_attempts_matter_in_each_world_alone(both, world):
    first, second = effects(both.in_world(world), "incident_cost_eur", "status-quo-2020").rows
    assert (first.factor, first.is_noise) == (ATTEMPTS, False)
    assert (second.factor, second.is_noise) == (SUPPLIERS, True)


@pytest.mark.parametrize("name", [name for name in QUESTIONS if name != "sobol"])
@pytest.mark.parametrize("world", [0, 1])
def test_the_answer_for_a_world_is_that_of_a_study_of_it_alone(both, name, world):
    here = both.study.worlds[world]
    alone = run_study(both.study.with_values({"worlds": [here]}))
    assert str(QUESTIONS[name](both.in_world(here.id))) == str(QUESTIONS[name](alone))


def test_sobol_answers_for_the_world_that_is_named(both):
    worlds = list(both.study.worlds)
    found = run_study(small(design="sobol", size=4, worlds=worlds, replications=4))
    alone = [sobol(run_study(small(design="sobol", size=4, worlds=[one], replications=4)), CASH) for one in worlds]
    assert [sobol(found.in_world(one.id), CASH) for one in worlds] == alone
    assert [sobol(found, CASH, world=one.id) for one in worlds] == alone
    assert alone[0] != alone[1]


def test_results_in_a_world_hold_its_designs_alone(both):
    village = both.in_world("one-town")
    assert village.points["world"].unique().tolist() == ["one-town"]
    assert village.column(ATTEMPTS).tolist() == both.points[ATTEMPTS][32:].tolist()
    means = both.summaries().set_index(["design", "policy", "outcome"])["mean"]
    mine = village.values(CASH, "status-quo-2020").mean(axis=1)
    assert mine == pytest.approx([means[design, "status-quo-2020", CASH] for design in range(32, 64)], rel=1e-6)
    assert village.is_complete
    assert not village.failed
    assert np.isfinite(mine).all()


def test_a_world_that_is_none_of_the_study_is_refused_with_the_nearest():
    with pytest.raises(InputError, match=r"no world 'one-twon'.*did you mean .one-town"):
        run_study(small(size=2)).in_world("one-twon")


def test_a_study_of_one_world_needs_no_choice():
    found = run_study(small(size=4))
    assert found.world.id == "one-town"
    assert effects(found, "break_ins") == effects(found.in_world("one-town"), "break_ins")
