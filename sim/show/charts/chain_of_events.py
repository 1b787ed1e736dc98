"""The chain of events as a diagram: what follows on what, in three lanes, drawn as text in boxes.

It is a list to whoever listens, boxes in rows on a wide page, and boxes under each other on a phone.
"""

from __future__ import annotations

import html
from collections.abc import Mapping

from sim.model.parameter_table import parameters
from sim.show.base.palette import palette
from sim.text import N_, Words

STEPS = {
    "attempt": (N_("Attempt"), N_("Attackers try day and night, more in some seasons and when a leak becomes known.")),
    "break-in": (N_("Break-in"), N_("Measures that the municipality has in place stop most of them.")),
    "unseen": (N_("Unseen"), N_("The intruder looks around, takes data and prepares, until it is found or strikes.")),
    "strike": (
        N_("Strike"),
        N_("A minor, a significant or a severe incident; at night it takes longer to be noticed."),
    ),
    "waiting": (N_("Waiting"), N_("Response teams are few. When all are busy one waits, or hires private help.")),
    "ransom": (N_("Ransom"), N_("Without usable backups a ransom may be paid, if the rule allows it.")),
    "recovery": (N_("Recovery"), N_("Services come back, the critical ones first; until then citizens miss them.")),
    "bill": (N_("Bill"), N_("Every cost is split by the layers of the policy: Flanders, insurer, fund, municipality.")),
    "falls": (N_("Supplier falls"), N_("Many municipalities have the same one, so many are hit at the same moment.")),
    "cut-off": (N_("Cut off"), N_("What runs at the supplier stands still for all its customers.")),
    "way-in": (N_("Way in"), N_("Some customers are entered through it.")),
    "budgets": (N_("Budgets"), N_("On 1 January money comes in: own means, grants, levies, Flemish envelopes.")),
    "programmes": (N_("Programmes"), N_("Municipalities join grants and shared services, sooner or later.")),
    "behaviour": (N_("Behaviour"), N_("They spend what the policy says, or what pays for themselves.")),
    "protection": (N_("Protection"), N_("Coverage of each measure grows, or crumbles when the money stops.")),
}
"""Every box: its name, and what happens there."""
GROUPS: Mapping[str, tuple[str, ...]] = {
    "attempt": ("world.threat",),
    "break-in": ("world.break_in", "world.measures"),
    "strike": ("world.incident",),
    "waiting": ("policy.response", "world.team"),
    "ransom": ("policy.ransom", "world.extortion"),
    "recovery": ("world.services", "world.fallback"),
    "bill": ("policy.fund", "policy.insurance", "world.finance"),
    "falls": ("world.suppliers",),
    "budgets": ("policy.prevention", "policy.gemeentefonds"),
    "programmes": ("world.adoption", "world.delivery"),
    "behaviour": ("world.behaviour",),
}
"""The groups of parameters that decide what happens in a box."""
LANE_NAMES = {"attack": N_("An attack"), "supplier": N_("A supplier"), "year": N_("Every year")}
LANES: Mapping[str, tuple[str, ...]] = {
    "attack": ("attempt", "break-in", "unseen", "strike", "waiting", "ransom", "recovery", "bill"),
    "supplier": ("falls", "cut-off", "way-in"),
    "year": ("budgets", "programmes", "behaviour", "protection"),
}
LEADS = {
    "supplier": N_("On to “Strike”, in many places at once: there the queue for teams begins."),
    "year": N_("On to “Break-in”: how many attempts succeed next year."),
}
"""Where a lane leads."""

LIMITS = (
    N_("It does not say what will happen, here or anywhere. It says what follows from its assumptions."),
    N_(
        "It says nothing of one municipality beyond its size, its place and its income. Who has which supplier and who "
        "protects itself well is drawn by lot."
    ),
    N_(
        "Attackers do not choose, learn or move on: when all municipalities defend themselves better, no other is "
        "attacked more."
    ),
    N_("Only municipal administrations are in it: no police zones, hospitals, schools or intermunicipal bodies."),
    N_("Stolen data cost a notification; what they do to people is not counted."),
    N_("Prices, inhabitants and municipalities stand still for as long as a future lasts."),
    N_("Most of its numbers are assumptions. A difference of a few per cent means nothing."),
)


def chain(say: Words, scheme: str) -> str:
    """Return the diagram as HTML with its own style."""
    colours = palette(scheme)
    style = _STYLE.format(box=colours.sidebar, line=colours.baseline, head=colours.scenario)
    return f"<style>{style}</style>" + "".join(_lane(say, lane) for lane in LANES)


def limits(say: Words) -> list[str]:
    """Return what the model cannot say, a sentence each."""
    return [say.say(sentence) for sentence in LIMITS]


def decided_by(step: str) -> int:
    """Return how many parameters decide what happens in a box."""
    groups = tuple(f"{group}." for group in GROUPS.get(step, ()))
    return sum(key.startswith(groups) for key in parameters()) if groups else 0


def _lane(say: Words, lane: str) -> str:
    name = html.escape(say.say(LANE_NAMES[lane]))
    boxes = "".join(_box(say, step) for step in LANES[lane])
    leads = f"<p>{html.escape(say.say(LEADS[lane]))}</p>" if lane in LEADS else ""
    return f'<section class="chain" aria-label="{name}"><h3>{name}</h3><ol>{boxes}</ol>{leads}</section>'


def _box(say: Words, step: str) -> str:
    name, what = html.escape(say.say(STEPS[step][0])), html.escape(say.say(STEPS[step][1]))
    count = decided_by(step)
    told = html.escape(say.say("{n} numbers", n=count))
    numbers = f"<small>{told}</small>" if count else ""
    return f"<li><b>{name}</b><span>{what}</span>{numbers}</li>"


_STYLE = """
.chain {{ margin: 0 0 .5rem; }}
.chain h3 {{ font-size: 1rem; padding: .5rem 0; color: {head}; }}
.chain p {{ margin: .5rem 0 0; font-size: .875rem; }}
.chain ol {{ display: grid; grid-template-columns: repeat(4, 1fr); gap: 1rem 1.75rem; list-style: none;
  margin: 0; padding: 0; }}
.chain li {{ position: relative; margin: 0; padding: .6rem .75rem; background: {box}; border: 1px solid {line};
  border-radius: .3rem; font-size: .875rem; line-height: 1.35; }}
.chain b, .chain small, .chain span {{ display: block; }}
.chain b {{ font-size: 1rem; }}
.chain small {{ margin-top: .3rem; font-size: .8rem; }}
.chain li:not(:last-child)::after {{ content: "→"; content: "→" / ""; position: absolute; left: 100%; top: 50%;
  width: 1.75rem; text-align: center; transform: translateY(-50%); font-size: 1.1rem; color: {line}; }}
.chain li:nth-child(4n):not(:last-child)::after {{ content: "↵"; content: "↵" / ""; }}
@media (max-width: 767px) {{
  .chain ol {{ grid-template-columns: 1fr; gap: 1.6rem; }}
  .chain li:not(:last-child)::after, .chain li:nth-child(4n):not(:last-child)::after {{ content: "↓";
    content: "↓" / ""; left: 0; right: 0; width: auto; top: 100%; transform: none; }}
}}
"""
