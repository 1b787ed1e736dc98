"""What municipalities bear per inhabitant, by size."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.experiments.comparison.compare import Comparison
from sim.model.world.groupings import SIZE_CLASSES
from sim.show.base.figure import dress, nice
from sim.show.base.legend import height_with, legend, line_of
from sim.show.base.palette import palette
from sim.show.base.table import Cell, ChartTable, chart_table
from sim.show.charts.differences import thousands
from sim.show.names import SIZE_NAMES
from sim.text import words


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


def table_of_burden(result: Comparison, language: str) -> ChartTable:
    """What municipalities bear by size: a row for every policy and size, with its interval."""
    say = words(language)
    names = {policy.id: policy.title[language] for policy in result.policies}
    rows: list[list[Cell]] = [
        [
            names[str(row["policy"])],
            say.say(SIZE_NAMES[str(row["size_class"])]),
            int(row["municipalities"]),
            *(float(row[column]) for column in ("mean", "lo", "hi", "change", "change_lo", "change_hi")),
        ]
        for row in result.burden("size_class").to_dict("records")
    ]
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
    return chart_table(columns, rows)
