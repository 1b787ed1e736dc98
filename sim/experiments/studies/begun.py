"""Futures of designs that are not done yet: kept, so that a study that was stopped does not play them again.

A piece is some futures of one policy in one design. Pieces lie in the folder `begun` of a store until their design is
done; each file is the SHA-256 of all that follows and of whose it is, and then the arrays. A file that is not whole is
no loss but time.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.experiments.studies.parts import STAMP
from sim.experiments.studies.play import Piece
from sim.results.outcomes import KPIS

FOLDER = "begun"
_HEAD = hashlib.sha256().digest_size


@dataclass(frozen=True)
class Shelf:
    """The pieces of a store."""

    folder: Path
    stamp: Mapping[str, str]

    def files(self) -> list[Path]:
        """Its files, in the order in which they were written for each design."""
        return sorted(path for path in self.folder.glob("[0-9]*") if path.is_file())

    def next(self, number: int) -> Path:
        """Where the next pieces of a design go."""
        last = [int(path.name.partition(".")[2] or 0) for path in self.files() if _number(path) == number]
        return self.folder / f"{number:07d}.{max(last, default=-1) + 1:07d}"

    def packed(self, path: Path, pieces: Sequence[Piece]) -> bytes:
        """Return pieces of one design as the content of their file."""
        arrays: dict[str, Any] = {"places": np.array([[one.place, one.start] for one in pieces])}
        for place, one in enumerate(pieces):
            arrays |= {f"kpis{place}": one.kpis, f"ledgers{place}": one.ledgers, f"tapes{place}": one.tapes}
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)
        body = buffer.getvalue()
        return self._sum(path, body) + body

    def unpacked(self, path: Path) -> list[Piece] | None:
        """Return the pieces in a file; None where it is not whole, or of something else."""
        content = path.read_bytes()
        body = content[_HEAD:]
        if content[:_HEAD] != self._sum(path, body):
            return None
        with np.load(io.BytesIO(body), allow_pickle=False) as found:
            return [
                Piece(_number(path), int(whose), int(start), *(found[f"{name}{place}"] for name in _ARRAYS))
                for place, (whose, start) in enumerate(found["places"])
            ]

    def damaged(self) -> Iterator[Path]:
        """The files that are not what was written here."""
        for path in self.files():
            try:
                if self.unpacked(path) is None:
                    yield path
            except FileNotFoundError:  # its design is done by now
                continue

    def known(self) -> dict[int, list[Piece]]:
        """The futures that are known, by design; files that are not whole are left out."""
        found: dict[int, list[Piece]] = {}
        for path in self.files():
            found.setdefault(_number(path), []).extend(self.unpacked(path) or [])
        return {number: pieces for number, pieces in found.items() if pieces}

    def remove(self, numbers: Iterable[int]) -> None:
        """Remove the pieces of designs that are done."""
        gone = set(numbers)
        for path in self.files():
            if _number(path) in gone:
                path.unlink(missing_ok=True)

    def _sum(self, path: Path, body: bytes) -> bytes:
        whose = " ".join([*(self.stamp[name] for name in STAMP), path.name, *KPIS])
        return hashlib.sha256(whose.encode() + body).digest()


_ARRAYS = ("kpis", "ledgers", "tapes")


def _number(path: Path) -> int:
    digits = path.name.partition(".")[0]
    return int(digits) if digits.isascii() and digits.isdigit() else -1
