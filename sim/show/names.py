"""What payers, outcomes, sizes, units and choices are called: once."""

from __future__ import annotations

from sim.text import Words

KPI_UNITS = {
    "EUR": "euro",
    "person-days": "person-days",
    "break-ins": "break-ins",
    "incidents": "incidents",
    "events": "events",
    "days": "days",
    "municipalities": "municipalities",
}


PAYER_NAMES = {
    "municipality": "Municipalities",
    "flanders": "Flanders",
    "insurer": "Insurers",
    "fund": "Solidarity fund",
}
KPI_NAMES = {
    "cash_cost_eur": "Total cash cost",
    "cost_municipality_eur": "Paid by municipalities",
    "cost_flanders_eur": "Paid by Flanders",
    "cost_insurer_eur": "Paid by insurers",
    "cost_fund_eur": "Paid by the solidarity fund",
    "prevention_cost_eur": "Prevention and standing response teams",
    "incident_cost_eur": "Cost of incidents",
    "ransom_paid_eur": "Of which ransom",
    "citizen_harm_eur": "Harm to citizens (not cash)",
    "outage_person_days": "Person-days without services",
    "break_ins": "Break-ins",
    "significant_incidents": "Significant incidents",
    "severe_incidents": "Severe incidents",
    "supplier_events": "Compromised suppliers",
    "team_wait_days_mean": "Mean wait for responders (days)",
    "worst_year_cost_eur": "Cash cost of the worst year",
    "municipalities_in_distress": "Municipalities in distress",
    "unpaid_claims_eur": "Claims left unpaid",
}
"""What each key figure is called in a table; the amounts over the whole horizon."""
VERDICTS = {"lower": "lower", "higher": "higher", "trifle": "a trifle", "too_close": "too close to call"}
SIZE_NAMES = {
    "< 10 000": "fewer than 10,000 inhabitants",
    "10 000 - 19 999": "10,000 to 20,000",
    "20 000 - 49 999": "20,000 to 50,000",
    "50 000 - 99 999": "50,000 to 100,000",
    ">= 100 000": "100,000 inhabitants and more",
}
ONE = {"years": "1 year", "futures": "1 future", "municipalities": "1 municipality", "policies": "1 policy"}
MANY = {
    "years": "{n} years",
    "futures": "{n} futures",
    "municipalities": "{n} municipalities",
    "policies": "{n} policies",
}


def count(say: Words, what: str, n: int) -> str:
    """Return a number of things in words: 1 year, 10 years; `what` is a key of ONE and MANY."""
    return say.say(ONE[what]) if n == 1 else say.say(MANY[what], n=say.number(n))


UNITS = (
    "0 first, 1 last",
    "EUR",
    "EUR (median at 20,000 inhabitants)",
    "EUR (median)",
    "EUR cut per EUR of loss",
    "EUR per claim",
    "EUR per inhabitant",
    "EUR per inhabitant (median at 20,000 inhabitants)",
    "EUR per inhabitant per day",
    "EUR per inhabitant per year",
    "EUR per municipality per year",
    "EUR per supplier compromise",
    "EUR per team per year",
    "EUR per year",
    "EUR spent per EUR received",
    "attempts per municipality per year",
    "choice",
    "coverage",
    "day of the year",
    "days",
    "days (median)",
    "days of outage per day waited",
    "exponent",
    "factor",
    "hours",
    "months",
    "number",
    "per EUR per inhabitant per year",
    "per municipality per year",
    "per supplier per year",
    "per year",
    "premium per EUR of limit per year",
    "price relative to buying alone",
    "probability",
    "probability per attempt",
    "ratio of cost and days",
    "risk ratio",
    "shape of Beta(1, shape)",
    "share",
    "share of attempts",
    "share of citizen harm",
    "share of cost per day waited",
    "share of data",
    "share of incident cost",
    "share of municipalities",
    "share of operating spend",
    "share of prevention spend",
    "share of services",
    "share of the customers",
    "share of the demand",
    "share of the remaining gap",
    "share of the spread that is left",
    "share of the wait",
    "sigma of the logarithm",
    "suppliers",
    "switch",
    "team-days",
    "teams",
    "year",
    "years",
)
"""Every unit of the parameter table, so that it has its words in both languages."""
CHOICES = {
    "measures": "six measures",
    "gordon_loeb_1": "curve of Gordon and Loeb, class I",
    "gordon_loeb_2": "curve of Gordon and Loeb, class II",
    "logistic": "logistic curve",
    "minute": "by the minute",
    "day": "by the day",
    "low": "low",
    "central": "central",
    "high": "high",
    "exponential": "exponential",
    "revealed": "as their spending shows",
    "own_bill": "only their own bill",
    "never": "never",
    "may_pay": "allowed",
    "with_approval": "only with approval",
    "unlimited": "unlimited",
    "first_come": "who calls first",
    "severity": "who is hit hardest",
    "inhabitants": "where most people live",
    "fixed": "fixed",
    "responsive": "responds to the policy",
    "ad_hoc": "every municipality for itself",
    "intermunicipal": "municipalities together",
    "flemish_framework": "a Flemish framework contract",
    "basic": "basic",
    "important": "important",
    "essential": "essential",
    "wait": "wait for the next year",
    "pro_rata": "everyone a part",
    "fall_through": "the next payer pays",
    "none": "nobody",
    "flanders": "Flanders",
}
"""The words of the parameter table that stand for a value, as people read them."""
