"""The levers of grants: where a policy puts them, and the grants that their positions make.

A grant keeps the terms that have no lever. It comes when there is none and its first lever is moved above zero, and
goes when that is moved to zero.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.model.parameter_table import Value
from sim.model.policy.policy import Grant, Policy
from sim.web.levers.lever import is_on
from sim.web.levers.lever_list import FREE


@dataclass(frozen=True)
class Term:
    """What a lever sets: a field of the first grant of an instrument, or of the second (`number` 1)."""

    instrument: str
    field: str
    absent: Value
    """Where the lever stands when there is no such grant, or when it says nothing about the field."""
    number: int = 0


TERMS: Mapping[str, Term] = {
    "grant.match": Term("matching", "share", 0.0),
    "grant.envelope": Term("matching", "budget_per_year", "unlimited"),
    "grant.lump": Term("lump_sum", "amount", 0.0),
    "grant.service": Term("shared_service", "share", 0.0),
    "grant.service.measure": Term("shared_service", "measures", "detection"),
    "grant.audit": Term("audit", "share", 0.0),
    "grant.audit.until": Term("audit", "until", "no_end"),
    "grant.audit.again": Term("audit", "share", 0.0, number=1),
}
MASTERS = ("grant.match", "grant.lump", "grant.service", "grant.audit", "grant.audit.again")
"""The first lever of each grant: there is no grant while it stands at zero."""
IDS = {
    "grant.match": "match",
    "grant.lump": "lump",
    "grant.service": "service",
    "grant.audit": "audit",
    "grant.audit.again": "audit-again",
}
"""What a grant is called that comes by a lever."""


def position(policy: Policy, key: str) -> Value:
    """Where a policy puts the lever of a grant."""
    term = TERMS[key]
    grant = _found(policy, term)
    value = getattr(grant, term.field) if grant is not None else None
    if value is None or value == ():
        return term.absent
    if isinstance(value, datetime.date):
        return float(value.year)
    if isinstance(value, tuple):
        return str(value[0])
    return round(100 * value, 6) if term.field == "share" else float(value)


def has_own_terms(policy: Policy, key: str) -> bool:
    """Whether the grant says more than its levers show."""
    grant = _found(policy, TERMS[key])
    if grant is None:
        return False
    shown = {term.field for term in TERMS.values() if _same(term, TERMS[key])}
    inside_a_year = "until" in shown and grant.until is not None and (grant.until.month, grant.until.day) != (12, 31)
    return inside_a_year or bool(grant.model_fields_set - {"id", "instrument", *shown})


def changed(base: Policy, start: Mapping[str, Value], wanted: Mapping[str, Value]) -> dict[str, object]:
    """The grants of a policy whose levers were moved away from its start point; nothing where none was."""
    kept: list[Grant] = list(base.grants)
    for master in MASTERS:
        keys = [key for key, term in TERMS.items() if _same(term, TERMS[master])]
        was, now = _is_there(master, start), _is_there(master, wanted)
        moved = [key for key in keys if wanted[key] != start[key]]
        if was == now and not (now and moved):
            continue
        found = _found(base, TERMS[master])
        if found is not None:
            place = kept.index(found)
            kept[place : place + 1] = [found.model_copy(update=_terms(moved, wanted))] if now else []
        elif now:
            kept.append(
                Grant.model_validate(
                    {"id": _name(master, kept), "instrument": TERMS[master].instrument, **_terms(keys, wanted)}
                )
            )
    return {"grants": tuple(kept)} if tuple(kept) != base.grants else {}


def _is_there(master: str, values: Mapping[str, Value]) -> bool:
    within = FREE[master].within
    return is_on(values[master]) and (within is None or is_on(values[within]))


def _same(one: Term, other: Term) -> bool:
    """Whether two levers are of the same grant."""
    return (one.instrument, one.number) == (other.instrument, other.number)


def _found(policy: Policy, term: Term) -> Grant | None:
    grants = [grant for grant in policy.grants if grant.instrument == term.instrument]
    return grants[term.number] if term.number < len(grants) else None


def _terms(keys: list[str], wanted: Mapping[str, Value]) -> dict[str, Any]:
    return {TERMS[key].field: _as_the_model_takes_it(TERMS[key], wanted[key]) for key in keys}


def _as_the_model_takes_it(term: Term, value: Value) -> Any:
    if term.field == "measures":
        return (value,)
    if isinstance(value, str):
        return None
    if term.field == "until":
        return datetime.date(int(value), 12, 31)
    return value / 100 if term.field == "share" else value


def _name(master: str, others: list[Grant]) -> str:
    taken = {grant.id for grant in others}
    return IDS[master] if IDS[master] not in taken else f"{IDS[master]}-2"
