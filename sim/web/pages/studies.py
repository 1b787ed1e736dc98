"""The page "Studies": many designs, played in the background, and what they say."""

from __future__ import annotations

import math
import shlex
from functools import partial

import streamlit as st

from sim.experiments.studies.results import Studied
from sim.model.files.write_yaml import study_yaml
from sim.model.problems import InputError
from sim.model.study.factor import Factor
from sim.model.study.study import Study
from sim.show.studies.names import factor_name, value_name
from sim.text import N_, Words
from sim.version import MODEL_VERSION
from sim.web.answers.answer import no_answer
from sim.web.answers.engine_ready import ROOM
from sim.web.layout import page_frame
from sim.web.layout.download import save
from sim.web.layout.file_menu import literal
from sim.web.state import session
from sim.web.state.policy_file import sentences
from sim.web.state.view import View, view
from sim.web.studies import choose, jobs, results
from sim.web.studies.choose import Chosen
from sim.web.studies.files import command, policy_files
from sim.web.studies.jobs import BENCH, MOST_FUTURES, Job, Kept

MOST_MOVED = 6
"""Factors that are named; a study of all parameters has dozens."""
_BEAT = 1.0  # seconds between two looks at a study that is being played


def draw() -> None:
    """Draw the page."""
    seen = view()
    say = seen.say
    page_frame.head(seen, say.say("What matters, and how sure is that?"))
    st.markdown(
        say.say(
            "A study asks one question many times: in other worlds, with other values of a policy. Every *design* is "
            "one combination; all policies meet the same futures in it."
        )
    )
    chosen = choose.choose(seen)
    page_frame.lazy(say.say("Kept studies"), "inventory_2", "kept-studies", lambda: _kept(say))
    charts: list[str] = []
    if chosen is not None:
        charts = _about(seen, chosen)
    elif (job := BENCH.job) is not None and job.runs:
        _other(say, job)
    no_answer(seen, charts)


def _about(seen: View, chosen: Chosen) -> list[str]:
    """The study that was chosen: start, watch, results, and how to do the same elsewhere."""
    say = seen.say
    try:
        found = chosen.played
    except InputError as error:
        st.error("  \n".join(literal(one) for one in sentences(error, say)), icon=":material/error:")
        return []
    job = None if chosen.is_store else BENCH.of(chosen.study.digest)
    if job is not None and job.runs:
        st.markdown(_size(say, chosen))
        st.caption(_about_what(say, chosen.study))
        _watch(say, job)
        _elsewhere(say, chosen)
        return []
    _begin(say, chosen, found, job)
    charts = results.draw(seen, found) if found is not None and len(found.points) else []
    _elsewhere(say, chosen)
    sentence = N_(
        "**A model, not a forecast.** Version {version} · {world} · seed {seed} · the levers beside this page do "
        "not count here."
    )
    if policy_files(chosen.study):
        sentence = N_(
            "**A model, not a forecast.** Version {version} · {world} · seed {seed} · the assumptions beside this page "
            "do not count here."
        )
    st.caption(
        say.say(
            sentence,
            version=MODEL_VERSION,
            world=say.listed(literal(world.title[say.language]) for world in chosen.study.worlds),
            seed=str(chosen.study.seed),
        )
    )
    return charts


# ---- start ---------------------------------------------------------------------------------------------------------


def _begin(say: Words, chosen: Chosen, found: Studied | None, job: Job | None) -> None:
    """How large it is, how far it is, and the button to start it or to go on."""
    study = chosen.study
    done = 0 if found is None else len(found.points) + found.failed
    st.markdown(_size(say, chosen) + ("" if found is None else " " + _far(say, chosen, found)))
    st.caption(_about_what(say, study))
    if job is not None:
        _ended(say, job)
    if chosen.is_store or done == jobs.designs_of(study):
        return
    if (futures := jobs.size(study)) > MOST_FUTURES:
        sentence = N_(
            "That is more than the {most} futures that are played here at most. Take fewer designs or futures, or "
            "play it on the command line."
        )
        st.warning(say.say(sentence, most=say.number(MOST_FUTURES)), icon=":material/block:")
        return
    if (limit := _too_large(say, study)) is not None:
        st.warning(limit, icon=":material/block:")
        return
    other = BENCH.job
    busy = other is not None and other.runs
    if busy and other is not None:
        _other(say, other)
    elif ROOM.wait(0):
        took = jobs.seconds(study, ROOM.engine)
        if took.seconds is not None:
            share = 1 - done * len(study.played) * study.replications.at_most / futures
            if took.seconds * share > jobs.MOST_SECONDS and not (took.least or choose.local()):
                sentence = N_(
                    "That would take {time} or so here, and a study may take {most}. Take fewer designs or futures, or "
                    "play it on the command line."
                )
                time, most = duration(say, took.seconds * share), duration(say, jobs.MOST_SECONDS)
                st.warning(say.say(sentence, time=time, most=most), icon=":material/block:")
                return
            _estimate(say, took.seconds * share, least=took.least)
    st.button(
        say.say("Go on") if done else say.say("Start"),
        on_click=_start,
        args=(chosen, say),
        disabled=busy,
        type="primary",
        icon=":material/play_arrow:",
        key="start-study",
    )


