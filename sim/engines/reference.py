"""The reference engine: the model as SimPy processes, to be read.

A future unfolds like this. Every 1 January the budgets are paid. Attackers knock on each municipality's door; some get
in. An intruder dwells, strikes, and is discovered; the municipality calls a response team and waits its turn; the
team looks at the backups, somebody decides about the ransom, and services come back one by one. Suppliers fall and
take their customers with them. Every cost is posted when it arises.

The arithmetic is in `sim.rules`, the dice in `tape.py` and `sim.rules.chance`; this file is about time.
"""

from __future__ import annotations

import gc
from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from sim.engines import events as ev
from sim.engines.accounts import Accounts, Claimant
from sim.engines.books import Bill, Books, Row
from sim.engines.setting import Outcome, Setting
from sim.engines.tape import Tape, deal, minute_of, sky_over, threat_time
from sim.engines.town import AWARENESS, BACKUPS, CONTINUITY, DETECTION, EFFORT, HARDENING, IDENTITY, Town
from sim.engines.treasury import Treasury
from sim.model.arrays import UNLIMITED
from sim.rules import budgets, chance, ransom
from sim.rules import defence as defence_rules
from sim.rules import incident as incident_rules
from sim.rules.calendar import on_tick
from sim.rules.incident import MINOR, SEVERE, SIGNIFICANT, cents
from sim.rules.threat import attempt_rate, repeat_excess, segment_at

Process = Generator[simpy.Event, Any, None]
EVERYTHING = ((1.0, 0.0),)  # an outage that takes all services alike, and gives them back at once
FIRST_IN_LINE = -(1 << 60)  # the place of a team that is no longer paid for


class Moment(simpy.Event):
    """A point in time at which something happens; among those of one minute, the smaller key comes first."""

    def __init__(self, env: simpy.Environment, minute: int, key: int) -> None:
        super().__init__(env)
        self._ok = True
        self._value = None
        env.schedule(self, priority=key, delay=minute - env.now)  # type: ignore[arg-type]


