"""The best values of a policy, as tables, and as a picture of what more Flemish money would bring."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any

from sim.experiments.optima.search import Optimum, Trial, full_key
from sim.model.paths import opened
from sim.model.policy.policy import Policy
from sim.show.base.figure import annotation, dress, error_bars, lines_of, scatter, upright
from sim.show.base.palette import palette
from sim.show.base.table import NOTHING, PrintedTable, figure
from sim.show.names import KPI_NAMES
from sim.show.studies.names import NAME, Unit, factor_name, unit_of, value_name
from sim.text import Words, words

LARGE = 2e5  # euro a year: from here on in millions


def values(policy: Policy, found: Optimum, language: str) -> PrintedTable:
    """One row a key: what it is now, what is best, and from where to where nothing better is sure."""
    say = words(language)
    rows = tuple(
        (
            factor_name(say, full_key(key)),
            _now(say, policy, key),
            value_name(say, best),
            _from_to(say, found.ranges[key]),
            _from_to(say, found.over[key]),
        )
        for key, best in found.values.items()
    )
    columns = (say.say("Factor"), say.say("Now"), say.say("Best"), say.say("Too close to call"), say.say("Searched"))
    title = f"{_unit(say, found).words}: “{policy.title[language]}”"
    return PrintedTable(columns, rows, title=title, note=" ".join(notes(say, found)))


def trials(policy: Policy, found: Optimum, language: str) -> PrintedTable:
    """One row for each set of values that was tried: the mean, what Flanders pays a year, how far behind the best."""
    say = words(language)
    unit = _unit(say, found)
    rows = tuple(
        (
            _verdict(say, one),
            *(value_name(say, value) for value in one.values),
            figure(say, one.mean / unit.by),
            say.money(one.budget),
            _behind(say, one, unit),
        )
        for one in found.trials
    )
    names = (factor_name(say, full_key(key)) for key in found.values)
    columns = (say.say("Verdict"), *names, say.say("Mean"), say.say("Flanders pays a year"), say.say("Behind the best"))
    return PrintedTable(columns, rows, title=f"{unit.words}: “{policy.title[language]}”", dense=True)


def notes(say: Words, found: Optimum) -> list[str]:
    """Return what must be known beside the best values: what they cost and bring, and how surely."""
    unit, gain = _unit(say, found), found.advantage
    told = [
        say.say(
            "The best of {n} that were tried, judged in futures of {years} that had no part in the search: {mean}, and "
            "Flanders pays {cost} a year. It differs from the policy as it is by {gain} ({low} to {high}).",
            n=found.tried,
            years=say.years(found.years),
            mean=figure(say, found.mean / unit.by),
            cost=say.money(found.budget),
            gain=figure(say, gain.mean / unit.by),
            low=figure(say, gain.ci95[0] / unit.by),
            high=figure(say, gain.ci95[1] / unit.by),
        ),
    ]
    if gain.verdict == "too_close":
        told.append(say.say("That is too close to call."))
    if found.limit is not None and found.budget > found.limit:
        told.append(say.say("In the search that was within the budget, in these futures it is not."))
    if found.at_end:
        names = say.listed(f"“{factor_name(say, full_key(key))}”" for key in found.at_end)
        told.append(
            say.say(
                "{names}: what may be best reaches an end of what was searched; better may lie beyond.", names=names
            )
        )
    return told


# ---- the picture ---------------------------------------------------------------------------------------------------


def picture(policy: Policy, found: Optimum, language: str, *, scheme: str = "light") -> Any:
    """What Flanders pays against the outcome of all that was tried, with the 95 % interval of the difference with the
    best; those that may be as good stand apart, and a line joins the least for each amount of money.
    """
    say, colours = words(language), palette(scheme)
    unit = _unit(say, found)
    money = (
        Unit(1e6, say.say("million euro"))
        if max(one.budget for one in found.trials) >= LARGE
        else Unit(1.0, say.say("euro"))
    )
    kinds = (
        (say.say("too dear"), [one for one in found.trials if not one.affordable], colours.baseline, "circle-open", 7),
        (say.say("behind"), [one for one in found.trials if _is_behind(one)], colours.baseline, "circle", 7),
        (say.say("too close to call"), found.too_close, colours.scenario, "diamond", 9),
        (say.say("best"), found.trials[:1], colours.scenario, "star", 14),
    )
    least = _least(found.trials)
    data: list[dict[str, Any]] = [
        scatter(
            [one.budget / money.by for one in least],
            [one.mean / unit.by for one in least],
            "lines",
            name=say.say("the least for that money"),
            hoverinfo="skip",
            line={"color": colours.baseline, "width": 1.5, "shape": "hv"},
        )
    ]
    data += [
        _points(say, found, some, (unit, money), name=name, color=colour, symbol=symbol, size=size)
        for name, some, colour, symbol, size in kinds
        if some
    ]
    title = finding(say, found)
    x = say.say("what Flanders pays a year, {unit}", unit=money.words)
    up = [*textwrap.wrap(unit.words, NAME), say.say("(interval: of the difference with the best)")]
    layout: dict[str, Any] = {
        "xaxis": {"title": x},
        "yaxis": {"title": "<br>".join(up), "automargin": True},
        "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
    }
    if found.limit is not None:
        layout |= _budget_line(say, found.limit / money.by, colours.text)
    best = found.trials[0]
    alt = f"{title}. {unit.words} {figure(say, best.mean / unit.by)}; {x} {figure(say, best.budget / money.by)}."
    return dress(
        data,
        layout,
        repr((policy.id, found.mean, found.values)),
        language,
        name="best_values",
        title=title,
        alt=alt,
        scheme=scheme,
        height=400,
        sides=(76, 16, 52),
        head=26,
    )


def finding(say: Words, found: Optimum) -> str:
    """Return where the outcome is lowest, and how many others may be as good."""
    named = say.listed(f"{factor_name(say, full_key(key))} {value_name(say, one)}" for key, one in found.values.items())
    outcome, close = say.say(KPI_NAMES[found.outcome]), len(found.too_close)
    if close:
        return say.say(
            "{outcome}: lowest at {values}; {n} others are too close to call", outcome=outcome, values=named, n=close
        )
    return say.say("{outcome}: lowest at {values}", outcome=outcome, values=named)


def _points(
    say: Words,
    found: Optimum,
    some: Sequence[Trial],
    units: tuple[Unit, Unit],
    *,
    name: str,
    color: str,
    symbol: str,
    size: int,
) -> dict[str, Any]:
    unit, money = units
    ends = [one.behind.ci95 if one.behind is not None else (0.0, 0.0) for one in some]
    gaps = [one.behind.mean if one.behind is not None else 0.0 for one in some]
    above = [_finite(high - gap) / unit.by for (_, high), gap in zip(ends, gaps, strict=True)]
    below = [_finite(gap - low) / unit.by for (low, _), gap in zip(ends, gaps, strict=True)]
    names = [factor_name(say, full_key(key)) for key in found.values]
    texts = [
        lines_of(f"{key}: {value_name(say, value)}" for key, value in zip(names, one.values, strict=True))
        for one in some
    ]
    return scatter(
        [one.budget / money.by for one in some],
        [one.mean / unit.by for one in some],
        "markers",
        name=name,
        marker={"color": color, "symbol": symbol, "size": size},
        error_y=error_bars(above, below, colour=color, thickness=1.2, width=3),
        text=texts,
        hovertemplate="%{text}<br>%{y:,.4~r}; %{x:,.4~r}<extra>%{fullData.name}</extra>",
        cliponaxis=False,
    )


def _least(tried: Sequence[Trial]) -> list[Trial]:
    """Return those that nobody beats for the same money or less, the cheapest first."""
    found: list[Trial] = []
    for one in sorted(tried, key=lambda trial: (trial.budget, trial.mean)):
        if not found or one.mean < found[-1].mean:
            found.append(one)
    return found


def _budget_line(say: Words, x: float, colour: str) -> dict[str, Any]:
    note = annotation(say.say("budget"), x, 1, yref="paper", xanchor="right", yanchor="top", xshift=-4)
    return {"shapes": [upright(x, colour, width=1.5)], "annotations": [note]}


# ---- words ---------------------------------------------------------------------------------------------------------


def _unit(say: Words, found: Optimum) -> Unit:
    return unit_of(say, found.outcome, (one.mean for one in found.trials))


def _from_to(say: Words, ends: tuple[float, float]) -> str:
    low, high = (value_name(say, end) for end in ends)
    return low if low == high else say.say("{low} to {high}", low=low, high=high)


def _now(say: Words, policy: Policy, key: str) -> str:
    spot: Any = policy
    for step in full_key(key).split(".")[1:]:
        spot = opened(spot).get(step)
    return NOTHING if spot is None else value_name(say, say.say(spot) if isinstance(spot, str) else spot)


def _is_behind(one: Trial) -> bool:
    return one.affordable and one.behind is not None and not one.too_close


def _verdict(say: Words, one: Trial) -> str:
    if one.behind is None:
        return say.say("best")
    if not one.affordable:
        return say.say("too dear")
    if one.behind.is_same:
        return say.say("as good")
    return say.say("too close to call") if one.too_close else say.say("behind")


def _behind(say: Words, one: Trial, unit: Unit) -> str:
    if one.behind is None:
        return NOTHING
    low, high = (figure(say, end / unit.by) for end in one.behind.ci95)
    return f"{figure(say, one.behind.mean / unit.by)}\n" + say.say("{low} to {high}", low=low, high=high)


def _finite(value: float) -> float:
    return value if math.isfinite(value) else 0.0
