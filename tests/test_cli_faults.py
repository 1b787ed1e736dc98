"""The command line when something is wrong: exit codes, sentences that name the fault, and nothing half done."""

from __future__ import annotations

import errno
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commands import PAIR, weerbaar, write_four_towns

import sim
from sim.atomic import put


@pytest.fixture(scope="module")
def four_towns(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_four_towns(tmp_path_factory.mktemp("worlds"))


SMALL = ("--world", "one-town", "--years", "1", "--replications", "1")
BAD: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "no replications": (("compare", *PAIR, "--replications", "0"), ("--replications", "1")),
    "replications in words": (("run", PAIR[0], "--replications", "many"), ("--replications",)),
    "no years": (("run", PAIR[0], "--years", "0"), ("--years",)),
    "too many years": (("run", PAIR[0], "--years", "51"), ("--years", "50")),
    "a seed below zero": (("run", PAIR[0], "--seed", "-1"), ("--seed",)),
    "a seed too large": (("run", PAIR[0], "--seed", str(2**63)), ("--seed",)),
    "no workers": (("run", PAIR[0], "--workers", "0"), ("--workers",)),
    "an engine that is not there": (("run", PAIR[0], "--engine", "steam"), ("--engine", "reference")),
    "a language that is not there": (("run", PAIR[0], "--lang", "fr"), ("--lang", "nl", "en")),
    "no policy": (("compare",), ("POLICY",)),
    "an unknown policy": (("run", "status-quo-2O20"), ("status-quo-2O20", 'did you mean "status-quo-2020"?')),
    "an unknown world": (("run", PAIR[0], "--world", "flanders"), ("flanders", "flanders-2020")),
    "a policy twice": (("compare", *PAIR, PAIR[1], *SMALL), ("POLICY", "fifty-fifty", "once")),
    "two wrong settings": (
        ("run", PAIR[0], *SMALL, "--set", "world.threat.atempts=3", "--set", "policy.response.teams=many"),
        ('did you mean "attempts"?', "response.teams", "unlimited"),
    ),
    "more than fits in memory": (
        (
            "run",
            PAIR[0],
            "--set",
            "world.threat.growth=-0.5",
            "--set",
            "world.threat.base_year=2097",
            "--set",
            "world.threat.growth_centre=base_year",
        ),
        ("[too-many-events] threat", "8.0e+25 events", "at most 2,000,000", "nearer to 2020"),
    ),
    "more years than fit in memory": (
        (
            "compare",
            *PAIR,
            "--years",
            "50",
            "--set",
            "world.threat.growth=0.25",
            "--set",
            "world.threat.growth_centre=base_year",
        ),
        ("[too-many-events] threat", "a future of 50 years", "at most 2,000,000"),
    ),
    "a world that does not fit in memory": (
        ("validate", str(Path(__file__).parent / "data" / "broken" / "too-many-events.yaml")),
        ("too-many-events.yaml:5: [too-many-events] threat", "1 file, 1 problem"),
    ),
    "more break-ins than attempts": (
        ("run", PAIR[0], *SMALL, "--set", "world.break_in.today=1"),
        ("break_in.today is 1, and must be at most 0.7958",),
    ),
    "more severe incidents than all": (
        ("run", PAIR[0], *SMALL, "--set", "world.incident.severe=1"),
        ("significant and severe together are 1.07; at most 1 is possible",),
    ),
    "a setting without a value": (("run", PAIR[0], *SMALL, "--set", "world.threat.attempts"), ("--set", "KEY=VALUE")),
    "a future below zero": (("explain", PAIR[0], "--municipality", "Gent", "--replication", "-1"), ("--replication",)),
    "an unknown town": (("explain", PAIR[0], "--municipality", "Wilebroek"), ("did you mean Willebroek",)),
    "no town": (("explain", PAIR[0]), ("--municipality", "300")),
    "an unknown form": (("trace", PAIR[0], "--out", "trace.xlsx"), ("--out", ".csv", ".parquet")),
    "no place for a trace": (("trace", PAIR[0], "--out", "nowhere/trace.csv"), ("--out", "nowhere")),
    "an unknown parameter": (("parameters", "world.threat.atempts"), ('did you mean "world.threat.attempts"?',)),
    "an unknown kind": (("list", "towns"), ("worlds", "policies")),
    "an unknown command": (("frobnicate",), ("frobnicate",)),
    "an app at no address of this machine": (("app", "--host", "192.0.2.7"), ("--host", "192.0.2.7", "127.0.0.1")),
    "an app at no address at all": (("app", "--host", "a" * 70), ("--host", "no address of this machine")),
    "a file that is not there": (("validate", "nothing.yaml"), ("nothing.yaml",)),
}


