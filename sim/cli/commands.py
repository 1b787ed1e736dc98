"""The command line: `weerbaar run`, `compare`, `explain`, `trace`, `validate`, `parameters`, `list`, `study` and more.

Exit codes: 0 done, 2 bad input (nothing written), 130 interrupted (what was done is kept), 1 a fault of ours; a study
has two more, see `study.py`.
Heavy modules are imported where they are used, so that help and version come at once.
"""

from __future__ import annotations

import gc
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli.answer import Question, answer, load, say_it_compiles, serving
from sim.cli.inventory import list_, parameters, validate
from sim.cli.options import (
    BareJson,
    Details,
    EngineName,
    Force,
    JsonTarget,
    Language,
    Once,
    PolicyName,
    Quick,
    Replication,
    Replications,
    ReportTarget,
    Seed,
    Settings,
    Spoken,
    SpokenAlone,
    TablesTarget,
    Workers,
    WorldName,
    Years,
    admit,
    guarded,
)
from sim.cli.questions import questions
from sim.cli.study import study
from sim.cli.targets import Targets, check_address, check_file, check_target, write_json
from sim.cli.terminal import BadInput, chat, progress
from sim.streams import fault_of, forget_odd_sizes, make_streams_last
from sim.version import MODEL_VERSION

app = typer.Typer(
    name="weerbaar",
    help="What cyber attacks cost municipalities, and who pays, under different policies. A model, not a forecast.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


# ---- one or more policies ------------------------------------------------------------------------------------------


@app.command(cls=Once)
@guarded
def run(
    policy: PolicyName,
    world: WorldName = "flanders-2020",
    replications: Replications = 200,
    years: Years = None,
    seed: Seed = 2026,
    engine: EngineName = None,
    workers: Workers = None,
    settings: Settings = None,
    quick: Quick = False,
    json: JsonTarget = None,
    tables: TablesTarget = None,
    report: ReportTarget = None,
    force: Force = False,
    lang: Spoken = None,
) -> None:
    """One policy: every outcome with its interval, and who pays."""
    from sim.cli.terminal import show_run

    question = Question(
        "run", [policy], world, replications, years, seed, engine, workers, settings or [], quick, force=force
    )
    answer(question, Targets(json, tables, report), lang, show_run)


@app.command(cls=Once)
@guarded
def compare(
    policies: Annotated[
        list[str], typer.Argument(metavar="POLICY", help="Policies, by id or file; the first is the baseline.")
    ],
    world: WorldName = "flanders-2020",
    replications: Replications = 200,
    years: Years = None,
    seed: Seed = 2026,
    engine: EngineName = None,
    workers: Workers = None,
    settings: Settings = None,
    quick: Quick = False,
    json: JsonTarget = None,
    tables: TablesTarget = None,
    report: ReportTarget = None,
    force: Force = False,
    lang: Spoken = None,
    details: Details = False,
) -> None:
    """Policies on the same futures: differences with the first one, how sure they are, and who pays."""
    from sim.cli.terminal import show_comparison
    from sim.show.tables.overview import TOLD

    question = Question(
        "compare",
        policies,
        world,
        replications,
        years,
        seed,
        engine,
        workers,
        settings or [],
        quick,
        told=details or len(policies) <= TOLD,
        force=force,
    )
    answer(question, Targets(json, tables, report), lang, partial(show_comparison, details=details))


# ---- one future ----------------------------------------------------------------------------------------------------


@app.command(cls=Once)
@guarded
def explain(
    policy: PolicyName,
    municipality: Annotated[
        str | None, typer.Option("--municipality", metavar="NIS|NAME", help="Whose story; a name or a NIS code.")
    ] = None,
    replication: Replication = 0,
    world: WorldName = "flanders-2020",
    years: Years = None,
    seed: Seed = 2026,
    engine: EngineName = None,
    settings: Settings = None,
    lang: SpokenAlone = None,
) -> None:
    """One municipality's story in one future: what happens, how long it lasts, what it costs and who pays."""
    found, (chosen,) = load(world, [policy], years, settings or [])
    if municipality is None:
        if len(found.municipalities) > 1:
            raise BadInput(f"--municipality: name one of the {len(found.municipalities)} municipalities of {found.id}")
        municipality = found.municipalities[0].name
    found.by_name(municipality)  # a wrong name is said before the work
    from sim.cli.terminal import console
    from sim.experiments.comparison.compare import explain as story_of

    serves = serving(engine)
    story = story_of(found, chosen, municipality=municipality, replication=replication, seed=seed, engine=serves)
    out = console()
    out.print(story.text((lang or Language.en).value), soft_wrap=not out.is_terminal)


@app.command(cls=Once)
@guarded
def trace(
    policy: PolicyName,
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="Where to: a name ending in .csv or .parquet.")],
    replication: Replication = 0,
    world: WorldName = "flanders-2020",
    years: Years = None,
    seed: Seed = 2026,
    engine: EngineName = None,
    settings: Settings = None,
) -> None:
    """Every event and payment of one future, in order of time, as a table."""
    if Path(out).suffix.lower() not in (".csv", ".parquet"):
        raise BadInput(f"--out: {out or 'an empty name'} must end in .csv or .parquet")
    check_file("--out", out)
    found, (chosen,) = load(world, [policy], years, settings or [])
    from sim.cli.targets import write_frame
    from sim.experiments.comparison.compare import simulate
    from sim.results.trace import trace as events_of
    from sim.rules.calendar import MINUTES_PER_DAY

    future = simulate(found, chosen, replication=replication, seed=seed, engine=serving(engine))
    horizon = (found.end - found.start).days * MINUTES_PER_DAY
    events = events_of(found, future.postings, future.incidents, horizon)
    write_frame(Path(out), events)
    chat(f"{len(events)} events in {out}")


