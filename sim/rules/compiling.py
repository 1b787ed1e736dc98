"""How a rule becomes fast: compiled by Numba where it is installed, plain Python where it is not.

Importing this loads Numba, so only what declares kernels does; a rule by itself is marked in `rule.py`.

Numba keeps machine code on disk and looks only at the file a function stands in, so an edit to a rule that another
rule calls would go unnoticed; nor does it look at its own settings, such as NUMBA_BOUNDSCHECK. The cache therefore
lives in a folder named after the digest of all sources that compiled code can stand on, and of those settings.

Machine code is run as it is found, so it is only taken from a folder that nobody but this user (or the administrator)
can write to, or swap for another one. Where there is none, code is compiled for each process alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np

from sim.rules.rule import Function, compile_with

PRIVATE = stat.S_IRWXU
OTHERS = stat.S_IWGRP | stat.S_IWOTH
KEPT_CACHES = 4
KEPT_SECONDS = 3 * 24 * 3600

COMPILED_SOURCES = ("rules/*.py", "engines/**/*.py", "model/**/*.py")  # of the model, compiled code holds constants


def source_digest() -> str:
    """The first 16 hexadecimal digits of the SHA-256 of all that compiled code stands on: sources, Numba's settings."""
    root = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for path in sorted(path for pattern in COMPILED_SOURCES for path in root.glob(pattern)):
        digest.update(str(path.relative_to(root)).encode())
        digest.update(path.read_bytes())
    digest.update(repr(sorted(pair for pair in os.environ.items() if pair[0].startswith("NUMBA_"))).encode())
    return digest.hexdigest()[:16]


def user_cache() -> Path:
    """The folder for this user's caches; WEERBAAR_CACHE names another one."""
    if named := os.environ.get("WEERBAAR_CACHE"):
        return Path(named)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home()))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return base / "weerbaar"


def prune(caches: Path) -> None:
    """Remove the caches that are beyond the latest few and that no process began with for some days.

    A cache that began to serve lately may serve a process that still compiles, however many versions there are; Numba
    does not survive the loss of its folder.
    """
    with contextlib.suppress(OSError):  # another process may be pruning
        begun = {cache: cache.stat().st_mtime for cache in caches.iterdir()}
        for cache in sorted(begun, key=lambda cache: begun[cache])[:-KEPT_CACHES]:
            if begun[cache] < time.time() - KEPT_SECONDS:
                shutil.rmtree(cache, ignore_errors=True)


def _point_cache_at_these_sources(numba_version: str) -> Path | None:
    """Point Numba at the folder of these sources and return it; None where there is none that is safe to use."""
    folder = user_cache() / "compiled" / f"{source_digest()}-{numba_version}"
    try:
        _make(folder)
        folder = folder.resolve()
        if not is_private(folder):
            return None
        os.utime(folder)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        return None
    # set directly: the variable NUMBA_CACHE_DIR is only read when Numba is first imported
    setattr(numba.config, "CACHE_DIR", str(folder))  # noqa: B010
    prune(folder.parent)
    return folder


def _make(folder: Path) -> None:
    """Make a folder and all above it that are missing, for this user alone."""
    for place in (*reversed(folder.parents), folder):
        if not place.exists():
            place.mkdir(mode=PRIVATE, exist_ok=True)


def is_private(folder: Path) -> bool:
    """Whether nobody but this user and the administrator can have written what is in a folder, or can swap the folder.

    `folder` has no links on its way. One that others cannot even enter needs no more than an owner; in another one
    nothing may be writable to others. Above it a folder that all may write to will do where it keeps each one's own
    apart (the sticky bit of /tmp). Windows keeps a user's folders to himself.
    """
    if os.name != "posix":
        return True
    try:
        above, here = [place.stat() for place in folder.parents], folder.stat()
        inside = [path.lstat() for path in folder.rglob("*")]
    except OSError:
        return False
    mine = {os.geteuid(), 0}
    closed = not here.st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    return (
        all(one.st_uid in mine for one in (*above, here, *inside))
        and not any(stat.S_ISLNK(one.st_mode) for one in inside)
        and not any(_is_open(one) and not one.st_mode & stat.S_ISVTX for one in above)
        and not any(_is_open(one) for one in (here, *(() if closed else inside)))
    )


