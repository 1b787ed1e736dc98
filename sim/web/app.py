"""The page "Explore": move the levers, see at once what changes, for whom, and how sure that is.

Streamlit runs this from the top at every move. The screen is read from the widgets, the futures that are missing are
played, and the address is written so that it brings back the same screen.
"""

from __future__ import annotations

import html
import urllib.parse
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from sim.experiments.compare import Comparison
from sim.model.policy import Policy
from sim.model.spec import Value, parameters
from sim.show.charts import burden_by_size, exceedance, untitled, who_pays
from sim.show.tiles import tile_map
from sim.text import LANGUAGES, Words, words
from sim.version import MODEL_VERSION
from sim.web import link
from sim.web.figures import FIGURES, card, table
from sim.web.levers import (
    BASELINE,
    GRADES,
    Lever,
    has_own_terms,
    policy_levers,
    policy_of,
    presets,
    start,
    world_levers,
    world_of,
    world_start,
)
from sim.web.link import Screen
from sim.web.ready import ROOM
from sim.web.runs import LADDER, Archive, Run, same
from sim.web.sources import titles

LANGUAGE_NAMES = {"nl": "Nederlands", "en": "English"}
TAB_NAMES = {"payers": "Who pays", "risk": "How bad it can get"}
_PATIENCE = 0.4  # seconds of work that need no bar
_STEP = 0.05  # seconds of refining between two looks at what the user does
_MOST_PROBLEMS = 4
# Levers, key figures, the sentence and two charts on one screen of 1440 x 900; findings end at the same height.
_STYLE = """
[data-testid=stMainBlockContainer] { padding-top: 2.2rem; padding-bottom: 2rem; }
[data-testid=stSidebarHeader] { height: 2.5rem; margin-bottom: 0; }
[data-testid=stSidebar] h2 { font-size: 1.2rem; }
[class*=st-key-finding-] h2 { font-size: 1.05rem; padding: 0; line-height: 1.35; }
.st-key-figures > * { flex: 1 1 9.5rem !important; }
@media (min-width: 768px) {
  .st-key-on-a-phone { display: none; }
  [class*=st-key-finding-] { min-height: 2.9rem; justify-content: flex-end; }
}
"""


@st.cache_resource(show_spinner=False)
def _archive() -> Archive:
    return Archive()


def main() -> None:
    """Draw the page."""
    st.set_page_config(page_title="Weerbaar", page_icon="🛡️", layout="wide")
    _first_look()
    ROOM.start()
    language = st.session_state["language"]
    say = words(language)
    # The page says in which language it is, for those who listen to it.
    st.html(f"<script>document.documentElement.lang = '{language}'</script>", unsafe_allow_javascript=True)
    st.html(f"<style>{_STYLE}</style>")
    with st.sidebar:
        screen = _controls(say)
    st.session_state["spoken"] = language
    address = link.write(screen)
    if st.query_params.to_dict() != address:
        st.query_params.from_dict(address)
    _page(screen, say)


# ---- what the user chose -------------------------------------------------------------------------------------------


def _first_look() -> None:
    """Read the address when a visitor arrives; afterwards keep what the widgets hold, also when their words change."""
    state = st.session_state
    if "language" not in state:
        state["arrival"] = st.query_params.to_dict()
        screen, _ = link.read(state["arrival"])
        state["language"], state["preset"], state["tab"] = screen.language, screen.preset, screen.tab
        state["seed"] = screen.seed
        _place(screen.policy)
        _place(screen.world)
    if state.get("spoken") != state["language"]:
        # Widgets know their values by the words. Only now: a value that is set takes back a move made meanwhile.
        for key in ("language", "preset", *(lever.key for lever in (*policy_levers(), *world_levers()))):
            state[key] = state[key]


def _place(values: Mapping[str, Value]) -> None:
    for key, value in values.items():
        st.session_state[key] = value


def _moved() -> None:
    """Whoever moves a lever has read what was wrong with the link."""
    st.session_state["arrival"] = {}


def _from_start() -> None:
    """Put the levers where the start point has them."""
    _moved()
    _place(start(st.session_state["preset"]))


def _reset_policy() -> None:
    st.session_state["preset"] = BASELINE
    _from_start()


def _reset_world() -> None:
    _moved()
    _place(world_start())


