"""What a finding hangs on: the deciding assumptions under which it turns, and what municipalities' own choices cost.

These need more futures than the comparison has, so they are asked for (`Comparison.checked`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sim.experiments.comparison.paired import PairedFutures
from sim.experiments.replicate import Progress, replicate
from sim.model.paths import path_of
from sim.model.policy.policy import Policy
from sim.model.world.world import World
from sim.results.estimates import Difference, difference
from sim.results.findings import ANCHORS, Checks, Turn
from sim.results.outcomes import Summary

Of = TypeVar("Of", bound=PairedFutures)
LEVELS = ("low", "central", "high")
FUTURES = 100  # of the comparison's own, the first ones: enough to see a finding turn
CLAIMS = {"cash": "cash_cost_eur", "harm": "citizen_harm_eur"}
PRICED = ("cash_cost_eur", "prevention_cost_eur", "incident_cost_eur", "citizen_harm_eur")


def fixed_twin(policy: Policy) -> Policy | None:
    """Return the policy with municipalities that spend what it says; None if they do so already."""
    if all(stage.prevention.behaviour == "fixed" for _, stage in policy.stages()):
        return None
    prevention = policy.prevention.model_copy(update={"behaviour": "fixed"})
    phases = tuple(phase.model_copy(update={"set": _fixed(phase.set)}) for phase in policy.phases)
    update = {"id": f"{policy.id}-fixed", "prevention": prevention, "phases": phases}
    return policy.model_copy(update=update)


def _fixed(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes of a phase in which nobody becomes responsive."""
    fixed = {**changes}
    for key, value in changes.items():
        if path_of(key) == ("prevention", "behaviour"):
            fixed[key] = "fixed"
        elif path_of(key) == ("prevention",) and "behaviour" in value:
            fixed[key] = {**value, "behaviour": "fixed"}
    return fixed


def checked(result: Of, *, workers: int = 1, progress: Progress | None = None) -> Of:
    """Return the comparison with its checks, worked out on its first FUTURES futures.

    `progress` is called with (runs done, runs to do); a run is one policy in one world.
    """
    base = first(result, FUTURES)
    twins = {policy.id: twin for policy in result.policies if (twin := fixed_twin(policy)) is not None}
    moved = other_levels(result.world) if len(result.policies) > 1 else []
    todo, done = len(twins) + len(moved) * len(result.policies), 0
    behaviour = {}
    for name, twin in twins.items():
        behaviour[name] = price_of_behaviour(base, name, twin, workers)
        done += 1
        if progress is not None:
            progress(done, todo)
    turns: dict[str, tuple[Turn, ...]] = {policy.id: () for policy in result.policies[1:]}
    for name, level in moved:
        there = _elsewhere(base, name, level, workers)
        for policy in turns:
            turns[policy] += turns_between(result, base, there, policy, (name, level))
        done += len(result.policies)
        if progress is not None:
            progress(done, todo)
    return replace(result, checks=Checks(base.replications, turns, behaviour))


def first(result: Of, futures: int) -> Of:
    """Return the comparison on its first futures, so many or all there are."""
    return replace(result, futures_of=tuple(of[:futures] for of in result.futures_of), checks=None)


def other_levels(world: World) -> list[tuple[str, str]]:
    """Return every level of a deciding assumption at which this world does not have it: (assumption, level)."""
    return [(name, level) for name in ANCHORS for level in LEVELS if level != getattr(world.anchor, name)]


def elsewhere(world: World, assumption: str, level: str) -> World:
    """Return the world with one deciding assumption at another level."""
    return world.with_values({f"anchor.{assumption}": level})


def _elsewhere(result: PairedFutures, assumption: str, level: str, workers: int) -> PairedFutures:
    """Return the same comparison in the world with one deciding assumption at another level."""
    world = elsewhere(result.world, assumption, level)
    return replace(result, world=world, futures_of=_played(result, world, result.policies, workers))


def _played(
    result: PairedFutures, world: World, policies: Sequence[Policy], workers: int
) -> tuple[tuple[Summary, ...], ...]:
    return replicate(
        world,
        policies,
        replications=result.replications,
        years=result.years,
        seed=result.seed,
        engine=result.engine,
        workers=workers,
    ).of


def price_of_behaviour(result: PairedFutures, policy: str, twin: Policy, workers: int = 1) -> dict[str, Difference]:
    """Return what a policy costs less what it would cost if municipalities went on spending as before, paired by
    future: moral hazard and crowding out where it is more, for each key figure of PRICED in euro.
    """
    (played,) = _played(result, result.world, [twin], workers)
    fixed = replace(result, policies=(twin,), futures_of=(played,))
    return {kpi: difference(fixed.values(twin, kpi), result.values(policy, kpi)) for kpi in PRICED}


# ---- claims ------------------------------------------------------------------------------------------------------


def claims(result: PairedFutures, policy: str | Policy) -> dict[str, str]:
    """Return the verdict on each claim of a finding: lower, higher or too_close.

    `cash` is the total, `harm` what citizens lose; `worth`, where the two go apart, is whether a euro of the one weighs
    more than a euro of the other: lower where what is gained is worth more than what is lost.
    """
    found = {name: result.difference(policy, kpi).verdict for name, kpi in CLAIMS.items()}
    found["worth"] = found["cash"]
    if {found["cash"], found["harm"]} == {"lower", "higher"}:
        cash, harm = CLAIMS.values()
        both = [result.values(one, cash) + result.values(one, harm) for one in (result.baseline, policy)]
        found["worth"] = difference(*both).verdict
    return found


def turns_between(
    whole: PairedFutures, here: PairedFutures, there: PairedFutures, policy: str, where: tuple[str, str]
) -> tuple[Turn, ...]:
    """Return the claims about a policy that are other ones there, under another level of a deciding assumption.

    `whole` has all futures, `here` as many as `there`: what only fewer futures make too close to call has not turned.
    """
    before, fewer, after = claims(whole, policy), claims(here, policy), claims(there, policy)
    apart = {"lower", "higher"} == {before["cash"], before["harm"]} == {after["cash"], after["harm"]}
    asked = ["cash", "harm", *(["worth"] if apart else [])]
    return tuple(
        Turn(*where, claim, before[claim], after[claim])
        for claim in asked
        if after[claim] not in (before[claim], fewer[claim])
    )
