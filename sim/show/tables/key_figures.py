"""The tables behind the charts: for each chart a function that returns the figures it draws."""

from __future__ import annotations

import numpy as np

from sim.experiments.comparison.burdens import changes
from sim.experiments.comparison.compare import Comparison
from sim.experiments.comparison.pots import dry, left, open_years
from sim.model.policy.policy import PAYERS, Policy
from sim.results.outcomes import KPIS
from sim.show.base.chart_table import Cell, Twin, twin
from sim.show.charts.money_flows import money
from sim.show.charts.one_of_twenty import DOTS, equally_likely, worst_years
from sim.show.charts.over_time import BANDS, added_up, calendar, yearly
from sim.show.charts.pot_balances import drawn, name_of
from sim.show.charts.who_pays import BRINGS, PAYER_NAMES, POT_NAMES, USE_NAMES
from sim.show.tables.comparison_tables import KPI_NAMES, SIZE_NAMES
from sim.text import words

MILLION = 1e6
KPI_UNITS = {
    "EUR": "euro",
    "person-days": "person-days",
    "break-ins": "break-ins",
    "incidents": "incidents",
    "events": "events",
    "days": "days",
    "municipalities": "municipalities",
}


def of_key_figures(result: Comparison, language: str) -> Twin:
    """Every key figure of every policy over the whole horizon, as on the command line."""
    say = words(language)
    rows: list[list[Cell]] = []
    for policy in result.policies:
        for kpi, unit in KPIS.items():
            e = result.estimate(policy, kpi)
            rows.append([policy.title[language], say.say(KPI_NAMES[kpi]), say.say(KPI_UNITS[unit]), e.mean, *e.ci95,
                         e.median, e.p95])  # fmt: skip
    columns = (
        say.say("Policy"),
        say.say("Key figure"),
        say.say("Unit"),
        say.say("Mean"),
        say.say("{level}% from"),
        say.say("{level}% to"),
        say.say("Middle future"),
        say.say("1 future in 20 above"),
    )
    return twin(columns, rows)


def of_payers(result: Comparison, policy: str | Policy, language: str) -> Twin:
    """Who pays for what: a row for every flow, from payers to pots and uses, and from pots to uses."""
    say, found = words(language), money(result, policy)
    pots = found.by_pot
    ends = {name: say.say(POT_NAMES[name]) for name in pots} | {name: say.say(use) for name, use in USE_NAMES.items()}
    rows: list[list[Cell]] = [
        [say.say(BRINGS[payer] if payer in pots else PAYER_NAMES[payer]), ends[target], amount / MILLION]
        for (payer, target), amount in found.paid.items()
    ]
    rows += [[ends[pot], ends[use], amount / MILLION] for (pot, use), amount in found.passed.items()]
    return twin((say.say("Who pays"), say.say("For what"), say.say("Million euro a year")), rows)


def of_bars(result: Comparison, language: str) -> Twin:
    """Who pays under every policy: a row for every policy."""
    say = words(language)
    rows: list[list[Cell]] = []
    for policy in result.policies:
        paid = {payer: sum(parts.values()) for payer, parts in result.payers(policy).items()}
        amounts = [paid.get(payer, 0.0) / result.years / MILLION for payer in PAYERS]
        rows.append([policy.title[language], *amounts, sum(amounts)])
    heads = [say.say("{payer}, million euro a year", payer=say.say(PAYER_NAMES[payer])) for payer in PAYERS]
    return twin((say.say("Policy"), *heads, say.say("Together, million euro a year")), rows)


def of_exceedance(result: Comparison, language: str) -> Twin:
    """How bad a year can get: a row for every chance."""
    say = words(language)
    years = [result.years_of(policy).ravel() for policy in result.policies]
    odds = [n for n in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if n <= len(years[0]) / 4]
    rows: list[list[Cell]] = [
        [say.say("1 year in {n}", n=say.number(n)), *(float(np.quantile(one, 1 - 1 / n)) / MILLION for one in years)]
        for n in odds
    ]
    return twin((say.say("At least so bad"), *_heads(result, language)), rows)


