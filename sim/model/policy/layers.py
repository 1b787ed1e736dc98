"""Who pays: for each cost category an ordered list of layers, through which a cost flows until nothing is left."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from sim.model.day import MaybeDay
from sim.model.faults import fault, refuse
from sim.model.groups import Euros, EurosEach, Group, Id, Share, check_dates

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

PROGRAMMES = ("prevention", "response_capacity")
"""Categories that are spent year by year, incident or not: only governments bear them."""

PAYERS = ("municipality", "flanders", "insurer", "fund")
"""Who can bear a cost."""

Measure = Literal["identity", "hardening", "detection", "awareness", "backups", "continuity"]
MEASURES: tuple[Measure, ...] = ("identity", "hardening", "detection", "awareness", "backups", "continuity")
"""The six measures of prevention, in the order of the engines."""

OF_INCIDENTS = {
    "occurrence_limit": "limits what is paid for one incident over all categories",
    "occurrence_limit_per_inhabitant": "limits what is paid for one incident over all categories",
    "common_cause_limit": "limits what one fallen supplier may cost",
    "common_cause_attachment": "is what an event costs before the layer pays",
}
"""The terms of a layer that programmes cannot have, and what they do."""

MAX_LAYERS = 20


class Requires(Group):
    """What a municipality must have done before it gets money: a least coverage of measures, the minimum standard."""

    identity: Share = 0.0
    hardening: Share = 0.0
    detection: Share = 0.0
    awareness: Share = 0.0
    backups: Share = 0.0
    continuity: Share = 0.0
    minimum_standard: bool = False

    @property
    def coverage(self) -> tuple[float, ...]:
        """The least coverage of each measure, in the order of MEASURES; 0 where nothing is asked."""
        return tuple(float(getattr(self, name)) for name in MEASURES)


class LayerRequires(Requires):
    """The same, and a programme (the id of a grant) that the municipality must have taken up."""

    programme: Id | None = None


class Layer(Group):
    """One payer's part of a cost. What it does not take flows on to the next layer.

    Of what is left it takes `share`, out of the first `first` euros only, never more than `limit_per_event` euros for
    one event nor `limit_per_year` euros for one municipality in a calendar year, nor `common_cause_limit` euros for all
    municipalities that fall with one supplier. With `per_inhabitant` behind its name a term is so many euros for each
    inhabitant of the municipality; of both the lesser counts. `occurrence_limit` is the most for one incident over all
    categories: all layers of a payer that have one count together. With `common_cause_attachment` the layer looks only
    at what the bills of an event cost beyond so many euros, those of all municipalities that fell with one supplier
    together; an incident that came through no supplier is an event of its own. Flemish money may come out of an
    envelope (`budget`). It pays only where the municipality meets what is asked (`requires`), from `from_` up to and
    including `until`. In YAML and in a dict `from_` is written `from`.
    """

    model_config = ConfigDict(populate_by_name=True)

    payer: Literal["municipality", "flanders", "insurer", "fund"]
    share: Share = 1.0
    first: Euros | None = None
    first_per_inhabitant: EurosEach | None = None
    limit_per_event: Euros | None = None
    limit_per_event_per_inhabitant: EurosEach | None = None
    limit_per_year: Euros | None = None
    limit_per_year_per_inhabitant: EurosEach | None = None
    occurrence_limit: Euros | None = None
    occurrence_limit_per_inhabitant: EurosEach | None = None
    common_cause_limit: Euros | None = None
    common_cause_attachment: Euros | None = None
    budget: Id | None = None
    requires: LayerRequires | None = None
    from_: MaybeDay = Field(default=None, alias="from")
    until: MaybeDay = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.budget is not None and self.payer != "flanders":
            message = f"is {self.budget}, an envelope of Flemish money, and the payer here is {self.payer}"
            refuse("layer", [fault("payer-has-no-budget", ("budget",), message, self.budget)])
        check_dates(self.from_, self.until, "pay")
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

    @field_validator(*PROGRAMMES, mode="after")
    @classmethod
    def _governments_bear_programmes(cls, value: Layers, info: ValidationInfo) -> Layers:
        faults = []
        for index, layer in enumerate(value):
            if layer.payer in ("insurer", "fund"):
                message = f"is {layer.payer}, and must be municipality or flanders: others pay for incidents only"
                faults.append(fault("wrong-payer", (index, "payer"), message, layer.payer))
            for name, what in OF_INCIDENTS.items():
                if (amount := getattr(layer, name)) is not None:
                    message = f"{what}; {info.field_name} is no cost of an incident"
                    faults.append(fault("wrong-limit", (index, name), message, amount))
        refuse("cost_split", faults)
        return value
