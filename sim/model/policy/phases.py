"""The action plan: dated changes to the levers of a policy, and the policy that is in force at each date.

The policy at a date is the one in the file with every change up to that date put in, in order of date. Each such stage
must be a sound policy of its own.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from sim.model.day import Day
from sim.model.faults import Loc, fault, faults_of
from sim.model.groups import Group
from sim.model.parameter_table import parameters
from sim.model.paths import frozen, lost, overlap, path_of, put, thawed
from sim.model.policy.references import envelopes

MAX_PHASES = 20
NAMES = ("id", "title", "description", "reference", "based_on")
"""What a policy is called. It never changes, and a base never passes it on."""

_STAYS = {
    **dict.fromkeys(NAMES, "it is what the policy is called"),
    "phases": "a phase holds no phases",
    "grants": "give each grant dates of its own, from and until",
    "fund.opening_balance": "it is what the fund begins with",
}


class Phase(Group):
    """A change of levers from a date on: `set` holds dotted keys and values, as in `--set`."""

    model_config = ConfigDict(populate_by_name=True)

    from_: Day = Field(alias="from")
    set: Annotated[Mapping[str, Any], AfterValidator(frozen)]

    @field_validator("set", mode="after")
    @classmethod
    def _sets_something(cls, value: Mapping[str, Any]) -> Mapping[str, Any]:
        if not value:
            raise PydanticCustomError("empty-phase", "is empty, and a phase changes one key at least")
        return value


class Change(NamedTuple):
    """One key of one phase: its date, its place in the data, the path it leads to, and the new value."""

    date: datetime.date
    loc: Loc
    path: tuple[str, ...]
    value: Any


def changes(phases: object) -> list[Change]:
    """The changes of all phases in order of date, then as written; phases that are not sound, or are beyond what a
    policy may have, are passed over.
    """
    found = []
    for index, phase in enumerate(phases[:MAX_PHASES] if isinstance(phases, list | tuple) else ()):
        try:
            sound = Phase.model_validate(phase)
        except ValidationError:
            continue
        for key, value in sound.set.items():
            found.append(Change(sound.from_, ("phases", index, "set", key), path_of(key), thawed(value)))
    return sorted(found, key=lambda change: change.date)


def staged(
    fields: Mapping[str, Any], plan: Sequence[Change]
) -> Iterator[tuple[datetime.date, dict[str, Any], list[Change]]]:
    """For each date, the fields of the policy in force from it, and the changes made so far, the latest last."""
    now = {**fields, "phases": ()}
    made: list[Change] = []
    for date in dict.fromkeys(change.date for change in plan):
        now = dict(now)
        for change in plan:
            if change.date == date:
                put(now, change.path, change.value)
                made.append(change)
        yield date, now, list(made)


# ---- faults -------------------------------------------------------------------------------------------------------


def phase_faults(model: type[BaseModel], phases: object) -> list[InitErrorDetails]:
    """Keys that name nothing, keys that may not change, and two changes of the same thing on the same day."""
    faults: list[InitErrorDetails] = []
    count = len(phases) if isinstance(phases, list | tuple) else 0
    if count > MAX_PHASES:
        faults.append(fault("out-of-range", ("phases",), f"has {count} phases, and may have {MAX_PHASES}"))
    plan = changes(phases)
    made: dict[tuple[datetime.date, tuple[str, ...]], int] = {}  # the first change of a path, by its date
    below: dict[tuple[datetime.date, tuple[str, ...]], int] = {}  # the first one that lies below a path
    for place, change in enumerate(plan):
        if lost(model, change.path) is not None:
            faults.append(InitErrorDetails(type="extra_forbidden", loc=change.loc, input=change.value))
            continue
        if (why := _why_it_stays(change.path)) is not None:
            faults.append(fault("not-in-a-phase", change.loc, f"cannot change in a phase: {why}", change.value))
        starts = [(change.date, change.path[:depth]) for depth in range(1, len(change.path) + 1)]
        met = [made[start] for start in starts if start in made]
        met += [below[starts[-1]]] if starts[-1] in below else []
        made.setdefault(starts[-1], place)
        for start in starts[:-1]:
            below.setdefault(start, place)
        if met:
            earlier = plan[min(met)]
            message = f"changes on {change.date}, and so does {'.'.join(earlier.path)}"
            hint = "keep one of them, or give them different dates"
            faults.append(fault("phase-conflict", change.loc, message, hint=hint, first=earlier.loc))
    return faults


def _why_it_stays(path: Sequence[str]) -> str | None:
    return next((why for key, why in _STAYS.items() if ".".join(path[: key.count(".") + 1]) == key), None)


def stage_faults(
    model: type[BaseModel], data: Mapping[str, Any], broken: set[str], blind: frozenset[str]
) -> list[InitErrorDetails]:
    """What is wrong with the policy from some date on, and was not before; each at the change that brought it.

    The groups in `broken` have faults of their own and are left out, and rules in `blind`, which speak of more than one
    group, are not judged then.
    """
    plan = [
        change
        for change in changes(data.get("phases"))
        if lost(model, change.path) is None and _why_it_stays(change.path) is None
    ]
    if not plan:
        return []
    sound = {"id": "a", "title": "a", **{name: value for name, value in data.items() if name not in broken}}
    told = {_same(one) for one in _faults(model, {**sound, "phases": ()})}
    faults: list[InitErrorDetails] = []
    for (date, now, made), (_, written, _) in zip(staged(sound, plan), staged(data, plan), strict=True):
        for one in [*_faults(model, now), *_appearances(data, written)]:
            if _same(one) in told or (broken and _rule(one) in blind):
                continue
            told.add(_same(one))
            faults.append(_at_its_change(one, date, made))
    return faults


def _faults(model: type[BaseModel], fields: Mapping[str, Any]) -> list[InitErrorDetails]:
    try:
        model.model_validate(fields)
    except ValidationError as error:
        return faults_of(error)
    return []


def _rule(one: InitErrorDetails) -> str:
    return one["type"].type if isinstance(one["type"], PydanticCustomError) else one["type"]


def _same(one: InitErrorDetails) -> tuple[str, tuple[int | str, ...], str]:
    value = one["input"]
    return _rule(one), one.get("loc", ()), repr(value) if isinstance(value, str | int | float | None) else ""


def _at_its_change(one: InitErrorDetails, date: datetime.date, made: Sequence[Change]) -> InitErrorDetails:
    """The fault of a stage, moved to the change of that date that touches its place, else to one that causes it."""
    loc = one.get("loc", ())
    today = [change for change in made if change.date == date]
    for change in reversed(today):
        if overlap(change.path, loc):
            return InitErrorDetails(**{**one, "loc": (*change.loc, *loc[len(change.path) :])})
    standard = ("prevention", "minimum_standard")  # the only thing that others ask for and that a phase can take away
    change = next((change for change in today if overlap(change.path, standard)), today[0])
    where = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in loc).removeprefix(".")
    told = one["type"].message() if isinstance(one["type"], PydanticCustomError) else "is not sound"
    return fault(_rule(one), change.loc, f"makes a fault elsewhere: {where} {told}", one["input"])


def _appearances(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[InitErrorDetails]:
    """The fund, the insurance, envelopes and an unlimited pool are there from the first day to the last, or never."""
    faults = []
    for name in ("fund", "insurance"):
        if (before.get(name) is None) != (now.get(name) is None):
            appears = before.get(name) is None
            message = f"cannot {'appear' if appears else 'disappear'} in a phase"
            number = {"fund": "fund.levy", "insurance": "insurance.uptake"}[name]
            hint = f"give the policy {name} from the start" if appears else f"set its numbers, such as {number}: 0"
            faults.append(fault("not-in-a-phase", (name,), message, hint=hint))
    was, becomes = _opening(before), _opening(now)
    if was is not None and becomes is not None and was is not becomes and was != becomes:
        message = f"cannot change in a phase: {_STAYS['fund.opening_balance']}"
        faults.append(fault("not-in-a-phase", ("fund", "opening_balance"), message))
    old, new = envelopes(before), envelopes(now)
    for name in sorted({*old} ^ {*new}):
        message = f"cannot {'appear' if name in new else 'disappear'} in a phase"
        hint = f"give it from the start, and set budgets.{name}.per_year; 0 is an empty envelope"
        faults.append(fault("not-in-a-phase", ("budgets", name), message, hint=hint))
    old_teams, new_teams = _number(before, "response", "teams"), _number(now, "response", "teams")
    if (old_teams == "unlimited") != (new_teams == "unlimited"):
        message = "cannot change from or to unlimited in a phase"
        faults.append(fault("not-in-a-phase", ("response", "teams"), message, new_teams, hint="give numbers"))
    return faults


def _number(fields: Mapping[str, Any], group: str, name: str) -> Any:
    """A value inside a group that may still be raw; None where nothing is said, and for a group that is absent."""
    held = fields.get(group)
    return held.get(name) if isinstance(held, Mapping) else getattr(held, name, None)


def _opening(fields: Mapping[str, Any]) -> object:
    value = _number(fields, "fund", "opening_balance")
    said = value if value is not None else parameters()["policy.fund.opening_balance"].value
    return None if fields.get("fund") is None else said
