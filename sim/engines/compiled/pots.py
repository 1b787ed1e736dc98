"""What pots take in and pay out when a year ends and another begins: step for step as in `treasury.py`."""

from __future__ import annotations

from sim.engines import events as ev
from sim.engines.compiled import memory as d
from sim.engines.compiled.memory import Floats, Ints
from sim.engines.compiled.payments import transfer
from sim.engines.compiled.policy_tables import (
    GRANT_PER_YEAR,
    GRANT_WIDTH,
    POT_BACK,
    POT_KEEPS,
    POT_OPENING,
    POT_PAYER,
    POT_PER_YEAR,
    POT_WIDTH,
)
from sim.engines.compiled.town import Case, stock
from sim.model.policy.numbers import NOBODY
from sim.rules import budgets, funding
from sim.rules import defence as defence_rules
from sim.rules.compiling import lean_step
from sim.rules.terms import NO_LIMIT, PARTS_PER_MILLION


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
            part = funding.pro_rata_part(ints[place + d.CLAIM_CENTS], share)
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
                amount = budgets.per_head_cents(levy, ints[town + d.PEOPLE])
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
            part = funding.reimbursed_cents(ints[place + d.CLAIM_CENTS], ints[pot + d.BALANCE])
            reimburse(case, ints, number, ints[place + d.CLAIM_TOWN], part, now)
            ints[place + d.CLAIM_CENTS] -= part
        if ints[place + d.CLAIM_POT] == number and ints[place + d.CLAIM_CENTS] > 0:
            ints[pot + d.SHORT] = 1


@lean_step
def premiums(case: Case, ints: Ints, floats: Floats, now: int) -> None:
    """Insured municipalities pay their premium."""
    if case.choices.insured <= 0.0:
        return
    for position in range(case.towns_count):
        if ints[case.insured_at + ints[d.YEAR] * case.towns_count + position] == 0:
            continue
        town = case.towns_at + position * case.town_width
        risk = 1.0
        if case.risk_rated == 1:
            risk = defence_rules.risk_to_today(
                stock(case, ints, floats, town, d.IDENTITY, now),
                stock(case, ints, floats, town, d.HARDENING, now),
                stock(case, ints, floats, town, d.AWARENESS, now),
                stock(case, ints, floats, town, d.EFFORT, now),
                case.probability_today,
                case.cap,
                case.defence,
            )
        premium = budgets.premium_cents(case.rate_on_line, case.choices.insurance_limit, risk)
        transfer(case, ints, town, ev.PREMIUM, ev.MUNICIPALITY, ev.INSURER, premium, now, 0)
