"""Private against social optimum: the closed form of Gordon and Loeb, and what must hold for any municipality."""

from __future__ import annotations

import math

import numpy as np
import pytest

import sim
from sim.experiments.optima import prevention_optimum
from sim.experiments.optima.prevention_optimum import AMOUNTS, by_size, deciding, optima, prevention_curve
from tests.worlds import plain_policy, quiet_world

V, ALPHA, BETA, BILL = 0.25, 0.5, 1.0, 60_000


@pytest.fixture(scope="module")
def world():
    return quiet_world((20_000,), 1, {"defence": "gordon_loeb_1", "threat.attempts": 40,
        "incident.minor_cost": BILL, "measures.spread": 0, "finance.prevention_ceiling": 200,
        "break_in.gordon_loeb_v": V, "break_in.gordon_loeb_alpha": ALPHA, "break_in.gordon_loeb_beta": BETA,
    })  # fmt: skip


def closed_form(world, share=1.0, price=1.0):
    bill = BILL * math.exp(world.incident.minor_sigma**2 / 2) / 20_000
    reward = V * ALPHA * BETA * 40 * 366 / 365.25 * bill * share / price
    return max(0.0, (reward ** (1 / (BETA + 1)) - 1) / ALPHA)


def bailed(share):
    layers = [{"payer": "flanders", "share": share}, {"payer": "municipality"}]
    return plain_policy({f"cost_split.{category}": layers for category in ("response", "recovery", "lost_revenue")})


def test_both_optima_are_gordon_and_loebs(world):
    row = optima(world, bailed(0.6)).iloc[0]
    assert row["private_best"] == pytest.approx(closed_form(world, share=0.4), rel=2e-3)
    assert row["cash_best"] == pytest.approx(closed_form(world), rel=2e-3)
    assert row["private_best"] < row["cash_best"] <= row["social_best"] + 1e-9


def test_a_match_brings_the_private_optimum_up_to_the_social_one(world):
    policy = bailed(0.5).with_values({"grants": [{"id": "match", "instrument": "matching", "share": 0.5}]})
    row = optima(world, policy).iloc[0]
    assert row["private_best"] == pytest.approx(row["cash_best"], rel=1e-6)


def test_the_optimum_is_the_lowest_point_of_its_curve(world):
    town = world.municipalities[0].nis
    curve = prevention_curve(world, bailed(0.6), town)
    for name in ("private", "cash", "social"):
        costs, best = getattr(curve, name), getattr(curve, f"{name}_best")
        lowest = curve.spend[costs.argmin()]
        assert lowest == pytest.approx(best, abs=curve.spend[1])


def test_the_curve_tells_what_everybody_pays_and_what_the_municipality_pays():
    world, policy = sim.load_world("flanders-2020"), sim.load_policy("solidarity-fund")
    curve = prevention_curve(world, policy, "Willebroek")
    assert curve.municipality.name == "Willebroek"
    assert (curve.private <= curve.cash + 1e-9).all()
    assert (curve.cash <= curve.social + 1e-9).all()


def test_every_municipality_has_a_row_and_its_curve_agrees():
    world, policy = sim.load_world("flanders-2020"), sim.load_policy("matching-50")
    rows = optima(world, policy)
    assert len(rows) == 300
    row = rows[rows["name"] == "Willebroek"].iloc[0]
    curve = prevention_curve(world, policy, "Willebroek")
    found = (curve.now, curve.private_best, curve.social_best, curve.cash_best)
    assert found == (row["now"], row["private_best"], row["social_best"], row["cash_best"])


def test_an_unknown_municipality_is_an_error_that_teaches():
    with pytest.raises(sim.InputError, match="Willebroek"):
        prevention_curve(sim.load_world("flanders-2020"), sim.load_policy("status-quo-2020"), "Willebroeck")


def test_sizes_are_weighed_by_inhabitants():
    world = quiet_world((6_000, 8_000, 30_000), 1, {"defence": "gordon_loeb_1", "threat.attempts": 40,
        "incident.minor_cost": 4 * BILL, "measures.spread": 0, "finance.prevention_ceiling": 200,
        "threat.size_exponent": 0.6,
        "break_in.gordon_loeb_v": V, "break_in.gordon_loeb_alpha": ALPHA, "break_in.gordon_loeb_beta": BETA,
    })  # fmt: skip
    table = optima(world, bailed(0.2))
    sizes = by_size(table).set_index("size_class")
    assert list(sizes.index) == ["< 10 000", "20 000 - 49 999", "all"]
    assert sizes["municipalities"].tolist() == [2, 1, 3]
    small, large = table["cash_best"].tolist()[:2], table["cash_best"].tolist()[2]
    assert len({*small, large}) == 3
    assert sizes.loc["< 10 000", "cash_best"] == pytest.approx((6 * small[0] + 8 * small[1]) / 14)
    assert sizes.loc["all", "cash_best"] == pytest.approx((6 * small[0] + 8 * small[1] + 30 * large) / 44)


def test_a_curve_goes_as_far_as_asked(world):
    town = world.municipalities[0].nis
    near, far = prevention_curve(world, bailed(0.6), town), prevention_curve(world, bailed(0.6), town, at_least=150)
    assert near.spend[-1] == pytest.approx(1.25 * max(near.now, near.private_best, near.cash_best, near.social_best))
    assert far.spend[-1] == 150
    assert np.interp(near.spend[-1], far.spend, far.private) == pytest.approx(near.private[-1], rel=2e-3)


def test_a_euro_of_prevention_costs_what_others_leave_of_it():
    world = sim.load_world("flanders-2020")
    prices = {name: prevention_curve(world, sim.load_policy(name), "Aalst").price
              for name in ("status-quo-2020", "fifty-fifty", "flanders-pays", "matching-50")}  # fmt: skip
    assert prices == pytest.approx({"status-quo-2020": 1, "fifty-fifty": 0.5, "flanders-pays": 0, "matching-50": 0.5})


def test_what_decides_is_each_optimum_in_its_own_world():
    world, policy = sim.load_world("flanders-2020"), sim.load_policy("status-quo-2020")
    table = deciding(world, policy, "Antwerpen")
    assert len(table) == 9
    for row in table.to_dict("records"):
        there = world.with_values(
            {"anchor.frequency": row["frequency"], "anchor.service_value": row["service_value"]}
        )  # fmt: skip
        curve = prevention_curve(there, policy, "Antwerpen")
        assert [row[name] for name in AMOUNTS[1:]] == [getattr(curve, name) for name in AMOUNTS[1:]]
    best = table.set_index(["frequency", "service_value"])["social_best"]
    assert best["low", "low"] <= best["central", "central"] <= best["high", "high"]
    assert best["high", "high"] > 0


def test_only_a_policy_under_which_municipalities_decide_compiles_their_search(monkeypatch):
    monkeypatch.setattr(prevention_optimum, "is_stored", lambda _: False)
    world, fixed, decide = sim.load_world("one-town"), sim.load_policy("fifty-fifty"), sim.load_policy("matching-50")
    assert not prevention_optimum.must_compile(world, fixed)
    assert prevention_optimum.must_compile(world, decide) == prevention_optimum.HAS_NUMBA
