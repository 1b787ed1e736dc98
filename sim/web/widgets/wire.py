"""What the browser was told about its widgets, and what it has said since.

Picture a visitor and a clerk who write to each other. Every letter of the visitor says where *all* widgets stand, and
some letters cross: one that was sent before our last answer arrived still says where a widget stood before. That is no
move. So every answer carries a number, at its beginning and at its end; the visitor's letters name the last beginning
and the last end that arrived; and a widget has moved only if it stands elsewhere than where it was shown to that
visitor. What was shown is shown again in every answer until a letter says that it arrived.
"""

from __future__ import annotations

import secrets
import urllib.parse
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.web.state.link import Screen

Raw = str | bool | tuple[str, ...]
"""Where a widget stands, as the browser says it: by the words that a visitor sees."""
STAMP = "stamp"
"""The key of the field that nobody sees, in which every letter brings back the stamp of the last answer."""
BEGUN = "begun"
"""The key of another one, which names the last answer that began to arrive: one that is broken off has no end."""
KEPT = "kept"


@dataclass(frozen=True)
class Window:
    """A widget as a window on the screen: its value, and the words that stand for it in the browser.

    `change` returns the screen after a move to these words; a sentence where that is refused, and None where the words
    mean nothing.
    """

    value: object
    raw: Raw
    change: Callable[[Screen, Raw], Screen | str | None]


@dataclass(frozen=True)
class Put:
    """Where an answer has a widget: put there, or beginning there if the browser does not have it yet."""

    number: int
    raw: Raw
    moves: bool


@dataclass
class Told:
    """What the browser was told about one widget. `known` is where it stood by its last letter, None before that."""

    window: Window
    known: Raw | None = None
    sent: list[Put] = field(default_factory=list)
    """Where it was put, as long as no letter says that the answer arrived."""
    before: Window | None = None
    """What it was in the other language."""

    def heard(self, raw: Raw, arrived: int, begun: int) -> tuple[bool, Told]:
        """Whether a letter that says this moved the widget, and what is known after it.

        Of the answers after `arrived` all but that of number `begun` were broken off, and that one is on its way: any
        of them may have put the widget already. Later ones cannot have.
        """
        applied = [put.raw for put in self.sent if put.number <= arrived]
        maybe = [put.raw for put in self.sent if arrived < put.number <= begun]
        sent = [put for put in self.sent if put.number > arrived and put.number >= begun]
        is_move = raw not in (applied[-1] if applied else self.known, *maybe)
        return is_move, Told(self.window, raw, sent, self.before)

    def after(self, screen: Screen, raw: Raw) -> Screen | str | None:
        """The screen after a move to these words, in whichever language they are."""
        found = self.window.change(screen, raw)
        return self.before.change(screen, raw) if found is None and self.before is not None else found


@dataclass(frozen=True)
class Stamp:
    """Which answer it was, of which visit, and the address and the kept policies of that moment."""

    visit: str
    number: int
    address: Mapping[str, str]
    kept: tuple[str, ...] = ()

    def __str__(self) -> str:
        """As the field holds it."""
        kept = [(KEPT, code) for code in self.kept]
        return f"{self.visit}.{self.number}?" + urllib.parse.urlencode([*self.address.items(), *kept])


def stamp_from(text: str) -> Stamp | None:
    """The stamp in a text that came from a browser; None where there is none."""
    head, _, query = text.partition("?")
    visit, _, number = head.partition(".")
    if not visit.isalnum() or not (number.isascii() and number.isdigit() and len(number) <= 9):
        return None
    pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
    kept = tuple(value for key, value in pairs if key == KEPT)
    return Stamp(visit, int(number), {key: value for key, value in pairs if key != KEPT}, kept)


@dataclass
class Wire:
    """The letters of one visit: the number of the answer that is being written, and what was told of every widget."""

    visit: str = field(default_factory=lambda: secrets.token_hex(4))
    number: int = 0
    arrived: int = 0
    told: dict[str, Told] = field(default_factory=dict)
    present: frozenset[str] = frozenset()
    """The widgets that the last letter spoke of: only those are sure to be in the browser."""

    def moved(self, letter: Mapping[str, Raw], arrived: int, begun: int = 0) -> tuple[dict[str, Raw], dict[str, Told]]:
        """The widgets that a letter moved, with where they stand now, and what is known of all after it."""
        moved: dict[str, Raw] = {}
        after: dict[str, Told] = {}
        for key, told in self.told.items():
            if (raw := letter.get(key)) is not None:
                is_move, after[key] = told.heard(raw, max(arrived, self.arrived), begun)
                if is_move:
                    moved[key] = raw
        return moved, after

    def put(self, key: str, window: Window, *, astray: bool = False) -> bool:
        """Note where a widget is shown; return whether the browser has to be told to put it there.

        One that stands where it should, whichever of our answers arrive, is left alone: to put it there once more would
        take back a move that was made meanwhile. So is one that the browser does not have yet, which begins there,
        unless Streamlit remembers it elsewhere (`astray`).
        """
        told = self.told.get(key)
        if told is None:
            told = self.told[key] = Told(window)
        elif told.window.raw != window.raw:
            told.before = told.window
        told.window = window
        present = key in self.present
        if present and told.known == window.raw and all(put.raw == window.raw for put in told.sent if put.moves):
            return False
        told.sent.append(Put(self.number, window.raw, present or astray))
        return present or astray

    def expect(self, windows: Iterable[tuple[str, Window]]) -> None:
        """Take up the letters of a visit that was lost: its widgets stood here."""
        self.told = {key: Told(window, window.raw) for key, window in windows}
