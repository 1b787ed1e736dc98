"""Grants, insurance, fund, envelopes and standards: there when named, within bounds, taken away by null."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from sim.model.files.load import load_policy
from sim.model.files.write_yaml import policy_yaml
from sim.model.policy.policy import MEASURES, Budget, Grant, Insurance, Layer, Policy, Requires
from sim.model.problems import InputError

MATCHING = {"id": "match", "instrument": "matching", "share": 0.5}
SERVICE = {"id": "soc", "instrument": "shared_service", "share": 1.0, "measure": "detection"}
LUMP = {"id": "lump", "instrument": "lump_sum", "amount": 2.0}


def policy(**groups: Any) -> Policy:
    return Policy.model_validate({"id": "a", "title": "a", **groups})


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(f"id: {name}\ntitle: {name}\n{text}", encoding="utf-8")
    return path


# ---- what is there when nothing is said


def test_a_policy_that_names_no_programme_has_none() -> None:
    plain = policy()
    assert (plain.grants, plain.phases, dict(plain.budgets)) == ((), (), {})
    assert (
        plain.fund is plain.insurance is plain.prevention.minimum_standard is plain.prevention.supplier_standard is None
    )
    assert plain.gemeentefonds.share == 0
    assert not plain.response.fallback_services


def test_what_is_absent_has_no_value() -> None:
    assert policy().get_value("fund.levy") is None
    assert policy(fund={}).get_value("fund.levy") == 1
    with pytest.raises(InputError, match='did you mean "levy"'):
        policy().get_value("fund.levi")


@pytest.mark.parametrize("group", ["insurance", "fund", "prevention.minimum_standard", "prevention.supplier_standard"])
def test_null_takes_a_group_away(group: str) -> None:
    there = policy().with_values({group: {}})
    assert there.get_value(group) is not None
    assert there.with_values({group: None}) == policy()


def test_setting_one_number_makes_the_group(tmp_path: Path) -> None:
    file = write(tmp_path, "plain", "")
    half = load_policy(file, ["policy.insurance.uptake=0.5", "policy.prevention.minimum_standard.from=2022-01-01"])
    assert half.insurance == Insurance(uptake=0.5)
    assert half == load_policy(file).with_values(
        {"insurance.uptake": 0.5, "prevention.minimum_standard.from": datetime.date(2022, 1, 1)}
    )
    assert load_policy(file, ["policy.insurance.uptake=0.5", "policy.insurance=null"]) == load_policy(file).with_values(
        {"prevention": policy().prevention}
    )


def test_an_envelope_is_set_by_its_name() -> None:
    rich = policy(budgets={"crt": {"per_year": 1.0}}).with_values({"budgets.crt.per_year": 5.0})
    assert rich.budgets == {"crt": Budget(per_year=5.0)}
    assert rich.with_values({"budgets.crt": None}).budgets == {}


def test_no_key_leads_into_a_list() -> None:
    for key in ("grants.0.share", "cost_split.recovery.share"):
        with pytest.raises(InputError, match="is a list, and is set as a whole"):
            policy(grants=[MATCHING]).with_values({key: 0.5})


def test_a_policy_can_be_a_key_and_its_envelopes_do_not_change() -> None:
    one = policy(
        budgets={"crt": {"per_year": 1.0}}, phases=[{"from": datetime.date(2021, 1, 1), "set": {"ransom": {}}}]
    )
    assert len({one, one.model_copy()}) == 1
    for held in (one.budgets, one.phases[0].set):
        with pytest.raises(TypeError, match="with_values"):
            held["x"] = 1  # type: ignore[index]


# ---- one policy on another


def test_lists_are_replaced_and_groups_are_merged(tmp_path: Path) -> None:
    fund = "fund: {levy: 2.0, opening_balance: 7}\nbudgets: {a: {per_year: 1}, b: {per_year: 2}}\n"
    grants = "grants:\n  - {id: one, instrument: audit, share: 0.5}\ninsurance: {uptake: 0.5}\n"
    write(tmp_path, "base", fund + grants)
    on_top = "based_on: base\nfund: {levy: 3.0}\nbudgets: {b: {per_year: 5}}\ngrants: []\ninsurance: null\n"
    top = load_policy(write(tmp_path, "top", on_top))
    assert (top.fund, top.insurance, top.grants) == (policy(fund={"levy": 3.0, "opening_balance": 7.0}).fund, None, ())
    assert {name: budget.per_year for name, budget in top.budgets.items()} == {"a": 1, "b": 5}
    again = load_policy(write(tmp_path, "again", "based_on: top\nbudgets: {a: null}\n"))
    assert list(again.budgets) == ["b"]


def test_what_is_taken_away_is_written_as_null(tmp_path: Path) -> None:
    base = load_policy(write(tmp_path, "base", "fund: {levy: 2.0}\nbudgets: {a: {per_year: 1}}\n"))
    text = policy_yaml(base.with_values({"id": "top", "fund": None, "budgets.a": None}), base)
    assert "fund: null\n" in text
    assert "  a: null\n" in text
    assert load_policy(write(tmp_path, "top", text.split("\n", 2)[2])).fund is None


# ---- grants


def test_a_measure_may_be_named_alone() -> None:
    assert Grant.model_validate(SERVICE).measures == ("detection",)
    assert Grant.model_validate(MATCHING).covered == MEASURES
    assert Grant.model_validate({**MATCHING, "measures": ["backups"]}).covered == ("backups",)
    assert Grant.model_validate(LUMP).covered == ()


@pytest.mark.parametrize(
    ("grant", "rule"),
    [
        ({**MATCHING, "share": 0.951}, "out-of-range"),
        ({**MATCHING, "share": 1.1}, "share-above-one"),
        ({**MATCHING, "amount": 2.0}, "wrong-instrument"),
        ({**MATCHING, "measures": ["backups", "backups"]}, "duplicate-id"),
        ({**SERVICE, "measure": ["backups", "detection"]}, "one-measure"),
        ({"id": "soc", "instrument": "shared_service", "share": 1.0}, "one-measure"),
        ({"id": "soc", "instrument": "shared_service", "measure": "detection"}, "missing"),
        ({"id": "audit", "instrument": "audit", "share": 0.66, "measures": ["hardening"]}, "wrong-instrument"),
        ({**LUMP, "share": 0.5}, "wrong-instrument"),
        ({**LUMP, "hazard": 0.5}, "wrong-instrument"),
        ({"id": "lump", "instrument": "lump_sum"}, "missing"),
    ],
)
def test_a_grant_fits_its_instrument(grant: dict[str, Any], rule: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Grant.model_validate(grant)
    assert {fault["type"] for fault in caught.value.errors()} == {rule}


def test_what_is_asked_has_an_order() -> None:
    assert Requires(identity=0.3, continuity=0.1).coverage == (0.3, 0, 0, 0, 0, 0.1)


# ---- bounds of the numbers that are no rows of the table


@pytest.mark.parametrize(
    ("model", "plain", "name", "most"),
    [
        *((Grant, MATCHING, name, most) for name, most in (("share", 0.95), ("hazard", 100))),
        *((Grant, MATCHING, name, 1e12) for name in ("cap_per_municipality", "budget_per_year")),
        (Grant, MATCHING, "financed_from_gemeentefonds", 1),
        (Grant, LUMP, "amount", 1000),
        (Budget, {"per_year": 1.0}, "per_year", 1e12),
        (Budget, {"per_year": 1.0}, "financed_from_gemeentefonds", 1),
        *((Layer, {"payer": "fund"}, f"common_cause_{name}", 1e12) for name in ("limit", "attachment")),
        *((Layer, {"payer": "fund"}, f"{name}_per_inhabitant", 1e6) for name in ("first", "occurrence_limit")),
        *((Requires, {}, name, 1) for name in MEASURES),
    ],
)
def test_bounds_are_kept(model: Any, plain: dict[str, Any], name: str, most: float) -> None:
    for value in (0.0, float(most)):
        assert getattr(model.model_validate({**plain, name: value}), name) == value
    for value in (-1e-9, most + 1e-3, float("nan"), float("inf"), True, "0.5"):
        with pytest.raises(ValidationError):
            model.model_validate({**plain, name: value})
