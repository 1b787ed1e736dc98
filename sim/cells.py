"""Texts in tables for spreadsheets, which carry out a text that begins with some signs as a formula."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_COMMANDS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[-+]?[0-9][0-9., ]*([eE][-+]?[0-9]+)?")


def as_text(text: str) -> str:
    """The text as a cell or a header that no spreadsheet carries out: behind an apostrophe where it begins like a
    formula and is no number.

    >>> as_text("=1+1"), as_text("-4,5"), as_text("Aalst")
    ("'=1+1", '-4,5', 'Aalst')
    """
    return f"'{text}" if text.lstrip(" ").startswith(_COMMANDS) and not _NUMBER.fullmatch(text.strip(" ")) else text


def as_texts(frame: pd.DataFrame) -> pd.DataFrame:
    """The same table with every text in it, and every header, as such a cell."""
    found = frame.rename(columns=lambda name: as_text(name) if isinstance(name, str) else name)
    for place, kind in enumerate(frame.dtypes):
        if kind.kind in "biufcmM":
            continue
        column = [as_text(cell) if isinstance(cell, str) else cell for cell in frame.iloc[:, place]]
        if any(one is not other for one, other in zip(column, frame.iloc[:, place], strict=True)):
            found.isetitem(place, column)
    return found
