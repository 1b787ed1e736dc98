"""What stands around the answer of every page: its title, its tabs, what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from sim.experiments.compare import Comparison
from sim.model.policy import Policy
from sim.model.spec import parameters
from sim.text import Words
from sim.version import MODEL_VERSION
from sim.web import link
from sim.web.levers import GRADES, policy_levers, world_levers
from sim.web.sources import titles
from sim.web.view import View

_MOST_PROBLEMS = 4


def head(view: View, title: str) -> None:
    """Draw the title, and what was wrong with the link that brought the visitor here."""
    say = view.say
    st.title(title, anchor=False)
    _, problems = link.read(st.session_state["arrival"], say.language)
    for sentence in problems[:_MOST_PROBLEMS]:
        st.warning(sentence, icon=":material/link_off:")
    with st.container(key="on-a-phone"):
        st.caption(say.say("The levers are behind » at the top left."))


@dataclass(frozen=True)
class Tab:
    """The tab that is open: its id, and where to draw."""

    name: str
    place: Any


def tabs(view: View, labels: Mapping[str, str]) -> Tab:
    """Draw tabs and return the open one; only that one is to be drawn. `labels` are their words by id."""
    state, key = st.session_state, f"tab-{view.say.language}"

    def moved() -> None:
        state["tab"] = next((name for name, label in labels.items() if label == state.get(key)), view.screen.tab)

    places = st.tabs(list(labels.values()), default=labels[view.screen.tab], key=key, on_change=moved)
    at = list(labels).index(view.screen.tab)
    return Tab(view.screen.tab, places[at])


def foot(view: View, result: Comparison) -> None:
    """Draw what stands under every answer: what it rests on, and that it is a model."""
    say = view.say
    with st.expander(say.say("Assumptions and sources"), icon=":material/menu_book:"):
        _sources(view.policy, say)
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
            st.markdown(f"**{label}** · {text[say.language]}")
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
        named = "; ".join(titles()[key] for key in row.sources if key in titles())
        st.markdown(f"- **{row.label[say.language]}** · {grade}" + (f" · {named}" if named else ""))
