"""What a year of break-ins is expected to cost a municipality and everybody, and what prevention costs a municipality.

By this municipalities decide, and optima are found: means over chance at today's coverage, which `rules.behaviour`
moves with spending. Suppliers, fraud, waves and waiting for teams are not in it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.engines import events as ev
from sim.engines.events import INSURER, MUNICIPALITY
from sim.model.policy.layers import PAYERS
from sim.model.policy.numbers import NOBODY, Stage
from sim.rules import incident
from sim.rules.budgets import denial_probability
from sim.rules.calendar import MINUTES_PER_DAY
from sim.rules.compiling import kernel
from sim.rules.funding import beyond_deductible, retained_cents
from sim.rules.ransom import deterrence_factor
from sim.rules.terms import NO_LIMIT, PARTS_PER_MILLION, WorldArrays
from sim.rules.threat import attempt_rate, day_intensity

QUANTILES = 32  # equally likely bills of each class that are sent through the layers
CLASSES = (incident.MINOR, incident.SIGNIFICANT, incident.SEVERE)
Floats = NDArray[np.float64]


def attempts(world: WorldArrays, year: int, stage: Stage | None = None) -> Floats:
    """Return the attempts that each municipality expects in a year, less what a ban on ransom keeps away: (n,)."""
    begin, end = (world.year_starts[year + k] // MINUTES_PER_DAY for k in (0, 1))
    days = [day_intensity(day, world.start_day_of_year, world.threat) for day in range(begin, end)]
    average = sum(days) / len(days)
    if stage is not None:
        average *= deterrence_factor(stage.choices, world.extortion)
    return np.array([attempt_rate(float(people), world.threat) * average for people in world.inhabitants.tolist()])


def own_stakes(world: WorldArrays, stage: Stage, insured: NDArray[np.bool_], year: int, harm: float) -> Floats:
    """Return what a municipality itself has at stake in a year, with a part of harm to citizens: (n, 5).

    The columns are those of `Stakes` from `attempts` on: attempts in the year, and euro per inhabitant that a break-in
    of each class costs.
    """
    shares = [_own_share(world, stage, insured, severity) for severity in CLASSES]
    return _stakes(world, stage, shares, year, harm)


def full_stakes(world: WorldArrays, harm: float, stage: Stage | None = None) -> Floats:
    """Return the same for the first year whoever pays, under a stage or, without one, as things are today: (n, 5)."""
    return _stakes(world, stage, [np.ones(len(world.nis))] * len(CLASSES), 0, harm)


def _stakes(world: WorldArrays, stage: Stage | None, shares: Sequence[Floats], year: int, harm: float) -> Floats:
    people = world.inhabitants.astype(float)
    minor, significant, severe = (
        _mean_bill(world, severity) * share for severity, share in zip(CLASSES, shares, strict=True)
    )
    days = _days_missed(world, stage)
    missed = [harm * people * world.outage.value_of_service_day * days[severity] for severity in CLASSES]
    return np.column_stack(
        [
            attempts(world, year, stage),
            minor / people,
            (significant + missed[incident.SIGNIFICANT]) / people,
            severe / people,
            missed[incident.SEVERE] / people,
        ]
    )


def _mean_bill(world: WorldArrays, severity: int) -> Floats:
    """Return the mean bill of a break-in of a class in euro, at today's coverage: (n,)."""
    medians, most = _medians_and_most(world, severity)
    sigma = incident.bill_sigma(severity, world.bill)
    pairs = zip(medians.tolist(), most.tolist(), strict=True)
    return np.array([mean_at_most(median, sigma, largest) for median, largest in pairs])


def _medians_and_most(world: WorldArrays, severity: int) -> tuple[Floats, Floats]:
    """Return the median bill of a break-in of a class in euro, and the most that it can be: (n,) each."""
    b, people = world.bill, world.inhabitants.astype(float).tolist()
    medians = incident.median_bill_euro(severity, b) * np.array([incident.cost_size(n, b) for n in people])
    if severity == incident.MINOR:
        return medians, np.full(len(people), np.inf)
    return medians, np.array([incident.most_euro(severity, n, b, world.recovery) for n in people])


def _days_missed(world: WorldArrays, stage: Stage | None) -> tuple[float, float, float]:
    """Return the days without all services that an inhabitant is expected to miss by a break-in of each class."""
    o = world.outage
    quicker = 1.0 if stage is None else incident.with_fallback(1.0, stage.choices, world.funding)
    significant = mean_at_most(o.significant_days * quicker, o.significant_days_sigma, o.longest_days)
    critical = mean_at_most(o.critical_days * quicker, o.critical_sigma, o.longest_days)
    full = max(critical, mean_at_most(o.full_days, o.full_sigma, o.longest_days))
    severe = sum(weight * (critical + restore * (full - critical)) for weight, restore in world.services)
    hit = [incident.mean_systems_hit(severity, o) for severity in CLASSES]
    return 0.0, hit[incident.SIGNIFICANT] * significant, hit[incident.SEVERE] * severe


def mean_at_most(median: float, sigma: float, most: float) -> float:
    """Return the mean of a lognormal duration or bill of which none is above `most`."""
    if sigma == 0.0 or median == 0.0 or most == 0.0:
        return min(median, most)
    if math.isinf(most):
        return median * math.exp(sigma**2 / 2)
    place = math.log(most / median) / sigma

    def below(z: float) -> float:
        return 0.5 * (1.0 + math.erf(z / math.sqrt(2.0)))

    return median * math.exp(sigma**2 / 2) * below(place - sigma) + most * below(-place)


