"""The two engines mirror each other: a file that both have holds the same steps under the same names.

A name has its namesake in the same file of the other engine, or in one that the other engine alone has. Those that have
none are listed with the reason; the reference engine waits where the compiled one is called by an event.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import sim.engines
from sim.engines import events as ev

ENGINES = Path(sim.engines.__file__).parent
SHARED = ("break_ins", "budgets", "grants", "losses", "payments", "pots", "response", "town")
"""The files that both engines have."""
ALONE = {
    "reference": {
        "a process that waits from event to event; the loop calls the steps of the compiled engine": (
            "break_ins.incident", "losses.cut_off", "losses.without_service", "losses.end_wave", "response.release",
        ),
        "a process that walks through a tape; the loop does so for all at once": (
            "break_ins.attacks", "losses.frauds", "losses.waves", "losses.suppliers",
        ),
        "a process that draws attempt after attempt; `next_follow_up` draws one": ("break_ins.aftermath",),
        "a method of a small class; the compiled engine reads and writes the array in place": (
            "grants.add", "town.move", "town.head_for",
        ),
        "what a stage of the policy is; the compiled engine reads it from the record of the stage": (
            "payments.begin", "response.staff", "town.build_minutes", "losses.customers",
        ),
        "a line or two within another step of the compiled engine": (
            "break_ins.systems_hit", "budgets.levies", "grants.joins_at", "payments.limit", "pots.close",
        ),
    },
    "compiled": {
        "what a process does by waiting": (
            "break_ins.push_incident", "budgets.begin_future", "losses.end_outage", "response.lose_patience",
        ),
        "the queue, which SimPy keeps for the reference engine": (
            "response.goes_before", "response.leave_queue", "response.serve_queue",
        ),
        "only there to be fast: it decides without working out, or works out once": (
            "break_ins.withstood", "break_ins.gets_in", "break_ins.next_follow_up", "budgets.spends_as_before",
            "town.bound", "town.gaps_left",
        ),
        "a part of `post` that most layers do not need; the reference engine has it in one piece": (
            "payments.ask", "payments.bear", "payments.denied",
        ),
        "what a list of Python does": ("payments.write_posting", "pots.drop_paid_claims"),
    },
}  # fmt: skip
"""The names without a namesake, by the reason."""


def names(engine: str, file: str) -> set[str]:
    """Return the public functions and methods of a file of an engine."""
    tree = ast.parse((ENGINES / engine / f"{file}.py").read_text(encoding="utf-8"))
    bodies = [tree.body, *(node.body for node in tree.body if isinstance(node, ast.ClassDef))]
    return {
        node.name for body in bodies for node in body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }  # fmt: skip


def files(engine: str) -> set[str]:
    """Return the files of an engine."""
    return {path.stem for path in (ENGINES / engine).glob("*.py") if path.stem != "__init__"}


def without_namesake(engine: str, other: str) -> list[str]:
    """Return the public names of the shared files of an engine that the other one does not have, with their file."""
    elsewhere = set().union(*(names(other, file) for file in files(other) - set(SHARED)))
    return sorted(f"{file}.{name}" for file in SHARED for name in names(engine, file) - names(other, file) - elsewhere)


def test_both_engines_have_the_same_files_where_both_have_the_thing() -> None:
    assert files("reference") & files("compiled") == set(SHARED)


@pytest.mark.parametrize(("engine", "other"), [("reference", "compiled"), ("compiled", "reference")])
def test_every_step_has_its_namesake_or_a_reason(engine: str, other: str) -> None:
    assert without_namesake(engine, other) == sorted(name for listed in ALONE[engine].values() for name in listed)


def test_most_steps_have_their_namesake() -> None:
    both = sum(len(names("reference", file) & names("compiled", file)) for file in SHARED)
    assert both > sum(len(listed) for reasons in ALONE.values() for listed in reasons.values())


def test_a_step_that_only_one_engine_has_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for engine in ("reference", "compiled"):
        (tmp_path / engine).mkdir()
        for file in SHARED:
            (tmp_path / engine / f"{file}.py").write_text("def same() -> None: ...\n", encoding="utf-8")
    (tmp_path / "reference" / "clock.py").write_text("def anywhere(): ...\n", encoding="utf-8")
    (tmp_path / "compiled" / "pots.py").write_text("def anywhere(): ...\ndef alone(): ...\n", encoding="utf-8")
    monkeypatch.setattr(f"{__name__}.ENGINES", tmp_path)
    assert without_namesake("compiled", "reference") == ["pots.alone"]
    assert without_namesake("reference", "compiled") == ["pots.same"]


# ---- columns by name -----------------------------------------------------------------------------------------------


def written_on(record: str, function: str) -> set[str]:
    """Return the fields that a function of the loop writes on a record."""
    tree = ast.parse((ENGINES / "compiled" / "loop.py").read_text(encoding="utf-8"))
    body = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == function)
    return {
        node.attr for node in ast.walk(body)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name) and node.value.id == record
    }  # fmt: skip


def test_the_compiled_engine_counts_all_that_is_counted() -> None:
    assert written_on("counts", "count_up") == set(ev.COUNTS.names or ())
