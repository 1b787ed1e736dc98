"""The model beside what happened."""

from __future__ import annotations

import subprocess
import sys

import pytest

import sim
from sim.experiments.validation.history import Check, history, register
from sim.model.problems import InputError
from sim.show.tables.real_incidents import name
from sim.text import words


@pytest.fixture(scope="module")
def checks() -> dict[str, Check]:
    """The checks of the default world and policy, by name."""
    world, policy = sim.load_world("flanders-2020"), sim.load_policy("status-quo-2020")
    return {name(words("en"), check): check for check in history(world, policy, replications=50)}


def test_ten_press_visible_incidents_lie_inside_the_interval(checks):
    check = checks["incidents in the press, 2020-2023"]
    assert check.recorded == 10
    assert check.inside
    assert check.sample == 50


def test_they_are_more_than_the_first_years_show_where_the_rate_holds_for_the_horizon():
    """A rate that holds for 2020 to 2029 on average is 0.76 of it in 2020 to 2023: the record rejects that."""
    world = sim.load_world("flanders-2020", ["world.threat.growth_centre=horizon"])
    check = history(world, sim.load_policy("status-quo-2020"), replications=50)[0]
    assert check.high < check.recorded


def test_all_four_kinds_of_evidence_are_there(checks):
    for word in ("incidents", "cost of a severe", "outage", "supplier event"):
        assert any(word in name for name in checks)
    assert all(check.low <= check.median <= check.high for check in checks.values())
    assert all(check.source for check in checks.values() if check.kind != "incidents")


def test_lost_backups_lengthen_outages(checks):
    usable = checks["outage with usable backups, Willebroek 2020"].median
    rebuilt = checks["outage with rebuild, Antwerpen 2022"].median
    assert rebuilt == pytest.approx(2 * usable, rel=0.35)  # incident.backup_time_factor is 2


def test_every_incident_of_the_register_is_of_a_real_municipality():
    names = {town.name for town in sim.load_world("flanders-2020").municipalities}
    assert {case["municipality"] for case in register()["incidents"]} <= names


def test_a_world_without_those_years_is_refused():
    with pytest.raises(ValueError, match="2020"):
        history(sim.load_world("flanders-2025"), sim.load_policy("status-quo-2020"), replications=1)


def test_a_world_that_is_not_flanders_is_held_against_no_press():
    for world in (sim.load_world("one-town"), sim.load_world("flanders-2020")):
        some = world.model_copy(update={"id": "mine", "municipalities": world.municipalities[:20]})
        with pytest.raises(InputError, match=r"world mine: .*no record of real incidents is known"):
            history(some, sim.load_policy("status-quo-2020"), replications=1)


def test_the_command_says_in_a_sentence_that_no_record_is_known():
    command = [sys.executable, "-m", "sim", "history", "--world", "one-town", "--json", "-"]
    run = subprocess.run(command, capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (2, "")
    assert "no record of real incidents is known for its municipalities" in run.stderr
    assert run.stderr.count("\n") == 1


def test_flanders_with_figures_of_ones_own_is_held_against_the_press():
    world = sim.load_world("flanders-2020")
    first, *rest = world.municipalities
    mine = world.model_copy(update={"municipalities": (first.model_copy(update={"population": 1234}), *rest)})
    assert len(history(mine, sim.load_policy("status-quo-2020"), replications=2)) > 5


def test_the_command_says_which_figures_lie_inside():
    command = [sys.executable, "-m", "sim", "history", "--replications", "2"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "inside" in run.stdout
    assert "recorded figures lie within what the model gives" in " ".join(run.stdout.split())
