"""What every figure has in common: type, colours, margins, its title, and what is said to those who cannot see it."""

from __future__ import annotations

import hashlib
import math
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

import plotly.graph_objects as go

from sim.experiments.comparison.compare import Comparison
from sim.model.policy.policy import Policy
from sim.show.base.palette import CHART_HEIGHT, FONT, TEXT_SIZE, TITLE_SIZE, Palette, palette

SEPARATORS = {"nl": ",.", "en": ".,"}
TITLE_LINE = 58
"""Letters on one line of a title, at half the width of a page."""

_TITLE_LINE_HEIGHT = 20
_UNTITLED_TOP = 14
_NOTE_HEIGHT = 26


def dress(
    data: Sequence[dict[str, Any]],
    layout: dict[str, Any],
    result: Comparison | str,
    language: str,
    *,
    name: str,
    title: str,
    alt: str,
    scheme: str,
    height: int = CHART_HEIGHT,
    sides: tuple[int, int, int] = (8, 8, 8),
    head: int = 0,
    frames: Sequence[dict[str, Any]] = (),
) -> Any:
    """Return a figure of these traces with the look and the words that all figures have in common.

    `height` is that of the drawing with everything but its title, `sides` are the margins left, right and below, and
    `head` is the room for words between the title and the plot, all in pixels; `frames` move the picture. `layout.meta`
    carries `title` and `alt` as plain text, and `rev`, which changes when the picture does. `result` may be its hash
    alone.
    """
    colours = palette(scheme)
    lines = textwrap.wrap(title, TITLE_LINE)
    above = _TITLE_LINE_HEIGHT * len(lines) + 12
    left, right, below = sides
    letter = {"family": FONT, "size": TEXT_SIZE, "color": colours.text}
    common = {
        "template": None,
        "title": _title(lines, colours),
        "font": letter,
        "separators": SEPARATORS[language],
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "height": height + above,
        "margin": {"l": left, "r": right, "t": above + _UNTITLED_TOP + head, "b": below, "pad": 0},
        "hoverlabel": {"font": letter, "bgcolor": colours.sidebar, "bordercolor": colours.grid, "align": "left"},
        "dragmode": False,
        "meta": {
            "rev": _revision(result, name, language, scheme, alt),
            "alt": alt,
            "title": title,
            "height": height,
            "top": _UNTITLED_TOP + head,
        },
    }
    # Unchecked, for Plotly takes longer to check a figure than we to draw it; the tests check every one.
    whole = {"data": list(data), "layout": common | layout | _axes(layout, colours), "frames": list(frames)}
    return go.Figure(whole, _validate=False)


def _title(lines: list[str], colours: Palette) -> dict[str, Any]:
    return {
        "text": lines_of(lines),
        "font": {"size": TITLE_SIZE, "color": colours.text, "weight": 600},
        "x": 0,
        "xref": "container",
        "xanchor": "left",
        "y": 1,
        "yref": "container",
        "yanchor": "top",
        "pad": {"l": 8, "t": 8 if len(lines) == 1 else 20},  # Plotly lifts a title of several lines
    }


def _axes(layout: dict[str, Any], colours: Palette) -> dict[str, Any]:
    """The two axes of a layout with the look of all axes; a title that is a text gets its letter."""
    look = {
        "gridcolor": colours.grid,
        "zeroline": False,
        "linecolor": colours.baseline,
        "tickfont": {"size": TEXT_SIZE, "color": colours.text},
        "fixedrange": True,
    }
    axes: dict[str, Any] = {key: {**look, **layout[key]} for key in ("xaxis", "yaxis") if key in layout}
    for axis in axes.values():
        if isinstance(words := axis.get("title"), str):
            axis["title"] = {"text": words, "font": {"size": TEXT_SIZE}, "standoff": 6}
    return axes


# ---- parts of a figure, as Plotly wants them -----------------------------------------------------------------------


