"""The page Studies, first part: which study. A shipped one, a grid built here, a file, or one that was played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from sim.experiments.studied import Studied
from sim.model.files import load_study, scenarios
from sim.model.problems import InputError
from sim.model.spec import Value
from sim.model.study import SAMPLED, Study
from sim.text import Words
from sim.web import bench, memory
from sim.web.choice import BASELINE, WORLD, home, presets
from sim.web.files import literal
from sim.web.levers import Lever, is_on, policy_levers, world_levers
from sim.web.link import STUDIES
from sim.web.local import is_here
from sim.web.policy_file import ENDINGS, plain, sentences
from sim.web.study_file import grid, study_from
from sim.web.view import View

LEVERS = 3
"""Factors of a grid that is built here."""
MOST_POLICIES = 2
FUTURES = 20
"""Futures of a design, unless a visitor says otherwise."""
FIRST_LOOK = 300
"""Points of a large sample that a visitor begins with."""
_MEGABYTES = 1


@dataclass(frozen=True)
class Chosen:
    """The study that the page is about; `folder` holds what was played of it, and is fixed where `is_store`."""

    study: Study
    folder: Path
    is_store: bool = False

    @property
    def played(self) -> Studied | None:
        """What was played by now. Raises InputError for a store of another version."""
        return bench.played(self.folder)


def local() -> bool:
    """Whether the visitor sits at the machine of the server."""
    return is_here(st.get_option("server.address"), st.context.headers.to_dict())


def choose(seen: View) -> Chosen | None:
    """Let the visitor choose, and return the study; None where it is not there yet, which was then said."""
    say, name = seen.say, seen.screen.fields["study"]
    found = bench.kept(name) if name not in STUDIES else None
    if name not in STUDIES and found is None:
        st.warning(say.say("There is no study “{name}” here, or not any more. Choose another one.", name=name))
    if name == "store" and not local():
        st.warning(say.say("A folder is opened only for who sits at the machine of the app. Choose another study."))
    if (name not in STUDIES and found is None) or (name == "store" and not local()):
        name = STUDIES[0]
    _source(say, name, found)
    try:
        if name == "store":
            return _store(say)
        if name == "file":
            _upload(say)
            return None
        if found is None:
            found = _grid(say) if name == "build" else _shipped(name, say)
    except InputError as error:
        _wrong(say, error)
        return None
    return None if found is None else Chosen(found, bench.store_of(found.digest))


def _wrong(say: Words, error: InputError) -> None:
    st.error("  \n".join(literal(one) for one in sentences(error, say)), icon=":material/error:")


def _source(say: Words, name: str, kept: Study | None) -> None:
    titles = {one.id: one.title[say.language] for one in scenarios("study")}
    titles |= {"build": say.say("Build a grid"), "file": say.say("Open a study file")}
    if kept is not None:
        titles[name] = say.say("Kept: {title}", title=kept.title[say.language])
    if local():
        titles["store"] = say.say("Open a folder of the command line")
    key = f"study-{say.language}"
    if st.session_state.get(key) != name:
        st.session_state[key] = name
    st.selectbox(
        say.say("Which study"),
        list(titles),
        format_func=titles.__getitem__,
        key=key,
        on_change=lambda: memory.remember("study", st.session_state[key]),
    )


# ---- a shipped one -------------------------------------------------------------------------------------------------


def _shipped(name: str, say: Words) -> Study:
    study = load_study(name)
    if study.description is not None:
        st.caption(literal(study.description[say.language]))
    changes: dict[str, Any] = {}
    with st.container(horizontal=True, gap="small"):
        if study.design in SAMPLED:
            changes["size"] = st.number_input(
                say.say("Points to draw"),
                1,
                study.size,
                min(study.size or 1, FIRST_LOOK),
                key=f"points-{name}",
                width=240,
            )
        if study.replications.half_width is None:
            changes["replications"] = _futures(say, f"futures-{name}")
    return study.with_values({key: int(value) for key, value in changes.items()})


def _futures(say: Words, key: str) -> int:
    return int(st.number_input(say.say("Futures of each design"), 1, 10_000, FUTURES, key=key, width=240))


# ---- a grid --------------------------------------------------------------------------------------------------------


def _grid(say: Words) -> Study | None:
    """Up to three levers, each with some values, over one or two policies."""
    titles = {one.id: one.title[say.language] for one in scenarios("world")}
    with st.container(horizontal=True, gap="small"):
        world = st.selectbox(say.say("World"), list(titles), list(titles).index(WORLD), titles.__getitem__,
                             key=f"grid-world-{say.language}")  # fmt: skip
        replications = _futures(say, "futures-build")
    policies = st.multiselect(
        say.say("Policies, at most two"),
        list(presets()),
        [next(one for one in presets() if one != BASELINE)],
        lambda name: presets()[name].title[say.language],
        max_selections=MOST_POLICIES,
        key=f"grid-policies-{say.language}",
    )
    moved: dict[str, Sequence[Value]] = {}
    for place in range(LEVERS):
        offered = [one for one in _movable(policies) if one.key not in moved]
        if (row := _factor(say, place, offered)) is not None:
            moved[row[0]] = row[1]
    if not policies or not moved or not all(moved.values()):
        st.info(say.say("Choose a policy, and a lever with some values."), icon=":material/info:")
        return None
    return grid(world, policies, moved, replications)


BEGINS = ("policy.response.teams", "world.anchor.frequency", "")
"""The levers that a grid begins with."""


def _movable(policies: Sequence[str]) -> list[Lever]:
    """The levers that are one key of all these policies, or of the world; none inside what a policy does not have."""
    homes = [home(presets()[name]) for name in policies]
    return [
        lever
        for lever in (*policy_levers(), *world_levers())
        if lever.parameter is not None and (lever.within is None or all(is_on(one[lever.within]) for one in homes))
    ]


def _factor(say: Words, place: int, offered: Sequence[Lever]) -> tuple[str, list[Value]] | None:
    """A lever, and the values that a grid takes of it."""
    known = {lever.key: lever for lever in offered}
    names = ["", *known]
    label = say.say("Lever {n}", n=place + 1)
    with st.container(horizontal=True, gap="small", key=f"factor-{place}"):
        key = st.selectbox(
            label,
            names,
            names.index(BEGINS[place]) if BEGINS[place] in names else 0,
            lambda name: known[name].label(say) if name else say.say("none"),
            key=f"moved-{place}-{say.language}",
        )
        if not key:
            return None
        lever = known[key]
        values = st.multiselect(
            say.say("Values of lever {n}", n=place + 1),
            list(lever.options),
            some(lever),
            lambda value: lever.show(say, value),
            key=f"values-{place}-{key}-{say.language}",
        )
    return key, list(values)


def some(lever: Lever) -> list[Value]:
    """A few values of a lever to begin with: all of a short list, else three spread over its first half."""
    options = list(lever.options)
    if len(options) <= 4:
        return options
    half = len(options) // 2
    return [options[place] for place in sorted({half // 6, half // 2, half})]


# ---- files ---------------------------------------------------------------------------------------------------------


def _upload(say: Words) -> None:
    turn = st.session_state.setdefault("study-opened", 0)
    key = f"study-file-{turn}"
    st.file_uploader(
        say.say("Open a study file"),
        type=list(ENDINGS),
        max_upload_size=_MEGABYTES,
        key=key,
        on_change=_opened,
        args=(key, say),
        help=say.say("YAML, as for the command line. It names worlds and policies that come with Weerbaar."),
    )


def _opened(key: str, say: Words) -> None:
    """Read the file that was brought, and keep its study; what is wrong with it is said."""
    brought = st.session_state.get(key)
    if brought is None:
        return
    name = plain(brought.name)
    try:
        study = study_from(name, brought.getvalue())
    except InputError as error:
        memory.trouble([say.say("“{file}” was not opened; nothing has changed.", file=name), *sentences(error, say)])
        return
    st.session_state["study-opened"] += 1
    bench.put(study)
    memory.remember("study", study.digest)


def _store(say: Words) -> Chosen | None:
    """A folder of this machine, for whoever sits at it."""
    path = st.text_input(
        say.say("Folder of a study"), key="store-path", placeholder="who-pays-grid.store", max_chars=500
    ).strip()
    if not path:
        return None
    folder = Path(path).expanduser()
    from sim.experiments.store import Store

    store = Store.opened(folder)
    return Chosen(store.study, folder, is_store=True)
