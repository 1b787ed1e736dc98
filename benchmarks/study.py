"""How fast a study goes: designs a second, memory, and the size of its store.

*Compared.* The preset study `uncertainty` (a Latin hypercube over every parameter of the world that has a range; two
policies, 50 futures a design, 300 municipalities, ten years), played in threads into a store on the disk, against the
same designs played one after the other by `compare` and thrown away: what the study adds is writing, sharing out and
summing up. `--designs 10000` plays the whole study; `--study benchmarks/ten_thousand.yaml` another one, in which
attacks come as often as the middle of the evidence has it and 59 other factors move: that goes five times as fast.

*Why it is fair.* Both play the same futures on the same engine, seconds of cores count, and the numbers are compared
before a ratio is printed. Rounds take turns on other designs, so that nothing is dealt already; what is compiled or
loaded once is done before.

*What it does not show.* A study in which designs share a world is faster, for its futures are dealt once. Under two
policies that are slower than these it is slower.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from _measure import header, interleaved, spread

import sim
from sim.experiments.replicate import available_workers, get_ready
from sim.experiments.studies.designs import Designs
from sim.experiments.studies.run import run_study
from sim.model.study.study import Study

ROUNDS = 4


def asked() -> argparse.Namespace:
    """Return what was asked on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="tiny sizes: shows that it runs, not how fast")
    parser.add_argument("--designs", type=int, default=200, help="designs to play in one go")
    parser.add_argument("--study", default="uncertainty", help="the study whose designs are played")
    return parser.parse_args()


def part(study: Study, size: int, number: int) -> Study:
    """Return a study of so many designs of its own."""
    return study.with_values({"size": size, "seed": study.seed + number})


def one_by_one(study: Study) -> np.ndarray:
    """Return the mean cash cost of every policy in every design, played by `compare`."""
    designs, futures = Designs(study), study.replications.at_least
    found = []
    for number in range(len(designs)):
        result = sim.compare(designs.world(number), designs.policies(number), replications=futures, seed=study.seed,
                             workers=available_workers())  # fmt: skip
        found.append([result.values(policy, "cash_cost_eur").mean() for policy in result.policies])
    return np.array(found)


def memory() -> float:
    """Return the most memory that this process had, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most / 1e3


def main() -> None:
    """Print designs a second of one core against playing one by one; then rate, memory and store of one go."""
    wanted = asked()
    header("numba", "pyarrow")
    study = sim.load_study(wanted.study)
    size, designs = 20, wanted.designs
    if wanted.quick:
        study, size, designs = study.with_values({"replications": 3, "years": 1}), 2, 4
    get_ready("compiled")
    run_study(part(study, 1, ROUNDS))
    means: dict[str, dict[int, np.ndarray]] = {"study": {}, "one by one": {}}

    def in_a_study(number: int) -> None:
        rows = run_study(part(study, size, number)).summaries()
        cash = rows[rows["outcome"] == "cash_cost_eur"]["mean"].to_numpy()
        means["study"][number] = cash.reshape(size, -1)

    def alone(number: int) -> None:
        means["one by one"][number] = one_by_one(part(study, size, number))

    seconds = interleaved(1 if wanted.quick else ROUNDS, {"study": in_a_study, "one by one": alone})
    for number, some in means["study"].items():
        if not np.array_equal(some, means["one by one"][number]):
            raise SystemExit("not the same thing: a study and a comparison differ")
    for name, taken in seconds.items():
        print(f"{name:<11} {spread(size / taken).show()} designs a second of one core")
    ratio = spread(seconds["one by one"] / seconds["study"])
    print(f"ratio       {ratio.show()} times as fast as one by one")
    with tempfile.TemporaryDirectory() as folder:
        begun, worked = time.perf_counter(), time.process_time()
        found = run_study(part(study, designs, 0), Path(folder) / "store")
        taken, worked = time.perf_counter() - begun, time.process_time() - worked
        futures = int(found.points["replications"].sum()) * len(found.study.played)
        print(f"one go: {designs} designs, {futures} futures in {taken:.1f} s ({worked:.1f} s of cores): "
              f"{designs / taken:.2f} designs a second, {found.failed} failed")  # fmt: skip
        print(f"memory: {memory():,.0f} MB at most; store: {found.store.size() / 1e6:.1f} MB, "
              f"{found.store.size() / designs / 1e3:.1f} kB a design, hash {found.store.digest()}")  # fmt: skip


if __name__ == "__main__":
    main()
