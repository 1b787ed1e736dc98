"""The experiments that anyone can repeat agree with their formulas, and would notice if they did not."""

from __future__ import annotations

import dataclasses

import pytest

from sim.experiments.validation.closed_forms import availability, break_ins, checks, erlang_c, waiting, yearly_loss


def test_all_four_agree_with_their_formulas(engine):
    size = 100 if engine == "compiled" else 3
    found = checks(engine, size) if engine == "compiled" else [yearly_loss(engine, size), break_ins(engine, size)]
    for check in found:
        assert check.agrees, check
        assert 0 < check.error < 0.15 * check.expected


def test_a_wrong_formula_is_noticed():
    for check in checks(size=40):
        for factor in (0.5, 2.0):
            assert not dataclasses.replace(check, expected=factor * check.expected).agrees, check


def test_the_engines_see_the_same_experiment():
    for experiment in (waiting, availability):
        assert experiment("compiled", 2) == experiment("reference", 2)


def test_erlang_c_for_one_server_is_its_load():
    assert erlang_c(1, 0.3) == pytest.approx(0.3)
    assert erlang_c(2, 1.0) == pytest.approx(1 / 3)
