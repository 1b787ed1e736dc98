"""World and Policy: frozen, strict, changed by copy, and helpful about what they do not know."""

from __future__ import annotations

import datetime

import pytest
from pydantic import ValidationError

from sim.model.files.load import load_policy, load_world
from sim.model.messages import problems_of
from sim.model.policy.policy import CATEGORIES, PAYERS, Layer, Policy
from sim.model.problems import InputError, Problem, nearest
from sim.model.world.attacks import Threat
from sim.model.world.world import World


@pytest.fixture(scope="module")
def world() -> World:
    return load_world("flanders-2020")


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy("status-quo-2020")


def test_nothing_changes_in_place(world: World, policy: Policy) -> None:
    for scenario, field in ((world, "years"), (world.threat, "attempts"), (policy.response, "teams")):
        with pytest.raises(InputError, match="with_values"):
            setattr(scenario, field, 1)


def test_a_changed_copy_leaves_the_original_alone(world: World) -> None:
    busier = world.with_values({"world.threat.attempts": 24, "years": 5})
    assert (busier.threat.attempts, busier.years) == (24, 5)
    assert (world.threat.attempts, world.years) == (12, 10)
    assert busier.with_values({"threat.attempts": 12, "years": 10}) == world


def test_a_changed_copy_names_every_fault(world: World) -> None:
    with pytest.raises(InputError) as caught:
        world.with_values({"threat.attempts": -1, "years": 5.5, "start": datetime.date(2020, 2, 1)})
    assert sorted(problem.rule for problem in caught.value.problems) == ["out-of-range", "out-of-range", "wrong-type"]
    assert "threat.attempts is -1, and must be a number from 0 to 1000" in str(caught.value)


def test_a_misspelt_path_names_the_nearest(policy: Policy) -> None:
    with pytest.raises(InputError, match='did you mean "teams"'):
        policy.with_values({"response.team": 5})


def test_words_stand_in_for_numbers(policy: Policy) -> None:
    patient = policy.with_values({"response.teams": "unlimited", "response.private_after_days": "never"})
    assert (patient.response.teams, patient.response.private_after_days) == ("unlimited", "never")


def test_nobody_may_be_left_without_help(policy: Policy) -> None:
    with pytest.raises(InputError, match="no victim would ever be helped"):
        policy.with_values({"response.teams": 0, "response.private_after_days": "never"})


@pytest.mark.parametrize("value", [True, "12", None, [12], float("nan"), float("inf"), 10**400])
def test_a_number_is_a_number(value: object) -> None:
    with pytest.raises(ValidationError):
        Threat.model_validate({"attempts": value})


def test_a_municipality_is_found_by_name_and_by_code(world: World) -> None:
    assert world.by_name("willebroek") is world.by_nis(12040) is world.by_name("12040")


def test_an_unknown_municipality_names_the_nearest(world: World) -> None:
    with pytest.raises(InputError, match=r'no municipality "Wilebroek".*did you mean Willebroek'):
        world.by_name("Wilebroek")
    with pytest.raises(InputError, match="NIS code 12999"):
        world.by_nis(12999)


def test_a_world_ends_on_the_first_of_january_after_its_years(world: World) -> None:
    assert (world.start, world.end) == (datetime.date(2020, 1, 1), datetime.date(2030, 1, 1))


def test_who_pays_when_nothing_is_said() -> None:
    policy = Policy.model_validate({"id": "plain", "title": "Plain"})
    for category in CATEGORIES:
        payers = [layer.payer for layer in policy.layers(category)]
        assert payers == (["flanders", "municipality"] if category == "response_capacity" else ["municipality"])


def test_a_layer_takes_its_dates_under_the_names_of_the_file() -> None:
    layer = Layer.model_validate({"payer": "flanders", "from": datetime.date(2021, 1, 1)})
    assert layer.from_ == datetime.date(2021, 1, 1)
    assert layer.until is None
    assert not layer.is_bare
    assert Layer(payer="flanders").is_bare


def test_an_unknown_category_is_named(policy: Policy) -> None:
    with pytest.raises(ValueError, match="no cost category 'recovry'"):
        policy.layers("recovry")


def test_a_fund_pays_where_the_policy_has_one() -> None:
    layers = [{"payer": "fund", "share": 0.8}, {"payer": "municipality"}]
    plain = {"id": "a", "title": "a", "cost_split": {"fraud": layers}}
    assert Policy.model_validate({**plain, "fund": {}}).layers("fraud")[0].payer in PAYERS
    with pytest.raises(ValidationError) as caught:
        Policy.model_validate(plain)
    (problem,) = problems_of(caught.value, "policy", lambda _: ("here", 7))
    assert (problem.rule, problem.line) == ("no-fund", 7)


def test_one_text_serves_both_languages() -> None:
    policy = Policy.model_validate({"id": "a", "title": "Zelfde"})
    assert policy.title["nl"] == policy.title["en"] == "Zelfde"
    with pytest.raises(KeyError, match="fr"):
        policy.title["fr"]


def test_a_problem_fits_on_one_line() -> None:
    problem = Problem("a\nb.yaml", 3, "unknown-key", "what\x1b[31m", "try\tthis")
    assert str(problem).isprintable()
    assert "b.yaml:3: [unknown-key]" in str(problem)


def test_the_nearest_word_forgives_dashes_and_capitals() -> None:
    assert nearest("First-Come", ["first_come", "severity"]) == "first_come"
    assert nearest("xyz", ["first_come", "severity"]) is None
