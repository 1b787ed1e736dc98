"""Lists that add to those of a base, and lists that take their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.model.files.load import load_policy, validate
from sim.model.files.write_yaml import policy_yaml

PLAN = "id: child\ntitle: Plan and more\nbased_on: action-plan-2021-2025\n"
TEAMS = "{from: 2024-01-01, set: {response.teams: 6}}"
EXTRA = "{id: extra, instrument: matching, share: 0.1}"
HALF = "{payer: flanders, share: 0.5}"


def child(tmp_path: Path, text: str) -> Path:
    """Return the file of a policy on the Flemish plan."""
    file = tmp_path / "child.yaml"
    file.write_text(PLAN + text, encoding="utf-8")
    return file


def test_a_list_that_takes_the_place_of_phases_or_grants_says_which_are_gone(tmp_path: Path) -> None:
    phases, grants = validate(child(tmp_path, f"phases: [{TEAMS}]\ngrants: [{EXTRA}]\n"))
    assert (phases.line, phases.rule, phases.severity) == (4, "replaces-phases", "warning")
    assert (
        phases.message == "phases replaces 2 phases of action-plan-2021-2025 (2023-01-01, 2026-01-01), which are gone"
    )
    assert phases.hint == "to add to them write phases: {add: [...]}"
    assert (grants.line, grants.rule) == (5, "replaces-grants")
    assert "3 grants of action-plan-2021-2025 (audit, audit-2023, guidance)" in grants.message


def test_an_empty_list_takes_them_away_without_a_word(tmp_path: Path) -> None:
    file = child(tmp_path, "phases: []\ngrants: []\n")
    assert validate(file) == []
    assert (load_policy(file).phases, load_policy(file).grants) == ((), ())


def test_what_is_added_comes_behind_what_the_base_has(tmp_path: Path) -> None:
    file = child(tmp_path, f"phases: {{add: [{TEAMS}]}}\ngrants:\n  add:\n    - {EXTRA}\n")
    assert validate(file) == []
    policy, base = load_policy(file), load_policy("action-plan-2021-2025")
    assert policy.phases[:-1] == base.phases
    assert policy.phases[-1].set == {"response.teams": 6}
    assert [grant.id for grant in policy.grants] == ["audit", "audit-2023", "guidance", "extra"]


def test_a_layer_is_added_before_the_municipality_that_closes_the_list(tmp_path: Path) -> None:
    text = "id: child\ntitle: Child\nbased_on: bailout\ncost_split:\n"
    text += f"  recovery: {{add: [{HALF}]}}\n  fraud: {{add: [{HALF}]}}\n"
    file = tmp_path / "child.yaml"
    file.write_text(text, encoding="utf-8")
    policy = load_policy(file)
    assert [layer.payer for layer in policy.layers("recovery")] == [
        "municipality",
        "flanders",
        "flanders",
        "municipality",
    ]
    assert [layer.share for layer in policy.layers("recovery")] == [1, 0.3, 0.5, 1]
    assert [layer.payer for layer in policy.layers("fraud")] == ["flanders", "municipality"]


def test_without_a_base_it_adds_to_what_holds_where_nothing_is_said(tmp_path: Path) -> None:
    file = tmp_path / "alone.yaml"
    text = f"id: alone\ntitle: Alone\ngrants: {{add: [{EXTRA}]}}\ncost_split: {{recovery: {{add: [{HALF}]}}}}\n"
    file.write_text(text, encoding="utf-8")
    assert [layer.payer for layer in load_policy(file).layers("recovery")] == ["flanders", "municipality"]
    assert [grant.id for grant in load_policy(file).grants] == ["extra"]


def test_lists_are_added_to_on_every_step_of_a_chain_of_bases(tmp_path: Path) -> None:
    child(tmp_path, f"grants: {{add: [{EXTRA}]}}\n")
    last = tmp_path / "last.yaml"
    last.write_text(
        f"id: last\ntitle: L\nbased_on: child\ngrants: {{add: [{EXTRA.replace('extra', 'more')}]}}\n", encoding="utf-8"
    )
    assert [grant.id for grant in load_policy(last).grants][-2:] == ["extra", "more"]


def test_a_setting_can_add_to_a_list_too() -> None:
    policy = load_policy("status-quo-2020", [f"policy.grants={{add: [{EXTRA}]}}"])
    assert [grant.id for grant in policy.grants] == ["audit", "extra"]


@pytest.mark.parametrize(
    ("text", "line", "rule", "words"),
    [
        (f"phases: {{ad: [{TEAMS}]}}", 4, "unknown-key", 'did you mean "add"?'),
        (f"grants:\n  add: [{EXTRA}]\n  from: 2024-01-01", 6, "unknown-key", 'unknown key "grants.from"'),
        ("grants: {add: extra}", 4, "wrong-type", "grants.add must be a list"),
        (
            "grants:\n  add:\n    - {id: extra, instrument: matching, shar: 0.1}",
            6,
            "unknown-key",
            'did you mean "share"?',
        ),
        (f"grants:\n  add:\n    - {EXTRA.replace('extra', 'audit')}", 6, "duplicate-id", '"audit" is already'),
        (
            "phases:\n  add:\n    - {from: 2023-01-01, set: {response.fallback_services: false}}",
            6,
            "phase-conflict",
            "and so",
        ),
    ],
)
def test_a_fault_in_what_is_added_stands_on_its_own_line(tmp_path, text, line, rule, words):
    file = child(tmp_path, f"{text}\n")
    problem = validate(file)[0]
    assert (problem.file, problem.line, problem.rule) == (str(file), line, rule)
    assert words in str(problem)


def test_a_policy_that_adds_is_written_as_one_that_adds(tmp_path: Path) -> None:
    text = f"phases: {{add: [{TEAMS}]}}\ngrants: {{add: [{EXTRA}]}}\n"
    text += f"cost_split: {{response_capacity: {{add: [{HALF}]}}, recovery: [{HALF}, {{payer: municipality}}]}}\n"
    policy = load_policy(child(tmp_path, text))
    written = policy_yaml(policy)
    assert written.count("add:") == 3
    again = tmp_path / "again.yaml"
    again.write_text(written, encoding="utf-8")
    assert load_policy(again) == policy


def test_the_first_of_two_is_named_with_its_file_where_it_stands_in_another(tmp_path: Path) -> None:
    (problem,) = validate(child(tmp_path, f"grants:\n  add:\n    - {EXTRA.replace('extra', 'audit')}\n"))
    assert "(first on line 14 of action-plan-2021-2025.yaml)" in problem.message
