"""The 1st of January in the reference engine, and the days on which municipalities join a programme.

Every year the pots are settled, in its last minute, and filled, in its first; premiums are paid, and each municipality
decides what it spends on prevention: what it wants to spend, what grants add, what a minimum standard asks. What it
spends moves its coverage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sim.engines import events as ev
from sim.engines.events import FLANDERS, INSURER, MUNICIPALITY
from sim.engines.plan import AUDIT, LUMP_SUM, MATCHING, SHARED_SERVICE, coverages
from sim.engines.reference.payments import Accounts, Claimant
from sim.engines.reference.town import Town
from sim.engines.setting import Setting
from sim.engines.stocks import AWARENESS, EFFORT, HARDENING, IDENTITY, MEASURES
from sim.model.policy.numbers import NOBODY
from sim.rules import budgets, chance
from sim.rules.defence import risk_to_today
from sim.rules.terms import NO_LIMIT


@dataclass
class Membership:
    """Who has joined a grant, in order of joining, and what is left of its money this year."""

    members: list[int] = field(default_factory=list)  # positions of municipalities
    served: set[int] = field(default_factory=set)  # an audit is done once
    spent: int = 0
    short: bool = False
    ends: list[int] = field(default_factory=list)  # money left at the end of each year
    dry: list[int] = field(default_factory=list)

    def grant(self, wanted: int, per_year: int) -> int:
        """Return what the year's money allows of an amount, and count it."""
        given = budgets.granted_cents(wanted, per_year, self.spent)
        self.short = self.short or given < wanted
        self.spent += given
        return given

    def allots(self, wanted: int, per_year: int) -> bool:
        """Return whether the year's money allows all of an amount, and count it if so."""
        if self.spent + wanted > per_year:
            self.short = True
            return False
        self.spent += wanted
        return True


@dataclass
class Spend:
    """What a municipality spends on prevention in a year."""

    town: Town
    own: float  # euro per inhabitant
    measures: list[float]  # euro per inhabitant on each measure, everything included
    more: float = 0.0  # euro per inhabitant on top of its own
    extra: int = 0  # cents of that which it pays itself
    granted: list[tuple[int, int]] = field(default_factory=list)  # (grant, cents)

    def add(self, euro: float, shares: Sequence[float]) -> None:
        """Add euro per inhabitant, divided over the measures."""
        self.more += euro
        for measure, share in enumerate(shares):
            self.measures[measure] += budgets.spent_on(euro, share)

    def add_to(self, measure: int, euro: float) -> None:
        """Add euro per inhabitant to one measure."""
        self.more += euro
        self.measures[measure] += euro


