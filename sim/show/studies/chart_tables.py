"""The tables behind the pictures of a study on a page: the same figures, to read and as a file."""

from __future__ import annotations

from sim.experiments.studies.results import Studied
from sim.experiments.studies.scenario_discovery import Losses
from sim.experiments.studies.sensitivity import Effects, Indices
from sim.experiments.studies.tradeoffs import Choice, Front, Heat, Regrets
from sim.show.base.table import ChartTable, chart_table
from sim.show.studies.bars import MOST
from sim.show.studies.names import (
    aims_in_units,
    candidate_name,
    effect_verdict,
    factor_name,
    front_verdict,
    label_name,
    named_rules,
    unit_of,
    units_of,
    verdict_name,
    world_name,
)
from sim.text import words


def table_of_effects(answer: Effects, language: str) -> ChartTable:
    """One row a factor: the outcome at its two ends, the change, and the change that noise may show."""
    say = words(language)
    rows = answer.rows[:MOST]
    unit = unit_of(
        say, answer.outcome, (end for effect in rows for end in (effect.start, effect.end)), bool(answer.against)
    )
    return chart_table(
        (
            say.say("Factor"),
            say.say("From"),
            say.say("To"),
            say.say("At the start: {unit}", unit=unit.words),
            say.say("At the end"),
            say.say("Change"),
            say.say("Noise"),
            say.say("Verdict"),
        ),
        [
            (
                factor_name(say, effect.factor),
                effect.low,
                effect.high,
                effect.start / unit.by,
                effect.end / unit.by,
                effect.change / unit.by,
                effect.floor / unit.by,
                effect_verdict(say, effect),
            )
            for effect in rows
        ],
    )


def table_of_heat_map(answer: Heat, language: str) -> ChartTable:
    """One row a cell: both factors, the mean of the outcome and its 95 % interval, and how many designs are in it."""
    say = words(language)
    unit = unit_of(say, answer.outcome, answer.mean.ravel().tolist(), bool(answer.against))
    return chart_table(
        (
            factor_name(say, answer.y),
            factor_name(say, answer.x),
            unit.words,
            say.say("From"),
            say.say("To"),
            say.say("Designs"),
        ),
        [
            (
                label_name(say, y),
                label_name(say, x),
                float(answer.mean[row, column]) / unit.by,
                float(answer.low[row, column]) / unit.by,
                float(answer.high[row, column]) / unit.by,
                int(answer.designs[row, column]),
            )
            for row, y in enumerate(answer.y_labels)
            for column, x in enumerate(answer.x_labels)
        ],
    )


def table_of_pareto_front(studied: Studied, answer: Front, language: str) -> ChartTable:
    """One row a candidate: both aims, whether another beats it on both, and how surely not."""
    say = words(language)
    units = units_of(say, answer)
    return chart_table(
        (say.say("Policy"), *aims_in_units(say, answer), say.say("Verdict"), say.say("On the front in (%)")),
        [
            (
                candidate_name(studied, spot.candidate, say),
                spot.x / units[0].by,
                spot.y / units[1].by,
                front_verdict(say, spot),
                100 * spot.share,
            )
            for spot in answer.spots
        ],
    )


def table_of_regret(studied: Studied, answer: Regrets, language: str) -> ChartTable:
    """One row a candidate: how much worse it is than the best of each world, and where most."""
    say = words(language)
    unit = unit_of(say, answer.outcome, (row.worst for row in answer.rows))
    return chart_table(
        (
            say.say("Policy"),
            say.say("Mean regret: {unit}", unit=unit.words),
            say.say("Worst regret"),
            say.say("Best in (%)"),
            say.say("Best or too close in (%)"),
            say.say("Worst where"),
        ),
        [
            (
                candidate_name(studied, row.candidate, say),
                row.mean / unit.by,
                row.worst / unit.by,
                100 * row.best,
                100 * row.close,
                world_name(studied, row.where, say) if row.worst > 0 else None,
            )
            for row in answer.rows
        ],
    )


def table_of_best(studied: Studied, answer: Choice, language: str) -> ChartTable:
    """One row a candidate: the mean, what Flanders pays a year, how far it is behind the best, and the verdict."""
    say = words(language)
    unit = unit_of(say, answer.outcome, (ranked.mean for ranked in answer.rows))
    rows: list[tuple[str | float | None, ...]] = []
    for ranked in answer.rows:
        gap = (None,) * 3 if ranked.behind is None else (ranked.behind.mean, *ranked.behind.ci95)
        rows.append(
            (
                candidate_name(studied, ranked.candidate, say),
                ranked.mean / unit.by,
                *(() if answer.budget is None else (ranked.budget / 1e6,)),
                *(None if end is None else end / unit.by for end in gap),
                verdict_name(say, ranked),
            )
        )
    paid = () if answer.budget is None else (say.say("Flanders pays a year, million euro"),)
    return chart_table(
        (
            say.say("Policy"),
            unit.words,
            *paid,
            say.say("Behind the best"),
            say.say("From"),
            say.say("To"),
            say.say("Verdict"),
        ),
        rows,
    )


def table_of_losses(answer: Losses, language: str) -> ChartTable:
    """One row a rule, or one for all designs: how many of the losses it covers, and how densely."""
    say = words(language)
    return chart_table(
        (say.say("Where"), say.say("Of all losses (%)"), say.say("Lost there (%)"), say.say("Of all designs (%)")),
        [(name, 100 * rule.coverage, 100 * rule.density, 100 * rule.mass) for name, rule in named_rules(say, answer)],
    )


def table_of_indices(answer: Indices, language: str) -> ChartTable:
    """One row a factor: what it brings of the spread, by itself and with others, each ± half its 95 % interval."""
    say = words(language)
    return chart_table(
        (
            say.say("Factor"),
            say.say("By itself (%)"),
            say.say("± by itself"),
            say.say("With others (%)"),
            say.say("± with others"),
        ),
        [
            (
                factor_name(say, index.factor),
                100 * index.first,
                100 * index.first_half,
                100 * index.total,
                100 * index.total_half,
            )
            for index in answer.rows[:MOST]
        ],
    )
