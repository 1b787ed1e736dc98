"""What is said twice on the command line is refused, as in a file; what does nothing is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import weerbaar, write_four_towns

RUN = ("run", "status-quo-2020", "--world", "one-town", "--replications", "2", "--quick")
TEAMS = "policy.response.teams"


@pytest.mark.parametrize("command", ["run", "compare", "explain", "trace", "history", "optimum"])
def test_a_key_that_is_set_twice_is_refused_by_every_command(command, tmp_path):
    more = ["--out", str(tmp_path / "events.csv")] if command == "trace" else []
    said = weerbaar(
        command, "status-quo-2020", "--world", "one-town", *more, "--set", f"{TEAMS}=2", "--set", f"{TEAMS}=9"
    )
    assert (said.code, said.out) == (2, "")
    assert said.err == f"--set: [duplicate-key] {TEAMS} is set twice (keep one of them)\n"
    assert list(tmp_path.iterdir()) == []


def test_a_study_refuses_it_too(tmp_path: Path) -> None:
    said = weerbaar("study", "run", "robust-policy", "--store", str(tmp_path / "s"),
                    "--set", "world.threat.attempts=2", "--set", "world.threat.attempts=3")  # fmt: skip
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert "world.threat.attempts is set twice" in said.err
    assert not (tmp_path / "s").exists()


def test_the_same_value_twice_is_refused_alike() -> None:
    assert weerbaar(*RUN, "--set", f"{TEAMS}=2", "--set", f" {TEAMS} =2").code == 2


def test_two_keys_of_one_group_are_not_the_same() -> None:
    assert weerbaar(*RUN, "--set", f"{TEAMS}=2", "--set", "policy.response.discipline=severity").code == 0


@pytest.mark.parametrize("command", [RUN, ("study", "run", "robust-policy")])
def test_years_may_be_said_once(command):
    said = weerbaar(*command, "--years", "2", "--set", "world.years=3")
    assert (said.code, said.out) == (2, "")
    assert said.err == "--years and --set world.years both say how many years a future has; keep one of them\n"


@pytest.mark.parametrize(
    "option", [("--years", "2"), ("--seed", "7"), ("--replications", "3"), ("--world", "one-town")]
)
def test_an_option_that_takes_one_value_is_given_once(option):
    said = weerbaar("run", "status-quo-2020", *option, *option)
    assert (said.code, said.out) == (2, "")
    assert f"{option[0]} is given twice; keep one of them" in said.err


@pytest.mark.parametrize(
    ("study", "setting", "words"),
    [
        ("years: 2", "world.years=3", "the study says years: 2 itself"),
        ("design: grid\nfactors: {world.threat.attempts: [1, 2]}", "world.threat.attempts=3", "the study moves it"),
        ("design: grid\nfactors: {policy.response.teams: [1, 2]}", f"{TEAMS}=3", "the study moves it"),
        (f"cases: [{{{TEAMS}: 1}}, {{{TEAMS}: 2}}]", f"{TEAMS}=3", "the study moves it"),
    ],
)
def test_a_setting_that_the_study_would_take_away_again_is_refused(tmp_path, study, setting, words):
    file = tmp_path / "study.yaml"
    file.write_text(f"id: s\ntitle: S\nworlds: [one-town]\npolicies: [status-quo-2020]\n{study}\n", encoding="utf-8")
    said = weerbaar("study", "run", str(file), "--store", str(tmp_path / "store"), "--set", setting)
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert words in said.err
    assert not (tmp_path / "store").exists()


def test_a_setting_of_a_study_itself_is_refused() -> None:
    said = weerbaar("study", "run", "robust-policy", "--set", "study.replications=5")
    assert said.code == 2
    assert "its key beginning with world. or policy." in said.err


def test_what_draws_nothing_is_noted_by_validate_and_by_a_run(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("id: mine\ntitle: Mine\nbased_on: status-quo-2020\nfund: {levy: 2}\n", encoding="utf-8")
    note = f"Note: {mine}:4: [idle-fund] no layer of cost_split draws on the fund"
    said = weerbaar("validate", str(mine))
    assert (said.code, said.out.splitlines()[-1]) == (0, "1 file, no problems, 1 note")
    assert said.out.startswith(note)
    ran = weerbaar("run", str(mine), "--world", write_four_towns(tmp_path), "--replications", "2", "--quick")
    assert ran.code == 0
    assert note in ran.err


def test_a_study_notes_what_its_policies_do_for_nothing(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("id: mine\ntitle: M\nbased_on: status-quo-2020\nfund: {levy: 2}\n", "utf-8")
    study = tmp_path / "study.yaml"
    write_four_towns(tmp_path)
    study.write_text("id: s\ntitle: S\nworlds: [four-towns.yaml]\npolicies: [mine.yaml]\nreplications: 1\n", "utf-8")
    assert "[idle-fund]" in weerbaar("validate", str(study)).out
    said = weerbaar("study", "run", str(study), "--store", str(tmp_path / "store"))
    assert said.code == 0
    assert "Note: " in said.err
    assert "[idle-fund]" in said.err
