"""Who is down, by hand: an intruder who dwells keeps nobody from being cut off, and nobody misses a service twice."""

from __future__ import annotations

import pytest

from sim.engines import events as ev
from sim.rules.incident import left_to_miss
from tests.by_hand import DAY, A, B, minute, played

PEOPLE = 20_000
INSIDE = {
    "suppliers.full_it": 1, "suppliers.saas": 0, "suppliers.impact_full": 0.5, "suppliers.outage_days_full": 60,
    "incident.significant": 1, "incident.dwell_days": 30, "incident.significant_days": 10,
    "incident.significant_systems_hit": 1,
}  # fmt: skip
"""Somebody who breaks in dwells 30 days and takes everything for 10; the supplier takes half of all IT for 60 days."""


def futures_of(engine, falls, world=None):
    """Return the incidents of the future in which somebody breaks in at A on 2 January and strikes on 1 February."""
    return played(engine, {}, falls=falls, attacks=[("2020-01-02", A)], world=INSIDE | (world or {})).incidents


def missed(incidents, nis, cause):
    """Return the days without all services that an inhabitant of a municipality misses by a cause."""
    mine = (incidents["nis"] == nis) & (incidents["cause"] == cause)
    return incidents["person_minutes"][mine].sum() / DAY / PEOPLE


@pytest.mark.parametrize(
    ("falls", "of_the_supplier", "why"),
    [
        ("2020-01-11", 0.5 * 21 + 0.5 * 29, "half from 11 January to 11 March, but for the ten days that all is out"),
        ("2020-01-25", 0.5 * 7 + 0.5 * 43, "the same, later"),
        ("2020-02-02", 0.0, "already down: the bill comes, a second outage does not"),
        ("2020-02-12", 0.5 * 60, "in order again"),
    ],
)
def test_a_supplier_cuts_off_whoever_is_not_down(engine, falls, of_the_supplier, why):
    incidents = futures_of(engine, [falls])
    assert missed(incidents, B, ev.CUT_OFF) == pytest.approx(30), "half of everything for 60 days"
    assert missed(incidents, A, ev.DIRECT) == pytest.approx(10), "all for ten days, from the strike on"
    assert missed(incidents, A, ev.CUT_OFF) == pytest.approx(of_the_supplier), why
    assert set(incidents["cost_cents"][incidents["cause"] == ev.CUT_OFF].tolist()) == {100_000}


def test_where_somebody_is_in_already_a_fallen_supplier_brings_nobody_else(engine):
    """A is cut off, and struck by its own intruder; B is infected, and has an intruder from that day on."""
    incidents = futures_of(engine, ["2020-01-11"], {"suppliers.lateral_prob": 1})
    infected = incidents[incidents["cause"] == ev.LATERAL]
    assert infected["nis"].tolist() == [B]
    assert infected["impact"].tolist() == [minute("2020-01-11") + 30 * DAY]
    assert missed(incidents, A, ev.CUT_OFF) == pytest.approx(0.5 * 21 + 0.5 * 29)
    assert missed(incidents, B, ev.CUT_OFF) == 0


def test_an_attempt_finds_whoever_is_cut_off_or_intruded_closed(engine):
    attacks = [("2020-01-02", A), ("2020-01-05", A), ("2020-01-12", B), ("2020-03-12", B)]
    outcome = played(engine, {}, falls=["2020-01-11"], attacks=attacks, world=INSIDE)
    direct = outcome.incidents[outcome.incidents["cause"] == ev.DIRECT]
    assert direct["begun"].tolist() == [minute("2020-01-02"), minute("2020-03-12")]
    assert outcome.blocked == 2


@pytest.mark.parametrize(("out", "taken", "left"), [(0.9, 0.56, 0.34), (0.15, 0.56, 0.0), (0.9, 0.0, 0.9)])
def test_two_outages_together_are_the_larger(out, taken, left):
    assert left_to_miss(out, taken) == pytest.approx(left)
