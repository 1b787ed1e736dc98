"""A screen as text that brings the same numbers elsewhere: the command, and the Python."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from sim.model.parameter_table import Value
from sim.version import MODEL_VERSION
from sim.web.state.choice import BASELINE, WORLD, Choice, presets, same, world_start
from sim.web.state.policy_file import slug, text_of


def moved(world: Mapping[str, Value]) -> dict[str, Value]:
    """The assumptions that do not stand where they stood."""
    return {key: value for key, value in world.items() if world_start()[key] != value}


def file_name(choice: Choice, name: str = "") -> str:
    """The name of the file that a policy is saved in."""
    return f"{slug(name) or choice.policy.id}.yaml"


def _is_shipped(choice: Choice) -> bool:
    return choice.loaded is None and not choice.moved


def command(choice: Choice, world: Mapping[str, Value], *, seed: int, replications: int, years: int) -> str:
    """The command that gives these numbers; a policy that is not shipped is the file that the page offers."""
    policy = choice.start if _is_shipped(choice) else file_name(choice)
    alone = choice.policy.id == BASELINE or _is_baseline(choice)
    parts = ["weerbaar", *(("run", BASELINE) if alone else ("compare", BASELINE, policy)), "--world", WORLD]
    parts += ["--replications", str(replications), "--years", str(years), "--seed", str(seed)]
    for key, value in moved(world).items():
        parts += ["--set", f"{key}={value}"]
    return shlex.join(parts)


def _is_baseline(choice: Choice) -> bool:
    return same(choice.policy, presets()[BASELINE])


def python(choice: Choice, world: Mapping[str, Value], *, seed: int, replications: int, language: str) -> str:
    """The Python that gives these numbers. It holds the policy, so that it needs no other file."""
    lines = [f"# Weerbaar {MODEL_VERSION}. A model, not a forecast.", "import sim", ""]
    loads = [f'sim.load_policy("{BASELINE}")']
    if not _is_baseline(choice):
        if _is_shipped(choice):
            loads.append(f'sim.load_policy("{choice.start}")')
        else:
            name = file_name(choice)
            lines[1:1] = ["from pathlib import Path", ""]
            lines += [f'Path({name!r}).write_text({_literal(text_of(choice, ""))}, encoding="utf-8")', ""]
            loads.append(f"sim.load_policy({name!r})")
    settings = f".with_values({moved(world)!r})" if moved(world) else ""
    lines += [
        f'world = sim.load_world("{WORLD}"){settings}',
        f"policies = [{', '.join(loads)}]",
        f"result = sim.compare(world, policies, replications={replications}, seed={seed})",
        "",
        f'print(result.sentence("{language}"))',
        'print(result.kpis()[["policy", "kpi", "unit", "mean", "lo", "hi"]])',
        "print([result.ledger_hash(policy) for policy in policies])",
    ]
    return "\n".join(lines) + "\n"


def _literal(text: str) -> str:
    """A text as Python writes it, over several lines where that is safe."""
    if '"""' in text or "\\" in text or text.endswith('"'):
        return repr(text)
    return f'"""\\\n{text}"""'
