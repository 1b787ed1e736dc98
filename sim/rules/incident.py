"""How bad a break-in gets: its class, how long services are out, what it costs and what citizens miss.

Severity figures describe victims as they are today. Offline backups, a continuity plan and detection move a case away
from that average, so each factor is divided by its own value at today's coverage.
"""

from __future__ import annotations

from sim.model.arrays import Incident, Team
from sim.rules.calendar import MINUTES_PER_DAY, minutes
from sim.rules.chance import exponential_quantile, lognormal_quantile
from sim.rules.compiling import rule
from sim.rules.threat import size_factor

MINOR, SIGNIFICANT, SEVERE = 0, 1, 2


@rule
def severe_probability(detection: float, incident: Incident) -> float:
    """Return the share of break-ins that become severe at this coverage of detection and response."""
    now = 1.0 - detection * (1.0 - incident.detection_severe_risk_ratio)
    today = 1.0 - incident.detection_today * (1.0 - incident.detection_severe_risk_ratio)
    return min(incident.severe * now / today, incident.severe + incident.significant)


@rule
def incident_class(u: float, detection: float, incident: Incident) -> int:
    """Return 0 minor, 1 significant or 2 severe; what detection keeps from being severe becomes significant."""
    if u < severe_probability(detection, incident):
        return SEVERE
    if u < incident.severe + incident.significant:
        return SIGNIFICANT
    return MINOR


@rule
def lateral_class(u: float, detection: float, incident: Incident) -> int:
    """Return the class of an infection through a supplier: significant or severe, in their usual proportion."""
    return incident_class(u * (incident.severe + incident.significant), detection, incident)


@rule
def dwell_minutes(u: float, incident: Incident) -> int:
    """Return the minutes between break-in and impact: whole days, so that the impact falls at the hour of the break-in."""
    if incident.dwell_days <= 0.0:
        return 0
    days = int(lognormal_quantile(u, incident.dwell_days, incident.dwell_sigma))
    return days * MINUTES_PER_DAY


@rule
def backups_lost_probability(offline: float, incident: Incident) -> float:
    """Return the probability that the backups are lost too, for a coverage of offline backups."""
    return incident.lost_without + offline * (incident.lost_with - incident.lost_without)


@rule
def plan_factor(continuity: float, incident: Incident) -> float:
    """Return what a rehearsed continuity plan leaves of cost and days, relative to today's coverage."""
    saved = 1.0 - incident.continuity_risk_ratio
    return (1.0 - continuity * saved) / (1.0 - incident.continuity_today * saved)


@rule
def backup_factor(lost: bool, recovered: float, worst: float, incident: Incident) -> float:
    """Return how lost backups multiply a bill or an outage, relative to today's mix of lost and usable.

    `worst` is the factor when all is lost; `recovered` in [0, 1] is the share of data bought back.
    """
    today = 1.0 + backups_lost_probability(incident.backups_today, incident) * (worst - 1.0)
    now = 1.0 + (worst - 1.0) * (1.0 - recovered) if lost else 1.0
    return now / today


@rule
def bill_euro(u: float, severity: int, inhabitants: float, incident: Incident) -> float:
    """Return the cash cost of an incident in euro, before backups, plan and waiting: lognormal, scaled with size."""
    size = size_factor(inhabitants, incident.cost_size_elasticity)
    if severity == SEVERE:
        return 20_000.0 * size * lognormal_quantile(u, incident.severe_cost, incident.severe_sigma)
    if severity == SIGNIFICANT:
        return size * lognormal_quantile(u, incident.significant_cost, incident.significant_sigma)
    return size * lognormal_quantile(u, incident.minor_cost, incident.minor_sigma)


@rule
def waiting_factor(waited_minutes: int, incident: Incident) -> float:
    """Return how waiting for a response team raises the bill: 1 + delay_cost per day."""
    return 1.0 + incident.delay_cost * waited_minutes / MINUTES_PER_DAY


@rule
def critical_outage_minutes(u: float, severity: int, factor: float, incident: Incident) -> int:
    """Return the minutes until the critical services are back, before waiting; `factor` from backups and plan."""
    if severity == SEVERE:
        days = lognormal_quantile(u, incident.critical_days, incident.critical_sigma)
    else:
        days = lognormal_quantile(u, incident.significant_days, incident.significant_days_sigma)
    return minutes(days * factor)


@rule
def full_outage_minutes(u: float, critical: int, factor: float, incident: Incident) -> int:
    """Return the minutes until everything is back after a severe incident, never before the critical services."""
    return max(critical, minutes(lognormal_quantile(u, incident.full_days, incident.full_sigma) * factor))


@rule
def waiting_outage_minutes(waited_minutes: int, incident: Incident) -> int:
    """Return the minutes by which waiting for a team lengthens the outage, at least the wait itself."""
    return max(waited_minutes, int(waited_minutes * incident.delay_outage))


@rule
def team_minutes(u: float, mean_days: float, team: Team) -> int:
    """Return how long a response team is needed: exponential with this mean, or the mean itself."""
    if team.exponential == 1:
        return minutes(mean_days * exponential_quantile(u))
    return minutes(mean_days)


@rule
def restored_at(restore: float, critical_back: int, full_back: int) -> int:
    """Return the minute at which a service is back; `restore` 0 means with the critical services, 1 at the end."""
    return critical_back + int(restore * (full_back - critical_back))


@rule
def person_minutes(inhabitants: int, share: float, outage: int) -> int:
    """Return inhabitants x share of all services x minutes of outage, in whole person-minutes."""
    return int(inhabitants * share * outage + 0.5)


@rule
def harm_cents(lost_person_minutes: int, incident: Incident) -> int:
    """Return citizen harm in cents: days without service at the value of a service day."""
    return int(lost_person_minutes / MINUTES_PER_DAY * incident.value_of_service_day * 100.0 + 0.5)


@rule
def cents(euro: float) -> int:
    """Return an amount in whole cents."""
    return int(euro * 100.0 + 0.5)
