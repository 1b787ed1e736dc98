"""Losses in the reference engine that need no break-in: payment fraud, waves of denial of service, fallen suppliers."""

from __future__ import annotations

from sim.engines import events as ev
from sim.engines.reference.break_ins import BreakIns
from sim.engines.reference.clock import Process
from sim.engines.reference.town import Town
from sim.engines.stocks import AWARENESS, DETECTION
from sim.rules import chance
from sim.rules import defence as defence_rules
from sim.rules import incident as incident_rules
from sim.rules.incident import MINOR, SIGNIFICANT

EVERYTHING = ((1.0, 0.0),)  # an outage that takes all services alike, and gives them back at once


class Losses(BreakIns):
    """Fraudsters, floods of traffic, and suppliers that take their customers along."""

    def frauds(self, position: int) -> Process:
        """Walk through the payment frauds tried on a municipality."""
        town, tape = self.towns[position], self.tape
        begin, end = tape.fraud_offsets[position], tape.fraud_offsets[position + 1]
        times, marks = tape.fraud_minutes[begin:end].tolist(), tape.fraud_marks[begin:end].tolist()
        for number, (minute, mark) in enumerate(zip(times, marks, strict=True)):
            yield self.at(minute, ev.FRAUD, town.nis, number)
            self.fraud(town, number, mark)

    def fraud(self, town: Town, number: int, mark: float) -> None:
        """A payment goes to a fraudster, unless somebody is awake."""
        if mark >= defence_rules.fraud_risk(self.stock(town, AWARENESS), self.world.defence):
            return
        row = self.books.open_record(town, number, ev.PAYMENT_FRAUD, MINOR, closed=int(self.env.now))
        u = self.draw(town, number, chance.FRAUD_LOSS)
        self.books.charge(town, row, ev.FRAUD_LOSS, incident_rules.fraud_loss_cents(u, self.world.spread))

    def waves(self) -> Process:
        """Waves of denial of service: many websites in one morning, for hours, without intrusion."""
        offsets = self.tape.victim_offsets
        for number, minute in enumerate(self.tape.waves.tolist()):
            yield self.at(minute, ev.WAVE, chance.WORLD, number)
            victims = self.tape.victims[offsets[number] : offsets[number + 1]].tolist()
            self.wave(number, [self.towns[position] for position in victims])

    def wave(self, number: int, victims: list[Town]) -> None:
        """A wave of denial of service begins for all its victims at once."""
        now, terms = int(self.env.now), self.world.spread
        rows = [self.books.open_record(town, number, ev.DENIAL, MINOR, impact=now) for town in victims]
        for town, row in zip(victims, rows, strict=True):
            self.books.lose(row, town, terms.wave_impact, EVERYTHING)
        self.env.process(self.end_wave(now + terms.wave_minutes, number, rows))

    def end_wave(self, end: int, number: int, rows: list[int]) -> Process:
        """A wave ends for all its victims at once."""
        yield self.at(end, ev.CLOSED, chance.WORLD, number)
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
        outage = incident_rules.supplier_outage_minutes(u, full, self.choices, terms, world.outage)
        impact = incident_rules.supplier_impact(full, terms)
        out = incident_rules.with_fallback(impact, self.choices, world.funding) if full else impact
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
            if self.is_down(town):  # the bill comes, a second outage does not
                self.incidents[row]["closed"] = int(self.env.now)
            elif lateral and not self.is_intruded(town):
                self.incidents[row]["closed"] = int(self.env.now)
                severity = incident_rules.lateral_class(
                    self.draw(town, infected, chance.CLASS), self.stock(town, DETECTION), world.classes
                )
                self.break_in(town, infected, ev.LATERAL, severity, supplier, common)
            else:
                self.books.lose(row, town, out, EVERYTHING)
                if full:
                    town.cut_off_row = row
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
        town.cut_off_row = ev.UNKNOWN
