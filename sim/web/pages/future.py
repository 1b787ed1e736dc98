"""The page "One future": one of the futures, week by week, under today's policy and under the one chosen."""

from __future__ import annotations

import functools

import numpy as np
import streamlit as st

from sim.cells import as_texts
from sim.experiments.comparison.compare import Comparison, Future, simulate
from sim.model.policy.policy import Policy
from sim.model.world.world import World
from sim.results.trace import trace
from sim.results.weeks import dearest_year, edges, years_in
from sim.show.charts.incident_log import in_words, incident_log, table_of_weeks
from sim.show.film.stage import Side, sides_of
from sim.show.film.year_week_by_week import film
from sim.text import N_, Words
from sim.version import MODEL_VERSION
from sim.web.answers.answer import ask, pair
from sim.web.layout import future_picker, page_frame
from sim.web.layout.chart import chart
from sim.web.layout.download import save, save_table
from sim.web.state.view import View, view
from sim.web.widgets import fields, windows

WHICH = {"worst": N_("The dearest"), "middle": N_("The middle one"), "number": N_("By number")}
SHOWN = {"both": N_("Both policies"), "first": N_("Today's policy"), "last": N_("Your choice")}
_MOST_KEPT = 12  # whole futures, of about 1.5 MB each


def draw() -> None:
    """Draw the page."""
    seen = view()
    say = seen.say
    page_frame.head(seen, say.say("What happens in one future, week by week?"))
    answer = ask(seen, pair(seen), refined=False)
    result = answer.result
    place = st.container(horizontal=True, gap="medium", vertical_alignment="bottom", key="which")
    with place:
        number = _which(seen, result)
    futures = [_played(seen.world, policy, result.seed, number, result.engine) for policy in result.policies]
    with place:
        year = _year(seen, futures[0])
        shown = _shown(seen, futures)
    st.caption(_about(say, result, number))
    sides = sides_of(shown, year)
    language = say.language
    revision = chart(
        seen, "film", film(result, sides, language, scheme=seen.scheme), lambda: table_of_weeks(sides, language)
    )
    _log(seen, sides_of(futures, year), number)
    _events(seen, futures, number)
    page_frame.foot(seen, result)
    answer.finish(seen, [revision])


@functools.lru_cache(maxsize=_MOST_KEPT)
def _played(world: World, policy: Policy, seed: int, number: int, engine: str) -> Future:
    return simulate(world, policy, replication=number, seed=seed, engine=engine)


# ---- which one -----------------------------------------------------------------------------------------------------


def _which(seen: View, result: Comparison) -> int:
    """Let the visitor choose a future; return its number."""
    say = seen.say
    order = np.argsort(result.values(result.baseline, "cash_cost_eur"), kind="stable")
    return future_picker.future(
        seen,
        "future",
        {kind: say.say(label) for kind, label in WHICH.items()},
        {"worst": int(order[-1]), "middle": int(order[len(order) // 2])},
        help=say.say("Of the futures that were played, by what they cost in total under today's policy."),
    )


def _year(seen: View, future: Future) -> int:
    """Let the visitor choose a year; at first it is the one in which most is paid."""
    say = seen.say
    text = seen.screen.fields["year"]
    year = int(text) if text else dearest_year(seen.world, future.postings)
    names = {one: str(one) for one in years_in(seen.world)}
    window = windows.one_of(year, names, windows.field("year"), alone=True)
    fields.box(window, names, key="year", label=say.say("Year"), width=110)
    return year


def _shown(seen: View, futures: list[Future]) -> list[Future]:
    """Let the visitor choose which policies are drawn: on a phone one at a time is easier to see."""
    if len(futures) == 1:
        return futures
    say, side = seen.say, seen.screen.fields["side"]
    names = {name: say.say(label) for name, label in SHOWN.items()}
    window = windows.one_of(side, names, windows.field("side"))
    fields.segments(window, names, key=f"side-{say.language}", label=say.say("Show"))
    return {"both": futures, "first": futures[:1], "last": futures[-1:]}[side]


def _about(say: Words, result: Comparison, number: int) -> str:
    """Which future this is among those that were played."""
    if number >= result.replications:
        return say.say(
            "Future {number}. It is not among the first {n}, so its rank is not known.",
            number=str(number),
            n=say.number(result.replications),
        )
    costs = result.values(result.baseline, "cash_cost_eur")
    above = int(np.sum(costs > costs[number]))
    values = {
        "number": str(number),
        "amount": say.money(float(costs[number])),
        "years": say.years(result.years),
        "baseline": result.baseline.title[say.language],
        "above": say.number(above),
        "n": say.number(result.replications),
    }
    if above == 0:
        sentence = N_(
            "Future {number} costs {amount} over {years} under “{baseline}”, the most of the first {n} futures."
        )
    elif above == 1:
        sentence = N_(
            "Future {number} costs {amount} over {years} under “{baseline}”; of the first {n} futures one costs more."
        )
    else:
        sentence = N_(
            "Future {number} costs {amount} over {years} under “{baseline}”; of the first {n} futures {above} cost "
            "more."
        )
    return say.say(sentence, **values)


# ---- what happened -------------------------------------------------------------------------------------------------


def _log(seen: View, sides: list[Side], number: int) -> None:
    say, year, log = seen.say, sides[0].year.year, incident_log(sides, seen.say.language)
    with st.container(key="finding-log"):
        sentence = (
            N_("One incident stops services in {year}")
            if len(log.rows) == 1
            else N_("{n} incidents stop services in {year}")
        )
        st.header(say.say(sentence, n=say.number(len(log.rows)), year=year), anchor=False)
    if not log.rows:
        return
    if len(sides) > 1:
        st.caption(say.say("The same attack stands in one row; “–” says that it does not happen under that policy."))
    with st.container(key="on-a-phone-log"):
        st.caption(say.say("Swipe the table to the left for the days and the cost."))
    with st.container(height=360, key="long-log"):
        st.table(in_words(sides, say.language), border="horizontal")
    save_table(
        lambda: log,
        f"weerbaar-log-{year}-future-{number}-{say.language}-seed-{seen.screen.seed}-v{MODEL_VERSION}",
        say,
        key="log",
    )


def _events(seen: View, futures: list[Future], number: int) -> None:
    """Every event and payment of the whole future, for those who want to look into it."""
    say = seen.say
    with st.container(horizontal=True, gap="small", key="events"):
        for position, future in enumerate(futures):
            save(
                say.say("Every event under “{policy}”", policy=future.policy.title[say.language]),
                functools.partial(_as_csv, future),
                f"weerbaar-events-{future.policy.id}-future-{number}-seed-{seen.screen.seed}.csv",
                key=f"events-{position}",
                help=say.say("All ten years, as the command weerbaar trace writes them."),
            )


def _as_csv(future: Future) -> bytes:
    _, end = edges(future.world, years_in(future.world)[-1])
    return as_texts(trace(future.world, future.postings, future.incidents, end)).to_csv(index=False).encode()


if __name__ == "__main__":
    draw()
