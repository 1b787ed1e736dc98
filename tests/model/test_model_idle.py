"""What a policy holds for nothing is said: each thing that draws nothing, pays nothing or changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from sim.model.files.load import load_inputs, load_policy, scenarios, validate
from sim.model.problems import Problem

OWN = "{payer: municipality}"
FUND = "fund: {levy: 1, flemish_contribution: 0}\n"


def notes(tmp_path: Path, text: str) -> list[Problem]:
    """Return what is said of a policy on today's, from its third line on, in order; all of it a warning."""
    file = tmp_path / "mine.yaml"
    file.write_text(f"id: mine\nbased_on: status-quo-2020\n{text}title: Mine\n", encoding="utf-8")
    found = validate(file)
    assert {problem.severity for problem in found} <= {"warning"}
    assert load_policy(file).id == "mine"
    return found


def told(tmp_path: Path, text: str) -> list[tuple[int | None, str]]:
    """Return the line and the rule of each."""
    return [(problem.line, problem.rule) for problem in notes(tmp_path, text)]


def test_a_fund_an_insurance_and_an_envelope_that_nothing_draws_on_are_named(tmp_path: Path) -> None:
    text = FUND + "insurance: {uptake: 0.5}\nbudgets: {crt: {per_year: 4000000}}\n"
    assert told(tmp_path, text) == [(3, "idle-fund"), (4, "idle-insurance"), (5, "idle-budget")]
    assert "draws on budgets.crt" in str(notes(tmp_path, text)[2])


def test_layers_that_draw_on_them_leave_nothing_to_say(tmp_path: Path) -> None:
    text = FUND + "insurance: {uptake: 0.5}\nbudgets: {crt: {per_year: 4000000}}\ncost_split:\n"
    text += f"  recovery: [{{payer: fund}}, {{payer: insurer}}, {{payer: flanders, budget: crt}}, {OWN}]\n"
    assert told(tmp_path, text) == []


def test_a_layer_that_a_phase_brings_draws_on_the_fund(tmp_path: Path) -> None:
    phase = f"phases: [{{from: 2024-01-01, set: {{cost_split.recovery: [{{payer: fund}}, {OWN}]}}}}]\n"
    assert told(tmp_path, FUND + phase) == []


def test_pots_that_never_hold_money_are_named(tmp_path: Path) -> None:
    text = "fund: {levy: 0, flemish_contribution: 0}\nbudgets: {crt: {per_year: 0}}\n"
    text += f"cost_split: {{recovery: [{{payer: fund}}, {{payer: flanders, budget: crt}}, {OWN}]}}\n"
    assert told(tmp_path, text) == [(3, "idle-fund"), (4, "idle-budget")]
    assert told(tmp_path, text.replace("flemish_contribution: 0", "backstop: flanders")) == [(4, "idle-budget")]


@pytest.mark.parametrize(
    ("layers", "rule", "words"),
    [
        ("{payer: flanders, share: 0}", "idle-layer", "layer 1 of recovery pays nothing: its share is 0"),
        ("{payer: flanders, limit_per_year: 0}", "idle-layer", "its limit_per_year is 0"),
        ("{payer: flanders}, {payer: insurer}", "idle-layer", "layer 2 of recovery is never reached: layer 1 takes"),
        ("{payer: flanders, requires: {identity: 1}}", "unmet-requirement", "a coverage of 1 of identity"),
        ("{payer: flanders, limit_per_event: 9, limit_per_year: 8}", "idle-limit", "more than its limit_per_year"),
        ("{payer: flanders, share: 0.5, first: 100, limit_per_event: 60}", "idle-limit", "stops nothing"),
        ("{payer: flanders, first_per_inhabitant: 0}", "idle-layer", "its first_per_inhabitant is 0"),
        ("{payer: flanders, occurrence_limit: 0}", "idle-layer", "its occurrence_limit is 0"),
        (
            "{payer: flanders, limit_per_year: 9, limit_per_year_per_inhabitant: 9}",
            "idle-limit",
            "limit_per_year_per_inhabitant of layer 1 of recovery is no less than its limit_per_year",
        ),
        ("{payer: flanders, common_cause_attachment: 0}", "idle-limit", "is 0: it pays from the first euro"),
        ("{payer: flanders, limit_per_event: 9, occurrence_limit: 8}", "idle-limit", "more than its occurrence_limit"),
        ("{payer: flanders, limit_per_event: 9, occurrence_limit: 9}", "idle-limit", "it stops nothing"),
    ],
)
def test_a_layer_that_pays_nothing_and_a_limit_that_stops_nothing_are_named(tmp_path, layers, rule, words):
    (found,) = notes(tmp_path, f"cost_split:\n  recovery:\n    [{layers}, {OWN}]\n")
    assert (found.rule, found.line) == (rule, 5)
    assert words in found.message


def test_an_occurrence_limit_that_several_categories_reach_together_is_not(tmp_path: Path) -> None:
    layer = "{payer: flanders, limit_per_event: 9, occurrence_limit: 17}"
    split = f"recovery: [{layer}, {OWN}], response: [{layer}, {OWN}]"
    assert told(tmp_path, f"cost_split: {{{split}}}\n") == []
    higher = split.replace("17", "18")
    assert len(told(tmp_path, f"cost_split: {{{higher}}}\n")) == 2


