"""Faults of a model with the place of each: so that a validator can report many, and say where each of them stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError
from pydantic_core.core_schema import ErrorType

_KNOWN = frozenset(get_args(ErrorType))
Loc = tuple[str | int, ...]
"""A path in the data: keys, and places in a list from 0."""


def fault(
    rule: str, loc: Loc, message: str, value: Any = None, *, hint: str | None = None, first: Loc | None = None
) -> InitErrorDetails:
    """A fault at a place; `first` is the place of the same thing before, which the message is completed with."""
    context = {name: told for name, told in (("hint", hint), ("first", first)) if told is not None}
    return InitErrorDetails(type=PydanticCustomError(rule, message, context), loc=loc, input=value)


def refuse(title: str, faults: Iterable[InitErrorDetails]) -> None:
    """Raise ValidationError with all of these faults; do nothing when there are none."""
    if found := list(faults):
        raise ValidationError.from_exception_data(title, found)


def faults_of(error: ValidationError) -> list[InitErrorDetails]:
    """The faults of an error, to be raised again with others."""
    found = []
    for told in error.errors(include_url=False):
        context = told.get("ctx", {})
        of_type: str | PydanticCustomError = told["type"]
        if of_type not in _KNOWN:
            of_type = PydanticCustomError(told["type"], told["msg"], context)
        found.append(InitErrorDetails(type=of_type, loc=told["loc"], input=told["input"], ctx=context))
    return found
