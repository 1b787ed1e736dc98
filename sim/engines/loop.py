"""The event loop of the compiled engine: the processes of `reference.py`, step for step, as functions on a desk.

Each function here has its namesake there; read that one first. What the SimPy process does between two waits, the
function does at once, and where the process waits, the function pushes an event and returns.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engines import desk as d
from sim.engines import events as ev
from sim.engines.desk import Desk, charge, drop_top, new_row, push
from sim.engines.tape import minute_of, threat_time
from sim.model.arrays import (
    UNLIMITED,
    Bill,
    Choices,
    Classes,
    Defence,
    Extortion,
    Intrusion,
    Outage,
    Recovery,
    Spread,
    Team,
    Threat,
)
from sim.rules import chance, funding, ransom
from sim.rules import defence as defence_rules
from sim.rules import incident as rules
from sim.rules.calendar import minutes
from sim.rules.chance import lognormal_quantile, share_quantile, uniform
from sim.rules.compiling import kernel
from sim.rules.incident import MINOR, SEVERE, SIGNIFICANT, cents
from sim.rules.threat import repeat_excess

IDENTITY, HARDENING, DETECTION, AWARENESS, BACKUPS, CONTINUITY, EFFORT = range(7)
RESPONSE, RECOVERY, LOST_REVENUE, NOTIFICATION, RANSOM, FRAUD_LOSS, SUPPLIER_BILL = range(2, 9)
MASK = 0xFFFFFFFF


class Case(NamedTuple):
    """What all futures of one policy in one world have in common."""

    threat: Threat
    defence: Defence
    classes: Classes
    intrusion: Intrusion
    bill: Bill
    outage: Outage
    recovery: Recovery
    team: Team
    extortion: Extortion
    spread: Spread
    choices: Choices
    seed: int
    cap: float
    deterrence: float
    horizon: int
    start_weekday: int
    full_it: int
    nis: NDArray[np.int64]  # (n,)
    inhabitants: NDArray[np.int64]  # (n,)
    rates: NDArray[np.float64]  # (n,) candidate attempts a year
    levels: NDArray[np.float64]  # (n, 7) at the start
    targets: NDArray[np.float64]  # (n, 7)
    services: NDArray[np.float64]  # (services, 2): weight, place in the restoring, in that order
    year_starts: NDArray[np.int64]  # (y + 1,)
    weights: NDArray[np.float64]  # (days,) growth x season
    customer_offsets: NDArray[np.int64]  # (suppliers + 1,)
    customers: NDArray[np.int64]  # positions of each supplier's customers
    layers: NDArray[np.int64]  # (layers, 8)
    layer_offsets: NDArray[np.int64]  # (categories + 1,)


@kernel
def draw(case: Case, replication: int, record: NDArray[np.int64], purpose: int) -> float:
    """Return the uniform number at the address of an incident."""
    return uniform(case.seed, replication, record[d.NIS], record[d.NUMBER], purpose)


@kernel
def stock(case: Case, desk: Desk, town: int, measure: int, now: int) -> float:
    """Return a coverage (or the effective spend) at this minute."""
    return defence_rules.stock_at(
        desk.levels[town, measure],
        case.targets[town, measure],
        float(now - desk.towns[town, d.LEVELS_AT]),
        case.defence.build_minutes,
        case.defence.decay_minutes,
    )


@kernel
def push_incident(desk: Desk, kind: int, minute: int, row: int) -> None:
    """Push the next event of an incident."""
    record = desk.rows[row]
    push(desk.counters, desk.heap, minute, kind << 56 | record[d.NIS] << 32 | record[d.NUMBER], row)


@kernel
def pay(case: Case, desk: Desk, row: int, category: int, amount: int, now: int) -> None:
    """Post a cost of an incident, in the last minute at the latest."""
    minute = min(now, case.horizon - 1)
    charge(desk, row, category, amount, minute, case.layers, case.layer_offsets, case.year_starts)


@kernel
def miss(case: Case, desk: Desk, row: int, weight: float, now: int) -> None:
    """Book the person-minutes without a service, and their value."""
    record = desk.rows[row]
    lost = rules.person_minutes(
        case.inhabitants[record[d.TOWN]], desk.floats[row, d.SHARE] * weight, now - record[d.SINCE]
    )
    record[d.PERSON_MINUTES] += lost
    record[d.HARM] += rules.harm_cents(lost, case.outage.value_of_service_day)


@kernel
def attempt(
    case: Case, desk: Desk, replication: int, town: int, number: int, mark: float, cause: int, now: int
) -> None:
    """Let an attempt succeed when its mark lies below the break-in probability of this moment."""
    if mark >= case.cap * case.deterrence:
        return
    probability = case.deterrence * defence_rules.break_in_probability(
        stock(case, desk, town, IDENTITY, now),
        stock(case, desk, town, HARDENING, now),
        stock(case, desk, town, AWARENESS, now),
        stock(case, desk, town, EFFORT, now),
        case.cap,
        case.defence,
    )
    if mark >= probability:
        return
    if desk.towns[town, d.OPEN_ROW] != ev.UNKNOWN:
        desk.counters[d.BLOCKED] += 1
        return
    u = uniform(case.seed, replication, case.nis[town], number, chance.CLASS)
    severity = rules.incident_class(u, stock(case, desk, town, DETECTION, now), case.classes)
    break_in(case, desk, replication, town, number, cause, severity, ev.UNKNOWN, now)


@kernel
def break_in(
    case: Case,
    desk: Desk,
    replication: int,
    town: int,
    number: int,
    cause: int,
    severity: int,
    supplier: int,
    now: int,
) -> None:
    """Open the incident of a successful attempt; a minor one costs staff time and is over."""
    row = new_row(desk, town, case.nis[town], number, cause, severity, now)
    record = desk.rows[row]
    record[d.SUPPLIER] = supplier
    if severity == MINOR:
        u = draw(case, replication, record, chance.COST)
        bill = rules.bill_euro(u, MINOR, float(case.inhabitants[town]), case.bill)
        pay(case, desk, row, RECOVERY, cents(bill), now)
        record[d.CLOSED] = now
        return
    desk.towns[town, d.OPEN_ROW] = row
    dwell = rules.dwell_minutes(draw(case, replication, record, chance.DWELL), case.intrusion)
    push_incident(desk, ev.IMPACT, now + dwell, row)


@kernel
def strike(case: Case, desk: Desk, replication: int, row: int, now: int) -> None:
    """The intruder strikes: systems go out, and somebody will see it."""
    record = desk.rows[row]
    record[d.IMPACT] = now
    mean = case.outage.systems_hit if record[d.SEVERITY] == SEVERE else case.outage.significant_systems_hit
    desk.floats[row, d.SHARE] = share_quantile(draw(case, replication, record, chance.SYSTEMS), mean)
    record[d.SINCE] = now
    record[d.OUT] = d.SERVICES_OUT
    record[d.NEXT_SERVICE] = 0
    watched = draw(case, replication, record, chance.NOTICED) < stock(case, desk, record[d.TOWN], DETECTION, now)
    discovered = rules.discovered_at(now, watched, case.start_weekday, case.intrusion)
    push_incident(desk, ev.DISCOVERED, discovered, row)


@kernel
def discover(case: Case, desk: Desk, replication: int, row: int, now: int) -> None:
    """The municipality sees what happened, and calls for help."""
    record = desk.rows[row]
    record[d.DISCOVERED] = now
    if draw(case, replication, record, chance.EXFILTRATION) < case.intrusion.exfiltration:
        record[d.EXFILTRATED] = 1
        amount = rules.notification_cents(case.inhabitants[record[d.TOWN]], case.bill)
        pay(case, desk, row, NOTIFICATION, amount, now)
    days = case.team.days_severe if record[d.SEVERITY] == SEVERE else case.team.days_significant
    respond(case, desk, replication, row, days, now)


@kernel
def respond(case: Case, desk: Desk, replication: int, row: int, mean_days: float, now: int) -> None:
    """Start at once where a team is free, otherwise wait in the queue, or for private responders."""
    record, choices = desk.rows[row], case.choices
    record[d.WORK] = rules.team_minutes(draw(case, replication, record, chance.TEAM_DAYS), mean_days, case.team)
    if choices.teams == UNLIMITED:
        start_work(case, desk, replication, row, now)
        return
    if desk.counters[d.FREE_TEAMS] > 0:
        desk.counters[d.FREE_TEAMS] -= 1
        push_incident(desk, ev.RELEASED, now + record[d.WORK], row)
        start_work(case, desk, replication, row, now)
        return
    record[d.WAITING] = 1
    if choices.teams > 0:
        if desk.counters[d.QUEUED] >= len(desk.queue):
            desk.counters[d.FULL] = 1
            return
        desk.queue[desk.counters[d.QUEUED]] = row
        desk.counters[d.QUEUED] += 1
    if choices.private_after_minutes != UNLIMITED:
        push_incident(desk, ev.PATIENCE, now + choices.private_after_minutes, row)


@kernel
def leave_queue(desk: Desk, place: int) -> None:
    """Take somebody out of the queue; the order within it has no meaning."""
    desk.counters[d.QUEUED] -= 1
    desk.queue[place] = desk.queue[desk.counters[d.QUEUED]]


@kernel
def goes_before(case: Case, desk: Desk, row: int, other: int) -> bool:
    """Return whether one waiting incident is served before another: rank, then call, then NIS code."""
    one, two = desk.rows[row], desk.rows[other]
    if case.choices.discipline == 1 and one[d.SEVERITY] != two[d.SEVERITY]:
        return one[d.SEVERITY] > two[d.SEVERITY]  # type: ignore[no-any-return]
    if case.choices.discipline == 2:
        people, others = case.inhabitants[one[d.TOWN]], case.inhabitants[two[d.TOWN]]
        if people != others:
            return people > others  # type: ignore[no-any-return]
    if one[d.DISCOVERED] != two[d.DISCOVERED]:
        return one[d.DISCOVERED] < two[d.DISCOVERED]  # type: ignore[no-any-return]
    return one[d.NIS] < two[d.NIS]  # type: ignore[no-any-return]


@kernel
def release(case: Case, desk: Desk, replication: int, now: int) -> None:
    """A team comes back, and goes to whoever is first in the queue."""
    queued = desk.counters[d.QUEUED]
    if queued == 0:
        desk.counters[d.FREE_TEAMS] += 1
        return
    first = 0
    for place in range(1, queued):
        if goes_before(case, desk, desk.queue[place], desk.queue[first]):
            first = place
    row = desk.queue[first]
    leave_queue(desk, first)
    desk.rows[row, d.WAITING] = 0
    push_incident(desk, ev.RELEASED, now + desk.rows[row, d.WORK], row)
    start_work(case, desk, replication, row, now)


@kernel
def lose_patience(case: Case, desk: Desk, replication: int, row: int, now: int) -> None:
    """Who still waits hires private responders."""
    if desk.rows[row, d.WAITING] == 0:
        return
    desk.rows[row, d.WAITING] = 0
    for place in range(desk.counters[d.QUEUED]):
        if desk.queue[place] == row:
            leave_queue(desk, place)
            break
    desk.rows[row, d.PRIVATE] = 1
    start_work(case, desk, replication, row, now)


@kernel
def start_work(case: Case, desk: Desk, replication: int, row: int, now: int) -> None:
    """Responders arrive: they find the backups usable or lost, and somebody decides about the ransom."""
    record = desk.rows[row]
    town = record[d.TOWN]
    record[d.TEAM_START] = now
    record[d.TEAM_END] = now + record[d.WORK]
    waited = now - record[d.DISCOVERED]
    if record[d.CAUSE] == ev.CUT_OFF:
        late = rules.waiting_outage_minutes(waited, case.outage) - waited
        push_incident(desk, ev.CLOSED, max(record[d.BEGUN] + record[d.OUTAGE], record[d.TEAM_END]) + late, row)
        return
    desk.floats[row, d.PLAN] = rules.plan_factor(stock(case, desk, town, CONTINUITY, now), case.recovery)
    if record[d.SEVERITY] != SEVERE:
        settle_on(case, desk, replication, row, 0.0, now)
        return
    probability = rules.backups_lost_probability(stock(case, desk, town, BACKUPS, now), case.recovery)
    lost = draw(case, replication, record, chance.BACKUPS) < probability
    record[d.BACKUPS_LOST] = 1 if lost else 0
    u = draw(case, replication, record, chance.DEMAND)
    demand = ransom.demand_euro(u, float(case.inhabitants[town]), case.extortion)
    record[d.DEMAND] = cents(demand)
    willing = ransom.willing_to_pay(draw(case, replication, record, chance.PAY), lost, case.extortion)
    if not willing or case.choices.ransom_rule == ransom.NEVER:
        settle_on(case, desk, replication, row, 0.0, now)
    elif case.choices.ransom_rule == ransom.WITH_APPROVAL:
        push_incident(desk, ev.PAID, now + case.choices.approval_minutes, row)
    else:
        decide(case, desk, replication, row, now)


@kernel
def decide(case: Case, desk: Desk, replication: int, row: int, now: int) -> None:
    """Pay the ransom where that is allowed."""
    record = desk.rows[row]
    granted = draw(case, replication, record, chance.APPROVAL)
    recovered = 0.0
    if ransom.allowed_to_pay(granted, case.choices.ransom_rule, case.choices.approval_rate):
        u = draw(case, replication, record, chance.DEMAND)
        demand = ransom.demand_euro(u, float(case.inhabitants[record[d.TOWN]]), case.extortion)
        record[d.RANSOM] = cents(demand * case.extortion.paid_fraction)
        pay(case, desk, row, RANSOM, record[d.RANSOM], now)
        recovered = ransom.recovered_share(draw(case, replication, record, chance.RECOVERED), case.extortion)
    settle_on(case, desk, replication, row, recovered, now)


@kernel
def settle_on(case: Case, desk: Desk, replication: int, row: int, recovered: float, now: int) -> None:
    """Fix the bill and the outage: response is paid now, the rest when the critical services are back."""
    record = desk.rows[row]
    severity = record[d.SEVERITY]
    cost_factor = time_factor = desk.floats[row, d.PLAN]
    if severity == SEVERE:
        lost = record[d.BACKUPS_LOST] == 1
        cost_factor *= rules.backup_factor(lost, recovered, case.recovery.backup_cost_factor, case.recovery)
        time_factor *= rules.backup_factor(lost, recovered, case.recovery.backup_time_factor, case.recovery)
    waited = record[d.TEAM_START] - record[d.DISCOVERED]
    people = float(case.inhabitants[record[d.TOWN]])
    bill = rules.bill_euro(draw(case, replication, record, chance.COST), severity, people, case.bill)
    bill = bill * cost_factor * rules.waiting_factor(waited, case.bill)
    private = record[d.PRIVATE] == 1
    pay(case, desk, row, RESPONSE, rules.response_cents(bill, private, case.team.private_factor, case.bill), now)
    record[d.RECOVERY_DUE] = rules.recovery_cents(bill, case.bill)
    record[d.REVENUE_DUE] = rules.lost_revenue_cents(bill, case.bill)
    u = draw(case, replication, record, chance.CRITICAL)
    critical = rules.critical_outage_minutes(u, severity, time_factor, case.outage)
    full = critical
    if severity == SEVERE:
        u = draw(case, replication, record, chance.FULL)
        full = rules.full_outage_minutes(u, critical, time_factor, case.outage)
    late = rules.waiting_outage_minutes(waited, case.outage) + (now - record[d.TEAM_START])
    record[d.CRITICAL_DUE] = record[d.DISCOVERED] + late + critical
    record[d.FULL_DUE] = record[d.DISCOVERED] + late + full
    record[d.BILL_BEGUN] = now
    record[d.UNPAID] = 1
    restore(case, desk, replication, row, now)


@kernel
def settle(case: Case, desk: Desk, row: int, now: int) -> None:
    """Post what has accrued of a bill: all of it once it is due."""
    record = desk.rows[row]
    record[d.UNPAID] = 0
    begun, due = record[d.BILL_BEGUN], record[d.CRITICAL_DUE]
    pay(case, desk, row, RECOVERY, funding.elapsed_part(record[d.RECOVERY_DUE], begun, due, now), now)
    pay(case, desk, row, LOST_REVENUE, funding.elapsed_part(record[d.REVENUE_DUE], begun, due, now), now)


@kernel
def restore(case: Case, desk: Desk, replication: int, row: int, now: int) -> None:
    """Bring back the services whose time has come, and wait for the next one, or for the end."""
    record = desk.rows[row]
    while record[d.NEXT_SERVICE] < len(case.services):
        service = record[d.NEXT_SERVICE]
        back = rules.restored_at(case.services[service, 1], record[d.CRITICAL_DUE], record[d.FULL_DUE])
        if back > now:
            push_incident(desk, ev.RESTORED, back, row)
            return
        if record[d.UNPAID] == 1:
            record[d.CRITICAL_BACK] = back
            settle(case, desk, row, now)
        miss(case, desk, row, case.services[service, 0], now)
        record[d.NEXT_SERVICE] += 1
    if record[d.FULL_DUE] > now:
        push_incident(desk, ev.CLOSED, record[d.FULL_DUE], row)
    else:
        close(case, desk, replication, row, now)


@kernel
def close(case: Case, desk: Desk, replication: int, row: int, now: int) -> None:
    """Back to normal: the municipality has learned, and attackers have seen that it can be hit."""
    record = desk.rows[row]
    town = record[d.TOWN]
    record[d.CLOSED] = now
    record[d.OUT] = d.BACK
    for measure in range(EFFORT + 1):
        level = stock(case, desk, town, measure, now)
        desk.levels[town, measure] = level if measure == EFFORT else defence_rules.learned(
            level, case.defence.learning
        )  # fmt: skip
    desk.towns[town, d.LEVELS_AT] = now
    desk.towns[town, d.OPEN_ROW] = ev.UNKNOWN
    desk.towns[town, d.LAST_CLOSED] = row
    record[d.UNTIL] = min(now + case.threat.repeat_minutes, case.horizon)
    next_follow_up(case, desk, replication, row, now)


@kernel
def next_follow_up(case: Case, desk: Desk, replication: int, row: int, minute: int) -> None:
    """Push the next extra attempt on a recent victim, if it comes in time."""
    record = desk.rows[row]
    excess = repeat_excess(record[d.RANSOM] > 0, case.threat)
    per_year = case.rates[record[d.TOWN]] * excess
    if per_year <= 0.0:
        return
    gap, mark = chance.pair(case.seed, replication, record[d.NIS], minute, chance.AFTERMATH)
    moment = threat_time(minute, desk.clock) + chance.exponential_quantile(gap) / per_year
    following = max(minute + 1, minute_of(moment, desk.clock))
    if following >= record[d.UNTIL]:
        return
    desk.floats[row, d.MARK] = mark * case.cap
    key = ev.FOLLOW_UP << 56 | record[d.NIS] << 32 | ev.FOLLOW_UP_NUMBER | following
    push(desk.counters, desk.heap, following, key, row)


@kernel
def fraud(case: Case, desk: Desk, replication: int, town: int, number: int, mark: float, now: int) -> None:
    """A payment goes to a fraudster, unless somebody is awake."""
    if mark >= defence_rules.fraud_risk(stock(case, desk, town, AWARENESS, now), case.defence):
        return
    row = new_row(desk, town, case.nis[town], number, ev.PAYMENT_FRAUD, MINOR, now)
    desk.rows[row, d.CLOSED] = now
    u = draw(case, replication, desk.rows[row], chance.FRAUD_LOSS)
    pay(case, desk, row, FRAUD_LOSS, cents(lognormal_quantile(u, case.spread.fraud_loss, case.spread.fraud_sigma)), now)


@kernel
def wave(case: Case, desk: Desk, replication: int, number: int, now: int) -> None:
    """A wave of denial of service begins for all its victims at once."""
    first = desk.counters[d.ROWS]
    for town in range(len(case.nis)):
        u = uniform(case.seed, replication, case.nis[town], number, chance.WAVE_HIT)
        if u < case.spread.wave_hit:
            row = new_row(desk, town, case.nis[town], number, ev.DENIAL, MINOR, now)
            record = desk.rows[row]
            record[d.IMPACT] = now
            record[d.SINCE] = now
            record[d.OUT] = d.EVERYTHING_OUT
            desk.floats[row, d.SHARE] = case.spread.wave_impact
    if desk.counters[d.ROWS] > first:
        push(desk.counters, desk.heap, now + case.spread.wave_minutes, ev.CLOSED << 56 | number, first)


@kernel
def reconnect(case: Case, desk: Desk, row: int, now: int) -> None:
    """Give back what an outage without intrusion took."""
    record = desk.rows[row]
    record[d.CRITICAL_BACK] = now
    record[d.CLOSED] = now
    record[d.OUT] = d.BACK
    miss(case, desk, row, 1.0, now)


@kernel
def end_outage(case: Case, desk: Desk, replication: int, row: int, now: int) -> None:
    """An outage without intrusion ends: a wave for all its victims, a supplier's for one customer."""
    if desk.rows[row, d.CAUSE] == ev.CUT_OFF:
        reconnect(case, desk, row, now)
        town = desk.rows[row, d.TOWN]
        if desk.towns[town, d.OPEN_ROW] == row:
            desk.towns[town, d.OPEN_ROW] = ev.UNKNOWN
        return
    number = desk.rows[row, d.NUMBER]
    while row < desk.counters[d.ROWS] and desk.rows[row, d.CAUSE] == ev.DENIAL and desk.rows[row, d.NUMBER] == number:
        reconnect(case, desk, row, now)
        row = row + 1


