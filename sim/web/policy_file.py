"""Policy files in and out of the page: only what differs goes out, and what comes in passes the validator.

A file from a visitor is small plain YAML. It may stand on a policy that is shipped (`based_on`), and on nothing else
that this machine holds.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from sim.model.files import load_policy, policy_yaml, scenarios
from sim.model.groups import Words as Text
from sim.model.policy import Policy
from sim.model.problems import InputError, Problem, did_you_mean
from sim.model.yaml_in import parse_tree
from sim.text import Words
from sim.web.choice import LOADED, Choice, presets

Scenario = TypeVar("Scenario")

MOST_BYTES = 100_000
ENDINGS = ("yaml", "yml")
YOURS = "your-file"
"""The id of a policy from a file."""
_MOST_PROBLEMS = 6


def policy_from(name: str, raw: bytes) -> Policy:
    """The policy in a file that a visitor brought; InputError with every problem, about a file of this name.

    Its title is made plain, for it is shown in many places, and its id is ours, for another may have the same.
    """
    policy = brought(name, raw, "policy", lambda: _check_base(name, raw), load_policy)
    title = Text(nl=plain(policy.title.nl) or "?", en=plain(policy.title.en) or "?")
    return policy.model_copy(update={"id": YOURS, "title": title})


def brought(name: str, raw: bytes, kind: str, check: Callable[[], None], load: Callable[[Path], Scenario]) -> Scenario:
    """Return what is in a file that a visitor brought: small enough, checked, then read like any other of its kind.

    InputError with every problem, about a file of this name.
    """
    if len(raw) > MOST_BYTES:
        raise InputError([Problem(name, None, "too-large", f"is {len(raw):,} bytes; a {kind} may be {MOST_BYTES:,}")])
    check()
    with tempfile.TemporaryDirectory(prefix="weerbaar-") as folder:
        path = Path(folder) / f"{kind}.yaml"
        path.write_bytes(raw)
        try:
            return load(path)
        except InputError as error:
            raise InputError(
                replace(problem, file=name if problem.file == str(path) else Path(problem.file).name)
                for problem in error.problems
            ) from None


def plain(text: str) -> str:
    """A name as it may be shown: letters, digits, spaces and a few marks, and not at length."""
    return re.sub(r"\s+", " ", re.sub(r"[^\w .+-]|_", " ", text)).strip()[:40].strip()


def _check_base(name: str, raw: bytes) -> None:
    """Refuse a base that is not the id of a shipped policy: a path would read other files of this machine."""
    tree, _ = parse_tree(raw.decode("utf-8", "replace").replace("\0", " "), name)
    if tree is None or not isinstance(tree.value, dict) or "based_on" not in tree.value:
        return
    node, known = tree.value["based_on"], [scenario.id for scenario in scenarios("policy")]
    if node.value is not None and node.value not in known:
        message = f"here a policy can be based on one of {', '.join(known)}"
        raise InputError([Problem(name, node.line, "unknown-base", message, did_you_mean(str(node.value)[:80], known))])


def text_of(choice: Choice, name: str) -> str:
    """A choice as the text of a policy file: what differs from its start point, or from what that is based on."""
    policy = choice.policy
    if choice.moved or name:
        title = Text(nl=name, en=name) if name else policy.title
        policy = policy.model_copy(update={"id": slug(name) or policy.id, "title": title})
    if choice.start == LOADED:
        return policy_yaml(policy)
    if policy.id == choice.start:
        return policy_yaml(policy)
    return policy_yaml(policy, base=presets()[choice.start])


def slug(name: str) -> str:
    """An id from a name."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]


def sentences(error: InputError, say: Words) -> list[str]:
    """The problems of a file, a sentence each; at most some of them."""
    found = [_sentence(problem, say) for problem in error.problems[:_MOST_PROBLEMS]]
    if (more := len(error.problems) - _MOST_PROBLEMS) > 0:
        found.append(say.say("And {n} more.", n=say.number(more)))
    return found


def _sentence(problem: Problem, say: Words) -> str:
    hint = f" ({problem.hint})" if problem.hint else ""
    text = f"{problem.message}{hint}"
    if problem.line is None:
        return text
    return say.say("Line {n}: {text}", n=say.number(problem.line), text=text)
