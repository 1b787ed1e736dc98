"""The page "Model and sources": the chain of events, every number, checks against formulas, and files to take away."""

from __future__ import annotations

import functools
import json
import threading

import streamlit as st

from sim.experiments.validation import history
from sim.experiments.validation.closed_forms import Check, checks
from sim.model.files.load import load_policy, load_world
from sim.model.files.write_yaml import world_yaml
from sim.model.parameter_table import parameters
from sim.model.world.provenance import is_flanders
from sim.model.world.world import World
from sim.package import PACKAGE
from sim.show.base.table import ChartTable, chart_table
from sim.show.charts.chain_of_events import chain, limits
from sim.show.charts.tile_map import table_of_municipalities
from sim.show.names import GRADES
from sim.show.tables import key_figures, real_incidents
from sim.show.tables.parameters import ORDERS, chosen, numbers
from sim.text import N_, Words
from sim.version import MODEL_VERSION
from sim.web.answers.answer import Answer, ask, engine_of, no_answer, pair
from sim.web.layout import page_frame
from sim.web.layout.download import save, save_table
from sim.web.state import snippet
from sim.web.state.choice import BASELINE
from sim.web.state.policy_file import text_of
from sim.web.state.view import View, view

TABS = {
    "chain": N_("How it works"),
    "numbers": N_("Every number"),
    "checks": N_("Checks"),
    "files": N_("Take it away"),
    "changes": N_("Changes"),
}
SCOPES = {"": N_("World and policy"), "world": N_("The world"), "policy": N_("Policies")}
ORDER_NAMES = {"model": N_("As in the files"), "name": N_("By name"), "grade": N_("Best evidence first")}
CHANGELOG = PACKAGE / "CHANGELOG.md"
_SIZE = {"compiled": 100, "reference": 3}
"""Futures of each check."""
HISTORY_WORLD = "flanders-2020"
"""The world that the incidents of 2020 to 2023 are held against."""
_checking = threading.Lock()


def draw() -> None:
    """Draw the page."""
    seen = view()
    say = seen.say
    page_frame.head(seen, say.say("What is in the model, and where does it come from?"))
    tab = page_frame.tabs(seen, "about", {name: say.say(label) for name, label in TABS.items()})
    answer: Answer | None = None
    with tab.place:
        if tab.name == "chain":
            _chain(seen)
        elif tab.name == "numbers":
            _numbers(say)
        elif tab.name == "checks":
            _checks(seen)
        elif tab.name == "files":
            answer = _files(seen)
        else:
            _changes(say)
    st.caption(say.say("**A model, not a forecast.** Version {version}.", version=MODEL_VERSION))
    if answer is None:
        no_answer(seen)
    else:
        answer.finish(seen, [])


# ---- how it works --------------------------------------------------------------------------------------------------


def _chain(seen: View) -> None:
    say = seen.say
    st.markdown(
        say.say(
            "Chance is fixed before any policy acts: a world deals the same possible futures to every policy. A policy "
            "changes what an attack does, never when it comes. So what differs between two policies is the policy."
        )
    )
    st.html(chain(say, seen.scheme))
    st.header(say.say("What it cannot say"), anchor=False)
    st.markdown("\n".join(f"- {sentence}" for sentence in limits(say)))


# ---- every number --------------------------------------------------------------------------------------------------


