"""World, Policy and Study as YAML that says only what differs from the defaults, or from the policy it is based on.

Reading the text back gives an equal scenario.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from sim.model.files.extend import ADD
from sim.model.groups import Group, Words
from sim.model.paths import thawed
from sim.model.policy.policy import CATEGORIES, Phase, Policy
from sim.model.problems import InputError
from sim.model.scalars import scalar
from sim.model.study.study import Study
from sim.model.world.municipalities import Municipality, shipped_table
from sim.model.world.world import World

_HEAD = ("id", "title", "description", "reference")


def world_yaml(world: World) -> str:
    """The world as YAML text; municipalities by the name of a shipped table where they are that table, else in full."""
    data = _head(world)
    data["municipalities"] = _municipalities(world)
    data["start"] = world.start
    defaults = World.model_construct(**{name: field.default for name, field in World.model_fields.items()})
    data.update(_differences(world, defaults, skip=(*_HEAD, "municipalities", "start")))
    return _dump(data)


def policy_yaml(policy: Policy, base: Policy | None = None) -> str:
    """The policy as YAML text: what differs from `base`, or from the policy it remembers, or from the defaults.

    A policy that remembers a base (`based_on`) which is not among the shipped ones is written in full, without it.
    """
    if base is None and policy.based_on is not None:
        base = _shipped(policy.based_on)
    data = _head(policy)
    if base is not None:
        data["based_on"] = base.id
    against = base if base is not None else Policy(id=policy.id, title=policy.title)
    data.update(_differences(policy, against, skip=(*_HEAD, "based_on", "cost_split", "phases")))
    if "grants" in data:
        data["grants"] = _lines(policy.grants, against.grants, 0)
    changed = [name for name in CATEGORIES if policy.layers(name) != against.layers(name)]
    if changed:
        data["cost_split"] = {name: _lines(policy.layers(name), against.layers(name), 1) for name in changed}
    if policy.phases != against.phases:
        data["phases"] = _lines(policy.phases, against.phases, 0)
    return _dump(data)


def _lines(mine: tuple[Any, ...], theirs: tuple[Any, ...], last: int) -> Any:
    """A list in full; or what it adds to a list of the base, of which so many items stay behind what is added.

    Of layers the bare list of the municipality alone is nothing to add to.
    """
    cut = len(theirs) - last
    begins, ends = theirs[:cut], theirs[cut:]
    grown = cut > 0 and len(mine) > len(theirs) and mine[:cut] == begins and mine[len(mine) - last :] == ends
    return {ADD: _list(mine[cut : len(mine) - last])} if grown else _list(mine)


def study_yaml(study: Study, *, by_id: bool = False) -> str:
    """The study as YAML text, from which it can be read again: its worlds and policies are named by `study_file`, or by
    their id where they are shipped.
    """
    named: dict[str, Any] = {
        "worlds": [_name(world, by_id) for world in study.worlds],
        "baseline": None if study.baseline is None else _name(study.baseline, by_id),
        "policies": [_name(policy, by_id) for policy in study.policies],
    }
    rest = study.model_dump(mode="python", by_alias=True, exclude={*_HEAD, *named}, exclude_defaults=True)
    return _dump(_head(study) | {key: one for key, one in named.items() if one is not None} | thawed(rest))


def _name(scenario: World | Policy, by_id: bool) -> str:
    shipped = isinstance(scenario, World) or _shipped(scenario.id) is not None
    return scenario.id if by_id and shipped else study_file(scenario)


def study_file(scenario: World | Policy) -> str:
    """The name of the file, beside its study, that a world or a policy is kept in."""
    return f"{'world' if isinstance(scenario, World) else 'policy'}-{scenario.id}.yaml"


def _head(scenario: World | Policy | Study) -> dict[str, Any]:
    data: dict[str, Any] = {"id": _text(scenario.id)}
    for name in _HEAD[1:]:
        words: Words | None = getattr(scenario, name)
        if words is not None:
            same = words.nl == words.en
            data[name] = _text(words.nl) if same else {"nl": _text(words.nl), "en": _text(words.en)}
    return data


def _differences(group: Group, against: Group, skip: tuple[str, ...] = ()) -> dict[str, Any]:
    """What differs, as nested dicts, in the order of the fields; null where something is taken away."""
    data: dict[str, Any] = {}
    for name, field in type(group).model_fields.items():
        mine, theirs = getattr(group, name), getattr(against, name)
        if name not in skip and mine != theirs:
            data[field.alias or name] = _difference(mine, theirs)
    return data


def _difference(mine: Any, theirs: Any) -> Any:
    if isinstance(mine, Group):
        if isinstance(theirs, Group):
            return _differences(mine, theirs)
        row = _row(mine)
        row.fa.set_block_style()
        return row
    if isinstance(mine, Mapping):
        gone = dict.fromkeys(name for name in theirs if name not in mine)
        changed = {name: one for name, one in mine.items() if name not in theirs or one != theirs[name]}
        return {name: _difference(one, theirs.get(name)) for name, one in changed.items()} | gone
    return _list(mine) if isinstance(mine, tuple) else _value(mine)


def _municipalities(world: World) -> Any:
    table = shipped_table(world.municipalities)
    return table if table is not None else [_municipality(town) for town in world.municipalities]


def _municipality(town: Municipality) -> CommentedMap:
    row = CommentedMap()
    for name, field in Municipality.model_fields.items():
        value = getattr(town, name)
        if field.is_required() or (value != field.default and not (name == "abbr" and value == town.name[:4])):
            row[name] = list(value) if isinstance(value, tuple) else _value(value)
    row.fa.set_flow_style()
    return row


def _list(items: tuple[Any, ...]) -> list[Any]:
    return [_row(item) if isinstance(item, Group) else _value(item) for item in items]


def _row(group: Group) -> CommentedMap:
    """A group on one line, save a phase that sets lists: what is needed, and what is not at its default."""
    row = CommentedMap()
    for name, field in type(group).model_fields.items():
        value = getattr(group, name)
        if field.is_required() or value != field.default:
            row[field.alias or name] = _value(value)
    if not isinstance(group, Phase) or not any(isinstance(one, Mapping | tuple) for one in group.set.values()):
        row.fa.set_flow_style()
    return row


def _value(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    if isinstance(value, Group):
        return _row(value)
    if isinstance(value, Mapping):
        return {name: _flow(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_flow(inner) for inner in value]
    return _text(value) if isinstance(value, str) else value


def _flow(value: Any) -> Any:
    """A value inside another: a group of it on one line."""
    inner = _value(value)
    if isinstance(inner, dict):
        inner = CommentedMap(inner)
        inner.fa.set_flow_style()
    return inner


def _text(text: str) -> str:
    """The text, in quotes unless it is a plain sentence that no reader takes for something else."""
    plain = all(letter.isalnum() or letter in " -_'(),.%€/;" for letter in text)
    bare = plain and text[:1].isalpha() and text == text.strip() and scalar(text) == text
    return text if bare and text.lower() not in ("yes", "no", "on", "off", "y", "n") else DoubleQuotedScalarString(text)


def _shipped(policy_id: str) -> Policy | None:
    from sim.model.files.load import load_policy

    try:
        return load_policy(policy_id)
    except InputError:
        return None


class _Representer(RoundTripRepresenter):
    """Writes nothing as `null`, so that a reader sees that something is taken away."""


_Representer.add_representer(type(None), lambda self, _: self.represent_scalar("tag:yaml.org,2002:null", "null"))


def _dump(data: dict[str, Any]) -> str:
    yaml = YAML()
    yaml.Representer = _Representer
    yaml.width = 100_000  # a text stays on its line
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(data, stream)
    return stream.getvalue()
