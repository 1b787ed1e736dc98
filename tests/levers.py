"""What a world and a policy say, place by place: the ends of what each may be, and whether results tell them apart.

Places come from the parameter table and from the models, and so do their values: a new row or field is moved without a
word here, and a field of a kind that nothing is known of is an error.
"""

from __future__ import annotations

import datetime
import types
import typing
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import combinations
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from sim.experiments.replicate import chunk_player
from sim.model.groups import Euros, EurosEach, Group, Share, Text, Title, Words
from sim.model.parameter_table import Parameter, parameters
from sim.model.paths import inside
from sim.model.policy.layers import MEASURES, Layer, LayerRequires
from sim.model.policy.phases import Phase
from sim.model.policy.policy import Policy
from sim.model.policy.programmes import _LEFT_OUT, Grant
from sim.model.world.groupings import towns
from sim.model.world.municipalities import Municipality
from sim.model.world.world import World
from tests.fuzz.scenarios import SERVICES, SUMS
from tests.test_extremes import ends

Path = tuple[str | int, ...]
FUTURES = range(3)
TOGETHER = (SUMS, SERVICES, tuple(f"policy.prevention.mix.{name}" for name in MEASURES))
"""Shares that sum to one: where one moves, the others make room."""

DATES = (datetime.date(2020, 3, 1), datetime.date(2021, 9, 15))
KINDS: list[tuple[object, tuple[Any, ...]]] = [
    (Share, (0, 0.5, 1)),
    (Euros, (0, 1_000, 20_000)),
    (EurosEach, (0, 0.0001, 0.01)),
    (Title, ("One", "Two")),
    (Text, ("One", "Two")),
    (datetime.date, DATES),
    (bool, (False, True)),
    (str, ("one", "two")),
    (type(None), (None,)),
]
"""What is put where the table says nothing, by the kind of the field."""

OTHERS: dict[tuple[type[Group], str], tuple[Any, ...]] = {
    (World, "start"): (datetime.date(2019, 1, 1), datetime.date(2022, 1, 1)),
    (Municipality, "nis"): (11_001, 99_999),
    (Municipality, "population"): (1, 100_000),
    (Municipality, "area_km2"): (None, 1.0, 1000.0),
    (Municipality, "merged_from"): ((), (31_001,)),
    (Grant, "measures"): tuple((name,) for name in MEASURES),
    (Layer, "budget"): (None, "crt"),
    (Layer, "common_cause_attachment"): (None, 1_000, 20_000),  # nothing is none
    (LayerRequires, "programme"): (None, "soc"),
    (Phase, "set"): ({"prevention.delivery": "ad_hoc"}, {"response.teams": 3}),
}
"""The same for fields that take names, or of which the kind says too little."""


class NothingToMove(ValueError):
    """A place takes fewer than two of its values, so that nothing can be told."""


class Place(NamedTuple):
    """A spot in a world or a policy, and the values that it takes there."""

    scope: str
    path: Path
    values: tuple[Any, ...]

    @property
    def key(self) -> str:
        """The full key, with the place in a list: `policy.grants.0.share`."""
        return ".".join(str(step) for step in (self.scope, *self.path))


class Scene(NamedTuple):
    """A world and a policy in which a place is moved."""

    world: World
    policy: Policy

    def with_values(self, values: dict[str, Any]) -> Scene:
        """Return the same with some keys changed, of the world and of the policy."""
        ours = {key: value for key, value in values.items() if key.startswith("policy.")}
        theirs = {key: value for key, value in values.items() if key not in ours}
        return Scene(self.world.with_values(theirs), self.policy.with_values(ours))

    def moved(self, place: Place, value: Any) -> Scene | None:
        """Return the same with another value in a place; None where that is no sound world or policy."""
        scenario = getattr(self, place.scope)
        tree = scenario.model_dump(by_alias=True, exclude_unset=True)
        try:
            for path, part in _with_companions(place, value, scenario):
                tree = _put(tree, path, part)
            return self._replace(**{place.scope: type(scenario).model_validate(tree)})
        except ValidationError:
            return None

    def results(self) -> tuple[Any, ...]:
        """Return all that three futures leave, and the groups of municipalities by which it is told."""
        return _results(self.world, self.policy)


# ---- places --------------------------------------------------------------------------------------------------------


def row_place(row: Parameter) -> Place:
    """Return the place of a row: the ends of its evidence and of what is allowed, its off value; of a choice all."""
    near = [value for value in (row.low, row.high, row.off) if value is not None]
    values = [int(value) if row.whole and not isinstance(value, str) else value for value in [*near, *ends(row)]]
    return Place(row.scope, tuple(row.path.split(".")), tuple(dict.fromkeys(values)))


