"""Discovery, the queue for the response teams, and private responders for those who lose patience."""

from __future__ import annotations

from sim.engines import events as ev
from sim.engines.compiled import memory as d
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
    ints[row + d.DISCOVERED] = now
    town = ints[row + d.TOWN]
    if draw(case, ints, row, chance.EXFILTRATION) < case.intrusion.exfiltration:
        ints[row + d.EXFILTRATED] = 1
        amount = rules.notification_cents(ints[town + d.PEOPLE], case.bill)
        charge(case, ints, floats, town, row, ev.NOTIFICATION, amount, now)
    respond(case, ints, floats, row, rules.mean_team_days(ints[row + d.SEVERITY], case.team), now)


@lean_step
def respond(case: Case, ints: Ints, floats: Floats, row: int, mean_days: float, now: int) -> None:
    """Start at once where a team is free, otherwise wait in the queue, or for private responders."""
    choices = case.choices
    ints[row + d.WORK] = rules.team_minutes(draw(case, ints, row, chance.TEAM_DAYS), mean_days, case.team)
    if choices.teams == UNLIMITED:
        start_work(case, ints, floats, row, now)
        return
    if ints[d.FREE_TEAMS] > 0:
        ints[d.FREE_TEAMS] -= 1
        push_incident(case, ints, ev.RELEASED, now + ints[row + d.WORK], row)
        start_work(case, ints, floats, row, now)
        return
    ints[row + d.WAITING] = 1
    ints[row + d.RANK] = rank(case, ints, row)
    if case.most_teams > 0:
        if ints[d.QUEUED] >= case.room:
            ints[d.FULL] = 1
            return
        ints[case.queue_at + ints[d.QUEUED]] = row
        ints[d.QUEUED] += 1
    if choices.private_after_minutes != UNLIMITED:
        push_incident(case, ints, ev.PATIENCE, now + choices.private_after_minutes, row)


@lean_step
def leave_queue(case: Case, ints: Ints, place: int) -> None:
    """Take somebody out of the queue; the order within it has no meaning."""
    ints[d.QUEUED] -= 1
    ints[case.queue_at + place] = ints[case.queue_at + ints[d.QUEUED]]


@lean_step
def rank(case: Case, ints: Ints, row: int) -> int:
    """Return the place in the queue that the policy gives at the moment of the call; smaller is sooner."""
    if case.choices.discipline == 1:
        return -ints[row + d.SEVERITY]  # type: ignore[no-any-return]
    if case.choices.discipline == 2:
        return -ints[ints[row + d.TOWN] + d.PEOPLE]  # type: ignore[no-any-return]
    return 0


@lean_step
def goes_before(ints: Ints, row: int, other: int) -> bool:
    """Return whether one waiting incident is served before another: rank, then call, then NIS code."""
    if ints[row + d.RANK] != ints[other + d.RANK]:
        return ints[row + d.RANK] < ints[other + d.RANK]  # type: ignore[no-any-return]
    if ints[row + d.DISCOVERED] != ints[other + d.DISCOVERED]:
        return ints[row + d.DISCOVERED] < ints[other + d.DISCOVERED]  # type: ignore[no-any-return]
    return ints[row + d.NIS] < ints[other + d.NIS]  # type: ignore[no-any-return]


@lean_step
def serve_queue(case: Case, ints: Ints, floats: Floats, now: int) -> None:
    """Send free teams to those first in the queue; a team that comes back is not free where there are fewer now."""
    while ints[d.FREE_TEAMS] > 0 and ints[d.QUEUED] > 0:
        first = ints[d.QUEUED] - 1
        for place in range(ints[d.QUEUED] - 1):
            if goes_before(ints, ints[case.queue_at + place], ints[case.queue_at + first]):
                first = place
        row = ints[case.queue_at + first]
        leave_queue(case, ints, first)
        ints[d.FREE_TEAMS] -= 1
        ints[row + d.WAITING] = 0
        push_incident(case, ints, ev.RELEASED, now + ints[row + d.WORK], row)
        start_work(case, ints, floats, row, now)


@lean_step
def lose_patience(case: Case, ints: Ints, floats: Floats, row: int, now: int) -> None:
    """Who still waits hires private responders."""
    if ints[row + d.WAITING] == 0:
        return
    ints[row + d.WAITING] = 0
    for place in range(ints[d.QUEUED]):
        if ints[case.queue_at + place] == row:
            leave_queue(case, ints, place)
            break
    ints[row + d.PRIVATE] = 1
    start_work(case, ints, floats, row, now)
