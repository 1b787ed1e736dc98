"""The levers: what a visitor can move, and how far. All but a few are made from the parameter table.

A new policy parameter has its lever behind the others of its section; a line in PLACES of lever_list.py gives it
another place. A parameter that this version of the model does not have, or that leaves no choice, gets none.
"""

from __future__ import annotations

import functools
import math
import re
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sim.model.groups import Group
from sim.model.parameter_table import Parameter, Value, parameters
from sim.model.policy.policy import Policy
from sim.show.names import GRADES, SHORT_CHOICES, SHORT_UNITS, SWITCH_NAMES
from sim.text import N_, Words
from sim.web.levers.lever_list import FIXED, FREE, PLACES
from sim.web.widgets.typed import number_in

Kind = Literal["slide", "choose", "switch"]

LABELS = {
    "share.prevention": N_("Flemish share of prevention (%)"),
    "share.incidents": N_("Flemish share of incident costs (%)"),
    "grant.match": N_("Flanders matches (%)"),
    "grant.envelope": N_("Matching, at most (m €/year)"),
    "grant.lump": N_("Lump sum (€/inhabitant/year)"),
    "grant.service": N_("Shared service: Flemish (%)"),
    "grant.service.measure": N_("What the service takes over"),
    "grant.audit": N_("Audit: Flemish part (%)"),
    "grant.audit.until": N_("Last year of audits"),
    "grant.audit.again": N_("Second audit: Flemish part (%)"),
    **SWITCH_NAMES,
}
HELPS = {
    "share.prevention": N_(
        "Flanders pays this share of what every municipality spends on prevention; the municipality "
        "pays the rest. It moves who pays, not how much is spent."
    ),
    "share.incidents": N_(
        "Flanders pays this share of every bill after an incident: response, recovery, lost revenue, "
        "notification, ransom, fraud and the bill of a supplier. The municipality pays the rest."
    ),
    "grant.match": N_(
        "Of every euro of prevention Flanders pays this part, on top of what a municipality that joins "
        "spends itself. It makes prevention cheaper; who pays for incidents stays as it is."
    ),
    "grant.envelope": N_(
        "The most that Flanders matches in a year. Who asks first gets it; when it is spent, the others "
        "get nothing that year."
    ),
    "grant.lump": N_(
        "Flanders gives every municipality this amount, without conditions. Part of it goes to prevention, "
        "somewhat less every year; the rest takes the place of the municipality's own money."
    ),
    "grant.service": N_(
        "Flanders has one measure run for every municipality that joins, and bears this part of its cost; "
        "the municipality pays the rest."
    ),
    "grant.service.measure": N_("The measure that the shared service runs for the municipalities that join."),
    "grant.audit": N_(
        "Flanders pays this part of a security audit that a municipality has done. With follow-up it closes "
        "part of what is missing in strong login and hardened systems."
    ),
    "grant.audit.until": N_("Until the end of this year Flanders pays for audits."),
    "grant.audit.again": N_("Flanders also pays this part of a second audit, for those who had the first."),
    "policy.prevention.minimum_standard": N_(
        "Every municipality has to reach a level of protection that is the same for all."
    ),
    "policy.prevention.supplier_standard": N_(
        "Suppliers to municipalities have to be harder to break into, and back sooner; they charge for it."
    ),
    "policy.insurance": N_(
        "Part of the municipalities has an insurance that pays above a deductible; all premiums together pay for it."
    ),
    "policy.fund": N_("Municipalities pay a levy into a fund that pays part of the bill of those that are hit."),
}
A_HEAD = "EUR per inhabitant per year"
ONCE = {1e-6: N_("m €"), 1e-3: N_("thousand €")}
A_YEAR = {1e-6: N_("m €/year"), 1e-3: N_("thousand €/year")}
YES_NO = ("false", "true")
OWN_TERMS = N_("The start point has dates or limits of its own here; they hold until you move this.")
KEPT_TERMS = N_("The start point has dates or limits of its own here, which stay.")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?(e[-+]?[0-9]{1,2})?")
_SMALL = 0.25  # a share that is never larger has a slider of its own length
_STEPS = 40  # about so many positions of a slider
_LETTERS = 34  # of all choices together, that stand side by side


