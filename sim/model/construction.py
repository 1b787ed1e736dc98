"""What World, Policy and Study have in common for who writes Python: our errors, and a `repr` that fits on a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import ValidationError

from sim.html_table import html_table
from sim.model.groups import Scenario
from sim.model.messages import problems_of
from sim.model.problems import InputError, Problem


class Constructed(Scenario):
    """A scenario that may be built by hand: `World(id=..., title=..., ...)`. Raises InputError with every problem."""

    SHOWN: ClassVar[tuple[str, ...]] = ()
    """What of it `repr` says beside its id; of what there are many, how many."""

    if not TYPE_CHECKING:  # to a type checker it is built from its fields alone

        def __init__(self, *given: object, **fields: Any) -> None:
            name = type(self).__name__
            if given:
                message = f"the fields of a {name} are given by name: {name}(id=..., title=..., ...)"
                raise InputError([Problem("", None, "wrong-type", message)])
            try:
                super().__init__(**fields)
            except ValidationError as error:
                raise InputError(problems_of(error, self.KIND, lambda _: (name, None))) from None

        __init__.__pydantic_base_init__ = True  # files are read as before, past this

    def __repr__(self) -> str:
        """One line: the id, and how much there is of the rest."""
        return f"{type(self).__name__}({', '.join(f'{name}={value}' for name, value in self._brief())})"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """The same as a small table, for a notebook."""
        return html_table(type(self).__name__, (), self._brief())

    def _brief(self) -> list[tuple[str, object]]:
        values = ((name, getattr(self, name)) for name in ("id", *self.SHOWN))
        return [(name, len(value) if isinstance(value, tuple) else value) for name, value in values]
