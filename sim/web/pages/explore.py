"""The page "Explore": move the levers, see at once what changes, for whom, and how sure that is."""

from __future__ import annotations

import streamlit as st

from sim.experiments.comparison.compare import Comparison
from sim.experiments.comparison.robustness import FUTURES
from sim.results.findings import turning
from sim.show.charts.burden import burden_by_size, table_of_burden
from sim.show.charts.exceedance import exceedance, table_of_exceedance, who_pays
from sim.show.charts.one_of_twenty import dots, table_of_futures, table_of_worst_years, worst_year
from sim.show.charts.over_time import fan, paid_back, table_of_added_up_costs, table_of_years
from sim.show.charts.pot_balances import balances, drawn, table_of_balances
from sim.show.charts.tile_map import table_of_municipalities, tile_map
from sim.show.charts.who_pays import table_of_payers
from sim.show.sentences.why_it_changes import why
from sim.text import N_, Words
from sim.web.answers.answer import Answer, ask, pair, turns
from sim.web.layout import page_frame
from sim.web.layout.chart import chart
from sim.web.layout.key_figures import FIGURES, card, table
from sim.web.state.view import View, view

TABS = {"payers": N_("Who pays"), "risk": N_("Risk"), "towns": N_("Municipalities"), "time": N_("Over time")}


def draw() -> None:
    """Draw the page."""
    seen = view()
    say = seen.say
    count = len(seen.world.municipalities)
    page_frame.head(seen, say.say("Who carries the risk when {n} municipalities can be hacked?", n=say.number(count)))
    answer = ask(seen, pair(seen))
    _key_figures(answer.result, say)
    st.info(why(answer.result, answer.result.policies[-1], say.language), icon=":material/lightbulb:")
    charts = _charts(seen, answer.result)
    if len(answer.result.policies) > 1:
        page_frame.lazy(
            say.say("Does this hold under other assumptions?"), "balance", "turns", lambda: _turns(seen, answer)
        )
    page_frame.lazy(
        say.say("Key figures as a table"),
        "table",
        "key-figures",
        lambda: st.table(table(answer.result, say), border="horizontal"),
    )
    page_frame.foot(seen, answer.result)
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


def _turns(seen: View, answer: Answer) -> None:
    """Under which of the three deciding assumptions the finding turns: played when somebody asks."""
    say = seen.say
    if not answer.final:
        st.caption(say.say("This is worked out as soon as the answer above is refined."))
        return
    st.markdown(turning(say, turns(seen, answer)))
    st.caption(
        say.say(
            "Three assumptions decide, and what is known about them spans a factor of seven to ten: how often "
            "attacks come, what a day of service is worth, how often suppliers fall. Each was tried at its other "
            "levels, on {n} of these futures; “clearly” means by more than chance.",
            n=say.number(min(FUTURES, answer.result.replications)),
        )
    )


def _charts(seen: View, result: Comparison) -> list[str]:
    """Draw the two charts of the open tab; return their revisions."""
    say, scheme, language, shown = seen.say, seen.scheme, seen.say.language, result.policies[-1]
    tab = page_frame.tabs(seen, "tab", {name: say.say(label) for name, label in TABS.items()})
    with tab.place:
        left, right = st.columns(2, gap="medium")
        if tab.name == "payers":
            with left:
                one = chart(
                    seen,
                    "who-pays",
                    who_pays(result, shown, language, scheme=scheme),
                    lambda: table_of_payers(result, shown, language),
                )
            with right:
                two = chart(
                    seen,
                    "exceedance",
                    exceedance(result, language, scheme=scheme),
                    lambda: table_of_exceedance(result, language),
                )
        elif tab.name == "risk":
            with left:
                one = chart(
                    seen, "dots", dots(result, language, scheme=scheme), lambda: table_of_futures(result, language)
                )
            with right:
                two = chart(
                    seen,
                    "worst-year",
                    worst_year(result, language, scheme=scheme),
                    lambda: table_of_worst_years(result, language),
                )
        elif tab.name == "towns":
            with left:
                one = chart(
                    seen,
                    "tiles",
                    tile_map(result, shown, language, scheme=scheme),
                    lambda: table_of_municipalities(result, shown, language),
                )
            with right:
                two = chart(
                    seen,
                    "burden",
                    burden_by_size(result, language, scheme=scheme),
                    lambda: table_of_burden(result, language),
                )
        else:
            with left:
                one = chart(seen, "fan", fan(result, language, scheme=scheme), lambda: table_of_years(result, language))
            with right:
                two = _balances(seen, result) or chart(
                    seen,
                    "paid-back",
                    paid_back(result, language, scheme=scheme),
                    lambda: table_of_added_up_costs(result, language),
                )
    return [one, two]


def _balances(seen: View, result: Comparison) -> str:
    """Draw what is left in the fund and in envelopes, where the policy has any; return the revision."""
    language = seen.say.language
    if not drawn(result, result.policies[-1]):
        return ""
    figure = balances(result, language, scheme=seen.scheme)
    return chart(seen, "balances", figure, lambda: table_of_balances(result, language))


if __name__ == "__main__":
    draw()
