"""The report: one page that opens anywhere, offline, in Dutch and English, with every figure and what it rests on."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.atomic import put
from sim.experiments.comparison.compare import Comparison
from sim.model.policy.policy import Policy
from sim.package import PACKAGE
from sim.show.tables import comparison_tables
from sim.show.sentences.assumptions import assumptions, changed, deciding, source
from sim.show.tables.overview import TOLD, overview
from sim.show.sentences.policy_paragraph import paragraph
from sim.text import LANGUAGES, Words, words
from sim.version import MODEL_VERSION
from sim.show.names import count
from sim.show.charts.burden import burden_by_size
from sim.show.charts.payers import payers_bars

if TYPE_CHECKING:
    import plotly.graph_objects as go

SCHEMES = ("light", "dark")
TEMPLATES = PACKAGE / "show" / "report"
Draw = Callable[[str, str], "go.Figure"]
"""Draws a figure in a language and a colour scheme."""


def write_report(
    result: Comparison, folder: str | os.PathLike[str], language: str | None = None, *, command: str | None = None
) -> Path:
    """Write index.html into a folder, which is made where it is missing, and return its path.

    The page opens in `language` ("nl" unless said otherwise) and holds both. `command` is what repeats the result; when
    it is left out, it is put together from the ids of the world and the policies. OSError when nothing can be written.
    """
    if language is not None and language not in LANGUAGES:
        raise ValueError(f"unknown language {language!r}: choose one of {', '.join(LANGUAGES)}")
    page = render(result, language or "nl", command or repeat(result))
    target = Path(folder) / "index.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    put(target, lambda path: path.write_text(page, encoding="utf-8", newline="\n"))
    return target


def repeat(result: Comparison) -> str:
    """Return the command that gives these figures again, where world and policies are shipped ones."""
    verb = "compare" if len(result.policies) > 1 else "run"
    names = " ".join(policy.id for policy in result.policies)
    return (
        f"weerbaar {verb} {names} --world {result.world.id} --replications {result.replications} "
        f"--years {result.years} --seed {result.seed}"
    )


def render(result: Comparison, language: str, command: str) -> str:
    """Return the page as text."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from plotly.offline import get_plotlyjs

    draws = _draws(result)
    figures, captions = _figures(draws)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2").render(
        language=language,
        pages=[_page(result, one, captions[one], command) for one in LANGUAGES],
        figures=_harmless(json.dumps(figures, separators=(",", ":"), ensure_ascii=False)),
        plotly=get_plotlyjs(),
        version=MODEL_VERSION,
    )


# ---- pictures ------------------------------------------------------------------------------------------------------


def _draws(result: Comparison) -> dict[str, Draw]:
    """Return every picture of the report by name."""
    from sim.show.charts import exceedance, tile_map

    def of_policy(policy: Policy) -> dict[str, Draw]:
        return {
            f"who_pays {policy.id}": lambda spoken, scheme: exceedance.who_pays(result, policy, spoken, scheme=scheme),
            f"tiles {policy.id}": lambda spoken, scheme: tile_map.tile_map(result, policy, spoken, scheme=scheme),
        }

    draws: dict[str, Draw] = {
        "payers": lambda spoken, scheme: payers_bars(result, spoken, scheme=scheme),
        "exceedance": lambda spoken, scheme: exceedance.exceedance(result, spoken, scheme=scheme),
        "size": lambda spoken, scheme: burden_by_size(result, spoken, scheme=scheme),
    }
    for policy in result.policies:
        draws |= of_policy(policy)
    if len(result.world.municipalities) < 2:
        draws = {name: draw for name, draw in draws.items() if name != "size" and not name.startswith("tiles")}
    return draws


def _figures(draws: Mapping[str, Draw]) -> tuple[dict[str, Any], dict[str, dict[str, dict[str, Any]]]]:
    """Return figures by scheme, language and name, without their titles; and by language and name what is said of them.

    Titles and descriptions stand in the page, where they wrap and are read aloud.
    """
    from sim.show.charts.exceedance import untitled

    figures: dict[str, Any] = {scheme: {language: {} for language in LANGUAGES} for scheme in SCHEMES}
    captions: dict[str, dict[str, dict[str, Any]]] = {language: {} for language in LANGUAGES}
    for name, draw in draws.items():
        for language in LANGUAGES:
            for scheme in SCHEMES:
                title, figure = untitled(draw(language, scheme))
                plain = json.loads(figure.to_json())
                figures[scheme][language][name] = {"data": plain["data"], "layout": plain["layout"]}
                meta = plain["layout"]["meta"]
                height = int(plain["layout"].get("height", 320))
                captions[language][name] = {"name": name, "title": title, "alt": meta["alt"], "height": height}
    return figures, captions


