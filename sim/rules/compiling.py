"""How a rule becomes fast: compiled by Numba where it is installed, plain Python where it is not.

Numba keeps machine code on disk and looks only at the file a function stands in, so an edit to a rule that another
rule calls would go unnoticed; nor does it look at its own settings, such as NUMBA_BOUNDSCHECK. The cache therefore
lives in a folder named after the digest of all sources that compiled code can stand on, and of those settings.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np

Function = TypeVar("Function", bound=Callable[..., Any])

KEPT_CACHES = 4
KEPT_SECONDS = 3 * 24 * 3600

COMPILED_SOURCES = ("rules/*.py", "engines/**/*.py", "model/*.py")  # of the model, compiled code holds constants


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
    """Point Numba at the folder of these sources and return it; None where no folder can be written."""
    for base in (user_cache(), Path(tempfile.gettempdir()) / "weerbaar"):
        folder = base / "compiled" / f"{source_digest()}-{numba_version}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            os.utime(folder)
        except OSError:
            continue
        # set directly: the variable NUMBA_CACHE_DIR is only read when Numba is first imported
        setattr(numba.config, "CACHE_DIR", str(folder))  # noqa: B010
        prune(folder.parent)
        return folder
    return None


try:
    import numba
    import numba.extending

    _folder = _point_cache_at_these_sources(numba.__version__)
    HAS_NUMBA = True
except ImportError:
    HAS_NUMBA = False
    _folder = None
_cached = _folder is not None
COMPILES = HAS_NUMBA and not getattr(numba.config, "DISABLE_JIT")  # noqa: B009


def is_stored(function: str) -> bool:
    """Return whether a function was compiled before and kept; otherwise its first call takes long."""
    return _folder is not None and any(_folder.glob(f"**/*.{function}-*.nbi"))


_INNER = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}  # called from compiled code alone: less to compile


def rule(function: Function) -> Function:
    """Mark a rule: plain Python when Python calls it, compiled when compiled code calls it.

    The reference engine so runs the very lines one reads; the compiled code keeps Python's meaning of floats (no
    fast-math).
    """
    if not HAS_NUMBA:
        return function
    return numba.extending.register_jitable(error_model="python", **_INNER)(function)


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
