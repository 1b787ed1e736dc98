"""Outcomes of one future: the key figures and what each municipality bore."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.engines import events as ev
from sim.engines.digests import ledger_hash
from sim.engines.setting import Outcome
from sim.model.kpis import KPIS
from sim.model.policy.policy import CATEGORIES, PAYERS
from sim.results.ledger import by_payer_and_category, sums
from sim.rules.budgets import distress_limit, in_distress
from sim.rules.calendar import MINUTES_PER_DAY
from sim.rules.incident import SEVERE, SIGNIFICANT
from sim.rules.terms import WorldArrays

if TYPE_CHECKING:
    from sim.engines.compiled.loop import Chunk

__all__ = ["INTRUSIONS", "KPIS", "Summary", "key_figures", "summaries_of", "summarise"]

_PROGRAMMES = list(ev.PROGRAMMES)
_RANSOM = CATEGORIES.index("ransom")
INTRUSIONS = (ev.DIRECT, ev.REPEAT, ev.LATERAL)


@dataclass(frozen=True, slots=True)
class Summary:
    """What is kept of a future: about 6 kB for 300 municipalities. Money in cents, vectors in order of NIS code."""

    replication: int
    kpis: NDArray[np.float64]  # (len(KPIS),)
    payments: NDArray[np.int64]  # (payers, entries): costs, then transfers, which add up to zero
    years: NDArray[np.int64]  # (years,) cash cost by calendar year
    own: NDArray[np.int64]  # (n,) paid by the municipality itself
    cash: NDArray[np.int64]  # (n,) cash cost that arose there, whoever paid
    person_minutes: NDArray[np.int64]  # (n,) without service
    serious: NDArray[np.int16]  # (n,) significant and severe incidents
    balances: NDArray[np.int64]  # (pots and grants, years) cents left at the end of each year
    dry: NDArray[np.bool_]  # (pots and grants, years) where a claim met an empty pot
    ledger_hash: int
    tape_digest: int


def key_figures(counts: NDArray[Any], payments: NDArray[np.int64], years: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the key figures of futures, in the order of KPIS: shape (r, len(KPIS)).

    `counts` has shape (r,) and the fields of events.COUNTS, `payments` has (r, payers, entries), `years` (r, y). The
    wait is over those to whom responders came, zero if to none.
    """
    cash, by_payer = payments.sum(axis=(1, 2)), payments.sum(axis=2)
    prevention = payments[:, :, _PROGRAMMES].sum(axis=(1, 2))
    figures = {
        "cash_cost_eur": cash / 100,
        **{f"cost_{payer}_eur": by_payer[:, place] / 100 for place, payer in enumerate(PAYERS)},
        "prevention_cost_eur": prevention / 100,
        "incident_cost_eur": (cash - prevention) / 100,
        "ransom_paid_eur": payments[:, :, _RANSOM].sum(axis=1) / 100,
        "citizen_harm_eur": counts["harm_cents"] / 100,
        "outage_person_days": counts["person_minutes"] / MINUTES_PER_DAY,
        "break_ins": counts["break_ins"],
        "significant_incidents": counts["significant"],
        "severe_incidents": counts["severe"],
        "supplier_events": counts["supplier_events"],
        "team_wait_days_mean": counts["waited_minutes"] / np.maximum(counts["helped"], 1) / MINUTES_PER_DAY,
        "worst_year_cost_eur": years.max(axis=1) / 100,
        "municipalities_in_distress": counts["in_distress"],
        "unpaid_claims_eur": counts["unpaid_cents"] / 100,
    }
    return np.column_stack([figures[name] for name in KPIS])


def summarise(outcome: Outcome, world: WorldArrays) -> Summary:
    """Return the outcomes of one future from its journals."""
    postings, incidents = outcome.postings, outcome.incidents
    somewhere = postings["nis"] > 0  # the others are between Flanders and the fund
    town = np.searchsorted(world.nis, postings["nis"][somewhere])
    year = np.searchsorted(np.array(world.year_starts), postings["minute"], side="right") - 1
    n, years = len(world.nis), len(world.year_starts) - 1
    payments = by_payer_and_category(postings)
    by_year = sums(postings["cents"], (year, years))
    cents, own = postings["cents"][somewhere], postings["payer"][somewhere] == PAYERS.index("municipality")
    victim = np.searchsorted(world.nis, incidents["nis"])
    intrusion = np.isin(incidents["cause"], INTRUSIONS)
    serious = intrusion & (incidents["severity"] >= SIGNIFICANT)
    helped = incidents[incidents["team_start"] != ev.UNKNOWN]
    person_minutes = sums(incidents["person_minutes"], (victim, n))
    counts = {
        "break_ins": int(intrusion.sum()),
        "significant": int((intrusion & (incidents["severity"] == SIGNIFICANT)).sum()),
        "severe": int((intrusion & (incidents["severity"] == SEVERE)).sum()),
        "supplier_events": outcome.supplier_events,
        "harm_cents": int(incidents["harm_cents"].sum()),
        "person_minutes": int(person_minutes.sum()),
        "waited_minutes": int((helped["team_start"] - helped["discovered"]).sum()),
        "helped": len(helped),
        "in_distress": _distressed(postings, year, world),
        "unpaid_cents": outcome.unpaid_cents,
    }
    numbers = np.array([tuple(counts[name] for name in ev.COUNTS.names or ())], dtype=ev.COUNTS)
    return Summary(
        replication=outcome.replication,
        kpis=key_figures(numbers, payments[np.newaxis], by_year[np.newaxis])[0],
        payments=payments,
        years=by_year,
        own=sums(cents[own], (town[own], n)),
        cash=sums(cents, (town, n)),
        person_minutes=person_minutes,
        serious=np.bincount(victim[serious], minlength=n).astype(np.int16),
        balances=outcome.balances,
        dry=outcome.dry > 0,
        ledger_hash=ledger_hash(postings),
        tape_digest=outcome.tape_digest,
    )


def summaries_of(chunk: Chunk, first: int) -> list[Summary]:
    """Return the outcomes of a chunk of futures of the compiled engine, of which `first` is the first."""
    payments = chunk.payments.reshape(-1, len(PAYERS), len(ev.ENTRIES))
    kpis, dry = key_figures(chunk.counts, payments, chunk.years), chunk.dry > 0
    return [
        Summary(
            replication=first + line,
            kpis=kpis[line],
            payments=payments[line],
            years=chunk.years[line],
            own=chunk.own[line],
            cash=chunk.cash[line],
            person_minutes=chunk.person_minutes[line],
            serious=chunk.serious[line],
            balances=chunk.balances[line],
            dry=dry[line],
            ledger_hash=int(chunk.ledger[line]),
            tape_digest=int(chunk.tape[line]),
        )
        for line in range(len(chunk.ledger))
    ]


def _distressed(postings: NDArray[Any], year: NDArray[np.int64], world: WorldArrays) -> int:
    """Return how many municipalities paid, in some year, more for incidents than a share of operating spend."""
    counted = (postings["payer"] == PAYERS.index("municipality")) & (postings["incident"] != ev.NATIONAL)
    burden = sums(
        postings["cents"][counted],
        (np.searchsorted(world.nis, postings["nis"][counted]), len(world.nis)),
        (year[counted], len(world.year_starts) - 1),
    )
    limit, worst = distress_limit(world.distress_share, world.operating_spend), burden.max(axis=1)
    towns = zip(worst.tolist(), world.inhabitants.tolist(), strict=True)
    return sum(in_distress(paid, limit, inhabitants) for paid, inhabitants in towns)
