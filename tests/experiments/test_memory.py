"""What an answer needs of memory is said before the work."""

from __future__ import annotations

import tracemalloc

import pytest

import sim
from sim.experiments import memory
from sim.experiments.replicate import replicate
from sim.model.problems import InputError
from tests.commands import weerbaar

MILLION = ("run", "status-quo-2020", "--replications", "1000000")


def test_a_million_futures_are_refused_before_they_begin_where_they_do_not_fit(monkeypatch):
    monkeypatch.setattr(memory, "free", lambda: 8_000_000_000)
    said = weerbaar(*MILLION)
    assert said.code == 2
    assert "1,000,000 futures of 1 policy take about 19.0 GB of memory, and 8.0 GB is free" in said.err
    assert "ask for at most 421,052, or add --force to go on anyway" in said.err


def test_who_insists_goes_on(monkeypatch):
    monkeypatch.setattr(memory, "free", lambda: 1)
    words = ("status-quo-2020", "--world", "one-town", "--years", "1", "--replications", "2", "--quick")
    assert weerbaar("run", *words).code == 2
    assert weerbaar("run", *words, "--force").code == 0
    assert weerbaar("compare", words[0], "no-ransom", *words[1:], "--force").code == 0


def test_a_machine_that_does_not_say_what_is_free_is_no_fault(monkeypatch):
    monkeypatch.setattr(memory, "free", lambda: None)
    memory.check_memory(sim.load_world("one-town"), 10, 10**6)
    monkeypatch.setattr(memory, "free", lambda: 0)
    with pytest.raises(InputError, match="at most 0"):
        memory.check_memory(sim.load_world("one-town"), 10, 10**6)


def test_something_is_free_here():
    there = memory.free()
    assert there is None or 10_000_000 < there < 10**15


@pytest.mark.parametrize("world", ["one-town", "flanders-2020"])
def test_futures_take_no_more_than_is_said(world):
    """Only what is kept of them, which is the better part of it; numbers of NumPy count."""
    found, policies = sim.load_world(world), [sim.load_policy("status-quo-2020")]
    replicate(found, policies, replications=250, years=1)
    tracemalloc.start()
    try:
        kept = replicate(found, policies, replications=300, years=1, first=250)
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(kept.of[0]) == 300
    assert 0.1 < used / memory.needed(found, 1, 300) < 1
