"""The tables that the command line and the report share: titles, columns and cells as a reader sees them.

Amounts stand in euro, thousands or millions of euro, whichever suits the whole table; its title says which. No figure
stands without its uncertainty: under it, or beside it, is its interval.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from sim.engines.events import TRANSFERS
from sim.experiments.comparison.compare import Comparison
from sim.model.policy.policy import CATEGORIES, PAYERS, Policy
from sim.results.estimates import Estimate, estimate, quantile_interval
from sim.results.findings import told
from sim.results.outcomes import KPIS
from sim.results.story import ENTRY_NAMES
from sim.show.base.table import COUNT, LEAST, NOTHING, PrintedTable, Row, Scale, figure, scale, with_half_width
from sim.show.names import KPI_NAMES, PAYER_NAMES, SIZE_NAMES, VERDICTS, count
from sim.text import N_, Words, words


def yearly(result: Comparison, policy: Policy, kpi: str) -> Estimate:
    """Return the estimate of a key figure per year."""
    return estimate(result.values(policy, kpi) / result.years)


def active_payers(result: Comparison) -> list[str]:
    """Return the payers that pay anything in this comparison; municipalities and Flanders always."""
    paying = {payer for policy in result.policies for payer in result.payers(policy)}
    return [payer for payer in PAYERS if payer in paying or payer in ("municipality", "flanders")]


def costs(result: Comparison, language: str) -> PrintedTable:
    """Return one row a policy: what a year costs, who pays most of it, and what citizens lose."""
    say = words(language)
    money = scale(say, (yearly(result, policy, "cash_cost_eur").mean for policy in result.policies))
    rows = []
    for policy in result.policies:
        cash = yearly(result, policy, "cash_cost_eur")
        paid = (yearly(result, policy, f"cost_{payer}_eur") for payer in ("municipality", "flanders"))
        rows.append(
            (
                policy.title[language],
                f"{figure(say, cash.mean / money.unit)}\n{money.interval(say, *cash.ci95)}",
                *(money.around(say, one) for one in paid),
                money.around(say, yearly(result, policy, "incident_cost_eur")),
                money.around(say, yearly(result, policy, "citizen_harm_eur")),
                COUNT.around(say, yearly(result, policy, "severe_incidents")),
            )
        )
    return PrintedTable(
        title=say.say("What a year costs, in {unit}", unit=money.name),
        columns=(
            say.say("Policy"),
            say.say("Total cash cost"),
            say.say("Municipalities"),
            say.say("Flanders"),
            say.say("Cost of incidents"),
            say.say("Citizen harm*"),
            say.say("Severe incidents"),
        ),
        rows=tuple(rows),
        note=say.say(
            "Means over {futures}, with the {level}% interval below. * Harm to citizens who miss services is not cash "
            "and is in no total.",
            futures=count(say, "futures", result.replications),
        ),
    )


def gaps(result: Comparison, language: str) -> PrintedTable | None:
    """Return the paired differences with the baseline, per year; None when there is nothing to compare."""
    if len(result.policies) < 2:
        return None
    say = words(language)
    kpis = [
        "cash_cost_eur",
        *(f"cost_{payer}_eur" for payer in active_payers(result)),
        "incident_cost_eur",
        "citizen_harm_eur",
    ]
    found = {(kpi, other.id): result.difference(other, kpi) for kpi in kpis for other in result.policies[1:]}
    money = scale(say, (gap.mean / result.years for gap in found.values()))
    rows: list[Row] = []
    for kpi in kpis:
        rows.append((say.say(KPI_NAMES[kpi]),))
        for other in result.policies[1:]:
            gap = found[kpi, other.id]
            same = gap.share_of_futures_equal == 1
            low, high = (end / result.years for end in gap.ci95)
            against = kpi if kpi == "citizen_harm_eur" else "cash_cost_eur"
            verdict = told(gap, result.estimate(result.baseline, against).mean)
            rows.append(
                (
                    other.title[language],
                    _signed(say, gap.mean / result.years / money.unit),
                    money.interval(say, low, high),
                    *say.percents(gap.shares),
                    say.say("the same") if same else say.say(VERDICTS[verdict]),
                )
            )
    return PrintedTable(
        title=say.say(
            "Difference with “{baseline}” on the same futures, per year, in {unit}",
            baseline=result.baseline.title[language],
            unit=money.name,
        ),
        columns=(
            say.say("Policy"),
            say.say("Difference"),
            say.say("{level}% interval"),
            say.say("Lower in"),
            say.say("Equal in"),
            say.say("Higher in"),
            say.say("Verdict"),
        ),
        rows=tuple(rows),
        note=say.say(
            "Lower in: the share of futures in which the policy costs, or harms, less than the baseline; equal in: as "
            "much; higher in: more."
        ),
        wordy=(6,),
    )


def _signed(say: Words, value: float) -> str:
    """Return a difference with its sign."""
    return figure(say, value) if value <= 0 or value < LEAST else f"+{figure(say, value)}"


def who_pays(result: Comparison, language: str) -> PrintedTable:
    """Return one row a policy: the yearly amount and the share of each payer, and what an inhabitant's town pays."""
    say, payers = words(language), active_payers(result)
    money = scale(say, (yearly(result, policy, "cash_cost_eur").mean for policy in result.policies))
    rows = []
    for policy in result.policies:
        paid = {payer: result.estimate(policy, f"cost_{payer}_eur").mean for payer in payers}
        own = estimate(result.values(policy, "cost_municipality_eur") / result.years / result.world.population)
        rows.append(
            (
                policy.title[language],
                *(
                    f"{figure(say, part / result.years / money.unit)}\n{_share(say, part, paid.values())}"
                    for part in paid.values()
                ),
                COUNT.around(say, own),
            )
        )
    return PrintedTable(
        title=say.say("Who pays, per year, in {unit}", unit=money.name),
        columns=(
            say.say("Policy"),
            *(say.say(PAYER_NAMES[payer]) for payer in payers),
            say.say("Municipality, euro per inhabitant"),
        ),
        rows=tuple(rows),
    )


