"""Benchmarks run to their end, and what they compare computes the same thing. Nothing here looks at the time."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.engines.compiled.engine import CompiledSetting
from sim.experiments.replicate import replicate, settings
from sim.results.outcomes import KPIS, summaries_of
from tests.worlds import close

PROJECT = Path(__file__).resolve().parents[1]
FOLDER = PROJECT / "benchmarks"
BENCHMARKS = sorted(FOLDER.glob("[a-z]*.py"))


def benchmark(name: str) -> Any:
    """Return a module of benchmarks/, which is no package."""
    if str(FOLDER) not in sys.path:
        sys.path.append(str(FOLDER))
    return importlib.import_module(name)


@pytest.mark.parametrize("path", BENCHMARKS, ids=lambda path: path.stem)
def test_each_runs_to_its_end(path):
    done = subprocess.run(
        [sys.executable, str(path), "--quick"],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(PROJECT), os.environ.get("PYTHONPATH", "")])},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"weerbaar {sim.__version__}" in done.stdout


@pytest.mark.parametrize("path", BENCHMARKS, ids=lambda path: path.stem)
def test_each_says_why_it_is_fair_and_stands_in_the_table(path):
    doc = path.read_text(encoding="utf-8").split('"""')[1]
    for word in ("*Compared.*", "*Why it is fair.*", "*What it does not show.*"):
        assert word in doc
    assert f"`python benchmarks/{path.name}`" in (PROJECT / "docs" / "performance.md").read_text(encoding="utf-8")


def test_different_means_are_noticed():
    same_mean = benchmark("_measure").same_mean
    values = np.random.default_rng(1).normal(0, 1, 100)
    assert "difference" in same_mean(values)
    assert "difference" in same_mean(values, values + 0.1)
    for other in (1.0, values + 1.0):
        with pytest.raises(SystemExit, match="not the same thing"):
            same_mean(values, other)


# ---- twins ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("repeat", [1, 8])
def test_break_ins_are_as_many_when_every_attempt_is_an_event(repeat):
    """On few municipalities, attacked often; with and without extra attempts on recent victims."""
    twins, world = benchmark("twins"), sim.load_world("flanders-2020")
    values = {"threat.attempts": 20, "threat.repeat_factor": repeat, "incident.significant": 0.3}
    few = benchmark("growth").resized(world.with_values(values), 10)
    setting = settings(few, [sim.load_policy("prevention-first")], 3)[0]
    every, some = (
        np.array([play(setting, replication).kpis for replication in range(50)])
        for play in (twins.plain, twins.thinned)
    )
    for kpi in ("break_ins", "significant_incidents"):
        column = list(KPIS).index(kpi)
        assert close(every[:, column] - some[:, column], 0.0)
        assert not np.array_equal(every[:, column], some[:, column])


# ---- the bound in numpy --------------------------------------------------------------------------------------------


def test_the_bound_draws_and_writes_as_much_as_the_engine_and_its_sums_agree():
    numpy_bound = benchmark("numpy_bound")
    setting = settings(sim.load_world("flanders-2020"), [sim.load_policy("fifty-fifty")], None)[0]
    counts = numpy_bound.counted(CompiledSetting(setting, 1), 10)
    sizes = numpy_bound.sizes_of(setting, counts)
    bound = numpy_bound.draw(sizes, np.random.default_rng(1), 200)
    assert close(bound.incidents, counts[:, 0].mean())
    assert len(bound.minutes) == bound.incidents.sum()
    assert len(bound.laws) / len(bound.minutes) == pytest.approx(counts[:, 1].sum() / counts[:, 0].sum(), rel=0.01)
    assert len(bound.cents) / 200 == pytest.approx(counts[:, 2].mean(), rel=0.01)
    for sums in (bound.payments, bound.years, bound.cash):
        assert sums.sum() == bound.cents.sum()
    assert bound.own.sum() == bound.payments[:, 0].sum()


def test_the_bound_leaves_the_sums_of_money_that_the_engine_leaves():
    numpy_bound = benchmark("numpy_bound")
    setting = settings(sim.load_world("flanders-2020"), [sim.load_policy("status-quo-2020")], 3)[0]
    engine = CompiledSetting(setting, 1)
    bound = numpy_bound.draw(numpy_bound.sizes_of(setting, numpy_bound.counted(engine, 2)), np.random.default_rng(1), 5)
    for one in summaries_of(engine.chunk(0, 1), 0):
        for name in ("payments", "years", "own", "cash"):
            assert getattr(bound, name).shape == (5, *getattr(one, name).shape)


