"""Who finally pays: money that flows by way of a fund and insurers adds up to what each pays net."""

from __future__ import annotations

import re

import pytest

import sim
from sim.experiments.comparison.compare import Comparison
from sim.experiments.comparison.pots import dry, left, pots
from sim.model.policy.policy import Policy
from sim.show.base.palette import palette
from sim.show.charts.exceedance import _limit_of_fund, exceedance
from sim.show.charts.money_flows import KEPT, Money, money
from sim.show.charts.pot_balances import balances, table_of_balances
from sim.show.charts.who_pays import table_of_payers, who_pays
from sim.text import words
from sim.web.state.choice import home, policy_of

TODAY = sim.load_policy("status-quo-2020")


def switched(**values: object) -> Policy:
    """Today's policy with levers of these keys moved."""
    moved = {key.replace("__", "."): value for key, value in values.items()}
    return policy_of(TODAY, {**home(TODAY), **moved})  # type: ignore[dict-item]


INSURED = switched(policy__insurance="true", **{"policy.insurance.uptake": 0.6}).model_copy(update={"id": "insured"})
TAKEN_BACK = switched(
    **{"policy.gemeentefonds.share": 1.0, "share.incidents": 50.0}
).model_copy(update={"id": "taken-back"})  # fmt: skip
POOR = switched(policy__fund="true", **{"policy.fund.levy": 0.0, "policy.fund.opening_balance": 200_000.0}).model_copy(
    update={"id": "poor"}
)
ENVELOPE = TODAY.with_values(
    {
        "budgets": {"crt": {"per_year": 20_000.0}},
        "cost_split.response": [{"payer": "flanders", "share": 0.5, "budget": "crt"}, {"payer": "municipality"}],
        "grants": [{"id": "match", "instrument": "matching", "share": 0.5, "budget_per_year": 50_000.0}],
    }
).model_copy(update={"id": "envelope"})
FUND = sim.load_policy("solidarity-fund")
ALL = (TODAY, FUND, INSURED, TAKEN_BACK, POOR, ENVELOPE)


@pytest.fixture(scope="module")
def result() -> Comparison:
    world = sim.load_world("flanders-2020")
    world = world.model_copy(update={"municipalities": world.municipalities[:40]})
    return sim.compare(world, ALL, replications=12, years=4)


@pytest.mark.parametrize("policy", ALL, ids=lambda policy: policy.id)
def test_payers_pay_net_what_the_key_figures_say(result: Comparison, policy: Policy) -> None:
    found: Money = money(result, policy)
    kept = {pot: found.passed.get((pot, KEPT[pot]), 0.0) for pot in KEPT}
    for payer in ("municipality", "flanders"):
        net = result.estimate(policy, f"cost_{payer}_eur").mean / result.years
        assert found.by_payer.get(payer, 0.0) == pytest.approx(net, abs=0.01)
    for pot in KEPT:
        net = result.estimate(policy, f"cost_{pot}_eur").mean / result.years
        assert found.by_payer.get(pot, 0.0) - kept[pot] == pytest.approx(net, abs=0.01)


@pytest.mark.parametrize("policy", ALL, ids=lambda policy: policy.id)
def test_what_goes_in_comes_out(result: Comparison, policy: Policy) -> None:
    found = money(result, policy)
    assert sum(found.by_payer.values()) == pytest.approx(sum(found.by_use.values()))
    assert all(amount > 0 for amount in (*found.paid.values(), *found.passed.values()))
    for pot, amount in found.by_pot.items():
        assert sum(value for (_, end), value in found.paid.items() if end == pot) == pytest.approx(amount)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("policy", ALL, ids=lambda policy: policy.id)
def test_the_picture_and_its_table_show_every_flow(result: Comparison, policy: Policy, language: str) -> None:
    figure, found = who_pays(result, policy, language), money(result, policy)
    flows = [*found.paid.values(), *found.passed.values()]
    assert sorted(figure.data[0].link.value) == pytest.approx(sorted(flows))
    assert len(table_of_payers(result, policy, language).rows) == len(flows)
    names = [note.text for note in figure.layout.annotations]
    assert len(names) == len(found.by_payer) + len(found.by_pot) + len(found.by_use) + 2
    assert re.search(r"\d", figure.layout.meta["title"])


