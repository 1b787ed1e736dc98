"""Who pays, policy beside policy."""

from __future__ import annotations

from typing import Any

from sim.experiments.comparison.compare import Comparison
from sim.model.policy.policy import PAYERS
from sim.show.base.figure import dress, nice
from sim.show.base.legend import BELOW_AXIS, KEY
from sim.show.base.palette import CHART_HEIGHT, palette
from sim.show.base.table import MILLION, Cell, ChartTable, chart_table
from sim.show.charts.who_pays import PAYER_NAMES
from sim.text import words


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


def table_of_payers_by_policy(result: Comparison, language: str) -> ChartTable:
    """Who pays under every policy: a row for every policy."""
    say = words(language)
    rows: list[list[Cell]] = []
    for policy in result.policies:
        paid = {payer: sum(parts.values()) for payer, parts in result.payers(policy).items()}
        amounts = [paid.get(payer, 0.0) / result.years / MILLION for payer in PAYERS]
        rows.append([policy.title[language], *amounts, sum(amounts)])
    heads = [say.say("{payer}, million euro a year", payer=say.say(PAYER_NAMES[payer])) for payer in PAYERS]
    return chart_table((say.say("Policy"), *heads, say.say("Together, million euro a year")), rows)
