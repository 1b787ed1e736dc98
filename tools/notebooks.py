"""Play the notebooks: `python tools/notebooks.py` says which tell something else now, `--write` keeps what they say.

A notebook is played from top to bottom in a fresh kernel, in its own folder. What counts is what a reader sees: printed
text, tables, and the titles of pictures.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

PROJECT = Path(__file__).resolve().parents[1]
FOLDER = PROJECT / "notebooks"
PICTURE = "application/vnd.plotly.v1+json"
KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
          "language_info": {"name": "python"}}  # fmt: skip


def notebooks() -> list[Path]:
    """Return all notebooks."""
    return sorted(FOLDER.glob("*.ipynb"))


def played(path: Path) -> Any:
    """Return a notebook with what it says now; a cell that fails raises."""
    book = nbformat.read(path, as_version=4)
    os.environ["PYTHONPATH"] = os.pathsep.join([str(PROJECT), os.environ.get("PYTHONPATH", "")])
    client = NotebookClient(book, timeout=600, kernel_name="python3", record_timing=False,
                            resources={"metadata": {"path": str(path.parent)}})  # fmt: skip
    client.execute()
    book.metadata = nbformat.from_dict(KERNEL)
    for number, cell in enumerate(book.cells):
        cell.metadata = nbformat.from_dict({})
        cell.id = f"cell-{number:02d}"
    return book


def said(book: Any) -> list[str]:
    """Return what a reader sees of a notebook: one text for each cell with code."""
    return ["\n".join(map(_shown, cell.outputs)) for cell in book.cells if cell.cell_type == "code"]


def _shown(output: Any) -> str:
    if output.output_type == "stream":
        return str(output.text).strip()
    data = output.get("data", {})
    return str(data[PICTURE]["layout"]["meta"]["alt"]) if PICTURE in data else str(data.get("text/plain", output))


def main(arguments: Sequence[str] | None = None) -> int:
    """Report, or write; 1 when a notebook tells something else than it shows."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--write", action="store_true", help="keep what the notebooks say now")
    parser.add_argument("names", nargs="*", help="which notebooks; default: all")
    wanted = parser.parse_args(arguments)
    code = 0
    for path in notebooks():
        if wanted.names and path.stem not in wanted.names:
            continue
        book = played(path)
        same = said(book) == said(nbformat.read(path, as_version=4))
        if wanted.write:
            nbformat.write(book, path)
        elif not same:
            code = 1
        print(f"{path.name}: {'as it shows' if same else 'written' if wanted.write else 'tells something else now'}")
    return code


if __name__ == "__main__":
    sys.exit(main())
