"""A policy as the engines read it: plain numbers in named groups, a stage for each date at which something changes."""

from __future__ import annotations

import datetime
import functools
import zlib
from collections.abc import Sequence
from typing import Any, NamedTuple

from sim.model.day import next_january
from sim.model.parameter_table import Parameter, parameters
from sim.model.policy.layers import CATEGORIES, PAYERS, Layer, LayerRequires, Requires
from sim.model.policy.policy import Policy
from sim.model.policy.programmes import Grant
from sim.model.world.terms import minutes_of_days
from sim.model.world.world import World
from sim.rules.terms import CENTS, MEASURES, MINUTES_PER_DAY, NO_LIMIT, PARTS_PER_MILLION, UNLIMITED, Choices

DELIVERIES = ("ad_hoc", "intermunicipal", "flemish_framework")
STANDARDS = ("basic", "important", "essential")
INSTRUMENTS = ("matching", "lump_sum", "shared_service", "audit")
WHEN_EMPTY = ("wait", "pro_rata", "fall_through")
KEYS = ("inhabitants", "need", "fiscal_capacity")
NOBODY = -1  # no pot, no requirement, no programme


class LayerTerms(NamedTuple):
    """One payer layer in integers: shares in parts per million, money in cents, time in minutes."""

    payer: int
    share: int
    first: int
    limit_per_event: int
    limit_per_year: int
    begins: int
    ends: int
    common_limit: int = NO_LIMIT  # all municipalities together, for one compromise of a supplier
    pot: int = NOBODY  # the fund or envelope it pays from, by its place in `PolicyArrays.pots`
    requires: int = NOBODY  # by its place in `PolicyArrays.requirements`
    insured: int = 0  # 1 where only those pay out who took out insurance, on its terms
    # for each inhabitant in millionths of a cent; of a limit and its own the lesser counts
    first_each: int = NO_LIMIT
    event_each: int = NO_LIMIT
    year_each: int = NO_LIMIT
    occurrence_each: int = NO_LIMIT
    occurrence_limit: int = NO_LIMIT  # an incident, all categories and all such layers of the payer together
    attachment: int = 0  # what the event has cost in all before the layer looks at a bill

    @property
    def has_yearly_limit(self) -> bool:
        """Whether an account of what it paid to each municipality this year is kept."""
        return self.limit_per_year < NO_LIMIT or self.year_each < NO_LIMIT

    @property
    def has_occurrence_limit(self) -> bool:
        """Whether what it pays for an incident counts over all categories."""
        return self.occurrence_limit < NO_LIMIT or self.occurrence_each < NO_LIMIT

    @property
    def hangs_on_size(self) -> bool:
        """Whether a term of it grows with the inhabitants of a municipality."""
        return min(self.first_each, self.event_each, self.year_each, self.occurrence_each) < NO_LIMIT


def places(layers: Sequence[LayerTerms]) -> list[tuple[int, int]]:
    """Return by what an account of each layer is kept: its payer, and how many of that payer's layers stand before it.

    So a payer keeps to its limit of the year when a phase puts another layer before it.
    """
    payers = [layer.payer for layer in layers]
    return [(payer, payers[:place].count(payer)) for place, payer in enumerate(payers)]


class RequirementTerms(NamedTuple):
    """What must be true of a municipality before a layer or a grant pays."""

    coverage: tuple[float, ...]  # of the six measures
    programme: int  # a grant it must have joined, or NOBODY
    standard: int  # 1 where it must comply with the minimum standard


class PotTerms(NamedTuple):
    """The solidarity fund, or an envelope of the Flemish budget: where it gets its money and when it pays."""

    payer: int
    keeps: int  # 1 where what is left at the end of a year stays; 0 where the year begins anew
    per_year: int  # put in by Flanders every 1 January
    levy: float  # euro per inhabitant and year, put in by every municipality
    opening: int  # put in by Flanders at the start
    when_empty: int
    member_limit: int  # a municipality and year
    common_limit: int  # a compromise of a supplier
    annual_limit: int
    backstop: int  # 1 where Flanders puts in what is missing
    claw_back: int  # the part of what Flanders pays that municipalities give back


