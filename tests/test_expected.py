"""Every policy that comes with Weerbaar gives what is written down for it, to the cent and to the digit."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
import expected

PRESETS = [policy.id for policy in expected.presets()]
REPEAT = (
    "see what moved with: python tools/expected.py (--write to write it down, and a line under Results in CHANGELOG)"
)


@pytest.fixture(scope="module")
def played() -> dict[str, dict[str, Any]]:
    return expected.played(expected.presets())


@pytest.fixture(scope="module")
def first_by_reference() -> dict[str, dict[str, Any]]:
    return expected.played(expected.presets(), engine="reference", futures=1)


def test_every_policy_has_its_file_and_no_other() -> None:
    assert sorted(path.stem for path in expected.FOLDER.glob("*.json")) == sorted(PRESETS)


@pytest.mark.parametrize("policy", PRESETS)
def test_the_compiled_engine_gives_what_is_written_down(played: dict[str, dict[str, Any]], policy: str) -> None:
    assert json.loads(json.dumps(played[policy])) == expected.written(policy), REPEAT


@pytest.mark.parametrize("policy", PRESETS)
def test_the_reference_engine_gives_the_first_future(first_by_reference: dict[str, Any], policy: str) -> None:
    before = expected.written(policy)
    assert before is not None
    assert first_by_reference[policy]["futures"] == before["futures"][:1], REPEAT


@pytest.mark.parametrize("policy", PRESETS)
def test_what_is_written_down_adds_up(policy: str) -> None:
    before = expected.written(policy)
    assert before is not None
    for future in before["futures"]:
        paid = {payer: sum(entries.values()) for payer, entries in future["cents"].items()}
        for payer in ("municipality", "flanders", "insurer", "fund"):
            assert paid.get(payer, 0) == pytest.approx(100 * future["kpis"][f"cost_{payer}_eur"])
        assert sum(paid.values()) == pytest.approx(100 * future["kpis"]["cash_cost_eur"])


def test_all_policies_meet_the_same_futures() -> None:
    tapes = {tuple(one["tape_digest"] for one in (expected.written(name) or {})["futures"]) for name in PRESETS}
    assert len(tapes) == 1


def test_what_moved_is_named() -> None:
    before = expected.written("no-ransom")
    now = json.loads(json.dumps(before))
    assert expected.moved(before, now) == []
    now["futures"][0]["kpis"]["break_ins"] += 4
    (line,) = expected.moved(before, now)
    assert line.startswith("break_ins: ")
    now = json.loads(json.dumps(before))
    now["futures"][0]["ledger_hash"] = "0" * 16
    assert len(expected.moved(before, now)) == 1
    assert expected.moved(None, now) == ["is new"]
