"""Policies side by side: what changes in each outcome, and which municipalities pay less or more."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.experiments.comparison.burdens import changes
from sim.experiments.comparison.compare import Comparison
from sim.model.policy.policy import Policy
from sim.model.world.groupings import SIZE_CLASSES
from sim.results.outcomes import KPIS
from sim.show.base.figure import TRACE_NAME, dress, error_bars, hover, level, named_places, nice, scatter, upright
from sim.show.base.legend import height_with, legend, line_of, mark_of, plot_height
from sim.show.base.palette import CHART_HEIGHT, palette
from sim.show.base.table import MILLION, Cell, ChartTable, chart_table
from sim.show.names import KPI_NAMES, SIZE_NAMES
from sim.text import N_, Words, words

OUTCOMES = {
    "cash_cost_eur": N_("Total cost"),
    "cost_municipality_eur": N_("Municipalities pay"),
    "prevention_cost_eur": N_("Prevention and teams"),
    "incident_cost_eur": N_("Cost of incidents"),
    "worst_year_cost_eur": N_("Worst year"),
    "citizen_harm_eur": N_("Harm to citizens"),
    "severe_incidents": N_("Severe incidents"),
}
"""The outcomes that are drawn, from top to bottom."""


def outcomes(result: Comparison, language: str, *, scheme: str = "light") -> Any:
    """Return the change of every outcome against the baseline, in per cent of it, with its interval."""
    say, colours = words(language), palette(scheme)
    others = result.policies[1:]
    bases = {kpi: mean for kpi in OUTCOMES if (mean := result.estimate(result.baseline, kpi).mean) > 0}
    step = min(0.28, 0.75 / max(1, len(others)))
    data: list[dict[str, Any]] = []
    figures: list[str] = []
    most = 10.0
    for position, policy in enumerate(others, start=1):
        changed = {kpi: result.difference(policy, kpi) for kpi in bases}
        x = [100 * gap.mean / base for gap, base in zip(changed.values(), bases.values(), strict=True)]
        wide = [
            100 * (gap.ci95[1] - gap.mean) / base if math.isfinite(gap.ci95[1]) else 0.0
            for gap, base in zip(changed.values(), bases.values(), strict=True)
        ]
        most = max(most, *(abs(value) + half for value, half in zip(x, wide, strict=True)))
        offset = (position - (len(others) + 1) / 2) * step
        colour = line_of(colours, position)["color"]
        data.append(
            scatter(
                x,
                [i + offset for i in range(len(bases))],
                "markers",
                name=policy.title[language],
                marker={"size": 10, "color": colour, "symbol": mark_of(position)},
                error_x=error_bars(wide, colour=colour),
                hovertemplate=hover(f"{TRACE_NAME}: %{{x:+,.1f}} %"),
            )
        )
        parts = (f"{say.say(OUTCOMES[kpi])} {_percent(say, changed[kpi].mean / bases[kpi])}" for kpi in bases)
        figures.append(say.say("{policy}: {figures}", policy=policy.title[language], figures=", ".join(parts)))
    end = nice(most * 1.02)
    layout = {
        "xaxis": {"range": [-end, end], "title": say.say("change, %")},
        "yaxis": named_places([say.say(OUTCOMES[kpi]) for kpi in bases], len(bases) - 0.45, -0.55),
        "shapes": [upright(0, colours.baseline, dash="dash")],
        **legend(result.policies, language),
    }
    title = _said_of_outcomes(say, result)
    return dress(
        data,
        layout,
        result,
        language,
        name="outcomes",
        title=title,
        alt=f"{title}. {'; '.join(figures)}.",
        scheme=scheme,
        height=height_with(result.policies, language),
        sides=(150, 14, CHART_HEIGHT - 8 - plot_height(result.policies, language)),
    )


def _percent(say: Words, share: float) -> str:
    return f"{say.signed(100 * share, 2)}{say.percent(0).removeprefix('0')}"


def _said_of_outcomes(say: Words, result: Comparison) -> str:
    found = {policy.id: result.difference(policy, "cash_cost_eur") for policy in result.policies[1:]}
    cheaper = [name for name in found if found[name].verdict == "lower"]
    if not cheaper and not all(one.verdict == "higher" for one in found.values()):
        return say.say("No policy is surely cheaper than “{baseline}”", baseline=result.baseline.title[say.language])
    cheapest = min(cheaper or found, key=lambda name: found[name].mean)
    tied = [f"“{policy.title[say.language]}”" for policy in result.policies[1:] if _ties(result, policy, cheapest)]
    mean, title = found[cheapest].mean, result.policy(cheapest).title[say.language]
    amount = say.money(abs(mean) / result.years)
    if len(found) > 1 and mean > 0:
        sentence = N_("All cost more in total; the least: {policies}, {amount} more a year")
        return say.say(sentence, policies=say.listed(tied), amount=amount)
    if len(found) > 1 and mean == min(one.mean for one in found.values()):
        return say.say("Least in total: {policies}, {amount} less a year", policies=say.listed(tied), amount=amount)
    if mean > 0:
        return say.say("“{policy}” costs {amount} more in total a year", policy=title, amount=amount)
    return say.say("“{policy}” costs {amount} less in total a year", policy=title, amount=amount)


def _ties(result: Comparison, policy: Policy, cheapest: str) -> bool:
    """Whether a policy costs in every future what the cheapest one costs."""
    return bool((result.values(policy, "cash_cost_eur") == result.values(cheapest, "cash_cost_eur")).all())


# ---- winners and losers --------------------------------------------------------------------------------------------


def winners(result: Comparison, policy: str | Policy) -> tuple[int, int]:
    """Return how many municipalities pay less themselves by more than chance, and how many pay more."""
    said = changes(result, result.policy(policy)).verdicts
    return int(np.sum(said == "wins")), int(np.sum(said == "loses"))


def winners_by_size(result: Comparison, language: str, *, scheme: str = "light") -> Any:
    """Return what municipalities pay more or less themselves by size, euro per inhabitant a year, 95 % intervals."""
    say, colours = words(language), palette(scheme)
    table = result.burden("size_class")
    groups = list(dict.fromkeys(table["size_class"]))
    others = result.policies[1:]
    data: list[dict[str, Any]] = []
    most = 0.0
    width = 0.6 / max(1, len(others))
    for position, policy in enumerate(others, start=1):
        rows = table[table["policy"] == policy.id].set_index("size_class").loc[groups]
        mean, high = rows["change"].to_numpy(dtype=float), rows["change_hi"].to_numpy(dtype=float)
        half = np.where(np.isfinite(high), high - mean, 0.0)
        most = max(most, float(np.max(np.abs(mean) + half)))
        data.append(
            {
                "type": "bar",
                "x": [i + (position - (len(others) + 1) / 2) * width for i in range(len(groups))],
                "y": mean,
                "width": width * 0.9,
                "name": policy.title[language],
                "marker": {"color": line_of(colours, position)["color"]},
                "error_y": error_bars(half, colour=colours.text, thickness=1.2, width=3),
                "hovertemplate": hover(f"{TRACE_NAME}: € %{{y:+,.2f}}"),
            }
        )
    end = nice(1.05 * most) if most else 1.0
    sizes = [_size(say, group) for group in groups]
    layout = {
        "xaxis": named_places(sizes, -0.5, len(groups) - 0.5, title=say.say("thousand inhabitants")),
        "yaxis": {"range": [-end, end], "title": say.say("extra euro per inhabitant a year")},
        "shapes": [level(0, color=colours.baseline, width=2, dash="dash")],
        **legend(result.policies, language),
    }
    counts = [(policy, *winners(result, policy)) for policy in others]
    title = _said_of_winners(say, result, counts)
    alt = "; ".join(
        say.say("{policy}: {less} surely pay less, {more} more", policy=policy.title[language], less=less, more=more)
        for policy, less, more in counts
    )
    return dress(
        data,
        layout,
        result,
        language,
        name="winners",
        title=title,
        alt=f"{title}. {alt}.",
        scheme=scheme,
        height=height_with(result.policies, language),
        sides=(64, 12, CHART_HEIGHT - 8 - plot_height(result.policies, language)),
    )


def _size(say: Words, group: object) -> str:
    low, high = next((low, high) for low, high, label in SIZE_CLASSES if label == group)
    return thousands(say, low, high)


def thousands(say: Words, low: int, high: int) -> str:
    """Return a class of size in thousands of inhabitants, for an axis."""
    if low == 0:
        return f"< {say.number(high / 1000)}"
    if high > 10_000_000:
        return f"≥ {say.number(low / 1000)}"
    return f"{say.number(low / 1000)}–{say.number(high / 1000)}"


def _said_of_winners(say: Words, result: Comparison, counts: list[tuple[Policy, int, int]]) -> str:
    policy, less, more = max(counts, key=lambda one: one[1])
    values = {"n": len(result.world.municipalities), "policy": policy.title[say.language]}
    if less == 0 and more == 0:
        return say.say("For no municipality is it sure that it pays more or less itself")
    if less >= more:
        return say.say("{less} of {n} municipalities surely pay less themselves under “{policy}”", less=less, **values)
    return say.say("{more} of {n} municipalities surely pay more themselves under “{policy}”", more=more, **values)


def table_of_outcomes(result: Comparison, language: str) -> ChartTable:
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
            rows.append(
                [
                    name,
                    policy.title[language],
                    base / by,
                    one.mean / by,
                    *(end / by for end in one.ci95),
                    *say.percents(one.shares),
                ]
            )
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
    return chart_table(columns, rows)


def table_of_winners(result: Comparison, language: str) -> ChartTable:
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
            rows.append(
                [
                    policy.title[language],
                    say.say(SIZE_NAMES[str(row["size_class"])]),
                    less,
                    len(here) - less - more,
                    more,
                    float(row["change"]),
                    float(row["change_lo"]),
                    float(row["change_hi"]),
                ]
            )
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
    return chart_table(columns, rows)
