"""The page Studies, first part: which study. A shipped one, a grid, a file, or one that was played."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from sim.experiments.studies.results import Studied
from sim.model.files.load import load_study, scenarios
from sim.model.problems import InputError
from sim.model.study.study import SAMPLED, Study
from sim.text import N_, Words
from sim.web.layout.file_menu import literal, read_brought
from sim.web.serving.is_local import is_here
from sim.web.state import session
from sim.web.state.link import STUDIES
from sim.web.state.policy_file import ENDINGS, sentences
from sim.web.state.view import View
from sim.web.studies import grid, jobs
from sim.web.studies.files import study_from
from sim.web.widgets import fields, windows

UNKEPT = N_("This server cannot keep studies: the folder for them cannot be written. Play it on the command line.")
"""What to say where the cache cannot be written."""
MOST_OWN = 20
"""Studies of a visitor that the page remembers."""
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
        return jobs.played(self.folder)


def local() -> bool:
    """Whether the visitor sits at the machine of the server."""
    return is_here(st.get_option("server.address"), st.context.headers.to_dict())


def me() -> str:
    """What tells this browser from others, also after the page was loaded anew.

    It comes from a secret that Streamlit gives to each browser for its own safety, else it lasts as long as the page.
    """
    from streamlit.web.server.starlette.starlette_app_utils import decode_xsrf_token_string

    cookie = st.context.cookies.get("_streamlit_xsrf")
    token = decode_xsrf_token_string(str(cookie))[0] if cookie else None
    if token:
        return hashlib.sha256(b"weerbaar" + token).hexdigest()[:16]
    return str(st.session_state.setdefault("visitor", secrets.token_hex(8)))


def own(digest: str) -> None:
    """Note that this visitor brought or started a study."""
    mine = [one for one in st.session_state.get("own-studies", []) if one != digest]
    st.session_state["own-studies"] = [*mine, digest][-MOST_OWN:]


def choose(seen: View) -> Chosen | None:
    """Let the visitor choose, and return the study; None where it is not there yet, which was then said."""
    say, name = seen.say, seen.screen.fields["study"]
    found = jobs.kept(name) if name not in STUDIES else None
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
            found = grid.built(seen) if name == "build" else _shipped(name, seen)
    except InputError as error:
        _wrong(say, error)
        return None
    return None if found is None else Chosen(found, jobs.store_of(found.digest))


def _wrong(say: Words, error: InputError) -> None:
    st.error("  \n".join(literal(one) for one in sentences(error, say)), icon=":material/error:")


def _source(say: Words, name: str, kept: Study | None) -> None:
    titles = {one.id: one.title[say.language] for one in scenarios("study")}
    titles |= {"build": say.say("Build a grid"), "file": say.say("Open a study file")}
    if kept is not None:
        titles[name] = say.say("Kept: {title}", title=kept.title[say.language])
    if local():
        titles["store"] = say.say("Open a folder of the command line")
    window = windows.one_of(name, titles, windows.field("study"), alone=True)
    fields.box(window, titles, key=f"study-{say.language}", label=say.say("Which study"))


# ---- a shipped one -------------------------------------------------------------------------------------------------


def _shipped(name: str, seen: View) -> Study:
    say, study = seen.say, load_study(name)
    if study.description is not None:
        st.caption(literal(study.description[say.language]))
    changes: dict[str, int] = {}
    with st.container(horizontal=True, gap="small"):
        if study.design in SAMPLED and study.size is not None:
            changes["size"] = grid.number(
                seen,
                "points",
                say.say("Points to draw"),
                f"points-{name}",
                most=study.size,
                usual=min(study.size, FIRST_LOOK),
            )
        if study.replications.half_width is None:
            changes["replications"] = grid.futures(seen, f"futures-{name}")
    return study.with_values(changes)


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
    """Keep the study in the file that was brought, and show it."""
    if (study := read_brought(key, say, study_from)) is not None:
        st.session_state["study-opened"] += 1
        try:
            jobs.put(study, me())
        except OSError:
            session.trouble([say.say(UNKEPT)])
            return
        own(study.digest)
        session.remember("study", study.digest)


def _store(say: Words) -> Chosen | None:
    """A folder of this machine, for whoever sits at it."""
    path = st.text_input(
        say.say("Folder of a study"), key="store-path", placeholder="who-pays-grid.store", max_chars=500
    ).strip()
    if not path:
        return None
    folder = Path(path).expanduser()
    from sim.experiments.studies.store import Store

    store = Store.opened(folder)
    return Chosen(store.study, folder, is_store=True)
