"""The report: one page, offline, in two languages, that says what it rests on."""

from __future__ import annotations

import html
import itertools
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.show.report.report import render, write_report
from sim.show.sentences.assumptions import source
from sim.show.sentences.policy_paragraph import paragraph

COMMAND = "weerbaar compare 'my policy.yaml' fifty-fifty --set world.anchor.frequency=high"
TOWNS = """\
id: three-towns
title: {nl: Drie gemeenten, en: Three towns}
municipalities:
  - {nis: 90001, name: Aa, province: West, population: 8000, income_per_inhabitant_eur: 19000}
  - {nis: 90002, name: Bee, province: West, population: 15000, income_per_inhabitant_eur: 21000, hex_x: 1}
  - {nis: 90003, name: Cee, province: Oost, population: 120000, income_per_inhabitant_eur: 20000, hex_x: 2}
start: 2020-01-01
years: 3
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> sim.Comparison:
    path = tmp_path_factory.mktemp("worlds") / "three-towns.yaml"
    path.write_text(TOWNS, encoding="utf-8")
    world = sim.load_world(path, ["world.threat.attempts=24"])
    hostile = sim.load_policy("fifty-fifty").model_copy(update={"title": words("</script><b>half & half</b>")})
    return sim.compare(world, [sim.load_policy("status-quo-2020"), hostile], replications=5)


def words(text: str) -> Any:
    """A title that is the same in both languages."""
    return type(sim.load_policy("fifty-fifty").title)(nl=text, en=text)


class Page(HTMLParser):
    """Collects what a test asks of a page: its elements with their attributes, and the text of some of them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self._open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        for tag in set(self._open):
            self.texts[tag][-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def path(result: sim.Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(result, tmp_path_factory.mktemp("report") / "new" / "folder", command=COMMAND)


@pytest.fixture(scope="module")
def page(path: Path) -> Page:
    return Page(path.read_text(encoding="utf-8"))


def test_it_is_one_file_that_asks_for_nothing(path: Path, page: Page) -> None:
    assert [file.name for file in path.parent.iterdir()] == ["index.html"]
    for _, attributes in page.elements:
        assert not {"src", "href", "srcset", "action", "data"} & set(attributes)
    (policy,) = [a["content"] for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "@import" not in page.texts["style"][0]
    assert "url(" not in page.texts["style"][0]
    assert len(page.all("script")) == 3
    assert sum("plotly.js v" in text for text in page.texts["script"]) == 1


def test_both_languages_are_there_with_the_same_sentences(page: Page, result: sim.Comparison) -> None:
    mains = dict(zip([a["lang"] for a in page.all("main")], page.texts["main"], strict=True))
    assert list(mains) == ["nl", "en"]
    for language, text in mains.items():
        assert language is not None
        sentence = result.sentence(language)
        assert all(part in text for part in re.split(r"(?<=\.) ", sentence.replace("\n", " ")))
        assert result.world.title[language] in text
    assert "Half Vlaanderen" not in mains["en"].split("id: three-towns")[0]
    assert [a.get("lang") for a in page.all("html")] == ["nl"]
    assert [("hidden" in a) for a in page.all("main")] == [False, True]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_it_opens_in_the_language_asked_for(result: sim.Comparison, tmp_path: Path, language: str) -> None:
    page = Page(write_report(result, tmp_path, language).read_text(encoding="utf-8"))
    assert page.all("html") == [{"lang": language}]
    assert [a["lang"] for a in page.all("main") if "hidden" not in a] == [language]


def test_an_unknown_language_is_refused(result: sim.Comparison, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nl, en"):
        write_report(result, tmp_path, "fr")
    assert list(tmp_path.iterdir()) == []


def test_every_table_has_a_caption_and_every_picture_is_described(page: Page) -> None:
    assert len(page.all("table")) == len(page.all("caption")) >= 16
    assert all(page.texts["caption"])
    assert all("scope" in attributes for attributes in page.all("th"))
    pictures = [a for a in page.all("div") if "data-figure" in a]
    assert len(pictures) == len(page.all("figure")) == 2 * (3 + 2 * 2)
    assert all(a["role"] == "img" and a["aria-label"] for a in pictures)
    assert all(page.texts["figcaption"])
    headings = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert headings.count(1) == 2
    assert all(after - before <= 1 for before, after in itertools.pairwise(headings))


def test_every_picture_has_its_data_in_both_schemes(page: Page) -> None:
    (figures,) = [json.loads(t) for a, t in zip(page.all("script"), page.texts["script"], strict=True) if "id" in a]
    assert set(figures) == {"light", "dark"}
    named = {a["data-figure"] for a in page.all("div") if "data-figure" in a}
    for scheme in figures.values():
        for language in ("nl", "en"):
            assert set(scheme[language]) == named
            assert all(figure["data"] and not figure["layout"].get("title") for figure in scheme[language].values())


def test_the_numbers_are_those_of_the_result(page: Page, result: sim.Comparison) -> None:
    mains = dict(zip([a["lang"] for a in page.all("main")], page.texts["main"], strict=True))
    yearly = result.estimate("status-quo-2020", "cash_cost_eur").mean / result.years
    assert f"{yearly / 1e6:.2f}" in mains["en"] or f"{yearly / 1e3:,.0f}" in mains["en"]
    own = result.burden("province")
    assert all(f"{mean:.2f}" in mains["en"] for mean in own["mean"] if 1 <= mean < 10)
    assert all(f"{mean:.2f}".replace(".", ",") in mains["nl"] for mean in own["mean"] if 1 <= mean < 10)


def test_it_says_what_it_rests_on_and_how_to_repeat_it(page: Page, result: sim.Comparison) -> None:
    english = page.texts["main"][1]
    assert COMMAND in english
    for part in (sim.__version__, str(result.seed), result.tape_hash, "A model, not a forecast"):
        assert part in english or part in page.texts["p"][1]
    assert "world.threat.attempts" in english  # changed, so named with its default
    assert "What differs from the defaults" in english
    assert "world.suppliers.outage_days_full" in english  # an assumption in force
    assert "world.break_in.gordon_loeb_v" not in english  # belongs to a curve that is not used
    assert "id: three-towns" in english
    assert "based_on: status-quo-2020" in english


def test_without_a_command_it_puts_one_together(result: sim.Comparison, tmp_path: Path) -> None:
    text = html.unescape(re.sub("<[^>]*>", "", write_report(result, tmp_path).read_text(encoding="utf-8")))
    expected = "weerbaar compare status-quo-2020 fifty-fifty --world three-towns --replications 5 --years 3 --seed 2026"
    assert expected in text


def test_titles_are_text_and_never_markup(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "<b>half" not in text
    assert "&lt;/script&gt;&lt;b&gt;half &amp; half&lt;/b&gt;" in text


def test_one_policy_in_one_town(tmp_path: Path) -> None:
    world, policy = sim.load_world("one-town"), sim.load_policy("no-ransom")
    result = sim.compare(world, [policy], replications=2, years=1)
    page = Page(write_report(result, tmp_path).read_text(encoding="utf-8"))
    assert "Leerdorp" in page.texts["h1"][0]
    assert result.sentence("nl") in page.texts["main"][0]
    assert "weerbaar run no-ransom --world one-town" in page.texts["pre"][0]
    assert not any(str(a.get("data-figure")).startswith("tiles") for a in page.all("div"))


def test_an_interrupted_result_says_so(result: sim.Comparison, tmp_path: Path) -> None:
    from dataclasses import replace

    page = Page(write_report(replace(result, interrupted=True), tmp_path).read_text(encoding="utf-8"))
    assert any(a.get("class") == "stop" for a in page.all("p"))


def test_a_browser_draws_it_offline(path: Path, browser_path: str) -> None:
    from playwright.sync_api import sync_playwright

    asked: list[str] = []
    said: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-quic"])
        tab = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme="dark")
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.goto(path.as_uri())
        # Locators wait without eval, which the page forbids.
        tab.locator("main:not([hidden]) .chart .main-svg").first.wait_for(state="attached")
        assert tab.title().startswith("Wie betaalt")
        assert tab.locator("main:visible").count() == 1
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
        tab.click("button[data-say=en]")
        assert tab.title().startswith("Who pays")
        assert tab.evaluate("document.documentElement.lang") == "en"
        tab.locator("main:visible details").first.locator("summary").click()
        tab.locator("main:not([hidden]) details[open] .main-svg").nth(1).wait_for(state="attached")
        tab.locator("main:visible .chart[data-drawn=dark]").nth(4).wait_for(state="attached")
        drawn = tab.locator("main:visible .chart[data-drawn=dark]").count()
        assert drawn == 3 + 2
        browser.close()
    assert asked == [path.as_uri()]
    assert said == []


def test_what_a_policy_does_and_costs_stands_in_its_part(result: sim.Comparison, page: Page) -> None:
    for language, text in zip(("nl", "en"), page.texts["main"], strict=True):
        for policy in result.policies:
            assert paragraph(result, policy, language) in text


@pytest.mark.parametrize(("policies", "table_first"), [(2, False), (4, False), (5, True)])
def test_of_many_policies_the_table_comes_before_the_words(
    result: sim.Comparison, tmp_path: Path, policies: int, table_first: bool
) -> None:
    names = ("status-quo-2020", "no-ransom", "local-only", "fifty-fifty", "flanders-pays")[:policies]
    some = sim.compare(result.world, [sim.load_policy(name) for name in names], replications=2, years=1)
    dutch, _ = write_report(some, tmp_path, "nl").read_text(encoding="utf-8").split('<main lang="en"')
    title = ">Wat een jaar kost en wie betaalt, in"
    assert dutch.count(title) == 1
    assert (dutch.index(title) < dutch.index('<div class="answer">')) == table_first


# ---- whose figures these are ---------------------------------------------------------------------------------------

STATBEL = "Statbel (Directorate-general Statistics - Statistics Belgium), CC BY 4.0"
NOT_STATED = "The source of the municipalities is not stated."


@pytest.mark.parametrize("name", ["flanders-2020", "flanders-2025"])
def test_a_shipped_table_is_credited_to_its_source_in_any_world(name: str) -> None:
    world = sim.load_world(name)
    assert STATBEL in source(world, "en")
    assert STATBEL in source(world.model_copy(update={"id": "mine", "reference": None}), "en")


def test_an_invented_table_is_credited_to_nobody(result: sim.Comparison) -> None:
    page = render(result, "en", "weerbaar compare ...")
    assert "Statbel" not in page
    assert NOT_STATED in page
    assert "Waar de gemeenten vandaan komen, is niet vermeld." in page


def test_a_table_in_the_place_of_a_shipped_one_does_not_take_over_its_source(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("nis_code,name,population\n71,Aa,9000\n", encoding="utf-8")
    world = sim.load_world("flanders-2020", [f"world.municipalities={tmp_path / 'mine.csv'}"])
    assert source(world, "en") == NOT_STATED


def test_a_world_that_states_its_source_is_quoted() -> None:
    assert source(sim.load_world("one-town"), "en").endswith(
        "as stated in the world: A fictitious municipality; every assumption is at its default."
    )
    own = sim.load_world("one-town").model_copy(update={"reference": words("Gemeente Aa, eigen telling")})
    assert source(own, "nl") == "De bron van de gemeenten, zoals de wereld die vermeldt: Gemeente Aa, eigen telling"
