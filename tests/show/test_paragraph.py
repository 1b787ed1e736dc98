"""A paragraph a policy: what it does in the words of its parts, what it costs in the numbers of its result."""

from __future__ import annotations

import datetime

import pytest

import sim
from sim.experiments.comparison.compare import Comparison
from sim.model.files.load import scenarios
from sim.model.policy.policy import CATEGORIES
from sim.show.sentences.policy_differences import differs
from sim.show.sentences.policy_paragraph import does, paragraph
from sim.show.sentences.policy_parts import parts, shares
from sim.text import LANGUAGES, words

PRESETS = [sim.load_policy(scenario.id) for scenario in scenarios("policy")]
TODAY = PRESETS[0]
NAMES = [policy.id for policy in PRESETS]
KPIS = ("cash_cost_eur", "prevention_cost_eur", "incident_cost_eur", "citizen_harm_eur", "cost_municipality_eur")


@pytest.fixture(scope="module")
def result() -> Comparison:
    world = sim.load_world("flanders-2020")
    world = world.model_copy(update={"municipalities": world.municipalities[:50]})
    return sim.compare(world, PRESETS, replications=12, years=4)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_every_policy_has_a_whole_paragraph_in_both_languages(result: Comparison, name: str, language: str) -> None:
    said = paragraph(result, name, language)
    assert not any(sign in said for sign in ("{", "}", "nan", "None", "inf ", "  ", "..", " ,", " .", "€-"))
    assert said.endswith((".", ")."))
    assert said[0].isupper() or said[0].isdigit()
    assert said != paragraph(result, name, "en" if language == "nl" else "nl")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_its_numbers_are_those_of_the_result(result: Comparison, name: str, language: str) -> None:
    say, said = words(language), paragraph(result, name, language)
    for kpi in KPIS:
        mean = result.values(name, kpi).mean() / 4
        assert (say.money(mean) if mean else say.say("nothing")) in said, kpi
    low, high = result.estimate(name, "cash_cost_eur").ci95
    assert f"{say.money(low / 4)} {'to' if language == 'en' else 'tot'} {say.money(high / 4)}" in said


@pytest.mark.parametrize("name", NAMES[1:])
def test_the_difference_is_said_with_its_verdict(result: Comparison, name: str) -> None:
    said, say = paragraph(result, name, "en"), words("en")
    gap = result.difference(name, "cash_cost_eur")
    amount = say.money(abs(gap.mean) / 4)
    low, high = (say.money(end / 4) for end in gap.ci95)
    exact = gap.share_of_futures_equal == 1
    assert ("only who pays changes" in said) == exact
    assert (f"the uncertainty (95% interval {low} to {high})" in said) == (gap.verdict == "too_close" and not exact)
    assert (f"That is {amount} a year more than under" in said) == (gap.verdict == "higher")
    assert (f"That is {amount} a year less than under" in said) == (gap.verdict == "lower")


def test_who_finally_pays_names_what_stays_in_a_pot(result: Comparison) -> None:
    say = words("en")
    kept = -result.values("solidarity-fund", "cost_fund_eur").mean() / 4
    assert f"; of that {say.money(kept)} a year stays in the solidarity fund." in paragraph(
        result, "solidarity-fund", "en"
    )
    assert "Flanders nothing." in paragraph(result, "local-only", "en")
    assert "the municipalities pay nothing, Flanders" in paragraph(result, "flanders-pays", "en")


def test_that_municipalities_choose_is_said_where_it_is_part_of_the_difference(result: Comparison) -> None:
    for policy in PRESETS[1:]:
        chooses = policy.prevention.behaviour == "responsive"
        assert ("choose for themselves here" in paragraph(result, policy, "en")) == chooses


def test_a_policy_alone_is_told_in_full_and_beside_another_by_what_differs() -> None:
    say, policy = words("en"), sim.load_policy("more-response-teams")
    assert does(policy, TODAY, say) == ["12 response teams stand ready.", "For the rest it is “Current policy (2020)”."]
    assert does(policy, None, say) == [
        "Every municipality spends €5.00 per inhabitant a year on prevention.",
        "Each municipality buys its own protection.",
        "Flanders pays 66% of an audit, at most €3,640 for one municipality, at most €667,000 a year, from 1 April "
        "2020, until 31 December 2022.",
        "12 response teams stand ready.",
        "A municipality may pay a ransom.",
        "Flanders pays for standing response teams.",
        "The municipality itself pays for prevention and every bill after an incident.",
    ]
    assert does(TODAY.model_copy(update={"id": "same"}), TODAY, say) == ["It does the same as “Current policy (2020)”."]


