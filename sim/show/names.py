"""What payers, outcomes, sizes, units and choices are called: once."""

from __future__ import annotations

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
    "low": N_("low"),
    "central": N_("central"),
    "high": N_("high"),
    "exponential": N_("exponential"),
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
