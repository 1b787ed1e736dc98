"""The twins under everything that moves money: grants, pots, insurance, behaviour, phases, drawn at random."""

from __future__ import annotations

import datetime
import random
from bisect import bisect_right
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import pytest

import sim
from sim.engines import events as ev
from sim.engines.reference import shared
from sim.engines.reference.payments import Pot
from sim.engines.reference.pots import Pots
from sim.engines.setting import Outcome
from sim.model.policy.layers import MUNICIPALITY_PAYS
from sim.model.policy.policy import Policy
from sim.model.problems import InputError
from sim.model.world.world import World
from tests.engines.test_twins import assert_twins
from tests.worlds import setting

MEASURES = ("identity", "hardening", "detection", "awareness", "backups", "continuity")
EMPTY = ("wait", "pro_rata", "fall_through")
RANSOM = ("never", "may_pay", "with_approval")
CATEGORIES = ("response", "recovery", "lost_revenue", "notification", "ransom", "fraud", "supplier_bill")
FLANDERS = sim.load_world("flanders-2020")


def some(r: random.Random, chance: float, values: dict[str, Any]) -> dict[str, Any]:
    """Return some of the values."""
    return {key: r.choice(choices) for key, choices in values.items() if r.random() < chance}


def random_grant(r: random.Random, number: int) -> dict[str, Any]:
    """Return a grant of any instrument."""
    kind = r.choice(["matching", "lump_sum", "shared_service", "audit"])
    grant: dict[str, Any] = {"id": f"grant{number}", "instrument": kind}
    grant |= some(
        r,
        0.5,
        {
            "cap_per_municipality": [100, 4_000, 50_000],
            "budget_per_year": [0, 5_000, 100_000],
            "from": [datetime.date(2018, 1, 1), datetime.date(2020, 4, 1), datetime.date(2021, 1, 1)],
            "until": [datetime.date(2021, 12, 31), datetime.date(2022, 6, 30)],
            "financed_from_gemeentefonds": [0, 0.45, 1],
            "requires": [{"identity": 0.2}, {"backups": 0.5}],
        },
    )
    if kind == "lump_sum":
        return grant | {"amount": r.choice([0.5, 3]), "by": r.choice(["inhabitants", "need", "fiscal_capacity"])}
    if kind == "matching" and r.random() < 0.6:
        grant["measures"] = r.sample(MEASURES, 2)
    if kind == "shared_service":
        grant["measures"] = [r.choice(MEASURES)]
    return grant | {"share": r.choice([0, 0.3, 0.66, 0.9]), "hazard": r.choice([0, 0.3, 5, 80])}


def random_layers(r: random.Random, payers: list[str], budgets: list[str], programmes: list[str]) -> list[Any]:
    """Return layers that end with the municipality; for prevention if only governments pay."""
    layers = []
    limits = ["first", "limit_per_event", "limit_per_year", *(["common_cause_limit"] if "insurer" in payers else [])]
    for _ in range(r.choice([1, 2, 3])):
        layer = {"payer": r.choice(payers), "share": r.choice([0.3, 0.8, 1.0])}
        layer |= some(r, 0.3, {key: [500, 20_000] for key in limits})
        layer |= some(r, 0.15, {f"{key}_per_inhabitant": [0.04, 1.7] for key in limits[:3]})
        if "insurer" in payers:
            beyond = {"occurrence_limit_per_inhabitant": [0.04, 1.7], "common_cause_attachment": [3_000, 10**6]}
            layer |= some(r, 0.2, {"occurrence_limit": [500, 20_000]} | beyond)
        if layer["payer"] == "flanders" and budgets and r.random() < 0.6:
            layer["budget"] = r.choice(budgets)
        if r.random() < 0.3:
            layer["requires"] = {"identity": r.choice([0.1, 0.5])} | (
                {"programme": programmes[0]} if programmes else {}
            )
        layers.append(layer)
    return [*layers, {"payer": "municipality"}]


