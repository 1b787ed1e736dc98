"""Who pays: what one payer layer takes from a cost, in whole cents, so that payments always add up to the cost."""

from __future__ import annotations

from sim.rules.rule import rule
from sim.rules.terms import NO_LIMIT, PARTS_PER_MILLION, Cents

LARGEST_PRODUCT = 1 << 42


@rule
def layer_payment(left: int, share: int, first: int, limit_per_event: int, left_this_year: int) -> int:
    """Return the cents that a layer pays out of what is `left` of a cost.

    The layer takes its `share` (parts per million, rounded down) of the first `first` cents, within its limit per
    event and what is left of its limit this year.
    """
    payment = min(left, first) * share // PARTS_PER_MILLION
    return max(0, min(payment, limit_per_event, left_this_year))


@rule
def limit_of_municipality(limit: int, per_inhabitant: int, inhabitants: int) -> int:
    """Return the lesser of a limit in cents and one that grows with inhabitants, in millionths of a cent for each.

    Whole cents, rounded down. Without a limit per inhabitant it is the limit itself.
    """
    if per_inhabitant == NO_LIMIT:
        return limit
    each, rest = per_inhabitant // PARTS_PER_MILLION, per_inhabitant % PARTS_PER_MILLION  # no product leaves 63 bits
    return min(limit, each * inhabitants + rest * inhabitants // PARTS_PER_MILLION)


@rule
def beyond_attachment(left: int, bill: int, before: int, attachment: int) -> int:
    """Return the cents at which a layer looks of what is `left` of a bill: those beyond an attachment.

    The event has cost `before` until now; of the bill max(0, before + bill - max(before, attachment)) lies beyond. Over
    all bills of an event these parts add up to what its whole cost exceeds the attachment by, in whatever order the
    bills come.
    """
    return max(0, min(left, before + bill - attachment))


@rule
def room_within(room: int, limit: int, used: int) -> int:
    """Return the cents that may still be paid where what is left of a limit leaves less room than there was."""
    return min(room, limit - used)


@rule
def retained_cents(left: Cents, deductible: Cents) -> Cents:
    """Return what the rest of a deductible keeps from an insurer of what is left of a cost."""
    return min(left, deductible)


@rule
def beyond_deductible(left: Cents, kept: Cents) -> Cents:
    """Return what an insurer looks at: what is left of a cost, less what the deductible `kept` of it."""
    return max(0, left - kept)


@rule
def part_by_inhabitants(total: int, before: int, upto: int, everybody: int) -> int:
    """Return one municipality's part of a common bill, by inhabitants; the parts add up to the total exactly.

    `before` and `upto` are the inhabitants of the municipalities before it, without and with its own.
    """
    each, rest = total // everybody, total % everybody  # so that no product leaves 63 bits
    return each * (upto - before) + rest * upto // everybody - rest * before // everybody


@rule
def elapsed_part(amount: int, begun: int, due: int, now: int) -> int:
    """Return the part of an amount that has accrued at `now` of the time from `begun` to `due`, all in minutes."""
    if due <= begun or now >= due:
        return amount
    return amount * max(0, now - begun) // (due - begun)


WAIT, PRO_RATA, FALL_THROUGH = 0, 1, 2  # what happens to a claim on an empty pot


@rule
def paid_now(claim: int, balance: int, when_empty: int, backstop: int) -> int:
    """Return what a pot pays of a claim at once.

    With a backstop everything; pro rata nothing, since all claims of a year are weighed together at its end.
    """
    if backstop == 1:
        return claim
    if when_empty == PRO_RATA:
        return 0
    return min(claim, balance)


@rule
def pro_rata_share(balance: int, claims: int) -> int:
    """Return the part of every claim that a balance covers when claims share it: parts per million, rounded down."""
    if claims <= balance:
        return PARTS_PER_MILLION
    while claims > LARGEST_PRODUCT:  # so that no product leaves 63 bits
        balance, claims = balance // 2, claims // 2
    return balance * PARTS_PER_MILLION // claims


@rule
def pro_rata_part(claim: int, share: int) -> int:
    """Return what a claim gets when claims share a balance: `share` parts per million of it, rounded down."""
    return claim * share // PARTS_PER_MILLION


@rule
def reimbursed_cents(claim: int, balance: int) -> int:
    """Return what a pot pays back of a claim that waited."""
    return min(claim, balance)


@rule
def claw_back_cents(paid: int, back: int) -> int:
    """Return what municipalities give back of a Flemish payment, `back` parts per million of it, rounded down."""
    millions, rest = paid // PARTS_PER_MILLION, paid % PARTS_PER_MILLION  # so that no product leaves 63 bits
    return millions * back + rest * back // PARTS_PER_MILLION
