"""Findings in sentences: what a policy changes against its baseline, how sure that is, and what decides it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from sim.results.estimates import Difference
from sim.text import Words

PAYS_LESS = {
    "municipality": "the municipalities pay {amount} less",
    "flanders": "Flanders pays {amount} less",
    "insurer": "insurers pay {amount} less",
    "fund": "the solidarity fund pays {amount} less",
}
PAYS_MORE = {
    "municipality": "the municipalities pay {amount} more",
    "flanders": "Flanders pays {amount} more",
    "insurer": "insurers pay {amount} more",
    "fund": "the solidarity fund pays {amount} more",
}
TRIVIAL = 0.001  # a change of payer below this share of the whole cost is not worth a sentence
LEVEL_NAMES = {"low": "low", "central": "central", "high": "high"}


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

    def sentence(self, words: Words) -> str:
        """Return the finding as three sentences in the language of `words`: total, payers, citizens."""
        parts = [self._cash(words), self._payers(words), self._citizens(words)]
        return " ".join(part for part in parts if part)

    def _interval(self, words: Words, gap: Difference) -> str:
        if not math.isfinite(gap.ci95[0]):
            return words.say("one future gives no interval")
        low, high = sorted(abs(end) for end in gap.ci95)
        return words.say("95% interval {low} to {high}", low=words.money(low), high=words.money(high))

    def _signed_interval(self, words: Words, gap: Difference) -> str:
        if not math.isfinite(gap.ci95[0]):
            return words.say("one future gives no interval")
        low, high = gap.ci95
        return words.say("95% interval {low} to {high}", low=words.money(low), high=words.money(high))

    def _cash(self, words: Words) -> str:
        gap = self.differences["cash_cost_eur"]
        names = {"policy": self.policy, "baseline": self.baseline, "years": words.years(self.years)}
        if gap.share_of_futures_equal == 1.0:
            return words.say(
                "“{policy}” costs exactly as much in total as “{baseline}” in every future: it only moves who pays.",
                **names,
            )
        if gap.verdict == "too_close":
            return words.say(
                "Over {years} the total cash cost under “{policy}” is too close to call against “{baseline}” "
                "({interval}; lower in {share} of {n} futures).",
                **names,
                interval=self._signed_interval(words, gap),
                share=words.percent(gap.share_of_futures_lower),
                n=words.number(self.replications),
            )
        values = {
            **names,
            "amount": words.money(abs(gap.mean)),
            "interval": self._interval(words, gap),
            "n": words.number(self.replications),
        }
        if gap.verdict == "lower":
            return words.say(
                "Over {years} “{policy}” costs {amount} less in total than “{baseline}” ({interval}); "
                "it is cheaper in {share} of {n} futures.",
                **values,
                share=words.percent(gap.share_of_futures_lower),
            )
        return words.say(
            "Over {years} “{policy}” costs {amount} more in total than “{baseline}” ({interval}); "
            "it is dearer in {share} of {n} futures.",
            **values,
            share=words.percent(1 - gap.share_of_futures_lower - gap.share_of_futures_equal),
        )

    def _payers(self, words: Words) -> str:
        moved = {payer: self.differences[f"cost_{payer}_eur"] for payer in PAYS_MORE}
        phrases = [
            words.say((PAYS_LESS if gap.mean < 0 else PAYS_MORE)[payer], amount=words.money(abs(gap.mean)))
            for payer, gap in sorted(moved.items(), key=lambda item: -abs(item[1].mean))
            if gap.verdict != "too_close" and abs(gap.mean) >= TRIVIAL * self.baseline_means["cash_cost_eur"]
        ]
        if not phrases:
            return words.say("Nobody's bill changes by more than chance.")
        listed = words.listed(phrases)
        return listed[0].upper() + listed[1:] + "."

    def _citizens(self, words: Words) -> str:
        gap = self.differences["citizen_harm_eur"]
        if gap.share_of_futures_equal == 1.0:
            return words.say("Citizens miss services exactly as long.")
        base = self.baseline_means["citizen_harm_eur"]
        if gap.verdict == "too_close" or base == 0:
            return words.say("Whether citizens miss services for longer or shorter is too close to call.")
        values = {
            "amount": words.money(abs(gap.mean)),
            "share": words.percent(abs(gap.mean) / base, 0 if abs(gap.mean) >= 0.1 * base else 1),
            "interval": self._interval(words, gap),
        }
        if gap.verdict == "lower":
            return words.say(
                "Harm to citizens, which is not cash, falls by {amount}, or {share} ({interval}).", **values
            )
        return words.say("Harm to citizens, which is not cash, rises by {amount}, or {share} ({interval}).", **values)

    def proviso(self, words: Words) -> str:
        """Return the sentence that names the assumptions under which the finding holds."""
        levels = {name: words.say(LEVEL_NAMES[level]) for name, level in self.assumptions.items()}
        return words.say(
            "This holds under the assumptions: frequency of attacks {frequency}, value of a service day "
            "{service_value}, accumulation at suppliers {supplier_accumulation}.",
            **levels,
        )
