"""The 1st of January and the phases of the action plan in the reference engine.

Every year the pots are settled, in its last minute, and filled, in its first; premiums are paid, and each municipality
decides what it spends on prevention: what it wants to spend, what grants add, what a minimum standard asks. What it
spends moves its coverage.
"""

from __future__ import annotations

from sim.engines import events as ev
from sim.engines.events import INSURER, MUNICIPALITY
from sim.engines.plan import AUDIT, LUMP_SUM, MATCHING, SHARED_SERVICE, coverages
from sim.engines.reference.grants import Grants, Spend
from sim.engines.reference.pots import Pots
from sim.engines.reference.town import Town
from sim.engines.setting import Setting
from sim.engines.stocks import AWARENESS, EFFORT, HARDENING, IDENTITY, MEASURES
from sim.model.policy.numbers import NOBODY
from sim.rules import budgets
from sim.rules.defence import risk_to_today
from sim.rules.terms import NO_LIMIT


class Treasury(Grants):
    """Budgets and programmes of one future."""

    def __init__(self, setting: Setting, towns: list[Town], pots: Pots) -> None:
        super().__init__(setting, towns, pots)
        self.pots = pots
        self.cover = 0  # the stage in force on the last 1 January, when insurance is bought
        self.people = [(town.nis, town.inhabitants) for town in towns]

    def new_year(self, year: int, now: int) -> None:
        """Begin a year: pots are filled, premiums paid, spending decided."""
        self.pots.refill(now, self.levies)
        self.premiums(now)
        self.decide(year, now)
        for number, grant in enumerate(self.grants):
            if grant.instrument == AUDIT:
                for position in self.memberships[number].members:
                    self.audit(number, self.towns[position], now)

    def levies(self, levy: float) -> list[tuple[int, int]]:
        """Return (NIS code, cents) of every municipality for a levy in euro per inhabitant."""
        return [(nis, budgets.per_head_cents(levy, people)) for nis, people in self.people]

    def end_year(self, now: int) -> None:
        """Settle the accounts of a year."""
        self.pots.settle(now, self.people)
        for grant, membership in zip(self.grants, self.memberships, strict=True):
            membership.ends.append(grant.per_year - membership.spent if grant.per_year < NO_LIMIT else 0)
            membership.dry.append(int(membership.short))
            membership.spent, membership.short = 0, False

    def premiums(self, now: int) -> None:
        """Insured municipalities pay their premium; its terms hold for the year."""
        self.cover, stage = self.stage, self.setting.policy.stages[self.stage]
        self.accounts.insurance_limit = stage.choices.insurance_limit
        for town in self.towns:
            if self.plan.insured[self.stage][town.position]:
                risk = self.relative_risk(town, now) if stage.risk_rated else 1.0
                premium = budgets.premium_cents(stage.rate_on_line, stage.choices.insurance_limit, risk)
                self.accounts.transfer(now, town.nis, ev.PREMIUM, MUNICIPALITY, INSURER, premium)

    def relative_risk(self, town: Town, now: int) -> float:
        """Return the break-in probability of a municipality, relative to that at today's coverage."""
        identity, hardening, awareness, effort = (
            self.stock(town, measure, now) for measure in (IDENTITY, HARDENING, AWARENESS, EFFORT)
        )
        today, cap, defence = self.plan.probability_today, self.setting.cap, self.world.defence
        return risk_to_today(identity, hardening, awareness, effort, today, cap, defence)

    def change(self, number: int, now: int) -> None:
        """Go on under a stage that begins within a year: what stands ready from now on is due for the rest of it."""
        for position, use, amount in self.setting.due(number):
            self.spend(self.towns[position], use, amount, now)

    def decide(self, year: int, now: int) -> None:
        """Every municipality decides on its prevention; its part of common readiness is due."""
        if self.plan.is_steady:
            for position, use, amount in self.setting.programmes(year):
                self.spend(self.towns[position], use, amount, now)
            return
        spends = [self.own_spend(town, year, now) for town in self.towns]
        for number, grant in enumerate(self.grants):
            if grant.instrument == LUMP_SUM:
                self.lump_sum(number, spends, now)
            elif grant.instrument in (MATCHING, SHARED_SERVICE):
                act = self.match if grant.instrument == MATCHING else self.serve
                for position in self.memberships[number].members:
                    if self.open_to(number, self.towns[position], now):
                        act(number, spends[position])
        bills = zip(self.setting.suppliers(year), self.setting.capacity(year), strict=True)
        for spend, (suppliers, readiness) in zip(spends, bills, strict=True):
            self.settle_spend(spend, suppliers, readiness, now)

    def own_spend(self, town: Town, year: int, now: int) -> Spend:
        """Return what a municipality spends of its own."""
        mask = sum(
            1 << bit
            for bit, number in enumerate(self.plan.matching)
            if number in town.joined and self.open_to(number, town, now)
        )
        own = float(self.plan.own[year, mask, town.position])
        if year > 0:
            own = budgets.after_stress(own, town.burden[year - 1], town.inhabitants, self.world.funding)
        return Spend(town, own, [budgets.spent_on(own, share) for share in self.setting.policy.stages[self.stage].mix])

    def settle_spend(self, spend: Spend, suppliers: int, readiness: int, now: int) -> None:
        """Post what a municipality spends, and let its coverage head for what that buys."""
        town = spend.town
        if self.setting.policy.stages[self.stage].standard != NOBODY and self.complies(town, now):
            self.comply(spend)
        for number, amount in spend.granted:
            self.by_flanders(town, amount, now, self.grants[number].claw_back)
        own = budgets.per_head_cents(spend.own, town.inhabitants) + spend.extra
        self.spend(town, ev.PREVENTION, own + suppliers, now)
        self.spend(town, ev.RESPONSE_CAPACITY, readiness, now)
        self.aim(spend, now)

    def comply(self, spend: Spend) -> None:
        """Bring a municipality up to the minimum standard, at its own cost."""
        needed = self.plan.needed_standard[self.stage][spend.town.position].tolist()
        for measure in range(MEASURES):
            missing = needed[measure] - spend.measures[measure]
            if missing > 0.0:
                spend.extra += budgets.per_head_cents(missing, spend.town.inhabitants)
                spend.add_to(measure, missing)

    def aim(self, spend: Spend, now: int) -> None:
        """Head for the coverage that this year's spending buys."""
        effect = float(self.plan.effect[self.stage][spend.town.position])
        covered = coverages(effect, spend.measures, self.world)
        targets = [*covered, budgets.effective_spend(effect, spend.own, spend.more)]
        spend.town.head_for(targets, self.stocks_now(spend.town, now), now)
