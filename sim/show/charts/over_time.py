"""Over time: what every year may cost, and when a policy has paid itself back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiments.comparison.compare import Comparison
from sim.model.policy.policy import Policy
from sim.results.estimates import mean_interval
from sim.show.base.figure import TRACE_NAME, calendar_years, dress, hover, level, nice, scatter, steady
from sim.show.base.legend import height_with, legend, line_of
from sim.show.base.palette import palette
from sim.show.base.table import MILLION, Cell, ChartTable, chart_table
from sim.text import Words, words

BANDS = (5, 25, 50, 75, 95)
"""Percentiles of the futures."""


def calendar(result: Comparison) -> list[int]:
    """Return the calendar years of a comparison."""
    return [result.world.start.year + i for i in range(result.years)]


def yearly(result: Comparison, policy: str | Policy) -> NDArray[np.float64]:
    """Return the percentiles BANDS of the cash cost of every year, in euro: shape (5, years)."""
    return np.percentile(result.years_of(policy), BANDS, axis=0)


def band(x: list[int], low: NDArray[np.float64], high: NDArray[np.float64], fill: str) -> dict[str, Any]:
    """Return the area between two lines."""
    look = {"line": {"width": 0}, "fill": "toself", "fillcolor": fill, "hoverinfo": "skip", "showlegend": False}
    return scatter([*x, *x[::-1]], [*low, *high[::-1]], "lines", **look)


def fan(result: Comparison, language: str, *, scheme: str = "light") -> Any:
    """Return the cost of every year: the middle future, where half of the futures lie, and 9 of 10 of them."""
    say, colours = words(language), palette(scheme)
    x = calendar(result)
    found = [yearly(result, policy) / MILLION for policy in result.policies]
    colour = line_of(colours, len(found) - 1)["color"]
    data = [
        band(x, found[-1][0], found[-1][4], colours.faded(colour, 0.16)),
        band(x, found[-1][1], found[-1][3], colours.faded(colour, 0.30)),
    ]
    data += [
        scatter(
            x,
            bands[2],
            "lines",
            name=policy.title[language],
            line=line_of(colours, position),
            customdata=np.column_stack([bands[0], bands[4]]).tolist(),
            hovertemplate=hover(f"{TRACE_NAME}, %{{x}}", say.say("{n} million euro", n="%{y:,.1f}"), _nine_in_ten(say)),
        )
        for position, (policy, bands) in enumerate(zip(result.policies, found, strict=True))
    ]
    layout = {
        "xaxis": calendar_years(x),
        "yaxis": {
            "range": [0, steady(float(found[0].max()), max(float(bands.max()) for bands in found))],
            "title": say.say("million euro in the year"),
        },
        **legend(result.policies, language),
    }
    title, alt = _said_of_years(say, result, found, x)
    return dress(
        data,
        layout,
        result,
        language,
        name="fan",
        title=title,
        alt=f"{title}. {alt}",
        scheme=scheme,
        height=height_with(result.policies, language),
        sides=(58, 12, 46),
    )


def _nine_in_ten(say: Words) -> str:
    """What comes up of the interval of futures where somebody points."""
    return say.say("9 futures in 10: {low} to {high}", low="%{customdata[0]:,.1f}", high="%{customdata[1]:,.1f}")


def _said_of_years(
    say: Words, result: Comparison, found: Sequence[NDArray[np.float64]], x: Sequence[int]
) -> tuple[str, str]:
    """The finding: what a usual year costs, first and last; and for those who cannot see, that of every policy."""
    first, last, rare = (
        say.money(float(value) * MILLION) for value in (found[-1][2][0], found[-1][2][-1], found[-1][4][-1])
    )
    title = say.say(
        "A usual year costs {low} in {first} and {high} in {last}; 1 in 20 then costs {rare} or more",
        first=x[0],
        last=x[-1],
        low=first,
        high=last,
        rare=rare,
    )
    figures = "; ".join(
        say.say(
            "{policy}: {first} in {from_year}, {last} in {to_year}",
            policy=policy.title[say.language],
            first=say.money(float(bands[2][0]) * MILLION),
            last=say.money(float(bands[2][-1]) * MILLION),
            from_year=x[0],
            to_year=x[-1],
        )
        for policy, bands in zip(result.policies, found, strict=True)
    )
    alt = say.say(
        "The cost of every year for “{policy}”. The middle future: {figures}.",
        policy=result.policies[-1].title[say.language],
        figures=figures,
    )
    return title, alt


def added_up(result: Comparison, policy: str | Policy) -> NDArray[np.float64]:
    """Return the cash cost from the start up to every year, in euro: shape (replications, years)."""
    return np.cumsum(result.years_of(policy), axis=1)


def paid_back(result: Comparison, language: str, *, scheme: str = "light") -> Any:
    """Return how much more a policy has cost than the baseline by every year; of the baseline, what it has cost."""
    say, colours = words(language), palette(scheme)
    x, shown, alone = calendar(result), result.policies[-1], len(result.policies) == 1
    total = added_up(result, shown) / MILLION
    gaps = total if alone else total - added_up(result, result.baseline) / MILLION
    low, mean, high = np.percentile(gaps, 5, axis=0), gaps.mean(axis=0), np.percentile(gaps, 95, axis=0)
    line = line_of(colours, 0 if alone else 1)
    amount = say.say("{n} million euro", n="%{y:+,.1f}" if not alone else "%{y:,.1f}")
    data = [
        band(x, low, high, colours.faded(line["color"], 0.18)),
        scatter(
            x,
            mean,
            "lines+markers",
            name=shown.title[language],
            marker={"size": 7, "color": line["color"]},
            line=line,
            customdata=np.column_stack([low, high]).tolist(),
            hovertemplate=hover("%{x}", amount, _nine_in_ten(say)),
            showlegend=False,
        ),
    ]
    top, bottom = max(float(high.max()), 0.0), min(float(low.min()), 0.0)
    room = 0.15 * (top - bottom or 1.0)
    ends = [-nice(room - bottom) if bottom else -room, nice(top + room) if top else room]
    layout = {
        "xaxis": calendar_years(x),
        "yaxis": {"range": [0 if alone else ends[0], ends[1]], "title": say.say("million euro since the start")},
        "shapes": [] if alone else [level(0, color=colours.baseline, width=2, dash="dash")],
        "showlegend": False,
    }
    title = _said(say, result, gaps, x, alone=alone)
    alt = "; ".join(f"{year}: {say.money(float(value) * MILLION)}" for year, value in zip(x, mean, strict=True))
    return dress(
        data,
        layout,
        result,
        language,
        name="paid_back",
        title=title,
        alt=f"{title}. {alt}.",
        scheme=scheme,
        sides=(58, 12, 46),
    )


def _said(say: Words, result: Comparison, gaps: NDArray[np.float64], x: Sequence[int], *, alone: bool) -> str:
    """The finding: since when a policy has been cheaper, or what it has cost more, with its interval."""
    mean, language = gaps.mean(axis=0), say.language
    values = {
        "policy": result.policies[-1].title[language],
        "baseline": result.baseline.title[language],
        "last": x[-1],
        "amount": say.money(abs(float(mean[-1])) * 1e6),
    }
    if alone:
        return say.say("By the end of {last} {amount} has been paid", **values)
    if not gaps.any():
        return say.say("“{policy}” costs as much as “{baseline}” in every year", **values)
    low, high = mean_interval(gaps[:, -1])
    if low <= 0 <= high:
        return say.say("By the end of {last} it is too close to call what “{policy}” has cost more or less", **values)
    if mean[-1] > 0:
        return say.say("By the end of {last} “{policy}” has cost {amount} more than “{baseline}”", **values)
    behind = np.flatnonzero(mean > 0)
    if not len(behind):
        return say.say(
            "“{policy}” is cheaper on average from the first year on: {amount} by the end of {last}", **values
        )
    return say.say(
        "On average “{policy}” has paid itself back in {year}, and saves {amount} by the end of {last}",
        **values,
        year=x[int(behind[-1]) + 1],
    )


def table_of_years(result: Comparison, language: str) -> ChartTable:
    """Every year: the middle future and where 5, 25, 75 and 95 of a hundred lie below."""
    say = words(language)
    columns = [say.say("Year")]
    for policy in result.policies:
        columns += [say.say("{policy}, {p}% of futures below", policy=policy.title[language], p=p) for p in BANDS]
    found = [yearly(result, policy) / MILLION for policy in result.policies]
    rows: list[list[Cell]] = [
        [str(year), *(float(value) for one in found for value in one[:, i])] for i, year in enumerate(calendar(result))
    ]
    return chart_table(columns, rows)


def table_of_added_up_costs(result: Comparison, language: str) -> ChartTable:
    """What has been paid by the end of every year, and how much that is more than under the baseline."""
    say = words(language)
    base, mine = (added_up(result, policy) / MILLION for policy in (result.baseline, result.policies[-1]))
    gaps = mine - base
    rows: list[list[Cell]] = [
        [
            str(year),
            float(base[:, i].mean()),
            float(mine[:, i].mean()),
            float(gaps[:, i].mean()),
            *(float(value) for value in np.percentile(gaps[:, i], (5, 95))),
        ]
        for i, year in enumerate(calendar(result))
    ]
    columns = (
        say.say("By the end of"),
        result.baseline.title[language],
        say.say("{policy}, million euro", policy=result.policies[-1].title[language]),
        say.say("Difference, million euro"),
        say.say("9 futures in 10 from"),
        say.say("9 futures in 10 to"),
    )
    return chart_table(columns, rows)
