"""Digests: 64 bits that change when anything changes (the finaliser of SplitMix64, Steele, Lea and Flood 2014)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.rules.compiling import kernel, step

START = np.uint64(0x9E3779B97F4A7C15)
FACTOR_1 = np.uint64(0xBF58476D1CE4E5B9)
FACTOR_2 = np.uint64(0x94D049BB133111EB)
SHIFT_1, SHIFT_2, SHIFT_3 = np.uint64(30), np.uint64(27), np.uint64(31)


@step
def mix(state: np.uint64, value: int) -> np.uint64:
    """Return the state after one more value."""
    state = state ^ np.uint64(value)
    state = (state ^ (state >> SHIFT_1)) * FACTOR_1
    state = (state ^ (state >> SHIFT_2)) * FACTOR_2
    return state ^ (state >> SHIFT_3)


@step
def digest_of(values: NDArray[np.int64], state: np.uint64) -> np.uint64:
    """Return the digest of an array, in its order, going on from the state of what came before it."""
    state = mix(state, len(values))
    for value in values:
        state = mix(state, value)
    return state


@kernel
def posting_digest(minute: int, nis: int, category: int, payer: int, cents: int) -> np.uint64:
    """Return the digest of one posting; that of a ledger is their sum modulo 2**64, whatever their order."""
    state = mix(START, minute)
    state = mix(state, nis)
    state = mix(state, category)
    state = mix(state, payer)
    return mix(state, cents)
