"""Grants worked out on paper.

Municipalities A and B spend 5 euro on prevention for each of 20,000 inhabitants: 100,000 euro a year, for three years.
Who joins a grant has done so long before. Of the two only A complies with the minimum standard.
"""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from tests.by_hand import A, B, balances, paid, played

NEW_YEARS = ("2020-01-01", "2021-01-01", "2022-01-01")
LAST_DAYS = ("2020-12-31", "2021-12-31", "2022-12-31")
LONG_AGO = datetime.date(2010, 1, 1)
MIX = {"identity": 0.25, "hardening": 0.25, "detection": 0.2, "awareness": 0.1, "backups": 0.1, "continuity": 0.1}


def granted(engine: str, grant: dict[str, Any], world: dict[str, Any] | None = None, **drawn: Any) -> Any:
    """Return the future in which this grant is there and nothing else happens."""
    values: dict[str, Any] = {f"prevention.mix.{name}": share for name, share in MIX.items()}
    values |= {
        "prevention.local_spend": 5,
        "prevention.minimum_standard": {"level": "basic", "compliance": 0.5},
        "grants": [{"id": "g", "from": LONG_AGO} | grant],
    }
    mix = {f"measures.{name}.mix": share for name, share in MIX.items()}
    return played(engine, values, falls=(), world=mix | (world or {}), obedience=(0.1, 0.9), **drawn)


def each_year(*euro: float) -> dict[str, float]:
    """Return what is paid on the first of January of each year, without zeros."""
    amounts = euro * 3 if len(euro) == 1 else euro
    return {day: amount for day, amount in zip(NEW_YEARS, amounts, strict=True) if amount}


MATCH = {"instrument": "matching", "share": 0.5, "hazard": 80}
MATCHES: dict[str, tuple[dict[str, Any], dict[str, float], dict[str, float]]] = {
    # half of the whole: as much again as the 100,000 of its own
    "share of a half": ({}, each_year(100_000), each_year(100_000)),
    # four fifths of the whole: four times its own
    "share of four fifths": ({"share": 0.8}, each_year(400_000), each_year(400_000)),
    # a quarter goes to identity
    "measures": ({"measures": ["identity"]}, each_year(25_000), each_year(25_000)),
    "cap": ({"cap_per_municipality": 30_000}, each_year(30_000), each_year(30_000)),
    "requires": ({"requires": {"minimum_standard": True}}, each_year(100_000), {}),
    "until": ({"until": datetime.date(2021, 1, 1)}, each_year(100_000, 100_000, 0), each_year(100_000, 100_000, 0)),
    # who joins after 1 January gets money from the next one on
    "from": ({"from": datetime.date(2021, 1, 2)}, each_year(0, 0, 100_000), each_year(0, 0, 100_000)),
    "nobody": ({"hazard": 0}, {}, {}),
}


@pytest.mark.parametrize("name", MATCHES)
def test_a_match_is_what_paper_says(engine, name):
    terms, for_a, for_b = MATCHES[name]
    outcome = granted(engine, MATCH | terms)
    assert [paid(outcome, "flanders", "prevention", nis) for nis in (A, B)] == [for_a, for_b]
    assert paid(outcome, "municipality", "prevention") == each_year(200_000)


def test_a_match_is_first_come_first_served(engine):
    """150,000 a year: 100,000 for who joined first, 50,000 for the other, every year in the same order."""
    outcome = granted(engine, MATCH | {"budget_per_year": 150_000})
    found = [list(paid(outcome, "flanders", "prevention", nis).values()) for nis in (A, B)]
    assert sorted(found) == [[50_000] * 3, [100_000] * 3]
    assert balances(outcome) == [0, 0, 0]
    assert outcome.dry[0].tolist() == [1, 1, 1]


def test_a_match_is_taken_back_by_inhabitants(engine):
    """Three tenths of what A gets, 30,000, from both alike."""
    terms = {"requires": {"minimum_standard": True}, "financed_from_gemeentefonds": 0.3, "budget_per_year": 120_000}
    outcome = granted(engine, MATCH | terms)
    for nis in (A, B):
        assert paid(outcome, "municipality", "claw_back", nis) == dict.fromkeys(LAST_DAYS, 15_000)
    assert balances(outcome) == [20_000, 20_000, 20_000]


