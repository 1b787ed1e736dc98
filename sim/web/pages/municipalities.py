"""The page "Municipalities": find one, and see what the policies mean for it."""

from __future__ import annotations

import functools

import numpy as np
import streamlit as st

from sim.experiments.comparison.compare import Comparison, explain
from sim.model.policy.policy import Policy
from sim.model.world.mergers import name_since
from sim.model.world.municipalities import Municipality
from sim.model.world.typical import typical
from sim.model.world.world import World
from sim.results.estimates import Difference
from sim.results.story import Story
from sim.show.charts.one_municipality import FELT, Town, peers, table_of_peers, table_of_town_futures, town_futures
from sim.show.charts.prevention_optimum import left_out, optimum, what_decides
from sim.show.charts.tile_map import table_of_municipalities, tile_map
from sim.show.tables.optima import table_of_optimum, table_of_optimum_by_assumption
from sim.text import N_, Words
from sim.web.answers.answer import ask, pair
from sim.web.layout import future_picker, page_frame
from sim.web.layout.chart import chart
from sim.web.layout.file_menu import literal, unmarked
from sim.web.layout.key_figures import Colour, too_small
from sim.web.state import session
from sim.web.state.chosen_town import chosen
from sim.web.state.view import View, view
from sim.web.widgets import fields, windows

TABS = {
    "cost": N_("What it costs"),
    "outage": N_("Outages"),
    "prevention": N_("How much prevention"),
    "story": N_("One future"),
}
KINDS = {"rural": N_("A small rural one"), "middle": N_("One in the middle"), "centre": N_("A centre city")}
RULES = {
    "rural": N_("The median of those with fewer than 10,000 inhabitants and at most the median density."),
    "middle": N_("The median of all but the centre cities, by inhabitants."),
    "centre": N_("The median of the centre cities, by inhabitants."),
}
HELPS = {
    "own": N_("What the municipality pays itself, after what others take over."),
    "outage": N_("Days on which services are missed, on average for an inhabitant."),
    "serious": N_("Incidents that stop services for hours or days, and severe ones."),
}
STORIES = {"worst": N_("Its worst"), "middle": N_("In the middle"), "number": N_("By number")}

_MAP = 260  # pixels: as high as half a page is wide for it


def draw() -> None:
    """Draw the page."""
    seen = view()
    say, municipality = seen.say, chosen(seen.world, seen.screen.fields["town"])
    page_frame.head(seen, say.say("What does it mean for one municipality?"))
    answer = ask(seen, pair(seen))
    town = Town(answer.result, municipality)
    left, right = st.columns(2, gap="medium")
    with left:
        charts = [_map(seen, answer.result, municipality)]
    with right:
        _search(seen, municipality)
        _cards(seen)
    st.header(
        say.say("{name}, {n} inhabitants", name=municipality.name, n=say.number(municipality.population)), anchor=False
    )
    _key_figures(seen, town)
    charts += _tabs(seen, town)
    page_frame.foot(seen, answer.result)
    answer.finish(seen, charts)


# ---- which one -----------------------------------------------------------------------------------------------------


def _map(seen: View, result: Comparison, town: Municipality) -> str:
    say, shown = seen.say, result.policies[-1]
    codes = sorted(municipality.nis for municipality in seen.world.municipalities)
    return chart(
        seen,
        "map",
        tile_map(result, shown, say.language, scheme=seen.scheme, height=_MAP, marked=town.nis),
        lambda: table_of_municipalities(result, shown, say.language),
        picked=lambda place: session.remember("town", str(codes[place])),
    )


def _search(seen: View, town: Municipality) -> None:
    """Let the visitor find one by its name."""
    say = seen.say
    names = {
        municipality.nis: municipality.name
        for municipality in sorted(seen.world.municipalities, key=lambda municipality: municipality.name)
    }
    for municipality in seen.world.municipalities:  # found by the name of today too
        if (new := name_since(municipality)) is not None:
            names[municipality.nis] = say.say("{name} (since the mergers {new})", name=municipality.name, new=new)
    window = windows.one_of(town.nis, names, windows.field("town"), alone=True)
    label = say.say("Find a municipality, or click its tile")
    fields.box(window, names, key=f"town-{say.language}", label=label)


