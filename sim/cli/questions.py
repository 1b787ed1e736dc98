"""The command line of questions to studies: `weerbaar study effects`, `sobol`, `heatmap` and the others.

Each is answered in a table, or as JSON, with a picture where one is asked for.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

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
    from sim.experiments.studies.scenario_discovery import Losses
    from sim.experiments.studies.sensitivity import Effects, Indices
    from sim.experiments.studies.tradeoffs import Choice, Front, Heat, Regrets
    from sim.show.base.table import PrintedTable

_LATER = dict.fromkeys(("Studied", "Effects", "Indices", "Heat", "Front", "Regrets", "Choice", "Losses"), Any)
"""Names in the signatures of questions that are no option: what they stand for is loaded when one is asked."""

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


Found = TypeVar("Found")
Question = TypeVar("Question", bound=Callable[..., "Answer[Any]"])


@dataclass(frozen=True)
class Answer(Generic[Found]):
    """What was found, and what tells it: a table, and a picture."""

    found: Found
    table: Callable[[Studied, Found, str], PrintedTable]
    picture: Callable[[Studied, Found, str], Any]


def asked(name: str, world: str | None, json: str | None, picture: str | None) -> Studied:
    """Return the results in a store in one world, for a question whose answer can be written; say how much is missing.

    InputError where nothing was played, where there is no such world, and where one of several must be named.
    """
    from sim.experiments.studies.results import Studied

    check_targets(json, picture)
    studied = Studied(opened(name))
    if not len(studied.points):
        raise BadInput(f"STORE: no design of {studied.store.folder} was played yet")
    studied = studied.in_world(world or studied.world.id)
    if not len(studied.points):
        raise BadInput(f"STORE: no design of {studied.store.folder} was played yet in the world {studied.world.id}")
    if not studied.is_complete:
        talk(f"Note: {len(studied.points)} of {studied.store.designs.points} designs were played; this is about those.")
    return studied


def tell(studied: Studied, answer: Answer[Any], json: str | None, picture: str | None, lang: Language | None) -> None:
    """Print an answer as a table, or write it as JSON; with a picture where one is asked for."""
    from sim.show.studies import tables

    language, found = (lang or Language.en).value, answer.found
    if picture is not None:  # before the table, of which a reader may take the first lines only
        hang(picture, answer.picture(studied, found, language), tables.title(studied, language), language)

    def table() -> PrintedTable:
        return tables.placed(studied, answer.table(studied, found, language), language)

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


def plain(value: Any) -> Any:
    """Return an answer as plain data; what is unknown is None."""
    import dataclasses
    import math

    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def question(ask: Question) -> Question:
    """Make a command of a question to results, with what can be asked of all: a world, a picture, JSON, a language.

    Its own options come after the store, those of all questions behind them.
    """

    def command(
        name: StoreName,
        world: OfWorld = None,
        picture: Picture = None,
        json: JsonTarget = None,
        lang: SpokenAlone = None,
        **own: Any,
    ) -> None:
        studied = asked(name, world, json, picture)
        tell(studied, ask(studied, **own), json, picture, lang)

    store, *everywhere, _ = inspect.signature(command, eval_str=True).parameters.values()
    _, *its_own = inspect.signature(ask, eval_str=True, locals=_LATER).parameters.values()
    options = [option.replace(kind=option.KEYWORD_ONLY) for option in (*its_own, *everywhere)]
    command.__name__, command.__doc__ = ask.__name__, ask.__doc__
    setattr(command, "__signature__", inspect.Signature([store, *options]))  # noqa: B010 (typer reads this, and the next)
    command.__annotations__ = {option.name: option.annotation for option in (store, *options)}
    questions.command(cls=BareJson)(guarded(command))
    return ask


@question
def effects(
    studied: Studied, outcome: Outcome = "cash_cost_eur", policy: OfPolicy = None, against: Against = None
) -> Answer[Effects]:
    """What each factor does to an outcome, and below which change it is noise (a tornado)."""
    from sim.experiments.studies import sensitivity
    from sim.show.studies import factor_charts, tables

    return Answer(sensitivity.effects(studied, outcome, policy, against), tables.effects, factor_charts.tornado)


@question
def sobol(
    studied: Studied, outcome: Outcome = "cash_cost_eur", policy: OfPolicy = None, against: Against = None
) -> Answer[Indices]:
    """How much of the spread of an outcome each factor brings, alone and with others (design: sobol)."""
    from sim.experiments.studies import sensitivity
    from sim.show.studies import factor_charts, tables

    return Answer(sensitivity.sobol(studied, outcome, policy, against), tables.indices, factor_charts.sobol)


@question
def heatmap(
    studied: Studied,
    x: Annotated[str, typer.Option("--x", metavar="KEY", help="The factor across; its last word will do.")],
    y: Annotated[str, typer.Option("--y", metavar="KEY", help="The factor up.")],
    outcome: Outcome = "cash_cost_eur",
    policy: OfPolicy = None,
    against: Against = None,
    bins: Annotated[int, typer.Option("--bins", min=2, max=50, help="Classes that a range is cut into.")] = 5,
) -> Answer[Heat]:
    """An outcome over two factors at once."""
    from sim.experiments.studies import tradeoffs
    from sim.show.studies import charts, tables

    answer = tradeoffs.heat(studied, outcome, x, y, policy=policy, against=against, bins=bins)
    return Answer(answer, tables.heat, charts.heat)


@question
def pareto(
    studied: Studied,
    x: Annotated[str, typer.Option("--x", metavar="KPI[:STAT]", help="One aim; STAT is mean, p95 or cvar95.")] = (
        "cash_cost_eur"
    ),
    y: Annotated[str, typer.Option("--y", metavar="KPI[:STAT]", help="The other aim.")] = "cash_cost_eur:cvar95",
) -> Answer[Front]:
    """Which policies no other beats on two aims at once."""
    from sim.experiments.studies import tradeoffs
    from sim.show.studies import charts, tables

    across, up = (tradeoffs.Aim(aim.partition(":")[0], aim.partition(":")[2] or "mean") for aim in (x, y))
    return Answer(tradeoffs.pareto(studied, across, up), tables.pareto, charts.pareto)


@question
def regret(studied: Studied, outcome: Outcome = "cash_cost_eur") -> Answer[Regrets]:
    """How much worse each policy is than the best one of each world."""
    from sim.experiments.studies import tradeoffs
    from sim.show.studies import charts, tables

    return Answer(tradeoffs.regret(studied, outcome), tables.regret, charts.regret)


@question
def best(studied: Studied, outcome: Outcome = "cash_cost_eur", budget: Budget = None) -> Answer[Choice]:
    """The best policy that Flanders can afford, and which others are too close to call."""
    from sim.experiments.studies import tradeoffs
    from sim.show.studies import charts, tables

    return Answer(tradeoffs.best(studied, outcome, budget), tables.best, charts.best)


@question
def losses(
    studied: Studied, outcome: Outcome = "cash_cost_eur", policy: OfPolicy = None, against: Against = None
) -> Answer[Losses]:
    """In which worlds a policy does worse than another, as rules."""
    from sim.experiments.studies import scenario_discovery
    from sim.show.studies import charts, tables

    if len(studied.points) * len(studied.factors) > MANY:
        chat("Note: looking for rules over so many designs and factors takes a minute or so.")
    return Answer(scenario_discovery.losses(studied, outcome, policy, against), tables.losses, charts.losses)


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
    chosen_world, (chosen,) = load(world, [policy], years, settings or [])
    serves = serving(engine)
    with progress("Trying values") as moved:
        optimum = search(
            chosen_world,
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
        "world": chosen_world.id,
        "policy": chosen.id,
        "seed": seed,
        "replications": replications,
    }
    shown = [best_values.values, best_values.trials] if details else [best_values.values]
    if picture is not None:
        hang(picture, best_values.picture(chosen, optimum, language), chosen_world.title[language], language)
    hand_over(json, lambda: head | plain(optimum), lambda: [table(chosen, optimum, language) for table in shown])


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
