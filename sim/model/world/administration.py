"""The administrations themselves: what they do for citizens, what they can bear, and how they take up what is offered.

Groups of the world (see world.py): nobody chooses these numbers. They say what a policy can count on.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from sim.model.groups import Group, check_sum
from sim.model.parameter_table import parameter


class PopulationService(Group):
    """Population register and desk: share of harm, order of restoration (0 first, 1 last)."""

    weight: float = parameter("world.services.population.weight")
    restore: float = parameter("world.services.population.restore")


class WelfareService(Group):
    """Welfare payments."""

    weight: float = parameter("world.services.welfare.weight")
    restore: float = parameter("world.services.welfare.restore")


class PermitsService(Group):
    """Permits."""

    weight: float = parameter("world.services.permits.weight")
    restore: float = parameter("world.services.permits.restore")


class CommunicationService(Group):
    """E-mail and telephone."""

    weight: float = parameter("world.services.communication.weight")
    restore: float = parameter("world.services.communication.restore")


class CareService(Group):
    """Care."""

    weight: float = parameter("world.services.care.weight")
    restore: float = parameter("world.services.care.restore")


class Services(Group):
    """What a municipality does for its inhabitants, in five parts whose weights sum to 1."""

    population: PopulationService = PopulationService()
    welfare: WelfareService = WelfareService()
    permits: PermitsService = PermitsService()
    communication: CommunicationService = CommunicationService()
    care: CareService = CareService()

    @model_validator(mode="after")
    def _weights_sum_to_one(self) -> Self:
        names = ("population", "welfare", "permits", "communication", "care")
        check_sum("the weights of the services", {name: getattr(self, name).weight for name in names})
        return self


class Harm(Group):
    """What citizens lose, which is never added to cash."""

    value_of_service_day: float = parameter("world.harm.value_of_service_day")


class Finance(Group):
    """What a municipality can bear, and what it does with money that it gets."""

    operating_spend: float = parameter("world.finance.operating_spend")
    distress_share: float = parameter("world.finance.distress_share")
    reserve: float = parameter("world.finance.reserve")
    prevention_ceiling: float = parameter("world.finance.prevention_ceiling")
    budget_stress: float = parameter("world.finance.budget_stress")
    flypaper_first: float = parameter("world.finance.flypaper_first")
    flypaper_later: float = parameter("world.finance.flypaper_later")


class Behaviour(Group):
    """What a municipality weighs when it decides on its own spending."""

    valuation: Literal["revealed", "own_bill"] = parameter("world.behaviour.valuation")
    harm_weight: float = parameter("world.behaviour.harm_weight")


class Adoption(Group):
    """How fast municipalities take up an offer: the rate per year, by instrument."""

    matching: float = parameter("world.adoption.matching")
    audit: float = parameter("world.adoption.audit")
    shared_service: float = parameter("world.adoption.shared_service")


class Delivery(Group):
    """What buying together does to the price, the differences, the time it takes, and the choice of supplier."""

    intermunicipal_price: float = parameter("world.delivery.intermunicipal_price")
    framework_price: float = parameter("world.delivery.framework_price")
    intermunicipal_spread: float = parameter("world.delivery.intermunicipal_spread")
    framework_spread: float = parameter("world.delivery.framework_spread")
    framework_build: float = parameter("world.delivery.framework_build")
    framework_concentration: float = parameter("world.delivery.framework_concentration")


class Standard(Group):
    """The coverage of every measure that complying with a level of the minimum standard means."""

    basic: float = parameter("world.standard.basic")
    important: float = parameter("world.standard.important")
    essential: float = parameter("world.standard.essential")


class Service(Group):
    """A shared service: the coverage of its measure at a municipality that takes part."""

    coverage: float = parameter("world.service.coverage")


class Audit(Group):
    """A security audit: what it costs, and how much of the gap it closes."""

    price: float = parameter("world.audit.price")
    effect: float = parameter("world.audit.effect")


class Fallback(Group):
    """Services to fall back on, such as an emergency cloud: what is left of an outage, and the price."""

    outage_factor: float = parameter("world.fallback.outage_factor")
    price: float = parameter("world.fallback.price")


class Claims(Group):
    """How often an insurer refuses a claim, without and with strong login."""

    denial_without: float = parameter("world.insurance.denial_without")
    denial_with: float = parameter("world.insurance.denial_with")
