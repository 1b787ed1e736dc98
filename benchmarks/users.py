"""How long an answer of the app takes while many people use it at the same moment.

*Compared.* Twenty-five visitors of one server, each of whom moves a lever every five seconds for two minutes: the time
from the move to the page that shows it, charts and figures from 200 futures included, its median and 95th percentile;
what went wrong; and the memory of the server. One visitor alone, who does the same for a minute before the others come,
is what it is held against; and once more, while a study is played behind the visitors, as the page *Studies* does.

*Why it is fair.* It is the server that `weerbaar app` starts, on this machine. Visitors speak the language of the page
itself, messages of Streamlit over a websocket, and a move is what a slider sends when it is let go. Nobody waits for an
answer before moving on, and nobody looks at what another saw: each has a seed of his own, so that no future was played
before. They begin spread over the five seconds.

*What it does not show.* A browser that draws the charts, and a network. Visitors take time of the same cores, which a
real visitor does not: reading what the server says is their work too.
"""

from __future__ import annotations

import asyncio
import html
import itertools
import math
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from _measure import PROJECT, arguments, header, resident
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

import sim
from sim.model.yaml_out import study_yaml
from sim.web import bench

START = "fifty-fifty"
LEVERS = {"policy.prevention.local_spend": "spend", "share.prevention": "flemish-prevention",
          "share.incidents": "flemish-incidents", "policy.response.teams": "teams"}  # fmt: skip
"""The sliders that visitors move: their keys, and their names in the address."""
READY = 300.0  # seconds: the engine may have to be compiled first
MARK = re.compile(r'<span hidden data-address="([^"]*)"')


WIDGETS = ("slider", "number_input", "selectbox", "checkbox", "button_group")


def standing(kind: str, widget: Any) -> WidgetState:
    """Return where a widget stands, as a browser says it again with every move of another one."""
    state = WidgetState(id=widget.id)
    if kind == "slider":
        state.string_array_value.data.extend(widget.raw_value)
    elif kind == "button_group":
        state.string_array_value.data.extend(widget.raw_values)
    elif kind == "selectbox":
        state.string_value = widget.raw_value
    elif kind == "checkbox":
        state.bool_value = widget.value
    elif widget.HasField("value"):
        state.double_value = widget.value
    return state


