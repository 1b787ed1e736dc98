"""The same answer from every side: alone, in a row, with more workers, in another process."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest

import sim
from sim.results.outcomes import KPIS

POLICIES = ("status-quo-2020", "fifty-fifty", "prevention-first")

SCRIPT = """
import json, sys
import sim
def main():
    world = sim.load_world("flanders-2020")
    policies = [sim.load_policy(name) for name in {policies!r}]
    result = sim.compare(world, policies, replications=6, years=2, seed=7, engine=sys.argv[1], workers=int(sys.argv[2]))
    print(json.dumps([result.tape_hash, *(result.ledger_hash(p) for p in policies)]))
if __name__ == "__main__":
    main()
"""


@pytest.fixture(scope="module")
def result(engine):
    policies = [sim.load_policy(name) for name in POLICIES]
    return sim.compare(sim.load_world("flanders-2020"), policies, replications=6, years=2, seed=7, engine=engine)


@pytest.mark.parametrize(("workers", "hash_seed"), [(1, "1"), (2, "2")])
def test_another_process_another_number_of_workers_the_same_hashes(result, workers, hash_seed, tmp_path):
    script = tmp_path / "again.py"
    script.write_text(SCRIPT.format(policies=POLICIES))
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    command = [sys.executable, str(script), result.engine, str(workers)]
    run = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == [result.tape_hash, *(result.ledger_hash(name) for name in POLICIES)]


def test_a_future_alone_reproduces_its_row(result):
    alone = sim.simulate(result.world, result.policies[2], replication=3, seed=7, years=2, engine=result.engine)
    row = result.futures().query("policy == 'prevention-first' and replication == 3").iloc[0]
    assert {name: row[name] for name in KPIS} == alone.kpis
    assert row["ledger_hash"] == f"{alone.summary.ledger_hash:016x}"


def test_another_seed_is_another_future(result):
    other = sim.compare(result.world, result.policies[:1], replications=2, years=2, seed=8, engine=result.engine)
    assert other.tape_hash != result.tape_hash


def test_more_futures_begin_with_the_same_ones(result):
    fewer = sim.compare(result.world, result.policies, replications=2, years=2, seed=7, engine=result.engine)
    for policy in POLICIES:
        assert np.array_equal(fewer.values(policy, "cash_cost_eur"), result.values(policy, "cash_cost_eur")[:2])


def test_who_pays_changes_nothing_else(result):
    for kpi in ("cash_cost_eur", "citizen_harm_eur", "break_ins", "team_wait_days_mean", "worst_year_cost_eur"):
        assert result.difference("fifty-fifty", kpi).share_of_futures_equal == 1.0
    half = result.values("fifty-fifty", "cost_flanders_eur")
    assert half == pytest.approx(result.values("fifty-fifty", "cash_cost_eur") / 2, rel=1e-3)


def test_costs_of_the_payers_sum_to_the_cash_cost_in_every_future(result):
    rows = result.futures()
    payers = rows[[f"cost_{payer}_eur" for payer in ("municipality", "flanders", "insurer", "fund")]]
    assert (np.round(payers * 100).sum(axis=1) == np.round(rows["cash_cost_eur"] * 100)).all()


def test_json_is_the_contract(result):
    answer = json.loads(json.dumps(result.to_json()))
    assert set(answer) >= {
        "model_version", "seed", "replications", "years", "world", "engine", "tape_hash", "policies", "differences",
        "sentence",
    }  # fmt: skip
    assert [policy["id"] for policy in answer["policies"]] == list(POLICIES)
    for policy in answer["policies"]:
        assert list(policy["kpis"]) == list(KPIS)
        for figures in policy["kpis"].values():
            assert set(figures) >= {"unit", "mean", "ci95", "median", "p5", "p95", "cvar95"}
        payers = sum(sum(categories.values()) for categories in policy["payers"].values())
        assert payers == pytest.approx(policy["kpis"]["cash_cost_eur"]["mean"], abs=0.01)
    assert {row["verdict"] for row in answer["differences"]} <= {"lower", "higher", "too_close"}
    assert len(answer["differences"]) == 2 * len(KPIS)


def test_the_sentence_says_what_the_numbers_say(result):
    english, dutch = result.sentence("en").splitlines(), result.sentence("nl").splitlines()
    assert len(english) == len(dutch) == 2
    assert "exactly as much" in english[0]
    assert "Flanders pays" in english[0]
    assert "more in total" in english[1]
    assert "100% of 6 futures" in english[1]
    assert "Vlaanderen betaalt" in dutch[0]
    assert "frequency of attacks central" in english[1]


def test_burdens_by_group_are_the_municipalities_own_cost(result):
    towns = result.municipalities()
    for by in ("size_class", "province", "income_class"):
        burden = result.burden(by)
        assert burden.groupby("policy")["municipalities"].sum().eq(300).all()
        for policy in POLICIES:
            mine = towns[towns["policy"] == policy]
            total = (mine["own_cost_per_inhabitant_eur"] * mine["population"]).sum()
            people = mine.groupby(by)["population"].sum()
            groups = burden[burden["policy"] == policy].set_index(by)["mean"]
            assert (groups * people).sum() == pytest.approx(total)


def test_mistakes_are_named():
    world, policy = sim.load_world("one-town"), sim.load_policy("status-quo-2020")
    with pytest.raises(ValueError, match="twice"):
        sim.compare(world, [policy, policy])
    with pytest.raises(ValueError, match="replications is 0, and must be a whole number from 1 to"):
        sim.compare(world, [policy], replications=0)
    with pytest.raises(ValueError, match="engine"):
        sim.compare(world, [policy], engine="magic")
    with pytest.raises(KeyError, match="no policy"):
        sim.compare(world, [policy], replications=1, years=1).values("other", "cash_cost_eur")
