"""One municipality: what its future may cost it, how long it stands still, and where it is among those of its size."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.experiments.comparison.burdens import of_towns, place_of
from sim.experiments.comparison.compare import Comparison
from sim.model.policy.policy import Policy
from sim.model.world.groupings import size_class
from sim.model.world.municipalities import Municipality
from sim.results.estimates import Difference, Estimate, difference, estimate
from sim.show.base.figure import annotation, dress, hover, nice, scatter
from sim.show.base.palette import palette
from sim.show.base.table import Cell, ChartTable, chart_table
from sim.show.charts.one_of_twenty import DOTS, lanes
from sim.show.names import SIZE_NAMES
from sim.text import N_, Words, apportioned, words

AXES = {
    "own": N_("paid by the municipality itself, euro per inhabitant a year"),
    "outage": N_("days without services, per inhabitant a year"),
}
"""What is told of a municipality, averaged over the years of a future: `burdens.OF_TOWNS` in words."""
ALONE = {
    "own": N_("In 1 future of {of}, {town} pays {amount} a head a year or more"),
    "outage": N_("In 1 future of {of}, services in {town} are out for {amount} a year or more"),
}
LOWER = {
    "own": N_(
        "“{policy}” is cheaper for {town} in {n} of {of} futures; 1 in {of} costs {amount} a head a year or more"
    ),
    "outage": N_("“{policy}” spares {town} outages in {n} of {of} futures; 1 in {of} has {amount} a year or more"),
}
HIGHER = {
    "own": N_("“{policy}” costs {town} more in {n} of {of} futures; 1 in {of} costs {amount} a head a year or more"),
    "outage": N_("“{policy}” gives {town} more outages in {n} of {of} futures; 1 in {of} has {amount} a year or more"),
}
WITH_TIES = {
    "own": N_(
        "Of {of} futures “{policy}” is cheaper for {town} in {lower}, as dear in {same}, dearer in {higher}; 1 in "
        "{of} costs {amount} a head a year or more"
    ),
    "outage": N_(
        "Of {of} futures “{policy}” spares {town} outages in {lower}, changes none in {same}, gives more in "
        "{higher}; 1 in {of} has {amount} a year or more"
    ),
}
SAME = {
    "own": N_("{town} pays the same under “{policy}”; 1 future in {of} costs {amount} a head a year or more"),
    "outage": N_("Outages in {town} are the same under “{policy}”; 1 future in {of} has {amount} a year or more"),
}
RANKED = {
    "own": N_("{town} pays {amount} a head a year: place {place} of {all} of its size, the lowest first; {chance}"),
    "outage": N_(
        "Services in {town} are out for {amount} a year: place {place} of {all} of its size, the lowest first; {chance}"
    ),
}
LEVEL = {
    "own": N_("{town} pays {amount} a head a year, as do all {n} of its size"),
    "outage": N_("Services in {town} are out for {amount} a year, as in all {n} of its size"),
}
FELT = {"own": 0.005, "outage": 0.0005}
"""A smaller difference in a future is none: half a cent, less than a minute."""


def amount(say: Words, measure: str, value: float) -> str:
    """Return a value of a measure in words, with its unit."""
    return say.money(value) if measure == "own" else say.say("{n} days", n=say.figure(value, 2))


def _hover(say: Words, measure: str) -> str:
    return "€ %{customdata[1]:,.2f}" if measure == "own" else say.say("{n} days", n="%{customdata[1]:,.2f}")


class Town(NamedTuple):
    """One municipality of a comparison."""

    result: Comparison
    municipality: Municipality

    @property
    def place(self) -> int:
        """Its place in order of NIS code."""
        return place_of(self.result, self.municipality.nis)

    def values(self, policy: str | Policy, measure: str) -> NDArray[np.float64]:
        """One measure in every future, a year: shape (replications,)."""
        return of_towns(self.result, policy, measure, self.place)

    def estimate(self, policy: str | Policy, measure: str) -> Estimate:
        """What all futures together say about it."""
        return estimate(self.values(policy, measure))

    def difference(self, policy: str | Policy, measure: str) -> Difference:
        """A policy less the baseline on the same futures."""
        return difference(self.values(self.result.baseline, measure), self.values(policy, measure))

    def likely(self, policy: str | Policy, measure: str) -> NDArray[np.float64]:
        """Twenty futures that stand for all: the middle of each twentieth, in rising order."""
        return np.quantile(self.values(policy, measure), (np.arange(DOTS) + 0.5) / DOTS)

    def worst(self, policy: str | Policy) -> int:
        """The number of the future in which it pays most itself."""
        return int(self.values(policy, "own").argmax())

    def middle(self, policy: str | Policy) -> int:
        """The number of the future that is in the middle by what it pays itself."""
        values = self.values(policy, "own")
        return int(np.argsort(values, kind="stable")[len(values) // 2])


class Rank(NamedTuple):
    """Where a municipality is among those of its size, by the mean of a measure over all futures."""

    names: list[str]  # all of its size, itself included, from the lowest mean to the highest
    means: NDArray[np.float64]
    place: int  # its own place in that order
    first: int  # the places that its 95 % interval spans
    last: int


def rank(town: Town, policy: str | Policy, measure: str) -> Rank:
    """Return the place of a municipality among those of its size class."""
    frame, own = town.result.towns.frame, town.place
    peers = np.flatnonzero((frame["size_class"] == size_class(town.municipality.population)).to_numpy())
    means = of_towns(town.result, policy, measure).mean(axis=0)[peers]
    order = np.argsort(means, kind="stable")
    low, high = town.estimate(policy, measure).ci95
    others = means[peers != own]
    return Rank(
        names=frame["name"].to_numpy()[peers][order].tolist(),
        means=means[order],
        place=int(np.flatnonzero(peers[order] == own)[0]),
        first=int((others < low).sum()),
        last=int((others <= high).sum()),
    )


# ---- its futures ---------------------------------------------------------------------------------------------------


def town_futures(town: Town, measure: str, language: str, *, scheme: str = "light") -> Any:
    """Return twenty equally likely futures of a municipality under every policy, from good to bad, as dots."""
    say, result = words(language), town.result
    values = [town.likely(policy, measure) for policy in result.policies]
    label = say.say("future {i} of 20, from good to bad: {amount}", i="%{customdata[0]}", amount=_hover(say, measure))
    names = [policy.title[language] for policy in result.policies]
    data, layout = lanes(values, names, label, palette(scheme))
    layout["xaxis"]["title"] = say.say(AXES[measure])
    title = _futures_said(say, town, measure)
    means = [
        say.say(
            "{policy}: {mean} on average, {p5} to {p95} in 9 futures of 10",
            policy=policy.title[language],
            mean=amount(say, measure, e.mean),
            p5=amount(say, measure, e.p5),
            p95=amount(say, measure, e.p95),
        )
        for policy in result.policies
        for e in (town.estimate(policy, measure),)
    ]
    return dress(
        data,
        layout,
        result,
        language,
        name=f"futures {measure} {town.municipality.nis}",
        title=title,
        alt=f"{title}. {'; '.join(means)}.",
        scheme=scheme,
        sides=(12, 12, 46),
    )


def _futures_said(say: Words, town: Town, measure: str) -> str:
    shown = town.result.policies[-1]
    bad = amount(say, measure, town.estimate(shown, measure).p95)
    values = {"town": town.municipality.name, "policy": shown.title[say.language], "amount": bad, "of": DOTS}
    if len(town.result.policies) == 1:
        return say.say(ALONE[measure], **values)
    gaps = town.values(shown, measure) - town.values(town.result.baseline, measure)
    sides = (gaps < -FELT[measure], abs(gaps) <= FELT[measure], gaps > FELT[measure])
    lower, same, higher = apportioned([float(side.mean()) for side in sides], DOTS)
    if same == DOTS:
        return say.say(SAME[measure], **values)
    if same:
        return say.say(WITH_TIES[measure], lower=lower, same=same, higher=higher, **values)
    return (
        say.say(LOWER[measure], n=lower, **values) if lower >= higher else say.say(HIGHER[measure], n=higher, **values)
    )


def table_of_town_futures(town: Town, measure: str, language: str) -> ChartTable:
    """Twenty futures of a municipality from good to bad: a row for each."""
    say = words(language)
    values = [town.likely(policy, measure) for policy in town.result.policies]
    unit = say.say(AXES[measure])
    heads = [f"{policy.title[language]}, {unit}" for policy in town.result.policies]
    rows: list[list[Cell]] = [[i + 1, *(float(each[i]) for each in values)] for i in range(DOTS)]
    return chart_table((say.say("Future, from good to bad"), *heads), rows)


# ---- among those of its size ---------------------------------------------------------------------------------------


def peers(town: Town, measure: str, language: str, *, scheme: str = "light") -> Any:
    """Return the municipalities of the size of one as a strip of dots by their mean under the last policy, itself
    picked out with its interval.
    """
    say, result = words(language), town.result
    colours, shown = palette(scheme), result.policies[-1]
    standing = rank(town, shown, measure)
    size = say.say(SIZE_NAMES[size_class(town.municipality.population)])
    label = f"<b>%{{customdata[0]}}</b>: {_hover(say, measure)}"
    low, high = town.estimate(shown, measure).ci95
    span = _span(standing.means, low, high)
    data, layout = lanes([standing.means], [size], label, colours, standing.names, span)
    dots = data[0]
    dots["marker"] |= {"color": colours.faded(colours.other, 0.35), "line": {"color": colours.other, "width": 1}}
    dots["hovertemplate"] = hover(label)
    x, y = float(dots["x"][standing.place]), float(dots["y"][standing.place])
    mean = float(standing.means[standing.place])
    reach = {"array": [high - mean], "arrayminus": [mean - low]} if np.isfinite(high - low) else {"array": [0.0]}
    ring = {"color": colours.background, "width": 1.5}
    data.append(
        scatter(
            [x],
            [y],
            "markers",
            marker={"size": dots["marker"]["size"] + 5, "color": colours.ransom, "line": ring},
            error_x={"type": "data", "color": colours.ransom, "thickness": 2, "width": 5, **reach},
            customdata=[[town.municipality.name, mean]],
            hovertemplate=hover(label),
            showlegend=False,
        )
    )
    layout["xaxis"]["title"] = say.say(AXES[measure])
    layout["annotations"] = [
        _ink(layout["annotations"][0], colours.text),
        annotation(
            f"<b>{town.municipality.name}</b>",
            x,
            y,
            font={"color": colours.ransom},
            yanchor="bottom",
            yshift=10,
            xanchor="left" if x < sum(span) / 2 else "right",
            bgcolor=colours.faded(colours.background, 0.8),
        ),
    ]
    title, alt = _rank_said(say, town, measure, standing)
    return dress(
        data,
        layout,
        result,
        language,
        name=f"peers {shown.id} {measure} {town.municipality.nis}",
        title=title,
        alt=alt,
        scheme=scheme,
        sides=(12, 12, 46),
    )


def _span(means: NDArray[np.float64], low: float, high: float) -> tuple[float, float]:
    """Round ends of an axis just around these means and an interval."""
    known = [*means.tolist(), *(end for end in (low, high) if np.isfinite(end))]
    step = nice(max(max(known) - min(known), 0.02) / 8)
    return (math.floor(min(known) / step) - 0.5) * step, (math.ceil(max(known) / step) + 0.5) * step


def _ink(label: dict[str, Any], colour: str) -> dict[str, Any]:
    return {**label, "font": {"color": colour}}


def _rank_said(say: Words, town: Town, measure: str, standing: Rank) -> tuple[str, str]:
    others = len(standing.names) - 1
    mean = amount(say, measure, float(standing.means[standing.place]))
    if others == 0:
        title = say.say(
            "{town}: {amount} a year; no other municipality is of its size", town=town.municipality.name, amount=mean
        )
        return title, f"{title}. {say.say(AXES[measure])}."
    if np.ptp(standing.means) < FELT[measure]:
        title = say.say(LEVEL[measure], town=town.municipality.name, amount=mean, n=others + 1)
        return title, f"{title}. {say.say(AXES[measure])}."
    chance = say.say("chance allows no other place")
    if standing.first < standing.last:
        chance = say.say("chance allows {first} to {last}", first=standing.first + 1, last=standing.last + 1)
    title = say.say(
        RANKED[measure],
        town=town.municipality.name,
        amount=mean,
        place=standing.place + 1,
        all=others + 1,
        chance=chance,
    )
    ends = say.say(
        "Lowest: {least}, {low}. Highest: {most}, {high}.",
        least=standing.names[0],
        low=amount(say, measure, float(standing.means[0])),
        most=standing.names[-1],
        high=amount(say, measure, float(standing.means[-1])),
    )
    return title, f"{title}. {ends}"


def table_of_peers(town: Town, measure: str, language: str) -> ChartTable:
    """The municipalities of its size from the lowest to the highest: a row for each."""
    say = words(language)
    standing = rank(town, town.result.policies[-1], measure)
    rows: list[list[Cell]] = [
        [i + 1, name, float(mean)]
        for i, (name, mean) in enumerate(zip(standing.names, standing.means.tolist(), strict=True))
    ]
    return chart_table((say.say("Place"), say.say("Municipality"), say.say(AXES[measure])), rows)
