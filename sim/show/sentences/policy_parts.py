"""What a policy does, in sentences: one for each of its parts, in the order in which a reader asks for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.model.policy.layers import CATEGORIES, PROGRAMMES, Layer, Layers
from sim.model.policy.policy import Policy
from sim.results.story import CATEGORY_NAMES
from sim.show.names import CHOICES, PAYERS_IN_SENTENCES
from sim.show.sentences import grants_and_phases, layer_terms
from sim.show.sentences.policy_differences import percent, value_of
from sim.text import N_, Words

Parts = dict[str, str]
"""Sentences by what they are about: a key of the policy, or `cost_split` and the categories that are paid alike."""

BEHAVIOUR = {
    "fixed": N_("Every municipality spends {amount} per inhabitant a year on prevention."),
    "responsive": N_(
        "Every municipality chooses each year what it spends on prevention, by what it pays for it itself."
    ),
}
DELIVERY = {
    "ad_hoc": N_("Each municipality buys its own protection."),
    "intermunicipal": N_("Municipalities buy their protection together with neighbours."),
    "flemish_framework": N_(
        "Municipalities buy their protection through a Flemish framework contract, more of them from the same supplier."
    ),
}
RANSOM = {
    "never": N_("No municipality may pay a ransom."),
    "may_pay": N_("A municipality may pay a ransom."),
    "with_approval": N_("A municipality may pay a ransom only with approval."),
}
EMPTY = {
    "wait": N_("When the fund is empty, claims wait for the next year."),
    "pro_rata": N_("When the fund is empty, every claim gets a part."),
    "fall_through": N_("When the fund is empty, the next payer pays."),
}
INCIDENTS = tuple(category for category in CATEGORIES if category not in PROGRAMMES)
WORDED = (
    "prevention.local_spend",
    "prevention.behaviour",
    "prevention.delivery",
    "prevention.minimum_standard",
    "prevention.supplier_standard",
    "response.teams",
    "response.fallback_services",
    "ransom.rule",
    "insurance",
    "fund",
    "gemeentefonds",
)
"""Parts of a policy that have a sentence of their own, beside grants, envelopes, who pays, and phases."""


def parts(policy: Policy, say: Words) -> Parts:
    """Return what a policy does, a sentence for each of its parts.

    >>> from sim.model.files.load import load_policy
    >>> from sim.text import words
    >>> parts(load_policy("no-ransom"), words("en"))["ransom.rule"]
    'No municipality may pay a ransom.'
    """
    found = dict(_prevention(say, policy))
    for place, grant in enumerate(policy.grants):
        again = grant.instrument == "audit" and any(one.instrument == "audit" for one in policy.grants[:place])
        found[f"grants.{grant.id}"] = _sentence(grants_and_phases.grant_said(say, grant, again=again))
    found |= dict(_response(say, policy))
    found |= dict(_insurance(say, policy))
    found |= dict(_fund(say, policy))
    for name, budget in policy.budgets.items():
        sentence = N_("Flanders sets aside {amount} a year for “{name}”.")
        found[f"budgets.{name}"] = say.say(sentence, amount=say.money(budget.per_year), name=name)
    if policy.gemeentefonds.share > 0:
        found["gemeentefonds"] = say.say(
            "Flanders takes {share} of what it pays out of the Gemeentefonds, so that all municipalities bear it.",
            share=percent(say, policy.gemeentefonds.share),
        )
    found |= shares(say, policy, CATEGORIES)
    before = policy.model_copy(update={"phases": ()})
    for phase, text in zip(policy.phases, grants_and_phases.phases(say, policy, before, value_of), strict=True):
        found[f"phases.{phase.from_}"] = _sentence(text)
    return found


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _prevention(say: Words, policy: Policy) -> Iterator[tuple[str, str]]:
    prevention = policy.prevention
    spend = say.say(BEHAVIOUR[prevention.behaviour], amount=say.money(prevention.local_spend))
    yield "prevention.behaviour", spend
    yield "prevention.delivery", say.say(DELIVERY[prevention.delivery])
    if (minimum := prevention.minimum_standard) is not None:
        values = {"level": say.say(CHOICES[minimum.level]), "share": percent(say, minimum.compliance)}
        sentence = N_(
            "Every municipality must have the {level} level of every measure in place; {share} of them comply."
        )
        if minimum.from_ is not None:
            sentence = N_(
                "From {date} on every municipality must have the {level} level of every measure in place; {share} of "
                "them comply."
            )
            values["date"] = say.date(minimum.from_)
        yield "prevention.minimum_standard", say.say(sentence, **values)
    if (supplier := prevention.supplier_standard) is not None:
        sentence = N_("Suppliers must meet a standard, for which they charge {amount} per inhabitant a year.")
        yield "prevention.supplier_standard", say.say(sentence, amount=say.money(supplier.price))


def _response(say: Words, policy: Policy) -> Iterator[tuple[str, str]]:
    teams = policy.response.teams
    if teams == "unlimited":
        yield "response.teams", say.say("There are always enough response teams.")
    elif teams == 1:
        yield "response.teams", say.say("One response team stands ready.")
    else:
        yield "response.teams", say.say("{n} response teams stand ready.", n=say.number(float(teams)))
    if policy.response.fallback_services:
        sentence = N_(
            "An emergency cloud or the desks of a neighbour stand ready, so that urgent services are back sooner."
        )
        yield "response.fallback_services", say.say(sentence)
    yield "ransom.rule", say.say(RANSOM[policy.ransom.rule])


def _insurance(say: Words, policy: Policy) -> Iterator[tuple[str, str]]:
    if (insurance := policy.insurance) is None:
        return
    values = {
        "share": percent(say, insurance.uptake),
        "limit": say.money(insurance.limit),
        "deductible": say.money(insurance.deductible),
    }
    yield (
        "insurance",
        say.say(
            "{share} of the municipalities are insured, for at most {limit} a year, above a deductible of {deductible} "
            "an incident.",
            **values,
        ),
    )
    premium = say.money(insurance.rate_on_line * insurance.limit)
    if insurance.risk_rated:
        sentence = N_(
            "Who is as well protected as today pays a premium of {amount} a year; who is better protected pays less."
        )
    else:
        sentence = N_("The premium is {amount} a year, the same for all.")
    yield "insurance.premium", say.say(sentence, amount=premium)


def _fund(say: Words, policy: Policy) -> Iterator[tuple[str, str]]:
    if (fund := policy.fund) is None:
        return
    if fund.levy > 0:
        sentence = N_("Municipalities pay {amount} per inhabitant a year into a solidarity fund.")
        yield "fund.levy", say.say(sentence, amount=say.money(fund.levy))
    if fund.flemish_contribution > 0:
        sentence = N_("Flanders adds {amount} a year to the fund.")
        yield "fund.flemish_contribution", say.say(sentence, amount=say.money(fund.flemish_contribution))
    if fund.opening_balance > 0:
        sentence = N_("The fund begins with {amount} of Flemish money.")
        yield "fund.opening_balance", say.say(sentence, amount=say.money(fund.opening_balance))
    limit = say.say("The fund pays at most {amount} to one municipality a year.", amount=say.money(fund.member_limit))
    yield "fund.member_limit", limit
    if fund.backstop == "flanders":
        yield "fund.when_empty", say.say("When the fund is empty, Flanders makes up what is missing.")
    else:
        yield "fund.when_empty", say.say(EMPTY[fund.when_empty])


# ---- who pays ------------------------------------------------------------------------------------------------------


def shares(say: Words, policy: Policy, categories: Sequence[str]) -> Parts:
    """Return who pays these categories of cost; those that are shared alike stand in one sentence."""
    alike: dict[Layers, list[str]] = {}
    for category in categories:
        alike.setdefault(policy.layers(category), []).append(category)
    others = len([1 for chosen in alike.values() if set(chosen) & set(INCIDENTS)]) > 1
    found = {}
    for layers, chosen in sorted(alike.items(), key=lambda item: len(item[0]) == 1):  # the bare rest comes last
        incidents = [category for category in chosen if category in INCIDENTS]
        rest = others and len(layers) == 1 and len(incidents) > 1 and set(categories) >= set(INCIDENTS)
        names = [say.say(CATEGORY_NAMES[category]) for category in chosen if category not in incidents or not rest]
        if rest:
            names.append(say.say("every other bill after an incident"))
        elif set(incidents) == set(INCIDENTS):
            names = [name for name, one in zip(names, chosen, strict=True) if one not in incidents]
            names.append(say.say("every bill after an incident"))
        found[f"cost_split.{'+'.join(chosen)}"] = _shared(say, say.listed(names), layers, policy)
    return found


def _shared(say: Words, what: str, layers: Layers, policy: Policy) -> str:
    """Who pays a cost, from the first payer to the last."""
    if len(layers) == 1:
        return say.say("The municipality itself pays for {what}.", what=what)
    if len(layers) == 2 and layers[0].is_bare:
        if layers[0].payer == "insurer" and policy.insurance is not None:
            sentence = N_("Of insured municipalities the insurer pays for {what}; the municipality pays what is left.")
            return say.say(sentence, what=what)
        return say.say(
            "{payer} pays for {what}.", payer=_capital(say.say(PAYERS_IN_SENTENCES[layers[0].payer])), what=what
        )
    steps = [_step(say, layer, first=place == 0) for place, layer in enumerate(layers[:-1])]
    if not layers[-2].is_bare:
        steps.append(say.say("the municipality the rest"))
    return say.say("Who pays for {what}: {steps}.", what=what, steps=say.say(", then ").join(steps))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _step(say: Words, layer: Layer, *, first: bool) -> str:
    """What one layer pays of what those before it left."""
    values = {"payer": say.say(PAYERS_IN_SENTENCES[layer.payer]), "share": percent(say, layer.share)}
    if (looked_at := layer_terms.first(say, layer)) is not None:
        values["first"] = looked_at
        whole = N_("{payer} the first {first}")
        said = (
            say.say(whole, **values) if layer.share == 1 else say.say("{payer} {share} of the first {first}", **values)
        )
    elif layer.share == 1:
        said = values["payer"] if first else say.say("{payer} what is left", **values)
    else:
        said = say.say("{payer} {share}", **values) if first else say.say("{payer} {share} of what is left", **values)
    terms = layer_terms.limits(say, layer)
    if layer.budget is not None:
        terms.append(say.say("as long as “{name}” lasts", name=layer.budget))
    if layer.requires is not None:
        terms.append(say.say("where its conditions are met"))
    terms += layer_terms.dates(say, layer)
    return f"{said} ({', '.join(terms)})" if terms else said
