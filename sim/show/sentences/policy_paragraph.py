"""A paragraph about a policy in plain words: what it does, what it costs, who finally pays, and what citizens notice.

The words follow from the parts of the policy, the numbers from the result. Beside a baseline only what differs is told.
"""

from __future__ import annotations

import math

from sim.experiments.comparison.compare import Comparison
from sim.model.policy.layers import CATEGORIES
from sim.model.policy.policy import Policy
from sim.results import findings
from sim.results.estimates import Difference
from sim.results.findings import moves_nothing, told
from sim.results.outcomes import KPIS
from sim.show.sentences.policy_differences import leaves, said_of
from sim.show.sentences.policy_parts import WORDED, parts, shares
from sim.text import N_, Words, words

TRIVIAL = 0.001
"""A payer whose net amount is below this share of the whole cost is not named."""
PAYS = {"insurer": N_(", insurers {amount}"), "fund": N_(", the solidarity fund {amount}")}
KEEPS = {
    "insurer": N_("; of that {amount} a year stays with insurers"),
    "fund": N_("; of that {amount} a year stays in the solidarity fund"),
}

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


def _interval(say: Words, ends: tuple[float, float], years: int) -> str:
    if not all(math.isfinite(end) for end in ends):
        return say.say("one future gives no interval")
    low, high = (say.money(end / years) for end in ends)
    return say.say("{level}% interval {low} to {high}", low=low, high=high)


def _total(say: Words, result: Comparison, policy: Policy) -> str:
    return say.say(
        "A year costs {cash} on average ({interval}): {prevention} for prevention and teams, {incidents} for "
        "incidents.",
        cash=_yearly(say, result, policy, "cash_cost_eur"),
        interval=_interval(say, result.estimate(policy, "cash_cost_eur").ci95, result.years),
        prevention=_yearly(say, result, policy, "prevention_cost_eur"),
        incidents=_yearly(say, result, policy, "incident_cost_eur"),
    )


def _payers(say: Words, result: Comparison, policy: Policy) -> str:
    """Who finally pays, after grants, premiums, levies and what is taken back."""
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
    gap, base = result.difference(policy, "cash_cost_eur"), result.baseline.title[say.language]
    if moves_nothing({kpi: result.difference(policy, kpi) for kpi in KPIS}):
        return say.say("That is exactly as much as under “{baseline}”, for everybody who pays.", baseline=base)
    if gap.share_of_futures_equal == 1:
        return say.say("In total that is exactly as much as under “{baseline}”: only who pays changes.", baseline=base)
    values = {"baseline": base, "amount": say.money(abs(gap.mean) / result.years)}
    if told(gap, result.estimate(result.baseline, "cash_cost_eur").mean) == "trifle":
        sentence = N_("The difference with “{baseline}” is below {least} ({interval}).")
        return say.say(
            sentence,
            baseline=base,
            least=say.percent(findings.TRIVIAL, 1),
            interval=_interval(say, gap.ci95, result.years),
        )
    if gap.verdict == "too_close":
        interval = _interval(say, gap.ci95, result.years)
        sentence = N_("The difference with “{baseline}” is within the uncertainty ({interval}).")
        return say.say(sentence, baseline=base, interval=interval)
    values["interval"] = _interval(say, _sizes(gap), result.years)
    if gap.mean > 0:
        return say.say("That is {amount} a year more than under “{baseline}” ({interval}).", **values)
    return say.say("That is {amount} a year less than under “{baseline}” ({interval}).", **values)


def _sizes(gap: Difference) -> tuple[float, float]:
    """The ends of an interval that excludes zero, without their sign."""
    low, high = sorted(abs(end) for end in gap.ci95)
    return low, high


def _harm(say: Words, result: Comparison, policy: Policy) -> str:
    """What citizens notice: harm is no money, and stands apart."""
    harm = _yearly(say, result, policy, "citizen_harm_eur")
    gap = result.difference(policy, "citizen_harm_eur")
    if policy.id == result.baseline.id:
        return say.say("Citizens lose services worth {harm} a year, which is not cash.", harm=harm)
    if gap.share_of_futures_equal == 1:
        return say.say("Citizens lose services worth {harm} a year, which is not cash: exactly as much.", harm=harm)
    if gap.verdict == "too_close":
        sentence = N_(
            "Citizens lose services worth {harm} a year, which is not cash; the difference is within the uncertainty."
        )
        return say.say(sentence, harm=harm)
    if told(gap, result.estimate(result.baseline, "citizen_harm_eur").mean) == "trifle":
        sentence = N_("Citizens lose services worth {harm} a year, which is not cash; the difference is below {least}.")
        return say.say(sentence, harm=harm, least=say.percent(findings.TRIVIAL, 1))
    values = {"harm": harm, "amount": say.money(abs(gap.mean) / result.years)}
    values["interval"] = _interval(say, _sizes(gap), result.years)
    if gap.mean > 0:
        return say.say(
            "Citizens lose services worth {harm} a year, which is not cash: {amount} more ({interval}).", **values
        )
    return say.say(
        "Citizens lose services worth {harm} a year, which is not cash: {amount} less ({interval}).", **values
    )
