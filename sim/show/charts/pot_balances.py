"""What is left in the solidarity fund, in Flemish envelopes and in grants at the end of every year that they pay in."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiments.comparison.compare import Comparison
from sim.experiments.comparison.pots import FUND, dry, left, open_years, pots
from sim.model.policy.policy import Policy
from sim.show.base.figure import TRACE_NAME, calendar_years, dress, hover, nice, scatter
from sim.show.base.legend import KEY
from sim.show.base.palette import palette
from sim.show.base.table import MILLION, Cell, ChartTable, chart_table
from sim.show.charts.over_time import band, calendar
from sim.show.sentences import grants_and_phases
from sim.text import Words, words


def name_of(say: Words, pot: str) -> str:
    """Return what a pot is called: the fund, or what its policy calls an envelope or a grant."""
    return (
        say.say("Solidarity fund")
        if pot == FUND
        else say.say("Budget “{name}”", name=grants_and_phases.name_of(say, pot))
    )


def drawn(result: Comparison, policy: Policy) -> list[str]:
    """Return the pots of a policy that pay in some year of the comparison."""
    return [pot for pot in pots(policy) if open_years(result, policy, pot)]


def balances(result: Comparison, language: str, *, scheme: str = "light") -> Any:
    """Return what is left in each pot of the policy shown, on average and in 9 of 10 futures, by year in which it pays.

    The policy must have a pot that pays in one of the years: see `drawn`.
    """
    say, colours = words(language), palette(scheme)
    policy, x = result.policies[-1], calendar(result)
    others = [colours.payers["flanders"], *colours.lines]
    data: list[dict[str, Any]] = []
    top, bottom = 0.0, 0.0
    names = drawn(result, policy)
    for number, pot in enumerate(names):
        money = left(result, policy, pot) / MILLION
        years = [x[year] for year in open_years(result, policy, pot)]
        low, mean, high = np.percentile(money, 5, axis=0), money.mean(axis=0), np.percentile(money, 95, axis=0)
        colour = colours.payers["fund"] if pot == FUND else others[(number - (FUND in names)) % len(others)]
        top, bottom = max(top, float(high.max())), min(bottom, float(low.min()))
        empty = 100 * dry(result, policy, pot).mean(axis=0)
        data += [
            band(years, low, high, colours.faded(colour, 0.18)),
            _line(say, name_of(say, pot), years, mean, np.column_stack([low, high, empty]), colour),
        ]
    layout = {
        "xaxis": calendar_years(x),
        "yaxis": {
            "range": [-nice(-bottom) if bottom < 0 else 0, nice(1.1 * top)],
            "title": say.say("million euro left at the end of the year"),
        },
        "showlegend": len(names) > 1,
        "legend": KEY | {"y": -0.2},
    }
    title, alt = _said(say, result, policy)
    return dress(
        data,
        layout,
        result,
        language,
        name=f"balances {policy.id}",
        title=title,
        alt=alt,
        scheme=scheme,
        sides=(58, 12, 46),
    )


def _line(
    say: Words, name: str, years: list[int], mean: NDArray[np.float64], beside: NDArray[np.float64], colour: str
) -> dict[str, Any]:
    """The mean balance of a pot; `beside` is the interval of its futures, and the share of them that finds it empty."""
    return scatter(
        years,
        mean,
        "lines+markers",
        name=name,
        line={"color": colour, "width": 3},
        marker={"size": 7, "color": colour},
        customdata=beside.tolist(),
        hovertemplate=hover(
            f"{TRACE_NAME}, %{{x}}",
            say.say("{n} million euro", n="%{y:,.2f}"),
            say.say("9 futures in 10: {low} to {high}", low="%{customdata[0]:,.2f}", high="%{customdata[1]:,.2f}"),
            say.say("empty in {share} of futures", share="%{customdata[2]:,.0f} %"),
        ),
    )


def _said(say: Words, result: Comparison, policy: Policy) -> tuple[str, str]:
    """The finding: of the fund, or else of the pot that is empty most often; and for the others the same in short."""
    last = calendar(result)[-1]
    empty = {pot: float(dry(result, policy, pot).mean()) for pot in drawn(result, policy)}
    shown = FUND if FUND in empty else max(empty, key=lambda pot: empty[pot])
    money = say.money(float(left(result, policy, shown)[:, -1].mean()))
    ever = float(dry(result, policy, shown).any(axis=1).mean())
    values = {"pot": name_of(say, shown), "amount": money, "last": last, "share": say.percent(ever)}
    if shown == FUND and ever == 0:
        title = say.say(
            "The solidarity fund holds {amount} at the end of {last}, and is empty in none of these futures", **values
        )
    elif shown == FUND:
        title = say.say(
            "The solidarity fund holds {amount} at the end of {last}, and runs dry in {share} of futures", **values
        )
    elif empty[shown] == 0:
        title = say.say(
            "{pot} is never empty, and has {amount} left at the end of a year on average",
            **values | {"amount": say.money(float(left(result, policy, shown).mean()))},
        )
    else:
        paying = len(open_years(result, policy, shown))
        years = say.figure(empty[shown] * paying, 2)
        title = say.say("{pot} is empty in {n} of {years} years", n=years, years=paying, **values)
    figures = "; ".join(
        say.say(
            "{pot}: {amount} left on average, empty in {share} of years",
            pot=name_of(say, pot),
            amount=say.money(float(left(result, policy, pot).mean())),
            share=say.percent(share),
        )
        for pot, share in empty.items()
    )
    return title, f"{title}. {figures}."


def table_of_balances(result: Comparison, language: str) -> ChartTable:
    """What is left in each pot at the end of every year in which it pays, and how often a claim met an empty one."""
    say, policy = words(language), result.policies[-1]
    rows: list[list[Cell]] = []
    for pot in drawn(result, policy):
        money, empty = left(result, policy, pot) / MILLION, dry(result, policy, pot).mean(axis=0)
        low, high = np.percentile(money, 5, axis=0), np.percentile(money, 95, axis=0)
        for i, year in enumerate(open_years(result, policy, pot)):
            rows.append(
                [
                    name_of(say, pot),
                    str(calendar(result)[year]),
                    float(money[:, i].mean()),
                    float(low[i]),
                    float(high[i]),
                    say.percent(float(empty[i])),
                ]
            )
    columns = (
        say.say("Fund or budget"),
        say.say("Year"),
        say.say("Left, million euro"),
        say.say("9 futures in 10 from"),
        say.say("9 futures in 10 to"),
        say.say("Futures in which it is empty"),
    )
    return chart_table(columns, rows)
