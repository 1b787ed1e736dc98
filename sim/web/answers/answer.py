"""The answer of a page: futures are played, first a few, then more while the visitor looks; a move ends that.

A page is drawn in its turn, so that with many visitors each is drawn once, for the newest move, and not a bit of all.
"""

from __future__ import annotations

import contextlib
import functools
import html
import time
import urllib.parse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from sim.experiments.comparison.compare import Comparison
from sim.experiments.comparison.robustness import FUTURES, elsewhere, first, other_levels, turns_between
from sim.model.policy.policy import Policy
from sim.model.world.world import World
from sim.results.findings import Turn
from sim.text import N_, Words
from sim.web.answers.cache import CROWDED, LADDER, Archive, Run
from sim.web.answers.engine_ready import ROOM
from sim.web.state import link
from sim.web.state.choice import same
from sim.web.state.view import View

_PATIENCE = 0.4  # seconds of work that need no bar
_TOLD_AGAIN = 2.0  # seconds before a visitor who waits is told again how many come before
_STEP = 0.05  # seconds of refining between two looks at what the user does


@st.cache_resource(show_spinner=False)
def _archive() -> Archive:
    return Archive()


@dataclass(frozen=True)
class Answer:
    """What a page shows: the comparison by now, and whether more futures will refine it."""

    result: Comparison
    final: bool
    run: Run
    first: int
    most: int

    def finish(self, view: View, charts: list[str]) -> None:
        """Say to programs what stands on the page, and refine the answer; the last thing that a page does.

        `charts` are the revisions of the charts that were drawn.
        """
        slot = st.empty()
        _mark(view, self.result.replications, charts, final=self.final)
        _end_turn()
        if not self.final:
            later = view.say.say("A first answer. It is refined as soon as those of others are; you need not wait.")
            with self.run.cores.refining.turn(_me(), _queue(slot.caption, later)):
                report = _refining(slot, self, view.say)
                self.run.play(self.most, report, seconds=_STEP, spared=1)
            st.rerun()


@contextlib.contextmanager
def in_turn(say: Words) -> Iterator[None]:
    """Draw a page when its turn has come, and say meanwhile how many come before. A move takes over the place.

    Nobody waits for a turn while the engine is being made ready: pages that need none are there at once.
    """
    slot = st.empty()
    if not ROOM.is_ready:
        yield
        return

    def wait(before: int) -> None:
        now = time.monotonic()
        if not said or (said[-1][0] != before and now > said[-1][1] + _TOLD_AGAIN):
            said.append((before, now))
            sentence = N_("Many people are asking at this moment. Your answer comes in its turn; before you: {n}.")
            slot.info(say.say(sentence, n=say.number(before)), icon=":material/hourglass_top:")
        st.session_state.get("screen")  # here a move of a lever gets through

    said: list[tuple[int, float]] = []  # how many were before, and when that was said
    with _archive().cores.first.turn(_me(), wait) as ticket:
        st.session_state["turn"] = ticket
        if said:
            slot.empty()
        _hold_moves(ticket.steady)
        try:
            yield
        finally:
            _hold_moves(False)


def _end_turn() -> None:
    """Let the next one have a turn: what this one was for is on the page, and what follows is not urgent."""
    ticket = st.session_state.pop("turn", None)
    if ticket is not None:
        ticket.end()
        _hold_moves(False)


def _hold_moves(hold: bool) -> None:
    """Let moves of this visitor wait until the page is there, or let them through again, as Streamlit does.

    Where drawing takes longer than the time between two moves, nothing would ever be shown.
    """
    context = get_script_run_ctx()
    if context is None or context.script_requests is None:
        return
    own = vars(context.script_requests)  # of this visitor: what stands here comes before the method of the class
    if hold:
        own["on_scriptrunner_yield"] = lambda: None
    else:
        own.pop("on_scriptrunner_yield", None)


def _me() -> str:
    """What tells this visit from others: each tab of a browser is one."""
    context = get_script_run_ctx()
    return "" if context is None else context.session_id


def ask(view: View, policies: tuple[Policy, ...], *, refined: bool = True) -> Answer:
    """Play the first futures of these policies, the baseline being the first; or hand over what was played before.

    An answer that is not to be refined stays with the first futures. While others have none yet it begins with fewer.
    """
    engine = engine_of(view.say)
    first, most = LADDER[engine]
    most = most if refined else first
    run = _archive().run(view.world, policies, view.screen.seed, engine)
    slot = st.empty()
    if run.cores.crowded and run.missing(first):
        first = min(first, CROWDED[engine])
    if run.missing(first):
        run.play(first, _progress(slot, run, view.say))
    slot.empty()
    final = run.complete >= most
    return Answer(run.comparison(most if final else first), final, run, first, most)


