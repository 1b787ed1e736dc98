"""What the processes of the reference engine share: the clock, the dice, who pays, and the policy in force."""

from __future__ import annotations

import simpy

from sim.engines import events as ev
from sim.engines.reference.budgets import Treasury
from sim.engines.reference.clock import Moment
from sim.engines.reference.incident_log import Books, Row
from sim.engines.reference.payments import Claimant
from sim.engines.reference.pots import Pots
from sim.engines.reference.town import Town
from sim.engines.setting import Setting
from sim.engines.stocks import IDENTITY
from sim.engines.tape import Tape
from sim.rules import budgets, chance, ransom
from sim.rules import incident as incident_rules
from sim.rules.calendar import on_tick


class Scene:
    """One policy on one tape: where a future takes place, and what may be asked there at this minute."""

    def __init__(self, setting: Setting, seed: int, tape: Tape) -> None:
        self.seed = seed
        self.tape = tape
        self.world = setting.world
        self.choices = setting.policy.choices
        self.setting = setting
        self.env = simpy.Environment(initial_time=0)
        stages = setting.policy.stages
        self.accounts = Pots(
            setting.policy.layers, self.world.year_starts, stages[0].pots, inhabitants=setting.inhabitants
        )
        self.books = Books(self.env, self.world, self.accounts, self.claimant)
        self.incidents = self.books.incidents
        self.blocked = self.supplier_events = 0
        start, targets = setting.all_stocks()
        self.towns = [
            Town(
                position, nis, inhabitants, levels, goals, incident_rules.cost_size(float(inhabitants), self.world.bill)
            )
            for position, nis, inhabitants, levels, goals in zip(
                range(len(self.world.nis)),
                self.world.nis.tolist(),
                self.world.inhabitants.tolist(),
                start.tolist(),
                targets.tolist(),
                strict=True,
            )
        ]
        self.treasury = Treasury(setting, self.towns, self.accounts)
        self.begin(0)

    def at(self, minute: int, kind: int, entity: int, index: int) -> Moment:
        """Return the event to wait for: the first tick of the clock at or after `minute`, in the order of its key."""
        return Moment(self.env, on_tick(minute, self.world.tick), ev.key(kind, entity, index))

    def draw(self, town: Town, number: int, purpose: int) -> float:
        """Return the uniform number at the address of an incident of a municipality."""
        return chance.uniform(self.seed, self.tape.replication, town.nis, number, purpose)

    def draw_cost(self, town: Town, number: int) -> float:
        """Return the uniform number behind the size of a bill: the second at the address of the class."""
        return chance.second_uniform(self.seed, self.tape.replication, town.nis, number, chance.CLASS)

    def stock(self, town: Town, measure: int) -> float:
        """Return a coverage (or the effective spend) at this minute."""
        return self.treasury.stock(town, measure, int(self.env.now))

    def claimant(self, town: Town, record: Row, common: int) -> Claimant:
        """Return what layers may ask about an incident; whether its claims are denied is settled at the first one."""
        verdict: list[bool] = []

        def denied() -> bool:
            if not verdict:
                chances = budgets.denial_probability(self.stock(town, IDENTITY), self.world.funding)
                purpose = ev.denial_purpose(record["cause"])
                verdict.append(self.draw(town, record["number"], purpose) < chances)
            return verdict[0]

        return Claimant(
            meets=lambda requirement: self.treasury.meets(town, requirement, int(self.env.now)),
            insured=bool(self.setting.plan.insured[self.treasury.cover][town.position]),
            denied=denied,
            deductible=self.setting.policy.stages[self.treasury.cover].choices.deductible,
            cause=common,
        )

    # --- the policy ----------------------------------------------------------------------------------------------

    def begin(self, number: int) -> None:
        """Go on under a stage of the policy."""
        stage = self.setting.policy.stages[number]
        now = int(self.env.now)
        if self.setting.policy.stages[self.treasury.stage].delivery != stage.delivery:  # another pace of building
            for town in self.towns:
                town.move(self.treasury.stocks_now(town, now), now)
        self.treasury.stage = number
        self.choices = stage.choices
        self.accounts.begin(stage)
        self.deterrence = ransom.deterrence_factor(self.choices, self.world.extortion)
