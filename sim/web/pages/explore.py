"""The page "Explore": move the levers, see at once what changes, for whom, and how sure that is."""

from __future__ import annotations

import streamlit as st

from sim.experiments.compare import Comparison
from sim.show.charts import burden_by_size, exceedance, who_pays
from sim.show.tiles import tile_map
from sim.text import Words
from sim.web import around
from sim.web.answer import ask, pair
from sim.web.chart import chart
from sim.web.figures import FIGURES, card, table
from sim.web.view import View, view

TABS = {"payers": "Who pays", "risk": "How bad it can get"}


def draw() -> None:
    """Draw the page."""
    seen = view()
    say = seen.say
    count = len(seen.world.municipalities)
    around.head(seen, say.say("Who carries the risk when {n} municipalities can be hacked?", n=say.number(count)))
    answer = ask(seen, pair(seen))
    _key_figures(answer.result, say)
    st.info(answer.result.sentence(say.language), icon=":material/lightbulb:")
    charts = _charts(seen, answer.result)
    with st.expander(say.say("Show as a table"), icon=":material/table:"):
        st.table(table(answer.result, say), border="horizontal")
    around.foot(seen, answer.result)
    answer.finish(seen, charts)


def _key_figures(result: Comparison, say: Words) -> None:
    with st.container(horizontal=True, gap="small", key="figures"):
        for figure in FIGURES:
            shown = card(figure, result, say)
            st.metric(
                shown.label,
                f"{shown.value} :small[{shown.unit}]",
                shown.delta,
                delta_color=shown.colour,
                delta_arrow=shown.arrow,
                help=shown.help,
                border=True,
                width="stretch",
            )
    if len(result.policies) > 1:
        note = say.say(
            "Arrows: difference from “{baseline}” on the same {n} futures; grey: uncertain, or a shift between payers.",
            baseline=result.baseline.title[say.language],
            n=say.number(result.replications),
        )
    else:
        note = say.say("This is today's policy. Move a lever or choose another start point to see what changes.")
    st.caption(note + " " + say.say("*Not money."))


def _charts(seen: View, result: Comparison) -> list[str]:
    """Draw the two charts of the open tab; return their revisions."""
    say, scheme, shown = seen.say, seen.scheme, result.policies[-1]
    tab = around.tabs(seen, "tab", {name: say.say(label) for name, label in TABS.items()})
    with tab.place:
        left, right = st.columns(2, gap="medium")
        if tab.name == "payers":
            with left:
                one = chart("who_pays", who_pays(result, shown, say.language, scheme=scheme))
            with right:
                two = chart("tiles", tile_map(result, shown, say.language, scheme=scheme))
        else:
            with left:
                one = chart("exceedance", exceedance(result, say.language, scheme=scheme))
            with right:
                two = chart("burden", burden_by_size(result, say.language, scheme=scheme))
    return [one, two]


if __name__ == "__main__":
    draw()
