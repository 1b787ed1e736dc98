"""An answer as plain data: what `--json` writes, in the shape that the manual fixes. Unknown numbers are None."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sim.experiments.comparison import burdens, pots
from sim.experiments.comparison.benefit_cost import benefit_cost
from sim.experiments.comparison.paired import PairedFutures
from sim.model.policy.policy import Policy
from sim.results.estimates import Ratio, known, open_ended
from sim.results.outcomes import KPIS
from sim.text import LANGUAGES
from sim.version import MODEL_VERSION

if TYPE_CHECKING:
    from sim.results.findings import Checks


def plain_data(result: PairedFutures) -> dict[str, Any]:
    """Return a comparison as plain data."""
    incidence = burdens.incidence(result)
    policies = [
        {
            "id": policy.id,
            "title": dict(policy.title),
            "kpis": _key_figures(result, policy),
            "payers": result.payers(policy),
            "incidence": incidence[policy.id],
            "pots": _pots(result, policy),
            **({} if policy is result.baseline else _against_baseline(result, policy)),
            "ledger_hash": result.ledger_hash(policy),
        }
        for policy in result.policies
    ]
    return {
        "model_version": MODEL_VERSION,
        "seed": result.seed,
        "replications": result.replications,
        "years": result.years,
        "world": result.world.id,
        "engine": result.engine,
        "interrupted": result.interrupted,
        "tape_hash": result.tape_hash,
        "policies": policies,
        "differences": [row for policy in result.policies[1:] for row in _differences(result, policy)],
        **({} if result.checks is None else {"checks": _checks(result.checks)}),
        "sentence": {language: result.sentence(language) for language in LANGUAGES},
    }


def _key_figures(result: PairedFutures, policy: Policy) -> dict[str, Any]:
    figures = {}
    for kpi, unit in KPIS.items():
        e = result.estimate(policy, kpi)
        figures[kpi] = {
            "unit": unit,
            "mean": e.mean,
            "ci95": open_ended(e.ci95),
            "median": e.median,
            "p5": e.p5,
            "p95": e.p95,
            "cvar95": e.cvar95,
            "p95_ci95": open_ended(e.p95_ci95),
        }
    return figures


def _differences(result: PairedFutures, policy: Policy) -> list[dict[str, Any]]:
    rows = []
    for kpi in KPIS:
        d = result.difference(policy, kpi)
        rows.append(
            {
                "baseline": result.baseline.id,
                "policy": policy.id,
                "kpi": kpi,
                "mean": d.mean,
                "ci95": open_ended(d.ci95),
                "share_of_futures_lower": d.share_of_futures_lower,
                "share_of_futures_equal": d.share_of_futures_equal,
                "share_of_futures_higher": d.share_of_futures_higher,
                "verdict": d.verdict,
            }
        )
    return rows


def _pots(result: PairedFutures, policy: Policy) -> dict[str, list[dict[str, Any]]]:
    """What is left in each pot at the end of each year, and how probable it is that a claim found it empty."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in pots.rows(result, policy):
        found.setdefault(row.pot, []).append(
            {"year": row.year, "left_eur": row.left, "ran_dry": row.ran_dry, "ran_dry_ci95": list(row.interval)}
        )
    return found


def _against_baseline(result: PairedFutures, policy: Policy) -> dict[str, Any]:
    one = benefit_cost(result, policy)
    benefits = {
        "extra_prevention_eur": one.extra_prevention,
        "extra_prevention_ci95": open_ended(one.extra_prevention_ci95),
        "cash_saved_per_extra_euro": _ratio(one.saved_cash),
        "harm_avoided_per_extra_euro": _ratio(one.avoided_harm),
        "cash_per_avoided_outage_person_day": _ratio(one.cost_per_outage_day),
    }
    return {"winners": burdens.tally(result, policy), "benefit_cost": benefits}


def _ratio(one: Ratio) -> dict[str, Any]:
    return {"mean": known(one.value), "ci95": open_ended(one.ci95)}


def _checks(checks: Checks) -> dict[str, Any]:
    """What more futures said: where findings turn, and what municipalities' own choices cost."""
    behaviour = {
        policy: {
            kpi: {"mean": gap.mean, "ci95": open_ended(gap.ci95), "verdict": gap.verdict} for kpi, gap in of.items()
        }
        for policy, of in checks.behaviour.items()
    }
    turns = {policy: [asdict(turn) for turn in of] for policy, of in checks.turns.items()}
    return {"replications": checks.futures, "turns": turns, "price_of_behaviour": behaviour}
