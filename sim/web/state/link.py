"""The address reproduces the screen: what stands in it, read and written. It holds ids and numbers, never labels.

The page stands in the path of the address, everything else behind the question mark.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Protocol

from sim.model.files.load import load_world, scenarios
from sim.model.parameter_table import Value
from sim.model.policy.policy import Policy
from sim.model.problems import InputError
from sim.results.weeks import years_in
from sim.text import LANGUAGES, N_, Words, words
from sim.version import MODEL_VERSION
from sim.web.levers.lever import Lever, policy_levers, world_levers
from sim.web.state import chosen_town, grid_in_address, packed_policies
from sim.web.state.choice import BASELINE, LOADED, WORLD, Choice, begin, presets, world_start

SEED = 2026
MOST_SEED = 2**32 - 1
MOST_FUTURE = 99_999
MOST_POINTS = 1_000_000
MOST_EACH = 10_000
"""Futures of each design of a study."""
MOST_POLICIES = 2
"""Policies of a grid that is built on the page Studies."""


@dataclass(frozen=True)
class Field:
    """Something that one page lets a visitor choose beside the levers, such as a tab: always an id or a number."""

    default: str
    takes: Callable[[str], bool]
    allowed: str
    """What it takes, for readers of a link that names something else."""


def one_of(*names: str) -> Field:
    """A field that is one of these, the first unless chosen."""
    return Field(names[0], names.__contains__, ", ".join(names))


def _is_future(text: str) -> bool:
    return text in ("worst", "middle") or re.fullmatch(r"[0-9]{1,5}", text) is not None


def _is_year(text: str) -> bool:
    return text == "" or text in {str(year) for year in years_in(load_world(WORLD))}


def _is_study(text: str) -> bool:
    return text in STUDIES or re.fullmatch(r"[0-9a-f]{16}", text) is not None


def _is_count(most: int) -> Callable[[str], bool]:
    return lambda text: text == "" or (re.fullmatch(r"[1-9][0-9]{0,6}", text) is not None and int(text) <= most)


STUDIES = (*(one.id for one in scenarios("study")), "build", "file", "store")
"""What the page Studies may be about; what it keeps has a number of 16 letters and digits."""

SOME_POLICIES = N_("one to three different ones of {names}, or kept under a name; none, for nobody")
"""What may be compared with today's policy."""

FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        "tab": one_of("payers", "risk", "towns", "time"),
        "with": Field("", packed_policies.are_codes, SOME_POLICIES),
        "view": one_of("outcomes", "spread"),
        "future": Field("worst", _is_future, f"worst, middle, 0 – {MOST_FUTURE}"),
        "year": Field("", _is_year, "2020 – 2029"),
        "side": one_of("both", "first", "last"),
        "about": one_of("chain", "numbers", "checks", "files", "changes"),
        "town": Field("", chosen_town.is_known, chosen_town.ALLOWED),
        "look": one_of("cost", "outage", "prevention", "story"),
        "story": Field("worst", _is_future, f"worst, middle, 0 – {MOST_FUTURE}"),
        "study": Field(STUDIES[0], _is_study, ", ".join(STUDIES)),
        "asks": one_of("effects", "heat", "pareto", "regret", "best", "losses", "sobol"),
        "points": Field("", _is_count(MOST_POINTS), f"1 – {MOST_POINTS}"),
        "each": Field("", _is_count(MOST_EACH), f"1 – {MOST_EACH}"),
        "in": one_of(WORLD, *(one.id for one in scenarios("world") if one.id != WORLD)),
        "of": Field("", lambda text: packed_policies.are_codes(text, MOST_POLICIES), "…"),
        "moves": Field("", grid_in_address.are_moves, "teams:2,4,8;frequency:low,high;"),
    }
)
"""What pages add to the address, by its name there. A page reads it from `Screen.fields` and sets it by `remember`."""


@dataclass(frozen=True)
class Screen:
    """What a visitor chose. `world` holds the positions of the assumptions by key, `fields` what pages added."""

    language: str = LANGUAGES[0]
    choice: Choice = field(default_factory=Choice)
    world: Mapping[str, Value] = field(default_factory=world_start)
    seed: int = SEED
    fields: Mapping[str, str] = field(default_factory=lambda: {name: one.default for name, one in FIELDS.items()})


@dataclass(frozen=True)
class Arrival:
    """What a visitor came with: the address, the keys that stood in it more than once, and a page that there is not."""

    address: Mapping[str, str] = field(default_factory=dict)
    repeated: tuple[str, ...] = ()
    page: str = ""


class Query(Protocol):
    """What stands behind the question mark, as Streamlit has it."""

    def to_dict(self) -> dict[str, str]:
        """The last value of every key."""

    def get_all(self, key: str) -> list[str]:
        """All values of a key."""


def arrival(query: Query) -> Arrival:
    """What a visitor comes with. Of a key that stands there more than once the last value counts."""
    address = query.to_dict()
    return Arrival(address, tuple(key for key in address if len(query.get_all(key)) > 1))


def told(arrival: Arrival, language: str) -> list[str]:
    """A sentence about everything in an address that could not be followed."""
    problems = _Problems(words(language))
    if arrival.page:
        problems.no_page(arrival.page)
    for key in arrival.repeated:
        problems.repeated(key, arrival.address[key])
    return [*problems.sentences, *read(arrival.address, language)[1]]


