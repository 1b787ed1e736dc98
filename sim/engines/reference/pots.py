"""Pots in the reference engine: the fund and the envelopes, from the last minute of a year to the first of the next.

Claims that share what is there are paid out as a year ends; every 1 January pots are filled, and whoever waits is paid
before anybody else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sim.engines import events as ev
from sim.engines.events import FLANDERS, FUND, MUNICIPALITY
from sim.engines.reference.payments import EVERYBODY, Accounts, Pot
from sim.rules.funding import part_by_inhabitants, pro_rata_part, pro_rata_share, reimbursed_cents
from sim.rules.terms import PARTS_PER_MILLION


class Pots(Accounts):
    """The accounts of one future, with pots that live through its years."""

    def reimburse(self, pot: Pot, minute: int, nis: int, cents: int) -> None:
        """Pay back what a municipality advanced."""
        self.transfer(minute, nis, ev.REIMBURSEMENT, pot.terms.payer, MUNICIPALITY, cents, pot.terms.claw_back)
        pot.balance -= cents

    def settle(self, minute: int, inhabitants: Sequence[tuple[int, int]]) -> None:
        """End a year: share out what claims share, note the balances, take back what municipalities owe Flanders.

        `inhabitants` has the NIS code and the inhabitants of every municipality, in order.
        """
        for pot in self.pots:
            self.share_out(pot, minute)
            pot.ends.append(pot.balance)
            pot.dry.append(int(pot.short))
            pot.short = False
        owed, self.owed = self.owed, 0
        everybody, before = sum(people for _, people in inhabitants), 0
        for nis, people in inhabitants if owed > 0 else ():
            part = part_by_inhabitants(owed, before, before + people, everybody)
            self.transfer(minute, nis, ev.CLAW_BACK, MUNICIPALITY, FLANDERS, part)
            before += people

    def share_out(self, pot: Pot, minute: int) -> None:
        """Pay the claims of a year on a pot in proportion; what is not paid then never will be."""
        if not pot.sharing:
            return
        share = pro_rata_share(pot.balance, sum(cents for _, cents in pot.sharing))
        pot.short = pot.short or share < PARTS_PER_MILLION
        for nis, cents in pot.sharing:
            part = pro_rata_part(cents, share)
            self.reimburse(pot, minute, nis, part)
            self.unpaid += cents - part
        pot.sharing.clear()

    def refill(self, minute: int, levies: Callable[[float], Sequence[tuple[int, int]]]) -> None:
        """Begin a year: put money into the pots, then pay the claims that wait, the oldest first.

        `levies` returns (NIS code, cents) of every municipality for a levy per inhabitant.
        """
        for pot in self.pots:
            terms = pot.terms
            if terms.keeps:
                given = terms.per_year + (terms.opening if minute == 0 else 0)
                for nis, cents in levies(terms.levy) if terms.levy > 0.0 else ():
                    self.transfer(minute, nis, ev.LEVY, MUNICIPALITY, FUND, cents)
                    pot.balance += cents
                self.transfer(minute, EVERYBODY, ev.CONTRIBUTION, FLANDERS, FUND, given, terms.claw_back)
                pot.balance += given
            else:
                pot.balance = terms.per_year
            while pot.waiting and pot.balance > 0:
                nis, cents = pot.waiting[0]
                part = reimbursed_cents(cents, pot.balance)
                self.reimburse(pot, minute, nis, part)
                if part < cents:
                    pot.waiting[0] = (nis, cents - part)
                else:
                    del pot.waiting[0]
            pot.short = pot.short or bool(pot.waiting)

    def close(self) -> None:
        """At the horizon: claims that still wait stay unpaid."""
        self.unpaid += sum(cents for pot in self.pots for _, cents in pot.waiting)
