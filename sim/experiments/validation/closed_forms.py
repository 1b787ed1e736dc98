"""A quiet world, in which every mechanism is off but those that a check is about, and the formulas to hold it against.

Every mechanism has an off value, so that any part of the model can be held against a closed form. The tests do that at
length; here are four of these experiments, small enough to be repeated by anyone in a second or two.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines.events import UNKNOWN
from sim.engines.setting import Outcome
from sim.experiments.replicate import DEFAULT_ENGINE, player, settings
from sim.model.groups import Words as Text
from sim.model.parameter_table import parameters
from sim.model.policy.policy import Policy
from sim.model.world.municipalities import Municipality
from sim.model.world.world import World
from sim.rules.calendar import MINUTES_PER_DAY

DAYS_A_YEAR = 365.25
FOUR_YEARS = 4
"""1461 days: exactly four average years."""
SEED = 1


# ---- a quiet world -------------------------------------------------------------------------------------------------


def towns(inhabitants: Sequence[int], first_nis: int = 10_001) -> tuple[Municipality, ...]:
    """Return fictitious municipalities of these sizes; codes that end in 000, which are of regions, are passed over."""
    return tuple(
        Municipality(
            nis=first_nis + i + i // 999,
            name=f"Town {first_nis + i}",
            province="Test",
            population=size,
            area_km2=10.0,
            income_per_inhabitant_eur=20_000,
            hex_x=float(i % 20),
            hex_y=float(i // 20),
            abbr=f"T{i}",
        )
        for i, size in enumerate(inhabitants)
    )


def quiet_world(
    inhabitants: Sequence[int] = (20_000,) * 10, years: int = 10, values: Mapping[str, Any] | None = None
) -> World:
    """Return a world in which every mechanism is off, except what `values` switches on."""
    off = {
        key.removeprefix("world."): parameter.off
        for key, parameter in parameters().items()
        if key.startswith("world.") and parameter.off is not None and ".anchor" not in key
    }
    world = World(
        id="quiet",
        title=Text(nl="Proef", en="Test"),
        municipalities=towns(inhabitants),
        start=datetime.date(2020, 1, 1),
        years=years,
    )
    return world.with_values(off | dict(values or {}))


def plain_policy(values: Mapping[str, Any] | None = None) -> Policy:
    """Return a policy with unlimited teams and no prevention spending, except what `values` sets."""
    policy = Policy(id="plain", title=Text(nl="Proef", en="Test"))
    return policy.with_values({"response.teams": "unlimited"} | dict(values or {}))


def attacked(per_year: float, probability: float = 1.0) -> dict[str, float]:
    """Return the values that let `per_year` attempts arrive, each of which succeeds with this probability."""
    return {"threat.attempts": per_year / probability, "break_in.today": probability}


def erlang_c(servers: int, offered: float) -> float:
    """Return the probability that a customer waits in M/M/c (Erlang 1917)."""
    last = offered**servers / math.factorial(servers) * servers / (servers - offered)
    return last / (sum(offered**k / math.factorial(k) for k in range(servers)) + last)


# ---- four experiments ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Check:
    """One experiment: what the simulator gives, with its standard error, and what the formula says."""

    name: str
    """"loss", "wait", "down" or "break-ins"."""
    law: str
    """"poisson", "erlang", "renewal" or "gordon"."""
    formula: str
    unit: str
    simulated: float
    error: float
    """Standard error of `simulated`."""
    expected: float

    @property
    def distance(self) -> float:
        """How many standard errors the two lie apart."""
        return abs(self.simulated - self.expected) / self.error

    @property
    def agrees(self) -> bool:
        """Whether they lie within four standard errors, as the tests ask; by chance that fails once in 16,000 times."""
        return self.distance <= 4


def checks(engine: str = DEFAULT_ENGINE, size: int = 100) -> list[Check]:
    """Run the experiments, each on `size` futures."""
    return [experiment(engine, size) for experiment in (yearly_loss, waiting, availability, break_ins)]


def _play(
    world: World, policy: Policy, engine: str, size: int, measure: Callable[[Outcome], float]
) -> tuple[float, float]:
    """Return the mean of a measure over futures, and its standard error."""
    (setting,) = settings(world, [policy], None)
    play = player(setting, SEED, engine)
    values: NDArray[np.float64] = np.array([measure(play(replication)) for replication in range(size)])
    return float(values.mean()), float(values.std(ddof=1) / math.sqrt(size))


def yearly_loss(engine: str, size: int) -> Check:
    """The mean loss of a municipality in a year against the compound Poisson law."""
    rate, median, sigma, count = 0.6, 4_000.0, 0.5, 100
    values = attacked(rate, 0.2) | {"incident.minor_cost": median, "incident.minor_sigma": sigma}
    world = quiet_world((20_000,) * count, FOUR_YEARS, values)
    per = 100 * FOUR_YEARS * count
    mean, error = _play(world, plain_policy({"prevention.local_spend": 0}), engine, size,
                        lambda outcome: float(outcome.postings["cents"].sum()) / per)  # fmt: skip
    return Check("loss", "poisson", "λ · m · exp(σ² / 2)", "euro", mean, error,
                 rate * median * math.exp(sigma**2 / 2))  # fmt: skip


def waiting(engine: str, size: int) -> Check:
    """The mean wait for one of three teams against Erlang's formula, after a year in which the queue fills."""
    teams, days, count, years, load = 3, 10.0, 1_600, 10, 0.7
    arrivals = load * teams / days
    values = attacked(arrivals * DAYS_A_YEAR / count, 0.2) | {
        "incident.significant": 1.0, "incident.severe": 0.0, "team.days_significant": days, "team.days_severe": days,
        "team.days_law": "exponential",
    }  # fmt: skip
    policy = plain_policy({"response.teams": teams, "response.private_after_days": "never"})

    def wait(outcome: Outcome) -> float:
        rows = outcome.incidents
        rows = rows[(rows["team_start"] != UNKNOWN) & (rows["begun"] > DAYS_A_YEAR * MINUTES_PER_DAY)]
        return float((rows["team_start"] - rows["discovered"]).mean()) / MINUTES_PER_DAY

    mean, error = _play(quiet_world((20_000,) * count, years, values), policy, engine, size, wait)
    return Check("wait", "erlang", "C(c, a) · d / (c − a)", "days", mean, error,
                 erlang_c(teams, load * teams) * days / (teams * (1 - load)))  # fmt: skip


