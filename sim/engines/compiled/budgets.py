"""The 1st of January and the phases of the action plan: step for step as in `treasury.py`."""

from __future__ import annotations

from sim.engines import events as ev
from sim.engines.compiled import memory as d
from sim.engines.compiled.grants import add_to, audit, by_flanders, lump_sum, match, open_to, plan_joining, serve
from sim.engines.compiled.memory import Floats, Ints, push
from sim.engines.compiled.payments import spend
from sim.engines.compiled.policy_tables import DUE_WIDTH, GRANT_BACK, GRANT_INSTRUMENT, GRANT_WIDTH
from sim.engines.compiled.pots import drop_paid_claims, premiums, refill
from sim.engines.compiled.town import Case, bound, complies, stocks_now
from sim.engines.plan import AUDIT, LUMP_SUM, MATCHING
from sim.model.policy.numbers import NOBODY
from sim.rules import budgets, chance
from sim.rules import defence as defence_rules
from sim.rules.compiling import lean_step


@lean_step
def begin_future(case: Case, ints: Ints, floats: Floats) -> None:
    """Push the dates of the action plan, of the budgets, and of those who join a programme."""
    for position in range(case.towns_count):
        floats[case.spends_at + position * d.SPEND_WIDTH + d.AIMED_EFFECT] = d.NEVER_AIMED
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
    ints[d.FREE_TEAMS] += case.choices.teams - before.choices.teams
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
            for place in range(ints[state + d.MEMBERS]):
                audit(case, ints, floats, grant, ints[state + d.MEMBER + place], now)


@lean_step
def decide(case: Case, ints: Ints, floats: Floats, now: int) -> None:
    """Every municipality decides on its prevention; its part of common readiness is due."""
    year = ints[d.YEAR]
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
            for place in range(ints[state + d.MEMBERS]):
                town = ints[state + d.MEMBER + place]
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
    town, year = case.towns_at + position * case.town_width, ints[d.YEAR]
    mask = 0
    for bit in range(case.matching_count):
        grant = case.matching[bit]
        if (ints[town + d.JOINED] >> grant) & 1 == 1 and open_to(case, ints, floats, grant, town, now):
            mask = mask | 1 << bit
    own = floats[case.own_at + ((year << case.matching_count) + mask) * case.towns_count + position]
    if year > 0:
        own = budgets.after_stress(own, ints[town + d.BURDEN + year - 1], ints[town + d.PEOPLE], case.funding)
    sheet = case.spends_at + position * d.SPEND_WIDTH
    for measure in range(d.EFFORT):
        floats[sheet + measure] = budgets.spent_on(own, case.mix[measure])
    floats[sheet + d.SPEND_OWN] = own
    floats[sheet + d.SPEND_MORE] = 0.0
    ints[town + d.EXTRA] = 0
    for grant in range(case.grants_count):
        ints[case.granted_at + position * case.grants_count + grant] = 0


@lean_step
def settle_spend(case: Case, ints: Ints, floats: Floats, position: int, now: int) -> None:
    """Post what a municipality spends, and let its coverage head for what that buys."""
    town, sheet = case.towns_at + position * case.town_width, case.spends_at + position * d.SPEND_WIDTH
    people = ints[town + d.PEOPLE]
    if case.standard != NOBODY and complies(case, ints, town, now):
        for measure in range(d.EFFORT):
            missing = floats[case.standards_at + position * d.EFFORT + measure] - floats[sheet + measure]
            if missing > 0.0:
                ints[town + d.EXTRA] += budgets.per_head_cents(missing, people)
                add_to(case, floats, sheet, measure, missing)
    for grant in range(case.grants_count):
        amount = ints[case.granted_at + position * case.grants_count + grant]
        if amount > 0:
            by_flanders(case, ints, town, amount, now, ints[case.grants_at + grant * GRANT_WIDTH + GRANT_BACK])
    own = budgets.per_head_cents(floats[sheet + d.SPEND_OWN], people) + ints[town + d.EXTRA]
    place = ints[d.YEAR] * case.towns_count + position
    spend(case, ints, floats, town, ev.PREVENTION, own + ints[case.supplier_bills_at + place], now)
    spend(case, ints, floats, town, ev.RESPONSE_CAPACITY, ints[case.capacity_at + place], now)
    aim(case, ints, floats, position, now)


@lean_step
def spends_as_before(floats: Floats, sheet: int, effect: float) -> bool:
    """Return whether a sheet is that of the year in which the targets were chosen, and keep it for the next year."""
    same: bool = floats[sheet + d.AIMED_EFFECT] == effect
    floats[sheet + d.AIMED_EFFECT] = effect
    for place in range(d.AIMED):
        if floats[sheet + d.AIMED + place] != floats[sheet + place]:
            floats[sheet + d.AIMED + place] = floats[sheet + place]
            same = False
    return same


@lean_step
def aim(case: Case, ints: Ints, floats: Floats, position: int, now: int) -> None:
    """Head for the coverage that this year's spending buys; nothing changes where it buys what it bought before."""
    town, sheet = case.towns_at + position * case.town_width, case.spends_at + position * d.SPEND_WIDTH
    effect = floats[case.effect_at + position]
    if spends_as_before(floats, sheet, effect):
        return
    to = ints[town + d.LEVELS] + d.TARGETS
    same = True
    for measure in range(d.EFFORT + 1):
        if measure == d.EFFORT:
            target = budgets.effective_spend(effect, floats[sheet + d.SPEND_OWN], floats[sheet + d.SPEND_MORE])
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
