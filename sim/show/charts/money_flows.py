"""Who finally pays: payments and transfers of a policy as one picture of money that flows.

Municipalities and Flanders pay for prevention and incidents, and pay into pots: the solidarity fund (levies and
contributions) and insurers (premiums). What a pot does not pay out stays in it; what it pays out beyond that, it
brings. A lump sum, a reimbursement or a claw-back moves part of what one of them pays to the other, in proportion.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.experiments.comparison.compare import Comparison
from sim.model.policy.policy import PAYERS, Policy

USES = {
    "prevention": ("prevention",),
    "teams": ("response_capacity",),
    "repair": ("response", "recovery", "notification"),
    "lost_revenue": ("lost_revenue",),
    "ransom": ("ransom",),
    "fraud": ("fraud",),
    "suppliers": ("supplier_bill",),
}
"""What the money is for: cost categories put together, so that every use has room for its name."""
INCIDENTS = ("repair", "lost_revenue", "ransom", "fraud", "suppliers")
POTS = ("insurer", "fund")
KEPT = {"insurer": "kept_insurer", "fund": "kept_fund"}
_INTO = {"premium": "insurer", "levy": "fund", "contribution": "fund"}

Targets = dict[str, float]


@dataclass(frozen=True)
class Money:
    """Mean euro a year by (payer, target) and by (pot, use). A target is a use, or a pot that takes money in."""

    paid: Mapping[tuple[str, str], float]
    passed: Mapping[tuple[str, str], float]
    """What pots pass on, with what stays in them; empty where no pot takes money in."""

    @property
    def by_payer(self) -> Targets:
        """What each payer pays in the end."""
        return {name: total for name in PAYERS if (total := _sum(self.paid, 0, name)) > 0}

    @property
    def by_use(self) -> Targets:
        """What the money is for in the end, and what stays in pots."""
        pots = {pot for pot, _ in self.passed}
        ends = [*USES, *KEPT.values()]
        direct = {use: _sum(self.paid, 1, use) + _sum(self.passed, 1, use) for use in ends if use not in pots}
        return {use: total for use, total in direct.items() if total > 0}

    @property
    def by_pot(self) -> Targets:
        """What flows through each pot."""
        return {pot: total for pot in POTS if (total := _sum(self.passed, 0, pot)) > 0}


def _sum(flows: Mapping[tuple[str, str], float], end: int, name: str) -> float:
    return sum(amount for edge, amount in flows.items() if edge[end] == name)


def flows(result: Comparison, policy: str | Policy) -> dict[tuple[str, str], float]:
    """Return mean euro per year by (payer, use), before transfers; only what is above zero."""
    paid = result.payers(policy)
    amounts = {
        (payer, use): sum(paid.get(payer, {}).get(category, 0.0) for category in categories) / result.years
        for payer in PAYERS
        for use, categories in USES.items()
    }
    return {edge: amount for edge, amount in amounts.items() if amount > 0}


def money(result: Comparison, policy: str | Policy) -> Money:
    """Return who finally pays for what under a policy."""
    paid = result.payers(policy)

    def moved(payer: str, kind: str) -> float:
        return paid.get(payer, {}).get(kind, 0.0) / result.years

    by: dict[str, Targets] = {payer: {} for payer in PAYERS}
    for (payer, use), amount in flows(result, policy).items():
        by[payer][use] = amount
    for kind, pot in _INTO.items():
        for payer in ("municipality", "flanders"):
            if (amount := moved(payer, kind)) > 0:
                by[payer][pot] = by[payer].get(pot, 0.0) + amount
    for payer in ("flanders", "fund"):
        _move(by, "municipality", payer, moved(payer, "reimbursement"), INCIDENTS)
    _move(by, "municipality", "flanders", moved("flanders", "lump_sum"))
    _move(by, "flanders", "municipality", moved("municipality", "claw_back"))
    passed: dict[tuple[str, str], float] = {}
    for pot in POTS:
        taken = sum(by[payer].get(pot, 0.0) for payer in ("municipality", "flanders"))
        if taken <= 0:
            continue
        out = by.pop(pot)
        passed |= {(pot, use): amount for use, amount in out.items()}
        if (left := taken - sum(out.values())) > 0:
            passed[pot, KEPT[pot]] = left
        elif left < 0:
            by[pot] = {pot: -left}
    mine = {(payer, target): amount for payer in PAYERS for target, amount in by.get(payer, {}).items()}
    return Money({edge: amount for edge, amount in mine.items() if amount > 0}, passed)


def _move(by: dict[str, Targets], giver: str, taker: str, amount: float, only: tuple[str, ...] | None = None) -> None:
    """Let one payer take over an amount of what another pays, in proportion; at most all of it."""
    mine = {target: value for target, value in by[giver].items() if only is None or target in only}
    whole = sum(mine.values())
    if amount <= 0 or whole <= 0:
        return
    part = min(1.0, amount / whole)
    for target, value in mine.items():
        by[giver][target] -= part * value
        by[taker][target] = by[taker].get(target, 0.0) + part * value
