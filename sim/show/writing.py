"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path


def put(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a file beside `path`, and then put it in its place; a failure leaves nothing behind.

    A pipe or a device is written to, never replaced. OSError where the file cannot be written.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        write(path)
        return
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        write(part)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
