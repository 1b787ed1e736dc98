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


def table_of_effects(found: Effects, language: str) -> ChartTable:
    """One row a factor: the outcome at its two ends, the change, and the change that noise may show."""
    say = words(language)
    rows = found.rows[:MOST]
    unit = unit_of(say, found.outcome, (end for one in rows for end in (one.start, one.end)), bool(found.against))
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
                factor_name(say, one.factor),
                one.low,
                one.high,
                one.start / unit.by,
                one.end / unit.by,
                one.change / unit.by,
                one.floor / unit.by,
                effect_verdict(say, one),
            )
            for one in rows
        ],
    )


def table_of_heat_map(found: Heat, language: str) -> ChartTable:
    """One row a cell: both factors, the mean of the outcome and its 95 % interval, and how many designs are in it."""
    say = words(language)
    unit = unit_of(say, found.outcome, found.mean.ravel().tolist(), bool(found.against))
    return chart_table(
        (
            factor_name(say, found.y),
            factor_name(say, found.x),
            unit.words,
            say.say("From"),
            say.say("To"),
            say.say("Designs"),
        ),
        [
            (
                label_name(say, y),
                label_name(say, x),
                float(found.mean[row, column]) / unit.by,
                float(found.low[row, column]) / unit.by,
                float(found.high[row, column]) / unit.by,
                int(found.designs[row, column]),
            )
            for row, y in enumerate(found.y_labels)
            for column, x in enumerate(found.x_labels)
        ],
    )


def table_of_pareto_front(studied: Studied, found: Front, language: str) -> ChartTable:
    """One row a candidate: both aims, whether another beats it on both, and how surely not."""
    say = words(language)
    units = units_of(say, found)
    return chart_table(
        (say.say("Policy"), *aims_in_units(say, found), say.say("Verdict"), say.say("On the front in (%)")),
        [
            (
                candidate_name(studied, spot.candidate, say),
                spot.x / units[0].by,
                spot.y / units[1].by,
                front_verdict(say, spot),
                100 * spot.share,
            )
            for spot in found.spots
        ],
    )


def table_of_regret(studied: Studied, found: Regrets, language: str) -> ChartTable:
    """One row a candidate: how much worse it is than the best of each world, and where most."""
    say = words(language)
    unit = unit_of(say, found.outcome, (one.worst for one in found.rows))
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
                candidate_name(studied, one.candidate, say),
                one.mean / unit.by,
                one.worst / unit.by,
                100 * one.best,
                100 * one.close,
                world_name(studied, one.where, say) if one.worst > 0 else None,
            )
            for one in found.rows
        ],
    )


def table_of_best(studied: Studied, found: Choice, language: str) -> ChartTable:
    """One row a candidate: the mean, what Flanders pays a year, how far it is behind the best, and the verdict."""
    say = words(language)
    unit = unit_of(say, found.outcome, (one.mean for one in found.rows))
    rows: list[tuple[str | float | None, ...]] = []
    for one in found.rows:
        gap = (None,) * 3 if one.behind is None else (one.behind.mean, *one.behind.ci95)
        rows.append(
            (
                candidate_name(studied, one.candidate, say),
                one.mean / unit.by,
                *(() if found.budget is None else (one.budget / 1e6,)),
                *(None if end is None else end / unit.by for end in gap),
                verdict_name(say, one),
            )
        )
    paid = () if found.budget is None else (say.say("Flanders pays a year, million euro"),)
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


def table_of_losses(found: Losses, language: str) -> ChartTable:
    """One row a rule, or one for all designs: how many of the losses it covers, and how densely."""
    say = words(language)
    return chart_table(
        (say.say("Where"), say.say("Of all losses (%)"), say.say("Lost there (%)"), say.say("Of all designs (%)")),
        [(name, 100 * one.coverage, 100 * one.density, 100 * one.mass) for name, one in named_rules(say, found)],
    )


def table_of_indices(found: Indices, language: str) -> ChartTable:
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
            (factor_name(say, one.factor), 100 * one.first, 100 * one.first_half, 100 * one.total, 100 * one.total_half)
            for one in found.rows[:MOST]
        ],
    )
