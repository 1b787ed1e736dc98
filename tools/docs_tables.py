"""Tables for the documents that follow from the code and the parameters at once: nothing here plays a future."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import sim
from sim.engines import events as ev
from sim.engines.expectations import mean_at_most
from sim.engines.structure import structure
from sim.model.parameter_table import Parameter, parameters
from sim.model.world.numbers import world_arrays
from sim.rules import defence, incident, severity, threat
from sim.rules.incident import SEVERE, SIGNIFICANT
from sim.rules.terms import DEFENCES, MEASURES, WorldArrays

PROJECT = Path(__file__).resolve().parents[1]
WORLD = "flanders-2020"
GRADES = {
    "A": "official or peer-reviewed, read at the source",
    "B": "reputable press, insurer or industry report",
    "C": "vendor, aggregator or other second hand",
    "D": "derived: our own arithmetic on such figures, with the formula beside it",
    "R": "recalled, not verified",
    "X": "assumption: nobody measured it, or nobody published it",
}
GROUPS = {
    "world": "The world as a whole",
    "world.anchor": "The three assumptions that decide",
    "world.anchor_levels": "What these three switches multiply",
    "world.threat": "Who knocks, and when",
    "world.break_in": "The chance that an attempt succeeds",
    "world.measures": "Measures of prevention",
    "world.incident": "How an incident runs, and what it costs",
    "world.team": "Response teams",
    "world.extortion": "Ransom",
    "world.services": "Services",
    "world.harm": "Harm to citizens",
    "world.fraud": "Payment fraud",
    "world.ddos": "Waves of denial of service",
    "world.suppliers": "Suppliers",
    "world.finance": "Municipal finance",
    "world.behaviour": "What a municipality weighs",
    "world.adoption": "How fast municipalities take up an offer",
    "world.delivery": "What buying together does",
    "world.standard": "What a minimum standard means",
    "world.service": "Shared services",
    "world.audit": "Audits",
    "world.fallback": "Services to fall back on",
    "world.insurance": "How insurers treat claims",
    "policy.prevention": "Policy: prevention",
    "policy.response": "Policy: response teams",
    "policy.ransom": "Policy: ransom",
    "policy.insurance": "Policy: insurance",
    "policy.fund": "Policy: solidarity fund",
    "policy.gemeentefonds": "Policy: the Gemeentefonds",
}


# ---- words ---------------------------------------------------------------------------------------------------


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; a head that ends in `>` is a column of numbers."""
    lines = ["| " + " | ".join(head.rstrip(">") for head in heads) + " |"]
    lines.append("|" + "|".join("---:" if head.endswith(">") else "---" for head in heads) + "|")
    lines += ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def figure(value: object, whole: bool = False) -> str:
    """Return a value as it is read: 60,000, 0.0714, `central`."""
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    if isinstance(value, str):
        return f"`{value}`"
    assert isinstance(value, int | float)
    return f"{value:.12g}" if whole else f"{value:,.13g}"


def about(value: float, digits: int = 3) -> str:
    """Return a number with some significant digits: 0.0897, 1.56, 733,000."""
    decimals = digits - 1 - (math.floor(math.log10(abs(value))) if value else 0)
    return f"{round(value, decimals):,.{max(0, decimals)}f}" if value else "0"


# ---- from the parameters ---------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def sources() -> dict[str, dict[str, str]]:
    """Return the register of sources by key."""
    from ruamel.yaml import YAML

    with (PROJECT / "sim" / "data" / "sources.yaml").open(encoding="utf-8") as register:
        return dict(YAML(typ="safe").load(register))


def group_of(row: Parameter) -> str:
    """Return the group of a parameter: its first two steps, or `world` for what stands by itself."""
    steps = row.key.split(".")
    return ".".join(steps[:2]) if len(steps) > 2 else steps[0]


def linked(text: str) -> str:
    """Return the text on what a value rests on, with each key of a source linked to its row."""

    def link(found: re.Match[str]) -> str:
        return f"[{found[0]}](#{found[0].lower()})" if found[0] in sources() else found[0]

    return re.sub(r"\b(?:F-[A-Z0-9-]+|S\d+)\b", link, text.replace("[", "(").replace("]", ")"))


def reach(row: Parameter) -> str:
    """Return the range of the evidence, or what may be chosen."""
    if row.choices:
        return ", ".join(figure(choice) for choice in row.choices)
    if row.low is None or row.high is None:
        return ""
    return f"{figure(row.low)} to {figure(row.high)}"


