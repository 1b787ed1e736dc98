"""The parameter table is complete, sound, and the only place where a default stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest
from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML

from sim.model.groups import Group
from sim.model.parameter_table import _TABLE, Parameter, _read, parameters
from sim.model.paths import inside, model_in
from sim.model.policy.policy import CostSplit, Policy
from sim.model.world.municipalities import DATA
from sim.model.world.world import World

NOT_PARAMETERS = {"id", "title", "description", "reference", "based_on", "start", "from_"}


def leaves(model: type[BaseModel], above: str) -> Iterator[tuple[str, object, object]]:
    """Every field that is no group: its full key, its annotation and its default."""
    for name, field in model.model_fields.items():
        form, inner = inside(field.annotation)
        if form in ("list", "named") or inner is CostSplit or name in NOT_PARAMETERS:
            continue
        if inner is not None and issubclass(inner, Group):
            yield from leaves(inner, f"{above}.{name}")
        else:
            yield f"{above}.{name}", field.annotation, field.default


FIELDS = {
    key: (annotation, default) for key, annotation, default in [*leaves(World, "world"), *leaves(Policy, "policy")]
}


def test_every_parameter_is_a_field_and_every_field_a_parameter() -> None:
    assert set(parameters()) == set(FIELDS)


@pytest.mark.parametrize("row", parameters().values(), ids=lambda row: row.key)
def test_a_parameter_is_fully_described(row: Parameter) -> None:
    assert row.unit
    assert row.grade in "ABCDRX"
    assert row.source
    assert set(row.label) == set(row.help) == {"nl", "en"}
    assert all([*row.label.values(), *row.help.values()])
    assert row.choices or row.allowed
    if row.is_assumption:
        assert row.source.startswith("Assumption")
    else:
        assert row.sources or "S" in row.source


@pytest.mark.parametrize("row", parameters().values(), ids=lambda row: row.key)
def test_value_range_and_off_value_agree(row: Parameter) -> None:
    if row.choices:
        assert row.value in row.choices
        assert row.off is None or row.off in row.choices
        return
    assert row.allowed is not None
    low, high = row.allowed
    if row.low is not None and row.high is not None:
        assert low <= row.low <= float(row.value) <= row.high <= high
    assert low <= float(row.value) <= high
    if row.off is not None and row.word is None:
        assert low <= float(row.off) <= high


@pytest.mark.parametrize(("key", "field"), FIELDS.items())
def test_a_field_takes_what_the_table_says(key: str, field: tuple[object, object]) -> None:
    row, (annotation, default) = parameters()[key], field
    assert default == row.value
    if row.kind == "switch":
        assert (annotation, row.choices) == (bool, (False, True))
    elif row.choices:
        assert set(get_args(annotation)) == set(row.choices)
    else:
        assert (int if row.whole else float) in (annotation, *get_args(annotation))


def test_bounds_of_the_table_are_the_bounds_of_the_models() -> None:
    for row in parameters().values():
        if row.allowed is None:
            continue
        model: type[BaseModel] | None = World if row.scope == "world" else Policy
        *groups, name = row.path.split(".")
        for group in groups:
            assert model is not None
            model = model_in(model.model_fields[group].annotation)
        assert model is not None
        if model in (World, Policy):
            continue
        with pytest.raises(ValidationError):
            model.model_validate({name: row.allowed[1] + 1})
        with pytest.raises(ValidationError):
            model.model_validate({name: row.allowed[0] - 1})


def test_the_short_reader_reads_what_ruamel_reads() -> None:
    assert _read(_TABLE.read_text(encoding="utf-8")) == YAML(typ="safe", pure=True).load(_TABLE)


def test_the_short_reader_names_the_line_it_cannot_read() -> None:
    with pytest.raises(ValueError, match=r"parameters\.yaml:3: expected"):
        _read("a:\n  b: 1\n      c: 2\n")


def test_every_source_is_listed_and_every_listed_source_is_used() -> None:
    listed = YAML(typ="safe", pure=True).load(DATA / "sources.yaml")
    used = {source for row in parameters().values() for source in row.sources}
    assert used == set(listed)
    assert all(entry["title"] and entry["address"] and entry["read"] for entry in listed.values())


def test_shares_that_belong_together_sum_to_one() -> None:
    for end, start in ((".mix", "world.measures."), (".weight", "world.services."), ("", "policy.prevention.mix.")):
        shares = [float(row.value) for key, row in parameters().items() if key.startswith(start) and key.endswith(end)]
        assert sum(shares) == pytest.approx(1)
