"""What may happen: twenty futures that are equally likely, and how bad the worst year of a future can get."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiments.comparison.compare import Comparison
from sim.model.policy.policy import Policy
from sim.results.estimates import quantile_interval
from sim.show.base.figure import (
    TRACE_NAME,
    annotation,
    dress,
    error_bars,
    hover,
    level,
    named_places,
    nice,
    scatter,
    steady,
)
from sim.show.base.legend import height_with, legend, line_of, plot_height, ring_of
from sim.show.base.palette import CHART_HEIGHT, Palette, palette
from sim.show.base.table import MILLION, Cell, ChartTable, chart_table, heads_in_million_euro
from sim.text import Words, apportioned, words

DOTS = 20
ODDS = (2, 5, 10, 20, 50)
_BINS = 40
_WIDTH = 430  # pixels of axis on half a page
_LANE = 0.82  # of a lane is for dots, the rest for the name of the policy


def equally_likely(result: Comparison, policy: str | Policy) -> NDArray[np.float64]:
    """Return the cash cost in euro of twenty futures that stand for all: the middle of each twentieth, in order."""
    return np.quantile(result.values(policy, "cash_cost_eur"), (np.arange(DOTS) + 0.5) / DOTS)


def dots(result: Comparison, language: str, *, scheme: str = "light") -> Any:
    """Return twenty equally likely futures of every policy as dots: the cost of each, the baseline below."""
    say = words(language)
    costs = [equally_likely(result, policy) / 1e6 for policy in result.policies]
    names = [policy.title[language] for policy in result.policies]
    amount = say.say("{n} million euro", n="%{customdata[1]:,.0f}")
    said = say.say("future {i} of 20, from cheap to dear: {amount}", i="%{customdata[0]}", amount=amount)
    data, layout = lanes(costs, names, said, palette(scheme))
    layout["xaxis"]["title"] = say.say("cost over {years}, million euro", years=say.years(result.years))
    title, alt = _said_of_dots(say, result, costs)
    return dress(data, layout, result, language, name="dots", title=title, alt=alt, scheme=scheme, sides=(12, 12, 46))


def lanes(
    values: Sequence[NDArray[np.float64]],
    names: Sequence[str],
    said: str,
    colours: Palette,
    about: Sequence[object] | None = None,
    span: tuple[float, float] | None = None,
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the traces and the layout of dots on lanes above each other, a lane for each policy, the baseline below.

    `values` are in rising order. `said` is what a dot says: its place in the order (or what `about` has for it) is
    `customdata[0]` and its value `customdata[1]`. `span` are the ends of the axis.
    """
    low, high = span or _span(values)
    width = (high - low) / _BINS
    stacks = [_stacked(lane_values, low, width) for lane_values in values]
    tallest = max(int(height.max()) for _, height in stacks) + 1
    lane = (CHART_HEIGHT - 54) / len(values)
    size = min(_WIDTH / _BINS * 1.15, _LANE * lane / tallest)
    data = [
        scatter(
            x,
            position + (height + 0.6) * size / lane,
            "markers",
            marker=ring_of(colours, position, size * 0.92, 1.5),
            customdata=[[about[i] if about else i + 1, value] for i, value in enumerate(values[position])],
            hovertemplate=hover(f"<b>{names[position]}</b>", said),
            showlegend=False,
        )
        for position, (x, height) in enumerate(stacks)
    ]
    layout: dict[str, Any] = {
        "xaxis": {"range": [low, high]},
        "yaxis": {"visible": False, "range": [-0.02, len(values)]},
        "shapes": [level(position, color=colours.grid) for position in range(len(values))],
        "annotations": [
            _name(f"<b>{name}</b>", position, line_of(colours, position)["color"])
            for position, name in enumerate(names)
        ],
    }
    return data, layout


def _span(costs: Sequence[NDArray[np.float64]]) -> tuple[float, float]:
    """The ends of the axis: round, and with room around the baseline, so that they hold still for a small step."""
    base = costs[0]
    low = min(0.9 * float(base[0]), *(float(one[0]) for one in costs))
    high = max(1.2 * float(base[-1]), *(float(one[-1]) * 1.01 for one in costs))
    step = nice(max(high - low, 1e-6) / 8)
    return math.floor(low / step) * step, math.ceil(high / step) * step