def _numbers(say: Words) -> None:
    rows = list(parameters().values())
    with st.container(horizontal=True, gap="small", key="filters"):
        words = st.text_input(
            say.say("Search"), key="search-numbers", max_chars=60, placeholder=say.say("ransom, backup, VRT…")
        )
        scope = st.selectbox(
            say.say("Which"), list(SCOPES), format_func=lambda name: say.say(SCOPES[name]), key=f"scope-{say.language}"
        )
        order = st.selectbox(
            say.say("Order"),
            list(ORDERS),
            format_func=lambda name: say.say(ORDER_NAMES[name]),
            key=f"order-{say.language}",
        )
    grades = st.pills(
        say.say("Grade of the evidence"),
        list(GRADES),
        selection_mode="multi",
        key="grades",
        format_func=lambda grade: f"{grade}: {say.say(GRADES[grade])}",
    )
    found = chosen(rows, say.language, words=words, grades=grades, scope=scope)
    st.caption(
        say.say(
            "{n} of {all} numbers; {x} of them are assumptions that nobody measured (grade X).",
            n=say.number(len(found)),
            all=say.number(len(rows)),
            x=say.number(sum(row.is_assumption for row in found)),
        )
    )
    if not found:
        return
    with st.container(key="on-a-phone-numbers"):
        st.caption(say.say("Swipe the table to the left for the range, the grade and the source."))
    table = numbers(found, say, order)
    with st.container(height=480, key="long-numbers"):
        st.table(table.in_words(say), border="horizontal")
    save_table(lambda: table, f"weerbaar-numbers-{say.language}", say, key="numbers")


# ---- checks --------------------------------------------------------------------------------------------------------


@functools.cache
def _run(engine: str) -> list[Check]:
    return checks(engine, _SIZE[engine])


def _found(engine: str) -> list[Check]:
    with _checking:  # once a process, however many look
        return _run(engine)


def _checks(seen: View) -> None:
    say = seen.say
    st.markdown(
        say.say(
            "Every mechanism of the model can be switched off, so that what is left can be held against a formula from "
            "a textbook. Four such experiments were just run on this machine. The tests that come with Weerbaar hold "
            "many more."
        )
    )
    with st.spinner(say.say("Experiments are being run.")):
        found = _found(engine_of(say))
    agreeing = sum(check.agrees for check in found)
    with st.container(key="finding-checks"):
        st.header(
            say.say("{n} of {all} experiments agree with their formula", n=agreeing, all=len(found)), anchor=False
        )
    table = _table_of_experiments(found, say)
    _wide(say, "checks", table)
    st.caption(
        say.say(
            "They agree where the two numbers lie within four standard errors of each other. λ, m, σ: rate, median and "
            "spread; c, a, d: teams, load and days of work; D: mean outage; N, v, α, β: attempts and the curve of "
            "Gordon and Loeb, z* their best spend."
        )
    )
    save_table(lambda: table, f"weerbaar-checks-{say.language}", say, key="checks")
    _happened(say, seen.world)


def _wide(say: Words, name: str, table: ChartTable) -> None:
    """A table that is wider than a phone."""
    with st.container(key=f"on-a-phone-{name}"):
        st.caption(say.say("Swipe the table to the left for the numbers and the verdict."))
    with st.container(key=f"wide-{name}"):
        st.table(table.in_words(say), border="horizontal")


@functools.cache
def _played_history(engine: str) -> list[history.Check]:
    world, policy = load_world(HISTORY_WORLD), load_policy(BASELINE)
    return history.history(world, policy, replications=_SIZE[engine], engine=engine)


def _happened(say: Words, world: World) -> None:
    """The model beside what happened, or that nothing is known of what happened in this world."""
    if not is_flanders(world):
        st.header(say.say("The model beside what happened"), anchor=False)
        st.markdown(real_incidents.no_record(say))
        return
    engine = engine_of(say)
    with st.spinner(say.say("Experiments are being run.")), _checking:
        found = _played_history(engine)
    with st.container(key="finding-happened"):
        st.header(real_incidents.finding(say, found), anchor=False)
    st.markdown(
        say.say(
            "Real incidents in Flanders beside the middle 90% of {n} futures of today's policy there, with the "
            "assumptions as they come.",
            n=say.number(_SIZE[engine]),
        )
        + " "
        + real_incidents.how_to_read(say)
    )
    table = real_incidents.table_of_checks(found, say)
    _wide(say, "happened", table)
    save_table(lambda: table, f"weerbaar-history-{say.language}", say, key="happened")


