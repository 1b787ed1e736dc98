"""Scenarios are read by id or path, stand on each other, take settings, and come back out as they went in."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic.fields import FieldInfo

from sim.model.files.load import check_together, load_inputs, load_policy, load_world, scenarios, validate
from sim.model.files.write_yaml import policy_yaml, world_yaml
from sim.model.groups import Group
from sim.model.parameter_table import Parameter, parameters
from sim.model.policy.policy import CATEGORIES, MEASURES, Fund, Insurance, MinimumStandard, Policy, SupplierStandard
from sim.model.problems import InputError, unnamed
from sim.model.world.world import World

WORLDS = [scenario.id for scenario in scenarios("worlds")]
ABSENT = {"fund", "insurance", "minimum_standard", "supplier_standard"}
"""Groups that are not there unless a policy names them."""
POLICIES = [scenario.id for scenario in scenarios("policies")]


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


# ---- what is shipped


def test_the_defaults_come_first() -> None:
    assert WORLDS == ["flanders-2020", "flanders-2025", "one-town"]
    assert POLICIES[0] == "status-quo-2020"
    assert {"local-only", "fifty-fifty", "flanders-pays", "prevention-first", "more-response-teams", "no-ransom"} < set(
        POLICIES
    )


def test_everything_shipped_is_sound(project: Path) -> None:
    assert validate([project / "scenarios"]) == []


@pytest.mark.parametrize("scenario", [*scenarios("world"), *scenarios("policy")], ids=lambda scenario: scenario.id)
def test_a_shipped_scenario_says_what_it_is_in_two_languages(scenario: tuple[str, Path, object]) -> None:
    identifier, path, _ = scenario
    loaded = load_world(identifier) if path.parent.name == "worlds" else load_policy(identifier)
    assert loaded.id == path.stem == identifier
    for words in (loaded.title, loaded.description, loaded.reference):
        assert words is not None
        assert words.nl != words.en


def test_the_default_world_and_policy_are_the_defaults_of_the_table() -> None:
    world, policy = load_world("flanders-2020"), load_policy("status-quo-2020")
    for row in parameters().values():
        value = (world if row.scope == "world" else policy).get_value(row.path)
        assert value == row.value or (value is None and row.path.split(".")[-2] in ABSENT)


def test_who_pays_in_the_presets() -> None:
    def flemish(policy: str) -> list[float]:
        return [
            sum(layer.share for layer in load_policy(policy).layers(c) if layer.payer == "flanders") for c in CATEGORIES
        ]

    assert flemish("local-only") == [0.0] * 9
    assert flemish("fifty-fifty") == [0.5] * 9
    assert flemish("flanders-pays") == [1.0] * 9
    assert flemish("status-quo-2020") == [0, 1, 0, 0, 0, 0, 0, 0, 0]
    for same in ("prevention-first", "more-response-teams", "no-ransom"):
        assert load_policy(same).cost_split == load_policy("status-quo-2020").cost_split


def test_the_audit_of_today_is_a_grant_of_two_thirds_that_ends() -> None:
    today = load_policy("status-quo-2020")
    (audit,) = today.grants
    assert (audit.instrument, audit.share, audit.hazard) == ("audit", 0.66, None)
    assert (audit.from_, audit.until) == (datetime.date(2020, 4, 1), datetime.date(2022, 12, 31))
    assert (audit.cap_per_municipality, audit.budget_per_year) == (3643.03, 666_667)
    assert load_world("flanders-2020").adoption.audit == 0.26
    assert (today.fund, today.insurance, today.budgets, today.phases) == (None, None, {}, ())
    assert load_policy("local-only").grants == ()
    assert [grant.share for grant in load_policy("fifty-fifty").grants] == [0.0]
    for same in ("flanders-pays", "prevention-first", "more-response-teams", "no-ransom"):
        assert load_policy(same).grants == today.grants


# ---- one policy on another


def test_a_policy_says_only_what_differs(tmp_path: Path) -> None:
    path = write(tmp_path, "mine.yaml", "id: mine\ntitle: Mine\nbased_on: prevention-first\nresponse: {teams: 6}\n")
    mine, base = load_policy(path), load_policy("prevention-first")
    assert mine == base.with_values(
        {
            "id": "mine",
            "title": "Mine",
            "description": None,
            "reference": None,
            "based_on": base.id,
            "response.teams": 6,
        }
    )


def test_a_base_may_be_a_file_beside_it(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", "id: the-base\ntitle: Base\nransom: {rule: never}\n")
    for name in ("base", "base.yaml", "./base.yaml"):
        path = write(tmp_path, "mine.yaml", f"id: mine\ntitle: Mine\nbased_on: {name}\n")
        assert (load_policy(path).ransom.rule, load_policy(path).based_on) == ("never", "the-base")


def test_a_fault_in_the_base_is_reported_in_the_base(tmp_path: Path) -> None:
    base = write(tmp_path, "base.yaml", "id: base\ntitle: Base\nresponse:\n  teams: few\n")
    path = write(tmp_path, "mine.yaml", "id: mine\ntitle: Mine\nbased_on: base\nransom: {rule: perhaps}\n")
    found = {(problem.file, problem.line, problem.rule) for problem in validate([path])}
    assert found == {(str(base), 4, "wrong-type"), (str(path), 4, "unknown-value")}


# ---- settings


def test_settings_come_on_top_and_are_typed() -> None:
    settings = ["world.threat.attempts=24", "policy.response.teams=unlimited", "world.start=2021-01-01"]
    settings.append("policy.prevention.mix={hardening: 0.3, awareness: 0.0}")
    world, policy = load_world("one-town", settings), load_policy("status-quo-2020", settings)
    assert (world.threat.attempts, world.start) == (24, datetime.date(2021, 1, 1))
    assert (policy.response.teams, policy.prevention.mix.hardening) == ("unlimited", 0.3)


@pytest.mark.parametrize(
    ("setting", "rule", "words"),
    [
        ("world.threat.attempts", "bad-setting", "KEY=VALUE"),
        ("threat.attempts=24", "bad-setting", 'did you mean "world.threat.attempts"'),
        ("world.threat.attemps=24", "unknown-key", 'did you mean "attempts"'),
        ("world.threat.attempts=lots", "wrong-type", 'the text "lots"'),
        ("world.threat.attempts=1e9", "out-of-range", "from 0 to 1000"),
        ("world.threat.attempts=", "bad-setting", "needs a value"),
        ("world.threat.attempts=[1", "not-yaml", "world.threat.attempts"),
        ("world.ransom.rule=never", "policy-key-in-world", "policy"),
        ("world.municipalities=absent.csv", "unknown-municipality-file", "absent.csv"),
    ],
)
def test_a_bad_setting_is_reported_like_a_file(setting: str, rule: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        load_world("one-town", [setting])
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.rule) == ("--set", None, rule)
    assert words in str(problem)


def test_all_inputs_of_a_comparison_are_checked_at_once() -> None:
    with pytest.raises(InputError) as caught:
        load_inputs("flanders-2002", ["status-quo-2020", "no-ransome"], ["policy.response.teams=-1"])
    assert [problem.rule for problem in caught.value.problems] == ["unknown-world", "out-of-range", "unknown-policy"]
    assert 'did you mean "no-ransom"' in str(caught.value)


def test_sound_inputs_of_a_comparison_come_with_their_warnings() -> None:
    world, policies, warnings = load_inputs("flanders-2025", ["status-quo-2020", "local-only"])
    assert (world.id, [policy.id for policy in policies]) == ("flanders-2025", ["status-quo-2020", "local-only"])
    (warning,) = warnings
    assert (warning.rule, warning.severity) == ("date-outside-horizon", "warning")


# ---- worlds and policies together


def test_a_layer_that_begins_after_the_horizon_is_an_error() -> None:
    layers = [{"payer": "flanders", "from": datetime.date(2030, 1, 1)}, {"payer": "municipality"}]
    policy = load_policy("local-only").with_values({"cost_split.recovery": layers})
    (problem,) = check_together(load_world("flanders-2020"), policy)
    assert (problem.rule, problem.severity) == ("date-outside-horizon", "error")
    assert check_together(load_world("flanders-2025"), policy) == []


def test_dates_are_checked_against_the_worlds_given(project: Path) -> None:
    broken = project / "tests/data/broken/beyond-the-horizon-policy.yaml"
    problems = validate([project / "scenarios/worlds", broken])
    assert [(problem.line, problem.rule) for problem in problems] == [
        (5, "date-outside-horizon"),
        (8, "date-outside-horizon"),
    ]
    assert validate([broken]) == []


def test_the_dates_of_a_plan_are_checked_like_those_of_layers(project: Path) -> None:
    broken = project / "tests/data/broken/beyond-the-horizon-plan.yaml"
    problems = validate([project / "scenarios/worlds", broken])
    assert {problem.rule for problem in problems} == {"date-outside-horizon"}
    assert [(problem.line, problem.severity) for problem in problems] == [
        (4, "error"),
        (6, "warning"),
        (7, "error"),
        (9, "warning"),
        (10, "error"),
        (14, "error"),
    ]
    assert "phase 1 begins on 2015-01-01, before" in str(problems[3])
    assert "layer 1 of recovery begins on 2041-01-01" in str(problems[-1])


def test_an_id_belongs_to_one_file(tmp_path: Path) -> None:
    for name in ("one.yaml", "two.yaml"):
        write(tmp_path, name, "id: same\ntitle: Same\nransom: {rule: never}\n")
    (problem,) = validate([tmp_path])
    assert (problem.rule, Path(problem.file).name, problem.line) == ("duplicate-id", "two.yaml", 1)


# ---- paths that are no files


def test_a_path_that_is_no_file_is_a_clear_problem(tmp_path: Path) -> None:
    assert [problem.rule for problem in validate([tmp_path])] == ["nothing-to-check"]
    assert [problem.rule for problem in validate([tmp_path / "absent.yaml"])] == ["not-found"]
    assert [problem.rule for problem in validate(["nul\0byte.yaml"])] in (["not-found"], ["unreadable"])
    assert [problem.rule for problem in validate(["x" * 5000])] == ["unreadable"]
    with pytest.raises(InputError, match="is-a-folder"):
        load_world(tmp_path)


def test_a_missing_file_names_the_nearest(tmp_path: Path) -> None:
    write(tmp_path, "policy.yaml", "id: a\n")
    with pytest.raises(InputError, match=r'did you mean "policy\.yaml"'):
        load_policy(tmp_path / "polici.yaml")


def test_a_large_file_is_refused_unread(tmp_path: Path) -> None:
    path = write(tmp_path, "large.yaml", "#" * 1_000_001)
    assert [problem.rule for problem in validate([path])] == ["too-large"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this machine")
def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert [problem.rule for problem in validate([tmp_path / "pipe.yaml"])] == ["not-a-file"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="this user may read everything")
def test_a_file_that_may_not_be_read_is_a_clear_problem(tmp_path: Path) -> None:
    path = write(tmp_path, "secret.yaml", "id: a\n")
    path.chmod(0)
    assert [problem.rule for problem in validate([path])] == ["unreadable"]


def test_the_wrong_kind_of_file_is_named(project: Path) -> None:
    with pytest.raises(InputError, match=r"wrong-kind.*is a world, and a policy is expected"):
        load_policy(project / "scenarios/worlds/one-town.yaml")
    with pytest.raises(InputError, match=r"wrong-kind.*is a policy, and a world is expected"):
        load_world(project / "scenarios/policies/no-ransom.yaml")


# ---- out and in again


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_comes_back_as_it_went_out(name: str, tmp_path: Path) -> None:
    policy = load_policy(name)
    assert load_policy(write(tmp_path, "out.yaml", policy_yaml(policy))) == policy


@pytest.mark.parametrize("name", WORLDS)
def test_a_world_comes_back_as_it_went_out(name: str, tmp_path: Path) -> None:
    world = load_world(name)
    assert load_world(write(tmp_path, "out.yaml", world_yaml(world))) == world


def test_a_policy_with_every_lever_comes_back_as_it_went_out(project: Path, tmp_path: Path) -> None:
    policy = load_policy(project / "tests/data/every-lever.yaml")
    text = policy_yaml(policy)
    assert load_policy(write(tmp_path, "out.yaml", text)) == policy
    assert "  - {from: 2021-06-01, set: {response.teams: 6}}\n" in text
    assert "requires: {identity: 0.3, minimum_standard: true, programme: soc}}\n" in text


def test_only_what_differs_is_written() -> None:
    policy = load_policy("more-response-teams").with_values({"response.teams": "unlimited"})
    text = policy_yaml(policy)
    assert "based_on: status-quo-2020\nresponse:\n  teams: unlimited\n" in text
    assert "cost_split" not in text
    assert "threat" not in world_yaml(load_world("flanders-2020"))


def test_a_policy_on_a_base_that_is_not_shipped_is_written_in_full(tmp_path: Path) -> None:
    policy = load_policy("no-ransom").with_values({"based_on": "of-my-own"})
    again = load_policy(write(tmp_path, "out.yaml", policy_yaml(policy)))
    assert again == policy.with_values({"based_on": None})


letters = st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co"))
codes = st.integers(1, 999_999).filter(lambda code: code % 1000 != 0 and code not in (20_001, 20_002))
words = st.text(letters, min_size=1, max_size=40).filter(lambda text: unnamed(text) is None)


names = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,20}", fullmatch=True)
shares = st.floats(0, 1)
euros = st.none() | st.floats(0, 1e9)
days = st.none() | st.dates(datetime.date(2000, 1, 1), datetime.date(2020, 1, 1))
later = st.none() | st.dates(datetime.date(2020, 1, 2), datetime.date(2060, 1, 1))
requires = st.dictionaries(st.sampled_from(MEASURES), shares, max_size=3)
when = st.fixed_dictionaries({}, optional={"from": days, "until": later, "requires": requires})
limits = st.fixed_dictionaries({}, optional={"cap_per_municipality": euros, "budget_per_year": euros})


@st.composite
def grants(draw: st.DrawFn, name: str) -> dict[str, object]:
    instrument = draw(st.sampled_from(["matching", "lump_sum", "shared_service", "audit"]))
    measures = draw(st.lists(st.sampled_from(MEASURES), min_size=1, unique=True))
    own: dict[str, object] = {"share": draw(st.floats(0, 0.95))}
    if instrument == "lump_sum":
        own = {"amount": draw(st.floats(0, 100)), "by": draw(st.sampled_from(["inhabitants", "need"]))}
    elif instrument != "audit":
        own["measures"] = measures[: 1 if instrument == "shared_service" else 6]
    return {"id": name, "instrument": instrument, **own, **draw(when), **draw(limits)}


def groups(model: type[Group]) -> st.SearchStrategy[dict[str, object] | None]:
    """A group whose fields are rows of the table: absent, or with some of them changed."""
    rows = [row for row in parameters().values() if row.key in {_key(field) for field in model.model_fields.values()}]
    values = {row.path.split(".")[-1]: _values(row) for row in rows}
    return st.none() | st.fixed_dictionaries({}, optional=values)


def _key(field: FieldInfo) -> object:
    return field.json_schema_extra.get("key") if isinstance(field.json_schema_extra, dict) else None


def _values(row: Parameter) -> st.SearchStrategy[object]:
    return st.floats(*row.allowed) if row.allowed else st.sampled_from(row.choices)


@st.composite
def phases(draw: st.DrawFn) -> list[dict[str, object]]:
    dates = draw(st.lists(st.dates(datetime.date(2000, 1, 1), datetime.date(2060, 1, 1)), max_size=4, unique=True))
    layers = st.lists(st.builds(dict, payer=st.sampled_from(["flanders", "insurer"]), share=shares), max_size=2)
    changes = st.fixed_dictionaries(
        {"prevention.local_spend": st.floats(0, 200)},
        optional={
            "response.discipline": st.sampled_from(["first_come", "severity"]),
            "prevention.supplier_standard": groups(SupplierStandard),
            "cost_split.fraud": layers.map(lambda some: [*some, {"payer": "municipality"}]),
        },
    )
    return [{"from": date, "set": draw(changes)} for date in dates]


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    fund = draw(groups(Fund))
    budgets = draw(st.dictionaries(names, st.fixed_dictionaries({"per_year": st.floats(0, 1e9)}), max_size=3))
    payers = st.sampled_from(["municipality", "flanders", "insurer", *(["fund"] if fund is not None else [])])
    terms = {"share": shares, "first": euros, "limit_per_event": euros, "common_cause_limit": euros, "from": days}
    layer = st.fixed_dictionaries({"payer": payers}, optional={**terms, "until": later, "requires": requires})
    if budgets:
        layer |= st.fixed_dictionaries({"payer": st.just("flanders"), "budget": st.sampled_from(sorted(budgets))})
    split = draw(st.dictionaries(st.sampled_from(CATEGORIES[2:]), st.lists(layer, max_size=3), max_size=3))
    return Policy.model_validate(
        {
            "id": draw(names),
            "title": {"nl": draw(words), "en": draw(words)},
            "description": draw(st.none() | words),
            "based_on": draw(st.none() | st.sampled_from(POLICIES)),
            "prevention": {
                "local_spend": draw(st.floats(0, 200)),
                "minimum_standard": draw(groups(MinimumStandard)),
                "supplier_standard": draw(groups(SupplierStandard)),
            },
            "grants": [draw(grants(name)) for name in draw(st.lists(names, max_size=4, unique=True))],
            "response": {"teams": draw(st.just("unlimited") | st.integers(0, 1000)), "fallback_services": True},
            "ransom": {"rule": draw(st.sampled_from(["never", "may_pay"])), "approval_rate": draw(shares)},
            "insurance": draw(groups(Insurance)),
            "fund": fund,
            "budgets": budgets,
            "gemeentefonds": {"share": draw(shares)},
            "cost_split": {category: [*layers, {"payer": "municipality"}] for category, layers in split.items()},
            "phases": draw(phases()),
        }
    )


@given(policies())
def test_any_policy_comes_back_as_it_went_out(tmp_path_factory: pytest.TempPathFactory, policy: Policy) -> None:
    path = write(tmp_path_factory.getbasetemp(), "any-policy.yaml", policy_yaml(policy))
    assert load_policy(path) == policy


@settings(max_examples=30)
@given(policies(), policies())
def test_what_differs_from_a_base_is_all_that_is_written(
    tmp_path_factory: pytest.TempPathFactory, policy: Policy, base: Policy
) -> None:
    folder = tmp_path_factory.getbasetemp()
    base = base.model_copy(update={"id": "the-base", "based_on": None})
    policy = policy.model_copy(update={"id": "on-top", "based_on": "the-base"})
    write(folder, "the-base.yaml", policy_yaml(base))
    assert load_policy(write(folder, "on-top.yaml", policy_yaml(policy, base))) == policy


@given(name=words, growth=st.floats(-0.5, 1), code=codes, tile=st.floats(-100, 100))
def test_any_world_comes_back_as_it_went_out(
    tmp_path_factory: pytest.TempPathFactory, name: str, growth: float, code: int, tile: float
) -> None:
    town = {"nis": code, "name": name, "population": 5, "hex_x": tile, "merged_from": [1, 2], "abbr": name[:3]}
    world = load_world("one-town").with_values({"municipalities": [town], "threat.growth": growth, "title.nl": name})
    path = write(tmp_path_factory.getbasetemp(), "any-world.yaml", world_yaml(world))
    assert isinstance(world, World)
    assert load_world(path) == world
