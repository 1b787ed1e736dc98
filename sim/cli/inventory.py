"""What there is: files that are checked, numbers that can be set, and the scenarios that come with Weerbaar."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli.options import JsonTarget, Kind, Language, SpokenAlone, guarded
from sim.cli.targets import check_target, write_json
from sim.model.problems import InputError, Problem, did_you_mean


@guarded
def validate(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Worlds, policies, studies, or folders of them.")],
) -> None:
    """Check files: every problem at once, with its line, the rule and the nearest valid name."""
    from sim.model.files.folders import scenario_files
    from sim.model.files.load import validate as problems_of

    problems = problems_of(files)
    for problem in problems:
        print(problem if problem.severity == "error" else f"Note: {problem}")
    errors = sum(problem.severity == "error" for problem in problems)
    notes = len(problems) - errors
    folders = [scenario_files(Path(name)) for name in files if os.path.isdir(name)]
    inside = sum(len(one.files) for one in folders) + len(files) - len(folders)
    passed = sum(one.left_out for one in folders)
    left_out = f" ({passed} folder{'s' if passed > 1 else ''} left out: stores of studies, or hidden)" if passed else ""
    count = "1 file" if inside == 1 else f"{inside} files"
    if errors:
        print(f"{count}, {errors} problem{'s' if errors > 1 else ''}{left_out}")
        raise typer.Exit(2)
    print(f"{count}, no problems" + (f", {notes} note{'s' if notes > 1 else ''}" if notes else "") + left_out)


@guarded
def parameters(
    keys: Annotated[
        list[str] | None, typer.Argument(metavar="KEY", help="Keys, or groups such as world.threat; default: all.")
    ] = None,
    json: JsonTarget = None,
) -> None:
    """Every number that can be set: value, range, unit, grade of evidence and source."""
    from sim.cli.terminal import parameters_json, show_parameters
    from sim.model.parameter_table import parameters as table

    check_target("--json", json)
    known = table()
    chosen, problems = [], []
    for key in keys or ["world", "policy"]:
        found = [row for name, row in known.items() if name == key or name.startswith(f"{key.rstrip('.')}.")]
        chosen += [row for row in found if row not in chosen]
        if not found:
            problems.append(Problem("", None, "unknown-key", f'there is no parameter "{key[:80]}"', _near(key, known)))
    if problems:
        raise InputError(problems)
    if json is not None:
        write_json(json, parameters_json(chosen))
    else:
        show_parameters(chosen)


def _near(key: str, known: Any) -> str | None:
    ends = [name for name in known if name.endswith(f".{key}")]
    return f'did you mean "{ends[0]}"?' if ends else did_you_mean(key, known)


@guarded
def list_(
    kind: Annotated[Kind | None, typer.Argument(help="Of what; default: all.", show_default=False)] = None,
    json: JsonTarget = None,
    lang: SpokenAlone = None,
) -> None:
    """The worlds, the policies and the studies that come with Weerbaar."""
    from sim.model.files.load import scenarios

    check_target("--json", json)
    chosen = [kind] if kind is not None else list(Kind)
    found = {one.value: scenarios(one.value) for one in chosen}
    if json is not None:
        plain = {
            name: [{"id": row.id, "title": {"nl": row.title.nl, "en": row.title.en}} for row in rows]
            for name, rows in found.items()
        }
        write_json(json, plain if kind is None else plain[kind.value])
        return
    width = max(len(row.id) for rows in found.values() for row in rows)
    for name, rows in found.items():
        if kind is None:
            print(f"{name}:")
        for row in rows:
            print(f"{row.id:<{width}}  {row.title[(lang or Language.en).value]}")
