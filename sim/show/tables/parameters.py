"""The parameters as a table: every number of the model with its range, grade and source."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sim.model.parameter_table import Parameter, Value
from sim.model.world.municipalities import DATA
from sim.show.base.table import ChartTable, chart_table
from sim.show.names import CHOICES
from sim.text import N_, Words
from sim.text import words as in_language

ORDERS: Mapping[str, Callable[[Parameter, str], Any]] = {
    "model": lambda row, language: 0,
    "name": lambda row, language: row.label[language].casefold(),
    "grade": lambda row, language: "ABCDRX".index(row.grade),
}
"""What the rows can be ordered by."""

NO_ADDRESS = N_("no address known")
"""What the register of sources says where there is none."""


@functools.cache
def sources() -> Mapping[str, tuple[str, str]]:
    """The title and the address of every source by its key; the title in English, and a sentence of the catalogues."""
    from ruamel.yaml import YAML

    found = YAML(typ="safe").load((DATA / "sources.yaml").read_text(encoding="utf-8"))
    return {key: (str(source["title"]), str(source.get("address", ""))) for key, source in found.items()}


def chosen(
    rows: Sequence[Parameter], language: str, *, words: str = "", grades: Sequence[str] = (), scope: str = ""
) -> list[Parameter]:
    """The parameters that hold all these words in their name, key, help or source, of these grades (all when none is
    named), in the files of this scope ("world", "policy", or both when empty).
    """
    wanted, say = words.casefold().split(), in_language(language)

    def holds(row: Parameter) -> bool:
        text = f"{row.label[language]} {row.key} {row.help[language]} {_source(say, row)}".casefold()
        return all(word in text for word in wanted)

    return [row for row in rows if (not grades or row.grade in grades) and scope in ("", row.scope) and holds(row)]


def numbers(rows: Sequence[Parameter], say: Words, order: str = "model") -> ChartTable:
    """Return these parameters as a table."""
    language = say.language
    ordered = sorted(rows, key=lambda row: ORDERS[order](row, language))
    return chart_table(
        (
            say.say("What"),
            say.say("Value"),
            say.say("Range"),
            say.say("Unit"),
            say.say("Grade"),
            say.say("Source"),
            say.say("Name in files"),
        ),
        [
            (
                row.label[language],
                shown(say, row, row.value),
                ""
                if row.low is None or row.high is None
                else say.say("{low} to {high}", low=shown(say, row, row.low), high=shown(say, row, row.high)),
                say.say(row.unit),
                row.grade,
                _source(say, row),
                row.key,
            )
            for row in ordered
        ],
    )


def shown(say: Words, row: Parameter, value: Value) -> str:
    """Return a value as it was set, with no digits lost."""
    if isinstance(value, bool):
        return say.say("yes") if value else say.say("no")
    if isinstance(value, str):
        return say.say(CHOICES[value])
    if row.unit == "year" or row.key.endswith(".seed"):
        return str(value)
    return say.number(value, 6).rstrip("0").rstrip(",.") if value % 1 else say.number(value)


def _source(say: Words, row: Parameter) -> str:
    """Where it comes from, in the words of the table, with the sources that it names."""
    named = []
    for key in row.sources:
        if key in sources():
            title, address = sources()[key]
            place = say.say(NO_ADDRESS) if address == NO_ADDRESS else address
            named.append(f"{key}: {say.say(title)}" + (f" ({place})" if place else ""))
    return " · ".join([say.say(row.source), *named])
