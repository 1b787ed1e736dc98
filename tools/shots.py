"""Take the pictures of the app for the documentation: `make shots`.

Starts the app on a free port of this machine, opens it in Chromium and writes docs/img/*.png.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from sim.experiments.replicate import available_workers
from sim.experiments.studies.run import run_study
from sim.model.files.load import load_study
from sim.web.studies import jobs

PROJECT = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FUTURES = 20
"""Futures of each design of a study that is played for its picture."""
QUIET = (
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Shot:
    """One picture: its file name, the address after the port, and how the browser stands."""

    name: str
    address: str = ""
    width: int = 1440
    height: int = 900
    scheme: str = "light"
    week: int = 0
    """To which week a moving picture is turned."""
    study: str = ""
    """The study that is played before, in few futures; its number ends the address."""


SHOTS = (
    Shot("explore"),
    Shot("explore-dark", scheme="dark"),
    Shot("explore-phone", width=390, height=844),
    Shot("compare", "compare"),
    Shot("municipalities", "municipalities?lang=en&start=prevention-first&town=24062", height=1400),
    Shot("future", "future?start=more-response-teams", week=39),
    Shot("studies", "studies?lang=en&asks=heat&study=", height=1150, study="who-pays-grid"),
    Shot("model", "model"),
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running_app(seconds: float = 60) -> Iterator[str]:
    """The address of the app, which runs as long as the block does."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
    server = subprocess.Popen([*command, "--server.port", str(port)], cwd=PROJECT, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + seconds
        while True:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).close()
                break
            if server.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("The app did not start; see above.")
            time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


def play(name: str) -> str:
    """Play a shipped study where the app keeps those of its visitors; return its number there."""
    study = load_study(name).with_values({"replications": FUTURES})
    jobs.put(study)
    run_study(study, jobs.store_of(study.digest), workers=available_workers())
    return study.digest


def settle(page: Page) -> None:
    """Wait until the app has drawn its charts and nothing runs any more."""
    page.wait_for_selector("[data-testid=stMainBlockContainer]", timeout=60_000)
    page.wait_for_selector("[data-final=yes]", state="attached", timeout=120_000)
    page.wait_for_selector("[data-testid=stSkeleton]", state="detached", timeout=60_000)
    page.wait_for_function(
        "[...document.querySelectorAll('.js-plotly-plot')].every(one => one.querySelector('.main-svg'))"
    )
    page.wait_for_selector("[data-testid=stStatusWidget]", state="detached", timeout=120_000)
    page.wait_for_function("document.querySelectorAll('[data-stale=true]').length === 0")
    page.evaluate("document.fonts.ready")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"which ones: {', '.join(shot.name for shot in SHOTS)}")
    parser.add_argument("--folder", type=Path, default=PROJECT / "docs" / "img")
    said = parser.parse_args()
    browser_path = os.environ.get("WEERBAAR_BROWSER") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser_path is None:
        raise SystemExit("No Chromium on this machine: install it, or name one in WEERBAAR_BROWSER.")
    said.folder.mkdir(parents=True, exist_ok=True)

    with running_app() as address, sync_playwright() as playwright:
        arguments = [*QUIET, *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [])]
        browser = playwright.chromium.launch(executable_path=browser_path, args=arguments)
        for shot in SHOTS:
            if said.names and shot.name not in said.names:
                continue
            page = browser.new_page(
                viewport={"width": shot.width, "height": shot.height},
                color_scheme="dark" if shot.scheme == "dark" else "light",
                reduced_motion="reduce",
            )
            page.goto(f"{address}/{shot.address}{play(shot.study) if shot.study else ''}")
            settle(page)
            if shot.week:
                page.locator(".slider-grip-rect").focus()
                for _ in range(shot.week):
                    page.keyboard.press("ArrowRight")
                page.wait_for_timeout(500)
            path = said.folder / f"{shot.name}.png"
            page.screenshot(path=path)
            page.close()
            print(path)
        browser.close()


if __name__ == "__main__":
    main()