def of_dots(result: Comparison, language: str) -> Twin:
    """Twenty futures from cheap to dear: a row for each."""
    say = words(language)
    costs = [equally_likely(result, policy) / MILLION for policy in result.policies]
    rows: list[list[Cell]] = [[i + 1, *(float(one[i]) for one in costs)] for i in range(DOTS)]
    return twin((say.say("Future, from cheap to dear"), *_heads(result, language)), rows)


def of_worst_year(result: Comparison, language: str) -> Twin:
    """The worst year of a future: a row for every chance, with the interval of each figure."""
    say = words(language)
    found = [worst_years(result, policy) for policy in result.policies]
    columns = [say.say("Share of futures")]
    for policy in result.policies:
        name = policy.title[language]
        columns += [
            say.say("{policy}, million euro", policy=name),
            say.say("{policy}, {level}% from", policy=name),
            say.say("{policy}, {level}% to", policy=name),
        ]
    rows: list[list[Cell]] = [
        [say.say("1 future in {n}", n=of_all[0][0]), *(value / MILLION for one in of_all for value in one[1:])]
        for of_all in zip(*found, strict=True)
    ]
    return twin(columns, rows)


def of_towns(result: Comparison, policy: str | Policy, language: str) -> Twin:
    """The municipalities: a row for each, in the order of their names."""
    say = words(language)
    table = result.municipalities()
    name = policy if isinstance(policy, str) else policy.id
    mine = table[table["policy"] == name].reset_index(drop=True)
    base = table[table["policy"] == result.baseline.id].reset_index(drop=True)
    mine["change"] = mine["own_cost_per_inhabitant_eur"] - base["own_cost_per_inhabitant_eur"]
    rows: list[list[Cell]] = [
        [
            str(row["name"]), f"{row['nis_code']:.0f}", str(row["province"]), int(row["population"]),
            *(float(row[column]) for column in ("own_cost_per_inhabitant_eur", "change",
              "own_cost_p95_per_inhabitant_eur", "outage_days_per_year", "serious_incidents_per_year")),
        ]
        for row in mine.sort_values("name").to_dict("records")
    ]  # fmt: skip
    columns = (
        say.say("Municipality"),
        say.say("NIS code"),
        say.say("Province"),
        say.say("Inhabitants"),
        say.say("Own cost, euro per inhabitant a year"),
        say.say("Difference from today"),
        say.say("1 future in 20 above"),
        say.say("Days without services per inhabitant a year"),
        say.say("Serious incidents a year"),
    )
    return twin(columns, rows)


def of_burden(result: Comparison, language: str) -> Twin:
    """What municipalities bear by size: a row for every policy and size, with its interval."""
    say = words(language)
    names = {policy.id: policy.title[language] for policy in result.policies}
    rows: list[list[Cell]] = [
        [
            names[str(row["policy"])], say.say(SIZE_NAMES[str(row["size_class"])]), int(row["municipalities"]),
            *(float(row[column]) for column in ("mean", "lo", "hi", "change", "change_lo", "change_hi")),
        ]
        for row in result.burden("size_class").to_dict("records")
    ]  # fmt: skip
    columns = (
        say.say("Policy"),
        say.say("Size"),
        say.say("Municipalities"),
        say.say("Own cost, euro per inhabitant a year"),
        say.say("{level}% from"),
        say.say("{level}% to"),
        say.say("Difference from today"),
        say.say("Difference, {level}% from"),
        say.say("Difference, {level}% to"),
    )
    return twin(columns, rows)


def of_fan(result: Comparison, language: str) -> Twin:
    """Every year: the middle future and where 5, 25, 75 and 95 of a hundred lie below."""
    say = words(language)
    columns = [say.say("Year")]
    for policy in result.policies:
        columns += [say.say("{policy}, {p}% of futures below", policy=policy.title[language], p=p) for p in BANDS]
    found = [yearly(result, policy) / MILLION for policy in result.policies]
    rows: list[list[Cell]] = [[str(year), *(float(value) for one in found for value in one[:, i])]
            for i, year in enumerate(calendar(result))]  # fmt: skip
    return twin(columns, rows)


