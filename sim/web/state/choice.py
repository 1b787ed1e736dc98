"""What a visitor chose: a policy to start from, and where its levers stand; and the policy or world that this makes.

A lever stands where its start point puts it. A lever that was not moved leaves the start point as it is, with its
dates and limits; one that was moved replaces that part of it, in all years.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from sim.model.files.load import load_policy, load_world, scenarios
from sim.model.parameter_table import Value, parameters
from sim.model.paths import path_of
from sim.model.policy.policy import CATEGORIES, Layer, Policy
from sim.model.problems import InputError
from sim.model.world.world import World
from sim.web.levers import grant_levers
from sim.web.levers.dated import SPLIT, Layers, is_dated, undated
from sim.web.levers.lever import YES_NO, Lever, is_on, policy_levers, switches, world_levers

BASELINE = "status-quo-2020"
WORLD = "flanders-2020"
LOADED = "file"
"""The start point that a visitor loaded from a file."""
INCIDENT_CATEGORIES = tuple(name for name in CATEGORIES if name not in ("prevention", "response_capacity"))
HELPED = ("response", "recovery")
"""What insurance and fund pay for where a visitor switches them on."""
SWITCHED: Mapping[str, Layer] = MappingProxyType(
    {"policy.insurance": Layer(payer="insurer"), "policy.fund": Layer(payer="fund", share=0.8)}
)
"""The layer that comes with such a switch, before what is left to the municipality."""
SHARES = {"share.prevention": ("prevention",), "share.incidents": INCIDENT_CATEGORIES}


@functools.cache
def presets() -> Mapping[str, Policy]:
    """The policies to start from, by id; today's first."""
    found = {scenario.id: load_policy(scenario.id) for scenario in scenarios("policy")}
    return MappingProxyType({BASELINE: found[BASELINE], **found})


def base(name: str, loaded: Policy | None = None) -> Policy:
    """The policy that a start point stands for."""
    return loaded if name == LOADED and loaded is not None else presets()[name]


@functools.lru_cache(maxsize=64)
def home(policy: Policy) -> Mapping[str, Value]:
    """Where a policy puts its levers."""
    return MappingProxyType({lever.key: _position(policy, lever) for lever in policy_levers()})


def _position(policy: Policy, lever: Lever) -> Value:
    if lever.key in SHARES:
        return _share(policy, SHARES[lever.key])[0]
    if lever.key in grant_levers.TERMS:
        return grant_levers.position(policy, lever.key)
    if lever.key in switches():
        return YES_NO[_found(policy, lever.key) is not None]
    value = _found(policy, lever.key)
    if value is None:  # in a group that this policy does not have
        value = parameters()[lever.key].value
    if isinstance(value, bool):
        return YES_NO[value]
    assert isinstance(value, int | float | str)
    return value


def _found(policy: Policy, key: str) -> object:
    """The value at a full key; None where it lies in a group that the policy does not have."""
    value: object = policy
    for name in key.split(".")[1:]:
        if value is None:
            return None
        value = getattr(value, name)
    return value


@functools.lru_cache(maxsize=256)
def has_own_terms(policy: Policy, key: str) -> bool:
    """Whether what a policy says here is more than what the lever shows: limits, or dates of its own."""
    if key in grant_levers.TERMS:
        return grant_levers.has_own_terms(policy, key)
    if key in SHARES:
        paths = [(SPLIT, category) for category in SHARES[key]]
        return not _share(policy, SHARES[key])[1] or is_dated(policy, *paths)
    return is_dated(policy, path_of(key))


def _share(policy: Policy, categories: Sequence[str]) -> tuple[float, bool]:
    """The plain Flemish share of these categories in per cent, and whether that says all there is to say."""
    shares = set()
    plain = True
    for category in categories:
        flemish = [layer for layer in policy.layers(category) if layer.payer == "flanders"]
        if not flemish:
            shares.add(0.0)
        elif flemish == [policy.layers(category)[0]] and flemish[0] == Layer(payer="flanders", share=flemish[0].share):
            shares.add(round(100 * flemish[0].share, 6))
        else:
            shares.add(0.0)
            plain = False
    return (shares.pop(), plain) if len(shares) == 1 else (0.0, False)


def policy_of(base: Policy, values: Mapping[str, Value]) -> Policy:
    """The policy that a start point and the positions of its levers make; the start point itself when nothing moved.

    Raises InputError where the positions contradict each other.
    """
    return _policy(base, tuple(sorted(values.items())))


