"""Every number at the ends of what it may be: a result with finite figures, or a sentence that says what is allowed."""

from __future__ import annotations

import random
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.model.parameter_table import Parameter, parameters
from sim.model.problems import InputError

ROWS = [row for row in parameters().values() if row.key != "world.years"]
WORLD = sim.load_world("one-town")
POLICY = sim.load_policy(Path(__file__).parent / "data" / "every-lever.yaml")


def ends(row: Parameter) -> list[Any]:
    """Return the least and the most that a parameter may be, and the word it may be; of a choice all there is."""
    if row.choices:
        return list(row.choices)
    assert row.allowed is not None
    numbers = [int(value) if row.whole else value for value in row.allowed]
    return [*numbers, *([row.word] if row.word else [])]


def runs_or_refuses(values: dict[str, Any], engine: str = "compiled") -> bool:
    """Return whether a policy with every lever ran with these values; fail for anything but finite figures or words."""
    policy = {key: value for key, value in values.items() if key.startswith("policy.")}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            world = WORLD.with_values({key: value for key, value in values.items() if key not in policy})
            result = sim.compare(world, [POLICY.with_values(policy)], replications=2, years=3, engine=engine)
    except InputError:
        return False
    figures = result.futures().select_dtypes("number").to_numpy()
    assert np.isfinite(figures).all(), values
    assert result.to_json()
    return True


def some_values(seed: int) -> dict[str, Any]:
    """Return five parameters at their ends."""
    r = random.Random(seed)
    return {row.key: r.choice(ends(row)) for row in r.sample(ROWS, 5)}


@pytest.mark.parametrize("scope", ["world", "policy"])
def test_each_parameter_at_its_ends(scope):
    ran = [runs_or_refuses({row.key: value}) for row in ROWS if row.scope == scope for value in ends(row)]
    assert sum(ran) > 0.8 * len(ran)  # few are refused: the ends of the table are real


def test_five_parameters_at_their_ends():
    ran = [runs_or_refuses(some_values(seed)) for seed in range(60)]
    assert sum(ran) > 20


@pytest.mark.long
def test_many_parameters_at_their_ends(engine):
    for row in ROWS:
        for value in ends(row):
            runs_or_refuses({row.key: value}, engine)
    for seed in range(1000, 3000):
        runs_or_refuses(some_values(seed), engine)


def test_a_chance_above_one_is_refused_with_what_is_allowed():
    with pytest.raises(InputError, match=r"break_in\.today is 1, and must be at most 0\.7958") as refused:
        WORLD.with_values({"break_in.today": 1})
    assert WORLD.with_values({"break_in.today": 0.7958}).break_in.today == 0.7958
    assert str(refused.value.problems[0].hint).startswith("lower it")
    with pytest.raises(InputError, match=r"must be at most 0\.7958"):
        WORLD.with_values({"break_in.today": 0.7959})
    assert WORLD.with_values({"break_in.today": 1, "defence": "logistic"})
