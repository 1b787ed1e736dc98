"""Why, and what differs: sentences that follow from rules."""

from __future__ import annotations

import datetime
from dataclasses import replace

import numpy as np
import pytest

import sim
from sim.experiments.comparison.compare import Comparison
from sim.results.findings import NOTHING_MOVES
from sim.results.outcomes import KPIS
from sim.show.charts.differences import outcomes, winners
from sim.show.sentences.policy_differences import differs
from sim.show.sentences.policy_paragraph import paragraph
from sim.show.sentences.why_it_changes import why
from sim.text import words

TODAY = sim.load_policy("status-quo-2020")


@pytest.fixture(scope="module")
def many() -> Comparison:
    world = sim.load_world("flanders-2020")
    world = world.with_values({"threat.base_year": 2020})  # enough incidents for a difference to be sure
    world = world.model_copy(update={"municipalities": world.municipalities[:60]})
    names = ("status-quo-2020", "fifty-fifty", "prevention-first", "no-ransom", "local-only", "more-response-teams")
    return sim.compare(world, [sim.load_policy(name) for name in names], replications=60, years=5)


def said(result: Comparison, name: str, language: str = "en") -> str:
    return why(result, sim.load_policy(name), language)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_policy_has_a_reason_in_both_languages(many: Comparison, language: str) -> None:
    for policy in many.policies:
        sentence = why(many, policy, language)
        assert sentence.endswith(".")
        assert len(sentence) < 420
        assert not any(sign in sentence for sign in ("{", "}", "nan", "inf ", "  "))


def test_today_is_said_by_its_parts(many: Comparison) -> None:
    sentence = said(many, "status-quo-2020")
    assert sentence.startswith("Today a year costs")
    assert words("en").money(many.estimate(TODAY, "prevention_cost_eur").mean / 5) in sentence


def test_a_shift_between_payers_is_called_one(many: Comparison) -> None:
    sentence = said(many, "fifty-fifty")
    assert "changes who pays, and not what it costs together" in sentence
    gap = many.difference("fifty-fifty", "cost_municipality_eur").mean / 5
    assert f"unicipalities pay {words('en').money(-gap)} less a year" in sentence


def test_more_prevention_is_said_with_what_it_saves(many: Comparison) -> None:
    sentence = said(many, "prevention-first")
    assert "more a year (" in sentence
    assert "more for prevention and teams" in sentence
    assert "less for incidents" in sentence
    gap, base = many.difference("prevention-first", "citizen_harm_eur"), many.estimate(TODAY, "citizen_harm_eur").mean
    felt = gap.verdict == "lower" and -gap.mean >= 0.02 * base
    assert ("Harm to citizens, which is not cash, falls by" in sentence) == felt


def test_chance_is_called_chance(many: Comparison) -> None:
    gap = many.difference("no-ransom", "cash_cost_eur")
    assert (gap.verdict == "too_close") == ("within the uncertainty" in said(many, "no-ransom"))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_moves_nothing_does_not_move_who_pays(language: str) -> None:
    other = TODAY.with_values({"ransom.approval_days": 9}).model_copy(update={"id": "other"})
    result = sim.compare(sim.load_world("one-town"), [TODAY, other], replications=3, years=1)
    nobody = words(language).say(NOTHING_MOVES, policy=other.title[language])
    assert why(result, other, language) == nobody
    assert result.sentence(language).startswith(nobody)
    assert "only who pays" not in paragraph(result, other, "en")


def test_who_feels_it_most_is_not_said_by_chance(many: Comparison) -> None:
    few = Comparison(many.world, many.policies, many.seed, many.years, many.engine,
                     tuple(of[:2] for of in many.futures_of))  # fmt: skip
    table = few.burden("size_class")
    for policy in few.policies[1:]:
        rows = table[table["policy"] == policy.id]
        most = rows.loc[rows["change"].abs().idxmax()]
        if most["change_lo"] <= 0 <= most["change_hi"]:
            assert "most:" not in said(few, policy.id)


def test_winners_of_a_chart_are_no_chance(many: Comparison) -> None:
    for policy in many.policies[1:]:
        counts = many.winners().groupby("policy")["verdict"].value_counts()[policy.id]
        assert winners(many, policy) == (counts.get("wins", 0), counts.get("loses", 0))