def random_policy(seed: int) -> Policy:
    """Return a policy with any of the levers that move money; InputError where they do not go together."""
    r = random.Random(seed)
    grants = [random_grant(r, number) for number in range(r.choice([0, 1, 2, 4]))]
    programmes = [grant["id"] for grant in grants if grant["instrument"] != "lump_sum"]
    budgets = {
        name: {"per_year": r.choice([0, 5_000, 100_000]), "when_empty": r.choice(EMPTY)}
        | some(r, 0.4, {"financed_from_gemeentefonds": [0, 0.45, 1]})
        for name in r.choice([[], ["crt"], ["crt", "cloud"]])
    }
    values: dict[str, Any] = {
        "prevention.behaviour": r.choice(["fixed", "responsive"]),
        "prevention.delivery": r.choice(["ad_hoc", "intermunicipal", "flemish_framework"]),
        "prevention.local_spend": r.choice([0, 1, 5, 12]),
        "grants": grants,
        "budgets": budgets,
        "gemeentefonds.share": r.choice([0, 0, 0.45, 1]),
        "response.teams": r.choice([0, 1, 2, 4]),
        "response.private_after_days": r.choice([0, 0.5, 5]),
        "response.fallback_services": r.random() < 0.4,
        "ransom.rule": r.choice(RANSOM),
        "ransom.approval_days": r.choice([0, 20, 60]),
    }
    standard = {"level": ["basic", "essential"], "from": [datetime.date(2020, 5, 1)], "compliance": [0, 0.5, 1]}
    if r.random() < 0.4:
        values["prevention.minimum_standard"] = some(r, 1.0, standard)
    if r.random() < 0.4:
        values["prevention.supplier_standard"] = {"rate_factor": r.choice([0, 0.5]), "outage_factor": 0.3, "price": 0.4}
    if r.random() < 0.6:
        values["fund"] = {
            "levy": r.choice([0, 0.3, 2]),
            "flemish_contribution": r.choice([0, 20_000]),
            "opening_balance": r.choice([0, 50_000]),
            "member_limit": r.choice([3_000, 250_000]),
            "common_cause_limit": r.choice([2_000, 10**7]),
            "annual_limit": r.choice([20_000, 10**7]),
            "when_empty": r.choice(EMPTY),
            "backstop": r.choice(["none", "none", "flanders"]),
        }
    if r.random() < 0.6:
        values["insurance"] = {
            "uptake": r.choice([0.3, 1]),
            "limit": r.choice([5_000, 500_000]),
            "deductible": r.choice([0, 1_000, 25_000]),
            "risk_rated": r.random() < 0.5,
        }
    payers = ["municipality", "flanders", "insurer", *(["fund"] if "fund" in values else [])]
    for category in CATEGORIES:
        if r.random() < 0.6:
            values[f"cost_split.{category}"] = random_layers(r, payers, list(budgets), programmes)
    if r.random() < 0.4:
        values["cost_split.prevention"] = random_layers(r, ["municipality", "flanders"], list(budgets), programmes)
    change = some(r, 0.5, {"response.teams": [0, 1, 6], "prevention.local_spend": [2, 9], "ransom.rule": RANSOM,
                           "ransom.approval_rate": [0, 1], "response.fallback_services": [False, True],
                           "response.discipline": ["severity", "inhabitants"], "response.private_after_days": [0, 30],
                           "prevention.delivery": ["ad_hoc", "flemish_framework"]})  # fmt: skip
    rules = {f"budgets.{name}.when_empty": EMPTY for name in budgets}
    rules |= {"fund.when_empty": EMPTY, "fund.backstop": ["flanders"]} if "fund" in values else {}
    change |= some(r, 0.3, rules | ({"insurance.uptake": [0, 0.6]} if "insurance" in values else {}))
    if change:
        values["phases"] = [{"from": r.choice([datetime.date(2020, 3, 1), datetime.date(2021, 1, 1)]), "set": change}]
    return sim.load_policy(r.choice(["status-quo-2020", "fifty-fifty"])).with_values(values)


