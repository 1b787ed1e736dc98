"""Keep the words of the simulator complete: `python tools/messages.py` says what is missing, `--write` brings it in.

Every sentence stands in English in the code, as the first argument of `say`, or in a table of a module that ends up
there; or in a table of data that says where numbers come from. This reads the code (with the templates and those
tables) without running it, and holds what it finds against sim/locales/*.po:
English is the sentence itself, Dutch needs a translation with the same {placeholders}.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from ruamel.yaml import YAML

PROJECT = Path(__file__).resolve().parents[1]
SOURCES = PROJECT / "sim"
LOCALES = SOURCES / "locales"
IDENTITY, TRANSLATED = "en", "nl"
HEAD = "# The words of Weerbaar. Sentences come from the code: `python tools/messages.py --write` brings new ones here."

IN_DATA = {"parameters.yaml": "source", "sources.yaml": "title", "history.yaml": "remark"}
"""Tables that hold sentences in English, and under which name."""

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_IN_TEMPLATE = re.compile(r"""\bsay\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")


# ---- what the code says --------------------------------------------------------------------------------------------


def sentences(folder: Path = SOURCES) -> dict[str, list[str]]:
    """Every sentence that is passed to `say`, with the files that say it."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".py":
            said = in_code(path.read_text(encoding="utf-8"))
        elif path.suffix in (".html", ".jinja", ".j2", ".md"):
            said = in_template(path.read_text(encoding="utf-8"))
        elif path.name in IN_DATA:
            said = in_data(path.read_text(encoding="utf-8"), IN_DATA[path.name])
        else:
            continue
        for sentence in said:
            files = found.setdefault(sentence, [])
            if (name := path.relative_to(folder.parent).as_posix()) not in files:
                files.append(name)
    return found


def in_data(text: str, name: str) -> list[str]:
    """The sentences of a table: what stands under this name in each of its entries, or of its lists of entries."""
    groups = YAML(typ="safe").load(text).values()
    entries = [entry for group in groups for entry in (group if isinstance(group, list) else [group])]
    return [str(entry[name]) for entry in entries if name in entry]


def in_template(text: str) -> list[str]:
    """The sentences of a template: literals passed to `say`."""
    return [(double or single).replace("\\", "") for double, single in _IN_TEMPLATE.findall(text)]


def in_code(text: str) -> list[str]:
    """The sentences of a module: literals passed to `say`, also by way of a name or of a table of the module."""
    tree = ast.parse(text)
    tables = dict(_assigned(tree.body))
    found: list[str] = []
    for call, around in _calls(tree, ()):
        names: dict[str, list[ast.expr]] = {}
        for function in around:
            for name, value in _bound(function):
                names.setdefault(name, []).append(value)
        found += _strings(call.args[0], names, tables, frozenset())
    return found


def _calls(node: ast.AST, around: tuple[ast.AST, ...]) -> Iterator[tuple[ast.Call, tuple[ast.AST, ...]]]:
    """Every call of `say`, with the functions it stands in."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "say" and node.args:
        yield node, around
    inside = (*around, node) if isinstance(node, _FUNCTIONS) else around
    for child in ast.iter_child_nodes(node):
        yield from _calls(child, inside)


def _assigned(body: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for statement in body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets = [statement.target]
        for target in targets:
            if isinstance(target, ast.Name):
                yield target.id, statement.value  # type: ignore[attr-defined]


def _bound(function: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """What the names inside a function stand for: assignments, loops and comprehensions."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            yield from _assigned([node])
        elif isinstance(node, ast.NamedExpr):
            yield node.target.id, node.value
        elif isinstance(node, ast.For | ast.comprehension):
            for target in ast.walk(node.target):
                if isinstance(target, ast.Name):
                    yield target.id, node.iter


def _strings(
    node: ast.expr, names: dict[str, list[ast.expr]], tables: dict[str, ast.expr], seen: frozenset[str]
) -> list[str]:
    """The literals that an expression can be: through choices, names, and tables of the module."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) and node.value else []
    if isinstance(node, ast.IfExp):
        return [s for part in (node.body, node.orelse) for s in _strings(part, names, tables, seen)]
    if isinstance(node, ast.BoolOp):
        return [s for part in node.values for s in _strings(part, names, tables, seen)]
    if isinstance(node, ast.Subscript):
        return _strings(node.value, names, tables, seen)
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("get", "values", "items")
    ):
        return _strings(node.func.value, names, tables, seen)
    if isinstance(node, ast.Dict):
        return [s for part in node.values for s in _strings(part, names, tables, seen)]
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return [s for part in node.elts for s in _strings(part, names, tables, seen)]
    if isinstance(node, ast.DictComp):
        sources = [generator.iter for generator in node.generators]
        return [s for part in sources for s in _strings(part, names, tables, seen)]
    if isinstance(node, ast.Name) and node.id not in seen:
        inner = seen | {node.id}
        if node.id in names:
            return [s for value in names[node.id] for s in _strings(value, names, tables, inner)]
        if node.id in tables:
            return _strings(tables[node.id], names, tables, inner)
    return []


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
