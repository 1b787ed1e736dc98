"""Worlds, policies and studies that are sound by construction, as a user writes them: data for a file."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Mapping
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st

from sim.model.groups import Group
from sim.model.kpis import KPIS
from sim.model.parameter_table import parameters
from sim.model.policy.layers import (
    CATEGORIES,
    MEASURES,
    OF_INCIDENTS,
    PAYERS,
    PROGRAMMES,
    Layer,
    LayerRequires,
    Requires,
)
from sim.model.policy.policy import MinimumStandard, Policy, SupplierStandard
from sim.model.policy.programmes import MOST_MATCHED, Budget, Fund, Grant, Insurance
from sim.model.problems import InputError
from sim.model.world.municipalities import Municipality
from sim.model.world.world import World
from tests.engines.test_twins import LIMITS
from tests.fuzz.grammar import SHARES, TITLES, Drawn, days, group, nested, of_field, of_row, parts

Tree = dict[str, Any]

# ---- worlds --------------------------------------------------------------------------------------------------------

TOGETHER = ("break_in.today", "too-many-events", "weights", "at most 1", "together")
SUMS = (*(f"world.measures.{name}.mix" for name in MEASURES),)
SERVICES = tuple(key for key in parameters() if key.startswith("world.services.") and key.endswith(".weight"))
ROWS = [row for row in parameters().values() if row.scope == "world" and row.key not in (*SUMS, *SERVICES)]
NAMES = ("Aa", "Bée", "'s-Cee", "Dee d'Or", "Éfé & Co", "Fx, Gx", "De Haan", "Ïxel")


@st.composite
def towns(draw: st.DrawFn, most: int = 6) -> list[Tree]:
    """Rows of municipalities; only what is needed, or with some of the other columns."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=most, unique=True))
    sizes = st.one_of(st.sampled_from([1, 100, 8_000]), st.integers(100, 300_000))
    rows = []
    for number, name in enumerate(names):
        row = draw(
            group(
                Municipality,
                most=2,
                nis=st.just(11_001 + 7 * number),
                name=st.just(name),
                population=sizes,
                province=st.sampled_from(["West", "Oost-Vlaanderen"]),
                arrondissement=st.just("Aalst"),
                abbr=st.just("Abc"),
                area_km2=st.floats(0.01, 1000),
                income_per_inhabitant_eur=st.floats(0, 60_000),
                hex_x=st.floats(-100, 100),
                hex_y=st.floats(-100, 100),
                merged_from=st.just([31_001, 31_002]),
            )
        )
        rows.append(row)
    return rows


@st.composite
def worlds(draw: st.DrawFn, most_years: int = 3, limits: Mapping[str, tuple[float, float]] = LIMITS) -> Tree:
    """A world of a few towns and years in which some numbers are anything that they may be."""
    rows = draw(st.lists(st.sampled_from(ROWS), unique_by=lambda row: row.key, max_size=12))
    values = {row.path: draw(of_row(row, limits)) for row in rows}
    for keys in (SUMS, SERVICES):
        if draw(st.booleans()):
            values |= dict(zip((key.partition(".")[2] for key in keys), draw(parts(len(keys))), strict=True))
    values["years"] = draw(st.integers(1, most_years))
    year = draw(st.sampled_from([2016, 2019, 2020, 2020, 2023, 2024]))
    tree = {"id": "fuzzed-world", "title": draw(TITLES), "municipalities": draw(towns()),
            "start": datetime.date(year, 1, 1), **nested(values)}  # fmt: skip
    if any(problem.rule in ("shares-sum", "too-many-events") or "break_in.today" in problem.message
           for problem in problems_of_world(tree)):  # fmt: skip
        reject()  # numbers that are sound one by one, and not together
    return tree


def problems_of_world(tree: Tree) -> list[Any]:
    """What is wrong with a world."""
    values = {key: value for key, value in tree.items() if key not in ("municipalities", "id", "title")}
    values["municipalities"] = [Municipality.model_validate(row) for row in tree["municipalities"]]
    try:
        plain_world().with_values(values)
    except InputError as error:
        return list(error.problems)
    return []


@functools.cache
def plain_world() -> World:
    """A world that others are measured against."""
    town = Municipality(nis=1, name="?", population=1)
    return World(id="x", title="?", municipalities=(town,), start=datetime.date(2020, 1, 1))  # type: ignore[arg-type]


ROUGH = {"threat.attempts": 250, "incident.significant": 0.4, "incident.severe": 0.2, "suppliers.compromise_rate": 0.4,
         "suppliers.lateral_prob": 0.3, "fraud.rate": 2}  # fmt: skip
"""Much happens, so that layers and pots have much to pay."""


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Tree, Tree, int]:
    """A world, often a rough one, a policy with dates in its years, and a seed."""
    world = draw(worlds())
    if draw(st.integers(0, 3)):
        for path, value in ROUGH.items():
            group_, _, name = path.partition(".")
            world[group_] = {**world.get(group_, {}), name: value}
        if problems_of_world(world):
            reject()
    first = world["start"].year
    return world, draw(policies(first, first + world["years"] - 1)), draw(st.integers(0, 2**63 - 1))