@kernel
def compromise(case: Case, desk: Desk, replication: int, supplier: int, number: int, now: int) -> None:
    """Cut off the customers of a supplier; a few are infected themselves."""
    spread = case.spread
    full = supplier < case.full_it
    u = uniform(case.seed, replication, chance.SUPPLIER + supplier, number, chance.SUPPLIER_OUTAGE)
    median = spread.outage_days_full if full else spread.outage_days_saas
    outage = minutes(lognormal_quantile(u, median, spread.outage_sigma))
    impact = spread.impact_full if full else spread.impact_saas
    cut_off = ev.CUT_OFF_NUMBER | supplier << 20 | number
    infected = ev.LATERAL_NUMBER | supplier << 20 | number
    for place in range(case.customer_offsets[supplier], case.customer_offsets[supplier + 1]):
        town = case.customers[place]
        nis = case.nis[town]
        if uniform(case.seed, replication, nis, cut_off, chance.SUPPLIER_HIT) >= spread.supplier_hit:
            continue
        lateral = uniform(case.seed, replication, nis, infected, chance.LATERAL) < spread.lateral
        row = new_row(desk, town, nis, cut_off, ev.CUT_OFF, SIGNIFICANT, now)
        record = desk.rows[row]
        record[d.IMPACT] = now
        record[d.SUPPLIER] = supplier
        pay(case, desk, row, SUPPLIER_BILL, rules.supplier_bill_cents(case.inhabitants[town], impact, spread), now)
        if desk.towns[town, d.OPEN_ROW] != ev.UNKNOWN:
            record[d.CLOSED] = now
        elif lateral:
            record[d.CLOSED] = now
            u = uniform(case.seed, replication, nis, infected, chance.CLASS)
            severity = rules.lateral_class(u, stock(case, desk, town, DETECTION, now), case.classes)
            break_in(case, desk, replication, town, infected, ev.LATERAL, severity, supplier, now)
        else:
            record[d.SINCE] = now
            record[d.OUT] = d.EVERYTHING_OUT
            desk.floats[row, d.SHARE] = impact
            if full:
                desk.towns[town, d.OPEN_ROW] = row
                record[d.OUTAGE] = outage
                record[d.DISCOVERED] = now
                respond(case, desk, replication, row, case.team.days_supplier, now)
            else:
                push_incident(desk, ev.CLOSED, now + outage, row)


