"""What municipalities bear per inhabitant, by size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiments.comparison.compare import Comparison
from sim.model.world.groupings import SIZE_CLASSES
from sim.show.base.figure import TRACE_NAME, dress, error_bars, hover, named_places, nice, scatter
from sim.show.base.legend import height_with, legend, line_of, ring_of
from sim.show.base.palette import Palette, palette
from sim.show.base.table import Cell, ChartTable, chart_table
from sim.show.charts.differences import thousands
from sim.show.names import SIZE_NAMES
from sim.text import Words, words

if TYPE_CHECKING:
    import pandas as pd


def burden_by_size(result: Comparison, language: str, *, scheme: str = "light") -> Any:
    """Return what municipalities bear themselves by size, euro per inhabitant per year, with 95 % intervals."""
    say, colours = words(language), palette(scheme)
    table = result.burden("size_class")
    groups = list(dict.fromkeys(table["size_class"]))
    names = {label: thousands(say, low, high) for low, high, label in SIZE_CLASSES}
    by_policy = [table[table["policy"] == policy.id].set_index("size_class").loc[groups] for policy in result.policies]
    data = [_dots(say, result, colours, position, rows) for position, rows in enumerate(by_policy)]
    highest = max(float(np.max(np.where(np.isfinite(rows["hi"]), rows["hi"], rows["mean"]))) for rows in by_policy)
    top = nice(highest * 1.02)
    across = [names[group] for group in groups]
    layout = {
        "xaxis": named_places(across, -0.5, len(groups) - 0.5, title=say.say("thousand inhabitants")),
        "yaxis": {"range": [-0.03 * top, top], "title": say.say("euro per inhabitant a year")},
        **legend(result.policies, language),
    }
    figures = [
        say.say(
            "{policy}: {amount}", policy=f"{policy.title[language]}, {names[str(group)]}", amount=say.money(row["mean"])
        )
        for policy, rows in zip(result.policies, by_policy, strict=True)
        for group, row in rows.iterrows()
    ]
    alt = say.say(
        "Own cost in euro per inhabitant a year, by thousand inhabitants. {figures}.", figures="; ".join(figures)
    )
    shown = min(1, len(result.policies) - 1)
    return dress(
        data,
        layout,
        result,
        language,
        name="burden",
        title=_finding(say, result, shown, by_policy[shown]["mean"].tolist()),
        alt=alt,
        scheme=scheme,
        height=height_with(result.policies, language),
        sides=(58, 12, 46),
    )


def _dots(say: Words, result: Comparison, colours: Palette, position: int, rows: pd.DataFrame) -> dict[str, Any]:
    """The means of one policy with their intervals, beside those of the others."""
    count = len(result.policies)
    offset = (position - (count - 1) / 2) * (0.6 / count)
    mean, high, low = rows["mean"].to_numpy(), rows["hi"].to_numpy(), np.maximum(rows["lo"].to_numpy(), 0)
    known = np.isfinite(high)
    interval = say.say("{level}% interval {low} to {high}", low="%{customdata[1]:,.2f}", high="%{customdata[2]:,.2f}")
    return scatter(
        [place + offset for place in range(len(rows))],
        mean,
        "markers",
        name=result.policies[position].title[say.language],
        marker=ring_of(colours, position, 10),
        error_y=error_bars(
            np.where(known, high - mean, 0),
            np.where(known, mean - low, 0),
            colour=line_of(colours, position)["color"],
        ),
        customdata=rows[["municipalities", "lo", "hi"]].to_numpy().tolist(),
        hovertemplate=hover(
            TRACE_NAME, say.say("{n} municipalities", n="%{customdata[0]:.0f}") + f": € %{{y:,.2f}} ({interval})"
        ),
    )


def _finding(say: Words, result: Comparison, shown: int, means: list[float]) -> str:
    """What the smallest and the largest municipalities bear under the policy at this position."""
    first, last = (say.money(mean) for mean in (means[0], means[-1]))
    if len(means) == 1:
        title = say.say("Municipalities bear {amount} per inhabitant a year", amount=first)
    elif first == last:
        title = say.say("Small and large municipalities both bear {amount} per inhabitant a year", amount=first)
    else:
        title = say.say(
            "The smallest municipalities bear {small} per inhabitant a year, the largest {large}",
            small=first,
            large=last,
        )
    if len(result.policies) == 1:
        return title
    policy = f"“{result.policies[shown].title[say.language]}”"
    return say.say("{policy}: {finding}", policy=policy, finding=title[0].lower() + title[1:])


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