class GrantTerms(NamedTuple):
    """A grant on prevention."""

    number: int  # made from its id: where its chance has its address
    instrument: int
    share: int
    amount: float  # lump sum: euro per inhabitant and year
    key: int  # lump sum: divided by what
    measures: tuple[int, ...]  # 1 for each of the six measures it is for
    cap: int  # a municipality and year
    per_year: int  # all municipalities together
    begins: int
    ends: int
    requires: int
    hazard: float  # adoptions a year; 0 for a lump sum, which nobody refuses
    claw_back: int


class Stage(NamedTuple):
    """The policy from a date on; `layers` holds the ordered layers of each category, in the order of CATEGORIES."""

    begins: int  # minute
    choices: Choices
    local_spend: float
    responsive: int
    mix: tuple[float, ...]
    delivery: int
    standard: int  # level of the minimum standard, NOBODY for none
    standard_begins: int  # from when whoever complies has paid for it: a 1 January
    compliance: float
    supplier_price: float  # euro per inhabitant and year
    rate_on_line: float
    risk_rated: int
    layers: tuple[tuple[LayerTerms, ...], ...]
    pots: tuple[PotTerms, ...]
    claw_back: int  # of Flemish payments that come from no pot and no grant


class PolicyArrays(NamedTuple):
    """A policy in numbers: its stages in order of time, and what all of them share."""

    stages: tuple[Stage, ...]
    grants: tuple[GrantTerms, ...]
    requirements: tuple[RequirementTerms, ...]
    pot_names: tuple[str, ...]  # the fund first, then the envelopes
    grant_names: tuple[str, ...]

    @property
    def choices(self) -> Choices:
        """The levers on the chain of events at the start."""
        return self.stages[0].choices

    @property
    def layers(self) -> tuple[tuple[LayerTerms, ...], ...]:
        """The payer layers at the start."""
        return self.stages[0].layers

    def stage_at(self, minute: int) -> int:
        """Return the number of the stage that holds at a minute."""
        return max(number for number, stage in enumerate(self.stages) if stage.begins <= minute or number == 0)


def policy_arrays(policy: Policy, world: World) -> PolicyArrays:
    """Return the policy as numbers; its dates become minutes of this world."""
    stages = policy.stages()
    first = stages[0][1]
    requirements: list[Requires] = []
    grants = tuple(_grant_terms(grant, first, world, requirements) for grant in first.grants)
    names = (*(("fund",) if first.fund is not None else ()), *first.budgets)
    made = [_stage(0 if day is None else _minute(day, world.start), one, world, names, requirements)
            ._replace(standard_begins=NO_LIMIT if paid is None else _minute(paid, world.start))
            for (day, one), paid in zip(stages, _standard_paid(stages), strict=True)]  # fmt: skip
    started = [stage for stage in made if stage.begins <= 0]
    numbers = {grant.id: place for place, grant in enumerate(first.grants)}
    return PolicyArrays(
        stages=(started[-1]._replace(begins=0), *(stage for stage in made if stage.begins > 0)),
        grants=grants,
        requirements=tuple(_requirement(one, numbers) for one in requirements),
        pot_names=names,
        grant_names=tuple(grant.id for grant in first.grants),
    )


def _standard_paid(stages: Sequence[tuple[datetime.date | None, Policy]]) -> list[datetime.date | None]:
    """In each stage the day from which who complies with its minimum standard has paid for one: a 1 January."""
    paid: list[datetime.date | None] = []
    for day, policy in stages:
        standard, before = policy.prevention.minimum_standard, paid[-1] if paid else None
        begins = max(day or datetime.date.min, (standard and standard.from_) or datetime.date.min)
        if standard is None:
            paid.append(None)
        elif before is not None and begins == day:
            paid.append(before)
        else:
            paid.append(next_january(begins))
    return paid


