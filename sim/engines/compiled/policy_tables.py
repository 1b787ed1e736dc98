"""The tables of a policy, laid out behind each other in the two arrays of the memory; a case says where."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines import events as ev
from sim.engines.compiled.memory import LAYER_COLUMNS, NO_ACCOUNT
from sim.engines.events import PROGRAMMES
from sim.engines.plan import SHARED_SERVICE, Plan
from sim.engines.setting import Setting
from sim.engines.stocks import MEASURES
from sim.model.policy.numbers import NOBODY, GrantTerms, LayerTerms, PotTerms, RequirementTerms, places
from sim.model.policy.policy import CATEGORIES, PAYERS
from sim.model.policy.programmes import MAX_MATCHING
from sim.rules.budgets import distress_limit
from sim.rules.ransom import deterrence_factor
from sim.rules.terms import NO_LIMIT

GROUPS = (
    "threat", "defence", "classes", "intrusion", "bill", "outage", "recovery", "team", "extortion", "spread", "funding",
)  # fmt: skip
MOST_YEARS = 64
# A pot: its terms without the levy, which is no integer.
POT_COLUMNS = tuple(name for name in PotTerms._fields if name != "levy")
POT_PAYER = POT_COLUMNS.index("payer")
POT_KEEPS = POT_COLUMNS.index("keeps")
POT_PER_YEAR = POT_COLUMNS.index("per_year")
POT_OPENING = POT_COLUMNS.index("opening")
POT_EMPTY = POT_COLUMNS.index("when_empty")
POT_MEMBER = POT_COLUMNS.index("member_limit")
POT_COMMON = POT_COLUMNS.index("common_limit")
POT_TOTAL = POT_COLUMNS.index("annual_limit")
POT_BACKSTOP = POT_COLUMNS.index("backstop")
POT_BACK = POT_COLUMNS.index("claw_back")
POT_WIDTH = len(POT_COLUMNS)
# A grant: its terms without what is no integer or only serves the plan; of its measures the only one of a service.
LEFT_OUT = ("amount", "key", "measures", "hazard")
GRANT_COLUMNS = (*(name for name in GrantTerms._fields if name not in LEFT_OUT), "measure")
GRANT_NUMBER = GRANT_COLUMNS.index("number")
GRANT_INSTRUMENT = GRANT_COLUMNS.index("instrument")
GRANT_SHARE = GRANT_COLUMNS.index("share")
GRANT_CAP = GRANT_COLUMNS.index("cap")
GRANT_PER_YEAR = GRANT_COLUMNS.index("per_year")
GRANT_BEGINS = GRANT_COLUMNS.index("begins")
GRANT_ENDS = GRANT_COLUMNS.index("ends")
GRANT_REQUIRES = GRANT_COLUMNS.index("requires")
GRANT_BACK = GRANT_COLUMNS.index("claw_back")
GRANT_MEASURE = GRANT_COLUMNS.index("measure")
GRANT_WIDTH = len(GRANT_COLUMNS)
REQUIREMENT_PROGRAMME, REQUIREMENT_STANDARD = range(2)
REQUIREMENT_WIDTH = 2
DUE_WIDTH = len(PROGRAMMES)  # the bills of a municipality as a stage begins, one for each programme


def layout(group: Any) -> np.dtype[Any]:
    """Return the fields of a group of numbers."""
    return np.dtype(
        [(name, np.float64 if isinstance(value, float) else np.int64) for name, value in group._asdict().items()]
    )


def pot_row(terms: PotTerms) -> tuple[int, ...]:
    """Return a pot as integers."""
    return tuple(getattr(terms, name) for name in POT_COLUMNS)


def grant_row(terms: GrantTerms) -> tuple[int, ...]:
    """Return a grant as integers; of its measures the first, which is the only one of a shared service."""
    measure = terms.measures.index(1) if 1 in terms.measures else NOBODY
    known = terms._asdict() | {"measure": measure}
    return tuple(known[name] for name in GRANT_COLUMNS)


def requirement_row(terms: RequirementTerms) -> tuple[int, ...]:
    """Return a requirement as integers, without the coverage it asks for."""
    return (terms.programme, terms.standard)


def due(setting: Setting, number: int) -> list[int]:
    """Return what each municipality owes on the day on which a stage begins within a year, its programmes in turn."""
    return [amount for _, _, amount in setting.due(number)] or [0] * (len(setting.world.nis) * DUE_WIDTH)


class LayerTable:
    """The layers of all stages as rows of integers; the same payer in turn keeps its accounts, see `places`."""

    def __init__(self, setting: Setting) -> None:
        self.offsets: list[list[int]] = []
        self.accounts: dict[tuple[int, int, int], int] = {}
        self.causes: dict[tuple[int, int, int], int] = {}
        stages = setting.policy.stages
        everything = [layer for stage in stages for layers in stage.layers for layer in layers]
        self.has_attachment = any(layer.attachment > 0 for layer in everything)
        for stage in stages:
            for category, layers in enumerate(stage.layers):
                for turn, layer in zip(places(layers), layers, strict=True):
                    place = (category, *turn)
                    if layer.has_yearly_limit:
                        self.accounts.setdefault(place, len(self.accounts))
                    if layer.common_limit < NO_LIMIT:
                        self.causes.setdefault(place, len(self.causes))
        rows: list[tuple[int, ...]] = []
        for stage in stages:
            offsets = [len(rows)]
            for category, layers in enumerate(stage.layers):
                for turn, layer in zip(places(layers), layers, strict=True):
                    rows.append(self._row(layer, (category, *turn), stage.claw_back))
                offsets.append(len(rows))
            self.offsets.append(offsets)
        self.rows = np.array(rows, dtype=np.int64)

    def _row(self, layer: LayerTerms, place: tuple[int, int, int], back: int) -> tuple[int, ...]:
        account = self.accounts[place] if layer.has_yearly_limit else NO_ACCOUNT
        cause = self.causes[place] if layer.common_limit < NO_LIMIT else NO_ACCOUNT
        plain = cause == NO_ACCOUNT and layer.pot == NOBODY and layer.requires == NOBODY and not layer.insured
        plain = plain and not (layer.hangs_on_size or layer.has_occurrence_limit or layer.attachment)
        added = {
            "account": account,
            "cause_account": cause,
            "occurrence": int(layer.has_occurrence_limit),
            "claw_back": back,
            "plain": int(plain),
        }
        return tuple((layer._asdict() | added)[name] for name in LAYER_COLUMNS)


class Tables:
    """What does not change during a future: `ints` and `floats`, and where each table begins."""

    def __init__(self, setting: Setting, ints_from: int, floats_from: int) -> None:
        policy, plan, stages = setting.policy, setting.plan, setting.policy.stages
        years = range(len(setting.world.year_starts) - 1)
        busy, instruments = not plan.is_booked_ahead, {grant.instrument for grant in policy.grants}
        whole: dict[str, Any] = {
            "pot_terms": [[pot_row(terms) for terms in stage.pots] for stage in stages],
            "grants": [grant_row(terms) for terms in policy.grants],
            "requirements": [requirement_row(terms) for terms in policy.requirements],
            "complies": plan.complies,
            "insured": plan.insured[list(plan.stage_of_year)],
            "deductibles": [stages[number].choices.deductible for number in plan.stage_of_year],
            "insurance_limits": [stages[number].choices.insurance_limit for number in plan.stage_of_year],
            "lump_sums": plan.lump_sums,
            "capacity": [list(setting.capacity(year)) for year in years] if busy else [],
            "supplier_bills": [list(setting.suppliers(year)) for year in years] if busy else [],
            "due": [due(setting, number) for number in range(len(stages))] if busy else [],
            "steady": [list(setting.steady_prevention(year)) for year in years] if busy and plan.is_steady else [],
        }
        real: dict[str, Any] = {
            "wanted": [terms.coverage for terms in policy.requirements],
            "levies": [[terms.levy for terms in stage.pots] for stage in stages],
            "hazards": [terms.hazard for terms in policy.grants],
            "matched": plan.matched_part,
            "shares": plan.match_shares,
            "effect": plan.effect,
            "services": plan.needed_service if SHARED_SERVICE in instruments else [],
            "standards": plan.needed_standard if any(stage.standard != NOBODY for stage in stages) else [],
            "own": plan.own if not plan.is_steady else [],
        }
        self.places: dict[str, int] = {}
        self.ints = self._lay(whole, np.int64, ints_from)
        self.floats = self._lay(real, np.float64, floats_from)

    def _lay(self, tables: dict[str, Any], kind: type[Any], place: int) -> NDArray[Any]:
        parts = []
        for name, table in tables.items():
            self.places[f"{name}_at"] = place
            parts.append(np.array(table, dtype=kind).ravel())
            place += len(parts[-1])
        return np.concatenate([np.zeros(0, dtype=kind), *parts])


def case_records(setting: Setting, seed: int, scalars: dict[str, int], offsets: list[list[int]]) -> NDArray[Any]:
    """Return what the event loop must know of a policy in a world: one record a stage, shape (stages,)."""
    return np.concatenate(
        [_case_record(setting, seed, scalars, number, row) for number, row in enumerate(offsets)]
    ).view(np.recarray)


def _numbers_of_stage(setting: Setting, seed: int, number: int) -> dict[str, Any]:
    """Return what the event loop must know of a stage beside the groups of its world: whole and real numbers."""
    world, plan, stages = setting.world, setting.plan, setting.policy.stages
    stage = stages[number]
    return {
        "seed": seed,
        "cap": setting.cap,
        "deterrence": deterrence_factor(stage.choices, world.extortion),
        "distress": distress_limit(world.distress_share, world.operating_spend),
        "horizon": world.horizon,
        "tick": world.tick,
        "start_weekday": world.start_weekday,
        "full_it": world.full_it_suppliers,
        "suppliers": world.full_it_suppliers + world.saas_suppliers,
        "years": len(world.year_starts) - 1,
        "payers": len(PAYERS),
        "entries": len(ev.ENTRIES),
        "services_count": len(world.services),
        "begins": stage.begins,
        "ends": stages[number + 1].begins if number + 1 < len(stages) else NO_LIMIT,
        "delivery": stage.delivery,
        "standard": stage.standard,
        "standard_begins": stage.standard_begins,
        "is_due": int(not plan.is_booked_ahead and setting.readiness.year_begun_in(number) is not None),
        "rate_on_line": stage.rate_on_line,
        "risk_rated": stage.risk_rated,
        "service_price": plan.service_price[number],
        "pots_count": len(stage.pots),
        "grants_count": len(setting.policy.grants),
        "is_steady": int(plan.is_steady),
        "booked_ahead": int(plan.is_booked_ahead),
        "matching_count": len(plan.matching),
        "reference_spend": world.reference_spend,
        "probability_today": plan.probability_today,
    }


def _case_record(setting: Setting, seed: int, scalars: dict[str, int], number: int, offsets: list[int]) -> NDArray[Any]:
    world, plan, stages = setting.world, setting.plan, setting.policy.stages
    stage = stages[number]
    towns, pots, grants = len(world.nis), len(stage.pots), len(setting.policy.grants)
    groups = {name: getattr(world, name) for name in GROUPS} | {"choices": stage.choices}
    groups["defence"] = world.defence._replace(build_minutes=plan.build_minutes[number])
    services = sorted(world.services, key=lambda service: service[1])  # in the order in which they come back
    of_stage = {  # tables with a part for each stage: where this one's begins
        "pot_terms_at": number * pots * POT_WIDTH,
        "complies_at": number * towns,
        "levies_at": number * pots,
        "matched_at": number * grants,
        "shares_at": number * grants * MEASURES,
        "effect_at": number * towns,
        "services_at": number * towns * MEASURES,
        "standards_at": number * towns * MEASURES,
        "due_at": number * towns * DUE_WIDTH,
    }
    numbers = _numbers_of_stage(setting, seed, number) | {
        name: place + of_stage.get(name, 0) for name, place in scalars.items()
    }
    vectors: dict[str, tuple[float, ...]] = {
        "mix": stage.mix,
        "reference_mix": world.reference_mix,
        "today": world.today,
    }
    fields: list[Any] = [(name, layout(group)) for name, group in groups.items()]
    fields += [(name, np.float64 if isinstance(value, float) else np.int64) for name, value in numbers.items()]
    fields += [(name, np.float64, (MEASURES,)) for name in vectors]
    fields += [
        ("services", np.float64, (len(services), 2)),
        ("year_starts", np.int64, (MOST_YEARS,)),
        ("layer_offsets", np.int64, (len(CATEGORIES) + 1,)),
        ("matching", np.int64, (MAX_MATCHING,)),
    ]
    record = np.zeros(1, dtype=np.dtype(fields, align=True))
    for name, group in groups.items():
        record[name] = tuple(group)
    for name, value in (numbers | vectors).items():
        record[name] = value
    record["services"] = services
    record["year_starts"] = (*world.year_starts, *[NO_LIMIT] * (MOST_YEARS - len(world.year_starts)))
    record["layer_offsets"] = offsets
    record["matching"] = (*plan.matching, *[NOBODY] * (MAX_MATCHING - len(plan.matching)))
    return record


def has_yearly_events(plan: Plan) -> bool:
    """Return whether something happens on 1 January that is not booked ahead."""
    return not plan.is_booked_ahead or bool(plan.policy.grants)
