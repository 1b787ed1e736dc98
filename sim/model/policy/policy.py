"""The policy: what governments choose.

How much prevention and of which kind, who helps to pay for it, how many response teams, whether a ransom may be paid,
who pays for what, and what changes on which date.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from sim.model.construction import Constructed
from sim.model.day import MaybeDay
from sim.model.faults import faults_of, refuse
from sim.model.groups import ID_PATTERN, Group, Id, Kind, Text, Title, check_bounds, check_sum
from sim.model.messages import changed
from sim.model.parameter_table import parameter, parameters
from sim.model.paths import frozen
from sim.model.policy.layers import CATEGORIES, MEASURES, PAYERS, CostSplit, Layer, LayerRequires, Layers, Requires
from sim.model.policy.phases import Phase, changes, phase_faults, stage_faults, staged
from sim.model.policy.programmes import Budget, Fund, Gemeentefonds, Grant, Insurance
from sim.model.policy.references import BETWEEN_GROUPS, reference_faults

__all__ = [
    "CATEGORIES",
    "MEASURES",
    "PAYERS",
    "Budget",
    "CostSplit",
    "Fund",
    "Gemeentefonds",
    "Grant",
    "Insurance",
    "Layer",
    "LayerRequires",
    "Layers",
    "MinimumStandard",
    "Mix",
    "Phase",
    "Policy",
    "Prevention",
    "Ransom",
    "Requires",
    "Response",
    "SupplierStandard",
]


class Mix(Group):
    """How the prevention money is divided over the six measures; sums to 1."""

    identity: float = parameter("policy.prevention.mix.identity")
    hardening: float = parameter("policy.prevention.mix.hardening")
    detection: float = parameter("policy.prevention.mix.detection")
    awareness: float = parameter("policy.prevention.mix.awareness")
    backups: float = parameter("policy.prevention.mix.backups")
    continuity: float = parameter("policy.prevention.mix.continuity")

    @model_validator(mode="after")
    def _sums_to_one(self) -> Self:
        check_sum("the prevention mix", {name: getattr(self, name) for name in type(self).model_fields})
        return self


class MinimumStandard(Group):
    """What every municipality must have in place: `level`, from `from_` on, and the share of them that complies."""

    model_config = ConfigDict(populate_by_name=True)

    level: Literal["basic", "important", "essential"] = parameter("policy.prevention.minimum_standard.level")
    from_: MaybeDay = Field(default=None, alias="from")
    compliance: float = parameter("policy.prevention.minimum_standard.compliance")


class SupplierStandard(Group):
    """What suppliers must prove: they fall less often, are back sooner, and ask a price."""

    rate_factor: float = parameter("policy.prevention.supplier_standard.rate_factor")
    outage_factor: float = parameter("policy.prevention.supplier_standard.outage_factor")
    price: float = parameter("policy.prevention.supplier_standard.price")


class Prevention(Group):
    """What municipalities spend on prevention themselves, on what, how they buy it, and what is asked of them."""

    local_spend: float = parameter("policy.prevention.local_spend")
    behaviour: Literal["fixed", "responsive"] = parameter("policy.prevention.behaviour")
    delivery: Literal["ad_hoc", "intermunicipal", "flemish_framework"] = parameter("policy.prevention.delivery")
    mix: Mix = Mix()
    minimum_standard: MinimumStandard | None = None
    supplier_standard: SupplierStandard | None = None


class Response(Group):
    """The shared pool of response teams, and what keeps critical services going meanwhile."""

    teams: int | Literal["unlimited"] = parameter("policy.response.teams")
    discipline: Literal["first_come", "severity", "inhabitants"] = parameter("policy.response.discipline")
    private_after_days: float | Literal["never"] = parameter("policy.response.private_after_days")
    fallback_services: bool = parameter("policy.response.fallback_services")

    @field_validator("teams", "private_after_days", mode="after")
    @classmethod
    def _within_bounds(cls, value: float | str, info: ValidationInfo) -> float | str:
        check_bounds(parameters()[f"policy.response.{info.field_name}"], value)
        return value

    @model_validator(mode="after")
    def _someone_comes(self) -> Self:
        if self.teams == 0 and self.private_after_days == "never":
            raise PydanticCustomError(
                "nobody-comes",
                "teams is 0 and private_after_days is never, so that no victim would ever be helped; "
                "give at least one team, or a number of days",
            )
        return self


class Ransom(Group):
    """Whether a municipality may pay."""

    rule: Literal["never", "may_pay", "with_approval"] = parameter("policy.ransom.rule")
    approval_days: float = parameter("policy.ransom.approval_days")
    approval_rate: float = parameter("policy.ransom.approval_rate")


class Policy(Constructed):
    """Everything governments choose. `based_on` remembers the id of the policy a file started from.

    A group that may be left out (`fund`, `insurance`, two standards of prevention) is None where it is: then nothing of
    the kind exists. `phases` are changes on a date; `stages()` tells the policy in force at each.
    """

    KIND: ClassVar[Kind] = "policy"
    SHOWN: ClassVar[tuple[str, ...]] = ("based_on", "grants", "phases")

    id: str = Field(pattern=ID_PATTERN)
    title: Title
    description: Text | None = None
    reference: Text | None = None
    based_on: str | None = Field(default=None, pattern=ID_PATTERN)
    prevention: Prevention = Prevention()
    grants: tuple[Grant, ...] = ()
    response: Response = Response()
    ransom: Ransom = Ransom()
    insurance: Insurance | None = None
    fund: Fund | None = None
    budgets: Annotated[Mapping[Id, Budget], AfterValidator(frozen)] = frozen({})
    gemeentefonds: Gemeentefonds = Gemeentefonds()
    cost_split: CostSplit = CostSplit()
    phases: tuple[Phase, ...] = ()

    @field_validator("grants", "phases", mode="before")
    @classmethod
    def _as_tuple(cls, value: object) -> object:
        return () if value is None else tuple(value) if isinstance(value, list) else value

    @field_validator("budgets", mode="before")
    @classmethod
    def _without_those_taken_away(cls, value: object) -> object:
        if isinstance(value, Mapping):
            return {name: budget for name, budget in value.items() if budget is not None}
        return {} if value is None else value

    @field_validator("gemeentefonds", mode="before")
    @classmethod
    def _nothing_taken_back(cls, value: object) -> object:
        return Gemeentefonds() if value is None else value

    @model_validator(mode="wrap")
    @classmethod
    def _as_a_whole(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Judge the groups, what they say about each other, and every stage of the action plan, all in one pass."""
        if not isinstance(data, dict):
            return handler(data)
        faults = [*reference_faults(data), *phase_faults(cls, data.get("phases"))]
        broken: set[str] = set()
        policy = None
        try:
            policy = handler(data)
        except ValidationError as error:
            faults = [*faults_of(error), *faults]
            broken = {str(fault["loc"][0]) for fault in error.errors() if fault["loc"]}
        faults += stage_faults(cls, data, broken, BETWEEN_GROUPS)
        refuse(cls.__name__, faults)
        assert policy is not None
        return policy

    def layers(self, category: str) -> tuple[Layer, ...]:
        """The layers of a cost category, in the order in which they pay; ValueError for an unknown category."""
        if category not in CATEGORIES:
            raise ValueError(f"no cost category {category!r}; there are {', '.join(CATEGORIES)}")
        layers: Layers = getattr(self.cost_split, category)
        return layers

    def stages(self) -> tuple[tuple[datetime.date | None, Policy], ...]:
        """The policy before any phase (date None), then the one in force from each date of a phase, in order.

        None of them has phases of its own.
        """
        if not self.phases:
            return ((None, self),)
        first = self.model_copy(update={"phases": ()})
        fields = {name: getattr(first, name) for name in type(self).model_fields}
        later = staged(fields, changes(self.phases))
        return ((None, first), *((date, type(self).model_validate(now)) for date, now, _ in later))

    def with_values(self, values: Mapping[str, Any]) -> Policy:
        """A validated copy with the fields at these dotted paths changed; a leading `policy.` is allowed.

        >>> from sim.model.files.load import load_policy
        >>> load_policy("no-ransom").with_values({"response.teams": "unlimited"}).response.teams
        'unlimited'

        Raises InputError with every problem.
        """
        return changed(self, "policy", values)
