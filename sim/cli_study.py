"""The command line of studies: `weerbaar study run`, `resume`, `status`, `export`, and the questions to a store.

Exit codes: those of the other commands, and 3 where designs failed, 4 where the disk was full (what was done is kept).
"""

from __future__ import annotations

import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli_options import BareJson, Engine, EngineName, JsonTarget, Language, Settings, Spoken, Workers, guarded
from sim.cli_output import BadInput, chat, check_file, progress, talk, write_json

if TYPE_CHECKING:
    from sim.experiments.store import Store
    from sim.experiments.studied import Studied
    from sim.model.study import Study

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
    from sim.experiments.store import MANIFEST, Store
    from sim.model.files import load_study

    if (Path(name) / MANIFEST).is_file() or Path(name).is_dir():
        return Store.opened(name)
    return Store.opened(default_store(load_study(name).id))


def asked(name: str) -> Studied:
    """Return the results in a store, for a question; say how much is missing. InputError where nothing was played."""
    from sim.experiments.studied import Studied

    found = Studied(opened(name))
    if not len(found.points):
        raise BadInput(f"STORE: no design of {found.store.folder} was played yet")
    if not found.is_complete:
        talk(f"Note: {len(found.points)} of {len(found.store.designs)} designs were played; this is about those.")
    return found


# ---- playing -------------------------------------------------------------------------------------------------------


@study.command()
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
    from sim.model.files import load_study

    found = load_study(name, settings or [])
    changes: dict[str, Any] = {"size": designs, "replications": replications, "years": years, "seed": seed}
    if changes := {key: value for key, value in changes.items() if value is not None}:
        found = found.with_values(changes)
    play(found, Path(store) if store else default_store(found.id), engine, workers, processes, cluster)


@study.command()
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
    from sim.cli_answer import serving
    from sim.experiments.store import StoreFull
    from sim.experiments.study import run_study

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
    from sim.experiments.studied import Studied

    if json not in (None, "-"):
        check_file("--json", str(json))
    found = Studied(opened(name))
    if json is not None:
        write_json(json, facts(found))
        return
    show_status(found)
    rows = found.designs()
    for error, some in rows[rows["error"].notna()].groupby("error", sort=False):
        numbers = ", ".join(str(number) for number in some["design"][:5]) + (", ..." if len(some) > 5 else "")
        print(f"Failed: design {numbers} (seed {some['seed'].iloc[0]}): {error}")


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
    print(f"{told['study']}: {told['played']} of {_count(told['designs'], 'design')} played"
          + (f", {told['failed']} failed" if told["failed"] else "") + f", {told['futures']} futures")  # fmt: skip
    print(f"Store {told['store']}: {told['bytes'] / 1e6:.1f} MB, hash {told['hash']}, seed {told['seed']}, "
          f"Weerbaar {told['model_version']}")  # fmt: skip


@study.command()
@guarded
def export(
    name: StoreName,
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="Where to: a folder.")],
    form: Annotated[Form, typer.Option("--format", help="What to write.")] = Form.csv,
) -> None:
    """Write the tables of a store: designs, summaries and futures."""
    from sim.experiments.exporting import export as write

    for path in write(opened(name), out, form.value):
        print(path)


def _count(n: int, what: str) -> str:
    return f"1 {what}" if n == 1 else f"{n} {what}s"


# ---- questions -----------------------------------------------------------------------------------------------------


Outcome = Annotated[str, typer.Option("--outcome", metavar="KPI", help="The outcome, such as citizen_harm_eur.")]
OfPolicy = Annotated[str | None, typer.Option("--policy", metavar="ID", help="Of which policy; default: the last.")]
Against = Annotated[
    str | None, typer.Option("--against", metavar="ID", help="Look at the difference with this policy.")
]
Picture = Annotated[
    str | None, typer.Option("--picture", metavar="FILE", help="Write a picture too, as a page: FILE.html.")
]


def tell(studied: Studied, found: Any, name: str, json: str | None, picture: str | None, lang: Language | None) -> None:
    """Print an answer as a table, or write it as JSON; with a picture where one is asked for."""
    from sim.cli_output import console, show_table
    from sim.show import study_charts, study_tables

    language = (lang or Language.en).value
    for option, target in (("--json", json), ("--picture", picture)):
        if target not in (None, "-"):
            check_file(option, str(target))
    if json is not None:
        write_json(json, plain(found))
    if json != "-":
        show_table(console(), getattr(study_tables, name)(studied, found, language))
    if picture is not None:
        draw = getattr(study_charts, {"effects": "tornado", "indices": "sobol"}.get(name, name))
        from sim.show.page import write_page

        write_page(draw(studied, found, language), Path(picture), studied.study.title[language], language)


