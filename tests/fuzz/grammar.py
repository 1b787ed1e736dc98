"""What a user may write, drawn from the model itself.

Keys, kinds, ranges and choices come from the pydantic models and from the table of parameters, so that a new parameter
or field is tried without a word here. Only what several values must agree on stands in `scenarios.py`.
"""

from __future__ import annotations

import datetime
import functools
import types
import typing
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from sim.model.groups import ID_PATTERN, Euros, EurosEach, Group, Id, Share, Text
from sim.model.parameter_table import Parameter, parameters
from sim.model.paths import keys_of
from sim.model.problems import unnamed

Drawn = st.SearchStrategy[Any]

IDS = st.from_regex(ID_PATTERN, fullmatch=True)
SHARES = st.one_of(st.sampled_from([0, 1, 0.5, 1 / 3, 0.000001, 0.999999]), st.floats(0, 1))
EUROS = st.one_of(st.sampled_from([0, 0.01, 1, 500, 4_000, 20_000, 1e6, 1e12]), st.floats(0, 1e6))
EUROS_EACH = st.one_of(st.sampled_from([0, 0.01, 1, 4.5, 1e6]), st.floats(0, 100))
TITLES = st.one_of(
    st.sampled_from(["Proef", "a: b", "ja", "2020", "# geen", "Één 'test'", '"x"', "- 1", "x" * 4000, "null", "~"]),
    st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=30).filter(
        lambda text: unnamed(text) is None
    ),
)
LOCAL_DAYS = ((1, 1), (1, 2), (2, 28), (2, 29), (3, 1), (6, 30), (12, 30), (12, 31))
"""Where calendars go wrong: the ends of a year and of February."""


def days(first: int, last: int) -> st.SearchStrategy[datetime.date]:
    """Dates of these years and one on each side, most often those of LOCAL_DAYS."""

    def day(year: int, month_and_day: tuple[int, int]) -> datetime.date:
        try:
            return datetime.date(year, *month_and_day)
        except ValueError:  # 29 February of an ordinary year
            return datetime.date(year, 3, 1)

    odd = st.builds(day, st.integers(first - 1, last + 1), st.sampled_from(LOCAL_DAYS))
    return st.one_of(odd, odd, st.dates(datetime.date(first, 1, 1), datetime.date(last, 12, 31)))


def of_row(row: Parameter, limits: Mapping[str, tuple[float, float]] = types.MappingProxyType({})) -> Drawn:
    """Values of a row of the table: both ends, the usual ones, the off value, its word, and anything between."""
    if row.kind in ("choice", "switch"):
        return st.sampled_from(row.choices)
    assert row.allowed is not None
    low, high = limits.get(row.key, row.allowed)
    known = [one for one in (row.value, row.low, row.high, row.off, low, high) if one is not None]
    known = [one for one in known if isinstance(one, str) or low <= one <= high]
    if row.whole:
        whole = [one if isinstance(one, str) else int(one) for one in known]
        return st.one_of(st.sampled_from(whole), st.integers(int(low), int(high)))
    return st.one_of(st.sampled_from(known), st.floats(low, high))


KINDS: list[tuple[object, Drawn]] = [
    (Share, SHARES),
    (Euros, EUROS),
    (EurosEach, EUROS_EACH),
    (Id, IDS),
    (Text, TITLES),
    (bool, st.booleans()),
    (datetime.date, days(2019, 2024)),
]
"""What the kinds of fields hold that are no row of the table."""


def of_field(model: type[Group], name: str) -> Drawn:
    """Values of a field of a group; TypeError for a kind of field that nothing is known of."""
    field = model.model_fields[name]
    extra = field.json_schema_extra
    if isinstance(extra, dict) and "key" in extra:
        return of_row(parameters()[str(extra["key"])])
    low, high = (next((getattr(one, end) for one in field.metadata if hasattr(one, end)), None) for end in ("ge", "le"))
    hint = _hints(model)[name]
    if low is not None and high is not None and hint not in [kind for kind, _ in KINDS]:
        return st.one_of(st.sampled_from([low, high]), st.floats(low, high))
    return _of_hint(hint, f"{model.__name__}.{name}")


@functools.cache
def _hints(model: type[Group]) -> dict[str, Any]:
    return typing.get_type_hints(model, include_extras=True)


def _of_hint(hint: Any, what: str) -> Drawn:
    for kind, drawn in KINDS:
        if hint == kind:
            return drawn
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return _of_hint(inside[0], what)
    if origin is typing.Literal:
        return st.sampled_from(inside)
    if origin in (typing.Union, types.UnionType):
        if float in inside:  # bounds stand beside the field, and are read in of_field
            return st.floats(0, 1)
        return st.one_of([_of_hint(one, what) for one in inside if one is not type(None)])
    if origin is tuple:
        return st.lists(_of_hint(inside[0], what), min_size=1, max_size=3, unique=True)
    if isinstance(hint, type) and issubclass(hint, Group):
        return group(hint)
    raise TypeError(f"the grammar knows no values for {what}: {hint}")


@st.composite
def group(draw: st.DrawFn, model: type[Group], most: int = 4, **known: Drawn | None) -> dict[str, Any]:
    """A group as a user writes it: the fields that are needed, and some of the others.

    `known` holds what is drawn for a field in place of anything that it takes; None leaves the field out.
    """
    fields = {name: field for name, field in model.model_fields.items() if name not in known or known[name] is not None}
    free = [name for name, field in fields.items() if not field.is_required()]
    some = draw(st.lists(st.sampled_from(free), unique=True, max_size=most)) if free else []
    values = {}
    for name, field in fields.items():
        if field.is_required() or name in some:
            drawn = known.get(name)
            values[field.alias or name] = draw(of_field(model, name) if drawn is None else drawn)
    return values


@st.composite
def parts(draw: st.DrawFn, count: int) -> list[float]:
    """So many shares that sum to one, some of them often nothing."""
    weights = draw(st.lists(st.integers(0, 20), min_size=count, max_size=count))
    total = sum(weights)
    return [weight / total for weight in weights] if total else [1.0, *[0.0] * (count - 1)]


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted keys as groups inside groups."""
    tree: dict[str, Any] = {}
    for key, value in values.items():
        *above, last = key.split(".")
        spot = tree
        for step in above:
            spot = spot.setdefault(step, {})
        spot[last] = value
    return tree


def every_key(*models: type[Group]) -> list[str]:
    """All names of fields of some groups, and the last part of every key of the table."""
    names = {key for model in models for key in keys_of(model)}
    return sorted(names | {key.rpartition(".")[2] for key in parameters()})