LUMP = {"instrument": "lump_sum", "amount": 2}
LUMPS: dict[str, tuple[dict[str, Any], float, float]] = {
    "by inhabitants": ({}, 40_000, 40_000),
    # B gets half as far with a euro, and so twice as much: one and two thirds of 40,000
    "by need": ({"by": "need"}, 26_666.67, 53_333.33),
    "cap": ({"by": "need", "cap_per_municipality": 50_000}, 26_666.67, 50_000),
    # 60,000 for the 80,000 that it would be: three quarters
    "budget": ({"budget_per_year": 60_000}, 30_000, 30_000),
    "requires": ({"requires": {"minimum_standard": True}}, 40_000, 0),
}


@pytest.mark.parametrize("name", LUMPS)
def test_a_lump_sum_is_what_paper_says(engine, name):
    terms, for_a, for_b = LUMPS[name]
    outcome = granted(engine, LUMP | terms, maturity=(2, 1))
    found = [paid(outcome, "flanders", "lump_sum", nis) for nis in (A, B)]
    assert found == [each_year(for_a), each_year(for_b)]


def test_what_sticks_of_a_lump_sum_fades(engine):
    """Of 40,000 there sticks 80 %, then 60 %, then 40 %: the rest replaces other money of the municipality."""
    world = {"finance.flypaper_first": 0.8, "finance.flypaper_later": 0.4}
    outcome = granted(engine, LUMP | {"from": datetime.date(2020, 1, 1)}, world)
    assert paid(outcome, "municipality", "prevention", A) == each_year(132_000, 124_000, 116_000)


AUDIT = {"instrument": "audit", "share": 0.66, "hazard": 80}


AUDITS = [({}, 3_498), ({"cap_per_municipality": 3_000}, 3_000), ({"share": 0}, 0)]


@pytest.mark.parametrize(("terms", "flanders"), AUDITS)
def test_an_audit_is_paid_once(engine, terms, flanders):
    """66 % of 5,300 is 3,498, unless a cap says 3,000; the municipality pays the rest, and its 100,000 a year."""
    outcome = granted(engine, AUDIT | terms, {"audit.price": 5_300})
    for nis in (A, B):
        assert paid(outcome, "flanders", "prevention", nis) == each_year(flanders, 0, 0)
        assert paid(outcome, "municipality", "prevention", nis) == each_year(105_300 - flanders, 100_000, 100_000)


def test_an_audit_waits_for_money(engine):
    """4,000 a year pay for one audit of 3,498: one municipality in 2020, the other in 2021."""
    outcome = granted(engine, AUDIT | {"budget_per_year": 4_000}, {"audit.price": 5_300})
    assert paid(outcome, "flanders", "prevention") == each_year(3_498, 3_498, 0)
    assert balances(outcome) == [502, 502, 4_000]
    assert outcome.dry[0].tolist() == [1, 0, 0]


def test_a_shared_service_pays_for_what_is_missing(engine):
    """Detection covers half for the euro per inhabitant that it gets today, and three quarters for two: one is missing,
    20,000 in all. Flanders bears 75 % of it; with 14,000 a year it can help nobody, since a service is there in full or
    not at all."""
    world = {"measures.detection.today": 0.5, "service.coverage": 0.75, "measures.reference_spend": 5}
    service = {"instrument": "shared_service", "measure": "detection", "share": 0.75, "hazard": 80}
    outcome = granted(engine, service, world)
    for nis in (A, B):
        assert paid(outcome, "flanders", "prevention", nis) == each_year(15_000)
        assert paid(outcome, "municipality", "prevention", nis) == each_year(105_000)
    poor = granted(engine, service | {"budget_per_year": 14_000}, world)
    assert paid(poor, "flanders", "prevention") == {}
    assert paid(poor, "municipality", "prevention", A) == each_year(100_000)
    assert balances(poor) == [14_000] * 3
