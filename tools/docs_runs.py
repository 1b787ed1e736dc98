"""Results for the documents: parts that need many futures, and the stamps by which older results are noticed."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from docs_tables import PROJECT, WORLD, about, table

import sim
from sim.engines import events as ev
from sim.results.estimates import mean_interval
from sim.text import words
from sim.version import MODEL_VERSION

STAMP = re.compile(r"<!-- version (\S+), inputs (\w+), future 0 of seed (\d+), (\d+) years: (.*?) -->")
SEED, BASELINE = 2026, "status-quo-2020"


def million(euro: float) -> str:
    """Return an amount in millions of euro, with two decimals below ten."""
    amount = euro / 1e6
    return f"{amount:,.2f}" if abs(amount) < 9.995 else f"{amount:,.1f}"


def plus_minus(mean: float, ci95: tuple[float, float]) -> str:
    """Return a mean in millions with half the width of its interval."""
    return f"{million(mean)} ± {million((ci95[1] - ci95[0]) / 2)}"


@lru_cache(maxsize=64)
def _first_future(policy: str, seed: int, years: int) -> tuple[float, float]:
    future = sim.simulate(sim.load_world(WORLD), sim.load_policy(policy), seed=seed, years=years)
    return future.kpis["incident_cost_eur"], future.kpis["citizen_harm_eur"]


def _inputs(policies: Sequence[str]) -> str:
    """Return a digest of every number that goes into these policies and the world."""
    words_alone = {"title", "description", "reference"}
    scenarios = [sim.load_world(WORLD), *map(sim.load_policy, policies)]
    text = "\n".join(scenario.model_dump_json(exclude=words_alone) for scenario in scenarios)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def stamp(policies: Sequence[str], years: int) -> str:
    """Return the mark by which results of an older model are noticed.

    It holds the version, a digest of the inputs, and for each policy the cost of incidents and the harm of one future.
    """
    futures = {name: _first_future(name, SEED, years) for name in policies}
    figures = ", ".join(f"{name} {cost:.2f} {harm:.2f}" for name, (cost, harm) in futures.items())
    played = f"version {MODEL_VERSION}, inputs {_inputs(policies)}, future 0 of seed {SEED}, {years} years"
    return f"<!-- {played}: {figures} -->\n"


def outdated(text: str) -> bool:
    """Whether a stamp in this text is not what the model gives now (amounts to one part in a hundred thousand)."""
    for version, inputs, seed, years, figures in STAMP.findall(text):
        rows = [figure.split(" ") for figure in figures.split(", ")]
        if version != MODEL_VERSION or inputs != _inputs([row[0] for row in rows]):
            return True
        for name, *amounts in rows:
            now = _first_future(name, int(seed), int(years))
            if any(abs(new - float(old)) > 1e-5 * float(old) for new, old in zip(now, amounts, strict=True)):
                return True
    return False


def history() -> str:
    """The model held against real incidents."""
    from sim.experiments.validation.history import history as checks
    from sim.show.tables.real_incidents import name, unit
    from sim.text import words

    say = words("en")
    replications = 40
    found = checks(sim.load_world(WORLD), sim.load_policy(BASELINE), replications=replications, seed=SEED)
    rows = (
        (name(say, check), unit(say, check), about(check.recorded, 2), about(check.median, 2),
         f"{about(check.low, 2)} to {about(check.high, 2)}", f"{check.sample:,}", "yes" if check.inside else "**no**")
        for check in found
    )  # fmt: skip
    heads = ("what", "unit", "recorded>", "model: median>", "model: middle 90 %>", "sample>", "inside")
    inside = sum(check.inside for check in found)
    return (
        f"World `{WORLD}`, policy `{BASELINE}`, {replications} futures, seed {SEED}, version {MODEL_VERSION}. "
        f"{inside} of {len(found)} recorded figures lie inside.\n\n" + table(heads, rows) + stamp([BASELINE], 10)
    )


def _makefile(word: str) -> str:
    found = re.search(rf"^{word} +\?= (.+)$", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None, f"Makefile sets no {word}"
    return found[1].strip()


def _compare(policies: Sequence[str], settings: Sequence[str] = ()) -> sim.Comparison:
    world = sim.load_world(WORLD, settings)
    chosen = [sim.load_policy(name) for name in policies]
    workers = min(2, os.cpu_count() or 1)
    return sim.compare(world, chosen, replications=int(_makefile("REPLICATIONS")), seed=SEED, workers=workers)


def _mean(values: Any) -> str:
    return plus_minus(float(values.mean()), mean_interval(values))


def _against(gap: Any, base: float) -> str:
    """Return a change relative to the baseline, or that there is none to speak of."""
    if gap.share_of_futures_equal == 1.0:
        return "the same"
    if gap.verdict == "too_close" or base == 0:
        return "too close to call"
    shares = [100 * value / base for value in (gap.mean, *gap.ci95)]
    decimals = 0 if abs(shares[0]) >= 2 else 1 if abs(shares[0]) >= 0.2 else 2
    mean, low, high = (f"{share:+.{decimals}f}" for share in shares)
    return f"{mean} % ({low} to {high})"


def demo() -> str:
    """What `make demo` answers: the preset policies side by side, and some findings in sentences."""
    names = _makefile("POLICIES").split()
    result = _compare(names)
    base = result.estimate(result.baseline, "citizen_harm_eur").mean
    rows = []
    for policy in result.policies:
        shown = ("cash_cost_eur", "cost_municipality_eur", "cost_flanders_eur", "incident_cost_eur")
        values = [result.values(policy, kpi) / result.years for kpi in shown]
        own = values[1].mean() / result.world.population
        first = policy.id == result.baseline.id
        harm = "baseline" if first else _against(result.difference(policy, "citizen_harm_eur"), base)
        rows.append((f"{policy.title['en']} (`{policy.id}`)", *map(_mean, values), f"{own:.2f}", harm))
    heads = ("policy", "total cash>", "municipalities pay>", "Flanders pays>", "of the total, for incidents>",
             "own cost, euro per inhabitant>", "harm to citizens, not cash")  # fmt: skip
    quoted = [name for name in ("fifty-fifty", "matching-50", "solidarity-fund") if name in names]
    said = "\n>\n".join(f"> {result.finding(name, 'en').sentence(words('en'))}" for name in quoted)
    command = f"weerbaar compare {' '.join(names)} --replications {result.replications}"
    return (
        f"Million euro a year: means over {result.replications} futures of {result.years} years, ± half the width of "
        f"the 95 % interval.\n\n{table(heads, rows)}\n{said}\n\n"
        f"The {len(result.world.municipalities)} municipalities of `{WORLD}`, seed {SEED}, version {MODEL_VERSION}. "
        f"`make demo` plays the same:\n\n```sh\n{command}\n```\n" + stamp((BASELINE, "prevention-first"), result.years)
    )


ASSUMPTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("as it stands", ()),
    ("attacks are rarer", ("world.anchor.frequency=low",)),
    ("attacks are more frequent", ("world.anchor.frequency=high",)),
    ("suppliers fall less often", ("world.anchor.supplier_accumulation=low",)),
    ("suppliers fall more often", ("world.anchor.supplier_accumulation=high",)),
    ("a day of service is worth less", ("world.anchor.service_value=low",)),
    ("a day of service is worth more", ("world.anchor.service_value=high",)),
    ("spending works as in Gordon and Loeb, class I", ("world.defence=gordon_loeb_1",)),
    (
        "all that speaks for prevention at once",
        ("world.anchor.frequency=high", "world.anchor.service_value=high", "world.defence=gordon_loeb_1"),
    ),
)


def assumptions() -> str:
    """One question under several assumptions: does twice the prevention earn itself back?"""
    policies = (BASELINE, "prevention-first")
    shown = ("prevention_cost_eur", "incident_cost_eur", "cash_cost_eur", "citizen_harm_eur")
    rows, balances = [], []
    for what, settings in ASSUMPTIONS:
        result = _compare(policies, settings)
        gaps = [(result.values(policies[1], kpi) - result.values(BASELINE, kpi)) / result.years for kpi in shown]
        balances.append((float(gaps[2].mean()), mean_interval(gaps[2])))
        rows.append((what, " ".join(f"`--set {setting}`" for setting in settings), *map(_mean, gaps)))
    replications = _makefile("REPLICATIONS")
    least, most = (million(pick(mean for mean, _ in balances)) for pick in (min, max))
    verdict = "The balance in cash turns: it depends on the assumptions."
    if all(low > 0 for _, (low, _) in balances):
        verdict = (
            f"In every row twice the prevention costs more cash than it saves: {least} to {most} million euro a year."
        )
    elif all(high < 0 for _, (_, high) in balances):
        verdict = "In every row twice the prevention saves more cash than it costs."
    return (
        table(("assumption", "setting", "prevention>", "cost of incidents>", "total cash>", "harm, not cash>"), rows)
        + f"\n{verdict}\n\n`prevention-first` less `{BASELINE}`, in million euro a year: means over {replications}\n"
        f"futures ± half the width of the 95 % interval; world `{WORLD}`, seed {SEED}, version {MODEL_VERSION}. "
        "Each row, with its setting:\n\n"
        f"```sh\nweerbaar compare {' '.join(policies)} --replications {replications}\n```\n" + stamp(policies, 10)
    )


def causes() -> str:
    """Where the cost of incidents and the harm come from, under today's policy."""
    replications = 40
    world, policy = sim.load_world(WORLD), sim.load_policy(BASELINE)
    sums = [[0.0, 0.0, 0.0] for _ in ev.CAUSES]
    for replication in range(replications):
        rows = sim.simulate(world, policy, replication=replication, seed=SEED).incidents
        for cause, row in enumerate(sums):
            chosen = rows[rows["cause"] == cause]
            for place, total in enumerate((len(chosen), chosen["cost_cents"].sum(), chosen["harm_cents"].sum())):
                row[place] += float(total) / replications / world.years
    cash, harm = (sum(row[place] for row in sums) for place in (1, 2))
    heads = ("cause", "records a year>", "cost, million euro a year>", "share of cost>", "share of harm>")
    shown = (
        (name, about(count), million(cost / 100), f"{cost / cash:.0%}", f"{missed / harm:.0%}")
        for name, (count, cost, missed) in zip(ev.CAUSES, sums, strict=True)
    )
    return (
        f"{table(heads, shown)}\nPolicy `{BASELINE}`, world `{WORLD}`, {replications} futures, seed {SEED}, version "
        f"{MODEL_VERSION}. Prevention and standing teams are not in the cost.\n" + stamp([BASELINE], world.years)
    )
