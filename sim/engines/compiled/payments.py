"""Every cost finds its payers the moment it arises; pots pay what they can: step for step as in its namesake."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engines import events as ev
from sim.engines.compiled import memory as m
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
from sim.engines.stocks import IDENTITY
from sim.model.policy.numbers import NOBODY
from sim.rules.budgets import denial_probability
from sim.rules.chance import uniform
from sim.rules.compiling import lean_pasted, lean_step, wrapping
from sim.rules.funding import (
    FALL_THROUGH,
    PRO_RATA,
    beyond_attachment,
    beyond_deductible,
    claw_back_cents,
    layer_payment,
    limit_of_municipality,
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
    ints[m.DIGEST] += np.int64(posting_digest(minute, nis, category, payer, cents))
    if payer == ev.FLANDERS:
        ints[m.OWED] += claw_back_cents(cents, back)
    if case.journal_room > 0:
        write_posting(case, ints, minute, nis, category, payer, cents, incident)


@lean_step
def write_posting(
    case: Any, ints: Ints, minute: int, nis: int, category: int, payer: int, cents: int, incident: int
) -> None:
    """Write a posting into the journal."""
    line = ints[m.JOURNAL]
    if line >= case.journal_room:
        ints[m.FULL] = 1
        return
    ints[m.JOURNAL] = line + 1
    place = case.journal_at + line * m.POSTING_WIDTH
    ints[place + m.POSTED_MINUTE] = minute
    ints[place + m.POSTED_NIS] = nis
    ints[place + m.POSTED_CATEGORY] = category
    ints[place + m.POSTED_PAYER] = payer
    ints[place + m.POSTED_CENTS] = cents
    ints[place + m.POSTED_INCIDENT] = incident


@lean_step
def transfer(
    case: Any, ints: Ints, town: int, kind: int, giver: int, taker: int, cents: int, minute: int, back: int
) -> None:
    """Move money from one payer to another; `town` is NOBODY where it concerns no single municipality."""
    if cents <= 0:
        return
    nis = 0
    if town != NOBODY:
        nis = ints[town + m.CODE]
        if giver == ev.MUNICIPALITY:
            ints[town + m.OWN] += cents
        if taker == ev.MUNICIPALITY:
            ints[town + m.OWN] -= cents
    pay(case, ints, nis, kind, giver, cents, minute, ev.NATIONAL, back)
    pay(case, ints, nis, kind, taker, -cents, minute, ev.NATIONAL, 0)


@lean_step
def charge(case: Any, ints: Ints, floats: Floats, town: int, row: int, category: int, amount: int, now: int) -> None:
    """Post a cost of an incident, in the last minute at the latest."""
    if amount > 0:
        before = ints[row + m.COST]  # through no supplier: an event of its own
        if case.costs_row != m.NO_ACCOUNT and ints[row + m.COMMON] != ev.UNKNOWN:
            costs = case.causes_at + case.costs_row * case.causes + ints[row + m.COMMON]
            before = ints[costs]
            ints[costs] += amount
        ints[row + m.COST] += amount
        ints[row + m.KEPT] = 0
        ints[row + m.BILL] = amount
        ints[row + m.BEFORE] = before
        post(case, ints, floats, town, row, category, amount, min(now, case.horizon - 1), now)


@lean_step
def spend(case: Any, ints: Ints, floats: Floats, town: int, category: int, amount: int, now: int) -> None:
    """Post what a municipality spends on a programme."""
    if amount > 0:
        post(case, ints, floats, town, NOBODY, category, amount, now, now)


@lean_step
def post(
    case: Any, ints: Ints, floats: Floats, town: int, row: int, category: int, amount: int, minute: int, now: int
) -> None:
    """Let a cost flow through the layers of its category until nothing is left; `row` is NOBODY for a programme."""
    year = ints[m.YEAR]
    incident = ev.NATIONAL if row == NOBODY else (row - case.rows_at) // m.WIDTH
    left = amount
    ints[town + m.CASH] += amount
    ints[case.years_at + year] += amount
    for position in range(case.layer_offsets[category], case.layer_offsets[category + 1]):
        if left == 0:
            break
        layer = case.layers_at + position * m.LAYER_WIDTH
        if not ints[layer + m.BEGINS] <= minute < ints[layer + m.ENDS]:
            continue
        if ints[layer + m.PLAIN] == 0:
            left = left - ask(case, ints, floats, town, row, category, layer, left, minute, now)
            continue
        limited = ints[layer + m.ACCOUNT] != m.NO_ACCOUNT
        account = town + m.BURDEN + case.years * (1 + ints[layer + m.ACCOUNT]) + year
        payment = layer_payment(
            left,
            ints[layer + m.PART],
            ints[layer + m.FIRST],
            ints[layer + m.PER_EVENT],
            ints[layer + m.PER_YEAR] - (ints[account] if limited else 0),
        )
        if payment > 0:
            if limited:
                ints[account] += payment
            left = left - payment
            back = ints[layer + m.CLAW_BACK]
            bear(case, ints, town, row, category, ints[layer + m.PAYER], payment, minute, incident, back)


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
        ints[town + m.OWN] += payment
        if row != NOBODY:
            ints[town + m.BURDEN + ints[m.YEAR]] += payment
    pay(case, ints, ints[town + m.CODE], category, payer, payment, minute, incident, back)


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
    """Return what a layer with conditions, a pot or an insurer behind it, or limits beyond the plain ones takes."""
    if not meets(case, ints, floats, town, ints[layer + m.REQUIRES], now):
        return 0
    year = ints[m.YEAR]
    common = ev.UNKNOWN if row == NOBODY else ints[row + m.COMMON]
    covered, most = left, own_room(case, ints, town, row, layer, common)  # what is looked at, and what may be paid
    # an insurer: nothing to who has none or is denied, and only what lies beyond the deductible of the incident
    insurance = town + m.BURDEN + case.years * (1 + case.insurance_account) + year
    if ints[layer + m.OF_INSURANCE] == 1:
        if row == NOBODY or ints[row + m.INSURED] == 0 or denied(case, ints, floats, town, row, now):
            return 0
        retained = retained_cents(left, ints[row + m.DEDUCTIBLE])
        ints[row + m.DEDUCTIBLE] -= retained
        ints[row + m.KEPT] += retained
        covered = beyond_deductible(left, ints[row + m.KEPT])
        most = room_within(most, ints[case.insurance_limits_at + year], ints[insurance])
    number = ints[layer + m.POT]
    if number != NOBODY:
        most = room_within(most, room(case, ints, town, number, common), 0)
    if ints[layer + m.ATTACHMENT] > 0 and row != NOBODY:
        bill, before = ints[row + m.BILL], ints[row + m.BEFORE]
        covered = beyond_attachment(covered, bill, before, ints[layer + m.ATTACHMENT])
    people = ints[town + m.PEOPLE]
    first = limit_of_municipality(ints[layer + m.FIRST], ints[layer + m.FIRST_EACH], people)
    per_event = limit_of_municipality(ints[layer + m.PER_EVENT], ints[layer + m.EVENT_EACH], people)
    payment = layer_payment(covered, ints[layer + m.PART], first, per_event, most)
    if payment <= 0:
        return 0
    incident = ev.NATIONAL if row == NOBODY else (row - case.rows_at) // m.WIDTH
    if number == NOBODY:
        back = ints[layer + m.CLAW_BACK]
        bear(case, ints, town, row, category, ints[layer + m.PAYER], payment, minute, incident, back)
    else:
        payment = claim(case, ints, town, row, category, number, payment, minute, incident)
        count(case, ints, town, number, common, payment)
    count_own(case, ints, town, row, layer, common, payment)
    if ints[layer + m.OF_INSURANCE] == 1:
        ints[insurance] += payment
    return payment


@lean_step
def own_room(case: Any, ints: Ints, town: int, row: int, layer: int, common: int) -> int:
    """Return what is left of a layer's own limits: of the year, for one common cause, for the incident."""
    people = ints[town + m.PEOPLE]
    most = limit_of_municipality(ints[layer + m.PER_YEAR], ints[layer + m.YEAR_EACH], people)
    if ints[layer + m.ACCOUNT] != m.NO_ACCOUNT:
        most = most - ints[town + m.BURDEN + case.years * (1 + ints[layer + m.ACCOUNT]) + ints[m.YEAR]]
    if common != ev.UNKNOWN and ints[layer + m.CAUSE_ACCOUNT] != m.NO_ACCOUNT:
        cause = case.causes_at + ints[layer + m.CAUSE_ACCOUNT] * case.causes + common
        most = room_within(most, ints[layer + m.COMMON_LIMIT], ints[cause])
    if ints[layer + m.OCCURRENCE] == 1 and row != NOBODY:
        limit = limit_of_municipality(ints[layer + m.OCCURRENCE_LIMIT], ints[layer + m.OCCURRENCE_EACH], people)
        most = room_within(most, limit, ints[row + m.PAID + ints[layer + m.PAYER]])
    return most


