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

from sim.experiments.comparison.burdens import SIZE_CLASSES
from sim.experiments.comparison.compare import Comparison
from sim.model.policy.policy import PAYERS, Policy
from sim.show.base.figure import chosen, dress, nice, steady, untitled
from sim.show.base.legend import BELOW_AXIS, KEY, height_with, legend, line_of
from sim.show.base.palette import CHART_HEIGHT, Palette, palette
from sim.show.charts.differences import thousands
from sim.show.charts.who_pays import PAYER_NAMES, who_pays
from sim.text import Words, words

__all__ = ["burden_by_size", "exceedance", "payers_bars", "untitled", "who_pays"]

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
    rare: list[float] = []
    for policy in drawn:
        losses, shares = result.exceedance(policy)
        worst.append(float(losses[shares >= 0.999 / RAREST][-1]))
        rare.append(float(np.quantile(result.years_of(policy), 0.95)))
        line = line_of(colours, list(result.policies).index(policy))
        told = shares >= 0.999 / RAREST
        x, y = _thinned(losses[told] / 1e6, shares[told])
        often = say.say(
            "{often}: {amount} or more",
            often=say.say("1 in {n}", n="%{customdata:,.0f}"),
            amount=say.say("{n} million euro", n="%{x:,.1f}"),
        )
        curve = {"x": x, "y": y, "mode": "lines", "line": line, "customdata": [1 / share for share in y]}
        point = {"symbol": "diamond", "size": 10, "color": line["color"]}
        data += [
            {
                "type": "scatter",
                "name": policy.title[language],
                "zorder": 0
                if list(result.policies).index(policy)
                else 1,  # the dashes show on a curve that is the same
                "hovertemplate": f"<b>%{{fullData.name}}</b><br>{often}<extra></extra>",
                **curve,
            },
            {
                "type": "scatter",
                "x": [rare[-1] / 1e6],
                "y": [0.05],
                "mode": "markers",
                "marker": point,
                "hoverinfo": "skip",
                "showlegend": False,
            },
        ]
    years = min(result.replications * result.years, RAREST)
    ticks = [n for n in ONE_IN if n <= years]
    layout = {
        "xaxis": {
            "range": [0, steady(worst[0] / 1e6, max(worst) / 1e6)],
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
    low, high = say.money(min(rare)), say.money(max(rare))
    if len(drawn) == 1:
        title = say.say("In 1 year of 20 the bill is {amount} or more", amount=low)
    elif low == high:
        title = say.say("In 1 year of 20 the bill is {amount} or more under every policy", amount=low)
    elif len(drawn) > 2:
        title = say.say(
            "In 1 year of 20 the bill is at least {low} to {high}, depending on the policy", low=low, high=high
        )
    else:
        title = say.say(
            "In 1 year of 20 the bill is {amount} or more under “{policy}”, {base} under “{baseline}”",
            amount=say.money(rare[1]),
            policy=drawn[1].title[language],
            base=say.money(rare[0]),
            baseline=drawn[0].title[language],
        )
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
        title=title,
        alt=alt,
        scheme=scheme,
        height=height_with(drawn, language),
        sides=(86, 12, 46),
    )


def _limit_of_fund(result: Comparison, policy: Policy, say: Words, colours: Palette, *, end: float) -> dict[str, Any]:
    """A line where the fund of a policy has paid all that it may pay in a year; nothing where it has no fund."""
    if policy.fund is None:
        return {}
    prevention = result.estimate(policy, "prevention_cost_eur").mean / result.years
    limit = (prevention + policy.fund.annual_limit) / 1e6
    if limit >= end:
        return {}
    colour = colours.payers["fund"]
    line = {"type": "line", "x0": limit, "x1": limit, "yref": "paper", "y0": 0, "y1": 1}
    note = {"text": say.say("limit of the fund"), "x": limit, "yref": "paper", "y": 0,
            "xanchor": "left" if limit < end / 2 else "right", "yanchor": "bottom",
            "xshift": 3 if limit < end / 2 else -3, "showarrow": False, "font": {"color": colours.text}}  # fmt: skip
    return {"shapes": [{**line, "line": {"color": colour, "width": 2, "dash": "dot"}}], "annotations": [note]}


def _thinned(
    losses: NDArray[np.float64], shares: NDArray[np.float64], most: int = 160
) -> tuple[list[float], list[float]]:
    """At most so many points of a curve, close together where it is rare."""
    n = len(losses)
    if n <= most:
        return losses.tolist(), shares.tolist()
    kept = np.unique(n - np.round(np.geomspace(1, n, most)).astype(int))
    return losses[kept].tolist(), shares[kept].tolist()


def burden_by_size(result: Comparison, language: str, *, scheme: str = "light") -> Any:
    """Return what municipalities bear themselves by size, euro per inhabitant per year, with 95 % intervals."""
    say, colours = words(language), palette(scheme)
    table = result.burden("size_class")
    groups = list(dict.fromkeys(table["size_class"]))
    names = {label: thousands(say, low, high) for low, high, label in SIZE_CLASSES}
    data: list[dict[str, Any]] = []
    width = 0.6 / len(result.policies)
    tops: list[float] = []
    for position, policy in enumerate(result.policies):
        rows = table[table["policy"] == policy.id].set_index("size_class").loc[groups]
        line = line_of(colours, position)
        offset = (position - (len(result.policies) - 1) / 2) * width
        high, low = rows["hi"].to_numpy(), np.maximum(rows["lo"].to_numpy(), 0)
        mean = rows["mean"].to_numpy()
        known = np.isfinite(high)
        tops += [float(np.max(np.where(known, high, mean)))]
        interval = say.say(
            "{level}% interval {low} to {high}", low="%{customdata[1]:,.2f}", high="%{customdata[2]:,.2f}"
        )
        data.append(
            {
                "type": "scatter",
                "x": [i + offset for i in range(len(groups))],
                "y": mean,
                "name": policy.title[language],
                "mode": "markers",
                "marker": {
                    "color": line["color"] if position else colours.background,
                    "size": 10,
                    "line": {"color": line["color"], "width": 2},
                },
                "error_y": {
                    "type": "data",
                    "symmetric": False,
                    "array": np.where(known, high - mean, 0),
                    "arrayminus": np.where(known, mean - low, 0),
                    "color": line["color"],
                    "thickness": 1.5,
                    "width": 4,
                },
                "customdata": rows[["municipalities", "lo", "hi"]].to_numpy().tolist(),
                "hovertemplate": "<b>%{fullData.name}</b><br>"
                + say.say("{n} municipalities", n="%{customdata[0]:.0f}")
                + f": € %{{y:,.2f}} ({interval})<extra></extra>",
            }
        )
    top = nice(max(tops) * 1.02)
    layout = {
        "xaxis": {
            "tickvals": list(range(len(groups))),
            "ticktext": [names[group] for group in groups],
            "range": [-0.5, len(groups) - 0.5],
            "title": say.say("thousand inhabitants"),
            "showgrid": False,
        },
        "yaxis": {"range": [-0.03 * top, top], "title": say.say("euro per inhabitant a year")},
        **legend(result.policies, language),
    }
    shown = result.policies[min(1, len(result.policies) - 1)]
    of_shown = table[table["policy"] == shown.id].set_index("size_class")["mean"]
    first, last = of_shown[groups[0]], of_shown[groups[-1]]
    if len(groups) == 1:
        title = say.say("Municipalities bear {amount} per inhabitant a year", amount=say.money(first))
    elif say.money(first) == say.money(last):
        title = say.say(
            "Small and large municipalities both bear {amount} per inhabitant a year", amount=say.money(first)
        )
    else:
        title = say.say(
            "The smallest municipalities bear {small} per inhabitant a year, the largest {large}",
            small=say.money(first),
            large=say.money(last),
        )
    if len(result.policies) > 1:
        title = say.say(
            "{policy}: {finding}", policy=f"“{shown.title[language]}”", finding=title[0].lower() + title[1:]
        )
    figures = [
        say.say(
            "{policy}: {amount}", policy=f"{policy.title[language]}, {names[str(group)]}", amount=say.money(row["mean"])
        )
        for policy in result.policies
        for group, row in table[table["policy"] == policy.id].set_index("size_class").iterrows()
    ]
    alt = say.say(
        "Own cost in euro per inhabitant a year, by thousand inhabitants. {figures}.", figures="; ".join(figures)
    )
    return dress(
        data,
        layout,
        result,
        language,
        name="burden",
        title=title,
        alt=alt,
        scheme=scheme,
        height=height_with(result.policies, language),
        sides=(58, 12, 46),
    )


def payers_bars(result: Comparison, language: str, *, scheme: str = "light") -> Any:
    """Return the yearly cost of every policy as a bar, in parts by payer; the baseline on top."""
    say, colours = words(language), palette(scheme)
    sums = {
        policy.id: {payer: sum(parts.values()) / result.years for payer, parts in result.payers(policy).items()}
        for policy in result.policies
    }
    totals = {name: sum(parts.values()) for name, parts in sums.items()}
    titles = [_short(policy.title[language]) for policy in result.policies]
    data = [
        {
            "type": "bar",
            "y": list(range(len(titles))),
            "x": [sums[policy.id].get(payer, 0.0) / 1e6 for policy in result.policies],
            "name": say.say(PAYER_NAMES[payer]),
            "orientation": "h",
            "marker": {"color": colours.payers[payer], "line": {"width": 0}},
            "hovertemplate": "<b>%{fullData.name}</b>: "
            + say.say("{n} million euro", n="%{x:,.1f}")
            + "<extra></extra>",
        }
        for payer in PAYERS
        if any(payer in parts for parts in sums.values())
    ]
    ends = {name: sum(max(part, 0.0) for part in parts.values()) for name, parts in sums.items()}
    starts = [sum(min(part, 0.0) for part in parts.values()) for parts in sums.values()]
    totals_beside = [
        {
            "x": ends[policy.id] / 1e6,
            "y": position,
            "text": say.number(totals[policy.id] / 1e6, 1),
            "xanchor": "left",
            "xshift": 4,
            "showarrow": False,
        }
        for position, policy in enumerate(result.policies)
    ]
    most, lowest = max(totals.values()), min(starts)
    height = max(CHART_HEIGHT - 60, 36 * len(titles) + 130)  # a name may take two lines, and the key two rows
    layout = {
        "annotations": totals_beside,
        "barmode": "relative",
        "bargap": 0.35,
        "xaxis": {
            "range": [-nice(-lowest / 1e6) if lowest < 0 else 0, nice(max(ends.values()) / 1e6 * 1.1)],
            "title": say.say("million euro a year"),
        },
        "yaxis": {
            "tickvals": list(range(len(titles))),
            "ticktext": titles,
            "range": [len(titles) - 0.4, -0.6],
            "showgrid": False,
            "automargin": True,
        },
        "showlegend": True,
        "legend": KEY | {"y": -BELOW_AXIS / (height - BELOW_AXIS - 27)},
    }
    least = min(totals.values())
    shares = [sums[name].get("municipality", 0.0) / total if total else 0.0 for name, total in ends.items()]
    if say.percent(min(shares)) == say.percent(max(shares)):
        title = say.say("The municipalities pay {share} of the bill under every policy", share=say.percent(shares[0]))
    else:
        title = say.say(
            "The municipalities pay {low} to {high} of the bill, depending on the policy",
            low=say.percent(min(shares)),
            high=say.percent(max(shares)),
        )
    figures = [
        say.say("{policy}: {amount}", policy=policy.title[language], amount=say.money(totals[policy.id]))
        + " ("
        + ", ".join(f"{say.say(PAYER_NAMES[payer])} {say.money(part)}" for payer, part in sums[policy.id].items())
        + ")"
        for policy in result.policies
    ]
    alt = say.say(
        "Yearly cost by payer, from {least} to {most}. {figures}.",
        least=say.money(least),
        most=say.money(most),
        figures="; ".join(figures),
    )
    return dress(
        data,
        layout,
        result,
        language,
        name="payers",
        title=title,
        alt=alt,
        scheme=scheme,
        height=height,
        sides=(8, 12, 46),
    )


def _short(title: str, letters: int = 22) -> str:
    """A title on at most two lines, for an axis."""
    words_left, lines = title.split(), [""]
    for word in words_left:
        if lines[-1] and len(lines[-1]) + len(word) >= letters and len(lines) < 2:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines)
