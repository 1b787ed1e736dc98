"""A file is read, or refused in sentences: nothing else happens, soon, and nothing is written."""

from __future__ import annotations

import contextlib
import json
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.model.files.load import load_policy, load_study, load_world, validate
from sim.model.files.read_yaml import read_tree
from sim.model.files.write_yaml import policy_yaml, study_yaml, world_yaml
from sim.model.policy.policy import Policy
from sim.model.problems import InputError, Problem
from sim.model.study.study import Study
from sim.model.world.world import World
from tests.commands import weerbaar

SECONDS = 2.0
"""The most that reading any file may take, of the processor: a machine that is busy fails no test."""
OF_PYTHON = re.compile(
    r"\b(None|NoneType|dict|tuple|str|int|float|bool|pydantic|Traceback|\w*Error|\w*Exception)\b|object at 0x|<class"
    r"|Input should|Value error|[Ff]ield required|Extra inputs|unhashable|[Vv]alid (dictionary|tuple|mapping)"
)
"""Words that a sentence for a user does not hold."""
WITHOUT_A_LINE = {"empty-file", "unknown-kind", "wrong-kind", "not-yaml", "missing-key", "too-large", "unreadable"}
"""Rules about a file as a whole, or a syntax whose place the reader does not know."""
LOADS: Any = {"world": load_world, "policy": load_policy, "study": load_study}


@contextlib.contextmanager
def soon() -> Iterator[None]:
    """Fail when what is inside takes too long."""
    begin = time.process_time()
    yield
    took = time.process_time() - begin
    assert took < SECONDS, f"took {took:.1f} s of the processor"


@contextlib.contextmanager
def a_file(raw: bytes, name: str = "fuzzed.yaml") -> Iterator[Path]:
    """A file in a folder of its own; fail when anything is written there."""
    with tempfile.TemporaryDirectory(prefix="weerbaar-fuzz-") as folder:
        path = Path(folder) / name
        path.write_bytes(raw)
        yield path
        assert [one.name for one in Path(folder).iterdir()] == [name]
        assert path.read_bytes() == raw


def check_sentences(problems: tuple[Problem, ...] | list[Problem], raw: bytes, *files: str) -> None:
    """Fail unless every problem says where it is, in words for a user, on one line."""
    assert problems
    ends = raw.count(b"\n") + raw.count(b"\r") + raw.count(b"\x85") + raw.count(b"\xe2\x80\xa8") + 2
    theirs = raw.decode("utf-8", "replace")
    for problem in problems:
        assert problem.message
        assert str(problem).isprintable(), problem
        assert len(str(problem)) < 4_000, problem
        assert not files or problem.file in files, problem
        assert problem.line is None or 1 <= problem.line <= (ends if files else problem.line), problem
        assert problem.line is not None or not files or problem.rule in WITHOUT_A_LINE, problem
        words = re.sub(r'"[^"]*"', "", f"{problem.message} {problem.hint or ''}")
        found = [one[0] for one in OF_PYTHON.finditer(words) if one[0] not in theirs]
        assert not found, (found, str(problem))


def check_file(raw: bytes) -> None:
    """Fail unless its reader takes the file, and writes it so that it is the same again, or says what is wrong.

    One file in four goes to a reader of another kind.
    """
    kind = [*LOADS][len(raw) % 3] if len(raw) % 4 == 0 else kind_of(raw)
    with a_file(raw) as path:
        try:
            with soon():
                found = LOADS[kind](path)
        except InputError as error:
            check_sentences(error.problems, raw, str(path))
        else:
            check_same_again(kind, found)
            check_nothing_is_lost(path, found)
        with soon():
            told = validate([path])
        if told:
            check_sentences(told, raw, str(path))


def kind_of(raw: bytes) -> str:
    """What a file is meant to be, as far as one can see."""
    return "study" if b"worlds:" in raw else "world" if b"municipalities:" in raw else "policy"


