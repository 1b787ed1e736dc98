"""Grants, envelopes and phases of a policy in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sim.model.parameter_table import Parameter, parameters
from sim.model.policy.phases import Phase
from sim.model.policy.policy import Policy
from sim.model.policy.programmes import Grant
from sim.text import N_, Words

Value = Callable[[Words, Parameter | None, Any], str]

GRANTS = {
    "matching": N_("Flanders pays {share} of what municipalities spend on prevention"),
    "lump_sum": N_("Flanders gives {amount} per inhabitant a year"),
    "shared_service": N_("a shared service for {measures}, of which Flanders pays {share}"),
    "audit": N_("Flanders pays {share} of an audit"),
}

OF_SOME = N_("Flanders pays {share} of what municipalities spend on {measures}")
ANOTHER_AUDIT = N_("Flanders pays {share} of another audit")
MEASURES = {
    "identity": N_("strong login"),
    "hardening": N_("hardened systems"),
    "detection": N_("detection"),
    "awareness": N_("awareness"),
    "backups": N_("offline backups"),
    "continuity": N_("a continuity plan"),
}
NAMES = {
    "audit": N_("audit"),
    "audit-2023": N_("audit-2023"),
    "audit-again": N_("audit-again"),
    "follow-up": N_("follow-up"),
    "guidance": N_("guidance"),
    "lump": N_("lump"),
    "match": N_("match"),
    "service": N_("service"),
}
"""What the policies and the levers that come with Weerbaar call their grants; others have the name of their file."""
SHARED_ELSEWHERE = N_("audits, paid as other prevention is")  # a grant of which Flanders pays no part by itself


def name_of(say: Words, grant: str) -> str:
    """Return what a grant or an envelope is called."""
    return say.say(NAMES[grant]) if grant in NAMES else grant


def grants(say: Words, policy: Policy, base: Policy) -> list[str]:
    """Return a sentence for every grant that a policy has and its base has not, or has otherwise; and the reverse."""
    mine, theirs = ({grant.id: grant for grant in one.grants} for one in (policy, base))
    new = [
        say.say("Grant “{name}”: {what}", name=name_of(say, name), what=grant_said(say, grant))
        for name, grant in mine.items()
        if theirs.get(name) != grant
    ]
    return new + [say.say("Grant “{name}”: no", name=name_of(say, name)) for name in theirs if name not in mine]


def grant_said(say: Words, grant: Grant, *, again: bool = False) -> str:
    """Return what a grant pays, for what, up to which amounts and in which time; `again` for a second audit."""
    values = {"share": say.percent(grant.share or 0.0), "amount": say.money(grant.amount or 0.0)}
    values["measures"] = say.listed(say.say(MEASURES[name]) for name in grant.covered or MEASURES)
    if grant.instrument == "audit" and not grant.share:
        parts = [say.say(SHARED_ELSEWHERE)]
    elif again:
        parts = [say.say(ANOTHER_AUDIT, **values)]
    else:
        of_some = grant.instrument == "matching" and grant.measures
        parts = [say.say(OF_SOME if of_some else GRANTS[grant.instrument], **values)]
    if grant.cap_per_municipality is not None:
        parts.append(say.say("at most {amount} for one municipality", amount=say.money(grant.cap_per_municipality)))
    if grant.budget_per_year is not None:
        parts.append(say.say("at most {amount} a year", amount=say.money(grant.budget_per_year)))
    if grant.from_ is not None:
        parts.append(say.say("from {date}", date=say.date(grant.from_)))
    if grant.until is not None:
        parts.append(say.say("until {date}", date=say.date(grant.until)))
    return ", ".join(parts)


def budgets(say: Words, policy: Policy, base: Policy) -> list[str]:
    """Return a sentence for every Flemish envelope that differs."""
    said = []
    for name in dict.fromkeys([*policy.budgets, *base.budgets]):
        mine = policy.budgets.get(name)
        if mine == base.budgets.get(name):
            continue
        what = say.say("no") if mine is None else say.say("at most {amount} a year", amount=say.money(mine.per_year))
        said.append(say.say("Budget “{name}”: {what}", name=name_of(say, name), what=what))
    return said


def phases(say: Words, policy: Policy, base: Policy, value: Value) -> list[str]:
    """Return a sentence for every phase of the plan that the base has not."""
    known: tuple[Phase, ...] = base.phases
    return [
        say.say("From {date} on: {changes}", date=say.date(phase.from_), changes=_changes(say, phase.set, value))
        for phase in policy.phases
        if phase not in known
    ]


def _changes(say: Words, changes: Mapping[str, Any], value: Value) -> str:
    said = []
    for key, new in changes.items():
        row = parameters().get(f"policy.{key.removeprefix('policy.')}")
        name = row.label[say.language][:1].lower() + row.label[say.language][1:] if row is not None else key
        plain = isinstance(new, str | int | float | bool)
        said.append(f"{name} {value(say, row, new)}" if plain else name)
    return ", ".join(said)
