"""A paragraph about a policy in plain words: what it does, what it costs, who finally pays, and what citizens notice.

The words follow from the parts of the policy, the numbers from the result. Beside a baseline only what differs is told.
"""

from __future__ import annotations

from sim.experiments.comparison.compare import Comparison
from sim.model.policy.layers import CATEGORIES
from sim.model.policy.policy import Policy
from sim.results.findings import TRIVIAL, between, change_of, interval, total_change
from sim.results.outcomes import KPIS
from sim.show.sentences.policy_differences import leaves, said_of
from sim.show.sentences.policy_parts import WORDED, parts, shares
from sim.text import N_, Words, words

PAYS = {"insurer": N_(", insurers {amount}"), "fund": N_(", the solidarity fund {amount}")}
KEEPS = {
    "insurer": N_("; of that {amount} a year stays with insurers"),
    "fund": N_("; of that {amount} a year stays in the solidarity fund"),
}

TOTAL = {
    "nothing": N_("That is exactly as much as under “{baseline}”, for everybody who pays."),
    "same": N_("In total that is exactly as much as under “{baseline}”: only who pays changes."),
    "trifle": N_("The difference with “{baseline}” is below {least} ({interval})."),
    "too_close": N_("The difference with “{baseline}” is within the uncertainty ({interval})."),
    "higher": N_("That is {amount} a year more than under “{baseline}” ({interval})."),
    "lower": N_("That is {amount} a year less than under “{baseline}” ({interval})."),
}
HARM = {
    "same": N_("Citizens lose services worth {harm} a year, which is not cash: exactly as much."),
    "trifle": N_("Citizens lose services worth {harm} a year, which is not cash; the difference is below {least}."),
    "too_close": N_(
        "Citizens lose services worth {harm} a year, which is not cash; the difference is within the uncertainty."
    ),
    "higher": N_("Citizens lose services worth {harm} a year, which is not cash: {amount} more ({interval})."),
    "lower": N_("Citizens lose services worth {harm} a year, which is not cash: {amount} less ({interval})."),
}
"""What is told of a change, by `findings.total_change` and `findings.change_of`."""
CHOICE = {
    "fixed": N_(
        "Part of the difference is that municipalities choose for themselves under “{baseline}”, and not here."
    ),
    "responsive": N_(
        "Part of the difference is that municipalities choose for themselves here, and under “{baseline}” not."
    ),
}


def paragraph(result: Comparison, policy: str | Policy, language: str) -> str:
    """Return what a policy of a comparison does and what it costs a year, in one paragraph; "nl" or "en".

    KeyError for a policy that is not in the comparison.
    """
    say, chosen = words(language), result.policies[result.position(policy)]
    base = result.baseline if chosen.id != result.baseline.id else None
    return " ".join([*does(chosen, base, say), *costs(result, chosen, say)])


# ---- what it does --------------------------------------------------------------------------------------------------


def does(policy: Policy, base: Policy | None, say: Words) -> list[str]:
    """Return what a policy does, a sentence each; beside a baseline what it does otherwise, and that the rest is so."""
    mine = parts(policy, say)
    if base is None:
        return list(mine.values())
    theirs = parts(base, say)
    mine, theirs = (
        {key: text for key, text in one.items() if not key.startswith("cost_split")} for one in (mine, theirs)
    )
    said = [text for key, text in mine.items() if theirs.get(key) != text]
    moved = [category for category in CATEGORIES if policy.layers(category) != base.layers(category)]
    said += shares(say, policy, moved).values()
    said += _unworded(policy, base, say)
    said += [say.say("This ends: {what}", what=_small(say, text)) for key, text in theirs.items() if key not in mine]
    alike = say.say("For the rest it is “{baseline}”.", baseline=base.title[say.language])
    return [*said, alike] if said else [say.say("It does the same as “{baseline}”.", baseline=base.title[say.language])]


def _small(say: Words, sentence: str) -> str:
    """A sentence to stand after a colon: a name keeps its capital."""
    names = (say.say("Flanders"), "“")
    return sentence if sentence.startswith(names) else sentence[:1].lower() + sentence[1:]


