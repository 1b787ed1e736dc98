"""The command line of studies: `weerbaar study run`, `resume`, `status`, `check` and `export`.

Exit codes: those of the other commands, and 3 where designs failed, 4 where the disk was full (what was done is kept).
"""

from __future__ import annotations

import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.options import BareJson, Engine, EngineName, JsonTarget, Once, Settings, Workers, guarded
from sim.cli.targets import check_folder, check_target, write_json
from sim.cli.terminal import chat, progress, talk

if TYPE_CHECKING:
    from sim.experiments.studies.results import Studied
    from sim.experiments.studies.store import Store
    from sim.model.study.study import Study

study = typer.Typer(
    name="study",
    help="Many designs at once: run a study, stop and resume it, and ask its store what matters.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

FULL = 4
"""Exit code where the disk was full."""


class Form(StrEnum):
    """What a store can be written out as."""

    csv = "csv"
    parquet = "parquet"
    excel = "excel"


StudyName = Annotated[str, typer.Argument(metavar="STUDY", help="A study: an id or a file.")]
StoreName = Annotated[str, typer.Argument(metavar="STORE", help="The folder of a study, or its id.")]
StoreFolder = Annotated[
    str | None, typer.Option("--store", metavar="DIR", help="Where to keep it; default: a folder ID.store here.")
]
Processes = Annotated[
    bool, typer.Option("--processes", help="Play in processes in place of threads, with the same results.")
]
Cluster = Annotated[
    str | None,
    typer.Option("--cluster", metavar="local:N|tcp://...", help="Play on a Dask cluster, with the same results."),
]


def default_store(study_id: str) -> Path:
    """Return the folder of a study that was given none."""
    return Path(f"{study_id}.store")


def opened(name: str) -> Store:
    """Return the store in a folder, or that of the study with this id or in this file."""
    from sim.experiments.studies.store import Store
    from sim.model.files.folders import MANIFEST
    from sim.model.files.load import load_study

    if Path(name).is_dir():
        return Store.opened(name)
    if (default_store(name) / MANIFEST).is_file():
        return Store.opened(default_store(name))
    return Store.opened(default_store(load_study(name).id))


# ---- playing -------------------------------------------------------------------------------------------------------


@study.command(cls=Once)
@guarded
def run(
    name: StudyName,
    store: StoreFolder = None,
    designs: Annotated[
        int | None, typer.Option("--designs", min=1, metavar="N", help="Points to draw, in place of the study's size.")
    ] = None,
    replications: Annotated[
        int | None, typer.Option("--replications", min=1, max=1_000_000, metavar="N", help="Futures of a design.")
    ] = None,
    years: Annotated[int | None, typer.Option("--years", min=1, max=50, metavar="H", help="Years in a future.")] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, max=2**63 - 1, metavar="S", help="In place of the study's seed.")
    ] = None,
    engine: EngineName = None,
    workers: Workers = None,
    processes: Processes = False,
    cluster: Cluster = None,
    settings: Settings = None,
) -> None:
    """Play a study and keep it in a folder; what the folder holds already is not played again."""
    from sim.cli.answer import check_years
    from sim.model.files.load import load_with_warnings
    from sim.model.study.study import Study

    check_years(years, settings or [])
    if store is not None:
        check_folder("--store", store)
    found, notes = load_with_warnings("study", name, settings or [])
    assert isinstance(found, Study)
    for note in notes:
        talk(f"Note: {note}")
    changes: dict[str, Any] = {"size": designs, "replications": replications, "years": years, "seed": seed}
    if changes := {key: value for key, value in changes.items() if value is not None}:
        found = found.with_values(changes)
    play(found, Path(store) if store else default_store(found.id), engine, workers, processes, cluster)


@study.command(cls=Once)
@guarded
def resume(
    name: StoreName,
    engine: EngineName = None,
    workers: Workers = None,
    processes: Processes = False,
    cluster: Cluster = None,
) -> None:
    """Go on with a study that was stopped: only what is missing is played."""
    found = opened(name)
    play(found.study, found.folder, engine, workers, processes, cluster)