def _own_share(world: WorldArrays, stage: Stage, insured: NDArray[np.bool_], severity: int) -> Floats:
    """Return the share of a bill of this class that a municipality expects to pay itself: (n,).

    Equally likely bills run through the layers as if every pot were full and every condition met: a municipality
    counts on what was promised. A risk-rated insurer gives nothing away, since its premium follows the risk.
    """
    b, sigma = world.bill, incident.bill_sigma(severity, world.bill)
    from scipy.special import ndtri

    medians, most = _medians_and_most(world, severity)
    spread = np.exp(sigma * ndtri((np.arange(QUANTILES) + 0.5) / QUANTILES))
    bills = np.minimum(np.outer(medians, spread), most[:, None]) * 100.0  # (n, q), cents
    parts: tuple[tuple[int, float], ...]
    if severity == incident.MINOR:
        parts = ((ev.RECOVERY, 1.0),)
    else:
        rest = 1.0 - b.response_share - b.lost_revenue_share
        parts = ((ev.RESPONSE, b.response_share), (ev.RECOVERY, rest), (ev.LOST_REVENUE, b.lost_revenue_share))
    shares = [(category, bills * part) for category, part in parts]
    whole = bills.sum(axis=1)
    own = _own_parts(world, stage, shares, False).sum(axis=1)
    if insured.any():
        covered = _own_parts(world, stage, shares, True).sum(axis=1)
        denied = denial_probability(world.today[0], world.funding)
        own += insured * (1.0 - denied) * (covered - own)
    return np.divide(own, whole, out=np.ones(len(own)), where=whole > 0)  # type: ignore[no-any-return]


def own_prices(world: WorldArrays, stage: Stage) -> Floats:
    """Return what a euro of its own prevention costs a municipality, after what others pay of it: (n,).

    It is the average over what it spends by the policy, and that of a first euro where that is nothing.
    """
    spent = np.outer(world.inhabitants.astype(float) * (stage.local_spend or 1.0) * 100.0, [1.0])
    return (_own_parts(world, stage, [(ev.PREVENTION, spent)], False) / spent)[:, 0]  # type: ignore[no-any-return]


@kernel
def insurable(left: Floats, deductible: Floats, kept: Floats) -> Floats:
    """Return what an insurer looks at of each bill: (n, q), like all three.

    What the deductible keeps from him moves from `deductible`, what is left of it, to `kept` of this part of the bill.
    """
    covered = np.empty_like(left)
    for town in range(left.shape[0]):
        for place in range(left.shape[1]):
            retained = retained_cents(left[town, place], deductible[town, place])
            deductible[town, place] -= retained
            kept[town, place] += retained
            covered[town, place] = beyond_deductible(left[town, place], kept[town, place])
    return covered


def _limit(limit: int, per_inhabitant: int, people: Floats) -> Floats:
    """Return the lesser of a limit in cents and one for each inhabitant of each municipality: (n, 1)."""
    each = np.inf if per_inhabitant == NO_LIMIT else per_inhabitant / PARTS_PER_MILLION
    return np.minimum(limit, each * people)[:, None]


def _own_parts(world: WorldArrays, stage: Stage, bills: Sequence[tuple[int, Floats]], insured: bool) -> Floats:
    """Return the cents that the municipality pays itself of incidents, given the parts of their bills by category.

    The parts of a bill share the deductible and the limit of the insurance, what a pot pays to a member in a year, and
    limits and attachments of the incident.
    """
    minute, people = max(0, stage.begins), world.inhabitants.astype(float)
    own = np.zeros_like(bills[0][1])
    deductible, room = np.full_like(own, stage.choices.deductible), np.full_like(own, stage.choices.insurance_limit)
    members = [np.full_like(own, pot.member_limit) for pot in stage.pots]
    before, occurrence = np.zeros_like(own), [np.zeros_like(own) for _ in PAYERS]
    for category, left in bills:
        bill, kept = left, np.zeros_like(own)
        for layer in stage.layers[category]:
            if not layer.begins <= minute < layer.ends or (layer.insured and not insured):
                continue
            paid = insurable(left, deductible, kept) if layer.insured else left
            paid = np.minimum(paid, np.clip(before + bill - layer.attachment, 0.0, bill))
            paid = np.minimum(paid, _limit(layer.first, layer.first_each, people)) * (layer.share / PARTS_PER_MILLION)
            paid = np.minimum(paid, _limit(layer.limit_per_event, layer.event_each, people))
            paid = np.minimum(paid, _limit(layer.limit_per_year, layer.year_each, people))
            if layer.has_occurrence_limit:
                most = _limit(layer.occurrence_limit, layer.occurrence_each, people)
                paid = np.clip(paid, 0.0, np.maximum(most - occurrence[layer.payer], 0.0))
                occurrence[layer.payer] = occurrence[layer.payer] + paid
            if layer.insured:
                paid = np.minimum(paid, room)
                room = room - paid
            if layer.pot != NOBODY:
                paid = np.minimum(paid, members[layer.pot])
                members[layer.pot] = members[layer.pot] - paid
            if layer.payer == MUNICIPALITY or (layer.payer == INSURER and stage.risk_rated):
                own = own + paid
            left = left - paid
        before = before + bill
    return own