def _controls(say: Words) -> Screen:
    """Draw the sidebar and return what it says."""
    state = st.session_state
    st.segmented_control(
        "Taal / Language",
        LANGUAGES,
        format_func=LANGUAGE_NAMES.__getitem__,
        key="language",
        required=True,
        label_visibility="collapsed",
        width="stretch",
    )
    st.header(say.say("Policy choices"), anchor=False)
    st.selectbox(
        say.say("Start point"),
        list(presets()),
        format_func=lambda name: presets()[name].title[say.language],
        key="preset",
        on_change=_from_start,
        help=say.say("A policy to begin with. It puts all levers in its own place."),
    )
    for lever in policy_levers():
        _widget(lever, say, state["preset"])
    st.button(say.say("Reset the policy"), on_click=_reset_policy, icon=":material/restart_alt:", key="reset-policy")
    moved = any(state[lever.key] != world_start()[lever.key] for lever in world_levers())
    with st.expander(say.say("Assumptions about the world"), expanded=moved):
        st.caption(say.say("Nobody chooses these. They hold for today's policy as well, so both change."))
        for lever in world_levers():
            _widget(lever, say, state["preset"])
        st.button(
            say.say("Reset the assumptions"), on_click=_reset_world, icon=":material/restart_alt:", key="reset-world"
        )
    return Screen(
        language=say.language,
        preset=state["preset"],
        policy={lever.key: state[lever.key] for lever in policy_levers()},
        world={lever.key: state[lever.key] for lever in world_levers()},
        seed=state["seed"],
        tab=_tab(say),
    )


def _tab(say: Words) -> str:
    """Which tab is open; the widget knows it by its words."""
    state = st.session_state
    label = state.get(f"tab-{say.language}")
    state["tab"] = next((name for name, words in TAB_NAMES.items() if say.say(words) == label), state["tab"])
    return str(state["tab"])


def _widget(lever: Lever, say: Words, preset: str) -> None:
    common: dict[str, Any] = {
        "label": lever.label(say),
        "format_func": lambda value: lever.show(say, value),
        "key": lever.key,
        "on_change": _moved,
        "help": lever.help(say, own_terms=has_own_terms(preset, lever.key)),
    }
    if lever.kind == "slide":
        st.select_slider(options=lever.with_option(st.session_state[lever.key]), **common)
    else:
        st.segmented_control(options=lever.options, required=True, width="stretch", **common)


# ---- the answer ----------------------------------------------------------------------------------------------------


def _page(screen: Screen, say: Words) -> None:
    world = world_of(screen.world)
    count = len(world.municipalities)
    st.title(say.say("Who carries the risk when {n} municipalities can be hacked?", n=say.number(count)), anchor=False)
    _, problems = link.read(st.session_state["arrival"], say.language)
    for sentence in problems[:_MOST_PROBLEMS]:
        st.warning(sentence, icon=":material/link_off:")
    baseline, policy = presets()[BASELINE], policy_of(screen.preset, screen.policy)
    policies = (baseline,) if same(policy, baseline) else (baseline, policy)
    with st.container(key="on-a-phone"):
        st.caption(say.say("The levers are behind » at the top left."))
    engine = _engine(say)
    first, most = LADDER[engine]
    run = _archive().run(world, policies, screen.seed, engine)
    slot = st.empty()
    run.play(first, _progress(slot, run, say))
    slot.empty()
    final = run.complete >= most
    result = run.comparison(most if final else first)
    _key_figures(result, say)
    _sentence(result, say)
    charts = _charts(result, say)
    with st.expander(say.say("Show as a table"), icon=":material/table:"):
        st.table(table(result, say), border="horizontal")
    slot = st.empty()
    _footer(result, screen, policy, say)
    _mark(screen, result, charts, final=final)
    if not final:
        run.play(most, _refining(slot, run, first, most, say), seconds=_STEP, spared=1)
        st.rerun()