@dataclass(frozen=True)
class Lever:
    """One lever. `key` is the full key of its parameter, or share.…; `link` is its name in the address."""

    key: str
    link: str
    options: tuple[Value, ...]
    kind: Kind
    within: str | None = None
    """The key of the lever that has to be on, or above zero."""

    @property
    def parameter(self) -> Parameter | None:
        """The row of the parameter table behind the lever; None for those of FREE, and for a switch."""
        return parameters().get(self.key)

    @property
    def is_share(self) -> bool:
        """Whether it holds a part of one, and shows a percentage."""
        return self.kind == "slide" and self.parameter is not None and self.parameter.allowed == (0, 1)

    @property
    def factor(self) -> float:
        """What a value is multiplied by before it is shown: shares are in per cent, large amounts in millions."""
        row = self.parameter
        if self.key in FREE:
            return FREE[self.key].factor
        if self.is_share:
            return 100.0
        if row is None or not row.unit.startswith("EUR") or "inhabitant" in row.unit or row.high is None:
            return 1.0
        return 1e-6 if row.high >= 1e6 else 1e-3 if row.high >= 1e4 else 1.0

    @property
    def is_year(self) -> bool:
        """Whether it is a calendar year, which is written without separators."""
        return self.key in FREE and FREE[self.key].is_year

    @property
    def whole(self) -> bool:
        """Whether only whole numbers make sense."""
        return self.is_year or (self.parameter is not None and self.parameter.whole)

    @property
    def step(self) -> float:
        """From one position to the next, as shown."""
        numbers = [option for option in self.options if not isinstance(option, str)]
        return round((numbers[1] - numbers[0]) * self.factor, 6) if len(numbers) > 1 else 1.0

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the most that can be typed, as shown: where the model ends, not the slider."""
        row = self.parameter
        low, high = row.allowed if row is not None and row.allowed is not None else FREE[self.key].allowed
        return low * self.factor, high * self.factor

    @property
    def word(self) -> str | None:
        """What it can say in place of a number: unlimited, never."""
        if self.key in FREE:
            return FREE[self.key].word
        return self.parameter.word if self.parameter is not None else None

    def label(self, say: Words) -> str:
        """The name of the lever, with its unit."""
        row = self.parameter
        if row is None:
            return say.say(LABELS[self.key])
        unit = self._unit(say, row)
        return f"{row.label[say.language]} ({unit})" if unit else row.label[say.language]

    def _unit(self, say: Words, row: Parameter) -> str:
        if self.is_share:
            return "%"
        if self.factor != 1:
            return say.say((A_YEAR if "per year" in row.unit else ONCE)[self.factor])
        if row.unit == A_HEAD and "per inhabitant" in row.label["en"]:
            return say.say("€/year")
        return say.say(SHORT_UNITS[row.unit]) if row.unit in SHORT_UNITS else ""

    def help(self, say: Words, *, own_terms: bool = False) -> str:
        """The mechanism, the range of the evidence and how good it is."""
        row = self.parameter
        if row is None:
            terms = KEPT_TERMS if self.key.startswith("grant.") else OWN_TERMS
            return say.say(HELPS[self.key]) + (" " + say.say(terms) if own_terms else "")
        parts = [row.help[say.language]]
        if row.low is not None and row.high is not None:
            low, high = self.show(say, row.low), self.show(say, row.high)
            parts.append(say.say("Range of the evidence: {low} to {high}.", low=low, high=high))
        parts.append(say.say("Evidence: {grade}, {meaning}.", grade=row.grade, meaning=say.say(GRADES[row.grade])))
        if own_terms:
            parts.append(say.say(OWN_TERMS))
        return " ".join(parts)

    def show(self, say: Words, value: Value) -> str:
        """A value as the lever shows it."""
        if isinstance(value, str):
            return say.say(SHORT_CHOICES[value]) if value in SHORT_CHOICES else value
        if self.is_year:
            return f"{value:.0f}"
        digits = f"{value * self.factor:.9f}".rstrip("0")
        return say.number(float(digits), len(digits.partition(".")[2]))

    def read(self, text: str) -> Value | None:
        """The value that a text from an address names; None when it names none."""
        if self.kind != "slide":
            return text if text in self.options else None
        if text == self.word:
            return text
        if not _NUMBER.fullmatch(text):
            return None
        value = float(text)
        low, high = self.bounds
        if not math.isfinite(value) or not low <= value * self.factor <= high:
            return None
        if self.whole and not value.is_integer():
            return None
        return int(value) if self.parameter is not None and self.whole else value

    def typed(self, text: str, say: Words) -> Value | None:
        """The value of what was typed, a number as shown or the word of the lever; None where there is none."""
        if self.word is not None and text.strip().casefold() in (self.word, self.show(say, self.word).casefold()):
            return self.word
        number = number_in(text, say.language)
        return None if number is None else self.read(f"{number / self.factor:.12g}")

    def reach(self, say: Words) -> str:
        """What can be typed, in words."""
        low, high = (end / self.factor for end in self.bounds)
        return say.say("{low} to {high}", low=self.show(say, low), high=self.show(say, high))

    def allowed(self, say: Words) -> str:
        """What an address may name, in words."""
        if self.kind != "slide":
            return ", ".join(str(option) for option in self.options)
        low, high = (end / self.factor for end in self.bounds)
        told = (lambda end: f"{end:.0f}") if self.is_year else say.figure
        return say.say("{low} to {high}", low=told(low), high=told(high))

    def write(self, value: Value) -> str:
        """A value as it stands in an address: an id or a plain number, in no language."""
        return value if isinstance(value, str) else f"{value:.12g}"

    def with_option(self, value: Value) -> tuple[Value, ...]:
        """The options, with this value among them in its place."""
        if value in self.options or self.kind != "slide":
            return self.options
        if isinstance(value, str):
            return (*self.options, value)
        said = [option for option in self.options if isinstance(option, str)]  # a word stands behind all numbers
        numbers = [option for option in self.options if not isinstance(option, str)]
        return (*sorted((*numbers, value)), *said)

    def side_by_side(self, say: Words) -> bool:
        """Whether all choices fit beside each other."""
        return sum(len(self.show(say, option)) + 3 for option in self.options) <= _LETTERS


@functools.cache
def levers(group: str) -> tuple[Lever, ...]:
    """The levers of a group of PLACES, in their order, and behind them those that stand in no place."""
    return tuple(lever for key, link in (PLACES[group] | unplaced(group)).items() if (lever := _lever(key, link)))


def unplaced(group: str) -> dict[str, str]:
    """The rows of the policy that no place names, in the group of the last lever of their section.

    Each with its name in an address: `policy.ransom.cap` is `ransom-cap`.
    """
    homes = {key.rpartition(".")[0]: home for home, keys in PLACES.items() for key in keys}
    placed = {*FIXED, *(key for keys in PLACES.values() for key in keys)}
    return {
        key: "-".join(key.split(".")[-2:]).replace("_", "-")
        for key in parameters()
        if key.startswith("policy.") and key not in placed and homes.get(key.rpartition(".")[0]) == group
    }


@functools.cache
def policy_levers() -> tuple[Lever, ...]:
    """The levers that governments hold."""
    return tuple(lever for group in PLACES if group != "world" for lever in levers(group))


def world_levers() -> tuple[Lever, ...]:
    """The assumptions that decide, which nobody chooses."""
    return levers("world")


def _lever(key: str, link: str) -> Lever | None:
    if key in FREE:
        free = FREE[key]
        named = all(isinstance(option, str) for option in free.options)
        return Lever(key, link, free.options, "choose" if named else "slide", free.within)
    if key in switches():
        return Lever(key, link, YES_NO, "switch")
    row = parameters().get(key)
    if row is None or (row.choices and len(row.choices) < 2):
        return None
    group = key.rpartition(".")[0]
    within = group if group in switches() else None
    if isinstance(row.value, bool) or set(row.choices) == set(YES_NO):
        return Lever(key, link, YES_NO, "switch", within)
    return Lever(key, link, row.choices or _steps(row), "choose" if row.choices else "slide", within)


@functools.cache
def switches() -> frozenset[str]:
    """The full keys of the groups that a policy may have or not have."""
    return frozenset(f"policy.{path}" for path in _optional(Policy, ()))


def _optional(model: type[Group], above: tuple[str, ...]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        kinds = typing.get_args(field.annotation) if _is_union(field.annotation) else (field.annotation,)
        groups = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Group)]
        if len(groups) != 1:
            continue
        path = (*above, name)
        if field.default is None and type(None) in kinds:
            yield ".".join(path)
        else:
            yield from _optional(groups[0], path)


def is_on(value: Value) -> bool:
    """Whether a switch is on, or a share above zero."""
    return value not in ("false", 0)


def _is_union(annotation: object) -> bool:
    return typing.get_origin(annotation) in (typing.Union, types.UnionType)


def _steps(row: Parameter) -> tuple[Value, ...]:
    """From the off value to about twice the high end of the evidence, in steps that a finger can find."""
    assert row.allowed is not None
    usual = float(row.value) if isinstance(row.value, int | float) else row.allowed[0]
    low = row.low if row.low is not None else row.allowed[0]
    high = row.high if row.high is not None else max(2 * usual, low + 1)
    start = min(low, row.off) if isinstance(row.off, int | float) else low
    tens = 10.0 ** math.floor(math.log10(2 * high)) if high > 0 else 1.0
    end = min(tens * math.ceil(round(2 * high / tens, 9)), row.allowed[1])
    if row.allowed == (0, 1):
        start, end = 0.0, end if high <= _SMALL else 1.0
    first = 1.0 if row.whole and start > 1 else start
    step = _round_up((end - first) / _STEPS)
    step = max(1.0, step) if row.whole else step
    values = [round(first + i * step, 9) for i in range(math.floor((end - first) / step + 1e-9) + 1)]
    return tuple(int(value) if row.whole else value for value in values)


def _round_up(step: float) -> float:
    """The first of 1, 2 and 5 times a power of ten that is not below a step."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(round(nice * power, 9) for nice in (1, 2, 5, 10) if nice * power >= step * (1 - 1e-9))
