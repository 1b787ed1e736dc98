"""Buttons that play a moving figure and stop it, and a slider with a position for each of its frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.show.base.palette import TEXT_SIZE, Palette
from sim.text import Words

_STEP_MILLISECONDS = 220
_AT_ONCE = {"mode": "immediate", "frame": {"duration": 0, "redraw": False}, "transition": {"duration": 0}}
_ONE_BY_ONE = {
    "fromcurrent": True,
    "frame": {"duration": _STEP_MILLISECONDS, "redraw": False},
    "transition": {"duration": 0},
    "mode": "immediate",
}
_BELOW = {"x": 0, "xanchor": "left", "y": 0, "yanchor": "top"}


def player(say: Words, colours: Palette, weeks: Sequence[str]) -> dict[str, Any]:
    """Return the layout of the buttons and the slider; frames are called 0, 1, 2; `weeks` is what each shows."""
    font = {"size": TEXT_SIZE, "color": colours.text}
    buttons = {
        "type": "buttons",
        "direction": "left",
        "showactive": False,
        **_BELOW,
        "pad": {"t": 12, "b": 0},
        "font": font,
        "bgcolor": colours.sidebar,
        "bordercolor": colours.baseline,
        "buttons": [
            {"method": "animate", "label": say.say("▶ Play"), "args": [None, _ONE_BY_ONE]},
            {"method": "animate", "label": say.say("❚❚ Stop"), "args": [[None], _AT_ONCE]},
        ],
    }
    slider = {
        "active": 0,
        **_BELOW,
        "len": 1,
        "pad": {"t": 26, "b": 4},
        "currentvalue": {"prefix": say.say("Week from") + " ", "font": font, "xanchor": "right", "offset": 8},
        "font": {"size": TEXT_SIZE - 1, "color": colours.text},
        "steps": [
            {"method": "animate", "label": week, "args": [[str(number)], _AT_ONCE]} for number, week in enumerate(weeks)
        ],
        "ticklen": 3,
        "bgcolor": colours.grid,
        "bordercolor": colours.baseline,
        "activebgcolor": colours.scenario,
        "tickcolor": colours.baseline,
        "transition": {"duration": 0},
    }
    return {"updatemenus": [buttons], "sliders": [slider]}
