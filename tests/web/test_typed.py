"""A number is read as it was meant on a page of that language, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sim.text import LANGUAGES, words
from sim.web.levers.lever import Lever, policy_levers
from sim.web.widgets.typed import number_in
from tests.pages import address_of, opened

SLIDERS = [lever for lever in policy_levers() if lever.kind == "slide"]

TABLE = [
    # typed, in Dutch, in English
    ("7", 7, 7),
    ("2,5", 2.5, 2.5),
    ("2.5", 2.5, 2.5),
    ("2.000", 2000, 2),
    ("2,000", 2, 2000),
    ("1.234,5", 1234.5, 1234.5),
    ("1,234.5", 1234.5, 1234.5),
    ("1.234.567", 1_234_567, 1_234_567),
    ("1,234,567", 1_234_567, 1_234_567),
    ("1.234.567,89", 1_234_567.89, 1_234_567.89),
    ("2 000", 2000, 2000),
    ("2\N{NO-BREAK SPACE}000,5", 2000.5, 2000.5),
    ("12\N{NARROW NO-BREAK SPACE}500\N{NARROW NO-BREAK SPACE}000", 12_500_000, 12_500_000),
    ("2'000", 2000, 2000),
    (" 7 ", 7, 7),
    ("€ 7,50", 7.5, 7.5),
    ("7,5 euro", 7.5, 7.5),
    ("50 %", 50, 50),
    ("50\N{NO-BREAK SPACE}%", 50, 50),
    ("0.125", 0.125, 0.125),
    ("0,125", 0.125, 0.125),
    (",5", 0.5, 0.5),
    (".5", 0.5, 0.5),
    ("-3", -3, -3),
    ("\N{MINUS SIGN}3,5", -3.5, -3.5),
    ("+4", 4, 4),
    ("12345.678", None, 12345.678),  # with a comma in English, with a point in Dutch: a slip of either kind
    ("12345,678", 12345.678, None),
    ("1.234.5", None, None),
    ("12.34.56", None, None),
    ("1,2,3", None, None),
    ("1 2", None, None),
    ("1 0000", None, None),
    ("1 234.567", None, 1234.567),
    ("5.", None, None),
    ("1e3", None, None),
    ("", None, None),
    ("-", None, None),
    ("much", None, None),
    ("9 or 10", None, None),
    ("inf", None, None),
    ("nan", None, None),
    ("\N{ARABIC-INDIC DIGIT ONE}\N{ARABIC-INDIC DIGIT TWO}", None, None),
    ("9" * 400, None, None),
]


@pytest.mark.parametrize(("text", "dutch", "english"), TABLE)
def test_a_number_is_read_as_its_page_writes_numbers(text: str, dutch: float | None, english: float | None) -> None:
    assert (number_in(text, "nl"), number_in(text, "en")) == (dutch, english)


@given(number=some.integers(-(10**12), 10**12), decimals=some.integers(0, 6), language=some.sampled_from(LANGUAGES))
def test_what_a_page_writes_it_reads(number: int, decimals: int, language: str) -> None:
    value = number / 10**decimals
    assert number_in(words(language).number(value, decimals), language) == value


@given(text=some.text(max_size=50), language=some.sampled_from(LANGUAGES))
def test_whatever_is_typed_is_a_number_or_none(text: str, language: str) -> None:
    found = number_in(text, language)
    assert found is None or abs(found) < 1e40


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lever", SLIDERS, ids=lambda lever: lever.key)
def test_a_lever_reads_what_it_shows(lever: Lever, language: str) -> None:
    say = words(language)
    for option in lever.options:
        read = lever.typed(lever.show(say, option), say)
        assert read == (option if isinstance(option, str) else pytest.approx(option))


@pytest.mark.parametrize(
    ("language", "typed", "shown", "told"),
    [
        ("nl", "2,5", "2,5", "2.5"),
        ("nl", "1.000", "1.000", "1000"),
        ("nl", "7.25 €", "7,25", "7.25"),
        ("en", "2.5", "2.5", "2.5"),
        ("en", "1 000", "1,000", "1000"),
    ],
)
def test_field_slider_and_address_say_the_number_that_was_meant(
    language: str, typed: str, shown: str, told: str
) -> None:
    key = "grant.lump"
    app = opened(lang=language)
    app.text_input(key=f"typed:{key}").set_value(typed).run()
    assert not app.exception
    assert address_of(app)["lump"] == told
    assert app.select_slider(key=key).value == float(told)
    assert app.text_input(key=f"typed:{key}").value == shown


@pytest.mark.parametrize(("typed", "said"), [("much", "no number"), ("1,2,3", "no number"), ("-4", "is not possible")])
def test_what_cannot_be_read_is_refused_in_a_sentence_and_the_lever_stays(typed: str, said: str) -> None:
    app = opened(lang="en", spend="4")
    app.text_input(key="typed:policy.prevention.local_spend").set_value(typed).run()
    assert not app.exception
    assert said in app.error[0].value
    assert address_of(app)["spend"] == "4"
    assert app.text_input(key="typed:policy.prevention.local_spend").value == "4"
    app.text_input(key="typed:policy.response.teams").set_value("9").run()
    assert not app.error


def test_a_number_for_a_future_is_refused_in_the_same_way() -> None:
    app = opened("future", lang="nl")
    app.text_input(key="future-number").set_value("12.345").run()
    assert address_of(app)["future"] == "12345"
    assert app.text_input(key="future-number").value == "12345"  # a number of a future is a name
    app.text_input(key="future-number").set_value("1,5").run()
    assert "kan niet" in app.error[0].value
    assert address_of(app)["future"] == "12345"
