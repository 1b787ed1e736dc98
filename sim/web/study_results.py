"""The page Studies, last part: what a study says, in the pictures that fit its design."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from sim.experiments import sensitivity, tradeoffs
from sim.experiments.studied import Studied
from sim.model.problems import InputError
from sim.show import study_charts, study_twins
from sim.show.study_names import STAT_NAMES, factor_name
from sim.show.tables import KPI_NAMES
from sim.text import Words
from sim.web import around
from sim.web.chart import chart
from sim.web.files import literal
from sim.web.policy_file import sentences
from sim.web.view import View

TABS = {"effects": "What matters", "heat": "Two levers at once", "pareto": "Two aims at once"}
FEWEST_DESIGNS = 4
CANDIDATES = range(3, 200)
"""How many policies, with their values, a front is drawn of."""
STATS = ("mean", "cvar95")


def draw(seen: View, found: Studied) -> list[str]:
    """Draw the tab that is open; return the revisions of its charts."""
    say = seen.say
    seen = replace(seen, screen=replace(seen.screen, seed=found.study.seed))
    fitting = {name: say.say(label) for name, label in TABS.items() if FITS[name](found)}
    if not fitting:
        st.info(say.say("Too few designs were played for a picture. The command line has tables of every study."))
        return []
    tab = around.tabs(seen, "asks", fitting)
    years = {found.study.years or world.years for world in found.study.worlds}
    with tab.place:
        if len(years) == 1:
            together = "Outcomes are those of all {years} of a future together."
            st.caption(say.say(together, years=say.years(years.pop())))
        try:
            return [DRAWS[tab.name](seen, found)]
        except InputError as error:
            st.info("  \n".join(literal(one) for one in sentences(error, say)))
            return []


# ---- what fits -----------------------------------------------------------------------------------------------------


def moving(found: Studied) -> list[str]:
    """The factors that have more than one value in what was played."""
    return [key for key in found.factors if len(set(found.column(key).tolist())) > 1]


def _has_effects(found: Studied) -> bool:
    return len(found.points) >= FEWEST_DESIGNS and bool(moving(found))


def _has_heat(found: Studied) -> bool:
    return len(found.points) >= FEWEST_DESIGNS and len(moving(found)) > 1


def _has_front(found: Studied) -> bool:
    try:
        return len(found.study.outcomes) > 1 and len(tradeoffs.crossed(found).candidates) in CANDIDATES
    except InputError:
        return False


FITS: dict[str, Callable[[Studied], bool]] = {"effects": _has_effects, "heat": _has_heat, "pareto": _has_front}


# ---- the pictures --------------------------------------------------------------------------------------------------


def _effects(seen: View, found: Studied) -> str:
    language = seen.say.language
    with st.container(horizontal=True, gap="small", key="asked"):
        outcome, policy, against = _asked(seen.say, found)
    answer = sensitivity.effects(found, outcome, policy, against)
    picture = study_charts.tornado(found, answer, language, scheme=seen.scheme)
    return chart(seen, "tornado", picture, lambda: study_twins.of_effects(answer, language))


def _heat(seen: View, found: Studied) -> str:
    say, language, keys = seen.say, seen.say.language, moving(found)
    with st.container(horizontal=True, gap="small", key="asked"):
        outcome, policy, against = _asked(say, found)
        x = _select(say, "Across", "heat-x", keys, lambda key: factor_name(say, key), first=keys[-1])
        rest = [key for key in keys if key != x]
        y = _select(say, "Up", f"heat-y-{x}", rest, lambda key: factor_name(say, key), first=rest[0])
    answer = tradeoffs.heat(found, outcome, x, y, policy=policy, against=against)
    picture = study_charts.heat(found, answer, language, scheme=seen.scheme)
    return chart(seen, "heat", picture, lambda: study_twins.of_heat(answer, language))


def _front(seen: View, found: Studied) -> str:
    say, language, outcomes = seen.say, seen.say.language, list(found.study.outcomes)
    second = next((one for one in ("citizen_harm_eur", *outcomes) if one in outcomes[1:]), outcomes[0])
    aims = [(name, stat) for name in outcomes for stat in STATS]

    def shown(aim: tuple[str, str]) -> str:
        return f"{say.say(KPI_NAMES[aim[0]])} ({say.say(STAT_NAMES[aim[1]])})"

    with st.container(horizontal=True, gap="small", key="asked"):
        x = _select(say, "One aim", "front-x", aims, shown, first=(outcomes[0], "mean"))
        y = _select(say, "The other aim", "front-y", aims, shown, first=(second, "mean"))
    answer = tradeoffs.pareto(found, tradeoffs.Aim(*x), tradeoffs.Aim(*y))
    picture = study_charts.pareto(found, answer, language, scheme=seen.scheme)
    return chart(seen, "pareto", picture, lambda: study_twins.of_pareto(found, answer, language))


DRAWS: dict[str, Callable[[View, Studied], str]] = {"effects": _effects, "heat": _heat, "pareto": _front}


def _asked(say: Words, found: Studied) -> tuple[str, str, str | None]:
    """Which outcome, of which policy, and against which other one."""
    played = [policy.id for policy in found.study.played]
    titles = {policy.id: policy.title[say.language] for policy in found.study.played}
    outcome = _select(say, "Outcome", "outcome", list(found.study.outcomes), lambda name: say.say(KPI_NAMES[name]))
    policy = played[-1]
    if len(played) > 1:
        policy = _select(say, "Policy", "policy", played, titles.__getitem__, first=policy)
    others = [name for name in ("", *played) if name != policy]
    if len(others) < 2:
        return outcome, policy, None
    against = _select(say, "Difference with", f"against-{policy}", others,
                      lambda name: titles[name] if name else say.say("none"))  # fmt: skip
    return outcome, policy, against or None


LABELS = {
    "Across": "Across",
    "Up": "Up",
    "One aim": "One aim",
    "The other aim": "The other aim",
    "Outcome": "Outcome",
    "Policy": "Policy",
    "Difference with": "Difference with",
}


def _select(
    say: Words, label: str, key: str, options: Sequence[Any], shown: Callable[[Any], str], *, first: Any = None
) -> Any:
    return st.selectbox(
        say.say(LABELS[label]),
        options,
        options.index(first) if first in options else 0,
        shown,
        key=f"asked-{key}-{say.language}",
    )
