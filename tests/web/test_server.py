"""The server: its own files compressed once, everything else as it was; and where it listens."""

from __future__ import annotations

import asyncio
import gzip
import os
import platform
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from sim.web.serving.guard import MOST_BODY, MOST_MESSAGE, SAID, Guarded
from sim.web.serving.server import LEAST, Compressed, Flat, ask_nobody, entry, open_to_others

SCRIPT = b"let a = 1;\n" * 500
GZIP = (b"accept-encoding", b"gzip, br")


class Files:
    """An application that answers with one file, in two parts, and counts how often it is asked."""

    def __init__(self, body: bytes = SCRIPT, kind: bytes = b"application/javascript", status: int = 200) -> None:
        self.body, self.kind, self.status, self.asked = body, kind, status, 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked += 1
        headers = [(b"content-type", self.kind), (b"content-length", str(len(self.body)).encode()), (b"etag", b"x"),
                   (b"cache-control", b"immutable")]  # fmt: skip
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        half = len(self.body) // 2
        await send({"type": "http.response.body", "body": self.body[:half], "more_body": True})
        await send({"type": "http.response.body", "body": self.body[half:]})


def asked(app: Any, path: str = "/static/js/a.js", *headers: tuple[bytes, bytes], method: str = "GET") -> Any:
    """The status, the headers and the body of an answer."""
    said: list[Any] = []

    async def send(message: Any) -> None:
        said.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    asyncio.run(app({"type": "http", "method": method, "path": path, "headers": list(headers)}, receive, send))
    return said[0]["status"], dict(said[0]["headers"]), b"".join(one["body"] for one in said[1:])


def test_a_file_is_compressed_once_and_unpacks_to_itself() -> None:
    files = Files()
    app = Compressed(files)
    for _ in range(3):
        status, headers, body = asked(app, "/static/js/a.js", GZIP)
        assert status == 200
        assert headers[b"content-encoding"] == b"gzip"
        assert headers[b"vary"] == b"Accept-Encoding"
        assert headers[b"cache-control"] == b"immutable"
        assert headers[b"content-length"] == str(len(body)).encode()
        assert b"etag" not in headers
        assert gzip.decompress(body) == SCRIPT
        assert len(body) < len(SCRIPT) / 3
    assert files.asked == 1


@pytest.mark.parametrize(
    ("path", "headers", "method"),
    [
        ("/static/js/a.js", (), "GET"),
        ("/static/js/a.js", ((b"accept-encoding", b"br"),), "GET"),
        ("/static/js/a.js", (GZIP, (b"range", b"bytes=0-9")), "GET"),
        ("/static/js/a.js", (GZIP, (b"if-none-match", b"x")), "GET"),
        ("/static/js/a.js", (GZIP,), "HEAD"),
        ("/media/a.csv", (GZIP,), "GET"),
    ],
)
def test_who_does_not_ask_for_it_gets_what_there_is(path: str, headers: Any, method: str) -> None:
    status, answered, body = asked(Compressed(Files()), path, *headers, method=method)
    assert (status, body) == (200, SCRIPT)
    assert b"content-encoding" not in answered


def test_a_file_of_which_a_part_came_is_not_kept_for_others() -> None:
    files = Files()

    async def broken_off(scope: Any, receive: Any, send: Any) -> None:
        async def first_part(message: Any) -> None:
            if message["type"] == "http.response.start" or message.get("more_body"):
                await send(message)

        await files(scope, receive, first_part)

    app = Compressed(broken_off)
    assert len(asked(app, "/static/js/a.js", GZIP)[2]) < len(SCRIPT)
    assert not app.kept


def test_addresses_without_a_file_fill_no_memory() -> None:
    """Streamlit answers with its page at any address, so whoever makes addresses up would have each of them kept."""
    app = Compressed(Files(b"<p>Weerbaar</p>" * 500, b"text/html; charset=utf-8"))
    for number in range(50):
        status, _, body = asked(app, f"/static/js/{number}.js", GZIP)
        assert (status, len(body)) == (200, 7500)
    assert (app.kept, app.size) == ({}, 0)


@pytest.mark.parametrize(
    "files", [Files(b"x" * (LEAST - 1)), Files(kind=b"font/woff2"), Files(status=404), Files(status=304)]
)
def test_what_is_small_packed_or_not_there_goes_on_as_it_is_and_is_not_kept(files: Files) -> None:
    app = Compressed(files)
    for _ in range(2):
        status, headers, body = asked(app, "/static/x", GZIP)
        assert (status, body) == (files.status, files.body)
        assert headers[b"etag"] == b"x"
    assert files.asked == 2
    assert not app.kept


