"""What payers, outcomes, sizes, units and choices are called: once."""

from __future__ import annotations

from sim.results.findings import LEVEL_NAMES
from sim.text import N_, Words

KPI_UNITS = {
    "EUR": N_("euro"),
    "person-days": N_("person-days"),
    "break-ins": N_("break-ins"),
    "incidents": N_("incidents"),
    "events": N_("events"),
    "days": N_("days"),
    "municipalities": N_("municipalities"),
}


PAYER_NAMES = {
    "municipality": N_("Municipalities"),
    "flanders": N_("Flanders"),
    "insurer": N_("Insurers"),
    "fund": N_("Solidarity fund"),
}
KPI_NAMES = {
    "cash_cost_eur": N_("Total cash cost"),
    "cost_municipality_eur": N_("Paid by municipalities"),
    "cost_flanders_eur": N_("Paid by Flanders"),
    "cost_insurer_eur": N_("Paid by insurers"),
    "cost_fund_eur": N_("Paid by the solidarity fund"),
    "prevention_cost_eur": N_("Prevention and standing response teams"),
    "incident_cost_eur": N_("Cost of incidents"),
    "ransom_paid_eur": N_("Of which ransom"),
    "citizen_harm_eur": N_("Harm to citizens (not cash)"),
    "outage_person_days": N_("Person-days without services"),
    "break_ins": N_("Break-ins"),
    "significant_incidents": N_("Significant incidents"),
    "severe_incidents": N_("Severe incidents"),
    "supplier_events": N_("Compromised suppliers"),
    "team_wait_days_mean": N_("Mean wait for responders (days)"),
    "worst_year_cost_eur": N_("Cash cost of the worst year"),
    "municipalities_in_distress": N_("Municipalities in distress"),
    "unpaid_claims_eur": N_("Claims left unpaid"),
}
"""What each key figure is called in a table; the amounts over the whole horizon."""
VERDICTS = {
    "lower": N_("lower"),
    "higher": N_("higher"),
    "trifle": N_("a trifle"),
    "too_close": N_("too close to call"),
}
SHORT_VERDICTS = {**VERDICTS, "too_close": N_("uncertain")}
SIZE_NAMES = {
    "< 10 000": N_("fewer than 10,000 inhabitants"),
    "10 000 - 19 999": N_("10,000 to 20,000"),
    "20 000 - 49 999": N_("20,000 to 50,000"),
    "50 000 - 99 999": N_("50,000 to 100,000"),
    ">= 100 000": N_("100,000 inhabitants and more"),
}
ONE = {
    "years": N_("1 year"),
    "futures": N_("1 future"),
    "municipalities": N_("1 municipality"),
    "policies": N_("1 policy"),
}
MANY = {
    "years": N_("{n} years"),
    "futures": N_("{n} futures"),
    "municipalities": N_("{n} municipalities"),
    "policies": N_("{n} policies"),
}


def count(say: Words, what: str, n: int) -> str:
    """Return a number of things in words: 1 year, 10 years; `what` is a key of ONE and MANY."""
    return say.say(ONE[what]) if n == 1 else say.say(MANY[what], n=say.number(n))


