"""What a phase of the action plan changes while an incident is under way, by hand and in both engines."""

from __future__ import annotations

import datetime

import pytest

from tests.by_hand import A, paid, played

# A severe incident on 2 March 2020 (a Monday), at once discovered; everybody is willing to pay 1,000 euro.
SEVERE = {
    "incident.severe": 1,
    "incident.significant": 0,
    "extortion.demand": 1_000,
    "extortion.demand_sigma": 0,
    "extortion.paid_fraction": 1,
    "extortion.pay_backups_ok": 1,
    "extortion.pay_backups_lost": 1,
}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"rule": "with_approval", "approval_rate": 1}, {}, {"2020-03-12": 1_000}),
        ({"rule": "with_approval", "approval_rate": 1}, {"rule": "never"}, {}),
        ({"rule": "with_approval", "approval_rate": 1}, {"approval_rate": 0}, {}),
        ({"rule": "with_approval", "approval_rate": 0}, {"rule": "may_pay"}, {"2020-03-12": 1_000}),
        ({"rule": "may_pay"}, {"rule": "never"}, {"2020-03-02": 1_000}),
    ],
    ids=["as it was", "banned meanwhile", "no longer granted", "free meanwhile", "paid before the ban"],
)
def test_a_ransom_is_decided_by_the_rule_of_the_day(engine, before, after, expected):
    values = {f"ransom.{key}": value for key, value in ({"approval_days": 10} | before).items()}
    if after:
        changes = {f"ransom.{key}": value for key, value in after.items()}
        values["phases"] = [{"from": datetime.date(2020, 3, 5), "set": changes}]
    outcome = played(engine, values, falls=(), attacks=[("2020-03-02", A)], world=SEVERE)
    assert paid(outcome, "municipality", "ransom") == expected
