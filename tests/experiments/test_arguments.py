"""What a caller in Python gets wrong is said in a sentence, all at once, before anything is played."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sim

WORLD, POLICY = sim.load_world("one-town"), sim.load_policy("status-quo-2020")


@pytest.mark.parametrize(
    "wrong",
    [
        {"years": 0}, {"years": 51}, {"years": 1.5}, {"seed": -1}, {"seed": 2**64}, {"seed": float("nan")},
        {"replications": "5"}, {"replications": True}, {"workers": 0},
    ],
    ids=str,
)  # fmt: skip
def test_a_number_out_of_bounds_is_refused(wrong: dict[str, Any]) -> None:
    (name,) = wrong
    with pytest.raises(sim.InputError, match=rf"{name} is .*, and must be a whole number from \d"):
        sim.compare(WORLD, [POLICY], **{"replications": 1, "years": 1, **wrong})


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(sim.InputError) as caught:
        sim.compare("one-town", ["fifty-fifty", POLICY], seed=-1)  # type: ignore[arg-type,list-item]
    assert [problem.message.split(" is ")[0] for problem in caught.value.problems] == ["world", "a policy", "seed"]
    for call in (sim.simulate, sim.optima, lambda *two: sim.explain(*two, municipality="Leerdorp")):
        with pytest.raises(sim.InputError, match="world is a Policy"):
            call(POLICY, WORLD)  # type: ignore[operator]
    with pytest.raises(sim.InputError, match="replication is -1"):
        sim.simulate(WORLD, POLICY, replication=-1)
    with pytest.raises(TypeError, match=r"sim\.load_study"):
        sim.run_study("robust-policy")  # type: ignore[arg-type]


def test_numbers_of_numpy_are_numbers() -> None:
    assert POLICY.with_values({"response.teams": np.int64(3)}).response.teams == 3
    assert WORLD.by_name(np.int64(99999)).name == "Leerdorp"  # type: ignore[arg-type]
    with pytest.raises(sim.InputError, match="the values are a list"):
        WORLD.with_values([1])  # type: ignore[arg-type]


def test_unknown_outcomes_and_groups_name_what_there_is() -> None:
    result = sim.compare(WORLD, [POLICY], replications=np.int64(1), years=1)  # type: ignore[arg-type]
    for ask in (result.values, result.estimate, result.difference):
        with pytest.raises(KeyError, match="no outcome 'cash_cost': cash_cost_eur, "):
            ask(POLICY, "cash_cost")
    with pytest.raises(KeyError, match="no grouping 'size': size_class, "):
        result.burden("size")
