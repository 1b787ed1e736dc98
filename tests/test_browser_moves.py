"""Early, rapid and random moves in a real browser over a slow line: none is lost, and all that is shown agrees."""

from __future__ import annotations

import random
import re
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from tests.browsing import FINAL, SECONDS, Visit, address, browser, playwright_api, visit

__all__ = ["address", "browser", "visit"]  # fixtures

DELAYS = (0, 300, 1200)  # milliseconds, in each direction
MOVES = 12
"""Moves of a visit."""
VISITS = 42
"""Visits of the long test: more than 500 moves."""
PAGES = ("", "compare", "municipalities", "future")

# Letters and answers wait, each as long, so that they stay in their order.
SLOW = """
(() => {
  const Line = window.WebSocket, delay = %d
  const late = f => function (event) { setTimeout(() => f.call(this, event), delay) }
  window.WebSocket = class extends Line {
    send(data) { setTimeout(() => this.readyState === Line.OPEN && Line.prototype.send.call(this, data), delay) }
    addEventListener(type, f, options) { super.addEventListener(type, type === 'message' ? late(f) : f, options) }
    set onmessage(f) { super.onmessage = late(f) }
  }
})()
"""
# All that a page says: its words, the key figures among them, its charts, and how many futures they are from.
SHOWN = """
() => {
  const { charts, futures } = document.querySelector('[data-final]').dataset
  const figures = [...document.querySelectorAll('[data-testid=stMetric]')].map(one => one.innerText)
  return { charts, futures, figures, words: document.querySelector('[data-testid=stMain]').innerText.split('\\n') }
}
"""
FIELDS = {"teams": "typed-policy-response-teams", "spend": "typed-policy-prevention-local_spend"}
SLIDERS = {"flemish-incidents": "share-incidents", "flemish-prevention": "share-prevention"}
RULES = ("never", "may_pay", "with_approval")
TODAY = {"flemish-incidents": 0.0, "flemish-prevention": 0.0}
HOME = {"teams": "4", "spend": "5", "ransom": "may_pay"}
"""Where levers stand that the address does not name."""


@dataclass
class Meant:
    """What a visitor did, and so what the screen has to be in the end."""

    language: str
    page: str = ""
    levers: dict[str, str] = field(default_factory=dict)
    presses: dict[str, int] = field(default_factory=dict)

    def address(self) -> dict[str, str]:
        """The levers that the address has to name, and their values."""
        slid = {name: f"{TODAY[name] + 5 * count:g}" for name, count in self.presses.items() if count}
        return self.levers | slid


class Visitor:
    """Somebody who moves without waiting for the page."""

    def __init__(self, seen: Visit, seed: int) -> None:
        self.page, self.dice = seen.page, random.Random(seed)
        self.meant = Meant(language="en")

    def move(self) -> None:
        """One move, whichever."""
        kind = self.dice.choice((self.types, self.types, self.slides, self.slides, self.rules, self.speaks, self.turns))
        kind()
        self.page.wait_for_timeout(self.dice.choice((0, 0, 20, 80, 400)))

    def types(self) -> None:
        """Type a number; what comes next has to hand it over, now and then."""
        name = self.dice.choice(list(FIELDS))
        number = str(self.dice.randrange(5, 40))
        box = self.page.locator(f".st-key-{FIELDS[name]} input").first
        box.click()
        box.press("Control+a")
        self.page.keyboard.type(number)
        if self.dice.random() < 0.5:
            self.page.keyboard.press("Enter")
        self.meant.levers[name] = number

    def slides(self) -> None:
        """Press a key on a slider."""
        name = self.dice.choice(list(SLIDERS))
        self.page.locator(
            f".st-key-{SLIDERS[name]} [role=slider], .st-key-{SLIDERS[name]} input[type=range]"
        ).first.focus()
        self.page.keyboard.press("ArrowRight")
        self.meant.presses[name] = self.meant.presses.get(name, 0) + 1

    def rules(self) -> None:
        """Choose whether ransom may be paid."""
        place = self.dice.randrange(3)
        self.page.locator(".st-key-policy-ransom-rule [role=radio]").nth(place).click()
        self.meant.levers["ransom"] = RULES[place]

    def speaks(self) -> None:
        """Choose a language."""
        place = self.dice.randrange(2)
        self.page.locator(".st-key-language [role=radio]").nth(place).click()
        self.meant.language = ("nl", "en")[place]

    def turns(self) -> None:
        """Open another page."""
        place = self.dice.randrange(len(PAGES))
        self.page.get_by_test_id("stTopNavLink").nth(place).click()
        self.meant.page = PAGES[place]


