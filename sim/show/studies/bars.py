"""Horizontal bars with long names, as most pictures of a study are."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from sim.experiments.studies.results import Studied
from sim.show.base.figure import dress, error_bars, lines_of, named_places, plain
from sim.show.studies.names import NAME

MOST = 15
"""Bars of a chart; what is left out does less."""
ROW = 26  # pixels a bar
ROOMY = 28
"""Letters of the longest name beside which a chart has its full width, also on a phone."""


def bar(
    names: Sequence[str],
    values: Sequence[float],
    *,
    name: str,
    color: str | list[str],
    width: float,
    base: Sequence[float] | None = None,
    error: Sequence[float] | None = None,
    offset: float | None = None,
    text: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Return a bar for each name; `base` is where it starts, `error` half of its interval, `text` stands at its end."""
    trace: dict[str, Any] = {
        "type": "bar",
        "orientation": "h",
        "y": list(range(len(names))),
        "x": list(values),
        "name": name,
        "marker": {"color": color},
        "width": width,
        "customdata": [plain(one) for one in names],
        "hovertemplate": "%{customdata}: %{x:,.3~r}<extra>%{fullData.name}</extra>",
    }
    more = {"base": base, "offset": offset, "text": text and [plain(one) for one in text]}
    trace |= {key: value for key, value in more.items() if value is not None}
    if text is not None:
        trace |= {"textposition": "outside", "cliponaxis": False}
    if error is not None:
        trace["error_x"] = error_bars(list(error), width=3)
    return trace


def bars_chart(
    studied: Studied,
    data: list[dict[str, Any]],
    language: str,
    *,
    name: str,
    title: str,
    alt: str,
    scheme: str,
    x: str,
    rows: Sequence[str],
    most: float | None = None,
) -> Any:
    """Return a chart of horizontal bars, the first row at the top; its axis ends at `most` where that is known."""
    wrapped = [_wrapped(row) for row in rows]
    tall = sum(max(ROW, 16 * len(lines) + 8) for lines in wrapped)
    long = max((len(line) for lines in wrapped for line in lines), default=0) > ROOMY
    title_of_axis = "<br>".join(textwrap.wrap(x, ROOMY)) if long else x  # long names leave it little room on a phone
    layout: dict[str, Any] = {
        "barmode": "overlay",
        "xaxis": {"title": title_of_axis},
        "yaxis": named_places([lines_of(one) for one in wrapped], len(rows) - 0.4, -0.6, automargin=True),
        "showlegend": len(data) > 1,
        "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "traceorder": "reversed"},
    }
    if most is not None:
        layout["xaxis"] |= {"range": [0, most]}
    has_words = any("text" in trace for trace in data)
    alt = f"{title}: {alt}." if alt else title
    head, foot = 6 + 20 * max(2, len(data)), 46 + 16 * title_of_axis.count("<br>")
    return dress(
        data,
        layout,
        revision_of(studied),
        language,
        name=name,
        title=title,
        alt=alt,
        scheme=scheme,
        height=tall + 18 + head + foot,
        sides=(8, 70 if has_words else 16, foot),
        head=head,
    )


def _wrapped(row: str) -> list[str]:
    """Return the lines of a name: between its parts where it has parts, else between words."""
    parts = row.split(", ")
    if len(parts) > 1 and max(map(len, parts)) < NAME:
        row = ", ".join(part.replace(" ", "\N{NO-BREAK SPACE}") for part in parts)
    return textwrap.wrap(row, NAME)


def revision_of(studied: Studied) -> str:
    """Return what changes when the study, its world or what is played of it does."""
    return f"{studied.study.digest} {studied.world.id} {len(studied.points)}"
