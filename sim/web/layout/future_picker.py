"""Which future a page is about: the dearest, the one in the middle, or one by its number. All pages choose alike."""

from __future__ import annotations

from collections.abc import Mapping

from sim.web.state.link import MOST_FUTURE, Screen
from sim.web.state.view import View
from sim.web.widgets import fields, windows

NUMBER = "number"
"""The kind of a future that is chosen by its number."""


def future(seen: View, field: str, labels: Mapping[str, str], numbers: Mapping[str, int], *, help: str) -> int:
    """Let the visitor choose a future, and return its number.

    `field` names the one of link.FIELDS that remembers it; `labels` are the words by kind, and `numbers` the future of
    each kind but NUMBER.
    """
    say, text = seen.say, seen.screen.fields[field]
    kind = text if text in numbers else NUMBER
    number = numbers[kind] if kind in numbers else int(text)

    def moved(screen: Screen, chosen: str) -> Screen:
        return windows.with_field(screen, field, str(number) if chosen == NUMBER else chosen)

    fields.segments(
        windows.one_of(kind, labels, moved),
        labels,
        key=f"{field}-{say.language}",
        label=say.say("Which future"),
        help=help,
    )
    fields.whole_number(
        str(number),
        MOST_FUTURE,
        windows.field(field),
        key=f"{field}-number",
        label=say.say("Number"),
        say=say,
        width=140,
    )
    return number
