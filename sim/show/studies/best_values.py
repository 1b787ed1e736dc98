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
from sim.show.base.palette import Palette, palette
from sim.show.base.table import NOTHING, PrintedTable, figure
from sim.show.names import KPI_NAMES
from sim.show.studies.names import NAME, Unit, factor_name, unit_of, value_name
from sim.text import Words, words

LARGE = 2e5  # euro a year: from here on in millions


def values(policy: Policy, optimum: Optimum, language: str) -> PrintedTable:
    """One row a key: what it is now, what is best, and from where to where nothing better is sure."""
    say = words(language)
    rows = tuple(
        (
            factor_name(say, full_key(key)),
            _now(say, policy, key),
            value_name(say, best),
            _from_to(say, optimum.ranges[key]),
            _from_to(say, optimum.over[key]),
        )
        for key, best in optimum.values.items()
    )
    columns = (say.say("Factor"), say.say("Now"), say.say("Best"), say.say("Too close to call"), say.say("Searched"))
    title = f"{_unit(say, optimum).words}: “{policy.title[language]}”"
    return PrintedTable(columns, rows, title=title, note=" ".join(notes(say, optimum)))


def trials(policy: Policy, optimum: Optimum, language: str) -> PrintedTable:
    """One row for each set of values that was tried: the mean, what Flanders pays a year, how far behind the best."""
    say = words(language)
    unit = _unit(say, optimum)
    rows = tuple(
        (
            _verdict(say, trial),
            *(value_name(say, value) for value in trial.values),
            figure(say, trial.mean / unit.by),
            say.money(trial.budget),
            _behind(say, trial, unit),
        )
        for trial in optimum.trials
    )
    names = (factor_name(say, full_key(key)) for key in optimum.values)
    columns = (say.say("Verdict"), *names, say.say("Mean"), say.say("Flanders pays a year"), say.say("Behind the best"))
    return PrintedTable(columns, rows, title=f"{unit.words}: “{policy.title[language]}”", dense=True)


def notes(say: Words, optimum: Optimum) -> list[str]:
    """Return what must be known beside the best values: what they cost and bring, and how surely."""
    unit, gain = _unit(say, optimum), optimum.advantage
    sentences = [
        say.say(
            "The best of {n} that were tried, judged in futures of {years} that had no part in the search: {mean}, and "
            "Flanders pays {cost} a year. It differs from the policy as it is by {gain} ({low} to {high}).",
            n=optimum.tried,
            years=say.years(optimum.years),
            mean=figure(say, optimum.mean / unit.by),
            cost=say.money(optimum.budget),
            gain=figure(say, gain.mean / unit.by),
            low=figure(say, gain.ci95[0] / unit.by),
            high=figure(say, gain.ci95[1] / unit.by),
        ),
    ]
    if gain.verdict == "too_close":
        sentences.append(say.say("That is too close to call."))
    if optimum.limit is not None and optimum.budget > optimum.limit:
        sentences.append(say.say("In the search that was within the budget, in these futures it is not."))
    if optimum.at_end:
        names = say.listed(f"“{factor_name(say, full_key(key))}”" for key in optimum.at_end)
        sentences.append(
            say.say(
                "{names}: what may be best reaches an end of what was searched; better may lie beyond.", names=names
            )
        )
    return sentences


# ---- the picture ---------------------------------------------------------------------------------------------------


def picture(policy: Policy, optimum: Optimum, language: str, *, scheme: str = "light") -> Any:
    """What Flanders pays against the outcome of all that was tried, with the 95 % interval of the difference with the
    best; those that may be as good stand apart, and a line joins the least for each amount of money.
    """
    say, colours = words(language), palette(scheme)
    unit = _unit(say, optimum)
    money = _money_unit(say, optimum)
    least = _least(optimum.trials)
    data: list[dict[str, Any]] = [
        scatter(
            [trial.budget / money.by for trial in least],
            [trial.mean / unit.by for trial in least],
            "lines",
            name=say.say("the least for that money"),
            hoverinfo="skip",
            line={"color": colours.baseline, "width": 1.5, "shape": "hv"},
        )
    ]
    data += [
        _points(say, optimum, some, (unit, money), name=name, color=colour, symbol=symbol, size=size)
        for name, some, colour, symbol, size in _kinds(say, optimum, colours)
        if some
    ]
    title = finding(say, optimum)
    x = say.say("what Flanders pays a year, {unit}", unit=money.words)
    up = [*textwrap.wrap(unit.words, NAME), say.say("(interval: of the difference with the best)")]
    layout: dict[str, Any] = {
        "xaxis": {"title": x},
        "yaxis": {"title": "<br>".join(up), "automargin": True},
        "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
    }
    if optimum.limit is not None:
        layout |= _budget_line(say, optimum.limit / money.by, colours.text)
    lowest = figure(say, optimum.trials[0].mean / unit.by)
    alt = f"{title}. {unit.words} {lowest}; {x} {figure(say, optimum.trials[0].budget / money.by)}."
    return dress(
        data,
        layout,
        repr((policy.id, optimum.mean, optimum.values)),
        language,
        name="best_values",
        title=title,
        alt=alt,
        scheme=scheme,
        height=400,
        sides=(76, 16, 52),
        head=26,
    )


