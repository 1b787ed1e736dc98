"""What one part of a policy says about another: names that must exist, and how many there may be of each.

These rules read the data as it was written, so that they are judged also where other parts have faults. Of a list that
is too long only as much is looked at as a policy may have.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import InitErrorDetails

from sim.model.faults import Loc, fault
from sim.model.policy.layers import CATEGORIES, MAX_LAYERS
from sim.model.policy.programmes import MAX_BUDGETS, MAX_GRANTS, MAX_MATCHING
from sim.model.problems import did_you_mean, listed

BETWEEN_GROUPS = frozenset({"unknown-budget", "no-fund", "unknown-programme", "no-minimum-standard"})
"""Rules that speak of two groups, and cannot be judged when one of them is unreadable."""

ASKS_THE_REST = BETWEEN_GROUPS | {"missing-key", "shares-sum", "nobody-comes", "not-in-a-phase"}
"""Rules that cannot be judged of a part of a policy while the rest, such as its base, cannot be read."""


def reference_faults(policy: Mapping[str, Any]) -> list[InitErrorDetails]:
    """Every reference of a policy that leads nowhere, every id that stands twice, and every list that is too long."""
    return [*_of_grants(policy), *_of_budgets(policy), *_of_layers(policy)]


def envelopes(policy: Mapping[str, Any]) -> list[str]:
    """The names of the envelopes; one that was taken away (null) is none."""
    budgets = policy.get("budgets")
    named = budgets.items() if isinstance(budgets, Mapping) else ()
    return [name for name, envelope in named if isinstance(name, str) and envelope is not None]


def _of_grants(policy: Mapping[str, Any]) -> list[InitErrorDetails]:
    faults: list[InitErrorDetails] = []
    grants = _items(policy.get("grants"))
    matching = [index for index, grant in enumerate(grants) if _part(grant, "instrument") == "matching"]
    if len(grants) > MAX_GRANTS:
        faults.append(fault("out-of-range", ("grants",), f"has {len(grants)} grants, and may have {MAX_GRANTS}"))
    for index in matching[MAX_MATCHING:MAX_GRANTS]:
        message = f"is a matching grant, and {MAX_MATCHING} stand before it; a policy may have no more"
        faults.append(fault("out-of-range", ("grants", index, "instrument"), message, "matching"))
    seen: dict[object, Loc] = {}
    for index, grant in enumerate(grants[:MAX_GRANTS]):
        loc: Loc = ("grants", index, "id")
        name = _part(grant, "id")
        if isinstance(name, str) and seen.setdefault(name, loc) != loc:
            message, hint = f'"{name[:80]}" is already the id of another grant', "give each its own id"
            faults.append(fault("duplicate-id", loc, message, name, hint=hint, first=seen[name]))
        faults += _standard(policy, _part(grant, "requires"), ("grants", index, "requires"))
    return faults


def _of_budgets(policy: Mapping[str, Any]) -> list[InitErrorDetails]:
    count = len(envelopes(policy))
    message = f"has {count} envelopes, and may have {MAX_BUDGETS}"
    return [fault("out-of-range", ("budgets",), message)] if count > MAX_BUDGETS else []


def _of_layers(policy: Mapping[str, Any]) -> list[InitErrorDetails]:
    faults: list[InitErrorDetails] = []
    for category in CATEGORIES:
        for index, layer in enumerate(_items(_part(policy.get("cost_split"), category))[:MAX_LAYERS]):
            loc: Loc = ("cost_split", category, index)
            if _part(layer, "payer") == "fund" and policy.get("fund") is None:
                hint = "give the policy a fund: {levy: 1.0, ...}"
                faults.append(fault("no-fund", (*loc, "payer"), "is fund, and the policy has none", "fund", hint=hint))
            faults += _budget(policy, _part(layer, "budget"), (*loc, "budget"))
            requires = _part(layer, "requires")
            faults += _programme(policy, _part(requires, "programme"), (*loc, "requires", "programme"))
            faults += _standard(policy, requires, (*loc, "requires"))
    return faults


def _budget(policy: Mapping[str, Any], name: object, loc: Loc) -> list[InitErrorDetails]:
    names = envelopes(policy)
    if not isinstance(name, str) or name in names:
        return []
    names = names[:MAX_BUDGETS]
    known = f"budgets holds {listed(sorted(names))}" if names else "the policy has no budgets"
    return [fault("unknown-budget", loc, f'is "{name[:80]}", and {known}', name, hint=did_you_mean(name, names))]


def _programme(policy: Mapping[str, Any], name: object, loc: Loc) -> list[InitErrorDetails]:
    if not isinstance(name, str):
        return []
    listed_here = _items(policy.get("grants"))[:MAX_GRANTS]
    known = [(_part(grant, "id"), _part(grant, "instrument")) for grant in listed_here]
    grants = {one: instrument for one, instrument in known if isinstance(one, str)}
    if grants.get(name) == "lump_sum":
        message = f'is "{name[:80]}", a lump sum that everybody gets; ask for a grant that is taken up'
        return [fault("unknown-programme", loc, message, name)]
    if name in grants:
        return []
    names = [one for one, instrument in grants.items() if instrument != "lump_sum"]
    what = f"the grants that can be taken up are {', '.join(names)}" if names else "no grant can be taken up"
    return [fault("unknown-programme", loc, f'is "{name[:80]}", and {what}', name, hint=did_you_mean(name, names))]


def _standard(policy: Mapping[str, Any], requires: object, loc: Loc) -> list[InitErrorDetails]:
    if _part(requires, "minimum_standard") is not True:
        return []
    if _part(policy.get("prevention"), "minimum_standard") is not None:
        return []
    message, hint = "is asked for, and the policy has none", "give prevention a minimum_standard: {level: basic}"
    return [fault("no-minimum-standard", (*loc, "minimum_standard"), message, True, hint=hint)]


# ---- data that may not be sound -----------------------------------------------------------------------------------


def _part(thing: object, name: str) -> Any:
    """A part of a group or of a dict; None when there is none."""
    if isinstance(thing, Mapping):
        return thing.get(name)
    return getattr(thing, name, None) if isinstance(thing, BaseModel) else None


def _items(thing: object) -> list[Any]:
    return list(thing) if isinstance(thing, list | tuple) else []
