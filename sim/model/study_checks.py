"""What the parts of a study say about each other: keys that lead nowhere, values that no world or policy takes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pydantic_core import InitErrorDetails, PydanticCustomError

from sim.model.faults import Loc, fault
from sim.model.kpis import KPIS
from sim.model.parameter_table import parameters
from sim.model.paths import thawed
from sim.model.policy.references import ASKS_THE_REST
from sim.model.problems import InputError, Problem, did_you_mean, listed

if TYPE_CHECKING:
    from sim.model.study.factor import Factor
    from sim.model.study.study import Study

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
    from sim.model.messages import unknown_path

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
