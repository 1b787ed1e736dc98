"""A world and a policy together: both engines post the same ledger, its sums agree, and layers keep to their terms."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import sim
from sim.engines import events as ev
from sim.engines.reference import shared
from sim.engines.setting import Outcome, Setting
from sim.model.kpis import KPIS
from sim.model.messages import problems_of
from sim.model.policy.policy import CATEGORIES, PAYERS, Layer, Policy
from sim.model.world.municipalities import Municipality
from sim.model.world.world import World
from sim.results.ledger import by_payer_and_category
from sim.results.outcomes import summarise
from tests.engines.test_twins import assert_twins
from tests.engines.test_twins_money import Auditor
from tests.fuzz.scenarios import Tree

REPLICATIONS = range(2)


def world_of(tree: Tree) -> World:
    """The world of a tree, its rows of municipalities made to what a table gives."""
    return _read(World, tree | {"municipalities": [Municipality.model_validate(row) for row in tree["municipalities"]]})


def policy_of(tree: Tree) -> Policy:
    """The policy of a tree."""
    return _read(Policy, tree)


def _read(model: Any, tree: Tree) -> Any:
    try:
        return model.model_validate(tree)
    except ValueError as error:
        kind = model.__name__.lower()
        told = problems_of(error, kind, lambda _: (kind, None))  # type: ignore[arg-type]
        raise AssertionError(f"sound by construction, and refused: {told}") from error


def check_pair(pair: tuple[Tree, Tree, int]) -> None:
    """Fail unless two futures of this world under this policy are alike in both engines, and sound."""
    world, policy, seed = world_of(pair[0]), policy_of(pair[1]), pair[2]
    common = Setting(sim.model.world.numbers.world_arrays(world), sim.model.policy.numbers.policy_arrays(policy, world))
    with pytest.MonkeyPatch.context() as patch:
        Auditor.seen.clear()
        patch.setattr(shared, "Pots", Auditor)
        outcomes = assert_twins(common, seed, REPLICATIONS)
    for outcome, auditor in zip(outcomes, Auditor.seen, strict=True):
        auditor.reconcile(outcome)
        check_books(outcome, common)
        check_terms(outcome, policy, common)


def check_books(outcome: Outcome, common: Setting) -> None:
    """Fail unless costs by payer and by category sum to the cash cost, and nothing is negative, missing or too late."""
    rows, incidents = outcome.postings, outcome.incidents
    summary = summarise(outcome, common.world)
    figures = dict(zip(KPIS, summary.kpis.tolist(), strict=True))
    moved = rows["category"] >= len(CATEGORIES)
    assert rows["cents"][moved].sum() == 0
    assert (rows["cents"][~moved] > 0).all()
    assert (outcome.balances >= 0).all()
    assert outcome.unpaid_cents >= 0
    total = int(rows["cents"].sum())
    assert by_payer_and_category(rows).sum() == summary.years.sum() == summary.payments.sum() == total
    assert figures["cash_cost_eur"] == total / 100
    payers = sum(figures[f"cost_{payer}_eur"] for payer in PAYERS)
    parts = figures["prevention_cost_eur"] + figures["incident_cost_eur"]
    for one in (payers, parts):
        assert one == pytest.approx(total / 100, abs=0.01, rel=1e-12)
    may_be_negative = {f"cost_{payer}_eur" for payer in PAYERS}  # transfers: a levy is income of the fund
    for name, value in figures.items():
        assert np.isfinite(value), name
        assert value >= 0 or name in may_be_negative, name
    assert (summary.person_minutes >= 0).all()
    national = rows["incident"] == ev.NATIONAL
    billed = np.zeros(len(incidents), dtype=np.int64)
    np.add.at(billed, rows["incident"][~national], rows["cents"][~national])
    assert (billed == incidents["cost_cents"]).all()
    assert len(rows) == 0 or (rows["minute"].min() >= 0 and rows["minute"].max() < common.world.horizon)


def check_terms(outcome: Outcome, policy: Policy, common: Setting) -> None:
    """Fail where a payer pays more than its layers allow in a calendar year, or on a day when none of them is there."""
    rows, world = outcome.postings, common.world
    years = np.searchsorted(np.array(world.year_starts), rows["minute"], side="right") - 1
    stages = [stage for _, stage in policy.stages()]
    for number, category in enumerate(CATEGORIES):
        for payer, name in enumerate(PAYERS[1:], start=1):  # the municipality also bears what is left
            mine = (rows["category"] == number) & (rows["payer"] == payer) & (rows["incident"] != ev.NATIONAL)
            layers = [[one for one in stage.layers(category) if one.payer == name] for stage in stages]
            if not any(layers):
                assert not mine.any(), (category, name)
            elif (most := yearly_limit(layers)) is not None and mine.any():
                paid: dict[tuple[int, int], int] = {}
                for nis, year, cents in zip(rows["nis"][mine], years[mine], rows["cents"][mine], strict=True):
                    paid[nis, year] = paid.get((nis, year), 0) + int(cents)
                assert max(paid.values()) <= most, (category, name)


def yearly_limit(layers: list[list[Layer]]) -> int | None:
    """The most that these layers of one payer pay a municipality in a year, in cents; `layers` has one list a stage."""
    most = 0
    for place in range(max(map(len, layers))):
        limits = [stage[place].limit_per_year for stage in layers if place < len(stage)]
        if None in limits:
            return None
        most += max(round(100 * limit) for limit in limits if limit is not None)
    return most


def check_answer(pair: tuple[Tree, Tree, int]) -> None:
    """Fail unless a comparison with this policy is an answer that programs can read."""
    world, policy, seed = world_of(pair[0]), policy_of(pair[1]), pair[2]
    other = Policy.model_validate({"id": "other", "title": "Other"})
    result = sim.compare(world, [other, policy], replications=3, seed=seed)
    told = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert [one["id"] for one in told["policies"]] == ["other", policy.id]
    for frame in (result.futures(), result.frame() if hasattr(result, "frame") else result.futures()):
        numbers = frame.select_dtypes("number")
        assert np.isfinite(numbers.to_numpy()).all()
    assert all(sentence for sentence in told["sentence"].values())
