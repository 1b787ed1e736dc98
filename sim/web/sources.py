"""The titles of the sources, for the page."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from sim.model.municipalities import DATA


@functools.cache
def titles() -> Mapping[str, str]:
    """The title of every source by its key."""
    from ruamel.yaml import YAML

    sources = YAML(typ="safe").load((DATA / "sources.yaml").read_text(encoding="utf-8"))
    return {key: str(source["title"]) for key, source in sources.items()}
