"""What phases change of a lever, and the phases without that: a lever that was moved holds in all years."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sim.model.paths import opened, overlap, path_of, put, thawed
from sim.model.policy.phases import Phase
from sim.model.policy.policy import Layer, Policy

Path = tuple[str, ...]
Layers = tuple[Layer, ...]
SPLIT = "cost_split"


@functools.lru_cache(maxsize=256)
def is_dated(policy: Policy, *paths: Path) -> bool:
    """Whether a phase changes what lies at one of these paths, the group that it is in, or something inside it."""
    return any(overlap(path, changed) for changed in _changed(policy) for path in paths)


def _changed(policy: Policy) -> Iterator[Path]:
    """The paths that phases change; of a group that is given as a whole, those of its fields."""
    for phase in policy.phases:
        for key, value in phase.set.items():
            path = path_of(key)
            yield from ((*path, field) for field in value) if isinstance(value, Mapping) and value else (path,)


def undated(
    phases: Sequence[Phase], moved: Mapping[Path, Any], layers: Callable[[str, Layers], Layers]
) -> tuple[Phase, ...]:
    """The phases without what levers set now, at these paths; `layers` says who pays in a category after the move."""
    found = []
    for phase in phases:
        kept: dict[str, Any] = {}
        for key, value in phase.set.items():
            path = path_of(key)
            if path[0] == SPLIT:
                kept[key] = _paid(path, value, layers)
            elif not any(path[: len(lever)] == lever for lever in moved):
                inside = {lever[len(path) :]: now for lever, now in moved.items() if lever[: len(path)] == path}
                kept[key] = _with(value, inside)
        if kept:
            found.append(phase if kept == phase.set else Phase.model_validate({"from": phase.from_, "set": kept}))
    return tuple(found)


def _with(value: Any, inside: Mapping[Path, Any]) -> Any:
    """A group that a phase sets as a whole, with levers in it where they are now; None where it is taken away."""
    if not inside or not isinstance(value, Mapping):
        return value
    group = thawed(value)
    for path, now in inside.items():
        put(group, path, now)
    return group


def _paid(path: Path, value: Any, layers: Callable[[str, Layers], Layers]) -> Any:
    """Who pays in the categories that a phase changes, after the move."""
    if len(path) == 1:
        return {name: _paid((*path, name), one, layers) for name, one in opened(value).items()}
    before = tuple(Layer.model_validate(thawed(one) if isinstance(one, Mapping) else one) for one in value or ())
    after = layers(path[1], before)
    return value if after == before else [one.model_dump(by_alias=True, exclude_unset=True) for one in after]
