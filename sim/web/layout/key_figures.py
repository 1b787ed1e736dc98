"""The five key figures: what a policy costs whom, with the difference from today's policy on the same futures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.experiments.comparison.compare import Comparison
from sim.results.estimates import Difference, Estimate, difference, estimate
from sim.results.findings import TRIVIAL, told
from sim.text import N_, NO_BREAK, Words

Colour = Literal["inverse", "off"]
Arrow = Literal["auto", "off"]

LABELS = {
    "cash": N_("Total cost"),
    "own": N_("Municipalities pay"),
    "harm": N_("Harm to citizens*"),
    "worst": N_("Worst year of {years}"),
    "severe": N_("Severe incidents"),
}
UNITS = {
    "cash": N_("m €/year"),
    "own": N_("m €/year"),
    "harm": N_("m €/year"),
    "worst": N_("m €"),
    "severe": N_("a year"),
}
HELPS = {
    "cash": N_("Everything that is paid in money, whoever pays: prevention, response teams and incidents."),
    "own": N_(
        "What the municipalities pay themselves, after what Flanders and insurers take over. A shift between payers "
        "is neither good nor bad, so it has no colour."
    ),
    "harm": N_("Days without services, valued. Not money that anyone pays, so it is never added to the cost."),
    "worst": N_("The most expensive calendar year of each future, on average over the futures."),
    "severe": N_("Break-ins that bring a whole municipality to a halt, for weeks."),
}


@dataclass(frozen=True)
class KeyFigure:
    """One key figure, per year; `scale` divides what the comparison counts over its whole horizon."""

    name: str
    kpi: str
    scale: Callable[[Comparison], float]
    shift: bool = False  # money that moves from one payer to another: a change has no colour

    def label(self, say: Words, result: Comparison) -> str:
        """What it is."""
        return say.say(LABELS[self.name], years=result.years)

    def unit(self, say: Words) -> str:
        """What it is counted in."""
        return say.say(UNITS[self.name])

    def estimate(self, result: Comparison) -> Estimate:
        """The estimate for the policy shown: the last of the comparison."""
        return estimate(result.values(result.policies[-1], self.kpi) / self.scale(result))

    def difference(self, result: Comparison) -> Difference | None:
        """The paired difference from the baseline; None when the baseline itself is shown."""
        if len(result.policies) == 1:
            return None
        baseline, policy = (result.values(policy, self.kpi) / self.scale(result) for policy in result.policies)
        return difference(baseline, policy)


def _millions_a_year(result: Comparison) -> float:
    return 1e6 * result.years


FIGURES = (
    KeyFigure("cash", "cash_cost_eur", _millions_a_year),
    KeyFigure("own", "cost_municipality_eur", _millions_a_year, shift=True),
    KeyFigure("harm", "citizen_harm_eur", _millions_a_year),
    KeyFigure("worst", "worst_year_cost_eur", lambda result: 1e6),
    KeyFigure("severe", "severe_incidents", lambda result: result.years),
)


@dataclass(frozen=True)
class Shown:
    """A key figure in words: what the card shows."""

    label: str
    value: str
    unit: str
    delta: str | None
    colour: Colour
    arrow: Arrow
    help: str


def card(figure: KeyFigure, result: Comparison, say: Words) -> Shown:
    """Return a key figure as its card shows it, with its intervals in the help."""
    e, gap = figure.estimate(result), figure.difference(result)
    parts = [say.say(HELPS[figure.name], years=result.years), _interval(say, e.ci95)]
    if figure.name == "worst":
        amount = f"{say.figure(e.p95)}{NO_BREAK}{figure.unit(say)}"
        parts.append(say.say("In 1 future of 20 it is {amount} or more.", amount=amount))
    delta: str | None = None
    colour: Colour = "off"
    arrow: Arrow = "off"
    if gap is not None:
        delta, colour, arrow = _delta(figure, gap, e.mean, say)
        parts.append(_gap(say, gap))
    return Shown(
        label=figure.label(say, result),
        value=say.figure(e.mean),
        unit=figure.unit(say),
        delta=delta,
        colour=colour,
        arrow=arrow,
        help=" ".join(parts),
    )


def _delta(figure: KeyFigure, gap: Difference, mean: float, say: Words) -> tuple[str, Colour, Arrow]:
    if gap.is_same:
        return "0", "off", "off"
    if (small := too_small(say, gap, mean)) is not None:
        return small, "off", "off"
    shown = say.change(gap.mean, (gap.ci95[1] - gap.ci95[0]) / 2)
    colour: Colour = "off" if figure.shift or gap.verdict == "too_close" else "inverse"
    return shown, colour, "off" if shown.startswith("0") else "auto"


def too_small(say: Words, gap: Difference, mean: float, digits: int = 3) -> str | None:
    """Return what a card says of a sure change that the figure above it, written with so many digits, does not show, or
    that is a trifle; None of any other.
    """
    base = mean - gap.mean
    step = min(say.step(mean, digits), say.step(base, digits))
    if gap.verdict == "too_close" or (abs(gap.mean) >= step / 2 and told(gap, base) != "trifle"):
        return None
    return say.say("less than {amount}", amount=say.figure(max(step, TRIVIAL * abs(mean)), 1))


def _interval(say: Words, ends: tuple[float, float]) -> str:
    if not np.isfinite(ends).all():
        return say.say("One future gives no interval.")
    low, high = _not_negative(ends)
    return say.say("{level}% interval of the mean: {low} to {high}.", low=say.figure(low), high=say.figure(high))


def _not_negative(ends: tuple[float, float]) -> tuple[float, float]:
    """An interval for a mean of what is never below zero: with few futures Student's reaches further down."""
    return max(0.0, ends[0]), ends[1]


def _gap(say: Words, gap: Difference) -> str:
    if gap.share_of_futures_equal == 1.0:
        return say.say("The same as under today's policy in every future.")
    sentence = N_("Difference from today's policy on the same futures: {gap} ({level}% interval {low} to {high}).")
    said = say.say(sentence, gap=say.signed(gap.mean), low=say.signed(gap.ci95[0]), high=say.signed(gap.ci95[1]))
    return said + (" " + say.say("That is within the uncertainty.") if gap.verdict == "too_close" else "")


def table(result: Comparison, say: Words) -> list[dict[str, str]]:
    """Return the key figures as rows of words: a name, the mean with its interval, and the difference with its own."""
    rows = []
    for figure in FIGURES:
        e, gap = figure.estimate(result), figure.difference(result)
        row = {
            say.say("Key figure"): f"{figure.label(say, result).replace('*', '')}, {figure.unit(say)}",
            say.say("Mean"): say.figure(e.mean),
            say.say("{level}% interval"): _range(say, _not_negative(e.ci95), signed=False),
            say.say("1 future in 20 above"): say.figure(e.p95),
        }
        if gap is not None:
            row |= {
                say.say("Difference"): say.signed(gap.mean) if gap.share_of_futures_equal < 1 else "0",
                say.say("Its {level}% interval"): _range(say, gap.ci95, signed=True),
            }
            row |= dict(
                zip(
                    (say.say("Lower in"), say.say("Equal in"), say.say("Higher in")),
                    say.percents(gap.shares),
                    strict=True,
                )
            )
        rows.append(row)
    return rows


def _range(say: Words, ends: tuple[float, float], *, signed: bool) -> str:
    shown = say.signed if signed else say.figure
    return say.say("{low} to {high}", low=shown(ends[0]), high=shown(ends[1]))
