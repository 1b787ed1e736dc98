"""Standard output and standard error that last as long as the work, whoever reads them and whatever the terminal says.

A reader may close a pipe after the first lines (`head`, or `q` in a pager), a disk may be full, a caller may have
closed a stream before we began. None of this is a reason to leave the work half done: a stream that nobody takes goes
quiet, the files that were asked for are written, and what went wrong is said once at the end.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_LEFT = (errno.EPIPE, errno.ECONNRESET, errno.ESHUTDOWN, *((errno.EINVAL,) if os.name == "nt" else ()))
"""What the system says where the reader of a pipe has left; Windows has a word of its own."""

WIDEST = 10_000
"""Letters of a line, or lines of a screen, above which nobody has such a terminal."""


class Lasting(io.RawIOBase):
    """The bytes of a stream, passed on until they are no longer taken; then it is quiet.

    `fault` is the first error that was met, None where a reader simply left.
    """

    def __init__(self, raw: Any) -> None:
        self.raw = raw
        self.fault: OSError | None = None
        self.quiet = False

    def write(self, data: ReadableBuffer, /) -> int | None:
        """Pass bytes on, and say that all were taken where nobody takes them."""
        if not self.quiet:
            try:
                taken: int | None = self.raw.write(data)
                return taken
            except OSError as error:
                self.quiet = True
                self.fault = None if error.errno in _LEFT else error
        return memoryview(data).nbytes

    def writable(self) -> bool:
        """Always."""
        return True

    def fileno(self) -> int:
        """That of the stream itself."""
        number: int = self.raw.fileno()
        return number

    def isatty(self) -> bool:
        """Whether a terminal reads this."""
        terminal: bool = self.raw.isatty()
        return terminal


def lasting(stream: TextIO | None) -> TextIO:
    """Return a text stream in place of this one that lasts; one to nowhere where it was closed by who called."""
    if stream is None:  # the first free place is the one that was closed, so that no file of ours takes it
        return open(os.devnull, "w", encoding="utf-8")
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    binary: Any = stream.buffer
    stream.flush()
    return io.TextIOWrapper(
        io.BufferedWriter(Lasting(getattr(binary, "raw", binary))),
        encoding=stream.encoding,
        errors="replace",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def make_streams_last() -> None:
    """Put lasting streams in the place of standard output and standard error."""
    sys.stdout, sys.stderr = lasting(sys.stdout), lasting(sys.stderr)


def fault_of(stream: TextIO) -> OSError | None:
    """Return what kept a stream from being written to the end; None where all is well, or its reader left."""
    with contextlib.suppress(OSError, ValueError):
        stream.flush()
    raw = getattr(getattr(stream, "buffer", None), "raw", None)
    return raw.fault if isinstance(raw, Lasting) else None


def forget_odd_sizes() -> None:
    """Take sizes of the terminal out of the environment that are none, such as COLUMNS=0: then they are measured."""
    for name in ("COLUMNS", "LINES"):
        text = os.environ.get(name, "1")
        if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= WIDEST):
            del os.environ[name]
