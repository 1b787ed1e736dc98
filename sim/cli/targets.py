"""What the command line writes: JSON and files for programs.

Files appear whole or not at all: each is written beside its place, and then put there.
"""

from __future__ import annotations

import errno
import json
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.atomic import put
from sim.cells import as_texts
from sim.cli.terminal import BadInput, chat

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.comparison.compare import Comparison


@dataclass(frozen=True)
class Targets:
    """Where the answer is written besides, or in place of, the terminal."""

    json: str | None = None
    tables: str | None = None
    report: str | None = None

    def check(self) -> None:
        """Raise BadInput when a target cannot be written; nothing is made yet."""
        check_target("--json", self.json)
        for option, folder in (("--tables", self.tables), ("--report", self.report)):
            if folder is not None:
                check_folder(option, folder)

    @property
    def silent(self) -> bool:
        """True when standard output belongs to the JSON alone."""
        return self.json == "-"

    def write(self, result: Comparison, language: str | None, command: str) -> None:
        """Write everything that was asked for."""
        frames = frames_of(result) if self.tables is not None else {}
        if self.json is not None:
            write_json(self.json, {**result.to_json(), "command": command})
        if self.tables is not None:
            write_frames(Path(self.tables), frames)
            chat(f"Tables: {self.tables}")
        if self.report is not None:
            from sim.show.report.report import write_report

            chat(f"Report: {write_report(result, self.report, language, command=command)}")


FILES = frozenset(
    (
        ".csv",
        ".tsv",
        ".xlsx",
        ".xls",
        ".ods",
        ".parquet",
        ".pdf",
        ".html",
        ".htm",
        ".docx",
        ".json",
        ".yaml",
        ".yml",
        ".txt",
        ".md",
        ".png",
        ".svg",
        ".zip",
    )
)
"""Endings of names that mean a file."""

JSON = (".json", ".txt", ".jsonl", ".geojson")
"""Those of them that may hold JSON."""


def check_target(option: str, name: str | None) -> None:
    """Raise BadInput unless this is nothing, "-", or the name of a file of JSON that can be written."""
    if name is not None and name != "-":
        if Path(name).suffix.lower() in FILES - set(JSON):
            raise BadInput(f"{option}: {name[:80]} must end in .json; what is written is JSON")
        check_file(option, name)


def check_file(option: str, name: str) -> None:
    """Raise BadInput unless a file with this name can be written."""
    path = Path(name)
    try:
        if path.is_dir() or name.endswith(("/", os.sep)):
            raise BadInput(f"{option}: {name or 'an empty name'} is a folder; give the name of a file")
        if not path.parent.is_dir():
            raise BadInput(f"{option}: there is no folder {path.parent} for {path.name}; make it first")
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            raise BadInput(f"{option}: {name} may not be written here; choose another place")
    except OSError as error:
        raise BadInput(f"{option}: {name[:80]} cannot be written: {error.strerror}") from None


def check_page(option: str, name: str) -> None:
    """Raise BadInput unless a page with this name can be written: a file, not standard output, and no image."""
    if Path(name).suffix.lower() not in (".html", ".htm"):
        raise BadInput(f"{option}: {name[:80]} must end in .html; a picture is written as a page, to a file")
    check_file(option, name)


def check_folder(option: str, name: str) -> None:
    """Raise BadInput unless a folder with this name is there, or can be made."""
    path = Path(name)
    try:
        if path.suffix.lower() in FILES and not path.is_dir():
            raise BadInput(
                f"{option}: {name[:80]} looks like a file, and this makes a folder of that name; "
                f"write {option} {path.with_suffix('')}"
            )
        there = next(folder for folder in (path, *path.absolute().parents) if folder.exists())
        if not name or not there.is_dir():
            raise BadInput(f"{option}: {name or 'an empty name'} is not a folder; give the name of a folder")
        if not os.access(there, os.W_OK):
            raise BadInput(f"{option}: {name} may not be written here; choose another place")
    except OSError as error:
        raise BadInput(f"{option}: {name[:80]} cannot be made: {error.strerror}") from None


def check_address(host: str, port: int | None) -> None:
    """Raise BadInput unless the app can listen at this address, and at this port where one is named."""
    try:
        family, kind, *_, address = socket.getaddrinfo(host, port or 0, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as door:
            if os.name == "posix":  # a port that was left a moment ago is free
                door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind(address)
    except (OSError, UnicodeError) as error:
        if port and isinstance(error, OSError) and error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise BadInput(
                f"--port: {port} cannot be had here ({error.strerror}); choose another one, or none: "
                "then the app takes a free one"
            ) from None
        raise BadInput(
            f"--host: {host[:80] or 'an empty name'} is no address of this machine "
            f"({getattr(error, 'strerror', None) or error}); 127.0.0.1 is for this machine alone, "
            "0.0.0.0 for the whole network"
        ) from None


def write_json(target: str, data: Any) -> None:
    """Write plain data as JSON to a file, or to standard output for "-"."""
    if target == "-":
        utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
        print(json.dumps(data, indent=2, allow_nan=False, ensure_ascii=not utf8))
        return
    text = json.dumps(data, indent=2, allow_nan=False, ensure_ascii=False) + "\n"
    put(Path(target), lambda path: path.write_text(text, encoding="utf-8", newline="\n"))


def write_frame(path: Path, frame: pd.DataFrame) -> None:
    """Write a table as CSV or as Parquet, by the ending of the name; unknown bounds stand empty."""
    known = frame.replace([float("inf"), float("-inf")], float("nan"))
    if path.suffix.lower() == ".parquet":
        put(path, lambda part: known.to_parquet(part, index=False))
    else:
        put(path, lambda part: as_texts(known).to_csv(part, index=False, lineterminator="\n", encoding="utf-8"))


def frames_of(result: Comparison) -> dict[str, pd.DataFrame]:
    """Return every table of a comparison by name."""
    return {
        "kpis": result.kpis(),
        "differences": result.differences(),
        "futures": result.futures(),
        "municipalities": result.municipalities(),
        "burden_by_size": result.burden("size_class"),
        "burden_by_province": result.burden("province"),
        "burden_by_income": result.burden("income_class"),
        "concentration": result.concentration(),
        "winners": result.winners(),
        "running_dry": result.running_dry(),
    }


def write_frames(folder: Path, frames: Mapping[str, pd.DataFrame]) -> None:
    """Write tables into a folder, which is made where it is missing, each as CSV and as Parquet."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in frames.items():
        for ending in ("csv", "parquet"):
            write_frame(folder / f"{name}.{ending}", frame)
