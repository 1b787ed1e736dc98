"""What may be asked about a municipality at a moment: its coverage, and whether it meets a requirement.

Step for step as in its namesake.
"""

from __future__ import annotations

from typing import Any

from sim.engines.compiled import memory as m
from sim.engines.compiled.memory import Floats, Ints
from sim.engines.compiled.policy_tables import REQUIREMENT_PROGRAMME, REQUIREMENT_STANDARD, REQUIREMENT_WIDTH
from sim.engines.stocks import AWARENESS, EFFORT, HARDENING, IDENTITY
from sim.model.policy.numbers import NOBODY
from sim.rules import defence as rules
from sim.rules.compiling import lean_step

Case = Any
"""What all futures of a policy in a world have in common in one stage: a record of `policy_tables.case_records`."""


@lean_step
def gaps_left(case: Case, ints: Ints, town: int, now: int) -> tuple[float, float]:
    """Return which part of a gap in coverage is still open at this minute, building and decaying."""
    elapsed = float(now - ints[town + m.LEVELS_AT])
    return rules.gap_left(elapsed, case.defence.build_minutes), rules.gap_left(elapsed, case.defence.decay_minutes)


@lean_step
def stock(case: Case, ints: Ints, floats: Floats, town: int, measure: int, now: int) -> float:
    """Return a coverage (or the effective spend) at this minute."""
    level = floats[ints[town + m.LEVELS] + m.STOCKS + measure]
    target = floats[ints[town + m.LEVELS] + m.TARGETS + measure]
    if level == target:
        return level  # type: ignore[no-any-return]
    left_building, left_decaying = gaps_left(case, ints, town, now)
    return rules.stock_at(level, target, left_building, left_decaying)


@lean_step
def stocks_now(case: Case, ints: Ints, floats: Floats, town: int, now: int) -> None:
    """Let the stocks of this minute be the levels from which they go on."""
    levels = ints[town + m.LEVELS]
    up, down = gaps_left(case, ints, town, now)
    for measure in range(EFFORT + 1):
        target = floats[levels + m.TARGETS + measure]
        floats[levels + m.STOCKS + measure] = rules.stock_at(floats[levels + m.STOCKS + measure], target, up, down)
    ints[town + m.LEVELS_AT] = now


@lean_step
def bound(case: Case, ints: Ints, floats: Floats, town: int) -> None:
    """Note between what the break-in probability stays until levels or targets change again."""
    levels = ints[town + m.LEVELS]
    at, to = levels + m.STOCKS, levels + m.TARGETS
    floats[levels + m.LOWEST], floats[levels + m.HIGHEST] = rules.break_in_bounds(
        (floats[at + IDENTITY], floats[at + HARDENING], floats[at + AWARENESS], floats[at + EFFORT]),
        (floats[to + IDENTITY], floats[to + HARDENING], floats[to + AWARENESS], floats[to + EFFORT]),
        case.cap,
        case.defence,
    )


@lean_step
def complies(case: Case, ints: Ints, town: int, now: int) -> bool:
    """Return whether a municipality complies with the minimum standard."""
    place = case.complies_at + m.position_of(ints, town)
    return case.standard_begins <= now and ints[place] == 1  # type: ignore[no-any-return]


@lean_step
def meets(case: Case, ints: Ints, floats: Floats, town: int, requirement: int, now: int) -> bool:
    """Return whether a municipality fulfils what a layer or a grant requires."""
    if requirement == NOBODY:
        return True
    place = case.requirements_at + requirement * REQUIREMENT_WIDTH
    programme = ints[place + REQUIREMENT_PROGRAMME]
    if programme != NOBODY and (ints[town + m.JOINED] >> programme) & 1 == 0:
        return False
    if ints[place + REQUIREMENT_STANDARD] == 1 and not complies(case, ints, town, now):
        return False
    for measure in range(EFFORT):
        wanted = floats[case.wanted_at + requirement * EFFORT + measure]
        if wanted > 0.0 and stock(case, ints, floats, town, measure, now) < wanted:
            return False
    return True
