"""What every test may use: the project's folder, a browser, and how random tests are drawn."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from sim.experiments.replicate import ENGINES

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_BROWSER = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")

# A random example is never failed for being slow, and a build server draws the same examples every time.
settings.register_profile("here", deadline=None, print_blob=True)
settings.register_profile("server", parent=settings.get_profile("here"), derandomize=True)
settings.load_profile("server" if os.environ.get("CI") else "here")


@pytest.fixture(scope="session")
def project() -> Path:
    """The folder of the project: the one with pyproject.toml."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """The name of an engine: what asks for it is checked on each of them."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def browser_path() -> str:
    """The path of a Chromium; a test that asks for it skips where there is none.

    `tools/browser` looks in the same places, and installs one where it can.
    """
    named = os.environ.get("WEERBAAR_BROWSER")
    mac = str(MAC_BROWSER) if MAC_BROWSER.exists() else None
    found = named or next(filter(None, map(shutil.which, BROWSERS)), mac)
    if found is None:
        pytest.skip("no Chromium on this machine: install it, or name one in WEERBAAR_BROWSER")
    return found
