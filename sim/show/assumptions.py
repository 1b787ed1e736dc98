"""The tables of what a result rests on: numbers that nobody measured, and numbers that were changed."""

from __future__ import annotations

from sim.experiments.compare import Comparison
from sim.model.spec import parameters
from sim.show.numbers import shown
from sim.show.tables import Table
from sim.text import words


def assumptions(result: Comparison, language: str) -> Table:
    """Return the numbers of the world that nobody measured, that are in force, and that have a range to try."""
    say, rows = words(language), []
    for row in parameters().values():
        if row.scope != "world" or not row.is_assumption or row.low is None or row.high is None:
            continue
        value = result.world.get_value(row.path)
        curve = row.path.startswith("break_in.") and row.path.split(".")[1] not in ("today", "overlap", "floor")
        if value == row.off or (curve and result.world.defence == "measures"):
            continue
        spread = say.say("{low} to {high}", low=shown(say, row, row.low), high=shown(say, row, row.high))
        rows.append((row.label[language], shown(say, row, value), spread, say.say(row.unit), row.key))
    return Table(
        title=say.say("Assumptions: numbers that nobody measured"),
        columns=(say.say("Assumption"), say.say("Value"), say.say("Range"), say.say("Unit"), say.say("Name")),
        rows=tuple(rows),
        note=say.say("Only those that are in force. The range is what seems possible."),
        wordy=(3, 4),
    )


def changed(result: Comparison, language: str) -> Table | None:
    """Return the numbers of the world that are not at their default; None when all are."""
    say = words(language)
    rows = [
        (
            row.label[language],
            shown(say, row, result.world.get_value(row.path)),
            shown(say, row, row.value),
            say.say(row.unit),
            row.key,
        )
        for row in parameters().values()
        if row.scope == "world" and row.path != "years" and result.world.get_value(row.path) != row.value
    ]
    if not rows:
        return None
    return Table(
        title=say.say("What differs from the defaults"),
        columns=(say.say("What"), say.say("Value"), say.say("Default"), say.say("Unit"), say.say("Name")),
        rows=tuple(rows),
        wordy=(3, 4),
    )
