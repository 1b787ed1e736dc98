"""Who pays for what: from payers on the left to uses on the right, in euro a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sim.experiments.compare import Comparison
from sim.model.policy import PAYERS, Policy
from sim.show.frame import dress
from sim.show.palette import CHART_HEIGHT, TEXT_SIZE, palette
from sim.text import Words, words

PAYER_NAMES = {
    "municipality": "Municipalities",
    "flanders": "Flanders",
    "insurer": "Insurers",
    "fund": "Solidarity fund",
}
USES = {
    "prevention": ("prevention",),
    "teams": ("response_capacity",),
    "repair": ("response", "recovery", "notification"),
    "lost_revenue": ("lost_revenue",),
    "ransom": ("ransom",),
    "fraud": ("fraud",),
    "suppliers": ("supplier_bill",),
}
"""What the money is for: cost categories put together, so that every use has room for its name."""
USE_NAMES = {
    "prevention": "Prevention",
    "teams": "Response teams",
    "repair": "Response and recovery",
    "lost_revenue": "Lost revenue",
    "ransom": "Ransom",
    "fraud": "Payment fraud",
    "suppliers": "Bills of suppliers",
}
PAYS_MOST = {
    "municipality": "The municipalities pay {share} of {total} a year",
    "flanders": "Flanders pays {share} of {total} a year",
    "insurer": "Insurers pay {share} of {total} a year",
    "fund": "The solidarity fund pays {share} of {total} a year",
}
_GAP, _LABEL, _THICK = 6.0, 18.0, 14
_HEADS = 24


def flows(result: Comparison, policy: str | Policy) -> dict[tuple[str, str], float]:
    """Return mean euro per year by (payer, use); only what is above zero."""
    paid = result.payers(policy)
    amounts = {
        (payer, use): sum(paid.get(payer, {}).get(category, 0.0) for category in categories) / result.years
        for payer in PAYERS
        for use, categories in USES.items()
    }
    return {edge: amount for edge, amount in amounts.items() if amount > 0}


def millions(say: Words, euro: float) -> str:
    """Return an amount in millions with one decimal; what is smaller is called so."""
    return say.number(euro / 1e6, 1) if euro >= 50_000 else "< " + say.number(0.1, 1)


def who_pays(result: Comparison, policy: str | Policy, language: str, *, scheme: str = "light") -> Any:
    """Return a Sankey figure of a policy: payer to use of the money, mean euro per year over all futures."""
    say, colours = words(language), palette(scheme)
    edges = flows(result, policy)
    left = {p: sum(v for (payer, _), v in edges.items() if payer == p) for p in PAYERS}
    left = {payer: amount for payer, amount in left.items() if amount > 0}
    right = {u: sum(v for (_, use), v in edges.items() if use == u) for u in USES}
    right = {use: amount for use, amount in right.items() if amount > 0}
    total = sum(left.values())
    height = CHART_HEIGHT - 8 - _HEADS - 8
    scale, columns = _stack([list(left.values()), list(right.values())], height)
    nodes = [
        _Node(say.say(PAYER_NAMES[payer]), amount, colours.payers[payer], centre / height, first=True)
        for (payer, amount), centre in zip(left.items(), columns[0], strict=True)
    ] + [
        _Node(
            say.say(USE_NAMES[use]),
            amount,
            colours.ransom if use == "ransom" else colours.other,
            centre / height,
            first=False,
        )
        for (use, amount), centre in zip(right.items(), columns[1], strict=True)
    ]
    order = [*left, *right]
    most = max(len(left), len(right))
    trace = {
        "type": "sankey",
        "arrangement": "fixed",
        "node": {
            "x": [1e-6 if node.first else 1 - 1e-6 for node in nodes],
            "y": [min(max(node.y, 1e-6), 1 - 1e-6) for node in nodes],
            "label": [""] * len(nodes),
            "color": [node.colour for node in nodes],
            "thickness": _THICK,
            "pad": (height - scale * total) / (most - 1) if most > 1 else 0,
            "line": {"width": 0},
            "customdata": [f"{node.name}: {say.money(node.amount)}" for node in nodes],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
        "link": {
            "source": [order.index(payer) for payer, _ in edges],
            "target": [order.index(use) for _, use in edges],
            "value": list(edges.values()),
            "color": [colours.faded(colours.payers[payer], 0.42) for payer, _ in edges],
            "customdata": [
                f"{say.say(PAYER_NAMES[payer])} → {say.say(USE_NAMES[use])}: {say.money(amount)}"
                for (payer, use), amount in edges.items()
            ],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
    }
    notes = [_label(say, node, colours.faded(colours.background, 0.55)) for node in nodes]
    notes += [_head(say.say("Who pays"), first=True), _head(say.say("For what (million euro a year)"), first=False)]
    title = alt = say.say("Nobody pays anything")
    if edges:
        title, alt = _said(say, left, right, total)
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


@dataclass(frozen=True)
class _Node:
    name: str
    amount: float
    colour: str
    y: float  # the centre, from the top, as a share of the height
    first: bool


def _label(say: Words, node: _Node, behind: str) -> dict[str, Any]:
    """The name and amount of a node, beside it."""
    return {
        "text": f"<b>{node.name}</b> {millions(say, node.amount)}",
        "x": 0 if node.first else 1,
        "xref": "paper",
        "xanchor": "left" if node.first else "right",
        "xshift": (_THICK + 4) * (1 if node.first else -1),
        "y": 1 - node.y,
        "yref": "paper",
        "yanchor": "middle",
        "showarrow": False,
        "font": {"size": TEXT_SIZE},
        "bgcolor": behind,
        "borderpad": 1,
    }


def _head(text: str, *, first: bool) -> dict[str, Any]:
    """The words above a column of nodes."""
    return {
        "text": text,
        "x": 0 if first else 1,
        "xref": "paper",
        "xanchor": "left" if first else "right",
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "yshift": 4,
        "showarrow": False,
    }


def _said(say: Words, left: dict[str, float], right: dict[str, float], total: float) -> tuple[str, str]:
    """The finding, and the same with every payer and use for those who cannot see the picture."""
    payer = max(left, key=lambda name: left[name])
    title = say.say(PAYS_MOST[payer], share=say.percent(left[payer] / total), total=say.money(total))
    paid = ", ".join(f"{say.say(PAYER_NAMES[name])} {say.money(amount)}" for name, amount in left.items())
    used = ", ".join(f"{say.say(USE_NAMES[name])} {say.money(amount)}" for name, amount in right.items())
    return title, say.say("{title}. By payer: {paid}. By use: {used}.", title=title, paid=paid, used=used)


def _stack(columns: Sequence[Sequence[float]], height: float) -> tuple[float, list[list[float]]]:
    """Return pixels per euro, and the centre of every node from the top, so that no label touches the next one.

    Neighbours keep `_GAP` pixels between them, and their centres at least a line of text apart.
    """

    def length(column: Sequence[float], scale: float) -> float:
        steps = [max((a + b) * scale / 2 + _GAP, _LABEL) for a, b in pairwise(column)]
        ends = (max(column[0] * scale, _LABEL) + max(column[-1] * scale, _LABEL)) / 2 if column else 0.0
        return sum(steps) + ends

    low, high = 0.0, height / max((sum(column) for column in columns), default=1.0) if any(columns) else 0.0
    for _ in range(50):
        middle = (low + high) / 2
        fits = all(length(column, middle) <= height for column in columns)
        low, high = (middle, high) if fits else (low, middle)
    placed = []
    for column in columns:
        y, centres = (height - length(column, low)) / 2, []
        for i, value in enumerate(column):
            y += max(value * low, _LABEL) / 2 if i == 0 else max((column[i - 1] + value) * low / 2 + _GAP, _LABEL)
            centres.append(y)
        placed.append(centres)
    return low, placed
