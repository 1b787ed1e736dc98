"""The world: what no government chooses.

attacks.py holds what comes at municipalities, how incidents run and what they cost; administration.py what
municipalities are like themselves. Every number is a row of `parameters.yaml`, which says its unit, range, source and
meaning; here they only get their place. Rules and engines read a World and never change it.
"""

from __future__ import annotations

import datetime
import difflib
import functools
import math
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from sim.model.construction import Constructed
from sim.model.day import Day
from sim.model.files.read_table import alike
from sim.model.groups import ID_PATTERN, Kind, Text, Title
from sim.model.messages import changed
from sim.model.parameter_table import parameter
from sim.model.problems import InputError, Problem
from sim.model.world.administration import (
    Adoption,
    Audit,
    Behaviour,
    Claims,
    Delivery,
    Fallback,
    Finance,
    Harm,
    Service,
    Services,
    Standard,
)
from sim.model.world.attacks import (
    Anchor,
    AnchorLevels,
    BreakIn,
    Ddos,
    Extortion,
    Fraud,
    Incident,
    Measures,
    Suppliers,
    Team,
    Threat,
)
from sim.model.world.event_limit import TOO_MANY, excess_of, risk_today
from sim.model.world.mergers import merged
from sim.model.world.municipalities import MAX_MUNICIPALITIES, Municipality, duplicates


class World(Constructed):
    """Everything no government chooses. Municipalities keep the order given; their NIS code is their identity."""

    KIND: ClassVar[Kind] = "world"
    SHOWN: ClassVar[tuple[str, ...]] = ("start", "years", "municipalities")

    id: str = Field(pattern=ID_PATTERN)
    title: Title
    description: Text | None = None
    reference: Text | None = None
    municipalities: tuple[Municipality, ...] = Field(min_length=1, max_length=MAX_MUNICIPALITIES)
    start: Day
    years: int = parameter("world.years")
    seed: int = parameter("world.seed")
    defence: Literal["measures", "gordon_loeb_1", "gordon_loeb_2", "logistic"] = parameter("world.defence")
    tick: Literal["minute", "day"] = parameter("world.tick")
    anchor: Anchor = Anchor()
    anchor_levels: AnchorLevels = AnchorLevels()
    threat: Threat = Threat()
    break_in: BreakIn = BreakIn()
    measures: Measures = Measures()
    incident: Incident = Incident()
    team: Team = Team()
    extortion: Extortion = Extortion()
    services: Services = Services()
    harm: Harm = Harm()
    fraud: Fraud = Fraud()
    ddos: Ddos = Ddos()
    suppliers: Suppliers = Suppliers()
    finance: Finance = Finance()
    behaviour: Behaviour = Behaviour()
    adoption: Adoption = Adoption()
    delivery: Delivery = Delivery()
    standard: Standard = Standard()
    service: Service = Service()
    audit: Audit = Audit()
    fallback: Fallback = Fallback()
    insurance: Claims = Claims()

    @field_validator("municipalities", mode="before")
    @classmethod
    def _as_tuple(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @field_validator("municipalities", mode="after")
    @classmethod
    def _each_once(cls, value: tuple[Municipality, ...]) -> tuple[Municipality, ...]:
        if twice := duplicates(value, "", [None] * len(value)):
            raise PydanticCustomError("duplicate-id", "{message}", {"message": "; ".join(p.message for p in twice[:5])})
        return value

    @field_validator("start", mode="after")
    @classmethod
    def _first_of_january(cls, value: datetime.date) -> datetime.date:
        if (value.month, value.day) != (1, 1) or not 1990 <= value.year <= 2100:
            raise PydanticCustomError(
                "out-of-range",
                "is {value}, and must be 1 January of a year from 1990 to 2100",
                {"value": value.isoformat()},
            )
        return value

    @model_validator(mode="after")
    def _chances_are_chances(self) -> Self:
        today, most = self.break_in.today, risk_today(self)
        if self.defence == "measures" and today > most * (1 + 1e-12):
            allowed, why = (
                math.floor(most * 1e4) / 1e4,
                "or without any prevention over 100 % of attempts would succeed",
            )
            message = f"is {today:.12g}, and must be at most {allowed:.4g}, {why}"
            hint = "lower it, or what identity, hardening and awareness do at today's coverage"
            told = {"message": message, "loc": ("break_in", "today"), "hint": hint}
            raise PydanticCustomError("out-of-range", "{message}", told)
        return self

    @model_validator(mode="after")
    def _fits_in_memory(self) -> Self:
        if (excess := excess_of(self)) is not None:
            raise PydanticCustomError(TOO_MANY, "{message}", excess._asdict())
        return self

    @property
    def end(self) -> datetime.date:
        """The first day after the horizon: 1 January of year `start + years`."""
        return self.start.replace(year=self.start.year + self.years)

    @property
    def population(self) -> int:
        """Inhabitants of all municipalities together."""
        return sum(municipality.population for municipality in self.municipalities)

    def by_nis(self, nis: int) -> Municipality:
        """The municipality with this NIS code; InputError if there is none."""
        try:
            return self._towns_by_code[nis]
        except KeyError:
            hint = merged(nis, self.municipalities)
            hint = hint or self._hint(str(nis), [str(code) for code in self._towns_by_code])
            raise InputError([self._unknown(f"NIS code {nis}", hint)]) from None

    def by_name(self, name: str) -> Municipality:
        """The municipality with this name (capitals and spaces do not matter) or NIS code.

        InputError with what became of it in the mergers, or with the nearest names.
        """
        wanted = str(name).strip()  # a code out of a table of numbers is no int
        found = self._towns_by_name.get(alike(wanted))
        if found is not None:
            return found
        if wanted.isascii() and wanted.isdigit() and len(wanted) < 10:
            return self.by_nis(int(wanted))
        names = {alike(town.name): town.name for town in self.municipalities}
        near = difflib.get_close_matches(alike(wanted)[:200], names, n=3, cutoff=0.6)
        hint = merged(wanted, self.municipalities) or self._hint(wanted, [names[one] for one in near])
        raise InputError([self._unknown(f'municipality "{wanted[:80]}"', hint)])

    def with_values(self, values: Mapping[str, Any]) -> World:
        """A validated copy with the fields at these dotted paths changed; a leading `world.` is allowed.

        >>> from sim.model.files.load import load_world
        >>> load_world("one-town").with_values({"threat.attempts": 24}).threat.attempts
        24.0

        Raises InputError with every problem.
        """
        return changed(self, "world", values)

    @functools.cached_property
    def _towns_by_code(self) -> dict[int, Municipality]:
        return {town.nis: town for town in self.municipalities}

    @functools.cached_property
    def _towns_by_name(self) -> dict[str, Municipality]:
        return {alike(town.name): town for town in self.municipalities}

    def _hint(self, wanted: str, near: list[str]) -> str | None:
        found = difflib.get_close_matches(wanted, near, n=3, cutoff=0.5) or (near if len(near) <= 3 else [])
        return f"did you mean {' or '.join(found)}?" if found else None

    def _unknown(self, what: str, hint: str | None) -> Problem:
        message = f"there is no {what} among the {len(self.municipalities)} of world {self.id}"
        return Problem("", None, "unknown-municipality", message, hint)
