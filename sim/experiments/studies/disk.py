"""The disk of a store: what to say when it is full, and one process at a time that writes to it."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.model.problems import InputError, Problem

_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG)


class StoreFull(OSError):
    """There is no room for what was played last; what was written before is whole."""


@contextlib.contextmanager
def room(folder: Path) -> Iterator[None]:
    """Turn the fault of a full disk into a StoreFull that says where."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StoreFull(error.errno, f"the disk of {folder} is full") from error
        message = f"cannot be written: {error.strerror or error}"
        raise InputError([Problem(str(folder), None, "not-writable", message)]) from error


def take(file: Any) -> bool:
    """Lock an open file until it is closed; False where somebody else holds it."""
    try:
        if os.name == "posix":
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            file.seek(1000)  # far behind what is written, which others may read
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except OSError:
        return False
    return True
