"""Files that a visitor brought: whatever stands in them, no other file is opened, and an answer comes at once."""

from __future__ import annotations

import base64
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.model.files.find import scenario_folder
from sim.model.files.load import load_brought
from sim.model.problems import InputError, Problem
from sim.web.state import packed_policies
from sim.web.state.policy_file import MOST_BYTES, MOST_VALUES, policy_from
from sim.web.studies.files import study_from

PACKAGE = Path(sim.__file__).parent
OURS = tuple(str(place.resolve()) for place in (PACKAGE, scenario_folder(), Path(sys.prefix), Path(sys.base_prefix)))
MOST_SECONDS = 2.0
HEAD = "id: mine\ntitle: Mine\n"
STUDY = "id: mine\ntitle: Mine\nreplications: 4\n"
WHOLE = "worlds: [one-town]\npolicies: [status-quo-2020, fifty-fifty]\n"

_watching: list[list[str]] = []


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _watching and isinstance(arguments[0], str | bytes):
        name = arguments[0].decode() if isinstance(arguments[0], bytes) else arguments[0]
        if not str(Path(name).resolve()).startswith(OURS):
            _watching[-1].append(name)


sys.addaudithook(_note)  # it cannot be taken away again, so it looks only while a test asks for it


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """The files that were opened outside the package, the shipped scenarios and Python itself."""
    found: list[str] = []
    _watching.append(found)
    yield found
    _watching.pop()


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file of the server that is nobody's business."""
    path = tmp_path / "secret.yaml"
    path.write_text(
        "id: secret\ntitle: Secret\nprevention: {local_spend: 12.34}\ns3cret: swordfish\n", encoding="utf-8"
    )
    (tmp_path / "towns.csv").write_text("nis_code,name,population\n1,Swordfish,10\n", encoding="utf-8")
    return path


def answer(read: Callable[[str, bytes], object], raw: bytes) -> tuple[object, tuple[Problem, ...]]:
    """What is in a file, or the problems of it."""
    try:
        return read("mine.yaml", raw), ()
    except InputError as error:
        return None, error.problems


