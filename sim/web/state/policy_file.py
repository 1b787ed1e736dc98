"""Policy files in and out of the page: only what differs goes out, and what comes in passes the validator.

A file from a visitor is small plain YAML. It may stand on a policy that is shipped (`based_on`), and on nothing else
that this machine holds: it is read from what was sent, once, and names in it are ids, never paths.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from sim.model.files.load import load_brought
from sim.model.files.read_yaml import Node
from sim.model.files.write_yaml import policy_yaml
from sim.model.groups import Words as Text
from sim.model.policy.policy import Policy
from sim.model.problems import InputError, Problem
from sim.model.study.study import Study
from sim.model.world.world import World
from sim.text import Words
from sim.web.state.choice import LOADED, Choice, presets

MOST_BYTES = 100_000
MOST_VALUES = 4_000
"""Values in a file: the work of reading and checking it is bounded by them, to a second or so."""
ENDINGS = ("yaml", "yml")
YOURS = "your-file"
"""The id of a policy from a file."""
_MOST_PROBLEMS = 6


def policy_from(name: str, raw: bytes) -> Policy:
    """The policy in a file that a visitor brought; InputError with every problem, about a file of this name.

    Its title is made plain, for it is shown in many places, and its id is ours, for another may have the same.
    """
    return policy_and_notes(name, raw)[0]


def policy_and_notes(name: str, raw: bytes) -> tuple[Policy, list[Problem]]:
    """The policy in a file that a visitor brought, as above, and what is sound in it and means nothing."""
    policy, noted = brought(name, raw, "policy")
    assert isinstance(policy, Policy)
    title = Text(nl=plain(policy.title.nl) or "?", en=plain(policy.title.en) or "?")
    return policy.model_copy(update={"id": YOURS, "title": title}), noted


def brought(
    name: str, raw: bytes, kind: Literal["policy", "study"], check: Callable[[Node], Iterable[Problem]] = lambda _: ()
) -> tuple[World | Policy | Study, list[Problem]]:
    """Return what is in a file that a visitor brought: small enough, and checked like any other of its kind; and what
    there is to say about it all the same.

    InputError with every problem, about a file of this name.
    """
    if len(raw) > MOST_BYTES:
        raise InputError([Problem(name, None, "too-large", f"is {len(raw):,} bytes; a {kind} may be {MOST_BYTES:,}")])
    return load_brought(kind, name, raw, most=MOST_VALUES, check=check)


def plain(text: str) -> str:
    """A name as it may be shown: letters, digits, spaces and a few marks, and not at length."""
    return re.sub(r"\s+", " ", re.sub(r"[^\w .+-]|_", " ", text)).strip()[:40].strip()


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
    return notes(error.problems, say)


def notes(problems: Sequence[Problem], say: Words) -> list[str]:
    """What there is to say about a file, a sentence each; at most some of them."""
    found = [_sentence(problem, say) for problem in problems[:_MOST_PROBLEMS]]
    if (more := len(problems) - _MOST_PROBLEMS) > 0:
        found.append(say.say("And {n} more.", n=say.number(more)))
    return found


def _sentence(problem: Problem, say: Words) -> str:
    hint = f" ({problem.hint})" if problem.hint else ""
    text = f"{problem.message}{hint}"
    if problem.line is None:
        return text
    return say.say("Line {n}: {text}", n=say.number(problem.line), text=text)
