"""How a responsive municipality decides: it spends until the next euro of its own saves less than a euro of its bill.

It weighs what prevention costs it against the bill that it expects for a year. Matching lowers the price of prevention,
while cover and bail-outs lower its reward; crowding-out and moral hazard follow, and are not assumed.
"""

from __future__ import annotations

import math

from sim.rules.budgets import spend_ratio
from sim.rules.defence import GORDON_LOEB_1, MEASURES, break_in_probability, coverage_target
from sim.rules.incident import backup_factor, backups_lost_probability, plan_factor
from sim.rules.rule import rule
from sim.rules.severity import above_minor, severe_probability
from sim.rules.terms import Chain, Recovery, Stakes

GRID = 32  # places looked at before the best of them is refined
GOLDEN = 0.6180339887498949
ROUNDS = 48  # of golden sections: the last is 1e-10 of the first


@rule
def mean_backup_factor(lost: float, worst: float, recovery: Recovery) -> float:
    """Return the mean of `backup_factor` where backups are lost with this chance and nothing is bought back."""
    factor = lost * backup_factor(True, 0.0, worst, recovery)
    return factor + (1.0 - lost) * backup_factor(False, 0.0, worst, recovery)


@rule
def expected_bill(own: float, stakes: Stakes, chain: Chain) -> float:
    """Return the bill that a municipality expects for a year, in euro per inhabitant, when it spends `own` of its own.

    The long-run coverage counts. Under the curves of Gordon and Loeb and the logistic one, only the probability of a
    break-in moves with spending, as in their papers.
    """
    ratios = (
        spend_ratio(stakes.effect, own * stakes.uses[0], chain.reference_spend, chain.reference_mix[0]),
        spend_ratio(stakes.effect, own * stakes.uses[1], chain.reference_spend, chain.reference_mix[1]),
        spend_ratio(stakes.effect, own * stakes.uses[2], chain.reference_spend, chain.reference_mix[2]),
        spend_ratio(stakes.effect, own * stakes.uses[3], chain.reference_spend, chain.reference_mix[3]),
        spend_ratio(stakes.effect, own * stakes.uses[4], chain.reference_spend, chain.reference_mix[4]),
        spend_ratio(stakes.effect, own * stakes.uses[5], chain.reference_spend, chain.reference_mix[5]),
    )
    total = stakes.uses[0] + stakes.uses[1] + stakes.uses[2] + stakes.uses[3] + stakes.uses[4] + stakes.uses[5]
    probability = break_in_probability(
        coverage_target(ratios[0], chain.today[0]),
        coverage_target(ratios[1], chain.today[1]),
        coverage_target(ratios[3], chain.today[3]),
        stakes.effect * own * total,
        chain.cap,
        chain.defence,
    )
    detection, backups, continuity = chain.today[2], chain.today[4], chain.today[5]
    if chain.defence.model == MEASURES:
        detection = coverage_target(ratios[2], detection)
        backups = coverage_target(ratios[4], backups)
        continuity = coverage_target(ratios[5], continuity)
    severe = severe_probability(detection, chain.classes)
    significant = above_minor(detection, chain.classes) - severe
    lost = backups_lost_probability(backups, chain.recovery)
    dearer = mean_backup_factor(lost, chain.recovery.backup_cost_factor, chain.recovery)
    longer = mean_backup_factor(lost, chain.recovery.backup_time_factor, chain.recovery)
    serious = significant * stakes.significant + severe * stakes.severe * dearer
    serious = serious + severe * stakes.severe_harm * longer
    each = (1.0 - severe - significant) * stakes.minor + plan_factor(continuity, chain.recovery) * serious
    return stakes.attempts * probability * each


@rule
def marginal_saving(own: float, stakes: Stakes, chain: Chain) -> float:
    """Return by how much the expected bill falls with the next euro, in euro."""
    width = 1e-4
    above = expected_bill(own + width, stakes, chain)
    return (expected_bill(max(0.0, own - width), stakes, chain) - above) / (own + width - max(0.0, own - width))


@rule
def gordon_loeb_best(reward: float, alpha: float, beta: float) -> float:
    """Return the spend z that is best under S = v / (alpha z + 1)^beta: ([reward alpha beta]^(1/(beta+1)) - 1) / alpha.

    `reward` is v x expected loss x (1 - insured) x (1 - bailed out) / (1 - matched), in euro (Gordon and Loeb 2002,
    with the three instruments that change price and reward).
    """
    if reward * alpha * beta <= 1.0:
        return 0.0
    return (math.exp(math.log(reward * alpha * beta) / (beta + 1.0)) - 1.0) / alpha


@rule
def best_spend(price: float, weight: float, ceiling: float, stakes: Stakes, chain: Chain) -> float:
    """Return the own euro per inhabitant that minimise price x own + weight x expected bill, from 0 to `ceiling`.

    Gordon and Loeb's first class has a closed form; for the others the best of a grid is refined by golden sections.
    """
    if price <= 0.0:
        return ceiling
    if chain.defence.model == GORDON_LOEB_1:
        total = stakes.uses[0] + stakes.uses[1] + stakes.uses[2] + stakes.uses[3] + stakes.uses[4] + stakes.uses[5]
        reward = weight * expected_bill(0.0, stakes, chain) / price
        alpha = chain.defence.gordon_loeb_alpha * stakes.effect * total
        if alpha <= 0.0:
            return 0.0
        return min(ceiling, gordon_loeb_best(reward, alpha, chain.defence.gordon_loeb_beta))
    best, least = 0, weight * expected_bill(0.0, stakes, chain)
    for place in range(1, GRID + 1):
        own = ceiling * place / GRID * place / GRID  # denser near zero
        cost = price * own + weight * expected_bill(own, stakes, chain)
        if cost < least:
            best, least = place, cost
    low = ceiling * max(0, best - 1) / GRID * max(0, best - 1) / GRID
    high = ceiling * min(GRID, best + 1) / GRID * min(GRID, best + 1) / GRID
    for _ in range(ROUNDS):
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        cost = price * left + weight * expected_bill(left, stakes, chain)
        if cost < price * right + weight * expected_bill(right, stakes, chain):
            high = right
        else:
            low = left
    own = (low + high) / 2.0
    if own < ceiling * 1e-9:
        return 0.0
    return ceiling if own > ceiling * (1.0 - 1e-9) else own
