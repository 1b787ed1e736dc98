"""How policies are told apart in a chart: the baseline grey and dashed, your scenario thick, and a legend below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.model.policy.policy import Policy
from sim.show.base.palette import CHART_HEIGHT, TEXT_SIZE, Palette

BELOW_AXIS = 46  # pixels for the numbers and the name of an axis
KEY = {
    "orientation": "h",
    "x": 0,
    "xanchor": "left",
    "yanchor": "top",
    "itemclick": False,
    "itemdoubleclick": False,
    "font": {"size": TEXT_SIZE},
    "traceorder": "normal",
}
_LETTER, _SYMBOL, _ROW = 6.8, 45, 400  # pixels
_MARKS = ("circle", "circle", "square", "diamond", "triangle-up")
_DASHES = ("solid", "dashdot", "dot", "longdash")


def line_of(colours: Palette, position: int) -> dict[str, Any]:
    """Return the line of the policy at this position: the baseline grey and dashed, the first scenario thick."""
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


def mark_of(position: int) -> str:
    """Return the symbol of the policy at this position, so that it is told by more than its colour."""
    return _MARKS[position % len(_MARKS)]


def ring_of(colours: Palette, position: int, size: float, thick: float = 2) -> dict[str, Any]:
    """Return the dot of the policy at this position: that of the baseline is empty."""
    colour = line_of(colours, position)["color"]
    return {
        "color": colour if position else colours.background,
        "size": size,
        "line": {"color": colour, "width": thick},
    }


def legend(policies: Sequence[Policy], language: str) -> dict[str, Any]:
    """Return a legend under the chart, which makes room for itself; none for a single policy."""
    if len(policies) < 2:
        return {"showlegend": False}
    place = {"y": -BELOW_AXIS / plot_height(policies, language)}
    # A picture that is saved may have another letter than the page, and must have room for it.
    return {"showlegend": True, "legend": KEY | place | {"entrywidth": _LETTER * _longest(policies, language)}}


def _longest(policies: Sequence[Policy], language: str) -> int:
    return max(len(policy.title[language]) for policy in policies)


def rows(policies: Sequence[Policy], language: str) -> int:
    """Return how many rows the legend takes on half a page, where all entries are as wide as the widest."""
    widest = _SYMBOL + _LETTER * _longest(policies, language)
    return 0 if len(policies) < 2 else -(-len(policies) // max(1, int(_ROW / widest)))


def height_with(policies: Sequence[Policy], language: str) -> int:
    """Return the height of a chart with the legend of these policies under it."""
    return CHART_HEIGHT + 19 * max(0, rows(policies, language) - 2)


def plot_height(policies: Sequence[Policy], language: str) -> int:
    """Return the height of what is drawn above the axis and the legend."""
    return height_with(policies, language) - BELOW_AXIS - 19 * rows(policies, language) - 8
