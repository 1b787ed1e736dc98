"""The books of one future: every cost finds its payers the moment it arises, every outage is counted until it ends."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.engines import events as ev
from sim.model.arrays import NO_LIMIT, PARTS_PER_MILLION, LayerTerms, WorldArrays
from sim.rules import incident as incident_rules
from sim.rules.funding import elapsed_part, layer_payment

Row = dict[str, int]
ALL_THE_REST = (
    PARTS_PER_MILLION,
    NO_LIMIT,
    NO_LIMIT,
    NO_LIMIT,
    -NO_LIMIT,
    NO_LIMIT,
)  # the terms of a bare layer
BLANK: Row = (
    dict.fromkeys(ev.INCIDENT.names or (), ev.UNKNOWN)
    | dict.fromkeys(("private", "backups_lost", "exfiltrated", "demand_cents", "ransom_cents"), 0)
    | dict.fromkeys(("cost_cents", "harm_cents", "person_minutes", "open"), 0)
)

Posting = tuple[int, int, int, int, int, int]
"""Minute, NIS code, category, payer, cents, row of the incident: the layout of `events.POSTING`."""


class Accounts:
    """Books of one future. What a cost is split into is the policy's; that it adds up is checked here."""

    def __init__(self, layers: tuple[tuple[LayerTerms, ...], ...], year_starts: tuple[int, ...]) -> None:
        self.layers = layers
        self.year_starts = year_starts
        self.postings: list[Posting] = []
        self._paid_this_year: defaultdict[tuple[int, int, int, int], int] = defaultdict(int)

    def post(self, minute: int, nis: int, category: int, cents: int, incident: int) -> None:
        """Let a cost of `cents` flow through the layers of its category until nothing is left.

        Each (incident, category) is posted once, or in parts that share no limit per event.
        """
        left = cents
        year = bisect_right(self.year_starts, minute) - 1
        for position, layer in enumerate(self.layers[category]):
            if left == 0:
                return
            if layer[1:] == ALL_THE_REST:
                self.postings.append((minute, nis, category, layer.payer, left, incident))
                return
            if not layer.begins <= minute < layer.ends:
                continue
            account = (nis, category, position, year)
            payment = layer_payment(
                left,
                layer.share,
                layer.first,
                layer.limit_per_event,
                layer.limit_per_year - self._paid_this_year[account],
            )
            if payment > 0:
                self._paid_this_year[account] += payment
                self.postings.append((minute, nis, category, layer.payer, payment, incident))
                left -= payment
        if left != 0:
            raise AssertionError(f"{left} cents of category {category} found no payer; the last layer must take all")


@dataclass
class Town:
    """A municipality during one future: how well it is covered, and whether it is in trouble."""

    nis: int
    inhabitants: int
    levels: list[float]
    targets: list[float]
    cost_size: float
    levels_at: int = 0
    open_row: int = ev.UNKNOWN  # row of the incident that keeps it busy
    last_closed: int = ev.UNKNOWN  # row of the latest closed incident: only its aftermath goes on


@dataclass
class Outage:
    """Services that are out: `waiting` holds, for each, its share of all services and its place in the restoring."""

    town: Town
    since: int
    share: float
    waiting: list[tuple[float, float]]


@dataclass
class Bill:
    """Recovery and lost revenue that accrue until the critical services are back."""

    town: Town
    begun: int
    due: int
    amounts: tuple[tuple[int, int], ...] = field(default=())  # (category, cents)


class Books:
    """The incident log and the accounts of one future, kept on the clock of its environment."""

    def __init__(self, env: simpy.Environment, world: WorldArrays, layers: tuple[tuple[LayerTerms, ...], ...]) -> None:
        self.env = env
        self.world = world
        self.accounts = Accounts(layers, world.year_starts)
        self.incidents: list[Row] = []
        self.outages: dict[int, Outage] = {}
        self.bills: dict[int, Bill] = {}

    def open_record(self, town: Town, number: int, cause: int, severity: int, **known: int) -> int:
        """Write a new row into the incident log and return its number."""
        row = BLANK | {"nis": town.nis, "number": number, "cause": cause, "severity": severity}
        self.incidents.append(row | {"begun": int(self.env.now)} | known)
        return len(self.incidents) - 1

    def charge(self, town: Town, row: int, category: int, amount: int) -> None:
        """Post a cost of an incident."""
        if amount > 0:
            self.incidents[row]["cost_cents"] += amount
            self.accounts.post(min(int(self.env.now), self.world.horizon - 1), town.nis, category, amount, row)

    def lose(self, row: int, town: Town, share: float, services: tuple[tuple[float, float], ...]) -> None:
        """Let services go out: `share` of the systems behind each of them."""
        self.outages[row] = Outage(town, int(self.env.now), share, list(services))

    def regain(self, row: int, service: tuple[float, float]) -> None:
        """Bring a service back, and book what citizens missed."""
        outage = self.outages[row]
        outage.waiting.remove(service)
        self.miss(row, outage, service[0])

    def miss(self, row: int, outage: Outage, weight: float) -> None:
        """Book the person-minutes without a service, and their value, in the incident log."""
        elapsed = int(self.env.now) - outage.since
        lost = incident_rules.person_minutes(outage.town.inhabitants, outage.share * weight, elapsed)
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
