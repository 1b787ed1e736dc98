"""What a policy chooses, as the engines read it: each term has the number that the policy says, in whole units."""

from __future__ import annotations

import datetime

import pytest

import sim
from sim.model.policy.numbers import policy_arrays
from sim.rules import ransom
from sim.rules.terms import NO_LIMIT, UNLIMITED, Choices


def choices(**values: object) -> Choices:
    """Return the terms of a policy with some levers moved, __ for dots."""
    policy = sim.load_policy("status-quo-2020")
    moved = policy.with_values({key.replace("__", "."): value for key, value in values.items()})
    return policy_arrays(moved, sim.load_world("one-town")).choices


def test_time_is_whole_minutes_and_money_whole_cents() -> None:
    found = choices(ransom__approval_days=2.5, response__private_after_days=1, insurance={"deductible": 1_000.25})
    assert (found.approval_minutes, found.private_after_minutes, found.deductible) == (3_600, 1_440, 100_025)


def test_a_word_in_place_of_a_number_and_a_switch_are_numbers_too() -> None:
    found = choices(response__teams="unlimited", response__private_after_days="never", response__fallback_services=True)
    assert (found.teams, found.private_after_minutes, found.fallback_services) == (UNLIMITED, UNLIMITED, 1)
    assert choices(response__teams=3).teams == 3


@pytest.mark.parametrize("rule", ["never", "may_pay", "with_approval"])
def test_the_rule_on_ransom_is_the_one_that_the_rules_know_by_that_name(rule: str) -> None:
    assert choices(ransom__rule=rule).ransom_rule == getattr(ransom, rule.upper())


def test_a_group_that_a_policy_does_without_is_off() -> None:
    found = choices()
    assert (found.insured, found.deductible, found.insurance_limit) == (0.0, 0, NO_LIMIT)
    assert (found.supplier_rate, found.supplier_outage) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("standard", "phases", "paid"),
    [
        ({"level": "basic"}, [], ["always"]),
        ({"level": "basic", "from": "2022-01-01"}, [], ["2022-01-01"]),
        ({"level": "basic", "from": "2021-07-01"}, [], ["2022-01-01"]),
        (None, [("2021-07-01", {"level": "basic"})], ["never", "2022-01-01"]),
        (None, [("2021-07-01", {"level": "basic", "from": "2023-02-01"})], ["never", "2024-01-01"]),
        ({"level": "basic"}, [("2021-07-01", {"level": "essential"})], ["always", "always"]),
        ({"level": "basic"}, [("2021-07-01", None), ("2022-03-01", {"level": "basic"})],
         ["always", "never", "2023-01-01"]),
    ],
)  # fmt: skip
def test_who_complies_with_a_standard_has_paid_for_it_from_a_first_of_january(
    standard: dict[str, str] | None, phases: list[tuple[str, dict[str, str] | None]], paid: list[str]
) -> None:
    policy = sim.load_policy("status-quo-2020").with_values(
        {
            "prevention.minimum_standard": standard,
            "phases": [{"from": day, "set": {"prevention.minimum_standard": then}} for day, then in phases],
        }
    )
    world = sim.load_world("one-town")
    begins = [stage.standard_begins for stage in policy_arrays(policy, world).stages]
    days = [day if day in ("always", "never") else datetime.date.fromisoformat(day) for day in paid]
    for minute, day in zip(begins, days, strict=True):
        if isinstance(day, datetime.date):
            assert minute == (day - world.start).days * 24 * 60
        else:
            assert minute == NO_LIMIT if day == "never" else minute < 0
