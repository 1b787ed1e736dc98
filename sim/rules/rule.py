"""What marks a rule: plain Python when Python calls it, compiled when compiled code calls it.

Marking alone does not load Numba: the rules that the model asks about a world are plain Python until something
compiles. Then `compiling` gives all rules marked so far to Numba, and those that follow as they come.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])
Compiler = Callable[[Callable[..., Any]], object]

_waiting: list[Callable[..., Any]] = []
_compilers: list[Compiler] = []
_lock = Lock()  # rules are declared in any thread that imports them first


def rule(function: Function) -> Function:
    """Mark a rule, and return it as it is: the reference engine so runs the very lines one reads."""
    with _lock:
        _waiting.append(function)
        _hand_over()
    return function


def compile_with(compiler: Compiler) -> None:
    """Give every rule marked so far, and each one marked later, to what makes it callable from compiled code."""
    with _lock:
        _compilers.append(compiler)
        _hand_over()


def _hand_over() -> None:
    while _compilers and _waiting:
        _compilers[0](_waiting.pop(0))
