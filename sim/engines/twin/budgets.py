"""The 1st of January, phases of the action plan and programmes: step for step as in `treasury.py`."""

from __future__ import annotations

from sim.engines import events as ev
from sim.engines.plan import AUDIT, LUMP_SUM, MATCHING
from sim.engines.twin import desk as d
from sim.engines.twin.desk import Floats, Ints, push
from sim.engines.twin.money import pay, spend, transfer
from sim.engines.twin.state import Case, bound, complies, meets, stock, stocks_now
from sim.engines.twin.tables import (
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
    POT_BACK,
    POT_KEEPS,
    POT_OPENING,
    POT_PAYER,
    POT_PER_YEAR,
    POT_WIDTH,
)
from sim.model.arrays import NO_LIMIT, PARTS_PER_MILLION
from sim.model.policy_arrays import NOBODY
from sim.rules import budgets, chance, funding
from sim.rules import defence as defence_rules
from sim.rules.chance import uniform
from sim.rules.compiling import lean_step
from sim.rules.incident import cents


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
def plan_joining(case: Case, ints: Ints, floats: Floats, grant: int, town: int) -> None:
    """Push the day on which a municipality joins a grant; whoever joined before the start takes its place in line."""
    terms, state = case.grants_at + grant * GRANT_WIDTH, case.members_at + grant * case.grant_width
    nis = ints[town + d.CODE]
    u = uniform(case.seed, ints[d.REPLICATION], nis, ints[terms + GRANT_NUMBER], chance.ADOPTION)
    minute = budgets.joins_at(u, floats[case.hazards_at + grant], ints[terms + GRANT_BEGINS])
    if minute >= min(case.horizon, ints[terms + GRANT_ENDS]):
        return
    if minute >= 0:
        push(case, ints, minute, ev.key(ev.JOINED, nis, grant), town)
        return
    place = ints[state + d.MEMBERS]
    ints[state + d.MEMBERS] = place + 1
    ints[town + d.JOINED] |= 1 << grant
    times = state + d.MEMBER + case.towns_count
    while place > 0 and ints[times + place - 1] > minute:
        ints[times + place] = ints[times + place - 1]
        ints[state + d.MEMBER + place] = ints[state + d.MEMBER + place - 1]
        place = place - 1
    ints[times + place] = minute
    ints[state + d.MEMBER + place] = town


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
    ints[state + d.MEMBER + ints[state + d.MEMBERS]] = town
    ints[state + d.MEMBERS] += 1
    ints[town + d.JOINED] |= 1 << grant
    if ints[terms + GRANT_INSTRUMENT] == AUDIT:
        audit(case, ints, floats, grant, town, now)


@lean_step
def allots(case: Case, ints: Ints, grant: int, wanted: int) -> bool:
    """Return whether the year's money of a grant allows all of an amount, and count it if so."""
    state = case.members_at + grant * case.grant_width
    if ints[state + d.SPENT] + wanted > ints[case.grants_at + grant * GRANT_WIDTH + GRANT_PER_YEAR]:
        ints[state + d.GRANT_SHORT] = 1
        return False
    ints[state + d.SPENT] += wanted
    return True


@lean_step
def audit(case: Case, ints: Ints, floats: Floats, grant: int, town: int, now: int) -> None:
    """Audit a municipality: Flanders pays its share, coverage of identity and hardening improves."""
    terms = case.grants_at + grant * GRANT_WIDTH
    if (ints[town + d.SERVED] >> grant) & 1 == 1 or not open_to(case, ints, floats, grant, town, now):
        return
    price = case.funding.audit_price_cents
    theirs = budgets.flemish_part(price, ints[terms + GRANT_SHARE], ints[terms + GRANT_CAP])
    if not allots(case, ints, grant, theirs):
        return
    ints[town + d.SERVED] |= 1 << grant
    if theirs > 0:
        by_flanders(case, ints, town, theirs, now, ints[terms + GRANT_BACK])
    spend(case, ints, floats, town, ev.PREVENTION, price - theirs, now)
    stocks_now(case, ints, floats, town, now)
    at = ints[town + d.LEVELS] + d.STOCKS
    floats[at + d.IDENTITY] = budgets.audited(floats[at + d.IDENTITY], case.funding)
    floats[at + d.HARDENING] = budgets.audited(floats[at + d.HARDENING], case.funding)
    bound(case, ints, floats, town)


