"""One year of one future as a moving picture: the map week by week, the queue for response teams, the running bill.

Everything is one figure with a frame for every week, so that a browser plays it without asking for anything. What
stands still is drawn once; a frame holds only the tiles of municipalities to whom something happens, the line that
says "now", and the bills.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from sim.experiments.comparison.compare import Comparison
from sim.model.policy.policy import PAYERS
from sim.results import weeks
from sim.show.base.figure import dress
from sim.show.base.palette import TEXT_SIZE, palette
from sim.show.film.player import player
from sim.show.film.stage import Place, Side, Stage, name_in_lines
from sim.text import Words, words

_MAPS, _QUEUE, _BILL = {1: 270, 2: 172}, 92, 38  # pixels: the map of one or of two policies, the queue, each payer
_GAP = 40  # pixels between them, for what they are called
_KEY = 118  # pixels for a word of the key: two fit beside each other on a phone
_BELOW = 100  # pixels for the buttons and the slider
_HEAD = 84  # pixels for the key of the colours and a name of one line
_NAME, _LINE = 22, 16  # pixels for the name of a policy and for each further line
_APART = 0.08  # of the width, between two policies


def film(result: Comparison, sides: Sequence[Side], language: str, *, scheme: str = "light") -> Any:
    """Return the figure; `result` says which policy is the baseline, and is what a page shows around it."""
    say, colours = words(language), palette(scheme)
    paid = [name for i, name in enumerate(PAYERS) if any(side.year.bills[-1, i] for side in sides)]
    rows = _rows(len(sides), len(paid))
    lines = max(len(name_in_lines(side, say)) for side in sides)
    head = _HEAD + _LINE * (lines - 1)
    stage = Stage(say, colours, paid, sides)
    data: list[dict[str, Any]] = []
    moving: list[int] = []
    layout: dict[str, Any] = {"annotations": []}
    on_stage = [(side, _place(number, len(sides))) for number, side in enumerate(sides)]
    for side, place in on_stage:
        still, first = stage.still(side, place), stage.moving(side, place, 0)
        moving += range(len(data) + len(still), len(data) + len(still) + len(first))
        data += [*still, *first]
        layout |= stage.axes(place, rows)
        layout["annotations"] += stage.names(side, place, rows)
    data += stage.key()
    layout |= _key(len(sides), len(paid), lines) | player(say, colours, _weeks(say, sides[0]))
    title, alt = _said(say, sides)
    frames = [
        {
            "name": str(week),
            "traces": moving,
            "data": [one for side, place in on_stage for one in stage.change(side, place, week)],
        }
        for week in range(len(sides[0].year.starts))
    ]
    return dress(
        data,
        layout,
        result,
        language,
        name="film " + " ".join(f"{side.future.summary.ledger_hash:x} {side.year.year}" for side in sides),
        title=title,
        alt=alt,
        scheme=scheme,
        height=head + _whole(len(sides), len(paid)) + _BELOW + 14,
        sides=(8, 8, _BELOW),
        head=head,
        frames=frames,
    )


def _place(number: int, count: int) -> Place:
    width = (1 - _APART * (count - 1)) / count
    left = number * (width + _APART)
    axes = tuple("" if 3 * number + i == 0 else str(3 * number + i + 1) for i in range(3))
    return Place(left, left + width, (axes[0], axes[1], axes[2]))


def _rows(count: int, payers: int) -> list[tuple[float, float]]:
    """Where the map, the queue and the bill stand, as shares of the height of all three."""
    whole = _whole(count, payers)
    found, below = [], float(whole)
    for size in (_MAPS[count], _QUEUE, _BILL * payers):
        found.append(((below - size) / whole, below / whole))
        below -= size + _GAP
    return [(max(0.0, low), high) for low, high in found]


def _whole(count: int, payers: int) -> int:
    """The height in pixels of the map, the queue and the bill, one under the other."""
    return _MAPS[count] + _QUEUE + _BILL * payers + 2 * _GAP


def _key(count: int, payers: int, lines: int) -> dict[str, Any]:
    above = (_NAME + _LINE * (lines - 1)) / _whole(count, payers)
    return {
        "showlegend": True,
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1 + above,
            "yref": "paper",
            "yanchor": "bottom",
            "itemclick": False,
            "itemdoubleclick": False,
            "itemwidth": 30,
            "font": {"size": TEXT_SIZE},
            "entrywidth": _KEY,
            "traceorder": "normal",
        },
    }


def _weeks(say: Words, side: Side) -> list[str]:
    """The days on which the weeks begin."""
    start = datetime.datetime.combine(side.future.world.start, datetime.time())
    return [say.day((start + datetime.timedelta(minutes=int(minute))).date()) for minute in side.year.starts]


# ---- in words ------------------------------------------------------------------------------------------------------


def _said(say: Words, sides: Sequence[Side]) -> tuple[str, str]:
    """The finding: what the year costs; and for those who cannot see, who waited and how many were hit."""
    costs = [say.money(float(side.year.bills[-1].sum()) / 100) for side in sides]
    values = {"year": sides[0].year.year, "first": costs[0], "policy": sides[-1].policy.title[say.language]}
    if len(sides) == 1:
        title = say.say("In {year} this future costs {first} under “{policy}”", **values)
    else:
        title = say.say(
            "In {year} this future costs {first} under “{baseline}” and {second} under “{policy}”",
            second=costs[1],
            baseline=sides[0].policy.title[say.language],
            **values,
        )
    parts = [
        say.say(
            "{policy}: services are down in {n} municipalities at some time; at most {waiting} wait for help at once",
            policy=side.policy.title[say.language],
            n=say.number(int((side.year.states >= weeks.CUT_OFF).any(axis=0).sum())),
            waiting=say.number(side.year.waiting.most),
        )
        for side in sides
    ]
    return title, f"{title}. {'; '.join(parts)}."
