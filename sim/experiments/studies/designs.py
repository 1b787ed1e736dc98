"""The points of a study: which world, and which values of its factors, every design has.

A design is found by its number, whatever was played before: so a study can be stopped, resumed and spread over
machines.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.paths import thawed
from sim.model.policy.policy import Policy
from sim.model.study.factor import Factor, is_whole
from sim.model.study.study import Study
from sim.model.world.world import World

TOGETHER = 16
"""Designs that are played one after the other where they share a world."""
APART = 2
"""Designs of a task where each has a world of its own."""


@dataclass(frozen=True)
class Designs:
    """All designs of a study, by number: those of one world follow each other."""

    study: Study

    @cached_property
    def keys(self) -> list[str]:
        """The keys that are moved; those of worlds first."""
        if self.study.design == "cases":
            found = dict.fromkeys(key for case in self.study.cases for key in case)
            return sorted(found, key=lambda key: key.startswith("policy."))
        return list(self.study.spread)

    @cached_property
    def _lists(self) -> list[list[Any]]:
        return [factor.listed(is_whole(key)) for key, factor in self.study.spread.items()]

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        """Where each sampled point stands, from 0 to 1: shape (points, keys); empty for cases and grids."""
        study, count = self.study, len(self.keys)
        if study.design == "latin_hypercube":
            from scipy.stats import qmc

            found = qmc.LatinHypercube(count, rng=np.random.default_rng(study.seed)).random(study.size or 1)
        elif study.design == "sobol":
            found = radial(study.size or 1, count, study.seed)
        else:
            found = np.empty((0, count))
        return np.asarray(found, dtype=np.float64)

    @cached_property
    def points(self) -> int:
        """How many points each world gets."""
        if self.study.design == "cases":
            return max(1, len(self.study.cases))
        return math.prod(map(len, self._lists)) if self.study.design == "grid" else len(self.shares)

    def __len__(self) -> int:
        return len(self.study.worlds) * self.points

    def values(self, number: int) -> dict[str, Any]:
        """The values of a design by key; a key that a case leaves alone is left out."""
        point = number % self.points
        if self.study.design == "cases":
            return dict(self.study.cases[point]) if self.study.cases else {}
        if self.study.design == "grid":
            places = np.unravel_index(point, [len(some) for some in self._lists])
            return {key: some[place] for key, some, place in zip(self.keys, self._lists, places, strict=True)}
        return {
            key: factor.at(share, is_whole(key))
            for (key, factor), share in zip(self.study.spread.items(), self.shares[point].tolist(), strict=True)
        }

    def shown(self, number: int) -> dict[str, float | str | None]:
        """The values of a design as they stand in a table; None where a case leaves a key alone."""
        values, spread = self.values(number), self.study.spread
        return {key: _shown(spread.get(key), values[key]) if key in values else None for key in self.keys}

    def world(self, number: int) -> World:
        """The world of a design. Raises InputError where its values do not go together."""
        return moved_world(self.study, number // self.points, self.values(number))

    def policies(self, number: int) -> tuple[Policy, ...]:
        """The policies of a design, the baseline first. Raises InputError where values do not go together."""
        study = self.study
        mine = {key: thawed(one) for key, one in self.values(number).items() if key.startswith("policy.")}
        moved = tuple(policy.with_values(mine) if mine else policy for policy in study.policies)
        return moved if study.baseline is None else (study.baseline, *moved)

    def world_key(self, number: int) -> object:
        """What two designs have in common exactly where their worlds are the same."""
        return self._key(number, "world."), number // self.points

    def policy_key(self, number: int) -> object:
        """What two designs have in common exactly where their policies are the same."""
        return self._key(number, "policy.")

    def _key(self, number: int, scope: str) -> str:
        return repr([(key, one) for key, one in self.values(number).items() if key.startswith(scope)])

    def blocks(self, numbers: Iterable[int]) -> Iterator[tuple[int, ...]]:
        """Cut designs into tasks, those that share a world together, so that its futures are dealt once."""
        block: list[int] = []
        before: object = None
        for number in numbers:
            key = self.world_key(number)
            if len(block) >= TOGETHER or (len(block) >= APART and key != before):
                yield tuple(block)
                block = []
            block.append(number)
            before = key
        if block:
            yield tuple(block)

    @cached_property
    def digest(self) -> str:
        """What tells these points from others, such as those that another version of SciPy would draw."""
        digest = hashlib.sha256(np.ascontiguousarray(self.shares).tobytes())
        digest.update(f"{len(self)} {self.keys}".encode())
        return digest.hexdigest()[:16]


def moved_world(study: Study, position: int, values: Mapping[str, Any]) -> World:
    """A world of a study with these values, and the study's own horizon."""
    mine = {key: thawed(one) for key, one in values.items() if key.startswith("world.")}
    if study.years is not None:
        mine.setdefault("world.years", study.years)
    return study.worlds[position].with_values(mine) if mine else study.worlds[position]


def _shown(factor: Factor | None, value: Any) -> float | str:
    return (Factor(values=(value,)) if factor is None else factor).shown(value)


def radial(size: int, count: int, seed: int) -> NDArray[np.float64]:
    """Saltelli's scheme on a scrambled Sobol sequence: for each of `size` base points a row of A, A with one column of
    B for each factor in turn, and B: shape (size x (count + 2), count), in the order that SALib expects (Saltelli
    2010).
    """
    from scipy.stats import qmc

    base = qmc.Sobol(2 * count, scramble=True, rng=np.random.default_rng(seed)).random(size)
    first, second = base[:, :count], base[:, count:]
    rows = np.repeat(first[:, np.newaxis, :], count + 2, axis=1)
    for place in range(count):
        rows[:, place + 1, place] = second[:, place]
    rows[:, count + 1, :] = second
    return np.asarray(rows.reshape(-1, count), dtype=np.float64)
