"""Effects and indices against functions whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import qmc

from sim.experiments.studies.designs import radial
from sim.experiments.studies.run import run_study
from sim.experiments.studies.sensitivity import effects, main_effects, sobol, sobol_indices
from sim.model.problems import InputError
from tests.studies import crossed, small


def ishigami(points: np.ndarray) -> np.ndarray:
    """Return the function of Ishigami and Homma (1990) with a = 7, b = 0.1, of points in the unit cube."""
    x = (2 * points - 1) * np.pi
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_a_world_that_was_not_played_is_said_so():
    some = run_study(small(design="sobol", size=2, replications=2))
    with pytest.raises(InputError, match="there is no world 'flanders-2020' in this study; there are one-town"):
        sobol(some, "break_ins", world="flanders-2020")


def test_levels_that_do_the_same_are_both_named():
    (found,) = main_effects({"rule": np.array(["a", "a", "b", "b"], dtype=object)}, np.ones((4, 3)))
    assert (found.low, found.high, found.change) == ("a", "b", 0.0)


def test_indices_are_those_of_ishigami_within_their_intervals():
    pytest.importorskip("SALib")
    found = {one.factor: one for one in sobol_indices(["x1", "x2", "x3"], ishigami(radial(2048, 3, seed=3)), seed=1)}
    a, b = 7.0, 0.1
    alone = (1 + b * np.pi**4 / 5) ** 2 / 2, a**2 / 8, 0.0
    together = b**2 * np.pi**8 * 8 / 225
    variance = sum(alone) + together
    for name, first, extra in zip(("x1", "x2", "x3"), alone, (together, 0.0, together), strict=True):
        one = found[name]
        assert abs(one.first - first / variance) <= one.first_half
        assert abs(one.total - (first + extra) / variance) <= one.total_half
        assert max(one.first_half, one.total_half) < 0.1
    assert list(found) == ["x1", "x2", "x3"]  # by total: 0.558, 0.442, 0.244


def test_where_nothing_moves_nothing_brings_any_of_it():
    pytest.importorskip("SALib")
    assert all(one.total == 0 for one in sobol_indices(["a", "b"], np.ones(32)))


def additive(dice: np.random.Generator, designs: int, futures: int = 8) -> tuple[dict, np.ndarray]:
    """Return six factors of which two do something, 30 and -10 from end to end, and values with noise."""
    points = qmc.LatinHypercube(6, rng=dice).random(designs)
    values = 100 + 30 * points[:, :1] - 10 * points[:, 1:2]
    values = values + dice.normal(0, 5, (designs, 1)) + dice.normal(0, 3, (1, futures))
    return {f"x{i}": points[:, i] for i in range(6)}, values + dice.normal(0, 3, (designs, futures))


def test_effects_are_found_and_the_floor_covers_what_does_nothing():
    dice = np.random.default_rng(5)
    fooled, outside = 0, 0
    for _ in range(100):
        rows = main_effects(*additive(dice, 60))
        assert rows[0].factor == "x0"
        outside += abs(rows[0].change - 30) > 3 * rows[0].error
        fooled += any(not one.is_noise for one in rows if one.factor not in ("x0", "x1"))
    assert fooled <= 12  # 5 of 100 expected; more than 12 has a chance of 1 in 1,000
    assert outside <= 3


def test_with_few_designs_each_factor_is_looked_at_alone():
    dice = np.random.default_rng(6)
    columns, values = additive(dice, 20)
    columns |= {f"y{i}": dice.random(20) for i in range(20)}
    found = main_effects(columns, values)
    assert len(found) == 26
    assert found[0].factor == "x0"


def test_levels_are_compared_where_they_differ_most():
    words = np.array(["none", "half", "all"] * 10)
    numbers = np.repeat([1.0, 2.0], 15)
    height = {"none": 5.0, "half": 1.0, "all": 9.0}
    values = np.array([[height[word] + 4 * number] for word, number in zip(words, numbers, strict=True)])
    values = np.repeat(values, 3, axis=1) + np.random.default_rng(1).normal(0, 0.01, (30, 3))
    word, number = main_effects({"w": words, "n": numbers}, values)
    assert (word.low, word.high) == ("half", "all")
    assert word.change == pytest.approx(8, abs=0.05)
    assert (number.low, number.high) == (1.0, 2.0)
    assert number.change == pytest.approx(4, abs=0.05)
    for effect, column in (
        (word, words),
        (number, numbers),
    ):  # in a grid, the fit at a level is the mean of its designs
        assert effect.start == pytest.approx(values[column == effect.low].mean())
        assert effect.end == pytest.approx(values[column == effect.high].mean())
    assert not word.is_noise


@pytest.mark.parametrize("designs", [8, 10, 12, 14])
def test_with_few_designs_a_number_that_does_nothing_is_noise(designs):
    """Each of its values comes once: with a level for each, the fit would leave nothing unexplained."""
    rng = np.random.default_rng(designs)
    columns = {f"x{i}": rng.permutation(designs) + rng.random(designs) for i in range(20)}
    values = columns["x0"][:, np.newaxis] * 10 + rng.normal(0, 1, (designs, 5))
    found = main_effects(columns, values)
    assert [one.factor for one in found if not one.is_noise] == ["x0"]


def test_a_study_tells_what_matters_from_what_does_nothing():
    factors = {"world.incident.minor_cost": {"low": 1000.0, "high": 15000.0},
               "world.break_in.logistic_midpoint": {"low": 1.0, "high": 5.0}}  # fmt: skip
    found = effects(run_study(small(factors=factors, size=40, replications=60)), "cash_cost_eur")
    first, last = found.rows
    assert first.factor == "world.incident.minor_cost"
    assert first.change > first.floor
    assert last.is_noise  # the world has no logistic curve
    assert (found.designs, found.futures) == (40, 60)


def test_indices_of_a_study_need_the_scheme_and_all_of_it():
    factors = {"world.threat.attempts": {"low": 5.0, "high": 50.0},
               "world.break_in.logistic_midpoint": {"low": 1.0, "high": 5.0}}  # fmt: skip
    pytest.importorskip("SALib")
    found = sobol(run_study(small(design="sobol", size=32, factors=factors)), "break_ins")
    assert found.designs == 32 * 4
    assert found.rows[0].factor == "world.threat.attempts"
    assert found.rows[0].total > 0.9
    assert found.rows[1].total == pytest.approx(0, abs=1e-9)
    with pytest.raises(InputError, match=r"the design of this study is latin_hypercube, .* need design: sobol"):
        sobol(run_study(small(size=4)), "break_ins")


def test_a_study_in_which_nothing_moves_is_refused():
    with pytest.raises(InputError, match="at least four designs"):
        effects(run_study(crossed({"world.threat.attempts": [5]})), "break_ins")