def _engine(say: Words) -> str:
    """The engine that plays, as soon as it is ready; a sentence when that takes a while, or when it is the slow one."""
    if not ROOM.wait(_PATIENCE):
        slot = st.empty()
        text = say.say("The engine is being made ready. Once after an installation that takes about half a minute.")
        with st.spinner(text, show_time=True):
            while not ROOM.wait(_PATIENCE):
                slot.empty()  # here a move of a lever gets through
    if ROOM.missing:
        st.warning(
            say.say(
                "Numba is not installed here, so the reference engine plays the futures: with the same results, but "
                "slower. The page shows fewer of them: intervals are wide, and rare disasters may be missing."
            )
        )
    elif ROOM.broken:
        st.warning(
            say.say(
                "The compiled engine does not work here (the terminal says why), so the reference engine plays the "
                "futures: with the same results, but slower. The page shows fewer of them: intervals are wide, and "
                "rare disasters may be missing."
            )
        )
    return ROOM.engine


def _progress(slot: Any, run: Run, say: Words) -> Callable[[int, int, float], None]:
    """What to call while futures are played: it shows how many, and how long it will still take."""

    def report(done: int, asked: int, seconds: float) -> None:
        pace = seconds / done if done else run.cores.pace
        if pace is None or seconds + pace * (asked - done) < _PATIENCE:
            return
        text = say.say(
            "Playing futures: {done} of {asked}, about {seconds} seconds to go",
            done=say.number(done),
            asked=say.number(asked),
            seconds=say.number(max(1.0, pace * (asked - done))),
        )
        slot.progress(done / asked, text=text)

    return report


def _refining(slot: Any, run: Run, first: int, most: int, say: Words) -> Callable[[int, int, float], None]:
    """What to call while a first answer is refined. Each call lets a move of a lever through, which ends it."""

    def report(done: int, asked: int, seconds: float) -> None:
        slot.caption(
            say.say(
                "A first answer from {n} futures. It is being refined to {most}: {done} are done.",
                n=say.number(first),
                most=say.number(most),
                done=say.number(run.complete),
            )
        )

    return report


def _mark(screen: Screen, result: Comparison, charts: list[str], *, final: bool) -> None:
    """Say to programs what the page shows: whose answer, from how many futures, in which charts, and if it is final."""
    said = {
        "address": urllib.parse.urlencode(link.write(screen)),
        "charts": " ".join(charts),
        "futures": str(result.replications),
        "final": "yes" if final else "no",
    }
    st.html(
        "<span hidden " + " ".join(f'data-{name}="{html.escape(text)}"' for name, text in said.items()) + "></span>"
    )


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


def _sentence(result: Comparison, say: Words) -> None:
    st.info(result.sentence(say.language), icon=":material/lightbulb:")


def _charts(result: Comparison, say: Words) -> list[str]:
    """Draw the two charts of the open tab; return their revisions."""
    scheme = "dark" if st.context.theme.type == "dark" else "light"
    shown = result.policies[-1]
    names = [say.say(name) for name in TAB_NAMES.values()]
    default = say.say(TAB_NAMES[st.session_state["tab"]])
    payers, risk = st.tabs(names, default=default, key=f"tab-{say.language}", on_change="rerun")
    tab = risk if risk.open else payers
    with tab:
        left, right = st.columns(2, gap="medium")
        if tab is payers:
            with left:
                one = _chart("who_pays", who_pays(result, shown, say.language, scheme=scheme))
            with right:
                two = _chart("tiles", tile_map(result, shown, say.language, scheme=scheme))
        else:
            with left:
                one = _chart("exceedance", exceedance(result, say.language, scheme=scheme))
            with right:
                two = _chart("burden", burden_by_size(result, say.language, scheme=scheme))
    return [one, two]


def _chart(key: str, figure: Any) -> str:
    """Draw a chart under its finding, with the same in words for those who cannot see it; return its revision."""
    alt, revision = str(figure.layout.meta["alt"]), str(figure.layout.meta["rev"])
    title, figure = untitled(figure)
    with st.container(key=f"finding-{key}"):
        st.header(title, anchor=False)
    st.plotly_chart(figure, theme=None, config={"displayModeBar": False}, alt=alt, key=f"chart-{key}")
    return revision


# ---- under the line ------------------------------------------------------------------------------------------------


def _footer(result: Comparison, screen: Screen, policy: Policy, say: Words) -> None:
    with st.expander(say.say("Assumptions and sources"), icon=":material/menu_book:"):
        _sources(policy, say)
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


if __name__ == "__main__":
    main()
