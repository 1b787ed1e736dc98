"""Many at once: callers, workers, child processes and interruptions leave the compiled engine's futures alone."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.experiments import replicate as module
from sim.experiments.replicate import replicate
from tests.engines.test_twins import assert_same

MANY = 1_000
POLICIES = ("status-quo-2020", "fifty-fifty")
FORK = """
import multiprocessing
import sim

def played(seed):
    world, policy = sim.load_world("one-town"), sim.load_policy("status-quo-2020")
    return sim.compare(world, [policy], replications=60, seed=seed, engine="compiled", workers=2).ledger_hash(policy)

here = [played(seed) for seed in range(4)]
with multiprocessing.get_context("fork").Pool(2) as pool:
    assert pool.map(played, range(4)) == here
    assert played(0) == here[0]
assert len(set(here)) == 4
"""


def futures(replications: int, **options):
    """Return futures of one town from the compiled engine."""
    policies = [sim.load_policy(name) for name in POLICIES]
    return replicate(sim.load_world("one-town"), policies, replications=replications, engine="compiled", **options)


def assert_same_futures(some, others) -> None:
    """Fail unless the summaries of all policies agree."""
    for row, other in zip(some, others, strict=True):
        for one, another in zip(row, other, strict=True):
            assert_same(one, another)


@pytest.fixture(scope="module")
def whole():
    """The futures that every other way of playing them must give."""
    return futures(MANY).of


@settings(max_examples=20)
@given(first=st.integers(0, 60), count=st.integers(1, 70), size=st.integers(1, 80), workers=st.integers(1, 3))
def test_neither_chunks_nor_workers_change_a_future(whole, first, count, size, workers):
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(module.CHUNK, "compiled", size)
        played = futures(count, first=first, workers=workers)
    assert not played.interrupted
    assert_same_futures(played.of, [row[first : first + count] for row in whole])


def test_callers_at_once_with_questions_of_their_own():
    flanders = sim.load_world("flanders-2020")
    some = flanders.with_values({"municipalities": flanders.municipalities[::30], "years": 4})
    questions = [
        (world, [sim.load_policy(policy)], seed)
        for seed, (world, policy) in enumerate(
            [(sim.load_world("one-town"), "fifty-fifty"), (some, "flanders-pays"), (some, "prevention-first")]
        )
    ]

    def answer(question):
        world, policies, seed = question
        return replicate(world, policies, replications=120, seed=seed, engine="compiled", workers=2).of

    alone = [answer(question) for question in questions]
    with ThreadPoolExecutor(len(questions)) as pool:
        for _ in range(3):
            for one, other in zip(alone, pool.map(answer, questions), strict=True):
                assert_same_futures(one, other)


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="this system cannot fork")
def test_a_forked_child_plays_on():
    run = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interruption_keeps_the_first_futures(whole, workers):
    def stop(done: int, asked: int) -> None:
        if done >= MANY // 2:
            raise KeyboardInterrupt

    before = threading.active_count()
    played = futures(MANY, workers=workers, progress=stop)
    assert played.interrupted
    assert threading.active_count() == before
    assert_same_futures(played.of, [row[: MANY // 2] for row in whole])


def test_no_thread_goes_on_after_a_fault():
    def fail(done: int, asked: int) -> None:
        raise RuntimeError("stop")

    before = threading.active_count()
    with pytest.raises(RuntimeError, match="stop") as caught:  # `caught` keeps the frame that failed, and all it holds
        futures(MANY, workers=2, progress=fail)
    assert threading.active_count() == before
    assert caught.tb is not None
