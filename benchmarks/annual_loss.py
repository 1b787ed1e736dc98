"""The law of annual losses beside pyfair and beside numpy: frequency times severity, and no more.

*Compared.* Losses of 300 equal municipalities over 10 years in many futures. Break-ins come 0.6 times a year; each
costs a lognormal amount with a median of 4,000 euro. The model is reduced to that as in tests/test_validation_loss.py.
pyfair (Open FAIR in Python) draws one row a municipality and year, in one model; numpy draws the compound Poisson law
itself. Then the default world as it is, whose municipalities differ and wait for the same response teams: the whole
model beside a FAIR model for each municipality, with the frequency and the magnitude that it has in ours.

*Why it is fair.* All have the same mean frequency and mean severity, so the same mean annual loss, which is checked.
pyfair is used as it is meant to be, with three-point (PERT) estimates, on as many municipality-years, and in its
fastest form: municipalities are equal, so one model serves them all. In the default world they are not, and a model
for each is what FAIR asks for.

*What it does not show.* pyfair multiplies an estimated frequency by one severity, both bounded, which gives the mean of
the annual loss and not its law: the 99th percentiles below differ for that reason, those of the engine and of numpy
must not. Nor does it show the rest of either: FAIR's tree of factors and reports, the engine's events. The engine goes
through all its mechanisms here, though most are switched off. Loading pyfair takes seconds and is not counted.
"""

from __future__ import annotations

import numpy as np
from _measure import arguments, header, interleaved, same_mean, spread

import sim
from sim.engines.compiled.engine import CompiledSetting
from tests.worlds import attacked, plain_policy, quiet_world, setting

try:
    import pyfair
except ImportError:
    pyfair = None

SEED = 2026
TOWNS, YEARS = 300, 10
RATE, MEDIAN, SIGMA = 0.6, 4_000.0, 0.5  # break-ins a year; euro
SEVERITY = MEDIAN * np.exp(SIGMA**2 / 2)
Losses = np.ndarray
"""Losses in euro over all years together: shape (futures, municipalities)."""


def pert(mean: float) -> dict[str, float]:
    """Return a three-point estimate with this mean: (low + 4 mode + high) / 6."""
    return {"low": 0.2 * mean, "mode": 0.8 * mean, "high": 2.6 * mean}


def in_pyfair(seed: int, futures: int) -> Losses:
    """Return losses as FAIR has them: annual frequency times magnitude."""
    model = pyfair.FairModel("municipality", n_simulations=futures * TOWNS * YEARS, random_seed=seed)
    model.input_data("Loss Event Frequency", **pert(RATE))
    model.input_data("Loss Magnitude", **pert(SEVERITY))
    model.calculate_all()
    return model.export_results()["Risk"].to_numpy().reshape(futures, TOWNS, YEARS).sum(axis=2)


def in_numpy(rng: np.random.Generator, futures: int) -> Losses:
    """Return losses of the compound Poisson law."""
    counts = rng.poisson(RATE, futures * TOWNS * YEARS)
    cell = np.repeat(np.arange(len(counts)), counts)
    losses = np.bincount(cell, MEDIAN * np.exp(SIGMA * rng.standard_normal(len(cell))), len(counts))
    return losses.reshape(futures, TOWNS, YEARS).sum(axis=2)


def one_model_each(seed: int, rows: int, frequency: float, losses: Losses) -> None:
    """Play a FAIR model for every municipality; `losses` are what each loses in a year."""
    for place, loss in enumerate(losses.tolist()):
        model = pyfair.FairModel(f"municipality {place}", n_simulations=rows, random_seed=seed + place)
        model.input_data("Loss Event Frequency", **pert(frequency))
        model.input_data("Loss Magnitude", **pert(loss / frequency))
        model.calculate_all()


def default_world(rounds: int, futures: int, towns: int) -> None:
    """Print how long the default world takes, queue and all, and a FAIR model for each of its municipalities."""
    world = sim.load_world("flanders-2020")
    world = world.with_values({"municipalities": world.municipalities[:towns]})
    engine = CompiledSetting(setting(world, sim.load_policy("status-quo-2020")), SEED)
    first = engine.chunk(0, 20)
    losses = np.maximum(1.0, first.own.mean(axis=0) / 100 / YEARS)
    work = {"compiled engine": lambda number: engine.chunk((1 + number) * futures, futures)}
    if pyfair is not None:
        work["pyfair"] = lambda number: one_model_each(number, futures * YEARS, 0.1, losses)
    seconds = interleaved(rounds, work)
    print("the default world under today's policy, with its queue; pyfair with a model for each municipality")
    for name, values in seconds.items():
        print(f"{name:<16} {spread(1e9 * values / (futures * towns * YEARS)).show('7.0f')} ns a municipality-year")
    if pyfair is not None:
        print(
            f"pyfair takes {spread(seconds['pyfair'] / seconds['compiled engine']).show()} times as long as the engine"
        )


def compiled_engine() -> CompiledSetting:
    """Return the engine for a world with minor break-ins alone."""
    costs = {"incident.minor_cost": MEDIAN, "incident.minor_sigma": SIGMA}
    world = quiet_world((20_000,) * TOWNS, YEARS, attacked(RATE, 0.2) | costs)
    return CompiledSetting(setting(world, plain_policy({"prevention.local_spend": 0})), SEED)


def main() -> None:
    """Print nanoseconds a municipality-year and ratios."""
    quick = arguments(__doc__).quick
    rounds, futures = (3, 2) if quick else (20, 100)
    header("pandas", "pyfair")
    engine, rng = compiled_engine(), np.random.Generator(np.random.SFC64(SEED))
    engine.chunk(0, 1)  # compiles, or loads what was compiled
    kept: dict[str, list[Losses]] = {}
    work = {
        "compiled engine": lambda number: engine.chunk(number * futures, futures).own / 100,
        "numpy": lambda _: in_numpy(rng, futures),
    }
    if pyfair is None:
        print("pyfair is not installed, so it does not take part: python -m pip install -e '.[bench]'")
    else:
        work["pyfair"] = lambda number: in_pyfair(number, futures)

    def keep(name: str, number: int) -> None:
        kept.setdefault(name, []).append(work[name](number))

    seconds = interleaved(rounds, {name: lambda number, name=name: keep(name, number) for name in work})
    each = {name: values / (futures * TOWNS * YEARS) for name, values in seconds.items()}
    print(f"expected annual loss {RATE * SEVERITY:,.0f} euro")
    for name, values in each.items():
        losses = np.concatenate(kept[name])
        said = same_mean(losses.ravel() / YEARS, RATE * SEVERITY)
        print(f"{name:<16} {spread(1e9 * values).show('7.0f')} ns a municipality-year")
        print(f"  mean {losses.mean() / YEARS:,.0f}, {said}")
        print(f"  99th percentile over {YEARS} years {np.quantile(losses, 0.99):,.0f}")
    for name in list(work)[1:]:
        print(f"{name} takes {spread(each[name] / each['compiled engine']).show()} times as long as the engine")
    default_world(*((2, 2, 5) if quick else (5, 200, TOWNS)))


if __name__ == "__main__":
    main()
