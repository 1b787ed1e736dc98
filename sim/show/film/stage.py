"""What stands still and what moves when a year is played: the map, the queue and the bills of each policy."""

from __future__ import annotations

import datetime
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiments.comparison.compare import Future
from sim.model.policy.policy import PAYERS, Policy
from sim.results import weeks
from sim.rules.calendar import MINUTES_PER_DAY
from sim.show.base.figure import annotation, hover, nice, scatter
from sim.show.base.palette import TEXT_SIZE, Palette
from sim.show.base.table import MILLION
from sim.show.charts.tile_map import positions
from sim.show.charts.who_pays import PAYER_NAMES
from sim.text import N_, Words

STATES = {
    weeks.SMALL: N_("Small incident"),
    weeks.RESTORING: N_("Being restored"),
    weeks.UNSEEN: N_("Unseen intruder"),
    weeks.CUT_OFF: N_("Supplier fails"),
    weeks.HELPED: N_("Down, being helped"),
    weeks.WAITING: N_("Down, waits for help"),
}

_LETTERS = 24  # on a line of the name of a policy
_X_UNIT, _Y_UNIT = 2.0, 2 * np.sqrt(3)  # tiles stand on whole numbers then, which are short to send
_CORNERS = ((1, 1), (0, 2), (-1, 1), (-1, -1), (0, -2), (1, -1), (1, 1))


@dataclass(frozen=True)
class Side:
    """What one policy goes through in the year."""

    policy: Policy
    future: Future
    year: weeks.Year


@dataclass(frozen=True)
class Place:
    """Where a side is drawn: its share of the width, and the names of its axes."""

    left: float
    right: float
    axes: tuple[str, str, str]

    @property
    def x(self) -> list[float]:
        return [self.left, self.right]


def sides_of(futures: Sequence[Future], year: int) -> list[Side]:
    """The same year of the same future under these policies."""
    return [Side(one.policy, one, weeks.by_week(one.world, one.postings, one.incidents, year)) for one in futures]


