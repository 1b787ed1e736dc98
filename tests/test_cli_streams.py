"""Whoever reads what a command says, or does not: it ends as it should, and the files that were asked for are there."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from commands import PAIR, process, weerbaar

from sim.cli.commands import app, main
from tests.studies import crossed, write_small

ONE = ("--world", "one-town", "--years", "1", "--replications", "2")
QUICK = (*ONE, "--quick")
ALL_FILES = ("--json", "out.json", "--tables", "tables", "--report", "report")
ANSWER = ("--json", "out.json", "--picture", "out.html")
COMMANDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "run": ((PAIR[0], *QUICK, *ALL_FILES), ("out.json", "tables/kpis.csv", "report/index.html")),
    "compare": ((*PAIR, *QUICK, *ALL_FILES), ("out.json", "tables/kpis.csv", "report/index.html")),
    "explain": ((PAIR[0], "--world", "one-town", "--years", "1"), ()),
    "trace": ((PAIR[0], "--world", "one-town", "--years", "1", "--out", "trace.csv"), ("trace.csv",)),
    "history": ((PAIR[0], "--replications", "2", "--json", "out.json"), ("out.json",)),
    "optimum": ((PAIR[0], "--world", "one-town", "--json", "out.json"), ("out.json",)),
    "validate": (("small.yaml",), ()),
    "parameters": (("world.threat", "--json", "out.json"), ("out.json",)),
    "list": (("--json", "out.json"), ("out.json",)),
    "warmup": ((), ()),
    "version": ((), ()),
    "study run": (("small.yaml", "--designs", "2", "--replications", "2"), ("small.store/manifest.json",)),
    "study resume": (("store",), ("store/manifest.json",)),
    "study check": (("store",), ()),
    "study status": (("store", "--json", "out.json"), ("out.json",)),
    "study export": (("store", "--out", "tables"), ("tables/futures.csv",)),
    "study effects": (("store", *ANSWER), ("out.json", "out.html")),
    "study sobol": (("sobol", *ANSWER), ("out.json", "out.html")),
    "study heatmap": (("store", "--x", "attempts", "--y", "teams", *ANSWER), ("out.json", "out.html")),
    "study pareto": (("store", *ANSWER), ("out.json", "out.html")),
    "study regret": (("store", *ANSWER), ("out.json", "out.html")),
    "study best": (("store", *ANSWER), ("out.json", "out.html")),
    "study losses": (("store", *ANSWER), ("out.json", "out.html")),
    "study optimise": ((PAIR[1], *ONE, "--over", "response.teams=1:2", *ANSWER), ("out.json", "out.html")),
}
"""For each command: its words, and the files that it leaves."""

SERVES = {"app"}
"""What does not end by itself, and is tried where the server is."""


def all_commands(command: Any, above: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield every command of the command line by its words."""
    inside = getattr(command, "commands", None)
    if inside is None:
        yield " ".join(above)
    for name, inner in (inside or {}).items():
        yield from all_commands(inner, (*above, name))


def test_every_command_is_tried_here() -> None:
    assert set(COMMANDS) | SERVES == set(all_commands(typer.main.get_command(app)))


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the file of a study, a store that was played from a grid, and one for Sobol indices."""
    import sim

    folder = tmp_path_factory.mktemp("stores")
    write_small(folder)
    moved = {"world.threat.attempts": {"values": [5.0, 50.0]}, "policy.response.teams": {"values": [1, 2]}}
    sim.run_study(crossed(moved, replications=4), folder / "store")
    ends = {"world.threat.attempts": {"low": 5.0, "high": 50.0}, "policy.response.teams": {"low": 1.0, "high": 3.0}}
    sim.run_study(crossed(ends, design="sobol", size=2, replications=4), folder / "sobol")
    return folder


@pytest.fixture
def here(stores: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same in a folder of its own, in which commands run."""
    shutil.copytree(stores, tmp_path / "here")
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def text_on(number: int) -> io.TextIOWrapper:
    """A stream as Python makes them."""
    return io.TextIOWrapper(io.BufferedWriter(io.FileIO(number, "wb")), encoding="utf-8", line_buffering=False)


def left() -> io.TextIOWrapper:
    """The writing end of a pipe whose reader has left."""
    reads, writes = os.pipe()
    os.close(reads)
    return text_on(writes)


def full() -> io.TextIOWrapper:
    """A file on a disk that is full."""
    return text_on(os.open("/dev/full", os.O_WRONLY))


