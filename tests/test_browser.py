"""The app in a real browser: it paints, it speaks two languages, it fits on a phone, and nothing leaves the machine."""

from __future__ import annotations

import itertools
import re
import shutil
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.model.files.load import load_study
from sim.text import LANGUAGES, words
from sim.web.levers.lever import policy_levers, world_levers
from sim.web.studies.jobs import shelf
from tests.browsing import ANSWERED, Visit, address, browser, playwright_api, visit

__all__ = ["address", "browser", "visit"]  # fixtures

KEY_FIGURES = 5
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES = ("", "compare", "municipalities", "future", "studies", "model")
LOOKS = list(itertools.product((1440, 390), ("light", "dark"), LANGUAGES))
"""How a page may be seen. One of these for each page, where there is little time, shows all widths and colours."""
# Texts that do not fit where they stand: shown with three dots, or cut.
CUT_OFF = """
() => [...document.querySelectorAll('[data-testid=stAppViewContainer] *')].filter(one => {
  const style = getComputedStyle(one), box = one.getBoundingClientRect()
  const own = [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim())
  return own && box.width > 2 && box.height > 2 && style.visibility === 'visible'
    && !one.closest('svg, style, script, [aria-hidden=true]')
    && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 3)
    && one.clientWidth > 0 && style.overflow !== 'visible'
}).map(one => one.tagName + ': ' + one.textContent.slice(0, 80))
"""
# Words of a chart that stand out of it; its own title, at the top, is cut off, for the page says it.
OUT_OF_CHART = """
() => [...document.querySelectorAll('[data-retained]')].length ? [] :
  [...document.querySelectorAll('.js-plotly-plot')].flatMap(chart => {
  const frame = chart.getBoundingClientRect()
  const cut = parseFloat(getComputedStyle(chart.querySelector('.main-svg')).clipPath.slice('inset('.length)) || 0
  return [...chart.querySelectorAll('.main-svg text')].filter(text => !text.closest('.g-gtitle')).filter(text => {
    const box = text.getBoundingClientRect()
    return box.width > 0 && (box.left < frame.left - 1 || box.right > frame.right + 1
      || box.top < frame.top + cut - 1 || box.bottom > frame.bottom + 1)
  }).map(text => text.textContent)
})
"""
# From the moment a slider is let go until every chart shows a picture that it did not show, the one the page is about.
WATCH = """
() => {
  // Streamlit keeps the pictures of before, out of sight, until all is done.
  const charts = () => [...document.querySelectorAll('.js-plotly-plot')].filter(one => !one.closest('[data-retained]'))
  const shown = () => charts().map(chart => chart.layout?.meta?.rev)
  window.watch = () => {
    const before = shown()
    window.painted = new Promise(done => {
      window.addEventListener('pointerup', () => {
        const begun = performance.now()
        const look = () => {
          const now = shown(), told = document.querySelector('[data-final]')?.dataset.charts
          const fresh = now.length === 2 && now.every(one => !before.includes(one)) && now.join(' ') === told
          const took = performance.now() - begun
          if (took > 20000) done(took)
          else fresh ? requestAnimationFrame(() => done(performance.now() - begun)) : requestAnimationFrame(look)
        }
        look()
      }, { once: true, capture: true })
    })
  }
}
"""
FOCUSED = """
() => {
  const one = document.activeElement
  const box = one.closest(['policy', 'share', 'grant', 'world'].map(kind => `[class*=st-key-${kind}-]`).join())
  const lever = box && [...box.classList].find(name => /^st-key-(policy|share|grant|world)-/.test(name))
  return {
    inside: !!one.closest('[data-testid=stSidebar]'),
    lever: lever && !one.closest('[data-testid=stTooltipIcon]') ? lever.replace('st-key-', '') : '',
    role: one.type === 'range' ? 'slider' : one.getAttribute('role') || one.type,
    chosen: one.getAttribute('aria-checked') === 'true',
    last: (one.value ?? one.ariaValueNow) === (one.max ?? one.ariaValueMax),
  }
}
"""


