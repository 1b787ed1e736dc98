"""Programmes in the reference engine: who joins when, what each pays, and the audits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sim.engines import events as ev
from sim.engines.events import FLANDERS, MUNICIPALITY
from sim.engines.plan import AUDIT
from sim.engines.reference.payments import Accounts, Spending
from sim.engines.reference.town import Town
from sim.engines.setting import Setting
from sim.engines.stocks import HARDENING, IDENTITY
from sim.rules import budgets, chance


@dataclass
class Membership:
    """Who has joined a grant, in order of joining, and what is left of its money this year."""

    members: list[int] = field(default_factory=list)  # positions of municipalities
    served: set[int] = field(default_factory=set)  # an audit is done once
    spent: int = 0
    short: bool = False
    ends: list[int] = field(default_factory=list)  # money left at the end of each year
    dry: list[int] = field(default_factory=list)

    def gives(self, wanted: int, per_year: int) -> int:
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


class Grants(Spending):
    """The programmes of one future."""

    def __init__(self, setting: Setting, towns: list[Town], accounts: Accounts) -> None:
        super().__init__(setting, towns, accounts)
        self.grants = setting.policy.grants
        self.memberships = [Membership() for _ in self.grants]

    # --- members -------------------------------------------------------------------------------------------------

    def plan_joining(self, seed: int, replication: int) -> list[tuple[int, int, Town]]:
        """Return the days on which municipalities join, as (minute, grant, municipality).

        Whoever joined before the start is a member at once, in order of time.
        """
        before, later = [], []
        for number, grant in enumerate(self.grants):
            for town in self.towns:
                minute = self.joins_at(number, town, seed, replication)
                if minute < 0:
                    before.append((minute, town.nis, number, town))
                elif minute < min(self.world.horizon, grant.ends):
                    later.append((minute, number, town))
        for minute, _, number, town in sorted(before, key=lambda joined: joined[:3]):
            self.join(number, town, minute)
        return later

    def joins_at(self, number: int, town: Town, seed: int, replication: int) -> int:
        """Return the minute at which a municipality joins a grant, negative when before the start."""
        grant = self.grants[number]
        u = chance.uniform(seed, replication, town.nis, grant.number, chance.ADOPTION)
        return budgets.joins_at(u, grant.hazard, grant.begins)

    def open_to(self, number: int, town: Town, now: int) -> bool:
        """Return whether a grant pays to a municipality at this moment."""
        grant = self.grants[number]
        return grant.begins <= now < grant.ends and self.meets(town, grant.requires, now)

    def join(self, number: int, town: Town, now: int) -> None:
        """A municipality joins a grant; an audit is done at once where there is money for it."""
        if now < self.grants[number].ends:
            self.memberships[number].members.append(town.position)
            town.joined.add(number)
            if self.grants[number].instrument == AUDIT and now >= 0:
                self.audit(number, town, now)

    # --- what they get -------------------------------------------------------------------------------------------

    def by_flanders(self, town: Town, amount: int, now: int, back: int) -> None:
        """Let Flanders pay a grant for prevention."""
        self.accounts.pay(now, town.nis, ev.PREVENTION, FLANDERS, amount, ev.NATIONAL, back)

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
            self.by_flanders(town, theirs, now, grant.claw_back)
        self.spend(town, ev.PREVENTION, price - theirs, now)
        levels = self.stocks_now(town, now)
        for measure in (IDENTITY, HARDENING):
            levels[measure] = budgets.audited(levels[measure], self.world.funding)
        town.move(levels, now)

    def match(self, number: int, spend: Spend) -> None:
        """Add a matching grant to what a municipality spends on the measures it is for."""
        grant, people = self.grants[number], spend.town.inhabitants
        part = self.plan.matched_part[self.stage][number]
        wanted = budgets.matching_grant(spend.own, part, people, grant.share, grant.cap)
        given = self.memberships[number].gives(wanted, grant.per_year)
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
                back = grant.claw_back
                self.accounts.transfer(now, town.nis, ev.LUMP_SUM, FLANDERS, MUNICIPALITY, amount, back)
                stuck = budgets.stuck_cents(amount, share)
                spend.extra += stuck
                spend.add(budgets.euro_per_head(stuck, town.inhabitants), mix)
