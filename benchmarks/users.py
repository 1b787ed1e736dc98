"""How long an answer of the app takes while many people use it at the same moment.

*Compared.* 25, 40 and 60 visitors of one server, each of whom moves a lever every five seconds for two minutes: the
time from the move to the page that shows it, charts and figures of a first answer included, its median and 95th
percentile; whether everybody was shown the newest move, and for how long a page was not the one asked for; what went
wrong; and the memory of the server. One visitor alone, who does the same for a minute before the others come, is what
it is held against; and once more, while a study is played behind the visitors, as the page *Studies* does. Then 2,000
visitors come and go: the memory after all of them beside that after a tenth.

*Why it is fair.* It is the server that `weerbaar app` starts, on this machine. Visitors speak the language of the page
itself, messages of Streamlit over a websocket, and a move is what a slider sends when it is let go. Nobody waits for an
answer before moving on, and nobody looks at what another saw: each has a seed of his own, so that no future was played
before. They begin spread over the five seconds.

*What it does not show.* A browser that draws the charts, and a network. Visitors take time of the same cores, which a
real visitor does not: reading what the server says is their work too.
"""

from __future__ import annotations

import argparse
import asyncio
import html
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
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from _measure import PROJECT, header, parser_of, resident
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

import sim
from sim.model.files.write_yaml import study_yaml
from sim.web.studies import jobs

START = "fifty-fifty"
LEVERS = {"policy.prevention.local_spend": "spend", "share.prevention": "flemish-prevention",
          "share.incidents": "flemish-incidents", "policy.response.teams": "teams"}  # fmt: skip
"""The sliders that visitors move: their keys, and their names in the address."""
READY = 300.0  # seconds: the engine may have to be compiled first
MARK = re.compile(r'<span hidden data-address="([^"]*)"')


WIDGETS = ("slider", "number_input", "text_input", "selectbox", "checkbox", "button_group")


def standing(kind: str, widget: Any) -> WidgetState:
    """Return where a widget stands, as a browser says it again with every move of another one."""
    state, placed = WidgetState(id=widget.id), widget.set_value
    if kind == "slider":
        begins = [widget.options[int(place)] for place in widget.default] if widget.options else []
        state.string_array_value.data.extend(widget.raw_value if placed else begins)
    elif kind == "button_group":
        begins = [widget.options[place].content for place in widget.default]
        state.string_array_value.data.extend(widget.raw_values if placed else begins)
    elif kind == "selectbox":
        state.string_value = widget.raw_value if placed else widget.options[widget.default]
    elif kind == "checkbox":
        state.bool_value = widget.value if placed else widget.default
    elif kind == "text_input":
        state.string_value = widget.value if placed else widget.default
    elif widget.HasField("value"):
        state.double_value = widget.value
    return state


@dataclass
class Move:
    """What a visitor asked for, when, and when a page showed it: never, where a later move was shown first."""

    address: frozenset[str]
    sent: float
    shown: float = math.inf

    @property
    def wait(self) -> float:
        """Seconds from the move to its page."""
        return self.shown - self.sent