def _stacked(money: NDArray[np.float64], low: float, width: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where the dots stand: the middle of their column, and how many are below them."""
    column = np.floor((money - low) / width)
    below = np.array([float(np.sum(column[:i] == column[i])) for i in range(len(money))])
    return low + (column + 0.5) * width, below


def _name(text: str, lane: int, colour: str) -> dict[str, Any]:
    return annotation(text, 0, lane + 0.99, xref="paper", xanchor="left", yanchor="top", font={"color": colour})


def _said_of_dots(say: Words, result: Comparison, costs: Sequence[NDArray[np.float64]]) -> tuple[str, str]:
    shown = result.policies[-1]
    dear = say.money(result.estimate(shown, "cash_cost_eur").p95)
    span, name = say.years(result.years), shown.title[say.language]
    if len(result.policies) == 1:
        title = say.say("In 1 future of 20, {years} cost {amount} or more", years=span, amount=dear)
    else:
        gap = result.difference(shown, "cash_cost_eur")
        cheaper, same, dearer = apportioned(gap.shares, DOTS)
        values = {"policy": name, "amount": dear, "of": DOTS}
        if gap.is_same:
            title = say.say("“{policy}” costs the same in all {of} futures; 1 in {of} costs {amount} or more", **values)
        elif same:
            title = say.say(
                "Of {of} futures “{policy}” is cheaper in {lower}, as dear in {same}, dearer in {higher}; 1 in {of} "
                "costs {amount} or more",
                lower=cheaper,
                same=same,
                higher=dearer,
                **values,
            )
        elif cheaper >= dearer:
            title = say.say(
                "“{policy}” is cheaper in {n} of {of} futures; 1 in {of} costs {amount} or more", n=cheaper, **values
            )
        else:
            title = say.say(
                "“{policy}” is dearer in {n} of {of} futures; 1 in {of} costs {amount} or more", n=dearer, **values
            )
    figures = [
        say.say(
            "{policy}: from {low} to {high}, the middle one {middle}",
            policy=policy.title[say.language],
            low=say.money(one[0] * 1e6),
            high=say.money(one[-1] * 1e6),
            middle=say.money(float(np.median(one)) * 1e6),
        )
        for policy, one in zip(result.policies, costs, strict=True)
    ]
    alt = say.say(
        "Twenty equally likely futures, the cost of each over {years}. {figures}.",
        years=span,
        figures="; ".join(figures),
    )
    return title, f"{title}. {alt}"


# ---- the worst year ------------------------------------------------------------------------------------------------


def worst_years(result: Comparison, policy: str | Policy) -> list[tuple[int, float, float, float]]:
    """Return what the worst year of a future costs once in so many futures: odds, euro, and its 95 % interval."""
    values = result.values(policy, "worst_year_cost_eur")
    return [
        (odds, float(np.quantile(values, 1 - 1 / odds)), *quantile_interval(values, 1 - 1 / odds))
        for odds in ODDS
        if odds <= max(2, len(values) / 4)
    ]


def worst_year(result: Comparison, language: str, *, scheme: str = "light") -> Any:
    """Return how dear the most expensive year of a future is: in 1 of 2, of 5, of 10, of 20."""
    say, colours = words(language), palette(scheme)
    found = [worst_years(result, policy) for policy in result.policies]
    odds = [row[0] for row in found[0]]
    step = min(0.26, 0.7 / len(found))
    data = [
        _worst(say, policy.title[language], rows, position, (position - (len(found) - 1) / 2) * step, colours)
        for position, (policy, rows) in enumerate(zip(result.policies, found, strict=True))
    ]
    tops = [max(high if math.isfinite(high) else mid for _, mid, _, high in rows) for rows in found]
    layout = {
        "xaxis": {
            "range": [0, steady(tops[0] / MILLION, max(tops) / MILLION)],
            "title": say.say("cost of the worst year, million euro"),
        },
        "yaxis": named_places([_often(say, n) for n in odds], -0.6, len(odds) - 0.4),
        **legend(result.policies, language),
    }
    at = odds.index(20) if 20 in odds else len(odds) - 1
    rare = _often(say, odds[at])
    amounts = [rows[at][1] for rows in found]
    title = _said_of_worst(say, result, rare, amounts)
    figures = [
        say.say("{policy}: {amount}", policy=policy.title[language], amount=say.money(amount))
        for policy, amount in zip(result.policies, amounts, strict=True)
    ]
    alt = say.say(
        "The worst year of a future; in {often} it costs at least: {figures}.", often=rare, figures="; ".join(figures)
    )
    return dress(
        data,
        layout,
        result,
        language,
        name="worst_year",
        title=title,
        alt=f"{title}. {alt}",
        scheme=scheme,
        height=height_with(result.policies, language),
        sides=(118, 12, CHART_HEIGHT - 8 - plot_height(result.policies, language)),
    )


def _worst(
    say: Words,
    name: str,
    rows: Sequence[tuple[int, float, float, float]],
    position: int,
    offset: float,
    colours: Palette,
) -> dict[str, Any]:
    """The worst years of one policy, so far below those of the one in the middle."""
    above = [(max(high - mid, 0) if math.isfinite(high) else 0) / MILLION for _, mid, _, high in rows]
    below = [(max(mid - low, 0) if math.isfinite(low) else 0) / MILLION for _, mid, low, _ in rows]
    return scatter(
        [mid / MILLION for _, mid, _, _ in rows],
        [place - offset for place in range(len(rows))],
        "markers",
        name=name,
        marker=ring_of(colours, position, 11),
        error_x=error_bars(above, below, colour=line_of(colours, position)["color"]),
        hovertemplate=hover(TRACE_NAME, say.say("{n} million euro", n="%{x:,.1f}")),
    )


def _often(say: Words, odds: int) -> str:
    return say.say("1 future in {n}", n=odds)


def _said_of_worst(say: Words, result: Comparison, rare: str, amounts: Sequence[float]) -> str:
    shown, language = result.policies[-1], say.language
    values = {"often": rare, "years": result.years, "amount": say.money(amounts[-1])}
    if len(amounts) == 1 or say.money(amounts[0]) == say.money(amounts[-1]):
        return say.say("In {often} the worst year of {years} costs {amount} or more", **values)
    return say.say(
        "In {often} the worst year of {years} costs {amount} or more under “{policy}”, {base} under “{baseline}”",
        **values,
        policy=shown.title[language],
        base=say.money(amounts[0]),
        baseline=result.baseline.title[language],
    )


def table_of_futures(result: Comparison, language: str) -> ChartTable:
    """Twenty futures from cheap to dear: a row for each."""
    say = words(language)
    costs = [equally_likely(result, policy) / MILLION for policy in result.policies]
    rows: list[list[Cell]] = [[i + 1, *(float(one[i]) for one in costs)] for i in range(DOTS)]
    return chart_table((say.say("Future, from cheap to dear"), *heads_in_million_euro(say, result.policies)), rows)


def table_of_worst_years(result: Comparison, language: str) -> ChartTable:
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
    return chart_table(columns, rows)