class Treasury:
    """Budgets and programmes of one future."""

    def __init__(self, setting: Setting, accounts: Accounts, towns: list[Town]) -> None:
        self.setting, self.plan, self.world = setting, setting.plan, setting.world
        self.accounts, self.towns = accounts, towns
        self.grants = setting.policy.grants
        self.memberships = [Membership() for _ in self.grants]
        self.stage = self.cover = 0  # the stage in force now, and on the last 1 January, when insurance is bought
        self.people = [(town.nis, town.inhabitants) for town in towns]

    # --- programmes ----------------------------------------------------------------------------------------------

    def joins_at(self, number: int, town: Town, seed: int, replication: int) -> int:
        """Return the minute at which a municipality joins a grant, negative when before the start."""
        grant = self.grants[number]
        u = chance.uniform(seed, replication, town.nis, grant.number, chance.ADOPTION)
        return budgets.joins_at(u, grant.hazard, grant.begins)

    def open_to(self, number: int, town: Town, now: int) -> bool:
        """Return whether a grant pays to a municipality at this moment."""
        grant = self.grants[number]
        return grant.begins <= now < grant.ends and self.meets(town, grant.requires, now)

    def meets(self, town: Town, requirement: int, now: int) -> bool:
        """Return whether a municipality fulfils what a layer or a grant requires."""
        if requirement == NOBODY:
            return True
        wanted = self.setting.policy.requirements[requirement]
        if wanted.programme != NOBODY and wanted.programme not in town.joined:
            return False
        if wanted.standard and not self.complies(town, now):
            return False
        return all(
            level <= 0.0 or self.stock(town, measure, now) >= level for measure, level in enumerate(wanted.coverage)
        )

    def complies(self, town: Town, now: int) -> bool:
        """Return whether a municipality complies with the minimum standard."""
        stage = self.setting.policy.stages[self.stage]
        return stage.standard_begins <= now and bool(self.plan.complies[self.stage][town.position])

    def stock(self, town: Town, measure: int, now: int) -> float:
        """Return a coverage (or the effective spend) at a minute."""
        return town.stock(measure, now, self.build_minutes, self.world.defence.decay_minutes)

    @property
    def build_minutes(self) -> float:
        """How long coverage takes to build under the delivery of this stage."""
        return self.plan.build_minutes[self.stage]

    def join(self, number: int, town: Town, now: int) -> None:
        """A municipality joins a grant; an audit is done at once where there is money for it."""
        if now < self.grants[number].ends:
            self.memberships[number].members.append(town.position)
            town.joined.add(number)
            if self.grants[number].instrument == AUDIT and now >= 0:
                self.audit(number, town, now)

    def audit(self, number: int, town: Town, now: int) -> None:
        """Audit a municipality: Flanders pays its share, coverage of identity and hardening improves."""
        grant, membership = self.grants[number], self.memberships[number]
        if town.position in membership.served or not self.open_to(number, town, now):
            return
        price = self.world.funding.audit_price_cents
        theirs = budgets.flemish_part(price, grant.share, grant.cap)
        if not membership.allots(theirs, grant.per_year):
            return
        membership.served.add(town.position)
        if theirs > 0:
            self.accounts.pay(now, town.nis, ev.PREVENTION, FLANDERS, theirs, ev.NATIONAL, grant.claw_back)
        self.post(now, town, ev.PREVENTION, price - theirs)
        levels = [self.stock(town, measure, now) for measure in range(EFFORT + 1)]
        for measure in (IDENTITY, HARDENING):
            levels[measure] = budgets.audited(levels[measure], self.world.funding)
        town.move(levels, now)

    def post(self, now: int, town: Town, category: int, amount: int) -> None:
        """Post what a municipality spends on a programme."""
        if amount > 0:
            claimant = Claimant(meets=lambda requirement: self.meets(town, requirement, now))
            self.accounts.post(now, town.nis, category, amount, ev.NATIONAL, claimant)

    # --- 1 January -----------------------------------------------------------------------------------------------

    def new_year(self, year: int, now: int) -> None:
        """Begin a year: pots are filled, premiums paid, spending decided."""
        self.accounts.refill(
            now, lambda levy: [(nis, budgets.per_head_cents(levy, people)) for nis, people in self.people]
        )
        self.premiums(now)
        self.decide(year, now)
        for number, grant in enumerate(self.grants):
            if grant.instrument == AUDIT:
                for position in self.memberships[number].members:
                    self.audit(number, self.towns[position], now)

    def end_year(self, now: int) -> None:
        """Settle the accounts of a year."""
        self.accounts.settle(now, self.people)
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
            self.post(now, self.towns[position], use, amount)

    def decide(self, year: int, now: int) -> None:
        """Every municipality decides on its prevention; its part of common readiness is due."""
        if self.plan.is_steady:
            for position, use, amount in self.setting.programmes(year):
                self.post(now, self.towns[position], use, amount)
            return
        stage = self.setting.policy.stages[self.stage]
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
            town = spend.town
            if stage.standard != NOBODY and self.complies(town, now):
                self.comply(spend)
            for number, amount in spend.granted:
                back = self.grants[number].claw_back
                self.accounts.pay(now, town.nis, ev.PREVENTION, FLANDERS, amount, ev.NATIONAL, back)
            amount = budgets.per_head_cents(spend.own, town.inhabitants) + spend.extra
            self.post(now, town, ev.PREVENTION, amount + suppliers)
            self.post(now, town, ev.RESPONSE_CAPACITY, readiness)
            effect = float(self.plan.effect[self.stage][town.position])
            goals = [
                *coverages(effect, spend.measures, self.world),
                budgets.effective_spend(effect, spend.own, spend.more),
            ]
            town.aim(goals, [self.stock(town, measure, now) for measure in range(EFFORT + 1)], now)

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

    def match(self, number: int, spend: Spend) -> None:
        """Add a matching grant to what a municipality spends on the measures it is for."""
        grant, people = self.grants[number], spend.town.inhabitants
        part = self.plan.matched_part[self.stage][number]
        wanted = budgets.matching_grant(spend.own, part, people, grant.share, grant.cap)
        given = self.memberships[number].grant(wanted, grant.per_year)
        if given > 0:
            spend.granted.append((number, given))
            spend.add(budgets.euro_per_head(given, people), self.plan.match_shares[self.stage, number].tolist())

    def serve(self, number: int, spend: Spend) -> None:
        """Bring a municipality up to the level of a shared service; all of it, or nothing when the money is gone."""
        grant, membership = self.grants[number], self.memberships[number]
        measure = grant.measures.index(1)
        missing = float(self.plan.needed_service[self.stage][spend.town.position][measure]) - spend.measures[measure]
        if missing <= 0.0:
            return
        price = budgets.service_cents(missing, self.plan.service_price[self.stage], spend.town.inhabitants)
        theirs = budgets.flemish_part(price, grant.share, grant.cap)
        if not membership.allots(theirs, grant.per_year):
            return
        if theirs > 0:
            spend.granted.append((number, theirs))
        spend.extra += price - theirs
        spend.add_to(measure, missing)

    def lump_sum(self, number: int, spends: list[Spend], now: int) -> None:
        """Pay a lump sum to everybody; part of it sticks to prevention."""
        grant, mix = self.grants[number], self.setting.policy.stages[self.stage].mix
        share = budgets.flypaper_share(budgets.years_since(grant.begins, now), self.world.funding)
        for spend in spends:
            town = spend.town
            amount = int(self.plan.lump_sums[number][town.position])
            if amount > 0 and self.open_to(number, town, now):
                self.memberships[number].spent += amount
                kind = ev.LUMP_SUM
                self.accounts.transfer(now, town.nis, kind, FLANDERS, MUNICIPALITY, amount, grant.claw_back)
                stuck = budgets.stuck_cents(amount, share)
                spend.extra += stuck
                spend.add(budgets.euro_per_head(stuck, town.inhabitants), mix)

    def comply(self, spend: Spend) -> None:
        """Bring a municipality up to the minimum standard, at its own cost."""
        needed = self.plan.needed_standard[self.stage][spend.town.position].tolist()
        for measure in range(MEASURES):
            missing = needed[measure] - spend.measures[measure]
            if missing > 0.0:
                spend.extra += budgets.per_head_cents(missing, spend.town.inhabitants)
                spend.add_to(measure, missing)