def _table_of_experiments(found: list[Check], say: Words) -> ChartTable:
    return chart_table(
        (
            say.say("Experiment"),
            say.say("Law"),
            say.say("Formula"),
            say.say("Simulated"),
            say.say("By the formula"),
            say.say("Standard error"),
            say.say("Unit"),
            say.say("Verdict"),
        ),
        [
            (
                say.say(CHECK_NAMES[check.name]),
                say.say(LAWS[check.law]),
                check.formula,
                check.simulated,
                check.expected,
                check.error,
                say.say(CHECK_UNITS[check.unit]),
                say.say("agrees") if check.agrees else say.say("does not agree"),
            )
            for check in found
        ],
        digits=4,
    )


CHECK_NAMES = {
    "loss": N_("Loss of a municipality in a year"),
    "wait": N_("Waiting for a response team"),
    "down": N_("Time without services"),
    "break-ins": N_("Break-ins where each spends what is best for it"),
}
LAWS = {
    "poisson": N_("Compound Poisson"),
    "erlang": N_("Erlang C"),
    "renewal": N_("Alternating renewal"),
    "gordon": N_("Gordon and Loeb"),
}
CHECK_UNITS = {"euro": N_("euro"), "days": N_("days"), "%": N_("% of the time"), "a year": N_("a year")}


# ---- take it away --------------------------------------------------------------------------------------------------


def _files(seen: View) -> Answer:
    say, language, choice, world = seen.say, seen.say.language, seen.screen.choice, seen.screen.world
    answer = ask(seen, pair(seen))
    result, seed = answer.result, seen.screen.seed
    mark = f"{language}-seed-{seed}-v{MODEL_VERSION}"
    st.markdown(
        say.say(
            "What stands on the page Explore, from {n} futures. The command and the Python give exactly the same "
            "numbers.",
            n=say.number(result.replications),
        )
    )
    with st.container(horizontal=True, gap="small", key="downloads"):
        save(say.say("Policy file"), lambda: text_of(choice, ""), snippet.file_name(choice), key="get-policy")
        save(say.say("World file"), lambda: world_yaml(seen.world), f"{seen.world.id}.yaml", key="get-world")
        save(
            say.say("Answer as JSON"),
            lambda: json.dumps(result.to_json(), indent=2, ensure_ascii=False),
            f"weerbaar-answer-{mark}.json",
            key="get-json",
        )
        save(
            say.say("Key figures as CSV"),
            lambda: key_figures.table_of_key_figures(result, language).csv(language),
            f"weerbaar-key-figures-{mark}.csv",
            key="get-figures",
        )
        save(
            say.say("Municipalities as CSV"),
            lambda: table_of_municipalities(result, result.policies[-1], language).csv(language),
            f"weerbaar-municipalities-{mark}.csv",
            key="get-towns",
        )
    st.header(say.say("As a command"), anchor=False)
    st.code(
        snippet.command(choice, world, seed=seed, replications=result.replications, years=result.years),
        language=None,
        wrap_lines=True,
    )
    st.header(say.say("As Python"), anchor=False)
    code = snippet.python(choice, world, seed=seed, replications=result.replications, language=language)
    save(say.say("Save the Python"), lambda: code, "weerbaar-screen.py", key="get-python")
    st.code(code, language=None, wrap_lines=True)
    return answer


# ---- changes -------------------------------------------------------------------------------------------------------


def _changes(say: Words) -> None:
    path = CHANGELOG if CHANGELOG.is_file() else CHANGELOG.parents[1] / CHANGELOG.name  # in the wheel, in a checkout
    st.caption(say.say("What a user has with each version, and whether the numbers changed. In English."))
    _, _, text = path.read_text(encoding="utf-8").partition("\n## ")
    with st.container(key="changelog"):
        st.markdown(f"## {text}")


if __name__ == "__main__":
    draw()
