"""Colours and type, once: the same in the app, the report and the notebooks, on a light and a dark page.

Every colour stands out at least 3.1 : 1 against its page, and the payers stay apart under three kinds of colour
blindness. A payer has one colour everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

FONT = "'Source Sans', 'Source Sans 3', 'Source Sans Pro', 'Segoe UI', Helvetica, Arial, sans-serif"
TEXT_SIZE = 13
TITLE_SIZE = 16
CHART_HEIGHT = 300
SCHEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one scheme."""

    payers: Mapping[str, str]
    ransom: str
    other: str
    scenario: str
    baseline: str
    text: str
    background: str
    sidebar: str
    grid: str
    tiles: tuple[str, ...]
    lines: tuple[str, ...]
    """Further lines, after `scenario`, where more than one policy is held against the baseline."""

    def faded(self, colour: str, opacity: float) -> str:
        """Return a colour as rgba with this opacity."""
        red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        return f"rgba({red},{green},{blue},{opacity:g})"

    def ink_on(self, colour: str) -> str:
        """Return black or white, whichever reads better on this colour."""
        return "#0B141B" if luminance(colour) > 0.2 else "#FFFFFF"


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour such as "#15466D" (WCAG 2)."""
    shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast between two colours, from 1 to 21 (WCAG 2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


_TILES = ("#F3EFD9", "#D9C76F", "#A2936C", "#5B6071", "#00224E")

LIGHT = Palette(
    payers=MappingProxyType(
        {"municipality": "#B57D33", "flanders": "#15466D", "insurer": "#42A17D", "fund": "#B878BA"}
    ),
    ransom="#802D05",
    other="#66727B",
    scenario="#15567F",
    baseline="#5B6B77",
    text="#0B141B",
    background="#FFFFFF",
    sidebar="#EEF3F6",
    grid="#D5DDE2",
    tiles=_TILES,
    lines=("#802D05", "#B878BA", "#42A17D", "#66727B", "#B57D33", "#15466D"),
)
DARK = Palette(
    payers=MappingProxyType(
        {"municipality": "#F6B41F", "flanders": "#8DBEF9", "insurer": "#2E9474", "fund": "#9170A1"}
    ),
    ransom="#D75E3A",
    other="#B4C0C8",
    scenario="#6CC1F0",
    baseline="#A9B7C1",
    text="#F2F6F9",
    background="#10181F",
    sidebar="#15202A",
    grid="#34424D",
    tiles=_TILES[::-1],
    lines=("#D75E3A", "#9170A1", "#2E9474", "#B4C0C8", "#F6B41F", "#8DBEF9"),
)


def palette(scheme: str) -> Palette:
    """Return the colours of a scheme: "light" or "dark"."""
    if scheme not in SCHEMES:
        raise ValueError(f"unknown scheme {scheme!r}: choose one of {', '.join(SCHEMES)}")
    return DARK if scheme == "dark" else LIGHT
