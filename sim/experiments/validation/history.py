"""The model held against what happened: simulated and recorded figures side by side."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines import events as ev
from sim.experiments.replicate import DEFAULT_ENGINE, Progress, player, settings
from sim.model.policy.policy import Policy
from sim.model.problems import InputError, Problem
from sim.model.world.provenance import is_flanders
from sim.model.world.world import World
from sim.package import PACKAGE
from sim.results.outcomes import INTRUSIONS
from sim.rules.calendar import MINUTES_PER_DAY
from sim.rules.incident import SEVERE

REGISTER = PACKAGE / "data" / "history.yaml"
FIRST_YEAR, LAST_YEAR = 2020, 2023


@dataclass(frozen=True)
class Check:
    """One recorded figure beside the middle 90 % of what the model gives.

    `kind` is incidents (a count), cost (EUR per inhabitant), usable or rebuilt (days until the critical services are
    back, with usable or lost backups), or reach (share of municipalities); `case` says of what, `remark` what to know.
    """

    kind: str
    case: str
    recorded: float
    median: float
    low: float
    high: float
    sample: int
    source: str
    remark: str

    @property
    def inside(self) -> bool:
        """Whether the recorded figure lies in the simulated 90 % interval."""
        return self.low <= self.recorded <= self.high


@lru_cache(maxsize=1)
def register() -> dict[str, list[dict[str, Any]]]:
    """Return the register of real incidents: incidents, elsewhere, supplier_events."""
    from ruamel.yaml import YAML

    with REGISTER.open(encoding="utf-8") as source:
        return dict(YAML(typ="safe").load(source))


def _check(
    kind: str, case: str, recorded: float, values: Sequence[float] | NDArray[Any], known: dict[str, Any]
) -> Check | None:
    if len(values) == 0:
        return None
    low, median, high = (float(q) for q in np.quantile(np.asarray(values, dtype=float), [0.05, 0.5, 0.95]))
    told = (str(known.get("source", "")), str(known.get("remark", "")))
    return Check(kind, case, float(recorded), median, low, high, len(values), *told)


def history(
    world: World,
    policy: Policy,
    *,
    replications: int = 50,
    seed: int = 2026,
    engine: str = DEFAULT_ENGINE,
    progress: Progress | None = None,
) -> list[Check]:
    """Return the checks: incidents in 2020-2023, cost and outage of a severe one, size of a supplier event.

    Severe incidents stand for those that reach the press. A count is compared with its distribution over futures; a
    single case with the distribution of single cases. Raises InputError for a world that is not Flanders, of which no
    record is known, and for one that does not start in 2020.
    """
    if not is_flanders(world):
        message = "no record of real incidents is known for its municipalities; there is one of those of Flanders"
        raise InputError([Problem(f"world {world.id}", None, "no-record", message)])
    years = LAST_YEAR - world.start.year + 1
    if world.start.year != FIRST_YEAR:
        message = f"history needs a world that starts in {FIRST_YEAR}; this one starts in {world.start.year}"
        raise InputError([Problem(f"world {world.id}", None, "other-years", message)])
    setting = settings(world, [policy], max(years, min(10, world.years)))[0]
    play = player(setting, seed, engine)
    counted_until = (datetime.date(LAST_YEAR + 1, 1, 1) - world.start).days * MINUTES_PER_DAY
    people = dict(zip(setting.world.nis.tolist(), setting.world.inhabitants.tolist(), strict=True))
    counts: list[int] = []
    costs: list[float] = []
    outages: dict[bool, list[float]] = {False: [], True: []}
    reach: list[float] = []
    for replication in range(replications):
        rows = play(replication).incidents
        severe = rows[np.isin(rows["cause"], INTRUSIONS) & (rows["severity"] == SEVERE)]
        counts.append(int(((severe["impact"] >= 0) & (severe["impact"] < counted_until)).sum()))
        for row in severe[severe["critical_back"] != ev.UNKNOWN]:
            costs.append(int(row["cost_cents"]) / 100 / people[int(row["nis"])])
            outages[bool(row["backups_lost"])].append((row["critical_back"] - row["impact"]) / MINUTES_PER_DAY)
        cut_off = rows[rows["cause"] == ev.CUT_OFF]
        events = set(zip(cut_off["supplier"].tolist(), cut_off["begun"].tolist(), strict=True))
        reach += [
            float(((cut_off["supplier"] == supplier) & (cut_off["begun"] == begun)).sum()) / len(people)
            for supplier, begun in sorted(events)
        ]
        if progress is not None:
            progress(replication + 1, replications)
    known = register()
    counted = known["incidents"]
    checks = [_check("incidents", f"{FIRST_YEAR}-{LAST_YEAR}", len(counted), counts, {})]
    cases = [(f"{case['municipality']} {case.get('year') or case['date'].year}", case)
             for case in (*counted, *known["elsewhere"])]  # fmt: skip
    for name, case in cases:
        if "cost_per_inhabitant" in case:
            checks.append(_check("cost", name, case["cost_per_inhabitant"], costs, case))
    for name, case in cases:
        if "outage_days" in case:
            rebuilt = bool(case["rebuilt"])
            checks.append(_check("rebuilt" if rebuilt else "usable", name, case["outage_days"], outages[rebuilt], case))
    for case in known["supplier_events"]:
        checks.append(_check("reach", f"{case['name']} {case['year']}", case["share"], reach, case))
    return [check for check in checks if check is not None]
