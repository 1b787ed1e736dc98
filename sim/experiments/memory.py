"""What an answer needs of memory, and what there is: said before the work, not by a machine that stands still."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from sim.model.problems import InputError, Problem
from sim.model.world.world import World

PER_FUTURE = 4_000
PER_TOWN = 50
"""Bytes of a future of one policy while its answer is worked out, and more for each municipality: as measured (3,100 in
one municipality, 18,300 in 300) and rounded up.
"""
_LIMITS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
)


def needed(world: World, policies: int, replications: int) -> int:
    """Return about how many bytes so many futures of so many policies take until they are answered."""
    return policies * replications * (PER_FUTURE + PER_TOWN * len(world.municipalities))


def free() -> int | None:
    """Return how many bytes this machine, or the container that this runs in, can still give; None where not known."""
    found = []
    with contextlib.suppress(OSError, ValueError, IndexError):
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        found += [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")]
    if not found:
        with contextlib.suppress(AttributeError, OSError, ValueError):  # not on Windows
            found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    for limit, used in _LIMITS:
        with contextlib.suppress(OSError, ValueError):  # no container, or "max"
            found.append(int(Path(limit).read_text("ascii")) - int(Path(used).read_text("ascii")))
    return max(min(found), 0) if found else None


def check_memory(world: World, policies: int, replications: int) -> None:
    """Raise InputError where an answer needs more memory than there is, with how many futures would do."""
    there, need = free(), needed(world, policies, replications)
    if there is None or need <= there:
        return
    most = there * replications // need
    whose = "1 policy" if policies == 1 else f"{policies} policies"
    message = f"{replications:,} futures of {whose} take about {need / 1e9:.1f} GB of memory, and "
    message += f"{there / 1e9:.1f} GB is free"
    hint = f"ask for at most {most:,}, or add --force to go on anyway"
    raise InputError([Problem("--replications", None, "memory", message, hint)])
