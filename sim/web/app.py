"""The entry of the app: what all pages share, and the list of pages.

Streamlit runs this from the top at every move. The screen is read from the widgets and written into the address, so
that the address brings the same screen back; then the page that was asked for is drawn.
"""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from sim.package import PACKAGE
from sim.text import N_, Words, words
from sim.web.answers.answer import in_turn
from sim.web.answers.engine_ready import ROOM
from sim.web.layout import sidebar
from sim.web.layout.style import STYLE
from sim.web.state import link, session, view

PAGES = PACKAGE / "web" / "pages"
TITLES = {
    "explore": N_("Explore"),
    "compare": N_("Compare"),
    "municipalities": N_("Municipalities"),
    "future": N_("One future"),
    "studies": N_("Studies"),
    "model": N_("Model and sources"),
}
ICONS = {
    "explore": "tune",
    "compare": "compare_arrows",
    "municipalities": "location_city",
    "future": "play_circle",
    "studies": "grid_on",
    "model": "menu_book",
}
"""The pages in their order: a title and an icon each; the file of a page and its place in the address have its name."""

KEYS = (PACKAGE / "web" / "layout" / "keys.js").read_text(encoding="utf-8")
"""What gives to the keyboard what the mouse has."""

_SIDEBAR = 356  # pixels


def main() -> None:
    """Draw what all pages share, and the page that was asked for."""
    st.set_page_config(page_title="Weerbaar", page_icon="🛡️", layout="wide", initial_sidebar_state=_SIDEBAR)
    st.html(f"<script>{KEYS}</script>", unsafe_allow_javascript=True)
    session.first_look()
    ROOM.start()
    say = words(session.screen().language)
    # The page says in which language it is, for those who listen to it.
    st.html(f"<script>document.documentElement.lang = '{say.language}'</script>", unsafe_allow_javascript=True)
    st.html(f"<style>{STYLE}</style>")
    known, stray = pages(say), _stray()
    page = st.navigation([*known, *_behind(stray)], position="top")
    if stray:
        if stray not in TITLES:
            session.astray(stray)
        session.turn_to(known[0])
    if (asked := _asked(known)) is not None and asked._script_hash != page._script_hash:
        session.turn_to(asked)
    address = link.write(session.screen())
    if st.query_params.to_dict() != address:
        st.query_params.from_dict(address)
    with in_turn(say):  # what costs time
        with st.sidebar:
            sidebar.draw(say)
        view.show(session.screen(), say)
        page.run()


def _asked(known: list[st.Page]) -> st.Page | None:
    """The page that the visitor asked for last; None where that was none."""
    return next((one for one in known if one._script_hash == session.page_asked()), None)


def _stray() -> str:
    """The page that the address names, where Streamlit knows none by that name: it has no name for the first."""
    context = get_script_run_ctx()
    if context is None or context.pages_manager.intended_page_script_hash:
        return ""
    name = context.pages_manager.intended_page_name or ""
    return "" if name in list(TITLES)[1:] else name


def _behind(stray: str) -> list[st.Page]:
    """A page behind a name that there is not, so that Streamlit says nothing about it, and we in the right language."""
    return [st.Page(lambda: None, title=stray, url_path=stray, visibility="hidden")] if stray else []


def pages(say: Words) -> list[st.Page]:
    """The pages, the first of which opens where an address names none; so it has no name of its own there."""
    first = next(iter(TITLES))
    return [
        st.Page(
            PAGES / f"{name}.py",
            title=say.say(title),
            icon=f":material/{ICONS[name]}:",
            url_path="" if name == first else name,
            default=name == first,
        )
        for name, title in TITLES.items()
    ]


if __name__ == "__main__":
    main()