def of_paid_back(result: Comparison, language: str) -> Twin:
    """What has been paid by the end of every year, and how much that is more than under the baseline."""
    say = words(language)
    base, mine = (added_up(result, policy) / MILLION for policy in (result.baseline, result.policies[-1]))
    gaps = mine - base
    rows: list[list[Cell]] = [
        [str(year), float(base[:, i].mean()), float(mine[:, i].mean()), float(gaps[:, i].mean()),
         *(float(value) for value in np.percentile(gaps[:, i], (5, 95)))]
        for i, year in enumerate(calendar(result))
    ]  # fmt: skip
    columns = (
        say.say("By the end of"),
        result.baseline.title[language],
        say.say("{policy}, million euro", policy=result.policies[-1].title[language]),
        say.say("Difference, million euro"),
        say.say("9 futures in 10 from"),
        say.say("9 futures in 10 to"),
    )
    return twin(columns, rows)


def of_balances(result: Comparison, language: str) -> Twin:
    """What is left in each pot at the end of every year in which it pays, and how often a claim met an empty one."""
    say, policy = words(language), result.policies[-1]
    rows: list[list[Cell]] = []
    for pot in drawn(result, policy):
        money, empty = left(result, policy, pot) / MILLION, dry(result, policy, pot).mean(axis=0)
        low, high = np.percentile(money, 5, axis=0), np.percentile(money, 95, axis=0)
        for i, year in enumerate(open_years(result, policy, pot)):
            rows.append(
                [
                    name_of(say, pot),
                    str(calendar(result)[year]),
                    float(money[:, i].mean()),
                    float(low[i]),
                    float(high[i]),
                    say.percent(float(empty[i])),
                ]
            )
    columns = (
        say.say("Fund or budget"),
        say.say("Year"),
        say.say("Left, million euro"),
        say.say("9 futures in 10 from"),
        say.say("9 futures in 10 to"),
        say.say("Futures in which it is empty"),
    )
    return twin(columns, rows)


def of_outcomes(result: Comparison, language: str) -> Twin:
    """Every key figure of every policy against the baseline: difference, interval, how often it is lower or higher.

    Over the whole horizon, as on the command line.
    """
    say = words(language)
    rows: list[list[Cell]] = []
    for kpi, unit in KPIS.items():
        by = MILLION if unit == "EUR" else 1.0
        for policy in result.policies[1:]:
            one, base = result.difference(policy, kpi), result.estimate(result.baseline, kpi).mean
            if base == 0 and one.mean == 0:
                continue
            name = (
                say.say("{name}, million euro", name=say.say(KPI_NAMES[kpi]))
                if unit == "EUR"
                else say.say(KPI_NAMES[kpi])
            )
            rows.append([name, policy.title[language], base / by, one.mean / by,
                         *(end / by for end in one.ci95), *say.percents(one.shares)])  # fmt: skip
    columns = (
        say.say("Outcome, over {years}", years=say.years(result.years)),
        say.say("Policy"),
        result.baseline.title[language],
        say.say("Difference"),
        say.say("{level}% from"),
        say.say("{level}% to"),
        say.say("Lower in"),
        say.say("Equal in"),
        say.say("Higher in"),
    )
    return twin(columns, rows)


def of_winners(result: Comparison, language: str) -> Twin:
    """How many municipalities surely pay less or more themselves, by size, and how much that is."""
    say = words(language)
    table = result.burden("size_class")
    sizes = result.towns.frame["size_class"].to_numpy()
    rows: list[list[Cell]] = []
    for policy in result.policies[1:]:
        said = changes(result, policy).verdicts
        mine = table[table["policy"] == policy.id]
        for row in mine.to_dict("records"):
            here = said[sizes == row["size_class"]]
            less, more = int(np.sum(here == "wins")), int(np.sum(here == "loses"))
            rows.append([policy.title[language], say.say(SIZE_NAMES[str(row["size_class"])]), less,
                         len(here) - less - more, more, float(row["change"]), float(row["change_lo"]),
                         float(row["change_hi"])])  # fmt: skip
    columns = (
        say.say("Policy"),
        say.say("Size"),
        say.say("Surely pay less"),
        say.say("The same, or too close to call"),
        say.say("Surely pay more"),
        say.say("Difference, euro per inhabitant a year"),
        say.say("{level}% from"),
        say.say("{level}% to"),
    )
    return twin(columns, rows)


def _heads(result: Comparison, language: str) -> list[str]:
    say = words(language)
    return [say.say("{policy}, million euro", policy=policy.title[language]) for policy in result.policies]
