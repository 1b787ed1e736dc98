"""The log of a year: what struck whom, how long it lasted and what it cost, under one policy beside another."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from sim.engines import events as ev
from sim.results.pairs import side_by_side
from sim.results.story import SEVERITY_NAMES
from sim.rules.calendar import MINUTES_PER_DAY
from sim.show.base.table import Cell, ChartTable, chart_table
from sim.show.film.stage import STATES, Side
from sim.text import N_, Words, words

CAUSE_NAMES = {
    ev.DIRECT: N_("Attack"),
    ev.REPEAT: N_("Repeat attack"),
    ev.LATERAL: N_("Attack through a supplier"),
    ev.CUT_OFF: N_("Supplier fails"),
}


def incident_log(sides: Sequence[Side], language: str) -> ChartTable:
    """Return the incidents that stop services, a row each, with what they do under every policy."""
    say = words(language)
    names = {town.nis: town.name for town in sides[0].future.world.municipalities}
    rows: list[list[Cell]] = []
    for pair in _pairs(sides):
        first = next(row for row in pair if row is not None)
        cells = [cell for row in pair for cell in _cells(row)]
        rows.append([say.date(_day(sides, first)), names[int(first["nis"])], _what(say, pair), *cells])
    columns = [say.say("Begins"), say.say("Municipality"), say.say("What")]
    for side in sides:
        policy = side.policy.title[language]
        columns += [
            say.say("{policy}: days down", policy=policy),
            say.say("{policy}: days until help", policy=policy),
            say.say("{policy}: cost, €", policy=policy),
        ]
    return chart_table(columns, rows)


def in_words(sides: Sequence[Side], language: str) -> list[dict[str, str]]:
    """Return the same log as a page shows it, under a heading that names the year: for every policy a cell of words."""
    say, log = words(language), incident_log(sides, language)
    shown = []
    for row, pair in zip(log.rows, _pairs(sides), strict=True):
        begun = say.day(_day(sides, next(one for one in pair if one is not None)))
        cells = {name: str(cell) for name, cell in zip(log.columns[:3], (begun, *row[1:3]), strict=True)}
        for number, side in enumerate(sides):
            cells[side.policy.title[language]] = _effect(say, *row[3 + 3 * number : 6 + 3 * number])
        shown.append(cells)
    return shown


def _pairs(sides: Sequence[Side]) -> list[tuple[Any, ...]]:
    """The incidents of the year, side by side."""
    year = sides[0].year
    return list(side_by_side([side.future.incidents for side in sides], int(year.starts[0]), year.end))


def _day(sides: Sequence[Side], incident: Any) -> datetime.date:
    start = datetime.datetime.combine(sides[0].future.world.start, datetime.time())
    return (start + datetime.timedelta(minutes=int(incident["begun"]))).date()


def _effect(say: Words, down: Cell, waited: Cell, cost: Cell) -> str:
    if cost is None:
        return "–"
    money = say.money(float(cost))
    if down is None:
        return money
    values = {"time": say.duration(round(float(down) * MINUTES_PER_DAY)), "cost": money}
    if not waited:
        return say.say("{time} down, {cost}", **values)
    alone = say.duration(round(float(waited) * MINUTES_PER_DAY))
    return say.say("{time} down, {waited} of it without help, {cost}", waited=alone, **values)


def _what(say: Words, pair: tuple[Any, ...]) -> str:
    """The cause, and the worst that it becomes under any policy."""
    first = next(row for row in pair if row is not None)
    name = say.say(CAUSE_NAMES[int(first["cause"])])
    if int(first["cause"]) == ev.CUT_OFF:
        return name
    return f"{name} ({say.say(SEVERITY_NAMES[max(int(row['severity']) for row in pair if row is not None)])})"


def _cells(row: Any) -> list[Cell]:
    """Days without critical services, days until somebody comes, euros; nothing where it has not come to that."""
    if row is None:
        return [None, None, None]
    down, impact = row["critical_back"], row["impact"]
    helped, discovered = row["team_start"], row["discovered"]
    return [
        None if ev.UNKNOWN in (down, impact) else float(down - impact) / MINUTES_PER_DAY,
        None if ev.UNKNOWN in (helped, discovered) else float(helped - discovered) / MINUTES_PER_DAY,
        round(int(row["cost_cents"]) / 100),
    ]


def table_of_weeks(sides: Sequence[Side], language: str) -> ChartTable:
    """Return the figures that the moving picture draws: a row for every week."""
    say, year = words(language), sides[0].year
    start = datetime.datetime.combine(sides[0].future.world.start, datetime.time())
    columns = [say.say("Week from")]
    parts: list[list[Cell]] = [
        [say.date((start + datetime.timedelta(minutes=int(minute))).date())] for minute in year.starts
    ]
    for side in sides:
        policy = side.policy.title[language]
        for state, name in STATES.items():
            columns.append(say.say("{policy}: {what}", policy=policy, what=say.say(name)))
            for row, count in zip(parts, side.year.count(state), strict=True):
                row.append(int(count))
        columns.append(say.say("{policy}: paid since 1 January, million euro", policy=policy))
        for row, paid in zip(parts, side.year.bills.sum(axis=1), strict=True):
            row.append(float(paid) / 100 / 1e6)
    return chart_table(columns, parts)
