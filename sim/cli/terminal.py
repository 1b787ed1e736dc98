"""What the command line prints: tables and sentences for people.

Data goes to standard output and talk to standard error. Colours and a moving progress bar are for terminals only.
"""

from __future__ import annotations

import contextlib
import math
import shutil
import sys
import textwrap
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from sim.version import MODEL_VERSION

if TYPE_CHECKING:
    from rich.console import Console

    from sim.experiments.comparison.compare import Comparison
    from sim.experiments.validation.history import Check
    from sim.model.parameter_table import Parameter
    from sim.model.policy.policy import Policy
    from sim.model.world.municipalities import Municipality
    from sim.model.world.world import World
    from sim.show.base.table import PrintedTable

GAP = 1
"""Blanks between two columns of a table."""

LEAST_NAME = 12
"""Letters that the column of names gets at least, where a name is that long."""

SILENCE = 30.0
"""Seconds between two lines that say how far it is, where there is no terminal to draw a bar on."""

HEAD_LINES = 2
"""Lines of the head of a column where there is room."""


class BadInput(Exception):
    """Something a user can repair: the message names the option; the command ends with exit code 2."""


def console(stream: TextIO | None = None) -> Console:
    """Return a console on standard output, or on another stream, that never invents colours or cuts a text off."""
    from rich.console import Console

    return Console(file=stream or sys.stdout, highlight=False, markup=False, emoji=False)


def talk(text: str) -> None:
    """Say something about the work, on standard error."""
    print(text, file=sys.stderr, flush=True)


def chat(text: str) -> None:
    """Say something that only matters to someone who is watching: quiet in a pipe."""
    if sys.stderr.isatty():
        talk(text)


