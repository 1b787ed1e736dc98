"""The 1st of January and the phases of the action plan: step for step as in its namesake."""

from __future__ import annotations

from sim.engines import events as ev
from sim.engines.compiled import memory as m
from sim.engines.compiled.grants import add_to, audit, by_flanders, lump_sum, match, open_to, plan_joining, serve
from sim.engines.compiled.memory import Floats, Ints, push
from sim.engines.compiled.payments import spend, transfer
from sim.engines.compiled.policy_tables import DUE_WIDTH, GRANT_BACK, GRANT_INSTRUMENT, GRANT_PER_YEAR, GRANT_WIDTH
from sim.engines.compiled.pots import drop_paid_claims, refill, settle
from sim.engines.compiled.town import Case, bound, complies, stock, stocks_now
from sim.engines.plan import AUDIT, LUMP_SUM, MATCHING
from sim.engines.stocks import AWARENESS, EFFORT, HARDENING, IDENTITY
from sim.model.policy.numbers import NOBODY
from sim.rules import budgets, chance
from sim.rules import defence as defence_rules
from sim.rules.compiling import lean_step
from sim.rules.terms import NO_LIMIT


@lean_step
def begin_future(case: Case, ints: Ints, floats: Floats) -> None:
    """Push the dates of the action plan, of the budgets, and of those who join a programme."""
    for position in range(case.towns_count):
        floats[case.spends_at + position * m.SPEND_WIDTH + m.AIMED_EFFECT] = m.NEVER_AIMED
    for grant in range(case.grants_count):
        for position in range(case.towns_count):
            town = case.towns_at + position * case.town_width
            plan_joining(case, ints, floats, grant, town)


@lean_step
def change(before: Case, case: Case, ints: Ints, floats: Floats, now: int) -> None:
    """Go on under another stage of the policy."""
    if before.delivery != case.delivery:  # another pace of building
        for position in range(case.towns_count):
            town = case.towns_at + position * case.town_width
            stocks_now(before, ints, floats, town, now)
            bound(case, ints, floats, town)
    ints[m.FREE_TEAMS] += case.choices.teams - before.choices.teams
    push(case, ints, now, ev.key(ev.RELEASED, chance.WORLD, 0), NOBODY)
    if case.is_due == 1:
        for position in range(case.towns_count):
            town, bills = case.towns_at + position * case.town_width, case.due_at + position * DUE_WIDTH
            spend(case, ints, floats, town, ev.PREVENTION, ints[bills], now)
            spend(case, ints, floats, town, ev.RESPONSE_CAPACITY, ints[bills + 1], now)


@lean_step
def new_year(case: Case, ints: Ints, floats: Floats, now: int) -> None:
    """Begin a year: pots are filled, premiums paid, spending decided."""
    for number in range(case.pots_count):
        refill(case, ints, floats, number, now)
    drop_paid_claims(case, ints)
    premiums(case, ints, floats, now)
    if case.booked_ahead == 0:
        decide(case, ints, floats, now)
    for grant in range(case.grants_count):
        if ints[case.grants_at + grant * GRANT_WIDTH + GRANT_INSTRUMENT] == AUDIT:
            state = case.members_at + grant * case.grant_width
            for place in range(ints[state + m.MEMBERS]):
                audit(case, ints, floats, grant, ints[state + m.MEMBER + place], now)


@lean_step
def end_year(case: Case, ints: Ints, year: int, now: int) -> None:
    """Settle the accounts of a year."""
    settle(case, ints, year, now)
    for grant in range(case.grants_count):
        state, number = case.members_at + grant * case.grant_width, case.pots_count + grant
        per_year = ints[case.grants_at + grant * GRANT_WIDTH + GRANT_PER_YEAR]
        left = per_year - ints[state + m.SPENT] if per_year < NO_LIMIT else 0
        ints[case.ends_at + number * case.years + year] = left
        ints[case.dry_at + number * case.years + year] = ints[state + m.GRANT_SHORT]
        ints[state + m.SPENT] = 0
        ints[state + m.GRANT_SHORT] = 0


@lean_step
def premiums(case: Case, ints: Ints, floats: Floats, now: int) -> None:
    """Insured municipalities pay their premium; its terms hold for the year."""
    if case.choices.insured <= 0.0:
        return
    for position in range(case.towns_count):
        if ints[case.insured_at + ints[m.YEAR] * case.towns_count + position] == 0:
            continue
        town = case.towns_at + position * case.town_width
        risk = relative_risk(case, ints, floats, town, now) if case.risk_rated == 1 else 1.0
        premium = budgets.premium_cents(case.rate_on_line, case.choices.insurance_limit, risk)
        transfer(case, ints, town, ev.PREMIUM, ev.MUNICIPALITY, ev.INSURER, premium, now, 0)


@lean_step
def relative_risk(case: Case, ints: Ints, floats: Floats, town: int, now: int) -> float:
    """Return the break-in probability of a municipality, relative to that at today's coverage."""
    return defence_rules.risk_to_today(
        stock(case, ints, floats, town, IDENTITY, now),
        stock(case, ints, floats, town, HARDENING, now),
        stock(case, ints, floats, town, AWARENESS, now),
        stock(case, ints, floats, town, EFFORT, now),
        case.probability_today,
        case.cap,
        case.defence,
    )


