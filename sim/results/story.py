"""The story of one municipality in one future: dates, causes, waiting, costs and payers in plain sentences."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines import events as ev
from sim.model.policy.policy import CATEGORIES, PAYERS
from sim.model.world.municipalities import Municipality
from sim.model.world.world import World
from sim.rules.calendar import MINUTES_PER_DAY
from sim.rules.incident import MINOR, SEVERE
from sim.text import N_, Words, words

PAYER_SHARES = {
    "municipality": N_("the municipality {amount}"),
    "flanders": N_("Flanders {amount}"),
    "insurer": N_("the insurer {amount}"),
    "fund": N_("the solidarity fund {amount}"),
}
CATEGORY_NAMES = {
    "prevention": N_("prevention"),
    "response_capacity": N_("standing response teams"),
    "response": N_("response"),
    "recovery": N_("recovery"),
    "lost_revenue": N_("lost revenue"),
    "notification": N_("notifying citizens"),
    "ransom": N_("ransom"),
    "fraud": N_("payment fraud"),
    "supplier_bill": N_("the supplier's bill"),
}
TRANSFER_NAMES = {
    "premium": N_("insurance premiums"),
    "levy": N_("levies to the solidarity fund"),
    "contribution": N_("Flemish contributions to the solidarity fund"),
    "lump_sum": N_("lump sums"),
    "reimbursement": N_("claims paid back later"),
    "claw_back": N_("taken back from the Gemeentefonds"),
}
ENTRY_NAMES = {**CATEGORY_NAMES, **TRANSFER_NAMES}
"""What a posting can be for: a cost, or a transfer, which moves money between payers and costs nothing."""
BREAK_IN = {
    ev.DIRECT: N_("{when}: an attacker breaks in ({severity})."),
    ev.REPEAT: N_("{when}: an attacker breaks in ({severity}), drawn by the earlier incident."),
    ev.LATERAL: N_("{when}: an attacker breaks in through a supplier ({severity})."),
}
SEVERITY_NAMES = (N_("minor"), N_("significant"), N_("severe"))


@dataclass(frozen=True)
class Story:
    """One municipality's future. `incidents` and `postings` hold its own rows of the journals."""

    world: World
    town: Municipality
    replication: int
    incidents: NDArray[Any]
    rows: NDArray[np.int64]
    postings: NDArray[Any]

    def lines(self, language: str = "nl") -> list[str]:
        """Return the story as sentences, a paragraph an incident; small things are counted at the end."""
        say = words(language)
        head = say.say(
            "{name} ({inhabitants} inhabitants) in future {replication}:",
            name=self.town.name,
            inhabitants=say.number(self.town.population),
            replication=self.replication,
        )
        chapters = [
            self._incident(say, int(row), incident)
            for row, incident in zip(self.rows, self.incidents, strict=True)
            if not _small(incident)
        ]
        if not chapters:
            chapters = [say.say("No significant incident strikes in this future.")]
        return [head, *chapters, *self._small_things(say), *self._programmes(say)]

    def text(self, language: str = "nl") -> str:
        """Return the story with an empty line between its paragraphs."""
        return "\n\n".join(self.lines(language))

    def _moment(self, say: Words, minute: int) -> str:
        start = datetime.datetime.combine(self.world.start, datetime.time())
        return say.moment(start + datetime.timedelta(minutes=int(minute)))

    def _when(self, say: Words, minute: int) -> str:
        text = self._moment(say, minute)
        return text[0].upper() + text[1:]

    def _incident(self, say: Words, row: int, incident: Any) -> str:
        cause = int(incident["cause"])
        begun = self._when(say, incident["begun"])
        if cause == ev.PAYMENT_FRAUD:
            parts = [say.say("{when}: a payment goes to a fraudster.", when=begun)]
        elif cause == ev.CUT_OFF:
            parts = [say.say("{when}: a supplier is compromised and services stop.", when=begun)]
        else:
            severity = say.say(SEVERITY_NAMES[int(incident["severity"])])
            parts = [say.say(BREAK_IN[cause], when=begun, severity=severity)]
            parts += self._strike(say, incident)
        parts += self._response(say, incident)
        parts += self._ending(say, incident)
        parts += self._bill(say, self.postings[self.postings["incident"] == row])
        return " ".join(parts)

    def _strike(self, say: Words, incident: Any) -> list[str]:
        if incident["impact"] == ev.UNKNOWN:
            return [say.say("The intruder is still unseen when this future ends.")]
        dwelt = int(incident["impact"] - incident["begun"])
        parts = []
        if dwelt >= MINUTES_PER_DAY:
            parts.append(
                say.say(
                    "The intruder stays unseen for {duration}; systems go down on {when}.",
                    duration=say.duration(dwelt),
                    when=self._moment(say, incident["impact"]),
                )
            )
        delay = int(incident["discovered"] - incident["impact"]) if incident["discovered"] != ev.UNKNOWN else 0
        if delay > 0:
            parts.append(
                say.say(
                    "Nobody is at work: it takes {duration} before it is noticed.",
                    duration=say.duration(delay),
                )
            )
        if incident["exfiltrated"]:
            parts.append(say.say("Data of citizens are taken."))
        return parts

    def _response(self, say: Words, incident: Any) -> list[str]:
        parts = []
        if incident["team_start"] != ev.UNKNOWN:
            waited = int(incident["team_start"] - incident["discovered"])
            if incident["private"]:
                sentence = N_("After waiting {duration} without a response team, it hires private responders.")
                parts.append(say.say(sentence, duration=say.duration(waited)))
            elif waited > 0:
                parts.append(
                    say.say("A response team comes after {duration} in the queue.", duration=say.duration(waited))
                )
            else:
                parts.append(say.say("A response team starts at once."))
        elif incident["discovered"] != ev.UNKNOWN:
            parts.append(say.say("It is still waiting for a response team when this future ends."))
        if int(incident["severity"]) == SEVERE and incident["team_start"] != ev.UNKNOWN:
            parts.append(
                say.say("The backups are lost.") if incident["backups_lost"] else say.say("The backups are usable.")
            )
            demand = say.money(incident["demand_cents"] / 100, 2)
            if incident["ransom_cents"] > 0:
                paid = say.money(incident["ransom_cents"] / 100, 2)
                parts.append(say.say("The attackers ask {demand}; {paid} is paid.", demand=demand, paid=paid))
            else:
                parts.append(say.say("The attackers ask {demand}; nothing is paid.", demand=demand))
        return parts

    def _ending(self, say: Words, incident: Any) -> list[str]:
        if incident["impact"] == ev.UNKNOWN:
            return []
        if incident["open"]:
            return [say.say("When this future ends, not everything is back.")]
        back = int(incident["critical_back"] - incident["impact"])
        closed = int(incident["closed"] - incident["impact"])
        if closed - back < MINUTES_PER_DAY:
            return [say.say("Services are back after {duration}.", duration=say.duration(max(back, 1)))]
        return [
            say.say(
                "Critical services are back after {critical}, everything after {full}.",
                critical=say.duration(back),
                full=say.duration(closed),
            )
        ]

    def _bill(self, say: Words, postings: NDArray[Any]) -> list[str]:
        if len(postings) == 0:
            return []
        total = int(postings["cents"].sum())
        return [
            say.say(
                "The bill is {total} ({items}); paid by {payers}.",
                total=say.money(total / 100),
                items=self._items(say, postings),
                payers=self._payers(say, postings),
            )
        ]

    def _items(self, say: Words, postings: NDArray[Any]) -> str:
        present = sorted(set(postings["category"].tolist()))
        amounts = {ev.ENTRIES[c]: int(postings["cents"][postings["category"] == c].sum()) for c in present}
        return ", ".join(f"{say.say(ENTRY_NAMES[name])} {say.money(cents / 100)}" for name, cents in amounts.items())

    def _payers(self, say: Words, postings: NDArray[Any]) -> str:
        parts = []
        for index, payer in enumerate(PAYERS):
            amount = int(postings["cents"][postings["payer"] == index].sum())
            if amount:
                parts.append(say.say(PAYER_SHARES[payer], amount=say.money(amount / 100)))
        return ", ".join(parts)

    def _small_things(self, say: Words) -> list[str]:
        sentences = []
        minor = [i for i, incident in enumerate(self.incidents) if _small(incident) and incident["cause"] != ev.DENIAL]
        if minor:
            cost = int(sum(self.incidents["cost_cents"][i] for i in minor))
            sentence = N_("Besides, {n} minor break-ins and outages at suppliers cost {cost} together.")
            sentences.append(say.say(sentence, n=say.number(len(minor)), cost=say.money(cost / 100)))
        waves = int((self.incidents["cause"] == ev.DENIAL).sum())
        if waves:
            sentences.append(say.say("Its website is pushed off the net {n} times, for hours.", n=say.number(waves)))
        return [" ".join(sentences)] if sentences else []

    def _programmes(self, say: Words) -> list[str]:
        yearly = self.postings[self.postings["incident"] == ev.NATIONAL]
        costs = yearly[yearly["category"] < len(CATEGORIES)]
        sentences = []
        if len(costs):
            sentence = N_("Prevention and standing teams cost {total} over the whole period; paid by {payers}.")
            total = say.money(int(costs["cents"].sum()) / 100)
            sentences.append(say.say(sentence, total=total, payers=self._payers(say, costs)))
        own = yearly[(yearly["category"] >= len(CATEGORIES)) & (yearly["payer"] == ev.MUNICIPALITY)]
        for gives, sentence in ((True, N_("Besides, it pays {items}.")), (False, N_("It receives {items}."))):
            some = own[own["cents"] > 0] if gives else own[own["cents"] < 0]
            if len(some):
                some = some.copy()
                some["cents"] = abs(some["cents"])
                sentences.append(say.say(sentence, items=self._items(say, some)))
        return [" ".join(sentences)] if sentences else []


def _small(incident: Any) -> bool:
    """Return whether an incident is only counted: a minor break-in, a wave, or one application of a supplier."""
    cause = int(incident["cause"])
    if cause == ev.CUT_OFF:
        return bool(incident["team_start"] == ev.UNKNOWN and incident["discovered"] == ev.UNKNOWN)
    return cause != ev.PAYMENT_FRAUD and int(incident["severity"]) == MINOR


def tell(world: World, town: Municipality, postings: NDArray[Any], incidents: NDArray[Any], replication: int) -> Story:
    """Return the story of a municipality from the journals of a future."""
    rows = np.flatnonzero(incidents["nis"] == town.nis)
    rows = rows[np.argsort(incidents["begun"][rows], kind="stable")]
    return Story(world, town, replication, incidents[rows], rows, postings[postings["nis"] == town.nis])