def _cards(seen: View) -> None:
    """Three municipalities that stand for many."""
    say = seen.say
    for kind, town in typical(seen.world):
        with st.container(border=True, key=f"card-{kind}"), st.container(horizontal=True, vertical_alignment="center"):
            with st.container(width="stretch", gap=None):
                st.markdown(f"**{say.say(KINDS[kind])}** · {say.say('{n} inhabitants', n=say.number(town.population))}")
                st.caption(say.say(RULES[kind]))
            st.button(
                town.name,
                on_click=session.remember,
                args=("town", str(town.nis)),
                key=f"typical-{kind}",
                icon=":material/location_on:",
            )


# ---- what it means for it ------------------------------------------------------------------------------------------


def _key_figures(seen: View, town: Town) -> None:
    """Its own cost, a bad future, days without services and serious incidents, with the difference from today."""
    say, result = seen.say, town.result
    shown = result.policies[-1]
    own = town.estimate(shown, "own")
    with st.container(horizontal=True, gap="small", key="figures"):
        _figure(town, "own", say.say("Own cost"), say.say("€ a head"), say)
        ends = {"low": say.figure(own.p95_ci95[0]), "high": say.figure(own.p95_ci95[1])}
        _card(
            say,
            say.say("1 in 20 above"),
            say.say("€ a head"),
            own.p95,
            say.say("In 1 future of 20 its own cost is this or more. {level}% interval: {low} to {high}.", **ends),
        )
        _figure(town, "outage", say.say("Without services"), say.say("days"), say)
        _figure(town, "serious", say.say("Serious incidents"), say.say("a year"), say)
    note = say.say(
        "{town} itself pays {amount} a year on average under “{policy}”. All figures are means over the {years} of a "
        "future, costs and days by inhabitant and year.",
        town=town.municipality.name,
        amount=say.money(own.mean * town.municipality.population),
        policy=shown.title[say.language],
        years=say.years(result.years),
    )
    if len(result.policies) > 1:
        values = {"baseline": result.baseline.title[say.language], "n": say.number(result.replications)}
        note += " " + say.say("Arrows: difference from “{baseline}” on the same {n} futures.", **values)
    st.caption(note)


def _figure(town: Town, measure: str, label: str, unit: str, say: Words) -> None:
    """A mean with its interval, and its difference from the baseline; what is only a shift of money has no colour."""
    shown = town.result.policies[-1]
    e, gap = town.estimate(shown, measure), town.difference(shown, measure)
    low, high = (say.figure(max(0.0, end)) for end in e.ci95)
    text = say.say("{level}% interval of the mean: {low} to {high}.", low=low, high=high)
    if not np.isfinite(e.ci95).all():
        text = say.say("One future gives no interval.")
    text = f"{say.say(HELPS[measure])} {text}"
    delta = _delta(say, measure, gap) if len(town.result.policies) > 1 else None
    small = too_small(say, gap, e.mean, _digits(e.mean)) if delta not in (None, "0") else None
    grey = measure == "own" or gap.verdict == "too_close" or delta == "0" or small is not None
    _card(say, label, unit, e.mean, text, small or delta, "off" if grey else "inverse", arrow=small is None)


def _card(
    say: Words,
    label: str,
    unit: str,
    value: float,
    text: str,
    delta: str | None = None,
    colour: Colour = "off",
    *,
    arrow: bool = True,
) -> None:
    st.metric(
        label,
        f"{say.figure(value, _digits(value))} :small[{unit}]",
        delta,
        delta_color=colour,
        delta_arrow="off" if delta is None or delta.startswith("0") or not arrow else "auto",
        help=text,
        border=True,
        width="stretch",
        height="stretch",
    )


def _digits(value: float) -> int:
    return 2 if value < 1 else 3


