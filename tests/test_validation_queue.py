"""The pool of response teams against queueing theory: Erlang-C, Cobham's priorities and Little's law."""

from __future__ import annotations

import numpy as np
import pytest

from sim.engines.events import UNKNOWN
from sim.experiments.validation.closed_forms import erlang_c
from tests.worlds import MORE, attacked, close, futures, plain_policy, quiet_world

TEAMS, DAYS, TOWNS, YEARS, REPLICATIONS = 3, 10.0, 800, 10, 16
LOAD = 0.7
ARRIVALS_A_DAY = LOAD * TEAMS / DAYS


def response_world(severe: float = 0.0):
    """Return a world of incidents that need a team for an exponential time and do nothing else."""
    return quiet_world(
        (20_000,) * TOWNS,
        YEARS,
        attacked(ARRIVALS_A_DAY * 365.25 / TOWNS, 0.2)
        | {
            "incident.significant": 1.0 - severe,
            "incident.severe": severe,
            "team.days_significant": DAYS,
            "team.days_severe": DAYS,
            "team.days_law": "exponential",
        },
    )


def pool(discipline: str = "first_come"):
    """Return a policy with a small pool and nobody else to call."""
    return plain_policy(
        {"response.teams": TEAMS, "response.private_after_days": "never", "response.discipline": discipline}
    )


def waits(future, severity: int | None = None) -> np.ndarray:
    """Return the waiting times in days of those whose turn came, after the first year."""
    rows = future.incidents[(future.incidents["team_start"] != UNKNOWN) & (future.incidents["begun"] > 525_960)]
    if severity is not None:
        rows = rows[rows["severity"] == severity]
    return (rows["team_start"] - rows["discovered"]) / 1440


@pytest.fixture(scope="module")
def queue(engine):
    return futures(response_world(), pool(), MORE[engine] * REPLICATIONS, engine)


def test_mean_wait_is_erlang_c(queue):
    expected = erlang_c(TEAMS, LOAD * TEAMS) * DAYS / (TEAMS * (1 - LOAD))
    assert close([waits(future).mean() for future in queue], expected)


def test_share_that_waits_is_erlang_c(queue):
    assert close([np.mean(waits(future) > 0) for future in queue], erlang_c(TEAMS, LOAD * TEAMS))


def test_little_queue_length_is_arrival_rate_times_wait(queue):
    """L from a census at random moments, lambda and W from the customers (Little 1961)."""
    rng = np.random.default_rng(1)
    gaps = []
    for future in queue[:REPLICATIONS]:
        rows = future.incidents
        horizon = 3653 * 1440
        served = np.where(rows["team_start"] == UNKNOWN, horizon, rows["team_start"])
        moments = rng.uniform(0, horizon, 4000)
        length = np.mean([np.sum((rows["discovered"] <= t) & (t < served)) for t in moments])
        gaps.append(length - np.sum(served - rows["discovered"]) / horizon)
    assert close(gaps, 0.0)


def test_priorities_follow_cobham(engine):
    """Mean wait of class k: W0 / ((1 - s_(k-1)) (1 - s_k)), without pre-emption (Cobham 1954)."""
    severe = 0.4
    outcomes = futures(response_world(severe), pool("severity"), MORE[engine] * REPLICATIONS, engine)
    base = erlang_c(TEAMS, LOAD * TEAMS) * DAYS / TEAMS
    first = base / (1 - LOAD * severe)
    second = base / ((1 - LOAD * severe) * (1 - LOAD))
    assert close([waits(future, severity=2).mean() for future in outcomes], first)
    assert close([waits(future, severity=1).mean() for future in outcomes], second)


def test_nobody_waits_with_unlimited_teams(engine):
    for future in futures(response_world(), plain_policy(), 2, engine):
        assert (future.incidents["team_start"] == future.incidents["discovered"]).all()


def test_never_more_teams_at_work_than_there_are(queue):
    for future in queue[:4]:
        rows = future.incidents[future.incidents["team_start"] != UNKNOWN]
        for moment in rows["team_start"]:
            assert np.sum((rows["team_start"] <= moment) & (moment < rows["team_end"])) <= TEAMS


def test_patience_ends_the_wait(engine):
    policy = plain_policy({"response.teams": 1, "response.private_after_days": 2})
    for future in futures(response_world(), policy, 2, engine):
        rows = future.incidents[future.incidents["team_start"] != UNKNOWN]
        waited = rows["team_start"] - rows["discovered"]
        assert waited.max() == 2 * 1440
        assert (waited[rows["private"] == 1] == 2 * 1440).all()
        assert (rows["private"] == 1).any()


def test_larger_municipalities_go_first_where_inhabitants_count(engine):
    sizes = [1_000 + 100 * i for i in range(TOWNS)]
    world = quiet_world(sizes, 4, attacked(1.5, 0.2) | {"incident.significant": 1.0, "team.days_significant": 5.0})
    policy = plain_policy({"response.teams": 10, "response.private_after_days": "never",
                           "response.discipline": "inhabitants"})  # fmt: skip
    rows = futures(world, policy, 1, engine)[0].incidents
    rows = rows[rows["team_start"] != UNKNOWN]
    waited = rows["team_start"] - rows["discovered"]
    large = rows["nis"] > 10_001 + TOWNS // 2
    assert waited[large].mean() < waited[~large].mean()