def test_a_layer_with_half_a_share_is_not(tmp_path: Path) -> None:
    layers = "{payer: flanders, share: 0.5, first: 100, limit_per_event: 40}, {payer: insurer}"
    assert told(tmp_path, f"cost_split: {{recovery: [{layers}, {OWN}]}}\n") == []


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ("instrument: matching, share: 0", "its share is 0"),
        ("instrument: lump_sum, amount: 0", "its amount is 0"),
        ("instrument: matching, share: 0.5, hazard: 0", "nobody takes it up"),
        ("instrument: audit, share: 0.5, budget_per_year: 0", "its budget_per_year is 0"),
        ("instrument: matching, share: 0.5, from: 2022-01-02, until: 2022-12-30", "paid on 1 January, and none lies"),
    ],
)
def test_a_grant_that_does_nothing_is_named(tmp_path, terms, words):
    grants = "grants:\n  - {id: audit, instrument: audit, share: 0}\n"
    (found,) = notes(tmp_path, f"{grants}  - {{id: mine, {terms}}}\n")
    assert (found.line, found.rule) == (5, "idle-grant")
    assert words in found.message


@pytest.mark.parametrize(
    "terms",
    ["instrument: shared_service, measure: detection, share: 0", "instrument: audit, share: 0.5, from: 2022-02-01"],
)
def test_a_grant_that_does_something_without_flemish_money_is_not(tmp_path, terms):
    assert told(tmp_path, f"grants: [{{id: audit, instrument: audit, share: 0}}, {{id: mine, {terms}}}]\n") == []


def test_requirements_that_nobody_meets_are_named(tmp_path: Path) -> None:
    text = "grants: [{id: audit, instrument: audit, share: 0.5, hazard: 0}]\n"
    text += "prevention:\n  minimum_standard: {compliance: 0}\n"
    text += "cost_split:\n  recovery: [{payer: flanders, requires: {programme: audit}}, {payer: municipality}]\n"
    text += "  response: [{payer: flanders, requires: {minimum_standard: true}}, {payer: municipality}]\n"
    assert told(tmp_path, text) == [(3, "idle-grant"), (7, "unmet-requirement"), (8, "unmet-requirement")]


@pytest.mark.parametrize(
    ("text", "lever"),
    [
        ("prevention: {behaviour: responsive, local_spend: 8}", "prevention.local_spend"),
        ("ransom: {approval_days: 3}", "ransom.approval_days"),
        ("ransom: {rule: never, approval_rate: 0.5}", "ransom.approval_rate"),
        ("response: {teams: 0, discipline: severity}", "response.discipline"),
        ("response: {teams: unlimited, private_after_days: 3}", "response.private_after_days"),
        ("phases: [{from: 2022-01-01, set: {ransom.approval_days: 3}}]", "ransom.approval_days"),
    ],
)
def test_a_lever_that_does_nothing_under_what_else_is_chosen_is_named(tmp_path, text, lever):
    (found,) = notes(tmp_path, f"{text}\n")
    assert (found.line, found.rule) == (3, "idle-lever")
    assert found.message.startswith(f"{lever} does nothing: ")


@pytest.mark.parametrize(
    "text",
    [
        "prevention: {behaviour: responsive}",  # today's spend stands in the base
        "ransom: {rule: with_approval, approval_days: 3}",
        "ransom: {approval_days: 3}\nphases: [{from: 2022-01-01, set: {ransom.rule: with_approval}}]",
    ],
)
def test_a_lever_that_acts_one_day_or_is_only_inherited_is_not(tmp_path, text):
    assert told(tmp_path, f"{text}\n") == []


def test_a_phase_that_changes_nothing_is_named(tmp_path: Path) -> None:
    text = (
        "phases:\n  - {from: 2022-01-01, set: {response.teams: 4}}\n  - {from: 2023-01-01, set: {response.teams: 5}}\n"
    )
    (found,) = notes(tmp_path, text + "  - {from: 2024-01-01, set: {response.teams: 5}}\n")[1:]
    assert (found.line, found.rule) == (6, "idle-phase")
    assert told(tmp_path, text) == [(4, "idle-phase")]


def test_what_is_decided_on_1_january_and_gone_before_the_next_one_is_named(tmp_path: Path) -> None:
    text = "phases:\n  - {from: 2022-01-02, set: {prevention.local_spend: 20}}\n"
    text += "  - {from: 2022-12-31, set: {prevention.local_spend: 5}}\n"
    (found,) = notes(tmp_path, text)
    assert (found.line, found.rule) == (4, "idle-phase")
    assert "which no 1 January sees" in found.message
    assert told(tmp_path, text.replace("2022-12-31", "2023-01-02")) == []
    assert told(tmp_path, text.replace("2022-01-02", "2022-01-01")) == []
    assert told(tmp_path, text.replace("local_spend", "supplier_standard.price")) == []


def test_the_policies_that_come_with_weerbaar_hold_nothing_for_nothing() -> None:
    assert validate([one.path for one in scenarios("policy")]) == []


def test_who_runs_such_a_policy_is_told_so(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(f"id: mine\nbased_on: status-quo-2020\ntitle: Mine\n{FUND}", encoding="utf-8")
    _, policies, warnings = load_inputs("flanders-2020", [file])
    assert [policy.id for policy in policies] == ["mine"]
    assert [(warning.line, warning.rule) for warning in warnings] == [(4, "idle-fund")]
    assert sim.load_policy(file) == policies[0]


def test_a_setting_that_does_nothing_is_named_too() -> None:
    _, _, (warning,) = load_inputs("flanders-2020", ["no-ransom"], ["policy.ransom.approval_days=3"])
    assert (warning.file, warning.line, warning.rule) == ("--set", None, "idle-lever")