def _minute(day: datetime.date, start: datetime.date) -> int:
    return (day - start).days * MINUTES_PER_DAY


def _begins(day: datetime.date | None, start: datetime.date) -> int:
    return -NO_LIMIT if day is None else _minute(day, start)


def _ends(day: datetime.date | None, start: datetime.date) -> int:
    return NO_LIMIT if day is None else _minute(day, start) + MINUTES_PER_DAY


def _cents(amount: float | None) -> int:
    return NO_LIMIT if amount is None else round(amount * CENTS)


def _each(amount: float | None) -> int:
    return NO_LIMIT if amount is None else round(amount * CENTS * PARTS_PER_MILLION)


def _parts(share: float) -> int:
    return round(share * PARTS_PER_MILLION)


def _place(requirement: Requires | None, known: list[Requires]) -> int:
    if requirement is None:
        return NOBODY
    if requirement not in known:
        known.append(requirement)
    return known.index(requirement)


def _requirement(requirement: Requires, numbers: dict[str, int]) -> RequirementTerms:
    programme = requirement.programme if isinstance(requirement, LayerRequires) else None
    return RequirementTerms(
        coverage=tuple(float(getattr(requirement, name)) for name in MEASURES),
        programme=NOBODY if programme is None else numbers[programme],
        standard=int(requirement.minimum_standard),
    )


def _grant_terms(grant: Grant, policy: Policy, world: World, requirements: list[Requires]) -> GrantTerms:
    hazard = grant.hazard
    if hazard is None:
        hazard = 0.0 if grant.instrument == "lump_sum" else float(getattr(world.adoption, grant.instrument))
    back = (
        policy.gemeentefonds.share if grant.financed_from_gemeentefonds is None else grant.financed_from_gemeentefonds
    )
    return GrantTerms(
        number=zlib.crc32(grant.id.encode()) & 0x3FFFFFFF,
        instrument=INSTRUMENTS.index(grant.instrument),
        share=_parts(grant.share or 0.0),
        amount=grant.amount or 0.0,
        key=KEYS.index(grant.by),
        measures=tuple(int(name in grant.covered) for name in MEASURES),
        cap=_cents(grant.cap_per_municipality),
        per_year=_cents(grant.budget_per_year),
        begins=_begins(grant.from_, world.start),
        ends=_ends(grant.until, world.start),
        requires=_place(grant.requires, requirements),
        hazard=hazard,
        claw_back=_parts(back),
    )


def _layer_terms(
    layer: Layer, policy: Policy, start: datetime.date, pots: tuple[str, ...], requirements: list[Requires]
) -> LayerTerms:
    name = "fund" if layer.payer == "fund" else layer.budget
    return LayerTerms(
        payer=PAYERS.index(layer.payer),
        share=_parts(layer.share),
        first=_cents(layer.first),
        limit_per_event=_cents(layer.limit_per_event),
        limit_per_year=_cents(layer.limit_per_year),
        begins=_begins(layer.from_, start),
        ends=_ends(layer.until, start),
        common_limit=_cents(layer.common_cause_limit),
        pot=NOBODY if name is None else pots.index(name),
        requires=_place(layer.requires, requirements),
        insured=int(layer.payer == "insurer" and policy.insurance is not None),
        first_each=_each(layer.first_per_inhabitant),
        event_each=_each(layer.limit_per_event_per_inhabitant),
        year_each=_each(layer.limit_per_year_per_inhabitant),
        occurrence_each=_each(layer.occurrence_limit_per_inhabitant),
        occurrence_limit=_cents(layer.occurrence_limit),
        attachment=_cents(layer.common_cause_attachment or 0.0),
    )