@pytest.mark.parametrize(
    ("under", "path", "to"),
    [
        ("", "/compare/more/and/more", b"/compare"),
        ("", "/a b/c", b"/a%20b"),
        ("weerbaar", "/weerbaar/compare/x", b"/weerbaar/compare"),
        ("", "/compare", None),
        ("", "/compare/", None),
        ("", "//elsewhere.example/x", None),
        ("", "/static/js/a.js", None),
        ("", "/_stcore/health", None),
        ("weerbaar", "/weerbaar/compare", None),
        ("weerbaar", "/other/compare/x", None),
    ],
)
def test_below_a_page_there_is_nothing_but_the_page(under: str, path: str, to: bytes | None) -> None:
    files = Files(b"page", b"text/html")
    status, headers, _ = asked(Flat(files, under), path, (b"accept", b"text/html,*/*"))
    assert (status, headers.get(b"location"), files.asked) == ((307, to, 0) if to else (200, None, 1))
    status, _, body = asked(Flat(files, under), path, (b"accept", b"*/*"))
    assert (status, body) == (200, b"page")


# ---- what every answer says, and what is not taken ----------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/compare", "/_stcore/health", "/static/js/a.js", "/compare/more"])
def test_every_answer_tells_the_browser_what_it_may_do(path: str) -> None:
    for app in (Files(), Flat(Files()), Compressed(Files())):
        _, headers, _ = asked(Guarded(app), path, (b"accept", b"text/html"), GZIP)
        assert headers[b"x-content-type-options"] == b"nosniff"
        assert headers[b"x-frame-options"] == b"SAMEORIGIN"
        assert headers[b"referrer-policy"] == b"no-referrer"
        policy = headers[b"content-security-policy"].decode()
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'self'" in policy
        assert "http" not in policy
        assert "'unsafe-eval'" not in policy


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/weerbaar/_stcore/metrics", "/_stcore/metrics/"])
def test_what_the_server_measures_of_itself_is_not_public(path: str) -> None:
    files = Files()
    status, headers, _ = asked(Guarded(files), path)
    assert (status, files.asked) == (404, 0)
    assert set(SAID) <= set(headers.items())
    assert asked(Guarded(files), "/_stcore/health")[0] == 200


class Reads:
    """An application that reads all that comes."""

    def __init__(self) -> None:
        self.size = 0
        self.ended = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        more = True
        while more:
            message = await receive()
            self.size += len(message.get("body", b"")) + len(message.get("bytes", b""))
            more = message.get("more_body", False) or message["type"] == "websocket.receive"
            self.ended = message["type"] == "websocket.disconnect"
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def sent(messages: list[Any], headers: list[Any], kind: str = "http") -> tuple[int, Reads]:
    """The status of the answer to these messages, and what the application read of them."""
    said: list[Any] = []
    app, coming = Reads(), iter(messages)

    async def receive() -> Any:
        return next(coming)

    async def send(message: Any) -> None:
        said.append(message)

    scope = {"type": kind, "method": "PUT", "path": "/_stcore/upload_file/x/y", "headers": headers}
    asyncio.run(Guarded(app)(scope, receive, send))
    return said[0]["status"], app


def test_a_body_that_is_too_large_is_refused_before_it_is_read() -> None:
    part = {"type": "http.request", "body": b"x" * 100_000, "more_body": True}
    last = {"type": "http.request", "body": b"", "more_body": False}
    status, app = sent([part], [(b"content-length", str(MOST_BODY + 1).encode())])
    assert (status, app.size) == (413, 0)
    for length in (b"-1", b"x", b"9" * 5000):
        assert sent([part], [(b"content-length", length)])[0] == 413
    status, app = sent([part] * 50 + [last], [])  # nobody said how much it would be
    assert status == 413
    assert app.size <= MOST_BODY
    status, app = sent([part] * 10 + [last], [(b"content-length", b"1000000")])
    assert (status, app.size) == (204, 1_000_000)


def test_a_page_that_sends_too_much_at_once_is_let_go() -> None:
    messages = [{"type": "websocket.receive", "bytes": b"x" * size} for size in (1000, MOST_MESSAGE + 1, 1000)]
    _, app = sent(messages, [], "websocket")
    assert (app.size, app.ended) == (1000, True)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "weerbaar.example.org"])
def test_who_lets_other_machines_in_is_told_what_that_means(host: str) -> None:
    told = open_to_others(host)
    assert told is not None
    assert all(word in told for word in (host, "no password", "encrypted", "docs/server.md"))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "localhost", "::1"])
def test_who_keeps_the_app_to_this_machine_is_told_nothing(host: str) -> None:
    assert open_to_others(host) is None


