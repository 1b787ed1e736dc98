"""The tile map: one hexagon a municipality, all of one size, so that small ones are seen as well as large ones."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiments.comparison.compare import Comparison
from sim.model.policy.policy import Policy
from sim.model.world.municipalities import Municipality
from sim.show.base.figure import dress, hover, scatter
from sim.show.base.palette import CHART_HEIGHT, TEXT_SIZE, Palette, palette
from sim.show.base.table import Cell, ChartTable, chart_table
from sim.text import N_, Words, words

MEASURES = {
    "own_cost_per_inhabitant_eur": N_("Own cost, euro per inhabitant a year"),
    "cash_cost_per_inhabitant_eur": N_("Total cost, euro per inhabitant a year"),
    "outage_days_per_year": N_("Days without services per inhabitant a year"),
    "serious_incidents_per_year": N_("Serious incidents a year"),
}
FINDINGS = {
    "own_cost_per_inhabitant_eur": N_("Half of the municipalities bear {low} to {high} per inhabitant a year"),
    "cash_cost_per_inhabitant_eur": N_(
        "In half of the municipalities the cost is {low} to {high} per inhabitant a year"
    ),
    "outage_days_per_year": N_(
        "In half of the municipalities an inhabitant misses {low} to {high} days of service a year"
    ),
    "serious_incidents_per_year": N_(
        "In half of the municipalities there are {low} to {high} serious incidents a year"
    ),
}
SAME = {
    "own_cost_per_inhabitant_eur": N_("Most municipalities bear {low} per inhabitant a year"),
    "cash_cost_per_inhabitant_eur": N_("In most municipalities the cost is {low} per inhabitant a year"),
    "outage_days_per_year": N_("In most municipalities an inhabitant misses {low} days of service a year"),
    "serious_incidents_per_year": N_("In most municipalities there are {low} serious incidents a year"),
}
_RADIUS = 1 / math.sqrt(3)  # centre to corner of a hexagon one wide
_LABEL_FITS = 27.0  # pixels of width of a tile in which four letters fit
_LEGEND = 46
_HALF_PAGE = 520


@dataclass(frozen=True)
class _Scale:
    """Classes of a measure: `edges` part them; a value belongs to the class whose lower edge it reaches."""

    edges: tuple[float, ...]
    digits: int

    def of(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        return np.searchsorted(np.array(self.edges), values, side="right").astype(np.int64)

    def names(self, say: Words) -> list[str]:
        shown = [say.figure(edge, self.digits) for edge in self.edges]
        inner = [f"{low}–{high}" for low, high in pairwise(shown)]
        return [f"< {shown[0]}", *inner, f"≥ {shown[-1]}"] if shown else [""]


def tile_map(
    result: Comparison,
    policy: str | Policy,
    language: str,
    measure: str = "own_cost_per_inhabitant_eur",
    *,
    scheme: str = "light",
    width: int = _HALF_PAGE,
    height: int = CHART_HEIGHT,
    marked: int | None = None,
) -> Any:
    """Return a map of hexagons coloured by one measure of `Comparison.municipalities`.

    The classes of the colours come from the baseline and the policy together, so that a map in the light half of them
    says that the policy is lower everywhere. `width` is about how many pixels the map will get: it decides whether all
    tiles carry their letters, or only the centre cities. `marked` is the NIS code of a municipality with a thick line
    around its tile. The last trace has a point for every municipality, in order of NIS code.
    """
    if measure not in MEASURES:
        raise ValueError(f"unknown measure {measure!r}: choose one of {', '.join(MEASURES)}")
    say, colours = words(language), palette(scheme)
    name = policy if isinstance(policy, str) else policy.id
    table = result.municipalities()
    base = table[table["policy"] == result.baseline.id][measure].to_numpy(dtype=float)
    rows = table[table["policy"] == name]
    if rows.empty:
        raise KeyError(f"no policy {name!r} in this comparison")
    values = rows[measure].to_numpy(dtype=float)
    towns = sorted(result.world.municipalities, key=lambda town: town.nis)
    x, y = positions(towns)
    scale = _classes(np.concatenate([base, values]))
    classes = scale.of(values)
    tints = _tints(colours.tiles, len(scale.edges) + 1)
    data = _tiles(x, y, classes, list(zip(tints, scale.names(say), strict=True)), colours)
    if marked is not None:
        data += _rings(x, y, [place for place, town in enumerate(towns) if town.nis == marked], colours)
    span = float(np.ptp(x)) + 1.2, float(np.ptp(y)) + 1.3
    tile = min((width - 16) / span[0], (height - _LEGEND - 8) / span[1])
    ink = [colours.ink_on(tints[c]) for c in classes]
    points = scatter(x, y, "markers+text", **_letters(towns, tile, ink))
    data.append(points | {"customdata": _figures(towns, rows), "hovertemplate": _hover(say)})
    title, alt = _said(say, measure, towns, values)
    return dress(
        data,
        _layout(say, measure, x, y, span),
        result,
        language,
        name=f"tiles {name} {measure} {width} {marked}",
        title=title,
        alt=alt,
        scheme=scheme,
        height=height,
        sides=(8, 8, _LEGEND),
    )


def _tiles(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    classes: NDArray[np.int64],
    looks: Sequence[tuple[str, str]],
    colours: Palette,
) -> list[dict[str, Any]]:
    """The tiles of each class, and its place in the key; `looks` are the colour and the name of the classes."""
    line = {"color": colours.baseline, "width": 0.7}
    data = []
    for number, (tint, label) in enumerate(looks):
        outline = _outlines(x[classes == number], y[classes == number])
        area = {"fill": "toself", "fillcolor": tint, "line": line, "hoverinfo": "skip", "showlegend": False}
        marker = {"symbol": "hexagon", "size": 13, "color": tint, "line": line}
        data += [
            scatter(*outline, "lines", **area),
            scatter([None], [None], "markers", name=label, marker=marker),
        ]
    return data


def _rings(x: NDArray[np.float64], y: NDArray[np.float64], places: list[int], colours: Palette) -> list[dict[str, Any]]:
    """A thick line around the tiles at these places."""
    outline = _outlines(x[places], y[places])
    return [
        scatter(*outline, "lines", line={"color": colour, "width": thick}, hoverinfo="skip", showlegend=False)
        for colour, thick in ((colours.background, 6), (colours.ransom, 3))
    ]


def _letters(towns: list[Municipality], tile: float, ink: list[str]) -> dict[str, Any]:
    """What stands on tiles so many pixels wide: the letters of all municipalities, or of the centre cities."""
    everywhere = tile >= _LABEL_FITS
    return {
        "marker": {"symbol": "hexagon", "size": max(6.0, tile * 0.9), "color": "rgba(0,0,0,0)"},
        "text": [town.abbr if everywhere or town.centre_city else "" for town in towns],
        "textfont": {"size": 11, "color": ink, "shadow": "auto"},
        "showlegend": False,
        "selected": {"marker": {"opacity": 1}},  # a click picks a tile; none of them fades
        "unselected": {"marker": {"opacity": 1}},
    }


def _layout(
    say: Words, measure: str, x: NDArray[np.float64], y: NDArray[np.float64], span: tuple[float, float]
) -> dict[str, Any]:
    """Axes that nobody sees, as wide and high as `span`, and the key of the colours below."""
    middles = (float(np.mean([values.min(), values.max()])) for values in (x, y))
    across, up = ([middle - size / 2, middle + size / 2] for middle, size in zip(middles, span, strict=True))
    return {
        "xaxis": {"visible": False, "range": across, "constrain": "domain"},
        "yaxis": {"visible": False, "range": up, "scaleanchor": "x", "constrain": "domain"},
        "legend": {
            "title": {"text": say.say(MEASURES[measure]), "side": "top", "font": {"size": TEXT_SIZE}},
            "orientation": "h",
            "x": 0.5,
            "xanchor": "center",
            "y": 0,
            "yref": "container",
            "yanchor": "bottom",
            "itemclick": False,
            "itemdoubleclick": False,
            "itemwidth": 30,
            "font": {"size": TEXT_SIZE},
        },
    }


def positions(towns: Iterable[Municipality]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the centres of the tiles, in hexagon widths; a block of rows for towns without places of their own."""
    towns = list(towns)
    places = [(town.hex_x, town.hex_y) for town in towns]
    if len(set(places)) < len(places):
        across = max(1, math.ceil(math.sqrt(2.6 * len(towns))))
        rows = [divmod(i, across) for i in range(len(towns))]
        places = [(column + 0.5 * (row % 2), -row * 1.5 * _RADIUS) for row, column in rows]
    x, y = np.array(places, dtype=float).T
    return x, y


