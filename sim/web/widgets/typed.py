"""A number as people type it, on a page in Dutch or in English: with a comma or a point, with or without thousands.

On a page in Dutch 2.000 is two thousand and 2,5 two and a half; in English 2,000 is two thousand and 2.5 that.
A mark that cannot stand before thousands is a decimal mark on both: 2.5 is never twenty-five.
"""

from __future__ import annotations

import math
import re

MOST = 40
"""Letters of what is read at all."""
_SPACES = (
    "\\s\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}\N{FIGURE SPACE}'\N{RIGHT SINGLE QUOTATION MARK}_"
)
_AROUND = re.compile(r"€|%|\bEUR\b|\beuro'?s?\b", re.IGNORECASE)
_MINUS = str.maketrans({"\N{MINUS SIGN}": "-", "\N{EN DASH}": "-"})
_SPACED = re.compile(rf"[0-9]{{1,3}}(?:([{_SPACES}])[0-9]{{3}})(?:\1[0-9]{{3}})*(?![0-9{_SPACES}])")
_GROUP = 3  # digits
_DECIMAL = {"nl": ",", "en": "."}


def number_in(text: str, language: str) -> float | None:
    """The number in a text that was typed on a page in this language; None where there is none, or more than one.

    >>> number_in("1.234,5", "nl"), number_in("2,5", "en"), number_in("€ 2 000", "nl"), number_in("1,2,3", "en")
    (1234.5, 2.5, 2000.0, None)
    """
    if len(text) > MOST:
        return None
    bare = _AROUND.sub("", text).translate(_MINUS).strip()
    sign = -1.0 if bare.startswith("-") else 1.0
    bare = bare[1:].strip() if bare[:1] in ("-", "+") else bare
    if re.search(f"[{_SPACES}]", bare):
        if not (found := _SPACED.match(bare)):
            return None
        bare = re.sub(f"[{_SPACES}]", "", found.group()) + bare[found.end() :]
        if re.search("[.,].*[.,]", bare):
            return None  # thousands by spaces and by marks
        plain = re.fullmatch(r"([0-9]+)(?:([.,])([0-9]+))?", bare, re.ASCII)
        if plain is None or (plain[2] not in (None, _DECIMAL[language]) and len(plain[3]) == _GROUP):
            return None
        return sign * float(bare.replace(",", "."))
    value = _marked(bare, _DECIMAL[language])
    return None if value is None or not math.isfinite(value) else sign * value


def _marked(text: str, decimal: str) -> float | None:
    """The number in digits with points and commas, where this is the decimal mark of the language."""
    if not re.fullmatch(r"[0-9.,]*[0-9]", text, re.ASCII):
        return None
    marks = re.sub(r"[0-9]", "", text)
    if not marks:
        return float(text)
    last = marks[-1]
    if len(set(marks)) == 2:  # 1.234,5 and 1,234.5 say themselves which is which
        whole, _, part = text.rpartition(last)
        return float(f"{_ungrouped(whole)}.{part}") if last not in whole and _ungrouped(whole) else None
    if last == decimal:
        found = text.split(last)
        if len(found) == 2:
            return float(f"{found[0] or '0'}.{found[1]}")
    if grouped := _ungrouped(text):
        return float(grouped)
    whole, _, part = text.partition(last)
    meant = len(marks) == 1 and (len(part) != _GROUP or whole in ("", "0"))  # 2000.000 may be anything
    return float(f"{whole or '0'}.{part}") if meant else None


def _ungrouped(text: str) -> str:
    """Digits in groups of thousands, without the marks; nothing where they are no such groups."""
    sound = re.fullmatch(r"[1-9][0-9]{0,2}([.,][0-9]{3})+", text) and len(set(re.sub(r"[0-9]", "", text))) == 1
    return re.sub(r"[.,]", "", text) if sound else ""
