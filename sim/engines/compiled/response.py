"""Discovery, the queue for the response teams, and private responders: step for step as in its namesake.

The queue, which SimPy keeps there, is kept here by hand.
"""

from __future__ import annotations

from sim.engines import events as ev
from sim.engines.compiled import memory as m
from sim.engines.compiled.break_ins import draw, push_incident, start_work
from sim.engines.compiled.memory import Floats, Ints
from sim.engines.compiled.payments import charge
from sim.engines.compiled.town import Case
from sim.rules import chance
from sim.rules import incident as rules
from sim.rules.compiling import lean_step
from sim.rules.terms import UNLIMITED


@lean_step
def discover(case: Case, ints: Ints, floats: Floats, row: int, now: int) -> None:
    """The municipality sees what happened, and calls for help."""
    ints[row + m.DISCOVERED] = now
    town = ints[row + m.TOWN]
    if draw(case, ints, row, chance.EXFILTRATION) < case.intrusion.exfiltration:
        ints[row + m.EXFILTRATED] = 1
        amount = rules.notification_cents(ints[town + m.PEOPLE], case.bill)
        charge(case, ints, floats, town, row, ev.NOTIFICATION, amount, now)
    respond(case, ints, floats, row, rules.mean_team_days(ints[row + m.SEVERITY], case.team), now)


@lean_step
def respond(case: Case, ints: Ints, floats: Floats, row: int, mean_days: float, now: int) -> None:
    """Start at once where a team is free, otherwise wait in the queue, or for private responders."""
    choices = case.choices
    ints[row + m.WORK] = rules.team_minutes(draw(case, ints, row, chance.TEAM_DAYS), mean_days, case.team)
    if choices.teams == UNLIMITED:
        start_work(case, ints, floats, row, now)
        return
    if ints[m.FREE_TEAMS] > 0:
        ints[m.FREE_TEAMS] -= 1
        push_incident(case, ints, ev.RELEASED, now + ints[row + m.WORK], row)
        start_work(case, ints, floats, row, now)
        return
    ints[row + m.WAITING] = 1
    ints[row + m.RANK] = rank(case, ints, row)
    if case.most_teams > 0:
        if ints[m.QUEUED] >= case.room:
            ints[m.FULL] = 1
            return
        ints[case.queue_at + ints[m.QUEUED]] = row
        ints[m.QUEUED] += 1
    if choices.private_after_minutes != UNLIMITED:
        push_incident(case, ints, ev.PATIENCE, now + choices.private_after_minutes, row)


@lean_step
def leave_queue(case: Case, ints: Ints, place: int) -> None:
    """Take somebody out of the queue; the order within it has no meaning."""
    ints[m.QUEUED] -= 1
    ints[case.queue_at + place] = ints[case.queue_at + ints[m.QUEUED]]


@lean_step
def rank(case: Case, ints: Ints, row: int) -> int:
    """Return the place in the queue that the policy gives at the moment of the call; smaller is sooner."""
    if case.choices.discipline == 1:
        return -ints[row + m.SEVERITY]  # type: ignore[no-any-return]
    if case.choices.discipline == 2:
        return -ints[ints[row + m.TOWN] + m.PEOPLE]  # type: ignore[no-any-return]
    return 0


@lean_step
def goes_before(ints: Ints, row: int, other: int) -> bool:
    """Return whether one waiting incident is served before another: rank, then call, then NIS code."""
    if ints[row + m.RANK] != ints[other + m.RANK]:
        return ints[row + m.RANK] < ints[other + m.RANK]  # type: ignore[no-any-return]
    if ints[row + m.DISCOVERED] != ints[other + m.DISCOVERED]:
        return ints[row + m.DISCOVERED] < ints[other + m.DISCOVERED]  # type: ignore[no-any-return]
    return ints[row + m.NIS] < ints[other + m.NIS]  # type: ignore[no-any-return]


@lean_step
def serve_queue(case: Case, ints: Ints, floats: Floats, now: int) -> None:
    """Send free teams to those first in the queue; a team that comes back is not free where there are fewer now."""
    while ints[m.FREE_TEAMS] > 0 and ints[m.QUEUED] > 0:
        first = ints[m.QUEUED] - 1
        for place in range(ints[m.QUEUED] - 1):
            if goes_before(ints, ints[case.queue_at + place], ints[case.queue_at + first]):
                first = place
        row = ints[case.queue_at + first]
        leave_queue(case, ints, first)
        ints[m.FREE_TEAMS] -= 1
        ints[row + m.WAITING] = 0
        push_incident(case, ints, ev.RELEASED, now + ints[row + m.WORK], row)
        start_work(case, ints, floats, row, now)


@lean_step
def lose_patience(case: Case, ints: Ints, floats: Floats, row: int, now: int) -> None:
    """Who still waits hires private responders."""
    if ints[row + m.WAITING] == 0:
        return
    ints[row + m.WAITING] = 0
    for place in range(ints[m.QUEUED]):
        if ints[case.queue_at + place] == row:
            leave_queue(case, ints, place)
            break
    ints[row + m.PRIVATE] = 1
    start_work(case, ints, floats, row, now)