def check_sound_file(raw: bytes) -> None:
    """Fail unless a file that is sound by construction is read, and is the same after it was written."""
    kind = kind_of(raw)
    with a_file(raw) as path:
        assert not [problem for problem in validate([path]) if problem.severity == "error"]
        with soon():
            found = LOADS[kind](path)
        check_same_again(kind, found)
        check_nothing_is_lost(path, found)


def check_nothing_is_lost(path: Path, found: World | Policy | Study) -> None:
    """Fail unless everything that stands in the file stands in what was read."""
    tree, _ = read_tree(path)
    assert tree is not None
    if not isinstance(found, Study):  # which holds its worlds and policies themselves, where the file names them
        _check_within(tree.plain(), found.model_dump(by_alias=True), "")


def _check_within(written: Any, read: Any, where: str) -> None:
    """Fail unless all that was written was read; one text stands for both languages, nothing for what is taken away."""
    if isinstance(written, dict):
        for key, value in written.items():
            if value is not None:
                name = "measures" if key == "measure" else key
                assert name in read, f"{where}.{key} was lost"
                _check_within(value, read[name], f"{where}.{key}")
    elif isinstance(written, list):
        assert len(written) == len(read), where
        for number, (one, other) in enumerate(zip(written, read, strict=True)):
            _check_within(one, other, f"{where}[{number}]")
    elif where not in (".municipalities", ".based_on"):  # the name of a table, of a file
        whole = isinstance(written, str) and (read == {"nl": written, "en": written} or read == (written,))
        assert whole or written == read, f"{where}: {written!r} was read as {read!r}"


def check_same_again(kind: str, found: World | Policy | Study) -> None:
    """Fail unless what was read is the same when it is written and read again."""
    if isinstance(found, Study):
        text = study_yaml(found, by_id=True)
    else:
        text = world_yaml(found) if isinstance(found, World) else policy_yaml(found)
    with a_file(text.encode(), "again.yaml") as path:
        try:
            again = LOADS[kind](path)
        except InputError as error:
            raise AssertionError(f"what was written is refused: {error}\n{text}") from error
    same = again.digest == found.digest if isinstance(found, Study) else again == found
    assert same, text


def check_command(case: tuple[bytes, bytes]) -> None:
    """Fail unless the command line ends with 0, or with 2 and a sentence; never with a traceback."""
    world, policy = case
    with a_file(world, "world.yaml") as one, a_file(policy, "policy.yaml") as other:
        for words in (["validate", str(one), str(other)],
                      ["compare", "status-quo-2020", str(other), "--world", str(one), "--replications", "2",
                       "--json", "-"]):  # fmt: skip
            said = weerbaar(*words)
            assert said.code in (0, 2), said
            assert "Traceback" not in said.out + said.err
            assert said.code == 0 or said.err or said.out
            if words[0] == "compare" and said.code == 0:
                assert json.loads(said.out)["policies"]


# ---- settings ------------------------------------------------------------------------------------------------------


def check_setting(settings: list[str]) -> None:
    """Fail unless settings are followed, or refused in a sentence."""
    for kind in ("world", "policy"):
        name = {"world": "one-town", "policy": "solidarity-fund"}[kind]
        with soon():
            try:
                found = LOADS[kind](name, settings)
            except InputError as error:
                check_sentences(error.problems, "\n".join(settings).encode())
                continue
        check_same_again(kind, found)


def check_sound_setting(case: tuple[str, Any, str]) -> None:
    """Fail unless a setting does what the same value does from Python."""
    key, value, text = case
    kind = key.partition(".")[0]
    name = {"world": "one-town", "policy": "solidarity-fund"}[kind]
    try:
        wanted: Any = LOADS[kind](name).with_values({key: value})
    except InputError as error:
        wanted = sorted(problem.rule for problem in error.problems)
    try:
        found: Any = LOADS[kind](name, [f"{key}={text}"])
    except InputError as error:
        found = sorted(problem.rule for problem in error.problems)
    assert found == wanted
