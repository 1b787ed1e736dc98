"""How much a future may hold: counted as it is dealt, wide enough for real questions, and refused in words beyond."""

from __future__ import annotations

from typing import Any

import pytest

import sim
from sim.engines import events as ev
from sim.model.files.load import scenarios
from sim.model.parameter_table import parameters
from sim.model.world.event_limit import MOST_EVENTS, WORST_FUTURE, check_horizon, expected_events, risk_today
from sim.model.world.numbers import world_arrays
from sim.model.world.world import World
from sim.rules.defence import unprotected
from tests.worlds import close, futures, plain_policy, quiet_world, tapes

PRESETS = sorted(scenario.id for scenario in scenarios("world"))
SIZES = (3_000, 20_000, 90_000)
FROM_A_YEAR = {"threat.growth_centre": "base_year"}
MECHANISMS: dict[str, tuple[dict[str, Any], str]] = {
    "a base year far ahead of a shrinking threat": (
        FROM_A_YEAR | {"threat.growth": -0.5, "threat.base_year": 2097},
        "threat",
    ),
    "a base year long before a growing threat": (
        FROM_A_YEAR | {"threat.growth": 1, "threat.base_year": 2000},
        "threat",
    ),
    "more attempts": ({"threat.attempts": 1000, "break_in.today": 0.7}, "threat"),
    "follow-ups on everybody": (
        {"threat.attempts": 100, "threat.repeat_factor": 20, "threat.repeat_paid_factor": 20, "incident.severe": 0.9},
        "threat",
    ),
    "frauds": ({"fraud.rate": 10, "years": 50, "municipalities": "many"}, "fraud"),
    "waves": ({"ddos.waves": 365, "years": 50}, "ddos"),
    "suppliers": ({"suppliers.saas": 200, "suppliers.compromise_rate": 10, "years": 20}, "suppliers"),
}


@pytest.fixture(scope="module")
def flanders() -> World:
    return sim.load_world("flanders-2020")


def many(world: World, count: int) -> tuple[Any, ...]:
    """Return this many municipalities: copies of those of a world, each with a code of its own."""
    real = world.municipalities
    return tuple(real[i % len(real)].model_copy(update={"nis": i + 1, "name": f"Copy {i}"}) for i in range(count))


# ---- counted as it is dealt


@pytest.mark.parametrize(
    "values",
    [
        {"threat.attempts": 40},
        {"threat.attempts": 40, "threat.growth": 0.3, "threat.size_exponent": 0.6},
        FROM_A_YEAR
        | {"threat.attempts": 5, "threat.growth": -0.3, "threat.base_year": 2026, "threat.season_amplitude": 0.3},
        {"threat.attempts": 40, "threat.shock_rate": 4, "threat.shock_factor": 3, "threat.shock_days": 30},
        {"threat.attempts": 40, "anchor.frequency": "high", "break_in.overlap": 0.5, "measures.identity.today": 0.6},
        {"threat.attempts": 40, "defence": "logistic", "break_in.gordon_loeb_v": 0.4},
    ],
)
def test_attempts_are_counted_as_they_are_dealt(values: dict[str, Any]) -> None:
    world = quiet_world(SIZES * 10, 5, {"break_in.today": 0.2} | values)
    dealt = [len(tape.attempt_minutes) for tape in tapes(world, 60)]
    assert close([count / expected_events(world)["threat"] for count in dealt], 1.0)


def test_frauds_and_waves_are_counted_as_they_are_dealt() -> None:
    world = quiet_world(SIZES * 10, 4, {"fraud.rate": 2, "ddos.waves": 5})
    dealt, expected = tapes(world, 60), expected_events(world)
    assert close([len(tape.fraud_minutes) for tape in dealt], expected["fraud"])
    assert close([len(tape.waves) * len(SIZES) * 10 for tape in dealt], expected["ddos"])


@pytest.mark.parametrize("centre", ["horizon", "base_year"])
@pytest.mark.parametrize("kind", ["full_it", "saas"])
def test_customers_of_suppliers_are_counted_as_they_fall(kind: str, centre: str) -> None:
    values: dict[str, Any] = {
        "threat.growth": 0.2,
        "threat.growth_centre": centre,
        f"suppliers.{kind}": 1,
        "suppliers.compromise_rate": 3,
        "suppliers.hit_prob": 0.5,
    }
    world = quiet_world(SIZES, 4, values)
    fallen = []
    for seed in range(300):
        (outcome,) = futures(world.with_values({"seed": seed}), plain_policy(), 1, "compiled", seed)
        fallen.append(outcome.supplier_events + int((outcome.incidents["cause"] == ev.CUT_OFF).sum()))
    assert close(fallen, expected_events(world)["suppliers"])