def test_what_ends_is_said() -> None:
    said = does(sim.load_policy("local-only"), TODAY, words("en"))
    assert [line[:40] for line in said if line.startswith("This ends")] == ["This ends: Flanders pays 66% of an audit"]


def test_who_pays_is_read_from_the_first_payer_to_the_last() -> None:
    say, fund = words("en"), sim.load_policy("solidarity-fund")
    assert list(shares(say, fund, CATEGORIES).values()) == [
        "Flanders pays for standing response teams.",
        "Who pays for response: the solidarity fund 80%, then the municipality the rest.",
        "Who pays for recovery: the municipality the first €25,000, then the solidarity fund 80% of what is left, then "
        "the municipality the rest.",
        "The municipality itself pays for prevention and every other bill after an incident.",
    ]
    limited = {"payer": "flanders", "share": 0.5, "limit_per_event": 30_000, "common_cause_limit": 1e6, "budget": "crt"}
    policy = TODAY.with_values(
        {"budgets": {"crt": {"per_year": 20_000}}, "cost_split.fraud": [limited, {"payer": "municipality"}]}
    )
    found = parts(policy, say)
    assert found["budgets.crt"] == "Flanders sets aside €20,000 a year for “crt”."
    assert found["cost_split.fraud"] == (
        "Who pays for payment fraud: Flanders 50% (at most €30,000 for one incident, at most €1.00\xa0million for one "
        "hacked supplier, as long as “crt” lasts), then the municipality the rest."
    )


def test_every_lever_of_a_policy_is_said(project: object) -> None:
    policy = sim.load_policy(f"{project}/tests/data/every-lever.yaml")
    for language in LANGUAGES:
        found = parts(policy, words(language))
        assert {f"grants.{grant.id}" for grant in policy.grants} <= set(found)
        assert {
            "insurance",
            "insurance.premium",
            "fund.levy",
            "fund.when_empty",
            "budgets.crt",
            "gemeentefonds",
        } <= set(found)
        assert {"prevention.minimum_standard", "prevention.supplier_standard", "response.fallback_services"} <= set(
            found
        )
        assert sum(key.startswith("phases.") for key in found) == 2
        assert not any("{" in text for text in found.values())


@pytest.mark.parametrize(
    "values",
    [
        {"response.discipline": "severity"},
        {"response.private_after_days": 9},
        {"ransom.approval_days": 2},
        {"prevention.mix": {"identity": 0.3, "hardening": 0.2, "detection": 0.2, "awareness": 0.1, "backups": 0.1,
                            "continuity": 0.1}},
        {"phases": [{"from": datetime.date(2022, 1, 1), "set": {"response.teams": 6}}]},
        {"gemeentefonds.share": 0.45},
    ],
)  # fmt: skip
def test_nothing_that_differs_goes_unsaid(values: dict[str, object]) -> None:
    other = TODAY.with_values(values).model_copy(update={"id": "other"})
    for language in LANGUAGES:
        said = does(other, TODAY, words(language))
        assert len(said) == 2
        assert "same as" not in said[0]


def test_one_future_has_no_interval() -> None:
    alone = sim.compare(
        sim.load_world("one-town"), [TODAY, sim.load_policy("prevention-first")], replications=1, years=2
    )
    said = paragraph(alone, "prevention-first", "en")
    assert "one future gives no interval" in said
    assert "nan" not in said
    with pytest.raises(KeyError, match="no policy"):
        paragraph(alone, "bailout", "en")


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ({"first_per_inhabitant": 2}, "Flanders the first €2.00 per inhabitant"),
        (
            {"first": 25_000, "first_per_inhabitant": 2},
            "Flanders the first €25,000 or €2.00 per inhabitant, whichever is less",
        ),
        ({"limit_per_event_per_inhabitant": 3}, "Flanders (at most €3.00 per inhabitant for one incident)"),
        ({"limit_per_year_per_inhabitant": 4}, "Flanders (at most €4.00 per inhabitant for one municipality a year)"),
        ({"occurrence_limit": 50_000}, "Flanders (at most €50,000 for all bills of one incident together)"),
        (
            {"common_cause_attachment": 1e6},
            "Flanders (only what one event costs all municipalities together beyond €1.00\xa0million)",
        ),
    ],
)
def test_terms_by_size_of_an_incident_and_of_an_event_are_said(layer: dict[str, float], said: str) -> None:
    layers = [{"payer": "flanders"} | layer, {"payer": "municipality"}]
    policy = TODAY.with_values({"cost_split.fraud": layers})
    found = parts(policy, words("en"))["cost_split.fraud"]
    assert found == f"Who pays for payment fraud: {said}, then the municipality the rest."
    assert any("municipalit" in one for one in differs(policy, TODAY, words("en")))
