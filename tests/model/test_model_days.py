"""Dates: quoted or not they are the same day; a day that no calendar has is said to be none, and why."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from sim.model.files.load import load_policy, load_world, validate
from sim.model.problems import InputError

NEW_YEAR = datetime.date(2022, 1, 1)


def policy_with(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(f"id: mine\ntitle: Mine\nbased_on: status-quo-2020\n{text}", encoding="utf-8")
    return path


EVERYWHERE = """\
prevention: {{minimum_standard: {{level: basic, from: {day}}}}}
grants: [{{id: a, instrument: audit, share: 0.5, from: {day}, until: {day}}}]
cost_split: {{recovery: [{{payer: flanders, share: 0.5, from: {day}, until: {day}}}, {{payer: municipality}}]}}
phases: [{{from: {day}, set: {{response.teams: 6}}}}]
"""
"""A policy with a date in every place that takes one."""


@pytest.mark.parametrize("written", ['"2022-01-01"', "'2022-01-01'", '" 2022-01-01 "'])
def test_a_quoted_date_is_a_date_wherever_one_stands(written: str, tmp_path: Path) -> None:
    quoted = load_policy(policy_with(tmp_path, EVERYWHERE.format(day=written)))
    assert quoted == load_policy(policy_with(tmp_path, EVERYWHERE.format(day="2022-01-01")))
    assert quoted.phases[0].from_ == quoted.grants[0].until == quoted.layers("recovery")[0].from_ == NEW_YEAR


def test_json_can_write_a_date(tmp_path: Path) -> None:
    data = {"id": "j", "title": "J", "phases": [{"from": "2022-01-01", "set": {"response.teams": 6}}]}
    path = tmp_path / "policy.yaml"
    path.write_text(json.dumps(data), encoding="utf-8")
    assert load_policy(path).phases[0].from_ == NEW_YEAR
    assert load_policy("no-ransom").with_values(data).phases == load_policy(path).phases


@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2022-02-29", "is 2022-02-29, and there is no such day (February 2022 has 28 days)"),
        ("2022-04-31", "(April 2022 has 30 days)"),
        ("2022-31-01", "(month and day changed places: write 2022-01-31)"),
        ("2022-13-45", "(a year has 12 months)"),
        ("2022-00-10", "(a year has 12 months)"),
        ("0000-01-01", "(years begin with 0001)"),
        ("31/01/2022", "(write 2022-01-31 for 31 January 2022)"),
        ("1-4-2022", "(write 2022-04-01 for 1 April 2022)"),
        ("2022/1/5", "(write 2022-01-05 for 5 January 2022)"),
        ("soon", 'is the text "soon", and must be a date such as 2020-01-01'),
        ("99/99/2022", 'is the text "99/99/2022", and must be a date such as 2020-01-01'),
    ],
)
def test_a_day_that_is_none_is_said_so_at_each_place(day: str, words: str, quote: str, tmp_path: Path) -> None:
    told = validate(policy_with(tmp_path, EVERYWHERE.format(day=f"{quote}{day}{quote}")))
    problems = [problem for problem in told if problem.severity == "error"]
    assert [problem.line for problem in problems] == [4, 5, 5, 6, 6, 7]
    assert all(words in str(problem) for problem in problems), problems


def test_a_day_that_is_none_is_said_so_in_a_setting_and_in_a_world() -> None:
    layers = 'policy.cost_split.recovery=[{payer: flanders, until: "2023-02-29"}, {payer: municipality}]'
    with pytest.raises(InputError, match=r"there is no such day .February 2023 has 28 days"):
        load_policy("local-only", [layers])
    with pytest.raises(InputError, match="month and day changed places: write 2022-01-13"):
        load_world("one-town", ["world.start=2022-13-01"])
    assert load_world("one-town", ['world.start="2022-01-01"']).start == NEW_YEAR
