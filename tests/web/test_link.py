"""The address brings the screen back, and what it cannot bring back it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.parameter_table import Value
from sim.text import LANGUAGES
from sim.version import MODEL_VERSION
from sim.web.levers.lever import Lever, policy_levers, world_levers
from sim.web.state import link, packed_policies
from sim.web.state.choice import BASELINE, LOADED, Choice, begin, home, presets, same, world_start
from sim.web.state.link import FIELDS, Screen
from sim.web.state.policy_file import policy_from

YAML = b"""
id: mine
title: {nl: Van mij, en: Mine}
based_on: fifty-fifty
prevention: {local_spend: 7.25, mix: {identity: 0.5, hardening: 0.1, detection: 0.1, awareness: 0.1, backups: 0.1,
  continuity: 0.1}}
"""


@pytest.mark.parametrize("bad", ["", "nan", "inf", "-1", "1e999", "1001", "four", "4.5", "<b>4</b>", "٤٤"])
def test_a_number_that_is_none_is_refused(bad: str) -> None:
    screen, problems = link.read({"teams": bad})
    assert screen == Screen()
    assert len(problems) == 1


def test_what_a_link_says_is_shown_without_markup() -> None:
    evil = "![x](https://example.org/x.png) [a](http://example.org) www.example.org <script>alert(1)</script>"
    _, problems = link.read({"start": evil, evil: "1", "version": evil, "with": evil, "file": evil})
    assert len(problems) == 4
    for sentence in problems:
        plain = sentence.replace("(allowed", "").replace("(toegelaten", "").replace(");", ";")
        assert not set("![]()<>`*") & set(plain)
        assert "://" not in sentence
        assert "www." not in sentence


@pytest.mark.parametrize("asked", ["44088", "Merelbeke-Melle", "merelbeke-melle"])
def test_a_municipality_of_after_the_mergers_is_told_what_it_was_made_of(asked: str) -> None:
    screen, (said,) = link.read({"lang": "en", "town": asked})
    assert screen == Screen(language="en")
    assert "the mergers made out of Melle (44040), Merelbeke (44043)" in said
    _, (said,) = link.read({"lang": "nl", "town": asked})
    assert "ontstond bij de fusies uit Melle (44040), Merelbeke (44043)" in said
    _, (said,) = link.read({"lang": "en", "town": "99999"})
    assert "not possible" in said


def test_an_unknown_language_is_dutch_and_said() -> None:
    screen, problems = link.read({"lang": "fr"})
    assert screen.language == "nl"
    assert len(problems) == 1


@pytest.mark.parametrize(("language", "sentence"), [
    ("en", "one to three different ones of now, action-plan-2021-2025, audit-grant,"),
    ("nl", "één tot drie verschillende van now, action-plan-2021-2025, audit-grant,"),
])  # fmt: skip
def test_a_list_of_policies_that_is_none_is_answered_with_what_may_stand_there(language: str, sentence: str) -> None:
    screen, (said,) = link.read({"lang": language, "with": "fifty-fifty,nobody"})
    assert screen.fields["with"] == ""
    assert "with=fifty-fifty,nobody" in said
    assert sentence in said
    assert "status-quo" not in said


class Repeated(dict[str, list[str]]):
    """A query as Streamlit has it, in which a key may stand more than once."""

    def to_dict(self) -> dict[str, str]:
        return {key: values[-1] for key, values in self.items()}

    def get_all(self, key: str) -> list[str]:
        return self[key]


def test_of_a_key_that_stands_there_twice_the_last_counts_and_that_is_said() -> None:
    came = link.arrival(Repeated(lang=["nl", "en"], teams=["6"], fund=["true", "<false"]))
    assert link.read(came.address)[0].choice.policy.response.teams == 6
    first, second, third = link.told(came, "en")
    assert first == "The link says “lang” more than once; only the last, “lang=en”, counts."
    assert second == "The link says “fund” more than once; only the last, “fund=false”, counts."
    assert third.startswith("The link says “fund=false”, which is not possible")
    assert link.told(link.arrival(Repeated(teams=["6"])), "en") == []


def test_a_page_that_there_is_not_is_said_in_the_language_of_the_reader() -> None:
    assert link.told(link.Arrival(page="nergens"), "nl") == ["Er is geen pagina “nergens”; dit is de pagina Verkennen."]


def test_another_version_is_said() -> None:
    assert "9.9.9" in link.read({"lang": "en", "version": "9.9.9"})[1][0]


def test_choices_that_exclude_each_other_are_left_out_and_said() -> None:
    screen, problems = link.read({"lang": "en", "teams": "0", "patience": "never", "ransom": "never"})
    assert screen.choice == Choice()
    assert len(problems) == 1
    assert "exclude each other" in problems[0]


def test_seed_and_version_always_stand_in_a_link() -> None:
    assert link.write(Screen()) == {"lang": "nl", "seed": "2026", "version": MODEL_VERSION}


def some(draw: st.DataObject, levers: tuple[Lever, ...]) -> dict[str, Value]:
    return {lever.key: draw.draw(st.sampled_from(lever.options)) for lever in levers}


@given(
    language=st.sampled_from(LANGUAGES),
    preset=st.sampled_from([*presets(), LOADED]),
    seed=st.integers(0, link.MOST_SEED),
    tab=st.sampled_from(FIELDS["tab"].allowed.split(", ")),
    data=st.data(),
)
def test_writing_and_reading_a_link_is_the_same_screen(
    language: str, preset: str, seed: int, tab: str, data: st.DataObject
) -> None:
    loaded = policy_from("mine.yaml", YAML) if preset == LOADED else None
    choice = Choice(preset, some(data, policy_levers()), loaded)
    fields = {name: field.default for name, field in FIELDS.items()} | {"tab": tab}
    screen = Screen(language, choice, some(data, world_levers()), seed, fields)
    if not choice.is_possible:
        return
    read, problems = link.read(link.write(screen))
    assert not problems
    assert (read.language, read.seed, dict(read.fields)) == (language, seed, fields)
    assert same(read.choice.policy, choice.policy)
    assert dict(read.choice.values) == dict(choice.values)
    assert dict(read.world) == dict(screen.world)


# ---- policies in a link --------------------------------------------------------------------------------------------


def test_a_file_travels_in_the_link() -> None:
    policy = policy_from("mine.yaml", YAML)
    address = link.write(Screen(choice=begin(LOADED, policy)))
    assert address["start"] == "file"
    assert len(address["file"]) < 400
    read, problems = link.read(address)
    assert not problems
    assert read.choice.policy == policy


@pytest.mark.parametrize("bad", ["", "AAAA", "!!", "eNpLTEoGAAJNASc", "x" * 10_000])
def test_a_damaged_file_in_a_link_is_said_and_today_is_shown(bad: str) -> None:
    screen, problems = link.read({"lang": "en", "start": "file", "file": bad})
    assert screen == Screen(language="en")
    assert "damaged" in problems[0]


def test_a_bomb_in_a_link_does_not_grow() -> None:
    import base64
    import zlib

    bomb = base64.urlsafe_b64encode(zlib.compress(b"a" * 4_000_000, 9)).decode().rstrip("=")
    assert len(bomb) < packed_policies.MOST_LETTERS
    assert packed_policies.unpack(bomb) is None


@given(name=st.text(max_size=60), preset=st.sampled_from(list(presets())), data=st.data())
def test_a_kept_policy_is_a_code_that_can_be_followed(name: str, preset: str, data: st.DataObject) -> None:
    from sim.web.state.policy_file import plain

    choice = Choice(preset, some(data, policy_levers()))
    if not choice.is_possible:
        return
    code = packed_policies.encode(choice, plain(name))
    found = packed_policies.decode(code)
    assert found is not None
    assert found[0] == plain(name)
    assert same(found[1].policy, choice.policy)
    assert "," not in code


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("", True),
        ("none", True),
        ("now", True),
        ("fifty-fifty,prevention-first", True),
        ("Plan A!fifty-fifty~teams:9", True),
        ("fifty-fifty~teams:9", False),
        ("fifty-fifty,fifty-fifty", False),
        ("nobody", False),
        ("Plan!fifty-fifty~teams:9999", False),
        ("Plan!fifty-fifty~nothing:9", False),
        ("<b>!fifty-fifty", False),
        ("local-only,fifty-fifty,no-ransom,flanders-pays", False),
    ],
)
def test_a_list_of_policies_is_followed_or_refused(text: str, sound: bool) -> None:
    assert packed_policies.are_codes(text) == sound


def test_a_policy_made_from_a_file_can_be_kept() -> None:
    policy = policy_from("mine.yaml", YAML)
    values = dict(home(policy)) | {"policy.response.teams": 9}
    code = packed_policies.encode(Choice(LOADED, values, policy), "Plan B")
    found = packed_policies.decode(code)
    assert found is not None
    assert found[1].policy.response.teams == 9
    assert found[1].policy.prevention.mix.identity == 0.5
    assert packed_policies.are_codes(code)


def test_today_and_nothing_else_is_the_default() -> None:
    assert link.read({})[0] == Screen()
    assert Screen().choice.start == BASELINE
    assert Screen().world == world_start()
