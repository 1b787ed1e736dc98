"""The first table of a comparison: a row a policy, in 80 letters, with the numbers of the result; what it rests on."""

from __future__ import annotations

import datetime
import io
from dataclasses import replace

import pytest
from rich.console import Console

import sim
from sim.cli.terminal import show_table
from sim.engines.events import ENTRIES, TRANSFERS
from sim.experiments.comparison.compare import Comparison
from sim.model.files.load import scenarios
from sim.model.policy.policy import PAYERS
from sim.results.story import ENTRY_NAMES
from sim.show.base.table import PrintedTable
from sim.show.charts.payers import payers_bars
from sim.show.sentences.assumptions import NEEDED, assumptions, stages_in
from sim.show.tables.comparison_tables import uses, who_pays
from sim.show.tables.overview import headline, overview
from sim.text import LANGUAGES, words

PRESETS = [sim.load_policy(scenario.id) for scenario in scenarios("policy")]
TODAY = PRESETS[0]


@pytest.fixture(scope="module")
def result() -> Comparison:
    return sim.compare(sim.load_world("flanders-2020"), PRESETS, replications=6, years=4)


def only(result: Comparison, *names: str) -> Comparison:
    """The comparison of some of its policies."""
    places = [result.position(name) for name in names]
    chosen = tuple(result.policies[place] for place in places)
    return replace(result, policies=chosen, futures_of=tuple(result.futures_of[place] for place in places))


def printed(table: PrintedTable, width: int) -> str:
    paper = io.StringIO()
    show_table(Console(file=paper, width=width, highlight=False), table)
    return paper.getvalue()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [80, 120])
def test_all_policies_fit_into_one_table(result: Comparison, language: str, width: int) -> None:
    table = overview(result, language)
    out = printed(table, width)
    assert out.count("───\n") == 1
    assert max(len(line) for line in out.splitlines()) <= width
    assert [row[0] for row in table.rows] == [policy.title[language] for policy in PRESETS]
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert not any(sign in out for sign in ("nan", "inf ", "{", "-0.0 ", "-0,0 "))


def test_its_numbers_are_those_of_the_result(result: Comparison) -> None:
    rows = {policy.id: row for policy, row in zip(PRESETS, overview(result, "en").rows, strict=True)}
    for policy in PRESETS:
        kpis = ("cash_cost_eur", "cost_municipality_eur", "cost_flanders_eur", "citizen_harm_eur")
        mean = {kpi: result.values(policy, kpi).mean() / 4 for kpi in kpis}
        shown = [float(cell.split("\n")[0]) for cell in (*rows[policy.id][1:4], rows[policy.id][6])]
        assert shown == pytest.approx([value / 1e6 for value in mean.values()], abs=0.0501)
        own = float(rows[policy.id][5].split("\n")[0])
        assert own == pytest.approx(mean["cost_municipality_eur"] / result.world.population, abs=0.00501)
    kept = result.values("solidarity-fund", "cost_fund_eur").mean() / 4e6
    assert float(rows["solidarity-fund"][4].split("\n")[0]) == pytest.approx(kept, abs=0.0501)
    assert rows["no-ransom"][4] == "–"


def test_the_verdict_is_that_of_the_pairs(result: Comparison) -> None:
    for policy, row in zip(PRESETS[1:], overview(result, "en").rows[1:], strict=True):
        gap = result.difference(policy, "cash_cost_eur")
        exact = gap.share_of_futures_equal == 1
        words_of = {"lower": "lower", "higher": "higher", "too_close": "uncertain"}
        assert row[-1].split("\n")[1] == ("the same" if exact else words_of[gap.verdict])
        assert row[-1].startswith("+") == (round(gap.mean / result.years / 1e6, 1) > 0)  # 0.0 has no sign
    assert overview(result, "en").rows[0][-1] == "–"


def test_others_are_named_where_they_pay(result: Comparison) -> None:
    assert "Others" not in overview(only(result, "status-quo-2020", "no-ransom"), "en").columns
    assert "insurers, net" in overview(only(result, "status-quo-2020", "insurance-led"), "en").note
    assert "solidarity fund, net" in overview(only(result, "status-quo-2020", "solidarity-fund"), "en").note


# ---- transfers -----------------------------------------------------------------------------------------------------


def test_everything_a_posting_can_be_for_has_a_name() -> None:
    assert tuple(ENTRY_NAMES) == ENTRIES
    for language in LANGUAGES:
        assert len({words(language).say(name) for name in ENTRY_NAMES.values()}) == len(ENTRIES)