@lean_step
def by_flanders(case: Case, ints: Ints, town: int, amount: int, now: int, back: int) -> None:
    """Let Flanders pay a grant for prevention."""
    ints[town + d.CASH] += amount
    ints[case.years_at + ints[d.YEAR]] += amount
    pay(case, ints, ints[town + d.CODE], ev.PREVENTION, ev.FLANDERS, amount, now, ev.NATIONAL, back)


# --- stages of the policy -------------------------------------------------------------------------------------------


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


# --- 1 January ------------------------------------------------------------------------------------------------------


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
def reimburse(case: Case, ints: Ints, number: int, town: int, amount: int, now: int) -> None:
    """Pay back what a municipality advanced."""
    terms, pot = case.pot_terms_at + number * POT_WIDTH, case.pots_at + number * case.pot_width
    giver, back = ints[terms + POT_PAYER], ints[terms + POT_BACK]
    transfer(case, ints, town, ev.REIMBURSEMENT, giver, ev.MUNICIPALITY, amount, now, back)
    ints[pot + d.BALANCE] -= amount


@lean_step
def end_year(case: Case, ints: Ints, year: int, now: int) -> None:
    """Share out what claims share, note the balances, take back what municipalities owe Flanders."""
    for number in range(case.pots_count):
        pot = case.pots_at + number * case.pot_width
        share_out(case, ints, number, now)
        ints[case.ends_at + number * case.years + year] = ints[pot + d.BALANCE]
        ints[case.dry_at + number * case.years + year] = ints[pot + d.SHORT]
        ints[pot + d.SHORT] = 0
    drop_paid_claims(case, ints)
    owed = ints[d.OWED]
    ints[d.OWED] = 0
    if owed > 0:
        before = 0
        for position in range(case.towns_count):
            town = case.towns_at + position * case.town_width
            people = ints[town + d.PEOPLE]
            part = funding.part_by_inhabitants(owed, before, before + people, case.everybody)
            transfer(case, ints, town, ev.CLAW_BACK, ev.MUNICIPALITY, ev.FLANDERS, part, now, 0)
            before = before + people
    for grant in range(case.grants_count):
        state, number = case.members_at + grant * case.grant_width, case.pots_count + grant
        per_year = ints[case.grants_at + grant * GRANT_WIDTH + GRANT_PER_YEAR]
        left = per_year - ints[state + d.SPENT] if per_year < NO_LIMIT else 0
        ints[case.ends_at + number * case.years + year] = left
        ints[case.dry_at + number * case.years + year] = ints[state + d.GRANT_SHORT]
        ints[state + d.SPENT] = 0
        ints[state + d.GRANT_SHORT] = 0


@lean_step
def share_out(case: Case, ints: Ints, number: int, now: int) -> None:
    """Pay the claims of a year on a pot in proportion; what is not paid then never will be."""
    pot = case.pots_at + number * case.pot_width
    claims = 0
    for line in range(ints[d.CLAIMS]):
        place = case.claims_at + line * d.CLAIM_WIDTH
        if ints[place + d.CLAIM_POT] == number and ints[place + d.CLAIM_SHARES] == 1:
            claims += ints[place + d.CLAIM_CENTS]
    if claims == 0:
        return
    share = funding.pro_rata_share(ints[pot + d.BALANCE], claims)
    if share < PARTS_PER_MILLION:
        ints[pot + d.SHORT] = 1
    for line in range(ints[d.CLAIMS]):
        place = case.claims_at + line * d.CLAIM_WIDTH
        if ints[place + d.CLAIM_POT] == number and ints[place + d.CLAIM_SHARES] == 1:
            part = ints[place + d.CLAIM_CENTS] * share // PARTS_PER_MILLION
            reimburse(case, ints, number, ints[place + d.CLAIM_TOWN], part, now)
            ints[d.UNPAID_CLAIMS] += ints[place + d.CLAIM_CENTS] - part
            ints[place + d.CLAIM_CENTS] = 0


