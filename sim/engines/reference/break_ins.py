"""Break-ins in the reference engine: from the first knock to the day everything is normal again, and what it draws."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

from sim.engines import events as ev
from sim.engines.reference.clock import Moment, Process
from sim.engines.reference.incident_log import Bill
from sim.engines.reference.shared import Scene
from sim.engines.reference.town import Town
from sim.engines.stocks import AWARENESS, BACKUPS, CONTINUITY, DETECTION, EFFORT, HARDENING, IDENTITY
from sim.engines.tape import minute_of, threat_time
from sim.rules import chance, ransom, threat
from sim.rules import defence as defence_rules
from sim.rules import incident as incident_rules
from sim.rules.calendar import on_tick
from sim.rules.incident import MINOR, SEVERE, cents
from sim.rules.terms import UNLIMITED


class BreakIns(Scene):
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
        if town.open_row != ev.UNKNOWN:
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
            u = self.draw_cost(town, number)
            bill = incident_rules.bill_euro(u, MINOR, town.cost_size, self.world.bill)
            self.books.charge(town, row, ev.RECOVERY, cents(bill))
            self.incidents[row]["closed"] = int(self.env.now)
            return
        town.open_row = row
        self.env.process(self.incident(town, number, severity, row))

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
        """Return whether a break-in, and not the failure of a supplier alone, keeps a municipality down."""
        return town.open_row != ev.UNKNOWN and self.incidents[town.open_row]["cause"] <= ev.LATERAL

    # --- one incident --------------------------------------------------------------------------------------------

    def incident(self, town: Town, number: int, severity: int, row: int) -> Process:
        """From break-in to the day everything is normal again."""
        world, record = self.world, self.incidents[row]

        # 1. The intruder dwells, then strikes; outside office hours it takes until morning before somebody sees it.
        impact = int(self.env.now) + incident_rules.dwell_minutes(
            self.draw(town, number, chance.DWELL), world.intrusion
        )
        yield self.at(impact, ev.IMPACT, town.nis, number)
        record["impact"] = impact = int(self.env.now)
        self.books.lose(row, town, self.systems_hit(town, number, severity), world.services)
        watched = self.draw(town, number, chance.NOTICED) < self.stock(town, DETECTION)
        discovered = incident_rules.discovered_at(impact, watched, world.start_weekday, world.intrusion)
        yield self.at(discovered, ev.DISCOVERED, town.nis, number)
        record["discovered"] = discovered = int(self.env.now)
        if self.draw(town, number, chance.EXFILTRATION) < world.intrusion.exfiltration:
            record["exfiltrated"] = 1
            self.books.charge(
                town, row, ev.NOTIFICATION, incident_rules.notification_cents(town.inhabitants, world.bill)
            )

        # 2. A response team, or the wait for one.
        mean_days = incident_rules.mean_team_days(severity, world.team)
        yield from self.respond(town, number, row, severity, mean_days)
        waited = record["team_start"] - discovered

        # 3. The team finds the backups usable or lost; somebody decides about the ransom.
        continuity = self.stock(town, CONTINUITY)
        plan, lost, recovered = incident_rules.plan_factor(continuity, world.recovery), False, 0.0
        if severity == SEVERE:
            lost_probability = incident_rules.backups_lost_probability(self.stock(town, BACKUPS), world.recovery)
            lost = self.draw(town, number, chance.BACKUPS) < lost_probability
            record["backups_lost"] = int(lost)
            recovered = yield from self.extortion(town, number, row, lost)
        cost_factor, time_factor = (
            incident_rules.loss_factor(plan, severity, lost, recovered, worst, world.recovery)
            for worst in (world.recovery.backup_cost_factor, world.recovery.backup_time_factor)
        )

        # 4. The bill: response now, recovery and lost revenue when the critical services are back.
        u = self.draw_cost(town, number)
        bill = incident_rules.whole_bill_euro(u, severity, town.cost_size, cost_factor, waited, world.bill)
        private = record["private"] == 1
        response = incident_rules.response_cents(bill, private, world.team.private_factor, world.bill)
        self.books.charge(town, row, ev.RESPONSE, response)
        recovery = incident_rules.recovery_cents(bill, world.bill)
        revenue = incident_rules.lost_revenue_cents(bill, world.bill)

        # 5. Services return one by one, first those people cannot do without.
        quicker = incident_rules.with_fallback(time_factor, self.choices.fallback == 1, world.funding)
        critical = incident_rules.critical_outage_minutes(
            self.draw(town, number, chance.CRITICAL), severity, quicker, world.outage
        )
        full = critical
        if severity == SEVERE:
            full = incident_rules.full_outage_minutes(
                self.draw(town, number, chance.FULL), critical, time_factor, world.outage
            )
        now = int(self.env.now)
        started = incident_rules.outage_counts_from(discovered, record["team_start"], now, world.outage)
        critical_back = incident_rules.critical_back_at(started, critical, now)
        full_back = incident_rules.full_back_at(started, full, critical_back)
        self.books.bills[row] = Bill(town, now, critical_back, ((ev.RECOVERY, recovery), (ev.LOST_REVENUE, revenue)))
        for weight, restore in sorted(world.services, key=lambda service: service[1]):
            back = incident_rules.restored_at(restore, critical_back, full_back)
            if back > int(self.env.now):
                yield self.at(back, ev.RESTORED, town.nis, number)
            if row in self.books.bills:
                record["critical_back"] = back
                self.books.settle(row)
            self.books.regain(row, (weight, restore))
        if full_back > int(self.env.now):
            yield self.at(full_back, ev.CLOSED, town.nis, number)
        self.close(town, row, number)

    def systems_hit(self, town: Town, number: int, severity: int) -> float:
        """Return the share of the systems that is out."""
        mean = incident_rules.mean_systems_hit(severity, self.world.outage)
        return chance.share_quantile(self.draw(town, number, chance.SYSTEMS), mean)

    def respond(self, town: Town, number: int, row: int, severity: int, mean_days: float) -> Process:
        """Wait for a response team from the pool, or for private responders once patience is over."""
        record, choices, now = self.incidents[row], self.choices, int(self.env.now)
        work = incident_rules.team_minutes(self.draw(town, number, chance.TEAM_DAYS), mean_days, self.world.team)
        if choices.teams != UNLIMITED:
            patience: Moment | None = None
            if choices.private_after_minutes != UNLIMITED:
                patience = self.at(now + choices.private_after_minutes, ev.PATIENCE, town.nis, number)
            if self.pool is None:
                assert patience is not None, "without teams there must be private responders"
                yield patience
                record["private"] = 1
            else:
                request = self.pool.request(priority=(self.rank(town, severity), now, town.nis))  # type: ignore[arg-type]
                if not request.triggered:
                    yield request if patience is None else request | patience
                if request.triggered:
                    self.env.process(self.release(town, number, int(self.env.now) + work, request))
                else:
                    request.cancel()
                    record["private"] = 1
        record["team_start"] = int(self.env.now)
        record["team_end"] = int(self.env.now) + work

    def rank(self, town: Town, severity: int) -> int:
        """Return the place in the queue that the policy gives; smaller is sooner."""
        return (0, -severity, -town.inhabitants)[self.choices.discipline]

    def release(self, town: Town, number: int, end: int, request: Any) -> Process:
        """Send the team back to the pool when its work is done."""
        yield self.at(end, ev.RELEASED, town.nis, number)
        assert self.pool is not None
        self.pool.release(request)

    def extortion(self, town: Town, number: int, row: int, lost: bool) -> Generator[simpy.Event, Any, float]:
        """Decide about the ransom; return the share of the data bought back."""
        terms, record = self.world.extortion, self.incidents[row]
        demand = ransom.demand_euro(self.draw(town, number, chance.DEMAND), float(town.inhabitants), terms)
        record["demand_cents"] = cents(demand)
        willing = ransom.willing_to_pay(self.draw(town, number, chance.PAY), lost, terms)
        if not willing or self.choices.ransom_rule == ransom.NEVER:
            return 0.0
        if self.choices.ransom_rule == ransom.WITH_APPROVAL:
            yield self.at(int(self.env.now) + self.choices.approval_minutes, ev.PAID, town.nis, number)
        granted = self.draw(town, number, chance.APPROVAL)  # by the rule of the day on which it is decided
        if not ransom.allowed_to_pay(granted, self.choices.ransom_rule, self.choices.approval_rate):
            return 0.0
        record["ransom_cents"] = ransom.ransom_cents(demand, terms)
        self.books.charge(town, row, ev.RANSOM, record["ransom_cents"])
        return ransom.recovered_share(self.draw(town, number, chance.RECOVERED), terms)

    def close(self, town: Town, row: int, number: int) -> None:
        """Back to normal: the municipality has learned, and attackers have seen that it can be hit."""
        now = int(self.env.now)
        self.incidents[row]["closed"] = now
        del self.books.outages[row]
        learned = [self.stock(town, measure) for measure in range(EFFORT + 1)]
        coverages = [defence_rules.learned(level, self.world.defence.learning) for level in learned[:EFFORT]]
        town.move([*coverages, learned[EFFORT]], now)
        town.open_row = ev.UNKNOWN
        town.last_closed = row
        self.env.process(self.aftermath(town, row))