# ---- it paints -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "title", "sentence"),
    [
        ("nl", "Wie draagt het risico als 300 gemeenten gehackt kunnen worden?", "Vlaanderen betaalt"),
        ("en", "Who carries the risk when 300 municipalities can be hacked?", "Flanders pays"),
    ],
)
def test_the_page_paints_in_both_languages(
    visit: Callable[..., Visit], language: str, title: str, sentence: str
) -> None:
    page = visit(f"?lang={language}&start=fifty-fifty").page
    assert page.get_by_role("heading", level=1).inner_text() == title
    said = page.get_by_test_id("stAlert")
    assert said.is_visible()
    assert sentence in said.inner_text()
    assert page.get_by_test_id("stMetric").count() == KEY_FIGURES
    assert page.evaluate("document.documentElement.lang") == language
    assert page.locator(".sankey-link").count() > 4  # who pays
    icon = page.evaluate("document.querySelector('link[rel~=icon]').href")  # a headless browser does not fetch it
    assert icon.startswith(("http://127.0.0.1", "data:"))
    described = page.locator("[role=figure][aria-label]")
    assert described.count() == 2
    assert all("€" in (described.nth(i).get_attribute("aria-label") or "") for i in range(2))
    levels = page.locator("h1, h2, h3, h4, h5, h6").evaluate_all("all => all.map(one => one.tagName)")
    assert set(levels) == {"H1", "H2"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_no_text_is_cut_off(visit: Callable[..., Visit], page: str, language: str, width: int, scheme: str) -> None:
    height = 900 if width > 1000 else 844
    seen = visit(f"{page}?lang={language}&start=prevention-first&teams=9", width=width, height=height, scheme=scheme)
    assert seen.page.evaluate(CUT_OFF) == []
    assert seen.page.evaluate(OUT_OF_CHART) == []
    for tab in seen.page.get_by_role("tab").all():
        tab.click()
        seen.page.wait_for_function("tab => tab.ariaSelected === 'true'", arg=tab.element_handle())
        seen.page.wait_for_timeout(300)
        seen.settle()
        assert seen.page.evaluate(OUT_OF_CHART) == [], tab.inner_text()
    wide = "document.querySelector('[data-testid=stMain]')"
    assert seen.page.evaluate(f"{wide}.scrollWidth - {wide}.clientWidth") <= 0
    background = seen.page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(16, 24, 31)"}[scheme]


@pytest.mark.parametrize("tab", ["payers", "risk", "towns", "time"])
def test_levers_figures_sentence_and_charts_are_on_one_screen(visit: Callable[..., Visit], tab: str) -> None:
    page = visit(f"?lang=nl&start=prevention-first&tab={tab}").page
    charts = page.locator(".js-plotly-plot")
    assert charts.count() == 2
    for i in range(2):
        box = charts.nth(i).bounding_box()
        assert box is not None
        assert box["y"] + 0.95 * box["height"] < 900
        assert box["width"] > 400
    for i in range(page.get_by_role("slider").count()):
        box = page.get_by_role("slider").nth(i).bounding_box()
        assert box is not None
        assert box["y"] < 900


@pytest.mark.parametrize("width", [1440, 390])
def test_names_in_the_sankey_do_not_overlap(visit: Callable[..., Visit], width: int) -> None:
    page = visit("?lang=nl&start=fifty-fifty", width=width, height=900).page
    boxes = page.evaluate(
        "[...document.querySelectorAll('.js-plotly-plot')][0].querySelectorAll('.annotation-text').values().map("
        "text => text.getBoundingClientRect()).map(b => [b.left, b.top, b.right, b.bottom]).toArray()"
    )
    assert len(boxes) > 6
    for i, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[i + 1 :]:
            apart = right <= other[0] or other[2] <= left or bottom <= other[1] + 1 or other[3] <= top + 1
            assert apart, (width, boxes[i], other)


@pytest.mark.parametrize(
    ("page", "width", "scheme", "language"),
    [
        pytest.param(page, *LOOKS[(place + step) % len(LOOKS)], marks=[] if step == 0 else pytest.mark.long)
        for place, page in enumerate(PAGES)
        for step in range(len(LOOKS))
    ],
)
def test_axe_finds_nothing_that_keeps_anyone_out(
    visit: Callable[..., Visit], page: str, width: int, scheme: str, language: str
) -> None:
    """No violation of WCAG 2.2, level A or AA, in any tab, with the groups of levers and the tables open."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    seen = visit(f"{page}?lang={language}&start=solidarity-fund", width=width, scheme=scheme)
    if width > 1000:
        for group in seen.page.locator("[data-testid=stSidebar] summary").all():
            group.click()
    for place in range(max(1, seen.page.get_by_role("tab").count())):
        if place > 0:
            before = seen.page.url
            seen.page.get_by_role("tab").nth(place).click()
            seen.page.wait_for_url(lambda url, before=before: url != before)  # the tab stands in the link
            seen.settle()
        for table in seen.page.locator("summary", has_text=words(language).say("As a table")).all():
            table.click()
            seen.page.wait_for_timeout(300)
            seen.settle()
        seen.page.wait_for_function("() => !document.querySelector('[data-testid=stSkeleton]')")
        for _ in range(2):  # what fades in has little contrast for a moment
            found = axe.run(seen.page, options={"runOnly": {"type": "tag", "values": WCAG}}).response["violations"]
            if found:
                seen.page.wait_for_timeout(1000)
        assert not found, [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found]


# ---- it answers ----------------------------------------------------------------------------------------------------


def test_a_key_press_on_a_lever_repaints_both_charts_and_the_link(visit: Callable[..., Visit]) -> None:
    seen = visit("?lang=en&start=fifty-fifty")
    revisions = "document.querySelector('[data-final]').dataset.charts"
    before = seen.page.evaluate(revisions).split()
    seen.page.get_by_role("slider").nth(3).focus()  # response teams
    seen.page.keyboard.press("ArrowRight")
    seen.page.wait_for_url("**teams=5**")
    seen.settle()
    after = seen.page.evaluate(revisions).split()
    assert len(before) == len(after) == 2
    assert not set(before) & set(after)
    assert seen.page.get_by_text("Your choice").first.is_visible()


def test_a_slider_that_is_let_go_repaints_everything(visit: Callable[..., Visit]) -> None:
    """Every one of 20 moves of a slider paints all charts anew; how long that took is printed, and is no test."""
    page = visit("?lang=nl").page
    page.evaluate(WATCH)
    slider = page.locator("[data-testid=stSliderThumbValue]").first.locator("xpath=..")
    took = []
    for _ in range(21):
        box = slider.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 8, y)
        page.evaluate("watch()")
        page.mouse.up()
        took.append(float(page.evaluate("painted")))
        page.wait_for_timeout(200)  # refining goes on, and is broken off by the next move
    median = statistics.median(took[1:])
    print(f"\nfrom release to all charts repainted: median {median:.0f} ms of 20, worst {max(took[1:]):.0f} ms")
    assert max(took) < 20_000  # where the watch gives up: a chart was not painted anew


def test_keys_alone_reach_and_move_every_lever(visit: Callable[..., Visit]) -> None:
    reached, moved = set[str](), set[str]()
    for query in ("?lang=en", "?lang=en&ransom=with_approval"):  # some levers count only where ransom needs approval
        page = visit(query).page
        for group in page.locator("[data-testid=stSidebar] summary").all():
            group.focus()
            page.keyboard.press("Enter")
        page.wait_for_timeout(500)
        page.locator(".st-key-language").get_by_role("radio").first.focus()
        _tab_through(page, reached, moved)
    wanted = {lever.key for lever in (*policy_levers(), *world_levers())}
    assert {key.replace(".", "-") for key in wanted} <= reached, wanted
    assert reached == moved


def _tab_through(page: playwright_api.Page, reached: set[str], moved: set[str]) -> None:
    """Go from lever to lever, and move each that was not reached before."""
    for _ in range(160):
        page.keyboard.press("Tab")
        now = page.evaluate(FOCUSED)
        if not now["inside"]:
            return
        if not now["lever"] or now["lever"] in reached:
            continue
        reached.add(now["lever"])
        before = page.url
        if now["role"] == "combobox":
            page.keyboard.press("ArrowDown")
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
        elif now["role"] == "switch":
            page.keyboard.press("Space")
        elif now["role"] == "radio":
            if now["chosen"]:
                page.keyboard.press("ArrowRight")
            page.keyboard.press("Space")
        else:
            page.keyboard.press("ArrowLeft" if now["last"] else "ArrowRight")
        try:
            page.wait_for_function("before => location.href !== before", arg=before, timeout=20_000)
            page.wait_for_function(ANSWERED)  # a lever that comes with this one stands in its place by now
            moved.add(now["lever"])
        except playwright_api.TimeoutError:
            continue


def test_undo_is_a_key(visit: Callable[..., Visit]) -> None:
    seen = visit("?lang=en")
    seen.page.get_by_role("slider").nth(3).focus()
    seen.page.keyboard.press("ArrowRight")
    seen.page.wait_for_url("**teams=5**")
    seen.settle()
    seen.page.keyboard.press("Control+z")
    seen.page.wait_for_function("() => !location.search.includes('teams')")
    seen.settle()


def test_the_other_tabs_paint_and_stand_in_the_link(visit: Callable[..., Visit]) -> None:
    seen = visit("?lang=nl&start=fifty-fifty")
    for position, name in enumerate(("risk", "towns", "time"), start=1):
        seen.page.get_by_role("tab").nth(position).click()
        seen.page.wait_for_url(f"**tab={name}**")
        seen.settle()
        assert seen.page.locator(".js-plotly-plot").count() == 2


def test_the_other_page_keeps_the_screen(visit: Callable[..., Visit]) -> None:
    seen = visit("?lang=nl&start=fifty-fifty&teams=9")
    query = seen.page.url.split("?")[1]
    seen.page.get_by_role("link", name="Vergelijken").click()
    seen.page.wait_for_url("**/compare?**")
    seen.settle()
    assert seen.page.url.split("?")[1] == query
    assert seen.page.get_by_role("heading", level=2).first.inner_text() == "Beleidskeuzes"
    seen.page.get_by_role("link", name="Verkennen").click()
    seen.page.wait_for_function("() => location.pathname === '/' || location.pathname === '/explore'")
    seen.settle()
    assert seen.page.url.split("?")[1] == query


def test_a_picture_and_its_figures_can_be_taken_away(visit: Callable[..., Visit]) -> None:
    seen = visit("?lang=nl&start=prevention-first")
    page = seen.page
    with page.expect_download() as picture:
        page.get_by_role("button", name="Bewaar als afbeelding").first.click()
    assert picture.value.suggested_filename.startswith("weerbaar-who-pays-nl-seed-2026")
    assert picture.value.path().read_bytes().startswith(b"\x89PNG")
    page.locator("summary", has_text="Als tabel").first.click()
    page.get_by_role("button", name="Bewaar als CSV").wait_for()
    seen.settle()
    with page.expect_download() as figures:
        page.get_by_role("button", name="Bewaar als CSV").click()
    text = figures.value.path().read_bytes().decode("utf-8-sig")
    assert text.splitlines()[0] == "Wie betaalt;Waarvoor;Miljoen euro per jaar"


# Where the tile of a municipality is on the screen: the last trace of the map has a point for each, with its name.
TILE = """
name => {
  const chart = document.querySelector('.js-plotly-plot'), { xaxis, yaxis } = chart._fullLayout
  const point = chart.calcdata.at(-1).find(one => one.data[0] === name), box = chart.getBoundingClientRect()
  return { x: box.left + xaxis._offset + xaxis.l2p(point.x), y: box.top + yaxis._offset + yaxis.l2p(point.y) }
}
"""


@pytest.mark.parametrize("width", [1440, 390])
def test_a_click_on_a_tile_chooses_the_municipality(visit: Callable[..., Visit], width: int) -> None:
    seen = visit("municipalities?lang=nl&start=fifty-fifty", width=width)
    page = seen.page

    def click(name: str, code: int) -> None:
        page.locator(".js-plotly-plot").first.scroll_into_view_if_needed()
        place = page.evaluate(TILE, name)
        page.mouse.click(place["x"], place["y"])
        page.wait_for_url(f"**town={code}**")
        seen.settle()
        assert page.get_by_role("heading", level=2).filter(has_text=f"{name}, ").is_visible()

    click("Leuven", 24062)
    click("Aalst", 41002)
    page.get_by_label("Zoek een gemeente, of klik op haar tegel").click()
    page.keyboard.type("Willebroek")
    page.keyboard.press("Enter")
    page.wait_for_url("**town=12040**")
    seen.settle()
    click("Aalst", 41002)  # the tile that was clicked last, again


def test_a_year_is_played_by_keys_without_asking_the_server(visit: Callable[..., Visit]) -> None:
    page = visit("future?lang=en&start=fifty-fifty&future=4").page
    tiles = "[...document.querySelectorAll('.js-plotly-plot .scatterlayer path.js-fill')].map(p => p.getAttribute('d'))"
    sent = list[str]()
    page.on("websocket", lambda socket: sent.append("a new connection"))
    slider, before = page.get_by_role("slider", name="Week from"), page.evaluate(tiles)
    box = slider.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 900  # all of it is on one screen
    slider.focus()
    page.keyboard.press("End")
    last = int(slider.get_attribute("aria-valuemax") or 0)
    assert slider.get_attribute("aria-valuenow") == str(last) == "52"
    assert slider.get_attribute("aria-valuetext") == "31 Dec"
    page.wait_for_function(f"before => JSON.stringify({tiles}) !== JSON.stringify(before)", arg=before)
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "8 Jan"
    page.get_by_role("button", name="Play").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => Number(document.querySelector('.slider-grip-rect').ariaValueNow) > 4")
    page.get_by_role("button", name="Stop").focus()
    page.keyboard.press("Space")
    page.wait_for_timeout(600)
    now = slider.get_attribute("aria-valuenow")
    page.wait_for_timeout(900)
    assert slider.get_attribute("aria-valuenow") == now
    assert int(now or 0) < last
    assert not sent
    assert page.get_by_test_id("stApp").get_attribute("data-test-script-state") == "notRunning"


STUDY = """\
id: small
title: {nl: Klein, en: Small}
worlds: [one-town]
policies: [status-quo-2020, fifty-fifty]
design: grid
years: 10
replications: 2000
factors:
  world.threat.attempts: {low: 5, high: 50, steps: 8}
  policy.response.teams: [1, 2, 3, 4, 5, 6]
outcomes: [cash_cost_eur, cost_flanders_eur, break_ins]
"""


def test_a_study_is_started_watched_stopped_and_gone_on_with(visit: Callable[..., Visit], tmp_path: Path) -> None:
    mine = tmp_path / "small.yaml"
    mine.write_text(f"{STUDY}seed: {time.time_ns() % 10**9}\n", encoding="utf-8")  # one that was not played before
    digest = load_study(mine).digest
    seen = visit("studies?lang=en&study=file")
    page = seen.page
    try:
        page.set_input_files("[data-testid=stMain] [data-testid=stFileUploaderDropzoneInput]", mine)
        page.wait_for_url(f"**study={digest}**")
        page.get_by_text("48 designs × 2 policies × 2,000 futures = 192,000 futures.").wait_for()
        page.get_by_role("button", name="Start", exact=True).click()
        page.get_by_text(re.compile(r"^[0-9]+ of 48 designs")).wait_for()
        first = page.get_by_role("progressbar").get_attribute("aria-valuenow")
        page.wait_for_function(
            "first => document.querySelector('[role=progressbar]')?.ariaValueNow !== first", arg=first
        )  # it moves by itself
        page.get_by_role("button", name="Stop", exact=True).click()
        page.get_by_text("Stopped. What was done is kept.").wait_for()
        some = int(page.get_by_text("of 48 designs.").inner_text().partition("Played: ")[2].split()[0])
        assert 0 < some < 48
        page.get_by_role("button", name="Go on", exact=True).click()
        page.get_by_text("Played: 48 of 48 designs.").wait_for()
        seen.settle()
        assert page.locator(".js-plotly-plot").count() == 1
        page.get_by_role("tab", name="Two levers at once").click()
        page.wait_for_url("**asks=heat**")
        seen.settle()
        assert page.locator(".heatmaplayer").count() == 1
        assert page.get_by_text("weerbaar study run small.yaml").is_visible()
        page.set_viewport_size({"width": 390, "height": 844})
        for tab in page.get_by_role("tab").all():
            tab.click()
            page.wait_for_function("tab => tab.ariaSelected === 'true'", arg=tab.element_handle())
            page.wait_for_timeout(300)
            seen.settle()
            assert page.locator(".js-plotly-plot").count() == 1
            assert page.evaluate(OUT_OF_CHART) == [], tab.inner_text()
    finally:
        page.close()
        shutil.rmtree(shelf() / digest, ignore_errors=True)


# ---- what it is told -----------------------------------------------------------------------------------------------


def test_a_broken_link_says_so_and_shows_the_page(visit: Callable[..., Visit]) -> None:
    page = visit("?lang=en&start=fifty-fifty&teams=9999").page
    assert page.get_by_text("The link says “teams=9999”").is_visible()
    assert "teams" not in page.url


def test_a_page_that_there_is_not_is_said_on_explore(visit: Callable[..., Visit]) -> None:
    page = visit("nowhere?lang=nl&start=fifty-fifty").page
    assert page.get_by_text("Er is geen pagina “nowhere”").is_visible()
    assert "/nowhere" not in page.url
    assert "start=fifty-fifty" in page.url
    assert not page.get_by_role("dialog").count()


def test_a_file_is_saved_and_opened_and_a_huge_one_is_refused(visit: Callable[..., Visit], tmp_path: Path) -> None:
    seen = visit("?lang=en&start=fifty-fifty&teams=9")
    page = seen.page
    page.get_by_role("button", name="File").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as a file").click()
    text = saved.value.path().read_text(encoding="utf-8")
    assert "based_on: fifty-fifty" in text
    assert "teams: 9" in text
    mine = tmp_path / "mine.yaml"
    mine.write_text(text.replace("teams: 9", "teams: 7"), encoding="utf-8")
    page.set_input_files("[data-testid=stFileUploaderDropzoneInput]", mine)
    page.wait_for_url("**start=file**")
    seen.settle()
    huge = tmp_path / "huge.yaml"
    huge.write_bytes(b"#" * 50_000_000)
    before = page.url
    if not page.locator("[data-testid=stFileUploaderDropzoneInput]").count():
        page.get_by_role("button", name="File").click()
    page.set_input_files("[data-testid=stFileUploaderDropzoneInput]", huge)
    page.get_by_text("MB or smaller").wait_for()
    assert page.url == before


@pytest.mark.parametrize("marks", [0, 1, 2])
def test_a_file_that_names_one_of_the_server_shows_nothing_of_it(
    visit: Callable[..., Visit], tmp_path: Path, marks: int
) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("id: secret\ntitle: Swordfish\nprevention: {local_spend: 12.34}\ns3cret: 1\n", encoding="utf-8")
    mine = tmp_path / "mine.yaml"
    mine.write_bytes(b"\xef\xbb\xbf" * marks + f"based_on: {secret}\nid: mine\ntitle: Mine\n".encode())
    page = visit("?lang=en").page
    before = page.url
    page.get_by_role("button", name="File").click()
    page.set_input_files("[data-testid=stFileUploaderDropzoneInput]", mine)
    page.get_by_text("was not opened").first.wait_for()
    assert page.url == before
    for word in ("wordfish", "12.34", "12,34", "s3cret"):
        assert word not in page.content()
