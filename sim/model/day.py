"""Days as people and programs write them: 2022-01-31, with quotes or without; and what is wrong with other ways."""

from __future__ import annotations

import calendar
import datetime
import re
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_YEAR_FIRST = re.compile(r"(?P<year>[0-9]{4})[-/. ](?P<month>[0-9]{1,2})[-/. ](?P<day>[0-9]{1,2})")
_DAY_FIRST = re.compile(r"(?P<day>[0-9]{1,2})[-/. ](?P<month>[0-9]{1,2})[-/. ](?P<year>[0-9]{4})")
_MONTHS = calendar.month_name


def next_january(day: datetime.date) -> datetime.date:
    """The first 1 January on or after a day."""
    return datetime.date(day.year + (day > datetime.date(day.year, 1, 1)), 1, 1)


def as_day(value: object) -> object:
    """A text that is a date as that date; anything that is no text unchanged.

    Raises `no-such-day` for a day that no calendar has, and `wrong-type` with the way to write it for another form.
    """
    if not isinstance(value, str):
        return value
    text = value.strip()
    if match := _ISO.fullmatch(text):
        year, month, day = map(int, match.groups())
        found = _day(year, month, day)
        if found is None:
            message = f"is {text}, and there is no such day"
            raise PydanticCustomError("no-such-day", "{message}", {"message": message, "hint": _why(year, month, day)})
        return found
    form = _YEAR_FIRST.fullmatch(text) or _DAY_FIRST.fullmatch(text)
    if form and (meant := _day(int(form["year"]), int(form["month"]), int(form["day"]))) is not None:
        message = f'is the text "{text}", and must be a date such as 2020-01-01'
        hint = f"write {meant} for {meant.day} {_MONTHS[meant.month]} {meant.year}"
        raise PydanticCustomError("wrong-type", "{message}", {"message": message, "hint": hint})
    return value


def _day(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


def _why(year: int, month: int, day: int) -> str:
    """Why there is no such day, in words."""
    if (turned := _day(year, day, month)) is not None:
        return f"month and day changed places: write {turned}"
    if year < 1:
        return "years begin with 0001"
    if not 1 <= month <= 12:
        return "a year has 12 months"
    return f"{_MONTHS[month]} {year} has {calendar.monthrange(year, month)[1]} days"


Day = Annotated[datetime.date, BeforeValidator(as_day)]
"""A date, or a text that is one."""
MaybeDay = Annotated[datetime.date | None, BeforeValidator(as_day)]
"""The same, or nothing."""
