"""Lists of a policy that add to those of its base: `phases: {add: [...]}`.

A list stands for itself, and replaces that of the base. Written as a group with the key `add` it is the list of the
base with more behind it; layers of a cost come before the last one, which is always the municipality.
"""

from __future__ import annotations

from sim.model.files.read_yaml import Node
from sim.model.policy.layers import CATEGORIES, CostSplit
from sim.model.problems import Problem, did_you_mean, nearest

ADD = "add"
LISTS = {("phases",), ("grants",), *(("cost_split", category) for category in CATEGORIES)}
"""The lists that may be added to."""


def extends(path: tuple[str, ...], node: Node) -> bool:
    """Whether a node stands where a list may, and adds to it, or means to."""
    if path not in LISTS or not isinstance(node.value, dict):
        return False
    return any(nearest(key, [ADD]) is not None for key in node.value)


def extended(path: tuple[str, ...], below: Node | None, above: Node, problems: list[Problem]) -> Node:
    """The list below with what `above` adds to it; the list below where that is not sound, which is reported."""
    what = ".".join(path)
    old = below.value if below is not None and isinstance(below.value, list) else _default(path, above)
    for key, node in above.value.items():
        if key != ADD:
            message = f'unknown key "{what}.{key[:80]}"; what adds to the {what} of its base has the key {ADD} alone'
            problems.append(Problem(node.file, node.line, "unknown-key", message, did_you_mean(key, [ADD])))
    new = above.value.get(ADD)
    if new is not None and not isinstance(new.value, list):
        message = f"{what}.{ADD} must be a list of what comes to those of the base"
        problems.append(Problem(new.file, new.line, "wrong-type", message, f"{what}: {{{ADD}: [...]}}"))
    if new is None or not isinstance(new.value, list):
        return Node(old, above.file, above.line)
    cut = len(old) - 1 if path[0] == "cost_split" and old else len(old)
    return Node([*old[:cut], *new.value, *old[cut:]], above.file, above.line)


def _default(path: tuple[str, ...], above: Node) -> list[Node]:
    """What stands below a list without a base: the layers that hold where nothing is said."""
    if path[0] != "cost_split":
        return []
    layers = CostSplit.model_fields[path[1]].default
    return [Node({"payer": Node(layer.payer, above.file, above.line)}, above.file, above.line) for layer in layers]


# ---- what a list takes away -----------------------------------------------------------------------------------------


def replacements(below: Node, above: Node, base: str) -> list[Problem]:
    """A warning for phases and grants of a base that are gone, where a policy writes a list of its own in their place.

    An empty list takes them away on purpose, and one that repeats them takes nothing away.
    """
    found = []
    for name, mark in (("phases", "from"), ("grants", "id")):
        old, new = below.value.get(name), above.value.get(name)
        if old is None or new is None or not isinstance(old.value, list) or not isinstance(new.value, list):
            continue
        kept = [row.at((mark,)).plain() for row in new.value]
        lost = [told for row in old.value if (told := row.at((mark,)).plain()) not in kept]
        if new.value and lost:
            count = f"{len(lost)} {name}" if len(lost) > 1 else f"1 {name.removesuffix('s')}"
            which = ", ".join(str(one)[:80] for one in lost)
            message = f"replaces {count} of {base} ({which}), which {'are' if len(lost) > 1 else 'is'} gone"
            hint = f"to add to them write {name}: {{{ADD}: [...]}}"
            found.append(Problem(new.file, new.line, f"replaces-{name}", f"{name} {message}", hint, "warning"))
    return found
