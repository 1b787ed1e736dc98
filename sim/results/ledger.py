"""The ledger of one future: sums of its postings, and their digest."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines.mixing import FACTOR_1, FACTOR_2, SHIFT_1, SHIFT_2, SHIFT_3, START
from sim.model.policy import CATEGORIES, PAYERS

DIGESTED = ("minute", "nis", "category", "payer", "cents")


def ledger_hash(postings: NDArray[Any]) -> int:
    """Return a 64-bit digest of a ledger that does not depend on the order of its postings.

    Every posting is mixed into 64 bits, field by field, and the results are added modulo 2**64: the sum of
    `posting_digest` over the postings, on whole arrays.
    """
    mixed = np.full(len(postings), START, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for name in DIGESTED:
            mixed ^= postings[name].astype(np.uint64)
            mixed ^= mixed >> SHIFT_1
            mixed *= FACTOR_1
            mixed ^= mixed >> SHIFT_2
            mixed *= FACTOR_2
            mixed ^= mixed >> SHIFT_3
        return int(mixed.sum(dtype=np.uint64))


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
    """Return cents by payer and category: shape (payers, categories)."""
    return sums(postings["cents"], (postings["payer"], len(PAYERS)), (postings["category"], len(CATEGORIES)))
