"""Words and numbers as people read them, in Dutch and English: the one place that formats.

The words stand in English in the code, as a literal in a call of `say`, or in one of `N_` where a table or a name holds
them until they are said. They are looked up in `locales/*.po`; a test checks that every sentence has its
translation. Numbers follow the language: 1.234,5 in Dutch, 1,234.5 in English.
"""

from __future__ import annotations

import datetime
import gettext
import math
from collections.abc import Iterable
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from sim.level import LEVEL

LANGUAGE_NAMES = {"nl": "Nederlands", "en": "English"}
LANGUAGES = tuple(LANGUAGE_NAMES)
NO_BREAK = "\N{NO-BREAK SPACE}"
LOCALES = Path(__file__).parent / "locales"
_CULTURE = {"nl": "nl_BE", "en": "en_GB"}


@lru_cache(maxsize=4)
def _catalogue(language: str) -> gettext.NullTranslations:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with (LOCALES / f"{language}.po").open("rb") as source:
        catalogue = read_po(source, locale=_CULTURE[language])
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@lru_cache(maxsize=10_000)  # a page of the app writes 700 numbers, nearly all of them those of the page before
def _decimal(value: float, decimals: int, language: str) -> str:
    from babel.numbers import format_decimal

    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return str(format_decimal(value, format=pattern, locale=_CULTURE[language]))


def N_(sentence: str) -> str:
    """Return a sentence as it is: so marked, one that a table or a name holds comes into the catalogues."""
    return sentence


