"""How bad a break-in gets: its class, how long services are out, what it costs and what citizens miss.

Severity figures describe victims as they are today. Offline backups, a continuity plan and detection move a case away
from that average, so each factor is divided by its own value at today's coverage.
"""

from __future__ import annotations

import math

from sim.rules.calendar import CENTURY, MINUTES_PER_DAY, in_office_hours, minutes, next_opening
from sim.rules.chance import exponential_quantile, lognormal_quantile, normal_quantile
from sim.rules.defence import risk_left
from sim.rules.rule import rule
from sim.rules.severity import above_minor, severe_probability
from sim.rules.terms import Bill, Choices, Classes, Funding, Intrusion, Outage, Recovery, Spread, Team
from sim.rules.threat import REFERENCE_INHABITANTS, size_factor

MINOR, SIGNIFICANT, SEVERE = 0, 1, 2
LARGEST_COST = 1e9
NO_IMPACT = 1e-9  # an impact below this is none


@rule
def incident_class(u: float, detection: float, classes: Classes) -> int:
    """Return 0 minor, 1 significant or 2 severe: detection keeps cases below severe, and below significant."""
    if u < severe_probability(detection, classes):
        return SEVERE
    if u < above_minor(detection, classes):
        return SIGNIFICANT
    return MINOR


@rule
def lateral_class(u: float, detection: float, classes: Classes) -> int:
    """Return the class of an infection through a supplier: significant or severe, in their usual proportion."""
    return incident_class(u * above_minor(detection, classes), detection, classes)


@rule
def dwell_factor(detection: float, intrusion: Intrusion) -> float:
    """Return what this coverage of detection leaves of the dwell time, relative to today's coverage:
    (1 - detection x (1 - ratio)) / (1 - detection today x (1 - ratio)).
    """
    ratio = intrusion.detection_dwell_ratio
    return risk_left(detection, ratio) / risk_left(intrusion.detection_today, ratio)


@rule
def dwell_minutes(u: float, detection: float, intrusion: Intrusion) -> int:
    """Return the minutes from break-in to impact: whole days, so that the impact keeps the hour of the break-in."""
    if intrusion.dwell_days <= 0.0:
        return 0
    days = lognormal_quantile(u, intrusion.dwell_days, intrusion.dwell_sigma) * dwell_factor(detection, intrusion)
    return int(min(CENTURY, days)) * MINUTES_PER_DAY


@rule
def backups_lost_probability(offline: float, recovery: Recovery) -> float:
    """Return the probability that the backups are lost too, for a coverage of offline backups."""
    return recovery.lost_without + offline * (recovery.lost_with - recovery.lost_without)


@rule
def plan_factor(continuity: float, recovery: Recovery) -> float:
    """Return what a rehearsed continuity plan leaves of cost and days, relative to today's coverage."""
    saved = 1.0 - recovery.continuity_risk_ratio
    return (1.0 - continuity * saved) / (1.0 - recovery.continuity_today * saved)


@rule
def backup_factor(lost: bool, recovered: float, worst: float, recovery: Recovery) -> float:
    """Return how lost backups multiply a bill or an outage, relative to today's mix of lost and usable.

    `worst` is the factor when all is lost; `recovered` in [0, 1] is the share of data bought back.
    """
    today = 1.0 + backups_lost_probability(recovery.backups_today, recovery) * (worst - 1.0)
    now = 1.0 + (worst - 1.0) * (1.0 - recovered) if lost else 1.0
    return now / today


@rule
def loss_factor(plan: float, severity: int, lost: bool, recovered: float, worst: float, recovery: Recovery) -> float:
    """Return what plan and backups make of a bill or of an outage; backups decide in severe incidents alone.

    `plan` is the `plan_factor` of the municipality; the others are those of `backup_factor`.
    """
    if severity != SEVERE:
        return plan
    return plan * backup_factor(lost, recovered, worst, recovery)


@rule
def with_fallback(amount: float, choices: Choices, funding: Funding) -> float:
    """Return what fallback services leave of an outage: of its factor on the days, or of the share that is out."""
    return amount * (funding.fallback_factor if choices.fallback_services == 1 else 1.0)


@rule
def cost_size(inhabitants: float, bill: Bill) -> float:
    """Return how the size of a municipality scales its bills."""
    return size_factor(inhabitants, bill.cost_size_elasticity)