@app.command(cls=BareJson)
@guarded
def history(
    policy: Annotated[str, typer.Argument(metavar="POLICY", help="The policy of those years.")] = "status-quo-2020",
    replications: Replications = 50,
    world: WorldName = "flanders-2020",
    seed: Seed = 2026,
    engine: EngineName = None,
    settings: Settings = None,
    json: JsonTarget = None,
    lang: SpokenAlone = None,
) -> None:
    """The model beside what happened: incidents of 2020 to 2023, costs, outages and suppliers that fell."""
    check_target("--json", json)
    found, (chosen,) = load(world, [policy], None, settings or [])
    from sim.cli.terminal import show_history
    from sim.experiments.validation.history import history as checks_of
    from sim.show.tables.real_incidents import to_json

    serves = serving(engine)
    with progress("Playing futures") as report:
        checks = checks_of(found, chosen, replications=replications, seed=seed, engine=serves, progress=report)
    if json is not None:
        head = {"model_version": MODEL_VERSION, "world": found.id, "policy": chosen.id, "seed": seed}
        write_json(json, head | {"replications": replications, "figures": to_json(checks)})
    if json != "-":
        show_history(checks, replications, seed, (lang or Language.en).value)


@app.command(cls=BareJson)
@guarded
def optimum(
    policy: PolicyName,
    municipality: Annotated[
        str | None, typer.Option("--municipality", metavar="NIS|NAME", help="One of them: its curve, and what decides.")
    ] = None,
    world: WorldName = "flanders-2020",
    settings: Settings = None,
    json: JsonTarget = None,
    lang: SpokenAlone = None,
) -> None:
    """How much prevention is best for municipalities themselves and for everybody, beside what is spent."""
    check_target("--json", json)
    found, (chosen,) = load(world, [policy], None, settings or [])
    town = None if municipality is None else found.by_name(municipality)
    from sim.cli.terminal import optimum_json, show_optimum
    from sim.experiments.optima.prevention_optimum import must_compile

    if must_compile(found, chosen):
        say_it_compiles("ten seconds")
    if json is not None:
        write_json(json, optimum_json(found, chosen, town))
    if json != "-":
        show_optimum(found, chosen, town, (lang or Language.en).value)


# ---- what there is -------------------------------------------------------------------------------------------------

app.command()(validate)
app.command(cls=BareJson)(parameters)
app.command("list", cls=BareJson)(list_)
study.add_typer(questions)
app.add_typer(study)


# ---- around it -----------------------------------------------------------------------------------------------------


@app.command("app")
@guarded
def start_app(
    host: Annotated[str, typer.Option("--host", help="Who may connect; 127.0.0.1 is this machine only.")] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65535, help="Default: 8501, or the next free.")
    ] = None,
    path: Annotated[
        str, typer.Option("--path", help="Serve under this path of the address, behind a web server.")
    ] = "",
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Whether to open a browser.")] = True,
) -> None:
    """Open the simulator in the browser."""
    check_address(host, port)
    command = [sys.executable, "-m", "sim.web", "--host", host]
    command += [] if port is None else ["--port", str(port)]
    command += [] if not path else ["--path", path]
    command += [] if browser else ["--no-browser"]
    with subprocess.Popen(command) as server:
        before = signal.signal(signal.SIGTERM, lambda *_: server.terminate())  # whoever ends this, ends the server
        try:
            while True:
                try:
                    code = server.wait()
                    break
                except KeyboardInterrupt:  # the server was told too, and is stopping
                    continue
        finally:
            signal.signal(signal.SIGTERM, before)
    raise typer.Exit(max(code, 0))


@app.command()
@guarded
def warmup() -> None:
    """Compile ahead of the first run (some half a minute, once for each version), and say how long that took."""
    from sim.experiments.replicate import get_ready

    for engine in dict.fromkeys((serving(None), "reference")):
        begun = time.perf_counter()
        get_ready(engine)
        print(f"{engine}: ready in {time.perf_counter() - begun:.1f} s")


@app.command()
def version() -> None:
    """The version of Weerbaar and of its model."""
    print(f"weerbaar {MODEL_VERSION}")


def main() -> None:
    """Run the command line and leave with its exit code."""
    gc.set_threshold(100_000)  # modules that load make many objects and no garbage: a tenth of a short command
    forget_odd_sizes()
    make_streams_last()
    try:
        app(prog_name="weerbaar")
        code: Any = 0
    except SystemExit as end:
        code = end.code
    except Exception as error:
        code = admit(error)
    if (fault := fault_of(sys.stdout)) is not None:  # of all that was asked for, only this is missing
        code = code or admit(fault)
    fault_of(sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
