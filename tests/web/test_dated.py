"""A lever that phases change says so; once moved it holds in all years, on the page, in the link and in the file."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from sim.model.parameter_table import Value
from sim.model.policy.policy import Policy
from sim.text import LANGUAGES, words
from sim.web.levers.lever import OWN_TERMS, policy_levers
from sim.web.state import link
from sim.web.state.choice import LOADED, Choice, begin, has_own_terms, same
from sim.web.state.link import Screen
from sim.web.state.policy_file import policy_from, text_of
from tests.pages import opened

HEAD = "id: p\ntitle: {nl: A, en: B}\nbased_on: status-quo-2020\n"
LEVERS = {lever.link: lever for lever in policy_levers()}


def loaded(phases: str, rest: str = "") -> Choice:
    return begin(LOADED, policy_from("p.yaml", f"{HEAD}{rest}phases: {phases}\n".encode()))


def moved(choice: Choice, **values: Value) -> Choice:
    by_key = {LEVERS[name].key: value for name, value in values.items()}
    return replace(choice, values=MappingProxyType({**choice.values, **by_key}))


def stages(policy: Policy) -> list[Policy]:
    return [stage for _, stage in policy.stages()]


def test_the_lever_of_a_shipped_plan_with_phases_says_so_and_holds_once_moved() -> None:
    plan = begin("action-plan-2021-2025")
    assert {stage.response.fallback_services for stage in stages(plan.policy)} == {False, True}
    assert has_own_terms(plan.base, "policy.response.fallback_services")
    assert not has_own_terms(plan.base, "policy.response.teams")
    made = moved(plan, fallback="true").policy
    assert {stage.response.fallback_services for stage in stages(made)} == {True}


def test_only_the_moved_key_leaves_the_phases() -> None:
    choice = loaded("[{from: 2021-01-01, set: {response.teams: 2, ransom.rule: never}}, "
                    "{from: 2023-01-01, set: {response.teams: 6}}]")  # fmt: skip
    made = moved(choice, teams=20).policy
    assert {stage.response.teams for stage in stages(made)} == {20}
    assert [stage.ransom.rule for stage in stages(made)] == [choice.base.ransom.rule, "never"]


@pytest.mark.parametrize("key", ["response.teams", "policy.response.teams"])
def test_a_key_may_be_written_in_either_way(key: str) -> None:
    choice = loaded(f"[{{from: 2021-01-01, set: {{{key}: 2}}}}]")
    assert has_own_terms(choice.base, "policy.response.teams")
    assert {stage.response.teams for stage in stages(moved(choice, teams=20).policy)} == {20}


def test_of_a_group_that_a_phase_sets_the_rest_stays() -> None:
    choice = loaded("[{from: 2021-01-01, set: {response: {teams: 2, discipline: severity}}}]")
    assert has_own_terms(choice.base, "policy.response.teams")
    assert not has_own_terms(choice.base, "policy.response.fallback_services")
    made = stages(moved(choice, teams=20).policy)
    assert [stage.response.teams for stage in made] == [20, 20]
    assert made[-1].response.discipline == "severity"


def test_a_switch_holds_against_phases_inside_its_group() -> None:
    choice = loaded("[{from: 2022-01-01, set: {prevention.minimum_standard.level: essential}}]",
                    "prevention: {minimum_standard: {level: basic}}\n")  # fmt: skip
    assert has_own_terms(choice.base, "policy.prevention.minimum_standard")
    made = moved(choice, minimum="false").policy
    assert {stage.prevention.minimum_standard for stage in stages(made)} == {None}


def test_a_flemish_share_holds_in_all_years_and_leaves_other_payers() -> None:
    split = "[{payer: insurer, share: 0.5}, {payer: flanders, share: 0.2}, {payer: municipality}]"
    choice = loaded(f"[{{from: 2024-01-01, set: {{cost_split.recovery: {split}}}}}]", "insurance: {uptake: 0.3}\n")
    assert has_own_terms(choice.base, "share.incidents")
    made = stages(moved(choice, **{"flemish-incidents": 40.0}).policy)
    layers = [[(one.payer, one.share) for one in stage.layers("recovery")] for stage in made]
    assert layers[0][0] == layers[1][0] == ("flanders", 0.4)
    assert ("insurer", 0.5) in layers[1]
    assert all(sum(payer == "flanders" for payer, _ in one) == 1 for one in layers)


def test_link_and_file_bring_the_moved_policy_back() -> None:
    choice = moved(begin("action-plan-2021-2025"), fallback="true")
    screen, problems = link.read(link.write(Screen(language="en", choice=choice)))
    assert not problems
    assert same(screen.choice.policy, choice.policy)
    again = policy_from("again.yaml", text_of(choice, "").encode())
    assert [stage.response.fallback_services for stage in stages(again)] == [True]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_that_a_lever_has_dates(language: str) -> None:
    app = opened(lang=language, start="action-plan-2021-2025")
    said = words(language).say(OWN_TERMS)
    assert said in app.toggle(key="policy.response.fallback_services").help
    assert said not in app.select_slider(key="policy.response.teams").help
