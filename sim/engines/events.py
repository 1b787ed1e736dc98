"""What engines share: the kinds of events, the order of events in one minute, and the layout of what they record.

Two events in the same minute happen in the order of their key, `kind << 56 | entity << 32 | index`: never in the order
in which some program happened to insert them.
"""

from __future__ import annotations

import numpy as np

from sim.model.policy import layers
from sim.model.policy.policy import CATEGORIES, PAYERS
from sim.rules import chance
from sim.rules.rule import rule

# Kinds of events, in the order in which they happen within one minute.
SETTLED = 0
PHASE = 1
BUDGET = 2
JOINED = 3
RESTORED = 4
CLOSED = 5
RELEASED = 6
COMPROMISED = 7
WAVE = 8
ATTEMPT = 9
FOLLOW_UP = 10
FRAUD = 11
IMPACT = 12
DISCOVERED = 13
PATIENCE = 14
PAID = 15

# Their names, for the manual.
KIND_NAMES = {
    SETTLED: "accounts of the old year",
    PHASE: "phase of the action plan",
    BUDGET: "budget",
    JOINED: "programme joined",
    RESTORED: "service restored",
    CLOSED: "closed",
    RELEASED: "team released",
    COMPROMISED: "supplier compromised",
    WAVE: "wave",
    ATTEMPT: "break-in",
    FOLLOW_UP: "break-in",
    FRAUD: "fraud",
    IMPACT: "impact",
    DISCOVERED: "discovered",
    PATIENCE: "private responders",
    PAID: "ransom decision",
}

# Cost categories, by their place in model.policy.CATEGORIES.
(PREVENTION, RESPONSE_CAPACITY, RESPONSE, RECOVERY, LOST_REVENUE, NOTIFICATION, RANSOM, FRAUD_LOSS,
 SUPPLIER_BILL) = range(len(CATEGORIES))  # fmt: skip

PROGRAMMES = tuple(
    CATEGORIES.index(name) for name in layers.PROGRAMMES
)  # paid every year, whatever happens; the others arise from incidents

(MUNICIPALITY, FLANDERS, INSURER, FUND) = range(len(PAYERS))  # payers, by their place in model.policy.PAYERS

# Transfers move money between payers and cost nothing: two postings, of which the cents of the second are negative.
TRANSFERS = ("premium", "levy", "contribution", "lump_sum", "reimbursement", "claw_back")
ENTRIES = (*CATEGORIES, *TRANSFERS)  # what a posting can be for
(PREMIUM, LEVY, CONTRIBUTION, LUMP_SUM, REIMBURSEMENT, CLAW_BACK) = range(len(CATEGORIES), len(ENTRIES))

# Causes of an incident.
DIRECT, REPEAT, LATERAL, CUT_OFF, PAYMENT_FRAUD, DENIAL = range(6)
CAUSES = (
    "attack",
    "repeat attack",
    "through a supplier",
    "supplier outage",
    "payment fraud",
    "denial of service",
)

# The number of an incident is the index of all its draws, so it must not depend on what happened elsewhere:
# the running number of the attempt, the minute of a follow-up, or the supplier and its compromise.
FOLLOW_UP_NUMBER = 1 << 30
LATERAL_NUMBER = 2 << 30
CUT_OFF_NUMBER = 3 << 30
NATIONAL = -1  # the incident field of a posting that belongs to no incident
UNKNOWN = -1  # a minute that has not come


@rule
def key(kind: int, entity: int, index: int) -> int:
    """Return the place of an event among those of the same minute."""
    return kind << 56 | entity << 32 | index


@rule
def supplier_number(flag: int, supplier: int, compromise: int) -> int:
    """Return the incident number of what compromise number `compromise` of a supplier does to a customer."""
    return flag | supplier << 20 | compromise


@rule
def denial_purpose(cause: int) -> int:
    """Return the purpose of the draw by which the insurer denies: attempts, frauds and waves each count from zero."""
    if cause == PAYMENT_FRAUD:
        return chance.DENIED_FRAUD
    return chance.DENIED_WAVE if cause == DENIAL else chance.DENIED


# One row a payment: who paid how much of which cost, when, and for which incident (row in the incident log). Of a
# transfer the taker pays a negative amount. What concerns no single municipality has NIS code zero.
POSTING = np.dtype(
    [
        ("minute", np.int64),
        ("nis", np.int64),
        ("category", np.int64),
        ("payer", np.int64),
        ("cents", np.int64),
        ("incident", np.int64),
    ]
)

# One row an incident. Minutes are UNKNOWN where the future ended first; amounts in cents; harm is no cash.
INCIDENT = np.dtype(
    [
        ("nis", np.int64),
        ("number", np.int64),
        ("cause", np.int64),
        ("severity", np.int64),
        ("begun", np.int64),  # break-in, or the moment a supplier, fraud or wave strikes
        ("impact", np.int64),
        ("discovered", np.int64),
        ("team_start", np.int64),
        ("team_end", np.int64),
        ("private", np.int64),  # 1 when private responders were hired
        ("critical_back", np.int64),
        ("closed", np.int64),
        ("backups_lost", np.int64),
        ("exfiltrated", np.int64),
        ("demand_cents", np.int64),
        ("ransom_cents", np.int64),
        ("cost_cents", np.int64),
        ("harm_cents", np.int64),
        ("person_minutes", np.int64),
        ("supplier", np.int64),
        ("open", np.int64),  # 1 when the future ended before the incident did
    ]
)

# Whole numbers of one future, from which its key figures follow; what each counts is said once, here.
COUNTS = np.dtype(
    [
        ("break_ins", np.int64),
        ("significant", np.int64),  # break-ins, as are the severe
        ("severe", np.int64),
        ("supplier_events", np.int64),
        ("harm_cents", np.int64),
        ("person_minutes", np.int64),
        ("waited_minutes", np.int64),  # from discovery to responders, of those to whom they came
        ("helped", np.int64),  # to how many they came
        ("in_distress", np.int64),  # municipalities, in their worst year
        ("unpaid_cents", np.int64),  # claims that waited in vain
    ]
)
