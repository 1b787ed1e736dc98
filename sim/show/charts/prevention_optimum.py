"""How much prevention is best: the curve of one municipality with both optima, and in words what decides them.

Both optima are often at zero, and then that is the title: what break-ins are expected to cost is small, and how small
hangs on two assumptions, so these are told wherever an optimum is.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.experiments.comparison.compare import Comparison
from sim.experiments.optima.prevention_optimum import Curve, deciding, prevention_curve
from sim.model.policy.policy import Policy
from sim.model.world.world import World
from sim.show.base.figure import annotation, dress, hover, nice, scatter, upright
from sim.show.base.legend import BELOW_AXIS, KEY
from sim.show.base.palette import CHART_HEIGHT, Palette, palette
from sim.text import Words, words

FELT = 0.005  # euro per inhabitant a year: less than this is no prevention
_APART = 0.01  # of the height of the chart: curves that are closer are one


def optimum(
    result: Comparison, policy: str | Policy, municipality: str | int, language: str, *, scheme: str = "light"
) -> Any:
    """Return the cost of a year against prevention in one municipality: for itself and for everybody, with both optima.

    Where the baseline gives it another curve, that is drawn too. Raises InputError for an unknown municipality.
    """
    say, colours, shown = words(language), palette(scheme), result.policy(policy)
    curve, base = _both(result, shown, municipality)
    everybody = _named(say, say.say("everybody, with harm"), curve.social_best)
    itself = _named(
        say, say.say("{town} itself", town=curve.municipality.name), curve.private_best, free=curve.price == 0
    )
    lines = [
        (everybody, curve.spend, curve.social, {"color": colours.text, "width": 2.5}),
        (itself, curve.spend, curve.private, {"color": colours.payers["municipality"], "width": 3}),
    ]
    if np.abs(base.private - curve.private).max() > _APART * curve.social.max():
        name = say.say(
            "{town} itself, “{policy}”", town=curve.municipality.name, policy=result.baseline.title[language]
        )
        lines.append((name, base.spend, base.private, {"color": colours.baseline, "width": 2, "dash": "dash"}))
    data = [_line(say, *line) for line in lines] + _marks(say, curve, colours)
    rows = len(lines)
    height = CHART_HEIGHT + 19 * (rows - 1)
    below = BELOW_AXIS + 19 * rows + 8
    layout = {
        "xaxis": {
            "range": [-0.02 * float(curve.spend[-1]), float(curve.spend[-1])],
            "title": say.say("prevention, euro per inhabitant a year"),
            "showgrid": False,
        },
        "yaxis": {
            "range": [0, nice(1.08 * float(max(y.max() for _, _, y, _ in lines)))],
            "title": say.say("euro per inhabitant a year"),
        },
        "shapes": [upright(curve.now, colours.baseline, width=1.5, top=0.94)],
        "annotations": [_now(say, curve)],
        "showlegend": True,
        "legend": KEY | {"y": -BELOW_AXIS / (height - below - 14), "entrywidth": 400},
    }
    title = finding(say, curve)
    decides = what_decides(say, result.world, shown, curve.municipality.nis)
    return dress(
        data,
        layout,
        result,
        language,
        name=f"optimum {shown.id} {curve.municipality.nis} {result.world.anchor}",
        title=title,
        alt=f"{title}. {_said(say, curve)} {decides}",
        scheme=scheme,
        height=height,
        sides=(52, 12, below),
    )


def _both(result: Comparison, shown: Policy, municipality: str | int) -> tuple[Curve, Curve]:
    """The curve under the policy shown and that under the baseline, both as far as the longer one."""
    ends = [
        float(prevention_curve(result.world, policy, municipality).spend[-1]) for policy in (shown, result.baseline)
    ]
    curve, base = (
        prevention_curve(result.world, policy, municipality, at_least=max(ends)) for policy in (shown, result.baseline)
    )
    return curve, base


def _named(say: Words, name: str, best: float, *, free: bool = False) -> str:
    """A curve by its name, with the spend at which it is lowest; where that is free, there is none."""
    return name if free else say.say("{name}: lowest at {amount}", name=name, amount=say.money(best))


def _line(say: Words, name: str, x: Any, y: Any, line: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "name": name,
        "x": x,
        "y": y,
        "mode": "lines",
        "line": line,
        "hovertemplate": f"<b>{name}</b><br>"
        + say.say("with {spend} of prevention: {cost}", spend="€ %{x:,.2f}", cost="€ %{y:,.2f}")
        + "<extra></extra>",
    }


def _lowest(curve: Curve) -> dict[str, tuple[float, float]]:
    """Where the optima are, spend and cost: for everybody, and for the municipality itself where it has a price."""
    places = {"social": (curve.social_best, float(np.interp(curve.social_best, curve.spend, curve.social)))}
    if curve.price > 0:
        places["private"] = (curve.private_best, float(np.interp(curve.private_best, curve.spend, curve.private)))
    return places


def _marks(say: Words, curve: Curve, colours: Palette) -> list[dict[str, Any]]:
    looks = {
        "social": (say.say("best for everybody"), colours.text, "diamond"),
        "private": (
            say.say("best for {town} itself", town=curve.municipality.name),
            colours.payers["municipality"],
            "circle",
        ),
    }
    return [
        scatter(
            [x],
            [y],
            "markers",
            name=name,
            cliponaxis=False,
            marker={"symbol": symbol, "size": 12, "color": colour, "line": {"color": colours.background, "width": 2}},
            hovertemplate=hover(f"<b>{name}</b>", "€ %{x:,.2f}"),
            showlegend=False,
        )
        for (name, colour, symbol), (x, y) in ((looks[whose], place) for whose, place in _lowest(curve).items())
    ]


def _now(say: Words, curve: Curve) -> dict[str, Any]:
    text = say.say("under this policy {amount}", amount=say.money(curve.now))
    anchor = "right" if curve.now > 0.5 * float(curve.spend[-1]) else "left"
    return annotation(text, curve.now, 1, yref="paper", yanchor="top", xanchor=anchor)


# ---- in words ------------------------------------------------------------------------------------------------------


def finding(say: Words, curve: Curve) -> str:
    """Return in a sentence what is best for a municipality itself and for everybody, beside what goes to prevention."""
    values = {
        "town": curve.municipality.name,
        "now": say.money(curve.now),
        "private": say.money(curve.private_best),
        "social": say.money(curve.social_best),
    }
    if curve.price == 0 and curve.private.max() < FELT:
        return say.say(
            "{town} itself pays for neither prevention nor break-ins, so that it is all the same to it; for everybody "
            "{social} a head is best, and {now} is spent",
            **values,
        )
    if curve.price == 0:
        return say.say(
            "Prevention costs {town} nothing itself, so more is always better for it; for everybody {social} a head is "
            "best, and {now} is spent",
            **values,
        )
    if max(curve.private_best, curve.social_best) < FELT:
        return say.say(
            "By expected cost alone {town} itself and everybody are best off without prevention; {now} a head is spent",
            **values,
        )
    if curve.private_best < FELT:
        return say.say(
            "By expected cost {town} itself does best without prevention, and everybody with {social} a head; {now} is "
            "spent",
            **values,
        )
    return say.say(
        "By expected cost {private} of prevention a head is best for {town} itself, and {social} for everybody; {now} "
        "is spent",
        **values,
    )


def what_decides(say: Words, world: World, policy: Policy, municipality: str | int) -> str:
    """Return in sentences what both optima are under other levels of the assumptions that decide them."""
    table = deciding(world, policy, municipality).set_index(["frequency", "service_value"])
    best = {levels: say.money(amount) for levels, amount in table["social_best"].items()}
    own = [say.money(end) for end in (table["private_best"].min(), table["private_best"].max())]
    parts = [
        say.say(
            "What decides is how often attacks come and what a day of service is worth. Best for everybody is {low} "
            "with both low, {central} with both central, {frequent} with frequent attacks, {dear} with a dear day of "
            "service, and {high} with both high.",
            low=best["low", "low"],
            central=best["central", "central"],
            frequent=best["high", "central"],
            dear=best["central", "high"],
            high=best["high", "high"],
        ),
    ]
    if prevention_curve(world, policy, municipality).price == 0:
        return parts[0]
    if own[0] == own[1]:
        parts.append(say.say("Best for the municipality itself is {amount} under each of them.", amount=own[0]))
    else:
        parts.append(say.say("Best for the municipality itself is {low} to {high}.", low=own[0], high=own[1]))
    return " ".join(parts)


def left_out(say: Words) -> str:
    """Return in a sentence what the curve and the optima do not count."""
    return say.say(
        "Counted is what break-ins are expected to cost in a year, in the long run. Left out is what does not hang on "
        "the prevention of one municipality: incidents through suppliers, waves of traffic, payment fraud, waiting for "
        "response teams. What goes to prevention is own money and matching grants. Whoever fears a rare disaster more "
        "than its average cost has a reason to spend more."
    )


def _said(say: Words, curve: Curve) -> str:
    """What a year costs at three places of the curve, for those who cannot see it."""
    parts = []
    for x in dict.fromkeys((0.0, curve.now, float(curve.spend[-1]))):
        private, social = (say.money(float(np.interp(x, curve.spend, y))) for y in (curve.private, curve.social))
        parts.append(
            say.say(
                "with {spend} of prevention a year costs {private} for itself and {social} for everybody",
                spend=say.money(x),
                private=private,
                social=social,
            )
        )
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."
