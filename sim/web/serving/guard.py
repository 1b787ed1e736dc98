"""What every answer of the server says to the browser, and what the server does not take or tell.

The page may load what comes from this server and nothing else, is not shown inside a page of another site, and its
address goes nowhere. Bodies beyond the size of a file that a visitor may bring are refused before they are read.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

MOST_BODY = 1_100_000
"""Bytes of a request: a file of 1 MB, and what is around it."""
MOST_MESSAGE = 1_000_000
"""Bytes of a message from a page: where its widgets stand, a few kB."""
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'",  # Streamlit starts from a script in its page, as we do
        "style-src 'self' 'unsafe-inline'",  # styles of the parts of a page and of charts stand in these
        "img-src 'self' data: blob:",  # a chart is saved as a picture by way of these
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "frame-src 'self'",
        "frame-ancestors 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    )
)
SAID: Headers = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]
"""What goes with every answer."""
_OURS = {name for name, _ in SAID} | {b"server"}
_NOT_PUBLIC = ("/_stcore/metrics",)


class TooLarge(Exception):
    """A body that turned out larger than it may be."""


class Guarded:
    """Answers with what belongs to all of them; 404 for what is not public and 413 for what is too large."""

    def __init__(self, app: Application) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or talk to one page."""
        if scope["type"] == "websocket":
            await self.app(scope, _of_small_messages(receive), send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun: list[bool] = []

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                begun.append(True)
                kept = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in _OURS]
                message = {**message, "headers": [*kept, *SAID]}
            await send(message)

        if str(scope["path"]).rstrip("/").endswith(_NOT_PUBLIC):
            await _short(told, 404, b"There is nothing here.")
            return
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if not length.isdigit() or int(length[:20]) > MOST_BODY:
            await _short(told, 413, b"A file may be 1 MB.")
            return
        try:
            await self.app(scope, _of_small_bodies(receive), told)
        except TooLarge:
            if not begun:
                await _short(told, 413, b"A file may be 1 MB.")


def _of_small_bodies(receive: Receive) -> Receive:
    """The same, until more has come than a body may hold; then TooLarge."""
    size = 0

    async def some() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > MOST_BODY:
            raise TooLarge
        return message

    return some


def _of_small_messages(receive: Receive) -> Receive:
    """The same; who sends a message that is too large has gone."""

    async def one() -> Message:
        message = await receive()
        if len(message.get("bytes") or b"") + len(message.get("text") or "") > MOST_MESSAGE:
            return {"type": "websocket.disconnect", "code": 1009}
        return message

    return one


async def _short(send: Send, status: int, text: bytes) -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(text)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
