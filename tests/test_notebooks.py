"""Notebooks run from top to bottom, and say what they show."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

PROJECT = Path(__file__).resolve().parents[1]
BOOKS = sorted((PROJECT / "notebooks").glob("*.ipynb"))


def tool() -> Any:
    """Return tools/notebooks.py, which is in no package."""
    spec = importlib.util.spec_from_file_location("notebooks_tool", PROJECT / "tools" / "notebooks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_a_notebook_says_what_it_shows(path):
    module = tool()
    assert module.said(module.played(path)) == module.said(nbformat.read(path, as_version=4)), "run `make notebooks`"


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_clean_and_small(path):
    text = path.read_text(encoding="utf-8")
    book = nbformat.reads(text, as_version=4)
    nbformat.validate(book)
    assert len(text) < 300_000
    assert not re.search(r"/(home|root|work|tmp|Users)/", text)
    shown = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    assert shown
    assert not any(output.output_type == "error" or output.get("name") == "stderr" for output in shown)


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_text_holds_no_results(path):
    """Numbers that the model gives stand in outputs, where they are computed."""
    book = nbformat.read(path, as_version=4)
    for cell in book.cells:
        if cell.cell_type == "markdown":
            assert not re.search(r"€|\d+(\.\d+)? ?(million|billion|%)(?! interval)", cell.source), cell.source


def test_there_are_four():
    assert [path.stem for path in BOOKS] == [
        "01-first-comparison", "02-who-pays-grid", "03-what-matters", "04-robust-policy"
    ]  # fmt: skip
