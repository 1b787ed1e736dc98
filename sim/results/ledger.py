"""The ledger of one future: sums of its postings."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines import events as ev
from sim.model.policy.policy import PAYERS


def sums(cents: NDArray[np.int64], *keys: tuple[NDArray[np.int64], int]) -> NDArray[np.int64]:
    """Return cents summed over groups, exactly; each key is (group of each posting, number of groups)."""
    shape = tuple(size for _, size in keys)
    flat = np.zeros(len(cents), dtype=np.int64)
    for groups, size in keys:
        flat = flat * size + groups
    total = np.zeros(int(np.prod(shape)), dtype=np.int64)
    np.add.at(total, flat, cents)
    return total.reshape(shape)


def by_payer_and_category(postings: NDArray[Any]) -> NDArray[np.int64]:
    """Return cents by payer and by what they are for: shape (payers, entries); transfers add up to zero."""
    return sums(postings["cents"], (postings["payer"], len(PAYERS)), (postings["category"], len(ev.ENTRIES)))
