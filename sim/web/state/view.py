"""What a page is drawn from: the screen that the visitor chose, and the language. Made once a run."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from sim.model.policy.policy import Policy
from sim.model.world.world import World
from sim.text import Words
from sim.web.state.choice import BASELINE, presets, world_of
from sim.web.state.link import Screen


@dataclass(frozen=True)
class View:
    """What all pages are about: today's policy, the policy chosen, and the world under these assumptions."""

    screen: Screen
    say: Words
    world: World
    baseline: Policy
    policy: Policy

    @property
    def scheme(self) -> str:
        """The colours of the page: "light" or "dark"."""
        return "dark" if st.context.theme.type == "dark" else "light"


def show(screen: Screen, say: Words) -> None:
    """Keep what the page that follows is to be drawn from."""
    st.session_state["view"] = View(screen, say, world_of(screen.world), presets()[BASELINE], screen.choice.policy)


def view() -> View:
    """What the page is drawn from."""
    found: View = st.session_state["view"]
    return found
