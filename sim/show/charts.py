"""The charts: who pays, how bad a year can get, who bears it. Each title is the finding.

Every function returns a Plotly figure in one language and one colour scheme; nothing is fetched from outside.
`figure.layout.meta` carries the title, the same in words for those who cannot see it (`alt`), and `rev`, which changes
when the picture does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from sim.experiments.compare import SIZE_CLASSES, Comparison
from sim.model.policy import PAYERS, Policy
from sim.show.frame import chosen, dress, new_figure, nice, untitled
from sim.show.palette import CHART_HEIGHT, TEXT_SIZE, Palette, palette
from sim.show.sankey import PAYER_NAMES, who_pays
from sim.text import Words, words

__all__ = ["burden_by_size", "exceedance", "payers_bars", "untitled", "who_pays"]

ONE_IN = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
_DASHES = ("solid", "dashdot", "dot", "longdash")


def _line(colours: Palette, position: int) -> dict[str, Any]:
    """The line of the policy at this position: the baseline grey and dashed, the first scenario thick."""
    if position == 0:
        return {"color": colours.baseline, "width": 2, "dash": "dash"}
    if position == 1:
        return {"color": colours.scenario, "width": 3}
    further = position - 2
    return {
        "color": colours.lines[further % len(colours.lines)],
        "width": 2.5,
        "dash": _DASHES[further // len(colours.lines) % len(_DASHES)],
    }


def _legend(below: float) -> dict[str, Any]:
    return {
        "orientation": "h",
        "x": 0,
        "xref": "container",
        "xanchor": "left",
        "y": 0,
        "yref": "container",
        "yanchor": "bottom",
        "font": {"size": TEXT_SIZE},
    } | ({"itemclick": False, "itemdoubleclick": False} if below else {})


def exceedance(
    result: Comparison,
    language: str,
    policies: Sequence[str | Policy] | None = None,
    *,
    scheme: str = "light",
) -> Any:
    """Return the curves of how bad a year can get: million euro in a year, and how often it is at least as much.

    All years of all futures count alike. `policies` chooses which curves are drawn; the baseline is grey and dashed.
    """
    say, colours = words(language), palette(scheme)
    drawn = chosen(result, policies)
    figure = new_figure()
    worst: list[float] = []
    rare: list[float] = []
    for policy in drawn:
        losses, shares = result.exceedance(policy)
        worst.append(float(losses[-1]))
        rare.append(float(np.quantile(result.years_of(policy), 0.95)))
        line = _line(colours, list(result.policies).index(policy))
        x, y = _thinned(losses / 1e6, shares)
        figure.add_trace(
            go.Scatter(
                x=x,
                y=y,
                name=policy.title[language],
                mode="lines",
                line=line,
                customdata=[
                    say.say("{often}: {amount} or more", often=_once(say, 1 / share), amount=say.money(million * 1e6))
                    for million, share in zip(x, y, strict=True)
                ],
                hovertemplate="<b>%{fullData.name}</b><br>%{customdata}<extra></extra>",
            )
        )
        figure.add_trace(
            go.Scatter(
                x=[rare[-1] / 1e6],
                y=[0.05],
                mode="markers",
                marker={"symbol": "diamond", "size": 10, "color": line["color"]},
                hoverinfo="skip",
                showlegend=False,
            )
        )
    years = result.replications * result.years
    ticks = [n for n in ONE_IN if n <= years]
    figure.update_yaxes(
        type="log",
        range=[-np.log10(years * 1.15), 0.02],
        tickvals=[1 / n for n in ticks],
        ticktext=[_once(say, n) for n in ticks],
    )
    figure.update_xaxes(range=[0, nice(max(worst) / 1e6)], title=say.say("cost in a year, million euro"))
    if len(drawn) == 1:
        title = say.say("In 1 year of 20 the bill is {amount} or more", amount=say.money(rare[0]))
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
    rows = _legend_rows(drawn, language)
    figure.update_layout(legend=_legend(1), showlegend=len(drawn) > 1)
    return dress(
        figure,
        result,
        language,
        name="exceedance " + " ".join(policy.id for policy in drawn),
        title=title,
        alt=alt,
        scheme=scheme,
        height=CHART_HEIGHT + 20 * max(0, rows - 1),
        sides=(86, 12, 46 + 20 * rows),
    )


def _once(say: Words, years: float) -> str:
    return say.say("1 in {n}", n=say.number(years))


def _legend_rows(policies: Sequence[Policy], language: str) -> int:
    """How many rows a legend below a chart takes, at the width of half a page."""
    if len(policies) < 2:
        return 0
    room, rows = 0, 1
    for policy in policies:
        width = 52 + 7 * len(policy.title[language])
        if room and room + width > 520:
            room, rows = 0, rows + 1
        room += width
    return rows


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
    names = {label: _thousands(say, low, high) for low, high, label in SIZE_CLASSES}
    figure = new_figure()
    width = 0.6 / len(result.policies)
    tops: list[float] = []
    for position, policy in enumerate(result.policies):
        rows = table[table["policy"] == policy.id].set_index("size_class").loc[groups]
        line = _line(colours, position)
        offset = (position - (len(result.policies) - 1) / 2) * width
        high, low = rows["hi"].to_numpy(), np.maximum(rows["lo"].to_numpy(), 0)
        mean = rows["mean"].to_numpy()
        known = np.isfinite(high)
        tops += [float(np.max(np.where(known, high, mean)))]
        figure.add_trace(
            go.Scatter(
                x=[i + offset for i in range(len(groups))],
                y=mean,
                name=policy.title[language],
                mode="markers",
                marker={
                    "color": line["color"] if position else colours.background,
                    "size": 10,
                    "line": {"color": line["color"], "width": 2},
                },
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "array": np.where(known, high - mean, 0),
                    "arrayminus": np.where(known, mean - low, 0),
                    "color": line["color"],
                    "thickness": 1.5,
                    "width": 4,
                },
                customdata=[
                    say.say(
                        "{n} municipalities: {amount} per inhabitant a year (95% interval {low} to {high})",
                        n=say.number(row.municipalities),
                        amount=say.money(row.mean),
                        low=say.money(row.lo),
                        high=say.money(row.hi),
                    )
                    for row in rows.itertuples()
                ],
                hovertemplate="<b>%{fullData.name}</b><br>%{customdata}<extra></extra>",
            )
        )
    figure.update_xaxes(
        tickvals=list(range(len(groups))),
        ticktext=[names[group] for group in groups],
        range=[-0.5, len(groups) - 0.5],
        title=say.say("thousand inhabitants"),
        showgrid=False,
    )
    figure.update_yaxes(range=[0, nice(max(tops) * 1.02)], title=say.say("euro per inhabitant a year"), rangemode="tozero")
    shown = result.policies[min(1, len(result.policies) - 1)]
    of_shown = table[table["policy"] == shown.id].set_index("size_class")["mean"]
    first, last = of_shown[groups[0]], of_shown[groups[-1]]
    if len(groups) == 1:
        title = say.say("Municipalities bear {amount} per inhabitant a year", amount=say.money(first))
    elif say.money(first) == say.money(last):
        title = say.say("Small and large municipalities both bear {amount} per inhabitant a year", amount=say.money(first))
    else:
        title = say.say(
            "The smallest municipalities bear {small} per inhabitant a year, the largest {large}",
            small=say.money(first),
            large=say.money(last),
        )
    figures = [
        say.say("{policy}: {amount}", policy=f"{policy.title[language]}, {names[group]}", amount=say.money(row["mean"]))
        for policy in result.policies
        for group, row in table[table["policy"] == policy.id].set_index("size_class").iterrows()
    ]
    alt = say.say(
        "Own cost in euro per inhabitant a year, by thousand inhabitants. {figures}.", figures="; ".join(figures)
    )
    rows_below = _legend_rows(result.policies, language)
    figure.update_layout(legend=_legend(1), showlegend=len(result.policies) > 1)
    return dress(
        figure,
        result,
        language,
        name="burden",
        title=title,
        alt=alt,
        scheme=scheme,
        height=CHART_HEIGHT + 20 * max(0, rows_below - 1),
        sides=(58, 12, 46 + 20 * rows_below),
    )


def _thousands(say: Words, low: int, high: int) -> str:
    if low == 0:
        return f"< {say.number(high / 1000)}"
    if high > 10_000_000:
        return f"≥ {say.number(low / 1000)}"
    return f"{say.number(low / 1000)}–{say.number(high / 1000)}"


def payers_bars(result: Comparison, language: str, *, scheme: str = "light") -> Any:
    """Return the yearly cost of every policy as a bar, in parts by payer; the baseline on top."""
    say, colours = words(language), palette(scheme)
    sums = {
        policy.id: {payer: sum(parts.values()) / result.years for payer, parts in result.payers(policy).items()}
        for policy in result.policies
    }
    totals = {name: sum(parts.values()) for name, parts in sums.items()}
    titles = [_short(policy.title[language]) for policy in result.policies]
    figure = new_figure()
    for payer in PAYERS:
        amounts = [sums[policy.id].get(payer, 0.0) for policy in result.policies]
        if not any(amounts):
            continue
        figure.add_trace(
            go.Bar(
                y=list(range(len(titles))),
                x=[amount / 1e6 for amount in amounts],
                name=say.say(PAYER_NAMES[payer]),
                orientation="h",
                marker={"color": colours.payers[payer], "line": {"width": 0}},
                customdata=[say.money(amount) for amount in amounts],
                hovertemplate="<b>%{fullData.name}</b>: %{customdata}<extra></extra>",
            )
        )
    for position, policy in enumerate(result.policies):
        figure.add_annotation(
            x=totals[policy.id] / 1e6,
            y=position,
            text=say.number(totals[policy.id] / 1e6, 1),
            xanchor="left",
            xshift=4,
            showarrow=False,
            font={"size": TEXT_SIZE},
        )
    most = max(totals.values())
    figure.update_xaxes(range=[0, nice(most / 1e6 * 1.08)], title=say.say("million euro a year, mean over all futures"))
    figure.update_yaxes(
        tickvals=list(range(len(titles))),
        ticktext=titles,
        range=[len(titles) - 0.4, -0.6],
        showgrid=False,
        automargin=True,
    )
    least = min(totals.values())
    shares = [sums[name].get("municipality", 0.0) / total if total else 0.0 for name, total in totals.items()]
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
    figure.update_layout(barmode="stack", bargap=0.35, legend=_legend(1) | {"traceorder": "normal"}, showlegend=True)
    return dress(
        figure,
        result,
        language,
        name="payers",
        title=title,
        alt=alt,
        scheme=scheme,
        height=max(CHART_HEIGHT - 60, 34 * len(titles) + 90),
        sides=(8, 12, 70),
    )


def _short(title: str, letters: int = 22) -> str:
    """A title on at most two lines, for an axis."""
    words_left, lines = title.split(), [""]
    for word in words_left:
        if lines[-1] and len(lines[-1]) + len(word) >= letters and len(lines) < 2:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines)
