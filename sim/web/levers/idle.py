"""Levers that do nothing where the others stand: the model does not read them then, in any year of the policy."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

from sim.model.policy.policy import Policy
from sim.text import N_, Words
from sim.web.state.choice import Choice

UNREAD: Mapping[str, Callable[[Policy], bool]] = {
    "policy.prevention.local_spend": lambda stage: stage.prevention.behaviour == "responsive",
    "policy.ransom.approval_days": lambda stage: stage.ransom.rule != "with_approval",
    "policy.ransom.approval_rate": lambda stage: stage.ransom.rule != "with_approval",
    "policy.response.discipline": lambda stage: stage.response.teams in (0, "unlimited"),
    "policy.fund.when_empty": lambda stage: stage.fund is not None and stage.fund.backstop == "flanders",
}
"""For each lever when a stage of a policy does not read it."""
INSTEAD = {
    "policy.prevention.local_spend": N_("Municipalities now decide this themselves: each spends what pays for it."),
    "policy.ransom.approval_days": N_("Counts only where paying a ransom needs approval."),
    "policy.ransom.approval_rate": N_("Counts only where paying a ransom needs approval."),
    "policy.response.discipline": N_("Counts only where victims wait for a response team."),
    "policy.fund.when_empty": N_("The fund is never empty: Flanders puts in what it is short of."),
}
"""What holds instead."""


def idle(key: str, choice: Choice, say: Words) -> str | None:
    """What holds instead of a lever that does nothing now; None where it counts."""
    return say.say(INSTEAD[key]) if key in UNREAD and _is_unread(key, choice.policy) else None


@functools.lru_cache(maxsize=256)
def _is_unread(key: str, policy: Policy) -> bool:
    return all(UNREAD[key](stage) for _, stage in policy.stages())
