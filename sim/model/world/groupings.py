"""Municipalities by size, income and province."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.model.world.world import World

SIZE_CLASSES = (
    (0, 10_000, "< 10 000"),
    (10_000, 20_000, "10 000 - 19 999"),
    (20_000, 50_000, "20 000 - 49 999"),
    (50_000, 100_000, "50 000 - 99 999"),
    (100_000, 1 << 40, ">= 100 000"),
)
INCOME_CLASSES = ("lowest third", "middle third", "highest third")
UNKNOWN_INCOME = "income unknown"
GROUPINGS = ("size_class", "income_class", "province")


def size_class(inhabitants: int) -> str:
    """Return the size class of a municipality."""
    return next(label for low, high, label in SIZE_CLASSES if low <= inhabitants < high)


class Grouping(NamedTuple):
    """Municipalities in groups: which belong to each, and how many people live there."""

    labels: list[str]
    members: NDArray[np.bool_]  # (groups, n)
    people: NDArray[np.int64]  # (groups,)

    @property
    def counts(self) -> list[int]:
        """How many municipalities each group has."""
        return [int(count) for count in self.members.sum(axis=1)]


class Towns(NamedTuple):
    """The municipalities of a world in order of NIS code, and the groups they belong to."""

    frame: pd.DataFrame  # one row a municipality; not to be changed
    people: NDArray[np.int64]  # (n,)
    groups: dict[str, Grouping]  # by GROUPINGS


@lru_cache(maxsize=4)
def towns(world: World) -> Towns:
    """Return the municipalities of a world; the thirds of income are of municipalities, by income per inhabitant."""
    import pandas as pd

    known = sorted(world.municipalities, key=lambda town: town.nis)
    frame = pd.DataFrame(
        {
            "nis_code": [town.nis for town in known],
            "name": [town.name for town in known],
            "province": [town.province for town in known],
            "population": [town.population for town in known],
            "income_per_inhabitant_eur": [town.income_per_inhabitant_eur for town in known],
        }
    )
    frame["size_class"] = [size_class(people) for people in frame["population"]]
    income = pd.to_numeric(frame["income_per_inhabitant_eur"])
    order, count = income.rank(method="first"), int(income.notna().sum())
    frame["income_class"] = [
        UNKNOWN_INCOME if math.isnan(rank) else INCOME_CLASSES[min(2, int(3 * (rank - 1) / count))] for rank in order
    ]
    people = frame["population"].to_numpy()
    return Towns(frame, people, {by: _grouping(frame[by].tolist(), people) for by in GROUPINGS})


def _grouping(of_towns: list[str], people: NDArray[np.int64]) -> Grouping:
    ranks = {label: rank for rank, label in enumerate([*(name for *_, name in SIZE_CLASSES), *INCOME_CLASSES])}
    labels = sorted(dict.fromkeys(of_towns), key=lambda label: ranks.get(label, len(ranks)))
    members = np.array(of_towns, dtype=object) == np.array(labels, dtype=object)[:, np.newaxis]
    return Grouping(labels, members, members @ people)
