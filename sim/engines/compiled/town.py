"""What may be asked about a municipality at a moment: its coverage, and whether it meets a requirement."""

from __future__ import annotations

from typing import Any

from sim.engines.compiled import memory as d
from sim.engines.compiled.memory import Floats, Ints
from sim.engines.compiled.policy_tables import REQUIREMENT_PROGRAMME, REQUIREMENT_STANDARD, REQUIREMENT_WIDTH
from sim.model.policy.numbers import NOBODY
from sim.rules import defence as rules
from sim.rules.compiling import lean_step

Case = Any
"""What all futures of a policy in a world have in common in one stage: a NumPy record, see `tables.case_records`."""


@lean_step
def gaps_left(case: Case, ints: Ints, town: int, now: int) -> tuple[float, float]:
    """Return which part of a gap in coverage is still open at this minute, building and decaying."""
    elapsed = float(now - ints[town + d.LEVELS_AT])
    return rules.gap_left(elapsed, case.defence.build_minutes), rules.gap_left(elapsed, case.defence.decay_minutes)


@lean_step
def stock(case: Case, ints: Ints, floats: Floats, town: int, measure: int, now: int) -> float:
    """Return a coverage (or the effective spend) at this minute."""
    level = floats[ints[town + d.LEVELS] + d.STOCKS + measure]
    target = floats[ints[town + d.LEVELS] + d.TARGETS + measure]
    if level == target:
        return level  # type: ignore[no-any-return]
    left_building, left_decaying = gaps_left(case, ints, town, now)
    return rules.stock_at(level, target, left_building, left_decaying)


@lean_step
def stocks_now(case: Case, ints: Ints, floats: Floats, town: int, now: int) -> None:
    """Let the stocks of this minute be the levels from which they go on."""
    levels = ints[town + d.LEVELS]
    up, down = gaps_left(case, ints, town, now)
    for measure in range(d.EFFORT + 1):
        target = floats[levels + d.TARGETS + measure]
        floats[levels + d.STOCKS + measure] = rules.stock_at(floats[levels + d.STOCKS + measure], target, up, down)
    ints[town + d.LEVELS_AT] = now


@lean_step
def bound(case: Case, ints: Ints, floats: Floats, town: int) -> None:
    """Note between what the break-in probability stays until levels or targets change again."""
    levels = ints[town + d.LEVELS]
    at, to = levels + d.STOCKS, levels + d.TARGETS
    floats[levels + d.LOWEST], floats[levels + d.HIGHEST] = rules.break_in_bounds(
        (floats[at + d.IDENTITY], floats[at + d.HARDENING], floats[at + d.AWARENESS], floats[at + d.EFFORT]),
        (floats[to + d.IDENTITY], floats[to + d.HARDENING], floats[to + d.AWARENESS], floats[to + d.EFFORT]),
        case.cap,
        case.defence,
    )


@lean_step
def complies(case: Case, ints: Ints, town: int, now: int) -> bool:
    """Return whether a municipality complies with the minimum standard."""
    place = case.complies_at + d.position_of(ints, town)
    return case.standard_begins <= now and ints[place] == 1  # type: ignore[no-any-return]


@lean_step
def meets(case: Case, ints: Ints, floats: Floats, town: int, requirement: int, now: int) -> bool:
    """Return whether a municipality fulfils what a layer or a grant requires."""
    if requirement == NOBODY:
        return True
    place = case.requirements_at + requirement * REQUIREMENT_WIDTH
    programme = ints[place + REQUIREMENT_PROGRAMME]
    if programme != NOBODY and (ints[town + d.JOINED] >> programme) & 1 == 0:
        return False
    if ints[place + REQUIREMENT_STANDARD] == 1 and not complies(case, ints, town, now):
        return False
    for measure in range(d.EFFORT):
        wanted = floats[case.wanted_at + requirement * d.EFFORT + measure]
        if wanted > 0.0 and stock(case, ints, floats, town, measure, now) < wanted:
            return False
    return True
