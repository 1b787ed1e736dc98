"""The levers of the page: what a user can move, how far, and what policy or world that makes.

A lever stands where its start point (a preset policy) puts it. A lever that was not moved leaves the preset as it is,
with its dates and limits; one that was moved replaces that part of it.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sim.model.files import load_policy, load_world, scenarios
from sim.model.policy import CATEGORIES, Layer, Policy
from sim.model.spec import Parameter, Value, parameters
from sim.model.world import World
from sim.text import Words

BASELINE = "status-quo-2020"
WORLD = "flanders-2020"
INCIDENT_CATEGORIES = tuple(name for name in CATEGORIES if name not in ("prevention", "response_capacity"))

LABELS = {
    "share.prevention": "Flemish share of prevention (%)",
    "share.incidents": "Flemish share of incident costs (%)",
}
HELPS = {
    "share.prevention": "Flanders pays this share of what every municipality spends on prevention; the municipality "
    "pays the rest. It moves who pays, not how much is spent.",
    "share.incidents": "Flanders pays this share of every bill after an incident: response, recovery, lost revenue, "
    "notification, ransom, fraud and the bill of a supplier. The municipality pays the rest.",
}
UNITS = {
    "EUR per inhabitant per year": "€ per year",
}
CHOICES = {
    "never": "Never",
    "may_pay": "Allowed",
    "with_approval": "Approval",
    "low": "Low",
    "central": "Central",
    "high": "High",
    "unlimited": "Unlimited",
}
GRADES = {
    "A": "official or peer-reviewed",
    "B": "press, insurer or industry",
    "C": "vendor or second-hand",
    "D": "derived from such figures",
    "R": "recalled, not yet verified",
    "X": "an assumption: nobody measured it",
}
OWN_TERMS = "The start point has dates or limits of its own here; they hold until you move this."


@dataclass(frozen=True)
class Lever:
    """One lever. `key` is the full key of its parameter, or share.…; `link` is its name in the address."""

    key: str
    link: str
    options: tuple[Value, ...]
    kind: Literal["slide", "choose"]

    @property
    def parameter(self) -> Parameter | None:
        """The row of the parameter table behind the lever; None for the two shares."""
        return parameters().get(self.key)

    def label(self, say: Words) -> str:
        """The name of the lever, with its unit."""
        row = self.parameter
        if row is None:
            return say.say(LABELS[self.key])
        unit = UNITS.get(row.unit)
        return f"{row.label[say.language]} ({say.say(UNITS[row.unit])})" if unit else row.label[say.language]

    def help(self, say: Words, *, own_terms: bool = False) -> str:
        """The mechanism, the range of the evidence and how good it is."""
        row = self.parameter
        if row is None:
            return say.say(HELPS[self.key]) + (" " + say.say(OWN_TERMS) if own_terms else "")
        parts = [row.help[say.language]]
        if row.low is not None and row.high is not None:
            parts.append(
                say.say("Range of the evidence: {low} to {high}.", low=self._number(say, row.low),
                        high=self._number(say, row.high))
            )  # fmt: skip
        parts.append(say.say("Evidence: {grade}, {meaning}.", grade=row.grade, meaning=say.say(GRADES[row.grade])))
        return " ".join(parts)

    def show(self, say: Words, value: Value) -> str:
        """A value as the lever shows it."""
        return say.say(CHOICES[value]) if isinstance(value, str) else self._number(say, value)

    def _number(self, say: Words, value: float) -> str:
        return say.number(value, 0 if float(value).is_integer() else len(f"{value:g}".partition(".")[2]))

    def read(self, text: str) -> Value | None:
        """The value that a text from an address names; None when it names none."""
        if self.kind == "choose":
            return text if text in self.options else None
        try:
            value = float(text)
        except ValueError:
            return None
        numbers = [option for option in self.options if not isinstance(option, str)]
        if not math.isfinite(value) or not min(numbers) <= value <= max(numbers):
            return None
        if self.parameter is not None and self.parameter.whole:
            return int(value) if value.is_integer() else None
        return value

    def allowed(self, say: Words) -> str:
        """What an address may name, in words."""
        if self.kind == "choose":
            return ", ".join(str(option) for option in self.options)
        return say.say("{low} to {high}", low=self.show(say, self.options[0]), high=self.show(say, self.options[-1]))

    def write(self, value: Value) -> str:
        """A value as it stands in an address: an id or a plain number, in no language."""
        return value if isinstance(value, str) else f"{value:.12g}"

    def with_option(self, value: Value) -> tuple[Value, ...]:
        """The options, with this value among them in its place."""
        if value in self.options or self.kind == "choose":
            return self.options
        if isinstance(value, str):
            return (*self.options, value)
        return tuple(sorted((*self.options, value), key=float))


def _steps(row: Parameter) -> tuple[Value, ...]:
    """From the off value to about twice the high end of the evidence, in steps that a finger can find."""
    assert row.low is not None
    assert row.high is not None
    assert row.allowed is not None
    start = min(row.low, row.off) if isinstance(row.off, int | float) else row.low
    step = 1.0 if row.whole else 0.5
    end = min(10.0 * math.ceil(2 * row.high / 10), row.allowed[1])
    first = 1.0 if row.whole and start > 1 else start
    count = round((end - first) / step)
    values = [first + i * step for i in range(count + 1)]
    return tuple(int(value) if row.whole else value for value in values)


@functools.cache
def policy_levers() -> tuple[Lever, ...]:
    """The five levers that governments hold."""
    table = parameters()
    shares = tuple(float(share) for share in range(0, 101, 5))
    spend, teams, ransom = (
        table["policy.prevention.local_spend"],
        table["policy.response.teams"],
        table["policy.ransom.rule"],
    )
    return (
        Lever(spend.key, "spend", _steps(spend), "slide"),
        Lever("share.prevention", "flemish-prevention", shares, "slide"),
        Lever("share.incidents", "flemish-incidents", shares, "slide"),
        Lever(teams.key, "teams", _steps(teams), "slide"),
        Lever(ransom.key, "ransom", ransom.choices, "choose"),
    )


@functools.cache
def world_levers() -> tuple[Lever, ...]:
    """The three assumptions that decide."""
    names = {"frequency": "frequency", "service_value": "service-value", "supplier_accumulation": "suppliers"}
    rows = [(parameters()[f"world.anchor.{name}"], link) for name, link in names.items()]
    return tuple(Lever(row.key, link, row.choices, "choose") for row, link in rows)


@functools.cache
def presets() -> Mapping[str, Policy]:
    """The policies to start from, by id; today's first."""
    found = {scenario.id: load_policy(scenario.id) for scenario in scenarios("policy")}
    return {BASELINE: found[BASELINE], **found}