def turns(view: View, answer: Answer) -> tuple[Turn, ...]:
    """Under which other level of a deciding assumption the finding about the last policy is another one.

    The futures that this takes are played when somebody asks, after everybody's first answer, and kept like others.
    """
    result, slot = answer.result, st.empty()
    here, shown = first(result, FUTURES), result.policies[-1]
    found: tuple[Turn, ...] = ()
    levels = other_levels(result.world)
    after = view.say.say("Others come first. This is worked out as soon as their answers are there.")
    _end_turn()
    with answer.run.cores.refining.turn(_me(), _queue(slot.caption, after)):
        for number, (assumption, level) in enumerate(levels):
            text = view.say.say("Trying the assumptions: {done} of {all}", done=number, all=len(levels))
            slot.progress(number / len(levels), text=text)  # here a move of a lever gets through
            world = _elsewhere(result.world, assumption, level)
            run = _archive().run(world, result.policies, result.seed, result.engine)
            run.play(here.replications, lambda *_: st.session_state.get("screen"))
            there = run.comparison(here.replications)
            found += turns_between(result, here, there, shown.id, (assumption, level))
    slot.empty()
    return found


@functools.lru_cache(maxsize=64)
def _elsewhere(world: World, assumption: str, level: str) -> World:
    return elsewhere(world, assumption, level)


def pair(view: View) -> tuple[Policy, ...]:
    """The baseline and the policy chosen; the baseline alone when that is what was chosen."""
    return (view.baseline,) if same(view.policy, view.baseline) else (view.baseline, view.policy)


def engine_of(say: Words) -> str:
    """The engine that plays, as soon as it is ready; a sentence when that takes a while, or when it is the slow one."""
    if not ROOM.wait(_PATIENCE):
        slot = st.empty()
        text = say.say("The engine is being made ready. Once after an installation that takes about half a minute.")
        with st.spinner(text, show_time=True):
            while not ROOM.wait(_PATIENCE):
                slot.empty()  # here a move of a lever gets through
    if ROOM.missing:
        st.warning(
            say.say(
                "Numba is not installed here, so the reference engine plays the futures: with the same results, but "
                "slower. The page shows fewer of them: intervals are wide, and rare disasters may be missing."
            )
        )
    elif ROOM.broken:
        st.warning(
            say.say(
                "The compiled engine does not work here (the terminal says why), so the reference engine plays the "
                "futures: with the same results, but slower. The page shows fewer of them: intervals are wide, and "
                "rare disasters may be missing."
            )
        )
    return ROOM.engine


def _progress(slot: Any, run: Run, say: Words) -> Callable[[int, int, float], None]:
    """What to call while futures are played: it shows how many, and how long it will still take."""

    def report(done: int, asked: int, seconds: float) -> None:
        pace = seconds / done if done else run.cores.pace
        if pace is None or seconds + pace * (asked - done) < _PATIENCE:
            return
        text = say.say(
            "Playing futures: {done} of {asked}, about {seconds} seconds to go",
            done=say.number(done),
            asked=say.number(asked),
            seconds=say.number(max(1.0, pace * (asked - done))),
        )
        slot.progress(done / asked, text=text)

    return report


def _queue(show: Callable[[str], object], sentence: str) -> Callable[[int], None]:
    """What to call while others come first: it says so once. Each call lets a move of a lever through."""
    said: list[str] = []

    def wait(before: int) -> None:
        if not said:
            said.append(sentence)
            show(sentence)
        st.session_state.get("screen")  # here a move of a lever gets through

    return wait


def _refining(slot: Any, answer: Answer, say: Words) -> Callable[[int, int, float], None]:
    """What to call while a first answer is refined. Each call lets a move of a lever through, which ends it.

    It waits as long as others have no answer at all.
    It says nothing new to the browser, for every word makes it begin again to draw the charts.
    """
    sentence = N_("A first answer from {n} futures. It is being refined to {most}; you need not wait.")
    slot.caption(say.say(sentence, n=say.number(answer.first), most=say.number(answer.most)))

    def report(done: int, asked: int, seconds: float) -> None:
        st.session_state.get("screen")  # here a move of a lever gets through
        while done < asked and answer.run.cores.first.people:
            time.sleep(_STEP)
            st.session_state.get("screen")

    return report


def no_answer(view: View, charts: Sequence[str] = ()) -> None:
    """Say to programs that the page is all there, in which charts, and that it waits for no futures."""
    _mark(view, 0, charts, final=True)


def _mark(view: View, futures: int, charts: Sequence[str], *, final: bool) -> None:
    """Say to programs what the page shows: whose answer, from how many futures, in which charts, and if it is final."""
    said = {
        "address": urllib.parse.urlencode(link.write(view.screen)),
        "charts": " ".join(charts),
        "futures": str(futures),
        "final": "yes" if final else "no",
    }
    st.html(
        "<span hidden " + " ".join(f'data-{name}="{html.escape(text)}"' for name, text in said.items()) + "></span>"
    )