@kernel
def close_the_books(case: Case, desk: Desk) -> None:
    """At the horizon: book what open incidents have cost and taken from citizens so far, and flag them."""
    for row in range(desk.counters[d.ROWS]):
        record = desk.rows[row]
        if record[d.OUT] == d.EVERYTHING_OUT:
            miss(case, desk, row, 1.0, case.horizon)
        elif record[d.OUT] == d.SERVICES_OUT:
            for service in range(record[d.NEXT_SERVICE], len(case.services)):
                miss(case, desk, row, case.services[service, 0], case.horizon)
        if record[d.UNPAID] == 1:
            settle(case, desk, row, case.horizon)
        record[d.OPEN] = 1 if record[d.CLOSED] == ev.UNKNOWN else 0


@kernel
def run_events(
    case: Case,
    desk: Desk,
    replication: int,
    agenda: NDArray[np.int64],
    marks: NDArray[np.float64],
) -> None:
    """Play a future: the agenda of the tape and the heap of consequences, always the earlier of the two.

    `agenda` has rows (minute, key, place), in order; the place is a municipality's position or a supplier's number.
    """
    following = 0
    while desk.counters[d.FULL] == 0:
        from_agenda = following < len(agenda)
        if desk.counters[d.HEAP_SIZE] > 0:
            top = desk.heap[0]
            if from_agenda and (
                top[0] < agenda[following, 0] or (top[0] == agenda[following, 0] and top[1] < agenda[following, 1])
            ):
                from_agenda = False
        elif not from_agenda:
            break
        if from_agenda:
            now, key, place = agenda[following, 0], agenda[following, 1], agenda[following, 2]
            mark = marks[following]
            following = following + 1
            kind, number = key >> 56, key & MASK
            if kind == ev.ATTEMPT:
                attempt(case, desk, replication, place, number, mark, ev.DIRECT, now)
            elif kind == ev.FRAUD:
                fraud(case, desk, replication, place, number, mark, now)
            elif kind == ev.WAVE:
                wave(case, desk, replication, number, now)
            else:
                compromise(case, desk, replication, place, number, now)
            continue
        now, key, row = desk.heap[0, 0], desk.heap[0, 1], desk.heap[0, 2]
        if now >= case.horizon:
            break
        drop_top(desk.counters, desk.heap)
        kind = key >> 56
        if kind == ev.IMPACT:
            strike(case, desk, replication, row, now)
        elif kind == ev.DISCOVERED:
            discover(case, desk, replication, row, now)
        elif kind == ev.RELEASED:
            release(case, desk, replication, now)
        elif kind == ev.PATIENCE:
            lose_patience(case, desk, replication, row, now)
        elif kind == ev.PAID:
            decide(case, desk, replication, row, now)
        elif kind == ev.RESTORED:
            restore(case, desk, replication, row, now)
        elif kind == ev.FOLLOW_UP:
            town = desk.rows[row, d.TOWN]
            if desk.towns[town, d.LAST_CLOSED] == row:
                attempt(case, desk, replication, town, key & MASK, desk.floats[row, d.MARK], ev.REPEAT, now)
                next_follow_up(case, desk, replication, row, now)
            continue
        elif desk.rows[row, d.CAUSE] >= ev.CUT_OFF:
            end_outage(case, desk, replication, row, now)
        else:
            close(case, desk, replication, row, now)
    if desk.counters[d.FULL] == 0:
        close_the_books(case, desk)
