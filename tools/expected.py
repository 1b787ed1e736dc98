"""What every policy gives in four fixed futures: `python tools/expected.py` compares, `--write` writes it down anew.

A file of tests/data/expected/ holds for each of those futures every key figure, who paid how many cents for what,
and the digest of the ledger; a test gives them again to the last digit. So a changed result never passes unseen: the
command names which key figures moved and by how much, and CHANGELOG.md says why.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT)]

from sim.engines.events import ENTRIES  # noqa: E402
from sim.experiments.replicate import replicate  # noqa: E402
from sim.model.files.load import load_policy, load_world, scenarios  # noqa: E402
from sim.model.policy.policy import PAYERS, Policy  # noqa: E402
from sim.results.outcomes import KPIS, Summary  # noqa: E402

FOLDER = PROJECT / "tests" / "data" / "expected"
WORLD, SEED, FUTURES, YEARS = "flanders-2020", 2026, 4, 7  # to the end of 2026, after the last phase of any policy


def presets() -> list[Policy]:
    """Return the policies that come with Weerbaar."""
    return [load_policy(scenario.id) for scenario in scenarios("policy")]


def played(policies: list[Policy], engine: str = "compiled", futures: int = FUTURES) -> dict[str, dict[str, Any]]:
    """Return what each of these policies gives in the first futures, by its id, as it stands in a file."""
    found = replicate(load_world(WORLD), policies, replications=futures, years=YEARS, seed=SEED, engine=engine)
    return {
        policy.id: {
            "policy": policy.id,
            "world": WORLD,
            "seed": SEED,
            "years": YEARS,
            "futures": [_future(summary) for summary in summaries],
        }
        for policy, summaries in zip(policies, found.of, strict=True)
    }


def _future(summary: Summary) -> dict[str, Any]:
    """Return one future in plain data: amounts by payer and use in whole cents, without those that are zero."""
    cents = summary.payments.tolist()
    return {
        "ledger_hash": f"{summary.ledger_hash:016x}",
        "tape_digest": f"{summary.tape_digest:016x}",
        "kpis": dict(zip(KPIS, summary.kpis.tolist(), strict=True)),
        "cents": {
            payer: {entry: amount for entry, amount in zip(ENTRIES, row, strict=True) if amount}
            for payer, row in zip(PAYERS, cents, strict=True)
            if any(row)
        },
    }


def written(policy: str) -> dict[str, Any] | None:
    """Return what was written down for a policy; None when nothing was."""
    path = FOLDER / f"{policy}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def moved(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> list[str]:
    """Return one line for each key figure of which the mean over the futures changed, and one for anything else."""
    if before is None:
        return ["is new"]
    if before == now:
        return []
    lines = []
    for kpi in KPIS:
        was, becomes = (
            sum(future["kpis"].get(kpi, 0.0) for future in one["futures"]) / len(one["futures"])
            for one in (before, now)
        )
        if was != becomes:
            lines.append(f"{kpi}: {was:,.2f} becomes {becomes:,.2f}")
    return lines or ["key figures are the same on average, and something else is not"]


def main() -> int:
    """Compare or write; 1 when something differs from what is written down."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write down what the policies give now")
    chosen = parser.parse_args()
    now = played(presets())
    stale = {path.stem: path for path in FOLDER.glob("*.json") if path.stem not in now}
    changed = {name: lines for name, one in now.items() if (lines := moved(written(name), one))}
    for name, lines in {**changed, **{name: ["is a policy no more"] for name in stale}}.items():
        print("\n  ".join([f"{name}:", *lines]))
    if chosen.write:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for path in stale.values():
            path.unlink()
        for name in changed:
            text = json.dumps(now[name], indent=1) + "\n"
            (FOLDER / f"{name}.json").write_text(text, encoding="utf-8", newline="\n")
        return 0
    return 1 if changed or stale else 0


if __name__ == "__main__":
    sys.exit(main())
