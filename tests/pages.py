"""The app as its tests open it: with few municipalities and futures, so that it is quick."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from sim.model.world.world import World

APP = Path(__file__).resolve().parents[1] / "app.py"
PAGES = ("explore", "compare", "municipalities", "future", "studies", "model")
TOWNS = 15
FIRST, MOST = 12, 40


def small(world: World) -> World:
    """The first municipalities of a world."""
    return world.model_copy(update={"municipalities": world.municipalities[:TOWNS]})


def opened(page: str = "explore", **address: str) -> AppTest:
    """A page as a link opens it."""
    app = AppTest.from_file(str(APP), default_timeout=120)
    for key, value in address.items():
        app.query_params[key] = value
    app.run()
    return app if page == "explore" else turned(app, page)


def turned(app: AppTest, page: str) -> AppTest:
    """The same visit on another page."""
    return app.switch_page(f"sim/web/pages/{page}.py").run()


def metrics(app: AppTest) -> dict[str, tuple[str, str]]:
    """The key figures: value and difference by name."""
    return {metric.label: (metric.value, metric.delta) for metric in app.metric}


def address_of(app: AppTest) -> dict[str, str]:
    """What stands in the address by now."""
    return {key: value[0] if isinstance(value, list) else value for key, value in dict(app.query_params).items()}


def charts(app: AppTest) -> list[Any]:
    """The charts of the page."""
    return list(app.get("plotly_chart"))


def mark_of(app: AppTest) -> dict[str, str]:
    """What the page says to programs about itself."""
    (said,) = [one.proto.body for one in app.get("html") if "data-final" in one.proto.body]
    return {name: html.unescape(text) for name, text in re.findall(r'data-(\w+)="([^"]*)"', said)}