@dataclass
class Visitor:
    """One session of the app: what it moved and when, what it was shown, and what went wrong."""

    number: int
    port: int
    waits: list[float] = field(default_factory=list)
    """Seconds from a move to the page that shows it; infinite where the next move came first."""
    errors: list[str] = field(default_factory=list)
    first: float = np.inf
    """Seconds from arriving to the first answer."""
    received: int = 0
    """Bytes that came in."""

    def __post_init__(self) -> None:
        self.rng = random.Random(self.number)
        self.sliders: dict[str, tuple[str, list[str]]] = {}  # widget, and the places where it did not begin
        self.held: dict[str, WidgetState] = {}  # where all widgets stand
        self.script = ""
        self.wanted = ""
        self.begun = 0.0
        self.shown = asyncio.Event()

    async def visit(self, moves: int, every: float, delay: float = 0.0) -> None:
        """Arrive, wait for the first answer, and move a lever so many times."""
        await asyncio.sleep(delay)
        address = f"ws://127.0.0.1:{self.port}/_stcore/stream"
        try:
            async with connect(address, subprotocols=["streamlit"], max_size=None, ping_interval=None) as line:
                listening = asyncio.create_task(self._listen(line))
                await self._move(line, None)
                await self._until_shown(listening)
                self.first = self.waits.pop()
                due = time.perf_counter()
                for _ in range(moves):
                    await self._move(line, self.rng.choice(list(LEVERS)))
                    due += every
                    await asyncio.wait({listening}, timeout=max(0.0, due - time.perf_counter()))
                    if listening.done():
                        listening.result()  # raises what ended it
                listening.cancel()
        except Exception as error:  # whatever it is, the others go on and it is told at the end
            self.errors.append(f"{type(error).__name__}: {error}")

    async def _until_shown(self, listening: asyncio.Task[None]) -> None:
        """Wait for the page that was asked for; raise what ended the listening, or that it takes too long."""
        shown = asyncio.create_task(self.shown.wait())
        await asyncio.wait({listening, shown}, timeout=READY, return_when=asyncio.FIRST_COMPLETED)
        shown.cancel()
        if listening.done():
            listening.result()
        if not self.shown.is_set():
            raise TimeoutError(f"no page after {READY:g} seconds")

    async def _move(self, line: ClientConnection, key: str | None) -> None:
        """Ask for the page: as it opens, or with a slider somewhere else."""
        message = BackMsg()
        message.rerun_script.query_string = f"lang=nl&start={START}&seed={self.number}"
        message.rerun_script.page_script_hash = self.script
        self.wanted = f"seed={self.number}"
        if key is not None:
            widget, options = self.sliders[key]
            place = self.held[widget].string_array_value.data
            option = self.rng.choice([one for one in options if one != place[0]])
            place[:] = [option]
            self.wanted = f"{LEVERS[key]}={option.replace(',', '.')}"
        message.rerun_script.widget_states.widgets.extend(self.held.values())
        self.shown.clear()
        self.waits.append(np.inf)
        self.begun = time.perf_counter()
        await line.send(message.SerializeToString())

    async def _listen(self, line: ClientConnection) -> None:
        """Read what the server says, until it stops."""
        while True:
            said = await line.recv(decode=False)
            self.received += len(said)
            self._read(ForwardMsg.FromString(said))

    def _read(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.script = message.new_session.page_script_hash
        elif kind == "script_finished":
            if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                self.errors.append("the script of the page does not compile")
        elif kind == "session_event" and message.session_event.HasField("script_compilation_exception"):
            self.errors.append(message.session_event.script_compilation_exception.message)
        elif kind == "delta":
            element = message.delta.new_element
            of = element.WhichOneof("type")
            if of == "exception":
                self.errors.append(f"{element.exception.type}: {element.exception.message}")
            elif of in WIDGETS:
                widget = getattr(element, of)
                if widget.set_value:
                    self.held[widget.id] = standing(of, widget)
                if (key := widget.id.rpartition("-")[2]) in LEVERS and key not in self.sliders:
                    options = [option for option in widget.options if option not in widget.raw_value]
                    self.sliders[key] = widget.id, options
            elif of == "html" and (mark := MARK.search(element.html.body)):
                self._answered(html.unescape(mark[1]))

    def _answered(self, address: str) -> None:
        """A page is there, drawn to its end: is it the one that was asked for?"""
        if self.wanted not in urllib.parse.unquote(address).split("&"):
            return
        if not self.shown.is_set():
            self.waits[-1] = time.perf_counter() - self.begun
            self.shown.set()


@contextmanager
def served() -> Iterator[tuple[int, int]]:
    """The app on a free port of this machine, ended afterwards: its process and its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "sim.web", "--port", str(port), "--no-browser"]
    server = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2):
                break
            if server.poll() is not None:
                raise SystemExit("the app did not start")
            time.sleep(0.2)
        yield server.pid, port
    finally:
        server.terminate()
        server.wait(timeout=20)


@contextmanager
def studying() -> Iterator[None]:
    """A study that is played meanwhile, as the app plays one: by a process that gives way, on some of the cores."""
    with tempfile.TemporaryDirectory(prefix="weerbaar-") as folder:
        study = study_yaml(sim.load_study("uncertainty"), by_id=True)
        path = Path(folder) / "study.yaml"
        path.write_text(study, encoding="utf-8")
        command = [sys.executable, "-m", "sim.web.worker", str(path), str(Path(folder) / "store"), str(bench.CORES)]
        worker = subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert worker.stdin is not None
        assert worker.stdout is not None
        try:
            worker.stdout.readline()  # the first designs are done
            threading.Thread(target=worker.stdout.read, daemon=True).start()
            yield
        finally:
            worker.stdin.close()
            worker.wait(timeout=60)


async def together(port: int, *, people: int, moves: int, every: float, first: int) -> list[Visitor]:
    """Let people visit the app, who arrive one by one within the time between two moves."""
    visitors = [Visitor(first + place, port) for place in range(people)]
    await asyncio.gather(*(one.visit(moves, every, every * place / people) for place, one in enumerate(visitors)))
    return visitors


def told(name: str, visitors: list[Visitor], every: float, cores: float) -> list[str]:
    """Print what visitors waited, and return what went wrong."""
    waits = np.array(list(itertools.chain.from_iterable(one.waits for one in visitors)))
    late = int(np.isinf(waits).sum())
    known = np.where(np.isinf(waits), every, waits)
    if len(waits):
        median, high = np.quantile(known, [0.5, 0.95])
        print(f"{name:<22} {1e3 * median:6.0f} ms median, {1e3 * high:6.0f} ms 95th percentile of {len(waits)} moves; "
              f"{late} not shown before the next move, and counted as {every:g} s")  # fmt: skip
    arrived = np.array([one.first for one in visitors])
    print(f"{'':<22} first page after {np.median(arrived):.1f} s (at most {arrived.max():.1f} s); "
          f"{sum(one.received for one in visitors) / max(1, len(waits)) / 1e3:,.0f} kB and "
          f"{1e3 * cores / max(1, len(waits)):.0f} ms of a core of the server a move, first pages too")  # fmt: skip
    return [f"visitor {one.number}: {error}" for one in visitors for error in one.errors]


def worked(pid: int) -> float:
    """Return the seconds of a core that a process has used so far; not a number where the system does not say."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return math.nan
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(name: str, pid: int) -> None:
    """Print what the server has in memory."""
    held = resident(pid)
    print(f"memory {name:<15} " + ("this system does not say" if held is None else f"{held / 1e6:6,.0f} MB"))


def main() -> None:
    """Print waits, errors and memory; end with an error where a visitor saw one."""
    quick = arguments(__doc__).quick
    people, moves, every = (2, 2, 1.0) if quick else (25, 24, 5.0)
    header("streamlit", "websockets", "numba")
    print(
        f"{people} visitors, {moves} moves each, one every {every:g} s; {os.cpu_count()} cores for them and the server"
    )
    with served() as (pid, port):
        memory("at the start", pid)
        before = worked(pid)
        alone = asyncio.run(together(port, people=1, moves=moves // 2, every=every, first=1))
        errors = told("one visitor", alone, every, worked(pid) - before)
        memory("with one", pid)
        with studying():
            before = worked(pid)
            beside = asyncio.run(together(port, people=1, moves=moves // 2, every=every, first=2))
            errors += told("one, beside a study", beside, every, worked(pid) - before)
        slower = np.divide(*(np.median(np.minimum(ones[0].waits, every)) for ones in (beside, alone)))
        print(f"{'':<22} {slower:.2f} times as long as alone")
        before = worked(pid)
        many = asyncio.run(together(port, people=people, moves=moves, every=every, first=100))
        errors += told(f"{people} visitors", many, every, worked(pid) - before)
        memory(f"with {people}", pid)
    print(f"errors: {len(errors)}")
    if errors:
        raise SystemExit("\n".join(errors))


if __name__ == "__main__":
    main()
