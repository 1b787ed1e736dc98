"""Whether a visitor sits at this machine: only then may a page open folders of it."""

from __future__ import annotations

import urllib.parse
from collections.abc import Mapping

HERE = ("127.0.0.1", "localhost", "::1")
_PASSED_ON = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded", "via")


def is_here(address: str | None, headers: Mapping[str, str]) -> bool:
    """Whether the server listens on this machine alone, and the browser asked for this machine by its own name.

    A web server in front of the app tells where the page came from in `Origin`, and mostly that it passed it on.
    """
    said = {name.lower(): value for name, value in headers.items()}
    if address not in HERE or any(name in said for name in _PASSED_ON):
        return False
    asked = [f"//{said.get('host', '')}", said.get("origin", "")]
    return all(_host(url) in HERE for url in asked)


def _host(url: str) -> str | None:
    try:
        return urllib.parse.urlsplit(url).hostname
    except ValueError:
        return None