def ended(monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], **streams: object) -> int:
    """Run the command line on these streams; return its exit code."""
    with monkeypatch.context() as patch:
        patch.setattr(sys, "argv", ["weerbaar", *words])
        for name, stream in streams.items():
            patch.setattr(sys, name, stream)
        with pytest.raises(SystemExit) as end:
            main()
        sys.stdout.flush()  # as at the end of a process
        sys.stderr.flush()
    return int(end.value.code or 0)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_reader_who_leaves_early_changes_nothing(
    name: str, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words, files = COMMANDS[name]
    assert ended(monkeypatch, (*name.split(), *words), stdout=left()) == 0
    assert [file for file in files if not (here / file).is_file()] == []
    said = capsys.readouterr().err
    assert "fault" not in said
    assert "cannot be written" not in said


@pytest.mark.parametrize("closed", [None, left], ids=["never there", "left"])
@pytest.mark.parametrize("name", COMMANDS)
def test_talk_that_nobody_hears_changes_nothing(
    name: str,
    closed: Callable[[], io.TextIOWrapper] | None,
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    words, files = COMMANDS[name]
    out = here / "said.txt"
    with out.open("w", encoding="utf-8") as stdout:
        streams = {"stdout": stdout, "stderr": closed and closed()}
        assert ended(monkeypatch, (*name.split(), *words), **streams) == 0
    assert [file for file in files if not (here / file).is_file()] == []
    talk = ("Took ", "Playing", "Note: ", "Interrupted")
    assert not [line for line in out.read_text(encoding="utf-8").splitlines() if line.startswith(talk)]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full disk at hand")
@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "trace"])  # which prints nothing
def test_an_output_on_a_full_disk_is_said_in_a_sentence_and_the_files_are_there(
    name: str, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words, files = COMMANDS[name]
    prints = ended(monkeypatch, (*name.split(), *words), stdout=(here / "said.txt").open("w", encoding="utf-8"))
    assert prints == 0
    shutil.rmtree(here / "small.store", ignore_errors=True)
    capsys.readouterr()
    nothing = (here / "said.txt").stat().st_size == 0  # JSON was asked for in place of it
    assert ended(monkeypatch, (*name.split(), *words), stdout=full()) == (0 if nothing else 2)
    assert [file for file in files if not (here / file).is_file()] == []
    sentence = "The output cannot be written: No space left on device"
    assert capsys.readouterr().err.splitlines().count(sentence) == (0 if nothing else 1)


def test_bad_input_stays_bad_input_where_nobody_hears_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for closed in (None, left()):
        assert ended(monkeypatch, ("run", "status-quo-2O20"), stdout=left(), stderr=closed) == 2


def test_help_may_be_read_in_part(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (("--help",), ("run", "--help"), ("study", "--help")):
        assert ended(monkeypatch, words, stdout=left()) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(os.name == "nt", reason="a shell of Unix makes the pipe")
def test_one_line_of_an_answer_leaves_the_whole_answer_in_the_file(here: Path) -> None:
    words = "study best store --json out.json"
    pipe = f'("{sys.executable}" -m sim {words}; echo "exit $?" >&2) | sed 1q'
    done = subprocess.run(["sh", "-c", pipe], capture_output=True, text=True, check=False)
    assert done.stderr == "exit 0\n"
    assert done.stdout == weerbaar("study", "best", "store").out.splitlines(keepends=True)[0]
    assert (here / "out.json").stat().st_size > 100


ODD = ["0", "00", "-1", "²", "", "wide", "99999999999999999999", " 80"]


@pytest.mark.parametrize("size", ODD)
def test_a_terminal_of_no_size_is_one_of_80_letters(
    size: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], here: Path
) -> None:
    whole = []
    for columns, terminal in (("80", "xterm"), (size, "xterm"), (size, ""), (size, "no such terminal")):
        monkeypatch.setenv("COLUMNS", columns)
        monkeypatch.setenv("LINES", columns)
        monkeypatch.setenv("TERM", terminal)
        with (here / "said.txt").open("w", encoding="utf-8") as stdout:
            assert ended(monkeypatch, ("study", "best", "store"), stdout=stdout) == 0
        whole.append((here / "said.txt").read_text(encoding="utf-8"))
    assert len(whole[0]) > 200
    assert whole == whole[:1] * 4


def test_a_narrow_or_a_wide_terminal_keeps_every_figure(monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    told = []
    for columns in ("80", "7", "1", "10000"):
        monkeypatch.setenv("COLUMNS", columns)
        with (here / "said.txt").open("w", encoding="utf-8") as stdout:
            assert ended(monkeypatch, ("study", "best", "store"), stdout=stdout) == 0
        told.append((here / "said.txt").read_text(encoding="utf-8"))
    figures = [word for word in told[0].partition("──")[2].split() if re.fullmatch(r"[0-9]+\.[0-9]+", word)]
    assert len(figures) >= 4
    assert [text for text in told if any(figure not in text.split() for figure in figures)] == []


def test_a_process_says_nothing_as_it_ends(here: Path) -> None:
    said = process("list", COLUMNS="0")
    assert (said.code, said.err) == (0, "")
    assert "flanders-2020" in said.out
