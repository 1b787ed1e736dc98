"""A chart on a page: its finding as a heading, the picture, the same in words, and its figures as table and file.

The picture holds its own title and source as well, for whoever takes it away as an image; on the page they are cut off,
for there the heading says it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from sim.show.base.figure import signed
from sim.show.base.table import ChartTable
from sim.text import Words
from sim.version import MODEL_VERSION
from sim.web.layout.download import save_table
from sim.web.layout.file_menu import unmarked
from sim.web.state.view import View

_IMAGE_WIDTH = 820
_LONG = 30  # rows of a table that gets a height of its own


def chart(
    seen: View, key: str, figure: Any, figures: Callable[[], ChartTable], *, picked: Callable[[int], None] | None = None
) -> str:
    """Draw a chart under its finding, with its figures below; return its revision.

    `figures` makes the table, and is called when somebody asks for it. `picked` is called with the number of the point
    that somebody clicks.
    """
    say, meta = seen.say, figure.layout.meta
    alt, revision, title = str(meta["alt"]), str(meta["rev"]), str(meta["title"])
    note = say.say(
        "Weerbaar {version}, seed {seed}. A model, not a forecast.", version=MODEL_VERSION, seed=str(seen.screen.seed)
    )
    above = signed(figure, note, seen.scheme)
    name = f"weerbaar-{key}-{say.language}-seed-{seen.screen.seed}-v{MODEL_VERSION}"
    with st.container(key=f"finding-{key}"):
        st.header(unmarked(title), anchor=False)
    with st.container(key=f"plot-{above}-{key}"):
        clicks: dict[str, Any] = {}
        if picked is not None:
            clicks = {"on_select": lambda: _pick(f"chart-{key}", picked), "selection_mode": "points"}
        st.plotly_chart(figure, theme=None, config=_tools(say, name, figure), alt=alt, key=f"chart-{key}", **clicks)
    _table(say, key, name, figures)
    return revision


def _tools(say: Words, name: str, figure: Any) -> dict[str, Any]:
    """One button on the figure: to save it as an image."""
    return {
        "displayModeBar": True,
        "displaylogo": False,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {
            "format": "png",
            "filename": name,
            "scale": 2,
            "width": _IMAGE_WIDTH,
            "height": int(figure.layout.height),
        },
        "locale": say.language,
        "locales": {
            say.language: {
                "dictionary": {
                    "Download plot as a PNG": say.say("Save as an image"),
                    "Download plot": say.say("Save as an image"),
                }
            }
        },
    }


def _pick(key: str, picked: Callable[[int], None]) -> None:
    """Tell which point was clicked. A second click on the same one empties the selection, and means the same."""
    state, last = st.session_state, f"{key}-picked"
    if points := state[key]["selection"]["points"]:
        state[last] = int(points[0]["point_index"])
    if last in state:
        picked(state[last])


def is_open(box: Any) -> bool:
    """Whether somebody opened what most do not ask for."""
    return bool(box.open)


def _table(say: Words, key: str, name: str, figures: Callable[[], ChartTable]) -> None:
    box = st.expander(say.say("As a table"), icon=":material/table:", key=f"as-table-{key}", on_change="rerun")
    if not is_open(box):
        return
    table = figures()
    with box:
        rows = [{unmarked(name): unmarked(cell) for name, cell in row.items()} for row in table.in_words(say)]
        if len(rows) > _LONG:
            with st.container(height=400, key=f"long-{key}"):
                st.table(rows, border="horizontal")
        else:
            st.table(rows, border="horizontal")
        save_table(figures, name, say, key=key)
