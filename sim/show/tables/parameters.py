"""The parameters as a table: every number of the model with its range, grade and source."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sim.model.parameter_table import Parameter, Value
from sim.model.world.municipalities import DATA
from sim.show.base.chart_table import Twin, twin
from sim.text import Words
from sim.text import words as in_language

ORDERS: Mapping[str, Callable[[Parameter, str], Any]] = {
    "model": lambda row, language: 0,
    "name": lambda row, language: row.label[language].casefold(),
    "grade": lambda row, language: "ABCDRX".index(row.grade),
}
"""What the rows can be ordered by."""

UNITS = (
    "0 first, 1 last",
    "EUR",
    "EUR (median at 20,000 inhabitants)",
    "EUR (median)",
    "EUR cut per EUR of loss",
    "EUR per claim",
    "EUR per inhabitant",
    "EUR per inhabitant (median at 20,000 inhabitants)",
    "EUR per inhabitant per day",
    "EUR per inhabitant per year",
    "EUR per municipality per year",
    "EUR per supplier compromise",
    "EUR per team per year",
    "EUR per year",
    "EUR spent per EUR received",
    "attempts per municipality per year",
    "choice",
    "coverage",
    "day of the year",
    "days",
    "days (median)",
    "days of outage per day waited",
    "exponent",
    "factor",
    "hours",
    "months",
    "number",
    "per EUR per inhabitant per year",
    "per municipality per year",
    "per supplier per year",
    "per year",
    "premium per EUR of limit per year",
    "price relative to buying alone",
    "probability",
    "probability per attempt",
    "ratio of cost and days",
    "risk ratio",
    "shape of Beta(1, shape)",
    "share",
    "share of attempts",
    "share of citizen harm",
    "share of cost per day waited",
    "share of data",
    "share of incident cost",
    "share of municipalities",
    "share of operating spend",
    "share of prevention spend",
    "share of services",
    "share of the customers",
    "share of the demand",
    "share of the remaining gap",
    "share of the spread that is left",
    "share of the wait",
    "sigma of the logarithm",
    "suppliers",
    "switch",
    "team-days",
    "teams",
    "year",
    "years",
)
"""Every unit of the parameter table, so that it has its words in both languages."""
CHOICES = {
    "measures": "six measures",
    "gordon_loeb_1": "curve of Gordon and Loeb, class I",
    "gordon_loeb_2": "curve of Gordon and Loeb, class II",
    "logistic": "logistic curve",
    "minute": "by the minute",
    "day": "by the day",
    "low": "low",
    "central": "central",
    "high": "high",
    "exponential": "exponential",
    "revealed": "as their spending shows",
    "own_bill": "only their own bill",
    "never": "never",
    "may_pay": "allowed",
    "with_approval": "only with approval",
    "unlimited": "unlimited",
    "first_come": "who calls first",
    "severity": "who is hit hardest",
    "inhabitants": "where most people live",
    "fixed": "fixed",
    "responsive": "responds to the policy",
    "ad_hoc": "every municipality for itself",
    "intermunicipal": "municipalities together",
    "flemish_framework": "a Flemish framework contract",
    "basic": "basic",
    "important": "important",
    "essential": "essential",
    "wait": "wait for the next year",
    "pro_rata": "everyone a part",
    "fall_through": "the next payer pays",
    "none": "nobody",
    "flanders": "Flanders",
}
"""The words of the parameter table that stand for a value, as people read them."""
NO_ADDRESS = "no address known"
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


def numbers(rows: Sequence[Parameter], say: Words, order: str = "model") -> Twin:
    """Return these parameters as a table."""
    language = say.language
    ordered = sorted(rows, key=lambda row: ORDERS[order](row, language))
    return twin(
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
                "" if row.low is None or row.high is None
                else say.say("{low} to {high}", low=shown(say, row, row.low), high=shown(say, row, row.high)),
                say.say(UNITS[UNITS.index(row.unit)]),
                row.grade,
                _source(say, row),
                row.key,
            )
            for row in ordered
        ],
    )  # fmt: skip


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
