"""Amounts that may have been meant a thousand times as large, because a point stands between thousands in Dutch."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.model.files.load import load_inputs, validate
from sim.model.files.thousands import AMOUNTS, reads_like_thousands
from sim.model.policy.layers import Layer
from sim.model.policy.programmes import Budget, Grant

HEAD = "id: mine\ntitle: Mine\nbased_on: solidarity-fund\n"
LAYERS = "cost_split:\n  recovery:\n    - {payer: municipality, first: 25.000}\n    - {payer: municipality}\n"


def said(tmp_path: Path, text: str) -> list[str]:
    """Return what is said of thousands in a policy, as line and message."""
    file = tmp_path / "mine.yaml"
    file.write_text(HEAD + text, encoding="utf-8")
    return [f"{one.line}: {one.message} ({one.hint})" for one in validate(file) if one.rule == "thousands"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fund: {flemish_contribution: 2.000}\n", ["4: fund.flemish_contribution: 2.000 is read as 2 euro"]),
        ("fund: {member_limit: 250.125}\n", ["4: fund.member_limit: 250.125 is read as 250.125 euro"]),
        (LAYERS, ["6: cost_split.recovery[1].first: 25.000 is read as 25 euro"]),
        ("budgets: {crt: {per_year: 500.000}}\n", ["4: budgets.crt.per_year: 500.000 is read as 500 euro"]),
        ("phases: [{from: 2022-01-01, set: {fund.flemish_contribution: 3.000}}]\n", ["3.000 is read as 3 euro"]),
        ("grants: [{id: audit, instrument: audit, share: 0.660, budget_per_year: 200.000}]\n", ["is read as 200 euro"]),
    ],
)
def test_an_amount_with_three_decimals_is_said_to_be_small(tmp_path, text, expected):
    found = said(tmp_path, text)
    assert len(found) == len(expected)
    assert all(words in one for words, one in zip(expected, found, strict=True))


@pytest.mark.parametrize(
    "text",
    [
        "fund: {levy: 1.500}\n",  # 1,500 euro per inhabitant is out of bounds
        "fund: {flemish_contribution: 2.00}\n",
        "fund: {flemish_contribution: 2.0000}\n",
        "fund: {flemish_contribution: 2e3}\n",
        "fund: {flemish_contribution: 2000}\n",
        "fund: {flemish_contribution: 2000.125}\n",
        "ransom: {rule: with_approval, approval_days: 2.000}\n",  # not money
    ],
)
def test_other_numbers_are_left_alone(tmp_path, text):
    assert said(tmp_path, text) == []


def test_it_says_how_to_write_either_of_the_two(tmp_path: Path) -> None:
    (zeros,) = said(tmp_path, "fund: {flemish_contribution: 2.000}\n")
    assert "write 2000 if thousands are meant, and 2 if not" in zeros
    (decimals,) = said(tmp_path, "fund: {flemish_contribution: 2.125}\n")
    assert "write 2125 if thousands are meant, and 2.1250 if not" in decimals


def test_a_setting_is_read_in_the_same_way() -> None:
    _, _, (warning,) = load_inputs("one-town", ["solidarity-fund"], ["policy.fund.flemish_contribution=2.000"])
    assert (warning.file, warning.rule) == ("--set", "thousands")


def test_a_world_and_the_factors_of_a_study_are_too(tmp_path: Path) -> None:
    study = "id: s\ntitle: S\nworlds: [one-town]\npolicies: [solidarity-fund]\ndesign: grid\nfactors:\n"
    study += (
        "  policy.fund.flemish_contribution: [2.000, 3000]\n  world.incident.minor_cost: {low: 1.000, high: 9000}\n"
    )
    file = tmp_path / "study.yaml"
    file.write_text(study, encoding="utf-8")
    assert [(one.line, one.rule) for one in validate(file)] == [(7, "thousands"), (8, "thousands")]
    _, _, (warning,) = load_inputs("one-town", ["status-quo-2020"], ["world.audit.price=5.000"])
    assert "audit.price: 5.000 is read as 5 euro" in warning.message


def test_incomes_in_a_table_and_in_a_list_are_too(tmp_path: Path) -> None:
    table = tmp_path / "towns.csv"
    table.write_text("nis_code,name,population,income_per_inhabitant_eur\n1,A,100,20.000\n2,B,100,20000\n", "utf-8")
    (found,) = validate(table)
    assert (found.line, found.rule, found.severity) == (2, "thousands", "warning")
    world = tmp_path / "world.yaml"
    world.write_text("id: w\ntitle: W\nstart: 2020-01-01\nmunicipalities: towns.csv\n", "utf-8")
    assert [(one.file, one.line) for one in validate(world)] == [(str(table), 2)]
    listed = "[{nis: 1, name: A, population: 100, income_per_inhabitant_eur: 20.000}]"
    world.write_text(f"id: w\ntitle: W\nstart: 2020-01-01\nmunicipalities: {listed}\n", "utf-8")
    assert [(one.line, one.rule) for one in validate(world)] == [(4, "thousands")]


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("2.000.000", "write 2000000, without marks between thousands"),
        ("2 000", "write 2000, without marks"),
        ("1_000", "write 1000, without marks"),
        ("2,000", "write 2000 if thousands are meant, 2 if not"),
    ],
)
def test_marks_between_thousands_are_refused_with_the_number_that_was_meant(tmp_path, written, hint):
    file = tmp_path / "mine.yaml"
    file.write_text(f"{HEAD}fund: {{flemish_contribution: {written!r}}}\n".replace("'", ""), encoding="utf-8")
    if "," in written:
        file.write_text(f"{HEAD}fund:\n  flemish_contribution: {written}\n", encoding="utf-8")
    (problem,) = validate(file)
    assert problem.rule == "wrong-type"
    assert hint in str(problem)


def test_inhabitants_in_thousands_are_refused_with_the_number_that_was_meant(tmp_path: Path) -> None:
    world = tmp_path / "world.yaml"
    world.write_text(
        "id: w\ntitle: W\nstart: 2020-01-01\nmunicipalities: [{nis: 1, name: A, population: 14.427}]\n", "utf-8"
    )
    problem = validate(world)[0]
    assert "write 14427, without a point" in str(problem)


def test_every_field_of_euros_is_known() -> None:
    euros = {"first", "limit_per_event", "limit_per_year", "occurrence_limit"}  # of a layer
    euros |= {"common_cause_limit", "common_cause_attachment"}
    euros |= {"cap_per_municipality", "budget_per_year", "per_year"}  # of a grant and an envelope
    assert euros == AMOUNTS
    assert {*Layer.model_fields, *Grant.model_fields, *Budget.model_fields} >= AMOUNTS
    assert not reads_like_thousands("2.00")


@pytest.mark.parametrize("head", ["sep=,\n", "", "\n"])
def test_the_column_of_incomes_is_known_as_the_table_itself_is_read(tmp_path: Path, head: str) -> None:
    table = tmp_path / "towns.csv"
    table.write_text(f"{head}NIS code,Naam,Inwoners,Income-per-inhabitant EUR\n11001,Aa,100,24.656\n", "utf-8")
    (problem,) = validate([table])
    assert (problem.rule, problem.line) == ("thousands", 2 + len(head.splitlines()))