def grades() -> str:
    """How many parameters have each grade."""
    rows = list(parameters().values())
    counts = {grade: sum(row.grade == grade for row in rows) for grade in GRADES}
    return table(
        ("grade", "what it means", "parameters>"),
        [*((f"**{grade}**", GRADES[grade], counts[grade]) for grade in GRADES), ("", "together", len(rows))],
    )


def parameter_tables() -> str:
    """Every parameter, a table per group."""
    text = []
    for group, title in GROUPS.items():
        rows = [row for row in parameters().values() if group_of(row) == group]
        text.append(f"\n### {title}\n\n")
        text.append(
            table(
                ("key", "value>", "range of the evidence", "unit", "grade", "rests on"),
                (
                    (f"`{row.key}`", figure(row.value, row.whole), reach(row), row.unit,
                     "**X** assumption" if row.is_assumption else row.grade, linked(row.source))
                    for row in rows
                ),
            )
        )  # fmt: skip
    unknown = {group_of(row) for row in parameters().values()} - set(GROUPS)
    if unknown:
        raise SystemExit(f"tools/docs.py: GROUPS has no title for {', '.join(sorted(unknown))}")
    return "".join(text).lstrip("\n")


def source_table() -> str:
    """Every source: what it is, where it stands, where it was read, and the parameters that rest on it."""
    users = {name: [row.key for row in parameters().values() if name in row.sources] for name in sources()}
    return table(
        ("key", "what", "address", "read in", "behind"),
        (
            (f'<a id="{name.lower()}"></a>{name}', entry["title"], entry["address"], _read(entry["read"]),
             ", ".join(f"`{key}`" for key in users[name]))
            for name, entry in sources().items()
        ),
    )  # fmt: skip


def _read(where: str) -> str:
    page, _, section = where.removeprefix("docs/").partition(" ")
    return f"[{Path(page).name}]({page}) {section}"


def off_values() -> str:
    """The value that switches each mechanism off."""
    return table(
        ("key", "default>", "off>", "what it does"),
        (
            (f"`{row.key}`", figure(row.value, row.whole), figure(row.off, row.whole), row.help["en"])
            for row in parameters().values()
            if row.off is not None
        ),
    )


def anchors() -> str:
    """The levels of the three switches."""
    multiplied = {
        "frequency": "world.threat.attempts",
        "service_value": "world.harm.value_of_service_day",
        "supplier_accumulation": "world.suppliers.compromise_rate",
    }
    rows = []
    for name, key in multiplied.items():
        value = parameters()[key].value
        assert isinstance(value, float)
        levels = [float(parameters()[f"world.anchor_levels.{name}_{level}"].value) for level in ("low", "high")]
        low, high = (about(value * factor, 2) for factor in levels)
        rows.append((f"`world.anchor.{name}`", f"`{key}`", low, figure(value), high, parameters()[key].unit))
    return table(("switch", "what it multiplies", "low>", "central>", "high>", "unit"), rows)


# ---- from the code ---------------------------------------------------------------------------------------------


def purposes() -> str:
    """The table of purposes, from the comments in sim/rules/chance.py."""
    text = (PROJECT / "sim" / "rules" / "chance.py").read_text(encoding="utf-8")
    found = re.findall(r"^([A-Z_]+) = (\d+)  # (.+)$", text, re.MULTILINE)
    return table(("number>", "purpose", "what is drawn"), ((number, f"`{name}`", what) for name, number, what in found))


def order() -> str:
    """The order of events within one minute."""
    return "\n".join(f"{position}. {name}" for position, name in enumerate(_kinds(), start=1)) + "\n"


def _kinds() -> list[str]:
    names = {ev.ATTEMPT: "attempt", ev.FOLLOW_UP: "attempt by attackers whom an earlier incident drew"}
    return [names.get(kind, name) for kind, name in sorted(ev.KIND_NAMES.items())]


@lru_cache(maxsize=8)
def numbers(model: str = "measures") -> WorldArrays:
    """Return the teaching world, all at its defaults, with one of the models of defence."""
    return world_arrays(sim.load_world("one-town").with_values({"defence": model}))


def _lognormal_mean(median: float, sigma: float) -> float:
    return median * math.exp(sigma * sigma / 2)