@rule
def bill_euro(u: float, severity: int, size: float, bill: Bill) -> float:
    """Return the cash cost of an incident in euro, before backups, plan and waiting: lognormal, times `cost_size`."""
    if severity == SEVERE:
        return REFERENCE_INHABITANTS * size * lognormal_quantile(u, bill.severe_cost, bill.severe_sigma)
    if severity == SIGNIFICANT:
        return size * lognormal_quantile(u, bill.significant_cost, bill.significant_sigma)
    return minor_bill_euro(normal_quantile(u), size, bill)


@rule
def minor_bill_euro(normal: float, size: float, bill: Bill) -> float:
    """Return the cash cost of a minor incident in euro, for a standard normal number: lognormal, times `cost_size`."""
    return size * (bill.minor_cost * math.exp(bill.minor_sigma * normal))


@rule
def waiting_factor(waited_minutes: int, bill: Bill) -> float:
    """Return how waiting for a response team raises the bill: 1 + delay_cost per day."""
    return 1.0 + bill.delay_cost * waited_minutes / MINUTES_PER_DAY


@rule
def most_euro(severity: int, inhabitants: float, bill: Bill, recovery: Recovery) -> float:
    """Return the most that a significant or severe incident costs in euro before backups, plan and waiting.

    What there is to lose is `largest_loss` x inhabitants. It is lost whole in the worst case, without a plan and with
    the backups gone, so it is divided by what these make of a bill: less is lost where they are there.
    """
    worst = plan_factor(0.0, recovery)
    if severity == SEVERE:
        factor = recovery.backup_cost_factor
        worst = worst * max(backup_factor(True, 0.0, factor, recovery), backup_factor(False, 0.0, factor, recovery))
    return bill.largest_loss * inhabitants / worst


@rule
def whole_bill_euro(
    u: float, severity: int, size: float, most: float, factor: float, waited_minutes: int, bill: Bill
) -> float:
    """Return the cash cost of an incident in euro, at `most` what `most_euro` says, with what backups and plan
    (`factor`) and waiting make of it.
    """
    return min(bill_euro(u, severity, size, bill), most) * factor * waiting_factor(waited_minutes, bill)


@rule
def median_bill_euro(severity: int, bill: Bill) -> float:
    """Return the median cash cost of an incident of the reference municipality in euro."""
    if severity == SEVERE:
        return REFERENCE_INHABITANTS * bill.severe_cost
    return bill.significant_cost if severity == SIGNIFICANT else bill.minor_cost


@rule
def bill_sigma(severity: int, bill: Bill) -> float:
    """Return the standard deviation of the logarithm of a bill."""
    if severity == SEVERE:
        return bill.severe_sigma
    return bill.significant_sigma if severity == SIGNIFICANT else bill.minor_sigma


@rule
def critical_outage_minutes(u: float, severity: int, factor: float, outage: Outage) -> int:
    """Return the minutes until the critical services are back, before waiting; `factor` from backups and plan."""
    if severity == SEVERE:
        days = lognormal_quantile(u, outage.critical_days, outage.critical_sigma)
    else:
        days = lognormal_quantile(u, outage.significant_days, outage.significant_days_sigma)
    return minutes(min(days * factor, outage.longest_days))


@rule
def full_outage_minutes(u: float, critical: int, factor: float, outage: Outage) -> int:
    """Return the minutes until everything is back after a severe incident, never before the critical services."""
    days = lognormal_quantile(u, outage.full_days, outage.full_sigma) * factor
    return max(critical, minutes(min(days, outage.longest_days)))


@rule
def waiting_outage_minutes(waited_minutes: int, outage: Outage) -> int:
    """Return the minutes by which waiting for a team lengthens the outage."""
    return int(waited_minutes * outage.delay_outage)


@rule
def outage_counts_from(discovered: int, team_start: int, now: int, outage: Outage) -> int:
    """Return the minute from which the days of restoring count: discovery, moved on by the wait for a team and by
    what was decided since it came.
    """
    return discovered + waiting_outage_minutes(team_start - discovered, outage) + (now - team_start)


@rule
def critical_back_at(started: int, critical: int, now: int) -> int:
    """Return when the critical services are back: nothing is before responders are there."""
    return max(now + 1, started + critical)


@rule
def full_back_at(started: int, full: int, critical_back: int) -> int:
    """Return when everything is back, never before the critical services."""
    return max(critical_back, started + full)


