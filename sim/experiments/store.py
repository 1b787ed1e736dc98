"""Where a study is kept: a folder that is whole at every moment, whatever happens to the process that fills it.

    manifest.json       what made it: study, model, seed, versions
    study.yaml, world-*.yaml, policy-*.yaml
    parts/000120/       some designs: designs.parquet, summaries.parquet, futures.parquet

A part is written beside its place, forced to the disk and then renamed: it is there whole, or not at all.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import json
import os
import platform
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiments.designs import Designs
from sim.experiments.playing import Played
from sim.experiments.store_tables import TABLES, tables_of
from sim.model.files import load_study
from sim.model.folders import MANIFEST as MANIFEST
from sim.model.problems import InputError, Problem
from sim.model.study import Study
from sim.model.yaml_out import policy_yaml, study_file, study_yaml, world_yaml
from sim.version import MODEL_VERSION

if TYPE_CHECKING:
    import pyarrow as pa

FORM = 1
"""The form of a store; another form is not read."""
SAID = ("study_digest", "design_digest", "seed", "model_version", "versions")
"""What a manifest must say."""
LIBRARIES = ("numpy", "numba", "scipy", "pyarrow")
_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG)


class StoreFull(OSError):
    """There is no room for what was played last; what was written before is whole."""


@dataclass(frozen=True)
class Store:
    """A study that was begun, in a folder."""

    folder: Path

    # ---- making and opening ----

    @classmethod
    def made(cls, folder: str | os.PathLike[str], study: Study) -> Store:
        """Return a new store for a study in a folder that `filling` has locked."""
        place = Path(folder)
        designs = Designs(study)
        manifest = {
            "store": FORM,
            "study": study.id,
            "study_digest": study.digest,
            "design_digest": designs.digest,
            "designs": len(designs),
            "seed": study.seed,
            "model_version": MODEL_VERSION,
            "versions": versions(),
        }
        files = {study_file(world): world_yaml(world) for world in study.worlds}
        files |= {study_file(one): policy_yaml(one.model_copy(update={"based_on": None})) for one in study.played}
        files["study.yaml"] = study_yaml(study)
        with _room(place):
            (place / "parts").mkdir(parents=True, exist_ok=True)
            for name, text in files.items():
                _write(place / name, text.encode())
            if load_study(place / "study.yaml").digest != study.digest:
                raise RuntimeError(f"study {study.id} reads otherwise than it was written")
            _write(place / f".{MANIFEST}", json.dumps(manifest, indent=2).encode())
            os.replace(place / f".{MANIFEST}", place / MANIFEST)  # the last thing: now it is a store
            _settle(place)
        return cls(place)

    @classmethod
    def opened(cls, folder: str | os.PathLike[str], study: Study | None = None) -> Store:
        """Return the store in a folder; of this study, if one is given.

        Raises InputError for what is no store, and for one of another model, another study or other points.
        """
        place = Path(folder)
        if not (place / MANIFEST).is_file():
            hint = "run the study first: weerbaar study run ..."
            raise _refused(place, "no-store", "there is no store of a study here", hint)
        store = cls(place)
        made = store.manifest
        again = _again(place)
        if made.get("store") != FORM:
            raise _refused(place, "other-form", "was written in a form that this version does not read", again)
        if made["model_version"] != MODEL_VERSION:
            message = f"was made by Weerbaar {made['model_version']}, and this is {MODEL_VERSION}: their futures differ"
            hint = f"go on with `pip install weerbaar=={made['model_version']}`, or play all again: {again}"
            raise _refused(place, "other-model", message, hint)
        if study is not None and study.digest != made["study_digest"]:
            message = f"holds another study than {study.id} is now: the file, a world, a policy or a setting changed"
            hint = f"go on with the study as it was: weerbaar study resume {place}; or {again}"
            raise _refused(place, "other-study", message, hint)
        if store.study.digest != made["study_digest"] or store.designs.digest != made["design_digest"]:
            message = "cannot be gone on with: its study reads, or is drawn, otherwise than when it was begun"
            raise _refused(place, "other-study", message, again)
        return store

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What made the store. Raises InputError where it cannot be read."""
        try:
            found: dict[str, Any] = json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
            if found["store"] == FORM and (missing := [name for name in SAID if name not in found]):
                raise ValueError(f"it does not say its {missing[0]}")
        except (OSError, ValueError, TypeError, KeyError) as error:
            why = error if isinstance(error, OSError | ValueError) else "it is none of a store"
            message = f"its {MANIFEST} cannot be read: {why}"
            raise _refused(self.folder, "unreadable", message, _again(self.folder)) from None
        return found

    @cached_property
    def study(self) -> Study:
        """The study as it was begun."""
        return load_study(self.folder / "study.yaml")

    @cached_property
    def designs(self) -> Designs:
        """Its designs."""
        return Designs(self.study)

    # ---- parts ----

    @property
    def _parts_folder(self) -> Path:
        return self.folder / "parts"

    def parts(self) -> list[Path]:
        """The parts that are there, in the order of their first design."""
        return sorted(path for path in self._parts_folder.glob("[!.]*") if path.is_dir())

    def write(self, played: Sequence[Played]) -> None:
        """Add a part with these designs. Raises StoreFull where there is no room; then nothing of it stays behind."""
        played = sorted(played, key=lambda one: one.number)
        name = f"{played[0].number:07d}"
        beside, place = self._parts_folder / f".{name}.{os.getpid()}", self._parts_folder / name
        tables = tables_of(self.designs, played)
        try:
            with _room(self.folder):
                beside.mkdir(parents=True)
                for table, content in tables.items():
                    _write(beside / f"{table}.parquet", _parquet(content))
                _settle(beside)
                os.rename(beside, place)
                _settle(self._parts_folder)
        finally:
            shutil.rmtree(beside, ignore_errors=True)

    def done(self) -> dict[int, bool]:
        """The designs that are there, by number, and whether each was played (False: it failed)."""
        found: dict[int, bool] = {}
        for part in self.parts():
            table = self._read(part, "designs", ["design", "error"])
            for number, error in zip(table["design"].to_pylist(), table["error"].to_pylist(), strict=True):
                found[number] = error is None
        return found

    def missing(self) -> list[int]:
        """The designs that are not there yet, in order."""
        done = self.done()
        return [number for number in range(len(self.designs)) if number not in done]

    def table(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """One of the tables designs, summaries and futures, in order of design."""
        import pyarrow as pa

        parts = [self._read(part, name, columns) for part in self.parts()]
        parts = parts or [tables_of(self.designs, [])[name].select(columns) if columns else
                          tables_of(self.designs, [])[name]]  # fmt: skip
        whole = pa.concat_tables(parts)
        return whole.take(np.argsort(whole["design"].to_numpy(), kind="stable")) if len(parts) > 1 else whole

    def _read(self, part: Path, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        import pyarrow.parquet as pq

        try:
            return pq.read_table(part / f"{name}.parquet", columns=None if columns is None else list(columns))
        except (OSError, ValueError) as error:
            hint = f"delete the folder {part} and resume the study: its designs are then played again"
            raise _refused(part, "unreadable", f"cannot be read: {error}", hint) from None

    def digest(self) -> str:
        """What tells this content from any other: over all designs in order, however the parts were cut."""
        found: dict[int, bytes] = {}
        for part in self.parts():
            for number, content in _contents({name: self._read(part, name) for name in TABLES}):
                found[number] = content
        digest = hashlib.sha256()
        for number in sorted(found):
            digest.update(found[number])
        return digest.hexdigest()[:16]

    def size(self) -> int:
        """Its bytes on the disk."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())


@contextlib.contextmanager
def filling(folder: str | os.PathLike[str], study: Study) -> Iterator[Store]:
    """Yield the store of a study in a folder, new where there is none, and keep everybody else from writing to it.

    Raises InputError where another process does, and where the folder holds something else.
    """
    place = Path(folder)
    if place.exists() and (not place.is_dir() or any(not _OURS.fullmatch(one.name) for one in place.iterdir())):
        raise _refused(place, "not-a-store", "exists, and is no store of a study", "name another folder: --store DIR")
    with _room(place):
        place.mkdir(parents=True, exist_ok=True)
        lock = (place / "lock").open("a+", encoding="utf-8")
    with lock:
        if not _take(lock):
            lock.seek(0)
            message = f"is being filled by {lock.read().strip() or 'another process'}"
            raise _refused(place, "in-use", message, "wait until it has ended, or name another folder: --store DIR")
        lock.seek(0)
        lock.truncate()
        lock.write(f"process {os.getpid()} on {platform.node()}")
        lock.flush()
        for left in (place / "parts").glob(".*"):  # what a process that was killed was writing
            shutil.rmtree(left, ignore_errors=True)
        is_there = (place / MANIFEST).is_file()
        yield Store.opened(place, study) if is_there else Store.made(place, study)


_OURS = re.compile(r"lock|parts|\.?manifest\.json|study\.yaml|(world|policy)-.*\.yaml")


def versions() -> dict[str, str]:
    """The versions of Python and of the libraries that have a part in the numbers."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


# ---- files -----------------------------------------------------------------------------------------------------------


def _parquet(table: pa.Table) -> bytes:
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def _contents(tables: dict[str, pa.Table]) -> Iterator[tuple[int, bytes]]:
    """Yield the digest of every design of a part, over its rows in all tables."""
    digests: dict[int, Any] = {}
    for row in tables["designs"].to_pylist():
        digests[row["design"]] = hashlib.sha256(repr(sorted(row.items())).encode())
    for name in ("summaries", "futures"):
        table = tables[name]
        numbers = table["design"].to_numpy()
        edges = np.flatnonzero(np.diff(numbers)) + 1
        columns = [_plain(table[column]) for column in table.column_names]
        for low, high in zip([0, *edges], [*edges, len(numbers)], strict=True):
            for column in columns if high > low else ():
                digests[int(numbers[low])].update(column[low:high].tobytes())
    for number, digest in digests.items():
        yield number, digest.digest()


def _plain(column: Any) -> Any:
    """A column as numbers; words as bytes of one width, which are the same whatever their dictionary."""
    if str(column.type).startswith("dictionary"):
        return np.array(column.to_pylist(), dtype="S80")
    return np.ascontiguousarray(column.to_numpy())


# ---- the disk ------------------------------------------------------------------------------------------------------


def _write(path: Path, content: bytes) -> None:
    """Write a file and force it to the disk."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    """Force the names in a folder to the disk, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def _room(folder: Path) -> Iterator[None]:
    """Turn the fault of a full disk into a StoreFull that says where."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StoreFull(error.errno, f"the disk of {folder} is full") from error
        raise _refused(folder, "not-writable", f"cannot be written: {error.strerror or error}") from error


def _take(file: Any) -> bool:
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


def _again(folder: Path) -> str:
    return f"delete the folder {folder}, or name another one: --store DIR"


def _refused(folder: Path, rule: str, message: str, hint: str | None = None) -> InputError:
    return InputError([Problem(str(folder), None, rule, message, hint)])