def _pot_terms(name: str, policy: Policy) -> PotTerms:
    if name == "fund":
        fund = policy.fund
        assert fund is not None, "stages share their pots"
        return PotTerms(
            payer=PAYERS.index("fund"),
            keeps=1,
            per_year=_cents(fund.flemish_contribution),
            levy=fund.levy,
            opening=_cents(fund.opening_balance),
            when_empty=WHEN_EMPTY.index(fund.when_empty),
            member_limit=_cents(fund.member_limit),
            common_limit=_cents(fund.common_cause_limit),
            annual_limit=_cents(fund.annual_limit),
            backstop=int(fund.backstop == "flanders"),
            claw_back=_parts(fund.financed_from_gemeentefonds),
        )
    envelope = policy.budgets[name]
    return PotTerms(
        payer=PAYERS.index("flanders"),
        keeps=0,
        per_year=_cents(envelope.per_year),
        levy=0.0,
        opening=0,
        when_empty=WHEN_EMPTY.index(envelope.when_empty),
        member_limit=NO_LIMIT,
        common_limit=NO_LIMIT,
        annual_limit=NO_LIMIT,
        backstop=0,
        claw_back=_parts(
            policy.gemeentefonds.share
            if envelope.financed_from_gemeentefonds is None
            else envelope.financed_from_gemeentefonds
        ),
    )


def _choices(policy: Policy) -> Choices:
    """The levers on the chain of events: those that a row of the table is named like, and those that are said here."""
    supplier, insurance = policy.prevention.supplier_standard, policy.insurance
    others: dict[str, Any] = {
        "supplier_rate": 1.0 if supplier is None else supplier.rate_factor,
        "supplier_outage": 1.0 if supplier is None else supplier.outage_factor,
        "insured": 0.0 if insurance is None else insurance.uptake,
        "insurance_limit": NO_LIMIT if insurance is None else _cents(insurance.limit),
        "concentrated": int(policy.prevention.delivery == "flemish_framework"),
    }
    named: dict[str, Any] = {name: _term(policy, _row(name)) for name in Choices._fields if name not in others}
    return Choices(**named, **others)


@functools.cache
def _row(name: str) -> Parameter:
    """The row of the table that a term is named after."""
    ending = f"_{name.replace('_minutes', '_days')}"
    (row,) = (row for row in parameters().values()
              if row.scope == "policy" and row.key.replace(".", "_").endswith(ending))  # fmt: skip
    return row


def _term(policy: Policy, row: Parameter) -> Any:
    """What a policy says of a row, in the unit of the engines; the off value where it does without the whole group."""
    value = policy.get_value(row.path)
    if value is None:
        value = row.off
    if value == row.word:
        return UNLIMITED
    if row.kind == "choice":
        return row.choices.index(value)
    if row.kind == "switch" or row.kind == "whole":
        return int(value)
    if row.unit == "days":
        return minutes_of_days(value)
    return _cents(value) if row.unit.startswith("EUR") and "inhabitant" not in row.unit else float(value)


def _stage(begins: int, policy: Policy, world: World, pots: tuple[str, ...], requirements: list[Requires]) -> Stage:
    p, insurance = policy.prevention, policy.insurance
    standard, supplier = p.minimum_standard, p.supplier_standard
    return Stage(
        begins=begins,
        choices=_choices(policy),
        local_spend=p.local_spend,
        responsive=int(p.behaviour == "responsive"),
        mix=tuple(float(getattr(p.mix, name)) for name in MEASURES),
        delivery=DELIVERIES.index(p.delivery),
        standard=NOBODY if standard is None else STANDARDS.index(standard.level),
        standard_begins=NO_LIMIT,
        compliance=0.0 if standard is None else standard.compliance,
        supplier_price=0.0 if supplier is None else supplier.price,
        rate_on_line=0.0 if insurance is None else insurance.rate_on_line,
        risk_rated=int(insurance is not None and insurance.risk_rated),
        layers=tuple(
            tuple(_layer_terms(layer, policy, world.start, pots, requirements) for layer in policy.layers(category))
            for category in CATEGORIES
        ),
        pots=tuple(_pot_terms(name, policy) for name in pots),
        claw_back=_parts(policy.gemeentefonds.share),
    )
