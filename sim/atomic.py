"""Files that appear whole or not at all: the one way in which answers, tables, reports and exports are written."""

from __future__ import annotations

import os
import threading
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
    part = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        write(part)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def write_forced(path: Path, content: bytes) -> None:
    """Write a file and force it to the disk, where it must outlive a power cut."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def settle(folder: Path) -> None:
    """Force the names in a folder to the disk, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
