"""What a study says, as tables: one for each question."""

from __future__ import annotations

import math
from dataclasses import replace

from sim.experiments.studies.results import Studied
from sim.experiments.studies.scenario_discovery import Losses
from sim.experiments.studies.sensitivity import Effects, Indices
from sim.experiments.studies.tradeoffs import Choice, Front, Heat, Regrets
from sim.show.base.table import NOTHING, PrintedTable, figure
from sim.show.names import KPI_NAMES, count
from sim.show.studies.names import (
    aim_name,
    candidate_name,
    effect_verdict,
    factor_name,
    front_verdict,
    label_name,
    policy_name,
    rule_name,
    unit_of,
    units_of,
    value_name,
    verdict_name,
    world_name,
)
from sim.text import Words, words

MOST = 20
"""Rows of a table of factors; the others do less."""


def title(studied: Studied, language: str) -> str:
    """Return the title of a study, with that of the world which an answer is about where there are several."""
    own = studied.study.title[language]
    return f"{own} · {studied.world.title[language]}" if len(studied.study.worlds) > 1 else own


def placed(studied: Studied, table: PrintedTable, language: str) -> PrintedTable:
    """Return a table with the world that it is about in its note, where the study has several."""
    if len(studied.study.worlds) == 1:
        return table
    sentence = words(language).say("In the world “{world}” alone.", world=studied.world.title[language])
    return replace(table, note=f"{table.note} {sentence}".strip())


def effects(studied: Studied, answer: Effects, language: str) -> PrintedTable:
    """One row a factor: the outcome at its two ends, the change, and the change that noise may show."""
    say = words(language)
    unit = unit_of(
        say, answer.outcome, (end for effect in answer.rows for end in (effect.start, effect.end)), bool(answer.against)
    )
    rows = tuple(
        (
            factor_name(say, effect.factor),
            f"{value_name(say, effect.low)}\n{value_name(say, effect.high)}",
            f"{figure(say, effect.start / unit.by)}\n{figure(say, effect.end / unit.by)}",
            figure(say, effect.change / unit.by),
            figure(say, effect.floor / unit.by),
            effect_verdict(say, effect),
        )
        for effect in answer.rows[:MOST]
    )
    note = say.say(
        "{designs} designs, {futures} each. A change within the noise is what a factor that does nothing may show.",
        designs=say.number(answer.designs),
        futures=count(say, "futures", answer.futures),
    )
    if answer.futures == 1:
        note += " " + say.say("How much futures differ is not in that noise: one future cannot tell.")
    if left := len(answer.rows) - len(rows):
        note += " " + say.say("Factors that do less are not shown: {left}.", left=left)
    columns = (
        say.say("Factor"),
        say.say("From, to"),
        say.say("Outcome there"),
        say.say("Change"),
        say.say("Noise"),
        say.say("Verdict"),
    )
    return PrintedTable(
        columns, rows, title=f"{unit.words}: {_of(studied, answer.policy, answer.against, say)}", note=note, wordy=(5,)
    )


def indices(studied: Studied, answer: Indices, language: str) -> PrintedTable:
    """One row a factor: what it brings of the spread, by itself and with others."""
    say = words(language)
    rows = tuple(
        (
            factor_name(say, index.factor),
            f"{say.percent(index.first)}\n± {say.percent(index.first_half)}",
            f"{say.percent(index.total)}\n± {say.percent(index.total_half)}",
        )
        for index in answer.rows[:MOST]
    )
    columns = (say.say("Factor"), say.say("By itself"), say.say("With others"))
    note = say.say("Sobol's indices from {n} designs, with half the width of the {level}% interval.", n=answer.designs)
    title = say.say(KPI_NAMES[answer.outcome])
    if answer.against:
        title = say.say("{name}, difference", name=title)
    return PrintedTable(columns, rows, title=f"{title}: {_of(studied, answer.policy, answer.against, say)}", note=note)


def heat(studied: Studied, answer: Heat, language: str) -> PrintedTable:
    """The outcome over two factors, with half the width of the interval."""
    say = words(language)
    unit = unit_of(say, answer.outcome, answer.mean.ravel().tolist(), bool(answer.against))
    rows = []
    for place, name in enumerate(answer.y_labels):
        cells = [
            _cell(say, mean / unit.by, (high - mean) / unit.by)
            for mean, high in zip(answer.mean[place].tolist(), answer.high[place].tolist(), strict=True)
        ]
        rows.append((label_name(say, name), *cells))
    across = [label_name(say, label) for label in answer.x_labels]
    note = say.say("Down: {y}. Across: {x}.", y=factor_name(say, answer.y), x=factor_name(say, answer.x))
    title = f"{unit.words}: {_of(studied, answer.policy, answer.against, say)}"
    return PrintedTable((factor_name(say, answer.y), *across), tuple(rows), title=title, note=note)