@contextlib.contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function that is called with (done, total): it moves a bar on a terminal, and elsewhere says now and then
    how far it is.
    """
    if not sys.stderr.isatty():
        yield _teller(what)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console(sys.stderr), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _teller(what: str) -> Callable[[int, int], None]:
    """Return what prints a line each half minute; nothing in the first one, so that short work is quiet."""
    first = said = (0.0, 0)

    def tell(done: int, total: int) -> None:
        nonlocal first, said
        now = time.monotonic()
        if first[1] == 0:  # what came before was loading and compiling
            first = said = (now, done)
        if now - said[0] < SILENCE or done >= total:
            return
        said = (now, done)
        left = (now - first[0]) / max(1, done - first[1]) * (total - done)
        talk(f"{what}: {done:,} of {total:,}, about {math.ceil(left / 60)} min to go")

    return tell


def show_comparison(result: Comparison, language: str | None, *, details: bool = False) -> None:
    """Print policies side by side in one table; with details, all tables and a paragraph on each policy."""
    from sim.show.sentences.policy_paragraph import paragraph
    from sim.show.tables import comparison_tables
    from sim.show.tables.overview import overview
    from sim.text import words

    chosen, out = language or "en", console()
    if len(result.policies) > 1:
        show_table(out, overview(result, chosen))
    if details or len(result.policies) == 1:
        for table in (
            comparison_tables.costs(result, chosen),
            comparison_tables.gaps(result, chosen),
            comparison_tables.who_pays(result, chosen),
        ):
            if table is not None:
                show_table(out, table)
        for policy in result.policies:
            _say(out, policy.title[chosen], style="bold")
            _say(out, f"{paragraph(result, policy, chosen)}\n")
    else:
        more = words(chosen).say("More: --details (every difference, a paragraph on each policy), --report DIR.")
        _say(out, f"{more}\n", "dim")


def show_run(result: Comparison, language: str | None) -> None:
    """Print the key figures of one policy, and who pays for what."""
    from sim.show.tables import comparison_tables

    chosen, out, policy = language or "en", console(), result.baseline
    show_table(out, comparison_tables.key_figures(result, policy, chosen))
    show_table(out, comparison_tables.uses(result, policy, chosen))


def show_answer(result: Comparison, language: str | None, command: str, *, told: bool = True) -> None:
    """Print the findings, or in short what is lowest where they are not told, what that rests on, and how to
    have it again.

    Of a policy that is alone, a paragraph on what it does comes first.
    """
    from sim.show.names import count
    from sim.show.sentences.assumptions import deciding
    from sim.show.sentences.policy_paragraph import paragraph
    from sim.show.tables.overview import headline
    from sim.text import LANGUAGE_NAMES, LANGUAGES, words

    out = console()
    for spoken in [language] if language else LANGUAGES:
        if not language:
            _say(out, LANGUAGE_NAMES[spoken], style="bold")
        if len(result.policies) == 1:
            _say(out, f"{paragraph(result, result.baseline, spoken)}\n")
        _say(out, f"{result.sentence(spoken) if told else headline(result, spoken)}\n")
    say = words(language or "en")
    facts = say.say(
        "World {world}: {towns}, {years} from {start}. {futures}, seed {seed}, engine {engine}, Weerbaar {version}.",
        world=result.world.id,
        towns=count(say, "municipalities", len(result.world.municipalities)),
        years=count(say, "years", result.years),
        start=say.date(result.world.start),
        futures=count(say, "futures", result.replications),
        seed=result.seed,
        engine=result.engine,
        version=MODEL_VERSION,
    )
    _say(out, say.say("A model, not a forecast.") + " " + deciding(result.world, say.language), style="dim")
    _say(out, facts, style="dim")
    _say(out, say.say("The same again: {command}", command=command), style="dim")


def _say(out: Console, text: str, style: str | None = None) -> None:
    """Print a text: wrapped at words on a terminal, on lines of its own in a pipe."""
    out.print(text, style=style, soft_wrap=not out.is_terminal)


def show_table(out: Console, table: PrintedTable) -> None:
    """Print a table within the width of the console: in parts below each other where it is too wide, never cut off."""
    from rich.text import Text

    out.print(Text(table.title, style="bold"))
    for number, (columns, widths) in enumerate(_parts(table, out.width)):
        if number:
            out.print()
        _show_part(out, table, columns, widths)
    if table.note:
        out.print(Text(table.note, style="dim"))
    out.print()


def _parts(table: PrintedTable, room: int) -> list[tuple[list[int], list[int]]]:
    """Return the columns of each part and their widths; the first column, of names, stands in every part."""
    names = max(
        len(word) for row in table.rows if len(row) > 1 for word in (*row[0].split(), *table.columns[0].split())
    )
    longest = max(names, *(len(row[0]) for row in table.rows if len(row) > 1))
    parts: list[list[int]] = [[]]
    widths = {number: _widest_word(table, number) for number in range(1, len(table.columns))}
    least = max(names, min(longest, LEAST_NAME))
    for number, width in widths.items():
        if parts[-1] and least + sum(widths[one] + GAP for one in parts[-1]) + GAP + width > room:
            parts.append([])
        parts[-1].append(number)
    left = min(room - sum(widths[one] + GAP for one in part) for part in parts)
    first = max(min(longest, left), 1)
    return [([0, *part], [first, *_roomy(table, part, widths, left - first)]) for part in parts]


def _roomy(table: PrintedTable, part: list[int], widths: dict[int, int], spare: int) -> list[int]:
    """Return the widths of columns when what is spare goes to those whose heads stand highest, down to two lines."""
    widths = {number: widths[number] for number in part}
    while spare > 0:
        lines = {number: len(textwrap.wrap(table.columns[number], width)) for number, width in widths.items()}
        highest = max(part, key=lines.__getitem__)
        if lines[highest] <= HEAD_LINES:
            break
        widths[highest] += 1
        spare -= 1
    return list(widths.values())


def _widest_word(table: PrintedTable, number: int) -> int:
    """Return the width below which a column would have to break a number, or a word of its head."""
    figures = (line for row in table.rows if len(row) > number for line in row[number].split("\n"))
    return max(len(piece) for piece in (*table.columns[number].split(), *figures))


def _show_part(out: Console, table: PrintedTable, columns: list[int], widths: list[int]) -> None:
    """Print some columns of a table. A heading row stands over the rows below it, across all columns."""
    from rich.text import Text

    out.width = max(out.width, sum(widths) + GAP * (len(widths) - 1))  # one column may be wider; no figure is cut off
    tall = any("\n" in row[number] for row in table.rows if len(row) > 1 for number in columns)
    wordy = [number in (0, *table.wordy) for number in columns]
    head = _grid(widths, wordy)
    head.add_row(*(table.columns[number] for number in columns))
    out.print(head)
    out.print("─" * (sum(widths) + GAP * (len(widths) - 1)))
    body = _grid(widths, wordy)
    for position, row in enumerate(table.rows):
        if len(row) > 1:
            body.add_row(row[0], *(_cell(row[number]) for number in columns[1:]))
        last = position + 1 == len(table.rows)
        if len(row) == 1 or last or len(table.rows[position + 1]) == 1:
            if body.row_count:
                out.print(body)
                body = _grid(widths, wordy)
            if len(row) == 1:
                if position:
                    out.print()
                out.print(Text(row[0], style="bold"))
        elif tall and not table.dense:
            body.add_row("")


def _grid(widths: list[int], wordy: list[bool]) -> Any:
    from rich.table import Table as Grid

    grid = Grid.grid(padding=(0, GAP, 0, 0), pad_edge=False)  # one blank: eight columns fit into 80 letters
    for width, words in zip(widths, wordy, strict=True):
        grid.add_column(width=width, overflow="fold", vertical="top", justify="left" if words else "right")
    return grid


def _cell(text: str) -> Any:
    from rich.text import Text

    first, _, second = text.partition("\n")
    cell = Text(first)
    return cell.append(f"\n{second}", style="dim") if second else cell


def show_history(checks: Sequence[Check], replications: int, seed: int, language: str) -> None:
    """Print recorded figures beside the middle 90 % of the simulated ones."""
    from sim.show.tables.real_incidents import printed_checks

    show_table(console(), printed_checks(checks, replications, seed, language))


def show_optimum(world: World, policy: Policy, town: Municipality | None, language: str) -> None:
    """Print what prevention is best by size, or the curve of one municipality in short, and what decides it."""
    from sim.experiments.optima.prevention_optimum import prevention_curve
    from sim.show.charts import prevention_optimum
    from sim.show.sentences.assumptions import deciding
    from sim.show.tables import optima
    from sim.text import words

    say, out = words(language), console()
    if town is None:
        show_table(out, optima.optima_table(world, policy, language))
        _say(out, f"{optima.optima_sentence(world, policy, language)} {deciding(world, language)}\n")
        return
    curve = prevention_curve(world, policy, town.nis)
    show_table(out, optima.curve_table(curve, policy, language))
    _say(
        out,
        f"{prevention_optimum.finding(say, curve)}. {prevention_optimum.what_decides(say, world, policy, town.nis)}\n",
    )


def optimum_json(world: World, policy: Policy, town: Municipality | None) -> dict[str, Any]:
    """Return the same as plain data; amounts are in euro per inhabitant a year."""
    from sim.show.tables.optima import curve_json, optima_json

    head = {"model_version": MODEL_VERSION, "world": world.id, "policy": policy.id, "unit": "EUR per inhabitant a year"}
    return head | (optima_json(world, policy) if town is None else curve_json(world, policy, town.nis))


def show_parameters(rows: Iterable[Parameter]) -> None:
    """Print parameters: on one line key, value, range and grade; below it what it is, its unit and its source."""
    rows = list(rows)
    width = max(len(row.key) for row in rows)
    lines = max(60, min(120, shutil.get_terminal_size().columns)) - 4
    for row in rows:
        spread = NO_RANGE if row.low is None or row.high is None else f"{_plain(row.low)} to {_plain(row.high)}"
        grade = "assumption" if row.is_assumption else f"grade {row.grade}"
        print(f"{row.key:<{width}}  {_plain(row.value):>9}  {spread:>16}  {grade}")
        unit = ", ".join(_plain(choice) for choice in row.choices) if row.choices else row.unit
        text = f"{row.label['en']} ({unit}). {row.source}"
        print(textwrap.indent(textwrap.fill(text, lines, break_long_words=False, break_on_hyphens=False), "    "))
    if len(rows) == 1:
        print(textwrap.indent(textwrap.fill(rows[0].help["en"], lines), "    "))
        print(f"    Allowed: {rows[0].describe_allowed()}.")


NO_RANGE = "-"


def _plain(value: float | int | str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else f"{value:.12g}"


def parameters_json(rows: Iterable[Parameter]) -> list[dict[str, Any]]:
    """Return parameters as plain data; what does not apply is None or empty."""
    return [
        {
            "key": row.key,
            "value": row.value,
            "low": row.low,
            "high": row.high,
            "unit": row.unit,
            "grade": row.grade,
            "source": row.source,
            "sources": list(row.sources),
            "allowed": None if row.allowed is None else list(row.allowed),
            "choices": list(row.choices),
            "off": row.off,
            "label": dict(row.label),
            "help": dict(row.help),
        }
        for row in rows
    ]
