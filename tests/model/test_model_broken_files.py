"""Every way a file can be broken gives a problem that says what, where, what is allowed, and the nearest valid name."""

from __future__ import annotations

import contextlib
import copy
import functools
import operator
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.model.files.load import load_policy, load_world, validate
from sim.model.files.read_yaml import parse_tree, read_tree
from sim.model.messages import problems_of
from sim.model.policy.policy import Grant, Policy
from sim.model.problems import InputError
from sim.model.world.world import World

BROKEN = Path(__file__).resolve().parents[1] / "data" / "broken"

SOUND_ALONE = {"beyond-the-horizon-policy.yaml", "beyond-the-horizon-plan.yaml"}

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
    ("wrong-type-group.yaml", 3, "wrong-type", "a group of the keys local_spend, behaviour, delivery, mix, "),
    ("no-such-date.yaml", 5, "no-such-day", "is 2023-02-30, and there is no such day (February 2023 has 28 days)"),
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
    ("grants.yaml", 4, "share-above-one", "grants[1].share is 1.66"),
    ("grants.yaml", 5, "out-of-range", "a matching grant may pay 0.95 at most"),
    ("grants.yaml", 6, "unknown-value", 'did you mean "hardening"?'),
    ("grants.yaml", 6, "duplicate-id", "(first on line 5)"),
    ("grants.yaml", 7, "one-measure", "a shared service is for one"),
    ("grants.yaml", 8, "wrong-instrument", "it goes with matching, shared_service or audit"),
    ("grants.yaml", 8, "missing-key", "euros per inhabitant per year"),
    ("grants.yaml", 9, "dates-reversed", "it would never pay"),
    ("too-many.yaml", 3, "out-of-range", "has 7 grants, and may have 6"),
    ("too-many.yaml", 8, "out-of-range", "is a matching grant, and 4 stand before it"),
    ("too-many.yaml", 11, "out-of-range", "has 9 envelopes, and may have 8"),
    ("too-many.yaml", 12, "out-of-range", "has 21 phases, and may have 20"),
    ("unknown-budget.yaml", 7, "unknown-budget", 'did you mean "crt"?'),
    ("unknown-budget.yaml", 8, "payer-has-no-budget", "the payer here is municipality"),
    ("budgets.yaml", 4, "missing-key", '"budgets.crt.per_year" is missing'),
    ("budgets.yaml", 4, "unknown-key", 'did you mean "per_year"?'),
    ("budgets.yaml", 4, "unknown-value", "must be wait, pro_rata or fall_through"),
    ("budgets.yaml", 5, "bad-id", "lower-case letters"),
    ("budgets.yaml", 6, "out-of-range", "per_year is -1, and must be at least 0"),
    ("budgets.yaml", 6, "share-above-one", "financed_from_gemeentefonds is 1.5"),
    ("budgets.yaml", 7, "out-of-range", "gemeentefonds.share is -0.1"),
    ("no-fund.yaml", 5, "no-fund", "the policy has none (give the policy a fund"),
    ("wrong-payer.yaml", 6, "wrong-payer", "is insurer, and must be municipality or flanders"),
    ("wrong-payer.yaml", 7, "wrong-limit", "prevention is no cost of an incident"),
    ("wrong-payer.yaml", 10, "wrong-payer", "is fund, and must be municipality or flanders"),
    ("requires.yaml", 4, "no-minimum-standard", "give prevention a minimum_standard"),
    ("requires.yaml", 11, "share-above-one", "requires.identity is 1.3"),
    ("requires.yaml", 12, "unknown-programme", 'did you mean "soc"?'),
    ("requires.yaml", 13, "unknown-programme", "a lump sum that everybody gets"),
    ("requires.yaml", 14, "no-minimum-standard", "the policy has none"),
    ("requires.yaml", 14, "unknown-key", 'did you mean "identity"?'),
    ("standards.yaml", 4, "unknown-value", 'did you mean "basic"?'),
    ("standards.yaml", 4, "out-of-range", "compliance is 80, and must be a number from 0 to 1"),
    ("standards.yaml", 5, "out-of-range", "rate_factor is 1.7"),
    ("standards.yaml", 5, "unknown-key", 'did you mean "price"?'),
    ("standards.yaml", 7, "wrong-type", "must be true or false (write true)"),
    ("fund-and-insurance.yaml", 4, "out-of-range", "fund.levy is 5000"),
    ("fund-and-insurance.yaml", 5, "unknown-value", "must be wait, pro_rata or fall_through"),
    ("fund-and-insurance.yaml", 6, "out-of-range", "from 0 to 1,000,000,000,000"),
    ("fund-and-insurance.yaml", 8, "out-of-range", "insurance.uptake is 25"),
    ("fund-and-insurance.yaml", 9, "wrong-type", "risk_rated is 1, and must be true or false"),
    ("fund-and-insurance.yaml", 10, "unknown-key", "keys here are uptake, limit, deductible"),
    ("phase-conflict.yaml", 6, "phase-conflict", "changes on 2021-06-01, and so does response.teams (first on line 4)"),
    ("phase-conflict.yaml", 7, "phase-conflict", "in phase 4, response changes on 2022-06-01"),
    ("phase-keys.yaml", 7, "unknown-key", 'did you mean "teams"?'),
    ("phase-keys.yaml", 8, "not-in-a-phase", "it is what the policy is called"),
    ("phase-keys.yaml", 9, "not-in-a-phase", "give each grant dates of its own"),
    ("phase-keys.yaml", 10, "not-in-a-phase", "it is what the fund begins with"),
    ("phase-keys.yaml", 11, "not-in-a-phase", "fund cannot disappear"),
    ("phase-keys.yaml", 12, "not-in-a-phase", "cannot appear in a phase (give the policy insurance from the start)"),
    ("phase-keys.yaml", 13, "not-in-a-phase", "budgets.other.per_year cannot appear"),
    ("phase-keys.yaml", 14, "not-in-a-phase", "from or to unlimited"),
    ("phase-keys.yaml", 15, "empty-phase", "changes one key at least"),
    ("phase-keys.yaml", 16, "missing-key", "give a date such as 2021-06-01"),
    ("phase-keys.yaml", 17, "missing-key", "{response.teams: 6}"),
    ("phase-values.yaml", 12, "out-of-range", "in phase 1, response.teams is 6000"),
    ("phase-values.yaml", 13, "unknown-value", 'did you mean "flemish_framework"?'),
    ("phase-values.yaml", 14, "shares-sum", "the sum is 1.7"),
    ("phase-values.yaml", 17, "no-minimum-standard", "cost_split.recovery[1].requires.minimum_standard is asked for"),
    ("phase-values.yaml", 19, "share-above-one", "in phase 3, cost_split.fraud[1].share is 1.2"),
    ("phase-values.yaml", 19, "no-fund", "in phase 3, cost_split.fraud[1].payer is fund"),
    ("study.yaml", 5, "unknown-key", 'did you mean "factors"?'),
    ("study-names.yaml", 3, "unknown-world", 'did you mean "flanders-2025"?'),
    ("study-names.yaml", 4, "unknown-policy", 'did you mean "no-ransom"?'),
    ("study-names.yaml", 5, "not-found", "my-policy.yaml: there is no such file"),
    ("study-names.yaml", 8, "unknown-key", 'did you mean "attempts"?'),
    ("study-names.yaml", 9, "unknown-key", 'did you mean "policy.response.teams"?'),
    ("study-names.yaml", 10, "world-key-in-policy", "belongs in a world file"),
    ("study-values.yaml", 7, "out-of-range", "is -1, and must be a number from 0 to 200"),
    ("study-values.yaml", 8, "empty-range", "low must be below high"),
    ("study-values.yaml", 9, "which-form", "a list of values, named levels, low and high, or from_spec: true"),
    ("study-parts.yaml", 7, "out-of-range", "write 128"),
    ("study-parts.yaml", 9, "out-of-range", "threat.attempts is 100000, and must be a number from 0 to 1000"),
    ("study-parts.yaml", 10, "unknown-value", 'did you mean "central"?'),
    ("study-parts.yaml", 11, "no-range", "give low and high"),
    ("study-parts.yaml", 12, "wrong-type", "must be a group of the keys rule"),
    ("study-parts.yaml", 13, "wrong-type", "has a range, and must be first_come, severity or inhabitants"),
    ("study-parts.yaml", 15, "one-policy", "the precision of a difference"),
    ("study-parts.yaml", 16, "unknown-value", 'did you mean "cash_cost_eur"?'),
    ("study-cases.yaml", 6, "not-used", "the design is cases"),
    ("study-cases.yaml", 9, "out-of-range", "response.teams is 2000"),
    ("study-cases.yaml", 10, "unknown-key", 'did you mean "teams"?'),
    ("share-above-one.yaml", 5, "share-above-one", "share is 1.5, and must be from 0 to 1"),
    ("shares-sum.yaml", 5, "shares-sum", "must sum to 1, but the sum is 1.2"),
    ("incident-shares.yaml", 5, "shares-sum", "significant and severe together are 1.1"),
    ("incident-shares.yaml", 8, "shares-sum", "the weights of the services"),
    ("too-many-events.yaml", 5, "too-many-events", "lower threat.attempts, threat.growth or years, or bring"),
    ("too-likely.yaml", 5, "out-of-range", "break_in.today is 0.9, and must be at most 0.7958"),
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
    assert {path.name for path in BROKEN.iterdir()} - SOUND_ALONE == told


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
        (13, "unknown-key"),
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
    if file in SOUND_ALONE | {"neither.yaml"}:  # a policy that changes nothing
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
    [*World.model_fields, *Policy.model_fields, *Grant.model_fields, "mix", "payer", "teams", "requires", "from", "set"]
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


