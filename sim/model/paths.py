"""Where a dotted key leads, and how a value is put there.

`prevention.mix.identity` goes from group to group, `budgets.crt.per_year` by a name that the user chose. A list is set
as a whole: no key leads into one. Settings, phases and changed copies all go by these rules.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, NoReturn

from pydantic import AliasChoices, BaseModel
from pydantic.fields import FieldInfo

Form = Literal["group", "named", "list", "value"]


class Inside(NamedTuple):
    """What a field holds: one group, groups by name, a list, or a plain value; and the model of its groups, if any."""

    form: Form
    model: type[BaseModel] | None


VALUE = Inside("value", None)


def inside(annotation: Any) -> Inside:
    """What an annotation such as `Fund | None`, `Mapping[str, Budget]` or `tuple[Layer, ...]` holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Inside("group", annotation)
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (tuple, list):
        return Inside("list", model_in(annotation))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return Inside("named", model_in(annotation))
    return next((found for part in parts if (found := inside(part)) != VALUE), VALUE)


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The model class inside an annotation such as `tuple[Layer, ...]` or `Words | None`, or None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in typing.get_args(annotation) if (model := model_in(part)) is not None), None)


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys of a group as they are written in a file: `from`, not `from_`."""
    return [field.alias or name for name, field in model.model_fields.items()]


def field_of(model: type[BaseModel], key: str) -> str | None:
    """The name of the field that a key, or a second name of it, stands for."""
    if key in model.model_fields:
        return key
    return next((name for name, field in model.model_fields.items() if key in _aliases(field)), None)


def _aliases(field: FieldInfo) -> Sequence[object]:
    other = field.validation_alias
    return (field.alias, *(other.choices if isinstance(other, AliasChoices) else ()))


def lost(model: type[BaseModel], path: Sequence[str]) -> int | None:
    """The place in the path of the first step that leads nowhere; None when the path is known."""
    here = Inside("group", model)
    for depth, step in enumerate(path):
        if here.form == "group" and here.model is not None and step in keys_of(here.model):
            here = inside(here.model.model_fields[field_of(here.model, step) or step].annotation)
        elif here.form == "named" and step:
            here = Inside("group", here.model) if here.model is not None else VALUE
        else:
            return depth
    return None


def put(fields: dict[str, Any], path: Sequence[str], value: Any) -> None:
    """Set the value at a known path; a group on the way that is absent is made, with its other fields at default."""
    spot = fields
    for step in path[:-1]:
        spot[step] = opened(spot.get(step))
        spot = spot[step]
    spot[path[-1]] = value


def opened(group: object) -> dict[str, Any]:
    """A group as a fresh dict of its keys and values; empty when there is none."""
    if isinstance(group, BaseModel):
        return {field.alias or name: getattr(group, name) for name, field in type(group).model_fields.items()}
    return dict(group) if isinstance(group, Mapping) else {}


def overlap(one: Sequence[object], other: Sequence[object]) -> bool:
    """Whether one path lies inside the other, or is the same."""
    return all(a == b for a, b in zip(one, other, strict=False))


# ---- frozen -------------------------------------------------------------------------------------------------------


class FrozenDict(dict[str, Any]):
    """A dict that never changes, so that what holds it can be a key."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        return FrozenDict, (dict(self),)

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("a scenario does not change; make a changed copy with with_values")

    __setitem__ = __delitem__ = __ior__ = update = pop = popitem = setdefault = clear = _refuse


def frozen(value: Any) -> Any:
    """The same data, unchangeable: dicts become FrozenDict, lists tuples."""
    if isinstance(value, Mapping):
        return FrozenDict({key: frozen(inner) for key, inner in value.items()})
    return tuple(frozen(inner) for inner in value) if isinstance(value, list | tuple) else value


def thawed(value: Any) -> Any:
    """The same data in plain dicts and lists."""
    if isinstance(value, Mapping):
        return {key: thawed(inner) for key, inner in value.items()}
    return [thawed(inner) for inner in value] if isinstance(value, list | tuple) else value


def path_of(key: str) -> tuple[str, ...]:
    """The path in a policy that a key of a phase names; a leading `policy.` is allowed."""
    return tuple(key.removeprefix("policy.").split("."))