@dataclass
class Visitor:
    """One session of the app: what it moved and when, what it was shown, and what went wrong."""

    number: int
    port: int
    moves: list[Move] = field(default_factory=list)
    """The first one is arriving."""
    errors: list[str] = field(default_factory=list)
    received: int = 0
    """Bytes that came in."""

    def __post_init__(self) -> None:
        self.rng = random.Random(self.number)
        self.sliders: dict[str, tuple[str, list[str]]] = {}  # widget, and the places where it did not begin
        self.held: dict[str, WidgetState] = {}  # where all widgets stand
        self.script = ""
        self.moved: dict[str, str] = {}
        self.shown = asyncio.Event()

    @property
    def first(self) -> float:
        """Seconds from arriving to the first answer."""
        return self.moves[0].wait if self.moves else math.inf

    @property
    def old(self) -> float:
        """The longest time that a page stood there which was not the one asked for: seconds, infinite at the end."""
        longest, since = 0.0, None
        for move in self.moves[1:]:
            since = move.sent if since is None else since
            if math.isfinite(move.shown):
                longest, since = max(longest, move.shown - since), None
        return longest if since is None else math.inf

    async def visit(self, moves: int, every: float, delay: float = 0.0) -> None:
        """Arrive, wait for the first answer, move a lever so many times, and wait for the page of the last move."""
        await asyncio.sleep(delay)
        address = f"ws://127.0.0.1:{self.port}/_stcore/stream"
        try:
            async with connect(address, subprotocols=["streamlit"], max_size=None, ping_interval=None) as line:
                listening = asyncio.create_task(self._listen(line))
                await self._move(line, None)
                await self._until_shown(listening)
                due = time.perf_counter()
                for _ in range(moves):
                    await self._move(line, self.rng.choice(list(LEVERS)))
                    due += every
                    await asyncio.wait({listening}, timeout=max(0.0, due - time.perf_counter()))
                    if listening.done():
                        listening.result()  # raises what ended it
                await self._until_shown(listening)
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
        self.moved["seed"] = str(self.number)
        if key is not None:
            widget, options = self.sliders[key]
            place = self.held[widget].string_array_value.data
            option = self.rng.choice([one for one in options if one != place[0]])
            place[:] = [option]
            self.moved[LEVERS[key]] = option.replace(",", ".")
        message.rerun_script.widget_states.widgets.extend(self.held.values())
        self.shown.clear()
        wanted = frozenset(f"{name}={text}" for name, text in self.moved.items())
        self.moves.append(Move(wanted, time.perf_counter()))
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
                if widget.set_value or widget.id not in self.held:
                    self.held[widget.id] = standing(of, widget)
                if (key := widget.id.rpartition("-")[2]) in LEVERS and key not in self.sliders:
                    options = [option for option in widget.options if option not in widget.raw_value]
                    self.sliders[key] = widget.id, options
            elif of == "html" and (mark := MARK.search(element.html.body)):
                self._answered(html.unescape(mark[1]))

    def _answered(self, address: str) -> None:
        """A page is there, drawn to its end: that of the newest move with such an address."""
        stands = set(urllib.parse.unquote(address).split("&"))
        for move in reversed(self.moves):
            if math.isfinite(move.shown):
                return
            if move.address <= stands:
                move.shown = time.perf_counter()
                break
        if math.isfinite(self.moves[-1].shown):
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
        command = [
            sys.executable,
            "-m",
            "sim.web.studies.worker",
            str(path),
            str(Path(folder) / "store"),
            str(jobs.CORES),
        ]
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


async def passing(port: int, visits: range, at_once: int = 4) -> list[Visitor]:
    """Let visitors come, look at one page and go, a few at a time; each looks at futures that nobody saw before."""
    visitors, coming = [Visitor(number, port) for number in visits], iter(visits)

    async def come() -> None:
        for number in coming:
            await visitors[number - visits.start].visit(0, 0.0)

    await asyncio.gather(*(come() for _ in range(at_once)))
    return visitors


def told(name: str, visitors: list[Visitor], cores: float) -> list[str]:
    """Print what visitors waited, and return what went wrong: errors, and newest moves that were never shown."""
    moves = [move for one in visitors for move in one.moves[1:]]
    waits = np.array([move.wait for move in moves if math.isfinite(move.wait)])
    never = [one for one in visitors if not one.moves or not math.isfinite(one.moves[-1].wait)]
    said = "every visitor's newest move shown: " + (f"no, {len(never)} never" if never else "yes")
    if len(waits):
        median, high = np.quantile(waits, [0.5, 0.95])
        old = max(one.old for one in visitors)
        print(f"{name:<22} {1e3 * median:6.0f} ms median, {1e3 * high:6.0f} ms 95th percentile, {waits.max():.1f} s "
              f"at most for {len(waits)} moves; {len(moves) - len(waits)} of {len(moves)} were overtaken by the next\n"
              f"{'':<22} {said}; a page was an old one for {old:.1f} s at most")  # fmt: skip
    else:
        print(f"{name:<22} {said}")
    arrived = np.array([one.first for one in visitors])
    shown = sum(math.isfinite(move.wait) for one in visitors for move in one.moves)
    print(f"{'':<22} first page after {np.median(arrived):.1f} s (at most {arrived.max():.1f} s); "
          f"{sum(one.received for one in visitors) / max(1, shown) / 1e3:,.0f} kB and "
          f"{1e3 * cores / max(1, shown):.0f} ms of a core of the server a page, first ones too")  # fmt: skip
    errors = [f"visitor {one.number}: {error}" for one in visitors for error in one.errors]
    return errors + [f"visitor {one.number}: the newest move was never shown" for one in never if not one.errors]


