"""Outcomes of one future: the key figures and what each municipality bore."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines import events as ev
from sim.engines.setting import Outcome
from sim.model.arrays import WorldArrays
from sim.model.policy import CATEGORIES, PAYERS
from sim.results.ledger import by_payer_and_category, ledger_hash, sums
from sim.rules.calendar import MINUTES_PER_DAY
from sim.rules.incident import SEVERE, SIGNIFICANT

KPIS = {
    "cash_cost_eur": "EUR",
    "cost_municipality_eur": "EUR",
    "cost_flanders_eur": "EUR",
    "cost_insurer_eur": "EUR",
    "cost_fund_eur": "EUR",
    "prevention_cost_eur": "EUR",
    "incident_cost_eur": "EUR",
    "ransom_paid_eur": "EUR",
    "citizen_harm_eur": "EUR",
    "outage_person_days": "person-days",
    "break_ins": "break-ins",
    "significant_incidents": "incidents",
    "severe_incidents": "incidents",
    "supplier_events": "events",
    "team_wait_days_mean": "days",
    "worst_year_cost_eur": "EUR",
    "municipalities_in_distress": "municipalities",
}
"""The key figures of one future, over the whole horizon unless the name says otherwise, and their units."""

PROGRAMMES = ("prevention", "response_capacity")
"""Categories that are paid every year, whatever happens; the others arise from incidents."""

INTRUSIONS = (ev.DIRECT, ev.REPEAT, ev.LATERAL)


@dataclass(frozen=True)
class Summary:
    """What is kept of a future: about 6 kB for 300 municipalities. Money in cents, vectors in order of NIS code."""

    replication: int
    kpis: NDArray[np.float64]  # (len(KPIS),)
    payments: NDArray[np.int64]  # (payers, categories)
    years: NDArray[np.int64]  # (years,) cash cost by calendar year
    own: NDArray[np.int64]  # (n,) paid by the municipality itself
    cash: NDArray[np.int64]  # (n,) cash cost that arose there, whoever paid
    person_minutes: NDArray[np.int64]  # (n,) without service
    serious: NDArray[np.int16]  # (n,) significant and severe incidents
    ledger_hash: int
    tape_digest: int


def summarise(outcome: Outcome, world: WorldArrays) -> Summary:
    """Return the outcomes of one future."""
    postings, incidents = outcome.postings, outcome.incidents
    town = np.searchsorted(world.nis, postings["nis"])
    year = np.searchsorted(np.array(world.year_starts), postings["minute"], side="right") - 1
    n, years = len(world.nis), len(world.year_starts) - 1
    payments = by_payer_and_category(postings)
    by_year = sums(postings["cents"], (year, years))
    own = postings["payer"] == PAYERS.index("municipality")
    victim = np.searchsorted(world.nis, incidents["nis"])
    intrusion = np.isin(incidents["cause"], INTRUSIONS)
    serious = intrusion & (incidents["severity"] >= SIGNIFICANT)
    person_minutes = sums(incidents["person_minutes"], (victim, n))
    programme = [CATEGORIES.index(name) for name in PROGRAMMES]
    payer_totals = payments.sum(axis=1)
    prevention = int(payments[:, programme].sum())
    cash = int(payments.sum())
    figures: dict[str, float] = {
        "cash_cost_eur": cash / 100,
        **{f"cost_{payer}_eur": int(payer_totals[i]) / 100 for i, payer in enumerate(PAYERS)},
        "prevention_cost_eur": prevention / 100,
        "incident_cost_eur": (cash - prevention) / 100,
        "ransom_paid_eur": int(payments[:, CATEGORIES.index("ransom")].sum()) / 100,
        "citizen_harm_eur": int(incidents["harm_cents"].sum()) / 100,
        "outage_person_days": int(person_minutes.sum()) / MINUTES_PER_DAY,
        "break_ins": int(intrusion.sum()),
        "significant_incidents": int((intrusion & (incidents["severity"] == SIGNIFICANT)).sum()),
        "severe_incidents": int((intrusion & (incidents["severity"] == SEVERE)).sum()),
        "supplier_events": outcome.supplier_events,
        "team_wait_days_mean": _mean_wait(incidents),
        "worst_year_cost_eur": int(by_year.max()) / 100,
        "municipalities_in_distress": _in_distress(postings, town, year, world),
    }
    return Summary(
        replication=outcome.replication,
        kpis=np.array([figures[name] for name in KPIS], dtype=np.float64),
        payments=payments,
        years=by_year,
        own=sums(postings["cents"][own], (town[own], n)),
        cash=sums(postings["cents"], (town, n)),
        person_minutes=person_minutes,
        serious=np.bincount(victim[serious], minlength=n).astype(np.int16),
        ledger_hash=ledger_hash(postings),
        tape_digest=outcome.tape_digest,
    )


def _mean_wait(incidents: NDArray[Any]) -> float:
    """Return the mean days between discovery and the arrival of responders, over those that arrived; zero if none."""
    helped = incidents[incidents["team_start"] != ev.UNKNOWN]
    if len(helped) == 0:
        return 0.0
    return int((helped["team_start"] - helped["discovered"]).sum()) / len(helped) / MINUTES_PER_DAY


def _in_distress(postings: NDArray[Any], town: NDArray[np.int64], year: NDArray[np.int64], world: WorldArrays) -> int:
    """Return how many municipalities paid, in some year, more for incidents than a share of operating spend."""
    programme = [CATEGORIES.index(name) for name in PROGRAMMES]
    counted = (postings["payer"] == PAYERS.index("municipality")) & ~np.isin(postings["category"], programme)
    burden = sums(
        postings["cents"][counted],
        (town[counted], len(world.nis)),
        (year[counted], len(world.year_starts) - 1),
    )
    threshold = world.distress_share * world.operating_spend * 100.0 * world.inhabitants
    return int((burden.max(axis=1) > threshold).sum())
