"""The reference engine: the model as SimPy processes, to be read.

A future unfolds like this. Every 1 January the budgets are paid. Attackers knock on each municipality's door; some get
in. An intruder dwells, strikes, and is discovered; the municipality calls a response team and waits its turn; the
team looks at the backups, somebody decides about the ransom, and services come back one by one. Suppliers fall and
take their customers with them. Every cost is posted when it arises.

The arithmetic is in `sim.rules`, the dice in `tape.py` and `sim.rules.chance`; this file is about time. What
happens after a break-in stands in `break_ins.py`, what all processes share in `scene.py`.
"""

from __future__ import annotations

import gc
from typing import Any

import numpy as np

from sim.engines import events as ev
from sim.engines.reference.break_ins import BreakIns
from sim.engines.reference.clock import Process
from sim.engines.reference.town import Town
from sim.engines.setting import Outcome, Setting
from sim.engines.stocks import AWARENESS, DETECTION
from sim.engines.tape import deal, sky_over
from sim.rules import chance
from sim.rules import defence as defence_rules
from sim.rules import incident as incident_rules
from sim.rules.incident import MINOR, SIGNIFICANT

EVERYTHING = ((1.0, 0.0),)  # an outage that takes all services alike, and gives them back at once


class Future(BreakIns):
    """One replication: one policy on one tape."""

    # --- policy and budgets --------------------------------------------------------------------------------------

    def phases(self) -> Process:
        """The action plan: on its dates the policy changes."""
        for number, stage in enumerate(self.setting.policy.stages[1:], start=1):
            yield self.at(stage.begins, ev.PHASE, chance.WORLD, number)
            self.begin(number)
            self.treasury.change(number, int(self.env.now))
            yield self.at(stage.begins, ev.RELEASED, chance.WORLD, number)
            self.staff()

    def budgets(self) -> Process:
        """Every 1 January: accounts are settled, each municipality decides on its prevention."""
        for year, start in enumerate(self.world.year_starts[:-1]):
            if year > 0:
                yield self.at(start, ev.SETTLED, chance.WORLD, year)
                self.treasury.end_year(start - 1)
            yield self.at(start, ev.BUDGET, chance.WORLD, year)
            self.treasury.new_year(year, start)

    def programmes(self) -> None:
        """Let each municipality join each grant when its day comes, or before the start."""
        before = []
        for number in range(len(self.treasury.grants)):
            for town in self.towns:
                minute = self.treasury.joins_at(number, town, self.seed, self.tape.replication)
                if minute < 0:
                    before.append((minute, town.nis, number, town))
                elif minute < min(self.world.horizon, self.treasury.grants[number].ends):
                    self.env.process(self.joining(number, town, minute))
        for minute, _, number, town in sorted(before, key=lambda one: one[:3]):
            self.treasury.join(number, town, minute)

    def joining(self, number: int, town: Town, minute: int) -> Process:
        """A municipality joins a grant."""
        yield self.at(minute, ev.JOINED, town.nis, number)
        self.treasury.join(number, town, int(self.env.now))

    # --- losses that need no break-in ----------------------------------------------------------------------------

    def frauds(self, position: int) -> Process:
        """Walk through the payment frauds tried on a municipality."""
        town, tape = self.towns[position], self.tape
        begin, end = tape.fraud_offsets[position], tape.fraud_offsets[position + 1]
        times, marks = tape.fraud_minutes[begin:end].tolist(), tape.fraud_marks[begin:end].tolist()
        for number, (minute, mark) in enumerate(zip(times, marks, strict=True)):
            yield self.at(minute, ev.FRAUD, town.nis, number)
            if mark >= defence_rules.fraud_risk(self.stock(town, AWARENESS), self.world.defence):
                continue
            row = self.books.open_record(town, number, ev.PAYMENT_FRAUD, MINOR, closed=minute)
            u = self.draw(town, number, chance.FRAUD_LOSS)
            self.books.charge(town, row, ev.FRAUD_LOSS, incident_rules.fraud_loss_cents(u, self.world.spread))

    def waves(self) -> Process:
        """Waves of denial of service: many websites in one morning, for hours, without intrusion."""
        terms = self.world.spread
        for wave, minute in enumerate(self.tape.waves.tolist()):
            yield self.at(minute, ev.WAVE, chance.WORLD, wave)
            victims = self.tape.victims[self.tape.victim_offsets[wave] : self.tape.victim_offsets[wave + 1]]
            hit = [
                (town, self.books.open_record(town, wave, ev.DENIAL, MINOR, impact=minute))
                for town in (self.towns[place] for place in victims.tolist())
            ]
            for town, row in hit:
                self.books.lose(row, town, terms.wave_impact, EVERYTHING)
            self.env.process(self.over(minute + terms.wave_minutes, wave, [row for _, row in hit]))

    def over(self, end: int, wave: int, rows: list[int]) -> Process:
        """A wave ends for all its victims at once."""
        yield self.at(end, ev.CLOSED, chance.WORLD, wave)
        for row in rows:
            self.reconnect(row)

    def reconnect(self, row: int) -> None:
        """Give back what an outage without intrusion took."""
        record = self.incidents[row]
        record["critical_back"] = record["closed"] = int(self.env.now)
        self.books.regain(row, EVERYTHING[0])
        del self.books.outages[row]

    def suppliers(self) -> Process:
        """Compromised suppliers, in order of time; each takes its customers along."""
        counts = [0] * (self.world.full_it_suppliers + self.world.saas_suppliers)
        fallen = zip(self.tape.compromises.tolist(), self.tape.fallen.tolist(), strict=True)
        for common, (minute, supplier) in enumerate(fallen):
            compromise = counts[supplier]
            counts[supplier] += 1
            yield self.at(minute, ev.COMPROMISED, chance.SUPPLIER + supplier, compromise)
            address = (self.seed, self.tape.replication, chance.SUPPLIER + supplier, compromise)
            if chance.second_uniform(*address, chance.COMPROMISE) < self.choices.supplier_rate:
                self.supplier_events += 1
                self.compromise(supplier, compromise, common)

    def compromise(self, supplier: int, number: int, common: int) -> None:
        """Cut off the customers of a supplier; a few are infected themselves."""
        terms, world = self.world.spread, self.world
        full = supplier < world.full_it_suppliers
        u = chance.uniform(self.seed, self.tape.replication, chance.SUPPLIER + supplier, number, chance.SUPPLIER_OUTAGE)
        outage = incident_rules.supplier_outage_minutes(u, full, self.choices.supplier_outage, terms, world.outage)
        impact = incident_rules.supplier_impact(full, terms)
        out = incident_rules.with_fallback(impact, full and self.choices.fallback == 1, world.funding)
        for town in self.customers(supplier):
            cut_off = ev.supplier_number(ev.CUT_OFF_NUMBER, supplier, number)
            infected = ev.supplier_number(ev.LATERAL_NUMBER, supplier, number)
            if self.draw(town, cut_off, chance.SUPPLIER_HIT) >= terms.supplier_hit:
                continue
            lateral = self.draw(town, infected, chance.LATERAL) < terms.lateral
            row = self.books.open_record(
                town, cut_off, ev.CUT_OFF, SIGNIFICANT, common, impact=int(self.env.now), supplier=supplier
            )
            self.books.charge(
                town, row, ev.SUPPLIER_BILL, incident_rules.supplier_bill_cents(town.inhabitants, impact, terms)
            )
            if town.open_row != ev.UNKNOWN:  # already down: the bill comes, a second outage does not
                self.incidents[row]["closed"] = int(self.env.now)
            elif lateral:
                self.incidents[row]["closed"] = int(self.env.now)
                severity = incident_rules.lateral_class(
                    self.draw(town, infected, chance.CLASS), self.stock(town, DETECTION), world.classes
                )
                self.break_in(town, infected, ev.LATERAL, severity, supplier, common)
            else:
                self.books.lose(row, town, out, EVERYTHING)
                if full:
                    town.open_row = row
                    self.env.process(self.cut_off(town, cut_off, row, outage))
                else:
                    self.env.process(self.without_service(town, cut_off, row, outage))

    def customers(self, supplier: int) -> list[Town]:
        """Return a supplier's customers in order of NIS code."""
        structure = self.setting.structure
        chosen = (structure.concentrated if self.choices.concentrated else structure.customers)[supplier]
        return [town for town, chooses in zip(self.towns, chosen.tolist(), strict=True) if chooses]

    def without_service(self, town: Town, number: int, row: int, outage: int) -> Process:
        """One application is gone for a while; nobody needs to come."""
        yield self.at(int(self.env.now) + outage, ev.CLOSED, town.nis, number)
        self.reconnect(row)

    def cut_off(self, town: Town, number: int, row: int, outage: int) -> Process:
        """Everything is gone: a team must make the municipality's own network safe before it is connected again."""
        record, begun = self.incidents[row], int(self.env.now)
        record["discovered"] = begun
        yield from self.respond(town, number, row, SIGNIFICANT, self.world.team.days_supplier)
        reconnected = incident_rules.reconnected_at(
            begun, outage, record["team_start"], record["team_end"], self.world.outage
        )
        yield self.at(reconnected, ev.CLOSED, town.nis, number)
        self.reconnect(row)
        town.open_row = ev.UNKNOWN

    # --- the whole future ----------------------------------------------------------------------------------------

    def run(self) -> Outcome:
        """Play the future from the first minute to the horizon and hand over its journals."""
        self.env.process(self.phases())
        self.env.process(self.budgets())
        self.programmes()
        self.env.process(self.waves())
        self.env.process(self.suppliers())
        for position in range(len(self.towns)):
            self.env.process(self.attacks(position))
            self.env.process(self.frauds(position))
        collecting = gc.isenabled()
        gc.disable()  # a future makes no garbage in circles, and looking for it costs a third of the time
        try:
            self.env.run(until=self.world.horizon)
        finally:
            if collecting:
                gc.enable()
        self.books.close()
        self.treasury.end_year(self.world.horizon - 1)
        self.accounts.close()
        purses: list[Any] = [*self.accounts.pots, *self.treasury.memberships]
        years = len(self.world.year_starts) - 1
        postings, incidents = self.books.journals()
        return Outcome(
            replication=self.tape.replication,
            postings=postings,
            incidents=incidents,
            supplier_events=self.supplier_events,
            blocked=self.blocked,
            tape_digest=int(self.tape.digest),
            balances=np.array([one.ends for one in purses], dtype=np.int64).reshape(-1, years),
            dry=np.array([one.dry for one in purses], dtype=np.int64).reshape(-1, years),
            unpaid_cents=self.accounts.unpaid,
        )


def run(setting: Setting, seed: int, replication: int) -> Outcome:
    """Return the journals of one future of a policy in a world."""
    return Future(setting, seed, deal(sky_over(setting.world, seed), replication)).run()
