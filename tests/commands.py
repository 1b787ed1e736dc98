"""The command line as tests call it, and a world of four towns to call it on."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from sim.cli.commands import app

PAIR = ("status-quo-2020", "fifty-fifty")
FOUR_TOWNS = """\
id: four-towns
title: {nl: Vier gemeenten, en: Four towns}
municipalities:
  - {nis: 90001, name: Aa, province: West, population: 8000, income_per_inhabitant_eur: 19000}
  - {nis: 90002, name: Bee, province: West, population: 15000, income_per_inhabitant_eur: 21000}
  - {nis: 90003, name: Cee, province: Oost, population: 40000, income_per_inhabitant_eur: 20000}
  - {nis: 90004, name: Dee, province: Oost, population: 120000, income_per_inhabitant_eur: 23000}
start: 2020-01-01
years: 3
"""


@dataclass(frozen=True)
class Said:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str


def write_four_towns(folder: Path) -> str:
    """Return the path of a world of four towns, written into a folder."""
    path = folder / "four-towns.yaml"
    path.write_text(FOUR_TOWNS, encoding="utf-8")
    return str(path)


def weerbaar(*words: str) -> Said:
    """Run a command in this process."""
    result = CliRunner().invoke(app, list(words))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Said(result.exit_code, result.stdout, result.stderr)


def process(*words: str, **more: str) -> Said:
    """Run a command in a process of its own, its output in pipes."""
    environment = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "COLUMNS")}
    done = subprocess.run(
        [sys.executable, "-m", "sim", *words],
        capture_output=True,
        env=environment | {"PYTHONIOENCODING": "utf-8"} | more,
        check=False,
    )
    return Said(done.returncode, done.stdout.decode(), done.stderr.decode())
