"""Costs find their payers; pots pay what they can, when they can: step for step as in `accounts.py`."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engines import events as ev
from sim.engines.compiled import memory as d
from sim.engines.compiled.memory import Floats, Ints
from sim.engines.compiled.policy_tables import (
    POT_BACK,
    POT_BACKSTOP,
    POT_COMMON,
    POT_EMPTY,
    POT_MEMBER,
    POT_PAYER,
    POT_TOTAL,
    POT_WIDTH,
)
from sim.engines.compiled.town import meets, stock
from sim.engines.digests import posting_digest
from sim.model.policy.numbers import NOBODY
from sim.rules.budgets import denial_probability
from sim.rules.chance import uniform
from sim.rules.compiling import lean_pasted, lean_step, wrapping
from sim.rules.funding import (
    FALL_THROUGH,
    PRO_RATA,
    beyond_deductible,
    claw_back_cents,
    layer_payment,
    paid_now,
    retained_cents,
    room_within,
)


@wrapping
@lean_pasted
def pay(
    case: Any, ints: Ints, nis: int, category: int, payer: int, cents: int, minute: int, incident: int, back: int
) -> None:
    """Count a payment, and write it into the journal where one is kept."""
    ints[case.payments_at + payer * case.entries + category] += cents
    ints[d.DIGEST] += np.int64(posting_digest(minute, nis, category, payer, cents))
    if payer == ev.FLANDERS:
        ints[d.OWED] += claw_back_cents(cents, back)
    if case.journal_room > 0:
        write_posting(case, ints, minute, nis, category, payer, cents, incident)


@lean_step
def write_posting(
    case: Any, ints: Ints, minute: int, nis: int, category: int, payer: int, cents: int, incident: int
) -> None:
    """Write a posting into the journal."""
    line = ints[d.JOURNAL]
    if line >= case.journal_room:
        ints[d.FULL] = 1
        return
    ints[d.JOURNAL] = line + 1
    place = case.journal_at + line * d.POSTING_WIDTH
    ints[place] = minute
    ints[place + 1] = nis
    ints[place + 2] = category
    ints[place + 3] = payer
    ints[place + 4] = cents
    ints[place + 5] = incident


@lean_step
def transfer(
    case: Any, ints: Ints, town: int, kind: int, giver: int, taker: int, cents: int, minute: int, back: int
) -> None:
    """Move money from one payer to another; `town` is NOBODY where it concerns no single municipality."""
    if cents <= 0:
        return
    nis = 0
    if town != NOBODY:
        nis = ints[town + d.CODE]
        if giver == ev.MUNICIPALITY:
            ints[town + d.OWN] += cents
        if taker == ev.MUNICIPALITY:
            ints[town + d.OWN] -= cents
    pay(case, ints, nis, kind, giver, cents, minute, ev.NATIONAL, back)
    pay(case, ints, nis, kind, taker, -cents, minute, ev.NATIONAL, 0)


@lean_step
def charge(case: Any, ints: Ints, floats: Floats, town: int, row: int, category: int, amount: int, now: int) -> None:
    """Post a cost of an incident, in the last minute at the latest."""
    if amount > 0:
        ints[row + d.COST] += amount
        ints[row + d.KEPT] = 0
        flow(case, ints, floats, town, row, category, amount, min(now, case.horizon - 1), now)


@lean_step
def spend(case: Any, ints: Ints, floats: Floats, town: int, category: int, amount: int, now: int) -> None:
    """Post what a municipality spends on a programme."""
    if amount > 0:
        flow(case, ints, floats, town, NOBODY, category, amount, now, now)


@lean_step
def flow(
    case: Any, ints: Ints, floats: Floats, town: int, row: int, category: int, amount: int, minute: int, now: int
) -> None:
    """Let a cost flow through the layers of its category until nothing is left; `row` is NOBODY for a programme."""
    year = ints[d.YEAR]
    incident = ev.NATIONAL if row == NOBODY else (row - case.rows_at) // d.WIDTH
    left = amount
    ints[town + d.CASH] += amount
    ints[case.years_at + year] += amount
    for position in range(case.layer_offsets[category], case.layer_offsets[category + 1]):
        if left == 0:
            break
        layer = case.layers_at + position * d.LAYER_WIDTH
        if not ints[layer + d.BEGINS] <= minute < ints[layer + d.ENDS]:
            continue
        if ints[layer + d.PLAIN] == 0:
            left = left - ask(case, ints, floats, town, row, category, layer, left, minute, now)
            continue
        limited = ints[layer + d.ACCOUNT] != d.NO_ACCOUNT
        account = town + d.BURDEN + case.years * (1 + ints[layer + d.ACCOUNT]) + year
        payment = layer_payment(
            left,
            ints[layer + d.PART],
            ints[layer + d.FIRST],
            ints[layer + d.PER_EVENT],
            ints[layer + d.PER_YEAR] - (ints[account] if limited else 0),
        )
        if payment > 0:
            if limited:
                ints[account] += payment
            left = left - payment
            bear(
                case, ints, town, row, category, ints[layer + d.PAYER], payment, minute, incident, ints[layer + d.BACK]
            )


@lean_pasted
def bear(
    case: Any,
    ints: Ints,
    town: int,
    row: int,
    category: int,
    payer: int,
    payment: int,
    minute: int,
    incident: int,
    back: int,
) -> None:
    """Let a payer pay part of a cost."""
    if payer == ev.MUNICIPALITY:
        ints[town + d.OWN] += payment
        if row != NOBODY:
            ints[town + d.BURDEN + ints[d.YEAR]] += payment
    pay(case, ints, ints[town + d.CODE], category, payer, payment, minute, incident, back)


@lean_step
def ask(
    case: Any,
    ints: Ints,
    floats: Floats,
    town: int,
    row: int,
    category: int,
    layer: int,
    left: int,
    minute: int,
    now: int,
) -> int:
    """Return what a layer with conditions, a common limit, a pot or an insurer behind it takes of what is left."""
    if not meets(case, ints, floats, town, ints[layer + d.REQUIRES], now):
        return 0
    year = ints[d.YEAR]
    common = ev.UNKNOWN if row == NOBODY else ints[row + d.COMMON]
    covered = left
    account = town + d.BURDEN + case.years * (1 + ints[layer + d.ACCOUNT]) + year
    room = ints[layer + d.PER_YEAR]
    if ints[layer + d.ACCOUNT] != d.NO_ACCOUNT:
        room = room - ints[account]
    cause = case.causes_at + ints[layer + d.CAUSE_ACCOUNT] * case.causes + common
    counted = common != ev.UNKNOWN and ints[layer + d.CAUSE_ACCOUNT] != d.NO_ACCOUNT
    if counted:
        room = room_within(room, ints[layer + d.COMMON_LIMIT], ints[cause])
    insurance = town + d.BURDEN + case.years * (1 + case.insurance_account) + year
    if ints[layer + d.OF_INSURANCE] == 1:
        if row == NOBODY or ints[row + d.INSURED] == 0 or denied(case, ints, floats, town, row, now):
            return 0
        retained = retained_cents(left, ints[row + d.DEDUCTIBLE])
        ints[row + d.DEDUCTIBLE] -= retained
        ints[row + d.KEPT] += retained
        covered = beyond_deductible(left, ints[row + d.KEPT])
        room = room_within(room, ints[case.insurance_limits_at + year], ints[insurance])
    number = ints[layer + d.POT]
    terms, pot = case.pot_terms_at + number * POT_WIDTH, case.pots_at + number * case.pot_width
    member = town + d.BURDEN + case.years * (1 + case.member_accounts + number) + year
    if number != NOBODY:
        room = room_within(room, ints[terms + POT_MEMBER], ints[member])
        room = room_within(room, ints[terms + POT_TOTAL], ints[pot + d.TAKEN + year])
        if common != ev.UNKNOWN:
            place = case.causes_at + (case.cause_layers + number) * case.causes + common
            room = room_within(room, ints[terms + POT_COMMON], ints[place])
    payment = layer_payment(covered, ints[layer + d.PART], ints[layer + d.FIRST], ints[layer + d.PER_EVENT], room)
    if payment <= 0:
        return 0
    incident = ev.NATIONAL if row == NOBODY else (row - case.rows_at) // d.WIDTH
    if number == NOBODY:
        bear(case, ints, town, row, category, ints[layer + d.PAYER], payment, minute, incident, ints[layer + d.BACK])
    else:
        payment = claim(case, ints, town, row, category, number, payment, minute, incident)
        ints[member] += payment
        ints[pot + d.TAKEN + year] += payment
        if common != ev.UNKNOWN:
            ints[case.causes_at + (case.cause_layers + number) * case.causes + common] += payment
    if ints[layer + d.ACCOUNT] != d.NO_ACCOUNT:
        ints[account] += payment
    if counted:
        ints[cause] += payment
    if ints[layer + d.OF_INSURANCE] == 1:
        ints[insurance] += payment
    return payment


@lean_step
def denied(case: Any, ints: Ints, floats: Floats, town: int, row: int, now: int) -> bool:
    """Return whether the insurer denies the claims of an incident; it is settled at the first one."""
    if ints[row + d.DENIED] == d.NOT_ASKED:
        chances = denial_probability(stock(case, ints, floats, town, d.IDENTITY, now), case.funding)
        purpose = ev.denial_purpose(ints[row + d.CAUSE])
        u = uniform(case.seed, ints[d.REPLICATION], ints[row + d.NIS], ints[row + d.NUMBER], purpose)
        ints[row + d.DENIED] = d.REFUSED if u < chances else d.GRANTED
    return ints[row + d.DENIED] == d.REFUSED  # type: ignore[no-any-return]


@lean_step
def claim(
    case: Any, ints: Ints, town: int, row: int, category: int, number: int, wanted: int, minute: int, incident: int
) -> int:
    """Pay a claim from a pot and return what it takes on: what cannot be paid yet the municipality advances."""
    terms, pot = case.pot_terms_at + number * POT_WIDTH, case.pots_at + number * case.pot_width
    back = ints[terms + POT_BACK]
    now = paid_now(wanted, ints[pot + d.BALANCE], ints[terms + POT_EMPTY], ints[terms + POT_BACKSTOP])
    if now > ints[pot + d.BALANCE]:
        missing = now - ints[pot + d.BALANCE]
        transfer(case, ints, NOBODY, ev.CONTRIBUTION, ev.FLANDERS, ev.FUND, missing, minute, back)
        ints[pot + d.BALANCE] = now
        ints[pot + d.SHORT] = 1
    ints[pot + d.BALANCE] -= now
    if now > 0:
        bear(case, ints, town, row, category, ints[terms + POT_PAYER], now, minute, incident, back)
    if now == wanted:
        return wanted
    if ints[terms + POT_EMPTY] != PRO_RATA:
        ints[pot + d.SHORT] = 1
    if ints[terms + POT_EMPTY] == FALL_THROUGH:
        return now
    bear(case, ints, town, row, category, ev.MUNICIPALITY, wanted - now, minute, incident, 0)
    if ints[d.CLAIMS] >= case.room:
        ints[d.FULL] = 1
        return wanted
    place = case.claims_at + ints[d.CLAIMS] * d.CLAIM_WIDTH
    ints[place + d.CLAIM_POT] = number
    ints[place + d.CLAIM_TOWN] = town
    ints[place + d.CLAIM_CENTS] = wanted - now
    ints[place + d.CLAIM_SHARES] = 1 if ints[terms + POT_EMPTY] == PRO_RATA else 0
    ints[d.CLAIMS] += 1
    return wanted
