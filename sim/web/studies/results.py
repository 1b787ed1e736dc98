"""The page Studies, last part: what a study says, in the pictures that fit its design."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

import streamlit as st

from sim.experiments.studies import scenario_discovery, sensitivity, tradeoffs
from sim.experiments.studies.results import Studied
from sim.model.problems import InputError
from sim.show.names import KPI_NAMES, STAT_NAMES
from sim.show.studies import chart_tables, factor_charts
from sim.show.studies import charts as study_charts
from sim.show.studies.names import factor_name
from sim.text import N_, Words
from sim.web.layout import page_frame
from sim.web.layout.chart import chart
from sim.web.layout.file_menu import literal
from sim.web.state.link import FIELDS
from sim.web.state.policy_file import sentences
from sim.web.state.view import View
from sim.web.widgets.typed import number_in

TABS = {
    "effects": N_("What matters"),
    "heat": N_("Two levers at once"),
    "pareto": N_("Two aims at once"),
    "regret": N_("Which policy holds"),
    "best": N_("Best for a budget"),
    "losses": N_("Where it loses"),
    "sobol": N_("Shares of the spread"),
}
FEWEST_DESIGNS = 4
FEWEST_FUTURES = 4
CANDIDATES = range(3, 200)
"""How many policies, with their values, a front is drawn of."""
MOST_CELLS = 60_000
"""Values of factors in which rules are looked for while a visitor waits."""
STATS = ("mean", "cvar95")
MILLION = 1_000_000


def draw(seen: View, studied: Studied) -> list[str]:
    """Draw the tab that is open, and why there are no others; return the revisions of its charts."""
    say = seen.say
    seen = replace(seen, screen=replace(seen.screen, seed=studied.study.seed))
    studied = _in_world(say, studied)
    missing = lacking(say, studied)
    fitting = {name: say.say(label) for name, label in TABS.items() if name not in missing}
    charts: list[str] = []
    if (asked := seen.screen.fields["asks"]) in missing and asked != FIELDS["asks"].default:
        st.info(f"**{say.say(TABS[asked])}**: {missing[asked]}")
    if not fitting:
        st.info(say.say("Too few designs were played for a picture. The command line has tables of every study."))
    else:
        tab = page_frame.tabs(seen, "asks", fitting)
        with tab.place:
            if not studied.is_complete:
                st.warning(
                    say.say(
                        "Not all designs were played yet: what stands here may change, and what has not moved so far "
                        "is missing."
                    ),
                    icon=":material/hourglass_empty:",
                )
            together = N_("Outcomes are those of all {years} of a future together.")
            st.caption(say.say(together, years=say.years(studied.study.years or studied.world.years)))
            try:
                charts = DRAWS[tab.name](seen, studied)
            except InputError as error:
                st.info("  \n".join(literal(one) for one in sentences(error, say)))
    if missing:
        page_frame.lazy(say.say("What this study does not answer"), "help", "not-asked", lambda: _missing(say, missing))
    return charts


def _in_world(say: Words, studied: Studied) -> Studied:
    """The results in one world, which the visitor chooses where the study has several."""
    titles = {world.id: world.title[say.language] for world in studied.study.worlds}
    chosen = next(iter(titles))
    if len(titles) > 1:
        with st.container(horizontal=True, gap="small", key="asked-where"):
            chosen = _select(say, N_("World"), "world", list(titles), titles.__getitem__)
    return studied.in_world(chosen)


def _missing(say: Words, missing: Mapping[str, str]) -> None:
    st.markdown("\n".join(f"- **{say.say(TABS[name])}**: {why}" for name, why in missing.items()))


# ---- what fits -----------------------------------------------------------------------------------------------------


def moving(studied: Studied) -> list[str]:
    """The factors that have more than one value in what was played."""
    return [key for key in studied.factors if len(set(studied.column(key).tolist())) > 1]


def lacking(say: Words, studied: Studied) -> dict[str, str]:
    """The questions that a study cannot answer: why, and which design can."""
    try:
        both: tradeoffs.Crossed | None = tradeoffs.crossed(studied)
    except InputError:
        both = None
    study, moved = studied.study, len(moving(studied))
    few = len(studied.points) < FEWEST_DESIGNS
    why = dict.fromkeys(TABS, "")
    if few or not moved:
        why["effects"] = say.say("it takes four designs in which something moves; a grid has them, and a sample.")
        why["losses"] = why["effects"]
    if few or moved < 2:
        why["heat"] = say.say("it takes four designs in which two things move; a grid of two levers has them.")
    if len(study.played) < 2:
        why["losses"] = say.say("it takes a second policy in the same study, to compare with.")
    elif len(studied.points) * moved > MOST_CELLS:
        why["losses"] = say.say("this study is too large for that here; on the command line: `weerbaar study losses`.")
    why |= _of_candidates(say, studied, both)
    if study.design != "sobol":
        why["sobol"] = say.say("it takes Sobol's scheme: a study file with `design: sobol`.")
    elif not studied.is_complete or studied.failed:
        why["sobol"] = say.say("it takes every design of Sobol's scheme, and some are not there.")
    elif find_spec("SALib") is None:
        why["sobol"] = say.say('it takes SALib: `pip install "weerbaar[study]"`.')
    return {name: sentence for name, sentence in why.items() if sentence}


def _of_candidates(say: Words, studied: Studied, both: tradeoffs.Crossed | None) -> dict[str, str]:
    """What is in the way of the questions that choose between policies in the same worlds."""
    if both is None:
        apart = say.say("here the policies move together with their world; in a grid all of them meet the same worlds.")
        return {"pareto": apart, "regret": apart, "best": apart}
    why = {}
    count, futures = len(both.candidates), int(studied.points["replications"].min())
    if len(studied.study.outcomes) < 2 or count < CANDIDATES.start:
        why["pareto"] = say.say("it takes two outcomes, and three policies or one with a lever that moves in a grid.")
    elif count not in CANDIDATES:
        why["pareto"] = say.say(
            "these are too many policies for a picture; on the command line: `weerbaar study pareto`."
        )
    if count < 2 or len(both.worlds) < 2:
        why["regret"] = say.say(
            "it takes two policies in two worlds; a grid over an assumption about the world has them."
        )
    if count < 2 or futures < FEWEST_FUTURES:
        why["best"] = say.say(
            "it takes two policies, or one with a lever that moves in a grid, and four futures of each design."
        )
    return why


# ---- the pictures --------------------------------------------------------------------------------------------------


def _effects(seen: View, studied: Studied) -> list[str]:
    language = seen.say.language
    with st.container(horizontal=True, gap="small", key="asked"):
        outcome, policy, against = _asked(seen.say, studied)
    answer = sensitivity.effects(studied, outcome, policy, against)
    picture = factor_charts.tornado(studied, answer, language, scheme=seen.scheme)
    return [chart(seen, "tornado", picture, lambda: chart_tables.table_of_effects(answer, language))]


def _heat(seen: View, studied: Studied) -> list[str]:
    say, language, keys = seen.say, seen.say.language, moving(studied)
    with st.container(horizontal=True, gap="small", key="asked"):
        outcome, policy, against = _asked(say, studied)
        x = _select(say, N_("Across"), "heat-x", keys, lambda key: factor_name(say, key), first=keys[-1])
        rest = [key for key in keys if key != x]
        y = _select(say, N_("Up"), f"heat-y-{x}", rest, lambda key: factor_name(say, key), first=rest[0])
    answer = tradeoffs.heat(studied, outcome, x, y, policy=policy, against=against)
    picture = study_charts.heat(studied, answer, language, scheme=seen.scheme)
    return [chart(seen, "heat", picture, lambda: chart_tables.table_of_heat_map(answer, language))]


def _front(seen: View, studied: Studied) -> list[str]:
    say, language, outcomes = seen.say, seen.say.language, list(studied.study.outcomes)
    second = next((one for one in ("citizen_harm_eur", *outcomes) if one in outcomes[1:]), outcomes[0])
    aims = [(name, stat) for name in outcomes for stat in STATS]

    def shown(aim: tuple[str, str]) -> str:
        return f"{say.say(KPI_NAMES[aim[0]])} ({say.say(STAT_NAMES[aim[1]])})"

    with st.container(horizontal=True, gap="small", key="asked"):
        x = _select(say, N_("One aim"), "front-x", aims, shown, first=(outcomes[0], "mean"))
        y = _select(say, N_("The other aim"), "front-y", aims, shown, first=(second, "mean"))
    answer = tradeoffs.pareto(studied, tradeoffs.Aim(*x), tradeoffs.Aim(*y))
    picture = study_charts.pareto(studied, answer, language, scheme=seen.scheme)
    return [chart(seen, "pareto", picture, lambda: chart_tables.table_of_pareto_front(studied, answer, language))]


def _regret(seen: View, studied: Studied) -> list[str]:
    language = seen.say.language
    with st.container(horizontal=True, gap="small", key="asked"):
        outcome = _outcome(seen.say, studied)
    answer = tradeoffs.regret(studied, outcome)
    picture = study_charts.regret(studied, answer, language, scheme=seen.scheme)
    return [chart(seen, "regret", picture, lambda: chart_tables.table_of_regret(studied, answer, language))]


def _best(seen: View, studied: Studied) -> list[str]:
    say, language = seen.say, seen.say.language
    with st.container(horizontal=True, gap="small", key="asked"):
        outcome = _outcome(say, studied)
        budget = _budget(say) if tradeoffs.BUDGET in studied.study.outcomes else None
    answer = tradeoffs.best(studied, outcome, None if budget is None else budget * MILLION)
    picture = study_charts.best(studied, answer, language, scheme=seen.scheme)
    return [chart(seen, "best", picture, lambda: chart_tables.table_of_best(studied, answer, language))]


def _budget(say: Words) -> float | None:
    """What Flanders may pay a year, in millions of euro; None for any amount."""
    label = say.say("What Flanders may pay a year, million euro")
    typed = st.text_input(label, placeholder=say.say("without a limit"), key="asked-budget")
    amount = number_in(typed, say.language)
    if typed.strip() and (amount is None or amount < 0):
        st.caption(say.say("“{text}” is no amount, so no limit is set.", text=literal(typed.strip()[:40])))
    return None if amount is None or amount < 0 else amount


def _losses(seen: View, studied: Studied) -> list[str]:
    say, language = seen.say, seen.say.language
    with st.container(horizontal=True, gap="small", key="asked"):
        outcome = _outcome(say, studied)
        titles = {one.id: one.title[language] for one in studied.study.played}
        first = studied.study.played[-1].id
        policy = _select(say, N_("Policy"), "loser", list(titles), titles.__getitem__, first=first)
        others = [name for name in titles if name != policy]
        against = _select(say, N_("Loses from"), f"winner-{policy}", others, titles.__getitem__)
    with st.spinner(say.say("Rules are being looked for.")):
        answer = _rules(studied, studied.study.digest, len(studied.points), outcome, policy, against)
    picture = study_charts.losses(studied, answer, language, scheme=seen.scheme)
    return [chart(seen, "losses", picture, lambda: chart_tables.table_of_losses(answer, language))]


@lru_cache(maxsize=32)
def _rules(
    studied: Studied, study: str, played: int, outcome: str, policy: str, against: str
) -> scenario_discovery.Losses:
    """The rules, which take a while; kept as long as the study and what was played of it stay the same."""
    return scenario_discovery.losses(studied, outcome, policy, against)


def _sobol(seen: View, studied: Studied) -> list[str]:
    language = seen.say.language
    with st.container(horizontal=True, gap="small", key="asked"):
        outcome, policy, against = _asked(seen.say, studied)
    answer = sensitivity.sobol(studied, outcome, policy, against)
    picture = factor_charts.sobol(studied, answer, language, scheme=seen.scheme)
    return [chart(seen, "sobol", picture, lambda: chart_tables.table_of_indices(answer, language))]


DRAWS: dict[str, Callable[[View, Studied], list[str]]] = {
    "effects": _effects,
    "heat": _heat,
    "pareto": _front,
    "regret": _regret,
    "best": _best,
    "losses": _losses,
    "sobol": _sobol,
}


def _outcome(say: Words, studied: Studied) -> str:
    """Which outcome."""
    outcomes = list(studied.study.outcomes)
    chosen: str = _select(say, N_("Outcome"), "outcome", outcomes, lambda name: say.say(KPI_NAMES[name]))
    return chosen


def _asked(say: Words, studied: Studied) -> tuple[str, str, str | None]:
    """Which outcome, of which policy, and against which other one."""
    played = [policy.id for policy in studied.study.played]
    titles = {policy.id: policy.title[say.language] for policy in studied.study.played}
    outcome = _outcome(say, studied)
    policy = played[-1]
    if len(played) > 1:
        policy = _select(say, N_("Policy"), "policy", played, titles.__getitem__, first=policy)
    others = [name for name in ("", *played) if name != policy]
    if len(others) < 2:
        return outcome, policy, None
    against = _select(
        say, N_("Difference with"), f"against-{policy}", others, lambda name: titles[name] if name else say.say("none")
    )
    return outcome, policy, against or None


def _select(
    say: Words, label: str, key: str, options: Sequence[Any], shown: Callable[[Any], str], *, first: Any = None
) -> Any:
    return st.selectbox(
        say.say(label),
        options,
        options.index(first) if first in options else 0,
        shown,
        key=f"asked-{key}-{say.language}",
    )
