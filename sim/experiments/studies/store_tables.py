"""What a store holds, as three tables of designs, summaries and futures: their content, files and digests."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiments.studies.designs import Designs
from sim.experiments.studies.play import STATS, Played

if TYPE_CHECKING:
    import pyarrow as pa

TABLES = ("designs", "summaries", "futures")


def tables_of(designs: Designs, played: Sequence[Played]) -> dict[str, pa.Table]:
    """Return the three tables of some designs, in their order."""
    import pyarrow as pa

    study = designs.study
    names, outcomes = [policy.id for policy in study.played], list(study.outcomes)
    shown = [designs.shown(one.number) for one in played]
    numeric = {key: _is_number(designs, key) for key in designs.keys}
    worlds = [study.worlds[one.number // designs.points].id for one in played]
    tapes = [hashlib.sha256(one.tapes.tobytes()).hexdigest()[:16] if not one.error else None for one in played]
    columns: dict[str, Any] = {
        "design": pa.array([one.number for one in played], pa.int32()),
        "world": pa.array(worlds, pa.string()),
        **{key: pa.array([row[key] for row in shown], pa.float64()) if numeric[key] else
           pa.array([_word(row[key]) for row in shown], pa.string()) for key in designs.keys},
        "replications": pa.array([one.replications for one in played], pa.int32()),
        "tape_hash": pa.array(tapes, pa.string()),
        "seed": pa.array([study.seed] * len(played), pa.int64()),
        "error": pa.array([one.error or None for one in played], pa.string()),
    }  # fmt: skip
    good = [one for one in played if not one.error]
    policies, count = len(names), len(names) * len(outcomes)
    stats = np.concatenate([one.stats.reshape(-1, len(STATS)) for one in good] or [np.empty((0, len(STATS)))])
    summaries = {
        "design": pa.array(np.repeat([one.number for one in good], count).astype(np.int32)),
        "policy": _words(np.tile(np.repeat(np.arange(policies), len(outcomes)), len(good)), names),
        "outcome": _words(np.tile(np.arange(len(outcomes)), policies * len(good)), outcomes),
        **{name: pa.array(stats[:, place]) for place, name in enumerate(STATS)},
    }
    kpis = np.concatenate([one.kpis.reshape(-1, len(outcomes)) for one in good] or [np.empty((0, len(outcomes)))])
    rows = [one.replications * policies for one in good]
    whose = [np.repeat(np.arange(policies), one.replications) for one in good]
    futures = {
        "design": pa.array(np.repeat([one.number for one in good], rows).astype(np.int32)),
        "policy": _words(np.concatenate(whose or [np.empty(0, np.int64)]), names),
        "replication": pa.array(
            np.concatenate([np.tile(np.arange(one.replications), policies) for one in good] or [np.empty(0, np.int64)]),
            pa.int32(), safe=False,
        ),
        **{name: pa.array(kpis[:, place].astype(np.float32)) for place, name in enumerate(outcomes)},
        "ledger_hash": pa.array(np.concatenate([one.ledgers.ravel() for one in good] or [np.empty(0, np.uint64)])),
    }  # fmt: skip
    return {"designs": pa.table(columns), "summaries": pa.table(summaries), "futures": pa.table(futures)}


def _is_number(designs: Designs, key: str) -> bool:
    factor = designs.study.spread.get(key)
    if factor is not None:
        return factor.is_number
    some = [case[key] for case in designs.study.cases if key in case]
    return all(isinstance(one, int | float) and not isinstance(one, bool) for one in some)


def _word(value: float | str | None) -> str | None:
    """A value of a factor that has words too, such as 4 beside "unlimited"."""
    return f"{value:.12g}" if isinstance(value, float) else value


def _words(places: Any, names: Sequence[str]) -> Any:
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int16)), pa.array(list(names), pa.string()))


def parquet(table: pa.Table) -> bytes:
    """Return a table as a file of Parquet, with checksums of its pages."""
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", write_page_checksum=True)  # for other readers than this one
    return buffer.getvalue()


def contents_of(tables: dict[str, pa.Table]) -> Iterator[tuple[int, bytes]]:
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
