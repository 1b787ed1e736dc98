"""Futures by hand: what happens is written down by the test, so that what is paid can be worked out on paper.

Two municipalities, A and B, share one supplier. Each has 20,000 inhabitants unless a test says otherwise, and gets a
bill of 1,000 euro when the supplier falls. An attack always succeeds, is minor, and costs 1,000 euro. Nothing else
happens, unless a test switches it on.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from sim.engines import events as ev
from sim.engines.compiled import engine as compiled
from sim.engines.compiled.batches import UNSETTLED, deal_deck
from sim.engines.compiled.engine import CompiledSetting
from sim.engines.reference.future import Future
from sim.engines.setting import Outcome, Setting
from sim.engines.structure import structure
from sim.engines.tape import deal, sky_over
from sim.model.policy.layers import PAYERS
from sim.model.policy.numbers import policy_arrays
from sim.model.policy.policy import Policy
from sim.model.world.numbers import world_arrays
from sim.rules.chance import SUPPLIER
from tests.worlds import plain_policy, quiet_world

A, B = 10_001, 10_002
START = datetime.date(2020, 1, 1)
DAY = 1440
FALLS = ("2020-01-11", "2020-06-01", "2021-01-11")
"""Days on which the supplier falls, unless a test says otherwise: twice in the first year and once in the second."""
WORLD = {
    "suppliers.saas": 1,
    "suppliers.hit_prob": 1,
    "suppliers.impact_full": 1,
    "suppliers.impact_saas": 1,
    "suppliers.bill_per_inhabitant": 0.05,
    "suppliers.bill_share": 1,
    "break_in.today": 1,
    "incident.minor_cost": 1_000,
}


def minute(day: str) -> int:
    """Return the first minute of a day."""
    return (datetime.date.fromisoformat(day) - START).days * DAY


def common(
    values: Mapping[str, Any], world: Mapping[str, Any], people: Sequence[int], years: int, drawn: Mapping[str, Any]
) -> Setting:
    """Return the setting of a policy with these values, with what is drawn once a world given by hand."""
    here = quiet_world(people, years, WORLD | dict(world))
    policy: Policy = plain_policy(values)
    numbers = world_arrays(here)
    both = np.ones((1, 2), dtype=np.bool_)
    given = {name: np.array(value, dtype=np.float64) for name, value in drawn.items()}
    by_hand = structure(numbers)._replace(customers=both, concentrated=both, **given)
    return Setting(numbers, policy_arrays(policy, here), by_hand)


def played(
    engine: str,
    values: Mapping[str, Any],
    *,
    falls: Sequence[str] = FALLS,
    attacks: Sequence[tuple[str, int]] = (),
    world: Mapping[str, Any] | None = None,
    people: Sequence[int] = (20_000, 20_000),
    years: int = 3,
    **drawn: Sequence[float],
) -> Outcome:
    """Return the journals of the future in which the supplier falls and municipalities are attacked on these days."""
    setting = common(values, world or {}, people, years, drawn)
    if engine == "reference":
        return Future(setting, 1, _tape(setting, falls, attacks)).run()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "deal_deck", lambda sky, first, count: _deck(sky, falls, attacks))
        return CompiledSetting(setting, 1).journals(0)


def _tape(setting: Setting, falls: Sequence[str], attacks: Sequence[tuple[str, int]]) -> Any:
    by_town = [sorted(minute(day) for day, nis in attacks if nis == town) for town in (A, B)]
    minutes = np.array([one for theirs in by_town for one in theirs], dtype=np.int64)
    return deal(sky_over(setting.world, 1), 0)._replace(
        attempt_offsets=np.cumsum([0, *map(len, by_town)]),
        attempt_minutes=minutes,
        attempt_marks=np.zeros(len(minutes)),
        compromises=np.array([minute(day) for day in falls], dtype=np.int64),
        fallen=np.zeros(len(falls), dtype=np.int64),
    )


def _deck(sky: Any, falls: Sequence[str], attacks: Sequence[tuple[str, int]]) -> Any:
    lines = [(minute(day), ev.key(ev.COMPROMISED, SUPPLIER, number), 0) for number, day in enumerate(sorted(falls))]
    seen: Counter[int] = Counter()
    for day, nis in sorted(attacks):
        lines.append((minute(day), ev.key(ev.ATTEMPT, nis, seen[nis]), (A, B).index(nis)))
        seen[nis] += 1
    minutes, keys, places = np.array(sorted(lines), dtype=np.int64).reshape(-1, 3).T.copy()
    return deal_deck(sky, 0, 1)._replace(
        offsets=np.array([0, len(lines)], dtype=np.int64),
        minutes=minutes,
        keys=keys,
        places=places,
        marks=np.zeros(len(lines)),
        bills=np.full(len(lines), UNSETTLED, dtype=np.int64),
        supplier_events=np.array([len(falls)], dtype=np.int64),
    )


def paid(outcome: Outcome, payer: str, kind: str, nis: int | None = None) -> dict[str, float]:
    """Return the euro that a payer paid under one heading, to or for one municipality or all, by day."""
    rows = outcome.postings
    wanted = (rows["payer"] == PAYERS.index(payer)) & (rows["category"] == ev.ENTRIES.index(kind))
    if nis is not None:
        wanted &= rows["nis"] == nis
    days: dict[str, float] = {}
    for at, cents in zip(rows["minute"][wanted].tolist(), rows["cents"][wanted].tolist(), strict=True):
        day = (START + datetime.timedelta(days=at // DAY)).isoformat()
        days[day] = days.get(day, 0) + cents / 100
    return days


def six(outcome: Outcome, payer: str) -> list[float]:
    """Return what a payer paid at once of the six bills of FALLS: A and B on each of the three days."""
    found = [paid(outcome, payer, "supplier_bill", nis) for nis in (A, B)]
    return [theirs.get(day, 0) for day in FALLS for theirs in found]


def balances(outcome: Outcome) -> list[float]:
    """Return the euro in the first pot at the end of each year."""
    return [cents / 100 for cents in outcome.balances[0].tolist()]