@lean_step
def decide(case: Case, ints: Ints, floats: Floats, now: int) -> None:
    """Every municipality decides on its prevention; its part of common readiness is due."""
    year = ints[m.YEAR]
    if case.is_steady == 1:
        for position in range(case.towns_count):
            town = case.towns_at + position * case.town_width
            place = year * case.towns_count + position
            spend(case, ints, floats, town, ev.PREVENTION, ints[case.steady_at + place], now)
            spend(case, ints, floats, town, ev.RESPONSE_CAPACITY, ints[case.capacity_at + place], now)
        return
    for position in range(case.towns_count):
        own_spend(case, ints, floats, position, now)
    for grant in range(case.grants_count):
        instrument = ints[case.grants_at + grant * GRANT_WIDTH + GRANT_INSTRUMENT]
        if instrument == LUMP_SUM:
            lump_sum(case, ints, floats, grant, now)
        elif instrument != AUDIT:
            state = case.members_at + grant * case.grant_width
            for place in range(ints[state + m.MEMBERS]):
                town = ints[state + m.MEMBER + place]
                if open_to(case, ints, floats, grant, town, now):
                    if instrument == MATCHING:
                        match(case, ints, floats, grant, town)
                    else:
                        serve(case, ints, floats, grant, town)
    for position in range(case.towns_count):
        settle_spend(case, ints, floats, position, now)


@lean_step
def own_spend(case: Case, ints: Ints, floats: Floats, position: int, now: int) -> None:
    """Work out what a municipality spends of its own."""
    town, year = case.towns_at + position * case.town_width, ints[m.YEAR]
    mask = 0
    for bit in range(case.matching_count):
        grant = case.matching[bit]
        if (ints[town + m.JOINED] >> grant) & 1 == 1 and open_to(case, ints, floats, grant, town, now):
            mask = mask | 1 << bit
    own = floats[case.own_at + ((year << case.matching_count) + mask) * case.towns_count + position]
    if year > 0:
        own = budgets.after_stress(own, ints[town + m.BURDEN + year - 1], ints[town + m.PEOPLE], case.funding)
    sheet = case.spends_at + position * m.SPEND_WIDTH
    for measure in range(EFFORT):
        floats[sheet + measure] = budgets.spent_on(own, case.mix[measure])
    floats[sheet + m.SPEND_OWN] = own
    floats[sheet + m.SPEND_MORE] = 0.0
    ints[town + m.EXTRA] = 0
    for grant in range(case.grants_count):
        ints[case.granted_at + position * case.grants_count + grant] = 0


@lean_step
def settle_spend(case: Case, ints: Ints, floats: Floats, position: int, now: int) -> None:
    """Post what a municipality spends, and let its coverage head for what that buys."""
    town, sheet = case.towns_at + position * case.town_width, case.spends_at + position * m.SPEND_WIDTH
    people = ints[town + m.PEOPLE]
    if case.standard != NOBODY and complies(case, ints, town, now):
        comply(case, ints, floats, position)
    for grant in range(case.grants_count):
        amount = ints[case.granted_at + position * case.grants_count + grant]
        if amount > 0:
            by_flanders(case, ints, town, amount, now, ints[case.grants_at + grant * GRANT_WIDTH + GRANT_BACK])
    own = budgets.per_head_cents(floats[sheet + m.SPEND_OWN], people) + ints[town + m.EXTRA]
    place = ints[m.YEAR] * case.towns_count + position
    spend(case, ints, floats, town, ev.PREVENTION, own + ints[case.supplier_bills_at + place], now)
    spend(case, ints, floats, town, ev.RESPONSE_CAPACITY, ints[case.capacity_at + place], now)
    aim(case, ints, floats, position, now)


@lean_step
def comply(case: Case, ints: Ints, floats: Floats, position: int) -> None:
    """Bring a municipality up to the minimum standard, at its own cost."""
    town, sheet = case.towns_at + position * case.town_width, case.spends_at + position * m.SPEND_WIDTH
    for measure in range(EFFORT):
        missing = floats[case.standards_at + position * EFFORT + measure] - floats[sheet + measure]
        if missing > 0.0:
            ints[town + m.EXTRA] += budgets.per_head_cents(missing, ints[town + m.PEOPLE])
            add_to(case, floats, sheet, measure, missing)


@lean_step
def spends_as_before(floats: Floats, sheet: int, effect: float) -> bool:
    """Return whether a sheet is that of the year in which the targets were chosen, and keep it for the next year."""
    same: bool = floats[sheet + m.AIMED_EFFECT] == effect
    floats[sheet + m.AIMED_EFFECT] = effect
    for place in range(m.AIMED):
        if floats[sheet + m.AIMED + place] != floats[sheet + place]:
            floats[sheet + m.AIMED + place] = floats[sheet + place]
            same = False
    return same


@lean_step
def aim(case: Case, ints: Ints, floats: Floats, position: int, now: int) -> None:
    """Head for the coverage that this year's spending buys; nothing changes where it buys what it bought before."""
    town, sheet = case.towns_at + position * case.town_width, case.spends_at + position * m.SPEND_WIDTH
    effect = floats[case.effect_at + position]
    if spends_as_before(floats, sheet, effect):
        return
    to = ints[town + m.LEVELS] + m.TARGETS
    same = True
    for measure in range(EFFORT + 1):
        if measure == EFFORT:
            target = budgets.effective_spend(effect, floats[sheet + m.SPEND_OWN], floats[sheet + m.SPEND_MORE])
        else:
            ratio = budgets.spend_ratio(
                effect, floats[sheet + measure], case.reference_spend, case.reference_mix[measure]
            )
            target = defence_rules.coverage_target(ratio, case.today[measure])
        if target != floats[to + measure]:
            if same:  # the first that changes: from here on the stocks head elsewhere
                stocks_now(case, ints, floats, town, now)
                same = False
            floats[to + measure] = target
    if not same:
        bound(case, ints, floats, town)
