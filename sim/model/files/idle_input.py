"""Parts of a sound policy that draw nothing, pay nothing or can never be met: each a warning, with its file and line.

Such a part is no fault, for every mechanism has an off value; but who writes it down mostly meant something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.model.day import next_january
from sim.model.faults import Loc
from sim.model.files.idle_plan import Idle, idle_levers, idle_phases, placed
from sim.model.files.read_yaml import Node
from sim.model.policy.layers import CATEGORIES, MEASURES, Layer, LayerRequires, Requires
from sim.model.policy.policy import Policy
from sim.model.policy.programmes import Fund, Grant
from sim.model.problems import Problem

BY_SIZE = ("first", "limit_per_event", "limit_per_year", "occurrence_limit")
"""Terms of a layer that may also be set for each inhabitant, then with this behind their name."""
EACH = "_per_inhabitant"


def idle_problems(policy: Policy, tree: Node) -> list[Problem]:
    """A warning for everything in a sound policy that means nothing, in the order of its file."""
    stages = [stage for _, stage in policy.stages()]
    found = [
        *idle_levers(policy, tree),
        *idle_phases(policy),
        *_idle_pots(stages),
        *(one for grant in enumerate(policy.grants) for one in _idle_grant(stages, *grant)),
        *_idle_layers(policy, stages),
    ]
    problems = []
    for one in found:
        node = tree.at(one.loc)
        if one.rule == "idle-limit" and node is tree.at(one.loc[:-1]):  # a limit that nobody wrote down
            continue
        problems.append(Problem(node.file, node.line, one.rule, one.message, one.hint, "warning"))
    return list(dict.fromkeys(sorted(problems, key=lambda problem: problem.line or 0)))


# ---- pots and insurance ---------------------------------------------------------------------------------------------


def _idle_pots(stages: Sequence[Policy]) -> Iterator[Idle]:
    first = stages[0]
    layers = [one for stage in stages for name in CATEGORIES for one in stage.layers(name) if _nothing(one) is None]
    if first.fund is not None:
        funds = [stage.fund for stage in stages if stage.fund is not None]
        if not any(layer.payer == "fund" for layer in layers):
            hint = "give a cost a layer {payer: fund}, or leave the fund out"
            yield Idle("idle-fund", ("fund",), "no layer of cost_split draws on the fund: it pays nobody", hint)
        elif not any(map(_takes_in, funds)):
            message = "the fund never takes in money: no levy, no contribution, no opening balance, no backstop"
            yield Idle("idle-fund", ("fund",), f"{message}; its layers pay nothing", None)
        if all(fund.member_limit > fund.annual_limit for fund in funds):
            message = "is more than fund.annual_limit, which stops all members before"
            yield Idle("idle-limit", ("fund", "member_limit"), f"fund.member_limit {message}", None)
    if first.insurance is not None and not any(layer.payer == "insurer" for layer in layers):
        message = "no layer of cost_split is the insurer's: the insured pay a premium and can claim nothing"
        yield Idle("idle-insurance", ("insurance",), message, "give a cost a layer {payer: insurer}, or leave it out")
    for name in first.budgets:
        loc: Loc = ("budgets", name)
        if not any(layer.budget == name for layer in layers):
            hint = f"give a cost a layer {{payer: flanders, budget: {name}}}, or leave it out"
            yield Idle("idle-budget", loc, f"no layer of cost_split draws on budgets.{name}: it pays nobody", hint)
        elif all(stage.budgets[name].per_year == 0 for stage in stages):
            message = f"budgets.{name} holds no money in any year; its layers pay nothing"
            yield Idle("idle-budget", (*loc, "per_year"), message, None)


def _takes_in(fund: Fund) -> bool:
    return fund.levy + fund.flemish_contribution + fund.opening_balance > 0 or fund.backstop == "flanders"


# ---- grants ---------------------------------------------------------------------------------------------------------


def _idle_grant(stages: Sequence[Policy], index: int, grant: Grant) -> Iterator[Idle]:
    loc: Loc = ("grants", index)
    if (why := _pays_nothing(stages, grant)) is not None:
        yield Idle("idle-grant", (*loc, why[0]), f"grant {grant.id} does nothing: {why[1]}", None)
    if grant.requires is not None and (never := _never_met(stages, grant.requires)) is not None:
        yield Idle("unmet-requirement", (*loc, "requires"), f"grant {grant.id} pays nobody: {never}", None)
    if grant.budget_per_year and grant.cap_per_municipality and grant.cap_per_municipality > grant.budget_per_year:
        message = f"cap_per_municipality of grant {grant.id} is more than its budget_per_year, which stops all before"
        yield Idle("idle-limit", (*loc, "cap_per_municipality"), message, None)


def _pays_nothing(stages: Sequence[Policy], grant: Grant) -> tuple[str, str] | None:
    """The key that makes a grant idle and why, or None. Audits and services take place without Flemish money too."""
    if grant.hazard == 0 and grant.instrument != "lump_sum":
        return "hazard", "its hazard is 0, so that nobody takes it up"
    if grant.budget_per_year == 0 and (grant.share or grant.amount):
        return "budget_per_year", "its budget_per_year is 0"
    if grant.instrument in ("matching", "lump_sum"):
        key = "share" if grant.instrument == "matching" else "amount"
        if getattr(grant, key) == 0 or grant.cap_per_municipality == 0:
            key = key if getattr(grant, key) == 0 else "cap_per_municipality"
            return key, f"its {key} is 0"
    if grant.instrument == "matching" and not any(getattr(s.prevention.mix, m) for s in stages for m in grant.covered):
        return "measures", "nothing is spent on the measures that it is for"
    begun, until = grant.from_, grant.until
    if grant.instrument != "audit" and begun is not None and until is not None and until < next_january(begun):
        return "until", "it is paid on 1 January, and none lies between its from and until"
    return None


# ---- layers ---------------------------------------------------------------------------------------------------------


def _idle_layers(policy: Policy, stages: Sequence[Policy]) -> Iterator[Idle]:
    for loc, layer, above in placed(policy):
        name = f"layer {layer_number(loc)} of {loc_category(loc)}"
        if (key := _nothing(layer)) is not None:
            yield Idle("idle-layer", (*loc, key), f"{name} pays nothing: its {key} is 0", None)
        elif any(_takes_all(one, policy) for one in above) and layer != Layer(payer="municipality"):
            place = 1 + next(place for place, one in enumerate(above) if _takes_all(one, policy))
            yield Idle("idle-layer", loc, f"{name} is never reached: layer {place} takes all that is left", None)
        elif layer.requires is not None and (never := _never_met(stages, layer.requires)) is not None:
            yield Idle("unmet-requirement", (*loc, "requires"), f"{name} pays nothing: {never}", None)
        elif (limit := _limit_beyond(layer, stages)) is not None:
            yield Idle("idle-limit", (*loc, limit[0]), f"{limit[0]} of {name} {limit[1]}", None)


def _nothing(layer: Layer) -> str | None:
    """The key by which a layer pays nothing, or None."""
    keys = ("share", *(f"{name}{each}" for name in BY_SIZE for each in ("", EACH)))
    return next((key for key in keys if getattr(layer, key) == 0), None)


def _takes_all(layer: Layer, policy: Policy) -> bool:
    insured = layer.payer == "insurer" and policy.insurance is not None
    return layer.is_bare and layer.payer != "fund" and not insured


def _limit_beyond(layer: Layer, stages: Sequence[Policy]) -> tuple[str, str] | None:
    """A limit of a layer that another stops before, and why."""
    event, year, occurrence = layer.limit_per_event, layer.limit_per_year, layer.occurrence_limit
    for name in BY_SIZE:
        limit, each = getattr(layer, name), getattr(layer, f"{name}{EACH}")
        if limit is not None and each is not None and each >= limit:
            return f"{name}{EACH}", f"is no less than its {name}, which stops it before at every size"
    if layer.common_cause_attachment == 0:
        return "common_cause_attachment", "is 0: it pays from the first euro of every event, as without"
    if event is not None and occurrence is not None and event > occurrence:
        return "limit_per_event", "is more than its occurrence_limit, which stops it before"
    if occurrence is not None and all(_within(stage, layer.payer, occurrence) for stage in stages):
        return (
            "occurrence_limit",
            "is no less than its payer's layers with one can pay for one incident: it stops nothing",
        )
    if event is not None and year is not None and event > year:
        return "limit_per_event", "is more than its limit_per_year, which stops it before"
    if event is not None and layer.first is not None and event > layer.share * layer.first:
        return "limit_per_event", "is more than its share of its first euros, and stops nothing"
    if year is not None and layer.budget is not None and all(year > s.budgets[layer.budget].per_year for s in stages):
        return "limit_per_year", f"is more than budgets.{layer.budget} holds in a year, and stops nothing"
    return None


def _within(stage: Policy, payer: str, limit: float) -> bool:
    """Whether all layers of a payer that count over the categories of an incident never reach this limit together."""
    most = 0.0
    for layer in (one for category in CATEGORIES for one in stage.layers(category)):
        if layer.payer != payer or (layer.occurrence_limit is None and layer.occurrence_limit_per_inhabitant is None):
            continue
        looked_at = None if layer.first is None else layer.share * layer.first
        bounds = [one for one in (layer.limit_per_event, looked_at) if one is not None]
        if not bounds:
            return False
        most += min(bounds)
    return most <= limit


def _never_met(stages: Sequence[Policy], requires: Requires) -> str | None:
    """Why no municipality ever meets a requirement, or None."""
    full = [name for name in MEASURES if getattr(requires, name) == 1]
    if full:
        return f"it asks for a coverage of 1 of {', '.join(full)}, which no spending buys"
    if isinstance(requires, LayerRequires) and requires.programme is not None:
        grant = next(one for one in stages[0].grants if one.id == requires.programme)
        if grant.hazard == 0:
            return f"it asks for grant {grant.id}, whose hazard is 0, so that nobody takes it up"
    standards = [stage.prevention.minimum_standard for stage in stages]
    if requires.minimum_standard and all(one is None or one.compliance == 0 for one in standards):
        return "it asks for the minimum standard, with which nobody complies (compliance is 0)"
    return None


def layer_number(loc: Loc) -> int:
    """The number of a layer, from 1, by its place in the data."""
    return int(loc[-1]) + 1


def loc_category(loc: Loc) -> str:
    """The cost category of a layer, by its place in the data: a key of its own, or the end of a key of a phase."""
    return str(loc[-2]).rpartition(".")[2]
