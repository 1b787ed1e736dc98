"""A browser that visits the app, for the tests that need a real one."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

playwright_api = pytest.importorskip("playwright.sync_api")

from playwright.sync_api import Browser, ConsoleMessage, Page  # noqa: E402

SECONDS = 300_000  # milliseconds: the engine may have to be compiled first
QUIET = ("--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update")
# A page that is opened by its own address first asks in the wrong place where the server is.
ASKS = re.compile(r"/\w+/_stcore/(health|host-config)$")
# The page ends with a mark: whose answer it shows, in which charts, and whether that answer will still be refined.
FINAL = """
() => {
  const mark = document.querySelector('[data-final]')?.dataset
  const charts = [...document.querySelectorAll('.js-plotly-plot')]
  return mark?.final === 'yes'
    && mark.address === new URLSearchParams(location.search).toString()
    && charts.every(chart => chart.querySelector('.main-svg'))
    && charts.map(chart => chart.layout?.meta?.rev).join(' ') === mark.charts
    && !document.querySelector('[data-testid=stStatusWidget], [data-stale=true]')
    && document.querySelector('[data-test-script-state]')?.dataset.testScriptState === 'notRunning'
}
"""
# The first answer to the address stands on the page, refined or not, and so do all levers.
ANSWERED = """
() => document.querySelector('[data-final]')?.dataset.address === new URLSearchParams(location.search).toString()
"""


class Visit:
    """One look at the page, with everything that went wrong or went out."""

    def __init__(self, browser: Browser, home: str, width: int, height: int, scheme: str) -> None:
        self.home, self.errors, self.outside = home, list[str](), list[str]()
        self.page: Page = browser.new_page(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        self.page.set_default_timeout(SECONDS)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self._left(request.url))
        self.page.on("websocket", lambda socket: self._left(socket.url.replace("ws://", "http://")))

    def _said(self, said: ConsoleMessage) -> None:
        url = said.location["url"]
        if said.type == "error" and not ASKS.search(url):
            self.errors.append(said.text)

    def _left(self, url: str) -> None:
        if not url.startswith((self.home, "data:", "blob:")):
            self.outside.append(url)

    def open(self, query: str) -> Visit:
        self.page.goto(f"{self.home}/{query}")
        return self.settle()

    def settle(self) -> Visit:
        """Wait until the figures and charts are drawn that belong to the address, from all futures, for good."""
        self.page.wait_for_function(FINAL)
        return self


@pytest.fixture(scope="module")
def address(project: Path, browser_path: str) -> Iterator[str]:
    """The app, running on this machine as long as these tests do."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "sim.web",
        "--no-browser",
        "--port",
        str(port),
    ]
    server = subprocess.Popen(command, cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    home = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{home}/_stcore/health", timeout=2).close()
                break
            assert server.poll() is None, "the app did not start"
            time.sleep(0.2)
        yield home
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture(scope="module")
def browser(browser_path: str) -> Iterator[Browser]:
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with playwright_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browser_path, args=[*QUIET, *(["--no-sandbox"] if root else [])]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Callable[..., Visit]]:
    visits: list[Visit] = []

    def new(query: str, width: int = 1440, height: int = 900, scheme: str = "light") -> Visit:
        visits.append(Visit(browser, address, width, height, scheme))
        return visits[-1].open(query)

    yield new
    for one in visits:
        one.page.close()
        assert not one.errors, one.errors
        assert not one.outside, one.outside