def test_shocks_count_where_one_future_may_hold_far_more_than_the_mean(flanders: World) -> None:
    def attempts(**shocks: float) -> float:
        return expected_events(flanders.with_values({f"threat.{key}": value for key, value in shocks.items()}))[
            "threat"
        ]

    usual = attempts(shock_rate=4, shock_factor=3, shock_days=30)
    assert attempts(shock_rate=0, shock_factor=50, shock_days=365) == usual
    assert attempts(shock_rate=0.001, shock_factor=50, shock_days=365) / usual == pytest.approx(
        50 / (1 + 49 * 0.001) / WORST_FUTURE, rel=1e-3
    )


# ---- wide enough


@pytest.mark.parametrize("defence", parameters()["world.defence"].choices)
@pytest.mark.parametrize("name", PRESETS)
def test_the_whole_range_of_the_evidence_fits(name: str, defence: str) -> None:
    """Each end of each range alone, and all of them at once where they bring most."""
    world = sim.load_world(name, [f"world.defence={defence}"])
    worst: dict[str, float] = {}
    for row in parameters().values():
        if row.scope != "world" or row.low is None or row.high is None:
            continue
        ends = {end: sum(expected_events(world.with_values({row.key: end})).values()) for end in (row.low, row.high)}
        worst[row.key] = max(ends, key=lambda end: ends[end])
    assert sum(expected_events(world.with_values(worst)).values()) <= MOST_EVENTS


def test_large_and_long_worlds_fit(flanders: World) -> None:
    check_horizon(flanders.with_values({"municipalities": many(flanders, 4_800)}), 10)
    for name in PRESETS:
        check_horizon(sim.load_world(name, ["world.anchor.frequency=high"]), 50)


# ---- refused in words


@pytest.mark.parametrize(("values", "group"), MECHANISMS.values(), ids=MECHANISMS.keys())
def test_a_future_that_would_not_fit_is_refused(flanders: World, values: dict[str, Any], group: str) -> None:
    if "municipalities" in values:
        values = values | {"municipalities": many(flanders, 4_800), "threat.growth": 0}
    with pytest.raises(sim.InputError) as caught:
        flanders.with_values(values)
    (problem,) = caught.value.problems
    assert (problem.rule, problem.file) == ("too-many-events", "world flanders-2020")
    assert problem.message.startswith(f"{group}: a future of ")
    assert "at most 2,000,000 fit in memory" in problem.message
    assert problem.hint is not None
    assert f"{group}." in problem.hint


def test_a_horizon_is_refused_before_the_work(flanders: World) -> None:
    policy = sim.load_policy("status-quo-2020")
    growing = flanders.with_values({"threat.growth": 0.25})
    for ask in (lambda: sim.compare(growing, [policy], years=50), lambda: sim.simulate(growing, policy, years=50)):
        with pytest.raises(sim.InputError, match=r"\[too-many-events\] threat: a future of 50 years"):
            ask()


def test_settings_are_refused_with_the_base_year_that_does_it() -> None:
    settings = ["world.threat.growth=-0.5", "world.threat.growth_centre=base_year", "world.threat.base_year=2097"]
    with pytest.raises(
        sim.InputError, match=r"--set: \[too-many-events\].*bring threat.base_year \(2097\) nearer to 2020"
    ):
        sim.load_world("flanders-2020", settings)
    with pytest.raises(sim.InputError) as caught:
        sim.load_world(
            "flanders-2020", ["world.threat.growth=0.5", "world.threat.growth_centre=base_year", "world.years=50"]
        )
    assert "base_year" not in str(caught.value)


@pytest.mark.parametrize(
    "values", [{}, {"break_in.floor": 0.9}, {"break_in.overlap": 1, "measures.identity.today": 0.9}]
)
def test_the_risk_today_is_that_of_the_rules(flanders: World, values: dict[str, Any]) -> None:
    world = flanders.with_values(values)
    cap = unprotected(world_arrays(world).defence)
    assert cap * risk_today(world) == pytest.approx(world.break_in.today, rel=1e-12)
