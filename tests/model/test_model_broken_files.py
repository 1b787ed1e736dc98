"""Every way a file can be broken gives a problem that says what, where, what is allowed, and the nearest valid name."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.files import load_policy, load_world, validate
from sim.model.problems import InputError
from sim.model.world import World
from sim.model.yaml_in import parse_tree

BROKEN = Path(__file__).resolve().parents[1] / "data" / "broken"

# file, line, rule, words that must be said
CASES = [
    ("unknown-key.yaml", 5, "unknown-key", 'did you mean "private_after_days"?'),
    ("unknown-category.yaml", 4, "unknown-key", 'did you mean "recovery"?'),
    ("unknown-payer.yaml", 5, "unknown-value", 'did you mean "flanders"?'),
    ("unknown-value.yaml", 4, "unknown-value", "must be never, may_pay or with_approval"),
    ("unknown-base.yaml", 3, "unknown-base", 'did you mean "status-quo-2020"?'),
    ("cycle-a.yaml", 3, "based-on-cycle", "cycle-a -> cycle-b -> cycle-a"),
    ("wrong-type-text.yaml", 4, "wrong-type", 'the text "five", and must be a number from 0 to 200'),
    ("wrong-type-text.yaml", 6, "wrong-type", 'a whole number from 0 to 1000, or "unlimited"'),
    ("wrong-type-comma.yaml", 4, "wrong-type", "write 7.5, with a point"),
    ("wrong-type-boolean.yaml", 4, "wrong-type", "response.teams is true"),
    ("wrong-type-group.yaml", 3, "wrong-type", "a group of the keys local_spend, behaviour, delivery, mix"),
    ("no-such-date.yaml", 5, "wrong-type", "a date such as 2020-01-01"),
    ("a-list.yaml", 1, "wrong-type", "group of keys"),
    ("out-of-range.yaml", 4, "out-of-range", "is -1, and must be a number from 0 to 200"),
    ("out-of-range.yaml", 6, "out-of-range", "is 2000"),
    ("out-of-range.yaml", 7, "out-of-range", 'from 0 to 3650, or "never"'),
    ("start-in-spring.yaml", 4, "out-of-range", "must be 1 January"),
    ("start-in-spring.yaml", 5, "out-of-range", "a whole number from 1 to 50"),
    ("huge-number.yaml", 4, "out-of-range", "more than 300 digits"),
    ("not-finite.yaml", 4, "not-finite", "prevention.local_spend is inf"),
    ("not-finite.yaml", 6, "not-finite", "ransom.approval_rate is nan"),
    ("world-key-in-policy.yaml", 5, "world-key-in-policy", "belongs in a world file"),
    ("world-key-in-policy.yaml", 8, "world-key-in-policy", "--set world.threat.growth="),
    ("policy-key-in-world.yaml", 5, "policy-key-in-world", "belongs in a policy file"),
    ("policy-key-in-world.yaml", 8, "policy-key-in-world", "--set policy.response.teams="),
    ("not-simulated-yet.yaml", 4, "not-simulated-yet", 'prevention.delivery "flemish_framework"'),
    ("not-simulated-yet.yaml", 5, "not-simulated-yet", 'prevention.behaviour "responsive"'),
    ("not-simulated-yet.yaml", 6, "not-simulated-yet", "prevention.minimum_standard"),
    ("not-simulated-yet.yaml", 8, "not-simulated-yet", "response.fallback_services"),
    ("not-simulated-yet.yaml", 9, "not-simulated-yet", "grants"),
    ("not-simulated-yet.yaml", 13, "not-simulated-yet", 'payer "fund"'),
    ("not-simulated-yet.yaml", 14, "not-simulated-yet", "cost_split.recovery[2].budget"),
    ("study.yaml", None, "not-simulated-yet", "is a study; this version reads worlds and policies only"),
    ("share-above-one.yaml", 5, "share-above-one", "share is 1.5, and must be from 0 to 1"),
    ("shares-sum.yaml", 5, "shares-sum", "must sum to 1, but the sum is 1.2"),
    ("incident-shares.yaml", 5, "shares-sum", "significant and severe together are 1.1"),
    ("incident-shares.yaml", 8, "shares-sum", "the weights of the services"),
    ("too-many-events.yaml", 5, "too-many-events", "lower threat.attempts, threat.growth or years, or bring"),
    ("missing-last-payer.yaml", 4, "missing-last-payer", "{payer: municipality}"),
    ("missing-last-payer.yaml", 6, "missing-last-payer", "cost_split.fraud"),
    ("missing-last-payer.yaml", 7, "missing-last-payer", "cost_split.ransom"),
    ("dates-reversed.yaml", 5, "dates-reversed", "until 2022-12-31 lies before from 2023-01-01"),
    ("nobody-comes.yaml", 3, "nobody-comes", "no victim would ever be helped"),
    ("duplicate-key.yaml", 5, "duplicate-key", '"teams" stands twice (first on line 4)'),
    ("town-twice.yaml", 6, "out-of-range", "must be at least 1"),
    ("town-twice.yaml", 7, "duplicate-id", "NIS code 1 stands twice (first on line 5)"),
    ("missing-key.yaml", 1, "missing-key", '"id" is missing'),
    ("bad-id.yaml", 1, "bad-id", "lower-case letters"),
    ("neither.yaml", None, "unknown-kind", "a world names municipalities and start"),
    ("unknown-table.yaml", 3, "unknown-municipality-file", "municipalities_2020.csv"),
    ("towns.csv", 3, "bad-csv", 'population is "veel"'),
    ("towns.csv", 6, "bad-csv", 'population is "5.000"'),
    ("towns.csv", 7, "bad-csv", "has 3 cells and the header 4"),
    ("bad-header.csv", 1, "bad-csv", 'did you mean "population"?'),
    ("not-yaml.yaml", 2, "not-yaml", "put a text that holds a colon in quotes"),
    ("tabs.yaml", 4, "not-yaml", "indent with spaces"),
    ("two-documents.yaml", 4, "not-yaml", "one scenario"),
    ("yaml-tag.yaml", 4, "yaml-tag", "plain data"),
    ("yaml-alias.yaml", 3, "yaml-alias", "alias *a is not allowed"),
    ("too-deep.yaml", 3, "too-deep", "deeper than 20 levels"),
    ("empty.yaml", None, "empty-file", "id and title"),
    ("only-a-comment.yaml", None, "empty-file", "is empty"),
    ("not-utf8.yaml", 2, "not-utf8", "save the file as UTF-8"),
    ("binary.yaml", 3, "binary", "not a text file"),
]


@pytest.mark.parametrize(("file", "line", "rule", "words"), CASES, ids=lambda part: str(part)[:40])
def test_a_broken_file_says_what_is_wrong(file: str, line: int | None, rule: str, words: str) -> None:
    found = [problem for problem in validate([BROKEN / file]) if (problem.line, problem.rule) == (line, rule)]
    assert any(words in str(problem) for problem in found), validate([BROKEN / file])
    assert rule == "based-on-cycle" or all(Path(problem.file) == BROKEN / file for problem in found)


def test_every_broken_file_is_a_case() -> None:
    told = {file for file, *_ in CASES} | {"cycle-b.yaml", "everything-at-once.yaml", "bad-table.yaml"}
    assert {path.name for path in BROKEN.iterdir()} - {"beyond-the-horizon-policy.yaml"} == told


def test_everything_wrong_is_said_in_one_pass() -> None:
    problems = validate([BROKEN / "everything-at-once.yaml"])
    assert {(problem.line, problem.rule) for problem in problems} == {
        (1, "bad-id"),
        (2, "missing-key"),
        (4, "wrong-type"),
        (5, "unknown-key"),
        (8, "duplicate-key"),
        (9, "world-key-in-policy"),
        (12, "share-above-one"),
        (13, "not-simulated-yet"),
    }


def test_a_broken_table_is_reported_in_the_table() -> None:
    problems = validate([BROKEN / "bad-table.yaml"])
    assert {Path(problem.file).name for problem in problems} == {"towns.csv"}
    assert len(problems) == 6


def test_a_folder_of_broken_files_is_read_to_the_end() -> None:
    problems = validate([BROKEN])
    assert {Path(problem.file).stem for problem in problems} >= {Path(file).stem for file, *_ in CASES[:-4]} - {
        "bad-header"
    }


@pytest.mark.parametrize("file", sorted(path.name for path in BROKEN.glob("*.yaml")))
def test_loading_a_broken_file_is_an_input_error(file: str) -> None:
    if file in ("beyond-the-horizon-policy.yaml", "neither.yaml"):  # sound alone; a policy that changes nothing
        return
    for load in (load_policy, load_world):
        with pytest.raises(InputError):
            load(BROKEN / file)


# ---- anything at all


def read_anything(path: Path) -> None:
    """Either a scenario or an InputError comes out, and every problem fits on one line."""
    for problem in validate([path]):
        assert str(problem).isprintable()
    for load in (load_policy, load_world):
        with contextlib.suppress(InputError):
            load(path)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "anything.yaml"
    path.write_bytes(raw)
    read_anything(path)


YAML_BITS = st.sampled_from(
    [
        *":-?[]{}#&*!|>'\"%@`,\n\t \\~",
        "\n  ",
        "id: ",
        "title: ",
        "!!",
        "<<: ",
        "---\n",
        "...",
        "0x",
        "1e400",
        ".nan",
        "\\ud800",
    ]
)
KEYS = st.sampled_from(
    [*World.model_fields, "prevention", "response", "ransom", "cost_split", "based_on", "mix", "payer", "teams", "fund"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.dates().map(str) | st.text(max_size=10) | KEYS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(YAML_BITS | KEYS | st.text(max_size=4), max_size=40).map("".join))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "anything.yaml"
    path.write_text(text, encoding="utf-8", errors="replace")
    read_anything(path)


@given(st.dictionaries(KEYS, VALUES, max_size=6))
def test_any_data_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: dict[str, object]) -> None:
    path = tmp_path_factory.getbasetemp() / "anything.yaml"
    path.write_text(flow(data), encoding="utf-8", errors="replace")
    read_anything(path)


def flow(value: object) -> str:
    """The value in YAML's flow form."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(key)}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return (
        {None: "null", True: "true", False: "false"}.get(value, str(value))
        if value is None or isinstance(value, bool)
        else str(value)
    )


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "- " * 50_000, "{a: " * 50_000, "? " * 50_000, "a: &a [*a]", "&a " * 9]
)
def test_hostile_nesting_is_refused_at_once(text: str) -> None:
    tree, problems = parse_tree(text, "hostile.yaml")
    assert tree is None or problems
    assert problems
