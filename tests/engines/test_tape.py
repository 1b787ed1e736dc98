"""The tape: suppliers that fall, in order of time and then of supplier, also where there are very many."""

from __future__ import annotations

import time

import numpy as np
import pytest

from sim.engines.tape import deal, sky_over
from sim.model.world.numbers import world_arrays
from tests.worlds import quiet_world


@pytest.mark.parametrize("suppliers", [0, 1, 2, 40])
def test_compromises_are_those_of_each_supplier_in_order_of_time(suppliers):
    values = {"suppliers.saas": suppliers, "suppliers.compromise_rate": 10, "tick": "day"}
    sky = sky_over(world_arrays(quiet_world((20_000,), 5, values)), 3)
    tape = deal(sky, 7)
    alone = []
    for supplier in range(suppliers):
        last = deal(sky._replace(suppliers=supplier + 1), 7)
        alone += [(minute, supplier) for minute in last.compromises[last.fallen == supplier].tolist()]
    assert list(zip(tape.compromises.tolist(), tape.fallen.tolist(), strict=True)) == sorted(alone)
    assert suppliers < 40 or len(set(tape.compromises.tolist())) < len(alone)  # some fall on the same day


def test_half_a_million_compromises_take_no_time():
    """Each of 200 suppliers falls 2,500 times: put in one by one, this took minutes."""
    values = {"suppliers.saas": 200, "suppliers.compromise_rate": 10, "years": 50, "suppliers.hit_prob": 0}
    values |= {"anchor.supplier_accumulation": "high", "anchor_levels.supplier_accumulation_high": 5}
    sky = sky_over(world_arrays(quiet_world((20_000,), 50, values)), 1)
    deal(sky._replace(suppliers=1), 0)  # compiled by now
    begun = time.process_time()
    minutes = deal(sky, 0).compromises
    assert time.process_time() - begun < 10
    assert len(minutes) > 450_000
    assert (np.diff(minutes) >= 0).all()
