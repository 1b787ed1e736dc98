"""Policy files in and out: only what differs, through the validator, and nothing else of this machine."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from sim.model.files.load import load_policy, validate
from sim.model.problems import InputError
from sim.text import LANGUAGES, words
from sim.web.state.choice import BASELINE, LOADED, Choice, begin, home, presets, same
from sim.web.state.policy_file import MOST_BYTES, plain, policy_and_notes, policy_from, sentences, slug, text_of
from tests.pages import address_of, metrics, opened

MINE = b"id: mine\ntitle: Mine\nbased_on: fifty-fifty\nprevention: {local_spend: 7.25}\n"
DEEP = ("id: mine\ntitle: Mine\ncost_split: " + "[" * 400 + "]" * 400).encode()
TAGS = b"id: mine\ntitle: !!python/object/apply:os.system ['true']\n"
LAUGHS = b"a: &a [x, x]\nb: &b [*a, *a]\nid: mine\ntitle: Mine\n"
BROKEN = {
    "tags": (TAGS, "tag"),
    "deep": (DEEP, "deep"),
    "aliases": (LAUGHS, "alias"),
    "binary": (gzip.compress(b"id: mine"), "text"),
    "nul": (b"id: mine\0", "not a text file"),
    "empty": (b"", "empty"),
    "large": (b"#" * 2_000_000, "bytes"),
    "world": ((Path(__file__).parents[2] / "scenarios/worlds/one-town.yaml").read_bytes(), "world"),
    "key": (b"id: mine\ntitle: Mine\nprevention: {local_spent: 7}\n", "local_spend"),
    "range": (b"id: mine\ntitle: Mine\nprevention: {local_spend: 7000}\n", "200"),
    "base": (b"id: mine\ntitle: Mine\nbased_on: /etc/passwd\n", "based on"),
    "other base": (b"id: mine\ntitle: Mine\nbased_on: ../../secrets.yaml\n", "based on"),
    "list": (b"- id: mine\n", "group of keys"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_with_a_file_is_said_and_names_no_path(name: str) -> None:
    raw, word = BROKEN[name]
    with pytest.raises(InputError) as told:
        policy_from("mine.yaml", raw)
    said = " ".join(sentences(told.value, words("en")))
    assert word in said
    assert "/tmp" not in str(told.value)
    assert all(problem.file == "mine.yaml" for problem in told.value.problems)


def test_many_problems_are_told_at_once_and_not_at_length() -> None:
    raw = "id: mine\ntitle: Mine\nprevention:\n" + "".join(f"  key{i}: 1\n" for i in range(30))
    with pytest.raises(InputError) as told:
        policy_from("mine.yaml", raw.encode())
    said = sentences(told.value, words("en"))
    assert said[0].startswith("Line 4:")
    assert len(said) == 7
    assert said[-1] == "And 24 more."


def test_a_title_from_outside_is_plain() -> None:
    evil = b"id: status-quo-2020\ntitle: '![x](http://example.org/x.png) :material/home: $x$ < >'\n"
    policy = policy_from("mine.yaml", evil)
    assert policy.title.nl == plain(policy.title.nl)
    assert not set("![]()<>:/$") & set(policy.title.nl)
    assert policy.id not in presets()


@pytest.mark.parametrize("preset", [*presets(), LOADED])
def test_a_saved_file_holds_what_differs_and_comes_back_the_same(preset: str, tmp_path: Path) -> None:
    loaded = policy_from("mine.yaml", MINE) if preset == LOADED else None
    choice = begin(preset, loaded)
    moved = Choice(preset, dict(choice.values) | {"policy.response.teams": 9}, loaded)
    for one in (choice, moved):
        text = text_of(one, "Plan A")
        path = tmp_path / "plan.yaml"
        path.write_text(text, encoding="utf-8")
        assert same(load_policy(path), one.policy)
        assert load_policy(path).title.nl == "Plan A"
        assert len(text.splitlines()) < 40
    assert "teams: 9" in text_of(moved, "")
    assert "discipline" not in text_of(moved, "")


@pytest.mark.parametrize(("name", "wanted"), [("Plan A", "plan-a"), ("  ", ""), ("Één", "n"), ("x" * 99, "x" * 40)])
def test_a_name_becomes_an_id(name: str, wanted: str) -> None:
    assert slug(name) == wanted


# ---- on the page ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_that_is_opened_becomes_the_start_point(language: str) -> None:
    app = opened(lang=language)
    app.file_uploader[0].upload("mine.yaml", MINE, "application/yaml").run()
    assert not app.exception
    assert not app.error
    assert app.selectbox(key="preset").value == LOADED
    assert app.select_slider(key="policy.prevention.local_spend").value == 7.25
    assert "Mine" in app.info[0].value
    again = opened(**address_of(app))
    assert metrics(again) == metrics(app)
    app.button(key="undo").click().run()
    assert app.selectbox(key="preset").value == BASELINE
    assert "Mine" not in app.info[0].value


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_gives_sentences_and_leaves_everything_as_it_was(name: str) -> None:
    app = opened(lang="en", start="fifty-fifty", teams="9")
    before = metrics(app), address_of(app)
    app.file_uploader[0].upload("mine.yaml", BROKEN[name][0], "application/yaml").run()
    assert not app.exception
    (error,), (beside,) = app.main.error, app.sidebar.error  # what the button opened lies over the page
    assert error.value == beside.value
    assert "was not opened" in error.value.replace("\\", "")
    assert len(error.value) < 3000
    assert (metrics(app), address_of(app)) == before
    app.select_slider(key="policy.response.teams").set_value(10).run()
    assert not app.error


IDLE = b"""id: mine
title: Mine
budgets: {recovery: {per_year: 100000}}
grants: [{id: match, instrument: matching, share: 0}]
"""


@pytest.mark.parametrize(("language", "opener"), [("en", "“mine.yaml” was opened."), ("nl", "“mine.yaml” is geopend.")])
def test_what_means_nothing_in_a_file_is_told_until_the_next_move(language: str, opener: str) -> None:
    app = opened(lang=language)
    app.file_uploader[0].upload("mine.yaml", IDLE, "application/yaml").run()
    assert not app.exception
    assert not app.error
    assert app.selectbox(key="preset").value == LOADED
    (above,), (beside,) = app.main.warning, app.sidebar.warning
    assert above.value == beside.value
    said = [line.replace("\\", "") for line in above.value.split("  \n")]
    assert said[0].startswith(opener)
    assert [line.partition(": ")[0].split()[-1] for line in said[1:]] == ["3", "4"]
    assert "no layer of cost_split draws on budgets.recovery" in said[1]
    assert "grant match does nothing: its share is 0" in said[2]
    app.select_slider(key="policy.response.teams").set_value(10).run()
    assert not app.warning


def test_notes_on_a_file_are_those_of_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(IDLE)
    _, noted = policy_and_notes("mine.yaml", IDLE)
    assert [(one.line, one.message) for one in noted] == [(one.line, one.message) for one in validate(path)]
    assert not policy_and_notes("mine.yaml", MINE)[1]


def test_the_largest_file_is_small() -> None:
    assert MOST_BYTES <= 100_000


def test_positions_of_a_loaded_policy_are_those_of_its_file() -> None:
    policy = policy_from("mine.yaml", MINE)
    assert home(policy)["policy.prevention.local_spend"] == 7.25
    assert home(policy)["share.incidents"] == 50
