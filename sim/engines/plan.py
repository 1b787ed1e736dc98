"""What a policy makes of the budgets of a world, worked out once for all futures: what a euro buys, who spends what.

What hangs on chance, such as who has joined a programme or who was hit, is left to the engines.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines import events as ev
from sim.engines.events import INSURER, MUNICIPALITY
from sim.engines.structure import Structure
from sim.engines.town import MEASURES
from sim.model.arrays import PARTS_PER_MILLION, Chain, Stakes, WorldArrays
from sim.model.policy_arrays import INSTRUMENTS, KEYS, NOBODY, GrantTerms, LayerTerms, PolicyArrays, Stage
from sim.rules import incident
from sim.rules.behaviour import best_spend, marginal_saving
from sim.rules.budgets import denial_probability, needed_spend, spend_ratio
from sim.rules.calendar import MINUTES_PER_DAY
from sim.rules.compiling import kernel
from sim.rules.defence import break_in_probability, coverage_target, unprotected
from sim.rules.incident import cents
from sim.rules.threat import attempt_rate, day_intensity

MATCHING, LUMP_SUM, SHARED_SERVICE, AUDIT = range(len(INSTRUMENTS))
QUANTILES = 32  # equally likely bills of each class that are sent through the layers
Floats = NDArray[np.float64]


@dataclass
class Plan:
    """Tables of a policy in a world. Shapes: s stages, g grants, y years, n municipalities, six measures."""

    world: WorldArrays
    policy: PolicyArrays
    structure: Structure

    @cached_property
    def matching(self) -> tuple[int, ...]:
        """The places of the matching grants; bit k of a mask says whether a municipality gets the k-th of them."""
        return tuple(place for place, grant in enumerate(self.policy.grants) if grant.instrument == MATCHING)

    @cached_property
    def matched_part(self) -> tuple[tuple[float, ...], ...]:
        """The part of own spending that each grant is for, in each stage: (s, g)."""
        return tuple(
            tuple(math.fsum(share * chosen for share, chosen in zip(stage.mix, grant.measures, strict=True))
                  for grant in self.policy.grants)
            for stage in self.policy.stages
        )  # fmt: skip

    @cached_property
    def match_shares(self) -> Floats:
        """How each grant is divided over the measures it is for, in each stage: (s, g, 6)."""
        shares = np.zeros((len(self.policy.stages), len(self.policy.grants), MEASURES))
        for s, stage in enumerate(self.policy.stages):
            for g, grant in enumerate(self.policy.grants):
                part = self.matched_part[s][g]
                if part > 0.0:
                    shares[s, g] = [mix / part * chosen for mix, chosen in zip(stage.mix, grant.measures, strict=True)]
        return shares

    @cached_property
    def stage_of_year(self) -> tuple[int, ...]:
        """The stage that holds on 1 January of each year: (y,)."""
        return tuple(self.policy.stage_at(start) for start in self.world.year_starts[:-1])

    @cached_property
    def effect(self) -> Floats:
        """What a euro buys in each stage: (s, n). Streamlining lowers prices and evens out who gets far with them."""
        delivery, spread = self.world.delivery, self.world.spend_spread
        rows = []
        for stage in self.policy.stages:
            left = delivery.spread[stage.delivery]
            maturity = self.structure.maturity
            if left != 1.0:  # lognormal with mean one and a smaller spread, each keeping its place
                maturity = np.exp(left * (np.log(maturity) + spread * spread / 2) - (left * spread) ** 2 / 2)
            rows.append(maturity / delivery.price[stage.delivery])
        return np.array(rows)

    def _needed(self, coverage: float, effect: Floats) -> Floats:
        w = self.world
        return np.array(
            [
                [needed_spend(coverage, w.today[m], e, w.reference_spend, w.reference_mix[m]) for m in range(MEASURES)]
                for e in effect.tolist()
            ]
        )

    @cached_property
    def needed_standard(self) -> Floats:
        """Euro per inhabitant on each measure that the minimum standard asks for: (s, n, 6); zero without one."""
        towns = len(self.world.nis)
        return np.array(
            [
                np.zeros((towns, MEASURES))
                if stage.standard == NOBODY
                else self._needed(self.world.delivery.standards[stage.standard], effect)
                for stage, effect in zip(self.policy.stages, self.effect, strict=True)
            ]
        )

    @cached_property
    def needed_service(self) -> Floats:
        """Euro per inhabitant on each measure that a shared service is worth: (s, n, 6)."""
        return np.array([self._needed(self.world.delivery.service_coverage, effect) for effect in self.effect])

    @cached_property
    def service_price(self) -> tuple[float, ...]:
        """What a shared service costs in each stage, relative to the same coverage bought as usual: (s,)."""
        price = self.world.delivery.price
        return tuple(min(1.0, price[2] / price[stage.delivery]) for stage in self.policy.stages)

    @cached_property
    def complies(self) -> NDArray[np.bool_]:
        """Who complies with the minimum standard in each stage: (s, n)."""
        return np.array([self.structure.obedience < stage.compliance for stage in self.policy.stages])

    @cached_property
    def insured(self) -> NDArray[np.bool_]:
        """Who is insured in each stage: (s, n)."""
        return np.array([self.structure.caution < stage.choices.insured for stage in self.policy.stages])

    @cached_property
    def lump_sums(self) -> NDArray[np.int64]:
        """Cents a year of each lump sum for each municipality: (g, n); zero for other grants."""
        rows = [self._lump_sum(grant) for grant in self.policy.grants]
        return np.array(rows, dtype=np.int64).reshape(-1, len(self.world.nis))

    def _lump_sum(self, grant: GrantTerms) -> list[int]:
        people = self.world.inhabitants.astype(float)
        if grant.instrument != LUMP_SUM:
            return [0] * len(people)
        weight = np.ones(len(people))
        if KEYS[grant.key] == "need":  # who gets less far with a euro gets more of them
            weight = 1.0 / self.structure.maturity
        elif KEYS[grant.key] == "fiscal_capacity":  # the poorer the inhabitants, the more
            income = np.array(self.world.income)
            known = np.where(np.isnan(income) | (income <= 0), np.nan, income)
            weight = np.nan_to_num(np.nanmean(known) / known, nan=1.0) if np.isfinite(known).any() else weight
        weight = weight * people.sum() / (weight * people).sum()
        most = min(grant.cap, 1 << 40)
        wanted = [min(cents(grant.amount * n), most) for n in (weight * people).tolist()]
        total = sum(wanted)
        return [one if total <= grant.per_year else one * grant.per_year // total for one in wanted]

    # --- what municipalities spend -------------------------------------------------------------------------------

    @cached_property
    def is_steady(self) -> bool:
        """Whether all municipalities spend the same on prevention every year, whatever happens."""
        stages = self.policy.stages
        same = all(
            (s.local_spend, s.mix, s.delivery, s.standard, s.supplier_price)
            == (stages[0].local_spend, stages[0].mix, stages[0].delivery, NOBODY, stages[0].supplier_price)
            and not s.responsive
            for s in stages
        )
        plain = all(
            layer.pot == NOBODY and layer.requires == NOBODY
            for s in stages
            for use in ev.PROGRAMMES
            for layer in s.layers[use]
        )
        grants = all(grant.instrument == AUDIT for grant in self.policy.grants)
        return same and plain and grants and self.world.funding.budget_stress == 0.0

    @property
    def is_booked_ahead(self) -> bool:
        """Whether the yearly programmes are the same in all futures, so that they can be booked once."""
        return self.is_steady and not self.has_accounts

    @cached_property
    def has_accounts(self) -> bool:
        """Whether money moves between payers, so that something happens on every 1 January."""
        stages = self.policy.stages
        back = any(s.claw_back > 0 for s in stages) or any(grant.claw_back > 0 for grant in self.policy.grants)
        return bool(self.policy.pot_names) or back or any(s.choices.insured > 0.0 for s in stages)

    def uses(self, stage: Stage, mask: int) -> tuple[float, ...]:
        """Return the euro that go to each measure for a euro of own money, matching grants of a mask included."""
        raised = [1.0] * MEASURES
        for bit, place in enumerate(self.matching):
            grant = self.policy.grants[place]
            if mask >> bit & 1:
                for measure in range(MEASURES):
                    raised[measure] += grant.measures[measure] * grant.share / (PARTS_PER_MILLION - grant.share)
        return tuple(share * more for share, more in zip(stage.mix, raised, strict=True))

    @cached_property
    def own(self) -> Floats:
        """Own euro per inhabitant in each year, by the mask of matching grants that pay: (y, masks, n)."""
        masks = 1 << len(self.matching)
        table = np.empty((len(self.stage_of_year), masks, len(self.world.nis)))
        for year, number in enumerate(self.stage_of_year):
            stage = self.policy.stages[number]
            if not stage.responsive:
                table[year] = stage.local_spend
                continue
            prices, stakes = self._own_prices(stage), self._stakes(stage, number, year)
            for mask in range(masks):
                uses = self.uses(stage, mask)
                table[year, mask] = best_spends(
                    prices, self._weights, self.world.funding.ceiling, uses, self.effect[number], stakes, self.chain
                )
        return table

    @cached_property
    def chain(self) -> Chain:
        """What stands between spending and an expected bill."""
        w = self.world
        cap, spend = unprotected(w.defence), w.reference_spend
        return Chain(w.defence, w.classes, w.recovery, cap, spend, w.reference_mix, w.today)

    @cached_property
    def probability_today(self) -> float:
        """The break-in probability at today's coverage and spend, against which premiums are rated."""
        w = self.world
        cap = unprotected(w.defence)
        return break_in_probability(w.today[0], w.today[1], w.today[3], w.reference_spend, cap, w.defence)

    def attempts(self, year: int) -> Floats:
        """Return the attempts that each municipality expects in a year: (n,)."""
        w = self.world
        begin, end = (w.year_starts[year + k] // MINUTES_PER_DAY for k in (0, 1))
        days = [day_intensity(day, w.start_day_of_year, w.threat) for day in range(begin, end)]
        average = sum(days) / len(days)
        return np.array([attempt_rate(float(people), w.threat) * average for people in w.inhabitants.tolist()])

    def _stakes(self, stage: Stage | None, number: int, year: int) -> Floats:
        """Return what is at stake in a year: attempts, and euro per inhabitant a break-in of each class: (n, 4).

        Without a stage, as if every municipality paid its own bill.
        """
        w, people = self.world, self.world.inhabitants.astype(float)
        size = np.array([incident.cost_size(n, w.bill) for n in people.tolist()])
        means = (
            w.bill.minor_cost * math.exp(w.bill.minor_sigma**2 / 2) * size,
            w.bill.significant_cost * math.exp(w.bill.significant_sigma**2 / 2) * size,
            20_000.0 * w.bill.severe_cost * math.exp(w.bill.severe_sigma**2 / 2) * size,
        )
        sigmas = (w.bill.minor_sigma, w.bill.significant_sigma, w.bill.severe_sigma)
        columns = [self.attempts(year)]
        for severity, (mean, sigma) in enumerate(zip(means, sigmas, strict=True)):
            share = np.ones(len(people)) if stage is None else self._own_share(stage, number, severity, mean, sigma)
            columns.append((mean * share + w.funding.harm_weight * self._harm(severity)) / people)
        return np.column_stack(columns)

    def _harm(self, severity: int) -> Floats:
        """Return the euro of harm that a break-in of a class is expected to do to citizens: (n,)."""
        o, people = self.world.outage, self.world.inhabitants.astype(float)
        if severity == incident.MINOR:
            return np.zeros(len(people))
        if severity == incident.SIGNIFICANT:
            days = o.significant_days * math.exp(o.significant_days_sigma**2 / 2)
            return people * o.value_of_service_day * o.significant_systems_hit * days
        critical = o.critical_days * math.exp(o.critical_sigma**2 / 2)
        full = max(critical, o.full_days * math.exp(o.full_sigma**2 / 2))
        days = sum(weight * (critical + restore * (full - critical)) for weight, restore in self.world.services)
        return people * o.value_of_service_day * o.systems_hit * days

    def _own_share(self, stage: Stage, number: int, severity: int, mean: Floats, sigma: float) -> Floats:
        """Return the share of a bill of this class that a municipality expects to pay itself: (n,).

        Equally likely bills run through the layers as if every pot were full and every condition met: a municipality
        counts on what was promised. A risk-rated insurer gives nothing away, since its premium follows the risk.
        """
        b = self.world.bill
        from scipy.special import ndtri

        spread = np.exp(sigma * ndtri((np.arange(QUANTILES) + 0.5) / QUANTILES) - sigma * sigma / 2)
        bills = np.outer(mean, spread) * 100.0  # (n, q), cents
        parts: tuple[tuple[int, float], ...]
        if severity == incident.MINOR:
            parts = ((ev.RECOVERY, 1.0),)
        else:
            rest = 1.0 - b.response_share - b.lost_revenue_share
            parts = ((ev.RESPONSE, b.response_share), (ev.RECOVERY, rest), (ev.LOST_REVENUE, b.lost_revenue_share))
        denied = denial_probability(self.world.today[0], self.world.funding)
        insured = self.insured[number]
        own = np.zeros(len(bills))
        for category, part in parts:
            alone = _own_part(stage, stage.layers[category], bills * part, False, self._start_of(stage))
            own += alone.sum(axis=1)
            if insured.any():
                covered = _own_part(stage, stage.layers[category], bills * part, True, self._start_of(stage))
                own += insured * (1.0 - denied) * (covered - alone).sum(axis=1)
        whole = bills.sum(axis=1)
        return np.divide(own, whole, out=np.ones(len(own)), where=whole > 0)  # type: ignore[no-any-return]

    def _start_of(self, stage: Stage) -> int:
        return max(0, stage.begins)

    def _own_prices(self, stage: Stage) -> Floats:
        """Return what a euro of its own prevention costs a municipality, after what others pay of it: (n,)."""
        spent = np.outer(self.world.inhabitants.astype(float) * stage.local_spend * 100.0, [1.0])
        own = _own_part(stage, stage.layers[ev.PREVENTION], spent, False, self._start_of(stage))
        return np.divide(own, spent, out=np.ones_like(spent), where=spent > 0)[:, 0]  # type: ignore[no-any-return]

    @cached_property
    def _weights(self) -> Floats:
        """What a euro of expected bill weighs: one, or what makes today's spend the best choice as costs fall today."""
        w = self.world
        if not w.funding.revealed:
            return np.ones(len(w.nis))
        return revealed_weights(
            w.reference_spend, w.reference_mix, self.structure.maturity, self._stakes(None, 0, 0), self.chain
        )


def _own_part(stage: Stage, layers: tuple[LayerTerms, ...], amounts: Floats, insured: bool, minute: int) -> Floats:
    """Return the cents of each amount that the municipality pays itself."""
    left, own = amounts, np.zeros_like(amounts)
    for layer in layers:
        if not layer.begins <= minute < layer.ends or (layer.insured and not insured):
            continue
        base = np.maximum(left - stage.choices.deductible, 0.0) if layer.insured else left
        paid = np.minimum(base, layer.first) * (layer.share / PARTS_PER_MILLION)
        paid = np.minimum(paid, min(layer.limit_per_event, layer.limit_per_year))
        if layer.insured:
            paid = np.minimum(paid, stage.choices.insurance_limit)
        if layer.payer == MUNICIPALITY or (layer.payer == INSURER and stage.risk_rated):
            own = own + paid
        left = left - paid
    return own


@kernel
def best_spends(
    prices: Floats, weights: Floats, ceiling: float, uses: Any, effect: Floats, stakes: Floats, chain: Chain
) -> Floats:
    """Return the own spend of each municipality that suits it best: (n,)."""
    best = np.empty(len(prices))
    for town in range(len(prices)):
        theirs = Stakes(effect[town], uses, stakes[town, 0], stakes[town, 1], stakes[town, 2], stakes[town, 3])
        best[town] = best_spend(prices[town], weights[town], ceiling, theirs, chain)
    return best


@kernel
def revealed_weights(spend: float, mix: Any, effect: Floats, stakes: Floats, chain: Chain) -> Floats:
    """Return the weights of the expected bill under which each municipality is best off with today's spend: (n,)."""
    weights = np.empty(len(effect))
    for town in range(len(effect)):
        theirs = Stakes(effect[town], mix, stakes[town, 0], stakes[town, 1], stakes[town, 2], stakes[town, 3])
        saving = marginal_saving(spend, theirs, chain)
        weights[town] = 1.0 / saving if saving > 0.0 else 1.0
    return weights


@kernel
def long_run_coverages(effect: Floats, spends: Any, reference_spend: float, mix: Any, today: Any) -> Floats:
    """Return the coverage of the six measures to which these euro per inhabitant a year lead each town: (n, 6).

    `effect` (n,) is what a euro buys in each town; `spends`, `mix` and `today` have six numbers.
    """
    covered = np.empty((len(effect), MEASURES))
    for town in range(len(effect)):
        for measure in range(MEASURES):
            ratio = spend_ratio(effect[town], spends[measure], reference_spend, mix[measure])
            covered[town, measure] = coverage_target(ratio, today[measure])
    return covered


def coverages(effect: float, spends: tuple[float, ...] | list[float], world: WorldArrays) -> list[float]:
    """Return the long-run coverage of the six measures for euro per inhabitant a year on each."""
    return [
        coverage_target(spend_ratio(effect, spend, world.reference_spend, mix), today)
        for spend, mix, today in zip(spends, world.reference_mix, world.today, strict=True)
    ]