def play(
    found: Study, folder: Path, engine: Engine | None, workers: int | None, processes: bool, cluster: str | None
) -> None:
    """Play what is missing, say what is there then, and leave with the exit code that belongs to it."""
    from sim.cli.answer import serving
    from sim.experiments.studies.run import run_study
    from sim.experiments.studies.store import StoreFull
    from sim.model.problems import Halted

    begun = time.perf_counter()
    try:
        with progress("Playing designs") as moved:
            result = run_study(
                found,
                folder,
                engine=serving(engine),
                pool="processes" if processes else None,
                workers=workers,
                cluster=cluster,
                progress=moved,
            )
    except StoreFull:
        talk(
            f"The disk of {folder} is full. What was written before is whole and kept. Make room, and go on with: "
            f"weerbaar study resume {folder}"
        )
        raise typer.Exit(FULL) from None
    except Halted as error:
        talk(f"Interrupted: {error}. What was done is kept. Go on with: weerbaar study resume {folder}")
        raise typer.Exit(130) from None
    show_status(result)
    chat(f"Took {time.perf_counter() - begun:.1f} s.")
    if result.interrupted:
        talk(f"Interrupted; what was done is kept. Go on with: weerbaar study resume {folder}")
        raise typer.Exit(130)
    if result.failed:
        talk(f"{_count(result.failed, 'design')} failed: weerbaar study status {folder} says why.")
        raise typer.Exit(3)


# ---- what there is -------------------------------------------------------------------------------------------------


@study.command(cls=BareJson)
@guarded
def status(name: StoreName, json: JsonTarget = None) -> None:
    """How far a study is, what failed and why, and the hash of what its store holds."""
    from sim.experiments.studies.results import Studied

    check_target("--json", json)
    found = Studied(opened(name))
    if json is not None:
        write_json(json, facts(found))
        return
    show_status(found)
    rows = found.designs()
    for error, some in rows[rows["error"].notna()].groupby("error", sort=False):
        numbers = ", ".join(str(number) for number in some["design"][:5]) + (", ..." if len(some) > 5 else "")
        print(f"Failed: design {numbers} (seed {some['seed'].iloc[0]}): {error}")


@study.command()
@guarded
def check(
    name: StoreName,
    mend: Annotated[
        bool, typer.Option("--mend", help="Delete what is damaged, so that `resume` plays it again.")
    ] = False,
) -> None:
    """Whether a store holds what was written: every file is read and held against its checksum."""
    from sim.experiments.studies.store import mended, verified

    found = opened(name)
    if mend:
        for path in mended(found):
            print(f"Deleted: {path}")
    faults = verified(found)
    for fault in faults:
        print(fault)
    if faults:
        talk(
            f"{_count(len(faults), 'fault')}; weerbaar study check {found.folder} --mend deletes what is damaged, and "
            f"weerbaar study resume {found.folder} plays it again."
        )
        raise typer.Exit(2)
    missing = len(found.missing())
    print(
        f"{found.folder} is sound: {_count(len(found.parts()), 'part')}, hash {found.digest()}"
        + (f"; {_count(missing, 'design')} not played yet: weerbaar study resume {found.folder}" if missing else "")
    )


def facts(found: Studied) -> dict[str, Any]:
    """Return what there is to say about a store, as plain data."""
    store = found.store
    return {
        "study": found.study.id,
        "store": str(store.folder),
        "designs": len(store.designs),
        "played": len(found.points),
        "failed": found.failed,
        "is_complete": found.is_complete,
        "futures": int(found.points["replications"].sum()) * len(found.study.played),
        "bytes": store.size(),
        "hash": store.digest(),
        **{key: store.manifest[key] for key in ("seed", "model_version", "study_digest", "versions")},
    }


def show_status(found: Studied) -> None:
    """Print how far a study is."""
    told = facts(found)
    print(
        f"{told['study']}: {told['played']} of {_count(told['designs'], 'design')} played"
        + (f", {told['failed']} failed" if told["failed"] else "")
        + f", {told['futures']} futures"
    )
    print(
        f"Store {told['store']}: {told['bytes'] / 1e6:.1f} MB, hash {told['hash']}, seed {told['seed']}, "
        f"Weerbaar {told['model_version']}"
    )


@study.command(cls=Once)
@guarded
def export(
    name: StoreName,
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="Where to: a folder.")],
    form: Annotated[Form, typer.Option("--format", help="What to write.")] = Form.csv,
) -> None:
    """Write the tables of a store: designs, summaries and futures."""
    from sim.experiments.studies.export import export as write

    check_folder("--out", out)
    for path in write(opened(name), out, form.value):
        print(path)


def _count(n: int, what: str) -> str:
    return f"1 {what}" if n == 1 else f"{n} {what}s"
