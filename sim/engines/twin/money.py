"""Costs find their payers."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engines.mixing import posting_digest
from sim.engines.twin import desk as d
from sim.engines.twin.desk import Ints
from sim.rules.compiling import lean_step, wrapping
from sim.rules.funding import layer_payment


@wrapping
@lean_step
def charge(case: Any, ints: Ints, town: int, row: int, category: int, amount: int, now: int) -> None:
    """Post a cost of an incident, in the last minute at the latest: it flows through the layers of its category until
    nothing is left.
    """
    if amount <= 0:
        return
    minute = min(now, case.horizon - 1)
    year = ints[d.YEAR]
    nis = ints[town + d.CODE]
    left = amount
    ints[row + d.COST] += amount
    ints[town + d.CASH] += amount
    ints[case.years_at + year] += amount
    for position in range(case.layer_offsets[category], case.layer_offsets[category + 1]):
        if left == 0:
            break
        layer = case.layers_at + position * d.LAYER_WIDTH
        if not ints[layer + d.BEGINS] <= minute < ints[layer + d.ENDS]:
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
            payer = ints[layer + d.PAYER]
            ints[case.payments_at + payer * case.categories + category] += payment
            if payer == d.MUNICIPALITY:
                ints[town + d.OWN] += payment
                ints[town + d.BURDEN + year] += payment
            ints[d.DIGEST] += np.int64(posting_digest(minute, nis, category, payer, payment))
            if case.journal_room > 0:
                write_posting(case, ints, minute, nis, category, payer, payment, (row - case.rows_at) // d.WIDTH)


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