def write(screen: Screen) -> dict[str, str]:
    """The address of a screen: the language, the seed and the version, and what differs from where a page opens."""
    address = {"lang": screen.language}
    if screen.choice.start != BASELINE:
        address["start"] = screen.choice.start
    if screen.choice.start == LOADED:
        address["file"] = packed_policies.pack(screen.choice.base)
    for levers, values in ((policy_levers(), screen.choice.moved), (world_levers(), _moved(screen.world))):
        address |= {lever.link: lever.write(values[lever.key]) for lever in levers if lever.key in values}
    address |= {name: text for name, text in screen.fields.items() if text != FIELDS[name].default}
    return address | {"seed": str(screen.seed), "version": MODEL_VERSION}


def _moved(world: Mapping[str, Value]) -> dict[str, Value]:
    return {key: value for key, value in world.items() if world_start()[key] != value}


def language_of(address: Mapping[str, str]) -> str:
    """The language an address asks for; Dutch when it asks for none we speak."""
    return address["lang"] if address.get("lang") in LANGUAGES else LANGUAGES[0]


def read(address: Mapping[str, str], language: str | None = None) -> tuple[Screen, list[str]]:
    """The screen behind an address, and a sentence about everything in it that could not be followed.

    The sentences are in `language`, else in that of the address.
    """
    screen = Screen(language=language_of(address))
    problems = _Problems(words(language or screen.language))
    if "lang" in address and address["lang"] not in LANGUAGES:
        problems.wrong("lang", address["lang"], ", ".join(LANGUAGES))
    screen = replace(
        screen,
        choice=_choice(address, problems),
        world=MappingProxyType({**screen.world, **_positions(address, world_levers(), problems)}),
    )
    if (text := address.get("seed")) is not None:
        if re.fullmatch(r"[0-9]{1,10}", text) and int(text) <= MOST_SEED:
            screen = replace(screen, seed=int(text))
        else:
            problems.wrong("seed", text, problems.say.say("{low} to {high}", low="0", high=str(MOST_SEED)))
    fields = dict(screen.fields)
    for name, one in FIELDS.items():
        if (text := address.get(name)) is not None:
            if one.takes(text):
                fields[name] = text
            elif name == "town" and (parts := chosen_town.made_of(text)):
                problems.merged(text, parts)
            else:
                problems.wrong(name, text, _allowed(problems.say, one))
    screen = replace(screen, fields=MappingProxyType(fields))
    known = {"lang", "start", "file", "seed", "version", *FIELDS}
    known |= {lever.link for lever in (*policy_levers(), *world_levers())}
    for key in address:
        if key not in known:
            problems.unknown(key)
    if (version := address.get("version", MODEL_VERSION)) != MODEL_VERSION:
        problems.other_version(version)
    return screen, problems.sentences


def _allowed(say: Words, field: Field) -> str:
    if field.allowed != SOME_POLICIES:
        return field.allowed
    return say.say(
        SOME_POLICIES, names=", ".join((packed_policies.NOW, *(name for name in presets() if name != BASELINE)))
    )


def _choice(address: Mapping[str, str], problems: _Problems) -> Choice:
    chosen = Choice()
    name = address.get("start")
    if name == LOADED:
        policy = packed_policies.unpack(address.get("file", ""))
        if policy is None:
            problems.no_file()
        else:
            chosen = begin(LOADED, policy)
    elif name is not None:
        if name in presets():
            chosen = begin(name)
        else:
            problems.wrong("start", name, ", ".join(presets()))
    found = _positions(address, policy_levers(), problems)
    moved = replace(chosen, values=MappingProxyType({**chosen.values, **found}))
    try:
        assert isinstance(moved.policy, Policy)
    except InputError as error:
        problems.contradiction(error)
        return chosen
    return moved


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
        sentence = N_("The link says “{key}={value}”, which is not possible (allowed: {allowed}); it was left out.")
        self.sentences.append(self.say.say(sentence, key=key, value=bare(value), allowed=allowed))

    def merged(self, value: str, parts: Sequence[str]) -> None:
        sentence = N_("The link says “town={value}”, which the mergers made out of {parts}; this world is of before.")
        self.sentences.append(self.say.say(sentence, value=bare(value), parts=", ".join(parts)))

    def no_page(self, page: str) -> None:
        sentence = N_("There is no page “{page}”; this is the page Explore.")
        self.sentences.append(self.say.say(sentence, page=bare(page)))

    def repeated(self, key: str, value: str) -> None:
        sentence = N_("The link says “{key}” more than once; only the last, “{key}={value}”, counts.")
        self.sentences.append(self.say.say(sentence, key=bare(key), value=bare(value)))

    def unknown(self, key: str) -> None:
        sentence = N_("The link says “{key}”, which this page does not know; it was left out.")
        self.sentences.append(self.say.say(sentence, key=bare(key)))

    def other_version(self, version: str) -> None:
        sentence = N_("The link was made with version {version} of the model, and this is {ours}: numbers may differ.")
        self.sentences.append(self.say.say(sentence, version=bare(version), ours=MODEL_VERSION))

    def no_file(self) -> None:
        sentence = N_("The link holds a policy file that is damaged; today's policy is shown in its place.")
        self.sentences.append(self.say.say(sentence))

    def contradiction(self, error: InputError) -> None:
        sentence = N_("The link asks for choices that exclude each other, so they were left out: {reason}.")
        self.sentences.append(self.say.say(sentence, reason=bare(error.problems[0].message, 160)))


def bare(text: str, most: int = 30) -> str:
    """A text from outside as it may be shown: no markup, no addresses, and not at length."""
    plain = re.sub(r"[^\w.,+-]|_|\.(?!\d)", " ", text).strip()
    return plain[:most] + ("…" if len(plain) > most else "")