class Words:
    r"""One language: `say` translates and fills in, the others format numbers.

    >>> Words("en").money(38_912_345)
    '€38.9\xa0million'
    >>> Words("nl").money(38_912_345)
    '€\xa038,9\xa0miljoen'
    """

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"unknown language {language!r}: choose one of {', '.join(LANGUAGES)}")
        self.language = language

    def say(self, sentence: str, /, **values: Any) -> str:
        """Return a sentence in this language with its {placeholders} filled in; {level} is that of all intervals."""
        translated = _catalogue(self.language).gettext(sentence)
        if "{level}" in translated:
            values["level"] = self.number(100 * LEVEL)
        return translated.format(**values) if values else translated

    def number(self, value: float, decimals: int = 0) -> str:
        """Return a number with this many decimals and the separators of the language."""
        if not math.isfinite(value):
            return "∞" if value > 0 else "-∞"
        return _decimal(round(value, decimals) + 0.0, decimals, self.language)

    def figure(self, value: float, digits: int = 3) -> str:
        """Return a number with about this many significant digits, never with digits before the point lost."""
        if value == 0 or not math.isfinite(value):
            return self.number(value)
        rounded = float(f"{value:.{digits - 1}e}")  # first, so that 9.999 becomes 10.0 and not 10.00
        decimals = digits - 1 - math.floor(math.log10(abs(rounded)))
        return self.number(rounded if decimals >= 0 else value, max(0, min(decimals, 6)))

    def signed(self, value: float, digits: int = 3) -> str:
        """Return a number with its sign first, so that readers of signs find it."""
        text = self.figure(value, digits)
        return f"+{text}" if value > 0 else text

    def change(self, value: float, half: float) -> str:
        """Return a change with half of its interval, and no digit that the interval makes meaningless: +4.6 ± 0.1."""
        if not math.isfinite(half) or half == 0:
            return self.signed(value)
        width, shown = self.figure(half, 1 if half < 1 else 2), self.signed(value)
        decimals = [len(text.partition("," if self.language == "nl" else ".")[2]) for text in (width, shown)]
        if decimals[1] > decimals[0]:
            rounded = round(value, decimals[0])
            text = self.number(rounded, decimals[0])
            shown = f"+{text}" if rounded > 0 else text if rounded else "0"
        return f"{shown}{NO_BREAK}±{NO_BREAK}{width}"

    def percents(self, shares: Iterable[float]) -> list[str]:
        """Return the shares of a whole as percentages that add up to 100."""
        return [self.percent(part / 100) for part in apportioned(shares, 100)]

    def percent(self, share: float, decimals: int = 0) -> str:
        """Return a share in [0, 1] as a percentage."""
        return f"{self.number(100 * share, decimals)}{NO_BREAK if self.language == 'nl' else ''}%"

    def step(self, value: float, digits: int = 3) -> float:
        """Return the last digit that `figure` writes of a number, as an amount: 0.1 for 13.6."""
        text = self.figure(value, digits)
        return float(10.0 ** -len(text.partition("," if self.language == "nl" else ".")[2]))

    def money(self, euro: float, digits: int = 3) -> str:
        """Return an amount in euro, in thousands, millions or billions where that reads better."""
        size = abs(euro)
        if size >= 0.9995e9:
            amount, unit = euro / 1e9, self.say("billion")
        elif size >= 0.9995e6:
            amount, unit = euro / 1e6, self.say("million")
        else:
            amount, unit = euro, ""
        digits_shown = self.figure(amount, digits) if unit else self.number(float(f"{amount:.{digits - 1}e}"))
        if not unit and 0 < size < 100:
            digits_shown = self.number(amount, 2)
        sign, digits_shown = ("-", digits_shown[1:]) if digits_shown.startswith("-") else ("", digits_shown)
        space = NO_BREAK if self.language == "nl" else ""
        return f"{sign}€{space}{digits_shown}" + (f"{NO_BREAK}{unit}" if unit else "")

    def listed(self, texts: Iterable[str]) -> str:
        """Return texts as one reads them out: one, two and three."""
        *first, last = texts
        return self.say(" and ").join([", ".join(first), last]) if first else last

    def years(self, count: int) -> str:
        """Return a number of years: "one year", "10 years"."""
        return self.say("one year") if count == 1 else self.say("{n} years", n=self.number(count))

    def date(self, day: datetime.date) -> str:
        """Return a date in full: 25 januari 2020."""
        from babel.dates import format_date

        return str(format_date(day, "d MMMM y", locale=_CULTURE[self.language]))

    def day(self, day: datetime.date) -> str:
        """Return a day of a year, short: 25 jan."""
        from babel.dates import format_date

        return str(format_date(day, "d MMM", locale=_CULTURE[self.language])).rstrip(".")

    def month(self, month: int) -> str:
        """Return the name of a month, short: jan."""
        from babel.dates import format_date

        return str(format_date(datetime.date(2000, month, 1), "LLL", locale=_CULTURE[self.language])).rstrip(".")

    def moment(self, moment: datetime.datetime) -> str:
        """Return a day of the week, a date and a time: zaterdag 25 januari 2020, 3:12."""
        from babel.dates import format_date

        day = format_date(moment, "EEEE d MMMM y", locale=_CULTURE[self.language])
        return f"{day}, {moment.hour}:{moment.minute:02d}"

    def duration(self, minutes: int) -> str:
        """Return a duration in hours, days or months, whichever a person would use."""
        hours = minutes / 60
        if hours < 1.5:
            return self.say("about an hour")
        if hours < 48:
            return self.say("{n} hours", n=self.number(hours))
        if hours < 24 * 60:
            return self.say("{n} days", n=self.number(hours / 24))
        return self.say("{n} months", n=self.number(hours / 24 / 30.4375))


def apportioned(shares: Iterable[float], whole: int) -> list[int]:
    """Return whole numbers in the proportion of shares that make up 1, adding up to `whole` (largest remainders).

    >>> apportioned([0.335, 0.335, 0.33], 100)
    [34, 33, 33]
    """
    exact = [whole * share for share in shares]
    parts = [math.floor(one) for one in exact]
    order = sorted(range(len(parts)), key=lambda place: (round(parts[place] - exact[place], 9), place))
    for place in order[: whole - sum(parts)]:
        parts[place] += 1
    return parts


@lru_cache(maxsize=2)
def words(language: str) -> Words:
    """Return the words of a language: "nl" or "en"."""
    return Words(language)
