"""Files and settings that nobody writes by hand: each is refused in a few sentences, soon, or read as what it is."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.model.files.load import load_policy, load_world, validate
from sim.model.problems import MAX_TOLD, InputError, Problem
from sim.model.world.municipalities import parse_municipalities
from tests.fuzz.checks_files import soon

HEAD = "nis_code,name,population"
POLICY = "id: p\ntitle: t\n"
STUDY = "id: s\ntitle: t\nworlds: [one-town]\npolicies: [fifty-fifty]\n"


def told(text: str, path: Path) -> list[Problem]:
    """What is said of a text as a file, soon."""
    path.write_text(text, encoding="utf-8")
    with soon():
        found = validate([path])
    assert len(found) <= MAX_TOLD + 1
    assert max(len(str(problem)) for problem in found) < 2_000
    return found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + "," * 300_000, "has 300,003 columns; a table may have 500"),
        (HEAD + ",name" * 100_000, "has 100,003 columns"),
        (HEAD + "\n" + "11001,Aa,100\n" * 70_000, "stands twice"),
        (HEAD + "\n" + "11001,Aa,x\n" * 70_000, 'population is "x"'),
        (HEAD + '\n"' + "x,\n" * 300_000, "field larger than field limit"),
        (HEAD + "\n" + "11001,Aa,100\n" * 200_000, "a table may be 1,000,000"),
    ],
)
def test_a_table_beyond_all_measure_is_refused(text: str, words: str, tmp_path: Path) -> None:
    assert words in str(told(text, tmp_path / "towns.csv")[0])


def test_of_many_faults_the_first_are_told_and_how_many_more_there_are() -> None:
    with pytest.raises(InputError) as caught:
        parse_municipalities(HEAD + "\n" + "11001,Aa,x\n" * 3_000)
    assert len(caught.value.problems) == MAX_TOLD + 1
    assert caught.value.problems[-1].message == "and 2,500 more"


def phases(count: int) -> str:
    """So many phases, a day apart."""
    day = datetime.date(2020, 1, 1)
    return "".join(
        f"  - {{from: {day + datetime.timedelta(number)}, set: {{response.teams: 2}}}}\n" for number in range(count)
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (POLICY + "x: [" + "&a 1, " * 100_000 + "]\n", "the YAML anchor &a is not allowed"),
        (POLICY + "x: &a 1\ny: [" + "*a, " * 100_000 + "]\n", "the YAML anchor &a is not allowed"),
        (POLICY + "x: " + "[" * 400_000, "is nested deeper than 20 levels"),
        (POLICY + "response:\n  teams: " + "9" * 400_000, "a number of more than 300 digits"),
        (POLICY + "id: a\n" * 90_000, 'key "id" stands twice'),
        (POLICY + "phases:\n" + phases(2_500), "has 2500 phases, and may have 20"),
        (STUDY + "design: grid\nfactors:\n  policy.response.teams: [" + "-1, " * 20_000 + "]\n", "cannot be so"),
    ],
)
def test_a_scenario_beyond_all_measure_is_refused(text: str, words: str, tmp_path: Path) -> None:
    assert words in str(told(text, tmp_path / "p.yaml")[0])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (["policy.response.teams=" + "9" * 10**6], "a number of more than 300 digits"),
        (["policy." + "x" * 10**6 + "=1"], "unknown key"),
        (["policy" + ".fund" * 200_000 + "=1"], 'unknown key "fund.fund"'),
        (["policy.grants=" + "[" * 10**6], "is nested deeper than 20 levels"),
        ([f"policy.respons{number}=1" for number in range(20_000)], 'unknown key "respons0"'),
    ],
)
def test_a_setting_beyond_all_measure_is_refused(settings: list[str], words: str) -> None:
    with pytest.raises(InputError) as caught, soon():
        load_policy("solidarity-fund", settings)
    assert words in str(caught.value.problems[0])
    assert len(str(caught.value)) < 300_000


def test_policies_stand_on_each_other_twenty_deep_and_no_deeper(tmp_path: Path) -> None:
    for number in range(40):
        base = f"based_on: p{number - 1}\n" if number else ""
        (tmp_path / f"p{number}.yaml").write_text(f"id: p{number}\ntitle: t\n{base}", encoding="utf-8")
    assert load_policy(tmp_path / "p19.yaml").based_on == "p18"
    with pytest.raises(InputError, match=r"p11.yaml:3: \[too-deep\] stands on a policy .*20 deep"):
        load_policy(tmp_path / "p30.yaml")


@pytest.mark.parametrize(
    ("load", "name", "setting"),
    [
        (load_policy, "status-quo-2020", "policy.prevention.mix.hardening=1"),
        (load_world, "world.yaml", "world.measures.hardening.mix=1"),
    ],
)
def test_what_a_setting_makes_of_a_group_is_said_of_the_setting(
    load: Callable[..., object], name: str, setting: str, tmp_path: Path
) -> None:
    path = tmp_path / "world.yaml"
    path.write_text(
        "id: w\ntitle: t\nstart: 2020-01-01\nmunicipalities: [{nis: 1, name: Aa, population: 5}]\n"
        "measures: {identity: {mix: 0.2}}\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        load(path if name == path.name else name, [setting])
    assert {(problem.file, problem.line) for problem in caught.value.problems} == {("--set", None)}