def _outlines(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[list[float | None], list[float | None]]:
    """The corners of pointy-topped hexagons, one after the other, with a gap after each."""
    angles = np.deg2rad(np.arange(30, 391, 60))
    all_x: list[float | None] = []
    all_y: list[float | None] = []
    for centre_x, centre_y in zip(x, y, strict=True):
        all_x += [*np.round(centre_x + _RADIUS * np.cos(angles), 4).tolist(), None]
        all_y += [*np.round(centre_y + _RADIUS * np.sin(angles), 4).tolist(), None]
    return all_x, all_y


def _classes(values: NDArray[np.float64]) -> _Scale:
    """Five classes with about as many municipalities each, parted by round numbers; fewer where values agree."""
    edges = np.quantile(values, [0.2, 0.4, 0.6, 0.8])
    for digits in (2, 3):
        rounded = sorted({edge for edge in (float(f"{edge:.{digits}g}") for edge in edges) if edge > 0})
        if len(rounded) == len(edges):
            break
    return _Scale(tuple(rounded) if np.ptp(values) > 0 else (), digits)


def _tints(tiles: tuple[str, ...], count: int) -> list[str]:
    """So many colours of the sequence, spread over all of it."""
    if count == 1:
        return [tiles[1]]
    return [tiles[round(i * (len(tiles) - 1) / (count - 1))] for i in range(count)]


_HOVER_COLUMNS = (
    "own_cost_per_inhabitant_eur",
    "own_cost_p95_per_inhabitant_eur",
    "outage_days_per_year",
    "serious_incidents_per_year",
)


def _figures(towns: list[Municipality], rows: Any) -> list[list[Any]]:
    """What a tile says when pointed at: name, inhabitants and the columns above; the browser formats the numbers."""
    columns = [rows[name].tolist() for name in _HOVER_COLUMNS]
    return [[town.name, town.population, *figures] for town, *figures in zip(towns, *columns, strict=True)]


def _hover(say: Words) -> str:
    euro = "€ " if say.language == "nl" else "€"
    lines = [
        "<b>%{customdata[0]}</b>",
        say.say("{n} inhabitants", n="%{customdata[1]:,.0f}"),
        say.say("own cost {amount} per inhabitant a year", amount=euro + "%{customdata[2]:,.2f}"),
        say.say("1 future in 20: {amount} or more", amount=euro + "%{customdata[3]:,.2f}"),
        say.say("{days} days without services a year", days="%{customdata[4]:,.2~r}"),
        say.say("{n} serious incidents a year", n="%{customdata[5]:,.2~r}"),
    ]
    return hover(*lines)


def _said(say: Words, measure: str, towns: list[Municipality], values: NDArray[np.float64]) -> tuple[str, str]:
    """The finding: the middle half of the municipalities; and for those who cannot see, who is highest and lowest."""

    def shown(value: float) -> str:
        return say.money(value) if measure.endswith("_eur") else say.figure(value, 2)

    low, high = (float(q) for q in np.quantile(values, [0.25, 0.75]))
    if shown(low) == shown(high):
        title = say.say(SAME[measure], low=shown(low))
    else:
        title = say.say(FINDINGS[measure], low=shown(low), high=shown(high))
    most, least = int(np.argmax(values)), int(np.argmin(values))
    alt = say.say(
        "{title}. Lowest: {least}, {low}. Highest: {most}, {high}.",
        title=title,
        least=towns[least].name,
        low=shown(float(values[least])),
        most=towns[most].name,
        high=shown(float(values[most])),
    )
    return title, alt


def table_of_municipalities(result: Comparison, policy: str | Policy, language: str) -> ChartTable:
    """The municipalities: a row for each, in the order of their names."""
    say = words(language)
    table = result.municipalities()
    name = policy if isinstance(policy, str) else policy.id
    mine = table[table["policy"] == name].reset_index(drop=True)
    base = table[table["policy"] == result.baseline.id].reset_index(drop=True)
    mine["change"] = mine["own_cost_per_inhabitant_eur"] - base["own_cost_per_inhabitant_eur"]
    rows: list[list[Cell]] = [
        [
            str(row["name"]),
            f"{row['nis_code']:.0f}",
            str(row["province"]),
            int(row["population"]),
            *(
                float(row[column])
                for column in (
                    "own_cost_per_inhabitant_eur",
                    "change",
                    "own_cost_p95_per_inhabitant_eur",
                    "outage_days_per_year",
                    "serious_incidents_per_year",
                )
            ),
        ]
        for row in mine.sort_values("name").to_dict("records")
    ]
    columns = (
        say.say("Municipality"),
        say.say("NIS code"),
        say.say("Province"),
        say.say("Inhabitants"),
        say.say("Own cost, euro per inhabitant a year"),
        say.say("Difference from today"),
        say.say("1 future in 20 above"),
        say.say("Days without services per inhabitant a year"),
        say.say("Serious incidents a year"),
    )
    return chart_table(columns, rows)
