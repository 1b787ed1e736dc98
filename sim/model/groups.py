"""What World, Policy and their groups have in common: frozen, strict, checked against the parameter table.

Strict means that nothing is converted in silence: a text is not a number, a yes is not a one, and a misspelt name is an
error. Nothing is ever changed in place: `World.with_values` and `Policy.with_values` return changed copies.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from sim.model.problems import InputError, Problem, did_you_mean, listed
from sim.model.spec import Parameter, parameters

SUM_TOLERANCE = 1e-6
ID_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,63}$"


class Group(BaseModel):
    """A frozen group of fields; fields made with `parameter(key)` are held to the bounds of the table."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    @field_validator("*", mode="after")
    @classmethod
    def _within_bounds(cls, value: Any, info: ValidationInfo) -> Any:
        row = row_of(cls, info.field_name or "")
        if row is None or row.allowed is None or isinstance(value, str):
            return value
        low, high = row.allowed
        if not low <= value <= high:
            raise PydanticCustomError("out-of-range", "is {value}, and must be {allowed}",
                                      {"value": f"{value:.12g}", "allowed": row.describe_allowed()})  # fmt: skip
        return value

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


def row_of(model: type[BaseModel], name: str) -> Parameter | None:
    """The table row behind a field, or None for a field that is not a parameter."""
    field = model.model_fields.get(name)
    extra = field.json_schema_extra if field is not None else None
    return parameters()[str(extra["key"])] if isinstance(extra, dict) and "key" in extra else None


def check_sum(what: str, shares: Mapping[str, float]) -> None:
    """Raise `shares-sum` unless the shares add up to 1."""
    total = sum(shares.values())
    if abs(total - 1) > SUM_TOLERANCE:
        raise PydanticCustomError("shares-sum", "{what} must sum to 1, and sums to {total} ({shares})",
                                  {"what": what, "total": f"{total:.6g}",
                                   "shares": " + ".join(f"{name} {share:.6g}" for name, share in shares.items())})  # fmt: skip


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
