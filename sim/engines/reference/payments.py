"""Payments in the reference engine: every cost finds its payers the moment it arises.

Payments are postings. A pot is the solidarity fund or an envelope of the Flemish budget: it pays claims until it is
empty, and then does what the policy says. How it fills again, and who waits until then, stands in `pots.py`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sim.engines import events as ev
from sim.engines.events import FLANDERS, FUND, MUNICIPALITY
from sim.engines.reference.town import Town, Towns
from sim.engines.setting import Setting
from sim.model.policy.numbers import NOBODY, LayerTerms, PotTerms, Stage, places
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
from sim.rules.terms import NO_LIMIT, PARTS_PER_MILLION

EVERYBODY = 0  # the NIS code of what concerns no single municipality
ALL_THE_REST = LayerTerms(MUNICIPALITY, PARTS_PER_MILLION, NO_LIMIT, NO_LIMIT, NO_LIMIT, -NO_LIMIT, NO_LIMIT)[1:]
"""The terms of a bare layer."""

Posting = tuple[int, int, int, int, int, int]
"""Minute, NIS code, category, payer, cents, row of the incident: the layout of `events.POSTING`."""


@dataclass
class Claimant:
    """What a layer asks about the municipality and the incident before it pays."""

    meets: Callable[[int], bool] = lambda requirement: True
    insured: bool = False
    denied: Callable[[], bool] = lambda: False
    deductible: int = 0  # what is left of it for this incident
    cause: int = ev.UNKNOWN  # the compromise of a supplier that it goes back to


ANYBODY = Claimant()


@dataclass(frozen=True)
class Bill:
    """A cost that looks for its payers."""

    nis: int
    category: int
    cents: int
    year: int
    incident: int
    cause: int
    before: int  # what its event has cost until now, in all categories and all municipalities


@dataclass
class Pot:
    """The fund or an envelope during one future."""

    terms: PotTerms
    balance: int = 0
    short: bool = False  # whether a claim met an empty pot this year, a new one or one that waits
    waiting: list[tuple[int, int]] = field(default_factory=list)  # claims (NIS code, cents), the oldest first
    sharing: list[tuple[int, int]] = field(default_factory=list)  # claims of this year that share what is there
    paid: defaultdict[tuple[str, int, int], int] = field(default_factory=lambda: defaultdict(int))
    ends: list[int] = field(default_factory=list)  # balance at the end of each year
    dry: list[int] = field(default_factory=list)

    def room(self, nis: int, year: int, cause: int) -> int:
        """Return how much more it may pay: to this municipality this year, for this cause, to all this year."""
        room = self.terms.member_limit - self.paid["member", nis, year]
        room = room_within(room, self.terms.annual_limit, self.paid["all", 0, year])
        return room if cause == ev.UNKNOWN else room_within(room, self.terms.common_limit, self.paid["cause", cause, 0])

    def count(self, nis: int, year: int, cause: int, cents: int) -> None:
        """Count a claim against the limits."""
        self.paid["member", nis, year] += cents
        self.paid["all", 0, year] += cents
        if cause != ev.UNKNOWN:
            self.paid["cause", cause, 0] += cents


class Accounts:
    """Books of one future. What a cost is split into is the policy's; that it adds up is checked here."""

    def __init__(
        self,
        layers: tuple[tuple[LayerTerms, ...], ...],
        year_starts: tuple[int, ...],
        pots: Sequence[PotTerms] = (),
        claw_back: int = 0,
        inhabitants: Mapping[int, int] | None = None,
    ) -> None:
        self._divide_by(layers)
        self.year_starts = year_starts
        self.pots = [Pot(terms) for terms in pots]
        self.claw_back = claw_back  # parts per million of Flemish payments from no pot
        self.inhabitants = inhabitants or {}  # by NIS code, for layers that hang on size
        self.postings: list[Posting] = []
        self.unpaid = 0
        self.owed = 0  # what municipalities give back of the Flemish payments of this year
        self._paid_this_year: defaultdict[tuple[int, int, tuple[int, int], int], int] = defaultdict(int)
        self._paid_for_cause: defaultdict[tuple[int, tuple[int, int], int], int] = defaultdict(int)
        self._paid_for_incident: defaultdict[tuple[int, int], int] = defaultdict(int)
        self._cost_of_event: defaultdict[tuple[int, int], int] = defaultdict(int)
        self._insured_this_year: defaultdict[tuple[int, int], int] = defaultdict(int)
        self.insurance_limit = NO_LIMIT  # a municipality and year

    def begin(self, stage: Stage) -> None:
        """Go on under the terms of a stage of the policy."""
        self._divide_by(stage.layers)
        self.claw_back = stage.claw_back
        for pot, terms in zip(self.pots, stage.pots, strict=True):
            pot.terms = terms

    def _divide_by(self, layers: tuple[tuple[LayerTerms, ...], ...]) -> None:
        self.layers = layers
        self._places = [places(ordered) for ordered in layers]

    # --- postings ------------------------------------------------------------------------------------------------

    def pay(self, minute: int, nis: int, category: int, payer: int, cents: int, incident: int, back: int) -> None:
        """Write a posting; `back` is the part that municipalities give back where Flanders pays."""
        self.postings.append((minute, nis, category, payer, cents, incident))
        if payer == FLANDERS:
            self.owed += claw_back_cents(cents, back)

    def transfer(self, minute: int, nis: int, kind: int, giver: int, taker: int, cents: int, back: int = 0) -> None:
        """Move money from one payer to another."""
        if cents > 0:
            self.pay(minute, nis, kind, giver, cents, ev.NATIONAL, back)
            self.postings.append((minute, nis, kind, taker, -cents, ev.NATIONAL))

    def post(
        self, minute: int, nis: int, category: int, cents: int, incident: int, claimant: Claimant = ANYBODY
    ) -> None:
        """Let a cost of `cents` flow through the layers of its category until nothing is left.

        Each (incident, category) is posted once, or in parts that share no limit per event.
        """
        left, kept = cents, 0  # kept: what the deductible keeps from insurers
        year, cause = bisect_right(self.year_starts, minute) - 1, claimant.cause
        event = (cause, incident if cause == ev.UNKNOWN else 0)  # through no supplier: an event of its own
        bill = Bill(nis, category, cents, year, incident, cause, self._cost_of_event[event])
        self._cost_of_event[event] += cents
        for place, layer in zip(self._places[category], self.layers[category], strict=True):
            if left == 0:
                return
            if layer[1:] == ALL_THE_REST:
                self.pay(minute, nis, category, layer.payer, left, incident, self.claw_back)
                return
            if not layer.begins <= minute < layer.ends:
                continue
            if layer.requires != NOBODY and not claimant.meets(layer.requires):
                continue
            covered, room = left, self.own_room(layer, place, bill)
            if layer.insured:  # an insurer looks only at what lies beyond the deductible of the incident
                if not claimant.insured or claimant.denied():
                    continue
                retained = retained_cents(left, claimant.deductible)
                claimant.deductible -= retained
                kept += retained
                covered = beyond_deductible(left, kept)
                room = room_within(room, self.insurance_limit, self._insured_this_year[nis, year])
            pot = None if layer.pot == NOBODY else self.pots[layer.pot]
            if pot is not None:
                room = room_within(room, pot.room(nis, year, cause), 0)
            covered = beyond_attachment(covered, cents, bill.before, layer.attachment)
            first = self.limit(layer.first, layer.first_each, nis)
            per_event = self.limit(layer.limit_per_event, layer.event_each, nis)
            payment = layer_payment(covered, layer.share, first, per_event, room)
            if payment <= 0:
                continue
            if pot is None:
                self.pay(minute, nis, category, layer.payer, payment, incident, self.claw_back)
            else:
                payment = self.claim(pot, minute, nis, category, payment, incident)
                pot.count(nis, year, cause, payment)
            self.count_own(layer, place, bill, payment)
            left -= payment
        if left != 0:
            raise AssertionError(f"{left} cents of category {category} found no payer; the last layer must take all")

    def limit(self, limit: int, per_inhabitant: int, nis: int) -> int:
        """Return a limit of a layer for one municipality."""
        people = 0 if per_inhabitant == NO_LIMIT else self.inhabitants[nis]
        return limit_of_municipality(limit, per_inhabitant, people)

    def own_room(self, layer: LayerTerms, place: tuple[int, int], bill: Bill) -> int:
        """Return what is left of a layer's own limits: of the year, for one common cause, for the incident."""
        year, common = (bill.nis, bill.category, place, bill.year), (bill.category, place, bill.cause)
        room = self.limit(layer.limit_per_year, layer.year_each, bill.nis) - self._paid_this_year[year]
        if bill.cause != ev.UNKNOWN:
            room = room_within(room, layer.common_limit, self._paid_for_cause[common])
        if not layer.has_occurrence_limit:
            return room
        most = self.limit(layer.occurrence_limit, layer.occurrence_each, bill.nis)
        return room_within(room, most, self._paid_for_incident[layer.payer, bill.incident])

    def count_own(self, layer: LayerTerms, place: tuple[int, int], bill: Bill, payment: int) -> None:
        """Count what a layer paid against each of its limits."""
        if layer.has_yearly_limit:
            self._paid_this_year[bill.nis, bill.category, place, bill.year] += payment
        if layer.common_limit < NO_LIMIT:
            self._paid_for_cause[bill.category, place, bill.cause] += payment
        if layer.has_occurrence_limit:
            self._paid_for_incident[layer.payer, bill.incident] += payment
        if layer.insured:
            self._insured_this_year[bill.nis, bill.year] += payment

    def claim(self, pot: Pot, minute: int, nis: int, category: int, claim: int, incident: int) -> int:
        """Pay a claim from a pot and return what it takes on: what cannot be paid yet the municipality advances."""
        now = paid_now(claim, pot.balance, pot.terms.when_empty, pot.terms.backstop)
        if now > pot.balance:  # the backstop
            self.transfer(minute, EVERYBODY, ev.CONTRIBUTION, FLANDERS, FUND, now - pot.balance, pot.terms.claw_back)
            pot.balance, pot.short = now, True
        pot.balance -= now
        if now > 0:
            self.pay(minute, nis, category, pot.terms.payer, now, incident, pot.terms.claw_back)
        if now == claim:
            return claim
        pot.short = pot.short or pot.terms.when_empty != PRO_RATA
        if pot.terms.when_empty == FALL_THROUGH:
            return now
        self.pay(minute, nis, category, MUNICIPALITY, claim - now, incident, 0)
        claims = pot.sharing if pot.terms.when_empty == PRO_RATA else pot.waiting
        claims.append((nis, claim - now))
        return claim


class Spending(Towns):
    """What municipalities spend on programmes, as it flows through the accounts."""

    def __init__(self, setting: Setting, towns: list[Town], accounts: Accounts) -> None:
        super().__init__(setting, towns)
        self.accounts = accounts

    def spend(self, town: Town, category: int, amount: int, now: int) -> None:
        """Post what a municipality spends on a programme."""
        if amount > 0:
            claimant = Claimant(meets=lambda requirement: self.meets(town, requirement, now))
            self.accounts.post(now, town.nis, category, amount, ev.NATIONAL, claimant)
