"""How many replications common random numbers save.

*Compared.* The replications needed to know the difference between two policies to within one per cent of the
baseline's mean (half the width of a 95 % interval): on the same futures, as Weerbaar always compares, and on
independent ones, as a simulation with one stream of random numbers does. For some outcomes, and every preset policy
against the current one.

*Why it is fair.* Both come from the same futures: future r of a policy is held against future r of the baseline, or
against another one. The number needed is (1.96 s / h)^2, with s the standard deviation of the difference and h the half
width; its ratio does not depend on h. Futures are cut into blocks; the ratio's median and quartiles are over blocks.

*What it does not show.* A mean that hardly depends on chance needs few replications either way. Tails need more than
means. Where a policy changes nothing about an outcome in any future, one future is enough with common random numbers.
"""

from __future__ import annotations

import math

import numpy as np
from _measure import arguments, header, spread

import sim
from sim.experiments.replicate import available_workers
from sim.model.files.load import scenarios

BASELINE = "status-quo-2020"
OUTCOMES = ("cost_municipality_eur", "incident_cost_eur", "citizen_harm_eur", "severe_incidents", "team_wait_days_mean")
HALF_WIDTH = 0.01  # of the baseline's mean
BLOCKS = 10


def needed(deviation: float, half_width: float) -> int:
    """Return the replications after which the interval of a mean has this half width; at least one."""
    return max(1, math.ceil((1.96 * deviation / half_width) ** 2))


def saved(baseline: np.ndarray, policy: np.ndarray) -> np.ndarray:
    """Return, block by block, the variance of independent over that of paired differences; not a number where 0/0."""
    blocks = [np.array_split(values, BLOCKS) for values in (policy - baseline, policy - np.roll(baseline, 1))]
    paired, independent = (np.array([block.var(ddof=1) for block in column]) for column in blocks)
    with np.errstate(divide="ignore", invalid="ignore"):
        return independent / paired


def main() -> None:
    """Print a table: replications needed with and without, and the ratio."""
    quick = arguments(__doc__).quick
    replications, years = (30, 1) if quick else (500, 10)
    header()
    names = [BASELINE, *sorted({scenario.id for scenario in scenarios("policy")} - {BASELINE})]
    if quick:
        names = names[:3]
    result = sim.compare(
        sim.load_world("flanders-2020"),
        [sim.load_policy(name) for name in names],
        replications=replications,
        years=years,
        engine="compiled",
        workers=available_workers(),
    )
    print(f"{BASELINE} against each, {replications} futures of {years} years, to within {HALF_WIDTH:.0%} of its mean")
    print(f"{'policy':<20} {'outcome':<22} {'common':>8} {'independent':>12}   ratio")
    for name in names[1:]:
        for kpi in OUTCOMES:
            baseline, policy = result.values(BASELINE, kpi), result.values(name, kpi)
            half_width = HALF_WIDTH * abs(baseline.mean())
            if half_width == 0.0:
                continue
            paired = policy - baseline
            counts = [needed(gaps.std(ddof=1), half_width) for gaps in (paired, policy - np.roll(baseline, 1))]
            ratios = saved(baseline, policy)
            if np.ptp(paired) < 1e-9 * half_width:  # no more than the rounding of sums
                said = "one future tells all"
            else:
                said = spread(ratios[np.isfinite(ratios)]).show(",.0f") if np.isfinite(ratios).any() else "too few"
            print(f"{name:<20} {kpi:<22} {counts[0]:>8,} {counts[1]:>12,}   {said}")


if __name__ == "__main__":
    main()