def _harmless(text: str) -> str:
    """Return JSON that cannot end the element it stands in."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


# ---- words ---------------------------------------------------------------------------------------------------------


def _page(result: Comparison, language: str, captions: Mapping[str, Mapping[str, Any]], command: str) -> dict[str, Any]:
    """Return everything that one language of the page says."""
    say = words(language)
    others, many = result.policies[1:], len(result.world.municipalities) > 1
    findings = [result.finding(policy, language) for policy in others]
    return {
        "language": language,
        "say": _labels(say),
        "title": _title(result, say),
        "lead": _lead(result, say),
        "interrupted": say.say("The work was interrupted: this is about the futures that were complete.")
        if result.interrupted
        else "",
        "sentences": [finding.sentence(say) for finding in findings] or [result.sentence(language)],
        "proviso": findings[-1].proviso(say) if findings else deciding(result.world, language),
        "overview": overview(result, language) if others else None,
        "table_first": len(result.policies) > TOLD,
        "costs": comparison_tables.costs(result, language),
        "gaps": comparison_tables.gaps(result, language),
        "who_pays": comparison_tables.who_pays(result, language),
        "bad_years": comparison_tables.bad_years(result, language),
        "burdens": [comparison_tables.burden(result, by, language) for by in ("size_class", "province")] if many else [],
        "charts": captions,
        "policies": [_policy(result, policy, language, captions) for policy in result.policies],
        "changed": changed(result, language),
        "assumptions": assumptions(result, language),
        "command": command,
        "facts": _facts(result, say),
        "source": source(result.world, language),
        "files": _files(result),
    }


def _labels(say: Words) -> dict[str, str]:
    """Return the fixed words of the page."""
    return {
        "language": say.say("Language"),
        "model": say.say("A model, not a forecast."),
        "answer": say.say("The answer"),
        "figures": say.say("In figures"),
        "payers": say.say("Who pays"),
        "bad": say.say("How bad a year can get"),
        "towns": say.say("Which municipalities bear it"),
        "policies": say.say("Policy by policy"),
        "assumptions": say.say("What it rests on"),
        "repeat": say.say("Do it again"),
        "open": say.say("Show the table"),
        "files": say.say("The policies and the world, as files"),
        "rests": say.say(
            "Costs in euro and harm to citizens are never added up. What is assumed, and not measured, decides part of "
            "the answer: a finding that turns when an assumption turns is not a finding."
        ),
        "command": say.say("The same command gives the same figures, on any machine and on any number of cores."),
        "script": say.say("The charts need JavaScript; the tables say the same."),
    }


def _title(result: Comparison, say: Words) -> str:
    count = len(result.world.municipalities)
    if count == 1:
        return say.say("Who pays for cyber attacks on {name}?", name=result.world.municipalities[0].name)
    return say.say("Who pays for cyber attacks on {n} municipalities?", n=say.number(count))


def _lead(result: Comparison, say: Words) -> str:
    values = {
        "policies": count(say, "policies", len(result.policies)),
        "futures": count(say, "futures", result.replications),
        "years": count(say, "years", result.years),
        "start": say.date(result.world.start),
    }
    if len(result.policies) == 1:
        return say.say("{policies}, {futures}, {years} from {start}.", **values)
    return say.say(
        "{policies}, {futures}, {years} from {start}. Every policy meets the same futures: what differs is the policy, "
        "never the luck.",
        **values,
    )


def _policy(
    result: Comparison, policy: Policy, language: str, captions: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the part about one policy."""
    return {
        "id": policy.id,
        "title": policy.title[language],
        "texts": _texts(result, policy, language),
        "figures": [captions[name] for name in (f"who_pays {policy.id}", f"tiles {policy.id}") if name in captions],
        "tables": [comparison_tables.uses(result, policy, language), comparison_tables.key_figures(result, policy, language)],
    }


def _texts(result: Comparison, policy: Policy, language: str) -> list[tuple[bool, str]]:
    """Return what is said of a policy, each with whether it is a note: what it is, what it does and costs, and why."""
    said = [(False, paragraph(result, policy, language))]
    if policy.description is not None:
        said.insert(0, (False, policy.description[language]))
    if policy.reference is not None:
        said.append((True, policy.reference[language]))
    return said


def _facts(result: Comparison, say: Words) -> list[tuple[str, str]]:
    """Return what identifies the result."""
    return [
        (say.say("Version"), MODEL_VERSION),
        (say.say("World"), f"{result.world.title[say.language]} ({result.world.id})"),
        (say.say("Seed"), str(result.seed)),
        (say.say("Futures"), say.number(result.replications)),
        (say.say("Years"), str(result.years)),
        (say.say("Engine"), result.engine),
        (say.say("Digest of the futures"), result.tape_hash),
    ]


def _files(result: Comparison) -> list[tuple[str, str]]:
    """Return the world and the policies as the text of files that give them back."""
    from sim.model.files.write_yaml import policy_yaml, world_yaml

    files = [(f"{result.world.id}.yaml", world_yaml(result.world))]
    return files + [(f"{policy.id}.yaml", policy_yaml(policy)) for policy in result.policies]
