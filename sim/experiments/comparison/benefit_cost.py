"""What prevention earns: what a policy saves for each euro that it adds, cash and harm apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.experiments.comparison.paired import PairedFutures
from sim.model.policy.policy import Policy
from sim.results.estimates import Ratio, mean_interval, ratio


@dataclass(frozen=True)
class BenefitCost:
    """A policy against its baseline on the same futures; euro over the whole horizon, means with 95 % intervals.

    The two ratios are not added: one is money, the other is what citizens miss.
    """

    extra_prevention: float  # prevention, standing teams and readiness, whoever pays
    extra_prevention_ci95: tuple[float, float]
    saved_cash: Ratio  # cash saved on incidents for each euro of extra prevention
    avoided_harm: Ratio  # harm to citizens avoided for each euro of extra prevention
    cost_per_outage_day: Ratio  # euro of extra cash for each day without services that one person is spared


def benefit_cost(result: PairedFutures, policy: str | Policy) -> BenefitCost:
    """Return what a policy saves for what it adds, against the baseline (Fieller's intervals, paired by future)."""

    def change(kpi: str) -> NDArray[np.float64]:
        return result.values(policy, kpi) - result.values(result.baseline, kpi)

    extra = change("prevention_cost_eur")
    return BenefitCost(
        extra_prevention=float(extra.mean()),
        extra_prevention_ci95=mean_interval(extra),
        saved_cash=ratio(-change("incident_cost_eur"), extra),
        avoided_harm=ratio(-change("citizen_harm_eur"), extra),
        cost_per_outage_day=ratio(change("cash_cost_eur"), -change("outage_person_days")),
    )
