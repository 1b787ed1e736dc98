"""Save and open: the policy as a file, kept for comparing, or brought back from a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from sim.model.problems import InputError
from sim.text import Words
from sim.web.layout.download import save
from sim.web.state import session
from sim.web.state.choice import LOADED, begin
from sim.web.state.link import Screen
from sim.web.state.policy_file import ENDINGS, notes, plain, policy_and_notes, sentences, slug, text_of

Read = TypeVar("Read")

_MEGABYTES = 1


def draw(screen: Screen, say: Words) -> None:
    """Draw the button, and what it opens."""
    with st.popover(say.say("File"), icon=":material/save:", width="stretch", key="file"):
        name = plain(
            st.text_input(say.say("Name of this policy"), max_chars=40, key="name", placeholder=_name(screen, say))
        )
        chosen = name or plain(_name(screen, say))
        with st.container(horizontal=True, gap="small"):
            st.button(
                say.say("Keep to compare"),
                on_click=_keep,
                args=(screen, say),
                icon=":material/bookmark_add:",
                key="keep",
                help=say.say(
                    "It stands on the page Compare for as long as this page is open, and in links from there."
                ),
            )
            save(
                say.say("Save as a file"),
                lambda: text_of(screen.choice, name),
                f"{slug(chosen) or 'policy'}.yaml",
                key="save",
                help=say.say("A policy file for the command line, and to open here again. It says only what differs."),
            )
        turn = st.session_state.setdefault("opened", 0)
        st.file_uploader(
            say.say("Open a policy file"),
            type=list(ENDINGS),
            max_upload_size=_MEGABYTES,
            key=f"open-{turn}",
            on_change=_open,
            args=(f"open-{turn}", say),
        )
        if st.session_state.get(f"open-{turn}") is not None and (trouble := st.session_state["trouble"]):
            st.error(told(trouble), icon=":material/error:")  # what the page says of it is behind this
        if noted := st.session_state["notes"]:
            st.warning(told(noted), icon=":material/rule:")


def told(sentences: list[str]) -> str:
    """Sentences about what went wrong, one under the other."""
    return "  \n".join(literal(sentence) for sentence in sentences)


def _keep(screen: Screen, say: Words) -> None:
    """Keep the choice under the name that stands in the field by now: it may come with the click."""
    name = plain(st.session_state.get("name") or "") or plain(_name(screen, say))
    session.keep(name)
    st.toast(
        say.say("“{policy}” can now be chosen on the page Compare.", policy=name), icon=":material/bookmark_added:"
    )


def _name(screen: Screen, say: Words) -> str:
    return screen.choice.policy.title[say.language]


def _open(key: str, say: Words) -> None:
    """Go on with the policy in the file that was brought."""
    found = read_brought(key, say, lambda name, raw: (name, *policy_and_notes(name, raw)))
    if found is not None:
        name, policy, noted = found
        session.load(begin(LOADED, policy))
        st.session_state["opened"] += 1  # an empty place for the next file
        if noted:
            session.notes([say.say("“{file}” was opened. What to look at again:", file=name), *notes(noted, say)])


def read_brought(key: str, say: Words, read: Callable[[str, bytes], Read]) -> Read | None:
    """Return what is in the file that was brought; None where something is wrong with it, which is said."""
    brought = st.session_state.get(key)
    if brought is None:
        return None
    name, raw = plain(brought.name), brought.getvalue()
    _let_go(brought)
    try:
        return read(name, raw)
    except InputError as error:
        session.trouble([say.say("“{file}” was not opened; nothing has changed.", file=name), *sentences(error, say)])
        return None


def _let_go(brought: Any) -> None:
    """Take what was sent out of the memory of the server, which keeps it as long as the page is open otherwise."""
    context = get_script_run_ctx()
    if context is not None and hasattr(context.uploaded_file_mgr, "remove_file"):
        context.uploaded_file_mgr.remove_file(context.session_id, brought.file_id)


def literal(text: str) -> str:
    """A text from outside, to be shown as it is: no markup works in it."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~$:&@])", r"\\\1", text)


def unmarked(text: str) -> str:
    """A sentence of ours that may hold a name from outside: no link, formula, colour or other markup works in it."""
    return re.sub(r"([\\`*_\[\]<$~]|:(?=[\w/+-]+[:\[]))", r"\\\1", text)