@rule
def reconnected_at(begun: int, supplier_outage: int, team_start: int, team_end: int, outage: Outage) -> int:
    """Return when a customer is connected again: supplier back, own network safe, waiting made up for."""
    waited = team_start - begun
    return max(begun + supplier_outage, team_end) + max(0, waiting_outage_minutes(waited, outage) - waited)


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
def person_minutes(inhabitants: int, share: float, weight: float, outage: int) -> int:
    """Return inhabitants x share of the systems out x weight of the service x minutes, in whole person-minutes."""
    return int(inhabitants * (share * weight) * outage + 0.5)


@rule
def harm_cents(lost_person_minutes: int, value_of_service_day: float) -> int:
    """Return citizen harm in cents: days without service at the value of a service day."""
    return int(lost_person_minutes / MINUTES_PER_DAY * value_of_service_day * 100.0 + 0.5)


@rule
def cents(euro: float) -> int:
    """Return an amount in whole cents; no single cost exceeds a billion euro, so that products fit in 63 bits."""
    return int(min(euro, LARGEST_COST) * 100.0 + 0.5)


@rule
def discovered_at(impact: int, watched: bool, start_weekday: int, intrusion: Intrusion) -> int:
    """Return when somebody sees the impact: at once when watched or in office hours, otherwise towards the morning."""
    if watched or in_office_hours(impact, start_weekday):
        return impact
    return impact + int((next_opening(impact, start_weekday) - impact) * intrusion.offhours_delay)


@rule
def notification_cents(inhabitants: int, bill: Bill) -> int:
    """Return the cost of telling citizens that their data were taken."""
    return cents(bill.notification_cost * inhabitants)


@rule
def response_cents(euro: float, private: bool, team: Team, bill: Bill) -> int:
    """Return the part of a bill that goes to responders; private ones cost a factor more."""
    part = euro * bill.response_share
    return cents(part * team.private_factor if private else part)


@rule
def recovery_cents(euro: float, bill: Bill) -> int:
    """Return the part of a bill that goes to recovery: what is neither response nor lost revenue."""
    return cents(euro * (1.0 - bill.response_share - bill.lost_revenue_share))


@rule
def lost_revenue_cents(euro: float, bill: Bill) -> int:
    """Return the part of a bill that is revenue lost while systems were out."""
    return cents(euro * bill.lost_revenue_share)


@rule
def supplier_impact(full: bool, spread: Spread) -> float:
    """Return the share of its services that a customer loses; `full` where the supplier runs its whole IT."""
    return spread.impact_full if full else spread.impact_saas


@rule
def left_to_miss(out: float, taken: float) -> float:
    """Return the share of the systems that an outage still takes beside another one, since nobody misses one twice:
    max(0, out - taken), so that the two together are the larger of them.
    """
    return max(0.0, out - taken)


@rule
def mean_systems_hit(severity: int, outage: Outage) -> float:
    """Return the mean share of the systems that an incident takes out."""
    return outage.systems_hit if severity == SEVERE else outage.significant_systems_hit


@rule
def mean_team_days(severity: int, team: Team) -> float:
    """Return the mean days that a response team is needed after a break-in."""
    return team.days_severe if severity == SEVERE else team.days_significant


@rule
def supplier_outage_minutes(u: float, full: bool, choices: Choices, spread: Spread, outage: Outage) -> int:
    """Return how long a compromised supplier is out; `full` where it runs the whole IT of its customers.

    A standard for suppliers leaves a part of it.
    """
    median = spread.outage_days_full if full else spread.outage_days_saas
    days = lognormal_quantile(u, median, spread.outage_sigma) * choices.supplier_outage
    return minutes(min(days, outage.longest_days))


@rule
def supplier_bill_cents(inhabitants: int, impact: float, spread: Spread) -> int:
    """Return a customer's share of its supplier's bill; one application costs in proportion to its impact.

    Where the loss of all IT has no impact there is no proportion, and no bill.
    """
    part = impact / spread.impact_full if spread.impact_full > NO_IMPACT else 0.0
    return cents(spread.bill_per_inhabitant * inhabitants * part)


@rule
def fraud_loss_cents(u: float, spread: Spread) -> int:
    """Return the size of a payment fraud."""
    return cents(lognormal_quantile(u, spread.fraud_loss, spread.fraud_sigma))