def _share(say: Words, part: float, parts: Iterable[float]) -> str:
    """Return the share of a payer in all that is paid, as in the picture; none of money that stays with one."""
    whole = sum(max(one, 0.0) for one in parts)
    return NOTHING if part < 0 else say.percent(part / whole if whole else 0.0)


def uses(result: Comparison, policy: Policy, language: str) -> PrintedTable:
    """Return for one policy what the money is for and who pays it, in mean euro per year."""
    say, payers = words(language), active_payers(result)
    paid = result.payers(policy)
    money = scale(say, [yearly(result, policy, "cash_cost_eur").mean])

    def amounts(categories: Iterable[str]) -> Row:
        sums = [round(sum(paid.get(payer, {}).get(name, 0.0) for name in categories), 2) for payer in payers]
        return tuple(figure(say, amount / result.years / money.unit) for amount in (*sums, sum(sums)))

    def named(entries: Iterable[str]) -> list[Row]:
        return [
            (_capital(say.say(ENTRY_NAMES[entry])), *amounts([entry]))
            for entry in entries
            if any(entry in kinds for kinds in paid.values())
        ]

    rows, moved = named(CATEGORIES), named(TRANSFERS)
    if moved:
        rows = [*rows, (say.say("Money that only moves between payers"),), *moved, (say.say("In the end"),)]
    return PrintedTable(
        title=say.say("Who pays for what, mean per year, in {unit}", unit=money.name),
        columns=(say.say("For what"), *(say.say(PAYER_NAMES[payer]) for payer in payers), say.say("Together")),
        rows=(*rows, (say.say("Together"), *amounts(ENTRY_NAMES))),
        note=say.say("Below zero: a payer gets more than it gives.") if moved else "",
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def key_figures(result: Comparison, policy: Policy, language: str) -> PrintedTable:
    """Return every key figure of one policy over the whole horizon, with its interval and its spread over futures."""
    say = words(language)
    found = {kpi: result.estimate(policy, kpi) for kpi in KPIS}
    money = scale(say, [found["cash_cost_eur"].mean])
    rows: list[Row] = []
    for heading, amounts in (
        (say.say("In {unit}, over {years}", unit=money.name, years=count(say, "years", result.years)), True),
        (say.say("Other figures, over {years}", years=count(say, "years", result.years)), False),
    ):
        rows.append((heading,))
        for kpi, one in found.items():
            if (KPIS[kpi] == "EUR") == amounts:
                many = one.mean >= 1e6
                by = money if amounts else Scale(1e6, "") if many else COUNT
                name = say.say(KPI_NAMES[kpi])
                spread = (one.median, one.p5, one.p95, one.cvar95)
                rows.append(
                    (
                        say.say("{name} (millions)", name=name) if many and not amounts else name,
                        f"{figure(say, one.mean / by.unit)}\n{by.interval(say, *one.ci95)}",
                        *(figure(say, value / by.unit) for value in spread),
                    )
                )
    return PrintedTable(
        title=say.say(
            "“{policy}” in {futures}", policy=policy.title[language], futures=count(say, "futures", result.replications)
        ),
        columns=(
            say.say("Key figure"),
            say.say("Mean, {level}% interval"),
            say.say("Median"),
            say.say("P5"),
            say.say("P95"),
            say.say("CVaR95"),
        ),
        rows=tuple(rows),
        note=say.say(
            "P5 and P95: one future in 20 lies below, one in 20 above. CVaR95: the mean of the worst one in 20."
        ),
    )


def bad_years(result: Comparison, language: str) -> PrintedTable:
    """Return one row a policy: the cash cost that one year in two, ten, twenty and a hundred exceeds."""
    say, odds = words(language), (2, 10, 20, 100)
    years = {policy.id: result.years_of(policy).ravel() for policy in result.policies}
    money = scale(say, (float(values.mean()) for values in years.values()))
    rows = []
    for policy in result.policies:
        values = years[policy.id]
        cells = []
        for one_in in odds:
            value = float(np.quantile(values, 1 - 1 / one_in))
            ends = quantile_interval(values, 1 - 1 / one_in)
            cells.append(f"{figure(say, value / money.unit)}\n{money.interval(say, *ends)}")
        rows.append((policy.title[language], *cells))
    return PrintedTable(
        title=say.say("What a bad year costs, in {unit}", unit=money.name),
        columns=(say.say("Policy"), *(say.say("Exceeded 1 year in {n}", n=n) for n in odds)),
        rows=tuple(rows),
        note=say.say("With the {level}% interval below, as if the years of a future were independent."),
    )


def burden(result: Comparison, by: str, language: str) -> PrintedTable:
    """Return what municipalities bear, in euro per inhabitant per year, by "size_class" or "province"."""
    say = words(language)
    cells = {(str(row["policy"]), str(row[by])): row for row in result.burden(by).to_dict("records")}
    rows = []
    for group in dict.fromkeys(group for _, group in cells):
        here = [cells[policy.id, group] for policy in result.policies]
        name = say.say(SIZE_NAMES[group]) if by == "size_class" else group or NOTHING
        shown = (with_half_width(say, float(row["mean"]), float(row["lo"]), float(row["hi"])) for row in here)
        rows.append((name, say.number(int(here[0]["municipalities"])), *shown))
    title = (
        say.say("What municipalities bear by size, euro per inhabitant per year")
        if by == "size_class"
        else say.say("What municipalities bear by province, euro per inhabitant per year")
    )
    head = say.say("Size") if by == "size_class" else say.say("Province")
    return PrintedTable(
        title=title,
        columns=(head, say.say("Municipalities"), *(policy.title[language] for policy in result.policies)),
        rows=tuple(rows),
        note=_unequal(result, say) if by == "size_class" else "",
    )


def _unequal(result: Comparison, say: Words) -> str:
    """Say how unequally municipalities bear the bill in one future, under each policy with which they bear one."""
    known = zip(result.policies, result.concentration()["gini"].tolist(), strict=True)
    told = [f"“{one.title[say.language]}” {say.number(gini, 2)}" for one, gini in known if math.isfinite(gini)]
    unequal = N_("How unequally inhabitants bear it in one future (Gini: 0 is equal, 1 is one for all): {list}.")
    return say.say(unequal, list="; ".join(told)) if told else ""
