"""Why: the few sentences under the key figures, from rules.

What the total does and of which two parts that is made; the tail, when it goes the other way; who pays more or less;
which municipalities feel it most. A change that may be chance is called so.
"""

from __future__ import annotations

import numpy as np

from sim.experiments.comparison.compare import Comparison
from sim.model.policy.policy import Policy
from sim.results.estimates import Difference, verdicts
from sim.results.findings import NOTHING_MOVES, TRIFLES, TRIVIAL, moves_nothing, payers, total_change
from sim.results.outcomes import KPIS
from sim.text import N_, Words, words

FELT = 0.02
"""A change of own cost per inhabitant below this share is felt nowhere."""
TOWNS = {
    "< 10 000": N_("Municipalities below 10,000 inhabitants"),
    "10 000 - 19 999": N_("Municipalities of 10,000 to 20,000 inhabitants"),
    "20 000 - 49 999": N_("Municipalities of 20,000 to 50,000 inhabitants"),
    "50 000 - 99 999": N_("Municipalities of 50,000 to 100,000 inhabitants"),
    ">= 100 000": N_("Municipalities above 100,000 inhabitants"),
}
TOTAL = {
    "nothing": NOTHING_MOVES,
    "same": N_("“{policy}” changes who pays, and not what it costs together."),
    "too_close": N_("What “{policy}” does to the total is within the uncertainty{tail}."),
    "trifle": N_("“{policy}” changes the total by less than {least}{parts}{tail}."),
    "higher": N_("“{policy}” costs {amount} more a year{parts}{tail}."),
    "lower": N_("“{policy}” costs {amount} less a year{parts}{tail}."),
}
PARTS = {
    ("prevention", False): N_("{amount} more for prevention and teams"),
    ("prevention", True): N_("{amount} less for prevention and teams"),
    ("incidents", False): N_("{amount} more for incidents"),
    ("incidents", True): N_("{amount} less for incidents"),
}


def why(result: Comparison, policy: Policy, language: str) -> str:
    """Return what a policy changes and why, in two or three sentences; of the baseline, what it is made of."""
    say = words(language)
    if policy.id == result.baseline.id:
        return _of_baseline(say, result)
    last = _citizens(say, result, policy) or _felt(say, result, policy)
    return " ".join(part for part in (_total(say, result, policy), _payers(say, result, policy), last) if part)


def _of_baseline(say: Words, result: Comparison) -> str:
    def mean(kpi: str) -> float:
        return result.estimate(result.baseline, kpi).mean

    whole = mean("cash_cost_eur")
    return say.say(
        "Today a year costs {cash} on average: {prevention} for prevention and teams, {incidents} for incidents. The "
        "municipalities pay {share} of it. In 1 future of 20 the worst year costs {bad} or more.",
        cash=say.money(whole / result.years),
        prevention=say.money(mean("prevention_cost_eur") / result.years),
        incidents=say.money(mean("incident_cost_eur") / result.years),
        share=say.percent(mean("cost_municipality_eur") / whole if whole else 0.0),
        bad=say.money(result.estimate(result.baseline, "worst_year_cost_eur").p95),
    )


def _total(say: Words, result: Comparison, policy: Policy) -> str:
    """The total and its two parts, and the tail where it goes another way."""
    gap = {kpi: result.difference(policy, kpi) for kpi in KPIS}
    cash = gap["cash_cost_eur"]
    values = {
        "policy": policy.title[say.language],
        "amount": say.money(abs(cash.mean) / result.years),
        "parts": _parts(say, result, gap["prevention_cost_eur"], gap["incident_cost_eur"]),
        "tail": _tail(say, result, policy, cash),
        "least": say.percent(TRIVIAL, 1),
    }
    change = total_change(gap, result.estimate(result.baseline, "cash_cost_eur").mean)
    return say.say(TOTAL[change], **values)


def _parts(say: Words, result: Comparison, prevention: Difference, incidents: Difference) -> str:
    """Of what a change of the total is made, where it is made of two things."""
    least = TRIVIAL * result.estimate(result.baseline, "cash_cost_eur").mean
    said = [
        say.say(PARTS[name, gap.mean < 0], amount=say.money(abs(gap.mean) / result.years))
        for name, gap in (("prevention", prevention), ("incidents", incidents))
        if gap.verdict != "too_close" and abs(gap.mean) >= least
    ]
    return f" ({', '.join(said)})" if said else ""


def _tail(say: Words, result: Comparison, policy: Policy, cash: Difference) -> str:
    """A bad year, where it moves against the total, or where the total hardly moves."""
    bad = [float(np.quantile(result.years_of(one), 0.95)) for one in (result.baseline, policy)]
    way = "higher" if bad[1] > bad[0] else "lower"
    if say.money(bad[0]) == say.money(bad[1]) or result.difference(policy, "worst_year_cost_eur").verdict != way:
        return ""
    values = {"bad": say.money(bad[1]), "base": say.money(bad[0])}
    against = (bad[1] - bad[0]) * cash.mean < 0
    if against or cash.verdict == "too_close":
        return say.say(", but a bad year (1 in 20) costs {bad} instead of {base}", **values)
    return ""


def _payers(say: Words, result: Comparison, policy: Policy) -> str:
    """Who pays more and who less, the largest change first."""
    gaps = {kpi: result.difference(policy, kpi) for kpi in KPIS}
    if moves_nothing(gaps):
        return ""
    means = {kpi: result.estimate(result.baseline, kpi).mean for kpi in KPIS}
    said = payers(say, gaps, means, years=result.years)
    if not said:
        return say.say(TRIFLES)
    listed = say.say(" and ").join(said[:2])
    return listed[0].upper() + listed[1:] + "."


def _felt(say: Words, result: Comparison, policy: Policy) -> str:
    """Which size of municipality feels it most, where sizes differ and it is no chance."""
    table = result.burden("size_class")
    rows = table[table["policy"] == policy.id]
    groups, change = rows["size_class"].tolist(), rows["change"].to_numpy(dtype=float)
    before = rows["mean"].to_numpy(dtype=float) - change
    most, least = int(np.argmax(np.abs(change))), int(np.argmin(np.abs(change)))
    if verdicts(rows[["change_lo", "change_hi"]].to_numpy(dtype=float))[most] == "too_close":
        return ""
    amount = say.money(abs(change[most]))
    if abs(change[most]) < max(FELT * abs(before[most]), 0.01) or amount == say.money(abs(change[least])):
        return ""
    values = {"amount": amount, "towns": say.say(TOWNS[groups[most]])}
    if change[most] < 0:
        return say.say("{towns} gain most: {amount} per inhabitant a year.", **values)
    return say.say("{towns} pay most: {amount} per inhabitant a year.", **values)


def _citizens(say: Words, result: Comparison, policy: Policy) -> str:
    """What citizens notice, where that changes."""
    gap = result.difference(policy, "citizen_harm_eur")
    base = result.estimate(result.baseline, "citizen_harm_eur").mean
    if gap.verdict == "too_close" or abs(gap.mean) < FELT * base:
        return ""
    values = {"share": say.percent(abs(gap.mean) / base) if base else say.percent(1)}
    if gap.mean < 0:
        return say.say("Harm to citizens, which is not cash, falls by {share}.", **values)
    return say.say("Harm to citizens, which is not cash, rises by {share}.", **values)
