"""The event loop of the compiled engine: the processes of `reference.py`, step for step, as functions on a desk.

Each function here has its namesake there; read that one first. What the SimPy process does between two waits, the
function does at once, and where the process waits, the function pushes an event and returns.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines import desk as d
from sim.engines import events as ev
from sim.engines.desk import Floats, Ints, charge, drop_top, new_row, push
from sim.engines.tape import minute_of, threat_time
from sim.model.arrays import UNLIMITED
from sim.rules import chance, funding, ransom
from sim.rules import defence as defence_rules
from sim.rules import incident as rules
from sim.rules.chance import share_quantile, uniform
from sim.rules.compiling import step
from sim.rules.incident import MINOR, SEVERE, cents
from sim.rules.threat import repeat_excess

EFFORT = d.EFFORT
MASK = 0xFFFFFFFF


Case = Any
"""What all futures of one policy in one world have in common: a NumPy record, see `compiled.case_record`."""


@step
def draw(case: Case, ints: Ints, replication: int, row: int, purpose: int) -> float:
    """Return the uniform number at the address of an incident."""
    return uniform(case.seed, replication, ints[row + d.NIS], ints[row + d.NUMBER], purpose)


@step
def stock(case: Case, ints: Ints, floats: Floats, town: int, measure: int, now: int) -> float:
    """Return a coverage (or the effective spend) at this minute."""
    return defence_rules.stock_at(
        floats[ints[town + d.LEVELS] + d.STOCKS + measure],
        floats[ints[town + d.LEVELS] + d.TARGETS + measure],
        float(now - ints[town + d.LEVELS_AT]),
        case.defence.build_minutes,
        case.defence.decay_minutes,
    )


@step
def push_incident(case: Case, ints: Ints, kind: int, minute: int, row: int) -> None:
    """Push the next event of an incident."""
    push(case, ints, minute, ev.key(kind, ints[row + d.NIS], ints[row + d.NUMBER]), row)


@step
def pay(case: Case, ints: Ints, row: int, category: int, amount: int, now: int) -> None:
    """Post a cost of an incident, in the last minute at the latest."""
    minute = min(now, case.horizon - 1)
    charge(case, ints, row, category, amount, minute)


@step
def miss(case: Case, ints: Ints, floats: Floats, row: int, weight: float, now: int) -> None:
    """Book the person-minutes without a service, and their value."""
    lost = rules.person_minutes(
        ints[ints[row + d.TOWN] + d.PEOPLE], floats[ints[row + d.FLOATS] + d.SHARE] * weight, now - ints[row + d.SINCE]
    )
    ints[row + d.PERSON_MINUTES] += lost
    ints[row + d.HARM] += rules.harm_cents(lost, case.outage.value_of_service_day)


@step
def attempt(
    case: Case, ints: Ints, floats: Floats, replication: int, town: int, number: int, mark: float, cause: int, now: int
) -> None:
    """Let an attempt succeed when its mark lies below the break-in probability of this moment."""
    if mark >= case.cap * case.deterrence:
        return
    probability = case.deterrence * defence_rules.break_in_probability(
        stock(case, ints, floats, town, d.IDENTITY, now),
        stock(case, ints, floats, town, d.HARDENING, now),
        stock(case, ints, floats, town, d.AWARENESS, now),
        stock(case, ints, floats, town, d.EFFORT, now),
        case.cap,
        case.defence,
    )
    if mark >= probability:
        return
    if ints[town + d.OPEN_ROW] != ev.UNKNOWN:
        ints[d.BLOCKED] += 1
        return
    u = uniform(case.seed, replication, ints[town + d.CODE], number, chance.CLASS)
    severity = rules.incident_class(u, stock(case, ints, floats, town, d.DETECTION, now), case.classes)
    break_in(case, ints, floats, replication, town, number, cause, severity, ev.UNKNOWN, now)


@step
def break_in(
    case: Case,
    ints: Ints,
    floats: Floats,
    replication: int,
    town: int,
    number: int,
    cause: int,
    severity: int,
    supplier: int,
    now: int,
) -> None:
    """Open the incident of a successful attempt; a minor one costs staff time and is over."""
    row = new_row(case, ints, town, number, cause, severity, now)
    ints[row + d.SUPPLIER] = supplier
    if severity == MINOR:
        u = draw(case, ints, replication, row, chance.COST)
        bill = rules.bill_euro(u, MINOR, float(ints[town + d.PEOPLE]), case.bill)
        pay(case, ints, row, ev.RECOVERY, cents(bill), now)
        ints[row + d.CLOSED] = now
        return
    ints[town + d.OPEN_ROW] = row
    dwell = rules.dwell_minutes(draw(case, ints, replication, row, chance.DWELL), case.intrusion)
    push_incident(case, ints, ev.IMPACT, now + dwell, row)


@step
def strike(case: Case, ints: Ints, floats: Floats, replication: int, row: int, now: int) -> None:
    """The intruder strikes: systems go out, and somebody will see it."""
    ints[row + d.IMPACT] = now
    mean = case.outage.systems_hit if ints[row + d.SEVERITY] == SEVERE else case.outage.significant_systems_hit
    floats[ints[row + d.FLOATS] + d.SHARE] = share_quantile(draw(case, ints, replication, row, chance.SYSTEMS), mean)
    ints[row + d.SINCE] = now
    ints[row + d.OUT] = d.SERVICES_OUT
    ints[row + d.NEXT_SERVICE] = 0
    watched = draw(case, ints, replication, row, chance.NOTICED) < stock(
        case, ints, floats, ints[row + d.TOWN], d.DETECTION, now
    )
    discovered = rules.discovered_at(now, watched, case.start_weekday, case.intrusion)
    push_incident(case, ints, ev.DISCOVERED, discovered, row)


@step
def discover(case: Case, ints: Ints, floats: Floats, replication: int, row: int, now: int) -> None:
    """The municipality sees what happened, and calls for help."""
    ints[row + d.DISCOVERED] = now
    if draw(case, ints, replication, row, chance.EXFILTRATION) < case.intrusion.exfiltration:
        ints[row + d.EXFILTRATED] = 1
        amount = rules.notification_cents(ints[ints[row + d.TOWN] + d.PEOPLE], case.bill)
        pay(case, ints, row, ev.NOTIFICATION, amount, now)
    days = case.team.days_severe if ints[row + d.SEVERITY] == SEVERE else case.team.days_significant
    respond(case, ints, floats, replication, row, days, now)


@step
def respond(case: Case, ints: Ints, floats: Floats, replication: int, row: int, mean_days: float, now: int) -> None:
    """Start at once where a team is free, otherwise wait in the queue, or for private responders."""
    choices = case.choices
    ints[row + d.WORK] = rules.team_minutes(draw(case, ints, replication, row, chance.TEAM_DAYS), mean_days, case.team)
    if choices.teams == UNLIMITED:
        start_work(case, ints, floats, replication, row, now)
        return
    if ints[d.FREE_TEAMS] > 0:
        ints[d.FREE_TEAMS] -= 1
        push_incident(case, ints, ev.RELEASED, now + ints[row + d.WORK], row)
        start_work(case, ints, floats, replication, row, now)
        return
    ints[row + d.WAITING] = 1
    if choices.teams > 0:
        if ints[d.QUEUED] >= case.room:
            ints[d.FULL] = 1
            return
        ints[case.queue_at + ints[d.QUEUED]] = row
        ints[d.QUEUED] += 1
    if choices.private_after_minutes != UNLIMITED:
        push_incident(case, ints, ev.PATIENCE, now + choices.private_after_minutes, row)


@step
def leave_queue(case: Case, ints: Ints, place: int) -> None:
    """Take somebody out of the queue; the order within it has no meaning."""
    ints[d.QUEUED] -= 1
    ints[case.queue_at + place] = ints[case.queue_at + ints[d.QUEUED]]


@step
def goes_before(case: Case, ints: Ints, row: int, other: int) -> bool:
    """Return whether one waiting incident is served before another: rank, then call, then NIS code."""
    if case.choices.discipline == 1 and ints[row + d.SEVERITY] != ints[other + d.SEVERITY]:
        return ints[row + d.SEVERITY] > ints[other + d.SEVERITY]  # type: ignore[no-any-return]
    if case.choices.discipline == 2:
        people, others = ints[ints[row + d.TOWN] + d.PEOPLE], ints[ints[other + d.TOWN] + d.PEOPLE]
        if people != others:
            return people > others  # type: ignore[no-any-return]
    if ints[row + d.DISCOVERED] != ints[other + d.DISCOVERED]:
        return ints[row + d.DISCOVERED] < ints[other + d.DISCOVERED]  # type: ignore[no-any-return]
    return ints[row + d.NIS] < ints[other + d.NIS]  # type: ignore[no-any-return]


@step
def release(case: Case, ints: Ints, floats: Floats, replication: int, now: int) -> None:
    """A team comes back, and goes to whoever is first in the queue."""
    queued = ints[d.QUEUED]
    if queued == 0:
        ints[d.FREE_TEAMS] += 1
        return
    first = queued - 1
    for place in range(queued - 1):
        if goes_before(case, ints, ints[case.queue_at + place], ints[case.queue_at + first]):
            first = place
    row = ints[case.queue_at + first]
    leave_queue(case, ints, first)
    ints[row + d.WAITING] = 0
    push_incident(case, ints, ev.RELEASED, now + ints[row + d.WORK], row)
    start_work(case, ints, floats, replication, row, now)


@step
def lose_patience(case: Case, ints: Ints, floats: Floats, replication: int, row: int, now: int) -> None:
    """Who still waits hires private responders."""
    if ints[row + d.WAITING] == 0:
        return
    ints[row + d.WAITING] = 0
    for place in range(ints[d.QUEUED]):
        if ints[case.queue_at + place] == row:
            leave_queue(case, ints, place)
            break
    ints[row + d.PRIVATE] = 1
    start_work(case, ints, floats, replication, row, now)


@step
def start_work(case: Case, ints: Ints, floats: Floats, replication: int, row: int, now: int) -> None:
    """Responders arrive: they find the backups usable or lost, and somebody decides about the ransom."""
    town = ints[row + d.TOWN]
    ints[row + d.TEAM_START] = now
    ints[row + d.TEAM_END] = now + ints[row + d.WORK]
    if ints[row + d.CAUSE] == ev.CUT_OFF:
        reconnected = rules.reconnected_at(
            ints[row + d.BEGUN], ints[row + d.OUTAGE], now, ints[row + d.TEAM_END], case.outage
        )
        push_incident(case, ints, ev.CLOSED, reconnected, row)
        return
    floats[ints[row + d.FLOATS] + d.PLAN] = rules.plan_factor(
        stock(case, ints, floats, town, d.CONTINUITY, now), case.recovery
    )
    if ints[row + d.SEVERITY] != SEVERE:
        settle_on(case, ints, floats, replication, row, 0.0, now)
        return
    probability = rules.backups_lost_probability(stock(case, ints, floats, town, d.BACKUPS, now), case.recovery)
    lost = draw(case, ints, replication, row, chance.BACKUPS) < probability
    ints[row + d.BACKUPS_LOST] = 1 if lost else 0
    u = draw(case, ints, replication, row, chance.DEMAND)
    demand = ransom.demand_euro(u, float(ints[town + d.PEOPLE]), case.extortion)
    ints[row + d.DEMAND] = cents(demand)
    willing = ransom.willing_to_pay(draw(case, ints, replication, row, chance.PAY), lost, case.extortion)
    if not willing or case.choices.ransom_rule == ransom.NEVER:
        settle_on(case, ints, floats, replication, row, 0.0, now)
    elif case.choices.ransom_rule == ransom.WITH_APPROVAL:
        push_incident(case, ints, ev.PAID, now + case.choices.approval_minutes, row)
    else:
        decide(case, ints, floats, replication, row, now)


@step
def decide(case: Case, ints: Ints, floats: Floats, replication: int, row: int, now: int) -> None:
    """Pay the ransom where that is allowed."""
    granted = draw(case, ints, replication, row, chance.APPROVAL)
    recovered = 0.0
    if ransom.allowed_to_pay(granted, case.choices.ransom_rule, case.choices.approval_rate):
        u = draw(case, ints, replication, row, chance.DEMAND)
        demand = ransom.demand_euro(u, float(ints[ints[row + d.TOWN] + d.PEOPLE]), case.extortion)
        ints[row + d.RANSOM] = ransom.ransom_cents(demand, case.extortion)
        pay(case, ints, row, ev.RANSOM, ints[row + d.RANSOM], now)
        recovered = ransom.recovered_share(draw(case, ints, replication, row, chance.RECOVERED), case.extortion)
    settle_on(case, ints, floats, replication, row, recovered, now)


@step
def settle_on(case: Case, ints: Ints, floats: Floats, replication: int, row: int, recovered: float, now: int) -> None:
    """Fix the bill and the outage: response is paid now, the rest when the critical services are back."""
    severity = ints[row + d.SEVERITY]
    cost_factor = time_factor = floats[ints[row + d.FLOATS] + d.PLAN]
    if severity == SEVERE:
        lost = ints[row + d.BACKUPS_LOST] == 1
        cost_factor *= rules.backup_factor(lost, recovered, case.recovery.backup_cost_factor, case.recovery)
        time_factor *= rules.backup_factor(lost, recovered, case.recovery.backup_time_factor, case.recovery)
    waited = ints[row + d.TEAM_START] - ints[row + d.DISCOVERED]
    people = float(ints[ints[row + d.TOWN] + d.PEOPLE])
    bill = rules.bill_euro(draw(case, ints, replication, row, chance.COST), severity, people, case.bill)
    bill = bill * cost_factor * rules.waiting_factor(waited, case.bill)
    private = ints[row + d.PRIVATE] == 1
    pay(
        case,
        ints,
        row,
        ev.RESPONSE,
        rules.response_cents(bill, private, case.team.private_factor, case.bill),
        now,
    )
    ints[row + d.RECOVERY_DUE] = rules.recovery_cents(bill, case.bill)
    ints[row + d.REVENUE_DUE] = rules.lost_revenue_cents(bill, case.bill)
    u = draw(case, ints, replication, row, chance.CRITICAL)
    critical = rules.critical_outage_minutes(u, severity, time_factor, case.outage)
    full = critical
    if severity == SEVERE:
        u = draw(case, ints, replication, row, chance.FULL)
        full = rules.full_outage_minutes(u, critical, time_factor, case.outage)
    started = rules.outage_counts_from(ints[row + d.DISCOVERED], ints[row + d.TEAM_START], now, case.outage)
    ints[row + d.CRITICAL_DUE] = max(now + 1, started + critical)
    ints[row + d.FULL_DUE] = max(ints[row + d.CRITICAL_DUE], started + full)
    ints[row + d.BILL_BEGUN] = now
    ints[row + d.UNPAID] = 1
    restore(case, ints, floats, row, now)


@step
def settle(case: Case, ints: Ints, row: int, now: int) -> None:
    """Post what has accrued of a bill: all of it once it is due."""
    ints[row + d.UNPAID] = 0
    begun, due = ints[row + d.BILL_BEGUN], ints[row + d.CRITICAL_DUE]
    pay(case, ints, row, ev.RECOVERY, funding.elapsed_part(ints[row + d.RECOVERY_DUE], begun, due, now), now)
    pay(case, ints, row, ev.LOST_REVENUE, funding.elapsed_part(ints[row + d.REVENUE_DUE], begun, due, now), now)


@step
def restore(case: Case, ints: Ints, floats: Floats, row: int, now: int) -> None:
    """Bring back the services whose time has come, and wait for the next one, or for the end."""
    while ints[row + d.NEXT_SERVICE] < case.services_count:
        service = ints[row + d.NEXT_SERVICE]
        back = rules.restored_at(case.services[service, 1], ints[row + d.CRITICAL_DUE], ints[row + d.FULL_DUE])
        if back > now:
            push_incident(case, ints, ev.RESTORED, back, row)
            return
        if ints[row + d.UNPAID] == 1:
            ints[row + d.CRITICAL_BACK] = back
            settle(case, ints, row, now)
        miss(case, ints, floats, row, case.services[service, 0], now)
        ints[row + d.NEXT_SERVICE] += 1
    if ints[row + d.FULL_DUE] > now:
        push_incident(case, ints, ev.CLOSED, ints[row + d.FULL_DUE], row)
    else:
        close(case, ints, floats, row, now)


@step
def close(case: Case, ints: Ints, floats: Floats, row: int, now: int) -> None:
    """Back to normal: the municipality has learned, and attackers have seen that it can be hit."""
    town = ints[row + d.TOWN]
    ints[row + d.CLOSED] = now
    ints[row + d.OUT] = d.BACK
    for measure in range(EFFORT + 1):
        level = stock(case, ints, floats, town, measure, now)
        floats[ints[town + d.LEVELS] + d.STOCKS + measure] = level if measure == EFFORT else defence_rules.learned(
            level, case.defence.learning
        )  # fmt: skip
    ints[town + d.LEVELS_AT] = now
    ints[town + d.OPEN_ROW] = ev.UNKNOWN
    ints[town + d.LAST_CLOSED] = row
    ints[row + d.UNTIL] = min(now + case.threat.repeat_minutes, case.horizon)


@step
def next_follow_up(
    case: Case, ints: Ints, floats: Floats, replication: int, row: int, minute: int, clock: NDArray[np.float64]
) -> None:
    """Push the next extra attempt on a recent victim, if it comes in time."""
    excess = repeat_excess(ints[row + d.RANSOM] > 0, case.threat)
    per_year = floats[ints[ints[row + d.TOWN] + d.LEVELS] + d.RATE] * excess
    if per_year <= 0.0:
        return
    gap, mark = chance.pair(case.seed, replication, ints[row + d.NIS], minute, chance.AFTERMATH)
    moment = threat_time(minute, clock) + chance.exponential_quantile(gap) / per_year
    following = max(minute + 1, minute_of(moment, clock))
    if following >= ints[row + d.UNTIL]:
        return
    floats[ints[row + d.FLOATS] + d.MARK] = mark * case.cap
    key = ev.key(ev.FOLLOW_UP, ints[row + d.NIS], ev.FOLLOW_UP_NUMBER | following)
    push(case, ints, following, key, row)


@step
def fraud(
    case: Case, ints: Ints, floats: Floats, replication: int, town: int, number: int, mark: float, now: int
) -> None:
    """A payment goes to a fraudster, unless somebody is awake."""
    if mark >= defence_rules.fraud_risk(stock(case, ints, floats, town, d.AWARENESS, now), case.defence):
        return
    row = new_row(case, ints, town, number, ev.PAYMENT_FRAUD, rules.MINOR, now)
    ints[row + d.CLOSED] = now
    u = draw(case, ints, replication, row, chance.FRAUD_LOSS)
    pay(
        case,
        ints,
        row,
        ev.FRAUD_LOSS,
        rules.fraud_loss_cents(u, case.spread),
        now,
    )


@step
def wave(case: Case, ints: Ints, floats: Floats, replication: int, number: int, now: int) -> None:
    """A wave of denial of service begins for all its victims at once."""
    first = case.rows_at + ints[d.ROWS] * d.WIDTH
    for position in range(case.towns_count):
        town = case.towns_at + position * case.town_width
        u = uniform(case.seed, replication, ints[town + d.CODE], number, chance.WAVE_HIT)
        if u < case.spread.wave_hit:
            row = new_row(case, ints, town, number, ev.DENIAL, rules.MINOR, now)
            ints[row + d.IMPACT] = now
            ints[row + d.SINCE] = now
            ints[row + d.OUT] = d.EVERYTHING_OUT
            floats[ints[row + d.FLOATS] + d.SHARE] = case.spread.wave_impact
    if case.rows_at + ints[d.ROWS] * d.WIDTH > first:
        push(case, ints, now + case.spread.wave_minutes, ev.key(ev.CLOSED, chance.WORLD, number), first)


@step
def reconnect(case: Case, ints: Ints, floats: Floats, row: int, now: int) -> None:
    """Give back what an outage without intrusion took."""
    ints[row + d.CRITICAL_BACK] = now
    ints[row + d.CLOSED] = now
    ints[row + d.OUT] = d.BACK
    miss(case, ints, floats, row, 1.0, now)


@step
def end_outage(case: Case, ints: Ints, floats: Floats, row: int, now: int) -> None:
    """An outage without intrusion ends: a wave for all its victims, a supplier's for one customer."""
    if ints[row + d.CAUSE] == ev.CUT_OFF:
        reconnect(case, ints, floats, row, now)
        town = ints[row + d.TOWN]
        if ints[town + d.OPEN_ROW] == row:
            ints[town + d.OPEN_ROW] = ev.UNKNOWN
        return
    number = ints[row + d.NUMBER]
    end = case.rows_at + ints[d.ROWS] * d.WIDTH
    while row < end and ints[row + d.CAUSE] == ev.DENIAL and ints[row + d.NUMBER] == number:
        reconnect(case, ints, floats, row, now)
        row = row + d.WIDTH


