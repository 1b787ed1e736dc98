"""The app in a real browser: it paints, it speaks two languages, it fits on a phone, and nothing leaves the machine."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

playwright_api = pytest.importorskip("playwright.sync_api")

from playwright.sync_api import Browser, Page  # noqa: E402

SECONDS = 300_000  # milliseconds: the engine may have to be compiled first
QUIET = ("--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update")
KEY_FIGURES = 5
# The page ends with a mark: whose answer it shows, in which charts, and whether that answer will still be refined.
FINAL = """
() => {
  const mark = document.querySelector('[data-final]')?.dataset
  const charts = [...document.querySelectorAll('.js-plotly-plot')]
  return mark?.final === 'yes'
    && mark.address === new URLSearchParams(location.search).toString()
    && charts.length === 2
    && charts.every(chart => chart.querySelector('.main-svg'))
    && charts.map(chart => chart.layout?.meta?.rev).join(' ') === mark.charts
    && document.querySelectorAll('[data-testid=stMetric]').length === 5
    && !document.querySelector('[data-testid=stStatusWidget], [data-stale=true]')
    && document.querySelector('[data-test-script-state]')?.dataset.testScriptState === 'notRunning'
}
"""


@pytest.fixture(scope="module")
def address(project: Path, browser_path: str) -> Iterator[str]:
    """The app, running on this machine as long as these tests do."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app.py",
        "--server.headless",
        "true",
        "--server.port",
        str(port),
    ]
    command += ["--server.address", "127.0.0.1", "--server.fileWatcherType", "none"]
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
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self._left(request.url))
        self.page.on("websocket", lambda socket: self._left(socket.url.replace("ws://", "http://")))

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


@pytest.mark.parametrize(
    ("language", "title", "sentence"),
    [
        ("nl", "Wie draagt het risico als 300 gemeenten gehackt kunnen worden?", "Vlaanderen betaalt"),
        ("en", "Who carries the risk when 300 municipalities can be hacked?", "Flanders pays"),
    ],
)
def test_the_page_paints_in_both_languages(
    visit: Callable[..., Visit], language: str, title: str, sentence: str
) -> None:
    page = visit(f"?lang={language}&start=fifty-fifty").page
    assert page.get_by_role("heading", level=1).inner_text() == title
    said = page.get_by_test_id("stAlert")
    assert said.is_visible()
    assert sentence in said.inner_text()
    assert page.get_by_test_id("stMetric").count() == KEY_FIGURES
    assert page.evaluate("document.documentElement.lang") == language
    assert page.locator(".sankey-link").count() > 4  # who pays
    assert page.locator(".scatterlayer .js-fill, .scatterlayer .fills path").count() > 2  # tiles
    icon = page.evaluate("document.querySelector('link[rel~=icon]').href")  # a headless browser does not fetch it
    assert icon.startswith(("http://127.0.0.1", "data:"))
    described = page.locator("[role=figure][aria-label]")
    assert described.count() == 2
    assert all("€" in (described.nth(i).get_attribute("aria-label") or "") for i in range(2))
    levels = page.locator("h1, h2, h3, h4, h5, h6").evaluate_all("all => all.map(one => one.tagName)")
    assert set(levels) == {"H1", "H2"}


def test_levers_figures_sentence_and_charts_are_on_one_screen(visit: Callable[..., Visit]) -> None:
    page = visit("?lang=nl&start=prevention-first").page
    charts = page.locator(".js-plotly-plot")
    assert charts.count() == 2
    for i in range(2):
        box = charts.nth(i).bounding_box()
        assert box is not None
        assert box["y"] + 0.9 * box["height"] < 900
        assert box["width"] > 400


def test_a_key_press_on_a_lever_repaints_both_charts_and_the_link(visit: Callable[..., Visit]) -> None:
    seen = visit("?lang=en&start=fifty-fifty")
    revisions = "document.querySelector('[data-final]').dataset.charts"
    before = seen.page.evaluate(revisions).split()
    seen.page.get_by_role("slider").nth(3).focus()  # response teams
    seen.page.keyboard.press("ArrowRight")
    seen.page.wait_for_url("**teams=5**")
    seen.settle()
    after = seen.page.evaluate(revisions).split()
    assert len(before) == len(after) == 2
    assert not set(before) & set(after)
    assert seen.page.get_by_text("Your choice").first.is_visible()


def test_the_other_tab_paints_and_stands_in_the_link(visit: Callable[..., Visit]) -> None:
    seen = visit("?lang=nl&start=fifty-fifty")
    seen.page.get_by_role("tab").nth(1).click()
    seen.page.wait_for_url("**tab=risk**")
    seen.settle()
    assert seen.page.get_by_text("In 1 jaar op 20").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_on_a_phone(visit: Callable[..., Visit], scheme: str) -> None:
    page = visit("?lang=nl&start=fifty-fifty", width=390, height=844, scheme=scheme).page
    wide = "document.querySelector('[data-testid=stMain]')"
    assert page.evaluate(f"{wide}.scrollWidth - {wide}.clientWidth") <= 0
    for i in range(page.get_by_test_id("stMetric").count()):
        box = page.get_by_test_id("stMetric").nth(i).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    background = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(16, 24, 31)"}[scheme]


def test_names_in_the_sankey_do_not_overlap(visit: Callable[..., Visit]) -> None:
    for width, height in ((1440, 900), (390, 844)):
        page = visit("?lang=nl&start=fifty-fifty", width=width, height=height).page
        boxes = page.evaluate(
            "[...document.querySelectorAll('.js-plotly-plot')][0].querySelectorAll('.annotation-text').values().map("
            "text => text.getBoundingClientRect()).map(b => [b.left, b.top, b.right, b.bottom]).toArray()"
        )
        assert len(boxes) > 6
        for i, (left, top, right, bottom) in enumerate(boxes):
            for other in boxes[i + 1 :]:
                apart = right <= other[0] or other[2] <= left or bottom <= other[1] + 1 or other[3] <= top + 1
                assert apart, (width, boxes[i], other)


def test_a_broken_link_says_so_and_shows_the_page(visit: Callable[..., Visit]) -> None:
    page = visit("?lang=en&start=fifty-fifty&teams=99").page
    assert page.get_by_text("The link says “teams=99”").is_visible()
    assert "teams" not in page.url
