"""The scenario files of a folder: those that people write, not the copies that a study keeps in its store."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

ENDINGS = (".yaml", ".yml")
MANIFEST = "manifest.json"
"""What makes a folder the store of a study."""


class Found(NamedTuple):
    """The files of a folder in order, and how many folders below it were left out: stores, and hidden ones."""

    files: list[Path]
    left_out: int


def scenario_files(folder: Path) -> Found:
    """The YAML files in a folder and the folders below it; OSError where it cannot be read."""
    files: list[Path] = []
    left_out = 0
    for here, below, names in os.walk(folder, onerror=_raise):
        kept = [name for name in below if not name.startswith(".") and not (Path(here) / name / MANIFEST).is_file()]
        left_out += len(below) - len(kept)
        below[:] = kept
        files += [Path(here) / name for name in names if Path(name).suffix.lower() in ENDINGS]
    return Found(sorted(files), left_out)


def _raise(error: OSError) -> None:
    raise error
