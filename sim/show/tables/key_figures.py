"""The tables behind the charts: for each chart a function that returns the figures it draws."""

from __future__ import annotations

from sim.experiments.comparison.compare import Comparison
from sim.results.outcomes import KPIS
from sim.show.base.table import Cell, ChartTable, chart_table
from sim.show.names import KPI_NAMES, KPI_UNITS
from sim.text import words


def table_of_key_figures(result: Comparison, language: str) -> ChartTable:
    """Every key figure of every policy over the whole horizon, as on the command line."""
    say = words(language)
    rows: list[list[Cell]] = []
    for policy in result.policies:
        for kpi, unit in KPIS.items():
            e = result.estimate(policy, kpi)
            rows.append(
                [
                    policy.title[language],
                    say.say(KPI_NAMES[kpi]),
                    say.say(KPI_UNITS[unit]),
                    e.mean,
                    *e.ci95,
                    e.median,
                    e.p95,
                ]
            )
    columns = (
        say.say("Policy"),
        say.say("Key figure"),
        say.say("Unit"),
        say.say("Mean"),
        say.say("{level}% from"),
        say.say("{level}% to"),
        say.say("Middle future"),
        say.say("1 future in 20 above"),
    )
    return chart_table(columns, rows)