@functools.cache
def start(preset: str) -> Mapping[str, Value]:
    """Where a preset puts the policy levers."""
    policy = presets()[preset]
    values: dict[str, Value] = {
        "share.prevention": _share(policy, ("prevention",))[0],
        "share.incidents": _share(policy, INCIDENT_CATEGORIES)[0],
    }
    for lever in policy_levers():
        if lever.parameter is not None:
            value: Value = policy.get_value(lever.parameter.path)
            values[lever.key] = float(value) if isinstance(value, float) else value
    return values


def world_start() -> Mapping[str, Value]:
    """Where the assumptions stand when nobody touched them."""
    return {lever.key: parameters()[lever.key].value for lever in world_levers()}


@functools.cache
def has_own_terms(preset: str, key: str) -> bool:
    """Whether what a preset says about this share is more than a plain percentage."""
    categories = {"share.prevention": ("prevention",), "share.incidents": INCIDENT_CATEGORIES}.get(key)
    return categories is not None and not _share(presets()[preset], categories)[1]


def _share(policy: Policy, categories: Sequence[str]) -> tuple[float, bool]:
    """The plain Flemish share of these categories in per cent, and whether that says all there is to say."""
    shares = set()
    plain = True
    for category in categories:
        *upper, _ = policy.layers(category)
        if not upper:
            shares.add(0.0)
        elif len(upper) == 1 and upper[0] == Layer(payer="flanders", share=upper[0].share):
            shares.add(round(100 * upper[0].share, 6))
        else:
            shares.add(0.0)
            plain = False
    return (shares.pop(), plain) if len(shares) == 1 else (0.0, False)


def policy_of(preset: str, values: Mapping[str, Value]) -> Policy:
    """The policy that a start point and the positions of its levers make; the preset itself when nothing moved."""
    base = presets()[preset]
    moved = {key: value for key, value in values.items() if start(preset)[key] != value}
    if not moved:
        return base
    changes: dict[str, object] = {}
    for key, value in moved.items():
        if key == "share.prevention":
            changes["cost_split.prevention"] = _split(float(value))
        elif key == "share.incidents":
            changes |= {f"cost_split.{category}": _split(float(value)) for category in INCIDENT_CATEGORIES}
        else:
            changes[key] = value
    policy = base.with_values(changes)
    title = type(base.title)(nl="Uw keuze", en="Your choice")
    return policy.model_copy(update={"id": "your-choice", "title": title, "description": None, "reference": None})


def _split(percent: float) -> list[dict[str, object]]:
    flanders: list[dict[str, object]] = [{"payer": "flanders", "share": percent / 100}] if percent > 0 else []
    return [*flanders, {"payer": "municipality"}]


@functools.lru_cache(maxsize=27)
def _world(values: tuple[tuple[str, Value], ...]) -> World:
    return load_world(WORLD).with_values(dict(values))


def world_of(values: Mapping[str, Value]) -> World:
    """The world under these assumptions."""
    return _world(tuple(sorted(values.items())))