@lean_step
def drop_paid_claims(case: Case, ints: Ints) -> None:
    """Take out of the list of claims what has been paid, and keep the others in order."""
    kept = 0
    for line in range(ints[d.CLAIMS]):
        place, spot = case.claims_at + line * d.CLAIM_WIDTH, case.claims_at + kept * d.CLAIM_WIDTH
        if ints[place + d.CLAIM_CENTS] > 0:
            for column in range(d.CLAIM_WIDTH):
                ints[spot + column] = ints[place + column]
            kept = kept + 1
    ints[d.CLAIMS] = kept


@lean_step
def refill(case: Case, ints: Ints, floats: Floats, number: int, now: int) -> None:
    """Put money into a pot, then pay the claims that wait, the oldest first."""
    terms, pot = case.pot_terms_at + number * POT_WIDTH, case.pots_at + number * case.pot_width
    per_year, levy = ints[terms + POT_PER_YEAR], floats[case.levies_at + number]
    if ints[terms + POT_KEEPS] == 1:
        if levy > 0.0:
            for position in range(case.towns_count):
                town = case.towns_at + position * case.town_width
                amount = cents(levy * ints[town + d.PEOPLE])
                transfer(case, ints, town, ev.LEVY, ev.MUNICIPALITY, ev.FUND, amount, now, 0)
                ints[pot + d.BALANCE] += amount
        given = per_year + (ints[terms + POT_OPENING] if now == 0 else 0)
        transfer(case, ints, NOBODY, ev.CONTRIBUTION, ev.FLANDERS, ev.FUND, given, now, ints[terms + POT_BACK])
        ints[pot + d.BALANCE] += given
    else:
        ints[pot + d.BALANCE] = per_year
    for line in range(ints[d.CLAIMS]):
        place = case.claims_at + line * d.CLAIM_WIDTH
        if ints[place + d.CLAIM_POT] == number and ints[pot + d.BALANCE] > 0:
            part = min(ints[place + d.CLAIM_CENTS], ints[pot + d.BALANCE])
            reimburse(case, ints, number, ints[place + d.CLAIM_TOWN], part, now)
            ints[place + d.CLAIM_CENTS] -= part


@lean_step
def premiums(case: Case, ints: Ints, floats: Floats, now: int) -> None:
    """Insured municipalities pay their premium."""
    if case.choices.insured <= 0.0:
        return
    today = case.probability_today
    for position in range(case.towns_count):
        if ints[case.insured_at + ints[d.YEAR] * case.towns_count + position] == 0:
            continue
        town = case.towns_at + position * case.town_width
        risk = 1.0
        if case.risk_rated == 1 and today > 0.0:
            risk = (
                defence_rules.break_in_probability(
                    stock(case, ints, floats, town, d.IDENTITY, now),
                    stock(case, ints, floats, town, d.HARDENING, now),
                    stock(case, ints, floats, town, d.AWARENESS, now),
                    stock(case, ints, floats, town, d.EFFORT, now),
                    case.cap,
                    case.defence,
                )
                / today
            )
        premium = budgets.premium_cents(case.rate_on_line, case.choices.insurance_limit, risk)
        transfer(case, ints, town, ev.PREMIUM, ev.MUNICIPALITY, ev.INSURER, premium, now, 0)


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
        floats[sheet + measure] = own * case.mix[measure]
    floats[sheet + d.SPEND_OWN] = own
    floats[sheet + d.SPEND_MORE] = 0.0
    ints[town + d.EXTRA] = 0
    for grant in range(case.grants_count):
        ints[case.granted_at + position * case.grants_count + grant] = 0


@lean_step
def add_to(case: Case, floats: Floats, sheet: int, measure: int, euro: float) -> None:
    """Add euro per inhabitant to one measure."""
    floats[sheet + d.SPEND_MORE] += euro
    floats[sheet + measure] += euro


@lean_step
def match(case: Case, ints: Ints, floats: Floats, grant: int, town: int) -> None:
    """Add a matching grant to what a municipality spends on the measures it is for."""
    terms, state = case.grants_at + grant * GRANT_WIDTH, case.members_at + grant * case.grant_width
    position = d.position_of(ints, town)
    sheet, people = case.spends_at + position * d.SPEND_WIDTH, ints[town + d.PEOPLE]
    matched = cents(floats[sheet + d.SPEND_OWN] * floats[case.matched_at + grant] * people)
    wanted = min(budgets.matching_cents(matched, ints[terms + GRANT_SHARE]), ints[terms + GRANT_CAP])
    given = min(wanted, ints[terms + GRANT_PER_YEAR] - ints[state + d.SPENT])
    if given < wanted:
        ints[state + d.GRANT_SHORT] = 1
    ints[state + d.SPENT] += given
    if given > 0:
        ints[case.granted_at + position * case.grants_count + grant] += given
        euro = given / 100.0 / people
        floats[sheet + d.SPEND_MORE] += euro
        for measure in range(d.EFFORT):
            floats[sheet + measure] += euro * floats[case.shares_at + grant * d.EFFORT + measure]


