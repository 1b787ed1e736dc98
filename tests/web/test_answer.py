"""The first answer, the one after it, and what a page says while the engine is made ready or cannot serve."""

from __future__ import annotations

import contextlib
import urllib.parse
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

from sim.experiments.replicate import ENGINES
from sim.web.answers import answer
from sim.web.answers.cache import Cores, Run
from sim.web.answers.engine_ready import ROOM, Room
from sim.web.answers.waiting import Places, Ticket
from tests.pages import FIRST, MOST, address_of, charts, mark_of, opened


@pytest.fixture
def never_refined(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a lever were moved whenever an answer begins to be refined."""
    play = Run.play

    def first_only(run: Run, wanted: int, *options: Any, **named: Any) -> None:
        if wanted == MOST:
            raise RuntimeError("a lever was moved")
        play(run, wanted, *options, **named)

    monkeypatch.setattr(Run, "play", first_only)


def test_the_answer_is_refined_and_the_page_says_when_it_is_final() -> None:
    app = opened(lang="en", start="fifty-fifty")
    mark = mark_of(app)
    assert (mark["final"], mark["futures"]) == ("yes", str(MOST))
    assert dict(urllib.parse.parse_qsl(mark["address"])) == address_of(app)
    assert len(mark["charts"].split()) == 2
    assert not any("It is being refined" in caption.value for caption in app.caption)


def test_a_first_answer_is_shown_before_it_is_refined(never_refined: None) -> None:
    app = opened(lang="en", start="no-ransom", seed="8")
    mark = mark_of(app)
    assert (mark["final"], mark["futures"]) == ("no", str(FIRST))
    assert len(app.metric) == 5
    assert len(charts(app)) == 2


def test_a_page_that_waits_for_the_engine_says_so_and_answers_as_soon_as_it_is_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room, waits = Room(), list[float]()

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        return len(waits) > 3

    monkeypatch.setattr(room, "wait", wait)
    monkeypatch.setattr("sim.web.app.ROOM", room)
    monkeypatch.setattr("sim.web.answers.answer.ROOM", room)
    said: list[str] = []
    monkeypatch.setattr(
        "sim.web.answers.answer.st.spinner", lambda text, **_: (said.append(text), contextlib.nullcontext())[1]
    )
    app = opened(lang="nl")
    assert not app.exception
    assert len(waits) == 4
    assert max(waits) < 1  # a lever that is moved meanwhile does not wait for the engine
    assert said == ["De rekenkern wordt klaargezet. Eén keer na een installatie duurt dat ongeveer een halve minuut."]
    assert len(app.metric) == 5


@pytest.mark.parametrize(
    ("trouble", "notice"), [("missing", "Numba is not installed"), ("broken", "does not work here")]
)
def test_where_the_reference_engine_serves_the_page_says_so(
    monkeypatch: pytest.MonkeyPatch, trouble: str, notice: str
) -> None:
    room = Room()
    room.engine = "reference"
    setattr(room, trouble, True)
    room.start()
    monkeypatch.setattr("sim.web.app.ROOM", room)
    monkeypatch.setattr("sim.web.answers.answer.ROOM", room)
    monkeypatch.setattr("sim.web.answers.answer.LADDER", {"reference": (2, 3)})
    app = opened(lang="en")
    assert not app.exception
    (said,) = app.warning
    assert notice in said.value
    assert mark_of(app)["futures"] == "3"


def test_an_engine_that_does_not_compile_leaves_the_reference_engine(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(engine: str) -> None:
        raise OSError("no such instruction")

    monkeypatch.setattr("sim.web.answers.engine_ready.get_ready", broken)
    room = Room()
    assert not room.wait(0)
    room.start()
    assert room.wait(20)
    assert (room.engine, room.broken) == ("reference", True)
    assert "no such instruction" in capfd.readouterr().err


def test_while_others_wait_a_first_answer_comes_from_fewer_futures(
    never_refined: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.web.answers.answer.CROWDED", dict.fromkeys(ENGINES, 5))
    monkeypatch.setattr(Cores, "crowded", True)
    app = opened(lang="en", start="no-ransom", seed="9")
    assert (mark_of(app)["final"], mark_of(app)["futures"]) == ("no", "5")
    monkeypatch.setattr(Cores, "crowded", False)
    app.run()
    assert (mark_of(app)["final"], mark_of(app)["futures"]) == ("no", str(FIRST))


def test_a_steady_turn_lets_a_move_wait_until_the_page_is_there(
    never_refined: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else nothing would be shown where a page takes longer than the time to the next move."""
    ROOM.start()
    assert ROOM.wait(120)  # nobody waits for a turn before
    held: list[bool] = []
    ask, mark, play = Places.ask, answer._mark, Run.play

    def steady(places: Places, who: object) -> Ticket:
        ticket = ask(places, who)
        ticket.steady = True
        return ticket

    def seen(work: Callable[..., None]) -> Callable[..., None]:
        def looked_at(*options: Any, **named: Any) -> None:
            context = get_script_run_ctx()
            assert context is not None
            held.append("on_scriptrunner_yield" in vars(context.script_requests))
            work(*options, **named)

        return looked_at

    monkeypatch.setattr(Places, "ask", steady)
    monkeypatch.setattr(answer, "_mark", seen(mark))
    monkeypatch.setattr(Run, "play", seen(play))
    opened(lang="en", start="no-ransom", seed="10")
    assert held == [True, True, False]  # while it plays and draws; not while it is refined


def test_who_waits_for_a_turn_is_told_how_many_come_before(monkeypatch: pytest.MonkeyPatch) -> None:
    ROOM.start()
    assert ROOM.wait(120)
    told: list[str] = []
    places = answer._archive().cores.first
    tickets = [places.ask(number) for number in range(places.count + 2)]
    info = DeltaGenerator.info

    def heard(place: Any, text: str, **options: Any) -> Any:
        told.append(text)
        for ticket in tickets:
            ticket.end()
        return info(place, text, **options)

    monkeypatch.setattr(DeltaGenerator, "info", heard)
    app = opened(lang="nl")
    waits = f"vóór u: {places.count + 2}."
    assert told[0] == f"Veel mensen vragen op dit moment iets. Uw antwoord komt als u aan de beurt bent; {waits}"
    assert len(app.metric) == 5
    assert not any("vóór u" in one.value for one in app.info)
    assert places.people == 0