def random_world(seed: int) -> World:
    """Return some towns in a rough world."""
    r = random.Random(seed)
    return FLANDERS.with_values(
        {
            "municipalities": tuple(r.sample(list(FLANDERS.municipalities), 8)),
            "years": r.choice([1, 3]),
            "threat.attempts": 60,
            "incident.significant": 0.3,
            "incident.severe": 0.15,
            "suppliers.compromise_rate": 0.4,
            "suppliers.lateral_prob": 0.3,
            "fraud.rate": 0.3,
            "finance.budget_stress": r.choice([0, 0.5]),
            "finance.reserve": r.choice([1, 100]),
            "behaviour.valuation": r.choice(["revealed", "own_bill"]),
            "behaviour.harm_weight": r.choice([0, 1]),
            "defence": r.choice(["measures", "gordon_loeb_1", "gordon_loeb_2", "logistic"]),
            "tick": r.choice(["minute", "day"]),
        }
    )


class Auditor(Pots):
    """Accounts that watch each pot: what it takes in and pays in each calendar year, from the lines that are posted."""

    seen: ClassVar[list[Auditor]] = []

    def __init__(self, layers: Any, year_starts: Any, pots: Any = (), claw_back: int = 0, **more: Any) -> None:
        super().__init__(layers, year_starts, pots, claw_back, **more)
        self.taken_in, self.paid_out = ([[0] * (len(year_starts) - 1) for _ in pots] for _ in range(2))
        self.advanced = 0  # by municipalities, and not paid back
        self.seen.append(self)

    def watched(self, pot: Pot, act: Callable[[], Any]) -> Any:
        """Let a pot act, and note the lines that are its own; fail where they are not what its balance says."""
        number = next(number for number, one in enumerate(self.pots) if one is pot)
        before, begin = pot.balance, len(self.postings)
        result = act()
        written = self.postings[begin:]
        lines = [line for line in written if line[3] == pot.terms.payer and line[2:4] != (ev.CONTRIBUTION, ev.FLANDERS)]
        assert pot.balance == before - sum(line[4] for line in lines) >= 0
        self.advanced += sum(line[4] for line in written if line[3] == ev.MUNICIPALITY)
        for minute, *_, cents, _ in lines:
            year = bisect_right(self.year_starts, minute) - 1
            self.taken_in[number][year] += max(0, -cents)
            self.paid_out[number][year] += max(0, cents)
        return result

    def claim(self, pot: Pot, *terms: Any) -> int:
        return self.watched(pot, lambda: super(Auditor, self).claim(pot, *terms))

    def reimburse(self, pot: Pot, *terms: Any) -> None:
        self.watched(pot, lambda: super(Auditor, self).reimburse(pot, *terms))

    def refill(self, minute: int, levies: Any) -> None:
        """Fill the pots; whoever waits is paid before anybody else, as far as there is money."""
        begin, year = len(self.postings), bisect_right(self.year_starts, minute) - 1
        super().refill(minute, levies)
        for number, pot in enumerate(self.pots):
            assert not pot.waiting or pot.balance == 0
            filled = [line for line in self.postings[begin:] if line[2] in (ev.LEVY, ev.CONTRIBUTION)]
            income = -sum(line[4] for line in filled if line[3] == ev.FUND) if pot.terms.keeps else pot.terms.per_year
            self.taken_in[number][year] += income

    def reconcile(self, outcome: Outcome) -> None:
        """Fail unless opening + income - payments = closing, for each pot in each year."""
        for number, pot in enumerate(self.pots):
            opening = 0
            for year, closing in enumerate(outcome.balances[number].tolist()):
                assert opening + self.taken_in[number][year] - self.paid_out[number][year] == closing >= 0
                opening = closing if pot.terms.keeps else 0
        assert outcome.unpaid_cents == self.advanced


