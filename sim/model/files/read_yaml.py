"""YAML text as a tree that remembers lines, and every fault of its form.

A scenario is data: groups, lists, texts, numbers, dates. So this reader takes the plain part of YAML only; tags,
anchors and aliases are refused, which also keeps a hostile file from growing in memory. The events come from
ruamel.yaml; the tree, its lines and its limits are ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from sim.model.files.read_text import other_program, text_of
from sim.model.problems import Problem, did_you_mean, unshown
from sim.model.scalars import scalar

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
MAX_VALUES = 100_000
MAX_FAULTS = 200
"""Faults of form after which reading stops: nobody reads more."""

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"

Tree = dict[str, "Node"]


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stands: a Tree, a list of Node, or a scalar. `line` is that of its key, from 1."""

    value: Any
    file: str
    line: int | None
    text: str = field(default="", compare=False)
    """How a bare word was written, such as `2.000` for the number 2."""

    def plain(self) -> Any:
        """The value without its places: dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def at(self, loc: tuple[str | int, ...]) -> Node:
        """The deepest node on the way to `loc`."""
        node = self
        for step in loc:
            if isinstance(node.value, dict) and step in node.value:
                node = node.value[str(step)]
            elif isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
            else:
                break
        return node

    def exactly(self, path: Sequence[str]) -> Node | None:
        """The node at a path of keys, or None where there is none."""
        node: Node | None = self
        for step in path:
            node = node.value.get(step) if node is not None and isinstance(node.value, dict) else None
        return node


def read_tree(path: Path) -> tuple[Node | None, list[Problem]]:
    """The tree of a YAML file, or None when it cannot be read; and every fault of its form."""
    name = str(path)

    def fault(rule: str, message: str, hint: str | None = None, line: int | None = None) -> tuple[None, list[Problem]]:
        return None, [Problem(name, line, rule, message, hint)]

    try:
        if path.is_dir():
            return fault("is-a-folder", "is a folder; a YAML file is expected")
        if path.is_symlink() and not path.exists():
            return fault("not-found", f"is a link to {path.readlink()}, and there is no such file")
        if not path.exists():
            return fault("not-found", "there is no such file", _similar_file(path))
        if not path.is_file():
            return fault("not-a-file", "is not an ordinary file")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES and other_program(raw) is None:
            return fault("too-large", f"is {path.stat().st_size:,} bytes; a scenario may be {MAX_BYTES:,}")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        return fault("unreadable", f"cannot be read: {reason}")
    return tree_of(raw, name)


def tree_of(raw: bytes, file: str, most: int = MAX_VALUES) -> tuple[Node | None, list[Problem]]:
    """The tree of what is in a YAML file, with at most so many values; None when it is no such text, or broken."""
    text = text_of(raw, "a scenario is a text file in YAML; write it in a plain editor")
    if not isinstance(text, str):
        return None, [Problem(file, text.line, text.rule, text.message, text.hint)]
    if text.startswith(BOM):
        hint = "save it as UTF-8 without one"
        return None, [Problem(file, 1, "not-yaml", "begins with two byte-order marks (U+FEFF)", hint)]
    return parse_tree(text, file, most)


def parse_tree(text: str, file: str, most: int = MAX_VALUES) -> tuple[Node | None, list[Problem]]:
    """The tree of a YAML text, or None when its form is broken; and every fault of its form, with lines in `file`."""
    builder = _Builder(file, most)
    try:
        for event in _events(text):
            if not builder.add(event):
                return None, builder.problems
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else None
        hint = "indent with spaces, not with tabs" if "\\t" in str(error.problem) else _syntax_hint(str(error.problem))
        builder.fault("not-yaml", f"is not YAML: {error.problem or error.context}", hint, line)
        return None, builder.problems
    except (YAMLError, ValueError, RecursionError, AssertionError, IndexError, TypeError, AttributeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        builder.fault("not-yaml", f"is not YAML: {reason[:200]}", None, None)
        return None, builder.problems
    if builder.root is None or builder.root.value is None:
        builder.fault("empty-file", "is empty", "a scenario needs at least id and title", None)
        return None, builder.problems
    return builder.root, builder.problems


class _Builder:
    """Builds the tree from parsing events, with a stack of its own and hard limits."""

    def __init__(self, file: str, most: int) -> None:
        self.file, self.most = file, most
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self._stack: list[tuple[Node, Node | None]] = []  # an open group or list, and the key that waits for a value
        self._values = 0
        self._documents = 0

    def fault(self, rule: str, message: str, hint: str | None, line: int | None) -> None:
        self.problems.append(Problem(self.file, line, rule, message, hint))

    def add(self, event: Any) -> bool:
        """Take one event; False when reading must stop."""
        line = event.start_mark.line + 1
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self.fault("not-yaml", "holds a second document (---); a file holds one scenario", None, line)
                return False
        if isinstance(event, NodeEvent):
            self._refuse_extras(event, line)
            self._values += 1
            if self._values > self.most:
                self.fault("too-large", f"holds more than {self.most:,} values", None, line)
                return False
        if len(self.problems) >= MAX_FAULTS:
            self.fault("too-many", f"and the rest was not read, after {MAX_FAULTS} faults", None, line)
            return False
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            if len(self._stack) >= MAX_DEPTH:
                self.fault("too-deep", f"is nested deeper than {MAX_DEPTH} levels", None, line)
                return False
            node = self._put({} if isinstance(event, MappingStartEvent) else [], line)
            self._stack.append((node, None))
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self._stack.pop()
        elif isinstance(event, ScalarEvent):
            text = str(event.value).encode("utf-8", "replace").decode()
            if (odd := unshown(text)) is not None:
                self.fault("control-character", f"holds a character that cannot be shown ({odd})", "leave it out", line)
            quoted = event.style in ("'", '"', "|", ">")
            bare = not quoted and not self._wants_key()
            self._put(scalar(text) if bare else text, line, text if bare else "")
        elif isinstance(event, AliasEvent):
            self._put(None, line)
        return True

    def _wants_key(self) -> bool:
        return bool(self._stack) and isinstance(self._stack[-1][0].value, dict) and self._stack[-1][1] is None

    def _put(self, value: Any, line: int, text: str = "") -> Node:
        """Place a value in the open group or list; return its node."""
        node = Node(value, self.file, line, text)
        if not self._stack:
            self.root = node
            return node
        parent, key = self._stack[-1]
        if isinstance(parent.value, list):
            parent.value.append(node)
        elif key is None:
            if not isinstance(value, str):
                self.fault("wrong-type", "a group or a list cannot be a key", None, line)
            self._stack[-1] = (parent, node)
        else:
            node = Node(value, self.file, key.line, text)
            self._stack[-1] = (parent, None)
            self._keep(parent.value, key, node)
        return node

    def _keep(self, tree: Tree, key: Node, node: Node) -> None:
        name = str(key.value)
        if not isinstance(key.value, str):
            return
        if name in tree:
            message = f'key "{name[:80]}" stands twice (first on line {tree[name].line})'
            self.fault("duplicate-key", message, "keep one of them", key.line)
        else:
            tree[name] = node

    def _refuse_extras(self, event: Any, line: int) -> None:
        tag = getattr(event, "tag", None)  # an alias has none
        if tag is not None and tag != "!":
            message = f"the YAML tag {str(tag)[:80]} is not allowed"
            self.fault("yaml-tag", message, "leave it out: a file is plain data", line)
        if isinstance(event, AliasEvent) or event.anchor is not None:
            what = "alias *" if isinstance(event, AliasEvent) else "anchor &"
            message = f"the YAML {what}{str(event.anchor)[:40]} is not allowed"
            self.fault("yaml-alias", message, "write the value out", line)


def _events(text: str) -> Iterator[Any]:
    events: Iterator[Any] = YAML(typ="safe", pure=True).parse(text)
    return events


def _syntax_hint(problem: str) -> str | None:
    if "mapping values are not allowed" in problem:
        return "put a text that holds a colon in quotes"
    if "could not find expected ':'" in problem:
        return "a key is followed by a colon and a space"
    return None


def _similar_file(path: Path) -> str | None:
    try:
        return did_you_mean(path.name, sorted(other.name for other in path.parent.iterdir() if other.exists()))
    except OSError:
        return None
