"""Who pays for what: from payers on the left to uses on the right, in euro a year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sim.experiments.comparison.compare import Comparison
from sim.model.policy.policy import Policy
from sim.show.base.figure import annotation, dress, hover
from sim.show.base.palette import CHART_HEIGHT, TEXT_SIZE, Palette, palette
from sim.show.base.table import MILLION, Cell, ChartTable, chart_table
from sim.show.charts.money_flows import Money, money
from sim.text import N_, Words, words

PAYER_NAMES = {
    "municipality": N_("Municipalities"),
    "flanders": N_("Flanders"),
    "insurer": N_("Insurers"),
    "fund": N_("Solidarity fund"),
}
USE_NAMES = {
    "prevention": N_("Prevention"),
    "teams": N_("Response teams"),
    "repair": N_("Response and recovery"),
    "lost_revenue": N_("Lost revenue"),
    "ransom": N_("Ransom"),
    "fraud": N_("Payment fraud"),
    "suppliers": N_("Bills of suppliers"),
    "kept_insurer": N_("Stays with insurers"),
    "kept_fund": N_("Stays in the fund"),
}
POT_NAMES = {"insurer": N_("Insurers"), "fund": N_("Fund")}
BRINGS = {"insurer": N_("Loss of insurers"), "fund": N_("From the fund’s balance")}
"""What a pot is called among the payers when it pays out more than it takes in."""
PAYS_MOST = {
    "municipality": N_("The municipalities pay {share} of {total} a year"),
    "flanders": N_("Flanders pays {share} of {total} a year"),
    "insurer": N_("Insurers pay {share} of {total} a year"),
    "fund": N_("The solidarity fund pays {share} of {total} a year"),
}
STAYS = {
    "kept_insurer": N_("{finding}; of that {amount} stays with insurers"),
    "kept_fund": N_("{finding}; of that {amount} stays in the fund"),
}
"""What the finding says of money that nobody spends, for it is no part of the total cost."""
_GAP, _LABEL, _THICK = 6.0, 18.0, 14
_POT_GAP = 24.0  # the name of a pot stands above it, for beside it others have theirs
_PLACES = (0.0, 0.38, 1.0)  # of payers, pots and uses, from left to right
_HEADS = 24


def millions(say: Words, euro: float) -> str:
    """Return an amount in millions with one decimal; what is smaller is called so."""
    return say.number(euro / 1e6, 1) if euro >= 50_000 else "< " + say.number(0.1, 1)


def who_pays(result: Comparison, policy: str | Policy, language: str, *, scheme: str = "light") -> Any:
    """Return a Sankey figure of a policy: final payer to use of the money, by way of the pots that pay in their place.

    Mean euro per year over all futures.
    """
    say, colours = words(language), palette(scheme)
    found = money(result, policy)
    nodes = _nodes(say, found, colours)
    total = sum(found.by_payer.values())
    height = CHART_HEIGHT - 8 - _HEADS - 8
    columns = [[node for node in nodes if node.column == column] for column in range(3)]
    scale, placed = _stack([[node.amount for node in column] for column in columns], height)
    centres = {
        node.key: y for column, ys in zip(columns, placed, strict=True) for node, y in zip(column, ys, strict=True)
    }
    most = max((len(column) for column in columns), default=0)
    edges = {(f"payer {payer}", _end(found, target)): amount for (payer, target), amount in found.paid.items()}
    edges |= {(f"pot {pot}", _end(found, use)): amount for (pot, use), amount in found.passed.items()}
    pad = (height - scale * total) / (most - 1) if most > 1 else 0
    places = {key: y / height for key, y in centres.items()}
    trace = {
        "type": "sankey",
        "arrangement": "fixed",
        "node": _boxes(say, nodes, places) | {"pad": pad},
        "link": _flows(say, nodes, edges, colours),
    }
    at = {node.key: _height_of_name(node, centres[node.key], scale, with_pots=bool(columns[1])) for node in nodes}
    behind = colours.faded(colours.background, 0.55)
    notes = [_label(say, node, 1 - at[node.key] / height, scale * node.amount / 2, behind) for node in nodes]
    notes += [_head(say.say("Who pays"), first=True), _head(say.say("For what (million euro a year)"), first=False)]
    title = alt = say.say("Nobody pays anything")
    if edges:
        title, alt = _said(say, nodes, total)
    return dress(
        [trace] if edges else [],
        {"annotations": notes},
        result,
        language,
        name=f"who_pays {policy if isinstance(policy, str) else policy.id}",
        title=title,
        alt=alt,
        scheme=scheme,
        head=_HEADS,
    )


def _boxes(say: Words, nodes: Sequence[_Node], places: Mapping[str, float]) -> dict[str, Any]:
    """The nodes as Plotly wants them; `places` are their centres from the top, as shares of the height."""
    return {
        "x": [min(max(_PLACES[node.column], 1e-6), 1 - 1e-6) for node in nodes],
        "y": [min(max(places[node.key], 1e-6), 1 - 1e-6) for node in nodes],
        "label": [""] * len(nodes),
        "color": [node.colour for node in nodes],
        "thickness": _THICK,
        "line": {"width": 0},
        "customdata": [f"{node.name}: {say.money(node.amount)}" for node in nodes],
        "hovertemplate": hover("%{customdata}"),
    }


def _flows(
    say: Words, nodes: Sequence[_Node], edges: Mapping[tuple[str, str], float], colours: Palette
) -> dict[str, Any]:
    """The money between nodes as Plotly wants it, in the colour of the node that it comes from."""
    order = {node.key: place for place, node in enumerate(nodes)}
    named = {node.key: node for node in nodes}
    return {
        "source": [order[source] for source, _ in edges],
        "target": [order[target] for _, target in edges],
        "value": list(edges.values()),
        "color": [colours.faded(named[source].colour, 0.42) for source, _ in edges],
        "customdata": [
            f"{named[source].name} → {named[target].name}: {say.money(amount)}"
            for (source, target), amount in edges.items()
        ],
        "hovertemplate": hover("%{customdata}"),
    }


def _end(found: Money, target: str) -> str:
    """The key of the node that a payment ends in."""
    return f"pot {target}" if target in found.by_pot else f"use {target}"


def _nodes(say: Words, found: Money, colours: Palette) -> list[_Node]:
    """The payers, the pots and the uses, from top to bottom."""
    pots = found.by_pot
    return [
        *(
            _Node(
                f"payer {payer}",
                say.say(BRINGS[payer] if payer in pots else PAYER_NAMES[payer]),
                amount,
                colours.payers[payer],
                0,
            )
            for payer, amount in found.by_payer.items()
        ),
        *(_Node(f"pot {pot}", say.say(POT_NAMES[pot]), amount, colours.payers[pot], 1) for pot, amount in pots.items()),
        *(
            _Node(
                f"use {use}", say.say(USE_NAMES[use]), amount, colours.ransom if use == "ransom" else colours.other, 2
            )
            for use, amount in found.by_use.items()
        ),
    ]


@dataclass(frozen=True)
class _Node:
    key: str
    name: str
    amount: float
    colour: str
    column: int  # payers, pots, uses


def _height_of_name(node: _Node, centre: float, scale: float, *, with_pots: bool) -> float:
    """Where the name of a node stands, in pixels from the top: in its middle, or out of the way of the pots."""
    half = scale * node.amount / 2
    return centre - half + _LABEL / 2 if with_pots and node.column == 0 and half > _LABEL else centre


def _label(say: Words, node: _Node, y: float, half: float, behind: str) -> dict[str, Any]:
    """The name and amount of a node: beside it, or above a pot, which is `half` so many pixels high."""
    pot, last = node.column == 1, node.column == 2
    return annotation(
        f"<b>{node.name}</b> {millions(say, node.amount)}",
        _PLACES[node.column],
        y,
        xref="paper",
        xanchor="center" if pot else "right" if last else "left",
        xshift=0 if pot else (_THICK + 4) * (-1 if last else 1),
        yref="paper",
        yanchor="bottom" if pot else "middle",
        yshift=half + 1 if pot else 0,
        font={"size": TEXT_SIZE},
        bgcolor=behind,
        borderpad=1,
    )


def _head(text: str, *, first: bool) -> dict[str, Any]:
    """The words above a column of nodes."""
    x, anchor = (0, "left") if first else (1, "right")
    return annotation(text, x, 1, xref="paper", xanchor=anchor, yref="paper", yanchor="bottom", yshift=4)


def _said(say: Words, nodes: Sequence[_Node], total: float) -> tuple[str, str]:
    """The finding, and the same with every payer and use for those who cannot see the picture."""
    payers, pots, uses = ([node for node in nodes if node.column == column] for column in range(3))
    most = max(payers, key=lambda node: node.amount)
    share = say.percent(most.amount / total)
    title = say.say(PAYS_MOST[most.key.removeprefix("payer ")], share=share, total=say.money(total))
    for node in uses:
        if (kept := node.key.removeprefix("use ")) in STAYS:
            title = say.say(STAYS[kept], finding=title, amount=say.money(node.amount))

    def listed(some: Sequence[_Node]) -> str:
        return ", ".join(f"{node.name} {say.money(node.amount)}" for node in some)

    alt = say.say("{title}. By payer: {paid}. By use: {used}.", title=title, paid=listed(payers), used=listed(uses))
    if pots:
        alt += " " + say.say("By way of: {pots}.", pots=listed(pots))
    return title, alt


def _stack(columns: Sequence[Sequence[float]], height: float) -> tuple[float, list[list[float]]]:
    """Return pixels per euro, and the centre of every node from the top, so that no label touches the next one.

    Neighbours keep `_GAP` pixels between them, and their centres at least a line of text apart.
    """

    gaps = [_POT_GAP if 0 < number < len(columns) - 1 else _GAP for number in range(len(columns))]

    def length(column: Sequence[float], gap: float, scale: float) -> float:
        steps = [max((a + b) * scale / 2 + gap, _LABEL) for a, b in pairwise(column)]
        ends = (max(column[0] * scale, _LABEL) + max(column[-1] * scale, _LABEL)) / 2 if column else 0.0
        return sum(steps) + ends

    low, high = 0.0, height / max((sum(column) for column in columns), default=1.0) if any(columns) else 0.0
    for _ in range(50):
        middle = (low + high) / 2
        fits = all(length(column, gap, middle) <= height for column, gap in zip(columns, gaps, strict=True))
        low, high = (middle, high) if fits else (low, middle)
    placed = []
    for column, gap in zip(columns, gaps, strict=True):
        y, centres = (height - length(column, gap, low)) / 2, []
        for i, value in enumerate(column):
            y += max(value * low, _LABEL) / 2 if i == 0 else max((column[i - 1] + value) * low / 2 + gap, _LABEL)
            centres.append(y)
        placed.append(centres)
    return low, placed


def table_of_payers(result: Comparison, policy: str | Policy, language: str) -> ChartTable:
    """Who pays for what: a row for every flow, from payers to pots and uses, and from pots to uses."""
    say, found = words(language), money(result, policy)
    pots = found.by_pot
    ends = {name: say.say(POT_NAMES[name]) for name in pots} | {name: say.say(use) for name, use in USE_NAMES.items()}
    rows: list[list[Cell]] = [
        [say.say(BRINGS[payer] if payer in pots else PAYER_NAMES[payer]), ends[target], amount / MILLION]
        for (payer, target), amount in found.paid.items()
    ]
    rows += [[ends[pot], ends[use], amount / MILLION] for (pot, use), amount in found.passed.items()]
    return chart_table((say.say("Who pays"), say.say("For what"), say.say("Million euro a year")), rows)
