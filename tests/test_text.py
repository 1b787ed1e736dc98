"""The words are complete in both languages, and numbers follow the language."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

import pytest

from sim.text import LANGUAGES, words

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
import messages  # type: ignore[import-not-found]

SPACE = "\u00a0"


@pytest.fixture(scope="module")
def said() -> dict[str, list[str]]:
    found: dict[str, list[str]] = messages.sentences()
    return found


# ---- the catalogues ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_there_and_nothing_else(said: dict[str, list[str]], language: str) -> None:
    problems = messages.check(said, language, messages.catalogue(language)).lines()
    assert not problems, "\n".join([*problems, "Run: python tools/messages.py --write"])


def test_the_words_of_every_face_are_found(said: dict[str, list[str]]) -> None:
    files = {name for names in said.values() for name in names}
    assert {"sim/results/findings.py", "sim/results/story.py", "sim/experiments/comparison/compare.py"} <= files
    assert {
        "sim/show/charts/who_pays.py",
        "sim/show/charts/tile_map.py",
        "sim/web/app.py",
        "sim/web/levers/lever.py",
    } <= files
    assert "{when}: an attacker breaks in ({severity})." in said  # from a table of the module
    assert "After waiting {duration} without a response team, it hires private responders." in said  # by way of a name
    assert "million" in said


def test_what_is_not_translated_or_not_said_is_reported() -> None:
    report = messages.check(["one {n}", "two"], "nl", {"one {n}": "een {m}", "three": "drie"})
    assert report.missing == ["[nl] two"]
    assert report.obsolete == ["[nl] three"]
    assert report.placeholders == ["[nl] one {n}"]


def test_sentences_are_found_in_code() -> None:
    code = """
TABLE = {"a": "from a table", "b": "also {x}"}
PARTS = ("one", "two")
NOT_SAID = {"c": "nobody says this"}
def f(say, key, more):
    sentence = "by way of a name"
    say.say("a literal", x=1)
    say.say(sentence)
    say.say("either" if more else "or")
    say.say((TABLE if more else TABLE)[key])
    return [say.say(part) for part in PARTS], say.number(3), "not said"
"""
    found = messages.in_code(code)
    assert set(found) == {
        "a literal", "by way of a name", "either", "or", "from a table", "also {x}", "one", "two",
    }  # fmt: skip


def test_catalogues_are_written_and_read_back(tmp_path: Path) -> None:
    said = {"“{n}” is 100% sure": ["sim/a.py"], "plain": ["sim/b.py"]}
    messages.write(said, "nl", {"plain": "gewoon", "gone": "weg"}, tmp_path)
    assert messages.catalogue("nl", tmp_path) == {"“{n}” is 100% sure": "", "plain": "gewoon"}
    messages.write(said, "en", {}, tmp_path)
    assert messages.catalogue("en", tmp_path) == {sentence: sentence for sentence in said}


# ---- numbers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "decimals", "nl", "en"),
    [
        (1234.5, 1, "1.234,5", "1,234.5"),
        (0, 0, "0", "0"),
        (-0.04, 1, "0,0", "0.0"),
        (-2218, 0, "-2.218", "-2,218"),
        (1e9, 0, "1.000.000.000", "1,000,000,000"),
        (float("inf"), 0, "∞", "∞"),
        (float("-inf"), 2, "-∞", "-∞"),
    ],
)
def test_numbers(value: float, decimals: int, nl: str, en: str) -> None:
    assert words("nl").number(value, decimals) == nl
    assert words("en").number(value, decimals) == en


@pytest.mark.parametrize(
    ("euro", "nl", "en"),
    [
        (0, "€ 0", "€0"),
        (5.3, "€ 5,30", "€5.30"),
        (1234, "€ 1.230", "€1,230"),
        (-1234, "-€ 1.230", "-€1,230"),
        (999_499, "€ 999.000", "€999,000"),
        (38_912_345, "€ 38,9 miljoen", "€38.9 million"),
        (1_000_000_000, "€ 1,00 miljard", "€1.00 billion"),
        (-2.5e9, "-€ 2,50 miljard", "-€2.50 billion"),
    ],
)
def test_money(euro: float, nl: str, en: str) -> None:
    assert words("nl").money(euro).replace(SPACE, " ") == nl
    assert words("en").money(euro).replace(SPACE, " ") == en


@pytest.mark.parametrize(("value", "shown"), [(9.5, "+9,50"), (-9.5, "-9,50"), (0, "0"), (1234.6, "+1.235")])
def test_a_change_begins_with_its_sign(value: float, shown: str) -> None:
    assert words("nl").signed(value) == shown


def test_shares() -> None:
    assert words("nl").percent(0.125, 1).replace(SPACE, " ") == "12,5 %"
    assert words("en").percent(0.5) == "50%"


def test_days_and_moments() -> None:
    day = datetime.datetime(2020, 1, 25, 3, 7)
    assert words("nl").date(day.date()) == "25 januari 2020"
    assert words("en").date(day.date()) == "25 January 2020"
    assert words("nl").moment(day) == "zaterdag 25 januari 2020, 3:07"


@pytest.mark.parametrize(
    ("minutes", "nl", "en"),
    [
        (40, "ongeveer een uur", "about an hour"),
        (600, "10 uur", "10 hours"),
        (14_400, "10 dagen", "10 days"),
        (131_490, "3 maanden", "3 months"),
    ],
)
def test_durations(minutes: int, nl: str, en: str) -> None:
    assert (words("nl").duration(minutes), words("en").duration(minutes)) == (nl, en)


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(ValueError, match="nl, en"):
        words("fr")