def plain(found: Any) -> Any:
    """Return an answer as plain data; what is unknown is None."""
    import dataclasses
    import math

    if dataclasses.is_dataclass(found):
        return {field.name: plain(getattr(found, field.name)) for field in dataclasses.fields(found)}
    if hasattr(found, "tolist"):
        return plain(found.tolist())
    if isinstance(found, dict):
        return {key: plain(value) for key, value in found.items()}
    if isinstance(found, list | tuple):
        return [plain(value) for value in found]
    return None if isinstance(found, float) and not math.isfinite(found) else found


@study.command(cls=BareJson)
@guarded
def effects(
    name: StoreName,
    outcome: Outcome = "cash_cost_eur",
    policy: OfPolicy = None,
    against: Against = None,
    picture: Picture = None,
    json: JsonTarget = None,
    lang: Spoken = None,
) -> None:
    """What each factor does to an outcome, and below which change it is noise (a tornado)."""
    from sim.experiments import sensitivity

    found = asked(name)
    tell(found, sensitivity.effects(found, outcome, policy, against), "effects", json, picture, lang)


@study.command(cls=BareJson)
@guarded
def sobol(
    name: StoreName,
    outcome: Outcome = "cash_cost_eur",
    policy: OfPolicy = None,
    against: Against = None,
    world: Annotated[
        str | None, typer.Option("--world", metavar="ID", help="In which world; default: the first.")
    ] = None,
    picture: Picture = None,
    json: JsonTarget = None,
    lang: Spoken = None,
) -> None:
    """How much of the spread of an outcome each factor brings, alone and with others (design: sobol)."""
    from sim.experiments import sensitivity

    found = asked(name)
    tell(found, sensitivity.sobol(found, outcome, policy, against, world), "indices", json, picture, lang)


@study.command(cls=BareJson)
@guarded
def heatmap(
    name: StoreName,
    x: Annotated[str, typer.Option("--x", metavar="KEY", help="The factor across; its last word will do.")],
    y: Annotated[str, typer.Option("--y", metavar="KEY", help="The factor up.")],
    outcome: Outcome = "cash_cost_eur",
    policy: OfPolicy = None,
    against: Against = None,
    bins: Annotated[int, typer.Option("--bins", min=2, max=50, help="Classes that a range is cut into.")] = 5,
    picture: Picture = None,
    json: JsonTarget = None,
    lang: Spoken = None,
) -> None:
    """An outcome over two factors at once."""
    from sim.experiments import tradeoffs

    found = asked(name)
    answer = tradeoffs.heat(found, outcome, x, y, policy=policy, against=against, bins=bins)
    tell(found, answer, "heat", json, picture, lang)


@study.command(cls=BareJson)
@guarded
def pareto(
    name: StoreName,
    x: Annotated[str, typer.Option("--x", metavar="KPI[:STAT]", help="One aim; STAT is mean, p95 or cvar95.")] = (
        "cash_cost_eur"
    ),
    y: Annotated[str, typer.Option("--y", metavar="KPI[:STAT]", help="The other aim.")] = "cash_cost_eur:cvar95",
    picture: Picture = None,
    json: JsonTarget = None,
    lang: Spoken = None,
) -> None:
    """Which policies no other beats on two aims at once."""
    from sim.experiments import tradeoffs

    found = asked(name)
    aims = [tradeoffs.Aim(one.partition(":")[0], one.partition(":")[2] or "mean") for one in (x, y)]
    tell(found, tradeoffs.pareto(found, *aims), "pareto", json, picture, lang)


@study.command(cls=BareJson)
@guarded
def regret(
    name: StoreName,
    outcome: Outcome = "cash_cost_eur",
    picture: Picture = None,
    json: JsonTarget = None,
    lang: Spoken = None,
) -> None:
    """How much worse each policy is than the best one of each world."""
    from sim.experiments import tradeoffs

    found = asked(name)
    tell(found, tradeoffs.regret(found, outcome), "regret", json, picture, lang)


@study.command(cls=BareJson)
@guarded
def best(
    name: StoreName,
    outcome: Outcome = "cash_cost_eur",
    budget: Annotated[
        float | None, typer.Option("--budget", min=0, metavar="EUR", help="What Flanders may pay a year, on average.")
    ] = None,
    picture: Picture = None,
    json: JsonTarget = None,
    lang: Spoken = None,
) -> None:
    """The best policy that Flanders can afford, and which others are too close to call."""
    from sim.experiments import tradeoffs

    found = asked(name)
    tell(found, tradeoffs.best(found, outcome, budget), "best", json, picture, lang)


@study.command(cls=BareJson)
@guarded
def losses(
    name: StoreName,
    outcome: Outcome = "cash_cost_eur",
    policy: OfPolicy = None,
    against: Against = None,
    picture: Picture = None,
    json: JsonTarget = None,
    lang: Spoken = None,
) -> None:
    """In which worlds a policy does worse than another, as rules."""
    from sim.experiments import losses as module

    found = asked(name)
    tell(found, module.losses(found, outcome, policy, against), "losses", json, picture, lang)