EVERY_LEVER = BROKEN.parent / "every-lever.yaml"
ODD = st.sampled_from(
    [None, True, -1, 1.5, "x", "crt", [], {}, [{}], {"a": 1}, ["a"], float("nan"), 10**400, "2022-01-01"]
)
ODD_KEYS = st.sampled_from(["fund", "budgets.crt", "policy.response", "", ".", "cost_split.recovery", "title", "from"])


def spots(data: object, above: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """The path of every value inside lists and dicts."""
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inside:
        yield (*above, key)
        yield from spots(value, (*above, key))


@given(st.data())
def test_a_policy_with_an_odd_value_anywhere_is_read_or_refused(data: st.DataObject) -> None:
    tree, _ = read_tree(EVERY_LEVER)
    assert tree is not None
    values = tree.plain()
    for *above, last in data.draw(st.lists(st.sampled_from(list(spots(values))), min_size=1, max_size=3)):
        with contextlib.suppress(KeyError, IndexError, TypeError, AttributeError):  # a spot that is no longer there
            spot = functools.reduce(operator.getitem, above, values)
            spot[data.draw(ODD_KEYS) if data.draw(st.booleans()) and isinstance(spot, dict) else last] = copy.deepcopy(
                data.draw(ODD)
            )
    try:
        policy = Policy.model_validate(values)
    except ValidationError as error:
        problems = problems_of(error, "policy", lambda _: ("here", None))
        assert problems
        assert all(str(problem).isprintable() for problem in problems)
    else:
        assert policy.stages()[0][0] is None
        assert len({policy}) == 1


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