def availability(engine: str, size: int) -> Check:
    """The share of time without services against an alternating renewal process."""
    rate, median, sigma, count, years = 20.0, 3.0, 0.6, 20, FOUR_YEARS
    values = attacked(rate) | {
        "incident.significant": 1.0, "incident.significant_days": median, "incident.significant_days_sigma": sigma,
        "incident.significant_systems_hit": 1.0,
    }  # fmt: skip
    whole = 20_000 * count * years * DAYS_A_YEAR * MINUTES_PER_DAY
    mean, error = _play(quiet_world((20_000,) * count, years, values), plain_policy(), engine, size,
                        lambda outcome: 100 * float(outcome.incidents["person_minutes"].sum()) / whole)  # fmt: skip
    outage = median * math.exp(sigma**2 / 2)
    return Check("down", "renewal", "D / (D + 1 / λ)", "%", mean, error,
                 100 * outage / (outage + DAYS_A_YEAR / rate))  # fmt: skip


def break_ins(engine: str, size: int) -> Check:
    """The break-ins in a year where everyone spends what is best for it, against Gordon and Loeb's optimum."""
    v, alpha, beta, attempts, cost, count = 0.25, 0.5, 1.0, 40.0, 60_000.0, 20
    values = {"defence": "gordon_loeb_1", "threat.attempts": attempts, "incident.minor_cost": cost,
              "incident.minor_sigma": 0.0, "behaviour.valuation": "own_bill", "measures.spread": 0,
              "finance.prevention_ceiling": 200, "break_in.gordon_loeb_v": v, "break_in.gordon_loeb_alpha": alpha,
              "break_in.gordon_loeb_beta": beta}  # fmt: skip
    world = quiet_world((20_000,) * count, FOUR_YEARS, values)
    policy = plain_policy({"prevention.behaviour": "responsive"})
    mean, error = _play(world, policy, engine, size,
                        lambda outcome: len(outcome.incidents) / (count * FOUR_YEARS))  # fmt: skip
    loss = attempts * cost / 20_000
    best = ((v * alpha * beta * loss) ** (1 / (beta + 1)) - 1) / alpha
    return Check("break-ins", "gordon", "N · v / (α z* + 1)^β",
                 "a year", mean, error, attempts * v / (alpha * best + 1) ** beta)  # fmt: skip
