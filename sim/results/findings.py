"""Findings in sentences: what a policy changes against its baseline, how sure that is, and what decides it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.results.estimates import Difference
from sim.text import N_, Words

PAYS = {
    ("municipality", "less"): N_("the municipalities pay {amount} less"),
    ("municipality", "more"): N_("the municipalities pay {amount} more"),
    ("flanders", "less"): N_("Flanders pays {amount} less"),
    ("flanders", "more"): N_("Flanders pays {amount} more"),
    ("insurer", "less"): N_("insurers pay {amount} less"),
    ("insurer", "more"): N_("insurers pay {amount} more"),
    ("insurer", "keeps"): N_("{amount} stays with insurers"),
    ("fund", "less"): N_("the solidarity fund pays {amount} less"),
    ("fund", "more"): N_("the solidarity fund pays {amount} more"),
    ("fund", "keeps"): N_("{amount} stays in the solidarity fund"),
}
PAYS_A_YEAR = {
    ("municipality", "less"): N_("the municipalities pay {amount} less a year"),
    ("municipality", "more"): N_("the municipalities pay {amount} more a year"),
    ("flanders", "less"): N_("Flanders pays {amount} less a year"),
    ("flanders", "more"): N_("Flanders pays {amount} more a year"),
    ("insurer", "less"): N_("insurers pay {amount} less a year"),
    ("insurer", "more"): N_("insurers pay {amount} more a year"),
    ("insurer", "keeps"): N_("{amount} a year stays with insurers"),
    ("fund", "less"): N_("the solidarity fund pays {amount} less a year"),
    ("fund", "more"): N_("the solidarity fund pays {amount} more a year"),
    ("fund", "keeps"): N_("{amount} a year stays in the solidarity fund"),
}
TRIVIAL = 0.001  # a change below this share of the whole cost, or of the harm, is a trifle: no change to speak of
TRIFLES = N_("Nobody's bill changes by more than chance or a trifle.")
NOTHING_MOVES = N_("“{policy}” changes nobody's bill in any of these futures.")
CASH = {
    "lower": N_(
        "Over {years} “{policy}” costs {amount} less in total than “{baseline}” ({interval}); it is cheaper in "
        "{lower} of {n} futures."
    ),
    "higher": N_(
        "Over {years} “{policy}” costs {amount} more in total than “{baseline}” ({interval}); it is dearer in "
        "{higher} of {n} futures."
    ),
    "trifle": N_(
        "Over {years} the total cash cost under “{policy}” differs by less than {least} from that under "
        "“{baseline}” ({interval}; lower in {lower}, higher in {higher} of {n} futures)."
    ),
    "too_close": N_(
        "Over {years} the total cash cost under “{policy}” is too close to call against “{baseline}” "
        "({interval}; lower in {lower}, higher in {higher} of {n} futures)."
    ),
}
CASH_WITH_TIES = {
    "lower": N_(
        "Over {years} “{policy}” costs {amount} less in total than “{baseline}” ({interval}); it is cheaper in "
        "{lower} of {n} futures, as dear in {equal} and dearer in {higher}."
    ),
    "higher": N_(
        "Over {years} “{policy}” costs {amount} more in total than “{baseline}” ({interval}); it is dearer in "
        "{higher} of {n} futures, as dear in {equal} and cheaper in {lower}."
    ),
    "trifle": N_(
        "Over {years} the total cash cost under “{policy}” differs by less than {least} from that under "
        "“{baseline}” ({interval}; lower in {lower}, equal in {equal}, higher in {higher} of {n} futures)."
    ),
    "too_close": N_(
        "Over {years} the total cash cost under “{policy}” is too close to call against “{baseline}” "
        "({interval}; lower in {lower}, equal in {equal}, higher in {higher} of {n} futures)."
    ),
}
CASH_ALIKE = {
    "same": N_("“{policy}” costs exactly as much in total as “{baseline}” in every future: it only moves who pays."),
    "nothing": NOTHING_MOVES,
}
HARM = {
    "lower": N_("Harm to citizens, which is not cash, falls by {amount}, or {share} ({interval})."),
    "higher": N_("Harm to citizens, which is not cash, rises by {amount}, or {share} ({interval})."),
    "trifle": N_("Harm to citizens, which is not cash, changes by less than {least}."),
    "too_close": N_("Whether citizens miss services for longer or shorter is too close to call."),
    "same": N_("Citizens miss services exactly as long."),
}
LEVEL_NAMES = {"low": N_("low"), "central": N_("central"), "high": N_("high")}
ANCHORS = ("frequency", "service_value", "supplier_accumulation")
"""The three assumptions that decide: their evidence spans a factor of ten or more."""
ASPECTS = {
    "cash_cost_eur": (N_("a lower total"), N_("a higher total")),
    "worst_year_cost_eur": (N_("a lighter worst year"), N_("a heavier worst year")),
    "cost_municipality_eur": (N_("a lower bill for the municipalities"), N_("a higher bill for the municipalities")),
    "cost_flanders_eur": (N_("a lower bill for Flanders"), N_("a higher bill for Flanders")),
    "citizen_harm_eur": (N_("less harm to citizens"), N_("more harm to citizens")),
}
UNDER = {
    ("frequency", "low"): N_("If attacks are rarer"),
    ("frequency", "central"): N_("If attacks are as frequent as in the middle estimate"),
    ("frequency", "high"): N_("If attacks are more frequent"),
    ("service_value", "low"): N_("If a day of service is worth less"),
    ("service_value", "central"): N_("If a day of service is worth the middle estimate"),
    ("service_value", "high"): N_("If a day of service is worth more"),
    ("supplier_accumulation", "low"): N_("If suppliers fall less often"),
    ("supplier_accumulation", "central"): N_("If suppliers fall as often as in the middle estimate"),
    ("supplier_accumulation", "high"): N_("If suppliers fall more often"),
}
BECOMES = {
    ("cash", "lower"): N_("the total is clearly lower"),
    ("cash", "higher"): N_("the total is clearly higher"),
    ("cash", "too_close"): N_("the total is too close to call"),
    ("harm", "lower"): N_("harm to citizens clearly falls"),
    ("harm", "higher"): N_("harm to citizens clearly rises"),
    ("harm", "too_close"): N_("harm to citizens is too close to call"),
    ("worth", "lower"): N_("what is gained is worth more than what is lost"),
    ("worth", "higher"): N_("what is gained is worth less than what is lost"),
    ("worth", "too_close"): N_("gain and loss are too close to call"),
}


@dataclass(frozen=True)
class Turn:
    """A claim that is another one when a deciding assumption is at another level; verdicts as of a `Difference`."""

    assumption: str
    level: str
    claim: str  # cash, harm or worth: see BECOMES
    before: str
    there: str


@dataclass(frozen=True)
class Finding:
    """The numbers behind one sentence; amounts in euro over the whole horizon."""

    baseline: str
    policy: str
    replications: int
    years: int
    differences: Mapping[str, Difference]
    baseline_means: Mapping[str, float]
    assumptions: Mapping[str, str]  # the three deciding assumptions and their level
    turns: tuple[Turn, ...] | None = None  # None where nobody looked
    behaviour: Mapping[str, Difference] | None = None  # less the same policy with fixed spending; None if it is fixed

    def sentence(self, words: Words) -> str:
        """Return the finding in sentences in the language of `words`: total, payers, citizens, the trade-off; and,
        where they were looked for, what municipalities' own choices do and under which assumptions the finding turns.
        """
        if self.replications == 1:
            return self._one_future(words)
        parts = [self._cash(words), self._payers(words), self._citizens(words), self._trade_off(words)]
        parts += [responding(words, self.behaviour), turning(words, self.turns)]
        return " ".join(part for part in parts if part)

    def _one_future(self, words: Words) -> str:
        """What one future says, in which nothing tells a policy from chance."""
        gap = self.differences["cash_cost_eur"]
        names = {"policy": self.policy, "baseline": self.baseline, "years": words.years(self.years)}
        if gap.mean == 0:
            told = words.say(
                "In the one future that was played, “{policy}” costs over {years} as much in total as “{baseline}”.",
                **names,
            )
        else:
            told = words.say(
                "In the one future that was played, “{policy}” costs over {years} {amount} {more} in total than "
                "“{baseline}”.",
                **names,
                amount=words.money(abs(gap.mean)),
                more=words.say(N_("more") if gap.mean > 0 else N_("less")),
            )
        return told + " " + words.say("One future does not tell a policy from chance: play more of them.")

    def _trade_off(self, words: Words) -> str:
        """What is gained and what is given up, where both are clear."""
        least = TRIVIAL * self.baseline_means["cash_cost_eur"]
        clear = {kpi: gap for kpi in ASPECTS if abs((gap := self.differences[kpi]).mean) >= least}
        gains = [words.say(ASPECTS[kpi][0]) for kpi, gap in clear.items() if gap.verdict == "lower"]
        costs = [words.say(ASPECTS[kpi][1]) for kpi, gap in clear.items() if gap.verdict == "higher"]
        if not gains or not costs:
            return ""
        return words.say(
            "The trade-off: {gains}, against {costs}.", gains=words.listed(gains), costs=words.listed(costs)
        )

    def _cash(self, words: Words) -> str:
        gap = self.differences["cash_cost_eur"]
        names = {"policy": self.policy, "baseline": self.baseline, "years": words.years(self.years)}
        change = total_change(self.differences, self.baseline_means["cash_cost_eur"])
        lower, equal, higher = words.percents(gap.shares)
        values = {
            **names,
            "amount": words.money(abs(gap.mean)),
            "interval": interval(words, gap, signed=change == "trifle"),
            "least": words.percent(TRIVIAL, 1),
            "n": words.number(self.replications),
            "lower": lower,
            "equal": equal,
            "higher": higher,
        }
        if change in CASH_ALIKE:
            return words.say(CASH_ALIKE[change], **values)
        return words.say((CASH_WITH_TIES if gap.share_of_futures_equal else CASH)[change], **values)

    def _payers(self, words: Words) -> str:
        if moves_nothing(self.differences):
            return ""
        phrases = payers(words, self.differences, self.baseline_means)
        if not phrases:
            return words.say(TRIFLES)
        said = words.listed(phrases)
        return said[0].upper() + said[1:] + "."

    def _citizens(self, words: Words) -> str:
        gap, base = self.differences["citizen_harm_eur"], self.baseline_means["citizen_harm_eur"]
        change = change_of(gap, base)
        if base == 0 and change != "same":  # there is nothing that it could be a share of
            change = "too_close"
        return words.say(
            HARM[change],
            amount=words.money(abs(gap.mean)),
            share=words.percent(abs(gap.mean) / base if base else 0.0, 0 if abs(gap.mean) >= 0.1 * base else 1),
            interval=interval(words, gap),
            least=words.percent(TRIVIAL, 1),
        )

    def proviso(self, words: Words) -> str:
        """Return the sentence that names the assumptions under which the finding holds."""
        levels = {name: words.say(LEVEL_NAMES[level]) for name, level in self.assumptions.items()}
        return words.say(
            "This holds under the assumptions: frequency of attacks {frequency}, value of a service day "
            "{service_value}, accumulation at suppliers {supplier_accumulation}.",
            **levels,
        )


def told(gap: Difference, base: float) -> str:
    """Return what is told of a difference from what it is held against: its verdict, or "trifle" where it is sure and
    too small to speak of.
    """
    return "trifle" if gap.verdict != "too_close" and abs(gap.mean) < TRIVIAL * abs(base) else gap.verdict


def change_of(gap: Difference, base: float) -> str:
    """Return what is told of a difference: `same` where there is none in any future, or else what `told` returns.

    Whatever is said of a change, in a finding, a paragraph or below the key figures, has a sentence for each of these.
    """
    return "same" if gap.share_of_futures_equal == 1.0 else told(gap, base)


def total_change(differences: Mapping[str, Difference], base: float) -> str:
    """Return what is told of a change of the total: `nothing` where nobody pays otherwise, or what `change_of` says."""
    return "nothing" if moves_nothing(differences) else change_of(differences["cash_cost_eur"], base)


def moves_nothing(differences: Mapping[str, Difference]) -> bool:
    """Return whether every payer pays in every future what it pays under the baseline."""
    return all(differences[f"cost_{payer}_eur"].share_of_futures_equal == 1.0 for payer, _ in PAYS)


def payers(
    words: Words,
    differences: Mapping[str, Difference],
    baseline_means: Mapping[str, float],
    *,
    years: int | None = None,
) -> list[str]:
    """Return who pays more and who less by more than chance, the largest change first; of a pot that takes in more
    than it pays, what stays in it. Amounts are over the whole horizon, or a year of its `years` where they are given.
    """
    told = PAYS if years is None else PAYS_A_YEAR
    moved = {payer: differences[f"cost_{payer}_eur"] for payer in dict.fromkeys(payer for payer, _ in told)}
    phrases = []
    for payer, gap in sorted(moved.items(), key=lambda item: -abs(item[1].mean)):
        if gap.verdict == "too_close" or abs(gap.mean) < TRIVIAL * baseline_means["cash_cost_eur"]:
            continue
        pays = baseline_means[f"cost_{payer}_eur"] + gap.mean
        keeps = pays < 0 and (payer, "keeps") in told
        what = "keeps" if keeps else "less" if gap.mean < 0 else "more"
        amount = (-pays if keeps else abs(gap.mean)) / (years or 1)
        phrases.append(words.say(told[payer, what], amount=words.money(amount)))
    return phrases


def turning(words: Words, turns: Sequence[Turn] | None) -> str:
    """Return under which of the deciding assumptions a claim is another one; nothing where nobody looked."""
    if turns is None:
        return ""
    if not turns:
        return words.say(
            "None of the three deciding assumptions, low or high, turns what is said of the total and of the harm."
        )
    under: dict[tuple[str, str], list[str]] = {}
    for turn in turns:
        under.setdefault((turn.assumption, turn.level), []).append(words.say(BECOMES[turn.claim, turn.there]))
    said = [
        words.say("{condition}, {claims}.", condition=words.say(UNDER[place]), claims=words.listed(claims))
        for place, claims in under.items()
    ]
    return " ".join(said)


def responding(words: Words, gaps: Mapping[str, Difference] | None) -> str:
    """Return what a policy costs because municipalities change what they spend on prevention; nothing if they do not.

    `gaps` are differences with the same policy and fixed spending, by key figure.
    """
    if gaps is None:
        return ""
    cash, prevention, incidents = (gaps[f"{name}_cost_eur"] for name in ("cash", "prevention", "incident"))
    if prevention.share_of_futures_equal == 1:
        return words.say("Municipalities may respond to it, and spend on prevention what they spent before.")
    values = {
        "prevention": words.money(abs(prevention.mean)),
        "incidents": words.money(abs(incidents.mean)),
        "worse": words.say(N_("more") if incidents.mean > 0 else N_("less")),
        "amount": words.money(abs(cash.mean)),
        "more": words.say(N_("more") if cash.mean > 0 else N_("less")),
        "interval": interval(words, cash),
    }
    if prevention.mean < 0:
        return words.say(
            "Because municipalities respond to it, {prevention} less goes to prevention and incidents cost "
            "{incidents} {worse}: all in all {amount} {more} than if they went on as before ({interval}). "
            "How strongly they respond is an assumption.",
            **values,
        )
    return words.say(
        "Because municipalities respond to it, {prevention} more goes to prevention and incidents cost "
        "{incidents} {worse}: all in all {amount} {more} than if they went on as before ({interval}). "
        "How strongly they respond is an assumption.",
        **values,
    )


def interval(words: Words, gap: Difference, *, signed: bool = False, years: int = 1) -> str:
    """Return the interval of a difference in words; of its size, where it lies on one side of zero, unless `signed`.

    Of a year, where `years` says over how many the difference is.
    """
    low, high = gap.ci95 if signed or gap.verdict == "too_close" else sorted(abs(end) for end in gap.ci95)
    return between(words, low / years, high / years)


def between(words: Words, low: float, high: float) -> str:
    """Return the ends of an interval of money in words."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return words.say("one future gives no interval")
    return words.say("{level}% interval {low} to {high}", low=words.money(low), high=words.money(high))


@dataclass(frozen=True)
class Checks:
    """What more futures said about a comparison, by policy."""

    futures: int
    turns: dict[str, tuple[Turn, ...]]
    behaviour: dict[str, dict[str, Difference]]  # of responsive policies: less the same policy with fixed spending
