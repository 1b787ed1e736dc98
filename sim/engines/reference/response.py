"""Response in the reference engine: discovery, the queue for the response teams, and private responders."""

from __future__ import annotations

from typing import Any

import simpy

from sim.engines import events as ev
from sim.engines.reference.clock import Moment, Process
from sim.engines.reference.shared import Scene
from sim.engines.reference.town import Town
from sim.engines.setting import Setting
from sim.engines.tape import Tape
from sim.rules import chance
from sim.rules import incident as incident_rules
from sim.rules.terms import UNLIMITED

FIRST_IN_LINE = -(1 << 60)  # the place of a team that is no longer paid for


class Response(Scene):
    """Those who help, and how long one waits for them."""

    def __init__(self, setting: Setting, seed: int, tape: Tape) -> None:
        super().__init__(setting, seed, tape)
        most = max(stage.choices.teams for stage in setting.policy.stages)
        self.pool = simpy.PriorityResource(self.env, most) if most > 0 else None
        self.unpaid_teams: list[Any] = []  # teams that stand ready under another stage of the policy
        self.staff()

    def staff(self) -> None:
        """Have as many teams stand ready as the stage of the policy pays for."""
        if self.pool is not None:
            now, idle = int(self.env.now), self.pool.capacity - self.choices.teams
            while len(self.unpaid_teams) < idle:
                place = (FIRST_IN_LINE, now, len(self.unpaid_teams))
                self.unpaid_teams.append(self.pool.request(priority=place))  # type: ignore[arg-type]
            while len(self.unpaid_teams) > idle:
                team = self.unpaid_teams.pop()
                if team.triggered:
                    self.pool.release(team)
                else:
                    team.cancel()

    def discover(self, town: Town, number: int, row: int) -> None:
        """The municipality sees what happened, and calls for help; citizens whose data left the house are told."""
        record = self.incidents[row]
        record["discovered"] = int(self.env.now)
        if self.draw(town, number, chance.EXFILTRATION) < self.world.intrusion.exfiltration:
            record["exfiltrated"] = 1
            amount = incident_rules.notification_cents(town.inhabitants, self.world.bill)
            self.books.charge(town, row, ev.NOTIFICATION, amount)

    def respond(self, town: Town, number: int, row: int, severity: int, mean_days: float) -> Process:
        """Wait for a response team from the pool, or for private responders once patience is over."""
        record, choices, now = self.incidents[row], self.choices, int(self.env.now)
        work = incident_rules.team_minutes(self.draw(town, number, chance.TEAM_DAYS), mean_days, self.world.team)
        if choices.teams != UNLIMITED:
            patience: Moment | None = None
            if choices.private_after_minutes != UNLIMITED:
                patience = self.at(now + choices.private_after_minutes, ev.PATIENCE, town.nis, number)
            if self.pool is None:
                assert patience is not None, "without teams there must be private responders"
                yield patience
                record["private"] = 1
            else:
                request = self.pool.request(priority=(self.rank(town, severity), now, town.nis))  # type: ignore[arg-type]
                if not request.triggered:
                    yield request if patience is None else request | patience
                if request.triggered:
                    self.env.process(self.release(town, number, int(self.env.now) + work, request))
                else:
                    request.cancel()
                    record["private"] = 1
        record["team_start"] = int(self.env.now)
        record["team_end"] = int(self.env.now) + work

    def rank(self, town: Town, severity: int) -> int:
        """Return the place in the queue that the policy gives; smaller is sooner."""
        return (0, -severity, -town.inhabitants)[self.choices.discipline]

    def release(self, town: Town, number: int, end: int, request: Any) -> Process:
        """Send the team back to the pool when its work is done."""
        yield self.at(end, ev.RELEASED, town.nis, number)
        assert self.pool is not None
        self.pool.release(request)
