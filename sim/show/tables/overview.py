"""The table of a comparison that a policymaker reads first: a row a policy, who pays, and what that changes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sim.experiments.comparison.compare import Comparison
from sim.model.policy.policy import Policy
from sim.results.estimates import Estimate, difference, estimate
from sim.results.findings import told
from sim.show.base.table import NOTHING, PrintedTable, Scale, scale
from sim.show.names import SHORT_VERDICTS, count
from sim.show.tables.comparison_tables import yearly
from sim.text import N_, Words, words

TOLD = 4
"""Of so many policies, at most, the findings in words come first; of more the table does."""
OTHERS = ("insurer", "fund")
WHO = {
    ("insurer", "fund"): N_("Others: insurers and the solidarity fund, net; below zero where money stays with them."),
    ("insurer",): N_("Others: insurers, net of premiums; below zero where money stays with them."),
    ("fund",): N_("Others: the solidarity fund, net of what goes into it; below zero where money stays in it."),
}


@dataclass(frozen=True)
class _Grid:
    """How the numbers of one table are written: in this language, in this unit, with these decimals."""

    say: Words
    money: Scale
    decimals: int

    def number(self, euro: float) -> str:
        return self.say.number(euro / self.money.unit, self.decimals) if euro else "0"

    def around(self, one: Estimate) -> str:
        """A mean, and under it half of its interval."""
        return f"{self.number(one.mean)}\n{self.width(one.ci95)}"

    def width(self, ends: tuple[float, float]) -> str:
        half = (ends[1] - ends[0]) / 2
        return f"±{self.number(half)}" if math.isfinite(half) else NOTHING


def overview(result: Comparison, language: str) -> PrintedTable:
    """Return one row a policy: what a year costs, who finally pays it, harm, and the difference with the baseline.

    Narrow enough for a terminal of 80 letters, in both languages.
    """
    say = words(language)
    most = max(abs(yearly(result, policy, "cash_cost_eur").mean) for policy in result.policies)
    money = scale(say, [most])
    grid = _Grid(say, money, 1 if most >= 10 * money.unit else 2)
    others = tuple(
        payer for payer in OTHERS if any(result.values(one, f"cost_{payer}_eur").any() for one in result.policies)
    )
    head = [say.say("Policy"), say.say("Total"), say.say("Municipalities"), say.say("Flanders")]
    head += [say.say("Others")] if others else []
    head += [say.say("Euro per head"), say.say("Harm*"), say.say("Difference")]
    return PrintedTable(
        title=say.say(
            "What a year costs and who pays it, in {unit}; difference with “{baseline}”",
            unit=money.name,
            baseline=result.baseline.title[language],
        ),
        columns=tuple(head),
        rows=tuple(_row(grid, result, policy, others) for policy in result.policies),
        note=_note(say, result, others),
        dense=True,
    )


def _row(grid: _Grid, result: Comparison, policy: Policy, others: tuple[str, ...]) -> tuple[str, ...]:
    whole = ("cash_cost_eur", "cost_municipality_eur", "cost_flanders_eur")
    cells = [grid.around(yearly(result, policy, kpi)) for kpi in whole]
    if others:
        net = np.sum([result.values(policy, f"cost_{payer}_eur") for payer in others], axis=0)
        cells.append(grid.around(estimate(net / result.years)) if net.any() else NOTHING)
    own = estimate(result.values(policy, "cost_municipality_eur") / result.years / result.world.population)
    each = _Grid(grid.say, Scale(1.0, ""), 2)
    return (
        policy.title[grid.say.language],
        *cells,
        each.around(own),
        _harm(grid, result, policy),
        _difference(grid, result, policy),
    )


def _harm(grid: _Grid, result: Comparison, policy: Policy) -> str:
    """Harm, and by how much it differs; of the baseline how well it is known."""
    say, harm = grid.say, yearly(result, policy, "citizen_harm_eur")
    if policy.id == result.baseline.id:
        return grid.around(harm)
    gap, base = result.difference(policy, "citizen_harm_eur"), result.estimate(result.baseline, "citizen_harm_eur").mean
    if gap.share_of_futures_equal == 1:
        below = say.say("the same")
    elif gap.verdict == "too_close" or base == 0:
        below = say.say("uncertain")
    elif told(gap, base) == "trifle":
        below = say.say("a trifle")
    else:
        share = gap.mean / base
        below = ("+" if share > 0 else "") + say.percent(share, 0 if abs(share) >= 0.1 else 1)
    return f"{grid.number(harm.mean)}\n{below}"


def _difference(grid: _Grid, result: Comparison, policy: Policy) -> str:
    """The difference in total with half of its interval, and what that says."""
    if policy.id == result.baseline.id:
        return NOTHING
    gap, years = result.difference(policy, "cash_cost_eur"), result.years
    if gap.share_of_futures_equal == 1:
        return f"0\n{grid.say.say('the same')}"
    width = grid.width((gap.ci95[0] / years, gap.ci95[1] / years))
    verdict = told(gap, result.estimate(result.baseline, "cash_cost_eur").mean)
    if round(gap.mean / years / grid.money.unit, grid.decimals) == 0:  # no change at the precision of the table
        verdict = verdict if verdict == "too_close" else "trifle"
        return f"{grid.say.number(0, grid.decimals)} {width}\n{grid.say.say(SHORT_VERDICTS[verdict])}"
    sign = "+" if gap.mean > 0 else ""
    return f"{sign}{grid.number(gap.mean / years)} {width}\n{grid.say.say(SHORT_VERDICTS[verdict])}"


def _note(say: Words, result: Comparison, others: tuple[str, ...]) -> str:
    parts = [
        say.say(
            "Means over {futures}, ± half of the {level}% interval. What payers pay is net of grants, premiums, levies "
            "and what is taken back; “uncertain”: the interval of the difference does not exclude zero.",
            futures=count(say, "futures", result.replications),
        ),
        say.say(WHO[others]) if others else "",
        say.say("* Harm to citizens who miss services, and its change: not cash, and in no total."),
    ]
    return " ".join(part for part in parts if part)


LEAST = {
    "cash_cost_eur": N_("Lowest total: {names} ({amount} a year)."),
    "cost_municipality_eur": N_("Lowest bill for the municipalities: {names} ({amount} a year)."),
    "cost_flanders_eur": N_("Lowest bill for Flanders: {names} ({amount} a year)."),
    "citizen_harm_eur": N_("Least harm to citizens, which is not cash: {names} ({amount} a year)."),
}
NAMED = 3
"""Of so many policies that cannot be told apart, the names are said."""


def headline(result: Comparison, language: str) -> str:
    """Return which policies are lowest on each side of the question; those that chance does not tell apart together."""
    say = words(language)
    said = []
    for kpi, sentence in LEAST.items():
        means = {policy.id: result.estimate(policy, kpi).mean for policy in result.policies}
        best = min(means, key=lambda name: means[name])
        alike = [policy for policy in result.policies if _alike(result, policy, best, kpi)]
        names = [f"“{policy.title[language]}”" for policy in alike[:NAMED]]
        if len(alike) > NAMED:
            names.append(say.say("{n} more", n=len(alike) - NAMED))
        amount = say.money(means[best] / result.years)
        said.append(say.say(sentence, names=say.listed(names), amount=amount))
    return " ".join(said)


def _alike(result: Comparison, policy: Policy, best: str, kpi: str) -> bool:
    gap = difference(result.values(best, kpi), result.values(policy, kpi))
    return gap.verdict == "too_close" or gap.share_of_futures_equal == 1
