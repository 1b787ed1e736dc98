"""What keeps attackers out: coverage of the measures, and the break-in probability that follows.

Evidence describes municipalities as they are today. The break-in probability `today`, at the reference spend, is the
anchor; measures move away from it in proportion to their risk ratios, and the Gordon-Loeb curves pass through it.
"""

from __future__ import annotations

import math

from sim.rules.rule import rule
from sim.rules.terms import Defence

MEASURES, GORDON_LOEB_1, GORDON_LOEB_2, LOGISTIC = 0, 1, 2, 3


@rule
def coverage_target(spend_ratio: float, today: float) -> float:
    """Return the coverage that a spend buys in the long run: 1 - (1 - today)^ratio.

    `spend_ratio` is effective spend on the measure over today's; each further euro covers the same share of what is
    still open, so returns diminish.
    """
    if today <= 0.0:
        return 0.0
    return 1.0 - math.exp(spend_ratio * math.log(1.0 - today))


@rule
def gap_left(elapsed: float, tau: float) -> float:
    """Return the part of a gap that is still open `elapsed` minutes later, with time constant `tau` in minutes."""
    if tau <= 0.0:
        return 0.0
    return math.exp(-elapsed / tau)


@rule
def stock_at(level: float, target: float, left_building: float, left_decaying: float) -> float:
    """Return a coverage (or security spend) some time later, on its way to its target.

    Solution of d level / dt = (target - level) / tau, with a time constant to build and another to decay; the last two
    are what `gap_left` says of each.
    """
    return target + (level - target) * (left_building if target > level else left_decaying)


@rule
def learned(level: float, learning: float) -> float:
    """Return the coverage just after an incident: part of the remaining gap is closed, and fades later."""
    return level + (1.0 - level) * learning


@rule
def risk_left(coverage: float, risk_ratio: float) -> float:
    """Return the risk at this coverage of a measure, relative to that without it: 1 - coverage x (1 - risk ratio)."""
    return 1.0 - coverage * (1.0 - risk_ratio)


@rule
def relative_risk(identity: float, hardening: float, awareness: float, defence: Defence) -> float:
    """Return the product over measures of (1 - coverage (1 - risk ratio)), to the power `overlap`, above the floor.

    Measures overlap: who has one often has the others, so raw risk ratios must not be multiplied.
    """
    product = (
        risk_left(identity, defence.identity_risk_ratio)
        * risk_left(hardening, defence.hardening_risk_ratio)
        * risk_left(awareness, defence.awareness_risk_ratio)
    )
    if product <= 0.0:
        return defence.floor
    return max(defence.floor, math.exp(defence.overlap * math.log(product)))


@rule
def unprotected(defence: Defence) -> float:
    """Return the break-in probability at zero spend; no policy can exceed it, so it is the cap of the thinning."""
    if defence.model == MEASURES:
        today = relative_risk(defence.identity_today, defence.hardening_today, defence.awareness_today, defence)
        return defence.today / today
    return defence.gordon_loeb_v


@rule
def gordon_loeb_1(spend: float, v: float, alpha: float, beta: float) -> float:
    """Return S = v / (alpha z + 1)^beta (Gordon and Loeb 2002, class I); `spend` z in euro per inhabitant per year."""
    return v * math.exp(-beta * math.log(alpha * spend + 1.0))


@rule
def gordon_loeb_2(spend: float, v: float, alpha: float) -> float:
    """Return S = v^(alpha z + 1) (Gordon and Loeb 2002, class II)."""
    if v <= 0.0:
        return 0.0
    return math.exp((alpha * spend + 1.0) * math.log(v))


@rule
def logistic(spend: float, v: float, steepness: float, midpoint: float) -> float:
    """Return the S-shaped alternative: v (1 + exp(-k z0)) / (1 + exp(k (z - z0))).

    Beyond exp(700) nothing is left of it, and Python's own exp would overflow.
    """
    exponent = min(steepness * (spend - midpoint), 700.0)
    return v * (1.0 + math.exp(-steepness * midpoint)) / (1.0 + math.exp(exponent))


@rule
def break_in_probability(
    identity: float, hardening: float, awareness: float, spend: float, cap: float, defence: Defence
) -> float:
    """Return the probability that an attempt succeeds, between zero and `cap` (see `unprotected`).

    Coverages lie in [0, 1] and serve the model of measures; `spend`, euro per inhabitant per year, serves the others.
    """
    if defence.model == MEASURES:
        probability = cap * relative_risk(identity, hardening, awareness, defence)
    elif defence.model == GORDON_LOEB_1:
        probability = gordon_loeb_1(spend, defence.gordon_loeb_v, defence.gordon_loeb_alpha, defence.gordon_loeb_beta)
    elif defence.model == GORDON_LOEB_2:
        probability = gordon_loeb_2(spend, defence.gordon_loeb_v, defence.gordon_loeb_alpha_2)
    else:
        probability = logistic(spend, defence.gordon_loeb_v, defence.logistic_steepness, defence.logistic_midpoint)
    return min(cap, probability)


@rule
def withstands(mark: float, deterrence: float, probability: float) -> bool:
    """Return whether the mark of an attempt lies above the probability of a break-in, less who is deterred."""
    return mark >= deterrence * probability


@rule
def risk_to_today(
    identity: float, hardening: float, awareness: float, spend: float, today: float, cap: float, defence: Defence
) -> float:
    """Return the break-in probability relative to that at today's coverage and spend; one where that is zero."""
    if today <= 0.0:
        return 1.0
    return break_in_probability(identity, hardening, awareness, spend, cap, defence) / today


@rule
def break_in_bounds(
    stocks: tuple[float, float, float, float],
    targets: tuple[float, float, float, float],
    cap: float,
    defence: Defence,
) -> tuple[float, float]:
    """Return what `break_in_probability` stays between while identity, hardening, awareness and spend move to targets.

    It falls with each of them (risk ratios are at most one); the margin is far above what rounding can do.
    """
    lowest = break_in_probability(
        max(stocks[0], targets[0]),
        max(stocks[1], targets[1]),
        max(stocks[2], targets[2]),
        max(stocks[3], targets[3]),
        cap,
        defence,
    )
    highest = break_in_probability(
        min(stocks[0], targets[0]),
        min(stocks[1], targets[1]),
        min(stocks[2], targets[2]),
        min(stocks[3], targets[3]),
        cap,
        defence,
    )
    return lowest * (1.0 - 1e-9), highest * (1.0 + 1e-9)


@rule
def fraud_risk(awareness: float, defence: Defence) -> float:
    """Return the chance that a payment fraud works, relative to untrained staff."""
    return risk_left(awareness, defence.awareness_risk_ratio)
