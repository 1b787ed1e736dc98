"""The reference engine: the model as SimPy processes, to be read.

A future unfolds like this. Every 1 January the budgets are paid. Attackers knock on each municipality's door; some get
in. An intruder dwells, strikes, and is discovered; the municipality calls a response team and waits its turn; the
team looks at the backups, somebody decides about the ransom, and services come back one by one. Suppliers fall and
take their customers with them. Every cost is posted when it arises.

The arithmetic is in `sim.rules`, the dice in `tape.py` and `sim.rules.chance`; this file is about time. A future is
built up file by file: what all processes share (`shared.py`), those who help (`response.py`), what happens after a
break-in (`break_ins.py`), losses that need none (`losses.py`). The 1st of January stands in `budgets.py`, programmes in
`grants.py`, who pays in `payments.py` and `pots.py`, what is written down in `incident_log.py`.
"""

from __future__ import annotations

import gc
from typing import Any

import numpy as np

from sim.engines import events as ev
from sim.engines.reference.clock import Process
from sim.engines.reference.losses import Losses
from sim.engines.reference.town import Town
from sim.engines.setting import Outcome, Setting
from sim.engines.tape import deal, sky_over
from sim.rules import chance


class Future(Losses):
    """One replication: one policy on one tape."""

    # --- policy and budgets --------------------------------------------------------------------------------------

    def phases(self) -> Process:
        """The action plan: on its dates the policy changes."""
        for number, stage in enumerate(self.setting.policy.stages[1:], start=1):
            yield self.at(stage.begins, ev.PHASE, chance.WORLD, number)
            self.begin(number)
            self.treasury.change(number, int(self.env.now))
            yield self.at(stage.begins, ev.RELEASED, chance.WORLD, number)
            self.staff()

    def budgets(self) -> Process:
        """Every 1 January: accounts are settled, each municipality decides on its prevention."""
        for year, start in enumerate(self.world.year_starts[:-1]):
            if year > 0:
                yield self.at(start, ev.SETTLED, chance.WORLD, year)
                self.treasury.end_year(start - 1)
            yield self.at(start, ev.BUDGET, chance.WORLD, year)
            self.treasury.new_year(year, start)

    def programmes(self) -> None:
        """Let each municipality join each grant when its day comes, or before the start."""
        for minute, number, town in self.treasury.plan_joining(self.seed, self.tape.replication):
            self.env.process(self.joining(number, town, minute))

    def joining(self, number: int, town: Town, minute: int) -> Process:
        """A municipality joins a grant."""
        yield self.at(minute, ev.JOINED, town.nis, number)
        self.treasury.join(number, town, int(self.env.now))

    # --- the whole future ----------------------------------------------------------------------------------------

    def run(self) -> Outcome:
        """Play the future from the first minute to the horizon and hand over its journals."""
        self.env.process(self.phases())
        self.env.process(self.budgets())
        self.programmes()
        self.env.process(self.waves())
        self.env.process(self.suppliers())
        for position in range(len(self.towns)):
            self.env.process(self.attacks(position))
            self.env.process(self.frauds(position))
        collecting = gc.isenabled()
        gc.disable()  # a future makes no garbage in circles, and looking for it costs a third of the time
        try:
            self.env.run(until=self.world.horizon)
        finally:
            if collecting:
                gc.enable()
        self.books.close()
        self.treasury.end_year(self.world.horizon - 1)
        self.accounts.close()
        yearly: list[Any] = [*self.accounts.pots, *self.treasury.memberships]
        years = len(self.world.year_starts) - 1
        postings, incidents = self.books.journals()
        return Outcome(
            replication=self.tape.replication,
            postings=postings,
            incidents=incidents,
            supplier_events=self.supplier_events,
            blocked=self.blocked,
            tape_digest=int(self.tape.digest),
            balances=np.array([budget.ends for budget in yearly], dtype=np.int64).reshape(-1, years),
            dry=np.array([budget.dry for budget in yearly], dtype=np.int64).reshape(-1, years),
            unpaid_cents=self.accounts.unpaid,
        )


def run(setting: Setting, seed: int, replication: int) -> Outcome:
    """Return the journals of one future of a policy in a world."""
    return Future(setting, seed, deal(sky_over(setting.world, seed), replication)).run()
