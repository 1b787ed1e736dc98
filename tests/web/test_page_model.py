"""The page Model and sources: the chain, every number, checks, files, changes."""

from __future__ import annotations

import re

import pytest

from sim.experiments.validation.closed_forms import Check
from sim.model.parameter_table import parameters
from sim.show.charts.chain_of_events import GROUPS, LANES, LEADS, STEPS, chain, decided_by, limits
from sim.show.names import CHOICES
from sim.show.tables.parameters import chosen, numbers, shown, sources
from sim.show.tables.real_incidents import no_record
from sim.text import LANGUAGES, words
from sim.version import MODEL_VERSION
from sim.web.pages import model as page
from sim.web.state import link
from tests.pages import mark_of, opened

ABOUT = link.FIELDS["about"].allowed.split(", ")
ROWS = list(parameters().values())


@pytest.fixture(autouse=True)
def _quick_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    def two(engine: str) -> list[Check]:
        laws = [("loss", "poisson", "euro"), ("wait", "erlang", "days")]
        return [Check(name, law, "x", unit, 1.0, 0.1, 1.05) for name, law, unit in laws]

    monkeypatch.setattr("sim.experiments.validation.closed_forms.checks", lambda engine, size: two(engine))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("about", ABOUT)
def test_it_opens_in_both_languages(language: str, about: str) -> None:
    app = opened("model", lang=language, about=about)
    assert not app.exception
    assert not app.warning
    assert mark_of(app)["final"] == "yes"


# ---- the chain -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_diagram_has_every_step_once(language: str) -> None:
    say = words(language)
    drawn = chain(say, "light")
    assert sorted(step for lane in LANES.values() for step in lane) == sorted(STEPS)
    for step in STEPS:
        assert drawn.count(f"<b>{say.say(STEPS[step][0])}</b>") == 1
    assert set(LEADS) < set(LANES)
    assert len(limits(say)) == len(set(limits(say))) > 5


def test_every_group_of_the_diagram_has_parameters() -> None:
    for step, groups in GROUPS.items():
        for group in groups:
            assert any(key.startswith(f"{group}.") for key in parameters()), group
        assert decided_by(step) > 1
    assert decided_by("unseen") == 0


# ---- every number --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_stands_in_the_table_with_its_source(language: str) -> None:
    table = numbers(ROWS, words(language))
    assert [row[-1] for row in table.rows] == list(parameters())
    for cells, row in zip(table.rows, ROWS, strict=True):
        assert cells[0] == row.label[language]
        assert cells[4] == row.grade
        assert words(language).say(row.source) in str(cells[5])
        assert all(words(language).say(sources()[key][0]) in str(cells[5]) for key in row.sources if key in sources())


PROPER = {"S4", "S27", "S29", "S31", "S37", "S46", "S95", "S110", "S139"}
"""Sources that are cited by the name they have, so that Dutch cites them alike."""


def test_a_dutch_reader_finds_the_table_in_dutch() -> None:
    dutch, english = words("nl"), words("en")
    for mine, theirs, row in zip(numbers(ROWS, dutch).rows, numbers(ROWS, english).rows, ROWS, strict=True):
        assert dutch.say(row.source) != row.source
        assert mine[5] != theirs[5]
        if isinstance(row.value, str) and row.value != "logistic":
            assert mine[1] not in (row.value, theirs[1]), row.key
        assert not re.search(r"\b(and|the|of|with|assumption|unlimited|never|see)\b", str(mine[0]) + str(mine[3]))
    values = {row[-1]: row[1] for row in numbers(ROWS, dutch).rows}
    assert [values[key] for key in ("policy.ransom.rule", "policy.fund.backstop", "world.tick")] == [
        "toegelaten", "niemand", "per minuut"
    ]  # fmt: skip
    assert {key for key, (title, _) in sources().items() if dutch.say(title) == title} <= PROPER


def test_words_that_stand_for_a_value_are_said() -> None:
    say = words("nl")
    named = {word for row in ROWS for word in (row.value, row.off, *row.choices) if isinstance(word, str)}
    assert named == set(CHOICES)
    assert shown(say, parameters()["policy.response.teams"], "unlimited") == "onbeperkt"


def test_what_is_searched_for_is_found_in_the_words_of_the_reader() -> None:
    assert chosen(ROWS, "nl", words="collectieve korting")
    assert not chosen(ROWS, "en", words="collectieve korting")


def test_numbers_are_found_and_ordered() -> None:
    say = words("en")
    assert {row.grade for row in chosen(ROWS, "en", grades=["A", "B"])} == {"A", "B"}
    assert {row.scope for row in chosen(ROWS, "en", scope="policy")} == {"policy"}
    assert [row.key for row in chosen(ROWS, "en", words="policy.response.TEAMS")] == ["policy.response.teams"]
    assert chosen(ROWS, "en", words="nothing of the kind") == []
    grades = [str(row[4]) for row in numbers(ROWS, say, "grade").rows]
    assert grades == sorted(grades, key="ABCDRX".index)
    names = [str(row[0]).casefold() for row in numbers(ROWS, say, "name").rows]
    assert names == sorted(names)


def test_the_page_finds_and_orders_them() -> None:
    app = opened("model", lang="en", about="numbers")
    assert f"{len(ROWS)} of {len(ROWS)} numbers" in app.main.caption[1].value
    app.text_input(key="search-numbers").set_value("ransom").run()
    found = app.main.table[0].value
    assert 0 < len(found) == len(chosen(ROWS, "en", words="ransom")) < len(ROWS)
    app.text_input(key="search-numbers").set_value("<b>`nothing`</b>").run()
    assert not app.exception
    assert not len(app.main.table)


# ---- checks, changes -----------------------------------------------------------------------------------------------


def test_checks_say_what_they_found(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [Check("loss", "poisson", "x", "euro", 1.0, 0.1, 1.05), Check("wait", "erlang", "x", "days", 1.0, 0.1, 9.0)]
    table = page._table_of_experiments(found, words("en"))
    assert [row[-1] for row in table.rows] == ["agrees", "does not agree"]
    assert [row[3:6] for row in table.rows] == [(1.0, 1.05, 0.1), (1.0, 9.0, 0.1)]


def test_changes_are_those_of_the_changelog() -> None:
    app = opened("model", lang="nl", about="changes")
    text = app.main.markdown[0].value
    assert re.match(rf"## {re.escape(MODEL_VERSION)}\b|## \S", text)
    assert f"## {MODEL_VERSION}" in text


# ---- what happened -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_world_without_a_record_of_incidents_is_said_to_have_none(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.model.world.provenance.is_flanders", lambda world: False)
    app = opened("model", lang=language, about="checks")
    assert no_record(words(language)) in [one.value for one in app.main.markdown]
    assert "csv-happened" not in [one.key for one in app.get("download_button")]


def test_flanders_is_held_against_its_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "sim.model.world.provenance.is_flanders", lambda world: True
    )  # pages are tested with a part of it
    app = opened("model", lang="en", about="checks")
    assert no_record(words("en")) not in [one.value for one in app.main.markdown]
    assert any("Real incidents in Flanders beside the middle 90%" in one.value for one in app.main.markdown)
    assert "csv-happened" in [one.key for one in app.get("download_button")]
