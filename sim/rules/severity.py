"""How probable it is that a break-in becomes significant or severe, and what detection makes of that."""

from __future__ import annotations

from sim.rules.defence import risk_left
from sim.rules.rule import rule
from sim.rules.terms import Classes


@rule
def above_minor(detection: float, classes: Classes) -> float:
    """Return the share of break-ins that become significant or severe at this coverage of detection and response:
    who is noticed early does no more than a minor incident. At most 1.
    """
    now = risk_left(detection, classes.detection_significant_risk_ratio)
    today = risk_left(classes.detection_today, classes.detection_significant_risk_ratio)
    return min((classes.severe + classes.significant) * now / today, 1.0)


@rule
def severe_probability(detection: float, classes: Classes) -> float:
    """Return the share of break-ins that become severe at this coverage of detection and response."""
    now = risk_left(detection, classes.detection_severe_risk_ratio)
    today = risk_left(classes.detection_today, classes.detection_severe_risk_ratio)
    return min(classes.severe * now / today, above_minor(detection, classes))