def _is_open(one: os.stat_result) -> bool:
    """Whether others can write: anybody, or a group that is not this user's very own."""
    return bool(one.st_mode & stat.S_IWOTH) or (bool(one.st_mode & stat.S_IWGRP) and not _is_alone(one.st_gid))


def _is_alone(group: int) -> bool:
    """Whether a group is the one of its name that many systems make for each user, with nobody else in it."""
    import grp
    import pwd

    try:
        me, found = pwd.getpwuid(os.geteuid()), grp.getgrgid(group)
    except KeyError:
        return False
    return group == me.pw_gid and found.gr_name == me.pw_name and set(found.gr_mem) <= {me.pw_name}


try:
    import numba
    import numba.extending

    _folder = _point_cache_at_these_sources(numba.__version__)
    HAS_NUMBA = True
except ImportError:
    HAS_NUMBA = False
    _folder = None
_cached = _folder is not None
NOT_KEPT = (
    f"Machine code is not kept: {user_cache()} cannot be written, or others can write there, too. It is compiled anew "
    "each time; WEERBAAR_CACHE names another folder."
    if HAS_NUMBA and not _cached
    else ""
)
"""Why every process compiles anew, for a reader; empty where that is not so."""
COMPILES = HAS_NUMBA and not getattr(numba.config, "DISABLE_JIT")  # noqa: B009


def is_stored(function: str) -> bool:
    """Return whether a function was compiled before and kept; otherwise its first call takes long."""
    return _folder is not None and any(_folder.glob(f"**/*.{function}-*.nbi"))


_INNER = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}  # called from compiled code alone: less to compile


def _register(rule: Callable[..., Any]) -> None:
    """Make a rule callable from compiled code, which keeps Python's meaning of floats (no fast-math)."""
    numba.extending.register_jitable(error_model="python", **_INNER)(rule)


if HAS_NUMBA:
    compile_with(_register)


def _compiled(function: Function, **options: Any) -> Function:
    if not HAS_NUMBA:
        return function
    compiler: Any = numba.njit  # its types do not know all of the options
    return cast(Function, compiler(nogil=True, error_model="python", **options)(function))


def kernel(function: Function) -> Function:
    """Compile a function that Python calls often or that loops over many draws; it lets go of the interpreter lock."""
    return _compiled(function, cache=_cached)


def pasted(function: Function) -> Function:
    """Compile a function (or a kernel, once more) to be pasted into its callers: loops of draws become vector code."""
    return _compiled(getattr(function, "py_func", function), cache=_cached, forceinline=True)


def step(function: Function) -> Function:
    """Compile a function that only compiled code calls; it is stored with its caller, not by itself."""
    return _compiled(function, **_INNER)


def lean_kernel(function: Function) -> Function:
    """Compile a kernel that only works on arrays it is given, with `lean_step` for all that it calls.

    References to arrays are not counted, which is a tenth of the time of the event loop; what would make an array then
    fails to compile.
    """
    return _compiled(function, cache=_cached, _nrt=False)


def lean_step(function: Function) -> Function:
    """Compile a step that only works on arrays it is given, see `lean_kernel`."""
    return _compiled(function, _nrt=False, **_INNER)


def lean_pasted(function: Function) -> Function:
    """Compile a step like `lean_step`, to be pasted into its callers, where it is asked far more often than others."""
    return _compiled(function, _nrt=False, forceinline=True, **_INNER)


def wrapping(function: Function) -> Function:
    """Mark what counts modulo 2**64, above the other mark: as plain Python it must not warn that a number wrapped."""
    return function if COMPILES else np.errstate(over="ignore")(function)
