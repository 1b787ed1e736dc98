"""Kept studies make room for each other by visitor: nobody loses theirs because somebody else brings many."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from sim.web.studies import jobs
from sim.web.studies.files import study_from
from sim.web.studies.making_room import Place, to_go
from tests.studies import FILE

MOST = 40


def places(visitor: str, count: int, *, started: bool = False, since: float = 0.0) -> list[Place]:
    """So many studies of a visitor, the first the longest ago."""
    return [Place(Path(f"{visitor}{number}"), (visitor,), started, since + number) for number in range(count)]


def gone(shelf: Sequence[Place], visitor: str, *, begins: bool = False) -> list[str]:
    """What goes when the newest study of a visitor comes."""
    newest = [one.folder for one in shelf if one.visitors[-1] == visitor][-1]
    return [one.name for one in to_go(shelf, visitor, most=MOST, begins=begins, stay=[newest])]


def test_who_brings_most_loses_their_own() -> None:
    shelf = [*places("ann", 3), *places("bob", 40, since=100)]
    assert gone(shelf, "bob") == ["bob0", "bob1", "bob2"]


def test_a_newcomer_takes_the_place_of_who_keeps_most() -> None:
    shelf = [*places("ann", 5), *places("bob", 35, since=100), *places("cas", 1, since=200)]
    assert gone(shelf, "cas") == ["bob0"]


def test_of_a_visitor_those_go_first_that_nobody_started_and_then_the_least_used() -> None:
    shelf = [*places("bob", 20, started=True), *places("cas", 3, since=50), *places("bob", 20, since=100)]
    shelf = [one._replace(folder=Path(f"{place}")) for place, one in enumerate(shelf)]
    assert gone(shelf, "bob") == ["23", "24", "25"]


def test_what_is_brought_takes_no_place_of_what_was_started_and_what_is_started_does() -> None:
    shelf = [*places("bob", 40, started=True), *places("cas", 1, since=100)]
    assert gone(shelf, "cas") == []
    assert gone(shelf, "cas", begins=True) == ["bob0"]
    more = [*shelf, Place(Path("cas1"), ("cas",), False, 101.0)]
    assert gone(more, "cas") == ["cas0"]


def test_a_study_of_several_stays_as_long_as_one_of_them_keeps_few() -> None:
    both = Place(Path("both"), ("bob", "ann"), False, 0.0)
    assert gone([both, *places("bob", 41, since=1)], "bob") == ["bob0", "bob1"]


def test_the_shelf_is_bounded_however_many_visitors_come() -> None:
    shelf = places("bob", 40, started=True)
    for number in range(200):
        name = f"visitor-{number}-"
        shelf.append(Place(Path(name), (name,), False, 100.0 + number))
        went = to_go(shelf, name, most=MOST, begins=False, stay=[Path(name)])
        shelf = [one for one in shelf if one.folder not in went]
        assert shelf[-1].folder == Path(name)
        assert len(shelf) <= 2 * MOST


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(jobs, "user_cache", lambda: tmp_path)
    monkeypatch.setattr(jobs, "MOST_KEPT", 4)
    return tmp_path / "studies"


def test_files_of_one_visitor_leave_those_of_another_on_the_shelf(shelf: Path) -> None:
    study = study_from("small.yaml", FILE.encode())
    mine = study.with_values({"seed": 1})
    jobs.put(mine, "ann")
    many = [study.with_values({"seed": seed}) for seed in range(2, 12)]
    for one in many:
        jobs.put(one, "bob")
    assert jobs.kept(mine.digest) is not None
    assert jobs.kept(many[-1].digest) is not None
    assert len(list(shelf.iterdir())) == 4