def worked(pid: int) -> float:
    """Return the seconds of a core that a process has used so far; not a number where the system does not say."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return math.nan
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(name: str, pid: int) -> int | None:
    """Print what the server has in memory, and return it: bytes, None where the system does not say."""
    held = resident(pid)
    print(
        f"memory {name:<15} " + ("this system does not say" if held is None else f"{held / 1e6:6,.0f} MB"), flush=True
    )
    return held


def asked() -> argparse.Namespace:
    """Return how many visitors come, for how long, and how many pass by."""
    parser = parser_of(__doc__)
    parser.add_argument("--visitors", type=int, nargs="*", help="crowds that move levers; 25, 40 and 60 unless said")
    parser.add_argument("--seconds", type=float, help="how long each crowd does so; 120 unless said")
    parser.add_argument("--every", type=float, help="seconds between two moves of a visitor; 5 unless said")
    parser.add_argument(
        "--visits", type=int, help="visitors that pass by, for the memory; 2,000 unless said, 0 for none"
    )
    parser.add_argument("--crowds-only", action="store_true", help="nobody alone, and no study")
    found = parser.parse_args()
    usual = ([2], 2.0, 1.0, 3) if found.quick else ([25, 40, 60], 120.0, 5.0, 2000)
    for name, value in zip(("visitors", "seconds", "every", "visits"), usual, strict=True):
        if getattr(found, name) is None:
            setattr(found, name, value)
    return found


def alone(pid: int, port: int, moves: int, every: float) -> list[str]:
    """One visitor, and one beside a study: print their waits, and return what went wrong."""
    errors, medians = [], []
    for number, (name, beside) in enumerate((("one visitor", nullcontext), ("one, beside a study", studying)), 1):
        with beside():
            before = worked(pid)
            (one,) = asyncio.run(together(port, people=1, moves=moves, every=every, first=number))
            errors += told(name, [one], worked(pid) - before)
            medians.append(np.median([move.wait for move in one.moves[1:]]))
        memory("with one", pid)
    print(f"{'':<22} {medians[1] / medians[0]:.2f} times as long as alone")
    return errors


def crowd(pid: int, port: int, people: int, moves: int, every: float) -> list[str]:
    """Many visitors at once: print their waits, and return what went wrong."""
    before = worked(pid)
    many = asyncio.run(together(port, people=people, moves=moves, every=every, first=1000 * people))
    errors = told(f"{people} visitors", many, worked(pid) - before)
    memory(f"with {people}", pid)
    return errors


def passers(pid: int, port: int, visits: int) -> list[str]:
    """Visitors who come and go: print the memory after a tenth of them and after all, and return what went wrong."""
    tenth, errors, sizes = max(1, visits // 10), [], []
    for numbers in (range(tenth), range(tenth, visits)):
        come = asyncio.run(passing(port, range(100_000 + numbers.start, 100_000 + numbers.stop)))
        errors += [f"visitor {one.number}: {error}" for one in come for error in one.errors]
        sizes.append(memory(f"after {numbers.stop} visits", pid))
    if None not in sizes:
        print(f"{'':<22} {sizes[1] / sizes[0]:.3f} times as much after {visits} visits as after {tenth}")
    return errors


def main() -> None:
    """Print waits, errors and memory; end with an error where a visitor saw one, or never saw the newest move."""
    want = asked()
    header("streamlit", "websockets", "numba")
    moves, errors = max(1, round(want.seconds / want.every)), []
    print(
        f"{moves} moves each, one every {want.every:g} s; {os.cpu_count()} cores for visitors and server, "
        f"load {os.getloadavg()[0]:.1f} before"
    )
    with served() as (pid, port):
        memory("at the start", pid)
        if not want.crowds_only:
            errors += alone(pid, port, max(1, moves // 2), want.every)
        for people in want.visitors:
            errors += crowd(pid, port, people, moves, want.every)
        if want.visits:
            errors += passers(pid, port, want.visits)
    print(f"errors: {len(errors)}")
    if errors:
        raise SystemExit("\n".join(errors))


if __name__ == "__main__":
    main()
