"""What pots take in and pay out when a year ends and another begins: step for step as in its namesake."""

from __future__ import annotations

from sim.engines import events as ev
from sim.engines.compiled import memory as m
from sim.engines.compiled.memory import Floats, Ints
from sim.engines.compiled.payments import transfer
from sim.engines.compiled.policy_tables import (
    POT_BACK,
    POT_KEEPS,
    POT_OPENING,
    POT_PAYER,
    POT_PER_YEAR,
    POT_WIDTH,
)
from sim.engines.compiled.town import Case
from sim.model.policy.numbers import NOBODY
from sim.rules import budgets, funding
from sim.rules.compiling import lean_step
from sim.rules.terms import PARTS_PER_MILLION


@lean_step
def reimburse(case: Case, ints: Ints, number: int, town: int, amount: int, now: int) -> None:
    """Pay back what a municipality advanced."""
    terms, pot = case.pot_terms_at + number * POT_WIDTH, case.pots_at + number * case.pot_width
    giver, back = ints[terms + POT_PAYER], ints[terms + POT_BACK]
    transfer(case, ints, town, ev.REIMBURSEMENT, giver, ev.MUNICIPALITY, amount, now, back)
    ints[pot + m.BALANCE] -= amount


@lean_step
def settle(case: Case, ints: Ints, year: int, now: int) -> None:
    """End a year: share out what claims share, note the balances, take back what municipalities owe Flanders."""
    for number in range(case.pots_count):
        pot = case.pots_at + number * case.pot_width
        share_out(case, ints, number, now)
        ints[case.ends_at + number * case.years + year] = ints[pot + m.BALANCE]
        ints[case.dry_at + number * case.years + year] = ints[pot + m.SHORT]
        ints[pot + m.SHORT] = 0
    drop_paid_claims(case, ints)
    owed = ints[m.OWED]
    ints[m.OWED] = 0
    if owed > 0:
        before = 0
        for position in range(case.towns_count):
            town = case.towns_at + position * case.town_width
            people = ints[town + m.PEOPLE]
            part = funding.part_by_inhabitants(owed, before, before + people, case.everybody)
            transfer(case, ints, town, ev.CLAW_BACK, ev.MUNICIPALITY, ev.FLANDERS, part, now, 0)
            before = before + people


@lean_step
def share_out(case: Case, ints: Ints, number: int, now: int) -> None:
    """Pay the claims of a year on a pot in proportion; what is not paid then never will be."""
    pot = case.pots_at + number * case.pot_width
    claims = 0
    for line in range(ints[m.CLAIMS]):
        place = case.claims_at + line * m.CLAIM_WIDTH
        if ints[place + m.CLAIM_POT] == number and ints[place + m.CLAIM_SHARES] == 1:
            claims += ints[place + m.CLAIM_CENTS]
    if claims == 0:
        return
    share = funding.pro_rata_share(ints[pot + m.BALANCE], claims)
    if share < PARTS_PER_MILLION:
        ints[pot + m.SHORT] = 1
    for line in range(ints[m.CLAIMS]):
        place = case.claims_at + line * m.CLAIM_WIDTH
        if ints[place + m.CLAIM_POT] == number and ints[place + m.CLAIM_SHARES] == 1:
            part = funding.pro_rata_part(ints[place + m.CLAIM_CENTS], share)
            reimburse(case, ints, number, ints[place + m.CLAIM_TOWN], part, now)
            ints[m.UNPAID_CLAIMS] += ints[place + m.CLAIM_CENTS] - part
            ints[place + m.CLAIM_CENTS] = 0


@lean_step
def drop_paid_claims(case: Case, ints: Ints) -> None:
    """Take out of the list of claims what has been paid, and keep the others in order."""
    kept = 0
    for line in range(ints[m.CLAIMS]):
        place, spot = case.claims_at + line * m.CLAIM_WIDTH, case.claims_at + kept * m.CLAIM_WIDTH
        if ints[place + m.CLAIM_CENTS] > 0:
            for column in range(m.CLAIM_WIDTH):
                ints[spot + column] = ints[place + column]
            kept = kept + 1
    ints[m.CLAIMS] = kept


@lean_step
def refill(case: Case, ints: Ints, floats: Floats, number: int, now: int) -> None:
    """Put money into a pot, then pay the claims that wait, the oldest first."""
    terms, pot = case.pot_terms_at + number * POT_WIDTH, case.pots_at + number * case.pot_width
    per_year, levy = ints[terms + POT_PER_YEAR], floats[case.levies_at + number]
    if ints[terms + POT_KEEPS] == 1:
        if levy > 0.0:
            for position in range(case.towns_count):
                town = case.towns_at + position * case.town_width
                amount = budgets.per_head_cents(levy, ints[town + m.PEOPLE])
                transfer(case, ints, town, ev.LEVY, ev.MUNICIPALITY, ev.FUND, amount, now, 0)
                ints[pot + m.BALANCE] += amount
        given = per_year + (ints[terms + POT_OPENING] if now == 0 else 0)
        transfer(case, ints, NOBODY, ev.CONTRIBUTION, ev.FLANDERS, ev.FUND, given, now, ints[terms + POT_BACK])
        ints[pot + m.BALANCE] += given
    else:
        ints[pot + m.BALANCE] = per_year
    for line in range(ints[m.CLAIMS]):
        place = case.claims_at + line * m.CLAIM_WIDTH
        if ints[place + m.CLAIM_POT] == number and ints[pot + m.BALANCE] > 0:
            part = funding.reimbursed_cents(ints[place + m.CLAIM_CENTS], ints[pot + m.BALANCE])
            reimburse(case, ints, number, ints[place + m.CLAIM_TOWN], part, now)
            ints[place + m.CLAIM_CENTS] -= part
        if ints[place + m.CLAIM_POT] == number and ints[place + m.CLAIM_CENTS] > 0:
            ints[pot + m.SHORT] = 1
