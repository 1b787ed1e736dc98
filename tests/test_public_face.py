"""What who writes `import sim` meets: names, types, reprs that one can read, and errors that say what to do."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import sim

SCRIPT = """
import sim

world = sim.load_world("one-town").with_values({"threat.attempts": 24})
policies = [sim.load_policy("status-quo-2020"), sim.load_policy("fifty-fifty")]
result: sim.Comparison = sim.compare(world, policies, replications=5, years=2)
mean: float = result.estimate("fifty-fifty", "cash_cost_eur").mean
for problem in sim.validate(["my-policy.yaml"]):
    line: int | None = problem.line
future: sim.Future = sim.simulate(world, policies[0], replication=3)
story: str = sim.explain(world, policies[0], municipality="Dee").text("en")
"""
WRONG = """
import sim

result = sim.compare("one-town", [sim.load_policy("status-quo-2020")])
result.estimat("status-quo-2020", "cash_cost_eur")
"""


@pytest.fixture(scope="module")
def policies() -> list[sim.Policy]:
    return [sim.load_policy("status-quo-2020"), sim.load_policy("fifty-fifty")]


@pytest.fixture(scope="module")
def result(policies: list[sim.Policy]) -> sim.Comparison:
    return sim.compare(sim.load_world("one-town"), policies, replications=3, years=2, engine="reference")


# ---- names and types -----------------------------------------------------------------------------------------------


def test_dir_lists_the_public_names_before_any_of_them_is_used() -> None:
    code = "import sim; print(*[name for name in dir(sim) if not name.startswith('_')])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert set(shown.split()) == set(sim.__all__) - {"__version__"}


def typed(script: str, folder: Path) -> tuple[str, int]:
    """Return what mypy --strict says about a script of a user, and its exit code; without the project's settings."""
    from mypy import api

    path = folder / "script.py"
    path.write_text(script, encoding="utf-8")
    options = ["--strict", "--config-file", os.devnull, "--cache-dir", str(folder / "cache"), "--follow-imports=silent"]
    said, _, code = api.run([*options, str(path)])
    return said, code


def test_a_script_of_a_user_is_type_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is right passes, what is wrong is named: so the types are found, and are not all Any."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MYPYPATH", str(Path(sim.__file__).parents[1]))
    assert typed(SCRIPT, tmp_path) == ("Success: no issues found in 1 source file\n", 0)
    said, code = typed(WRONG, tmp_path)
    assert code == 1
    assert "[arg-type]" in said
    assert "[attr-defined]" in said


# ---- reprs ---------------------------------------------------------------------------------------------------------


def test_a_comparison_shows_itself_in_a_few_lines(result: sim.Comparison) -> None:
    head, *lines = repr(result).splitlines()
    assert head == "Comparison: 2 policies in one-town, 3 futures of 2 years, seed 2026"
    assert [line.split()[0] for line in lines] == ["status-quo-2020", "fifty-fifty"]
    low, high = (sim.load_world, result.estimate("fifty-fifty", "cash_cost_eur"))[1].ci95
    assert low < high
    assert all("€" in line and " to " in line for line in lines)


def test_a_comparison_of_many_policies_shows_the_first(result: sim.Comparison) -> None:
    many = replace(result, policies=result.policies * 8, futures_of=result.futures_of * 8)
    assert repr(many).splitlines()[-1] == "  and 6 more: kpis() has all"
    assert len(repr(many).splitlines()) == 12


def test_one_future_has_no_interval(policies: list[sim.Policy]) -> None:
    one = sim.compare(sim.load_world("one-town"), policies[:1], replications=1, years=1, engine="reference")
    head, line = repr(one).splitlines()
    assert head == "Comparison: one policy in one-town, one future of one year, seed 2026"
    assert " to " not in line


def test_a_notebook_shows_a_table_in_which_nothing_is_markup(result: sim.Comparison) -> None:
    world = result.world.model_copy(update={"id": "<script>"})
    shown = replace(result, world=world)._repr_html_()
    assert shown.count("<tr>") == 3
    assert "&lt;script&gt;" in shown
    assert "<script>" not in shown


def test_scenarios_and_futures_show_themselves_on_a_line(policies: list[sim.Policy]) -> None:
    world = sim.load_world("flanders-2020")
    assert repr(world) == str(world) == "World(id=flanders-2020, start=2020-01-01, years=10, municipalities=300)"
    assert repr(policies[1]) == "Policy(id=fifty-fifty, based_on=status-quo-2020, grants=1, phases=0)"
    assert repr(sim.load_study("who-pays-grid")) == "Study(id=who-pays-grid, design=grid, worlds=1, policies=1)"
    assert "<td>300</td>" in world._repr_html_()
    future = sim.simulate(sim.load_world("one-town"), policies[0], replication=2, years=1, engine="reference")
    assert repr(future).startswith("Future(status-quo-2020 in one-town, replication 2: ")


# ---- built by hand -------------------------------------------------------------------------------------------------


def test_a_scenario_built_wrongly_says_everything_that_is_wrong() -> None:
    with pytest.raises(sim.InputError) as caught:
        sim.Policy(id="mine", title="Mine", respnse={}, ransom={"rule": "nevr"})  # type: ignore[call-arg, arg-type]
    told = {problem.rule: problem for problem in caught.value.problems}
    assert told["unknown-key"].hint == 'did you mean "response"?'
    assert "never" in str(told["unknown-value"])
    with pytest.raises(sim.InputError, match='"municipalities" is missing'):
        sim.World(id="x", title="X")  # type: ignore[call-arg, arg-type]
    with pytest.raises(sim.InputError, match='"policies" is missing'):
        sim.Study(id="x", title="X")  # type: ignore[call-arg, arg-type]
    with pytest.raises(sim.InputError, match="given by name"):
        sim.Policy("mine")  # type: ignore[call-arg, misc]


def test_assignment_says_how_a_changed_copy_is_made(policies: list[sim.Policy]) -> None:
    policy = policies[0]
    with pytest.raises(sim.InputError, match="with_values"):
        policy.id = "mine"  # type: ignore[misc]
    with pytest.raises(sim.InputError, match="with_values"):
        policy.response.teams = 6  # type: ignore[misc]
    with pytest.raises(sim.InputError, match='did you mean "response"'):
        policy.respnse = None  # type: ignore[attr-defined]
    with pytest.raises(sim.InputError, match="with_values"):
        del policy.id
    assert policy.response.teams == 4


def test_scenarios_are_pickled_copied_and_hashed(policies: list[sim.Policy]) -> None:
    for scenario in (sim.load_world("one-town"), policies[1], sim.load_study("who-pays-grid")):
        assert pickle.loads(pickle.dumps(scenario)) == scenario
        assert copy.deepcopy(scenario) == copy.copy(scenario) == scenario
        assert hash(copy.copy(scenario)) == hash(scenario)


def test_a_comparison_is_pickled(result: sim.Comparison) -> None:
    assert repr(pickle.loads(pickle.dumps(result))) == repr(result)
