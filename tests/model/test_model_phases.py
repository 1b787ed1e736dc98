"""The action plan: the policy in force at each date, and what may not change on one."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from sim.model.files.load import load_policy
from sim.model.policy.policy import Policy
from sim.model.problems import InputError

BASE = load_policy("status-quo-2020")


def day(year: int) -> datetime.date:
    return datetime.date(year, 1, 1)


def planned(*phases: tuple[datetime.date, dict[str, Any]], policy: Policy = BASE) -> Policy:
    return policy.with_values({"phases": [{"from": date, "set": changes} for date, changes in phases]})


def test_a_policy_without_phases_has_one_stage() -> None:
    assert BASE.stages() == ((None, BASE),)


def test_phases_add_up_in_order_of_date() -> None:
    plan = planned(
        (day(2023), {"response.teams": 8, "ransom.rule": "never"}),
        (day(2021), {"policy.response.teams": 6, "prevention.local_spend": 7.0}),
        (day(2023), {"prevention.delivery": "flemish_framework"}),
    )
    found = [(date, now.response.teams, now.prevention.local_spend, now.ransom.rule) for date, now in plan.stages()]
    assert found == [
        (None, 4, 5, "may_pay"),
        (day(2021), 6, 7, "may_pay"),
        (day(2023), 8, 7, "never"),
    ]
    assert [now.prevention.delivery for _, now in plan.stages()] == ["ad_hoc", "ad_hoc", "flemish_framework"]
    assert all(now.phases == () for _, now in plan.stages())
    assert plan.stages()[0][1] == BASE


def test_a_phase_may_bring_a_standard_and_change_who_pays() -> None:
    layers = [{"payer": "flanders", "share": 0.5}, {"payer": "municipality"}]
    plan = planned((day(2022), {"prevention.minimum_standard.level": "important", "cost_split.recovery": layers}))
    (_, before), (_, after) = plan.stages()
    assert before.prevention.minimum_standard is None
    assert after.prevention.minimum_standard is not None
    assert (after.prevention.minimum_standard.level, after.layers("recovery")[0].share) == ("important", 0.5)


def test_a_phase_may_change_the_numbers_of_what_is_there() -> None:
    rich = BASE.with_values({"fund": {}, "insurance": {}, "budgets": {"crt": {"per_year": 1.0}}})
    changes = {"fund.levy": 2.0, "insurance": {"uptake": 0.5}, "budgets.crt.per_year": 0.0, "gemeentefonds.share": 0.5}
    _, (_, after) = planned((day(2022), changes), policy=rich).stages()
    assert after.fund is not None
    assert after.insurance is not None
    assert (after.fund.levy, after.insurance.uptake, after.budgets["crt"].per_year) == (2, 0.5, 0)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"response.teams": "unlimited"}, "cannot change from or to unlimited"),
        ({"fund.levy": 1.0}, "cannot appear in a phase (give the policy fund from the start)"),
        ({"budgets": {"new": {"per_year": 1.0}}}, "cannot appear in a phase"),
        ({"based_on": "local-only"}, "it is what the policy is called"),
        ({"phases": []}, "a phase holds no phases"),
        ({"response.teams": 0, "response.private_after_days": "never"}, "no victim would ever be helped"),
        ({"prevention.mix.identity": 0.9}, "must sum to 1"),
        ({"response": {"teems": 5}}, 'did you mean "teams"?'),
        ({"threat.growth": 0.0}, "belongs in a world file"),
        ({"cost_split.recovery": [{"payer": "flanders"}]}, "the last layer must be"),
        ({"cost_split.recovery.share": 0.5}, "is a list, and is set as a whole"),
        ({"insurance": 5}, "must be a group of the keys uptake"),
    ],
)
def test_a_change_that_makes_no_sound_policy_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as caught:
        planned((day(2021), changes))
    assert all("in phase 1, " in problem.message for problem in caught.value.problems)
    assert words in str(caught.value)


def test_a_pool_that_is_unlimited_stays_so() -> None:
    with pytest.raises(InputError, match="from or to unlimited"):
        planned((day(2021), {"response.teams": 5}), policy=BASE.with_values({"response.teams": "unlimited"}))


def test_the_opening_balance_stays_also_when_the_fund_is_set_whole() -> None:
    with_fund = BASE.with_values({"fund": {"opening_balance": 5.0}})
    with pytest.raises(InputError, match="what the fund begins with"):
        planned((day(2021), {"fund": {"levy": 2.0}}), policy=with_fund)


def test_two_changes_of_one_thing_on_one_day_name_each_other() -> None:
    with pytest.raises(InputError) as caught:
        planned((day(2021), {"response.teams": 5}), (day(2022), {"response.teams": 6}), (day(2021), {"response": {}}))
    (problem,) = caught.value.problems
    assert (problem.rule, "in phase 3" in problem.message) == ("phase-conflict", True)
    assert "(first in phase 1)" in problem.message


def test_a_fault_is_told_once_though_it_lasts() -> None:
    with pytest.raises(InputError) as caught:
        planned((day(2021), {"response.teams": 5000}), (day(2022), {"ransom.rule": "never"}))
    assert [problem.rule for problem in caught.value.problems] == ["out-of-range"]


def test_faults_of_phases_are_told_beside_others() -> None:
    plan = [{"from": day(2021), "set": {"response.teams": 5000, "insurance.uptake": 0.5}}]
    with pytest.raises(InputError) as caught:
        BASE.with_values({"prevention.local_spend": -1.0, "phases": plan})
    assert sorted(problem.rule for problem in caught.value.problems) == [
        "not-in-a-phase",
        "out-of-range",
        "out-of-range",
    ]
