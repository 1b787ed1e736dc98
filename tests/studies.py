"""Small studies for tests, on one town and two years, and the code of a process that plays one."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import sim
from sim.experiments.studies.play import play_packed
from sim.model.study.study import Study

TITLE = {"nl": "Proef", "en": "Test"}
PAIR = ("status-quo-2020", "fifty-fifty")
FILE = """\
id: small
title: {nl: Klein, en: Small}
worlds: [one-town]
policies: [status-quo-2020, fifty-fifty]
design: latin_hypercube
size: 24
years: 2
replications: 10
factors:
  world.threat.attempts: {low: 5, high: 50}
  policy.response.teams: {low: 1, high: 6}
outcomes: [cash_cost_eur, cost_flanders_eur, break_ins]
"""


def small(**more: Any) -> Study:
    """Return a study of one town: 24 points of a Latin hypercube unless said otherwise."""
    parts: dict[str, Any] = {
        "id": "small",
        "title": TITLE,
        "worlds": [sim.load_world("one-town")],
        "policies": [sim.load_policy(name) for name in PAIR],
        "design": "latin_hypercube",
        "size": 24,
        "years": 2,
        "replications": 10,
        "factors": {"world.threat.attempts": {"low": 5.0, "high": 50.0},
                    "policy.response.teams": {"low": 1.0, "high": 6.0}},
        "outcomes": ["cash_cost_eur", "cost_flanders_eur", "break_ins"],
    }  # fmt: skip
    parts |= more
    for name in [name for name, value in parts.items() if value is None]:
        del parts[name]
    return Study(**parts)


def crossed(factors: dict[str, Any], **more: Any) -> Study:
    """Return a grid of one town."""
    return small(**{"design": "grid", "size": None, "factors": factors} | more)


def listed(cases: list[dict[str, Any]], **more: Any) -> Study:
    """Return a study of cases of one town."""
    return small(**{"design": "cases", "size": None, "factors": None, "cases": cases} | more)


def write_small(folder: Path) -> Path:
    """Return a file that holds the same study as `small()`."""
    path = folder / "small.yaml"
    path.write_text(FILE, encoding="utf-8")
    return path


def play_but_die_of_five(work: bytes, numbers: tuple[int, ...], engine: str, **more: Any) -> None:
    """Play designs as a worker does; design 5 kills it."""
    if 5 in numbers:
        os.kill(os.getpid(), signal.SIGKILL)
    play_packed(work, numbers, engine, **more)


class StrangeToOthers:
    """What a worker cannot read, so that it ends before it can begin."""

    def __reduce__(self) -> Any:
        return os._exit, (1,)
