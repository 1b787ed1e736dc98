"""The ransom: what is asked, whether it is paid, and what paying brings."""

from __future__ import annotations

from sim.rules.chance import lognormal_quantile, share_quantile
from sim.rules.incident import cents
from sim.rules.rule import rule
from sim.rules.terms import Choices, Extortion
from sim.rules.threat import size_factor

NEVER, MAY_PAY, WITH_APPROVAL = 0, 1, 2


@rule
def demand_euro(u: float, inhabitants: float, extortion: Extortion) -> float:
    """Return the ransom asked in euro: lognormal, growing slowly with size."""
    size = size_factor(inhabitants, extortion.size_elasticity)
    return size * lognormal_quantile(u, extortion.demand, extortion.demand_sigma)


@rule
def willing_to_pay(u: float, backups_lost: bool, extortion: Extortion) -> bool:
    """Return whether the municipality would pay if it may; lost backups decide most."""
    return u < (extortion.pay_backups_lost if backups_lost else extortion.pay_backups_ok)


@rule
def allowed_to_pay(u: float, choices: Choices) -> bool:
    """Return whether the policy lets a willing municipality pay."""
    if choices.ransom_rule == NEVER:
        return False
    if choices.ransom_rule == MAY_PAY:
        return True
    return u < choices.approval_rate


@rule
def recovered_share(u: float, extortion: Extortion) -> float:
    """Return the share of the data that comes back after paying."""
    return share_quantile(u, extortion.data_recovered)


@rule
def deterrence_factor(choices: Choices, extortion: Extortion) -> float:
    """Return what a ban on paying leaves of the attempts; one where attackers cannot tell, as observed so far."""
    return 1.0 - extortion.ban_deterrence if choices.ransom_rule == NEVER else 1.0


@rule
def ransom_cents(demand: float, extortion: Extortion) -> int:
    """Return what is paid of a ransom asked in euro."""
    return cents(demand * extortion.paid_fraction)
