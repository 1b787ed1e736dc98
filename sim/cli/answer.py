"""How the command line answers a question about policies: play it, show it, look what it hangs on, write it."""

from __future__ import annotations

import shlex
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from sim.cli.options import Engine, Language
from sim.cli.targets import Targets
from sim.cli.terminal import BadInput, chat, progress, talk

if TYPE_CHECKING:
    from sim.experiments.comparison.compare import Comparison
    from sim.model.policy.policy import Policy
    from sim.model.world.world import World

SMALL_WORK = 60_000
"""Years lived by municipalities (all futures and policies together) below which more processes only cost time."""

MUCH_MEMORY = 1_000_000_000
"""Bytes of which it is said that an answer takes them."""


@dataclass(frozen=True)
class Question:
    """What is to be played."""

    verb: str
    policies: Sequence[str]
    world: str
    replications: int
    years: int | None
    seed: int
    engine: Engine | None
    workers: int | None
    settings: Sequence[str]
    quick: bool
    told: bool = True  # whether findings are told in words
    force: bool = False  # whether to go on where the memory may not do

    def command(self, result: Comparison) -> str:
        """Return the command that gives this result again."""
        parts = ["weerbaar", self.verb, *self.policies, "--world", self.world]
        parts += ["--replications", str(result.replications), "--years", str(result.years), "--seed", str(self.seed)]
        for setting in self.settings:
            parts += ["--set", setting]
        parts += ["--quick"] if self.quick else []
        return shlex.join(parts)


def load(world: str, policies: Sequence[str], years: int | None, settings: Sequence[str]) -> tuple[World, list[Policy]]:
    """Return the world and the policies; all problems of all of them at once in an InputError."""
    from sim.model.files.load import load_inputs

    check_years(years, settings)
    horizon = [] if years is None else [f"world.years={years}"]
    found, loaded, warnings = load_inputs(world, policies, [*settings, *horizon])
    for warning in warnings:
        talk(f"Note: {warning}")
    names = [policy.id for policy in loaded]
    for position, name in enumerate(names):
        if name in names[:position]:
            first = policies[names.index(name)]
            raise BadInput(f"POLICY: {policies[position]} has the same id as {first} ({name}); name each policy once")
    return found, loaded


def check_years(years: int | None, settings: Sequence[str]) -> None:
    """Raise BadInput where an option and a setting both say how many years there are."""
    if years is not None and any(setting.partition("=")[0].strip() == "world.years" for setting in settings):
        raise BadInput("--years and --set world.years both say how many years a future has; keep one of them")


def serving(engine: Engine | None) -> str:
    """Return the engine that can serve, and say so where it is not the one that was asked for."""
    from sim.experiments.replicate import DEFAULT_ENGINE, must_compile, usable_engine

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        usable = usable_engine(DEFAULT_ENGINE if engine is None else engine.value)
    for warning in said:
        talk(f"Note: {warning.message}")
    if must_compile(usable):
        say_it_compiles("half a minute")
    return usable


def say_it_compiles(time: str) -> None:
    """Say to who is watching that the first answer takes longer."""
    from sim.rules.compiling import NOT_KEPT

    once = "this version has not run here before, and compiles first; that takes about {time}, once."
    chat(f"Note: {NOT_KEPT or once.format(time=time)}")


def fetch_what_shows() -> None:
    """Load what shows an answer while the first futures are played, which leave the interpreter free."""
    import scipy.special  # noqa: F401

    import sim.show.tables.comparison_tables  # noqa: F401
    from sim.text import LANGUAGES, words

    for language in LANGUAGES:
        words(language).say("A model, not a forecast.")


def answer(question: Question, targets: Targets, language: Language | None, show: Callable[..., None]) -> None:
    """Play a question, show the answer, look what it hangs on unless that is left out, and say and write it all.

    Ends with exit code 130 when the work was interrupted.
    """
    targets.check()
    world, policies = load(question.world, question.policies, question.years, question.settings)
    from sim.cli.terminal import show_answer
    from sim.experiments.comparison.compare import compare
    from sim.experiments.replicate import available_workers
    from sim.text import words

    fits(world, len(policies), question.replications, question.force)
    begun = time.perf_counter()
    engine = serving(question.engine)
    workers = question.workers
    if workers is None:
        lived = len(world.municipalities) * world.years * len(policies) * question.replications
        workers = available_workers() if lived > SMALL_WORK else 1
    with progress("Playing futures") as moved:
        threading.Thread(target=fetch_what_shows).start()
        result = compare(
            world,
            policies,
            replications=question.replications,
            seed=question.seed,
            engine=engine,
            workers=workers,
            progress=moved,
        )
    spoken = None if language is None else language.value
    notice = words(spoken or "en").say(
        "Interrupted: {n} of {asked} futures are complete; this is about those.",
        n=result.replications,
        asked=question.replications,
    )
    if not targets.silent:
        if result.interrupted:
            print(f"{notice}\n")
        show(result, spoken)
    interrupted = result.interrupted
    if question.told and not question.quick and not interrupted:
        result, interrupted = looked_into(result, workers)
    if not targets.silent:
        show_answer(result, spoken, question.command(result), told=question.told)
    targets.write(result, spoken, question.command(result))
    chat(f"Took {time.perf_counter() - begun:.1f} s.")
    if result.interrupted:
        talk(notice)
    if interrupted:
        raise typer.Exit(130)


def fits(world: World, policies: int, replications: int, force: bool) -> None:
    """Say what much memory an answer takes; InputError where that is not there, unless it is to go on anyway."""
    from sim.experiments.memory import check_memory, needed

    if not force:
        check_memory(world, policies, replications)
    if (need := needed(world, policies, replications)) > MUCH_MEMORY:
        chat(f"Note: so many futures take about {need / 1e9:.1f} GB of memory.")


def looked_into(result: Comparison, workers: int) -> tuple[Comparison, bool]:
    """Return the comparison with its checks; after Ctrl+C without them, and that it was interrupted."""
    try:
        with progress("Looking at what it hangs on") as moved:
            return result.checked(workers=workers, progress=moved), False
    except KeyboardInterrupt:
        talk("Interrupted: the answer does not say what it hangs on.")
        return result, True
