"""The key figures of a future: what each is called, and in which unit it is counted."""

from __future__ import annotations

KPIS = {
    "cash_cost_eur": "EUR",
    "cost_municipality_eur": "EUR",
    "cost_flanders_eur": "EUR",
    "cost_insurer_eur": "EUR",
    "cost_fund_eur": "EUR",
    "prevention_cost_eur": "EUR",
    "incident_cost_eur": "EUR",
    "ransom_paid_eur": "EUR",
    "citizen_harm_eur": "EUR",
    "outage_person_days": "person-days",
    "break_ins": "break-ins",
    "significant_incidents": "incidents",
    "severe_incidents": "incidents",
    "supplier_events": "events",
    "team_wait_days_mean": "days",
    "worst_year_cost_eur": "EUR",
    "municipalities_in_distress": "municipalities",
    "unpaid_claims_eur": "EUR",
}
"""The key figures of one future, over the whole horizon unless the name says otherwise, and their units."""