def today() -> str:
    """Figures that follow from the defaults, for a municipality of 20,000 inhabitants in the base year."""
    w = numbers()
    d, c, r, b = w.defence, w.classes, w.recovery, w.bill
    cap, yearly = defence.unprotected(d), w.threat.attempts * d.today
    best = defence.break_in_probability(1.0, 1.0, 1.0, 0.0, cap, d)
    most = {grave: incident.most_euro(grave, 20_000.0, b, r) for grave in (SIGNIFICANT, SEVERE)}
    severe = mean_at_most(20_000 * b.severe_cost, b.severe_sigma, most[SEVERE])
    significant = mean_at_most(b.significant_cost, b.significant_sigma, most[SIGNIFICANT])
    minor = _lognormal_mean(b.minor_cost, b.minor_sigma)
    bill = c.severe * severe + c.significant * significant + (1.0 - c.severe - c.significant) * minor
    days = w.intrusion.dwell_days
    cost = {lost: incident.backup_factor(lost, 0.0, r.backup_cost_factor, r) for lost in (True, False)}
    time = {lost: incident.backup_factor(lost, 0.0, r.backup_time_factor, r) for lost in (True, False)}
    rows = (
        ("chance that an attempt succeeds without any prevention", cap, "`break_in.today` / relative risk today"),
        ("the same with every measure in place everywhere", best, f"the floor is {about(d.floor * cap)}"),
        ("break-ins a year", yearly, "`threat.attempts` x `break_in.today`"),
        ("significant incidents a year", yearly * c.significant, "x `incident.significant`"),
        ("severe incidents a year", yearly * c.severe, "x `incident.severe`"),
        ("chance that a break-in becomes severe, without detection", severity.severe_probability(0.0, c), ""),
        ("the same with detection everywhere", severity.severe_probability(1.0, c), ""),
        ("chance that it becomes significant or severe, without detection", severity.above_minor(0.0, c), ""),
        ("the same with detection everywhere", severity.above_minor(1.0, c), ""),
        ("median dwell time without detection, days", days * incident.dwell_factor(0.0, w.intrusion), ""),
        ("the same with detection everywhere", days * incident.dwell_factor(1.0, w.intrusion), ""),
        ("long-run mean of the factor of disclosures", threat.mean_shock(w.threat), "attempts are divided by it"),
        ("chance that the backups are lost", incident.backups_lost_probability(r.backups_today, r), "today's coverage"),
        ("bill when they are lost, the average case being 1", cost[True], "severe incidents only"),
        ("bill when they are usable", cost[False], ""),
        ("outage when they are lost, the average case being 1", time[True], "severe incidents only"),
        ("outage when they are usable", time[False], ""),
        ("bill and outage without a continuity plan", incident.plan_factor(0.0, r), "today's coverage being 1"),
        ("bill and outage with one", incident.plan_factor(1.0, r), ""),
        ("mean bill of a severe incident, euro", severe, "median x exp(sigma^2 / 2), less what is above the highest"),
        ("mean bill of a significant incident, euro", significant, "the same"),
        ("mean bill of a minor incident, euro", minor, "median x exp(sigma^2 / 2)"),
        ("expected bill of direct attacks, euro per inhabitant per year", yearly * bill / 20_000, "nobody waits"),
    )
    return table(("figure", "value>", "how"), ((what, about(value), how) for what, value, how in rows))


def curves() -> str:
    """Coverage and break-in probability against spend, by model of defence, once spending has had its effect."""
    w = numbers()
    spends = (0.0, 2.0, 5.0, 10.0, 20.0)
    cover = {z: [defence.coverage_target(z / w.reference_spend, level) for level in w.today] for z in spends}
    rows = [[f"coverage of {name}", *(about(cover[z][i], 2) for z in spends)] for i, name in enumerate(MEASURES)]
    leverage = []
    for model in DEFENCES:
        terms = numbers(model).defence
        cap = defence.unprotected(terms)
        chance = {z: defence.break_in_probability(cover[z][0], cover[z][1], cover[z][3], z, cap, terms) for z in spends}
        rows.append([f"break-in probability, `{model}`", *(about(chance[z]) for z in spends)])
        leverage.append(
            (f"`{model}`", f"{chance[0.0] / chance[5.0]:.2f} times", f"{chance[10.0] / chance[5.0] - 1:.0%}")
        )
    return (
        table(("euro per inhabitant per year", *(f"{z:g}>" for z in spends)), rows)
        + "\n"
        + table(("break-in probability", "without any prevention, to today's>", "from 5 to 10 euro>"), leverage)
    )


def suppliers() -> str:
    """The suppliers that the seed of the world draws for the 300 municipalities."""
    w = world_arrays(sim.load_world(WORLD))
    drawn = structure(w)
    rows = []
    for j, share in enumerate(drawn.shares):
        served = drawn.customers[j]
        kind = "full IT" if j < w.full_it_suppliers else "one application"
        part = w.inhabitants[served].sum() / w.inhabitants.sum()
        rows.append((j, kind, f"{share:.0%}", int(served.sum()), f"{part:.0%}"))
    return table(("supplier>", "kind", "share drawn>", "customers>", "share of all inhabitants>"), rows)
