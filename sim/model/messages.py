"""From what pydantic says about a value to a Problem a reader can act on; and changed copies of World and Policy.

The bounds and choices stand in `parameters.yaml` and in the models. Here they only get their words, the place they
came from, and the nearest valid name.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sim.model.faults import Loc
from sim.model.groups import Kind, Scenario, keys_at, model_of, shown_number
from sim.model.parameter_table import Parameter, parameters, plain_number
from sim.model.paths import Inside, field_of, inside, lost, path_of, put
from sim.model.problems import MAX_TOLD, InputError, Problem, did_you_mean, listed
from sim.model.scalars import scalar

Place = Callable[[Loc], tuple[str, int | None]]
"""From a path in the data to the file and line it came from."""

_TYPE_WORDS = {
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "string_type": "a text",
    "bool_type": "true or false",
    "date_type": "a date such as 2020-01-01",
    "date_from_datetime_inexact": "a date without a time, such as 2020-01-01",
    "tuple_type": "a list",
    "dict_type": "a group of keys",
}
_LIMIT_WORDS = {
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "greater_than": "above {gt}",
    "less_than": "below {lt}",
    "string_too_short": "a text of {min_length} character or more",
    "string_too_long": "a text of at most {max_length} characters",
    "too_short": "a list of {min_length} or more",
    "too_long": "a list of at most {max_length}",
}
_SEPARATORS = re.compile(r"[ ._,'’\u00a0\u202f]")
_GROUPED = re.compile(rf"[0-9]{{1,3}}({_SEPARATORS.pattern}[0-9]{{3}})+")
_SWITCHES = {"yes": "true", "ja": "true", "on": "true", "no": "false", "nee": "false", "off": "false"}
_VERBS = (
    *("is ", "are ", "has ", "names ", "means ", "limits ", "changes ", "cannot ", "must ", "make ", "makes "),
    *("asks ", "holds ", "leads ", "needs ", "stands "),
)
_NEEDED_WORDS = {
    "id": "a short name in lower-case letters, such as my-policy",
    "title": "a text, or {nl: ..., en: ...}",
    "start": "1 January of the first year, such as 2020-01-01",
    "municipalities": "a CSV file such as municipalities_2020.csv, or a list",
    "payer": "municipality, flanders, insurer or fund",
    "instrument": "matching, lump_sum, shared_service or audit",
    "share": "the part that is paid, such as 0.5",
    "worlds": "ids or files of worlds, such as [flanders-2020]",
    "policies": "ids or files of policies, such as [status-quo-2020, fifty-fifty]",
    "replications": "a number of futures, or {at_least: 50, at_most: 500, half_width: 100000}",
    "amount": "euros per inhabitant per year",
    "per_year": "euros a year, such as 500000",
    "from": "a date such as 2021-06-01",
    "set": "the keys that change and their values, such as {response.teams: 6}",
}

OTHER: Mapping[Kind, Kind] = {"world": "policy", "policy": "world"}
Of = TypeVar("Of", bound=Scenario)


def changed(scenario: Of, kind: Kind, values: Mapping[str, Any]) -> Of:
    """A validated copy of the scenario with the fields at these dotted paths changed; InputError with every problem."""
    name = f"{kind} {scenario.get_value('id')}"
    fields: dict[str, Any] = {field: getattr(scenario, field) for field in type(scenario).model_fields}
    problems: list[Problem] = []
    if not isinstance(values, Mapping):
        problems.append(
            Problem(name, None, "wrong-type", f"the values are {shown(values)}, and must be {{key: value}}")
        )
        raise InputError(problems)
    for key, value in values.items():
        path = tuple(key.removeprefix(f"{kind}.").split("."))
        if (problem := unknown_path(kind, path, name, None)) is not None:
            problems.append(problem)
        else:
            put(fields, path, value.item() if getattr(value, "ndim", None) == 0 else value)  # a number of NumPy's
    if not problems:
        try:
            return type(scenario).model_validate(fields)
        except ValidationError as error:
            problems = problems_of(error, kind, lambda _: (name, None))
    raise InputError(problems)


def problems_of(error: ValidationError, kind: Kind, place: Place) -> list[Problem]:
    """Every fault of a pydantic error as a Problem, once a spot, in the order of the file where lines are known."""
    found: dict[Loc, Problem] = {}
    left = 0
    for fault in error.errors(include_url=False):
        loc = _clean(model_of(kind), fault.get("ctx", {}).get("loc", fault["loc"]))
        if loc in found:
            continue
        if len(found) >= MAX_TOLD:  # each takes a search for the nearest name
            left += 1
            continue
        found[loc] = _with_the_first(_problem(fault, kind, loc, *place(loc)), fault, place)
    told = sorted(found.values(), key=lambda problem: (problem.file, problem.line or 0))
    if left:
        told.append(Problem(told[-1].file, told[-1].line, "too-many", f"and {left:,} more", "repair these first"))
    return told


def _with_the_first(problem: Problem, fault: ErrorDetails, place: Place) -> Problem:
    """The problem of something that stands twice, completed with the line where it stood first."""
    if (first := fault.get("ctx", {}).get("first")) is None:
        return problem
    file, line = place(first)
    where = f"on line {line}" if line is not None else f"in {_where(first)}"
    where += f" of {Path(file).name}" if file != problem.file else ""
    return dataclasses.replace(problem, message=f"{problem.message} (first {where})")


def unknown_path(kind: Kind, path: Sequence[str], file: str, line: int | None) -> Problem | None:
    """The problem of a dotted path that names no field of this kind, or None when it does."""
    depth = lost(model_of(kind), path)
    if depth is None:
        return None
    if depth and _inside(kind, path[:depth]).form == "list":
        message = f"{dotted(tuple(path[:depth]))} is a list, and is set as a whole"
        return Problem(file, line, "unknown-key", message, "give the list between [ and ]")
    return unknown_key(kind, tuple(path[: depth + 1]), file, line)


def _inside(kind: Kind, path: Sequence[str]) -> Inside:
    here = Inside("group", model_of(kind))
    for step in path:
        if here.form == "named" or here.model is None:
            here = Inside("group", here.model)
        else:
            here = inside(here.model.model_fields[field_of(here.model, step) or step].annotation)
    return here


def unknown_key(kind: Kind, loc: Loc, file: str, line: int | None) -> Problem:
    """The problem of a key that does not exist here: of the other kind, of a later version, or misspelt."""
    key, where = str(loc[-1]), dotted(loc)[:200]
    if kind == "study":
        return _unknown_in_a_study(key, loc, file, line)
    other = OTHER[kind]
    first = key.partition(".")[0]
    here = keys_at(model_of(kind), loc[:-1])
    if loc[0] == "phases" and len(loc) == 3 and first in keys_at(model_of(kind), ()):
        message = f'unknown key "{where}" in a {kind}; keys here are {", ".join(here)}'
        return Problem(file, line, "unknown-key", message, f"put it in set: {{{key}: ...}}")
    near = did_you_mean(key, here)
    full = _full_path(other, first) or first
    inner = f"{other}.{full}" in parameters()
    misspelt = near is not None and len(loc) > 1 and not inner  # response.team is a slip of the pen, not a world
    if _belongs_to(other, kind, first, top=len(loc) == 1) and not misspelt:
        return Problem(
            file,
            line,
            f"{other}-key-in-{kind}",
            f'"{where}" belongs in a {other} file (scenarios/{_folder(other)}/...), not in a {kind}',
            f"set it in the {other} file" + (f", or with --set {other}.{full}=..." if inner else ""),
        )
    if "." in key:
        hint: str | None = "write nested keys, each on its own line and indented, in place of dots"
    else:
        hint = near
        elsewhere = _full_path(kind, key)
        if hint is None and elsewhere is not None:
            hint = f"there is {elsewhere}"
    known = f"; keys here are {', '.join(here)}" if here else ""
    return Problem(file, line, "unknown-key", f'unknown key "{where}" in a {kind}{known}', hint)


def _unknown_in_a_study(key: str, loc: Loc, file: str, line: int | None) -> Problem:
    here = keys_at(model_of("study"), loc[:-1])
    hint = did_you_mean(key, here) or _STUDY_HINTS.get(key)
    if hint is None and key.startswith(("world.", "policy.")):
        hint = f"write factors: {{{key}: ...}}"
    return Problem(file, line, "unknown-key", f'unknown key "{dotted(loc)[:200]}" in a study; keys here are '
                   f"{', '.join(here)}", hint)  # fmt: skip


_STUDY_HINTS = dict.fromkeys(("vary", "sweep", "axes", "parameters"), 'did you mean "factors"?') | {
    "world": 'did you mean "worlds"?',
    "policy": 'did you mean "policies"?',
    "designs": 'did you mean "size"?',
    "n": 'did you mean "size"?',
}


def dotted(loc: Loc) -> str:
    """A path as text: `cost_split.recovery[1].share`."""
    text = ""
    for step in loc:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def shown(value: object) -> str:
    """A value as a reader would call it: `the text "twelve"`, `true`, `a list`, `12`."""
    match value:
        case None:
            return "empty"
        case bool():
            return "true" if value else "false"
        case str():
            return f'the text "{value[:60]}"' if value else "an empty text"
        case int() | float():
            return shown_number(value)
        case datetime.datetime():
            return "a date with a time"
        case datetime.date():
            return f"the date {value}"
        case list() | tuple():
            return "a list"
        case Mapping():
            return "a group of keys"
        case _:
            return f"a {type(value).__name__}"


def _clean(model: type[BaseModel], loc: Loc) -> Loc:
    """The path without the marks pydantic leaves for the branches of a union."""
    if loc[:1] == ("phases",) and loc[2:3] == ("set",) and len(loc) > 3:
        path = path_of(str(loc[3]))  # a key of a phase is itself a path, and what follows goes on from there
        return (*loc[:4], *_clean(model, (*path, *loc[4:]))[len(path) :])
    parts: list[str | int] = []
    here = Inside("group", model)
    for depth, step in enumerate(loc):
        if isinstance(step, int):
            parts.append(step)
        elif here.form == "named" and step != "[key]":
            parts.append(step)
            here = Inside("group", here.model)
        elif here.model is not None and (field := field_of(here.model, step)) is not None:
            parts.append(step)
            here = inside(here.model.model_fields[field].annotation)
        elif here.model is not None and depth == len(loc) - 1 and step != "[key]":
            parts.append(step)
    return tuple(parts)


def _problem(fault: ErrorDetails, kind: Kind, loc: Loc, file: str, line: int | None) -> Problem:
    if loc[:1] == ("phases",) and loc[2:3] == ("set",) and len(loc) > 3:
        return _in_a_phase(fault, kind, loc, file, line)
    what, value, of_type = dotted(loc), fault["input"], fault["type"]
    row = parameters().get(f"{kind}.{what}")

    def problem(rule: str, message: str, hint: str | None = None) -> Problem:
        return Problem(file, line, rule, message, hint)

    if of_type == "extra_forbidden":
        return unknown_key(kind, loc, file, line)
    if of_type == "missing":
        needed = _NEEDED_WORDS.get(str(loc[-1]), "")
        return problem("missing-key", f'"{what}" is missing', (needed and f"give {needed}") or None)
    if of_type == "finite_number":
        return problem("not-finite", f"{what} is {shown_number(value)}, and must be {_wanted(row, 'a finite number')}")
    if of_type == "literal_error" and (isinstance(value, str) or row is None):
        return _unknown_value(fault, row, what, problem)
    if of_type == "string_pattern_mismatch":
        return problem(
            "bad-id", f"{what} is {shown(value)}, and must be lower-case letters, digits, - or _ (at most 64)"
        )
    if of_type in _LIMIT_WORDS:
        size = (
            shown_number(value) if isinstance(value, int | float) else "too short" if "short" in of_type else "too long"
        )
        numbers = {name: told for name, told in fault["ctx"].items() if isinstance(told, int | float)}
        limits = {name: plain_number(told) for name, told in numbers.items()}
        words = _wanted(row, _LIMIT_WORDS[of_type].format(**limits))
        return problem("out-of-range", f"{what} is {size}, and must be {words}")
    if of_type in _TYPE_WORDS or of_type in ("model_type", "literal_error", "float_parsing", "model_attributes_type"):
        words = _TYPE_WORDS.get(of_type) or _NEEDED_WORDS.get(what) or _group_words(kind, loc)
        hint = _number_hint(value) if row is None or not row.choices else None
        if loc[-1:] == ("population",) and isinstance(value, float) and value * 1000 == round(value * 1000):
            hint = f"write {value * 1000:.0f}, without a point, if thousands are meant"
        if hint is None and row is not None and row.word and isinstance(value, str):
            hint = did_you_mean(value, [row.word])
        if of_type == "bool_type" and str(value).lower() in _SWITCHES:
            hint = f"write {_SWITCHES[str(value).lower()]}"
        return problem("wrong-type", f"{what or 'the file'} is {shown(value)}, and must be {_wanted(row, words)}", hint)
    message = fault["msg"]
    joint = " " if message.startswith(_VERBS) else ": "
    hint = fault.get("ctx", {}).get("hint")
    return problem(of_type.replace("_", "-"), f"{what}{joint}{message}" if what else message, hint)


def _in_a_phase(fault: ErrorDetails, kind: Kind, loc: Loc, file: str, line: int | None) -> Problem:
    """The problem of a value that a phase sets: that of the key it sets, said to be in the phase."""
    path = path_of(str(loc[3]))
    unknown = unknown_path(kind, path, file, line) if fault["type"] == "extra_forbidden" and len(loc) == 4 else None
    found = unknown or _problem(fault, kind, (*path, *loc[4:]), file, line)
    return dataclasses.replace(found, message=f"in phase {int(loc[1]) + 1}, {found.message}")


def _where(loc: Loc) -> str:
    """The place of something that has no line: `phase 2`, `grant 3`."""
    return f"{str(loc[0]).removesuffix('s')} {int(loc[1]) + 1}"


def _unknown_value(fault: ErrorDetails, row: Parameter | None, what: str, problem: Callable[..., Problem]) -> Problem:
    choices = list(row.choices) if row is not None else re.findall(r"'([^']*)'", str(fault["ctx"]["expected"]))
    value, wanted = fault["input"], listed(choices)
    if not isinstance(value, str):
        return problem("wrong-type", f"{what} is {shown(value)}, and must be {wanted}")
    return problem("unknown-value", f"{what} is {shown(value)}, and must be {wanted}", did_you_mean(value, choices))


def _wanted(row: Parameter | None, words: str) -> str:
    return row.describe_allowed() if row is not None else words


def _number_hint(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    if _GROUPED.fullmatch(value):
        digits = re.sub(r"[^0-9]", "", value)
        if value.count(",") == len(_SEPARATORS.findall(value)) == 1:
            return f"write {digits} if thousands are meant, {float(value.replace(',', '.')):.12g} if not"
        return f"write {digits}, without marks between thousands"
    pointed = value.replace(",", ".", 1)
    if not isinstance(scalar(pointed), int | float) or isinstance(scalar(pointed), bool):
        return None
    return "leave out the quotes" if pointed == value else f"write {pointed[:40]}, with a point"


def _group_words(kind: Kind, loc: Loc) -> str:
    keys = keys_at(model_of(kind), loc)
    return f"a group of the keys {', '.join(keys)}" if keys else "a group of keys"


def _belongs_to(other: Kind, kind: Kind, key: str, top: bool) -> bool:
    if top and (key == other or key in model_of(other).model_fields):
        return True
    return key in _names(other) and key not in _names(kind)


@functools.cache
def _names(kind: Kind) -> Mapping[str, str]:
    """Every key of this kind, with the first full path it has."""
    found: dict[str, str] = {}
    for path in _paths(model_of(kind), ()):
        found.setdefault(path[-1], ".".join(path))
    return found


def _full_path(kind: Kind, key: str) -> str | None:
    return _names(kind).get(key)


def _paths(model: type[BaseModel], above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    groups = {field.alias or name: inside(field.annotation) for name, field in model.model_fields.items()}
    for name in groups:
        yield (*above, name)
    for name, (form, inner) in groups.items():
        if form == "group" and inner is not None and inner.__name__ != "Words":
            yield from _paths(inner, (*above, name))


def _folder(kind: Kind) -> str:
    return {"world": "worlds", "policy": "policies", "study": "studies"}[kind]
