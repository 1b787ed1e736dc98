"""The books of one future of the reference engine: the incident log, outages that last, bills that accrue."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.engines import events as ev
from sim.engines.events import MUNICIPALITY
from sim.engines.reference.payments import Accounts, Claimant
from sim.engines.reference.town import Town
from sim.rules import incident as incident_rules
from sim.rules.funding import elapsed_part
from sim.rules.terms import WorldArrays

Row = dict[str, int]
BLANK: Row = (
    dict.fromkeys(ev.INCIDENT.names or (), ev.UNKNOWN)
    | dict.fromkeys(("private", "backups_lost", "exfiltrated", "demand_cents", "ransom_cents"), 0)
    | dict.fromkeys(("cost_cents", "harm_cents", "person_minutes", "open"), 0)
)


@dataclass
class Outage:
    """Services that are out: `waiting` holds, for each, its share of all services and its place in the restoring."""

    town: Town
    since: int
    share: float  # of the systems, beside other outages
    waiting: list[tuple[float, float]]
    alone: float  # the share that it takes where there is no other outage


@dataclass
class Bill:
    """Recovery and lost revenue that accrue until the critical services are back."""

    town: Town
    begun: int
    due: int
    amounts: tuple[tuple[int, int], ...] = field(default=())  # (category, cents)


class Books:
    """The incident log and the accounts of one future, kept on the clock of its environment."""

    def __init__(
        self,
        env: simpy.Environment,
        world: WorldArrays,
        accounts: Accounts,
        claimant: Callable[[Town, Row, int], Claimant],
    ) -> None:
        self.env = env
        self.world = world
        self.accounts = accounts
        self.claimant = claimant  # of an incident of a municipality, with its common cause
        self.claimants: list[Claimant] = []
        self.incidents: list[Row] = []
        self.outages: dict[int, Outage] = {}
        self.bills: dict[int, Bill] = {}

    def open_record(
        self, town: Town, number: int, cause: int, severity: int, common: int = ev.UNKNOWN, **known: int
    ) -> int:
        """Write a new row into the incident log and return its number; `common` is the compromise behind it."""
        row = BLANK | {"nis": town.nis, "number": number, "cause": cause, "severity": severity}
        self.incidents.append(row | {"begun": int(self.env.now)} | known)
        self.claimants.append(self.claimant(town, self.incidents[-1], common))
        return len(self.incidents) - 1

    def charge(self, town: Town, row: int, category: int, amount: int) -> None:
        """Post a cost of an incident."""
        if amount > 0:
            self.incidents[row]["cost_cents"] += amount
            minute, begun = min(int(self.env.now), self.world.horizon - 1), len(self.accounts.postings)
            self.accounts.post(minute, town.nis, category, amount, row, self.claimants[row])
            year = bisect_right(self.world.year_starts, minute) - 1
            town.burden[year] += sum(p[4] for p in self.accounts.postings[begun:] if p[3] == MUNICIPALITY)

    def lose(self, row: int, town: Town, share: float, services: tuple[tuple[float, float], ...]) -> None:
        """Let services go out: `share` of the systems behind each of them."""
        self.outages[row] = Outage(town, int(self.env.now), share, list(services), share)

    def regain(self, row: int, service: tuple[float, float]) -> None:
        """Bring a service back, and book what citizens missed."""
        outage = self.outages[row]
        outage.waiting.remove(service)
        self.miss(row, outage, service[0])

    def share_out(self, row: int, taken: float) -> None:
        """Let an outage of everything go on beside another one that has taken a share of the systems."""
        outage = self.outages[row]
        self.miss(row, outage, 1.0)
        outage.since, outage.share = int(self.env.now), incident_rules.left_to_miss(outage.alone, taken)

    def miss(self, row: int, outage: Outage, weight: float) -> None:
        """Book the person-minutes without a service, and their value, in the incident log."""
        elapsed = int(self.env.now) - outage.since
        lost = incident_rules.person_minutes(outage.town.inhabitants, outage.share, weight, elapsed)
        self.incidents[row]["person_minutes"] += lost
        self.incidents[row]["harm_cents"] += incident_rules.harm_cents(lost, self.world.outage.value_of_service_day)

    def settle(self, row: int) -> None:
        """Post what has accrued of a bill: all of it once it is due."""
        bill = self.bills.pop(row)
        for category, amount in bill.amounts:
            accrued = elapsed_part(amount, bill.begun, bill.due, int(self.env.now))
            self.charge(bill.town, row, category, accrued)

    def close(self) -> None:
        """At the horizon: book what open incidents have cost and taken from citizens so far, and flag them."""
        for row, outage in self.outages.items():
            for weight, _ in outage.waiting:
                self.miss(row, outage, weight)
        for row in sorted(self.bills):
            self.settle(row)
        for record in self.incidents:
            record["open"] = int(record["closed"] == ev.UNKNOWN)

    def journals(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the postings and the incident log as arrays (events.POSTING, events.INCIDENT)."""
        rows = [tuple(row.values()) for row in self.incidents]  # BLANK has the fields in order
        return np.array(self.accounts.postings, dtype=ev.POSTING), np.array(rows, dtype=ev.INCIDENT)
