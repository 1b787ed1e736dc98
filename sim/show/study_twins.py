"""The tables behind the pictures of a study on a page: the same figures, to read and as a file."""

from __future__ import annotations

from sim.experiments.sensitivity import Effects
from sim.experiments.studied import Studied
from sim.experiments.tradeoffs import Front, Heat
from sim.show.study_charts import MOST
from sim.show.study_names import aim_name, candidate_name, class_name, factor_name, unit_of
from sim.show.twin import Twin, twin
from sim.text import words


def of_effects(found: Effects, language: str) -> Twin:
    """One row a factor: the outcome at its two ends, the change, and the change that noise may show."""
    say = words(language)
    rows = found.rows[:MOST]
    unit = unit_of(say, found.outcome, (end for one in rows for end in (one.start, one.end)), bool(found.against))
    return twin(
        (say.say("Factor"), say.say("From"), say.say("To"), say.say("At the start: {unit}", unit=unit.words),
         say.say("At the end"), say.say("Change"), say.say("Noise"), say.say("Verdict")),
        [
            (factor_name(say, one.factor), *(class_name(say, end) if isinstance(end, str) else end
             for end in (one.low, one.high)), one.start / unit.by, one.end / unit.by,
             one.change / unit.by, one.floor / unit.by, say.say("noise") if one.is_noise else say.say("matters"))
            for one in rows
        ],
    )  # fmt: skip


def of_heat(found: Heat, language: str) -> Twin:
    """One row a cell: both factors, the mean of the outcome and its 95 % interval, and how many designs are in it."""
    say = words(language)
    unit = unit_of(say, found.outcome, found.mean.ravel().tolist(), bool(found.against))
    return twin(
        (factor_name(say, found.y), factor_name(say, found.x), unit.words, say.say("From"), say.say("To"),
         say.say("Designs")),
        [
            (class_name(say, y), class_name(say, x), float(found.mean[row, column]) / unit.by,
             float(found.low[row, column]) / unit.by, float(found.high[row, column]) / unit.by,
             int(found.designs[row, column]))
            for row, y in enumerate(found.y_labels) for column, x in enumerate(found.x_labels)
        ],
    )  # fmt: skip


def of_pareto(studied: Studied, found: Front, language: str) -> Twin:
    """One row a candidate: both aims, whether another beats it on both, and how surely not."""
    say = words(language)
    units = [unit_of(say, aim.outcome, (getattr(spot, axis) for spot in found.spots))
             for aim, axis in ((found.x, "x"), (found.y, "y"))]  # fmt: skip
    names = [
        f"{aim_name(say, aim)}, {unit.words.rpartition(', ')[2]}"
        for aim, unit in zip((found.x, found.y), units, strict=True)
    ]
    return twin(
        (say.say("Policy"), *names, say.say("Verdict"), say.say("On the front in (%)")),
        [
            (candidate_name(studied, spot.candidate, say), spot.x / units[0].by, spot.y / units[1].by,
             say.say("on the front") if spot.on_front else say.say("beaten"), 100 * spot.share)
            for spot in found.spots
        ],
    )  # fmt: skip
