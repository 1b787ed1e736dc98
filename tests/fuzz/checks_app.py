"""What stands in an address, and what a visitor brings, gives a page that can be drawn, whatever it is."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from sim.model.policy.policy import Policy
from sim.model.problems import InputError
from sim.text import LANGUAGES, words
from sim.web.layout.sidebar import GROUPS
from sim.web.levers.lever import Lever, policy_levers, world_levers
from sim.web.levers.lever_list import PLACES
from sim.web.state import link, packed_policies
from sim.web.state.choice import LOADED, presets
from sim.web.state.link import FIELDS, Screen
from sim.web.state.policy_file import policy_from, sentences, text_of
from sim.web.studies.files import study_from
from tests.fuzz.checks_files import check_sentences, soon
from tests.fuzz.grammar import IDS
from tests.pages import PAGES, opened

LEVERS = {lever.link: lever for lever in (*policy_levers(), *world_levers())}
JUNK = st.one_of(
    st.sampled_from(
        [
            *("", "nan", "inf", "-1", "1e999", "1e-9", "٤", "0x10", "1,5", " 4", "4 ", "true", "false", "None", "../x"),
            *(
                "unlimited",
                "no_end",
                "never",
                "4.5",
                "1e3",
                "-0",
                "00",
                "%00",
                "\0",
                "a" * 5000,
                "<b>",
                "~~",
                "!",
                ";;",
            ),
        ]
    ),
    st.text(max_size=12),
)


def of_lever(lever: Lever) -> st.SearchStrategy[str]:
    """Texts that a lever takes: its options, and for a number also those between them, and both ends."""
    options = st.sampled_from([lever.write(option) for option in lever.options])
    if lever.kind != "slide":
        return options
    low, high = (end / lever.factor for end in lever.bounds)
    between = st.integers(int(low), int(high)) if lever.whole else st.floats(low, high)
    usual = [option for option in lever.options if not isinstance(option, str)]
    near = st.floats(min(usual), max(usual)) if not lever.whole else st.integers(int(min(usual)), int(max(usual)))
    word = [lever.word] if lever.word else []
    ends = st.sampled_from([*word, lever.write(low), lever.write(high)])
    return st.one_of(options, near.map(lever.write), between.map(lever.write), ends)


def of_field(name: str) -> st.SearchStrategy[str]:
    """Texts that a field of a page takes, and some that it may not."""
    codes = [
        *presets(),
        packed_policies.NOW,
        "none",
        "mine!fifty-fifty~teams:9",
        "fifty-fifty~teams:9",
        "x!no-ransom~levy:2.5",
    ]
    known = {"future": ["worst", "middle", "0", "99999", "100000"], "story": ["worst", "12"], "each": ["1", "10000"],
             "year": ["2020", "2029", "2030"], "points": ["1", "8", "1000001"], "town": ["23088", "11002", "Gent"],
             "moves": ["teams:2,4;;", "frequency:low,high;levy:1;", "teams:2;teams:4;", ";;"]}  # fmt: skip
    if name in ("with", "of"):
        return st.lists(st.sampled_from(codes), max_size=4).map(",".join)
    return st.sampled_from(known.get(name) or FIELDS[name].allowed.split(", "))


@st.composite
def addresses(draw: st.DrawFn) -> dict[str, str]:
    """What stands behind the question mark: some levers and fields, most of them possible, and a few odd ones."""
    keys = draw(st.lists(st.sampled_from([*LEVERS, *FIELDS, "lang", "start", "seed"]), max_size=10, unique=True))
    for key in ("match", "audit", "service", "fund", "insurance", "minimum", "supplier-standard"):  # others need them
        if any(one.startswith((key, "levy", "insured", "deduct")) for one in keys) and draw(st.booleans()):
            keys.append(key)
    plain: Mapping[str, st.SearchStrategy[str]] = {
        "lang": st.sampled_from(LANGUAGES),
        "start": st.sampled_from([*presets(), LOADED]),
        "seed": st.integers(0, link.MOST_SEED + 1).map(str),
    }
    address = {}
    for key in keys:
        sound = plain[key] if key in plain else of_lever(LEVERS[key]) if key in LEVERS else of_field(key)
        address[key] = draw(JUNK if draw(st.integers(0, 11)) == 0 else sound)
    if address.get("start") == LOADED and draw(st.booleans()):
        address["file"] = packed_policies.pack(presets()[draw(st.sampled_from(list(presets())))])
    if draw(st.integers(0, 7)) == 0:
        address[draw(st.one_of(IDS, JUNK))] = draw(JUNK)
    return address


def check_address(address: dict[str, str]) -> None:
    """Fail unless the address gives a possible choice, the same again when written, and every widget has its place."""
    with soon():
        screen, said = link.read(address)
        told = link.told(link.Arrival(address, tuple(address)), "en")
    assert all(sentence.isprintable() for sentence in (*said, *told))
    assert screen.choice.is_possible
    assert isinstance(screen.choice.policy, Policy)
    written = link.write(screen)
    again, problems = link.read(written)
    assert not problems, (written, problems)
    assert link.write(again) == written
    assert (dict(again.choice.values), dict(again.world)) == (dict(screen.choice.values), dict(screen.world))
    check_saved(screen)
    for language in LANGUAGES:
        for lever in LEVERS.values():
            check_widget(lever, screen, language)


def check_saved(screen: Screen) -> None:
    """Fail unless the policy of a screen is sound: saved as a file it can be opened, and says the same."""
    policy = screen.choice.policy
    brought = policy_from("saved.yaml", text_of(screen.choice, "").encode())
    same = {"id", "title", "description", "reference", "based_on"}
    assert brought.model_dump(exclude=same) == policy.model_dump(exclude=same)


def check_widget(lever: Lever, screen: Screen, language: str) -> None:
    """Fail unless a widget can stand where the screen has its lever, and what it shows can be typed."""
    value = {**screen.choice.values, **screen.world}[lever.key]
    options = lever.with_option(value)
    assert value in options
    assert len(set(options)) == len(options)
    numbers = [option for option in options if not isinstance(option, str)]
    assert numbers == sorted(numbers)
    assert all(lever.show(words(language), option) for option in (value, options[0], options[-1]))
    assert lever.read(lever.write(value)) == value or lever.kind == "slide"
    if lever.kind == "slide" and not isinstance(value, str):
        low, high = lever.bounds
        assert low - 1e-9 <= value * lever.factor <= high * (1 + 1e-12), (lever.link, value)


def check_page(case: tuple[str, dict[str, str]]) -> None:
    """Fail unless a page opens from this address, whole, without an exception."""
    page, address = case
    app = opened(page, **{key: value for key, value in address.items() if "\0" not in key + value})
    assert not app.exception, app.exception[0].message
    first = app.sidebar.expander if hasattr(app.sidebar, "expander") else ()
    assert len(first) >= len(GROUPS)
    assert len(PLACES) >= len(GROUPS)


PAGES_AND_ADDRESSES = st.tuples(st.sampled_from([page for page in PAGES if page != "studies"]), addresses())

# ---- uploads -------------------------------------------------------------------------------------------------------

SECRET = "kanarie"
_watching: list[list[str]] = []


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching and event == "open" and isinstance(arguments[0], str | Path):
        _watching[-1].append(str(arguments[0]))


sys.addaudithook(_heard)


def check_upload(raw: bytes) -> None:
    """Fail unless what a visitor brings is read, or refused in sentences, soon; and no file of the server is opened."""
    with tempfile.TemporaryDirectory(prefix="weerbaar-secret-") as folder:
        secret = Path(folder) / f"{SECRET}.yaml"
        secret.write_text(f"id: {SECRET}\ntitle: {SECRET}\n{SECRET}: 12\n", encoding="utf-8")
        for bring in (policy_from, study_from):
            _check_brought(bring, raw.replace(b"SECRET", str(secret).encode()), folder)


def _check_brought(bring: Callable[[str, bytes], Any], raw: bytes, folder: str) -> None:
    opened_files: list[str] = []
    _watching.append(opened_files)
    try:
        with soon():
            bring("brought.yaml", raw)
    except InputError as error:
        check_sentences(error.problems, raw)
        said = "\n".join([str(error), *sentences(error, words("nl"))])
        own = raw.decode("utf-8", "replace")
        assert SECRET not in said.replace(folder, "") or SECRET in own.replace(folder, ""), said
    finally:
        _watching.remove(opened_files)
    assert not [name for name in opened_files if name.startswith(folder)], opened_files
