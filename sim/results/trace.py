"""Every event of one future as a table: what happened where and when, and what was paid by whom."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.engines import events as ev
from sim.model.policy.policy import PAYERS
from sim.model.world.world import World

if TYPE_CHECKING:
    import pandas as pd

STEPS = ("begun", "impact", "discovered", "team_start", "team_end", "critical_back", "closed")


def trace(world: World, postings: NDArray[Any], incidents: NDArray[Any], horizon: int) -> pd.DataFrame:
    """Return the events in order of time, one row a step of an incident or a payment.

    Columns: minute, time, nis_code, municipality, event, cause, incident, category, payer, amount_eur.
    """
    import pandas as pd

    names = {town.nis: town.name for town in world.municipalities}
    rows: list[tuple[Any, ...]] = []
    for number, incident in enumerate(incidents):
        cause = ev.CAUSES[int(incident["cause"])]
        for step in STEPS:
            minute = int(incident[step])
            if minute != ev.UNKNOWN and minute < horizon:
                rows.append((minute, int(incident["nis"]), step, cause, number, "", "", np.nan))
    for posting in postings:
        rows.append(
            (
                int(posting["minute"]),
                int(posting["nis"]),
                "payment",
                "",
                int(posting["incident"]),
                ev.ENTRIES[int(posting["category"])],
                PAYERS[int(posting["payer"])],
                int(posting["cents"]) / 100,
            )
        )
    columns = ["minute", "nis_code", "event", "cause", "incident", "category", "payer", "amount_eur"]
    frame = pd.DataFrame(rows, columns=columns).sort_values(["minute", "nis_code"], kind="stable", ignore_index=True)
    start = datetime.datetime.combine(world.start, datetime.time())
    frame.insert(1, "time", pd.Timestamp(start) + pd.to_timedelta(frame["minute"], unit="min"))
    frame.insert(3, "municipality", frame["nis_code"].map(names))
    return frame