BOM = b"\xef\xbb\xbf"
FORMS: dict[str, Callable[[str], bytes]] = {
    "plain": lambda text: text.encode(),
    "one mark": lambda text: BOM + text.encode(),
    "two marks": lambda text: BOM + BOM + text.encode(),
    "a mark on each line": lambda text: text.replace("\n", "\n\ufeff").encode(),
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16 without a mark": lambda text: text.encode("utf-16-le"),
    "utf-32": lambda text: text.encode("utf-32"),
    "a NUL before": lambda text: b"\0" + text.encode(),
    "a NUL in a line": lambda text: text.replace(": ", ":\0 ").encode(),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "form feeds": lambda text: text.replace("\n", "\f\n").encode(),
    "next line": lambda text: text.replace("\n", "\x85").encode(),
    "line separators": lambda text: text.replace("\n", "\u2028").encode(),
    "a start": lambda text: f"---\n{text}".encode(),
    "two documents": lambda text: f"{HEAD}---\n{text}".encode(),
    "a document after": lambda text: f"{text}---\n{HEAD}".encode(),
    "a directive": lambda text: f"%YAML 1.2\n---\n{text}".encode(),
    "an older directive": lambda text: f"%YAML 1.1\n---\n{text}".encode(),
    "not UTF-8": lambda text: text.encode() + b"\xff",
    "not UTF-8 before": lambda text: b"\xff" + text.encode(),
}
NAMES = {
    "as it is": "{path}",
    "quoted": '"{path}"',
    "a tag": "!!str {path}",
    "an anchor": "&a {path}",
    "a list": "[{path}]",
    "a mapping": "{{id: {path}}}",
    "a block": "|-\n  {path}",
    "folded": ">-\n  {path}",
    "an include": "!include {path}",
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", FORMS)
def test_no_file_of_the_server_is_opened_nor_shown(form: str, name: str, secret: Path, opened: list[str]) -> None:
    path = NAMES[name].format(path=secret)
    table = NAMES[name].format(path=secret.with_name("towns.csv"))
    for text, read in (
        (f"{HEAD}based_on: {path}\n", policy_from),
        (f"{STUDY}{WHOLE}baseline: {path}\n", study_from),
        (f"{STUDY}worlds: {path}\npolicies: [status-quo-2020]\n", study_from),
        (f"{STUDY}worlds: [one-town]\npolicies: {path}\n", study_from),
        (f"{HEAD}start: 2020-01-01\nmunicipalities: {table}\n", lambda file, raw: load_brought("world", file, raw)),
    ):
        found, problems = answer(read, FORMS[form](text))
        told = f"{found} {problems}"
        assert {problem.file for problem in problems} <= {"mine.yaml"}
        assert "12.34" not in told
        assert "s3cret" not in told
        assert "wordfish" not in told.replace(str(secret), "")
    assert not opened


@pytest.mark.parametrize(
    "name",
    [*("", ".", "..", "/", "~", "../policies/fifty-fifty", "./fifty-fifty"),
     *("fifty-fifty.yaml", "Fifty-Fifty", "fifty-fifty\\n", "%2e%2e")],
)  # fmt: skip
def test_a_base_is_the_id_of_a_shipped_policy_and_nothing_else(name: str, opened: list[str]) -> None:
    with pytest.raises(InputError, match="based on"):
        policy_from("mine.yaml", f'{HEAD}based_on: "{name}"\n'.encode())
    assert not opened


def test_a_file_that_is_named_like_a_shipped_one_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even where the server happens to run in a folder with such a file."""
    monkeypatch.chdir(tmp_path)
    for name in ("fifty-fifty", "fifty-fifty.yaml", "one-town"):
        (tmp_path / name).write_text("s3cret: swordfish\n", encoding="utf-8")
    assert policy_from("mine.yaml", f"{HEAD}based_on: fifty-fifty\n".encode()).based_on == "fifty-fifty"
    found = study_from("mine.yaml", f"{STUDY}{WHOLE}".encode())
    assert [one.id for one in (*found.worlds, *found.policies)] == ["one-town", "status-quo-2020", "fifty-fifty"]


@pytest.mark.parametrize(
    "key",
    [*("<<: {based_on: fifty-fifty}", "<<: *a", "!!merge <<: {}", "based_on: *a", "? [based_on]\n: fifty-fifty"),
     *("based_on: fifty-fifty\nbased_on: local-only", "based_on: [fifty-fifty]", "based_on: {id: fifty-fifty}")],
)  # fmt: skip
def test_other_ways_to_name_a_base_are_refused(key: str) -> None:
    with pytest.raises(InputError):
        policy_from("mine.yaml", f"{HEAD}{key}\n".encode())


def test_a_file_in_a_link_that_unpacks_to_more_than_a_file_may_be_is_none(opened: list[str]) -> None:
    for size in (MOST_BYTES + 1, 50 * MOST_BYTES):
        bomb = base64.urlsafe_b64encode(zlib.compress(HEAD.encode() + b"#" * size, 9)).decode().rstrip("=")
        begun = time.process_time()
        assert packed_policies.unpack(bomb[: packed_policies.MOST_LETTERS]) is None
        assert packed_policies.unpack(bomb) is None
        assert time.process_time() - begun < MOST_SECONDS
    assert not opened


# ---- work ----------------------------------------------------------------------------------------------------------


def many(head: str, line: str, foot: str = "", most: int = MOST_BYTES) -> str:
    """As many lines as a file may hold."""
    room = most - len(head) - len(foot) - 10
    found, number = [head], 0
    while room > 0:
        found.append(line.replace("#", str(number)))
        room -= len(found[-1].encode())
        number += 1
    return "".join(found[:-1]) + foot


PHASES = f"{HEAD}phases:\n  - from: 2021-01-01\n    set:\n"
LAYERS = "cost_split:\n  recovery:\n"
GRID = f"{STUDY}{WHOLE}design: grid\nfactors:\n"
HEAVY: dict[str, tuple[Any, str, str, str]] = {
    "unknown keys": (policy_from, HEAD, "key#: 1\n", ""),
    "keys that are nearly right": (policy_from, f"{HEAD}prevention:\n", "  local_spend#: 1\n", ""),
    "keys of a phase": (policy_from, PHASES, "      response.x#: 1\n", ""),
    "phases": (policy_from, f"{HEAD}phases:\n", "  - {from: 2021-01-01, set: {response.teams: #}}\n", ""),
    "layers": (policy_from, f"{HEAD}{LAYERS}", "    - {payer: flanders, budget: b#}\n", ""),
    "envelopes": (policy_from, f"{HEAD}budgets:\n", "  b#: {per_year: 1}\n",
                  f"{LAYERS}    - {{payer: flanders, budget: c}}\n"),
    "grants": (policy_from, f"{HEAD}grants:\n", "  - {id: g, instrument: audit}\n", ""),
    "aliases": (policy_from, HEAD, "key#: *a\n", ""),
    "one key again and again": (policy_from, HEAD, "id: x\n", ""),
    "empty groups": (policy_from, f"{HEAD}grants: [", "{},", "]\n"),
    "nesting": (policy_from, f"{HEAD}x: ", "[", ""),
    "a long number": (policy_from, f"{HEAD}prevention: {{local_spend: ", "9", "}\n"),
    "one policy again and again": (study_from, f"{STUDY}worlds: [one-town]\npolicies: [x", ",local-only", "]\n"),
    "one world again and again": (study_from, f"{STUDY}policies: [local-only]\nworlds: [x", ",one-town", "]\n"),
    "strangers": (study_from, f"{STUDY}worlds: [one-town]\npolicies: [x", ",x#", "]\n"),
    "factors": (study_from, GRID, "  policy.response.x#: [1, 2]\n", ""),
    "values": (study_from, f"{GRID}  policy.prevention.local_spend: [0", ",#", "]\n"),
    "cases": (study_from, f"{STUDY}{WHOLE}cases:\n", "  - {policy.prevention.local_spend: 1.5}\n", ""),
    "outcomes": (study_from, f"{STUDY}{WHOLE}outcomes: [a", ",o#", "]\n"),
}  # fmt: skip


@pytest.mark.parametrize("few", [False, True], ids=["as many as fit", "as many as are read"])
@pytest.mark.parametrize("name", HEAVY)
def test_a_file_full_of_the_same_ends_at_once_in_few_sentences(name: str, few: bool, opened: list[str]) -> None:
    read, head, line, foot = HEAVY[name]
    text = many(head, line, foot)
    if few:  # every value is counted, also keys and groups
        each = 1 + line.count(",") + line.count("{") + 2 * line.count(":")
        text = many(head, line, foot, len(head) + len(foot) + MOST_VALUES // each * len(line.replace("#", "12")))
    begun = time.process_time()
    _, problems = answer(read, text.encode())
    assert time.process_time() - begun < MOST_SECONDS
    assert len(problems) < 2 * MOST_VALUES
    assert all(len(str(problem)) < 3000 for problem in problems)
    assert not opened


def test_the_largest_study_that_a_visitor_may_bring_is_read_in_time() -> None:
    values = ",".join(["0.5"] * 990)
    text = (f"{STUDY}worlds: [flanders-2020, flanders-2025, one-town]\npolicies: [status-quo-2020, local-only]\n"
            f"design: grid\nfactors:\n  world.threat.attempts: [{values}]\n")  # fmt: skip
    begun = time.process_time()
    assert len(study_from("mine.yaml", text.encode()).worlds) == 3
    assert time.process_time() - begun < MOST_SECONDS


@pytest.mark.parametrize("line", ["nr#: 1\n", "key#: *a\n"])
def test_the_rest_of_many_problems_is_counted(line: str) -> None:
    with pytest.raises(InputError) as told:
        load_brought("policy", "mine.yaml", many(HEAD, line, most=20_000).encode())
    assert 100 < len(told.value.problems) < 600
    assert "more" in told.value.problems[-1].message or "rest" in told.value.problems[-1].message