@functools.lru_cache(maxsize=64)
def _policy(base: Policy, values: tuple[tuple[str, Value], ...]) -> Policy:
    start, wanted = home(base), dict(values)
    changes: dict[str, object] = {}
    for lever in policy_levers():
        value = wanted[lever.key]
        if lever.key in grant_levers.TERMS or (lever.within is not None and not is_on(wanted[lever.within])):
            continue
        arrives = lever.within is not None and not is_on(start[lever.within])
        if value == start[lever.key] and not arrives:
            continue
        if lever.key in SHARES:
            continue
        if lever.key in switches():
            changes[lever.key] = None if value == "false" else {}
        elif arrives:
            group = changes[str(lever.within)]
            assert isinstance(group, dict)
            group[lever.key.rpartition(".")[2]] = _plain(lever, value)
        else:
            changes[lever.key] = _plain(lever, value)
    moved = {path_of(key): value for key, value in changes.items()}
    changes |= _split(base, start, wanted) | grant_levers.changed(base, start, wanted)
    phases = undated(base.phases, moved, lambda category, layers: _layered(layers, category, start, wanted))
    if not changes:
        return base
    if phases != base.phases:
        changes["phases"] = phases
    policy = base.with_values(changes)
    title = type(base.title)(nl="Uw keuze", en="Your choice")
    return policy.model_copy(update={"id": "your-choice", "title": title, "description": None, "reference": None})


def _plain(lever: Lever, value: Value) -> object:
    """A position as the model takes it."""
    return value == "true" if lever.kind == "switch" else value


def _split(base: Policy, start: Mapping[str, Value], wanted: Mapping[str, Value]) -> dict[str, object]:
    """Who pays for what, where levers change that.

    A share that was moved comes first, in place of what Flanders pays there. An insurance or a fund that was switched
    on gets its layer, and one that was switched off loses them all.
    """
    changes: dict[str, object] = {}
    for category in CATEGORIES:
        layers = _layered(base.layers(category), category, start, wanted)
        if layers != base.layers(category):
            changes[f"{SPLIT}.{category}"] = layers
    return changes


def _layered(before: Layers, category: str, start: Mapping[str, Value], wanted: Mapping[str, Value]) -> Layers:
    """Who pays in a category after the move, given who paid before it."""
    layers = list(before)
    for key, categories in SHARES.items():
        if category in categories and wanted[key] != start[key]:
            flemish = [Layer(payer="flanders", share=float(wanted[key]) / 100)] if float(wanted[key]) > 0 else []
            layers = [*flemish, *(layer for layer in layers if layer.payer != "flanders")]
    for key, layer in SWITCHED.items():
        if key not in wanted or wanted[key] == start[key]:
            continue
        layers = [one for one in layers if one.payer != layer.payer]
        if wanted[key] == "true" and category in HELPED:
            layers.insert(-1, layer)
    return tuple(layers)


@dataclass(frozen=True)
class Choice:
    """A start point by its name, the positions of all levers by key, and the policy that a file brought."""

    start: str = BASELINE
    values: Mapping[str, Value] = field(default_factory=lambda: home(presets()[BASELINE]))
    loaded: Policy | None = None

    @property
    def base(self) -> Policy:
        """The policy that the start point stands for."""
        return base(self.start, self.loaded)

    @property
    def policy(self) -> Policy:
        """The policy that this makes."""
        return policy_of(self.base, self.values)

    @property
    def moved(self) -> dict[str, Value]:
        """The levers that do not stand where the start point has them."""
        start = home(self.base)
        return {key: value for key, value in self.values.items() if start[key] != value}

    @property
    def is_possible(self) -> bool:
        """Whether the levers together make a sound policy."""
        try:
            return self.policy is not None
        except InputError:
            return False


def begin(name: str, loaded: Policy | None = None) -> Choice:
    """A start point with all levers in its own place."""
    return Choice(name, home(base(name, loaded)), loaded)


@functools.cache
def world_start() -> Mapping[str, Value]:
    """Where the assumptions stand when nobody touched them."""
    return MappingProxyType({lever.key: parameters()[lever.key].value for lever in world_levers()})


def world_of(values: Mapping[str, Value]) -> World:
    """The world under these assumptions."""
    return _world(tuple(sorted(values.items())))


@functools.lru_cache(maxsize=27)
def _world(values: tuple[tuple[str, Value], ...]) -> World:
    return load_world(WORLD).with_values(dict(values))


_NAMES = {"id", "title", "description", "reference", "based_on"}


def same(one: Policy, other: Policy) -> bool:
    """Whether two policies are the same in everything but their names."""
    return one.model_dump(exclude=_NAMES) == other.model_dump(exclude=_NAMES)
