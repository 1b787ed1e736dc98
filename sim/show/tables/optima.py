"""How much prevention is best, as tables: the points of the curve, what decides, and what the command line says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiments.comparison.compare import Comparison
from sim.experiments.optima.prevention_optimum import AMOUNTS, Curve, by_size, deciding, optima, prevention_curve
from sim.model.policy.policy import Policy
from sim.model.world.world import World
from sim.results.findings import LEVEL_NAMES
from sim.show.base.table import Cell, ChartTable, PrintedTable, chart_table
from sim.show.charts.prevention_optimum import FELT, finding, left_out, what_decides
from sim.show.names import SIZE_NAMES
from sim.text import LANGUAGES, N_, Words, words

if TYPE_CHECKING:
    import pandas as pd

HEADS = {
    "now": N_("Now"),
    "private_best": N_("Best for itself"),
    "cash_best": N_("Best for everybody's cash"),
    "social_best": N_("Best for everybody, with harm"),
}


def _places(say: Words, curve: Curve, every: int) -> list[tuple[float, str]]:
    """So many points of the curve, and the places that have a name; points are a thousandth apart or the same."""
    named: dict[float, list[str]] = {round(x, 3): [] for x in curve.spend[::every].tolist()}
    for x, name in (
        (curve.now, say.say("what is spent")),
        (curve.private_best, say.say("best for itself")),
        (curve.cash_best, say.say("best for everybody's cash")),
        (curve.social_best, say.say("best for everybody, with harm")),
    ):
        if curve.price > 0 or x != curve.private_best:
            named.setdefault(round(x, 3), []).append(name)
    return [(x, ", ".join(names)) for x, names in sorted(named.items())]


def _costs(curve: Curve, spend: float) -> tuple[float, ...]:
    """What a year costs the municipality itself, everybody in cash, and everybody with harm."""
    return tuple(float(np.interp(spend, curve.spend, costs)) for costs in (curve.private, curve.cash, curve.social))


def table_of_optimum(result: Comparison, policy: str | Policy, municipality: str | int, language: str) -> ChartTable:
    """The curve as a table: every tenth point, and the places that have a name."""
    say = words(language)
    curve = prevention_curve(result.world, result.policy(policy), municipality)
    rows: list[list[Cell]] = [[x, *_costs(curve, x), name] for x, name in _places(say, curve, 10)]
    columns = (
        say.say("Prevention, euro per inhabitant a year"),
        say.say("Cost for itself"),
        say.say("Cost for everybody, cash only"),
        say.say("Cost for everybody, with harm"),
        say.say("What it is"),
    )
    return chart_table(columns, rows)


def table_of_optimum_by_assumption(
    result: Comparison, policy: str | Policy, municipality: str | int, language: str
) -> ChartTable:
    """Both optima under every level of the assumptions that decide them."""
    say = words(language)
    table = deciding(result.world, result.policy(policy), municipality)
    rows: list[list[Cell]] = [
        [
            say.say(LEVEL_NAMES[str(row["frequency"])]),
            say.say(LEVEL_NAMES[str(row["service_value"])]),
            *(float(row[name]) for name in AMOUNTS[1:]),
        ]
        for row in table.to_dict("records")
    ]
    columns = (
        say.say("Frequency of attacks"),
        say.say("Value of a service day"),
        *(say.say("{what}, euro", what=say.say(HEADS[name])) for name in AMOUNTS[1:]),
    )
    return chart_table(columns, rows)


def optima_table(world: World, policy: Policy, language: str) -> PrintedTable:
    """Return what is spent and what would be best by size class, weighed by inhabitants, as a table of texts."""
    say, table = words(language), by_size(optima(world, policy))
    rows = [
        (
            say.say("all together") if row["size_class"] == "all" else say.say(SIZE_NAMES[str(row["size_class"])]),
            say.number(int(row["municipalities"])),
            *(say.number(float(row[name]), 2) for name in AMOUNTS),
        )
        for row in table.to_dict("records")
    ]
    return PrintedTable(
        title=say.say("Prevention under “{policy}”, euro per inhabitant a year", policy=policy.title[language]),
        columns=(say.say("Size"), say.say("Municipalities"), *(say.say(HEADS[name]) for name in AMOUNTS)),
        rows=tuple(rows),
        note=left_out(say),
        dense=True,
    )


def optima_sentence(world: World, policy: Policy, language: str) -> str:
    """Return in how many municipalities no prevention at all would be best."""
    say, table = words(language), optima(world, policy)
    none = {name: int((table[name] < FELT).sum()) for name in AMOUNTS}
    return say.say(
        "By expected cost alone {private} of {n} municipalities are best off without prevention themselves, and in "
        "{social} of them everybody is, harm included. Other assumptions may say otherwise: try "
        "--set world.anchor.frequency=high --set world.anchor.service_value=high.",
        private=say.number(none["private_best"]),
        social=say.number(none["social_best"]),
        n=say.number(len(table)),
    )


def curve_table(curve: Curve, policy: Policy, language: str) -> PrintedTable:
    """Return a curve in short, as a table of texts."""
    say, title = words(language), policy.title[language]
    rows = []
    for spend, name in _places(say, curve, 24):
        head = say.number(spend, 2) + (f": {name}" if name else "")
        rows.append((head, *(say.number(cost, 2) for cost in _costs(curve, spend))))
    return PrintedTable(
        title=say.say(
            "{town} under “{policy}”, euro per inhabitant a year", town=curve.municipality.name, policy=title
        ),
        columns=(
            say.say("Prevention"),
            say.say("Cost for itself"),
            say.say("Cost for everybody, cash only"),
            say.say("Cost for everybody, with harm"),
        ),
        rows=tuple(rows),
        note=left_out(say),
        dense=True,
    )


def optima_json(world: World, policy: Policy) -> dict[str, Any]:
    """Return what `optima` gives as plain data, by size and by municipality."""
    table = optima(world, policy)
    return {"size_classes": _records(by_size(table)), "municipalities": _records(table)}


def curve_json(world: World, policy: Policy, municipality: str | int) -> dict[str, Any]:
    """Return the curve of one municipality as plain data, with its optima under other assumptions."""
    curve = prevention_curve(world, policy, municipality)
    return {
        "municipality": {"nis_code": curve.municipality.nis, "name": curve.municipality.name},
        "own_price_of_a_euro": curve.price,
        **{name: getattr(curve, name) for name in AMOUNTS},
        "curve": {name: getattr(curve, name).tolist() for name in ("spend", "private", "cash", "social")},
        "deciding": _records(deciding(world, policy, municipality)),
        "sentence": {
            language: f"{finding(words(language), curve)}. {what_decides(words(language), world, policy, municipality)}"
            for language in LANGUAGES
        },
    }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
