"""Who finally bears it, who wins and loses, what runs dry, what prevention earns."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

import sim
from sim.experiments.comparison.burdens import gini
from sim.experiments.comparison.pots import pots
from sim.model.policy.policy import PAYERS
from sim.model.world.groupings import GROUPINGS
from sim.show.charts.pot_balances import balances
from sim.show.tables.comparison_tables import burden
from tests.worlds import plain_policy, quiet_world

YEARS = 4


@pytest.fixture(scope="module")
def result():
    names = ("status-quo-2020", "fifty-fifty", "solidarity-fund", "prevention-first", "no-ransom")
    policies = [sim.load_policy(name) for name in names]
    scarce = sim.load_policy("solidarity-fund").with_values(
        {"id": "scarce", "fund.levy": 0.1, "fund.flemish_contribution": 0, "fund.opening_balance": 0}
    )
    world = sim.load_world("flanders-2020")
    return sim.compare(world, [*policies, scarce], replications=30, years=YEARS, seed=5)


def test_incidence_is_the_bill_of_every_payer_and_municipality(result):
    plain = json.loads(json.dumps(result.to_json()))
    for policy in plain["policies"]:
        found = policy["incidence"]
        assert list(found["payers"]) == list(PAYERS)
        whole = sum(row["mean_eur"] for row in found["payers"].values())
        assert whole * YEARS == pytest.approx(policy["kpis"]["cash_cost_eur"]["mean"])
        assert sum(row["share"] for row in found["payers"].values()) == pytest.approx(1)
        own = found["payers"]["municipality"]["mean_eur"]
        for by in GROUPINGS:
            people = result.towns.groups[by].people
            borne = sum(
                row["mean_eur_per_inhabitant"] * count for row, count in zip(found[by], people.tolist(), strict=True)
            )
            assert borne == pytest.approx(own), by


def test_concentration_is_the_gini_coefficient():
    people = np.array([100, 100, 200])
    alike, alone, by_hand, nothing = [50.0, 50, 100], [0.0, 0, 30], [10.0, 30, 0], [0.0, 0, 0]
    found = gini(np.array([alike, alone, by_hand, nothing]), people)
    assert found[:2] == pytest.approx([0, 0.5])  # one of half the people: what the others are
    # the mean difference of two inhabitants, over twice the mean: bills of 0, 0, 0.1 and 0.3 a head, mean 0.1
    pairs = [abs(a - b) for a in (0, 0, 0.1, 0.3) for b in (0, 0, 0.1, 0.3)]
    assert found[2] == pytest.approx(np.mean(pairs) / (2 * 0.1))
    assert np.isnan(found[3])


def test_sharing_in_proportion_leaves_the_concentration_and_pooling_lowers_it(result):
    pooled = sim.load_policy("solidarity-fund").with_values({"id": "pooled", "prevention.behaviour": "fixed"})
    policies = [*result.policies[:2], pooled, sim.load_policy("flanders-pays")]
    found = sim.compare(result.world, policies, replications=30, years=YEARS, seed=5)
    table = found.concentration().set_index("policy")
    assert table.loc["status-quo-2020", ["change", "change_lo", "change_hi"]].tolist() == [0, 0, 0]
    assert abs(table.loc["fifty-fifty", "change"]) < 0.01
    assert table.loc["pooled", "change_hi"] < 0
    plain = [policy["incidence"]["concentration"] for policy in found.to_json()["policies"]]
    assert plain[2]["gini"] == pytest.approx(table.loc["pooled", "gini"])
    assert plain[2]["ci95"] == pytest.approx(table.loc["pooled", ["lo", "hi"]].tolist())
    assert plain[3] == {"gini": None, "ci95": [None, None], "change": None, "change_ci95": [None, None]}
    assert "“Half Flanders, half municipality” 0." in burden(found, "size_class", "en").note


def test_changes_of_groups_are_paired(result):
    for row in result.to_json()["policies"][3]["incidence"]["size_class"][:3]:
        low, high = row["change_ci95"]
        assert 0 < low < row["change"] < high
        assert high - low < row["ci95"][1] - row["ci95"][0]


def test_winners_and_losers_are_those_whose_own_bill_changes(result):
    table = result.winners()
    mine = table[table["policy"] == "solidarity-fund"].reset_index(drop=True)
    towns = result.municipalities()
    own = {
        name: towns[towns["policy"] == name]["own_cost_per_inhabitant_eur"].to_numpy()
        for name in ("status-quo-2020", "solidarity-fund")
    }
    gap = own["solidarity-fund"] - own["status-quo-2020"]
    assert mine["change"].to_numpy() == pytest.approx(gap)
    assert (mine["change"][mine["verdict"] == "wins"] < 0).all()
    assert (mine["change"][mine["verdict"] == "loses"] > 0).all()
    assert set(table["verdict"]) <= {"wins", "loses", "too_close", "same"}
    tally = result.to_json()["policies"][2]["winners"]
    assert sum(one["municipalities"] for one in tally.values()) == 300
    assert tally["wins"]["municipalities"] == (mine["verdict"] == "wins").sum()
    for one in tally.values():
        assert sum(one["by_size_class"].values()) == one["municipalities"]


def test_when_others_pay_half_everybody_wins(result):
    table = result.winners()
    assert (table[table["policy"] == "fifty-fifty"]["verdict"] == "wins").all()


def test_running_dry_is_counted_by_pot_and_year(result):
    table = result.running_dry()
    dry = result.ran_dry("scarce")
    rows = table[(table["policy"] == "scarce") & (table["pot"] == "fund")]
    assert len(rows) == YEARS
    assert rows["ran_dry"].to_numpy() == pytest.approx(dry[:, pots(result.policy("scarce"))["fund"]].mean(axis=0))
    assert rows["ran_dry"].iloc[-1] > 0.5
    assert (rows["lo"] <= rows["ran_dry"]).all()
    assert (rows["ran_dry"] <= rows["hi"]).all()
    rich = table[(table["policy"] == "solidarity-fund") & (table["pot"] == "fund")]
    assert (rich["left_eur"].diff().dropna() > 0).all()
    assert (rich["ran_dry"] == 0).all()


def test_benefit_and_cost_are_ratios_of_paired_means(result):
    found = result.benefit_cost("prevention-first")

    def change(kpi):
        return result.values("prevention-first", kpi) - result.values("status-quo-2020", kpi)

    extra = change("prevention_cost_eur").mean()
    assert found.extra_prevention == pytest.approx(extra)
    assert found.saved_cash.value == pytest.approx(-change("incident_cost_eur").mean() / extra)
    assert found.avoided_harm.value == pytest.approx(-change("citizen_harm_eur").mean() / extra)
    low, high = found.saved_cash.ci95
    assert 0 < low < found.saved_cash.value < high < 1
    half = stats.t.ppf(0.975, 29) * stats.sem(change("incident_cost_eur") / extra)  # the same extra in every future
    assert (high - low) / 2 == pytest.approx(half, rel=1e-6)


def test_without_extra_prevention_there_is_no_ratio(result):
    found = result.benefit_cost("no-ransom")
    assert np.isnan(found.saved_cash.value)
    assert result.to_json()["policies"][4]["benefit_cost"]["cash_saved_per_extra_euro"] == {
        "mean": None, "ci95": [None, None],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("instrument", "terms", "years"),
    [
        ("matching", {"share": 0.5, "hazard": 50}, [2022]),  # paid on 1 January
        ("audit", {"share": 0.5, "hazard": 2}, [2021, 2022]),  # paid when it is done
    ],
)
def test_a_grant_has_something_left_only_in_years_in_which_it_pays(instrument, terms, years):
    dates = {"from": datetime.date(2021, 3, 1), "until": datetime.date(2022, 12, 31)}
    grant = {"id": "some", "instrument": instrument, "budget_per_year": 4_000, **terms, **dates}
    policy = plain_policy({"prevention.local_spend": 1, "grants": [grant]})
    result = sim.compare(quiet_world((10_000,) * 40, 5, {"audit.price": 1_000}), [policy], replications=20)
    table = result.running_dry()
    assert table["year"].tolist() == years
    assert [row["year"] for row in result.to_json()["policies"][0]["pots"]["some"]] == years
    payments = sim.simulate(result.world, policy).postings
    flemish = payments[payments["payer"] == PAYERS.index("flanders")]
    starts = [(datetime.date(year, 1, 1) - datetime.date(2020, 1, 1)).days * 1440 for year in range(2020, 2026)]
    paid = np.searchsorted(starts, flemish["minute"][flemish["cents"] > 0], side="right") - 1
    assert sorted({2020 + int(year) for year in paid}) == years


def test_the_audits_of_todays_policy_end_with_their_dates(result):
    table = result.running_dry()
    audits = table[(table["policy"] == "status-quo-2020") & (table["pot"] == "audit")]
    assert audits["year"].tolist() == [2020, 2021, 2022]
    drawn = balances(replace(result, policies=result.policies[:1], futures_of=result.futures_of[:1]), "en")
    lines = [one for one in drawn.data if one.mode == "lines+markers"]
    assert [list(one.x) for one in lines] == [[2020, 2021, 2022]]
    assert lines[0].y == pytest.approx(audits["left_eur"].to_numpy() / 1e6)
    assert "never empty" in drawn.layout.meta["title"]
