"""What stands around the answer of every page: its title, its tabs, what it rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from sim.experiments.comparison.compare import Comparison
from sim.model.parameter_table import parameters
from sim.model.policy.policy import Policy
from sim.show.names import GRADES
from sim.show.tables.parameters import sources
from sim.text import Words
from sim.version import MODEL_VERSION
from sim.web.layout.chart import is_open
from sim.web.layout.file_menu import literal, told
from sim.web.levers.lever import policy_levers, world_levers
from sim.web.state import link
from sim.web.state.view import View
from sim.web.widgets import fields, windows

_MOST_PROBLEMS = 4


def head(view: View, title: str) -> None:
    """Draw the title, and what was wrong with the link that brought the visitor here, or with the file they opened."""
    say = view.say
    st.title(title, anchor=False)
    problems = link.told(st.session_state["arrival"], say.language)
    for sentence in problems[:_MOST_PROBLEMS]:
        st.warning(sentence, icon=":material/link_off:")
    if (more := len(problems) - _MOST_PROBLEMS) > 0:
        st.warning(say.say("And {n} more.", n=say.number(more)), icon=":material/link_off:")
    if trouble := st.session_state["trouble"]:
        st.error(told(trouble), icon=":material/error:")
    if notes := st.session_state["notes"]:
        st.warning(told(notes), icon=":material/rule:")
    with st.container(key="on-a-phone"):
        st.caption(say.say("The levers and the other pages are behind » at the top left."))


@dataclass(frozen=True)
class Tab:
    """The tab that is open: its id, and where to draw."""

    name: str
    place: Any


def tabs(view: View, field: str, labels: Mapping[str, str]) -> Tab:
    """Draw tabs and return the open one; only that one is to be drawn.

    `field` names the one of link.FIELDS that says which is open, and `labels` are their words by id; where it says one
    that is not among them, the first is open.
    """
    now = view.screen.fields[field]
    now = now if now in labels else next(iter(labels))
    window = windows.one_of(now, labels, windows.field(field), alone=True)
    return Tab(now, fields.tabs(window, labels, key=f"{field}-{view.say.language}")[now])


def lazy(label: str, icon: str, key: str, draw: Callable[[], object]) -> None:
    """Draw something that most do not ask for: only when it is opened, so that it costs the others nothing."""
    box = st.expander(label, icon=f":material/{icon}:", key=f"more-{key}", on_change="rerun")
    if is_open(box):
        with box:
            draw()


def foot(view: View, result: Comparison) -> None:
    """Draw what stands under every answer: what it rests on, and that it is a model."""
    say = view.say
    lazy(say.say("Assumptions and sources"), "menu_book", "sources", lambda: _sources(view.policy, say))
    st.caption(
        say.say(
            "**A model, not a forecast.** Version {version} · {world} · {n} futures of {years} years · seed {seed} · "
            "the address of this page brings it back.",
            version=MODEL_VERSION,
            world=result.world.title[say.language],
            n=say.number(result.replications),
            years=result.years,
            seed=str(result.seed),
        )
    )


def _sources(policy: Policy, say: Words) -> None:
    for label, text in (
        (say.say("This policy"), policy.description),
        (say.say("Rests on"), policy.reference),
    ):
        if text is not None:
            st.markdown(f"**{label}** · {literal(text[say.language])}")
    rows = parameters().values()
    st.markdown(
        say.say(
            "{n} of the {all} numbers in the model have grade X: assumptions that nobody measured. The others rest on "
            "sources of different strength. Those you can move here:",
            n=say.number(sum(row.is_assumption for row in rows)),
            all=say.number(len(rows)),
        )
    )
    for lever in (*policy_levers(), *world_levers()):
        if (row := lever.parameter) is None:
            continue
        grade = say.say("grade {grade}, {meaning}", grade=row.grade, meaning=say.say(GRADES[row.grade]))
        named = "; ".join(say.say(sources()[key][0]) for key in row.sources if key in sources())
        st.markdown(f"- **{row.label[say.language]}** · {grade}" + (f" · {named}" if named else ""))
