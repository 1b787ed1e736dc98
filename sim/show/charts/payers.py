"""Who pays, policy beside policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.experiments.comparison.compare import Comparison
from sim.model.policy.policy import PAYERS
from sim.show.base.figure import TRACE_NAME, annotation, dress, hover, named_places, nice
from sim.show.base.legend import BELOW_AXIS, KEY
from sim.show.base.palette import CHART_HEIGHT, Palette, palette
from sim.show.base.table import MILLION, Cell, ChartTable, chart_table
from sim.show.charts.who_pays import PAYER_NAMES
from sim.text import Words, words


def payers_bars(result: Comparison, language: str, *, scheme: str = "light") -> Any:
    """Return the yearly cost of every policy as a bar, in parts by payer; the baseline on top."""
    say, colours = words(language), palette(scheme)
    sums = [
        {payer: sum(parts.values()) / result.years for payer, parts in result.payers(policy).items()}
        for policy in result.policies
    ]
    totals = [sum(parts.values()) for parts in sums]
    ends = [sum(max(part, 0.0) for part in parts.values()) for parts in sums]
    lowest = min(sum(min(part, 0.0) for part in parts.values()) for parts in sums)
    names = [_short(policy.title[language]) for policy in result.policies]
    height = max(CHART_HEIGHT - 60, 36 * len(names) + 130)  # a name may take two lines, and the key two rows
    layout = {
        "annotations": [
            annotation(say.number(total / MILLION, 1), end / MILLION, position, xanchor="left", xshift=4)
            for position, (total, end) in enumerate(zip(totals, ends, strict=True))
        ],
        "barmode": "relative",
        "bargap": 0.35,
        "xaxis": {
            "range": [-nice(-lowest / MILLION) if lowest < 0 else 0, nice(max(ends) / MILLION * 1.1)],
            "title": say.say("million euro a year"),
        },
        "yaxis": named_places(names, len(names) - 0.4, -0.6, automargin=True),
        "showlegend": True,
        "legend": KEY | {"y": -BELOW_AXIS / (height - BELOW_AXIS - 27)},
    }
    return dress(
        _bars(say, sums, colours),
        layout,
        result,
        language,
        name="payers",
        title=_finding(say, sums, ends),
        alt=_alt(say, result, sums, totals),
        scheme=scheme,
        height=height,
        sides=(8, 12, 46),
    )


def _bars(say: Words, sums: Sequence[Mapping[str, float]], colours: Palette) -> list[dict[str, Any]]:
    """The part of each payer that pays anything, of every policy."""
    return [
        {
            "type": "bar",
            "y": list(range(len(sums))),
            "x": [parts.get(payer, 0.0) / MILLION for parts in sums],
            "name": say.say(PAYER_NAMES[payer]),
            "orientation": "h",
            "marker": {"color": colours.payers[payer], "line": {"width": 0}},
            "hovertemplate": hover(TRACE_NAME + ": " + say.say("{n} million euro", n="%{x:,.1f}")),
        }
        for payer in PAYERS
        if any(payer in parts for parts in sums)
    ]


def _finding(say: Words, sums: Sequence[Mapping[str, float]], ends: Sequence[float]) -> str:
    """Which share of what is paid the municipalities pay."""
    shares = [parts.get("municipality", 0.0) / end if end else 0.0 for parts, end in zip(sums, ends, strict=True)]
    if say.percent(min(shares)) == say.percent(max(shares)):
        return say.say("The municipalities pay {share} of the bill under every policy", share=say.percent(shares[0]))
    return say.say(
        "The municipalities pay {low} to {high} of the bill, depending on the policy",
        low=say.percent(min(shares)),
        high=say.percent(max(shares)),
    )


def _alt(say: Words, result: Comparison, sums: Sequence[Mapping[str, float]], totals: Sequence[float]) -> str:
    """The same for those who cannot see it, with what every payer pays."""
    figures = [
        say.say("{policy}: {amount}", policy=policy.title[say.language], amount=say.money(total))
        + " ("
        + ", ".join(f"{say.say(PAYER_NAMES[payer])} {say.money(part)}" for payer, part in parts.items())
        + ")"
        for policy, parts, total in zip(result.policies, sums, totals, strict=True)
    ]
    return say.say(
        "Yearly cost by payer, from {least} to {most}. {figures}.",
        least=say.money(min(totals)),
        most=say.money(max(totals)),
        figures="; ".join(figures),
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
