"""The charts: who pays, how bad a year can get, who bears it. Each title is the finding.

Every function returns a Plotly figure in one language and one colour scheme; nothing is fetched from outside.
`figure.layout.meta` carries the title, the same in words for those who cannot see it (`alt`), and `rev`, which changes
when the picture does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiments.comparison.compare import Comparison
from sim.model.policy.policy import Policy
from sim.show.base.figure import TRACE_NAME, annotation, chosen, dress, hover, scatter, steady, untitled, upright
from sim.show.base.legend import height_with, legend, line_of
from sim.show.base.palette import Palette, palette
from sim.show.base.table import MILLION, Cell, ChartTable, chart_table, heads_in_million_euro
from sim.show.charts.who_pays import who_pays
from sim.text import Words, words

__all__ = ["exceedance", "untitled", "who_pays"]

ONE_IN = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
RAREST = 1000
"""Years. What is rarer rests on a handful of futures, and the axis holds still when more are played."""


def exceedance(
    result: Comparison,
    language: str,
    policies: Sequence[str | Policy] | None = None,
    *,
    scheme: str = "light",
) -> Any:
    """Return the curves of how bad a year can get: million euro in a year, and how often it is at least as much.

    All years of all futures count alike; years rarer than 1 in RAREST are left out. `policies` chooses which curves are
    drawn; the baseline is grey and dashed.
    """
    say, colours = words(language), palette(scheme)
    drawn = chosen(result, policies)
    data: list[dict[str, Any]] = []
    worst: list[float] = []
    rare = [float(np.quantile(result.years_of(policy), 0.95)) for policy in drawn]
    for policy, amount in zip(drawn, rare, strict=True):
        losses, shares = result.exceedance(policy)
        kept = shares >= 0.999 / RAREST
        worst.append(float(losses[kept][-1]))
        x, y = _thinned(losses[kept] / MILLION, shares[kept])
        data += _curve(say, result, policy, x, y, amount, colours)
    years = min(result.replications * result.years, RAREST)
    ticks = [n for n in ONE_IN if n <= years]
    layout = {
        "xaxis": {
            "range": [0, steady(worst[0] / MILLION, max(worst) / MILLION)],
            "title": say.say("cost in a year, million euro"),
        },
        "yaxis": {
            "type": "log",
            "range": [-float(np.log10(years * 1.15)), 0.02],
            "tickvals": [1 / n for n in ticks],
            "ticktext": [say.say("1 in {n}", n=say.number(n)) for n in ticks],
        },
        **legend(drawn, language),
    }
    layout |= _limit_of_fund(result, drawn[-1], say, colours, end=layout["xaxis"]["range"][1])
    figures = [
        say.say("{policy}: {amount}", policy=policy.title[language], amount=say.money(amount))
        for policy, amount in zip(drawn, rare, strict=True)
    ]
    alt = say.say("How bad a year can get. Exceeded in 1 year of 20: {figures}.", figures="; ".join(figures))
    return dress(
        data,
        layout,
        result,
        language,
        name="exceedance " + " ".join(policy.id for policy in drawn),
        title=_finding(say, drawn, rare),
        alt=alt,
        scheme=scheme,
        height=height_with(drawn, language),
        sides=(86, 12, 46),
    )


def _curve(
    say: Words, result: Comparison, policy: Policy, x: list[float], y: list[float], rare: float, colours: Palette
) -> list[dict[str, Any]]:
    """The curve of a policy, and a point where 1 year of 20 is worse."""
    position = list(result.policies).index(policy)
    line = line_of(colours, position)
    often = say.say(
        "{often}: {amount} or more",
        often=say.say("1 in {n}", n="%{customdata:,.0f}"),
        amount=say.say("{n} million euro", n="%{x:,.1f}"),
    )
    curve = scatter(
        x,
        y,
        "lines",
        name=policy.title[say.language],
        line=line,
        zorder=0 if position else 1,  # the dashes show on a curve that is the same
        customdata=[1 / share for share in y],
        hovertemplate=hover(TRACE_NAME, often),
    )
    point = {"symbol": "diamond", "size": 10, "color": line["color"]}
    return [curve, scatter([rare / MILLION], [0.05], "markers", marker=point, hoverinfo="skip", showlegend=False)]


def _finding(say: Words, drawn: Sequence[Policy], rare: Sequence[float]) -> str:
    """What 1 year of 20 costs at least, under each policy or from the least to the most."""
    low, high = say.money(min(rare)), say.money(max(rare))
    if len(drawn) == 1:
        return say.say("In 1 year of 20 the bill is {amount} or more", amount=low)
    if low == high:
        return say.say("In 1 year of 20 the bill is {amount} or more under every policy", amount=low)
    if len(drawn) > 2:
        return say.say(
            "In 1 year of 20 the bill is at least {low} to {high}, depending on the policy", low=low, high=high
        )
    return say.say(
        "In 1 year of 20 the bill is {amount} or more under “{policy}”, {base} under “{baseline}”",
        amount=say.money(rare[1]),
        policy=drawn[1].title[say.language],
        base=say.money(rare[0]),
        baseline=drawn[0].title[say.language],
    )


def _limit_of_fund(result: Comparison, policy: Policy, say: Words, colours: Palette, *, end: float) -> dict[str, Any]:
    """A line where the fund of a policy has paid all that it may pay in a year; nothing where it has no fund."""
    if policy.fund is None:
        return {}
    prevention = result.estimate(policy, "prevention_cost_eur").mean / result.years
    limit = (prevention + policy.fund.annual_limit) / MILLION
    if limit >= end:
        return {}
    anchor, shift = ("left", 3) if limit < end / 2 else ("right", -3)
    note = annotation(
        say.say("limit of the fund"),
        limit,
        0,
        yref="paper",
        xanchor=anchor,
        yanchor="bottom",
        xshift=shift,
        font={"color": colours.text},
    )
    return {"shapes": [upright(limit, colours.payers["fund"])], "annotations": [note]}


def _thinned(
    losses: NDArray[np.float64], shares: NDArray[np.float64], most: int = 160
) -> tuple[list[float], list[float]]:
    """At most so many points of a curve, close together where it is rare."""
    n = len(losses)
    if n <= most:
        return losses.tolist(), shares.tolist()
    kept = np.unique(n - np.round(np.geomspace(1, n, most)).astype(int))
    return losses[kept].tolist(), shares[kept].tolist()


def table_of_exceedance(result: Comparison, language: str) -> ChartTable:
    """How bad a year can get: a row for every chance."""
    say = words(language)
    years = [result.years_of(policy).ravel() for policy in result.policies]
    odds = [n for n in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if n <= len(years[0]) / 4]
    rows: list[list[Cell]] = [
        [say.say("1 year in {n}", n=say.number(n)), *(float(np.quantile(one, 1 - 1 / n)) / MILLION for one in years)]
        for n in odds
    ]
    return chart_table((say.say("At least so bad"), *heads_in_million_euro(say, result.policies)), rows)
