"""Losses that need no break-in: payment fraud, waves of denial of service, suppliers that fall.

Step for step as in its namesake.
"""

from __future__ import annotations

from sim.engines import events as ev
from sim.engines.compiled import memory as m
from sim.engines.compiled.break_ins import break_in, draw, is_down, is_intruded, miss, push_incident
from sim.engines.compiled.memory import Floats, Ints, new_row, push
from sim.engines.compiled.payments import charge
from sim.engines.compiled.response import respond
from sim.engines.compiled.town import Case, stock
from sim.engines.stocks import AWARENESS, DETECTION
from sim.rules import chance
from sim.rules import defence as defence_rules
from sim.rules import incident as rules
from sim.rules.chance import second_uniform, uniform
from sim.rules.compiling import lean_step


@lean_step
def fraud(case: Case, ints: Ints, floats: Floats, town: int, number: int, mark: float, now: int) -> None:
    """A payment goes to a fraudster, unless somebody is awake."""
    if mark >= defence_rules.fraud_risk(stock(case, ints, floats, town, AWARENESS, now), case.defence):
        return
    row = new_row(case, ints, town, number, ev.PAYMENT_FRAUD, rules.MINOR, now)
    ints[row + m.CLOSED] = now
    u = draw(case, ints, row, chance.FRAUD_LOSS)
    charge(case, ints, floats, town, row, ev.FRAUD_LOSS, rules.fraud_loss_cents(u, case.spread), now)


@lean_step
def wave(case: Case, ints: Ints, floats: Floats, number: int, now: int, victims: Ints, begin: int, end: int) -> None:
    """A wave of denial of service begins for all its victims at once."""
    if begin == end:
        return
    first = case.rows_at + ints[m.ROWS] * m.WIDTH
    for place in range(begin, end):
        town = case.towns_at + victims[place] * case.town_width
        row = new_row(case, ints, town, number, ev.DENIAL, rules.MINOR, now)
        ints[row + m.IMPACT] = now
        ints[row + m.SINCE] = now
        ints[row + m.OUT] = m.EVERYTHING_OUT
        floats[ints[row + m.FLOATS] + m.SHARE] = case.spread.wave_impact
    push(case, ints, now + case.spread.wave_minutes, ev.key(ev.CLOSED, chance.WORLD, number), first)


@lean_step
def reconnect(case: Case, ints: Ints, floats: Floats, row: int, now: int) -> None:
    """Give back what an outage without intrusion took."""
    ints[row + m.CRITICAL_BACK] = now
    ints[row + m.CLOSED] = now
    ints[row + m.OUT] = m.BACK
    miss(case, ints, floats, row, 1.0, now)


@lean_step
def end_outage(case: Case, ints: Ints, floats: Floats, row: int, now: int) -> None:
    """An outage without intrusion ends: a wave for all its victims, a supplier's for one customer."""
    if ints[row + m.CAUSE] == ev.CUT_OFF:
        reconnect(case, ints, floats, row, now)
        town = ints[row + m.TOWN]
        if ints[town + m.CUT_OFF_ROW] == row:
            ints[town + m.CUT_OFF_ROW] = ev.UNKNOWN
        return
    number = ints[row + m.NUMBER]
    end = case.rows_at + ints[m.ROWS] * m.WIDTH
    while row < end and ints[row + m.CAUSE] == ev.DENIAL and ints[row + m.NUMBER] == number:
        reconnect(case, ints, floats, row, now)
        row = row + m.WIDTH


@lean_step
def compromise(
    case: Case,
    ints: Ints,
    floats: Floats,
    supplier: int,
    number: int,
    now: int,
    customer_offsets: Ints,
    customers: Ints,
) -> None:
    """Cut off the customers of a supplier; a few are infected themselves."""
    common = ints[m.COMPROMISES]
    ints[m.COMPROMISES] += 1
    standard = second_uniform(case.seed, ints[m.REPLICATION], chance.SUPPLIER + supplier, number, chance.COMPROMISE)
    if standard >= case.choices.supplier_rate:
        return
    ints[m.SUPPLIER_EVENTS] += 1
    spread = case.spread
    full = supplier < case.full_it
    u = uniform(case.seed, ints[m.REPLICATION], chance.SUPPLIER + supplier, number, chance.SUPPLIER_OUTAGE)
    outage = rules.supplier_outage_minutes(u, full, case.choices, spread, case.outage)
    impact = rules.supplier_impact(full, spread)
    out = rules.with_fallback(impact, case.choices, case.funding) if full else impact
    cut_off = ev.supplier_number(ev.CUT_OFF_NUMBER, supplier, number)
    infected = ev.supplier_number(ev.LATERAL_NUMBER, supplier, number)
    theirs = case.choices.concentrated * (case.suppliers + 1) + supplier
    for place in range(customer_offsets[theirs], customer_offsets[theirs + 1]):
        town = case.towns_at + customers[place] * case.town_width
        nis = ints[town + m.CODE]
        if uniform(case.seed, ints[m.REPLICATION], nis, cut_off, chance.SUPPLIER_HIT) >= spread.supplier_hit:
            continue
        lateral = uniform(case.seed, ints[m.REPLICATION], nis, infected, chance.LATERAL) < spread.lateral
        row = new_row(case, ints, town, cut_off, ev.CUT_OFF, rules.SIGNIFICANT, now)
        ints[row + m.IMPACT] = now
        ints[row + m.SUPPLIER] = supplier
        ints[row + m.COMMON] = common
        bill = rules.supplier_bill_cents(ints[town + m.PEOPLE], impact, spread)
        charge(case, ints, floats, town, row, ev.SUPPLIER_BILL, bill, now)
        if is_down(ints, town):  # the bill comes, a second outage does not
            ints[row + m.CLOSED] = now
        elif lateral and not is_intruded(ints, town):
            ints[row + m.CLOSED] = now
            u = uniform(case.seed, ints[m.REPLICATION], nis, infected, chance.CLASS)
            severity = rules.lateral_class(u, stock(case, ints, floats, town, DETECTION, now), case.classes)
            break_in(case, ints, floats, town, infected, ev.LATERAL, severity, supplier, common, now)
        else:
            ints[row + m.SINCE] = now
            ints[row + m.OUT] = m.EVERYTHING_OUT
            floats[ints[row + m.FLOATS] + m.SHARE] = out
            floats[ints[row + m.FLOATS] + m.ALONE] = out
            if full:
                ints[town + m.CUT_OFF_ROW] = row
                ints[row + m.OUTAGE] = outage
                ints[row + m.DISCOVERED] = now
                respond(case, ints, floats, row, case.team.days_supplier, now)
            else:
                push_incident(case, ints, ev.CLOSED, now + outage, row)