def reconcile(policy: Policy, outcome: Outcome, year_starts: Any) -> None:
    """Fail unless transfers cancel, and the fund and the grants follow from the ledger alone, year by year."""
    postings, balances = outcome.postings, outcome.balances
    moved = postings["category"] >= len(ev.CATEGORIES)
    assert postings["cents"][moved].sum() == 0
    assert (postings["cents"][~moved] > 0).all()
    assert (balances >= 0).all()
    years = np.searchsorted(year_starts, postings["minute"], side="right") - 1

    def by_year(lines: Any) -> Any:
        return np.bincount(years[lines], postings["cents"][lines], len(year_starts) - 1).astype(np.int64)

    if policy.fund is not None:
        assert (np.diff(balances[0], prepend=0) == -by_year(postings["payer"] == ev.FUND)).all()
    plain = policy.layers("prevention") == MUNICIPALITY_PAYS
    if plain and policy.grants and all(grant.budget_per_year is not None for grant in policy.grants):
        whole = round(100 * sum(grant.budget_per_year for grant in policy.grants))
        kinds = np.isin(postings["category"], (ev.PREVENTION, ev.LUMP_SUM))
        spent = by_year(kinds & (postings["payer"] == ev.FLANDERS))
        assert (whole - balances[-len(policy.grants) :].sum(axis=0) == spent).all()


def check(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Play two futures of a random policy in a random world on both engines, with an auditor at the reference."""
    try:
        policy = random_policy(seed)
    except InputError:
        return  # levers that do not go together
    monkeypatch.setattr(shared, "Pots", Auditor)
    Auditor.seen.clear()
    common = setting(random_world(seed), policy)
    outcomes = assert_twins(common, seed, range(2))
    for outcome, auditor in zip(outcomes, Auditor.seen, strict=True):
        reconcile(policy, outcome, common.world.year_starts)
        auditor.reconcile(outcome)


@pytest.mark.parametrize("seed", range(40))
def test_money_moves_alike_in_both_engines(seed, monkeypatch):
    check(seed, monkeypatch)


READY: dict[str, list[Any]] = {
    "response.teams": [0, 1, 3],
    "response.fallback_services": [False, True],
    "ransom.rule": [*RANSOM],
}
SUPPLIERS: dict[str, list[Any]] = {
    "prevention.supplier_standard": [None, *({"rate_factor": 0.5, "price": price} for price in (0.1, 0.37))]
}


def busy_plan(seed: int, levers: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """Return phases on any days of three years, each of which changes part of what stands ready."""
    r = random.Random(seed)
    start, days = datetime.date(2020, 1, 1), sorted(r.sample(range(1, 1_095), 6))
    plan = [{"from": start + datetime.timedelta(days=day), "set": some(r, 0.6, levers)} for day in days]
    return [phase for phase in plan if phase["set"]]


@pytest.mark.parametrize("seed", range(12))
def test_what_stands_ready_for_days_is_paid_alike_in_both_engines(seed):
    """Where the year's programmes are booked ahead, and where they are decided year by year."""
    world = random_world(seed).with_values({"years": 3})
    values = {"phases": busy_plan(seed, READY), "response.private_after_days": 1}
    ahead = setting(world.with_values({"finance.budget_stress": 0}), sim.load_policy("local-only").with_values(values))
    assert ahead.plan.is_booked_ahead
    assert_twins(ahead, seed, range(1))
    try:
        busy = random_policy(seed).with_values({"phases": busy_plan(seed, READY | SUPPLIERS)})
    except InputError:
        return  # levers that do not go together
    assert_twins(setting(world, busy), seed, range(1))


@pytest.mark.long
@pytest.mark.parametrize("first", range(1000, 2000, 50))
def test_money_moves_alike_for_a_thousand_policies(first, monkeypatch):
    for seed in range(first, first + 50):
        check(seed, monkeypatch)


def test_levers_at_their_off_values_change_nothing():
    world = sim.load_world("one-town")
    plain = sim.load_policy("fifty-fifty")
    off = plain.with_values(
        {
            "fund": {"levy": 0, "flemish_contribution": 0, "opening_balance": 0},
            "insurance": {"uptake": 0},
            "prevention.supplier_standard": {"rate_factor": 1, "outage_factor": 1, "price": 0},
            "prevention.minimum_standard": {"compliance": 0},
        }
    )
    one, other = (sim.compare(world, [policy], replications=20, seed=3) for policy in (plain, off))
    assert one.ledger_hash(plain) == other.ledger_hash(off)
    assert np.array_equal(one.futures()["cash_cost_eur"], other.futures()["cash_cost_eur"])
