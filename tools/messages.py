"""Keep the words of the simulator complete: `python tools/messages.py` says what is missing, `--write` brings it in.

Every sentence stands in English in the code, as a literal in a call of `say`, or in one of `N_` where a table or a name
holds it until it is said; or in a table of data. Babel's own extractor finds them, and this holds what it finds against
sim/locales/*.po: English is the sentence itself, Dutch needs a translation with the same {placeholders}.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from ruamel.yaml import YAML

PROJECT = Path(__file__).resolve().parents[1]
SOURCES = PROJECT / "sim"
LOCALES = SOURCES / "locales"
IDENTITY, TRANSLATED = "en", "nl"
HEAD = "# The words of Weerbaar. Sentences come from the code: `python tools/messages.py --write` brings new ones here."

KEYWORDS = {"say": None, "N_": None}
"""The calls that mark a sentence, by its literal: where it is said, and where a table or a name holds it until then."""
IN_DATA = {"parameters.yaml": ("source", "unit"), "sources.yaml": ("title",), "history.yaml": ("remark",)}
"""Tables that hold sentences in English, and under which names."""


# ---- what the code says --------------------------------------------------------------------------------------------


def sentences(folder: Path = SOURCES) -> dict[str, list[str]]:
    """Every sentence that Babel finds, with the files that say it."""
    found: dict[str, list[str]] = {}
    methods = [("**.py", "python"), *((f"**/{name}", in_data) for name in IN_DATA)]
    options = {f"**/{name}": {"names": names} for name, names in IN_DATA.items()}
    for path, _, message, _, _ in extract_from_dir(folder, methods, options, KEYWORDS):
        files = found.setdefault(message if isinstance(message, str) else message[0], [])
        name = f"{folder.name}/{Path(path).as_posix()}"
        if name not in files:
            files.append(name)
    return {sentence: sorted(files) for sentence, files in found.items()}


def in_data(
    source: IO[bytes], keywords: object, comment_tags: object, options: dict[str, Any]
) -> Iterator[tuple[int, None, str, list[str]]]:
    """Yield for Babel the sentences of a table: what stands under these names in each of its entries."""
    groups = YAML(typ="safe").load(source).values()
    for entry in [entry for group in groups for entry in (group if isinstance(group, list) else [group])]:
        yield from ((1, None, str(entry[name]), []) for name in options["names"] if name in entry)


# ---- what the catalogues hold --------------------------------------------------------------------------------------


@dataclass
class Report:
    """What is wrong with the catalogues; empty when all is well."""

    missing: list[str] = field(default_factory=list)
    obsolete: list[str] = field(default_factory=list)
    placeholders: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """One line a problem."""
        return [
            *(f"not translated: {text}" for text in self.missing),
            *(f"nobody says this any more: {text}" for text in self.obsolete),
            *(f"other {{placeholders}} in the translation: {text}" for text in self.placeholders),
            *(f"the English differs from the code: {text}" for text in self.changed),
        ]


def placeholders(sentence: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def catalogue(language: str, folder: Path = LOCALES) -> dict[str, str]:
    """The translations of a language by sentence; empty where there is none yet."""
    with (folder / f"{language}.po").open("rb") as source:
        return {str(message.id): str(message.string) for message in read_po(source, locale=language) if message.id}


def check(said: Iterable[str], language: str, translated: dict[str, str]) -> Report:
    """What is missing, obsolete or wrong in one language."""
    said = set(said)
    report = Report(
        missing=[f"[{language}] {s}" for s in sorted(said) if not translated.get(s)],
        obsolete=[f"[{language}] {s}" for s in sorted(set(translated) - said)],
    )
    for sentence, translation in sorted(translated.items()):
        if translation and placeholders(sentence) != placeholders(translation):
            report.placeholders.append(f"[{language}] {sentence}")
        if language == IDENTITY and translation and translation != sentence:
            report.changed.append(f"[{language}] {sentence}")
    return report


def write(said: dict[str, list[str]], language: str, translated: dict[str, str], folder: Path = LOCALES) -> None:
    """Write a catalogue: every sentence of the code by file, with the translation there is; the rest is dropped."""
    book = Catalog(locale=language, header_comment=HEAD, charset="utf-8", fuzzy=False)
    by_file = sorted(said.items(), key=lambda item: (item[1][0], item[0]))
    for sentence, files in by_file:
        text = sentence if language == IDENTITY else translated.get(sentence, "")
        message = book.add(sentence, text, locations=[(name, None) for name in files])
        message.flags.discard("python-format")  # a per cent sign is one
    with (folder / f"{language}.po").open("wb") as target:
        target.write(f'{HEAD}\nmsgid ""\nmsgstr ""\n"Language: {language}\\n"\n'.encode())
        target.write(b'"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n')
        target.write(b'"Content-Transfer-Encoding: 8bit\\n"\n\n')
        write_po(target, book, width=120, omit_header=True, include_lineno=False)


def main() -> int:
    """Report, or write and report; 1 when something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="bring the catalogues up to date with the code")
    chosen = parser.parse_args()
    said = sentences()
    problems: list[str] = []
    for language in (TRANSLATED, IDENTITY):
        if chosen.write:
            write(said, language, catalogue(language))
        problems += check(said, language, catalogue(language)).lines()
    print("\n".join(problems) if problems else f"{len(said)} sentences, complete in both languages.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