def pareto(studied: Studied, answer: Front, language: str) -> PrintedTable:
    """One row a candidate: both aims, and whether another beats it on both."""
    say = words(language)
    units = units_of(say, answer)
    rows = tuple(
        (
            candidate_name(studied, spot.candidate, say),
            figure(say, spot.x / units[0].by),
            figure(say, spot.y / units[1].by),
            front_verdict(say, spot),
            say.percent(spot.share),
        )
        for spot in answer.spots
    )
    columns = (
        say.say("Policy"),
        aim_name(say, answer.x),
        aim_name(say, answer.y),
        say.say("Verdict"),
        say.say("On the front in"),
    )
    note = say.say(
        "In {units}. On the front in: of samples of futures, the share in which no other is better on both.",
        units=say.listed(dict.fromkeys(unit.words for unit in units)),
    )
    return PrintedTable(columns, rows, title=say.say("Two aims at once"), note=note, wordy=(3,))


def regret(studied: Studied, answer: Regrets, language: str) -> PrintedTable:
    """One row a candidate: how much worse it is than the best of each world."""
    say = words(language)
    unit = unit_of(say, answer.outcome, (row.worst for row in answer.rows))
    rows = tuple(
        (
            candidate_name(studied, row.candidate, say),
            figure(say, row.mean / unit.by),
            figure(say, row.worst / unit.by),
            say.percent(row.best),
            say.percent(row.close),
            world_name(studied, row.where, say, "\n") if row.worst > 0 else NOTHING,
        )
        for row in answer.rows
    )
    columns = (
        say.say("Policy"),
        say.say("Mean regret"),
        say.say("Worst regret"),
        say.say("Best in"),
        say.say("Best or too close in"),
        say.say("Worst where"),
    )
    note = (
        say.say(
            "Regret: how much more than under the best policy of the same world. Worlds, which count alike: {n}.",
            n=len(answer.worlds),
        )
        + " "
        + say.say("Where several are best, each counts for its part.")
    )
    return PrintedTable(columns, rows, title=unit.words, note=note, wordy=(5,))


def best(studied: Studied, answer: Choice, language: str) -> PrintedTable:
    """One row a candidate: the mean, what Flanders pays a year, and how far it is behind the best."""
    say = words(language)
    unit = unit_of(say, answer.outcome, (ranked.mean for ranked in answer.rows))
    rows = []
    for ranked in answer.rows:
        gap = NOTHING
        if ranked.behind is not None:
            low, high = (figure(say, end / unit.by) for end in ranked.behind.ci95)
            gap = f"{figure(say, ranked.behind.mean / unit.by)}\n" + say.say("{low} to {high}", low=low, high=high)
        budget = NOTHING if answer.budget is None else say.money(ranked.budget)
        name = candidate_name(studied, ranked.candidate, say)
        rows.append((name, figure(say, ranked.mean / unit.by), budget, gap, verdict_name(say, ranked)))
    columns = (
        say.say("Policy"),
        say.say("Mean"),
        say.say("Flanders pays a year"),
        say.say("Behind the best"),
        say.say("Verdict"),
    )
    gain = answer.advantage
    note = say.say(
        "Mean: over all worlds and futures, of {years}. The best differs from {baseline} by {gain} ({low} to {high}), "
        "in futures that had no part in the choice.",
        years=say.years(studied.study.years or studied.world.years),
        baseline=policy_name(studied, studied.baseline.id, say),
        gain=figure(say, gain.mean / unit.by),
        low=figure(say, gain.ci95[0] / unit.by),
        high=figure(say, gain.ci95[1] / unit.by),
    )
    return PrintedTable(columns, tuple(rows), title=unit.words, note=note, wordy=(4,))


def losses(studied: Studied, answer: Losses, language: str) -> PrintedTable:
    """One row a rule: when it holds, and how many of the losses it covers, how densely."""
    say = words(language)
    rows = [
        (
            rule_name(say, rule),
            say.percent(rule.coverage),
            say.percent(rule.density),
            say.percent(rule.mass),
        )
        for rule in answer.rules
    ]
    if not rows:
        why = say.say("no rule does better than chance") if answer.lost else say.say("nowhere")
        if answer.lost == answer.designs:
            why = say.say("everywhere")
        rows = [(why, NOTHING, NOTHING, NOTHING)]
    columns = (say.say("Where"), say.say("Of all losses"), say.say("Lost there"), say.say("Of all designs"))
    note = say.say("It loses in {lost} of {designs} designs.", lost=answer.lost, designs=answer.designs)
    title = say.say("{name}, difference", name=say.say(KPI_NAMES[answer.outcome]))
    return PrintedTable(
        columns, tuple(rows), title=f"{title}: {_of(studied, answer.policy, answer.against, say)}", note=note
    )


def _cell(say: Words, mean: float, half: float) -> str:
    return f"{figure(say, mean)}\n± {figure(say, half, 2)}" if math.isfinite(mean) else NOTHING


def _of(studied: Studied, policy: str, against: str | None, say: Words) -> str:
    name = policy_name(studied, policy, say)
    if against is None:
        return f"“{name}”"
    return say.say("“{policy}” less “{baseline}”", policy=name, baseline=policy_name(studied, against, say))
