"""Study files: what they say, what they are refused for, and how they are kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

import sim
from sim.model.files.load import load_study, scenarios
from sim.model.files.write_yaml import policy_yaml, study_file, study_yaml, world_yaml
from sim.model.parameter_table import parameters
from sim.model.problems import InputError
from sim.model.study.factor import Factor, Replications
from sim.model.study.study import Study
from sim.results.outcomes import KPIS

TITLE = {"nl": "Proef", "en": "Test"}
PRESETS = [one.id for one in scenarios("studies")]


def study(**more):
    """Return a study of one town."""
    world, policy = sim.load_world("one-town"), sim.load_policy("status-quo-2020")
    return Study(**{"id": "test", "title": TITLE, "worlds": (world,), "policies": (policy,)} | more)


def written(folder: Path, text: str) -> Path:
    """Return a study file."""
    path = folder / "study.yaml"
    path.write_text("id: test\ntitle: Test\n" + text, encoding="utf-8")
    return path


def test_presets_are_sound_and_say_so_in_two_languages():
    assert PRESETS == ["who-pays-grid", "robust-policy", "uncertainty"]
    for name in PRESETS:
        found = load_study(name)
        assert found.title.nl != found.title.en
        assert found.description is not None
        assert found.reference is not None


@pytest.mark.parametrize("name", PRESETS)
def test_a_study_is_kept_with_its_worlds_and_policies_and_read_again(name, tmp_path):
    before = load_study(name)
    for world in before.worlds:
        (tmp_path / study_file(world)).write_text(world_yaml(world), encoding="utf-8")
    for policy in before.played:
        alone = policy.model_copy(update={"based_on": None})
        (tmp_path / study_file(policy)).write_text(policy_yaml(alone), encoding="utf-8")
    (tmp_path / "study.yaml").write_text(study_yaml(before), encoding="utf-8")
    after = load_study(tmp_path / "study.yaml")
    assert after.digest == before.digest
    assert after.spread == before.spread
    assert after.title == before.title


def test_the_digest_tells_studies_apart_but_not_their_titles():
    one = study()
    assert one.digest == study(title={"nl": "Anders", "en": "Other"}).digest
    others = [
        study(seed=1),
        study(years=3),
        study(replications=7),
        study(outcomes=["break_ins"]),
        study(worlds=(one.worlds[0].with_values({"threat.attempts": 13}),)),
        study(design="grid", factors={"world.threat.attempts": [1, 2]}),
    ]
    assert len({one.digest, *(other.digest for other in others)}) == 7


def test_a_relative_name_is_seen_from_the_study(tmp_path):
    (tmp_path / "mine.yaml").write_text("id: mine\ntitle: Mine\nbased_on: no-ransom\n", encoding="utf-8")
    text = "worlds: [one-town]\nbaseline: status-quo-2020\npolicies: [mine.yaml]\n"
    assert [policy.id for policy in load_study(written(tmp_path, text)).played] == ["status-quo-2020", "mine"]


def test_settings_reach_the_worlds_and_policies_of_a_study():
    found = load_study("robust-policy", ["world.years=2", "policy.response.teams=1"])
    assert found.worlds[0].years == 2
    assert {policy.response.teams for policy in found.policies} == {1}


def test_a_group_stands_for_all_of_it_that_has_a_range():
    found = load_study("uncertainty").spread
    ranged = {key: row for key, row in parameters().items() if key.startswith("world.") and row.low is not None}
    assert set(found) == set(ranged)
    assert all((found[key].low, found[key].high) == (row.low, row.high) for key, row in ranged.items())


def test_a_group_makes_nothing_that_a_policy_does_not_have():
    opened = study(design="grid", factors={"policy": {"from_spec": True}}).spread
    assert "policy.response.teams" in opened
    assert not any(key.startswith(("policy.fund", "policy.insurance")) for key in opened)


def test_worlds_are_moved_outermost():
    factors = {"policy.response.teams": [1, 2], "world.threat.attempts": [3, 4]}
    assert list(study(design="grid", factors=factors).spread) == ["world.threat.attempts", "policy.response.teams"]


def test_a_grid_takes_steps_and_whole_numbers_where_only_they_make_sense():
    assert Factor(low=0, high=1, steps=5).listed() == [0, 0.25, 0.5, 0.75, 1]
    assert Factor(low=1, high=3, steps=5).listed(whole=True) == [1, 2, 3]
    assert Factor(values=("a", "b")).listed() == ["a", "b"]
    assert Factor(levels={"none": (), "some": (1,)}).listed() == [(), (1,)]


def test_a_normal_law_that_misses_its_ends_is_refused():
    with pytest.raises(ValidationError, match="next to nothing of it lies between low and high"):
        Factor(low=0.01, high=0.2, mean=5, sd=0.001, distribution="normal")
    assert Factor(low=0, high=1, mean=-2, sd=1, distribution="normal").at(0.5) > 0


@pytest.mark.parametrize("key", ["world.threat.attempts", "world.threat"])
@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"distribution": "normal"}, "is normal, and needs mean and sd"),
        ({"distribution": "triangular", "mode": 5000}, "has its mode outside low and high"),
    ],
)
def test_a_distribution_over_the_range_of_the_evidence_is_checked_too(key, words, told):
    with pytest.raises(InputError, match=told):
        study(design="latin_hypercube", size=2, factors={key: {"from_spec": True} | words})


def test_a_range_of_the_evidence_that_begins_at_zero_is_not_loguniform_by_itself():
    words = {"from_spec": True, "distribution": "loguniform"}
    with pytest.raises(InputError, match="is loguniform, and low must be above 0"):
        study(design="latin_hypercube", size=2, factors={"world.threat.growth": words})
    assert study(design="latin_hypercube", size=2, factors={"world.threat": words})


def test_distributions_have_their_quantiles():
    uniform, log = Factor(low=2, high=6), Factor(low=1, high=100, distribution="loguniform")
    assert [uniform.at(share) for share in (0, 0.25, 0.5)] == [2, 3, 4]
    assert log.at(0.5) == pytest.approx(10)
    triangle = Factor(low=0, high=4, mode=1, distribution="triangular")
    assert triangle.at(0.25) == pytest.approx(1)  # a quarter lies below the top: 1 x 0.5 / 2
    assert triangle.at(0.8125) == pytest.approx(2.5)  # above it (4 - 2.5)^2 / (4 x 3) = 0.1875
    normal = Factor(low=-10, high=10, mean=0, sd=1, distribution="normal")
    assert normal.at(0.975) == pytest.approx(1.959964, abs=1e-5)
    half = Factor(low=0, high=10, mean=0, sd=1, distribution="normal")
    assert half.at(0.5) == pytest.approx(0.674490, abs=1e-5)  # the upper quartile of the whole normal law
    assert [Factor(low=1, high=3).at(share, whole=True) for share in (0, 0.4, 0.999)] == [1, 2, 3]
    assert [Factor(values=("a", "b")).at(share) for share in (0, 0.49, 0.5)] == ["a", "a", "b"]


def test_a_number_of_futures_is_neither_more_nor_less():
    assert study(replications=7).replications == Replications(at_least=7, at_most=7)
    with pytest.raises(InputError, match="half_width"):
        study(replications={"at_least": 10, "at_most": 20})
    with pytest.raises(InputError, match="below at_least"):
        study(replications={"at_least": 20, "at_most": 10, "half_width": 1.0})


def test_outcomes_are_the_key_figures():
    assert study().outcomes == tuple(KPIS)
    with pytest.raises(InputError, match="unknown-value"):
        study(outcomes=["cash"])


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"design": "grid"}, "no factors to move"),
        ({"design": "latin_hypercube", "factors": {"world.threat.attempts": [1, 2]}}, "needs a size"),
        ({"size": 4}, "has a size of its own"),
        ({"design": "grid", "cases": [{}], "factors": {"world.threat.attempts": [1]}}, "the design is grid"),
        (
            {"design": "grid", "factors": {"world.threat.attempts": {"low": 1, "high": 2, "steps": 1000},
             "world.threat.growth": {"low": 0, "high": 0.1, "steps": 1000},
             "world.ddos.waves": [1, 2]}},
            "2,000,000 designs",
        ),
        ({"factors": {"world.ddos": {"low": 1, "high": 2}}, "design": "grid"}, "cannot be so"),
    ],
)  # fmt: skip
def test_a_design_that_cannot_be_made_is_refused(more, words):
    with pytest.raises(InputError, match=words):
        study(**more)


def test_everything_wrong_is_told_at_once_with_its_line(tmp_path):
    text = "worlds: [nowhere]\npolicies: [status-quo-2020]\ndesign: grid\nsize: many\nfactors:\n"
    text += "  world.threat.attempts: {low: 5, high: 1}\n  world.threat.growth: [0.1, -7]\n  policy.teams: [1]\n"
    with pytest.raises(InputError) as error:
        load_study(written(tmp_path, text))
    assert [problem.line for problem in error.value.problems] == [3, 6, 8, 9, 10]


def test_a_study_is_no_policy_and_a_policy_no_study(project):
    with pytest.raises(InputError, match="is a study, and a policy is expected"):
        sim.load_policy(project / "scenarios/studies/uncertainty.yaml")
    with pytest.raises(InputError, match="is a policy, and a study is expected"):
        load_study(project / "scenarios/policies/no-ransom.yaml")
    with pytest.raises(InputError, match='did you mean "uncertainty"'):
        load_study("uncertain")


MISSING = """\
worlds: [one-town]
policies: [status-quo-2020, plans/mine.yaml]
baseline: nobodys.yaml
design: grid
factors:
  policy.response.teams: [2, 4]
  policy.fund.levy: [1, 2]
"""


def test_a_file_that_is_not_there_is_the_only_thing_that_is_wrong(tmp_path):
    with pytest.raises(InputError) as error:
        load_study(written(tmp_path, MISSING))
    assert [(problem.line, problem.rule) for problem in error.value.problems] == [(4, "not-found"), (5, "not-found")]


def test_a_policy_whose_base_is_not_there_is_not_blamed_for_what_the_base_may_hold(tmp_path):
    path = tmp_path / "mine.yaml"
    layers = "cost_split: {recovery: [{payer: fund, budget: crt, share: 2}, {payer: municipality}]}\n"
    path.write_text("id: mine\ntitle: Mine\nbased_on: lost\n" + layers, encoding="utf-8")
    assert [(problem.line, problem.rule) for problem in sim.validate(path)] == [
        (3, "unknown-base"), (4, "share-above-one")]  # fmt: skip