@step
def compromise(
    case: Case,
    ints: Ints,
    floats: Floats,
    replication: int,
    supplier: int,
    number: int,
    now: int,
    customer_offsets: NDArray[np.int64],
    customers: NDArray[np.int64],
) -> None:
    """Cut off the customers of a supplier; a few are infected themselves."""
    spread = case.spread
    full = supplier < case.full_it
    u = uniform(case.seed, replication, chance.SUPPLIER + supplier, number, chance.SUPPLIER_OUTAGE)
    outage = rules.supplier_outage_minutes(u, full, spread, case.outage)
    impact = spread.impact_full if full else spread.impact_saas
    cut_off = ev.supplier_number(ev.CUT_OFF_NUMBER, supplier, number)
    infected = ev.supplier_number(ev.LATERAL_NUMBER, supplier, number)
    for place in range(customer_offsets[supplier], customer_offsets[supplier + 1]):
        town = case.towns_at + customers[place] * case.town_width
        nis = ints[town + d.CODE]
        if uniform(case.seed, replication, nis, cut_off, chance.SUPPLIER_HIT) >= spread.supplier_hit:
            continue
        lateral = uniform(case.seed, replication, nis, infected, chance.LATERAL) < spread.lateral
        row = new_row(case, ints, town, cut_off, ev.CUT_OFF, rules.SIGNIFICANT, now)
        ints[row + d.IMPACT] = now
        ints[row + d.SUPPLIER] = supplier
        pay(
            case,
            ints,
            row,
            ev.SUPPLIER_BILL,
            rules.supplier_bill_cents(ints[town + d.PEOPLE], impact, spread),
            now,
        )
        if ints[town + d.OPEN_ROW] != ev.UNKNOWN:
            ints[row + d.CLOSED] = now
        elif lateral:
            ints[row + d.CLOSED] = now
            u = uniform(case.seed, replication, nis, infected, chance.CLASS)
            severity = rules.lateral_class(u, stock(case, ints, floats, town, d.DETECTION, now), case.classes)
            break_in(case, ints, floats, replication, town, infected, ev.LATERAL, severity, supplier, now)
        else:
            ints[row + d.SINCE] = now
            ints[row + d.OUT] = d.EVERYTHING_OUT
            floats[ints[row + d.FLOATS] + d.SHARE] = impact
            if full:
                ints[town + d.OPEN_ROW] = row
                ints[row + d.OUTAGE] = outage
                ints[row + d.DISCOVERED] = now
                respond(case, ints, floats, replication, row, case.team.days_supplier, now)
            else:
                push_incident(case, ints, ev.CLOSED, now + outage, row)


