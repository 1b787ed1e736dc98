"""What detection does after a break-in: fewer turn significant, fewer turn severe, and intruders are seen sooner."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engines import events as ev
from sim.model.world.numbers import world_arrays
from sim.rules.incident import (
    MINOR,
    SEVERE,
    SIGNIFICANT,
    dwell_factor,
    dwell_minutes,
    incident_class,
    lateral_class,
)
from sim.rules.severity import above_minor, severe_probability
from tests.worlds import MORE, attacked, futures, plain_policy, quiet_world

DAY = 1440
VALUES = {
    "incident.severe": 0.1, "incident.significant": 0.3, "measures.detection.today": 0.5,
    "measures.detection.severe_risk_ratio": 0.5, "measures.detection.significant_risk_ratio": 0.8,
    "measures.detection.dwell_ratio": 0.2, "incident.dwell_days": 31, "incident.dwell_sigma": 0,
}  # fmt: skip


def terms(**others):
    """Return the terms of classes and of intrusion of a quiet world."""
    world = world_arrays(quiet_world((20_000,), 1, VALUES | {key.replace("__", "."): v for key, v in others.items()}))
    return world.classes, world.intrusion


@pytest.mark.parametrize(
    ("detection", "serious", "severe", "days"),
    [
        (0.5, 0.4, 0.1, 31),  # today's coverage: what the evidence says
        (0.0, 0.4 / 0.9, 0.1 / 0.75, int(31 / 0.6)),
        (0.75, 0.4 * 0.85 / 0.9, 0.1 * 0.625 / 0.75, int(31 * 0.4 / 0.6)),
        (1.0, 0.4 * 0.8 / 0.9, 0.1 * 0.5 / 0.75, int(31 * 0.2 / 0.6)),
    ],
)
def test_chances_and_dwell_on_paper(detection, serious, severe, days):
    classes, intrusion = terms()
    assert above_minor(detection, classes) == pytest.approx(serious)
    assert severe_probability(detection, classes) == pytest.approx(severe)
    assert dwell_minutes(0.3, detection, intrusion) == days * DAY
    assert incident_class(severe - 1e-9, detection, classes) == SEVERE
    assert incident_class(severe + 1e-9, detection, classes) == SIGNIFICANT
    assert incident_class(serious + 1e-9, detection, classes) == MINOR


@given(st.floats(0, 1), st.floats(0, 0.99), st.floats(0, 0.6), st.floats(0, 0.4))
def test_at_a_ratio_of_one_detection_moves_neither_the_significant_nor_the_dwell(detection, today, significant, severe):
    ratios = {"measures__detection__significant_risk_ratio": 1, "measures__detection__dwell_ratio": 1}
    both = {"measures__detection__today": today, "incident__significant": significant, "incident__severe": severe}
    classes, intrusion = terms(**ratios, **both)
    assert above_minor(detection, classes) == severe + significant
    assert dwell_factor(detection, intrusion) == 1


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1, exclude_max=True))
def test_more_detection_never_makes_a_break_in_worse_and_no_infection_is_minor(less, more, u):
    classes, intrusion = terms()
    less, more = sorted((less, more))
    assert incident_class(u, more, classes) <= incident_class(u, less, classes)
    assert dwell_minutes(0.3, more, intrusion) <= dwell_minutes(0.3, less, intrusion)
    assert lateral_class(u, more, classes) >= SIGNIFICANT


def test_no_chance_exceeds_one():
    classes, _ = terms(incident__severe=0.4, incident__significant=0.6)
    assert above_minor(0.0, classes) == 1
    assert incident_class(1 - 1e-12, 0.0, classes) == SIGNIFICANT


def test_futures_have_the_classes_and_the_dwell_of_their_coverage(engine):
    """At twice today's spend coverage is 1 - 0.5 x 0.5 = 0.75; four standard errors of a binomial share."""
    values = attacked(20) | VALUES | {"measures.spread": 0, "measures.build_months": 0}
    world = quiet_world((20_000,) * 40, 4, values)
    policy = plain_policy({"prevention.local_spend": 2 * world.measures.reference_spend})
    rows = [one.incidents for one in futures(world, policy, 4 * MORE[engine], engine)]
    classes = [row["severity"][row["begun"] > 0] for row in rows]
    count = sum(len(one) for one in classes)
    for least, share in ((SIGNIFICANT, 0.4 * 0.85 / 0.9), (SEVERE, 0.1 * 0.625 / 0.75)):
        found = sum(int((one >= least).sum()) for one in classes) / count
        assert abs(found - share) < 4 * (share * (1 - share) / count) ** 0.5
    struck = [row["impact"] - row["begun"] for row in rows]
    seen = [
        days[(row["severity"] > MINOR) & (row["impact"] != ev.UNKNOWN)] for days, row in zip(struck, rows, strict=True)
    ]
    assert {int(days) for one in seen for days in one} == {20 * DAY}
