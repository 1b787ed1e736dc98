"""Which kept studies make room for another one, so that nobody loses theirs because somebody else brings many.

Each visitor has a share of the shelf: as much as any other who keeps something there. Who keeps more than their share
makes room first, and the one who brings or starts a study before all others. Of a visitor those go first that nobody
started, the least used before the others; and what is only brought never takes the place of what was started.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sim import atomic

_FILE = "visitors"
_MOST_VISITORS = 20  # of one study


class Place(NamedTuple):
    """A study on the shelf: whose it is, whether somebody started it, and when somebody last brought or started it."""

    folder: Path
    visitors: tuple[str, ...]
    started: bool
    asked: float


def place_of(folder: Path) -> Place:
    """What the shelf says of a folder. OSError where it is gone."""
    return Place(folder, _visitors(folder), (folder / "store").is_dir(), folder.stat().st_mtime)


def note(folder: Path, visitor: str) -> None:
    """Note that a study is this visitor's, too."""
    if visitor not in (known := _visitors(folder)):
        names = "\n".join([*known, visitor][-_MOST_VISITORS:])
        atomic.put(folder / _FILE, lambda part: part.write_text(names, encoding="utf-8"))


def _visitors(folder: Path) -> tuple[str, ...]:
    """Whose a study is; of one of before this was noted nobody knows, and all of those count as one visitor's."""
    try:
        return tuple((folder / _FILE).read_text(encoding="utf-8").split("\n"))
    except (OSError, UnicodeDecodeError):
        return ("",)


def to_go(shelf: Sequence[Place], visitor: str, *, most: int, begins: bool, stay: Sequence[Path]) -> list[Path]:
    """The studies that go, where at most so many are kept and `visitor` just brought one (`begins`: starts one).

    Those of `stay` stay: the one that came, and the one that is being played. There may be more than `most` where all
    others are started, or of visitors who keep no more than their share; never more than twice as many.
    """
    left = list(shelf)
    while len(left) > most:
        turns = {
            turn: one
            for one in left
            if one.folder not in stay and (begins or not one.started)
            if (turn := _turn(one, left, visitor, most)) is not None
        }
        if not turns:
            break
        left.remove(turns[min(turns)])
    return [one.folder for one in shelf if one not in left]


def _turn(one: Place, shelf: Sequence[Place], visitor: str, most: int) -> tuple[bool, bool, int, bool, float] | None:
    """What decides when a study goes; None where it stays whatever comes. That of several visitors counts for who keeps
    fewest.
    """
    count = Counter(name for place in shelf for name in place.visitors)
    keeps = min(count[name] for name in one.visitors)
    is_fair, is_own = keeps <= most // len(count), one.visitors == (visitor,)
    return None if is_fair and not is_own else (is_fair, not is_own, -keeps, one.started, one.asked)