def _kinds(say: Words, optimum: Optimum, colours: Palette) -> Sequence[tuple[str, Sequence[Trial], str, str, int]]:
    """The kinds of trials: their name, those of the kind, and how they are drawn."""
    return (
        (
            say.say("too dear"),
            [trial for trial in optimum.trials if not trial.affordable],
            colours.baseline,
            "circle-open",
            7,
        ),
        (say.say("behind"), [trial for trial in optimum.trials if _is_behind(trial)], colours.baseline, "circle", 7),
        (say.say("too close to call"), optimum.too_close, colours.scenario, "diamond", 9),
        (say.say("best"), optimum.trials[:1], colours.scenario, "star", 14),
    )


def finding(say: Words, optimum: Optimum) -> str:
    """Return where the outcome is lowest, and how many others may be as good."""
    named = say.listed(
        f"{factor_name(say, full_key(key))} {value_name(say, value)}" for key, value in optimum.values.items()
    )
    outcome, close = say.say(KPI_NAMES[optimum.outcome]), len(optimum.too_close)
    if close:
        return say.say(
            "{outcome}: lowest at {values}; {n} others are too close to call", outcome=outcome, values=named, n=close
        )
    return say.say("{outcome}: lowest at {values}", outcome=outcome, values=named)


def _points(
    say: Words,
    optimum: Optimum,
    some: Sequence[Trial],
    units: tuple[Unit, Unit],
    *,
    name: str,
    color: str,
    symbol: str,
    size: int,
) -> dict[str, Any]:
    unit, money = units
    ends = [trial.behind.ci95 if trial.behind is not None else (0.0, 0.0) for trial in some]
    gaps = [trial.behind.mean if trial.behind is not None else 0.0 for trial in some]
    above = [_finite(high - gap) / unit.by for (_, high), gap in zip(ends, gaps, strict=True)]
    below = [_finite(gap - low) / unit.by for (low, _), gap in zip(ends, gaps, strict=True)]
    names = [factor_name(say, full_key(key)) for key in optimum.values]
    texts = [
        lines_of(f"{key}: {value_name(say, value)}" for key, value in zip(names, trial.values, strict=True))
        for trial in some
    ]
    return scatter(
        [trial.budget / money.by for trial in some],
        [trial.mean / unit.by for trial in some],
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
    best: list[Trial] = []
    for trial in sorted(tried, key=lambda trial: (trial.budget, trial.mean)):
        if not best or trial.mean < best[-1].mean:
            best.append(trial)
    return best


def _budget_line(say: Words, x: float, colour: str) -> dict[str, Any]:
    note = annotation(say.say("budget"), x, 1, yref="paper", xanchor="right", yanchor="top", xshift=-4)
    return {"shapes": [upright(x, colour, width=1.5)], "annotations": [note]}


# ---- words ---------------------------------------------------------------------------------------------------------


def _unit(say: Words, optimum: Optimum) -> Unit:
    return unit_of(say, optimum.outcome, (trial.mean for trial in optimum.trials))


def _money_unit(say: Words, optimum: Optimum) -> Unit:
    most = max(trial.budget for trial in optimum.trials)
    return Unit(1e6, say.say("million euro")) if most >= LARGE else Unit(1.0, say.say("euro"))


def _from_to(say: Words, ends: tuple[float, float]) -> str:
    low, high = (value_name(say, end) for end in ends)
    return low if low == high else say.say("{low} to {high}", low=low, high=high)


def _now(say: Words, policy: Policy, key: str) -> str:
    spot: Any = policy
    for step in full_key(key).split(".")[1:]:
        spot = opened(spot).get(step)
    return NOTHING if spot is None else value_name(say, say.say(spot) if isinstance(spot, str) else spot)


def _is_behind(trial: Trial) -> bool:
    return trial.affordable and trial.behind is not None and not trial.too_close


def _verdict(say: Words, trial: Trial) -> str:
    if trial.behind is None:
        return say.say("best")
    if not trial.affordable:
        return say.say("too dear")
    if trial.behind.is_same:
        return say.say("as good")
    return say.say("too close to call") if trial.too_close else say.say("behind")


def _behind(say: Words, trial: Trial, unit: Unit) -> str:
    if trial.behind is None:
        return NOTHING
    low, high = (figure(say, end / unit.by) for end in trial.behind.ci95)
    return f"{figure(say, trial.behind.mean / unit.by)}\n" + say.say("{low} to {high}", low=low, high=high)


def _finite(value: float) -> float:
    return value if math.isfinite(value) else 0.0