# ---- the queue, the law of annual losses ---------------------------------------------------------------------------


def test_the_queue_in_simpy_has_the_wait_of_erlang_c():
    """Ciw cannot be here (see its benchmark), which looks at the wait itself."""
    queue = benchmark("response_queue")
    expected = queue.erlang_c(queue.TEAMS, queue.LOAD * queue.TEAMS) * queue.DAYS / (queue.TEAMS * (1 - queue.LOAD))
    assert close([queue.mean_wait(queue.in_simpy(seed)) for seed in range(60)], expected)


@pytest.mark.parametrize("model", ["engine", "in_numpy", "in_pyfair"])
def test_annual_losses_have_the_same_mean(model):
    losses = benchmark("annual_loss")
    if model == "in_pyfair":
        pytest.importorskip("pyfair")
        found = losses.in_pyfair(1, 20)
    elif model == "in_numpy":
        found = losses.in_numpy(np.random.default_rng(1), 20)
    else:
        found = losses.compiled_engine().chunk(0, 20).own / 100
    assert found.shape == (20, losses.TOWNS)
    assert close(found.ravel() / losses.YEARS, losses.RATE * losses.SEVERITY)


# ---- the others ----------------------------------------------------------------------------------------------------


def test_replications_needed_follow_from_the_deviation():
    common = benchmark("common_random_numbers")
    assert common.needed(9.999, 1.96) == 100
    assert common.needed(0.0, 1.0) == 1
    rng = np.random.default_rng(1)
    baseline = rng.normal(0, 10, 4000)
    policy = baseline + rng.normal(1, 1, 4000)
    assert np.median(common.saved(baseline, policy)) == pytest.approx(201, rel=0.15)


def test_a_visitor_of_the_app_who_never_sees_the_newest_move_is_an_error(capsys):
    users = benchmark("users")

    def visitor(*shown):
        one = users.Visitor(7, 0)
        for number, moment in enumerate(shown):
            one.moves.append(users.Move(frozenset({f"teams={number}"}), 5.0 * number, moment))
        return one

    calm, behind, lost = visitor(1.0, 6.0, 12.0), visitor(1.0, np.inf, np.inf, 19.0), visitor(1.0, 6.0, np.inf)
    assert [one.old for one in (calm, behind, lost)] == [2.0, 14.0, np.inf]
    assert users.told("two", [calm, behind], 1.0) == []
    said = capsys.readouterr().out
    assert "every visitor's newest move shown: yes" in said
    assert "2 of 5 were overtaken" in said
    assert users.told("three", [calm, behind, lost], 1.0) == ["visitor 7: the newest move was never shown"]
    assert "no, 1 never" in capsys.readouterr().out


def test_a_page_counts_for_the_newest_move_that_it_shows():
    users = benchmark("users")
    one = users.Visitor(7, 0)
    for number in range(3):
        one.moves.append(users.Move(frozenset({"seed=7", f"teams={number}"}), 0.0))
    one._answered("lang=nl&teams=1&seed=7")
    assert [move.shown < np.inf for move in one.moves] == [False, True, False]
    assert not one.shown.is_set()
    one._answered("lang=nl&teams=0&seed=7")  # older than what was shown
    one._answered("lang=nl&teams=2&seed=7")
    assert [move.shown < np.inf for move in one.moves] == [False, True, True]
    assert one.shown.is_set()


def test_worlds_grow_by_municipalities_of_their_own():
    growth, world = benchmark("growth"), sim.load_world("flanders-2020")
    for count in (75, 300, 4800):
        towns = growth.resized(world, count).municipalities
        assert len({town.nis for town in towns}) == len({town.name for town in towns}) == count
    assert {town.population for town in growth.resized(world, 900).municipalities} == {
        town.population for town in world.municipalities
    }
    seconds = np.outer([2.0, 4.0, 8.0], [1.0, 3.0])
    assert growth.slope((10, 20, 40), seconds) == pytest.approx((1.0, 1.0, 1.0))


def test_the_memory_of_a_summary_counts_its_arrays():
    memory = benchmark("memory")
    summary = replicate(
        sim.load_world("one-town"), [sim.load_policy(memory.POLICY)], replications=3, engine="compiled"
    ).of[0][0]
    sizes = memory.parts(summary)
    assert all(sizes[name] >= getattr(summary, name).nbytes + 100 for name in ("kpis", "payments", "own"))