def places(scene: Scene) -> list[Place]:
    """Return every row of the table, and every field of the models that is neither a row nor a group.

    Of a list each entry that stands in the scene, and of layers and municipalities the first.
    """
    rows = [row_place(row) for row in parameters().values()]
    return [*rows, *_fields("world", scene.world, ()), *_fields("policy", scene.policy, ())]


def _fields(scope: str, group: BaseModel, path: Path) -> Iterator[Place]:
    unused = _LEFT_OUT[group.instrument] if isinstance(group, Grant) else ()
    for name, field in type(group).model_fields.items():
        value, (form, model) = getattr(group, name), inside(field.annotation)
        here = (*path, field.alias or name)
        if isinstance(field.json_schema_extra, dict) or name in unused:
            continue
        if form == "list" and model is not None:
            first = value[:1] if model in (Layer, Municipality) else value
            for place, entry in enumerate(first):
                yield from _fields(scope, entry, (*here, place))
        elif form == "named" and model is not None:
            for key, entry in value.items():
                yield from _fields(scope, entry, (*here, key))
        elif form == "group" and model is not None and model is not Words:
            yield from _fields(scope, model() if value is None else value, here)
        else:
            yield Place(scope, here, values_of(type(group), name))


def values_of(model: type[BaseModel], name: str) -> tuple[Any, ...]:
    """Return what is put into a field that is no row; TypeError for a kind of field that nothing is known of."""
    for (owner, field), values in OTHERS.items():
        if issubclass(model, owner) and field == name:
            return values
    told = model.model_fields[name].metadata
    bounds = [getattr(limit, end) for end in ("ge", "le") for limit in told if hasattr(limit, end)]
    hint = typing.get_type_hints(model, include_extras=True)[name]
    return tuple(_of_hint(hint, bounds, f"{model.__name__}.{name}"))


def _of_hint(hint: Any, bounds: list[float], what: str) -> Iterable[Any]:
    for kind, values in KINDS:
        if hint == kind:
            return values
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return _of_hint(parts[0], bounds, what)
    if origin is typing.Literal:
        return parts
    if origin in (typing.Union, types.UnionType):
        return [value for part in parts for value in _of_hint(part, bounds, what)]
    if hint in (float, int) and len(bounds) == 2:
        return bounds
    raise TypeError(f"no values are known for {what}: {hint}")


# ---- moves ---------------------------------------------------------------------------------------------------------


def _put(thing: Any, path: Path, value: Any) -> Any:
    """Return data with another value at a path; what is absent on the way is made."""
    if not path:
        return value
    step, *rest = path
    if isinstance(step, int):
        return [*thing[:step], _put(thing[step], tuple(rest), value), *thing[step + 1 :]]
    thing = thing or {}
    return {**thing, step: _put(thing.get(step), tuple(rest), value)}


def _with_companions(place: Place, value: Any, scenario: Any) -> Iterator[tuple[Path, Any]]:
    """Yield the value of a place, and those of the shares that sum to one with it."""
    yield place.path, value
    for keys in TOGETHER:
        if place.key in keys:
            paths = [key.partition(".")[2] for key in keys if key != place.key]
            rest = sum(scenario.get_value(path) for path in paths)
            for path in paths:
                yield tuple(path.split(".")), scenario.get_value(path) * (1 - value) / rest


@lru_cache(maxsize=4000)
def _results(world: World, policy: Policy) -> tuple[Any, ...]:
    futures = chunk_player(world, policy, 1)(FUTURES)
    left = [getattr(future, name) for future in futures for name in type(future).__slots__]
    groups = [(group.labels, group.members.tobytes()) for group in towns(world).groups.values()]
    return (*(value if isinstance(value, int) else value.tobytes() for value in left), str(groups))


def confused(place: Place, scenes: Iterable[Scene]) -> list[tuple[Any, Any]]:
    """Return the pairs of values of a place that no scene tells apart; values that are not sound anywhere are left out.

    Raises NothingToMove where fewer than two values are sound.
    """
    pairs = list(combinations(range(len(place.values)), 2))
    sound: set[int] = set()
    for scene in scenes:
        found = {}
        for number in sorted({number for pair in pairs for number in pair}):
            if (other := scene.moved(place, place.values[number])) is not None:
                found[number] = other.results()
        sound |= set(found)
        pairs = [(a, b) for a, b in pairs if a not in found or b not in found or found[a] == found[b]]
        if not any(a in sound and b in sound for a, b in pairs) and len(sound) > 1:
            return []
    if len(sound) < 2:
        raise NothingToMove(f"{place.key} takes fewer than two of {place.values}")
    return [(place.values[a], place.values[b]) for a, b in pairs if a in sound and b in sound]
