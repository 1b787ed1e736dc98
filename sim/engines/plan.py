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
from sim.engines.expectations import full_stakes, own_prices, own_stakes
from sim.engines.stocks import MEASURES
from sim.engines.structure import Structure
from sim.model.policy.numbers import INSTRUMENTS, KEYS, NOBODY, GrantTerms, PolicyArrays, Stage
from sim.rules.behaviour import best_spend, marginal_saving
from sim.rules.budgets import needed_spend, spend_ratio
from sim.rules.compiling import kernel, step
from sim.rules.defence import break_in_probability, coverage_target, unprotected
from sim.rules.incident import cents
from sim.rules.terms import PARTS_PER_MILLION, Chain, Stakes, WorldArrays

MATCHING, LUMP_SUM, SHARED_SERVICE, AUDIT = range(len(INSTRUMENTS))
SPEND_DECIMALS = 3  # of the euro per inhabitant that a responsive municipality chooses
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

    @cached_property
    def build_minutes(self) -> tuple[float, ...]:
        """How long coverage takes to build under the delivery of each stage: (s,)."""
        w = self.world
        return tuple(w.defence.build_minutes * w.delivery.build[stage.delivery] for stage in self.policy.stages)

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
        return [amount if total <= grant.per_year else amount * grant.per_year // total for amount in wanted]

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
        """Whether the yearly programmes are the same in all futures, so that they can be booked once.

        They are not where audits on the day of joining draw on the same yearly limit of a layer.
        """
        prevention = [layer for stage in self.policy.stages for layer in stage.layers[ev.PREVENTION]]
        audits = bool(self.policy.grants) and any(layer.has_yearly_limit for layer in prevention)
        return self.is_steady and not self.has_accounts and not audits

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
        rows: dict[tuple[int, int], Floats] = {}
        for year, number in enumerate(self.stage_of_year):
            if (number, self._weighed_in(year)) not in rows:
                rows[number, self._weighed_in(year)] = self._own(number, self._weighed_in(year))
        return np.array([rows[number, self._weighed_in(year)] for year, number in enumerate(self.stage_of_year)])

    def _weighed_in(self, year: int) -> int:
        """The year whose attempts count: with revealed weights all years are like the first.

        They weigh losses so that today's spend suits today's sharing every year, however many attacks there are: then
        only what a policy changes moves spending.
        """
        return 0 if self.world.funding.revealed else year

    def _own(self, number: int, year: int) -> Floats:
        """Own euro per inhabitant in a stage, with the attempts of a year: (masks, n).

        Who decides does so to a tenth of a cent, so that the last digits of a search never show in a budget.
        """
        stage, masks = self.policy.stages[number], range(1 << len(self.matching))
        if not stage.responsive:
            return np.full((len(masks), len(self.world.nis)), stage.local_spend)
        prices, stakes = own_prices(self.world, stage), self.stakes(number, year)
        ceiling, effect = self.world.funding.ceiling, self.effect[number]
        best = [
            best_spends(prices, self._weights, ceiling, self.uses(stage, mask), effect, stakes, self.chain)
            for mask in masks
        ]
        return np.round(best, SPEND_DECIMALS)

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

    def stakes(self, number: int, year: int) -> Floats:
        """Return what each municipality itself has at stake in a year under a stage: (n, 5), see `expectations`."""
        harm = self.world.funding.harm_weight
        return own_stakes(self.world, self.policy.stages[number], self.insured[number], year, harm)

    @cached_property
    def _weights(self) -> Floats:
        """What a euro of expected bill weighs: one, or what makes today's spend the best choice as costs fall today."""
        w = self.world
        if not w.funding.revealed:
            return np.ones(len(w.nis))
        return revealed_weights(
            w.reference_spend,
            w.reference_mix,
            self.structure.maturity,
            full_stakes(w, w.funding.harm_weight),
            self.chain,
        )


@step
def stakes_of(effect: float, uses: Any, row: Floats) -> Stakes:
    """Return what is at stake in one municipality, from its row of a table of `expectations`."""
    return Stakes(effect, uses, row[0], row[1], row[2], row[3], row[4])


@kernel
def best_spends(
    prices: Floats, weights: Floats, ceiling: float, uses: Any, effect: Floats, stakes: Floats, chain: Chain
) -> Floats:
    """Return the own spend of each municipality that suits it best: (n,)."""
    best = np.empty(len(prices))
    for town in range(len(prices)):
        theirs = stakes_of(effect[town], uses, stakes[town])
        best[town] = best_spend(prices[town], weights[town], ceiling, theirs, chain)
    return best


@kernel
def revealed_weights(spend: float, mix: Any, effect: Floats, stakes: Floats, chain: Chain) -> Floats:
    """Return the weights of the expected bill under which each municipality is best off with today's spend: (n,)."""
    weights = np.empty(len(effect))
    for town in range(len(effect)):
        theirs = stakes_of(effect[town], mix, stakes[town])
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
