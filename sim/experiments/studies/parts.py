"""The parts of a store, and what shows that they are what was written: whose they are, and checksums that one flipped
bit breaks.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiments.studies.store_tables import TABLES
from sim.model.problems import InputError, Problem

if TYPE_CHECKING:
    import pyarrow as pa

SEAL = "seal.json"
"""The file of a part that says whose it is, which designs it holds, and the checksums of its tables."""
STAMP = ("study_digest", "design_digest", "model_version")
"""What a part has in common with the manifest of its store."""
_SUM = "checksum"


class Damaged(ValueError):
    """A file is not what was written; says how."""


def checksum(content: bytes) -> str:
    """Return the SHA-256 of a file in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def sealed(record: Mapping[str, Any]) -> bytes:
    """Return facts as JSON that ends in the checksum of all that stands before."""
    facts = {name: value for name, value in record.items() if name != _SUM}
    return json.dumps(facts | {_SUM: checksum(json.dumps(facts).encode())}, indent=1).encode()


def unsealed(content: bytes) -> dict[str, Any]:
    """Return the facts in such a file, whether or not their checksum holds. Raises Damaged for what is none."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Damaged("its brackets go too deep" if isinstance(error, RecursionError) else str(error)) from None
    if not isinstance(found, dict):
        raise Damaged("it is none of a store")
    return found


def is_whole(record: Mapping[str, Any], content: bytes) -> bool:
    """Return whether a file is, to the bit, what `sealed` made of these facts."""
    return sealed(record) == content


@dataclass(frozen=True)
class Part:
    """Some designs of a store, in a folder; nothing of it is believed before its checksum holds."""

    folder: Path
    stamp: Mapping[str, str]

    @cached_property
    def seal(self) -> dict[str, Any]:
        """What it says of itself. Raises Damaged for the part of another study, and for one that is not whole."""
        try:
            content = (self.folder / SEAL).read_bytes()
        except OSError:
            raise Damaged(f"has no {SEAL}: it is not whole, or an earlier version wrote it") from None
        try:
            found = unsealed(content)
        except Damaged as error:
            raise Damaged(f"its {SEAL} cannot be read: {error}") from None
        if not is_whole(found, content) or not found.keys() >= {*STAMP, "designs", "failed", "files"}:
            raise Damaged(f"its {SEAL} was changed since it was written")
        for name, whose in zip(STAMP, ("another study", "other designs", "another version"), strict=True):
            if found[name] != self.stamp[name]:
                raise Damaged(f"belongs to {whose}: its {name} is {found[name]}, and not {self.stamp[name]}")
        if self.folder.name != named(found["designs"]):
            raise Damaged(f"was renamed or copied: it was written as {named(found['designs'])}")
        return found

    @property
    def designs(self) -> dict[int, bool]:
        """The designs that it holds, by number, and whether each was played (False: it failed). Raises Damaged."""
        bad = set(self.seal["failed"])
        return {number: number not in bad for number in self.seal["designs"]}

    def read(self, name: str) -> bytes:
        """Return the file of a table as it was written. Raises Damaged."""
        try:
            content = (self.folder / f"{name}.parquet").read_bytes()
        except OSError as error:
            raise Damaged(f"cannot be read: {name}.parquet: {error.strerror or error}") from None
        if checksum(content) != self.seal["files"].get(name):
            raise Damaged(f"cannot be read: {name}.parquet was changed since it was written")
        return content

    def table(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Return a table, or some columns of it. Raises Damaged."""
        import pyarrow.parquet as pq

        return pq.read_table(io.BytesIO(self.read(name)), columns=None if columns is None else list(columns))

    def fault(self) -> str | None:
        """Return what is wrong with it after reading all of it; None where it is sound."""
        try:
            for name in TABLES:
                self.read(name)
        except Damaged as error:
            return str(error)
        return None


def named(designs: Sequence[int]) -> str:
    """Return the name of the part of these designs: the number of the first one."""
    return f"{min(designs):07d}"


def seal_of(
    stamp: Mapping[str, str], designs: Sequence[int], failed: Sequence[int], files: Mapping[str, bytes]
) -> bytes:
    """Return the seal of a part that holds these designs in these files."""
    sums = {name: checksum(content) for name, content in files.items()}
    whose = {name: stamp[name] for name in STAMP}
    return sealed(whose | {"designs": list(designs), "failed": list(failed), "files": sums})


# ---- all of them -----------------------------------------------------------------------------------------------------

LITTER = re.compile(
    r"\.ds_store|\._.*|\.directory|\.nfs.*|\.spotlight-v100|\.trashes|\.fseventsd|thumbs\.db|ehthumbs.*\.db|desktop\.ini|"
    r"icon\r|@eadir|lost\+found|system volume information|\$recycle\.bin|__macosx",
    re.IGNORECASE,
)
"""What systems and their file managers leave in folders."""


def part_folders(folder: Path) -> list[Path]:
    """The folders in a store that are parts, or copies of some; not what systems leave there."""
    some = [path for path in (folder / "parts").glob("[!.]*") if path.is_dir() and not LITTER.fullmatch(path.name)]
    return sorted(path for path in some if path.name.isdigit() or any(path.glob("*.parquet")) or (path / SEAL).exists())


def judged(folder: Path, stamp: Mapping[str, Any], thorough: bool = False) -> tuple[list[Part], list[Problem]]:
    """Return the parts of a store that are sound by their seals, or to the last bit if `thorough`, and the others as
    problems that say what to do.
    """
    found, problems, holder = [], [], dict[int, str]()
    for place in part_folders(folder):
        part = Part(place, stamp)
        try:
            numbers = part.designs
        except Damaged as error:
            problems.append(_damage(place, str(error)))
            continue
        twice = next((number for number in numbers if number in holder), None)
        if (fault := part.fault() if thorough else None) is not None:
            problems.append(_damage(place, fault))
        elif twice is not None:
            problems.append(_damage(place, f"holds design {twice}, which {holder[twice]} holds too"))
        else:
            found.append(part)
            holder |= dict.fromkeys(numbers, place.name)
    return found, problems


def read(part: Part, name: str, columns: Sequence[str] | None = None) -> pa.Table:
    """Return a table of a part. Raises InputError where it is not what was written."""
    try:
        return part.table(name, columns)
    except Damaged as error:
        raise InputError([_damage(part.folder, str(error))]) from None


def _damage(part: Path, message: str) -> Problem:
    hint = f"delete the folder {part} and resume the study: its designs are then played again"
    return Problem(str(part), None, "damaged-part", message, hint)
