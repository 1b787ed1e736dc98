"""What a study says of its factors, as pictures: which does most, and which brings most of the spread."""

from __future__ import annotations

from typing import Any

from sim.experiments.studies.results import Studied
from sim.experiments.studies.sensitivity import Effects, Indices
from sim.show.base.palette import palette
from sim.show.base.table import figure
from sim.show.names import KPI_NAMES
from sim.show.studies.bars import MOST, bar, bars_chart
from sim.show.studies.names import (
    factor_name,
    unit_of,
    value_name,
)
from sim.text import words


def tornado(studied: Studied, answer: Effects, language: str, *, scheme: str = "light") -> Any:
    """Bars from the outcome at one end of each factor to that at the other; those within the grey may be noise."""
    say, colours = words(language), palette(scheme)
    rows = answer.rows[:MOST]
    unit = unit_of(
        say, answer.outcome, (end for effect in rows for end in (effect.start, effect.end)), bool(answer.against)
    )
    names = [factor_name(say, effect.factor) for effect in rows]
    middles = [(effect.start + effect.end) / 2 / unit.by for effect in rows]
    floors = [effect.floor / unit.by for effect in rows]
    ends = [f"{value_name(say, effect.low)} → {value_name(say, effect.high)}" for effect in rows]
    data = [
        bar(
            names,
            floors,
            base=[middle - floor / 2 for middle, floor in zip(middles, floors, strict=True)],
            width=0.9,
            name=say.say("noise"),
            color=colours.grid,
        ),
        bar(
            names,
            [effect.change / unit.by for effect in rows],
            base=[effect.start / unit.by for effect in rows],
            width=0.5,
            name=say.say("effect"),
            color=[colours.baseline if effect.is_noise else colours.scenario for effect in rows],
            text=ends,
        ),
    ]
    sure = [effect for effect in rows if not effect.is_noise]
    if sure:
        top = sure[0]
        title = say.say(
            "{outcome}: “{factor}” does most, from {low} to {high}",
            outcome=unit.words,
            factor=factor_name(say, top.factor),
            low=figure(say, top.start / unit.by),
            high=figure(say, top.end / unit.by),
        )
    else:
        title = say.say("{outcome}: no factor does more than noise may", outcome=unit.words)
    alt = "; ".join(f"{name} {figure(say, effect.change / unit.by)}" for name, effect in zip(names, rows, strict=True))
    return bars_chart(
        studied, data, language, name="tornado", title=title, alt=alt, scheme=scheme, x=unit.words, rows=names
    )


def sobol(studied: Studied, answer: Indices, language: str, *, scheme: str = "light") -> Any:
    """Two bars a factor: what it brings of the spread by itself, and with others, with 95 % intervals."""
    say, colours = words(language), palette(scheme)
    rows = answer.rows[:MOST]
    names = [factor_name(say, index.factor) for index in rows]
    data = [
        bar(
            names,
            [100 * index.total for index in rows],
            name=say.say("with others"),
            color=colours.baseline,
            width=0.36,
            error=[100 * index.total_half for index in rows],
            offset=0.02,
        ),
        bar(
            names,
            [100 * index.first for index in rows],
            name=say.say("by itself"),
            color=colours.scenario,
            width=0.36,
            error=[100 * index.first_half for index in rows],
            offset=-0.38,
        ),
    ]
    top = answer.rows[0]
    if top.total <= top.total_half:
        title = say.say("These designs are too few to say what brings the spread")
    else:
        title = say.say(
            "“{factor}” brings {share} of the spread by itself",
            factor=factor_name(say, top.factor),
            share=say.percent(top.first),
        )
    alt = "; ".join(f"{name} {say.percent(index.total)}" for name, index in zip(names, rows, strict=True))
    x = say.say("share of the spread of {outcome}, %", outcome=say.say(KPI_NAMES[answer.outcome]).lower())
    return bars_chart(studied, data, language, name="sobol", title=title, alt=alt, scheme=scheme, x=x, rows=names)
