"""The policy: what governments choose.

How much prevention and of which kind, how many response teams, whether a ransom may be paid, and who pays for what.
Who pays is data: for each cost category an ordered list of layers, through which a cost flows until nothing is left.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from sim.model.groups import ID_PATTERN, Group, Text, check_bounds, check_sum
from sim.model.spec import parameter, parameters

CATEGORIES = (
    "prevention",
    "response_capacity",
    "response",
    "recovery",
    "lost_revenue",
    "notification",
    "ransom",
    "fraud",
    "supplier_bill",
)
"""Cost categories, in the order of the ledger."""

PAYERS = ("municipality", "flanders", "insurer", "fund")
"""Who can bear a cost. The fund has its place in the books, and no layer may name it in this version."""

MAX_EUROS = 1e12
MAX_LAYERS = 20


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


class Prevention(Group):
    """What every municipality spends on prevention, and on what."""

    local_spend: float = parameter("policy.prevention.local_spend")
    behaviour: Literal["fixed"] = parameter("policy.prevention.behaviour")
    delivery: Literal["ad_hoc"] = parameter("policy.prevention.delivery")
    mix: Mix = Mix()


class Response(Group):
    """The shared pool of response teams."""

    teams: int | Literal["unlimited"] = parameter("policy.response.teams")
    discipline: Literal["first_come", "severity", "inhabitants"] = parameter("policy.response.discipline")
    private_after_days: float | Literal["never"] = parameter("policy.response.private_after_days")

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


class Layer(Group):
    """One payer's part of a cost. What it does not take flows on to the next layer.

    Of what is left it takes `share`, out of the first `first` euros only, never more than `limit_per_event` euros for
    one event nor `limit_per_year` euros for one municipality in a calendar year, from `from_` up to and including
    `until`. In YAML and in a dict `from_` is written `from`.
    """

    model_config = ConfigDict(populate_by_name=True)

    payer: Literal["municipality", "flanders", "insurer"]
    share: float = Field(default=1.0, ge=0)
    first: float | None = Field(default=None, ge=0, le=MAX_EUROS)
    limit_per_event: float | None = Field(default=None, ge=0, le=MAX_EUROS)
    limit_per_year: float | None = Field(default=None, ge=0, le=MAX_EUROS)
    from_: datetime.date | None = Field(default=None, alias="from")
    until: datetime.date | None = None

    @field_validator("share", mode="after")
    @classmethod
    def _at_most_all(cls, value: float) -> float:
        if value > 1:
            raise PydanticCustomError(
                "share-above-one", "is {value}, and must be from 0 to 1 (0.5 is half)", {"value": f"{value:.12g}"}
            )
        return value

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.from_ is not None and self.until is not None and self.until < self.from_:
            raise PydanticCustomError(
                "dates-reversed",
                "until {until} lies before from {start}; it would never pay",
                {"until": self.until.isoformat(), "start": self.from_.isoformat()},
            )
        return self

    @property
    def is_bare(self) -> bool:
        """True when the layer takes everything that is left, always."""
        return self == Layer(payer=self.payer)


Layers = tuple[Layer, ...]
MUNICIPALITY_PAYS: Layers = (Layer(payer="municipality"),)
FLANDERS_PAYS: Layers = (Layer(payer="flanders"), Layer(payer="municipality"))


class CostSplit(Group):
    """Who pays, for each category: the municipality where nothing is said, and Flanders for the response teams."""

    prevention: Layers = MUNICIPALITY_PAYS
    response_capacity: Layers = FLANDERS_PAYS
    response: Layers = MUNICIPALITY_PAYS
    recovery: Layers = MUNICIPALITY_PAYS
    lost_revenue: Layers = MUNICIPALITY_PAYS
    notification: Layers = MUNICIPALITY_PAYS
    ransom: Layers = MUNICIPALITY_PAYS
    fraud: Layers = MUNICIPALITY_PAYS
    supplier_bill: Layers = MUNICIPALITY_PAYS

    @field_validator("*", mode="before")
    @classmethod
    def _as_tuple(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @field_validator("*", mode="after")
    @classmethod
    def _municipality_is_last(cls, value: Layers) -> Layers:
        if not value or value[-1] != MUNICIPALITY_PAYS[0]:
            raise PydanticCustomError(
                "missing-last-payer",
                "the last layer must be {last}, or a cost could go unpaid",
                {"last": "{payer: municipality}, without anything else"},
            )
        if len(value) > MAX_LAYERS:
            raise PydanticCustomError(
                "out-of-range", "has {count} layers, and may have {most}", {"count": len(value), "most": MAX_LAYERS}
            )
        return value


class Policy(Group):
    """Everything governments choose. `based_on` remembers the id of the policy a file started from."""

    id: str = Field(pattern=ID_PATTERN)
    title: Text
    description: Text | None = None
    reference: Text | None = None
    based_on: str | None = Field(default=None, pattern=ID_PATTERN)
    prevention: Prevention = Prevention()
    response: Response = Response()
    ransom: Ransom = Ransom()
    cost_split: CostSplit = CostSplit()

    def layers(self, category: str) -> tuple[Layer, ...]:
        """The layers of a cost category, in the order in which they pay; ValueError for an unknown category."""
        if category not in CATEGORIES:
            raise ValueError(f"no cost category {category!r}; there are {', '.join(CATEGORIES)}")
        layers: Layers = getattr(self.cost_split, category)
        return layers

    def with_values(self, values: Mapping[str, Any]) -> Policy:
        """A validated copy with the fields at these dotted paths changed; a leading `policy.` is allowed.

        >>> from sim.model.files import load_policy
        >>> load_policy("no-ransom").with_values({"response.teams": "unlimited"}).response.teams
        'unlimited'

        Raises InputError with every problem.
        """
        from sim.model.checks import changed

        return changed(self, "policy", values)