# ---- policies ------------------------------------------------------------------------------------------------------


@st.composite
def policies(draw: st.DrawFn, first: int = 2019, last: int = 2024) -> Tree:
    """A policy with any of its levers, grants, pots, layers and phases; its dates lie in these years and near."""
    when = days(first, last)
    patient = draw(st.booleans())  # teams may be none, or help may never be bought: not both
    grants = draw(_grants(when))
    budgets = {name: draw(group(Budget)) for name in draw(st.sampled_from([(), (), ("crt",), ("crt", "cloud")]))}
    tree: Tree = {"id": "fuzzed-policy", "title": draw(TITLES)}
    values = draw(_levers(patient))
    for name, model in (("fund", Fund), ("insurance", Insurance)):
        if draw(st.integers(0, 2)) == 0:
            tree[name] = draw(group(model))
    standards = {"minimum_standard": MinimumStandard, "supplier_standard": SupplierStandard}
    asked = {name: draw(group(model, from_=when)) for name, model in standards.items() if draw(st.integers(0, 2)) == 0}
    values |= {f"prevention.{name}": one for name, one in asked.items()}
    tree |= nested(values)
    has = _Has(when, "fund" in tree, list(budgets), [one["id"] for one in grants if one["instrument"] != "lump_sum"],
               "minimum_standard" in asked)  # fmt: skip
    split = {name: draw(_layers(name, has)) for name in CATEGORIES if draw(st.booleans())}
    _used(tree, budgets, split)
    tree |= {name: one for name, one in (("grants", grants), ("budgets", budgets), ("cost_split", split)) if one}
    if phases := draw(_phases(tree, has, patient)):
        tree["phases"] = phases
    return tree


class _Has:
    """What a policy has that layers may point at."""

    def __init__(self, when: Drawn, fund: bool, budgets: list[str], programmes: list[str], standard: bool) -> None:
        self.when, self.fund, self.budgets, self.programmes, self.standard = when, fund, budgets, programmes, standard


LEVERS = [row for row in parameters().values() if row.scope == "policy" and ".mix." not in row.key
          and not row.key.startswith(("policy.fund", "policy.insurance", "policy.prevention.minimum_standard",
                                      "policy.prevention.supplier_standard"))]  # fmt: skip


@st.composite
def _levers(draw: st.DrawFn, patient: bool, most: int = 8) -> dict[str, Any]:
    """Some levers by their path; together they never leave a victim without help."""
    rows = draw(st.lists(st.sampled_from(LEVERS), unique_by=lambda row: row.key, max_size=most))
    values = {row.path: draw(of_row(row)) for row in rows}
    if patient and values.get("response.teams") == 0:
        values["response.teams"] = 1
    if not patient and values.get("response.private_after_days") == "never":
        values["response.private_after_days"] = 3650
    if draw(st.booleans()):
        values["prevention.mix"] = dict(zip(MEASURES, draw(parts(6)), strict=True))
    return values


@st.composite
def _grants(draw: st.DrawFn, when: Drawn) -> list[Tree]:
    """Grants of any instrument, each with what goes with it."""
    grants = []
    for number, kind in enumerate(draw(st.lists(of_field(Grant, "instrument"), max_size=3))):
        known: dict[str, Drawn | None] = {"id": st.just(f"grant{number}"), "instrument": st.just(kind), "from_": when}
        known |= {"until": None, "requires": group(Requires, minimum_standard=None)}
        if kind == "lump_sum":
            known |= dict.fromkeys(("share", "measures", "hazard"))
        else:
            known |= {"amount": None, "by": None, "share": st.floats(0, MOST_MATCHED) if kind == "matching" else SHARES}
        if kind in ("audit", "shared_service"):
            known["measures"] = None
        grant = draw(group(Grant, **known))
        needed = "amount" if kind == "lump_sum" else "share"
        if needed not in grant:
            grant[needed] = draw(known.get(needed, st.floats(0, 20)))
        if kind == "shared_service":
            grant["measure"] = draw(st.sampled_from(MEASURES))
        grants.append(_with_end(draw, grant, when))
    return grants


def _with_end(draw: st.DrawFn, dated: Tree, when: Drawn) -> Tree:
    """The same with a last day, often one or two days after the first; never before it."""
    begin = dated.get("from")
    if draw(st.booleans()):
        day = datetime.timedelta(days=1)
        near = [draw(when)] if begin is None else [begin, begin + day, max(begin, draw(when))]
        dated["until"] = draw(st.sampled_from(near))
    return dated


