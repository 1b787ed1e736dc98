"""Programmes: who joins when, what each pays, and the audits: step for step as in its namesake."""

from __future__ import annotations

from sim.engines import events as ev
from sim.engines.compiled import memory as m
from sim.engines.compiled.memory import Floats, Ints, push
from sim.engines.compiled.payments import pay, spend, transfer
from sim.engines.compiled.policy_tables import (
    GRANT_BACK,
    GRANT_BEGINS,
    GRANT_CAP,
    GRANT_ENDS,
    GRANT_INSTRUMENT,
    GRANT_MEASURE,
    GRANT_NUMBER,
    GRANT_PER_YEAR,
    GRANT_REQUIRES,
    GRANT_SHARE,
    GRANT_WIDTH,
)
from sim.engines.compiled.town import Case, bound, meets, stocks_now
from sim.engines.plan import AUDIT
from sim.engines.stocks import EFFORT, HARDENING, IDENTITY
from sim.rules import budgets, chance
from sim.rules.chance import uniform
from sim.rules.compiling import lean_step


@lean_step
def plan_joining(case: Case, ints: Ints, floats: Floats, grant: int, town: int) -> None:
    """Push the day on which a municipality joins a grant; whoever joined before the start takes its place in line."""
    terms, state = case.grants_at + grant * GRANT_WIDTH, case.members_at + grant * case.grant_width
    nis = ints[town + m.CODE]
    u = uniform(case.seed, ints[m.REPLICATION], nis, ints[terms + GRANT_NUMBER], chance.ADOPTION)
    minute = budgets.joins_at(u, floats[case.hazards_at + grant], ints[terms + GRANT_BEGINS])
    if minute >= min(case.horizon, ints[terms + GRANT_ENDS]):
        return
    if minute >= 0:
        push(case, ints, minute, ev.key(ev.JOINED, nis, grant), town)
        return
    place = ints[state + m.MEMBERS]
    ints[state + m.MEMBERS] = place + 1
    ints[town + m.JOINED] |= 1 << grant
    times = state + m.MEMBER + case.towns_count
    while place > 0 and ints[times + place - 1] > minute:
        ints[times + place] = ints[times + place - 1]
        ints[state + m.MEMBER + place] = ints[state + m.MEMBER + place - 1]
        place = place - 1
    ints[times + place] = minute
    ints[state + m.MEMBER + place] = town


@lean_step
def open_to(case: Case, ints: Ints, floats: Floats, grant: int, town: int, now: int) -> bool:
    """Return whether a grant pays to a municipality at this moment."""
    terms = case.grants_at + grant * GRANT_WIDTH
    if not ints[terms + GRANT_BEGINS] <= now < ints[terms + GRANT_ENDS]:
        return False
    return meets(case, ints, floats, town, ints[terms + GRANT_REQUIRES], now)


@lean_step
def join(case: Case, ints: Ints, floats: Floats, grant: int, town: int, now: int) -> None:
    """A municipality joins a grant; an audit is done at once where there is money for it."""
    terms, state = case.grants_at + grant * GRANT_WIDTH, case.members_at + grant * case.grant_width
    if now >= ints[terms + GRANT_ENDS]:
        return
    ints[state + m.MEMBER + ints[state + m.MEMBERS]] = town
    ints[state + m.MEMBERS] += 1
    ints[town + m.JOINED] |= 1 << grant
    if ints[terms + GRANT_INSTRUMENT] == AUDIT:
        audit(case, ints, floats, grant, town, now)


@lean_step
def gives(case: Case, ints: Ints, grant: int, wanted: int) -> int:
    """Return what the year's money of a grant allows of an amount, and count it."""
    state = case.members_at + grant * case.grant_width
    per_year = ints[case.grants_at + grant * GRANT_WIDTH + GRANT_PER_YEAR]
    given = budgets.granted_cents(wanted, per_year, ints[state + m.SPENT])
    if given < wanted:
        ints[state + m.GRANT_SHORT] = 1
    ints[state + m.SPENT] += given
    return given


@lean_step
def allots(case: Case, ints: Ints, grant: int, wanted: int) -> bool:
    """Return whether the year's money of a grant allows all of an amount, and count it if so."""
    state = case.members_at + grant * case.grant_width
    if ints[state + m.SPENT] + wanted > ints[case.grants_at + grant * GRANT_WIDTH + GRANT_PER_YEAR]:
        ints[state + m.GRANT_SHORT] = 1
        return False
    ints[state + m.SPENT] += wanted
    return True