def test_the_limit_of_the_fund_is_named_on_the_side_with_room(result: Comparison) -> None:
    for end, side in ((1000.0, "left"), (30.0, "right")):
        (note,) = _limit_of_fund(result, FUND, words("nl"), palette("light"), end=end)["annotations"]
        assert note["x"] < end
        assert note["xanchor"] == side


@pytest.mark.parametrize("policy", ALL, ids=lambda policy: policy.id)
def test_the_finding_says_what_nobody_spends(result: Comparison, policy: Policy) -> None:
    found, said = money(result, policy), who_pays(result, policy, "en").layout.meta["title"]
    kept = [use for use in found.by_use if use.startswith("kept_")]
    assert len(re.findall("; of that .* stays (?:in|with)", said)) == len(kept)
    spent = sum(amount for use, amount in found.by_use.items() if use not in kept)
    assert spent == pytest.approx(sum(found.by_payer.values()) - sum(found.by_use[use] for use in kept))


def test_a_fund_stands_between(result: Comparison) -> None:
    found = money(result, FUND)
    assert set(found.by_pot) == {"fund"}
    assert ("flanders", "fund") in found.paid
    assert ("municipality", "fund") in found.paid
    assert ("fund", "repair") in found.passed


def test_premiums_go_to_insurers(result: Comparison) -> None:
    assert ("municipality", "insurer") in money(result, INSURED).paid


def test_what_is_taken_back_is_paid_by_the_municipalities(result: Comparison) -> None:
    assert money(result, TAKEN_BACK).by_payer.get("flanders", 0.0) < 1.0


# ---- what is left --------------------------------------------------------------------------------------------------


def pair(result: Comparison, policy: Policy) -> Comparison:
    place = list(result.policies).index(policy)
    return Comparison(
        world=result.world,
        policies=(TODAY, policy),
        seed=result.seed,
        years=result.years,
        engine=result.engine,
        futures_of=(result.futures_of[0], result.futures_of[place]),
    )


def test_only_what_can_run_out_has_a_balance() -> None:
    assert pots(sim.load_policy("local-only")) == {}
    assert pots(TODAY) == {"audit": 0}
    assert pots(FUND) == {"fund": 0, "audit": 1}
    assert pots(ENVELOPE) == {"crt": 0, "match": 1}
    endless = TODAY.with_values({"grants": [{"id": "match", "instrument": "matching", "share": 0.5}]})
    assert pots(endless) == {}


def test_a_fund_ends_the_year_with_what_it_kept(result: Comparison) -> None:
    money_left = left(result, FUND, "fund")
    assert money_left.shape == (12, 4)
    kept = money(result, FUND).passed["fund", KEPT["fund"]] * result.years
    assert money_left[:, -1].mean() == pytest.approx(kept, rel=1e-6)


def test_a_poor_fund_runs_dry_and_that_is_said(result: Comparison) -> None:
    assert dry(result, POOR, "fund").any()
    title = balances(pair(result, POOR), "en").layout.meta["title"]
    assert "runs dry in" in title


def test_an_envelope_that_is_never_empty_is_called_so(result: Comparison) -> None:
    title = balances(pair(result, TODAY), "en").layout.meta["title"]
    assert title.startswith("Budget “audit” is never empty, and has €")


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("policy", [FUND, POOR, ENVELOPE], ids=lambda policy: policy.id)
def test_balances_are_drawn_with_their_table(result: Comparison, policy: Policy, language: str) -> None:
    two = pair(result, policy)
    figure = balances(two, language)
    lines = [trace for trace in figure.data if trace.mode == "lines+markers"]
    assert len(lines) == len(pots(policy))
    ended = 1 if "audit" in pots(policy) else 0  # today's audits end a year before these futures do
    assert len(table_of_balances(two, language).rows) == len(pots(policy)) * result.years - ended
    assert not re.search(r"nan|inf\b", figure.layout.meta["alt"])


def test_the_limit_of_a_fund_stands_in_the_curve_of_bad_years(result: Comparison) -> None:
    limited = FUND.with_values({"fund.annual_limit": 100_000.0})
    assert limited.fund is not None
    two = pair(result, FUND)
    low = Comparison(two.world, (TODAY, limited), two.seed, two.years, two.engine, two.futures_of)
    (line,) = exceedance(low, "en").layout.shapes
    prevention = low.estimate(limited, "prevention_cost_eur").mean / low.years
    assert line.x0 == pytest.approx((prevention + 100_000) / 1e6)
    assert not exceedance(pair(result, INSURED), "en").layout.shapes
