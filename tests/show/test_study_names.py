"""What a study that somebody brought calls its levels is text in every picture, and never markup."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace

import pytest

import sim
from sim.experiments.studies import scenario_discovery, sensitivity, tradeoffs
from sim.experiments.studies.run import run_study
from sim.show.base.figure import lines_of, plain
from sim.show.studies import charts, factor_charts
from tests.studies import crossed

BOLD, LINK = "<b>few & far</b>", '<a href="https://example.org">many</a>'
OURS = r"</?(br|extra)>|<b>%\{fullData\.name\}</b>"


@pytest.fixture(scope="module")
def pictures():
    factors = {
        "world.threat.attempts": {"levels": {BOLD: 10, LINK: 60, "<i>x</i>": 200}},
        "policy.response.teams": {"levels": {BOLD: 1, LINK: 3}},
    }
    policies = {"baseline": sim.load_policy("status-quo-2020"), "policies": [sim.load_policy("flanders-pays")]}
    outcomes = ["cash_cost_eur", "cost_flanders_eur", "cost_municipality_eur", "break_ins"]
    played = run_study(crossed(factors, **policies, outcomes=outcomes, replications=20))
    limit = scenario_discovery.Limit("policy.response.teams", words=(BOLD, LINK))
    found = scenario_discovery.losses(played, "cost_flanders_eur")
    lost = replace(found, rules=(scenario_discovery.Rule((limit,), 1.0, 0.5, 0.5),))
    aims = tradeoffs.Aim("cash_cost_eur"), tradeoffs.Aim("cost_flanders_eur")
    return {
        "tornado": factor_charts.tornado(played, sensitivity.effects(played, "break_ins"), "en"),
        "heat": charts.heat(played, tradeoffs.heat(played, "cash_cost_eur", "attempts", "teams"), "en"),
        "front": charts.pareto(played, tradeoffs.pareto(played, *aims), "en"),
        "regret": charts.regret(played, tradeoffs.regret(played, "cost_municipality_eur"), "en"),
        "best": charts.best(played, tradeoffs.best(played, "cost_municipality_eur"), "en"),
        "losses": charts.losses(played, lost, "en"),
    }


@pytest.mark.parametrize("name", ["tornado", "heat", "front", "regret", "best", "losses"])
def test_markup_in_the_name_of_a_level_is_text(pictures, name):
    drawn = pictures[name].to_dict()
    meta = drawn["layout"].pop("meta")
    shown = json.dumps(drawn, default=list, ensure_ascii=False)
    assert "&lt;" in shown
    assert not re.search("<", re.sub(OURS, "", shown))
    if name != "tornado":  # which names its factor alone
        assert re.search("<[abi]", meta["title"] + meta["alt"]), "words beside the picture are no markup, and stay"


def test_a_name_is_drawn_as_it_was_written():
    assert html.unescape(plain(BOLD)) == BOLD
    assert plain("&lt;b>") == "&amp;lt;b>"
    assert lines_of(["a < b", "c"]) == "a &lt; b<br>c"
    assert plain("Plan 2021–2025, “half”") == "Plan 2021–2025, “half”"
