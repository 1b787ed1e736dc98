"""So many places for so many visitors: who finds none waits in a line, with one ticket each, and keeps his place in it.

A visitor who moves on before his turn asks for something else, and that takes over the ticket. One who is gone leaves a
ticket that nobody waits with: it stands in nobody's way, and is thrown away after a while.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from collections.abc import Callable, Hashable, Iterator

KEPT = 30.0
"""Seconds for which the place of somebody who stopped waiting is kept: a move takes less, a broken line comes back."""
PATIENCE = 2
"""How often somebody who moves on during his turn is the first one again; then he goes to the end, like others."""
_BEAT = 0.25  # seconds


class Ticket:
    """A visitor's place in the line, for what he asked for last."""

    def __init__(self, places: Places, who: Hashable, number: int, broken_off: int) -> None:
        self.who, self.number, self.broken_off = who, number, broken_off
        self.left: float | None = None
        """Since when nobody waits with it; None while somebody does."""
        self.turn = threading.Event()
        """Set when its turn has come."""
        self.steady = False
        """Whether the turn is not to be broken off: it was before, and others wait for a turn that is of use."""
        self._places = places

    def wait(self, seconds: float) -> bool:
        """Wait for the turn, for at most so long; return whether it has come."""
        return self.turn.wait(seconds)

    @property
    def before(self) -> int:
        """How many are served now or come before."""
        return self._places.before(self)

    def end(self) -> None:
        """Give the place back, with all done that was asked for. The visitor's next ticket stands at the end."""
        self._places.end(self)

    def leave(self) -> None:
        """Stop waiting, or break off during the turn; whoever asks again soon has the same place in the line."""
        self._places.leave(self)


class Places:
    """So many places, given in the order of asking."""

    def __init__(self, count: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.count = count
        self._clock = clock
        self._numbers = itertools.count()
        self._line: dict[Hashable, Ticket] = {}
        self._served: set[Ticket] = set()
        self._guard = threading.Lock()

    @property
    def people(self) -> int:
        """How many have a place or wait for one."""
        with self._guard:
            return len(self._served) + sum(ticket.left is None for ticket in self._line.values())

    def before(self, ticket: Ticket) -> int:
        """How many are served or come before this ticket."""
        with self._guard:
            ahead = (one for one in self._line.values() if one.left is None and one.number < ticket.number)
            return len(self._served - {ticket}) + sum(1 for _ in ahead)

    def ask(self, who: Hashable) -> Ticket:
        """Return the ticket of a visitor for what he asks now: in the place of the one that he has in the line."""
        with self._guard:
            self._forget()
            old = self._line.pop(who, None)
            if old is None:
                ticket = Ticket(self, who, next(self._numbers), 0)
            else:
                ticket = Ticket(self, who, old.number, old.broken_off)
            self._line[who] = ticket
            self._serve()
            return ticket

    def end(self, ticket: Ticket) -> None:
        """See Ticket.end; nothing where the ticket has no place any more."""
        with self._guard:
            if ticket in self._served:
                self._served.remove(ticket)
                self._serve()

    def leave(self, ticket: Ticket) -> None:
        """See Ticket.leave; nothing where another ticket of the visitor took over."""
        with self._guard:
            if self._line.get(ticket.who) is ticket:
                ticket.left = self._clock()
            elif ticket in self._served:
                self._served.remove(ticket)
                self._back(ticket)
                self._serve()

    @contextlib.contextmanager
    def turn(self, who: Hashable, waits: Callable[[int], object]) -> Iterator[Ticket]:
        """Wait for a place, and give it back in the end.

        `waits` is called again and again, with how many come before; what it raises ends the waiting. Who is broken
        off by that, or during the turn, and asks again, goes on from the same place in the line.
        """
        ticket = self.ask(who)
        try:
            while not ticket.wait(_BEAT):
                waits(ticket.before)
            yield ticket
        except BaseException:
            ticket.leave()
            raise
        ticket.end()

    def _serve(self) -> None:
        """Give the places that are free to the first ones in the line."""
        while len(self._served) < self.count:
            waiting = [ticket for ticket in self._line.values() if ticket.left is None]
            if not waiting:
                return
            first = min(waiting, key=lambda ticket: ticket.number)
            del self._line[first.who]
            self._served.add(first)
            first.steady = first.broken_off > 0 and len(waiting) > 1
            first.turn.set()

    def _back(self, ticket: Ticket) -> None:
        """Put the ticket of a turn that was broken off back into the line, in front if that was not often so."""
        if ticket.who in self._line:  # he asked for something else already
            return
        often = ticket.broken_off >= PATIENCE
        number, broken_off = (next(self._numbers), 0) if often else (ticket.number, ticket.broken_off + 1)
        back = self._line[ticket.who] = Ticket(self, ticket.who, number, broken_off)
        back.left = self._clock()

    def _forget(self) -> None:
        """Throw away the tickets that nobody came back for."""
        late = self._clock() - KEPT
        for who in [who for who, ticket in self._line.items() if ticket.left is not None and ticket.left < late]:
            del self._line[who]