@pytest.mark.parametrize(("words", "said"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_named_and_nothing_is_written(
    words: tuple[str, ...], said: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    writes = ("--json", "out.json", "--tables", "tables", "--report", "report")
    result = weerbaar(*words, *(writes if words[0] in ("run", "compare") else ()))
    assert result.code == 2
    text = re.sub(r"[\s│]+", " ", result.err + result.out)
    assert all(part in text for part in said), text
    assert "Traceback" not in text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("option", "target", "words"),
    [
        ("--json", "folder", "is a folder"),
        ("--json", "nowhere/out.json", "no folder nowhere"),
        ("--json", "file/out.json", "no folder file"),
        ("--tables", "file", "not a folder"),
        ("--report", "file/report", "not a folder"),
        ("--tables", "", "an empty name"),
        ("--json", "x" * 300, "cannot be written"),
    ],
)
def test_a_place_that_cannot_be_written_is_said_before_the_work(
    option: str, target: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    monkeypatch.setattr("sim.experiments.comparison.compare.compare", never)
    other = ("--report", "elsewhere") if option != "--report" else ("--tables", "elsewhere")
    result = weerbaar("run", PAIR[0], *SMALL, *other, option, target)
    assert result.code == 2
    assert option in result.err
    assert words in result.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def never(*arguments: object, **named: object) -> None:
    raise AssertionError("the work began")


def test_a_fault_of_ours_is_admitted_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object, **named: object) -> None:
        raise ZeroDivisionError("three towns in nought")

    monkeypatch.setattr("sim.experiments.comparison.compare.compare", broken)
    said = weerbaar("run", PAIR[0], *SMALL)
    assert said.code == 1
    assert "ZeroDivisionError: three towns in nought" in said.err
    assert "WEERBAAR_DEBUG=1" in said.err
    assert "Traceback" not in said.err
    monkeypatch.setenv("WEERBAAR_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        weerbaar("run", PAIR[0], *SMALL)


def test_a_reader_who_leaves_early_is_no_fault(four_towns: str) -> None:
    command = [sys.executable, "-m", "sim", "parameters", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.read(10)
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 0


def test_a_port_that_is_taken_is_said_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = weerbaar("app", "--no-browser", "--port", str(taken.getsockname()[1]))
    assert said.code == 2
    assert "--port" in said.err


def test_a_disk_that_is_full_is_no_fault_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(*arguments: object, **named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "out.json")

    monkeypatch.setattr("sim.cli.targets.put", full)
    said = weerbaar("run", PAIR[0], *SMALL, "--json", str(tmp_path / "out.json"))
    assert said.code == 2
    assert said.err.startswith("out.json cannot be written: No space left on device")


@pytest.mark.skipif(os.name == "nt", reason="a shell of Unix closes the output")
def test_an_output_that_is_closed_is_no_fault_of_ours() -> None:
    command = f"exec {shlex.quote(sys.executable)} -m sim list >&-"
    done = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    def fail(path: Path) -> None:
        path.write_text("half", encoding="utf-8")
        raise OSError("the disk is full")

    target = tmp_path / "answer.json"
    target.write_text("before", encoding="utf-8")
    with pytest.raises(OSError, match="full"):
        put(target, fail)
    assert target.read_text(encoding="utf-8") == "before"
    put(target, lambda path: path.write_text("after", encoding="utf-8"))
    assert target.read_text(encoding="utf-8") == "after"
    assert list(tmp_path.iterdir()) == [target]


# ---- interrupted ---------------------------------------------------------------------------------------------------


def test_interrupted_before_anything_was_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments: object, **named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.experiments.comparison.compare.compare", interrupted)
    said = weerbaar("run", PAIR[0], *SMALL, "--json", str(tmp_path / "out.json"))
    assert said.code == 130
    assert "nterrupted" in said.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to another process")
def test_an_interruption_keeps_what_was_done(four_towns: str, tmp_path: Path) -> None:
    file = tmp_path / "partial.json"
    watched, terminal = os.openpty()  # a terminal on stderr: the bar says when the first futures are done
    command = [sys.executable, "-m", "sim", "compare", *PAIR, "--world", four_towns]
    options = ["--replications", "90000", "--workers", "1", "--json", str(file)]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=terminal) as running:
        os.close(terminal)
        wait_for(watched, lambda text: re.search(r"\D[1-9]\d*/90000", text) is not None)
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate(timeout=60)
    os.close(watched)
    assert running.returncode == 130
    written: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    done = written["replications"]
    assert 1 <= done < 90000
    assert written["interrupted"] is True
    assert f"Interrupted: {done} of 90000 futures" in out.decode().replace(",", "")
    assert written["sentence"]["en"] in out.decode()
    policies = [sim.load_policy(name) for name in PAIR]
    whole = sim.compare(sim.load_world(four_towns), policies, replications=done)
    assert whole.tape_hash == written["tape_hash"]
    assert whole.to_json()["policies"] == written["policies"]


def wait_for(stream: int, seen: Callable[[str], bool], seconds: float = 300) -> None:
    """Read a stream until its text satisfies `seen`."""
    text, deadline = "", time.monotonic() + seconds
    while not seen(text):
        assert time.monotonic() < deadline, text[-300:]
        text += os.read(stream, 4096).decode(errors="replace")


def test_an_interruption_while_it_looks_further_keeps_the_answer(
    four_towns: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sim.Comparison, "checked", interrupted)
    target = tmp_path / "answer.json"
    question = ("compare", "status-quo-2020", "fifty-fifty", "--world", four_towns, "--replications", "3")
    said = weerbaar(*question, "--json", str(target))
    assert said.code == 130
    assert "does not say what it hangs on" in said.err
    assert "checks" not in json.loads(target.read_text(encoding="utf-8"))
