"""The server of the app: on this machine alone unless told otherwise, with its files compressed.

Streamlit sends its own files as they are, 9 MB at a first visit. Here each is compressed once, when it is first asked
for, and kept: a third of that goes over the line.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gzip
import sys
import urllib.parse
from pathlib import Path
from typing import Any

from sim.package import PACKAGE
from sim.web.serving.guard import Application, Guarded, Headers, Message, Receive, Scope, Send
from sim.web.serving.is_local import HERE

LEAST = 1000
"""Bytes below which compressing is not worth the trouble."""
MOST_KEPT = 64_000_000
"""Bytes of compressed files that are kept; Streamlit has about a fifth of that."""
_OF_THE_WHOLE = (b"content-length", b"etag", b"accept-ranges")  # what says something about the bytes themselves
_OF_STREAMLIT = {"_stcore", "app", "component", "media", "static"}
"""What Streamlit serves below the app besides pages."""
_PAGE = b"text/html"
"""What Streamlit answers with at every address where it has no file: kept by address, that would fill the memory."""
_ARENA_MAX, _ARENAS = -8, 2  # M_ARENA_MAX of malloc.h
_TEXT = (b"text/", b"application/javascript", b"application/json", b"application/wasm", b"image/svg+xml")


class Compressed:
    """Answers to requests for Streamlit's own files, compressed for whoever takes that."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.kept: dict[str, tuple[Headers, bytes]] = {}
        self.size = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not _may_be_compressed(scope):
            await self.app(scope, receive, send)
            return
        path = str(scope["path"])
        if path not in self.kept:
            answer = _Answer()
            await self.app(scope, receive, answer.take)
            if answer.status != 200 or not (answer.is_whole and answer.is_text) or self.size > MOST_KEPT:
                await answer.hand_on(send)
                return
            self.kept[path] = await asyncio.to_thread(answer.compressed)
            self.size += len(self.kept[path][1])
        headers, body = self.kept[path]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _may_be_compressed(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET" or "/static/" not in scope["path"]:
        return False
    asked = dict(scope["headers"])
    return b"gzip" in asked.get(b"accept-encoding", b"") and not {b"range", b"if-none-match"} & set(asked)


class _Answer:
    """What the app answered, held until it is whole."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: Headers = []
        self.body = b""
        self.ended = False

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = int(message["status"]), list(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")
            self.ended = not message.get("more_body", False)

    @property
    def is_whole(self) -> bool:
        """Whether all of it came: it breaks off where who asked has left, and must not be kept for others."""
        length = {name.lower(): value for name, value in self.headers}.get(b"content-length")
        return self.ended and (length is None or int(length) == len(self.body))

    @property
    def is_text(self) -> bool:
        found = {name.lower(): value for name, value in self.headers}
        kind = found.get(b"content-type", b"")
        return (
            kind.startswith(_TEXT)
            and not kind.startswith(_PAGE)
            and b"content-encoding" not in found
            and len(self.body) >= LEAST
        )

    def compressed(self) -> tuple[Headers, bytes]:
        body = gzip.compress(self.body, 6, mtime=0)
        kept = [(name, value) for name, value in self.headers if name.lower() not in _OF_THE_WHOLE]
        added = [
            (b"content-encoding", b"gzip"),
            (b"vary", b"Accept-Encoding"),
            (b"content-length", str(len(body)).encode()),
        ]
        return [*kept, *added], body

    async def hand_on(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


class Flat:
    """Pages lie side by side: whoever opens an address below one is sent to that page.

    Streamlit's own files are not found from there, and the browser would show nothing at all.
    """

    def __init__(self, app: Application, under: str = "") -> None:
        self.app = app
        self.base = "/" + under.strip("/") + "/" if under.strip("/") else "/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        page = self._page_above(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        if page is None:
            await self.app(scope, receive, send)
            return
        query = b"?" + scope["query_string"] if scope.get("query_string") else b""
        headers = [(b"location", page.encode() + query), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 307, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    def _page_above(self, scope: Scope) -> str | None:
        path = str(scope["path"])
        wants_page = b"text/html" in dict(scope["headers"]).get(b"accept", b"")
        first, slash, rest = path.removeprefix(self.base).partition("/")
        if not (wants_page and path.startswith(self.base) and first and slash and rest) or first in _OF_STREAMLIT:
            return None
        return self.base + urllib.parse.quote(first)


def entry() -> Path:
    """The script of the app: in a checkout the one beside `.streamlit/`, else the one in the package."""
    mine = PACKAGE / "web" / "app.py"
    checkout = PACKAGE.parent
    inside = (checkout / "app.py").is_file() and (checkout / ".streamlit").is_dir()
    return checkout / "app.py" if inside else mine


def ask_nobody() -> None:
    """Keep Streamlit from asking a service outside for the address of this machine.

    It does so when a page of another site wants to connect, to see whether that is this machine after all.
    """
    from streamlit import net_util

    vars(net_util)["get_external_ip"] = lambda: None


def share_memory() -> None:
    """Have all threads take memory from the same few places of the C library, where it can be told so.

    Each visitor is served by threads of his own. glibc gives many of them a place apart, and what is free in one of
    those is of no use to the others, so that the server would go on growing with the number of visits.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # not every C library has it
            ctypes.CDLL(None).mallopt(_ARENA_MAX, _ARENAS)


def serve(host: str, port: int | None, *, under: str = "", browser: bool = True) -> None:
    """Serve the app until it is stopped, under a path of the address where one is named.

    What is not said here stands in `.streamlit/config.toml` beside the script.
    """
    from starlette.middleware import Middleware
    from streamlit.starlette import App

    ask_nobody()
    share_memory()
    script = entry()
    config: dict[str, Any] = {"server.address": host, "browser.gatherUsageStats": False}
    config |= {} if port is None else {"server.port": port}
    config |= {} if not under.strip("/") else {"server.baseUrlPath": under.strip("/")}
    config |= {} if browser else {"server.headless": True}
    sys.argv = [str(script)]  # where Streamlit looks for its configuration
    sys.path.insert(0, str(script.parent))
    if (warning := open_to_others(host)) is not None:
        print(warning, file=sys.stderr, flush=True)
    layers = [Middleware(Guarded), Middleware(Flat, under=under), Middleware(Compressed)]
    App(str(script), middleware=layers).run(config=config)


def open_to_others(host: str) -> str | None:
    """What to say to who lets other machines in; nothing where only this one may connect."""
    if host in HERE or host.startswith("127."):
        return None
    return (
        f"Note: whoever can reach this machine at {host} can use the app: there is no password, and nothing is "
        "encrypted. On anything but your own network put a web server before it; see docs/server.md."
    )
