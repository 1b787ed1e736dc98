"""Policies in an address: one that a file brought, squeezed; and a kept choice as a short code.

A code is `start~lever:value~lever:value`, with the name that it was kept under in front: `name!start~teams:9`. For a
choice that starts from a file, `file.` and the squeezed file stand in place of the name of the start point.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

from sim.model.files.write_yaml import policy_yaml
from sim.model.policy.policy import Policy
from sim.model.problems import InputError
from sim.web.levers.lever import policy_levers
from sim.web.state.choice import LOADED, Choice, begin, presets
from sim.web.state.policy_file import MOST_BYTES, plain, policy_from

MOST_LETTERS = 6000
"""Letters of a squeezed file; what is longer has no place in an address."""
MOST_KEPT = 3
"""Codes in one address."""
NOW = "now"
"""The choice of this moment, in a list of codes."""
NOBODY = "none"
"""A list without codes, where leaving it out would mean something else."""
NAMED = "!"
"""What stands behind the name of a kept policy."""


def pack(policy: Policy) -> str:
    """A policy as letters that an address may hold; its long texts are left out. Nothing where it is too long."""
    short = policy.model_copy(update={"description": None, "reference": None})
    text = base64.urlsafe_b64encode(zlib.compress(policy_yaml(short).encode(), 9)).decode().rstrip("=")
    return text if len(text) <= MOST_LETTERS else ""


@lru_cache(maxsize=32)
def unpack(text: str) -> Policy | None:
    """The policy behind such letters; None where there is none."""
    if not text or len(text) > MOST_LETTERS:
        return None
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        packed = zlib.decompressobj()
        yaml = packed.decompress(raw, MOST_BYTES)
    except (binascii.Error, ValueError, zlib.error):
        return None
    if packed.unconsumed_tail or not packed.eof:
        return None
    try:
        return policy_from("link.yaml", yaml)
    except InputError:
        return None


def encode(choice: Choice, name: str = "") -> str:
    """A choice as a code."""
    start = f"{LOADED}.{pack(choice.base)}" if choice.start == LOADED else choice.start
    moved = [
        f"{lever.link}:{lever.write(choice.moved[lever.key])}" for lever in policy_levers() if lever.key in choice.moved
    ]
    return (f"{name}{NAMED}" if name else "") + "~".join([start, *moved])


@lru_cache(maxsize=128)
def decode(code: str) -> tuple[str, Choice] | None:
    """The name and the choice behind a code; None where it is none."""
    name, mark, rest = code.rpartition(NAMED)
    if mark and plain(name) != name:
        return None
    start, *moved = rest.split("~")
    if start.startswith(f"{LOADED}."):
        loaded = unpack(start.removeprefix(f"{LOADED}."))
        if loaded is None:
            return None
        choice = begin(LOADED, loaded)
    elif start in presets():
        choice = begin(start)
    else:
        return None
    values = dict(choice.values)
    by_link = {lever.link: lever for lever in policy_levers()}
    for one in moved:
        link, _, text = one.partition(":")
        value = by_link[link].read(text) if link in by_link else None
        if value is None:
            return None
        values[by_link[link].key] = value
    choice = replace(choice, values=MappingProxyType(values))
    return (name, choice) if choice.is_possible else None


def codes(text: str) -> list[str]:
    """The codes of a list; nothing for an empty one."""
    return [code for code in text.split(",") if code]


def are_codes(text: str, most: int = MOST_KEPT) -> bool:
    """Whether a text is a list of at most so many presets, kept policies (with their names) and NOW; or NOBODY."""
    found = codes(text)
    return len(found) <= most and len(set(found)) == len(found) and (text == NOBODY or all(map(_is_told, found)))


def _is_told(code: str) -> bool:
    return code == NOW or code in presets() or (NAMED in code and decode(code) is not None)
