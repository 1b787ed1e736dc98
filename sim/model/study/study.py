"""A study: worlds and policies, and what of them is moved over which values.

A factor is one key of the worlds or of the policies, written as for `--set`. A study lists cases, crosses all values of
its factors (`grid`), or draws points over their ranges (`latin_hypercube`, `sobol`). Every point is played with all
policies on the same futures; the first policy is what the others are compared with.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from sim.model.construction import Constructed
from sim.model.faults import Loc, fault, faults_of, refuse
from sim.model.groups import ID_PATTERN, Kind, Text, Title
from sim.model.kpis import KPIS
from sim.model.messages import changed, unknown_path
from sim.model.parameter_table import parameters
from sim.model.paths import frozen, thawed
from sim.model.policy.policy import Policy
from sim.model.policy.references import ASKS_THE_REST
from sim.model.problems import InputError, Problem, did_you_mean, listed
from sim.model.study.factor import Factor, Replications, _fixed, _listed_values
from sim.model.world.world import World

Design = Literal["cases", "grid", "latin_hypercube", "sobol"]
SAMPLED = ("latin_hypercube", "sobol")
MOST_DESIGNS = 1_000_000
SCOPES = ("world", "policy")


class Study(Constructed):
    """Worlds and policies, the factors that are moved, and how.

    `baseline` is a policy that the factors of policies leave alone; without it the first of `policies` is compared
    with, and moves like the others. `size` is the number of points of a Latin hypercube, or of the base sample of
    Sobol's scheme, which plays size x (factors + 2).
    """

    KIND: ClassVar[Kind] = "study"
    SHOWN: ClassVar[tuple[str, ...]] = ("design", "worlds", "policies")

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


# ---- what its parts say about each other -----------------------------------------------------------------------------


UNREAD = "?"
"""What the id of a scenario that could not be read begins with, and no other: of it only values alone are judged."""


def without(data: Mapping[str, Any], broken: Iterable[tuple[int | str, ...]]) -> dict[str, Any]:
    """The data of a study without its factors, cases and keys that are broken; those at these places."""
    kept = dict(data)
    for loc in broken:
        name = str(loc[0]) if loc else ""
        inside = kept.get(name)
        if name == "factors" and isinstance(inside, Mapping) and len(loc) > 1:
            kept[name] = {key: one for key, one in inside.items() if key != loc[1]}
        elif name not in ("worlds", "policies"):
            kept.pop(name, None)
    return kept


def study_faults(study: Study | None, data: Mapping[str, Any], whole: bool = True) -> list[InitErrorDetails]:
    """Every fault between the parts. Of a study of which only a part is sound (not `whole`), those of that part; with
    none at all (None), those of the keys of its factors.
    """
    faults = list(_unknown_keys(data))
    if study is None:
        return faults
    faults += [*_of_outcomes(study), *_of_names(study), *(_of_design(study) if whole else ())]
    wrong = {one["loc"][:2] for one in faults}
    for key, factor in study.factors.items():
        if ("factors", key) not in wrong:
            faults += _of_factor(study, key, factor)
    for number, case in enumerate(study.cases):
        if ("cases", number) not in wrong:
            faults += _refused(study, case, ("cases", number))
    return faults


def overruled(study: Study, settings: Iterable[str]) -> list[Problem]:
    """Settings that would do nothing, because the study gives the same key another value in all of its designs.

    The baseline of a study keeps its settings: factors of policies leave it alone.
    """
    problems = []
    for key in (setting.partition("=")[0].strip() for setting in settings):
        moved = key in study.spread or (bool(study.cases) and all(key in case for case in study.cases))
        if key == "world.years" and study.years is not None:
            message = f"{key} is set, and the study says years: {study.years} itself"
            problems.append(Problem("--set", None, "duplicate-key", message, "give --years in place of it"))
        elif moved and (key.startswith("world.") or study.baseline is None):
            message = f"{key} is set, and the study moves it"
            problems.append(Problem("--set", None, "duplicate-key", message, "change it in the study"))
    return problems


def _unknown_keys(data: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
    """Keys of factors and cases that are none of a world or a policy."""
    factors, cases = data.get("factors"), data.get("cases")
    places: list[tuple[Loc, object, bool]] = []
    if isinstance(factors, Mapping):
        places += [(("factors", str(key)), factor, True) for key, factor in factors.items()]
    for number, case in enumerate(cases if isinstance(cases, list | tuple) else ()):
        places += [(("cases", number, str(key)), None, False) for key in (case if isinstance(case, Mapping) else ())]
    for loc, factor, is_factor in places:
        if (problem := _key_problem(str(loc[-1]), factor if is_factor else None)) is not None:
            yield fault(problem.rule, loc, f"leads nowhere: {problem.message}", loc[-1], hint=problem.hint)


def _key_problem(key: str, factor: object) -> Problem | None:
    scope, _, path = key.partition(".")
    asked = getattr(factor, "from_spec", None) or (isinstance(factor, Mapping) and factor.get("from_spec") is True)
    if asked and any(name.startswith(f"{key}.") and row.low is not None for name, row in parameters().items()):
        return None
    if scope in ("world", "policy") and path:
        wrong = unknown_path("world" if scope == "world" else "policy", path.split("."), "", None)
        if wrong is None and asked and (key not in parameters() or parameters()[key].low is None):
            return Problem("", None, "no-range", "the parameter table has no range for it", "give low and high")
        return wrong
    known = list(parameters())
    ends = [name for name in known if name.endswith(f".{key}")]
    hint = f'did you mean "{ends[0]}"?' if len(ends) == 1 else did_you_mean(key, known)
    return Problem("", None, "unknown-key", 'a key begins with "world." or "policy."', hint)


def _of_outcomes(study: Study) -> Iterator[InitErrorDetails]:
    seen: set[str] = set()
    for number, name in enumerate(study.outcomes):
        again = name in seen
        seen.add(name)
        if name not in KPIS:
            yield _no_outcome(name, ("outcomes", number))
        elif again:
            yield fault("duplicate-id", ("outcomes", number), "stands twice", name)
    wanted = study.replications
    if wanted.half_width is not None:
        if wanted.outcome not in KPIS:
            yield _no_outcome(wanted.outcome, ("replications", "outcome"))
        if len(study.played) < 2:
            message = "asks for the precision of a difference, and there is one policy only"
            yield fault("one-policy", ("replications", "half_width"), message)


def _no_outcome(name: str, loc: Loc) -> InitErrorDetails:
    message = f'is "{name[:80]}", and must be one of {", ".join(KPIS)}'
    return fault("unknown-value", loc, message, name, hint=did_you_mean(name, KPIS))


def _of_names(study: Study) -> Iterator[InitErrorDetails]:
    for what, scenarios in (("worlds", study.worlds), ("policies", study.played)):
        seen: set[str] = set()
        for number, name in enumerate([one.id for one in scenarios]):
            if name not in seen:
                seen.add(name)
            else:
                place = number - (what == "policies" and study.baseline is not None)
                yield fault("duplicate-id", (what, place), f'"{name}" is named twice', name)


def _of_design(study: Study) -> Iterator[InitErrorDetails]:
    design, size = study.design, study.size
    sampled = design in ("latin_hypercube", "sobol")
    if design == "cases":
        if study.factors:
            message = "are given, and the design is cases; "
            yield fault("not-used", ("factors",), message + "name another design, or give cases")
    elif not study.factors:
        yield fault("missing-key", ("design",), f"is {design}, and there are no factors to move")
    if study.cases and design != "cases":
        yield fault("not-used", ("cases",), f"are given, and the design is {design}", hint="write design: cases")
    if sampled and size is None:
        yield fault("missing-key", ("design",), f"is {design}, and needs a size", hint="size: 256")
    if not sampled and size is not None:
        yield fault("not-used", ("size",), f"is given, and the design is {design}, which has a size of its own", size)
    if design == "sobol" and size is not None and size & (size - 1):
        near = 2 ** round(math.log2(size))
        yield fault("out-of-range", ("size",), "must be a power of two for sobol", size, hint=f"write {near}")
    count = _count(study)
    if count > 1_000_000:
        yield fault("out-of-range", ("factors",), f"make {count:,} designs, and a study may have 1,000,000")


def _count(study: Study) -> int:
    from sim.model.study.factor import is_whole

    if any(_key_problem(key, factor) is not None for key, factor in study.factors.items()):
        return 0
    factors = study.spread
    if study.design == "grid":
        return len(study.worlds) * math.prod(len(one.listed(is_whole(key))) for key, one in factors.items())
    if study.design == "cases":
        return len(study.worlds) * max(1, len(study.cases))
    return len(study.worlds) * (study.size or 1) * (len(factors) + 2 if study.design == "sobol" else 1)


def _of_factor(study: Study, key: str, factor: Factor) -> list[InitErrorDetails]:
    """What worlds or policies say of the values of a factor, each on its own; of a range, of its ends."""
    row = parameters().get(key)
    if factor.from_spec:
        return list(_over_spec(key, factor))
    if factor.is_range:
        if row is not None and row.choices:
            return [fault("wrong-type", ("factors", key), f"has a range, and must be {listed(list(row.choices))}")]
        numbers = [int(end) if end.is_integer() else end for end in factor.ends]
        ends: list[tuple[Loc, Any]] = [(("factors", key, "low"), numbers[0]), (("factors", key, "high"), numbers[1])]
    else:
        names = factor.levels or {}
        places: list[Any] = list(names) if names else list(range(len(factor.values or ())))
        ends = [
            (("factors", key, "levels" if names else "values", place), value)
            for place, value in zip(places, factor.listed(), strict=True)
        ]
    return [one for loc, value in ends for one in _refused(study, {key: value}, loc)]


def _over_spec(key: str, factor: Factor) -> Iterator[InitErrorDetails]:
    """What is wrong with a distribution over a range of the parameter table; of a group, over the first one of them."""
    for name, row in parameters().items():
        if row.low is not None and (name == key or name.startswith(f"{key}.")):
            if name == key and factor.distribution == "loguniform" and row.low <= 0:
                yield fault("not-positive", ("factors", key), "is loguniform, and low must be above 0", row.low)
                return
            try:
                factor.over(name).check_ends()
            except PydanticCustomError as error:
                message = error.message() if name == key else f"{error.message()} ({name})"
                yield fault(error.type, ("factors", key), message)
                return


def _refused(study: Study, values: Mapping[str, Any], loc: Loc) -> list[InitErrorDetails]:
    """What the worlds or the policies say of values set together; each thing once."""
    faults: dict[str, InitErrorDetails] = {}
    for scope, scenarios in (("world", study.worlds), ("policy", study.policies)):
        mine = {key: thawed(value) for key, value in values.items() if key.startswith(f"{scope}.")}
        for scenario in {id(one): one for one in scenarios}.values() if mine else ():
            is_read = not scenario.id.startswith(UNREAD)
            try:
                (scenario if is_read else scenario.model_copy(update={"id": "unread"})).with_values(mine)
            except InputError as error:
                for problem in error.problems:
                    if not is_read and problem.rule in ASKS_THE_REST:
                        continue
                    message = f"cannot be so: {problem.message}"
                    faults.setdefault(message, fault(problem.rule, loc, message, hint=problem.hint))
    return list(faults.values())
