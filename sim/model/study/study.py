"""A study: worlds and policies, and what of them is moved over which values.

A factor is one key of the worlds or of the policies, written as for `--set`. A study lists cases, crosses all values of
its factors (`grid`), or draws points over their ranges (`latin_hypercube`, `sobol`). Every point is played with all
policies on the same futures; the first policy is what the others are compared with.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails

from sim.model.faults import faults_of, refuse
from sim.model.groups import ID_PATTERN, Group, Text, Title
from sim.model.kpis import KPIS
from sim.model.parameter_table import parameters
from sim.model.paths import frozen
from sim.model.policy.policy import Policy
from sim.model.study.factor import Factor, Replications, _fixed, _listed_values
from sim.model.world.world import World

Design = Literal["cases", "grid", "latin_hypercube", "sobol"]
SAMPLED = ("latin_hypercube", "sobol")
MOST_DESIGNS = 1_000_000
SCOPES = ("world", "policy")


class Study(Group):
    """Worlds and policies, the factors that are moved, and how.

    `baseline` is a policy that the factors of policies leave alone; without it the first of `policies` is compared
    with, and moves like the others. `size` is the number of points of a Latin hypercube, or of the base sample of
    Sobol's scheme, which plays size x (factors + 2).
    """

    id: str = Field(pattern=ID_PATTERN)
    title: Title
    description: Text | None = None
    reference: Text | None = None
    worlds: tuple[World, ...] = Field(min_length=1)
    policies: tuple[Policy, ...] = Field(min_length=1)
    baseline: Policy | None = None
    design: Design = "cases"
    size: int | None = Field(default=None, ge=1, le=MOST_DESIGNS)
    factors: Annotated[Mapping[str, Annotated[Factor, BeforeValidator(_listed_values)]], AfterValidator(frozen)] = (
        frozen({})
    )
    cases: Annotated[tuple[Mapping[str, Any], ...], AfterValidator(frozen)] = ()
    replications: Annotated[Replications, BeforeValidator(_fixed)] = Replications(at_least=50, at_most=50)
    outcomes: tuple[str, ...] = Field(default=tuple(KPIS), min_length=1)
    years: int | None = Field(default=None, ge=1, le=50)
    seed: int = Field(default=2026, ge=0, le=2**63 - 1)

    @field_validator("worlds", "policies", "cases", "outcomes", mode="before")
    @classmethod
    def _as_tuple(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="wrap")
    @classmethod
    def _as_a_whole(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Judge the form, and what the parts say about each other, all in one pass."""
        from sim.model.study_checks import study_faults, without  # it knows this module

        if not isinstance(data, Mapping):
            return handler(data)
        faults: list[InitErrorDetails] = []
        study = None
        try:
            study = handler(data)
        except ValidationError as error:
            faults = faults_of(error)
            with contextlib.suppress(ValidationError):  # what is sound is still judged
                study = handler(without(data, [one["loc"] for one in faults]))
        told = {tuple(one["loc"]) for one in faults}
        later = study_faults(study, data, whole=not faults)
        faults += [one for one in later if not any(tuple(one["loc"])[: len(loc)] == loc for loc in told)]
        refuse(cls.__name__, faults)
        assert study is not None
        return study

    @property
    def played(self) -> tuple[Policy, ...]:
        """The policies that every design plays, the baseline first."""
        return self.policies if self.baseline is None else (self.baseline, *self.policies)

    @cached_property
    def spread(self) -> Mapping[str, Factor]:
        """The factors key by key: groups are opened, ranges of the parameter table written out; worlds first."""
        found = dict(_opened(self.factors, self.policies))
        return {key: found[key] for scope in SCOPES for key in found if key.startswith(f"{scope}.")}

    @cached_property
    def digest(self) -> str:
        """What tells this study from any other, whatever its titles: 16 hexadecimal digits."""
        plain = self.model_dump(mode="json", by_alias=True, exclude=_WORDS)
        for scenario in [*plain["worlds"], *plain["policies"], plain["baseline"] or {}]:
            for name in (*_WORDS, "based_on"):
                scenario.pop(name, None)
        text = json.dumps(plain, sort_keys=True, ensure_ascii=False, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def with_values(self, values: Mapping[str, Any]) -> Study:
        """A validated copy with these keys changed: `size`, `replications`, `years`, `seed`; InputError otherwise."""
        from sim.model.messages import changed

        return changed(self, "study", values)


_WORDS = {"title", "description", "reference"}


def _opened(factors: Mapping[str, Factor], policies: tuple[Policy, ...]) -> Iterator[tuple[str, Factor]]:
    """The factors of a study, where `world.threat: {from_spec: true}` stands for all below it that have a range.

    What a policy does not have (a fund, insurance) is not made by opening a group.
    """
    for key, factor in factors.items():
        row = parameters().get(key)
        if not factor.from_spec:
            yield key, factor
        elif row is not None:
            yield key, factor.over(key)
        else:
            for name, inner in parameters().items():
                if name.startswith(f"{key}.") and inner.low is not None and name not in factors:
                    absent = inner.scope == "policy" and any(one.get_value(inner.path) is None for one in policies)
                    if not absent:
                        yield name, factor.over(name)