class Stage:
    """Draws the sides, all on the same scales."""

    def __init__(self, say: Words, colours: Palette, paid: list[str], sides: Sequence[Side]) -> None:
        self.say, self.colours, self.paid = say, colours, paid
        towns = sorted(sides[0].future.world.municipalities, key=lambda town: town.nis)
        x, y = positions(towns)
        self.towns = towns
        self.x, self.y = np.rint(x * _X_UNIT).astype(int), np.rint(y * _Y_UNIT).astype(int)
        self.most = max(2, *(max(side.year.busy.most, side.year.waiting.most) for side in sides))
        self.dearest = nice(max(float(side.year.bills[-1].max()) / 100 / MILLION for side in sides))

    # ---- what stands still

    def still(self, side: Side, place: Place) -> list[dict[str, Any]]:
        """The empty map, and the queue of the whole year."""
        map_axis, queue_axis, _ = place.axes
        everywhere = np.arange(len(self.towns))
        line = {"color": self.colours.grid, "width": 1}
        tiles = self._trace(map_axis) | {
            **self._outlines(everywhere),
            "mode": "lines",
            "line": line,
            "fill": "toself",
            "fillcolor": self.colours.sidebar,
            "hoverinfo": "skip",
        }
        names = self._trace(map_axis) | {
            "x": self.x.tolist(),
            "y": self.y.tolist(),
            "mode": "markers",
            "text": [town.name for town in self.towns],
            "marker": {"symbol": "hexagon", "size": 9, "color": "rgba(0,0,0,0)"},
            "hovertemplate": hover("%{text}"),
        }
        busy = (
            self._steps(side.year, side.year.busy)
            | self._trace(queue_axis)
            | {
                "mode": "lines",
                "line": {"color": self.colours.scenario, "width": 1, "shape": "hv"},
                "fill": "tozeroy",
                "fillcolor": self.colours.faded(self.colours.scenario, 0.35),
                "hovertemplate": hover(self.say.say("{n} teams at work", n="%{y}")),
            }
        )
        waiting = (
            self._steps(side.year, side.year.waiting)
            | self._trace(queue_axis)
            | {
                "mode": "lines",
                "line": {"color": self.colours.ransom, "width": 2, "shape": "hv"},
                "hovertemplate": hover(self.say.say("{n} wait", n="%{y}")),
            }
        )
        return [tiles, names, busy, waiting]

    def _trace(self, axis: str) -> dict[str, Any]:
        return {"type": "scatter", "xaxis": f"x{axis}", "yaxis": f"y{axis}", "showlegend": False}

    def _steps(self, year: weeks.Year, steps: weeks.Steps) -> dict[str, Any]:
        days = [*(steps.minute - year.starts[0]), year.end - year.starts[0]]
        return {
            "x": [round(day / MINUTES_PER_DAY, 2) for day in days],
            "y": [*steps.count.tolist(), int(steps.count[-1])],
        }

    # ---- what moves

    def moving(self, side: Side, place: Place, week: int) -> list[dict[str, Any]]:
        """The tiles by state, the line that says "now", and the bills, as they are in a week."""
        map_axis, queue_axis, bill_axis = place.axes
        found = [
            self._trace(map_axis)
            | {
                "mode": "lines",
                "fill": "toself",
                "hoverinfo": "skip",
                "line": {"color": self.colours.baseline, "width": 0.7},
                **self._look(state),
            }
            for state in STATES
        ]
        now = {"color": self.colours.text, "width": 1.5}
        found.append(self._trace(queue_axis) | {"mode": "lines", "line": now, "hoverinfo": "skip"})
        found += [
            self._trace(bill_axis)
            | {"mode": "lines", "line": {"color": self.colours.payers[name], "width": 11}, "hoverinfo": "skip"}
            for name in self.paid
        ]
        found.append(
            self._trace(bill_axis)
            | {
                "mode": "text",
                "textposition": "middle right",
                "hoverinfo": "skip",
                "textfont": {"size": TEXT_SIZE, "color": self.colours.text},
            }
        )
        return [look | change for look, change in zip(found, self.change(side, place, week), strict=True)]

    def change(self, side: Side, place: Place, week: int) -> list[dict[str, Any]]:
        """What a frame says: of each moving trace only what is another in another week."""
        year = side.year
        states = year.states[week]
        found = [self._outlines(np.flatnonzero(states == state)) for state in STATES]
        day = round(float(year.starts[week] - year.starts[0]) / MINUTES_PER_DAY, 2)
        found.append({"x": [day, day], "y": [0, self.most]})
        bills = [float(year.bills[week, PAYERS.index(name)]) / 100 / MILLION for name in self.paid]
        found += [{"x": [0, round(bill, 3)], "y": [-row, -row]} for row, bill in enumerate(bills)]
        found.append(
            {
                "x": [0] * len(bills),
                "y": [round(0.46 - row, 2) for row in range(len(bills))],
                "text": [
                    f"{self.say.say(PAYER_NAMES[name])} {self.say.figure(bill, 2)}"
                    for name, bill in zip(self.paid, bills, strict=True)
                ],
            }
        )
        return found

    def _look(self, state: int) -> dict[str, Any]:
        colours = self.colours
        small, unseen, cut_off = colours.tiles[1:4]
        return {
            "fillcolor": {
                weeks.SMALL: small,
                weeks.RESTORING: colours.faded(colours.scenario, 0.35),
                weeks.UNSEEN: unseen,
                weeks.CUT_OFF: cut_off,
                weeks.HELPED: colours.scenario,
                weeks.WAITING: colours.ransom,
            }[state]
        }

    def _outlines(self, rows: NDArray[np.int64]) -> dict[str, Any]:
        """The outlines of these tiles, one after the other."""
        x: list[int | None] = []
        y: list[int | None] = []
        for row in rows:
            x += [*(int(self.x[row]) + dx for dx, _ in _CORNERS), None]
            y += [*(int(self.y[row]) + dy for _, dy in _CORNERS), None]
        return {"x": x or [None], "y": y or [None]}

    # ---- around it

    def key(self) -> list[dict[str, Any]]:
        """Traces that hold nothing and stand in the key of the colours."""
        line = {"color": self.colours.baseline, "width": 0.7}
        return [
            scatter(
                [None],
                [None],
                "lines",
                fill="toself",
                line=line,
                name=self.say.say(name),
                hoverinfo="skip",
                **self._look(state),
            )
            for state, name in STATES.items()
        ]

    def axes(self, place: Place, rows: list[tuple[float, float]]) -> dict[str, Any]:
        """The axes of one side."""
        map_axis, queue_axis, bill_axis = place.axes
        bare = {"visible": False, "fixedrange": True}
        number = {
            "tickfont": {"size": TEXT_SIZE - 1, "color": self.colours.text},
            "fixedrange": True,
            "gridcolor": self.colours.grid,
            "zeroline": False,
        }
        months = [(datetime.date(2023, month, 1) - datetime.date(2023, 1, 1)).days for month in (2, 5, 8, 11)]
        x_span, y_span = [int(self.x.min()) - 2, int(self.x.max()) + 2], [int(self.y.min()) - 3, int(self.y.max()) + 3]
        return {
            f"xaxis{map_axis}": bare
            | {"domain": place.x, "range": x_span, "constrain": "domain", "anchor": f"y{map_axis}"},
            f"yaxis{map_axis}": bare
            | {
                "domain": list(rows[0]),
                "range": y_span,
                "constrain": "domain",
                "scaleanchor": f"x{map_axis}",
                "scaleratio": _X_UNIT / _Y_UNIT,
                "anchor": f"x{map_axis}",
            },
            f"xaxis{queue_axis}": number
            | {
                "domain": place.x,
                "range": [0, 366],
                "anchor": f"y{queue_axis}",
                "tickvals": months,
                "showgrid": False,
                "ticktext": [self.say.month(month) for month in (2, 5, 8, 11)],
            },
            f"yaxis{queue_axis}": number
            | {
                "domain": list(rows[1]),
                "range": [0, 1.05 * self.most],
                "nticks": 4,
                "anchor": f"x{queue_axis}",
                "rangemode": "tozero",
                "tickformat": "d",
                "ticklabelposition": "inside top",
            },
            f"xaxis{bill_axis}": bare | {"domain": place.x, "range": [0, self.dearest], "anchor": f"y{bill_axis}"},
            f"yaxis{bill_axis}": bare
            | {"domain": list(rows[2]), "range": [0.6 - len(self.paid), 0.85], "anchor": f"x{bill_axis}"},
        }

    def names(self, side: Side, place: Place, rows: list[tuple[float, float]]) -> list[dict[str, Any]]:
        """What is drawn where: the policy above its map, and what the queue and the bill are."""
        busy, waits = self.say.say("Teams at work (area)"), self.say.say("Who waits for help (line)")
        heads = [
            ("<br>".join(name_in_lines(side, self.say)), rows[0][1], 2),
            (f"{_inked(busy, self.colours.scenario)}<br>{_inked(waits, self.colours.ransom)}", rows[1][1], 4),
            (self.say.say("Paid this year (m €)"), rows[2][1], 4),
        ]
        return [
            annotation(
                f"<b>{text}</b>",
                place.left,
                y,
                xanchor="left",
                xref="paper",
                yref="paper",
                yshift=up,
                yanchor="bottom",
                align="left",
                font={"size": TEXT_SIZE, "color": self.colours.text},
            )
            for text, y, up in heads
        ]


def _inked(text: str, colour: str) -> str:
    return f'<span style="color:{colour}">{text}</span>'


def name_in_lines(side: Side, say: Words) -> list[str]:
    """The name of a policy, in lines that fit above half a phone."""
    return textwrap.wrap(side.policy.title[say.language], _LETTERS)
