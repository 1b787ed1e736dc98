"""A store written out for other programs: CSV, Parquet or Excel."""

from __future__ import annotations

import io
import os
from pathlib import Path

from sim.atomic import put
from sim.cells import as_texts
from sim.experiments.studies.store import Store
from sim.experiments.studies.store_tables import TABLES
from sim.model.problems import InputError, Problem

EXCEL_ROWS = 1_048_575
"""Rows of data that fit on one sheet."""


def export(store: Store, folder: str | os.PathLike[str], form: str = "csv") -> list[Path]:
    """Write the tables designs, summaries and futures as `csv` or `parquet` files, or as sheets of one `excel` file;
    return the files. Raises InputError where that cannot be.
    """
    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
        if form == "excel":
            return [_excel(store, place / f"{store.study.id}.xlsx")]
        paths = []
        for name in TABLES:
            path = place / f"{name}.{form}"
            table = store.table(name)
            if form == "parquet":
                import pyarrow.parquet as pq

                put(path, lambda part, table=table: pq.write_table(table, part, compression="zstd"))  # type: ignore[misc]
            else:
                frame = as_texts(table.to_pandas())
                put(path, lambda part, frame=frame: frame.to_csv(part, index=False))  # type: ignore[misc]
            paths.append(path)
    except OSError as error:
        message = f"cannot be written: {error.strerror or error}"
        raise InputError([Problem(str(place), None, "not-writable", message)]) from None
    return paths


def _excel(store: Store, path: Path) -> Path:
    import pandas as pd

    tables = {name: store.table(name) for name in TABLES}
    too_long = [name for name, table in tables.items() if table.num_rows > EXCEL_ROWS]
    if too_long:
        message = f"{too_long[-1]} has {tables[too_long[-1]].num_rows:,} rows, and a sheet holds {EXCEL_ROWS:,}"
        raise InputError([Problem(str(path), None, "too-long", message, "write --format csv or parquet")])
    try:
        whole = io.BytesIO()
        with pd.ExcelWriter(whole, engine="openpyxl") as book:
            for name, table in tables.items():
                frame = table.to_pandas()
                if "ledger_hash" in frame:
                    frame["ledger_hash"] = [f"{one:016x}" for one in frame["ledger_hash"]]  # Excel knows 15 digits
                as_texts(frame).to_excel(book, sheet_name=name, index=False)
    except ImportError:
        hint = 'pip install "weerbaar[study]", or write --format csv, which Excel opens too'
        raise InputError([Problem("", None, "not-installed", "Excel files need openpyxl", hint)]) from None
    put(path, lambda part: part.write_bytes(whole.getbuffer()))
    return path
