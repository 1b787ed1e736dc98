"""The options of the command line, said once, and what every command does when something goes wrong."""

from __future__ import annotations

import errno
import functools
import os
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, ParamSpec

import typer
from typer.core import TyperCommand

from sim.cli.terminal import BadInput, talk
from sim.model.problems import Halted, InputError

P = ParamSpec("P")


class Engine(StrEnum):
    """The engines of this version: the same results from SimPy processes or from compiled code."""

    reference = "reference"
    compiled = "compiled"


class Language(StrEnum):
    """The languages of tables, sentences and stories."""

    nl = "nl"
    en = "en"


class Kind(StrEnum):
    """What can be listed."""

    worlds = "worlds"
    policies = "policies"
    studies = "studies"


WorldName = Annotated[str, typer.Option("--world", metavar="ID|FILE", help="The world: an id or a file.")]
Replications = Annotated[
    int, typer.Option("--replications", min=1, max=1_000_000, metavar="N", help="How many futures to play.")
]
Replication = Annotated[int, typer.Option("--replication", min=0, max=2**31 - 1, metavar="R", help="Which future.")]
Years = Annotated[
    int | None, typer.Option("--years", min=1, max=50, metavar="H", help="Years in a future; default: as in the world.")
]
Seed = Annotated[
    int, typer.Option("--seed", min=0, max=2**63 - 1, metavar="S", help="The same seed deals the same futures.")
]
EngineName = Annotated[
    Engine | None, typer.Option("--engine", help="What plays the futures, with the same results; default: compiled.")
]
Workers = Annotated[
    int | None, typer.Option("--workers", min=1, max=1024, metavar="N", help="How many cores to use; default: all.")
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Change world.… or, in every policy named, policy.…; may be repeated."
    ),
]
JsonTarget = Annotated[
    str | None, typer.Option("--json", metavar="FILE|-", help="Write JSON; - is standard output, and nothing else.")
]
TablesTarget = Annotated[str | None, typer.Option("--tables", metavar="DIR", help="Write tables as CSV and Parquet.")]
ReportTarget = Annotated[
    str | None, typer.Option("--report", metavar="DIR", help="Write a report, DIR/index.html, to be read offline.")
]
Spoken = Annotated[
    Language | None,
    typer.Option("--lang", help="Language of the output; default: English, and findings in both languages."),
]
SpokenAlone = Annotated[Language | None, typer.Option("--lang", help="Language of the output; default: English.")]
Quick = Annotated[
    bool, typer.Option("--quick", help="Leave out what takes more futures: under which assumptions the finding turns.")
]
Details = Annotated[
    bool, typer.Option("--details", help="Print every difference and a paragraph on each policy, of many policies too.")
]
Force = Annotated[bool, typer.Option("--force", help="Go on where the futures may not fit in the memory.")]
PolicyName = Annotated[str, typer.Argument(metavar="POLICY", help="A policy: an id or a file.")]


_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.EACCES, errno.EPERM, errno.ENOENT)


def admit(error: Exception) -> int:
    """Say what went wrong, and return its exit code: a disk that does not take the answer, or else a fault of ours.

    With WEERBAAR_DEBUG set, let it show where.
    """
    if os.environ.get("WEERBAAR_DEBUG"):
        raise error
    if isinstance(error, OSError) and error.errno in _DISK:
        talk(f"{error.filename or 'The output'} cannot be written: {error.strerror}")
        return 2
    talk(f"This is a fault of Weerbaar, not of yours: {type(error).__name__}: {error}")
    talk("Set WEERBAAR_DEBUG=1 to see where it happened.")
    return 1


def guarded(command: Callable[P, None]) -> Callable[P, None]:
    """Turn what goes wrong inside a command into a sentence and an exit code."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except (typer.Exit, typer.Abort):
            raise
        except InputError as error:
            for problem in error.problems:
                talk(str(problem))
            raise typer.Exit(2) from None
        except BadInput as error:
            talk(str(error))
            raise typer.Exit(2) from None
        except Halted as error:
            talk(f"{error}. Nothing is written.")
            raise typer.Exit(130) from None
        except KeyboardInterrupt:
            talk("Interrupted before any result was complete; nothing is written.")
            raise typer.Exit(130) from None
        except Exception as error:
            raise typer.Exit(admit(error)) from None

    return run


class Once(TyperCommand):
    """A command that takes each option once, save those that may be repeated; the last would win without a word."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse an option that stands twice."""
        given: list[Any] = self.make_parser(ctx).parse_args(args=list(args))[2]
        single = [one for one in given if one.param_type_name == "option" and not (one.multiple or one.is_flag)]
        for place, option in enumerate(single):
            if option in single[:place]:
                ctx.fail(f"{option.opts[0]} is given twice; keep one of them")
        return super().parse_args(ctx, args)


class BareJson(Once):
    """A command whose `--json` may stand alone, and then means standard output."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Fill in the "-" that a lone `--json` leaves out; a parameter's key or a kind is no file."""
        filled: list[str] = []
        for word, following in zip(args, [*args[1:], "--"], strict=False):
            filled.append(word)
            key = following.startswith(("world.", "policy.")) and not following.endswith(".json")
            if word == "--json" and (key or following in (*Kind, "world", "policy", "study") or following[:2] == "--"):
                filled.append("-")
        return super().parse_args(ctx, filled)
