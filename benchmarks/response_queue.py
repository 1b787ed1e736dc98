"""The queue for response teams beside Ciw and bare SimPy, and beside the Erlang C formula.

*Compared.* An M/M/c queue: incidents come as a Poisson process, three teams each work an exponential time of ten days
on average, at a load of 0.7, for ten years. The model is reduced to it as in tests/test_validation_queue.py: 800
municipalities, every break-in is significant and needs a team, and nothing else happens.

*Why it is fair.* All three have the same law of arrivals, work and servers, and the mean wait of each, over those who
come after the first year, must agree with Erlang C. The time is that of simulating the queue and collecting the waits.

*What it does not show.* Ciw and SimPy serve any network of queues, and each draws with Python's own `random`. The
compiled engine knows this one queue, as a small part of the model; for each customer it also follows an incident from
break-in to the last service restored, through the books.

Ciw brings a package named `tests`, which would hide the tests of this project, so it has an environment of its own:

    python3 -m venv build/ciw
    build/ciw/bin/python -m pip install -e . pytest ciw
    build/ciw/bin/python benchmarks/response_queue.py
"""

from __future__ import annotations

import random

import numpy as np
import simpy
from _measure import arguments, header, interleaved, same_mean, spread

from sim.engines.compiled.engine import CompiledSetting
from tests.test_validation_queue import (
    ARRIVALS_A_DAY,
    DAYS,
    LOAD,
    TEAMS,
    YEARS,
    erlang_c,
    pool,
    response_world,
    waits,
)
from tests.worlds import setting

try:
    import ciw
except ImportError:
    ciw = None

SEED = 2026
HORIZON, WARM_UP = YEARS * 365.25, 365.25  # days
Waits = list[tuple[float, float]]
"""The moment each customer came, and how long it waited, in days."""


def in_simpy(seed: int) -> Waits:
    """Return the waits in a bare SimPy model."""
    env, rng, found = simpy.Environment(), random.Random(seed), []
    teams = simpy.Resource(env, TEAMS)

    def customer():
        came = env.now
        with teams.request() as turn:
            yield turn
            found.append((came, env.now - came))
            yield env.timeout(rng.expovariate(1 / DAYS))

    def source():
        while True:
            yield env.timeout(rng.expovariate(ARRIVALS_A_DAY))
            env.process(customer())

    env.process(source())
    env.run(until=HORIZON)
    return found


def in_ciw(seed: int) -> Waits:
    """Return the waits in a Ciw model."""
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(ARRIVALS_A_DAY)],
        service_distributions=[ciw.dists.Exponential(1 / DAYS)],
        number_of_servers=[TEAMS],
    )
    ciw.seed(seed)
    queue = ciw.Simulation(network)
    queue.simulate_until_max_time(HORIZON)
    return [(record.arrival_date, record.waiting_time) for record in queue.get_all_records()]


def mean_wait(found: Waits) -> float:
    """Return the mean wait in days after the warm-up."""
    return float(np.mean([wait for came, wait in found if came > WARM_UP]))


def main() -> None:
    """Print microseconds a served customer and ratios."""
    quick = arguments(__doc__).quick
    rounds, chunk = (3, 2) if quick else (60, 25)
    header("simpy", "ciw")
    engine = CompiledSetting(setting(response_world(), pool()), SEED)
    engine.chunk(0, 1)  # compiles, or loads what was compiled
    models = {"bare SimPy": in_simpy} | ({"Ciw": in_ciw} if ciw else {})
    if ciw is None:
        print("Ciw is not installed, so it does not take part; the first lines of this file say how it can")
    kept: dict[str, list[Waits]] = {name: [] for name in models}
    work = {
        name: lambda number, name=name, model=model: kept[name].append(model(number)) for name, model in models.items()
    }
    seconds = interleaved(rounds, {"compiled engine": lambda number: engine.chunk(number * chunk, chunk)} | work)
    logs = [waits(engine.journals(replication)) for replication in range(rounds)]
    served = ARRIVALS_A_DAY * HORIZON
    means = {"compiled engine": [wait.mean() for wait in logs]}
    each = {"compiled engine": seconds["compiled engine"] / (chunk * served)}
    for name, found in kept.items():
        means[name] = [mean_wait(one) for one in found]
        each[name] = seconds[name] / [len(one) for one in found]
    expected = erlang_c(TEAMS, LOAD * TEAMS) * DAYS / (TEAMS * (1 - LOAD))
    print(f"mean wait by Erlang C {expected:.2f} days")
    for name, values in each.items():
        said = same_mean(means[name], expected)
        print(f"{name:<16} {spread(1e6 * values).show('7.2f')} us a customer")
        print(f"  mean wait {np.mean(means[name]):.2f} days, {said}")
    for name in models:
        print(f"{name} takes {spread(each[name] / each['compiled engine']).show('.0f')} times as long as the engine")


if __name__ == "__main__":
    main()
