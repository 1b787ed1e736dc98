"""Where the package stands on the disk."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
"""The folder `sim`: in a checkout beside `scenarios/`, else among the installed packages."""