def _unworded(policy: Policy, base: Policy, say: Words) -> list[str]:
    """What differs and has no sentence of its own, by the labels of the parameters."""
    return [
        f"{said_of(say, path, mine, theirs)}."
        for path, mine, theirs in leaves(policy, base, ())
        if not any(path == known or path.startswith(f"{known}.") for known in WORDED)
    ]


# ---- what it costs -------------------------------------------------------------------------------------------------


def costs(result: Comparison, policy: Policy, say: Words) -> list[str]:
    """Return what a policy costs a year, who finally pays, and how both differ from the baseline."""
    lines = [_total(say, result, policy), _payers(say, result, policy)]
    if policy.id == result.baseline.id:
        return [*lines, _harm(say, result, policy)]
    lines.append(_difference(say, result, policy))
    if policy.prevention.behaviour != result.baseline.prevention.behaviour:
        lines.append(say.say(CHOICE[policy.prevention.behaviour], baseline=result.baseline.title[say.language]))
    return [*lines, _harm(say, result, policy)]


def _yearly(say: Words, result: Comparison, policy: Policy, kpi: str) -> str:
    return say.money(result.estimate(policy, kpi).mean / result.years)


def _total(say: Words, result: Comparison, policy: Policy) -> str:
    return say.say(
        "A year costs {cash} on average ({interval}): {prevention} for prevention and teams, {incidents} for "
        "incidents.",
        cash=_yearly(say, result, policy, "cash_cost_eur"),
        interval=between(say, *(end / result.years for end in result.estimate(policy, "cash_cost_eur").ci95)),
        prevention=_yearly(say, result, policy, "prevention_cost_eur"),
        incidents=_yearly(say, result, policy, "incident_cost_eur"),
    )


def _payers(say: Words, result: Comparison, policy: Policy) -> str:
    """Who finally pays, after grants, premiums, levies and what is taken back; those who pay a trifle are not named."""
    own = result.estimate(policy, "cost_municipality_eur").mean / result.years
    least = TRIVIAL * abs(result.estimate(policy, "cash_cost_eur").mean)
    net = {payer: result.estimate(policy, f"cost_{payer}_eur").mean for payer in PAYS}
    others = [
        say.say(table[payer], amount=say.money(abs(amount) / result.years))
        for table, sign in ((PAYS, 1), (KEEPS, -1))
        for payer, amount in net.items()
        if sign * amount > least
    ]
    flanders = result.estimate(policy, "cost_flanders_eur").mean
    paid = say.say(
        "In the end the municipalities pay {own}, Flanders {flanders}{others}.",
        own=_own(say, own, result.world.population),
        flanders=say.money(flanders / result.years) if flanders else say.say("nothing"),
        others="".join(others),
    )
    unpaid = result.estimate(policy, "unpaid_claims_eur").mean
    if unpaid <= 0:
        return paid
    return f"{paid} " + say.say("Claims of {amount} are never paid.", amount=say.money(unpaid))


def _own(say: Words, own: float, inhabitants: int) -> str:
    if not own:
        return say.say("nothing")
    return say.say("{own} ({each} per inhabitant)", own=say.money(own), each=say.money(own / inhabitants))


def _difference(say: Words, result: Comparison, policy: Policy) -> str:
    gaps = {kpi: result.difference(policy, kpi) for kpi in KPIS}
    gap, change = gaps["cash_cost_eur"], total_change(gaps, result.estimate(result.baseline, "cash_cost_eur").mean)
    return say.say(
        TOTAL[change],
        baseline=result.baseline.title[say.language],
        amount=say.money(abs(gap.mean) / result.years),
        least=say.percent(TRIVIAL, 1),
        interval=interval(say, gap, signed=change == "trifle", years=result.years),
    )


def _harm(say: Words, result: Comparison, policy: Policy) -> str:
    """What citizens notice: harm is no money, and stands apart."""
    harm = _yearly(say, result, policy, "citizen_harm_eur")
    if policy.id == result.baseline.id:
        return say.say("Citizens lose services worth {harm} a year, which is not cash.", harm=harm)
    gap = result.difference(policy, "citizen_harm_eur")
    change = change_of(gap, result.estimate(result.baseline, "citizen_harm_eur").mean)
    return say.say(
        HARM[change],
        harm=harm,
        amount=say.money(abs(gap.mean) / result.years),
        least=say.percent(TRIVIAL, 1),
        interval=interval(say, gap, years=result.years),
    )
