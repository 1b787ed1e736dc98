"""A lever that the model does not read is disabled, says what holds instead, and indeed changes nothing."""

from __future__ import annotations

import datetime

import pytest

import sim
from sim.text import LANGUAGES, words
from sim.web.levers.idle import INSTEAD, UNREAD, idle
from sim.web.levers.lever import policy_levers
from sim.web.state.choice import BASELINE, LOADED, WORLD, begin, home, policy_of, presets
from tests.pages import opened, small

LEVERS = {lever.key: lever for lever in policy_levers()}
STATES = {
    "policy.prevention.local_spend": {"behaviour": "responsive"},
    "policy.ransom.approval_days": {"ransom": "may_pay"},
    "policy.ransom.approval_rate": {"ransom": "never"},
    "policy.response.discipline": {"teams": "unlimited"},
    "policy.fund.when_empty": {"fund": "true", "fund-backstop": "flanders"},
}
"""Where the others stand when a lever does nothing."""


def test_every_such_lever_says_what_holds_instead_and_has_a_state_in_these_tests() -> None:
    assert UNREAD.keys() == INSTEAD.keys() == STATES.keys()


@pytest.mark.parametrize("key", UNREAD)
def test_what_is_disabled_changes_nothing(key: str) -> None:
    by_link = {lever.link: lever.key for lever in policy_levers()}
    lever, today = LEVERS[key], presets()[BASELINE]
    values = dict(home(today)) | {by_link[link]: value for link, value in STATES[key].items()}
    ends = [policy_of(today, values | {key: value}) for value in (lever.options[0], lever.options[-1])]
    assert ends[0] != ends[1]
    world = small(sim.load_world(WORLD))
    one, other = (
        sim.compare(world, [policy], replications=20, seed=4).values(policy.id, "cash_cost_eur") for policy in ends
    )
    assert (one == other).all()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", UNREAD)
def test_the_page_disables_it_and_says_why_until_it_counts_again(key: str, language: str) -> None:
    say, lever = words(language), LEVERS[key]
    app = opened(lang=language, **STATES[key])
    assert not app.exception
    drawn = _drawn(app, key)
    assert drawn.disabled
    if lever.kind == "slide":
        assert app.text_input(key=f"typed:{key}").disabled
    assert say.say(INSTEAD[key]) in [one.value for one in app.sidebar.caption]


def test_a_lever_that_counts_in_one_year_is_no_idle_one() -> None:
    change = {"from": datetime.date(2023, 1, 1), "set": {"ransom.rule": "with_approval"}}
    dated = presets()[BASELINE].with_values({"phases": [change]})
    for key in ("policy.ransom.approval_days", "policy.ransom.approval_rate"):
        assert idle(key, begin(BASELINE), words("en")) is not None
        assert idle(key, begin(LOADED, dated), words("en")) is None


def _drawn(app: object, key: str) -> object:
    return next(one for one in (*app.select_slider, *app.selectbox, *app.get("button_group")) if one.key == key)  # type: ignore[attr-defined]
