"""Where a study is kept: a folder that is whole at every moment, whatever happens to the process that fills it.

    manifest.json       what made it: study, model, seed, versions
    study.yaml, world-*.yaml, policy-*.yaml
    parts/0000120/      some designs: designs.parquet, summaries.parquet, futures.parquet, and their seal.json
    begun/              futures of designs that are not done yet

A part is written beside its place, forced to the disk and then renamed: it is there whole, or not at all. What is read
is held against its checksum first.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.atomic import put, settle
from sim.atomic import write_forced as _write
from sim.experiments.studies.begun import FOLDER, Shelf
from sim.experiments.studies.designs import Designs
from sim.experiments.studies.disk import StoreFull as StoreFull
from sim.experiments.studies.disk import room, take
from sim.experiments.studies.parts import (
    LITTER,
    SEAL,
    Damaged,
    Part,
    checksum,
    is_whole,
    judged,
    part_folders,
    read,
    seal_of,
    sealed,
    unsealed,
)
from sim.experiments.studies.play import Piece, Played
from sim.experiments.studies.store_tables import TABLES, contents_of, parquet, tables_of
from sim.model.files.folders import MANIFEST as MANIFEST
from sim.model.files.load import load_study
from sim.model.files.write_yaml import policy_yaml, study_file, study_yaml, world_yaml
from sim.model.problems import InputError, Problem
from sim.model.study.study import Study
from sim.version import MODEL_VERSION

if TYPE_CHECKING:
    import pyarrow as pa

FORM = 2
"""The form of a store; another form is not read. The first one had no checksums."""
SAID = ("study_digest", "design_digest", "seed", "model_version", "versions", "files")
"""What a manifest must say."""
LIBRARIES = ("numpy", "numba", "scipy", "pyarrow")


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
        contents = {name: text.encode() for name, text in files.items()}
        manifest["files"] = {name: checksum(content) for name, content in contents.items()}
        _, faults = judged(place, manifest)
        if faults:  # parts whose manifest is gone: of this study, or of another one that nothing may write over
            raise InputError(faults)
        with room(place):
            (place / "parts").mkdir(parents=True, exist_ok=True)
            for name, content in contents.items():
                _write(place / name, content)
            if load_study(place / "study.yaml").digest != study.digest:
                raise RuntimeError(f"study {study.id} reads otherwise than it was written")
            put(place / MANIFEST, lambda beside: _write(beside, sealed(manifest)))  # the last thing: now it is a store
            settle(place)
        return cls(place)

    @classmethod
    def opened(cls, folder: str | os.PathLike[str], study: Study | None = None) -> Store:
        """Return the store in a folder; of this study, if one is given.

        Raises InputError for what is no store, and for one of another model, another study or other points.
        """
        place = Path(folder)
        if not (place / MANIFEST).is_file():
            hint = "run the study first: weerbaar study run ..."
            if part_folders(place):
                hint = f"its {MANIFEST} is gone: weerbaar study run STUDY --store {place} keeps the parts of that study"
            raise _refused(place, "no-store", "there is no store of a study here", hint)
        store = cls(place)
        made = store.manifest
        again = _again(place)
        if made.get("store") != FORM:
            message = "was written in a form that this version does not read: without checksums, or by a later version"
            raise _refused(place, "other-form", message, again)
        if made["model_version"] != MODEL_VERSION:
            message = f"was made by Weerbaar {made['model_version']}, and this is {MODEL_VERSION}: their futures differ"
            hint = f"go on with `pip install weerbaar=={made['model_version']}`, or play all again: {again}"
            raise _refused(place, "other-model", message, hint)
        if study is not None and study.digest != made["study_digest"]:
            message = f"holds another study than {study.id} is now: the file, a world, a policy or a setting changed"
            hint = f"go on with the study as it was: weerbaar study resume {place}; or {again}"
            raise _refused(place, "other-study", message, hint)
        store.check_files()
        if store.study.digest != made["study_digest"] or store.designs.digest != made["design_digest"]:
            message = "cannot be gone on with: its study reads, or is drawn, otherwise than when it was begun"
            raise _refused(place, "other-study", message, again)
        if not is_whole(made, (place / MANIFEST).read_bytes()):
            raise _refused(place, "unreadable", f"its {MANIFEST} was changed since it was written", _anew(place))
        return store

    def check_files(self) -> None:
        """Raise InputError where the study, a world or a policy is not what was written; all of them at once."""
        problems = []
        for name, wanted in dict(self.manifest["files"]).items():
            try:
                found = checksum((self.folder / name).read_bytes())
            except OSError as error:
                found = error.strerror or str(error)
            if found != wanted:
                message = "was changed or lost since the study was begun"
                problems.append(Problem(str(self.folder / name), None, "unreadable", message, _anew(self.folder)))
        if problems:
            raise InputError(problems)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What made the store. Raises InputError where it cannot be read."""
        try:
            found = unsealed((self.folder / MANIFEST).read_bytes())
            if "store" not in found:
                raise Damaged("it is none of a store")
            said = SAID if found["store"] == FORM else SAID[:-1]  # the first form did not name its files
            if missing := [name for name in said if name not in found]:
                raise Damaged(f"it does not say its {missing[0]}")
        except (OSError, Damaged) as error:
            message = f"its {MANIFEST} cannot be read: {error}"
            raise _refused(self.folder, "unreadable", message, _anew(self.folder)) from None
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
        return part_folders(self.folder)

    def sound(self, *, thorough: bool = False) -> list[Part]:
        """The parts, each with a seal that holds, and with tables that do if `thorough`. Raises InputError with all
        that is wrong and what to do.
        """
        parts, faults = judged(self.folder, self.manifest, thorough)
        if faults:
            raise InputError(faults)
        return parts

    @cached_property
    def begun(self) -> Shelf:
        """Futures of designs that are not done yet."""
        return Shelf(self.folder / FOLDER, self.manifest)

    def write(self, played: Sequence[Played]) -> None:
        """Add a part with these designs. Raises StoreFull where there is no room; then nothing of it stays behind."""
        played = sorted(played, key=lambda one: one.number)
        name = f"{played[0].number:07d}"
        beside, place = self._parts_folder / f".{name}.{os.getpid()}", self._parts_folder / name
        files = {table: parquet(content) for table, content in tables_of(self.designs, played).items()}
        numbers, bad = [one.number for one in played], [one.number for one in played if one.error]
        try:
            with room(self.folder):
                beside.mkdir(parents=True)
                for table, content in files.items():
                    _write(beside / f"{table}.parquet", content)
                _write(beside / SEAL, seal_of(self.manifest, numbers, bad, files))
                settle(beside)
                os.rename(beside, place)
                settle(self._parts_folder)
        finally:
            shutil.rmtree(beside, ignore_errors=True)

    def keep(self, pieces: Iterable[Piece]) -> None:
        """Keep futures of designs that are not done yet. Raises StoreFull where there is no room."""
        by_design: dict[int, list[Piece]] = {}
        for one in pieces:
            by_design.setdefault(one.number, []).append(one)
        with room(self.folder):
            for number, some in by_design.items():
                self.begun.folder.mkdir(exist_ok=True)
                path = self.begun.next(number)
                content = self.begun.packed(path, some)
                put(path, partial(_write, content=content))
                settle(self.begun.folder)

    def done(self) -> dict[int, bool]:
        """The designs that are there, by number, and whether each was played (False: it failed)."""
        found: dict[int, bool] = {}
        for part in self.sound():
            read(part, "designs", ["design"])
            found |= part.designs
        return found

    def missing(self) -> list[int]:
        """The designs that are not there yet, in order."""
        done = self.done()
        return [number for number in range(len(self.designs)) if number not in done]

    def table(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """One of the tables designs, summaries and futures, in order of design."""
        import pyarrow as pa

        parts = list(self.tables(name, columns))
        parts = parts or [tables_of(self.designs, [])[name].select(columns) if columns else
                          tables_of(self.designs, [])[name]]  # fmt: skip
        whole = pa.concat_tables(parts)
        return whole.take(np.argsort(whole["design"].to_numpy(), kind="stable")) if len(parts) > 1 else whole

    def tables(self, name: str, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """One of the tables, part by part."""
        for part in self.sound():
            yield read(part, name, columns)

    def digest(self) -> str:
        """What tells this content from any other: over all designs in order, however the parts were cut."""
        found: dict[int, bytes] = {}
        for part in self.sound():
            for number, content in contents_of({name: read(part, name) for name in TABLES}):
                found[number] = content
        digest = hashlib.sha256()
        for number in sorted(found):
            digest.update(found[number])
        return digest.hexdigest()[:16]

    def size(self) -> int:
        """Its bytes on the disk."""
        total = 0
        for path in self.folder.rglob("*"):
            with contextlib.suppress(FileNotFoundError):  # of a design that is done by now
                total += path.stat().st_size if path.is_file() else 0
        return total


@contextlib.contextmanager
def filling(folder: str | os.PathLike[str], study: Study) -> Iterator[Store]:
    """Yield the store of a study in a folder, new where there is none, and keep everybody else from writing to it.

    Raises InputError where another process does, and where the folder holds something else.
    """
    place = Path(folder)
    is_there = (place / MANIFEST).is_file()
    if place.exists() and not is_there and (not place.is_dir() or any(map(_strange, place.iterdir()))):
        raise _refused(place, "not-a-store", "exists, and is no store of a study", "name another folder: --store DIR")
    with room(place):
        place.mkdir(parents=True, exist_ok=True)
        lock = (place / "lock").open("a+", encoding="utf-8")
    with lock:
        if not take(lock):
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
        try:
            yield Store.opened(place, study) if is_there else Store.made(place, study)
        finally:
            lock.truncate(0)


def verified(store: Store) -> list[Problem]:
    """Return everything in a store that is not what was written, after reading all of it."""
    found = judged(store.folder, store.manifest, thorough=True)[1]
    for path in store.begun.damaged():
        hint = f"delete the file {path} and resume the study: its futures are then played again"
        found.append(Problem(str(path), None, "damaged-part", "was changed since it was written", hint))
    return found


def mended(store: Store) -> list[Path]:
    """Delete what is damaged in a store, and return it. Raises InputError where another process fills it."""
    with filling(store.folder, store.study):
        gone = [Path(problem.file) for problem in verified(store)]
        with room(store.folder):
            for path in gone:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    return gone


_OURS = re.compile(r"lock|parts|begun|\.?manifest\.json(\..*part)?|study\.yaml|(world|policy)-.*\.yaml")


def _strange(path: Path) -> bool:
    """Whether somebody else put this into the folder."""
    return not _OURS.fullmatch(path.name) and not LITTER.fullmatch(path.name)


def versions() -> dict[str, str]:
    """The versions of Python and of the libraries that have a part in the numbers."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


# ---- what to do about it ------------------------------------------------------------------------------------------


def _again(folder: Path) -> str:
    return f"delete the folder {folder}, or name another one: --store DIR"


def _anew(folder: Path) -> str:
    kept = f"or only its {MANIFEST}, and run the study again with --store {folder}, which keeps its parts"
    return f"delete the folder {folder}, {kept}"


def _refused(folder: Path, rule: str, message: str, hint: str | None = None) -> InputError:
    return InputError([Problem(str(folder), None, rule, message, hint)])