@lean_step
def count_own(case: Any, ints: Ints, town: int, row: int, layer: int, common: int, payment: int) -> None:
    """Count what a layer paid against each of its own limits."""
    if ints[layer + m.ACCOUNT] != m.NO_ACCOUNT:
        ints[town + m.BURDEN + case.years * (1 + ints[layer + m.ACCOUNT]) + ints[m.YEAR]] += payment
    if common != ev.UNKNOWN and ints[layer + m.CAUSE_ACCOUNT] != m.NO_ACCOUNT:
        ints[case.causes_at + ints[layer + m.CAUSE_ACCOUNT] * case.causes + common] += payment
    if ints[layer + m.OCCURRENCE] == 1 and row != NOBODY:
        ints[row + m.PAID + ints[layer + m.PAYER]] += payment


@lean_step
def room(case: Any, ints: Ints, town: int, number: int, common: int) -> int:
    """Return how much more a pot may pay: to this municipality this year, to all this year, for this cause."""
    terms, pot, year = case.pot_terms_at + number * POT_WIDTH, case.pots_at + number * case.pot_width, ints[m.YEAR]
    member = town + m.BURDEN + case.years * (1 + case.member_accounts + number) + year
    left = room_within(ints[terms + POT_MEMBER] - ints[member], ints[terms + POT_TOTAL], ints[pot + m.TAKEN + year])
    if common == ev.UNKNOWN:
        return left
    cause = case.causes_at + (case.cause_layers + number) * case.causes + common
    return room_within(left, ints[terms + POT_COMMON], ints[cause])


