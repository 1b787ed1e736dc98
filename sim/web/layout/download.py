"""A button that saves a file, which is made when somebody asks for it.

A file that is made as the page is drawn costs everybody who does not want it; and a browser asks for such a file as
soon as the button arrives, on a slow line after the page was drawn anew and the file was thrown away.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from sim.show.base.table import ChartTable
from sim.text import Words

_KINDS = {"csv": "text/csv", "json": "application/json", "yaml": "application/yaml", "py": "text/x-python"}


def save(label: str, content: Callable[[], bytes | str], name: str, *, key: str, **more: Any) -> None:
    """Draw a button that saves what `content` makes under a name, whose ending says what it is."""
    st.download_button(
        label,
        data=content,
        file_name=name,
        mime=_KINDS[name.rpartition(".")[2]],
        on_click="ignore",
        icon=":material/download:",
        key=key,
        **more,
    )


def save_table(table: Callable[[], ChartTable], name: str, say: Words, *, key: str) -> None:
    """Draw a button that saves a table."""
    save(say.say("Save as CSV"), lambda: table().csv(say.language), f"{name}.csv", key=f"csv-{key}")