@lean_step
def serve(case: Case, ints: Ints, floats: Floats, grant: int, town: int) -> None:
    """Bring a municipality up to the level of a shared service; all of it, or nothing when the money is gone."""
    terms = case.grants_at + grant * GRANT_WIDTH
    position = d.position_of(ints, town)
    sheet, measure = case.spends_at + position * d.SPEND_WIDTH, ints[terms + GRANT_MEASURE]
    missing = floats[case.services_at + position * d.EFFORT + measure] - floats[sheet + measure]
    if missing <= 0.0:
        return
    price = cents(missing * case.service_price * ints[town + d.PEOPLE])
    theirs = budgets.flemish_part(price, ints[terms + GRANT_SHARE], ints[terms + GRANT_CAP])
    if not allots(case, ints, grant, theirs):
        return
    ints[case.granted_at + position * case.grants_count + grant] += theirs
    ints[town + d.EXTRA] += price - theirs
    add_to(case, floats, sheet, measure, missing)


@lean_step
def lump_sum(case: Case, ints: Ints, floats: Floats, grant: int, now: int) -> None:
    """Pay a lump sum to everybody; part of it sticks to prevention."""
    terms, state = case.grants_at + grant * GRANT_WIDTH, case.members_at + grant * case.grant_width
    years = budgets.years_since(max(0, ints[terms + GRANT_BEGINS]), now)
    share = budgets.flypaper_share(years, case.funding)
    for position in range(case.towns_count):
        town, sheet = case.towns_at + position * case.town_width, case.spends_at + position * d.SPEND_WIDTH
        amount = ints[case.lump_sums_at + grant * case.towns_count + position]
        if amount > 0 and open_to(case, ints, floats, grant, town, now):
            ints[state + d.SPENT] += amount
            back = ints[terms + GRANT_BACK]
            transfer(case, ints, town, ev.LUMP_SUM, ev.FLANDERS, ev.MUNICIPALITY, amount, now, back)
            stuck = cents(amount / 100.0 * share)
            ints[town + d.EXTRA] += stuck
            euro = stuck / 100.0 / ints[town + d.PEOPLE]
            floats[sheet + d.SPEND_MORE] += euro
            for measure in range(d.EFFORT):
                floats[sheet + measure] += euro * case.mix[measure]


@lean_step
def settle_spend(case: Case, ints: Ints, floats: Floats, position: int, now: int) -> None:
    """Post what a municipality spends, and let its coverage head for what that buys."""
    town, sheet = case.towns_at + position * case.town_width, case.spends_at + position * d.SPEND_WIDTH
    people = ints[town + d.PEOPLE]
    if case.standard != NOBODY and complies(case, ints, town, now):
        for measure in range(d.EFFORT):
            missing = floats[case.standards_at + position * d.EFFORT + measure] - floats[sheet + measure]
            if missing > 0.0:
                ints[town + d.EXTRA] += cents(missing * people)
                add_to(case, floats, sheet, measure, missing)
    for grant in range(case.grants_count):
        amount = ints[case.granted_at + position * case.grants_count + grant]
        if amount > 0:
            by_flanders(case, ints, town, amount, now, ints[case.grants_at + grant * GRANT_WIDTH + GRANT_BACK])
    own = cents(floats[sheet + d.SPEND_OWN] * people) + ints[town + d.EXTRA]
    spend(case, ints, floats, town, ev.PREVENTION, own + cents(case.supplier_price * people), now)
    readiness = ints[case.capacity_at + ints[d.YEAR] * case.towns_count + position]
    spend(case, ints, floats, town, ev.RESPONSE_CAPACITY, readiness, now)
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
            target = effect * (floats[sheet + d.SPEND_OWN] + floats[sheet + d.SPEND_MORE])
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
