"""What a result rests on: the deciding assumptions in a sentence, and tables of what nobody measured or was changed."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping

from sim.experiments.comparison.compare import Comparison
from sim.model.parameter_table import parameters
from sim.model.policy.policy import Policy
from sim.model.world.provenance import is_shipped, stated_source
from sim.model.world.world import World
from sim.results.findings import ANCHORS, LEVEL_NAMES
from sim.show.base.table import PrintedTable
from sim.show.names import ANCHOR_NAMES
from sim.show.sentences.policy_differences import percent
from sim.show.tables.parameters import shown
from sim.text import N_, words

Uses = Callable[[Policy], bool]


def _grant(instrument: str) -> Uses:
    return lambda policy: any(grant.instrument == instrument for grant in policy.grants)


def _delivery(name: str) -> Uses:
    return lambda policy: policy.prevention.delivery == name


def _level(name: str) -> Uses:
    return lambda policy: (standard := policy.prevention.minimum_standard) is not None and standard.level == name


_framework, _service = _delivery("flemish_framework"), _grant("shared_service")


def _responds(policy: Policy) -> bool:
    return policy.prevention.behaviour == "responsive"


def _may_pay_ransom(policy: Policy) -> bool:
    return policy.ransom.rule != "never"


NEEDED: Mapping[str, Uses] = {
    "adoption.matching": _grant("matching"),
    "adoption.audit": _grant("audit"),
    "adoption.shared_service": _service,
    "audit": _grant("audit"),
    "service": _service,
    "finance.flypaper_first": _grant("lump_sum"),
    "finance.flypaper_later": _grant("lump_sum"),
    "finance.prevention_ceiling": _responds,
    "behaviour": _responds,
    "delivery.intermunicipal_price": _delivery("intermunicipal"),
    "delivery.intermunicipal_spread": _delivery("intermunicipal"),
    "delivery.framework_price": lambda policy: _framework(policy) or _service(policy),
    "delivery": _framework,
    "standard.basic": _level("basic"),
    "standard.important": _level("important"),
    "standard.essential": _level("essential"),
    "fallback": lambda policy: policy.response.fallback_services,
    "insurance": lambda policy: policy.insurance is not None,
    "team.private_factor": lambda policy: policy.response.private_after_days != "never",
    "extortion.paid_fraction": _may_pay_ransom,
    "threat.repeat_paid_factor": _may_pay_ransom,
    "extortion.ban_deterrence": lambda policy: policy.ransom.rule == "never",
}
"""Which policies use a number of the world; one that stands nowhere here is used by all. The longest key counts."""


def assumptions(result: Comparison, language: str) -> PrintedTable:
    """Return the numbers of the world that nobody measured, that a policy here uses, and that have a range to try."""
    say, rows = words(language), []
    end = result.world.start.replace(year=result.world.start.year + result.years)
    in_force = [stage for policy in result.policies for stage in stages_in(policy, result.world.start, end)]
    for row in parameters().values():
        if row.scope != "world" or not row.is_assumption or row.low is None or row.high is None:
            continue
        value = result.world.get_value(row.path)
        curve = row.path.startswith("break_in.") and row.path.split(".")[1] not in ("today", "overlap", "floor")
        if value == row.off or (curve and result.world.defence == "measures") or not _is_used(row.path, in_force):
            continue
        spread = say.say("{low} to {high}", low=shown(say, row, row.low), high=shown(say, row, row.high))
        rows.append((row.label[language], shown(say, row, value), spread, say.say(row.unit), row.key))
    return PrintedTable(
        title=say.say("Assumptions: numbers that nobody measured"),
        columns=(say.say("Assumption"), say.say("Value"), say.say("Range"), say.say("Unit"), say.say("Name")),
        rows=tuple(rows),
        note=say.say("Only those of what these policies use. The range is what seems possible."),
        wordy=(3, 4),
    )


def stages_in(policy: Policy, start: datetime.date, end: datetime.date) -> list[Policy]:
    """Return the policy as it is in force from `start` to before `end`, without the grants that pay nothing then."""
    grants = tuple(
        grant
        for grant in policy.grants
        if (grant.until is None or grant.until >= start) and (grant.from_ is None or grant.from_ < end)
    )
    dated = policy.stages()
    past = [stage for day, stage in dated if day is None or day <= start][-1:]
    coming = [stage for day, stage in dated if day is not None and start < day < end]
    return [stage.model_copy(update={"grants": grants}) for stage in (*past, *coming)]


def _is_used(path: str, policies: list[Policy]) -> bool:
    keys = [key for key in NEEDED if path == key or path.startswith(f"{key}.")]
    return not keys or any(NEEDED[max(keys, key=len)](policy) for policy in policies)


def changed(result: Comparison, language: str) -> PrintedTable | None:
    """Return the numbers of the world that are not at their default; None when all are."""
    say = words(language)
    rows = [
        (
            row.label[language],
            shown(say, row, result.world.get_value(row.path)),
            shown(say, row, row.value),
            say.say(row.unit),
            row.key,
        )
        for row in parameters().values()
        if row.scope == "world" and row.path != "years" and result.world.get_value(row.path) != row.value
    ]
    if not rows:
        return None
    return PrintedTable(
        title=say.say("What differs from the defaults"),
        columns=(say.say("What"), say.say("Value"), say.say("Default"), say.say("Unit"), say.say("Name")),
        rows=tuple(rows),
        wordy=(3, 4),
    )


def source(world: World, language: str) -> str:
    """Return where the municipalities of a world come from, or that the world does not say so, in one sentence."""
    say = words(language)
    if is_shipped(world):
        return say.say(
            "Names, codes, inhabitants and income of the municipalities: Statbel (Directorate-general Statistics - "
            "Statistics Belgium), CC BY 4.0."
        )
    if (stated := stated_source(world)) is None:
        return say.say("The source of the municipalities is not stated.")
    return say.say("The source of the municipalities, as stated in the world: {source}", source=stated[language])


def deciding(world: World, language: str) -> str:
    """Return the assumptions that decide much: the level of the three, and how the threat grows, in two sentences."""
    say = words(language)
    levels = ", ".join(
        f"{say.say(ANCHOR_NAMES[name])} {say.say(LEVEL_NAMES[getattr(world.anchor, name)])}" for name in ANCHORS
    )
    said = say.say("Deciding assumptions: {levels}.", levels=levels)
    threat = world.threat
    still = say.say("Attempts do not grow.")
    if threat.growth == 0:
        return f"{said} {still}"
    share = percent(say, threat.growth)
    if threat.growth_centre == "horizon":
        grows = say.say(
            "Attempts grow by {share} a year; their stated number holds for all years on average.", share=share
        )
    else:
        since = N_("Attempts grow by {share} a year; their stated number holds for 1 January {year}.")
        grows = say.say(since, share=share, year=str(threat.base_year))
    return f"{said} {grows}"