class Future:
    """One replication: one policy on one tape."""

    def __init__(self, setting: Setting, seed: int, tape: Tape) -> None:
        self.seed = seed
        self.tape = tape
        self.world = setting.world
        self.choices = setting.policy.choices
        self.setting = setting
        self.env = simpy.Environment(initial_time=0)
        stages = setting.policy.stages
        self.accounts = Accounts(setting.policy.layers, self.world.year_starts, stages[0].pots)
        self.books = Books(self.env, self.world, self.accounts, self.claimant)
        self.incidents = self.books.incidents
        self.blocked = self.supplier_events = 0
        most = max(stage.choices.teams for stage in stages)
        self.pool = simpy.PriorityResource(self.env, most) if most > 0 else None
        self.unpaid_teams: list[Any] = []  # teams that stand ready under another stage of the policy
        start, targets = setting.all_stocks()
        self.towns = [
            Town(
                position, nis, inhabitants, levels, goals, incident_rules.cost_size(float(inhabitants), self.world.bill)
            )
            for position, nis, inhabitants, levels, goals in zip(
                range(len(self.world.nis)),
                self.world.nis.tolist(),
                self.world.inhabitants.tolist(),
                start.tolist(),
                targets.tolist(),
                strict=True,
            )
        ]
        self.treasury = Treasury(setting, self.accounts, self.towns)
        self.begin(0)
        self.staff()

    # --- helpers -------------------------------------------------------------------------------------------------

    def at(self, minute: int, kind: int, entity: int, index: int) -> Moment:
        """Return the event to wait for: the first tick of the clock at or after `minute`, in the order of its key."""
        return Moment(self.env, on_tick(minute, self.world.tick), ev.key(kind, entity, index))

    def draw(self, town: Town, number: int, purpose: int) -> float:
        """Return the uniform number at the address of an incident of a municipality."""
        return chance.uniform(self.seed, self.tape.replication, town.nis, number, purpose)

    def draw_cost(self, town: Town, number: int) -> float:
        """Return the uniform number behind the size of a bill: the second at the address of the class."""
        return chance.second_uniform(self.seed, self.tape.replication, town.nis, number, chance.CLASS)

    def stock(self, town: Town, measure: int) -> float:
        """Return a coverage (or the effective spend) at this minute."""
        return self.treasury.stock(town, measure, int(self.env.now))

    def claimant(self, town: Town, record: Row, common: int) -> Claimant:
        """Return what layers may ask about an incident; whether its claims are denied is settled at the first one."""
        verdict: list[bool] = []

        def denied() -> bool:
            if not verdict:
                chances = budgets.denial_probability(self.stock(town, IDENTITY), self.world.funding)
                verdict.append(self.draw(town, record["number"], chance.DENIED) < chances)
            return verdict[0]

        return Claimant(
            meets=lambda requirement: self.treasury.meets(town, requirement, int(self.env.now)),
            insured=bool(self.setting.plan.insured[self.treasury.cover][town.position]),
            denied=denied,
            deductible=self.setting.policy.stages[self.treasury.cover].choices.deductible,
            cause=common,
        )

    # --- policy and budgets --------------------------------------------------------------------------------------

    def begin(self, number: int) -> None:
        """Go on under a stage of the policy."""
        stage = self.setting.policy.stages[number]
        now = int(self.env.now)
        if self.setting.policy.stages[self.treasury.stage].delivery != stage.delivery:  # another pace of building
            for town in self.towns:
                town.move([self.stock(town, measure) for measure in range(EFFORT + 1)], now)
        self.treasury.stage = number
        self.choices = stage.choices
        self.accounts.begin(stage)
        self.deterrence = ransom.deterrence_factor(self.choices.ransom_rule, self.world.extortion)

    def staff(self) -> None:
        """Have as many teams stand ready as the stage of the policy pays for."""
        if self.pool is not None:
            now, idle = int(self.env.now), self.pool.capacity - self.choices.teams
            while len(self.unpaid_teams) < idle:
                place = (FIRST_IN_LINE, now, len(self.unpaid_teams))
                self.unpaid_teams.append(self.pool.request(priority=place))  # type: ignore[arg-type]
            while len(self.unpaid_teams) > idle:
                team = self.unpaid_teams.pop()
                if team.triggered:
                    self.pool.release(team)
                else:
                    team.cancel()

    def phases(self) -> Process:
        """The action plan: on its dates the policy changes."""
        for number, stage in enumerate(self.setting.policy.stages[1:], start=1):
            yield self.at(stage.begins, ev.PHASE, chance.WORLD, number)
            self.begin(number)
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
        probability = self.deterrence * defence_rules.break_in_probability(
            self.stock(town, IDENTITY),
            self.stock(town, HARDENING),
            self.stock(town, AWARENESS),
            self.stock(town, EFFORT),
            self.setting.cap,
            self.world.defence,
        )
        if mark >= probability:
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
        excess = repeat_excess(self.incidents[row]["ransom_cents"] > 0, self.world.threat)
        per_year = attempt_rate(float(town.inhabitants), self.world.threat) * self.setting.cap * excess
        until = min(int(self.env.now) + self.world.threat.repeat_minutes, self.world.horizon)
        minute = int(self.env.now)
        while per_year > 0.0:
            gap, mark = chance.pair(self.seed, self.tape.replication, town.nis, minute, chance.AFTERMATH)
            moment = threat_time(minute, self.tape.clock) + chance.exponential_quantile(gap) / per_year
            minute = max(minute + 1, minute_of(moment, self.tape.clock, segment_at(minute)))
            minute = on_tick(minute, self.world.tick)
            if minute >= until:
                return
            number = ev.FOLLOW_UP_NUMBER | minute
            yield self.at(minute, ev.FOLLOW_UP, town.nis, number)
            if town.last_closed != row or self.is_intruded(town):  # its next incident has an aftermath of its own
                return
            self.attempt(town, number, mark * self.setting.cap, ev.REPEAT)

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
        mean_days = world.team.days_severe if severity == SEVERE else world.team.days_significant
        yield from self.respond(town, number, row, severity, mean_days)
        waited = record["team_start"] - discovered

        # 3. The team finds the backups usable or lost; somebody decides about the ransom.
        continuity = self.stock(town, CONTINUITY)
        cost_factor = time_factor = incident_rules.plan_factor(continuity, world.recovery)
        if severity == SEVERE:
            lost_probability = incident_rules.backups_lost_probability(self.stock(town, BACKUPS), world.recovery)
            lost = self.draw(town, number, chance.BACKUPS) < lost_probability
            record["backups_lost"] = int(lost)
            recovered = yield from self.extortion(town, number, row, lost)
            cost_factor *= incident_rules.backup_factor(
                lost, recovered, world.recovery.backup_cost_factor, world.recovery
            )
            time_factor *= incident_rules.backup_factor(
                lost, recovered, world.recovery.backup_time_factor, world.recovery
            )

        # 4. The bill: response now, recovery and lost revenue when the critical services are back.
        bill = incident_rules.bill_euro(self.draw_cost(town, number), severity, town.cost_size, world.bill)
        bill = bill * cost_factor * incident_rules.waiting_factor(waited, world.bill)
        private = record["private"] == 1
        response = incident_rules.response_cents(bill, private, world.team.private_factor, world.bill)
        self.books.charge(town, row, ev.RESPONSE, response)
        recovery = incident_rules.recovery_cents(bill, world.bill)
        revenue = incident_rules.lost_revenue_cents(bill, world.bill)

        # 5. Services return one by one, first those people cannot do without.
        fallback = world.funding.fallback_factor if self.choices.fallback else 1.0
        critical = incident_rules.critical_outage_minutes(
            self.draw(town, number, chance.CRITICAL), severity, time_factor * fallback, world.outage
        )
        full = critical
        if severity == SEVERE:
            full = incident_rules.full_outage_minutes(
                self.draw(town, number, chance.FULL), critical, time_factor, world.outage
            )
        now = int(self.env.now)
        started = incident_rules.outage_counts_from(discovered, record["team_start"], now, world.outage)
        critical_back = max(now + 1, started + critical)  # nothing is back before responders are there
        full_back = max(critical_back, started + full)
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
        outage = self.world.outage
        mean = outage.systems_hit if severity == SEVERE else outage.significant_systems_hit
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
        fallback = world.funding.fallback_factor if full and self.choices.fallback else 1.0
        for town in self.customers(supplier):
            cut_off = ev.supplier_number(ev.CUT_OFF_NUMBER, supplier, number)
            infected = ev.supplier_number(ev.LATERAL_NUMBER, supplier, number)
            if self.draw(town, cut_off, chance.SUPPLIER_HIT) >= terms.supplier_hit:
                continue
            lateral = self.draw(town, infected, chance.LATERAL) < terms.lateral
            impact = terms.impact_full if full else terms.impact_saas
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
                self.books.lose(row, town, impact * fallback, EVERYTHING)
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