@step
def close_the_books(case: Case, ints: Ints, floats: Floats) -> None:
    """At the horizon: book what open incidents have cost and taken from citizens so far, and flag them."""
    for line in range(ints[d.ROWS]):
        row = case.rows_at + line * d.WIDTH
        if ints[row + d.OUT] == d.EVERYTHING_OUT:
            miss(case, ints, floats, row, 1.0, case.horizon)
        elif ints[row + d.OUT] == d.SERVICES_OUT:
            for service in range(ints[row + d.NEXT_SERVICE], case.services_count):
                miss(case, ints, floats, row, case.services[service, 0], case.horizon)
        if ints[row + d.UNPAID] == 1:
            settle(case, ints, row, case.horizon)
        ints[row + d.OPEN] = 1 if ints[row + d.CLOSED] == ev.UNKNOWN else 0


@step
def run_events(
    case: Case,
    ints: Ints,
    floats: Floats,
    replication: int,
    agenda: NDArray[np.int64],
    marks: NDArray[np.float64],
    clock: NDArray[np.float64],
    customer_offsets: NDArray[np.int64],
    customers: NDArray[np.int64],
) -> None:
    """Play a future: the agenda of the tape and the heap of consequences, always the earlier of the two.

    `agenda` has rows (minute, key, place), in order; the place is a municipality's position or a supplier's number.
    """
    following = 0
    while ints[d.FULL] == 0:
        from_agenda = following < len(agenda)
        if ints[d.HEAP_SIZE] > 0:
            top = case.heap_at
            if from_agenda and (
                ints[top + d.AT] < agenda[following, 0]
                or (ints[top + d.AT] == agenda[following, 0] and ints[top + d.KEY] < agenda[following, 1])
            ):
                from_agenda = False
        elif not from_agenda:
            break
        if from_agenda:
            now, key, place = agenda[following, 0], agenda[following, 1], agenda[following, 2]
            mark = marks[following]
            following = following + 1
            kind, number = key >> 56, key & MASK
            town = case.towns_at + place * case.town_width
            if kind == ev.ATTEMPT:
                attempt(case, ints, floats, replication, town, number, mark, ev.DIRECT, now)
            elif kind == ev.FRAUD:
                fraud(case, ints, floats, replication, town, number, mark, now)
            elif kind == ev.WAVE:
                wave(case, ints, floats, replication, number, now)
            else:
                compromise(case, ints, floats, replication, place, number, now, customer_offsets, customers)
            continue
        top = case.heap_at
        now, key, row = ints[top + d.AT], ints[top + d.KEY], ints[top + d.ROW]
        if now >= case.horizon:
            break
        drop_top(case, ints)
        kind = key >> 56
        if kind == ev.IMPACT:
            strike(case, ints, floats, replication, row, now)
        elif kind == ev.DISCOVERED:
            discover(case, ints, floats, replication, row, now)
        elif kind == ev.RELEASED:
            release(case, ints, floats, replication, now)
        elif kind == ev.PATIENCE:
            lose_patience(case, ints, floats, replication, row, now)
        elif kind == ev.PAID:
            decide(case, ints, floats, replication, row, now)
        elif kind == ev.RESTORED:
            restore(case, ints, floats, row, now)
            if ints[row + d.CLOSED] == now:
                next_follow_up(case, ints, floats, replication, row, now, clock)
        elif kind == ev.FOLLOW_UP:
            town = ints[row + d.TOWN]
            if ints[town + d.LAST_CLOSED] == row:
                attempt(
                    case,
                    ints,
                    floats,
                    replication,
                    town,
                    key & MASK,
                    floats[ints[row + d.FLOATS] + d.MARK],
                    ev.REPEAT,
                    now,
                )
                next_follow_up(case, ints, floats, replication, row, now, clock)
        elif ints[row + d.CAUSE] >= ev.CUT_OFF:
            end_outage(case, ints, floats, row, now)
        else:
            close(case, ints, floats, row, now)
            next_follow_up(case, ints, floats, replication, row, now, clock)
    if ints[d.FULL] == 0:
        close_the_books(case, ints, floats)
