"""What can be wrong with an input, said so that a reader can repair it.

A :class:`Problem` says where (file and line), which rule it breaks, what is wrong and what is allowed, and often the
nearest valid name. Problems are collected; an :class:`InputError` carries all of them at once.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

SHORTEST = 3
"""Letters of a word that may be looked for as a part of a longer one."""

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: `file`, `line` (from 1, None if there is none), `rule` (a slug), `message`, `hint`.

    A warning does not stop a run; only errors make an :class:`InputError`.
    """

    file: str
    line: int | None
    rule: str
    message: str
    hint: str | None = None
    severity: Severity = "error"

    def __str__(self) -> str:
        """`file:line: [rule] message (hint)`, on one line."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        hint = f" ({self.hint})" if self.hint else ""
        text = f"{place}: [{self.rule}] {self.message}{hint}" if place else f"[{self.rule}] {self.message}{hint}"
        return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


MAX_TOLD = 500
"""Problems that are told one by one; nobody reads more."""


def some_of(problems: Sequence[Problem]) -> list[Problem]:
    """The problems; of very many the first, errors before warnings, and how many more there are."""
    if len(problems) <= MAX_TOLD:
        return list(problems)
    told = sorted(problems, key=lambda problem: problem.severity != "error")[:MAX_TOLD]
    file, line, severity = told[-1].file, told[-1].line, told[-1].severity
    rest = f"and {len(problems) - MAX_TOLD:,} more"
    return [*told, Problem(file, line, "too-many", rest, "repair these first", severity)]


class InputError(ValueError):
    """Bad input; `problems` holds every problem found, and `str()` shows them, one a line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)  # so that it comes whole from another process


class Halted(RuntimeError):
    """What played is gone, such as the scheduler of a cluster: no fault of the input; says what to do."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like `word`, else one that has it as a part; None when nothing comes close. Case and `-`/`_`
    do not matter.
    """
    plain = {_plain(candidate): candidate for candidate in known}
    wanted = _plain(word)[:200]
    found = difflib.get_close_matches(wanted, plain, n=1, cutoff=0.6)
    if not found and len(wanted) >= SHORTEST:  # cash, of cash_cost_eur
        found = [one for one in plain if one.startswith(f"{wanted}_")] or [one for one in plain if f"_{wanted}" in one]
    return plain[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The hint `did you mean "x"?`, or None when nothing comes close."""
    candidate = nearest(word, known)
    return f'did you mean "{candidate}"?' if candidate is not None else None


def unshown(text: str) -> str | None:
    """The first character of a text that would command a terminal, by its number; None where there is none."""
    found = next((letter for letter in text if unicodedata.category(letter) == "Cc" and letter not in "\n\r\t"), None)
    return None if found is None else f"U+{ord(found):04X}"


def unnamed(text: str) -> str | None:
    """What a title or a name must not hold, in words; None where all of it is seen as it is.

    Signs without a width and marks that turn the direction make two names look alike or read otherwise than they are
    written, a line break leaves its place, and what begins like markup is taken for that by charts and pages.
    """
    odd = next((one for one in text if unicodedata.category(one) in ("Cc", "Cf", "Zl", "Zp", "Cs", "Co")), None)
    if odd is not None:
        return f"holds a line break, or a sign that cannot be seen (U+{ord(odd):04X})"
    return "holds markup (<); write it in words" if re.search(r"<[A-Za-z/!?]", text) else None


def listed(words: Sequence[str]) -> str:
    """The words as an English list: `a, b or c`."""
    words = list(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _plain(word: str) -> str:
    return word.strip().lower().replace("-", "_").replace(" ", "_")
