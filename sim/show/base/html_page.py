"""One picture as a page of its own, to be opened, kept and sent without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.atomic import put
from sim.show.base.figure import signed
from sim.text import words
from sim.version import MODEL_VERSION


def write_page(figure: Any, path: Path, source: str, language: str) -> None:
    """Write a figure as a page, with a line under its title that says where it comes from."""
    say = words(language)
    note = say.say("{source}. Weerbaar {version}: a model, not a forecast.", source=source, version=MODEL_VERSION)
    signed(figure, note, "light")
    text = figure.to_html(include_plotlyjs=True, full_html=True, config={"displaylogo": False, "responsive": True})
    text = text.replace("<html>", f'<html lang="{language}">', 1)
    put(path, lambda part: part.write_text(text, encoding="utf-8", newline="\n"))
