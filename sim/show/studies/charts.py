"""What a study says, as pictures: one for each question, with the finding as its title."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.experiments.studies.results import Studied
from sim.experiments.studies.scenario_discovery import Losses
from sim.experiments.studies.tradeoffs import Choice, Front, Heat, Regrets, Spot
from sim.show.base.figure import dress, error_bars, hover, plain, scatter
from sim.show.base.palette import palette
from sim.show.base.table import figure
from sim.show.studies.bars import MOST, bar, bars_chart, revision_of
from sim.show.studies.names import (
    NAME,
    Unit,
    aims_in_units,
    candidate_name,
    factor_name,
    label_name,
    named_rules,
    policy_name,
    unit_of,
    units_of,
    verdict_name,
)
from sim.text import N_, Words, words

TIED = 3
"""Policies that are best alike which a title names."""
NAMED = 8
"""Policies on a front that have their names beside them."""


def heat(studied: Studied, answer: Heat, language: str, *, scheme: str = "light") -> Any:
    """The outcome over two factors; of a difference, cells that may as well be zero stand between brackets."""
    say, colours = words(language), palette(scheme)
    unit = unit_of(say, answer.outcome, answer.mean.ravel().tolist(), bool(answer.against))
    shown = answer.mean / unit.by
    unsure = (answer.low <= 0) & (answer.high >= 0) if answer.against else np.zeros(shown.shape, dtype=bool)
    texts = [
        [
            "" if np.isnan(value) else f"({figure(say, value)})" if doubt else figure(say, value)
            for value, doubt in zip(row, doubts, strict=True)
        ]
        for row, doubts in zip(shown.tolist(), unsure.tolist(), strict=True)
    ]
    across, up = ([label_name(say, label) for label in labels] for labels in (answer.x_labels, answer.y_labels))
    steps = [[place / (len(colours.tiles) - 1), colour] for place, colour in enumerate(colours.tiles)]
    data = [
        {
            "type": "heatmap",
            "z": shown.tolist(),
            "x": [plain(one) for one in across],
            "y": [plain(one) for one in up],
            "text": texts,
            "texttemplate": "%{text}",
            "colorscale": steps,
            "xgap": 2,
            "ygap": 2,
            "hoverongaps": False,
            "hovertemplate": "%{y} × %{x}: %{z:,.3~r}<extra></extra>",
            "colorbar": {"thickness": 12, "outlinewidth": 0},
        }
    ]
    title = _lowest(say, answer, unit, across, up)
    layout = {
        "xaxis": {"title": factor_name(say, answer.x), "type": "category", "showgrid": False},
        "yaxis": {
            "title": "<br>".join(textwrap.wrap(factor_name(say, answer.y), NAME)),
            "type": "category",
            "showgrid": False,
            "automargin": True,
        },
    }
    height = 110 + 44 * len(answer.y_labels)
    return dress(
        data,
        layout,
        revision_of(studied),
        language,
        name="heat",
        title=title,
        alt=f"{title}.",
        scheme=scheme,
        height=height,
        sides=(70, 8, 56),
    )


def _lowest(say: Words, answer: Heat, unit: Unit, across: Sequence[str], up: Sequence[str]) -> str:
    """Where a map is lowest; of several cells that are, how many."""
    least = float(np.nanmin(answer.mean))
    rows, columns = np.nonzero(answer.mean == least)
    value = figure(say, least / unit.by)
    if len(rows) > 1:
        of = int(np.isfinite(answer.mean).sum())
        return say.say(
            "{outcome}: lowest, {value}, in {n} of {of} cells alike",
            outcome=unit.words,
            value=value,
            n=len(rows),
            of=of,
        )
    return say.say(
        "{outcome}: lowest, {value}, where {across} is {x} and {up} is {y}",
        outcome=unit.words,
        across=f"“{factor_name(say, answer.x)}”",
        up=f"“{factor_name(say, answer.y)}”",
        value=value,
        x=across[int(columns[0])],
        y=up[int(rows[0])],
    )


def pareto(studied: Studied, answer: Front, language: str, *, scheme: str = "light") -> Any:
    """Candidates between two aims; the line joins those that nobody beats on both."""
    say, colours = words(language), palette(scheme)
    units, (across, up) = units_of(say, answer), aims_in_units(say, answer)
    front = [spot for spot in answer.spots if spot.on_front]
    rest = [spot for spot in answer.spots if not spot.on_front]
    named = len(front) <= NAMED
    data = [
        _spots(studied, answer, rest, units, name=say.say("beaten"), colour=colours.baseline, mode="markers", say=say),
        _spots(
            studied,
            answer,
            front,
            units,
            name=say.say("on the front"),
            colour=colours.scenario,
            mode="lines+markers+text" if named else "lines+markers",
            say=say,
        ),
    ]
    title = say.say(
        "{front} of {all} policies are beaten by no other on both aims", front=len(front), all=len(answer.spots)
    )
    alt = "; ".join(candidate_name(studied, spot.candidate, say) for spot in front)
    layout = {
        "xaxis": {"title": across},
        "yaxis": {"title": "<br>".join(textwrap.wrap(up, NAME)), "automargin": True},
        "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "traceorder": "reversed"},
    }
    return dress(
        data,
        layout,
        revision_of(studied),
        language,
        name="pareto",
        title=title,
        alt=f"{title}: {alt}.",
        scheme=scheme,
        height=420,
        head=46,
        sides=(76, 140 if named else 16, 52),
    )


def _spots(
    studied: Studied,
    answer: Front,
    spots: Sequence[Spot],
    units: tuple[Unit, Unit],
    *,
    name: str,
    colour: str,
    mode: str,
    say: Words,
) -> dict[str, Any]:
    """Some of the candidates, with their names on the side where the picture has room."""
    middle = (min(spot.x for spot in answer.spots) + max(spot.x for spot in answer.spots)) / 2
    return scatter(
        [spot.x / units[0].by for spot in spots],
        [spot.y / units[1].by for spot in spots],
        mode,
        name=name,
        text=[plain(candidate_name(studied, spot.candidate, say)) for spot in spots],
        textposition=["bottom left" if spot.x > middle else "top right" for spot in spots],
        line={"color": colour, "width": 2, "shape": "hv"},
        marker={"color": colour, "size": 9},
        hovertemplate=hover("%{text}", "%{x:,.3~r}; %{y:,.3~r}"),
        cliponaxis=False,
    )


def regret(studied: Studied, answer: Regrets, language: str, *, scheme: str = "light") -> Any:
    """Two bars a candidate: its mean regret over the worlds, and its worst."""
    say, colours = words(language), palette(scheme)
    rows = answer.rows[:MOST]
    unit = unit_of(say, answer.outcome, (row.worst for row in rows))
    names = [candidate_name(studied, row.candidate, say) for row in rows]
    data = [
        bar(
            names, [row.worst / unit.by for row in rows], name=say.say("worst world"), color=colours.baseline, width=0.7
        ),
        bar(
            names,
            [row.mean / unit.by for row in rows],
            name=say.say("mean over worlds"),
            color=colours.scenario,
            width=0.35,
        ),
    ]
    worst = figure(say, rows[0].worst / unit.by)
    alike = sum((row.worst, row.mean) == (rows[0].worst, rows[0].mean) for row in answer.rows)
    if alike == len(answer.rows):
        title = say.say("All policies disappoint alike: {worst} at worst", worst=worst)
    elif alike == 1:
        title = say.say("“{policy}” disappoints least: {worst} at worst", policy=names[0], worst=worst)
    elif alike == 2:
        title = say.say(
            "“{policy}” and “{other}” disappoint least: {worst} at worst", policy=names[0], other=names[1], worst=worst
        )
    else:
        title = say.say(
            "“{policy}” and {n} others disappoint least: {worst} at worst", policy=names[0], n=alike - 1, worst=worst
        )
    alt = "; ".join(f"{name} {figure(say, row.worst / unit.by)}" for name, row in zip(names, rows, strict=True))
    return bars_chart(
        studied,
        data,
        language,
        name="regret",
        title=title,
        alt=alt,
        scheme=scheme,
        rows=names,
        x=say.say("regret: {outcome}", outcome=unit.words),
    )


def best(studied: Studied, answer: Choice, language: str, *, scheme: str = "light") -> Any:
    """How far each affordable candidate is behind the best, which stands first.

    With 95 % intervals from futures that did not choose.
    """
    say, colours = words(language), palette(scheme)
    rows = [ranked for ranked in answer.rows if ranked.behind is not None and ranked.affordable][:MOST]
    gaps = [ranked.behind for ranked in rows if ranked.behind is not None]
    unit = unit_of(say, answer.outcome, (end for gap in gaps for end in gap.ci95), difference=True)
    top = candidate_name(studied, answer.best, say)
    names = [top, *(candidate_name(studied, ranked.candidate, say) for ranked in rows)]
    behind = [0.0, *(gap.mean / unit.by for gap in gaps)]
    spread = [0.0, *((gap.ci95[1] - gap.mean) / unit.by for gap in gaps)]
    verdicts = [say.say("best"), *(verdict_name(say, ranked) for ranked in rows)]
    data = []
    tints = {
        verdicts[0]: colours.text,
        say.say("as good"): colours.text,
        say.say("too close to call"): colours.baseline,
        say.say("behind"): colours.scenario,
    }
    for verdict, colour in tints.items():
        here = [place for place, word in enumerate(verdicts) if word == verdict]
        if not here:
            continue
        data.append(
            scatter(
                [behind[place] for place in here],
                here,
                "markers",
                name=verdict,
                customdata=[plain(names[place]) for place in here],
                marker={"size": 9, "color": colour},
                error_x=error_bars([spread[place] for place in here], colour=colours.baseline),
                hovertemplate=hover("%{customdata}: %{x:+,.3~r}"),
            )
        )
    title = _comes_out_best(studied, answer, say, alone=not rows)
    alt = "; ".join(f"{name} {figure(say, gap)}" for name, gap in zip(names[1:], behind[1:], strict=True))
    return bars_chart(
        studied, data, language, name="best", title=title, alt=alt, scheme=scheme, x=unit.words, rows=names
    )


def _comes_out_best(studied: Studied, answer: Choice, say: Words, *, alone: bool) -> str:
    """Who is best, with all that give the same in every future, and who is too close to call."""
    top = candidate_name(studied, answer.best, say)
    close = [candidate for candidate in answer.too_close if candidate not in answer.alike]
    if alone:
        return say.say("“{policy}” is the only one that Flanders can afford", policy=top)
    if answer.alike:
        names = [f"“{candidate_name(studied, candidate, say)}”" for candidate in (answer.best, *answer.alike)]
        if (more := len(names) - TIED) > 0:
            names = [*names[:TIED], say.say("{n} more", n=more)]
        title = say.say("Best, and the same in every future: {policies}", policies=say.listed(names))
        return title + "; " + say.say("too close to call: {n}", n=len(close)) if close else title
    if len(close) == 1:
        other = candidate_name(studied, close[0], say)
        return say.say("“{policy}” comes out best; “{other}” is too close to call", policy=top, other=other)
    if close:
        return say.say("“{policy}” comes out best; {n} others are too close to call", policy=top, n=len(close))
    return say.say("“{policy}” is best", policy=top)


def losses(studied: Studied, answer: Losses, language: str, *, scheme: str = "light") -> Any:
    """Two bars a rule: the share of all losses that it covers, and the share of what it holds that is lost."""
    say, colours = words(language), palette(scheme)
    rows = named_rules(say, answer)
    names = [name for name, _ in rows]
    data = [
        bar(
            names,
            [100 * rule.density for _, rule in rows],
            name=say.say("lost there"),
            color=colours.baseline,
            width=0.36,
            offset=0.02,
        ),
        bar(
            names,
            [100 * rule.coverage for _, rule in rows],
            name=say.say("of all losses"),
            color=colours.scenario,
            width=0.36,
            offset=-0.38,
        ),
    ]
    policy = policy_name(studied, answer.policy, say)
    share = say.percent(answer.lost / answer.designs)
    if answer.rules:
        title = say.say(
            "“{policy}” loses in {share} of designs, most of all where {rule}",
            policy=policy,
            share=share,
            rule=names[0],
        )
    elif 0 < answer.lost < answer.designs:
        title = say.say("“{policy}” loses in {share} of designs; no rule says where", policy=policy, share=share)
    else:
        sentence = N_("“{policy}” loses in every design") if answer.lost else N_("“{policy}” loses in no design")
        title = say.say(sentence, policy=policy)
    alt = "; ".join(names)
    return bars_chart(
        studied, data, language, name="losses", title=title, alt=alt, scheme=scheme, rows=names, x="%", most=102
    )
