"""Files for other programs: whole or not at all, and no text in them is carried out as a formula."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sim
from sim.atomic import put
from sim.cells import as_text, as_texts
from sim.cli.targets import write_frame
from sim.experiments.studies import export
from sim.experiments.studies.run import run_study
from sim.show.base.table import chart_table
from tests.studies import small

FORMULAS = ("=1+1", "+1+cmd|' /C calc'!A0", "-1+1", "@SUM(1)", "\t=1", "\r=1", " =1", "-", "＝1")
HARMLESS = ("Aalst", "", "a=b", "-4", "-4,5", "+1.234,50", "1e-3", "'s-Gravenvoeren", "–")


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_begins_like_a_formula_is_a_text(text: str) -> None:
    assert as_text(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_other_texts_and_numbers_stay_as_they_are(text: str) -> None:
    assert as_text(text) == text


def test_every_text_and_header_of_a_table_is_guarded_and_numbers_are_not(tmp_path: Path) -> None:
    frame = pd.DataFrame({"=a": ["=1", "b"], "number": [-1.5, 2], "kind": pd.Categorical(["@x", "y"])})
    guarded = as_texts(frame)
    assert list(guarded.columns) == ["'=a", "number", "kind"]
    assert guarded.to_numpy().tolist() == [["'=1", -1.5, "'@x"], ["b", 2.0, "y"]]
    assert next(iter(frame.columns)) == "=a"
    write_frame(tmp_path / "x.csv", frame)
    rows = list(csv.reader((tmp_path / "x.csv").read_text(encoding="utf-8").splitlines()))
    assert rows == [["'=a", "number", "kind"], ["'=1", "-1.5", "'@x"], ["b", "2.0", "y"]]
    for language in ("nl", "en"):
        text = chart_table(["=a", "-1"], [["=1", -2]]).csv(language).decode("utf-8-sig")
        assert text.replace(";", ",") == "'=a,-1\r\n'=1,-2\r\n"


def hostile(store: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A store that says something like a formula."""
    table = store.table("designs").to_pandas()
    table["error"] = "=1+1"
    import pyarrow as pa

    whole = {"designs": pa.Table.from_pandas(table), "summaries": store.table("summaries")}
    monkeypatch.setattr(export, "TABLES", tuple(whole))
    monkeypatch.setattr(type(store), "table", lambda self, name: whole[name])
    return store


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return run_study(small(), tmp_path_factory.mktemp("some") / "store", workers=1)


@pytest.mark.parametrize("form", ["csv", "excel"])
def test_exports_hold_no_formula(form: str, study: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = export.export(hostile(study.store, monkeypatch), tmp_path, form)
    read = pd.read_excel if form == "excel" else pd.read_csv
    assert set(read(paths[0])["error"]) == {"'=1+1"}


@pytest.mark.parametrize("form", ["csv", "parquet", "excel"])
def test_an_export_that_breaks_off_leaves_what_was_there(
    form: str, study: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a disk that is full."""
    paths = export.export(study.store, tmp_path, form)
    before = {path: path.read_bytes() for path in paths}

    def half(path: Path, write: Any) -> None:
        def broken(part: Path) -> None:
            write(part)
            part.write_bytes(part.read_bytes()[:10])
            raise OSError(28, "No space left on device")

        put(path, broken)

    monkeypatch.setattr(export, "put", half)
    with pytest.raises(sim.InputError, match="No space left"):
        export.export(study.store, tmp_path, form)
    assert {path: path.read_bytes() for path in sorted(tmp_path.iterdir())} == before


def test_nothing_else_in_the_package_writes_a_file_by_itself() -> None:
    """A store has a writer of its own, for it must last when the machine stops."""
    ways = (".write_text(", ".write_bytes(", ".to_csv(", ".to_excel(", ".to_parquet(", "write_table(", "ExcelWriter(")
    for path in sorted(Path(sim.__file__).parent.rglob("*.py")):
        if path.name in ("store.py", "snippet.py"):
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            if any(way in line for way in ways) and "encode()" not in line:
                assert "put(" in line or "book" in line or "whole" in line, f"{path.name}: {line.strip()}"
