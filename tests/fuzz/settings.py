"""Settings of the command line, `--set key=value`: sound ones, and those that a slip of the hand makes."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from sim.model.parameter_table import Parameter, parameters
from tests.fuzz.grammar import days, group, of_row
from tests.fuzz.scenarios import GROUPS, SERVICES, SUMS
from tests.fuzz.spoiling import KEYS, ODD, PIECES, TWINS
from tests.fuzz.writing import flow

ROWS = [row for row in parameters().values() if row.key not in (*SUMS, *SERVICES)]
HELD = ("policy.fund", "policy.grants", "policy.budgets.crt", "policy.cost_split.fraud", "policy.phases",
        "policy.prevention.mix")  # fmt: skip
"""Groups and lists, which may be set as a whole."""
LAYERS = [{"payer": "flanders", "share": 0.5, "limit_per_year": 500}, {"payer": "municipality"}]


@st.composite
def one(draw: st.DrawFn, row: Parameter) -> tuple[str, Any, str]:
    """A key, a value that it takes, and the setting's text for it."""
    value = draw(of_row(row))
    return row.key, value, draw(st.sampled_from(["", " "])) + flow(value)


SOUND = st.sampled_from(ROWS).flatmap(one)


@st.composite
def some_settings(draw: st.DrawFn) -> list[str]:
    """One to three settings, sound or not."""
    found = []
    for _ in range(draw(st.integers(1, 3))):
        key, _, text = draw(SOUND)
        match draw(st.sampled_from(["as it is", "key", "value", "text", "group"])):
            case "key":
                wrong = [key[:-1], key.upper(), key.translate(TWINS), key.partition(".")[2], key + ".x", f" {key} ", "",
                         key.replace("_", "-"), key.rpartition(".")[0], "policy.grants[0].share", "world.start",
                         "policy.based_on", "policy.id", "policy.cost_split.recovery.0.share"]  # fmt: skip
                key = draw(st.one_of(st.sampled_from(wrong), KEYS))
            case "value":
                text = flow(copy.deepcopy(draw(ODD)))
            case "text":
                place = draw(st.integers(0, len(text)))
                text = text[:place] + draw(st.sampled_from(PIECES)) + text[place:]
            case "group":
                model = draw(st.sampled_from(GROUPS[2:]))
                key = draw(st.sampled_from(HELD))
                change = {"from": draw(days(2019, 2024)), "set": {"response.teams": 2}}
                text = flow(draw(st.sampled_from([draw(group(model)), [draw(group(model))], LAYERS, [change]])))
            case _:
                pass
        found.append(f"{key}{draw(st.sampled_from(['=', '=', '=', '=', ' = ', '==', ':', '']))}{text}")
    return found
