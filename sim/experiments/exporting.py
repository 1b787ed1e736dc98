"""A store written out for other programs: CSV, Parquet or Excel."""

from __future__ import annotations

import os
from pathlib import Path

from sim.experiments.store import Store
from sim.experiments.store_tables import TABLES
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

                pq.write_table(table, path, compression="zstd")
            else:
                table.to_pandas().to_csv(path, index=False)
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
        with pd.ExcelWriter(path, engine="openpyxl") as book:
            for name, table in tables.items():
                frame = table.to_pandas()
                if "ledger_hash" in frame:
                    frame["ledger_hash"] = [f"{one:016x}" for one in frame["ledger_hash"]]  # Excel knows 15 digits
                frame.to_excel(book, sheet_name=name, index=False)
    except ImportError:
        hint = 'pip install "weerbaar[study]", or write --format csv, which Excel opens too'
        raise InputError([Problem("", None, "not-installed", "Excel files need openpyxl", hint)]) from None
    return path
