"""Break-ins in the reference engine: from the first knock to the day everything is normal again, and what it draws."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

from sim.engines import events as ev
from sim.engines.reference.clock import Process
from sim.engines.reference.incident_log import Bill
from sim.engines.reference.response import Response
from sim.engines.reference.town import Town
from sim.engines.stocks import AWARENESS, BACKUPS, CONTINUITY, DETECTION, EFFORT, HARDENING, IDENTITY
from sim.engines.tape import minute_of, threat_time
from sim.rules import chance, ransom, threat
from sim.rules import defence as defence_rules
from sim.rules import incident as incident_rules
from sim.rules.calendar import on_tick
from sim.rules.incident import MINOR, SEVERE, cents


class BreakIns(Response):
    """Attackers who get in."""

    # --- attacks -------------------------------------------------------------------------------------------------

    def attacks(self, position: int) -> Process:
        """Walk through a municipality's candidate attempts."""
        town, tape = self.towns[position], self.tape
        begin, end = tape.attempt_offsets[position], tape.attempt_offsets[position + 1]
        times, marks = tape.attempt_minutes[begin:end].tolist(), tape.attempt_marks[begin:end].tolist()
        for number, (minute, mark) in enumerate(zip(times, marks, strict=True)):
            yield self.at(minute, ev.ATTEMPT, town.nis, number)
            self.attempt(town, number, mark, ev.DIRECT)

    def attempt(self, town: Town, number: int, mark: float, cause: int) -> None:
        """Let an attempt succeed when its mark lies below the break-in probability of this moment."""
        probability = defence_rules.break_in_probability(
            self.stock(town, IDENTITY),
            self.stock(town, HARDENING),
            self.stock(town, AWARENESS),
            self.stock(town, EFFORT),
            self.setting.cap,
            self.world.defence,
        )
        if defence_rules.withstands(mark, self.deterrence, probability):
            return
        if self.is_intruded(town) or town.cut_off_row != ev.UNKNOWN:
            self.blocked += 1
            return
        severity = incident_rules.incident_class(
            self.draw(town, number, chance.CLASS), self.stock(town, DETECTION), self.world.classes
        )
        self.break_in(town, number, cause, severity)

    def break_in(
        self,
        town: Town,
        number: int,
        cause: int,
        severity: int,
        supplier: int = ev.UNKNOWN,
        common: int = ev.UNKNOWN,
    ) -> None:
        """Open the incident of a successful attempt; a minor one costs staff time and is over."""
        row = self.books.open_record(town, number, cause, severity, common, supplier=supplier)
        if severity == MINOR:
            self.minor(town, number, row)
            return
        town.open_row = row
        self.env.process(self.incident(town, number, severity, row))

    def minor(self, town: Town, number: int, row: int) -> None:
        """A minor incident costs staff time and is over."""
        bill = incident_rules.bill_euro(self.draw_cost(town, number), MINOR, town.cost_size, self.world.bill)
        self.books.charge(town, row, ev.RECOVERY, cents(bill))
        self.incidents[row]["closed"] = int(self.env.now)

    def aftermath(self, town: Town, row: int) -> Process:
        """After an incident closes, the victim is attacked more for a while: the extra attempts, until the next one."""
        candidates = threat.candidate_rate(float(town.inhabitants), self.setting.cap, self.world.threat)
        per_year = threat.aftermath_rate(candidates, self.incidents[row]["ransom_cents"] > 0, self.world.threat)
        until = min(int(self.env.now) + self.world.threat.repeat_minutes, self.world.horizon)
        minute = int(self.env.now)
        while per_year > 0.0:
            gap, mark = chance.pair(self.seed, self.tape.replication, town.nis, minute, chance.AFTERMATH)
            moment = threat_time(minute, self.tape.clock) + chance.exponential_gap(gap, per_year)
            minute = max(minute + 1, minute_of(moment, self.tape.clock, threat.segment_at(minute)))
            minute = on_tick(minute, self.world.tick)
            if minute >= until:
                return
            number = ev.FOLLOW_UP_NUMBER | minute
            yield self.at(minute, ev.FOLLOW_UP, town.nis, number)
            if town.last_closed != row or self.is_intruded(town):  # its next incident has an aftermath of its own
                return
            self.attempt(town, number, threat.candidate_mark(mark, self.setting.cap), ev.REPEAT)

    def is_intruded(self, town: Town) -> bool:
        """Return whether somebody has broken in, also where he still dwells and nothing is out."""
        return town.open_row != ev.UNKNOWN

    def is_down(self, town: Town) -> bool:
        """Return whether services are out: an intruder has struck, or the supplier of its whole IT has fallen."""
        struck = self.is_intruded(town) and self.incidents[town.open_row]["impact"] != ev.UNKNOWN
        return struck or town.cut_off_row != ev.UNKNOWN

    def beside(self, town: Town, taken: float) -> None:
        """Let the outage of a supplier take what an intruder leaves of it: nobody misses a service twice."""
        if town.cut_off_row != ev.UNKNOWN:
            self.books.share_out(town.cut_off_row, taken)

    # --- one incident --------------------------------------------------------------------------------------------

    def incident(self, town: Town, number: int, severity: int, row: int) -> Process:
        """From break-in to the day everything is normal again."""
        u = self.draw(town, number, chance.DWELL)
        dwell = incident_rules.dwell_minutes(u, self.stock(town, DETECTION), self.world.intrusion)
        yield self.at(int(self.env.now) + dwell, ev.IMPACT, town.nis, number)
        discovered = self.strike(town, number, severity, row)
        yield self.at(discovered, ev.DISCOVERED, town.nis, number)
        self.discover(town, number, row)
        mean_days = incident_rules.mean_team_days(severity, self.world.team)
        yield from self.respond(town, number, row, severity, mean_days)
        plan, recovered = yield from self.start_work(town, number, severity, row)
        critical_back, full_back = self.settle_on(town, number, severity, row, plan, recovered)
        yield from self.restore(town, number, row, critical_back, full_back)
        self.close(town, row, number)

    def strike(self, town: Town, number: int, severity: int, row: int) -> int:
        """The intruder strikes: systems go out; return when somebody sees it, which at night may be in the morning."""
        world, now = self.world, int(self.env.now)
        self.incidents[row]["impact"] = now
        hit = self.systems_hit(town, number, severity)
        self.books.lose(row, town, hit, world.services)
        self.beside(town, hit)
        watched = self.draw(town, number, chance.NOTICED) < self.stock(town, DETECTION)
        return incident_rules.discovered_at(now, watched, world.start_weekday, world.intrusion)

    def systems_hit(self, town: Town, number: int, severity: int) -> float:
        """Return the share of the systems that is out."""
        mean = incident_rules.mean_systems_hit(severity, self.world.outage)
        return chance.share_quantile(self.draw(town, number, chance.SYSTEMS), mean)

    def start_work(
        self, town: Town, number: int, severity: int, row: int
    ) -> Generator[simpy.Event, Any, tuple[float, float]]:
        """Responders arrive: they find the backups usable or lost, and somebody decides about the ransom.

        Return what the continuity plan leaves of the loss, and the share of the data bought back.
        """
        record, terms, recovery = self.incidents[row], self.world.extortion, self.world.recovery
        plan = incident_rules.plan_factor(self.stock(town, CONTINUITY), recovery)
        if severity != SEVERE:
            return plan, 0.0
        probability = incident_rules.backups_lost_probability(self.stock(town, BACKUPS), recovery)
        lost = self.draw(town, number, chance.BACKUPS) < probability
        record["backups_lost"] = int(lost)
        demand = ransom.demand_euro(self.draw(town, number, chance.DEMAND), float(town.inhabitants), terms)
        record["demand_cents"] = cents(demand)
        willing = ransom.willing_to_pay(self.draw(town, number, chance.PAY), lost, terms)
        if not willing or self.choices.ransom_rule == ransom.NEVER:
            return plan, 0.0
        if self.choices.ransom_rule == ransom.WITH_APPROVAL:
            yield self.at(int(self.env.now) + self.choices.approval_minutes, ev.PAID, town.nis, number)
        return plan, self.decide(town, number, row, demand)

    def decide(self, town: Town, number: int, row: int, demand: float) -> float:
        """Pay the ransom where the rule of this day allows it; return the share of the data bought back."""
        granted, terms = self.draw(town, number, chance.APPROVAL), self.world.extortion
        if not ransom.allowed_to_pay(granted, self.choices):
            return 0.0
        paid = ransom.ransom_cents(demand, terms)
        self.incidents[row]["ransom_cents"] = paid
        self.books.charge(town, row, ev.RANSOM, paid)
        return ransom.recovered_share(self.draw(town, number, chance.RECOVERED), terms)

    def settle_on(
        self, town: Town, number: int, severity: int, row: int, plan: float, recovered: float
    ) -> tuple[int, int]:
        """Fix the bill and the outage: response is paid now, the rest when the critical services are back.

        Return when the critical services are back, and when everything is.
        """
        world, record, now = self.world, self.incidents[row], int(self.env.now)
        lost, recovery, discovered, arrived = (
            record["backups_lost"] == 1, world.recovery, record["discovered"], record["team_start"]
        )  # fmt: skip
        cost_factor, time_factor = (
            incident_rules.loss_factor(plan, severity, lost, recovered, worst, recovery)
            for worst in (recovery.backup_cost_factor, recovery.backup_time_factor)
        )
        u, waited = self.draw_cost(town, number), arrived - discovered
        most = incident_rules.most_euro(severity, float(town.inhabitants), world.bill, recovery)
        bill = incident_rules.whole_bill_euro(u, severity, town.cost_size, most, cost_factor, waited, world.bill)
        private = record["private"] == 1
        response = incident_rules.response_cents(bill, private, world.team, world.bill)
        self.books.charge(town, row, ev.RESPONSE, response)
        quicker = incident_rules.with_fallback(time_factor, self.choices, world.funding)
        u = self.draw(town, number, chance.CRITICAL)
        critical = full = incident_rules.critical_outage_minutes(u, severity, quicker, world.outage)
        if severity == SEVERE:
            u = self.draw(town, number, chance.FULL)
            full = incident_rules.full_outage_minutes(u, critical, time_factor, world.outage)
        started = incident_rules.outage_counts_from(discovered, arrived, now, world.outage)
        critical_back = incident_rules.critical_back_at(started, critical, now)
        later = (
            (ev.RECOVERY, incident_rules.recovery_cents(bill, world.bill)),
            (ev.LOST_REVENUE, incident_rules.lost_revenue_cents(bill, world.bill)),
        )
        self.books.bills[row] = Bill(town, now, critical_back, later)
        return critical_back, incident_rules.full_back_at(started, full, critical_back)

    def restore(self, town: Town, number: int, row: int, critical_back: int, full_back: int) -> Process:
        """Bring services back one by one, first those people cannot do without, and wait for the end."""
        for weight, restore in sorted(self.world.services, key=lambda service: service[1]):
            back = incident_rules.restored_at(restore, critical_back, full_back)
            if back > int(self.env.now):
                yield self.at(back, ev.RESTORED, town.nis, number)
            if row in self.books.bills:
                self.incidents[row]["critical_back"] = back
                self.books.settle(row)
            self.books.regain(row, (weight, restore))
        if full_back > int(self.env.now):
            yield self.at(full_back, ev.CLOSED, town.nis, number)

    def close(self, town: Town, row: int, number: int) -> None:
        """Back to normal: the municipality has learned, and attackers have seen that it can be hit."""
        now = int(self.env.now)
        self.incidents[row]["closed"] = now
        del self.books.outages[row]
        self.beside(town, 0.0)
        learned = self.treasury.stocks_now(town, now)
        coverages = [defence_rules.learned(level, self.world.defence.learning) for level in learned[:EFFORT]]
        town.move([*coverages, learned[EFFORT]], now)
        town.open_row = ev.UNKNOWN
        town.last_closed = row
        self.env.process(self.aftermath(town, row))
