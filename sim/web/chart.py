"""A chart on a page: its finding as a heading, the picture, and the same in words for those who cannot see it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sim.show.charts import untitled


def chart(key: str, figure: Any) -> str:
    """Draw a chart under its finding; return its revision."""
    alt, revision = str(figure.layout.meta["alt"]), str(figure.layout.meta["rev"])
    title, figure = untitled(figure)
    with st.container(key=f"finding-{key}"):
        st.header(title, anchor=False)
    st.plotly_chart(figure, theme=None, config={"displayModeBar": False}, alt=alt, key=f"chart-{key}")
    return revision