def _delta(say: Words, measure: str, gap: Difference) -> str:
    if gap.share_of_futures_equal == 1 or max(map(abs, gap.ci95)) < FELT.get(measure, 0.0):
        return "0"
    return say.change(gap.mean, (gap.ci95[1] - gap.ci95[0]) / 2)


def _tabs(seen: View, town: Town) -> list[str]:
    """Draw the open tab; return the revisions of its charts."""
    say, language, scheme = seen.say, seen.say.language, seen.scheme
    tab = page_frame.tabs(seen, "look", {name: say.say(label) for name, label in TABS.items()})
    with tab.place:
        if tab.name == "story":
            _story(seen, town)
            return []
        if tab.name == "prevention":
            return _prevention(seen, town)
        measure = "own" if tab.name == "cost" else "outage"
        left, right = st.columns(2, gap="medium")
        with left:
            futures = town_futures(town, measure, language, scheme=scheme)
            first = chart(seen, f"futures-{measure}", futures, lambda: table_of_town_futures(town, measure, language))
        with right:
            strip = peers(town, measure, language, scheme=scheme)
            second = chart(seen, f"peers-{measure}", strip, lambda: table_of_peers(town, measure, language))
        return [first, second]


def _prevention(seen: View, town: Town) -> list[str]:
    """Private against social optimum, what decides it, and what is not counted."""
    say, result, nis = seen.say, town.result, town.municipality.nis
    shown, language = result.policies[-1], seen.say.language
    left, right = st.columns([3, 2], gap="medium")
    with left:
        drawn = chart(
            seen,
            "optimum",
            optimum(result, shown, nis, language, scheme=seen.scheme),
            lambda: table_of_optimum(result, shown, nis, language),
        )
    with right:
        st.markdown(what_decides(say, result.world, shown, nis))
        st.caption(left_out(say))
        page_frame.lazy(
            say.say("Under every level of both assumptions"),
            "table",
            "deciding",
            lambda: st.table(
                table_of_optimum_by_assumption(result, shown, nis, language).in_words(say), border="horizontal"
            ),
        )
    return [drawn]


# ---- one of its futures --------------------------------------------------------------------------------------------


def _story(seen: View, town: Town) -> None:
    """Its story in one future, under today's policy and under the one chosen, side by side."""
    say, policies = seen.say, town.result.policies
    number = _future(seen, town)
    st.caption(
        say.say(
            "Future {number} of {n}, the same one under every policy. Here {town} itself pays {amount} a head a year "
            "under “{policy}”.",
            number=str(number),
            n=say.number(town.result.replications),
            town=town.municipality.name,
            amount=say.money(float(town.values(policies[-1], "own")[number])),
            policy=policies[-1].title[say.language],
        )
        if number < town.result.replications
        else say.say("Future {number}, the same one under every policy.", number=str(number))
    )
    for column, policy in zip(st.columns(len(policies), gap="medium"), policies, strict=True):
        with column, st.container(border=True, height="stretch", key=f"card-story-{policy.id}"):
            st.header(unmarked(policy.title[say.language]), anchor=False)
            story = _told(
                town.result.world, policy, town.municipality.nis, number, town.result.seed, town.result.engine
            )
            for line in story.lines(say.language)[1:]:
                st.markdown(literal(line))


def _future(seen: View, town: Town) -> int:
    """Let the visitor choose a future, and return its number."""
    say, today = seen.say, town.result.baseline
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom", key="which"):
        return future_picker.future(
            seen,
            "story",
            {kind: say.say(label) for kind, label in STORIES.items()},
            {"worst": town.worst(today), "middle": town.middle(today)},
            help=say.say(
                "Of the futures that were played, by what they cost this municipality itself under today's policy."
            ),
        )


@functools.lru_cache(maxsize=64)
def _told(world: World, policy: Policy, nis: int, replication: int, seed: int, engine: str) -> Story:
    return explain(world, policy, municipality=nis, replication=replication, seed=seed, engine=engine)


if __name__ == "__main__":
    draw()