def _size(say: Words, chosen: Chosen) -> str:
    study = chosen.study
    sentence = N_("{designs} designs × {policies} policies × {each} futures = {all} futures.")
    if study.replications.half_width is not None:
        sentence = N_("{designs} designs × {policies} policies × at most {each} futures = at most {all} futures.")
    return say.say(
        sentence,
        designs=say.number(jobs.designs_of(study)),
        policies=say.number(len(study.played)),
        each=say.number(study.replications.at_most),
        all=say.number(jobs.size(study)),
    )


def _about_what(say: Words, study: Study) -> str:
    """Which policies it compares, and what it moves over which values, in a line."""
    policies = say.listed(literal(one.title[say.language]) for one in study.played)
    text = say.say("Policies: {policies}.", policies=policies)
    if moved := [f"{literal(factor_name(say, key))}{_over(say, study.spread[key])}" for key in study.spread]:
        shown = moved[:MOST_MOVED]
        if (more := len(moved) - len(shown)) > 0:
            shown.append(say.say("{n} more", n=say.number(more)))
        text += " " + say.say("Moved: {factors}.", factors="; ".join(shown))
    return text


def _over(say: Words, factor: Factor) -> str:
    if factor.low is not None and factor.high is not None:
        return f" ({value_name(say, factor.low)} – {value_name(say, factor.high)})"
    named = list(factor.levels) if factor.levels is not None else list(factor.values or ())
    return f" ({', '.join(literal(value_name(say, one)) for one in named)})" if named else ""


def _too_large(say: Words, study: Study) -> str | None:
    """What is too much for the memory of a server that others use, too."""
    if (many := jobs.memory(study)) > jobs.MOST_AT_ONCE:
        sentence = N_("One design plays {n} futures, and here it may play {most}. Take fewer futures of each design.")
        return say.say(sentence, n=say.number(many), most=say.number(jobs.MOST_AT_ONCE))
    if (many := jobs.cells(study)) > jobs.MOST_CELLS:
        sentence = N_("It keeps {n} outcomes, and here it may keep {most}. Take fewer designs or outcomes.")
        return say.say(sentence, n=say.number(many), most=say.number(jobs.MOST_CELLS))
    return None


def _estimate(say: Words, took: float, *, least: bool) -> None:
    if least:
        st.caption(say.say("At least {time}; how long exactly is still being tried.", time=duration(say, took)))
        return
    sentence = N_("About {time}, going by the first futures, which were just played. Others at this server come first.")
    st.caption(say.say(sentence, time=duration(say, took)))


def duration(say: Words, seconds: float) -> str:
    """A time that a visitor waits, in seconds, minutes or hours."""
    if seconds < 10:
        return say.say("10 seconds")
    if seconds < 90:
        return say.say("{n} seconds", n=say.number(10 * math.ceil(seconds / 10)))
    if seconds < 90 * 60:
        return say.say("{n} minutes", n=say.number(seconds / 60))
    return say.say("{n} hours", n=say.number(seconds / 3600))


def _far(say: Words, chosen: Chosen, found: Studied) -> str:
    text = say.say(
        "Played: {done} of {all} designs.",
        done=say.number(len(found.points)),
        all=say.number(jobs.designs_of(chosen.study)),
    )
    if found.failed:
        text += " " + say.say("{n} failed: their values do not go together.", n=say.number(found.failed))
    return text


def _start(chosen: Chosen, say: Words) -> None:
    try:
        begun = BENCH.start(chosen.study, choose.me(), None if choose.local() else jobs.MOST_SECONDS)
    except OSError:
        session.trouble([say.say(choose.UNKEPT)])
        return
    if begun:
        choose.own(chosen.study.digest)
        session.remember("study", chosen.study.digest)
    else:
        session.trouble([say.say("Somebody else just started a study. Yours can begin when that one has ended.")])


# ---- kept ----------------------------------------------------------------------------------------------------------


