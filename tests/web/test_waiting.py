"""The line before the server: one ticket a visitor, the newest move keeps its place, nobody is passed by for ever."""

from __future__ import annotations

import heapq
import random
import threading
import time
from collections.abc import Callable
from itertools import pairwise

import pytest

from sim.web.answers.waiting import KEPT, PATIENCE, Places, Ticket


class Clock:
    """A time that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def come(places: Places, names: str) -> dict[str, Ticket]:
    return {name: places.ask(name) for name in names}


def served(tickets: dict[str, Ticket]) -> str:
    return "".join(name for name, ticket in tickets.items() if ticket.wait(0))


def test_places_are_given_in_the_order_of_asking(clock: Clock) -> None:
    places = Places(2, clock)
    tickets = come(places, "abcde")
    order = served(tickets)
    for name in "abcde":
        tickets[name].end()
        order += "".join(one for one in served(tickets) if one not in order)
    assert order == "abcde"
    assert places.people == 0


def test_a_new_move_takes_over_the_ticket_and_its_place(clock: Clock) -> None:
    places = Places(1, clock)
    tickets = come(places, "abcd")
    for _ in range(50):  # however often
        tickets["b"].leave()
        tickets["b"] = places.ask("b")
    assert [tickets[name].before for name in "bcd"] == [1, 2, 3]
    assert places.people == 4
    tickets["a"].end()
    assert served(tickets) == "ab"


def test_only_the_newest_move_of_a_visitor_gets_the_turn(clock: Clock) -> None:
    """Also when nothing told the older one to stop, as when the browser comes back over another line."""
    places = Places(1, clock)
    tickets = come(places, "ab")
    newest = places.ask("b")
    tickets["b"].leave()  # late
    tickets["a"].end()
    assert newest.wait(0)
    assert not tickets["b"].wait(0)
    newest.end()
    assert places.people == 0


def test_who_moves_on_during_the_turn_is_first_again_but_not_for_ever(clock: Clock) -> None:
    places = Places(1, clock)
    tickets = come(places, "abc")
    for _ in range(PATIENCE):
        tickets["a"].leave()
        assert served({name: tickets[name] for name in "bc"}) == "b"  # nobody waits for one who may not come back
        tickets["a"] = places.ask("a")
        tickets["b"].leave()
        assert tickets["a"].wait(0)
        tickets["b"] = places.ask("b")
    tickets["a"].leave()
    tickets["a"] = places.ask("a")
    assert tickets["a"].before > tickets["c"].before


def test_after_an_answer_the_next_ticket_stands_at_the_end(clock: Clock) -> None:
    places = Places(1, clock)
    tickets = come(places, "abc")
    tickets["a"].end()
    again = places.ask("a")
    assert again.before == 2
    tickets["a"].leave()  # the page that was shown ends: that takes nothing from the next move
    assert again.before == 2


def test_the_ticket_of_one_who_is_gone_stands_in_nobodys_way_and_is_thrown_away(clock: Clock) -> None:
    places = Places(1, clock)
    tickets = come(places, "abc")
    tickets["b"].leave()
    assert tickets["c"].before == 1
    tickets["a"].end()
    assert tickets["c"].wait(0)
    assert places.people == 1
    clock.now = KEPT + 1
    tickets["d"] = places.ask("d")
    assert places.ask("b").before == 2  # at the end, like everybody who comes


def test_tickets_of_visitors_who_are_gone_do_not_add_up(clock: Clock) -> None:
    places = Places(1, clock)
    places.ask("holds the place")
    for number in range(1000):
        clock.now += 1.0
        places.ask(number).leave()
    assert len(places._line) <= KEPT + 2


def test_one_who_dies_during_the_turn_gives_the_place_back(clock: Clock) -> None:
    places = Places(1, clock)
    tickets = come(places, "ab")
    tickets["a"].leave()
    assert tickets["b"].wait(0)
    tickets["b"].end()
    assert places.people == 0


def test_two_tabs_of_a_visitor_have_a_ticket_each(clock: Clock) -> None:
    places = Places(1, clock)
    tickets = come(places, "xyz")
    tickets["y"].leave()
    tickets["y"] = places.ask("y")
    tickets["x"].end()
    tickets["y"].end()
    assert served(tickets) == "xyz"


def storm(people: int, seconds: float, pauses: Callable[[int], float], page: float = 0.5) -> list[list[float]]:
    """Let visitors move again and again; return when each was shown the newest move of the start of the turn.

    A move breaks off what runs for the visitor and asks anew, as a page does, unless the turn is a steady one.
    """
    clock, rng = Clock(), random.Random(7)
    places, tickets, shown = Places(4, clock), dict[int, Ticket](), [list[float]() for _ in range(people)]
    events: list[tuple[float, int, Ticket | None]] = [(rng.random() * pauses(who), who, None) for who in range(people)]
    heapq.heapify(events)
    begun, later = set[Ticket](), set[int]()
    while events:
        clock.now, who, ticket = heapq.heappop(events)
        if clock.now > seconds:
            break
        if ticket is None:
            heapq.heappush(events, (clock.now + pauses(who), who, None))
            mine = tickets.get(who)
            if mine is not None and mine.wait(0) and mine.steady:
                later.add(who)
            else:
                if mine is not None:
                    mine.leave()
                tickets[who] = places.ask(who)
        elif tickets.get(who) is ticket:  # not broken off meanwhile
            ticket.end()
            del tickets[who]
            shown[who].append(clock.now)
            if who in later:
                later.remove(who)
                tickets[who] = places.ask(who)
        for one, mine in tickets.items():
            if mine.wait(0) and mine not in begun:
                begun.add(mine)
                heapq.heappush(events, (clock.now + page, one, mine))
    return shown


def longest(times: list[float], seconds: float) -> float:
    """The longest time without a new page, from the start to the end."""
    ends = [0.0, *times, seconds]
    return max(after - before for before, after in pairwise(ends))


def test_in_a_storm_everybody_is_shown_the_newest_move_about_equally_often() -> None:
    """Sixty visitors with 12 moves a second, where 8 pages a second can be drawn."""
    shown = storm(60, 120, lambda _: 5.0)
    counts = [len(times) for times in shown]
    assert min(counts) >= 0.7 * max(counts)
    assert sum(counts) > 0.7 * 120 * 8
    assert max(longest(times, 120) for times in shown) < 20


def test_a_visitor_who_never_stops_moving_does_not_stop_others() -> None:
    """Even where ten of sixty move faster than a page can be drawn."""
    calm, wild = storm(60, 120, lambda _: 9.0), storm(60, 120, lambda who: 0.3 if who < 10 else 9.0)
    assert min(len(times) for times in wild) >= 5
    assert max(longest(times, 120) for times in wild[10:]) < 3 * max(longest(times, 120) for times in calm)


def test_everybody_is_shown_something_where_pages_take_longer_than_the_time_between_two_moves() -> None:
    """A turn that was broken off is not so again while others wait: on a server that others keep busy."""
    shown = storm(60, 600, lambda _: 5.0, page=6.0)
    assert min(len(times) for times in shown) >= 2
    assert max(len(times) for times in shown) <= 2 * min(len(times) for times in shown)


def test_a_turn_is_steady_when_it_was_broken_off_and_others_wait(clock: Clock) -> None:
    places = Places(1, clock)
    tickets = come(places, "ab")
    assert not tickets["a"].steady
    tickets["a"].leave()
    again = places.ask("a")
    tickets["b"].end()
    assert again.wait(0)
    assert not again.steady  # nobody else waits: what comes next is there at once
    tickets = come(places, "b")
    again.leave()
    again, _ = places.ask("a"), places.ask("c")
    tickets["b"].end()
    assert again.wait(0)
    assert again.steady


# ---- waiting, with threads -----------------------------------------------------------------------------------------


def test_who_finds_no_place_waits_is_told_and_gets_one() -> None:
    places, told = Places(1), list[int]()
    inside = threading.Event()

    def other() -> None:
        with places.turn("other", lambda before: None):
            inside.set()
            while not told:
                time.sleep(0.01)

    thread = threading.Thread(target=other)
    thread.start()
    inside.wait()
    with places.turn("me", told.append):
        assert set(told) == {1}
    thread.join()


def test_places_are_given_in_the_order_of_arriving_however_long_that_takes() -> None:
    """Also to those who wait so long that they were told so, more than once."""
    places, order, told = Places(1), list[int](), dict[int, int]()

    def arrive(number: int) -> None:
        with places.turn(number, lambda before: told.update({number: told.get(number, 0) + 1})):
            order.append(number)

    threads = [threading.Thread(target=arrive, args=(number,)) for number in range(5)]
    with places.turn("first", lambda before: None):
        for number, thread in enumerate(threads):
            thread.start()
            while told.get(number, 0) < 2:
                time.sleep(0.01)
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]
    assert places.people == 0


def test_a_place_is_given_back_whatever_happens() -> None:
    places = Places(1)
    with pytest.raises(ValueError, match="moved"), places.turn("a", lambda before: None):
        raise ValueError("moved")
    assert places.people == 0

    def moved(before: int) -> None:
        raise ValueError("moved while waiting")

    with places.turn("b", lambda before: None):
        assert places.people == 1
        with pytest.raises(ValueError, match="while waiting"), places.turn("c", moved):
            pass
    assert places.people == 0  # the one who left took none, and stands in nobody's way
    with places.turn("d", lambda before: None):
        pass


def test_a_turn_that_ended_early_is_not_given_back_twice() -> None:
    places = Places(1)
    with places.turn("a", lambda before: None) as ticket:
        ticket.end()
        with places.turn("b", lambda before: None):
            assert places.people == 1
            ticket.end()
            assert places.people == 1
    assert places.people == 0