CHOICES = {
    "measures": N_("six measures"),
    "gordon_loeb_1": N_("curve of Gordon and Loeb, class I"),
    "gordon_loeb_2": N_("curve of Gordon and Loeb, class II"),
    "logistic": N_("logistic curve"),
    "minute": N_("by the minute"),
    "day": N_("by the day"),
    **LEVEL_NAMES,
    "exponential": N_("exponential"),
    "horizon": N_("the years of this world on average"),
    "base_year": N_("1 January of the base year"),
    "revealed": N_("as their spending shows"),
    "own_bill": N_("only their own bill"),
    "never": N_("never"),
    "may_pay": N_("allowed"),
    "with_approval": N_("only with approval"),
    "unlimited": N_("unlimited"),
    "first_come": N_("who calls first"),
    "severity": N_("who is hit hardest"),
    "inhabitants": N_("where most people live"),
    "fixed": N_("fixed"),
    "responsive": N_("responds to the policy"),
    "ad_hoc": N_("every municipality for itself"),
    "intermunicipal": N_("municipalities together"),
    "flemish_framework": N_("a Flemish framework contract"),
    "basic": N_("basic"),
    "important": N_("important"),
    "essential": N_("essential"),
    "wait": N_("wait for the next year"),
    "pro_rata": N_("everyone a part"),
    "fall_through": N_("the next payer pays"),
    "none": N_("nobody"),
    "flanders": N_("Flanders"),
}
"""The words of the parameter table that stand for a value, as people read them."""
SWITCH_NAMES = {
    "policy.insurance": N_("Cyber insurance"),
    "policy.fund": N_("Solidarity fund"),
    "policy.prevention.minimum_standard": N_("Minimum standard for municipalities"),
    "policy.prevention.supplier_standard": N_("Standard for suppliers"),
}
"""The groups that a policy may have or not have."""
USE_NAMES = {
    "prevention": N_("Prevention"),
    "teams": N_("Response teams"),
    "repair": N_("Response and recovery"),
    "lost_revenue": N_("Lost revenue"),
    "ransom": N_("Ransom"),
    "fraud": N_("Payment fraud"),
    "suppliers": N_("Bills of suppliers"),
    "kept_insurer": N_("Stays with insurers"),
    "kept_fund": N_("Stays in the fund"),
}
"""What money is for, as flows show it."""
POT_NAMES = {"insurer": N_("Insurers"), "fund": N_("Fund")}
SHORT_KPI_NAMES = {
    "cash_cost_eur": N_("Total cost"),
    "cost_municipality_eur": N_("Municipalities pay"),
    "prevention_cost_eur": N_("Prevention and teams"),
    "incident_cost_eur": N_("Cost of incidents"),
    "worst_year_cost_eur": N_("Worst year"),
    "citizen_harm_eur": N_("Harm to citizens"),
    "severe_incidents": N_("Severe incidents"),
}
"""The outcomes that the differences of policies show, from top to bottom, in few letters."""
PAYERS_IN_SENTENCES = {
    "municipality": N_("the municipality"),
    "flanders": N_("Flanders"),
    "insurer": N_("the insurer"),
    "fund": N_("the solidarity fund"),
}
MEASURE_NAMES = {
    "identity": N_("strong login"),
    "hardening": N_("hardened systems"),
    "detection": N_("detection"),
    "awareness": N_("awareness"),
    "backups": N_("offline backups"),
    "continuity": N_("a continuity plan"),
}
GRANT_NAMES = {
    "audit": N_("audit"),
    "audit-2023": N_("audit-2023"),
    "audit-again": N_("audit-again"),
    "follow-up": N_("follow-up"),
    "guidance": N_("guidance"),
    "lump": N_("lump"),
    "match": N_("match"),
    "service": N_("service"),
}
"""What the policies and the levers that come with Weerbaar call their grants; others have the name of their file."""
UNITS_IN_SENTENCES = {
    "EUR per inhabitant per year": N_("€ per inhabitant a year"),
    "days": N_("days"),
}
ANCHOR_NAMES = {
    "frequency": N_("frequency of attacks"),
    "service_value": N_("value of a service day"),
    "supplier_accumulation": N_("accumulation at suppliers"),
}
STAT_NAMES = {"mean": N_("mean"), "p95": N_("1 future in 20 above"), "cvar95": N_("mean of the worst 1 in 20")}
GRADES = {
    "A": N_("official or peer-reviewed"),
    "B": N_("press, insurer or industry"),
    "C": N_("vendor or second-hand"),
    "D": N_("derived from such figures"),
    "R": N_("recalled, not yet verified"),
    "X": N_("an assumption: nobody measured it"),
}
"""How good the evidence for a number is."""
SHORT_CHOICES = {
    "never": N_("Never"),
    "may_pay": N_("Allowed"),
    "with_approval": N_("Approval"),
    "low": N_("Low"),
    "central": N_("Central"),
    "high": N_("High"),
    "unlimited": N_("Unlimited"),
    "no_end": N_("Open"),
    "identity": N_("Strong login"),
    "hardening": N_("Hardened systems"),
    "detection": N_("Detection and response"),
    "awareness": N_("Awareness"),
    "backups": N_("Offline backups"),
    "continuity": N_("Continuity plan"),
    "first_come": N_("First call"),
    "severity": N_("Hardest hit"),
    "inhabitants": N_("Most people"),
    "fixed": N_("Fixed"),
    "responsive": N_("Responds"),
    "ad_hoc": N_("Each alone"),
    "intermunicipal": N_("Together"),
    "flemish_framework": N_("Flemish"),
    "basic": N_("Basic"),
    "important": N_("Important"),
    "essential": N_("Essential"),
    "wait": N_("Wait"),
    "pro_rata": N_("A part"),
    "fall_through": N_("Next payer"),
    "none": N_("None"),
    "flanders": N_("Flanders"),
    "true": N_("Yes"),
    "false": N_("No"),
}
"""The same in few letters, as a lever shows them."""
SHORT_UNITS = {
    "EUR per inhabitant per year": N_("€/inhabitant/year"),
    "days": N_("days"),
}
"""Units beside a lever; others have none there."""