def _kept(say: Words) -> None:
    """The kept studies and how far they are: all of them for who sits at the machine, else the visitor's own."""
    mine = st.session_state.get("own-studies", [])
    found = [one for one in jobs.shelved() if choose.local() or one.study.digest in mine]
    if not found:
        st.caption(say.say("None yet. A study that you start is kept, and so is what it played."))
    for one in found:
        digest = one.study.digest
        with st.container(horizontal=True, gap="small", vertical_alignment="center", key=f"kept-{digest}"):
            st.button(say.say("Show"), on_click=session.remember, args=("study", digest), key=f"show-{digest}")
            title = literal(one.study.title[say.language])
            st.markdown(f"**{title}** · {_state(say, one)}  \n:small[{_about_what(say, one.study)}]")


def _state(say: Words, one: Kept) -> str:
    job = BENCH.of(one.study.digest)
    if job is not None and job.runs:
        return say.say("being played")
    if one.done == one.designs:
        return say.say("done, {n} designs", n=say.number(one.designs))
    return say.say("{done} of {all} designs", done=say.number(one.done), all=say.number(one.designs))


# ---- watch ---------------------------------------------------------------------------------------------------------


def _watch(say: Words, job: Job) -> None:
    """How far it is, looked at again and again; the rest of the page stays as it is."""
    mine = job.owner == choose.me() or choose.local()

    @st.fragment(run_every=_BEAT)
    def look() -> None:
        if not job.runs:
            st.rerun()
        state = job.state
        share = state.done / state.total if state.total else 0.0
        with st.container(key="watch-study"):
            st.progress(share, text=_progress(say, job))
            if mine:
                st.button(
                    say.say("Stop"),
                    on_click=job.stop,
                    disabled=job.stopping,
                    icon=":material/stop:",
                    key="stop-study",
                    help=say.say("All that is done is kept, and you can go on later."),
                )

    look()


def _progress(say: Words, job: Job) -> str:
    state = job.state
    if job.stopping:
        return say.say("It ends, and keeps what is done.")
    if not state.total:
        return say.say("The first designs are being played.")
    done, total = say.number(state.done), say.number(state.total)
    if state.left is None:
        return say.say("{done} of {all} designs", done=done, all=total)
    left = duration(say, state.left)
    return say.say("{done} of {all} designs, about {time} to go", done=done, all=total, time=left)


def _ended(say: Words, job: Job) -> None:
    state = job.state
    if job.late:
        sentence = N_("It took longer than {time}, which is the most here. What was done is kept.")
        st.info(say.say(sentence, time=duration(say, jobs.MOST_SECONDS)), icon=":material/timer_off:")
    elif state.ended == "stopped":
        st.info(say.say("Stopped. What was done is kept."), icon=":material/pause:")
    elif state.ended == "full":
        st.error(say.say("The disk of this server is full. What was done is kept."), icon=":material/error:")
    elif state.ended == "refused":
        st.error("  \n".join(literal(one) for one in state.why), icon=":material/error:")
    elif state.ended == "broken":
        st.error(
            say.say("The study broke off; the terminal of the server says why. What was done is kept."),
            icon=":material/error:",
        )


def _other(say: Words, job: Job) -> None:
    """That another study is being played; who started it can go and look."""
    state = job.state
    text = say.say(
        "Another study is being played here: {done} of {all} designs. One at a time.",
        done=say.number(state.done),
        all=say.number(state.total) if state.total else "…",
    )
    st.info(text, icon=":material/hourglass_top:")
    if job.owner == choose.me() or choose.local():
        st.button(say.say("Show it"), on_click=session.remember, args=("study", job.digest), key="show-study")


# ---- elsewhere -----------------------------------------------------------------------------------------------------


def _elsewhere(say: Words, chosen: Chosen) -> None:
    """The command that plays the same, and the file."""
    study = chosen.study
    st.header(say.say("On the command line"), anchor=False)
    code = shlex.join(["weerbaar", "study", "resume", str(chosen.folder)]) if chosen.is_store else command(study)
    st.code(code, language=None, wrap_lines=True)
    if chosen.is_store:  # its worlds and policies may be files of their own
        return
    save(say.say("Save the study file"), lambda: study_yaml(study, by_id=True), f"{study.id}.yaml", key="save-study")
    for name, text in policy_files(study).items():
        save(say.say("Save its policy, for the same folder"), partial(str, text), name, key=f"save-{name}")
    if choose.local() and chosen.folder.is_dir():
        st.caption(say.say("What was played here is in a folder that every question of the command line takes:"))
        where = ["--world", study.worlds[0].id] if len(study.worlds) > 1 else []
        asks = shlex.join(["weerbaar", "study", "effects", str(chosen.folder), *where])
        st.code(asks, language=None, wrap_lines=True)


if __name__ == "__main__":
    draw()
