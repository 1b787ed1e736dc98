"""One break-in from the first knock to the day everything is normal again: step for step as in its namesake.

Most attempts are decided by bounds of the break-in probability (`withstood`), and a follow-up that is withstood needs
no event (`next_follow_up`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.engines import events as ev
from sim.engines.compiled import memory as m
from sim.engines.compiled.memory import Floats, Ints, identify, new_row, push
from sim.engines.compiled.payments import charge
from sim.engines.compiled.town import Case, bound, gaps_left, stock, stocks_now
from sim.engines.stocks import AWARENESS, BACKUPS, CONTINUITY, DETECTION, EFFORT, HARDENING, IDENTITY
from sim.engines.tape import guided, minute_of, threat_time
from sim.rules import chance, funding, ransom, threat
from sim.rules import defence as defence_rules
from sim.rules import incident as rules
from sim.rules.calendar import on_tick
from sim.rules.chance import second_uniform, share_quantile, uniform
from sim.rules.compiling import lean_pasted, lean_step
from sim.rules.incident import MINOR, SEVERE, cents


@lean_step
def draw(case: Case, ints: Ints, row: int, purpose: int) -> float:
    """Return the uniform number at the address of an incident."""
    return uniform(case.seed, ints[m.REPLICATION], ints[row + m.NIS], ints[row + m.NUMBER], purpose)


@lean_step
def push_incident(case: Case, ints: Ints, kind: int, minute: int, row: int) -> None:
    """Push the next event of an incident."""
    push(case, ints, minute, ev.key(kind, ints[row + m.NIS], ints[row + m.NUMBER]), row)


@lean_step
def miss(case: Case, ints: Ints, floats: Floats, row: int, weight: float, now: int) -> None:
    """Book the person-minutes without a service, and their value."""
    lost = rules.person_minutes(
        ints[ints[row + m.TOWN] + m.PEOPLE],
        floats[ints[row + m.FLOATS] + m.SHARE],
        weight,
        now - ints[row + m.SINCE],
    )
    ints[row + m.PERSON_MINUTES] += lost
    ints[row + m.HARM] += rules.harm_cents(lost, case.outage.value_of_service_day)


@lean_step
def is_intruded(ints: Ints, town: int) -> bool:
    """Return whether somebody has broken in, also where he still dwells and nothing is out."""
    return ints[town + m.OPEN_ROW] != ev.UNKNOWN  # type: ignore[no-any-return]


@lean_step
def is_down(ints: Ints, town: int) -> bool:
    """Return whether services are out: an intruder has struck, or the supplier of its whole IT has fallen."""
    if is_intruded(ints, town) and ints[ints[town + m.OPEN_ROW] + m.IMPACT] != ev.UNKNOWN:
        return True
    return ints[town + m.CUT_OFF_ROW] != ev.UNKNOWN  # type: ignore[no-any-return]


@lean_step
def beside(case: Case, ints: Ints, floats: Floats, town: int, taken: float, now: int) -> None:
    """Let the outage of a supplier take what an intruder leaves of it: nobody misses a service twice."""
    row = ints[town + m.CUT_OFF_ROW]
    if row != ev.UNKNOWN:
        miss(case, ints, floats, row, 1.0, now)
        ints[row + m.SINCE] = now
        place = ints[row + m.FLOATS]
        floats[place + m.SHARE] = rules.left_to_miss(floats[place + m.ALONE], taken)


@lean_pasted
def withstood(case: Case, ints: Ints, floats: Floats, town: int, mark: float, minute: int) -> bool:
    """Return whether the mark of an attempt lies above the break-in probability of a minute, if levels and targets
    stay until then. Most attempts are decided by what the probability stays between.
    """
    levels = ints[town + m.LEVELS]
    if defence_rules.withstands(mark, case.deterrence, floats[levels + m.HIGHEST]):
        return True
    if not defence_rules.withstands(mark, case.deterrence, floats[levels + m.LOWEST]):
        return False
    up, down = gaps_left(case, ints, town, minute)
    at, to = levels + m.STOCKS, levels + m.TARGETS
    probability = defence_rules.break_in_probability(
        defence_rules.stock_at(floats[at + IDENTITY], floats[to + IDENTITY], up, down),
        defence_rules.stock_at(floats[at + HARDENING], floats[to + HARDENING], up, down),
        defence_rules.stock_at(floats[at + AWARENESS], floats[to + AWARENESS], up, down),
        defence_rules.stock_at(floats[at + EFFORT], floats[to + EFFORT], up, down),
        case.cap,
        case.defence,
    )
    return defence_rules.withstands(mark, case.deterrence, probability)


@lean_pasted
def gets_in(case: Case, ints: Ints, floats: Floats, town: int, mark: float, now: int) -> bool:
    """Return whether an attempt succeeds: nobody withstands it, and nothing keeps the municipality down."""
    if withstood(case, ints, floats, town, mark, now):
        return False
    if is_intruded(ints, town) or ints[town + m.CUT_OFF_ROW] != ev.UNKNOWN:
        ints[m.BLOCKED] += 1
        return False
    return True


@lean_step
def attempt(case: Case, ints: Ints, floats: Floats, town: int, number: int, mark: float, cause: int, now: int) -> None:
    """Let an attempt succeed when its mark lies below the break-in probability of this moment."""
    if gets_in(case, ints, floats, town, mark, now):
        u = uniform(case.seed, ints[m.REPLICATION], ints[town + m.CODE], number, chance.CLASS)
        severity = rules.incident_class(u, stock(case, ints, floats, town, DETECTION, now), case.classes)
        break_in(case, ints, floats, town, number, cause, severity, ev.UNKNOWN, ev.UNKNOWN, now)


@lean_step
def minor(
    case: Case,
    ints: Ints,
    floats: Floats,
    town: int,
    number: int,
    cause: int,
    supplier: int,
    common: int,
    bill: int,
    now: int,
) -> None:
    """A minor incident costs staff time and is over; its row is of use to a journal alone."""
    ints[m.BREAK_INS] += 1
    row = case.scratch_at
    if case.journal_room > 0:
        row = new_row(case, ints, town, number, cause, MINOR, now)
        ints[row + m.CLOSED] = now
        ints[row + m.SUPPLIER] = supplier
    else:
        identify(case, ints, row, town, number)
        ints[row + m.COST] = 0
        for payer in range(case.payers):
            ints[row + m.PAID + payer] = 0
    ints[row + m.COMMON] = common
    charge(case, ints, floats, town, row, ev.RECOVERY, bill, now)


@lean_step
def break_in(
    case: Case,
    ints: Ints,
    floats: Floats,
    town: int,
    number: int,
    cause: int,
    severity: int,
    supplier: int,
    common: int,
    now: int,
) -> None:
    """Open the incident of a successful attempt; a minor one costs staff time and is over."""
    if severity == MINOR:
        u = second_uniform(case.seed, ints[m.REPLICATION], ints[town + m.CODE], number, chance.CLASS)
        bill = rules.bill_euro(u, MINOR, floats[ints[town + m.LEVELS] + m.COST_SIZE], case.bill)
        minor(case, ints, floats, town, number, cause, supplier, common, cents(bill), now)
        return
    ints[m.BREAK_INS] += 1
    row = new_row(case, ints, town, number, cause, severity, now)
    ints[row + m.SUPPLIER] = supplier
    ints[row + m.COMMON] = common
    ints[town + m.OPEN_ROW] = row
    u = draw(case, ints, row, chance.DWELL)
    dwell = rules.dwell_minutes(u, stock(case, ints, floats, town, DETECTION, now), case.intrusion)
    push_incident(case, ints, ev.IMPACT, now + dwell, row)


@lean_step
def strike(case: Case, ints: Ints, floats: Floats, row: int, now: int) -> None:
    """The intruder strikes: systems go out, and somebody will see it."""
    ints[row + m.IMPACT] = now
    mean = rules.mean_systems_hit(ints[row + m.SEVERITY], case.outage)
    hit = share_quantile(draw(case, ints, row, chance.SYSTEMS), mean)
    floats[ints[row + m.FLOATS] + m.SHARE] = hit
    beside(case, ints, floats, ints[row + m.TOWN], hit, now)
    ints[row + m.SINCE] = now
    ints[row + m.OUT] = m.SERVICES_OUT
    ints[row + m.NEXT_SERVICE] = 0
    watched = draw(case, ints, row, chance.NOTICED) < stock(case, ints, floats, ints[row + m.TOWN], DETECTION, now)
    discovered = rules.discovered_at(now, watched, case.start_weekday, case.intrusion)
    push_incident(case, ints, ev.DISCOVERED, discovered, row)


@lean_step
def start_work(case: Case, ints: Ints, floats: Floats, row: int, now: int) -> None:
    """Responders arrive: they find the backups usable or lost, and somebody decides about the ransom."""
    town = ints[row + m.TOWN]
    ints[row + m.TEAM_START] = now
    ints[row + m.TEAM_END] = now + ints[row + m.WORK]
    if ints[row + m.CAUSE] == ev.CUT_OFF:
        reconnected = rules.reconnected_at(
            ints[row + m.BEGUN], ints[row + m.OUTAGE], now, ints[row + m.TEAM_END], case.outage
        )
        push_incident(case, ints, ev.CLOSED, reconnected, row)
        return
    floats[ints[row + m.FLOATS] + m.PLAN] = rules.plan_factor(
        stock(case, ints, floats, town, CONTINUITY, now), case.recovery
    )
    if ints[row + m.SEVERITY] != SEVERE:
        settle_on(case, ints, floats, row, 0.0, now)
        return
    probability = rules.backups_lost_probability(stock(case, ints, floats, town, BACKUPS, now), case.recovery)
    lost = draw(case, ints, row, chance.BACKUPS) < probability
    ints[row + m.BACKUPS_LOST] = 1 if lost else 0
    u = draw(case, ints, row, chance.DEMAND)
    demand = ransom.demand_euro(u, float(ints[town + m.PEOPLE]), case.extortion)
    ints[row + m.DEMAND] = cents(demand)
    willing = ransom.willing_to_pay(draw(case, ints, row, chance.PAY), lost, case.extortion)
    if not willing or case.choices.ransom_rule == ransom.NEVER:
        settle_on(case, ints, floats, row, 0.0, now)
    elif case.choices.ransom_rule == ransom.WITH_APPROVAL:
        push_incident(case, ints, ev.PAID, now + case.choices.approval_minutes, row)
    else:
        decide(case, ints, floats, row, now)


@lean_step
def decide(case: Case, ints: Ints, floats: Floats, row: int, now: int) -> None:
    """Pay the ransom where that is allowed."""
    town = ints[row + m.TOWN]
    granted = draw(case, ints, row, chance.APPROVAL)
    recovered = 0.0
    if ransom.allowed_to_pay(granted, case.choices):
        u = draw(case, ints, row, chance.DEMAND)
        demand = ransom.demand_euro(u, float(ints[town + m.PEOPLE]), case.extortion)
        ints[row + m.RANSOM] = ransom.ransom_cents(demand, case.extortion)
        charge(case, ints, floats, town, row, ev.RANSOM, ints[row + m.RANSOM], now)
        recovered = ransom.recovered_share(draw(case, ints, row, chance.RECOVERED), case.extortion)
    settle_on(case, ints, floats, row, recovered, now)


@lean_step
def settle_on(case: Case, ints: Ints, floats: Floats, row: int, recovered: float, now: int) -> None:
    """Fix the bill and the outage: response is paid now, the rest when the critical services are back."""
    town, severity = ints[row + m.TOWN], ints[row + m.SEVERITY]
    plan, lost, recovery = floats[ints[row + m.FLOATS] + m.PLAN], ints[row + m.BACKUPS_LOST] == 1, case.recovery
    cost_factor = rules.loss_factor(plan, severity, lost, recovered, recovery.backup_cost_factor, recovery)
    time_factor = rules.loss_factor(plan, severity, lost, recovered, recovery.backup_time_factor, recovery)
    waited = ints[row + m.TEAM_START] - ints[row + m.DISCOVERED]
    size = floats[ints[town + m.LEVELS] + m.COST_SIZE]
    u = second_uniform(case.seed, ints[m.REPLICATION], ints[row + m.NIS], ints[row + m.NUMBER], chance.CLASS)
    most = rules.most_euro(severity, float(ints[town + m.PEOPLE]), case.bill, recovery)
    bill = rules.whole_bill_euro(u, severity, size, most, cost_factor, waited, case.bill)
    private = ints[row + m.PRIVATE] == 1
    response = rules.response_cents(bill, private, case.team, case.bill)
    charge(case, ints, floats, town, row, ev.RESPONSE, response, now)
    ints[row + m.RECOVERY_DUE] = rules.recovery_cents(bill, case.bill)
    ints[row + m.REVENUE_DUE] = rules.lost_revenue_cents(bill, case.bill)
    u = draw(case, ints, row, chance.CRITICAL)
    quicker = rules.with_fallback(time_factor, case.choices, case.funding)
    critical = rules.critical_outage_minutes(u, severity, quicker, case.outage)
    full = critical
    if severity == SEVERE:
        u = draw(case, ints, row, chance.FULL)
        full = rules.full_outage_minutes(u, critical, time_factor, case.outage)
    started = rules.outage_counts_from(ints[row + m.DISCOVERED], ints[row + m.TEAM_START], now, case.outage)
    ints[row + m.CRITICAL_DUE] = rules.critical_back_at(started, critical, now)
    ints[row + m.FULL_DUE] = rules.full_back_at(started, full, ints[row + m.CRITICAL_DUE])
    ints[row + m.BILL_BEGUN] = now
    ints[row + m.UNPAID] = 1
    restore(case, ints, floats, row, now)


@lean_step
def settle(case: Case, ints: Ints, floats: Floats, row: int, now: int) -> None:
    """Post what has accrued of a bill: all of it once it is due."""
    town = ints[row + m.TOWN]
    ints[row + m.UNPAID] = 0
    begun, due = ints[row + m.BILL_BEGUN], ints[row + m.CRITICAL_DUE]
    recovery = funding.elapsed_part(ints[row + m.RECOVERY_DUE], begun, due, now)
    revenue = funding.elapsed_part(ints[row + m.REVENUE_DUE], begun, due, now)
    charge(case, ints, floats, town, row, ev.RECOVERY, recovery, now)
    charge(case, ints, floats, town, row, ev.LOST_REVENUE, revenue, now)


@lean_step
def restore(case: Case, ints: Ints, floats: Floats, row: int, now: int) -> None:
    """Bring back the services whose time has come, and wait for the next one, or for the end."""
    while ints[row + m.NEXT_SERVICE] < case.services_count:
        service = ints[row + m.NEXT_SERVICE]
        back = rules.restored_at(case.services[service, 1], ints[row + m.CRITICAL_DUE], ints[row + m.FULL_DUE])
        if back > now:
            push_incident(case, ints, ev.RESTORED, back, row)
            return
        if ints[row + m.UNPAID] == 1:
            ints[row + m.CRITICAL_BACK] = back
            settle(case, ints, floats, row, now)
        miss(case, ints, floats, row, case.services[service, 0], now)
        ints[row + m.NEXT_SERVICE] += 1
    if ints[row + m.FULL_DUE] > now:
        push_incident(case, ints, ev.CLOSED, ints[row + m.FULL_DUE], row)
    else:
        close(case, ints, floats, row, now)


@lean_step
def close(case: Case, ints: Ints, floats: Floats, row: int, now: int) -> None:
    """Back to normal: the municipality has learned, and attackers have seen that it can be hit."""
    town = ints[row + m.TOWN]
    ints[row + m.CLOSED] = now
    ints[row + m.OUT] = m.BACK
    beside(case, ints, floats, town, 0.0, now)
    stocks_now(case, ints, floats, town, now)
    levels = ints[town + m.LEVELS]
    for measure in range(EFFORT):
        level = floats[levels + m.STOCKS + measure]
        floats[levels + m.STOCKS + measure] = defence_rules.learned(level, case.defence.learning)
    bound(case, ints, floats, town)
    ints[town + m.OPEN_ROW] = ev.UNKNOWN
    ints[town + m.LAST_CLOSED] = row
    ints[row + m.UNTIL] = min(now + case.threat.repeat_minutes, case.horizon)


@lean_step
def next_follow_up(
    case: Case,
    ints: Ints,
    floats: Floats,
    row: int,
    minute: int,
    clock: Floats,
    guide: NDArray[np.int32],
) -> None:
    """Push the next extra attempt on a recent victim, if it comes in time.

    One that is withstood needs no event. Whether it will be is known as long as neither the year nor the stage of the
    policy ends: before that only an audit moves the levels of who is in order again, and it lets nobody in.
    """
    town = ints[row + m.TOWN]
    candidates = floats[ints[town + m.LEVELS] + m.RATE]
    per_year = threat.aftermath_rate(candidates, ints[row + m.RANSOM] > 0, case.threat)
    if per_year <= 0.0:
        return
    known_until = min(case.ends, case.year_starts[ints[m.YEAR] + 1])
    while True:
        gap, mark = chance.pair(case.seed, ints[m.REPLICATION], ints[row + m.NIS], minute, chance.AFTERMATH)
        moment = threat_time(minute, clock) + chance.exponential_gap(gap, per_year)
        if moment >= clock[len(clock) - 1]:
            return
        minute = on_tick(max(minute + 1, minute_of(moment, clock, guided(moment, clock, guide))), case.tick)
        if minute >= ints[row + m.UNTIL]:
            return
        mark = threat.candidate_mark(mark, case.cap)
        if minute >= known_until or not withstood(case, ints, floats, town, mark, minute):
            break
    floats[ints[row + m.FLOATS] + m.MARK] = mark
    key = ev.key(ev.FOLLOW_UP, ints[row + m.NIS], ev.FOLLOW_UP_NUMBER | minute)
    push(case, ints, minute, key, row)
