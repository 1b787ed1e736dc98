"""The compiled engine beside the same model in SimPy: with candidate attempts only, and with every attempt simulated.

*Compared.* One future of the 300 municipalities over 10 years, under the current policy, on one core: by the compiled
engine, by the SimPy reference engine, and by a plain SimPy model. The plain one is what a modeller writes first: every
attempt on every municipality is an event, and whether it succeeds is decided when it comes. The reference engine draws
only the attempts that could succeed under some policy (thinning), about one in eleven.

*Why it is fair.* All three hand over the same summary of a future. The two engines give the same numbers to the bit,
which is checked here. The plain model is the reference engine in all but the arrival of attempts: the same rules,
processes, pool of teams and books, and the same disclosures, waves and suppliers. Its attempts are other draws of the
same law, so its mean number of break-ins must agree, which is checked too. Compiling is not counted (`comparison.py`
measures a start from the shell).

*What it does not show.* What SimPy could reach with a model written for speed, or what other worlds and policies take.
Both SimPy models draw compiled random numbers.
"""

from __future__ import annotations

from itertools import count

import numpy as np
from _measure import arguments, header, interleaved, same_mean, spread

import sim
from sim.engines import events as ev
from sim.engines.compiled.engine import CompiledSetting
from sim.engines.reference import future
from sim.engines.reference.clock import Process
from sim.engines.reference.town import Town
from sim.engines.setting import Setting
from sim.engines.tape import deal, minute_of, sky_over, threat_time
from sim.experiments.replicate import play, settings
from sim.results.outcomes import KPIS, Summary, summaries_of, summarise
from sim.rules import chance
from sim.rules.threat import attempt_rate, repeat_excess, segment_at

SEED = 2026
BREAK_INS = list(KPIS).index("break_ins")


class PlainFuture(future.Future):
    """A future in which every attempt is an event, with a mark in (0, 1) that decides whether it succeeds."""

    def attacks(self, position: int) -> Process:
        """Wait for the attempts on a municipality, one after the other."""
        town, moment, segment = self.towns[position], 0.0, 0
        per_year = attempt_rate(float(town.inhabitants), self.world.threat)
        for number in count():
            gap, mark = chance.pair(self.seed, self.tape.replication, town.nis, number, chance.ATTEMPT)
            moment += chance.exponential_quantile(gap) / per_year
            minute = minute_of(moment, self.tape.clock, segment)
            segment = segment_at(max(0, minute - 1))
            if minute >= self.world.horizon:
                return
            yield self.at(minute, ev.ATTEMPT, town.nis, number)
            self.attempt(town, number, mark, ev.DIRECT)

    def aftermath(self, town: Town, row: int) -> Process:
        """Wait for the extra attempts on a recent victim, until its next incident or the end of the window."""
        minute = int(self.env.now)
        until = min(minute + self.world.threat.repeat_minutes, self.world.horizon)
        excess = repeat_excess(self.incidents[row]["ransom_cents"] > 0, self.world.threat)
        per_year = attempt_rate(float(town.inhabitants), self.world.threat) * excess
        while per_year > 0.0:
            gap, mark = chance.pair(self.seed, self.tape.replication, town.nis, minute, chance.AFTERMATH)
            moment = threat_time(minute, self.tape.clock) + chance.exponential_quantile(gap) / per_year
            minute = max(minute + 1, minute_of(moment, self.tape.clock, segment_at(minute)))
            if minute >= until:
                return
            number = ev.FOLLOW_UP_NUMBER | minute
            yield self.at(minute, ev.FOLLOW_UP, town.nis, number)
            if town.last_closed != row:
                return
            self.attempt(town, number, mark, ev.REPEAT)


def plain(setting: Setting, replication: int) -> Summary:
    """Return the outcomes of a future in which every attempt is an event."""
    outcome = PlainFuture(setting, SEED, deal(sky_over(setting.world, SEED), replication)).run()
    return summarise(outcome, setting.world)


def thinned(setting: Setting, replication: int) -> Summary:
    """Return the outcomes of a future of the reference engine."""
    return summarise(play(setting, SEED, replication, "reference"), setting.world)


def main() -> None:
    """Print milliseconds a future and ratios."""
    quick = arguments(__doc__).quick
    header("numba", "simpy")
    rounds, chunk = (2, 4) if quick else (12, 50)
    setting = settings(sim.load_world("flanders-2020"), [sim.load_policy("status-quo-2020")], 1 if quick else 10)[0]
    compiled = CompiledSetting(setting, SEED)
    summaries = summaries_of(compiled.chunk(0, rounds), 0)  # compiles, or loads what was compiled
    thinned(setting, 0)
    kept: dict[str, list[Summary]] = {"reference": [], "plain": []}
    seconds = interleaved(
        rounds,
        {
            "compiled": lambda number: summaries_of(compiled.chunk(number * chunk, chunk), number * chunk),
            "reference": lambda number: kept["reference"].append(thinned(setting, number)),
            "plain": lambda number: kept["plain"].append(plain(setting, number)),
        },
    )
    seconds["compiled"] /= chunk
    for fast, read in zip(summaries, kept["reference"], strict=True):
        if fast.ledger_hash != read.ledger_hash or not np.array_equal(fast.kpis, read.kpis):
            raise SystemExit(f"the engines differ in future {fast.replication}")
    gaps = [
        every.kpis[BREAK_INS] - some.kpis[BREAK_INS]
        for every, some in zip(kept["plain"], kept["reference"], strict=True)
    ]
    for name, label in (
        ("compiled", "compiled engine"),
        ("reference", "SimPy, candidates only"),
        ("plain", "SimPy, every attempt"),
    ):
        print(f"{label:<24} {spread(1e3 * seconds[name]).show('8.2f')} ms a future")
    for name, wanted in (("reference", 50), ("plain", 150)):
        ratio = spread(seconds[name] / seconds["compiled"])
        print(f"{name} takes {ratio.show('.0f')} times as long as the compiled engine (at least {wanted} wanted)")
    print(f"engines agree to the bit in {rounds} futures")
    print(f"break-ins, every attempt less candidates: {same_mean(gaps)}")


if __name__ == "__main__":
    main()
