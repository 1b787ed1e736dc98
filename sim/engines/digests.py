"""Digests: 64 bits that change when anything changes (the finaliser of SplitMix64, Steele, Lea and Flood 2014)."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.rules.compiling import step, wrapping
from sim.rules.rule import rule

Whole = TypeVar("Whole", int, NDArray[np.int64])
START = np.uint64(0x9E3779B97F4A7C15)
FACTOR_1 = np.uint64(0xBF58476D1CE4E5B9)
FACTOR_2 = np.uint64(0x94D049BB133111EB)
SHIFT_1, SHIFT_2, SHIFT_3 = np.uint64(30), np.uint64(27), np.uint64(31)


@step
def mix(state: np.uint64, value: int) -> np.uint64:
    """Return the state after one more value."""
    state = state ^ np.uint64(np.int64(value))  # in two steps: as plain Python a negative number has no other way
    state = (state ^ (state >> SHIFT_1)) * FACTOR_1
    state = (state ^ (state >> SHIFT_2)) * FACTOR_2
    return state ^ (state >> SHIFT_3)


@wrapping
@step
def digest_of(values: NDArray[np.int64], state: np.uint64) -> np.uint64:
    """Return the digest of an array, in its order, going on from the state of what came before it."""
    state = mix(state, len(values))
    for value in values:
        state = mix(state, value)
    return state


@rule
def posting_place(minute: Whole, nis: Whole, category: Whole, payer: Whole) -> Whole:
    """Return where a posting belongs, as one number: minutes below 2**27, NIS codes below 2**24, the rest below 64."""
    return minute << 36 | nis << 12 | category << 6 | payer


@wrapping
@step
def posting_digest(minute: int, nis: int, category: int, payer: int, cents: int) -> np.uint64:
    """Return the digest of one posting; that of a ledger is their sum modulo 2**64, whatever their order."""
    return mix(mix(START, posting_place(minute, nis, category, payer)), cents)


def ledger_hash(postings: NDArray[Any]) -> int:
    """Return a 64-bit digest of a ledger that does not depend on the order of its postings.

    Every posting is mixed into 64 bits and the results are added modulo 2**64: the sum of `posting_digest` over the
    postings, on whole arrays.
    """
    mixed = np.full(len(postings), START, dtype=np.uint64)
    with np.errstate(over="ignore"):
        place = posting_place(postings["minute"], postings["nis"], postings["category"], postings["payer"])
        for part in (place, postings["cents"]):
            mixed ^= part.astype(np.uint64)
            mixed ^= mixed >> SHIFT_1
            mixed *= FACTOR_1
            mixed ^= mixed >> SHIFT_2
            mixed *= FACTOR_2
            mixed ^= mixed >> SHIFT_3
        return int(mixed.sum(dtype=np.uint64))
