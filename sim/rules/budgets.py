"""Budgets: what a municipality spends on prevention, what programmes add, and what that buys."""

from __future__ import annotations

import math

from sim.rules.calendar import DAYS_PER_YEAR, MINUTES_PER_DAY
from sim.rules.chance import exponential_quantile
from sim.rules.incident import cents
from sim.rules.rule import rule
from sim.rules.terms import NO_LIMIT, PARTS_PER_MILLION, Funding

MINUTES_PER_YEAR = MINUTES_PER_DAY * DAYS_PER_YEAR
LONGEST_YEARS = 1000.0
GROWN_UP = 2  # whole years after which a lump sum is treated like any other money


@rule
def spend_ratio(effect: float, spend: float, reference_spend: float, reference_mix: float) -> float:
    """Return effective spend on a measure over today's; `spend` in euro per inhabitant a year, zero where today's is.

    `effect` is what a euro buys: how far the municipality gets with it, over the price that it pays.
    """
    if reference_mix <= 0.0:
        return 0.0
    return effect * spend / (reference_spend * reference_mix)


@rule
def needed_spend(coverage: float, today: float, effect: float, reference_spend: float, reference_mix: float) -> float:
    """Return the euro per inhabitant a year that buy this coverage in the long run: `coverage_target` turned round.

    Zero for a measure that money cannot buy, because it has no coverage or no spending today. A coverage of one is out
    of reach: returns diminish.
    """
    if today <= 0.0 or today >= 1.0 or reference_mix <= 0.0 or effect <= 0.0:
        return 0.0
    covered_today = math.log(1.0 - today)
    if covered_today == 0.0:  # too little to measure
        return 0.0
    return math.log(1.0 - coverage) / covered_today * reference_spend * reference_mix / effect


@rule
def per_head_cents(euro: float, inhabitants: int) -> int:
    """Return what an amount in euro per inhabitant comes to, in cents."""
    return cents(euro * inhabitants)


@rule
def euro_per_head(amount: int, inhabitants: int) -> float:
    """Return an amount in cents as euro per inhabitant."""
    return amount / 100.0 / inhabitants


@rule
def spent_on(euro: float, share: float) -> float:
    """Return the part of a spend that goes to one measure, both in euro per inhabitant."""
    return euro * share


@rule
def effective_spend(effect: float, own: float, more: float) -> float:
    """Return what a spend is worth: `effect` is what a euro buys, `own` and `more` are euro per inhabitant."""
    return effect * (own + more)


@rule
def after_stress(spend: float, burden: int, inhabitants: int, funding: Funding) -> float:
    """Return what is left of a spend, in euro per inhabitant, after a year with a burden of so many cents.

    Each euro of loss beyond the reserve takes `budget_stress` euro from next year's prevention, until nothing is left.
    """
    excess = euro_per_head(burden, inhabitants) - funding.reserve
    if excess <= 0.0:
        return spend
    return max(0.0, spend - funding.budget_stress * excess)


@rule
def distress_limit(share: float, operating_spend: float) -> float:
    """Return the burden that a municipality can just bear, in cents per inhabitant: a share of operating spend."""
    return share * operating_spend * 100.0


@rule
def in_distress(burden: int, limit: float, inhabitants: int) -> bool:
    """Return whether a burden, in cents, is above a limit in cents per inhabitant."""
    return burden > limit * inhabitants


@rule
def matching_cents(own: int, share: int) -> int:
    """Return the grant that makes `share` (parts per million) of the whole, on top of what is spent of its own."""
    return own * share // (PARTS_PER_MILLION - share)


@rule
def matching_grant(own: float, part: float, inhabitants: int, share: int, cap: int) -> int:
    """Return the matching grant that a spend of `own` euro per inhabitant asks for, of which it is for a `part`."""
    return min(matching_cents(cents(own * part * inhabitants), share), cap)


@rule
def granted_cents(wanted: int, per_year: int, spent: int) -> int:
    """Return what is left of the year's money of a grant for an amount."""
    return min(wanted, per_year - spent)


@rule
def service_cents(missing: float, price: float, inhabitants: int) -> int:
    """Return what a shared service costs: what is missing, in euro per inhabitant, at its `price` for a euro of it."""
    return cents(missing * price * inhabitants)


@rule
def flemish_part(price: int, share: int, cap: int) -> int:
    """Return what Flanders pays of a price: its share in parts per million, rounded down, within a cap."""
    return min(price * share // PARTS_PER_MILLION, cap)


@rule
def part_of_year(price: int, begun: int, ended: int, days: int) -> int:
    """Return what a yearly price comes to from the day `begun` up to `ended`, of a year of so many `days`.

    Days count from 0. The parts of a year add up to the price exactly.
    """
    return price * ended // days - price * begun // days


@rule
def flypaper_share(years: int, funding: Funding) -> float:
    """Return the euro of extra prevention per euro of lump sum, `years` whole years after the first one.

    It falls in equal steps from `flypaper_first` to `flypaper_later` in the third year (Hines and Thaler 1995).
    """
    passed = min(years, GROWN_UP) / GROWN_UP
    return funding.flypaper_first + (funding.flypaper_later - funding.flypaper_first) * passed


@rule
def years_since(begins: int, now: int) -> int:
    """Return the whole years since a grant or the world began, whichever is later, counted to the nearest."""
    return int((now - max(0, begins)) / MINUTES_PER_YEAR + 0.5)


@rule
def stuck_cents(amount: int, share: float) -> int:
    """Return the part of a lump sum that sticks to prevention; `share` is the flypaper share of this year."""
    return cents(amount / 100.0 * share)


@rule
def joins_at(u: float, hazard: float, begins: int) -> int:
    """Return the minute at which a municipality joins a programme: exponential from its beginning, in `hazard` a year.

    A programme without a beginning begins with the world; negative minutes lie before the start.
    """
    if hazard <= 0.0:
        return NO_LIMIT
    years = min(exponential_quantile(u) / hazard, LONGEST_YEARS)
    return (0 if begins == -NO_LIMIT else begins) + int(years * MINUTES_PER_YEAR)


@rule
def premium_cents(rate_on_line: float, limit: int, risk: float) -> int:
    """Return the premium of a year: rate on line x limit, times the risk relative to today's where it is rated."""
    return cents(rate_on_line * (limit / 100.0) * risk)


@rule
def denial_probability(identity: float, funding: Funding) -> float:
    """Return the chance that an insurer denies a claim, at this coverage of strong login."""
    return funding.denial_without + identity * (funding.denial_with - funding.denial_without)


@rule
def audited(level: float, funding: Funding) -> float:
    """Return a coverage just after an audit with follow-up: part of the gap is closed, and wears off later."""
    return level + (1.0 - level) * funding.audit_effect
