"""What every figure has in common: type, colours, margins, its title, and what is said to those who cannot see it."""

from __future__ import annotations

import hashlib
import math
import textwrap
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from sim.experiments.comparison.compare import Comparison
from sim.model.policy.policy import Policy
from sim.show.base.palette import CHART_HEIGHT, FONT, TEXT_SIZE, TITLE_SIZE, palette

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
    axis = {
        "gridcolor": colours.grid,
        "zeroline": False,
        "linecolor": colours.baseline,
        "tickfont": {"size": TEXT_SIZE, "color": colours.text},
        "fixedrange": True,
    }
    for key in ("xaxis", "yaxis"):
        if key in layout:
            layout[key] = {**axis, **layout[key]}
            if isinstance(words := layout[key].get("title"), str):
                layout[key]["title"] = {"text": words, "font": {"size": TEXT_SIZE}, "standoff": 6}
    common = {
        "template": None,
        "title": {
            "text": "<br>".join(lines),
            "font": {"size": TITLE_SIZE, "color": colours.text, "weight": 600},
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"l": 8, "t": 8 if len(lines) == 1 else 20},  # Plotly lifts a title of several lines
        },
        "font": {"family": FONT, "size": TEXT_SIZE, "color": colours.text},
        "separators": SEPARATORS[language],
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "height": height + above,
        "margin": {"l": left, "r": right, "t": above + _UNTITLED_TOP + head, "b": below, "pad": 0},
        "hoverlabel": {
            "font": {"family": FONT, "size": TEXT_SIZE, "color": colours.text},
            "bgcolor": colours.sidebar,
            "bordercolor": colours.grid,
            "align": "left",
        },
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
    whole = {"data": list(data), "layout": {**common, **layout}, "frames": list(frames)}
    return go.Figure(whole, _validate=False)


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
