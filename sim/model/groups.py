"""What World, Policy and their groups have in common: frozen, strict, checked against the parameter table.

Strict means that nothing is converted in silence: a text is not a number, a yes is not a one, and a misspelt name is an
error. Nothing is ever changed in place: `World.with_values` and `Policy.with_values` return changed copies.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from sim.model.problems import InputError, Problem, did_you_mean, listed
from sim.model.spec import Parameter

SUM_TOLERANCE = 1e-6
ID_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,63}$"


class Group(BaseModel):
    """A frozen group of fields; fields made with `parameter(key)` are held to the bounds of the table."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    def get_value(self, path: str) -> Any:
        """The value at a dotted path, such as `threat.attempts`; InputError with the nearest name if there is none."""
        found: Any = self
        for name in path.split("."):
            if not isinstance(found, Group) or name not in type(found).model_fields:
                known = list(type(found).model_fields) if isinstance(found, Group) else []
                problem = Problem("", None, "unknown-key", f'there is no "{path}"', did_you_mean(name, known))
                raise InputError([problem])
            found = getattr(found, name)
        return found


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
        text = f"{value:.12g}"
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
