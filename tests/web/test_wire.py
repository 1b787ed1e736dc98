"""A widget has moved only if it stands elsewhere than where it was last shown, however letters and answers cross."""

from __future__ import annotations

import random

import pytest

from sim.web.state.link import Screen
from sim.web.widgets.wire import Raw, Stamp, Window, Wire, stamp_from


def shown(raw: Raw) -> Window:
    return Window(raw, raw, lambda screen, now: screen)


def answer(wire: Wire, **places: Raw) -> None:
    """The next answer of the server: its widgets are shown in these places."""
    wire.number += 1
    for key, raw in places.items():
        wire.put(key, shown(raw))


def letter(wire: Wire, arrived: int, begun: int = 0, **raws: Raw) -> dict[str, Raw]:
    """What a letter of the browser moved; the letter names the last answer that arrived, and that began to."""
    moved, after = wire.moved(raws, arrived, begun)
    wire.told |= after
    wire.arrived, wire.present = max(arrived, wire.arrived), frozenset(raws)
    return moved


def test_what_was_shown_and_not_touched_has_not_moved() -> None:
    wire = Wire()
    answer(wire, teams="4", spend="5")
    assert letter(wire, 1, teams="4", spend="5") == {}


def test_two_widgets_may_move_in_one_letter() -> None:
    wire = Wire()
    answer(wire, teams="4", spend="5")
    assert letter(wire, 1, teams="9", spend="8") == {"teams": "9", "spend": "8"}


def test_a_letter_from_before_the_answer_moves_nothing_back() -> None:
    wire = Wire()
    answer(wire, slider="4", field="4")
    assert letter(wire, 1, slider="4", field="9") == {"field": "9"}
    answer(wire, slider="9", field="9")
    assert letter(wire, 1, slider="4", field="9") == {}


def test_a_move_back_to_where_it_stood_before_the_answer_is_a_move() -> None:
    wire = Wire()
    answer(wire, slider="4", field="4")
    letter(wire, 1, slider="4", field="9")
    answer(wire, slider="9", field="9")
    assert letter(wire, 2, slider="4", field="9") == {"slider": "4"}


def test_an_answer_that_is_half_there_moves_nothing() -> None:
    wire = Wire()
    answer(wire, slider="4", field="4")
    letter(wire, 1, slider="4", field="9")
    answer(wire, slider="9", field="9")
    assert letter(wire, 1, 2, slider="9", field="9") == {}  # the slider is there, and the end of the answer not yet


def test_what_an_answer_put_that_was_broken_off_has_not_moved() -> None:
    wire = Wire()
    answer(wire, slider="0", field="0")
    letter(wire, 1, slider="0", field="0")
    for step in ("5", "10", "15"):
        assert letter(wire, 1, slider=step, field="0") == {"slider": step}
        answer(wire, slider=step, field=step)
    assert letter(wire, 1, 3, slider="20", field="5") == {"slider": "20"}
    assert letter(wire, 1, 4, slider="20", field="15") == {}


def test_a_move_to_where_an_answer_will_put_it_that_has_not_begun_to_arrive_is_a_move() -> None:
    wire = Wire()
    answer(wire, language="en")
    letter(wire, 1, 1, language="en")
    for name in ("nl", "en", "nl", "en"):
        assert letter(wire, 1, 1, language=name) == {"language": name}
        answer(wire, language=name)


def test_a_widget_is_put_again_until_a_letter_says_that_it_arrived() -> None:
    wire = Wire()
    answer(wire, slider="4")
    letter(wire, 1, slider="4")
    wire.number += 1
    assert wire.put("slider", shown("9"))
    wire.number += 1
    assert wire.put("slider", shown("9"))
    letter(wire, 3, slider="9")
    wire.number += 1
    assert not wire.put("slider", shown("9"))


def test_a_widget_that_the_browser_did_not_speak_of_begins_in_its_place() -> None:
    wire = Wire()
    answer(wire, slider="4", tab="risk")
    letter(wire, 1, slider="4")
    wire.number += 1
    assert not wire.put("tab", shown("risk"))
    assert wire.put("tab", shown("risk"), astray=True)
    assert not wire.put("slider", shown("4"))


def test_a_slider_that_is_pressed_after_another_page_was_asked_for_is_left_alone() -> None:
    wire = Wire()
    answer(wire, slider="0")
    letter(wire, 1, slider="0")
    letter(wire, 1)  # a click on another page says nothing of widgets
    answer(wire, slider="0")
    for step in ("5", "10"):
        assert letter(wire, 1, slider=step) == {"slider": step}
        wire.number += 1
        assert not wire.put("slider", shown(step))


def test_a_slider_that_is_being_moved_is_left_alone() -> None:
    wire = Wire()
    answer(wire, slider="0")
    letter(wire, 1, slider="0")
    for step in range(1, 20):
        assert letter(wire, 1, slider=str(step)) == {"slider": str(step)}
        wire.number += 1
        assert not wire.put("slider", shown(str(step)))


