"""The app, the command that it offers and the Python that it offers give the same numbers, exactly."""

from __future__ import annotations

import csv
import io
import json
import random
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from sim.experiments.replicate import ENGINES
from sim.web.layout import download
from sim.web.levers.lever import policy_levers, world_levers
from sim.web.state import link, snippet
from sim.web.state.choice import Choice, begin, presets, world_start
from sim.web.state.link import Screen
from tests.commands import weerbaar
from tests.pages import opened

FUTURES = 6
SETTINGS = range(10)
MOVES = 5


@pytest.fixture(autouse=True)
def _few_towns(monkeypatch: pytest.MonkeyPatch) -> None:
    """All municipalities, for the command line knows no fewer; and few futures."""
    monkeypatch.setattr("sim.web.answers.answer.LADDER", dict.fromkeys(ENGINES, (FUTURES, FUTURES)))


@pytest.fixture
def saved(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[str, str]]:
    """What the buttons of a page save, by their keys: the name of the file, and its text."""
    found: dict[str, tuple[str, str]] = {}
    real = download.save

    def noted(label: str, content: Callable[[], bytes | str], name: str, **more: Any) -> None:
        held = content()
        found[more["key"]] = (name, held if isinstance(held, str) else held.decode("utf-8-sig"))
        real(label, content, name, **more)

    monkeypatch.setattr(download, "save", noted)
    return found


def a_screen(number: int) -> Screen:
    """A random start point with some random levers moved, such as a visitor can have."""
    chance = random.Random(number)
    choice = begin(chance.choice(list(presets())))
    for lever in chance.sample(policy_levers(), MOVES):
        moved = replace(choice, values=MappingProxyType({**choice.values, lever.key: chance.choice(lever.options)}))
        choice = moved if moved.is_possible else choice
    world = dict(world_start())
    for lever in chance.sample(world_levers(), number % 3):
        world[lever.key] = chance.choice(lever.options)
    return Screen("en", choice, MappingProxyType(world), seed=chance.randrange(2**32))


def said(answer: dict[str, Any]) -> dict[str, Any]:
    """Everything but what policies are called."""
    kept = ("model_version", "seed", "replications", "years", "world", "tape_hash")
    return {name: answer[name] for name in kept} | {
        "policies": [(one["kpis"], one["payers"], one["ledger_hash"]) for one in answer["policies"]],
        "differences": [{name: one[name] for name in one if name != "policy"} for one in answer["differences"]],
    }


@pytest.mark.parametrize("number", SETTINGS)
def test_app_command_and_python_agree(
    number: int, saved: dict[str, tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened("model", **link.write(a_screen(number)), about="files")
    assert not app.exception
    assert not app.warning
    command, code = (one.value for one in app.main.code)
    assert code == saved["get-python"][1].strip()
    shown = said(json.loads(saved["get-json"][1]))
    monkeypatch.chdir(tmp_path)

    name, text = saved["get-policy"]
    Path(name).write_text(text, encoding="utf-8")
    run = weerbaar(*shlex.split(command)[1:], "--json", "-")
    assert run.code == 0, run.err
    assert said(json.loads(run.out)) == shown

    Path(name).unlink()
    names: dict[str, Any] = {}
    exec(compile(code, "weerbaar-screen.py", "exec"), names)
    assert said(names["result"].to_json()) == shown


def test_the_world_that_is_offered_is_the_world_of_the_page(
    saved: dict[str, tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened("model", lang="nl", about="files", frequency="high", suppliers="low", teams="9")
    monkeypatch.chdir(tmp_path)
    for key in ("get-world", "get-policy"):
        name, text = saved[key]
        Path(name).write_text(text, encoding="utf-8")
    world, policy = (saved[key][0] for key in ("get-world", "get-policy"))
    command = shlex.split(app.main.code[0].value)
    seed = command[command.index("--seed") + 1]
    words = ["compare", "status-quo-2020", policy, "--world", world, "--seed", seed, "--replications", str(FUTURES)]
    answer = json.loads(weerbaar(*words, "--json", "-").out)
    assert said(answer) == said(json.loads(saved["get-json"][1]))


def test_the_tables_open_in_a_dutch_spreadsheet(saved: dict[str, tuple[str, str]]) -> None:
    opened("model", lang="nl", about="files", teams="9")
    rows = list(csv.reader(io.StringIO(saved["get-figures"][1]), delimiter=";"))
    assert rows[0][:4] == ["Beleid", "Kerncijfer", "Eenheid", "Gemiddelde"]
    answer = json.loads(saved["get-json"][1])
    first = answer["policies"][0]["kpis"]["cash_cost_eur"]["mean"]
    assert float(rows[1][3].replace(",", ".")) == pytest.approx(first, rel=1e-5)
    assert len(list(csv.reader(io.StringIO(saved["get-towns"][1]), delimiter=";"))) == 301


def test_the_settings_are_those_of_visitors() -> None:
    screens = [a_screen(number) for number in SETTINGS]
    assert len({str(link.write(screen)) for screen in screens}) == len(screens)
    assert sum(bool(screen.choice.moved) for screen in screens) > 7
    assert any(snippet.moved(screen.world) for screen in screens)


def test_today_by_itself_is_run_and_not_compared() -> None:
    text = snippet.command(Choice(), world_start(), seed=1, replications=2, years=10)
    assert text.startswith("weerbaar run status-quo-2020 ")


def test_a_text_that_python_would_read_otherwise_is_quoted() -> None:
    for text in ('a """ b\n', "a \\n b\n", 'ends with "'):
        assert eval(snippet._literal(text)) == text
    assert eval(snippet._literal("plain\n")) == "plain\n"