def agree(seen: Visit, meant: Meant, start: str) -> None:
    """Hold address, widgets and figures against what was meant."""
    page = seen.page
    wanted = {name: value for name, value in meant.address().items() if HOME.get(name) != value}

    def found() -> tuple[str, dict[str, str]]:
        url = urllib.parse.urlsplit(page.url)
        return url.path.strip("/"), dict(urllib.parse.parse_qsl(url.query))

    for _ in range(60):
        path, query = found()
        levers = {name: value for name, value in query.items() if name not in ("lang", "seed", "version", "start")}
        if (path, query.get("lang"), levers) == (meant.page, meant.language, wanted):
            break
        page.wait_for_timeout(500)
    seen.settle()
    path, query = found()
    levers = {name: value for name, value in query.items() if name not in ("lang", "seed", "version", "start")}
    assert (path, query["lang"], query.get("start"), levers) == (meant.page, meant.language, start, wanted)
    for name, key in FIELDS.items():
        shown = page.locator(f".st-key-{key} input").first.input_value()
        assert shown == wanted.get(name, HOME[name])
        assert shown in page.locator(f".st-key-{key.removeprefix('typed-')}").first.inner_text().split()
    for name, key in SLIDERS.items():
        shown = page.locator(f".st-key-typed-{key} input").first.input_value()
        assert shown == wanted.get(name, "0")
        assert shown in page.locator(f".st-key-{key}").first.inner_text().split()
    rule = page.locator(".st-key-policy-ransom-rule [role=radio][aria-checked=true]")
    names = page.locator(".st-key-policy-ransom-rule [role=radio]").all_inner_texts()
    assert rule.inner_text() == names[RULES.index(wanted.get("ransom", HOME["ransom"]))]
    assert page.evaluate("document.documentElement.lang") == meant.language


@pytest.fixture
def early(browser: object, address: str) -> Iterator[Callable[[str, int], Visit]]:
    """A visit over a slow line, handed over as soon as its levers are there."""
    visits: list[Visit] = []

    def new(query: str, delay: int) -> Visit:
        seen = Visit(browser, address, 1440, 900, "light")  # type: ignore[arg-type]
        visits.append(seen)
        seen.page.add_init_script(SLOW % delay)
        seen.page.goto(f"{address}/{query}")
        seen.page.locator(".st-key-policy-ransom-rule [role=radio]").first.wait_for()
        return seen

    yield new
    for one in visits:
        one.page.close()
        assert not one.errors, one.errors


def play(early: Callable[[str, int], Visit], delay: int, seed: int) -> Visit:
    seen = early("?lang=en&start=local-only", delay)
    visitor = Visitor(seen, seed)
    for _ in range(MOVES):
        visitor.move()
    seen.page.keyboard.press("Enter")
    seen.page.evaluate("document.activeElement?.blur()")
    agree(seen, visitor.meant, "local-only")
    return seen


def hold_against_another_visit(seen: Visit, visit: Callable[..., Visit]) -> None:
    """Hold what a page shows after many moves against what somebody else sees at the same address."""
    other = visit(seen.page.url.removeprefix(f"{seen.home}/"))
    shown = seen.page.evaluate(SHOWN)
    assert shown["charts"]
    assert shown["figures"] or urllib.parse.urlsplit(seen.page.url).path != "/"  # only Explore has key figures
    for what, found in other.page.evaluate(SHOWN).items():
        assert shown[what] == found, what


@pytest.mark.parametrize("delay", DELAYS)
def test_moves_that_come_early_and_fast_all_stand(
    early: Callable[[str, int], Visit], visit: Callable[..., Visit], delay: int
) -> None:
    hold_against_another_visit(play(early, delay, seed=delay), visit)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(VISITS))
