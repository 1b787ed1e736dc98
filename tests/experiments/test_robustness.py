"""What a finding hangs on: where it turns, what municipalities' own choices cost, and how it is said."""

from __future__ import annotations

import datetime

import pytest

import sim
from sim.experiments.comparison.robustness import claims, fixed_twin, turns_between
from sim.results.findings import Turn
from sim.text import words

YEARS = 3


def compared(world, *policies, replications=20, seed=4):
    return sim.compare(world, [sim.load_policy("status-quo-2020"), *policies], replications=replications, years=YEARS,
                       seed=seed)  # fmt: skip


@pytest.fixture(scope="module")
def world():
    return sim.load_world("flanders-2020")


def test_the_fixed_twin_only_fixes_behaviour():
    fund = sim.load_policy("solidarity-fund")
    twin = fixed_twin(fund)
    assert twin == fund.with_values({"prevention.behaviour": "fixed"}).model_copy(update={"id": twin.id})
    assert fixed_twin(sim.load_policy("fifty-fifty")) is None


def test_phases_that_make_municipalities_responsive_are_fixed_too():
    plan = sim.load_policy("fifty-fifty").with_values(
        {
            "phases": [
                {"from": datetime.date(2022, 1, 1), "set": {"prevention.behaviour": "responsive", "response.teams": 6}}
            ]
        }
    )
    stages = [stage for _, stage in fixed_twin(plan).stages()]
    assert [stage.prevention.behaviour for stage in stages] == ["fixed", "fixed"]
    assert stages[1].response.teams == 6


def test_the_price_of_behaviour_is_the_policy_less_its_fixed_twin(world):
    fund = sim.load_policy("solidarity-fund")
    result = compared(world, fund).checked()
    price = result.checks.behaviour["solidarity-fund"]
    twin = compared(world, fixed_twin(fund))
    for kpi in ("cash_cost_eur", "prevention_cost_eur", "incident_cost_eur", "citizen_harm_eur"):
        gap = result.values(fund, kpi) - twin.values("solidarity-fund-fixed", kpi)
        assert price[kpi].mean == pytest.approx(gap.mean())
    assert price["prevention_cost_eur"].mean < 0 < price["incident_cost_eur"].mean  # moral hazard


def test_municipalities_that_choose_go_on_as_before_until_a_policy_moves_them(world):
    chooses = sim.load_policy("status-quo-2020").with_values({"id": "chooses", "prevention.behaviour": "responsive"})
    result = compared(world, chooses)
    base, same = (result.values(name, "prevention_cost_eur") for name in ("status-quo-2020", "chooses"))
    assert (same == base).all()


def test_a_claim_that_is_another_one_elsewhere_has_turned(world):
    """A standard for suppliers costs everybody the same, and earns more where suppliers fall more often."""
    world = world.with_values({"threat.growth_centre": "base_year", "suppliers.growth_share": 0})
    standard = sim.load_policy("status-quo-2020").with_values(
        {"id": "standard", "prevention.supplier_standard": {"rate_factor": 0.5, "outage_factor": 0.5, "price": 0.3}}
    )
    result = compared(world, standard, replications=40).checked(workers=2)
    for turn in result.checks.turns["standard"]:
        there = world.with_values({f"anchor.{turn.assumption}": turn.level})
        assert claims(compared(there, standard, replications=40), "standard")[turn.claim] == turn.there != turn.before
    assert "worth" in {turn.claim for turn in result.checks.turns["standard"]}


def test_what_moves_only_who_pays_never_turns(world):
    result = compared(world, sim.load_policy("fifty-fifty")).checked()
    assert result.checks.turns == {"fifty-fifty": ()}
    assert "None of the three deciding assumptions, low or high, turns" in result.sentence("en")
    assert "Geen van de drie" in result.sentence("nl")


def test_fewer_futures_alone_turn_nothing(world):
    whole = compared(world, sim.load_policy("prevention-first"), replications=20)
    few = compared(world, sim.load_policy("prevention-first"), replications=2)
    assert turns_between(whole, few, few, "prevention-first", ("frequency", "low")) == ()


def test_a_turn_is_said_with_its_condition(world):
    from dataclasses import replace

    result = compared(world, sim.load_policy("prevention-first"))
    turns = (
        Turn("frequency", "high", "worth", "higher", "lower"),
        Turn("frequency", "low", "harm", "lower", "too_close"),
    )
    said = replace(result.finding("prevention-first", "en"), turns=turns).sentence(words("en"))
    assert said.endswith(
        "If attacks are more frequent, what is gained is worth more than what is lost. "
        "If attacks are rarer, harm to citizens is too close to call."
    )
    dutch = replace(result.finding("prevention-first", "nl"), turns=turns).sentence(words("nl"))
    assert "Als aanvallen vaker komen: wat men wint" in dutch


def test_the_trade_off_names_what_is_gained_and_what_is_given_up(world):
    effective = world.with_values({"anchor.frequency": "high", "defence": "gordon_loeb_1"})  # harm falls for sure
    said = compared(effective, sim.load_policy("prevention-first"), replications=60).sentence("en")
    assert "The trade-off: " in said
    gains, _, costs = said.partition("The trade-off: ")[2].partition(", against ")
    assert "less harm to citizens" in gains
    assert costs.startswith("a higher total")


def test_progress_counts_every_run(world):
    seen = []
    compared(world, sim.load_policy("solidarity-fund"), replications=3).checked(progress=lambda *at: seen.append(at))
    assert seen == [(done, 13) for done in (1, 3, 5, 7, 9, 11, 13)]


def test_json_tells_the_checks_only_where_there_are_any(world):
    result = compared(world, sim.load_policy("solidarity-fund"), replications=3)
    assert "checks" not in result.to_json()
    told = result.checked().to_json()["checks"]
    assert told["replications"] == 3
    assert set(told["price_of_behaviour"]) == {"solidarity-fund"}