@lean_step
def audit(case: Case, ints: Ints, floats: Floats, grant: int, town: int, now: int) -> None:
    """Audit a municipality: Flanders pays its share, coverage of identity and hardening improves."""
    terms = case.grants_at + grant * GRANT_WIDTH
    if (ints[town + m.SERVED] >> grant) & 1 == 1 or not open_to(case, ints, floats, grant, town, now):
        return
    price = case.funding.audit_price_cents
    theirs = budgets.flemish_part(price, ints[terms + GRANT_SHARE], ints[terms + GRANT_CAP])
    if not allots(case, ints, grant, theirs):
        return
    ints[town + m.SERVED] |= 1 << grant
    if theirs > 0:
        by_flanders(case, ints, town, theirs, now, ints[terms + GRANT_BACK])
    spend(case, ints, floats, town, ev.PREVENTION, price - theirs, now)
    stocks_now(case, ints, floats, town, now)
    at = ints[town + m.LEVELS] + m.STOCKS
    floats[at + IDENTITY] = budgets.audited(floats[at + IDENTITY], case.funding)
    floats[at + HARDENING] = budgets.audited(floats[at + HARDENING], case.funding)
    bound(case, ints, floats, town)


@lean_step
def by_flanders(case: Case, ints: Ints, town: int, amount: int, now: int, back: int) -> None:
    """Let Flanders pay a grant for prevention."""
    ints[town + m.CASH] += amount
    ints[case.years_at + ints[m.YEAR]] += amount
    pay(case, ints, ints[town + m.CODE], ev.PREVENTION, ev.FLANDERS, amount, now, ev.NATIONAL, back)


@lean_step
def add_to(case: Case, floats: Floats, sheet: int, measure: int, euro: float) -> None:
    """Add euro per inhabitant to one measure."""
    floats[sheet + m.SPEND_MORE] += euro
    floats[sheet + measure] += euro


@lean_step
def match(case: Case, ints: Ints, floats: Floats, grant: int, town: int) -> None:
    """Add a matching grant to what a municipality spends on the measures it is for."""
    terms = case.grants_at + grant * GRANT_WIDTH
    position = m.position_of(ints, town)
    sheet, people = case.spends_at + position * m.SPEND_WIDTH, ints[town + m.PEOPLE]
    own, part = floats[sheet + m.SPEND_OWN], floats[case.matched_at + grant]
    wanted = budgets.matching_grant(own, part, people, ints[terms + GRANT_SHARE], ints[terms + GRANT_CAP])
    given = gives(case, ints, grant, wanted)
    if given > 0:
        ints[case.granted_at + position * case.grants_count + grant] += given
        euro = budgets.euro_per_head(given, people)
        floats[sheet + m.SPEND_MORE] += euro
        for measure in range(EFFORT):
            share = floats[case.shares_at + grant * EFFORT + measure]
            floats[sheet + measure] += budgets.spent_on(euro, share)


@lean_step
def serve(case: Case, ints: Ints, floats: Floats, grant: int, town: int) -> None:
    """Bring a municipality up to the level of a shared service; all of it, or nothing when the money is gone."""
    terms = case.grants_at + grant * GRANT_WIDTH
    position = m.position_of(ints, town)
    sheet, measure = case.spends_at + position * m.SPEND_WIDTH, ints[terms + GRANT_MEASURE]
    missing = floats[case.services_at + position * EFFORT + measure] - floats[sheet + measure]
    if missing <= 0.0:
        return
    price = budgets.service_cents(missing, case.service_price, ints[town + m.PEOPLE])
    theirs = budgets.flemish_part(price, ints[terms + GRANT_SHARE], ints[terms + GRANT_CAP])
    if not allots(case, ints, grant, theirs):
        return
    ints[case.granted_at + position * case.grants_count + grant] += theirs
    ints[town + m.EXTRA] += price - theirs
    add_to(case, floats, sheet, measure, missing)


@lean_step
def lump_sum(case: Case, ints: Ints, floats: Floats, grant: int, now: int) -> None:
    """Pay a lump sum to everybody; part of it sticks to prevention."""
    terms, state = case.grants_at + grant * GRANT_WIDTH, case.members_at + grant * case.grant_width
    years = budgets.years_since(ints[terms + GRANT_BEGINS], now)
    share = budgets.flypaper_share(years, case.funding)
    for position in range(case.towns_count):
        town, sheet = case.towns_at + position * case.town_width, case.spends_at + position * m.SPEND_WIDTH
        amount = ints[case.lump_sums_at + grant * case.towns_count + position]
        if amount > 0 and open_to(case, ints, floats, grant, town, now):
            ints[state + m.SPENT] += amount
            back = ints[terms + GRANT_BACK]
            transfer(case, ints, town, ev.LUMP_SUM, ev.FLANDERS, ev.MUNICIPALITY, amount, now, back)
            stuck = budgets.stuck_cents(amount, share)
            ints[town + m.EXTRA] += stuck
            euro = budgets.euro_per_head(stuck, ints[town + m.PEOPLE])
            floats[sheet + m.SPEND_MORE] += euro
            for measure in range(EFFORT):
                floats[sheet + measure] += budgets.spent_on(euro, case.mix[measure])
