"""The address reproduces the screen: what stands in it, read and written. It holds ids and numbers, never labels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from sim.model.spec import Value
from sim.text import LANGUAGES, Words, words
from sim.version import MODEL_VERSION
from sim.web.levers import BASELINE, Lever, policy_levers, presets, start, world_levers, world_start

SEED = 2026
MOST_SEED = 2**32 - 1
TABS = ("payers", "risk")


@dataclass(frozen=True)
class Screen:
    """What a user chose. `policy` and `world` hold the positions of all levers by key."""

    language: str = LANGUAGES[0]
    preset: str = BASELINE
    policy: Mapping[str, Value] = field(default_factory=lambda: start(BASELINE))
    world: Mapping[str, Value] = field(default_factory=world_start)
    seed: int = SEED
    tab: str = TABS[0]


def write(screen: Screen) -> dict[str, str]:
    """The address of a screen: the language and the version, and what differs from where the page opens."""
    address = {"lang": screen.language}
    if screen.preset != BASELINE:
        address["start"] = screen.preset
    for levers, values, home in (
        (policy_levers(), screen.policy, start(screen.preset)),
        (world_levers(), screen.world, world_start()),
    ):
        address |= {
            lever.link: lever.write(values[lever.key]) for lever in levers if values[lever.key] != home[lever.key]
        }
    if screen.seed != SEED:
        address["seed"] = str(screen.seed)
    if screen.tab != TABS[0]:
        address["tab"] = screen.tab
    return address | {"version": MODEL_VERSION}


def language_of(address: Mapping[str, str]) -> str:
    """The language an address asks for; Dutch when it asks for none we speak."""
    return address["lang"] if address.get("lang") in LANGUAGES else LANGUAGES[0]


def read(address: Mapping[str, str], language: str | None = None) -> tuple[Screen, list[str]]:
    """The screen behind an address, and a sentence about everything in it that could not be followed.

    The sentences are in `language`, else in that of the address.
    """
    screen = Screen(language=language_of(address))
    say = words(language or screen.language)
    problems = _Problems(say)
    known = {"lang", "start", "seed", "tab", "version"}
    if "lang" in address and address["lang"] not in LANGUAGES:
        problems.wrong("lang", address["lang"], ", ".join(LANGUAGES))
    if (name := address.get("start")) is not None:
        if name in presets():
            screen = replace(screen, preset=name, policy=start(name))
        else:
            problems.wrong("start", name, ", ".join(presets()))
    known |= {lever.link for lever in (*policy_levers(), *world_levers())}
    screen = replace(
        screen,
        policy=MappingProxyType({**screen.policy, **_positions(address, policy_levers(), problems)}),
        world=MappingProxyType({**screen.world, **_positions(address, world_levers(), problems)}),
    )
    if (text := address.get("seed")) is not None:
        if re.fullmatch(r"[0-9]{1,10}", text) and int(text) <= MOST_SEED:
            screen = replace(screen, seed=int(text))
        else:
            problems.wrong("seed", text, say.say("{low} to {high}", low="0", high=str(MOST_SEED)))
    if (text := address.get("tab")) is not None:
        if text in TABS:
            screen = replace(screen, tab=text)
        else:
            problems.wrong("tab", text, ", ".join(TABS))
    for key in address:
        if key not in known:
            problems.unknown(key)
    if (version := address.get("version", MODEL_VERSION)) != MODEL_VERSION:
        problems.other_version(version)
    return screen, problems.sentences


def _positions(address: Mapping[str, str], levers: tuple[Lever, ...], problems: _Problems) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for lever in levers:
        if (text := address.get(lever.link)) is None:
            continue
        value = lever.read(text)
        if value is None:
            problems.wrong(lever.link, text, lever.allowed(problems.say))
        else:
            found[lever.key] = value
    return found


class _Problems:
    """The sentences about an address. What stood in it is shown bare: no markup, and not at length."""

    def __init__(self, say: Words) -> None:
        self.say = say
        self.sentences: list[str] = []

    def wrong(self, key: str, value: str, allowed: str) -> None:
        sentence = "The link says “{key}={value}”, which is not possible (allowed: {allowed}); it was left out."
        self.sentences.append(self.say.say(sentence, key=key, value=_bare(value), allowed=allowed))

    def unknown(self, key: str) -> None:
        sentence = "The link says “{key}”, which this page does not know; it was left out."
        self.sentences.append(self.say.say(sentence, key=_bare(key)))

    def other_version(self, version: str) -> None:
        sentence = "The link was made with version {version} of the model, and this is {ours}: numbers may differ."
        self.sentences.append(self.say.say(sentence, version=_bare(version), ours=MODEL_VERSION))


def _bare(text: str) -> str:
    plain = re.sub(r"[^\w.,+-]|_|\.(?!\d)", " ", text).strip()
    return plain[:30] + ("…" if len(plain) > 30 else "")
