"""Levers come from the parameter table, stand where a policy has them, and make the policy that they say."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from sim.model.parameter_table import parameters
from sim.model.policy.policy import Policy
from sim.show.names import SHORT_CHOICES
from sim.text import LANGUAGES, words
from sim.web.levers.grant_levers import TERMS
from sim.web.levers.lever import Lever, levers, policy_levers, switches, unplaced, world_levers
from sim.web.levers.lever_list import FIXED, FREE, PLACES
from sim.web.state.choice import (
    BASELINE,
    Choice,
    begin,
    has_own_terms,
    home,
    policy_of,
    presets,
    same,
    world_of,
    world_start,
)
from sim.web.state.link import FIELDS
from sim.web.state.policy_file import policy_from, text_of
from tests.pages import address_of, opened

ALL = (*policy_levers(), *world_levers())
TODAY = presets()[BASELINE]


@pytest.mark.parametrize("preset", list(presets()))
def test_untouched_levers_leave_the_preset_alone(preset: str) -> None:
    policy = presets()[preset]
    assert policy_of(policy, home(policy)) is policy
    assert begin(preset).moved == {}


def test_fifty_fifty_can_be_made_by_hand() -> None:
    alone, half = presets()["local-only"], presets()["fifty-fifty"]
    alone = alone.model_copy(update={"grants": half.grants})
    made = policy_of(alone, dict(home(alone)) | {"share.prevention": 50.0, "share.incidents": 50.0})
    split = half.cost_split.model_copy(update={"response_capacity": made.layers("response_capacity")})
    assert same(made, half.model_copy(update={"cost_split": split}))


def test_a_share_that_moved_replaces_the_terms_of_the_start_point() -> None:
    limited = {"payer": "flanders", "share": 0.66, "limit_per_year": 625, "until": datetime.date(2022, 12, 31)}
    own = TODAY.with_values({"cost_split.prevention": [limited, {"payer": "municipality"}]})
    assert has_own_terms(own, "share.prevention")
    assert not has_own_terms(TODAY, "share.prevention")
    moved = policy_of(own, dict(home(own)) | {"share.prevention": 20.0})
    assert [(layer.payer, layer.share, layer.until) for layer in moved.layers("prevention")] == [
        ("flanders", 0.2, None),
        ("municipality", 1.0, None),
    ]
    assert moved.layers("recovery") == TODAY.layers("recovery")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lever", ALL, ids=lambda lever: lever.key)
def test_levers_have_the_words_and_the_reach_of_the_parameter_table(lever: Lever, language: str) -> None:
    say, row = words(language), lever.parameter
    assert lever.label(say)
    assert len(lever.help(say)) > 40
    if row is None:
        return
    assert row.label[language] in lever.label(say)
    assert row.help[language] in lever.help(say)
    if lever.kind == "slide":
        assert row.allowed is not None
        numbers = [float(option) for option in lever.options]
        assert 10 < len(numbers) < 60
        assert row.allowed[0] <= numbers[0]
        assert numbers[-1] <= row.allowed[1]
        if row.low is not None and row.high is not None:
            assert numbers[0] <= row.low < row.high <= numbers[-1]
    elif lever.kind == "choose":
        assert lever.options == row.choices
        assert all(str(option) in SHORT_CHOICES for option in lever.options)


def test_a_euro_a_head_is_never_called_a_euro_a_year() -> None:
    for lever in ALL:
        if lever.parameter is not None and lever.parameter.unit == "EUR per inhabitant per year":
            assert "inhabitant" in lever.label(words("en"))
            assert "inwoner" in lever.label(words("nl"))


def test_the_places_of_levers_have_names_of_their_own() -> None:
    names = [lever.link for lever in ALL]
    assert len(set(names)) == len(names)
    assert not set(names) & {"lang", "start", "file", "seed", "version", *FIELDS}


def test_every_row_of_the_policy_has_a_lever_or_is_set_in_a_file() -> None:
    keys = {lever.key for lever in ALL}
    assert not keys & set(FIXED)
    assert {key for key in parameters() if key.startswith("policy.")} <= keys | set(FIXED)


def test_a_new_row_of_the_policy_has_its_lever_behind_the_others_of_its_section(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = replace(parameters()["policy.ransom.approval_rate"], key="policy.ransom.paid_share")
    monkeypatch.setattr("sim.web.levers.lever.parameters", lambda: {**parameters(), row.key: row})
    assert unplaced("help")[row.key] == "ransom-paid-share"
    assert row.key not in unplaced("main")
    assert levers.__wrapped__("help")[-1].key == row.key


def test_parameters_that_leave_no_choice_have_no_lever() -> None:
    keys = {lever.key for lever in ALL}
    for group in PLACES.values():
        for key in group:
            row = parameters().get(key)
            known = key in FREE or key in switches() or (row is not None and len(row.choices) != 1)
            assert (key in keys) == known, key


@pytest.mark.parametrize("lever", policy_levers(), ids=lambda lever: lever.key)
def test_every_position_of_every_lever_is_a_sound_policy(lever: Lever) -> None:
    values = dict(home(TODAY))
    if lever.within is not None:
        values[lever.within] = "true" if lever.within in switches() else 50.0
    for option in lever.options:
        assert isinstance(policy_of(TODAY, values | {lever.key: option}), Policy)


@pytest.mark.parametrize("lever", policy_levers(), ids=lambda lever: lever.key)
def test_a_position_of_the_policy_made_is_the_one_asked_for(lever: Lever) -> None:
    values = dict(home(TODAY))
    if lever.within is not None:
        values[lever.within] = "true" if lever.within in switches() else 50.0
    for option in (lever.options[0], lever.options[-1]):
        made = policy_of(TODAY, values | {lever.key: option})
        assert home(made)[lever.key] == pytest.approx(option)


@pytest.mark.parametrize("lever", ALL, ids=lambda lever: lever.key)
def test_each_position_of_a_lever_makes_another_policy_or_world(lever: Lever) -> None:
    values = dict(home(TODAY))
    if lever.within is not None:
        values[lever.within] = "true" if lever.within in switches() else 50.0
    make = (lambda moved: world_of(world_start() | moved)) if lever in world_levers() else (
        lambda moved: policy_of(TODAY, values | moved))  # fmt: skip
    assert len({make({lever.key: option}) for option in lever.options}) == len(lever.options)


def test_choices_that_exclude_each_other_are_known() -> None:
    nobody = {"policy.response.teams": 0, "policy.response.private_after_days": "never"}
    assert not Choice(values=dict(home(TODAY)) | nobody).is_possible
    assert Choice().is_possible


def test_what_is_typed_is_a_value_or_nothing() -> None:
    by_link = {lever.link: lever for lever in policy_levers()}
    say = words("en")
    assert by_link["teams"].typed("7", say) == 7
    assert by_link["teams"].typed("7.5", say) is None
    assert by_link["teams"].typed("", say) is None
    assert by_link["spend"].typed("much", say) is None
    assert by_link["approval-rate"].typed("35%", say) == 0.35
    assert by_link["match-budget"].typed("Onbeperkt", words("nl")) == "unlimited"
    assert by_link["approval-rate"].show(words("en"), 0.35) == "35"


def test_the_world_starts_in_the_middle() -> None:
    assert set(world_start().values()) == {"central"}


# ---- the matching grant --------------------------------------------------------------------------------------------


def test_a_matching_grant_comes_changes_and_goes() -> None:
    made = policy_of(TODAY, dict(home(TODAY)) | {"grant.match": 40.0, "grant.envelope": 2e6})
    *before, match = made.grants
    assert tuple(before) == TODAY.grants
    assert match.model_dump(exclude_defaults=True) == {
        "id": "match", "instrument": "matching", "share": 0.4, "budget_per_year": 2e6,
    }  # fmt: skip
    half = presets()["matching-50"]
    assert home(half)["grant.match"] == 50
    assert home(half)["grant.envelope"] == "unlimited"
    without = policy_of(half, dict(home(half)) | {"grant.match": 0.0})
    assert without.grants == tuple(grant for grant in half.grants if grant.instrument != "matching")
    capped = policy_of(half, dict(home(half)) | {"grant.envelope": 1e6})
    (match,) = (grant for grant in capped.grants if grant.instrument == "matching")
    assert (match.share, match.budget_per_year) == (0.5, 1e6)
    assert capped.prevention == half.prevention


def test_an_envelope_without_a_grant_says_nothing() -> None:
    assert policy_of(TODAY, dict(home(TODAY)) | {"grant.envelope": 2e6}) is TODAY


def test_a_grant_keeps_the_terms_that_have_no_lever() -> None:
    terms = {"id": "audit", "instrument": "audit", "share": 0.7}
    mine = {"id": "mine", "instrument": "matching", "share": 0.3, "measures": ("backups",), "hazard": 2.0}
    base = TODAY.with_values({"grants": [terms, mine]})
    assert has_own_terms(base, "grant.match")
    assert not has_own_terms(presets()["matching-50"], "grant.match")
    made = policy_of(base, dict(home(base)) | {"grant.match": 60.0})
    assert [grant.id for grant in made.grants] == ["audit", "mine"]
    assert made.grants[0] == base.grants[0]
    assert (made.grants[1].share, made.grants[1].measures, made.grants[1].hazard) == (0.6, ("backups",), 2.0)


# ---- other grants --------------------------------------------------------------------------------------------------


def test_presets_put_the_levers_of_their_grants() -> None:
    stands = {
        name: [home(presets()[name])[key] for key in TERMS]
        for name in (BASELINE, "lump-sum", "audit-grant", "matching-50", "local-only", "fifty-fifty")
    }
    assert stands == {
        BASELINE: [0, "unlimited", 0, 0, "detection", 66, 2022, 0],
        "lump-sum": [0, "unlimited", 2, 0, "detection", 66, 2022, 0],
        "audit-grant": [0, "unlimited", 0, 0, "detection", 66, "no_end", 50],
        "matching-50": [50, "unlimited", 0, 0, "detection", 66, 2022, 0],
        "local-only": [0, "unlimited", 0, 0, "detection", 0, "no_end", 0],
        "fifty-fifty": [0, "unlimited", 0, 0, "detection", 0, 2022, 0],
    }


def test_a_lump_sum_and_a_shared_service_come_and_go() -> None:
    moved = {"grant.lump": 2.0, "grant.service": 75.0, "grant.service.measure": "backups"}
    made = policy_of(TODAY, dict(home(TODAY)) | moved)
    assert made.grants[:1] == TODAY.grants
    assert [grant.model_dump(exclude_defaults=True) for grant in made.grants[1:]] == [
        {"id": "lump", "instrument": "lump_sum", "amount": 2.0},
        {"id": "service", "instrument": "shared_service", "share": 0.75, "measures": ("backups",)},
    ]
    assert same(policy_of(made, dict(home(made)) | {"grant.lump": 0.0, "grant.service": 0.0}), TODAY)
    lump = presets()["lump-sum"]
    responsive = policy_of(TODAY, dict(home(TODAY)) | {"grant.lump": 2.0, "policy.prevention.behaviour": "responsive"})
    assert same(responsive, lump)


def test_audits_go_on_and_are_followed_by_a_second() -> None:
    plan = presets()["audit-grant"]
    made = policy_of(TODAY, dict(home(TODAY)) | {"grant.audit.until": "no_end", "grant.audit.again": 50.0})
    assert made.grants[0] == plan.grants[0]
    assert made.grants[1].model_dump(exclude_defaults=True) == {
        "id": "audit-again",
        "instrument": "audit",
        "share": 0.5,
    }
    until = policy_of(TODAY, dict(home(TODAY)) | {"grant.audit.until": 2025.0})
    assert until.grants[0].until == datetime.date(2025, 12, 31)
    assert until.grants[0].cap_per_municipality == TODAY.grants[0].cap_per_municipality
    assert policy_of(plan, dict(home(plan)) | {"grant.audit": 0.0}).grants == ()
    assert has_own_terms(TODAY, "grant.audit")
    assert not has_own_terms(made, "grant.audit.again")


def test_a_term_of_a_grant_that_is_not_there_says_nothing() -> None:
    half = presets()["fifty-fifty"]  # its audits are shared as other prevention is, so its grant pays none of them
    assert policy_of(half, dict(home(half)) | {"grant.audit.until": 2025.0, "grant.audit.again": 50.0}) is half
    assert policy_of(TODAY, dict(home(TODAY)) | {"grant.service.measure": "backups"}) is TODAY


@pytest.mark.parametrize("preset", [BASELINE, "audit-grant", "action-plan-2021-2025", "local-only"])
def test_grants_made_by_levers_are_in_the_file_that_is_saved(preset: str) -> None:
    moved = {"grant.lump": 3.0, "grant.service": 50.0, "grant.audit": 40.0, "grant.audit.until": 2024.0}
    choice = Choice(preset, dict(home(presets()[preset])) | moved)
    back = policy_from("mine.yaml", text_of(choice, "Mine").encode())
    assert same(back, choice.policy)
    assert {key: home(back)[key] for key in moved} == moved


def test_a_year_is_written_as_one() -> None:
    (until,) = [lever for lever in policy_levers() if lever.key == "grant.audit.until"]
    assert until.show(words("nl"), 2025.0) == "2025"
    assert until.allowed(words("nl")) == "2020 tot 2099"
    assert [until.read(text) for text in ("2025", "2025.5", "1999", "no_end")] == [2025, None, None, "no_end"]


# ---- insurance and fund --------------------------------------------------------------------------------------------


def test_a_fund_that_is_switched_on_pays_after_flanders_and_insurers() -> None:
    values = dict(home(TODAY)) | {"policy.fund": "true", "policy.insurance": "true", "share.incidents": 25.0}
    made = policy_of(TODAY, values)
    assert [layer.payer for layer in made.layers("recovery")] == ["flanders", "insurer", "fund", "municipality"]
    assert [layer.payer for layer in made.layers("fraud")] == ["flanders", "municipality"]
    assert made.fund is not None
    assert made.insurance is not None
    assert home(made)["share.incidents"] == 25


def test_a_fund_that_is_switched_off_leaves_no_layer() -> None:
    fund = presets()["solidarity-fund"]
    made = policy_of(fund, dict(home(fund)) | {"policy.fund": "false"})
    assert made.fund is None
    assert not any(layer.payer == "fund" for layer in made.layers("recovery"))


def test_a_share_that_moved_leaves_the_fund_in_place() -> None:
    fund = presets()["solidarity-fund"]
    made = policy_of(fund, dict(home(fund)) | {"share.incidents": 20.0})
    assert [layer.payer for layer in made.layers("recovery")] == ["flanders", "municipality", "fund", "municipality"]


def test_levers_of_a_group_count_only_while_it_is_there() -> None:
    made = policy_of(TODAY, dict(home(TODAY)) | {"policy.fund.levy": 3.0})
    assert made is TODAY
    made = policy_of(TODAY, dict(home(TODAY)) | {"policy.fund.levy": 3.0, "policy.fund": "true"})
    assert made.fund is not None
    assert made.fund.levy == 3.0


@pytest.mark.parametrize("lever", [lever for lever in ALL if lever.kind == "slide"], ids=lambda lever: lever.key)
def test_a_value_between_two_options_has_its_place_among_them(lever: Lever) -> None:
    numbers = [float(option) for option in lever.options if not isinstance(option, str)]
    between = (numbers[1] + numbers[2]) / 2 if not lever.whole else numbers[-1] + 1
    for word in (None, lever.word):
        found = Lever(lever.key, lever.link, (*numbers, *([] if word is None else [word])), "slide").with_option(
            between
        )
        assert [one for one in found if not isinstance(one, str)] == sorted([*numbers, between])
        assert (found[-1] == word) == (word is not None)
    assert lever.with_option("unlimited")[-1] == "unlimited"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_stands_with_every_slider_between_its_options(language: str) -> None:
    address = {"insurance": "true", "fund": "true", "minimum": "true", "supplier-standard": "true",
               "ransom": "with_approval", "match": "50", "audit": "50", "service": "50"}  # fmt: skip
    for lever in policy_levers():
        if lever.kind == "slide" and lever.link not in address:
            numbers = [float(option) for option in lever.options if not isinstance(option, str)]
            address[lever.link] = lever.write(numbers[-1] + 1 if lever.whole else (numbers[1] + numbers[2]) / 2)
    app = opened(lang=language, **address)
    assert not app.exception
    assert not app.warning
    assert address_of(app).items() >= address.items()


@pytest.mark.parametrize("typed", ["6,25", "6.25"])
def test_an_amount_between_two_steps_of_a_budget_is_taken(typed: str) -> None:
    app = opened(lang="nl", match="50")
    app.text_input(key="typed:grant.envelope").set_value(typed).run()
    assert not app.exception
    assert address_of(app)["match-budget"] == "6250000"
    app.text_input(key="typed:grant.envelope").set_value("onbeperkt").run()
    assert "match-budget" not in address_of(app)
    assert app.select_slider(key="grant.envelope").value == "unlimited"
