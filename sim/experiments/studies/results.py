"""What a study gave: its tables, and its outcomes as arrays for the analyses."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.experiments.studies.store import Store
from sim.experiments.studies.store_tables import TABLES
from sim.html_table import html_table
from sim.model.files.folders import ENDINGS
from sim.model.files.read_yaml import read_tree
from sim.model.policy.policy import Policy
from sim.model.problems import InputError, Problem, did_you_mean
from sim.model.study.study import Study
from sim.model.world.world import World

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class Studied:
    """The results of a study, as far as it was played. `kept` holds the folder of a study without a store.

    Tables hold all of it. The arrays of the analyses are about one world: where a study has several, `in_world` says
    which.
    """

    store: Store
    interrupted: bool = False
    kept: Any = field(default=None, repr=False)
    chosen: str | None = None

    def __repr__(self) -> str:
        """One line: which study, how much of it was played, and where it is kept."""
        return f"Studied({', '.join(f'{name}={value}' for name, value in self._brief())})"

    def _repr_html_(self) -> str:
        """The same as a small table, for a notebook."""
        return html_table("Studied", (), self._brief())

    def _brief(self) -> list[tuple[str, object]]:
        found: list[tuple[str, object]] = [("study", self.study.id)]
        found += [] if self.chosen is None else [("world", self.chosen)]
        designs = len(self.store.designs) if self.chosen is None else self.store.designs.points
        done = len(self._done)
        return [*found, ("designs", f"{done} of {designs}"), ("failed", self.failed), ("folder", self.store.folder)]

    @property
    def study(self) -> Study:
        """The study."""
        return self.store.study

    @cached_property
    def _done(self) -> dict[int, bool]:
        every, size = self.store.done(), self.store.designs.points
        if self.chosen is None:
            return every
        place = [world.id for world in self.study.worlds].index(self.chosen)
        return {number: good for number, good in every.items() if number // size == place}

    @property
    def is_complete(self) -> bool:
        """Whether no design is missing, of the chosen world if there is one; some may have failed."""
        return len(self._done) == (len(self.store.designs) if self.chosen is None else self.store.designs.points)

    @property
    def failed(self) -> int:
        """How many designs could not be played, of the chosen world if there is one; `designs()` has their errors."""
        return sum(not good for good in self._done.values())

    def designs(self) -> pd.DataFrame:
        """One row a design: world, the value of every factor, futures, hash of the tapes, seed and error if any."""
        return self._frame("designs")

    def summaries(self) -> pd.DataFrame:
        """One row a design, policy and outcome: mean with its interval, quantiles, and the paired difference."""
        return self._frame("summaries")

    def futures(self) -> pd.DataFrame:
        """One row a design, policy and future: the outcomes as float32, and the hash of the ledger."""
        return self._frame("futures")

    def _frame(self, name: str) -> pd.DataFrame:
        table: pd.DataFrame = self.store.table(name).to_pandas()
        return table

    # ---- for the analyses ----

    def in_world(self, name: str) -> Studied:
        """The results in the world of this id alone. Raises InputError for one that was not played."""
        known = [world.id for world in self.study.worlds]
        if name not in known:
            raise self._unknown(f"world {name!r}", name, known)
        return replace(self, chosen=name)

    @property
    def world(self) -> World:
        """The world that an answer is about. Raises InputError where the study has several and none was chosen, for
        what holds in each may not hold in all of them together.
        """
        worlds = {world.id: world for world in self.study.worlds}
        if self.chosen is None and len(worlds) > 1:
            message = f"this study has {len(worlds)} worlds, and an answer is about one of them: {', '.join(worlds)}"
            hint = "name it: --world ID; in Python: results.in_world(ID)"
            raise InputError([Problem(str(self.store.folder), None, "several-worlds", message, hint)])
        return worlds[self.chosen] if self.chosen is not None else self.study.worlds[0]

    @cached_property
    def points(self) -> pd.DataFrame:
        """The designs that were played, in the chosen world if there is one, one row each, by number."""
        rows = self.designs().set_index("design")
        rows = rows[rows["error"].isna()].drop(columns=["error"])
        return rows if self.chosen is None else rows[rows["world"] == self.chosen]

    def column(self, key: str) -> NDArray[Any]:
        """The value of a factor, or the world, in every design that was played in the world of the answer; "-" where a
        case leaves it alone. Raises InputError where that world must be chosen first.
        """
        some = self.points.loc[self.points["world"] == self.world.id, key]
        if some.isna().any():
            some = some.astype(object).where(some.notna(), "-")
        return some.to_numpy(dtype=float if some.dtype.kind in "fi" else object)

    @property
    def factors(self) -> list[str]:
        """The keys that were moved."""
        return list(self.store.designs.keys)

    def policy(self, name: str | None = None) -> Policy:
        """The policy of this id; the last one by default. Raises InputError for one that was not played."""
        played = {policy.id: policy for policy in self.study.played}
        if name is None:
            return self.study.played[-1]
        if name not in played:
            raise self._unknown(f"policy {name!r}", name, list(played), self._of_file(name))
        return played[name]

    @property
    def baseline(self) -> Policy:
        """The policy that the others are compared with."""
        return self.study.played[0]

    def outcome(self, name: str) -> str:
        """The name of an outcome that was kept. Raises InputError otherwise."""
        if name not in self.study.outcomes:
            raise self._unknown(f"outcome {name!r}", name, list(self.study.outcomes))
        return name

    def factor(self, name: str) -> str:
        """The key of a factor, which may be given by its end. Raises InputError for one that was not moved."""
        ends = [key for key in self.factors if key == name or key.endswith(f".{name}")]
        if len(ends) != 1:
            raise self._unknown(f"factor {name!r}", name, self.factors)
        return ends[0]

    def _of_file(self, name: str) -> str | None:
        """What to write for a policy that is named by its file; None for any other name."""
        if Path(name).suffix.lower() not in ENDINGS:
            return None
        tree, _ = read_tree(Path(name))
        inside = tree.plain().get("id") if tree is not None and isinstance(tree.value, dict) else Path(name).stem
        return f"name it by its id: {inside}" if inside in {policy.id for policy in self.study.played} else None

    def _unknown(self, what: str, name: str, known: Sequence[str], better: str | None = None) -> InputError:
        shown = ", ".join(known[:20]) + (", ..." if len(known) > 20 else "")
        message = f"there is no {what} in this study; there are {shown}"
        ends = [key.rpartition(".")[2] for key in known]
        hint = better or did_you_mean(Path(name).stem if name.endswith(ENDINGS) else name, [*known, *ends])
        return InputError([Problem(str(self.store.folder), None, "unknown-name", message, hint)])

    @cached_property
    def _read(self) -> dict[str, NDArray[np.float32]]:
        return {}

    def _values_of(self, outcome: str) -> NDArray[np.float32]:
        """An outcome in the world of the answer: (designs, policies, futures), as many futures as every design has.
        Only this one is read.
        """
        if outcome not in self._read:
            counts = self.points.loc[self.points["world"] == self.world.id, "replications"]
            policies, least = len(self.study.played), int(counts.min()) if len(counts) else 0
            found = np.empty((len(counts), policies, least), dtype=np.float32)
            place = {number: row for row, number in enumerate(counts.index.tolist())}
            for table in self.store.tables("futures", ["design", outcome]):
                numbers, values = table["design"].to_numpy(), table[outcome].to_numpy()
                ends = np.flatnonzero(np.diff(numbers, append=-1)) + 1
                for low, high in zip([0, *ends], ends, strict=False):
                    if (row := place.get(int(numbers[low]))) is not None:
                        found[row] = values[low:high].reshape(policies, -1)[:, :least]
            self._read[outcome] = found
        return self._read[outcome]

    def values(self, outcome: str, policy: str | None = None, against: str | None = None) -> NDArray[np.float64]:
        """An outcome of a policy in every future of every design, or its difference with the policy `against`:
        shape (designs, futures). Designs with more futures than others lose the last of them. Raises InputError where
        the study has several worlds and none was chosen.
        """
        every = self._values_of(self.outcome(outcome))
        found = every[:, self._place(policy)].astype(np.float64)
        if against is not None:
            if self._place(against) == self._place(policy):
                message = f"{against} less itself is nothing; compare it with another one"
                raise InputError([Problem(str(self.store.folder), None, "one-policy", message)])
            found -= every[:, self._place(against)]
        return found

    def _place(self, policy: str | None) -> int:
        return [one.id for one in self.study.played].index(self.policy(policy).id)

    # ---- questions in SQL ----

    @contextlib.contextmanager
    def sql(self) -> Iterator[Any]:
        """A DuckDB connection with the views designs, summaries and futures over the store; needs the extra `study`."""
        try:
            import duckdb
        except ImportError:
            hint = 'pip install "weerbaar[study]"'
            raise InputError([Problem("", None, "not-installed", "DuckDB is not installed", hint)]) from None
        with duckdb.connect() as connection:
            self.store.sound(thorough=True)
            for name in TABLES:
                files = [str(part / f"{name}.parquet") for part in self.store.parts()]
                if files:
                    connection.read_parquet(files).create_view(name)
            yield connection


def load_results(folder: str | os.PathLike[str]) -> Studied:
    """Return the results in the store of a study. Raises InputError where there is none, or of another version."""
    return Studied(Store.opened(folder))