def test_nothing_of_streamlit_keeps_its_own_way_of_asking_for_the_address() -> None:
    """All ask by way of the one place that is replaced."""
    import streamlit

    for path in Path(streamlit.__file__).parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path.name != "net_util.py":
            assert "import get_external_ip" not in text, path
            assert "checkip" not in text, path


def test_a_page_of_another_site_is_refused_without_asking_anyone(monkeypatch: pytest.MonkeyPatch) -> None:
    from streamlit import net_util
    from streamlit.web.server.server_util import is_url_from_allowed_origins

    asked_outside: list[str] = []
    monkeypatch.setattr(net_util, "get_external_ip", net_util.get_external_ip)  # put back afterwards
    monkeypatch.setattr(net_util, "_make_blocking_http_get", lambda url, timeout: asked_outside.append(url))
    monkeypatch.setattr(net_util, "_external_ip", None)
    assert not is_url_from_allowed_origins("https://elsewhere.example")
    assert asked_outside  # what Streamlit does by itself
    asked_outside.clear()
    ask_nobody()
    assert not is_url_from_allowed_origins("https://elsewhere.example")
    assert not asked_outside


def test_in_a_checkout_the_script_is_the_one_beside_its_configuration(project: Path) -> None:
    assert entry() == project / "app.py"
    assert (entry().parent / ".streamlit" / "config.toml").is_file()


def test_it_listens_on_this_machine_alone_and_sends_its_files_compressed(tmp_path: Path, project: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "sim.web", "--port", str(port), "--no-browser"]
    environment = os.environ | {"PYTHONPATH": str(project)}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        server.stdout.close()  # who wanted to read the address has left, and the server stays
        try:
            home = f"http://127.0.0.1:{port}"
            page = _got(f"{home}/", server)
            with urllib.request.urlopen(f"{home}/_stcore/health", timeout=30) as answer:
                assert answer.read() == b"ok"
                assert {name.decode() for name, _ in SAID} <= {name.lower() for name in answer.headers}
            for path, body, code in (
                ("_stcore/metrics", None, 404),
                ("_stcore/upload_file/a/b", bytes(3_000_000), 413),
            ):
                with pytest.raises(urllib.error.URLError) as refused:
                    urllib.request.urlopen(
                        urllib.request.Request(f"{home}/{path}", body, method="PUT" if body else "GET")
                    )
                assert getattr(refused.value, "code", code) == code  # a body may be cut off before the answer is read
            script = page[page.index(b"static/js/index") :].split(b'"')[0].decode()
            request = urllib.request.Request(f"{home}/{script}", headers={"Accept-Encoding": "gzip"})
            with urllib.request.urlopen(request, timeout=30) as answer:
                assert answer.headers["Content-Encoding"] == "gzip"
                assert len(gzip.decompress(answer.read())) > 100_000
            other = _address_of_this_machine()
            if other is not None:
                with pytest.raises(ConnectionRefusedError):
                    socket.create_connection((other, port), timeout=2).close()
        finally:
            server.terminate()


def _got(address: str, server: subprocess.Popen[bytes]) -> bytes:
    for _ in range(300):
        assert server.poll() is None, "the server did not start"
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return bytes(answer.read())
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError("the server did not answer")


def _address_of_this_machine() -> str | None:
    """An address of this machine that others see; None where it has none. No packet is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            found = str(probe.getsockname()[0])
        except OSError:
            return None
    return None if found.startswith("127.") else found


ARENAS = """
import ctypes, threading
from sim.web.serving.server import share_memory
if {shared}:
    share_memory()
c = ctypes.CDLL(None)
c.malloc.restype = ctypes.c_void_p
line = threading.Barrier(12)
def take():
    line.wait()
    for _ in range(1000):
        c.malloc(3000)
    line.wait()
threads = [threading.Thread(target=take) for _ in range(12)]
for one in threads: one.start()
for one in threads: one.join()
c.fopen.restype = ctypes.c_void_p
c.fopen.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
c.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
c.fclose.argtypes = [ctypes.c_void_p]
file = c.fopen({path!r}.encode(), b"w")
c.malloc_info(0, file)
c.fclose(file)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="this C library keeps memory in another way")
@pytest.mark.parametrize("shared", [True, False])
def test_threads_share_the_memory_of_the_server(tmp_path: Path, shared: bool) -> None:
    told = tmp_path / "arenas.xml"
    subprocess.run([sys.executable, "-c", ARENAS.format(shared=shared, path=str(told))], check=True)
    assert (told.read_text(encoding="utf-8").count("<heap nr=") <= 2) is shared