def test_five_hundred_random_moves_all_stand(
    early: Callable[[str, int], Visit], visit: Callable[..., Visit], seed: int
) -> None:
    seen = play(early, DELAYS[seed % len(DELAYS)], seed=1000 + seed)
    if seed % 4 == 0:  # of all three delays
        hold_against_another_visit(seen, visit)


@pytest.mark.parametrize("delay", DELAYS)
@pytest.mark.parametrize("enter", [True, False])
def test_a_number_that_was_typed_goes_along_to_the_page_that_is_clicked_at_once(
    early: Callable[[str, int], Visit], delay: int, enter: bool
) -> None:
    seen = early("?lang=nl", delay)
    seen.settle()
    box = seen.page.locator(f".st-key-{FIELDS['teams']} input").first
    box.click()
    box.press("Control+a")
    seen.page.keyboard.type("9")
    if enter:
        seen.page.keyboard.press("Enter")
    seen.page.get_by_test_id("stTopNavLink").nth(1).click()
    seen.page.wait_for_url(re.compile(r"/compare\?.*teams=9"))
    seen.settle()
    assert box.input_value() == "9"


def test_a_policy_link_is_that_policy_whatever_is_clicked_first(early: Callable[[str, int], Visit]) -> None:
    for delay in DELAYS:
        seen = early("?lang=en&start=fifty-fifty", delay)
        seen.page.get_by_test_id("stTopNavLink").nth(2).click()
        seen.page.wait_for_url(re.compile(r"/municipalities\?lang=en&start=fifty-fifty"))
        seen.settle()


@pytest.mark.parametrize("query", ["", "?lang=en&start=fifty-fifty", "?lang=nl&teams=9999&nothing=1"])
def test_one_step_back_leaves_the_app(browser: object, address: str, query: str) -> None:
    seen = Visit(browser, address, 1440, 900, "light")  # type: ignore[arg-type]
    seen.page.goto("about:blank")
    seen.open(query)
    seen.page.go_back()
    seen.page.wait_for_url("about:blank")
    seen.page.close()


def test_every_page_that_was_opened_is_one_step_back(browser: object, address: str) -> None:
    seen = Visit(browser, address, 1440, 900, "light")  # type: ignore[arg-type]
    seen.page.goto("about:blank")
    seen.open("?lang=en&start=fifty-fifty")
    for place, name in ((1, "compare"), (2, "municipalities")):
        seen.page.get_by_test_id("stTopNavLink").nth(place).click()
        seen.page.wait_for_url(re.compile(rf"/{name}\?.*start=fifty-fifty"))
        seen.settle()
    for name in ("compare", ""):
        seen.page.go_back()
        seen.page.wait_for_url(re.compile(rf"{address}/{name}\?.*start=fifty-fifty"))
        seen.page.wait_for_function(FINAL, timeout=SECONDS)
    seen.page.go_back()
    seen.page.wait_for_url("about:blank")
    seen.page.close()


@pytest.mark.parametrize(
    ("language", "numbers"),
    [
        ("nl", {"2,5": "2.5", "3.5": "3.5", "€ 7,25": "7.25", "1 2": None}),
        ("en", {"2.5": "2.5", "3,5": "3.5", "€7.25": "7.25", "1 2": None}),
    ],
)
def test_a_number_is_typed_as_the_page_writes_it(
    visit: Callable[..., Visit], language: str, numbers: dict[str, str | None]
) -> None:
    seen = visit(f"?lang={language}")
    box = seen.page.locator(f".st-key-{FIELDS['spend']} input").first
    for typed, told in numbers.items():
        was, address = box.input_value(), seen.page.url
        box.click()
        box.press("Control+a")
        seen.page.keyboard.type(typed)
        seen.page.keyboard.press("Enter")
        if told is None:
            seen.page.get_by_text({"nl": "is geen getal", "en": "is no number"}[language]).wait_for()
            seen.page.wait_for_function("([box, was]) => box.value === was", arg=[box.element_handle(), was])
            assert seen.page.url == address
        else:
            seen.page.wait_for_url(f"**spend={told}&**")
            seen.settle()
            assert box.input_value() == told.replace(".", "," if language == "nl" else ".")


assert playwright_api  # skips where there is none