@pytest.mark.parametrize("name", ["solidarity-fund", "insurance-led", "lump-sum", "status-quo-2020"])
def test_a_table_of_uses_ends_with_what_each_payer_finally_pays(result: Comparison, name: str) -> None:
    table = uses(result, sim.load_policy(name), "en")
    shown = dict(zip(table.columns[1:], table.rows[-1][1:], strict=True))
    for payer, label in zip(PAYERS, ("Municipalities", "Flanders", "Insurers", "Solidarity fund"), strict=True):
        net = result.values(name, f"cost_{payer}_eur").mean() / 4e6
        assert float(shown[label].replace("< ", "").replace(",", "")) == pytest.approx(net, rel=0.006, abs=0.001)
    moved = {entry for kinds in result.payers(name).values() for entry in kinds} & set(TRANSFERS)
    rows = [row for row in table.rows if row[0].lower() in {ENTRY_NAMES[entry].lower() for entry in moved}]
    assert len(rows) == len(moved)
    assert all(row[-1] == "0" for row in rows)
    assert (("In the end",) in table.rows) == bool(moved)


@pytest.mark.parametrize(
    ("name", "english", "dutch"),
    [
        (
            "solidarity-fund",
            "Besides, it pays levies to the solidarity fund €60,000.",
            "bijdragen aan het solidariteitsfonds",
        ),
        ("insurance-led", "Besides, it pays insurance premiums €", "verzekeringspremies"),
        ("lump-sum", "It receives lump sums €120,000.", "Ze ontvangt vaste bedragen"),
    ],
)
def test_a_story_tells_of_money_that_moves(name: str, english: str, dutch: str) -> None:
    world, policy = sim.load_world("one-town"), sim.load_policy(name)
    played = sim.compare(world, [policy], replications=1, years=3)
    story = played.explain(policy, municipality="Leerdorp", replication=0)
    assert english in story.text("en")  # 20,000 inhabitants and three years
    assert dutch in story.text("nl")
    assert "-€" not in story.text("en")


# ---- what it rests on ----------------------------------------------------------------------------------------------


def named(result: Comparison) -> set[str]:
    return {row[-1] for row in assumptions(result, "en").rows}


def test_only_assumptions_of_what_the_policies_use_are_listed(result: Comparison) -> None:
    today = named(only(result, "status-quo-2020"))
    assert "world.audit.effect" in today
    assert not any(key.startswith(("world.insurance", "world.standard", "world.delivery", "world.fallback"))
                   for key in today)  # fmt: skip
    more = {
        "insurance-led": {"world.insurance.denial_without", "world.insurance.denial_with",
                          "world.finance.prevention_ceiling"},
        "minimum-standard": {"world.standard.basic"},
        "shared-framework": {"world.delivery.framework_price", "world.delivery.framework_spread",
                             "world.delivery.framework_build", "world.delivery.framework_concentration"},
        "action-plan-2021-2025": {"world.fallback.outage_factor"},
        "more-response-teams": set(),
    }  # fmt: skip
    for name, keys in more.items():
        assert named(only(result, "status-quo-2020", name)) - today == keys, name
    assert "world.audit.effect" not in named(only(result, "local-only"))
    assert "world.threat.attempts" in named(only(result, "local-only"))


def test_what_is_needed_is_named_as_in_the_world(result: Comparison) -> None:
    from sim.model.parameter_table import parameters

    paths = [row.path for row in parameters().values() if row.scope == "world"]
    for key in NEEDED:
        assert any(path == key or path.startswith(f"{key}.") for path in paths), key


def test_a_grant_or_a_stage_outside_the_years_is_in_force_in_none_of_them() -> None:
    plan = sim.load_policy("action-plan-2021-2025")
    at = datetime.date
    early = stages_in(plan, at(2020, 1, 1), at(2022, 1, 1))
    assert [stage.response.fallback_services for stage in early] == [False]
    assert [grant.id for grant in early[0].grants] == ["audit"]
    late = stages_in(plan, at(2025, 1, 1), at(2030, 1, 1))
    assert [stage.response.fallback_services for stage in late] == [True, False]
    assert [grant.id for grant in late[0].grants] == ["guidance"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_headline_names_the_lowest_of_each(result: Comparison, language: str) -> None:
    said = headline(result, language)
    for kpi in ("cash_cost_eur", "cost_municipality_eur", "cost_flanders_eur", "citizen_harm_eur"):
        lowest = min(result.policies, key=lambda policy: result.estimate(policy, kpi).mean)
        assert words(language).money(result.estimate(lowest, kpi).mean / result.years) in said
    assert f"“{result.policy('flanders-pays').title[language]}” (€" in said
    assert f"“{result.policy('local-only').title[language]}” (€" in said


def test_policies_that_chance_does_not_tell_apart_are_named_together(result: Comparison) -> None:
    few = only(result, "status-quo-2020", "fifty-fifty", "flanders-pays")
    total, *_ = headline(few, "en").split(". ")
    assert "“Current policy (2020)”, “Half Flanders, half municipality” and “Flanders pays all” (€" in total


def test_shares_of_the_bill_are_those_of_the_picture(result: Comparison) -> None:
    pair = only(result, TODAY.id, "solidarity-fund")
    cells = who_pays(pair, "en").rows[1][1:-1]
    shares = [cell.split("\n")[1] for cell in cells]
    assert shares[2] == "–"  # money that stays in the fund is nobody's share
    assert sum(int(share.rstrip("%")) for share in shares[:2]) == 100
    assert f"pay {shares[0]} to" in payers_bars(pair, "en").layout.meta["title"]
