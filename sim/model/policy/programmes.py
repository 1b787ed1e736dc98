"""Money that is set aside before anything happens: grants, insurance, the solidarity fund, Flemish envelopes."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import AliasChoices, ConfigDict, Field, field_validator, model_validator
from pydantic_core import InitErrorDetails

from sim.model.day import MaybeDay
from sim.model.faults import fault, refuse
from sim.model.groups import Euros, Group, Id, Share, check_dates
from sim.model.parameter_table import parameter
from sim.model.policy.layers import MEASURES, Measure, Requires
from sim.model.problems import listed

MAX_GRANTS = 6
MAX_MATCHING = 4
MAX_BUDGETS = 8
MOST_MATCHED = 0.95
"""A matching grant leaves the municipality a price, however small; without one it would ask for everything."""

Instrument = Literal["matching", "lump_sum", "shared_service", "audit"]

_LEFT_OUT = {
    "matching": ("amount", "by"),
    "lump_sum": ("share", "measures", "hazard"),
    "shared_service": ("amount", "by"),
    "audit": ("amount", "by", "measures"),
}
"""Fields that mean nothing for an instrument."""


class Grant(Group):
    """Flemish money for prevention, on top of what a municipality spends itself.

    `matching` pays `share` of what a municipality spends on `measures`; `lump_sum` gives `amount` euro per inhabitant
    per year, handed out `by` inhabitants, need or fiscal capacity; `shared_service` runs one measure for the
    municipality and bears `share` of its cost; `audit` pays `share` of a security audit. It is paid from `from_` up to
    and including `until`, to municipalities that meet `requires`, within `cap_per_municipality` and `budget_per_year`
    euros a year. `hazard` is how fast municipalities take it up, per year. In YAML `from_` is written `from`, and one
    measure may be written `measure: detection`.
    """

    model_config = ConfigDict(populate_by_name=True)

    id: Id
    instrument: Instrument
    share: Share | None = None
    amount: float | None = Field(default=None, ge=0, le=1000)
    by: Literal["inhabitants", "need", "fiscal_capacity"] = "inhabitants"
    measures: tuple[Measure, ...] = Field(default=(), validation_alias=AliasChoices("measures", "measure"))
    cap_per_municipality: Euros | None = None
    budget_per_year: Euros | None = None
    from_: MaybeDay = Field(default=None, alias="from")
    until: MaybeDay = None
    requires: Requires | None = None
    hazard: float | None = Field(default=None, ge=0, le=100)
    financed_from_gemeentefonds: Share | None = None

    @field_validator("measures", mode="before")
    @classmethod
    def _as_tuple(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _fits_its_instrument(self) -> Self:
        refuse("grant", [*self._out_of_place(), *self._missing(), *self._measures()])
        check_dates(self.from_, self.until, "pay")
        return self

    @property
    def covered(self) -> tuple[Measure, ...]:
        """The measures that the grant is for: all of them for a matching grant that names none."""
        return self.measures or (MEASURES if self.instrument == "matching" else ())

    def _out_of_place(self) -> list[InitErrorDetails]:
        given = {name for name in self.model_fields_set if getattr(self, name) not in (None, ())}
        faults = []
        for name in _LEFT_OUT[self.instrument]:
            if name in given:
                goes = [other for other, names in _LEFT_OUT.items() if name not in names]
                message = f"means nothing for instrument {self.instrument}; it goes with {listed(goes)}"
                faults.append(fault("wrong-instrument", (name,), message, getattr(self, name), hint="leave it out"))
        return faults

    def _missing(self) -> list[InitErrorDetails]:
        needed = "amount" if self.instrument == "lump_sum" else "share"
        faults = []
        if getattr(self, needed) is None:
            faults.append(InitErrorDetails(type="missing", loc=(needed,), input=None))
        if self.instrument == "matching" and self.share is not None and self.share > MOST_MATCHED:
            message = f"is {self.share:.12g}, and a matching grant may pay {MOST_MATCHED} at most: who pays nothing "
            faults.append(fault("out-of-range", ("share",), message + "asks for everything", self.share))
        return faults

    def _measures(self) -> list[InitErrorDetails]:
        count = len(self.measures)
        if count != len(set(self.measures)):
            return [fault("duplicate-id", ("measures",), "names a measure twice", self.measures)]
        if self.instrument == "shared_service" and count != 1:
            message = f"names {count or 'no'} measures, and a shared service is for one"
            return [fault("one-measure", ("measures",), message, self.measures, hint="such as measure: detection")]
        return []


class Insurance(Group):
    """The cover that part of the municipalities buys: `limit` euro a year, above a `deductible` for each incident."""

    uptake: float = parameter("policy.insurance.uptake")
    limit: float = parameter("policy.insurance.limit")
    deductible: float = parameter("policy.insurance.deductible")
    rate_on_line: float = parameter("policy.insurance.rate_on_line")
    risk_rated: bool = parameter("policy.insurance.risk_rated")


class Fund(Group):
    """The solidarity fund: what it takes in, and the most that it pays."""

    levy: float = parameter("policy.fund.levy")
    flemish_contribution: float = parameter("policy.fund.flemish_contribution")
    opening_balance: float = parameter("policy.fund.opening_balance")
    member_limit: float = parameter("policy.fund.member_limit")
    common_cause_limit: float = parameter("policy.fund.common_cause_limit")
    annual_limit: float = parameter("policy.fund.annual_limit")
    when_empty: Literal["wait", "pro_rata", "fall_through"] = parameter("policy.fund.when_empty")
    backstop: Literal["none", "flanders"] = parameter("policy.fund.backstop")
    financed_from_gemeentefonds: float = parameter("policy.fund.financed_from_gemeentefonds")


class Budget(Group):
    """An envelope of Flemish money: `per_year` euro, first come first served. Layers point at it by its name.

    A claim that finds it empty waits for the next year, or falls through to the next layer.
    """

    per_year: Euros
    when_empty: Literal["wait", "pro_rata", "fall_through"] = "fall_through"
    financed_from_gemeentefonds: Share | None = None


class Gemeentefonds(Group):
    """How much of what Flanders pays is taken back from all municipalities, by inhabitants."""

    share: float = parameter("policy.gemeentefonds.share")
