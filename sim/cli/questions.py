"""The command line of questions to studies: `weerbaar study effects`, `sobol`, `heatmap` and the others.

Each is answered in a table, or as JSON, with a picture where one is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.options import (
    BareJson,
    EngineName,
    JsonTarget,
    Language,
    PolicyName,
    Replications,
    Seed,
    Settings,
    SpokenAlone,
    Workers,
    WorldName,
    Years,
    guarded,
)
from sim.cli.study import StoreName, opened
from sim.cli.targets import check_page, check_target, write_json
from sim.cli.terminal import BadInput, chat, progress, talk

if TYPE_CHECKING:
    from sim.experiments.studies.results import Studied
    from sim.show.base.table import PrintedTable

questions = typer.Typer(pretty_exceptions_enable=False)

MANY = 200_000
"""Values of factors over which the search for rules takes long."""


Outcome = Annotated[str, typer.Option("--outcome", metavar="KPI", help="The outcome, such as citizen_harm_eur.")]
OfPolicy = Annotated[str | None, typer.Option("--policy", metavar="ID", help="Of which policy; default: the last.")]
Against = Annotated[
    str | None, typer.Option("--against", metavar="ID", help="Look at the difference with this policy.")
]
Budget = Annotated[
    float | None, typer.Option("--budget", min=0, metavar="EUR", help="What Flanders may pay a year, on average.")
]
OfWorld = Annotated[
    str | None, typer.Option("--world", metavar="ID", help="In which world; to be named where the study has several.")
]
Picture = Annotated[
    str | None, typer.Option("--picture", metavar="FILE", help="Write a picture too, as a page: FILE.html.")
]


def asked(name: str, world: str | None, json: str | None, picture: str | None) -> Studied:
    """Return the results in a store in one world, for a question whose answer can be written; say how much is missing.

    InputError where nothing was played, where there is no such world, and where one of several must be named.
    """
    from sim.experiments.studies.results import Studied

    check_targets(json, picture)
    found = Studied(opened(name))
    if not len(found.points):
        raise BadInput(f"STORE: no design of {found.store.folder} was played yet")
    found = found.in_world(world or found.world.id)
    if not len(found.points):
        raise BadInput(f"STORE: no design of {found.store.folder} was played yet in the world {found.world.id}")
    if not found.is_complete:
        talk(f"Note: {len(found.points)} of {found.store.designs.points} designs were played; this is about those.")
    return found


def tell(studied: Studied, found: Any, name: str, json: str | None, picture: str | None, lang: Language | None) -> None:
    """Print an answer as a table, or write it as JSON; with a picture where one is asked for."""
    from sim.show.studies import charts, factor_charts
    from sim.show.studies import tables as study_tables

    language = (lang or Language.en).value
    if picture is not None:  # before the table, of which a reader may take the first lines only
        of_factors: dict[str, Callable[..., Any]] = {"effects": factor_charts.tornado, "indices": factor_charts.sobol}
        draw = of_factors[name] if name in of_factors else getattr(charts, name)
        hang(picture, draw(studied, found, language), study_tables.title(studied, language), language)

    def table() -> PrintedTable:
        return study_tables.placed(studied, getattr(study_tables, name)(studied, found, language), language)

    hand_over(json, lambda: {"world": studied.world.id} | plain(found), lambda: [table()])


def check_targets(json: str | None, picture: str | None) -> None:
    """Raise BadInput where an answer could not be written."""
    check_target("--json", json)
    if picture is not None:
        check_page("--picture", picture)


def hand_over(json: str | None, data: Callable[[], Any], tables: Callable[[], list[PrintedTable]]) -> None:
    """Write an answer as JSON where that is asked for, and print its tables unless JSON takes their place."""
    from sim.cli.terminal import console, show_table

    if json is not None:
        write_json(json, data())
    if json != "-":
        for table in tables():
            show_table(console(), table)


def hang(picture: str, figure: Any, title: str, language: str) -> None:
    """Write a picture as a page of its own."""
    from sim.show.base.html_page import write_page

    write_page(figure, Path(picture), title, language)


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


@questions.command(cls=BareJson)
@guarded
def effects(
    name: StoreName,
    outcome: Outcome = "cash_cost_eur",
    policy: OfPolicy = None,
    against: Against = None,
    world: OfWorld = None,
    picture: Picture = None,
    json: JsonTarget = None,
    lang: SpokenAlone = None,
) -> None:
    """What each factor does to an outcome, and below which change it is noise (a tornado)."""
    from sim.experiments.studies import sensitivity

    found = asked(name, world, json, picture)
    tell(found, sensitivity.effects(found, outcome, policy, against), "effects", json, picture, lang)


@questions.command(cls=BareJson)
@guarded
def sobol(
    name: StoreName,
    outcome: Outcome = "cash_cost_eur",
    policy: OfPolicy = None,
    against: Against = None,
    world: OfWorld = None,
    picture: Picture = None,
    json: JsonTarget = None,
    lang: SpokenAlone = None,
) -> None:
    """How much of the spread of an outcome each factor brings, alone and with others (design: sobol)."""
    from sim.experiments.studies import sensitivity

    found = asked(name, world, json, picture)
    tell(found, sensitivity.sobol(found, outcome, policy, against), "indices", json, picture, lang)


@questions.command(cls=BareJson)
@guarded
def heatmap(
    name: StoreName,
    x: Annotated[str, typer.Option("--x", metavar="KEY", help="The factor across; its last word will do.")],
    y: Annotated[str, typer.Option("--y", metavar="KEY", help="The factor up.")],
    outcome: Outcome = "cash_cost_eur",
    policy: OfPolicy = None,
    against: Against = None,
    bins: Annotated[int, typer.Option("--bins", min=2, max=50, help="Classes that a range is cut into.")] = 5,
    world: OfWorld = None,
    picture: Picture = None,
    json: JsonTarget = None,
    lang: SpokenAlone = None,
) -> None:
    """An outcome over two factors at once."""
    from sim.experiments.studies import tradeoffs

    found = asked(name, world, json, picture)
    answer = tradeoffs.heat(found, outcome, x, y, policy=policy, against=against, bins=bins)
    tell(found, answer, "heat", json, picture, lang)


@questions.command(cls=BareJson)
@guarded
def pareto(
    name: StoreName,
    x: Annotated[str, typer.Option("--x", metavar="KPI[:STAT]", help="One aim; STAT is mean, p95 or cvar95.")] = (
        "cash_cost_eur"
    ),
    y: Annotated[str, typer.Option("--y", metavar="KPI[:STAT]", help="The other aim.")] = "cash_cost_eur:cvar95",
    world: OfWorld = None,
    picture: Picture = None,
    json: JsonTarget = None,
    lang: SpokenAlone = None,
) -> None:
    """Which policies no other beats on two aims at once."""
    from sim.experiments.studies import tradeoffs

    found = asked(name, world, json, picture)
    aims = [tradeoffs.Aim(one.partition(":")[0], one.partition(":")[2] or "mean") for one in (x, y)]
    tell(found, tradeoffs.pareto(found, *aims), "pareto", json, picture, lang)


@questions.command(cls=BareJson)
@guarded
def regret(
    name: StoreName,
    outcome: Outcome = "cash_cost_eur",
    world: OfWorld = None,
    picture: Picture = None,
    json: JsonTarget = None,
    lang: SpokenAlone = None,
) -> None:
    """How much worse each policy is than the best one of each world."""
    from sim.experiments.studies import tradeoffs

    found = asked(name, world, json, picture)
    tell(found, tradeoffs.regret(found, outcome), "regret", json, picture, lang)


@questions.command(cls=BareJson)
@guarded
def best(
    name: StoreName,
    outcome: Outcome = "cash_cost_eur",
    budget: Budget = None,
    world: OfWorld = None,
    picture: Picture = None,
    json: JsonTarget = None,
    lang: SpokenAlone = None,
) -> None:
    """The best policy that Flanders can afford, and which others are too close to call."""
    from sim.experiments.studies import tradeoffs

    found = asked(name, world, json, picture)
    tell(found, tradeoffs.best(found, outcome, budget), "best", json, picture, lang)


@questions.command(cls=BareJson)
@guarded
def losses(
    name: StoreName,
    outcome: Outcome = "cash_cost_eur",
    policy: OfPolicy = None,
    against: Against = None,
    world: OfWorld = None,
    picture: Picture = None,
    json: JsonTarget = None,
    lang: SpokenAlone = None,
) -> None:
    """In which worlds a policy does worse than another, as rules."""
    from sim.experiments.studies import scenario_discovery as module

    found = asked(name, world, json, picture)
    if len(found.points) * len(found.factors) > MANY:
        chat("Note: looking for rules over so many designs and factors takes a minute or so.")
    tell(found, module.losses(found, outcome, policy, against), "losses", json, picture, lang)


# ---- a search ------------------------------------------------------------------------------------------------------


@questions.command(cls=BareJson)
@guarded
def optimise(
    policy: PolicyName,
    over: Annotated[
        list[str], typer.Option("--over", metavar="KEY=LOW:HIGH", help="A key of the policy and its ends; repeatable.")
    ],
    outcome: Outcome = "cash_cost_eur",
    budget: Budget = None,
    world: WorldName = "flanders-2020",
    replications: Replications = 200,
    years: Years = None,
    seed: Seed = 2026,
    engine: EngineName = None,
    workers: Workers = None,
    settings: Settings = None,
    details: Annotated[bool, typer.Option("--details", help="Print all that was tried.")] = False,
    picture: Picture = None,
    json: JsonTarget = None,
    lang: SpokenAlone = None,
) -> None:
    """The best values of a policy that Flanders can afford: a search, judged in futures that had no part in it."""
    from sim.cli.answer import load, serving
    from sim.experiments.optima.search import optimise as search
    from sim.show.studies import best_values
    from sim.version import MODEL_VERSION

    ends = all_ends(over)
    check_targets(json, picture)
    found_world, (chosen,) = load(world, [policy], years, settings or [])
    serves = serving(engine)
    with progress("Trying values") as moved:
        found = search(
            found_world,
            chosen,
            ends,
            outcome=outcome,
            budget=budget,
            replications=replications,
            seed=seed,
            engine=serves,
            workers=workers,
            progress=moved,
        )
    language = (lang or Language.en).value
    head = {
        "model_version": MODEL_VERSION,
        "world": found_world.id,
        "policy": chosen.id,
        "seed": seed,
        "replications": replications,
    }
    shown = [best_values.values, best_values.trials] if details else [best_values.values]
    if picture is not None:
        hang(picture, best_values.picture(chosen, found, language), found_world.title[language], language)
    hand_over(json, lambda: head | plain(found), lambda: [table(chosen, found, language) for table in shown])


def all_ends(over: list[str]) -> dict[str, tuple[float, float]]:
    """Return the two ends of each key, from KEY=LOW:HIGH. Raises BadInput for anything else, all of it at once."""
    found: dict[str, tuple[float, float]] = {}
    wrong = []
    for text in over:
        key, _, ends = text.partition("=")
        low, _, high = ends.partition(":")
        try:
            both = float(low), float(high)
        except ValueError:
            wrong.append(f"--over: {text[:80]} must be KEY=LOW:HIGH, such as response.teams=2:8")
            continue
        if found.setdefault(key.strip(), both) != both:
            wrong.append(f"--over: {key[:80]} is named twice, with other ends")
    if wrong:
        raise BadInput("\n".join(wrong))
    return found