@st.composite
def _layers(draw: st.DrawFn, category: str, has: _Has) -> list[Tree]:
    """Layers of a category; the last is the municipality."""
    others = [] if category in PROGRAMMES else ["insurer", *(["fund"] if has.fund else [])]
    payers = st.sampled_from([name for name in PAYERS if name in ("municipality", "flanders", *others)])
    asks = group(
        LayerRequires,
        minimum_standard=st.just(has.standard),
        programme=st.sampled_from(has.programmes) if has.programmes else None,
    )
    layers = []
    for payer in draw(st.lists(payers, max_size=3)):
        known: dict[str, Drawn | None] = {"payer": st.just(payer), "from_": has.when, "until": None, "requires": asks}
        known["budget"] = st.sampled_from(has.budgets) if payer == "flanders" and has.budgets else None
        if category in PROGRAMMES:
            known |= dict.fromkeys(OF_INCIDENTS)
        layers.append(_with_end(draw, draw(group(Layer, **known)), has.when))
    return [*layers, {"payer": "municipality"}]


def _used(tree: Tree, budgets: Tree, split: dict[str, list[Tree]]) -> None:
    """Let some layer draw on every pot and on the insurance, where none does."""
    wanted = [{"payer": "flanders", "budget": name} for name in budgets]
    wanted += [{"payer": payer} for payer, name in (("fund", "fund"), ("insurer", "insurance")) if name in tree]
    there = [layer for layers in split.values() for layer in layers]
    for one in wanted:
        if not any(one.items() <= layer.items() for layer in there):
            split.setdefault("recovery", [{"payer": "municipality"}]).insert(0, {**one, "share": 0.75})


@st.composite
def _phases(draw: st.DrawFn, tree: Tree, has: _Has, patient: bool) -> list[Tree]:
    """Changes on dates that often lie a day or two apart, or at the end of a year."""
    dates = draw(st.lists(has.when, max_size=3, unique=True))
    if dates and draw(st.booleans()):
        dates = [*dict.fromkeys([*dates, dates[0] + datetime.timedelta(days=draw(st.integers(1, 2)))])]
    found = []
    for date in dates:
        change = draw(_levers(patient, most=3))
        limited = tree.get("response", {}).get("teams") != "unlimited"
        if (change.get("response.teams") == "unlimited") == limited:
            change.pop("response.teams", None)
        for name, model in (("fund", Fund), ("insurance", Insurance)):
            if name in tree:
                some = draw(group(model, most=2, **({"opening_balance": None} if name == "fund" else {})))
                change |= {f"{name}.{key}": value for key, value in some.items()}
        for name in has.budgets:
            if draw(st.booleans()):
                change |= {f"budgets.{name}.{key}": value for key, value in draw(group(Budget, most=1)).items()}
        if draw(st.integers(0, 3)) == 0:
            category = draw(st.sampled_from(CATEGORIES))
            change[f"cost_split.{category}"] = draw(_layers(category, has))
        if change:
            found.append({"from": date, "set": change})
    return found


# ---- studies -------------------------------------------------------------------------------------------------------

SHIPPED = ("status-quo-2020", "fifty-fifty", "no-ransom")
MOVED = [row for row in parameters().values() if row.key not in (*SUMS, *SERVICES) and row.low is not None
         and not row.key.startswith(("policy.fund", "policy.insurance"))]  # fmt: skip


@st.composite
def studies(draw: st.DrawFn) -> Tree:
    """A small study of shipped worlds and policies, of any design."""
    policies_ = draw(st.lists(st.sampled_from(SHIPPED), min_size=1, max_size=3, unique=True))
    tree: Tree = {"id": "fuzzed-study", "title": draw(TITLES), "worlds": ["one-town"], "policies": policies_}
    rows = draw(st.lists(st.sampled_from(MOVED), min_size=1, max_size=2, unique_by=lambda row: row.key))
    design = draw(st.sampled_from(["cases", "grid", "latin_hypercube", "sobol"]))
    tree["design"] = design
    if design == "cases":
        tree["cases"] = [{row.key: row.low} for row in rows]
    else:
        tree["factors"] = {row.key: draw(_factor(row, design)) for row in rows}
    if design in ("latin_hypercube", "sobol"):
        tree["size"] = draw(st.sampled_from([2, 8, 64]))
    if draw(st.booleans()):
        tree["outcomes"] = draw(st.lists(st.sampled_from(list(KPIS)), min_size=1, max_size=4, unique=True))
    tree["replications"] = draw(st.sampled_from([1, 20, {"at_least": 5, "at_most": 5}]))
    tree["years"] = draw(st.integers(1, 12))
    return tree


@st.composite
def _factor(draw: st.DrawFn, row: Any, design: str) -> Any:
    """What a key is moved over, in any of its forms."""
    assert row.low is not None
    if design == "grid" and draw(st.booleans()):
        ends = [int(end) if row.whole else end for end in (row.low, row.high)]
        return draw(st.sampled_from([ends, {"values": ends}, {"levels": {"few": ends[0], "many": ends[1]}}]))
    ends = {"low": row.low, "high": row.high}
    return draw(st.sampled_from([{"from_spec": True}, ends, {**ends, "steps": 2}]))


GROUPS: tuple[type[Group], ...] = (World, Policy, Layer, Grant, Fund, Budget, Requires)