def plain(text: str) -> str:
    """Return a text for Plotly to draw as it is: no markup works in it."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def lines_of(texts: Iterable[str]) -> str:
    """Return texts for Plotly to draw as they are, one under the other."""
    return "<br>".join(plain(text) for text in texts)


TRACE_NAME = "<b>%{fullData.name}</b>"
"""The name of a trace, in the words that come up where somebody points."""


def hover(*lines: str) -> str:
    """Return the template of the words that come up where somebody points, line by line."""
    return "<br>".join(lines) + "<extra></extra>"


def scatter(x: Any, y: Any, mode: str, **more: Any) -> dict[str, Any]:
    """Return a trace of points: `mode` is markers, lines, text or several of them with a plus."""
    return {"type": "scatter", "x": x, "y": y, "mode": mode, **more}


def error_bars(
    above: Any, below: Any = None, *, colour: str | None = None, thickness: float = 1.5, width: int = 4
) -> dict[str, Any]:
    """Return intervals around points, as far above them as below where nothing is said of it."""
    bars = {"type": "data", "array": above, "thickness": thickness, "width": width}
    bars |= {} if colour is None else {"color": colour}
    return bars if below is None else bars | {"symmetric": False, "arrayminus": below}


def annotation(text: str, x: float, y: float, **more: Any) -> dict[str, Any]:
    """Return words at a place in the plot, without an arrow."""
    return {"text": text, "x": x, "y": y, "showarrow": False, **more}


def upright(x: float, colour: str, *, width: float = 2, dash: str = "dot", top: float = 1) -> dict[str, Any]:
    """Return a line from the bottom of the plot at a value of x; `top` is where it ends, as a share of the height."""
    line = {"color": colour, "width": width, "dash": dash}
    return {"type": "line", "x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": top, "line": line}


def level(y: float, **line: Any) -> dict[str, Any]:
    """Return a line across the plot at a value of y."""
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y, "line": line}


def named_places(names: Sequence[str], first: float, last: float, **more: Any) -> dict[str, Any]:
    """Return an axis whose places 0, 1, 2 have names; `first` and `last` are its ends."""
    places = {"tickvals": list(range(len(names))), "ticktext": list(names)}
    return {**places, "range": [first, last], "showgrid": False, **more}


def calendar_years(years: Sequence[int]) -> dict[str, Any]:
    """Return an axis of calendar years."""
    return {
        "range": [years[0] - 0.3, years[-1] + 0.3],
        "dtick": max(1, len(years) // 10),
        "showgrid": False,
        "tickformat": "d",
    }


def untitled(figure: Any) -> tuple[str, Any]:
    """Return the title of a figure as plain text, and the figure without it, for a page that sets titles itself."""
    meta = figure.layout.meta
    figure.layout.title = None
    figure.layout.height = meta["height"]
    figure.layout.margin.t = meta["top"]
    return str(meta["title"]), figure


def signed(figure: Any, note: str, scheme: str) -> int:
    """Give a figure a line under its title that says where it comes from, and a ground of its own, so that it can
    stand alone; return how many pixels are above the drawing.
    """
    colours, layout = palette(scheme), figure.layout
    layout.title.subtitle = {"text": note, "font": {"size": TEXT_SIZE - 1, "color": colours.text}}
    layout.paper_bgcolor = colours.background
    layout.modebar = {"color": colours.baseline, "activecolor": colours.text, "bgcolor": "rgba(0,0,0,0)"}
    above = layout.height - layout.meta["height"] + _NOTE_HEIGHT
    layout.height += _NOTE_HEIGHT
    layout.margin.t += _NOTE_HEIGHT
    return int(above)


def _revision(result: Comparison | str, *parts: str) -> str:
    hashes = [result] if isinstance(result, str) else [result.ledger_hash(policy) for policy in result.policies]
    return hashlib.sha256("|".join([*parts, *hashes]).encode()).hexdigest()[:12]


def chosen(result: Comparison, policies: Sequence[str | Policy] | None) -> list[Policy]:
    """Return the policies to draw, the baseline first when it is among them; all of them when none are named."""
    if policies is None:
        return list(result.policies)
    names = {policy if isinstance(policy, str) else policy.id for policy in policies}
    if unknown := names - {policy.id for policy in result.policies}:
        raise KeyError(f"no policy {sorted(unknown)[0]!r} in this comparison")
    return [policy for policy in result.policies if policy.id in names]


def nice(value: float) -> float:
    """Return the first round number (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten) not below a value.

    Axes end at one, so that they hold still while a lever moves a little.
    """
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    steps = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
    return next(step * power for step in steps if step * power >= value * (1 - 1e-9))


def steady(of_baseline: float, of_all: float) -> float:
    """Return the end of an axis from zero that holds still while a lever moves: a quarter above the baseline, or more
    where a policy needs it.
    """
    return nice(max(1.25 * of_baseline, of_all))
