"""What World, Policy and their groups have in common: frozen, strict, checked against the parameter table.

Strict means that nothing is converted in silence: a text is not a number, a yes is not a one, and a misspelt name is an
error. Nothing is ever changed in place: `World.with_values` and `Policy.with_values` return changed copies.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from sim.model.parameter_table import Parameter, plain_number
from sim.model.paths import VALUE, Inside, field_of, inside, keys_of, lost
from sim.model.problems import InputError, Problem, did_you_mean, listed, unnamed

SUM_TOLERANCE = 1e-6
ID_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,63}$"
MAX_EUROS = 1e12
MAX_EUROS_EACH = 1e6


class Group(BaseModel):
    """A frozen group of fields; fields made with `parameter(key)` are held to the bounds of the table."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    def get_value(self, path: str) -> Any:
        """The value at a dotted path, such as `threat.attempts`; None inside a group that is absent.

        Raises InputError with the nearest name when there is no such path.
        """
        steps = path.split(".")
        if (depth := lost(type(self), steps)) is not None:
            hint = did_you_mean(steps[depth], keys_at(type(self), steps[:depth]))
            raise InputError([Problem("", None, "unknown-key", f'there is no "{path}"', hint)])
        found: Any = self
        for step in steps:
            if isinstance(found, Mapping):
                found = found.get(step)
            elif found is not None:
                found = getattr(found, field_of(type(found), step) or step)
        return found

    if not TYPE_CHECKING:  # a type checker refuses it anyway

        def __setattr__(self, name: str, value: object) -> None:
            try:
                super().__setattr__(name, value)
            except ValidationError:
                raise InputError([_unchangeable(type(self), name)]) from None

        def __delattr__(self, name: str) -> None:
            try:
                super().__delattr__(name)
            except ValidationError:
                raise InputError([_unchangeable(type(self), name)]) from None


def _unchangeable(model: type[Group], name: str) -> Problem:
    """The problem of who assigns to a field, or to what is none."""
    if name not in model.model_fields:
        message = f'a {model.__name__} has no field "{name[:80]}", and nothing of it is changed in place'
        hint = did_you_mean(name, model.model_fields)
        return Problem("", None, "unknown-key", message, hint)
    message = f'"{name}" of a {model.__name__} is not changed in place'
    hint = "use with_values of the world, policy or study, which gives a changed copy: "
    hint += 'policy.with_values({"response.teams": 6})'
    return Problem("", None, "frozen", message, hint)


Kind = Literal["world", "policy", "study"]


class Scenario(Group):
    """What a file may hold: a World, a Policy or a Study. Each says its kind where it is defined."""

    KIND: ClassVar[Kind]
    KINDS: ClassVar[dict[Kind, type[Scenario]]] = {}

    @classmethod
    def __pydantic_init_subclass__(cls, **more: Any) -> None:
        super().__pydantic_init_subclass__(**more)
        if hasattr(cls, "KIND"):
            Scenario.KINDS[cls.KIND] = cls


def model_of(kind: Kind) -> type[Scenario]:
    """The class of a kind of scenario."""
    return Scenario.KINDS[kind]


def keys_at(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """The keys that may stand at a path, through lists and names; empty where there are none, or any will do."""
    here: Inside = Inside("group", model)
    for step in path:
        if isinstance(step, int):
            continue
        if here.form == "named":
            here = Inside("group", here.model)
        else:
            field = field_of(here.model, step) if here.model is not None else None
            here = inside(here.model.model_fields[field].annotation) if here.model is not None and field else VALUE
    return keys_of(here.model) if here.model is not None and here.form != "named" else []


def check_bounds(row: Parameter, value: float | str) -> None:
    """Raise `out-of-range` for a number outside the bounds of the table; a word is left alone."""
    if isinstance(value, str) or row.allowed is None or row.allowed[0] <= value <= row.allowed[1]:
        return
    raise PydanticCustomError(
        "out-of-range",
        "is {value}, and must be {allowed}",
        {"value": shown_number(value).removesuffix(".0"), "allowed": row.describe_allowed()},
    )


def shown_number(value: float) -> str:
    """A number in at most 12 digits, a huge one by its length; 4.0 keeps its point."""
    try:
        text = plain_number(value)
    except OverflowError:
        return "a number of more than 300 digits"
    return f"{text}.0" if isinstance(value, float) and text.lstrip("-").isdigit() else text


def check_sum(what: str, shares: Mapping[str, float]) -> None:
    """Raise `shares-sum` unless the shares add up to 1."""
    total = sum(shares.values())
    if abs(total - 1) > SUM_TOLERANCE:
        raise PydanticCustomError(
            "shares-sum",
            "{what} must sum to 1, but the sum is {total} ({shares})",
            {
                "what": what,
                "total": f"{total:.6g}",
                "shares": " + ".join(f"{name} {share:.6g}" for name, share in shares.items()),
            },
        )


def _at_most_all(value: float) -> float:
    if value > 1:
        raise PydanticCustomError(
            "share-above-one", "is {value}, and must be from 0 to 1 (0.5 is half)", {"value": f"{value:.12g}"}
        )
    return value


Share = Annotated[float, Field(ge=0), AfterValidator(_at_most_all)]
"""A part of a whole, from 0 to 1."""
Euros = Annotated[float, Field(ge=0, le=MAX_EUROS)]
"""An amount of money that is not negative."""
EurosEach = Annotated[float, Field(ge=0, le=MAX_EUROS_EACH)]
"""An amount of money for each inhabitant."""
Id = Annotated[str, Field(pattern=ID_PATTERN)]
"""A short name in lower-case letters."""


def check_dates(start: datetime.date | None, until: datetime.date | None, what: str) -> None:
    """Raise `dates-reversed` when the last day lies before the first."""
    if start is not None and until is not None and until < start:
        raise PydanticCustomError(
            "dates-reversed",
            "until {until} lies before from {start}; it would never {what}",
            {"until": until.isoformat(), "start": start.isoformat(), "what": what},
        )


class Words(Group):
    """A text in Dutch and English."""

    nl: str = Field(min_length=1, max_length=4000)
    en: str = Field(min_length=1, max_length=4000)

    def __getitem__(self, language: str) -> str:
        """The text in `nl` or `en`; KeyError for another language."""
        if language not in ("nl", "en"):
            raise KeyError(f"no {language!r} text: {listed(['nl', 'en'])}")
        return str(getattr(self, language))


def _both(value: Any) -> Any:
    return {"nl": value, "en": value} if isinstance(value, str) else value


Text = Annotated[Words, BeforeValidator(_both)]
"""Words, or one text that serves both languages."""


def check_name(name: str) -> str:
    """Raise `bad-title` for a name that holds what a name cannot; return it otherwise."""
    if (why := unnamed(name)) is not None:
        raise PydanticCustomError("bad-title", "{why}", {"why": why})
    return name


def _check_title(title: Words) -> Words:
    check_name(title.nl)
    check_name(title.en)
    return title


Title = Annotated[Words, BeforeValidator(_both), AfterValidator(_check_title)]
"""Words on one line, in signs that are seen as they are: what a scenario is called wherever it is shown."""
Name = Annotated[str, AfterValidator(check_name)]
"""A name on one line, in signs that are seen as they are."""