def test_a_widget_that_nobody_moved_is_left_alone_while_first_answers_are_on_their_way() -> None:
    wire = Wire()
    for _ in range(3):
        answer(wire, slider="0", spend="5")
    letter(wire, 0, slider="0", spend="7")
    wire.number += 1
    assert not wire.put("slider", shown("0"))
    assert not wire.put("spend", shown("7"))  # that it begins at 5 moves no widget that is there


def test_words_of_the_other_language_are_understood() -> None:
    wire = Wire()
    answer(wire, spend="7,5")
    letter(wire, 1, spend="7,5")

    def window(raw: str, *known: str) -> Window:
        return Window(raw, raw, lambda screen, now: screen if now in known else None)

    wire.told["spend"].window = window("7,5", "7,5", "8,5")
    wire.number += 1
    wire.put("spend", window("7.5", "7.5", "8.5"))
    assert letter(wire, 1, spend="8,5") == {"spend": "8,5"}
    assert wire.told["spend"].after(Screen(), "8,5") is not None
    assert wire.told["spend"].after(Screen(), "9,9") is None


@pytest.mark.parametrize("seed", range(200))
def test_whatever_the_delays_the_last_move_of_each_widget_stands_in_the_end(seed: int) -> None:
    """A browser and a server that write to each other over a slow line, each letter and answer in its turn.

    A move of the slider puts the field, and the other way round, as for a lever. An answer may be broken off anywhere,
    and what was not sent of it by then may be thrown away.
    """
    dice, wire = random.Random(seed), Wire()
    truth = {"a": 0, "b": 0}  # what the server has
    meant = dict(truth)  # what the visitor did last
    browser = {"slider:a": "0", "field:a": "0", "slider:b": "0", "field:b": "0"}
    to_server: list[tuple[int, int, dict[str, str]]] = []
    to_browser: list[tuple[int, bool, dict[str, str]]] = []
    stood: dict[str, set[str]] = {key: set() for key in browser}
    arrived, begun = 0, 0  # the last answer that is all there, and the last that began to arrive

    def run() -> None:
        wire.number += 1
        put = {}
        for name, value in truth.items():
            for kind in ("slider", "field"):
                if wire.put(f"{kind}:{name}", shown(str(value))):
                    put[f"{kind}:{name}"] = str(value)
        whole = not to_server or dice.random() < 0.6  # else the next letter breaks it off
        sent = dict(list(put.items())[: None if whole else dice.randrange(len(put) + 1)])
        to_browser.append((wire.number, whole, sent))

    def read() -> None:
        last, first, raws = to_server.pop(0)
        for key, raw in letter(wire, last, first, **raws).items():
            truth[key.partition(":")[2]] = int(str(raw))
        run()

    def apply() -> None:
        nonlocal arrived, begun
        begun, whole, put = to_browser.pop(0)
        for key, raws in stood.items():
            raws.clear() if whole else raws.add(browser[key])
        arrived = begun if whole else arrived
        browser.update(put)

    def unsure(key: str) -> set[str]:
        """Where a widget stood since the last whole answer, or where one that was broken off may have put it.

        A move to there cannot be told from an answer that is half there.
        """
        puts = {str(put.raw) for put in wire.told[key].sent if arrived < put.number <= begun}
        return stood[key] | puts if arrived < begun else set()

    run()
    for step in range(300):
        what = dice.random()
        if what < 0.3 and step < 250:
            name, kind, value = dice.choice("ab"), dice.choice(("slider", "field")), str(dice.randrange(6))
            key = f"{kind}:{name}"
            same = browser[f"slider:{name}"] == browser[f"field:{name}"] != value
            if same and value not in unsure(key):
                browser[key], meant[name] = value, int(value)
                to_server.append((arrived, begun, dict(browser)))
        elif what < 0.65 and to_server:
            read()
        elif to_browser:
            apply()
    while to_server or to_browser:
        read() if to_server else apply()
    assert truth == meant
    assert browser == {f"{kind}:{name}": str(value) for name, value in truth.items() for kind in ("slider", "field")}


def test_a_stamp_brings_back_what_it_was_given() -> None:
    stamp = Stamp("ab12", 7, {"lang": "nl", "teams": "9", "with": "Plan A!fifty-fifty~teams:9"}, ("Plan A!x~y:1",))
    assert stamp_from(str(stamp)) == stamp


@pytest.mark.parametrize("text", ["", "?", "x", ".?", "ab.?lang=nl", "ab.-1?", "ab.1e9?", "a b.1?", "ab.²?", "1" * 99])
def test_what_is_no_stamp_is_none(text: str) -> None:
    assert stamp_from(text) is None