@lean_step
def count(case: Any, ints: Ints, town: int, number: int, common: int, amount: int) -> None:
    """Count a claim against the limits of a pot."""
    pot, year = case.pots_at + number * case.pot_width, ints[m.YEAR]
    ints[town + m.BURDEN + case.years * (1 + case.member_accounts + number) + year] += amount
    ints[pot + m.TAKEN + year] += amount
    if common != ev.UNKNOWN:
        ints[case.causes_at + (case.cause_layers + number) * case.causes + common] += amount


@lean_step
def denied(case: Any, ints: Ints, floats: Floats, town: int, row: int, now: int) -> bool:
    """Return whether the insurer denies the claims of an incident; it is settled at the first one."""
    if ints[row + m.DENIED] == m.NOT_ASKED:
        chances = denial_probability(stock(case, ints, floats, town, IDENTITY, now), case.funding)
        purpose = ev.denial_purpose(ints[row + m.CAUSE])
        u = uniform(case.seed, ints[m.REPLICATION], ints[row + m.NIS], ints[row + m.NUMBER], purpose)
        ints[row + m.DENIED] = m.REFUSED if u < chances else m.GRANTED
    return ints[row + m.DENIED] == m.REFUSED  # type: ignore[no-any-return]


@lean_step
def claim(
    case: Any, ints: Ints, town: int, row: int, category: int, number: int, wanted: int, minute: int, incident: int
) -> int:
    """Pay a claim from a pot and return what it takes on: what cannot be paid yet the municipality advances."""
    terms, pot = case.pot_terms_at + number * POT_WIDTH, case.pots_at + number * case.pot_width
    back = ints[terms + POT_BACK]
    now = paid_now(wanted, ints[pot + m.BALANCE], ints[terms + POT_EMPTY], ints[terms + POT_BACKSTOP])
    if now > ints[pot + m.BALANCE]:
        missing = now - ints[pot + m.BALANCE]
        transfer(case, ints, NOBODY, ev.CONTRIBUTION, ev.FLANDERS, ev.FUND, missing, minute, back)
        ints[pot + m.BALANCE] = now
        ints[pot + m.SHORT] = 1
    ints[pot + m.BALANCE] -= now
    if now > 0:
        bear(case, ints, town, row, category, ints[terms + POT_PAYER], now, minute, incident, back)
    if now == wanted:
        return wanted
    if ints[terms + POT_EMPTY] != PRO_RATA:
        ints[pot + m.SHORT] = 1
    if ints[terms + POT_EMPTY] == FALL_THROUGH:
        return now
    bear(case, ints, town, row, category, ev.MUNICIPALITY, wanted - now, minute, incident, 0)
    if ints[m.CLAIMS] >= case.room:
        ints[m.FULL] = 1
        return wanted
    place = case.claims_at + ints[m.CLAIMS] * m.CLAIM_WIDTH
    ints[place + m.CLAIM_POT] = number
    ints[place + m.CLAIM_TOWN] = town
    ints[place + m.CLAIM_CENTS] = wanted - now
    ints[place + m.CLAIM_SHARES] = 1 if ints[terms + POT_EMPTY] == PRO_RATA else 0
    ints[m.CLAIMS] += 1
    return wanted