def test_a_surely_cheaper_policy_is_named_beside_one_that_may_be_cheaper() -> None:
    """By hand: one saves 10 on average, which may be chance, the other surely saves 1."""
    world, policies = sim.load_world("one-town"), [TODAY, *map(sim.load_policy, ("fifty-fifty", "local-only"))]
    base = sim.compare(world, policies, replications=4, years=1)
    changed = [(0.0,) * 4, (-100.0, 80.0, -100.0, 80.0), (-1.0, -1.1, -0.9, -1.0)]
    futures = tuple(
        tuple(replace(one, kpis=np.full(len(KPIS), 1000.0 + gap)) for one, gap in zip(of, gaps, strict=True))
        for of, gaps in zip(base.futures_of, changed, strict=True)
    )
    title = outcomes(replace(base, futures_of=futures), "en").layout.meta["title"]
    assert title == "“Municipality pays all” costs €1.00 less in total a year"


# ---- what differs --------------------------------------------------------------------------------------------------


def test_nothing_differs_from_itself() -> None:
    assert differs(TODAY, TODAY, words("en")) == []
    renamed = TODAY.model_copy(update={"id": "other", "description": None})
    assert differs(renamed, TODAY, words("en")) == []


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"response.teams": 9}, "Response teams: 9 instead of 4"),
        ({"response.teams": "unlimited"}, "Response teams: unlimited instead of 4"),
        ({"ransom.rule": "never"}, "Paying a ransom: never instead of allowed"),
        ({"ransom.approval_rate": 0.25}, "Chance of approval: 25% instead of 50%"),
        ({"prevention.local_spend": 7.5}, "Prevention per inhabitant: 7.5 instead of 5 € per inhabitant a year"),
        ({"response.private_after_days": "never"}, "Patience before private help: never instead of 5"),
    ],
)
def test_a_parameter_is_called_by_its_label(values: dict[str, object], sentence: str) -> None:
    (found,) = differs(TODAY.with_values(values), TODAY, words("en"))
    assert found.startswith(sentence)


def test_costs_are_called_by_who_pays_them() -> None:
    half = sim.load_policy("fifty-fifty")
    audits, found = differs(half, TODAY, words("en"))
    assert audits == ("Grant “audit”: audits, paid as other prevention is, from 1 April 2020, until 31 December 2022")
    assert found == (
        "Prevention, standing response teams, every bill after an incident: Flanders 50%, the municipality the rest"
    )
    insured = {"payer": "insurer", "share": 0.8, "limit_per_event": 500_000.0}
    plan = TODAY.with_values({"cost_split.recovery": [insured, {"payer": "municipality"}]})
    (found,) = differs(plan, TODAY, words("nl"))
    assert found == "Herstel: Verzekeraars 80\xa0% (hoogstens €\xa0500.000 voor één incident), de gemeente de rest"


def test_programmes_and_phases_are_said() -> None:
    fund = differs(sim.load_policy("solidarity-fund"), TODAY, words("en"))
    assert any(line.startswith("Solidarity fund: yes, ") and "€2.00\xa0million" in line for line in fund)
    (grant,) = [line for line in differs(sim.load_policy("matching-50"), TODAY, words("en")) if "Grant" in line]
    assert grant == "Grant “match”: Flanders pays 50% of what municipalities spend on prevention"
    plan = TODAY.with_values(
        {
            "budgets": {"crt": {"per_year": 20_000.0}},
            "phases": [{"from": datetime.date(2022, 1, 1), "set": {"response.teams": 6}}],
        }
    )
    assert differs(plan, TODAY, words("en")) == [
        "Budget “crt”: at most €20,000 a year",
        "From 1 January 2022 on: response teams 6",
    ]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_preset_differs_in_a_few_lines(language: str) -> None:
    from sim.model.files.load import scenarios

    for scenario in scenarios("policy")[1:]:
        lines = differs(sim.load_policy(scenario.id), TODAY, words(language))
        assert 1 <= len(lines) <= 6, scenario.id


def test_grants_have_dutch_names() -> None:
    plan = " ".join(differs(sim.load_policy("action-plan-2021-2025"), TODAY, words("nl")))
    assert "Subsidie “begeleiding”" in plan
    assert "“guidance”" in " ".join(differs(sim.load_policy("action-plan-2021-2025"), TODAY, words("en")))


def test_what_a_group_sets_is_said_in_one_sentence() -> None:
    fund = differs(sim.load_policy("flanders-backstop"), TODAY, words("nl"))
    assert "Solidariteitsfonds: ja, wie garant staat: Vlaanderen" in fund
    assert any(line.startswith("Herstel: Gemeenten de eerste €\xa025.000, Solidariteitsfonds 80") for line in fund)
