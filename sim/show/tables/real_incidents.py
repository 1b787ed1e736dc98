"""The model beside what happened: recorded figures and the middle 90 % of the simulated ones, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sim.experiments.validation.history import Check
from sim.show.base.table import NOTHING, ChartTable, PrintedTable, chart_table
from sim.text import N_, Words, words

KINDS = {
    "incidents": N_("incidents in the press, {case}"),
    "cost": N_("cost of a severe incident, {case}"),
    "usable": N_("outage with usable backups, {case}"),
    "rebuilt": N_("outage with rebuild, {case}"),
    "reach": N_("reach of a supplier event, {case}"),
}
UNITS = {
    "incidents": N_("incidents"),
    "cost": N_("EUR per inhabitant"),
    "usable": N_("days to critical services"),
    "rebuilt": N_("days to critical services"),
    "reach": N_("share of municipalities"),
}


def no_record(say: Words) -> str:
    """Return that a world cannot be held against what happened."""
    return say.say("No record of real incidents is known for these municipalities; there is one of those of Flanders.")


def name(say: Words, check: Check) -> str:
    """Return what was recorded: "outage with rebuild, Antwerpen 2022"."""
    return say.say(KINDS[check.kind], case=check.case)


def unit(say: Words, check: Check) -> str:
    """Return what it is counted in."""
    return say.say(UNITS[check.kind])


def finding(say: Words, checks: Sequence[Check]) -> str:
    """Return how many figures the model holds, as a title."""
    inside = sum(check.inside for check in checks)
    return say.say("{n} of {all} recorded figures lie within what the model gives", n=inside, all=len(checks))


def verdict(say: Words, check: Check) -> str:
    """Return whether a figure lies inside."""
    return say.say("inside") if check.inside else say.say("OUTSIDE")


def how_to_read(say: Words) -> str:
    """Return what the comparison can show, and what not."""
    return say.say(
        "A count is compared with counts over futures, a single case with single severe incidents of all futures. The "
        "press knows a lower bound of incidents, and published costs are those of bad cases. The test is weak: it "
        "would notice a model that is wrong by a factor of ten, not one that is wrong by half. Part of these figures "
        "is among the evidence for the model."
    )


def printed_checks(checks: Sequence[Check], replications: int, seed: int, language: str) -> PrintedTable:
    """Return the figures for the command line."""
    say = words(language)
    rows = tuple(
        (
            f"{name(say, check)} ({unit(say, check)})",
            say.figure(check.recorded, 2),
            say.figure(check.median, 2),
            say.say("{low} to {high}", low=say.figure(check.low, 2), high=say.figure(check.high, 2)),
            verdict(say, check),
        )
        for check in checks
    )
    columns = (
        say.say("figure"),
        say.say("recorded"),
        say.say("simulated median"),
        say.say("middle 90%"),
        say.say("recorded lies"),
    )
    played = say.say("The middle 90% of {n} futures (seed {seed}).", n=say.number(replications), seed=seed)
    title = say.say("The model beside what happened")
    note = f"{finding(say, checks)}. {played} {how_to_read(say)}"
    return PrintedTable(columns, rows, title=title, note=note, wordy=(4,))


def table_of_checks(checks: Sequence[Check], say: Words) -> ChartTable:
    """Return the figures with their sources, for the page and as a file."""
    return chart_table(
        (
            say.say("What"),
            say.say("Unit"),
            say.say("Recorded"),
            say.say("Simulated median"),
            say.say("From (5%)"),
            say.say("To (95%)"),
            say.say("Recorded lies"),
            say.say("Simulated cases"),
            say.say("Source"),
        ),
        [
            (
                name(say, check),
                unit(say, check),
                check.recorded,
                check.median,
                check.low,
                check.high,
                verdict(say, check),
                check.sample,
                _source(say, check),
            )
            for check in checks
        ],
        digits=2,
    )


def _source(say: Words, check: Check) -> str:
    told = [check.source, say.say(check.remark) if check.remark else ""]
    return "; ".join(part for part in told if part) or NOTHING


def to_json(checks: Sequence[Check]) -> list[dict[str, Any]]:
    """Return the figures as plain data."""
    return [asdict(check) | {"unit": UNITS[check.kind], "inside": check.inside} for check in checks]
