"""The command line: its words, and what it prints and writes, on a world of four towns."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from commands import PAIR, Said, process, weerbaar, write_four_towns

import sim
from sim.cli.terminal import show_table
from sim.results.outcomes import KPIS
from sim.show.base.table import PrintedTable


@pytest.fixture(scope="module")
def four_towns(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_four_towns(tmp_path_factory.mktemp("worlds"))


# ---- the answer ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def answered(four_towns: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Said, Path]:
    """What `compare` prints and writes for four futures of four towns."""
    folder = tmp_path_factory.mktemp("answer")
    said = weerbaar(
        "compare", *PAIR, "--world", four_towns, "--replications", "4", "--seed", "7",
        "--json", str(folder / "answer.json"), "--tables", str(folder / "tables"), "--report", str(folder / "report"),
    )  # fmt: skip
    assert said.code == 0, said.err
    return said, folder


@pytest.fixture(scope="module")
def same_in_python(four_towns: str) -> sim.Comparison:
    policies = [sim.load_policy(name) for name in PAIR]
    return sim.compare(sim.load_world(four_towns), policies, replications=4, seed=7).checked()


def test_json_is_the_answer_that_python_gives(answered: tuple[Said, Path], same_in_python: sim.Comparison) -> None:
    written = json.loads((answered[1] / "answer.json").read_text(encoding="utf-8"))
    command = written.pop("command")
    assert command.startswith("weerbaar compare status-quo-2020 fifty-fifty --world ")
    assert f"The same again: {command}" in answered[0].out
    assert written == json.loads(json.dumps(same_in_python.to_json()))


def test_json_has_the_shape_that_scripts_rely_on(answered: tuple[Said, Path]) -> None:
    written = json.loads((answered[1] / "answer.json").read_text(encoding="utf-8"))
    fixed = {"model_version", "seed", "replications", "years", "world", "engine", "tape_hash", "policies",
             "differences", "sentence"}  # fmt: skip
    assert fixed <= set(written)
    assert (written["world"], written["seed"], written["replications"], written["years"]) == ("four-towns", 7, 4, 3)
    assert [policy["id"] for policy in written["policies"]] == list(PAIR)
    for policy in written["policies"]:
        assert list(policy["kpis"]) == list(KPIS)
        for figures in policy["kpis"].values():
            assert {"unit", "mean", "ci95", "median", "p5", "p95", "cvar95"} <= set(figures)
            assert figures["ci95"][0] <= figures["mean"] <= figures["ci95"][1]
        assert {"payers", "ledger_hash"} <= set(policy)
    assert [gap["kpi"] for gap in written["differences"]] == list(KPIS)
    for gap in written["differences"]:
        assert (gap["baseline"], gap["policy"]) == PAIR
        assert gap["verdict"] in ("lower", "higher", "too_close")
        shares = [gap[f"share_of_futures_{side}"] for side in ("lower", "equal", "higher")]
        assert all(0 <= share <= 1 for share in shares)
        assert sum(shares) == 1
    assert set(written["sentence"]) == {"nl", "en"}


def test_what_payers_pay_is_the_cash_cost(answered: tuple[Said, Path]) -> None:
    written = json.loads((answered[1] / "answer.json").read_text(encoding="utf-8"))
    for policy in written["policies"]:
        means = {kpi: figures["mean"] for kpi, figures in policy["kpis"].items()}
        paid = sum(means[f"cost_{payer}_eur"] for payer in ("municipality", "flanders", "insurer", "fund"))
        assert paid == pytest.approx(means["cash_cost_eur"], abs=0.01)
        by_use = sum(sum(uses.values()) for uses in policy["payers"].values())
        assert by_use == pytest.approx(means["cash_cost_eur"], abs=0.01)
    futures = pd.read_csv(answered[1] / "tables" / "futures.csv")
    cents = (futures.filter(regex="^cost_.*_eur$") * 100).round().astype("int64").sum(axis=1)
    assert cents.equals((futures["cash_cost_eur"] * 100).round().astype("int64"))


def test_tables_are_the_same_in_both_forms(answered: tuple[Said, Path], same_in_python: sim.Comparison) -> None:
    folder = answered[1] / "tables"
    names = ("kpis", "differences", "futures", "municipalities", "burden_by_size", "burden_by_province",
             "burden_by_income", "concentration", "winners", "running_dry")  # fmt: skip
    assert {path.name for path in folder.iterdir()} == {
        f"{name}.{form}" for name in names for form in ("csv", "parquet")
    }
    for name in names:
        csv, parquet = pd.read_csv(folder / f"{name}.csv"), pd.read_parquet(folder / f"{name}.parquet")
        pd.testing.assert_frame_equal(csv, parquet, check_dtype=False)
    kpis = pd.read_parquet(folder / "kpis.parquet")
    pd.testing.assert_frame_equal(kpis, same_in_python.kpis(), check_dtype=False)


def test_people_read_the_finding_in_both_languages(answered: tuple[Said, Path], same_in_python: sim.Comparison) -> None:
    out = answered[0].out
    assert same_in_python.sentence("nl") in out
    assert same_in_python.sentence("en") in out
    for words in ("What a year costs and who pays it", "not cash", "A model, not a forecast", "frequency of attacks",
                  "4 futures", "seed 7", "engine compiled", f"Weerbaar {sim.__version__}"):  # fmt: skip
        assert words in out
    assert answered[0].err == ""
    assert (answered[1] / "report" / "index.html").stat().st_size > 1_000_000


def test_details_are_for_those_who_ask(four_towns: str, answered: tuple[Said, Path]) -> None:
    question = ("compare", *PAIR, "--world", four_towns, "--replications", "4", "--seed", "7", "--lang", "en")
    asked = weerbaar(*question, "--details").out
    for words in (
        "Lower in: the share of futures",
        "Who pays, per year",
        "For the rest it is “Current policy (2020)”.",
    ):
        assert words in " ".join(asked.split())
        assert words not in answered[0].out
    assert "--details" in answered[0].out
    assert "--details" not in asked


def test_of_many_policies_one_table_comes_and_no_long_text(four_towns: str) -> None:
    many = (*PAIR, "prevention-first", "no-ransom", "local-only")
    said = weerbaar("compare", *many, "--world", four_towns, "--replications", "3", "--lang", "en").out
    assert all(policy in " ".join(said.split()) for policy in ("Never a ransom", "Municipality pays all"))
    assert "in total than" not in said
    assert "Deciding assumptions" in said
    told = weerbaar("compare", *many, "--world", four_towns, "--replications", "3", "--lang", "en", "--details").out
    assert "only moves who pays" in told


def test_one_language_when_asked(four_towns: str, same_in_python: sim.Comparison) -> None:
    said = weerbaar("compare", *PAIR, "--world", four_towns, "--replications", "4", "--seed", "7", "--lang", "nl")
    assert same_in_python.sentence("nl") in said.out
    assert same_in_python.sentence("en") not in said.out
    assert "English" not in said.out


def test_run_shows_every_outcome(four_towns: str) -> None:
    said = weerbaar("run", "status-quo-2020", "--world", four_towns, "--replications", "3", "--lang", "en")
    for words in ("Total cash cost", "Median", "P5", "P95", "CVaR95", "Harm to citizens", "Severe incidents",
                  "Who pays for what", "Together"):  # fmt: skip
        assert words in said.out


def test_one_future_says_nothing_about_its_uncertainty(four_towns: str) -> None:
    said = weerbaar("run", "status-quo-2020", "--world", four_towns, "--replications", "1", "--json", "-")
    figures = json.loads(said.out)["policies"][0]["kpis"]["cash_cost_eur"]
    assert figures["ci95"] == [None, None]
    assert figures["mean"] == figures["median"]


def test_settings_change_the_world_and_every_policy(four_towns: str) -> None:
    off = ("--set", "world.threat.attempts=0", "--set", "world.suppliers.compromise_rate=0",
           "--set", "policy.prevention.local_spend=0")  # fmt: skip
    said = weerbaar("compare", *PAIR, "--world", four_towns, "--replications", "2", "--years", "2", *off, "--json", "-")
    written = json.loads(said.out)
    assert written["years"] == 2
    for policy in written["policies"]:
        assert policy["kpis"]["break_ins"]["mean"] == 0
        assert "prevention" not in policy["payers"].get("municipality", {})


def test_the_answer_depends_on_nothing_but_the_question(four_towns: str) -> None:
    question = ("compare", *PAIR, "--world", four_towns, "--replications", "9", "--json", "-")
    alone = process(*question, "--workers", "1", PYTHONHASHSEED="1")
    together = process(*question, "--workers", "2", PYTHONHASHSEED="2")
    assert alone.code == together.code == 0, together.err
    assert alone.out == together.out
    assert alone.err == together.err == ""


# ---- how it looks --------------------------------------------------------------------------------------------------


def test_a_pipe_gets_plain_text_within_80_columns(four_towns: str) -> None:
    said = process("compare", *PAIR, "prevention-first", "--world", four_towns, "--replications", "3")
    assert said.code == 0
    assert said.err == ""
    assert "\x1b" not in said.out
    assert "…" not in said.out
    tables = said.out.split("\nNederlands\n")[0]
    assert max(len(line) for line in tables.splitlines()) <= 80


@pytest.mark.parametrize("width", [30, 50, 80, 140])
def test_a_table_loses_no_number_however_narrow(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.console import Console

    numbers = [f"{row}{column}.{column}{row}" for row in range(3) for column in range(1, 8)]
    cells = [tuple(f"{row}{column}.{column}{row}\n±{column}" for column in range(1, 8)) for row in range(3)]
    rows = [("A heading that is longer than the first column is wide",)]
    rows += [(f"a rather long name of policy number {i}", *row) for i, row in enumerate(cells)]  # type: ignore[misc]
    table = PrintedTable(
        ("Policy", *(f"Column {i}" for i in range(1, 8))), tuple(rows), title="A title", note="A note."
    )
    paper = io.StringIO()
    show_table(Console(file=paper, width=width, highlight=False), table)
    lines = paper.getvalue().splitlines()
    assert max(len(line) for line in lines) <= width
    assert all(re.search(rf"(?<!\S){re.escape(number)}(?!\S)", paper.getvalue()) for number in numbers)


def test_a_head_above_short_names_is_no_column_of_letters() -> None:
    from rich.console import Console

    paper = io.StringIO()
    show_table(Console(file=paper, width=40), PrintedTable(("Response teams", "2"), (("1", "0.5"),), title="A title"))
    assert "Response" in paper.getvalue()


def test_help_and_version_load_nothing_heavy() -> None:
    code = (
        "import sys\nfrom sim.cli.commands import app\n"
        "for words in (['version'], ['--help'], ['compare', '--help']):\n"
        "    try:\n        app(words)\n    except SystemExit:\n        pass\n"
        "heavy = {'numpy', 'scipy', 'numba', 'pandas', 'plotly', 'simpy', 'streamlit', 'babel', 'ruamel.yaml'}\n"
        "print('heavy:', sorted(heavy & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True).stdout
    assert f"weerbaar {sim.__version__}" in out
    assert out.strip().endswith("heavy: []")


# ---- one future ----------------------------------------------------------------------------------------------------


def test_explain_tells_the_story_of_a_town_by_name_or_code(four_towns: str) -> None:
    world, policy = sim.load_world(four_towns), sim.load_policy("fifty-fifty")
    story = sim.explain(world, policy, municipality="Dee", replication=2, seed=5)
    asked = ("explain", "fifty-fifty", "--world", four_towns, "--replication", "2", "--seed", "5", "--municipality")
    assert weerbaar(*asked, "dee", "--lang", "nl").out.strip() == story.text("nl")
    assert weerbaar(*asked, "90004").out.strip() == story.text("en")


def test_optimum_tells_what_is_best_by_size_and_for_one() -> None:
    said = weerbaar("optimum", "status-quo-2020", "--lang", "nl")
    assert said.code == 0
    assert "alle samen" in said.out
    assert "300 van 300 gemeenten zelf het best af zonder preventie" in said.out.replace("\n", " ")
    one = weerbaar("optimum", "status-quo-2020", "--municipality", "aalst")
    assert "Aalst itself and everybody are best off without prevention" in one.out.replace("\n", " ")
    assert "What decides is how often attacks come" in one.out


def test_optimum_in_json_is_what_python_gives(tmp_path: Path) -> None:
    world, policy = sim.load_world("flanders-2020"), sim.load_policy("matching-50")
    out = tmp_path / "optimum.json"
    high = ("--set", "world.anchor.frequency=high", "--set", "world.anchor.service_value=high")
    assert weerbaar("optimum", "matching-50", *high, "--json", str(out)).code == 0
    there = world.with_values({"anchor.frequency": "high", "anchor.service_value": "high"})
    assert json.loads(out.read_text(encoding="utf-8"))["municipalities"] == sim.optima(there, policy).to_dict("records")
    said = weerbaar("optimum", "matching-50", "--municipality", "41002", "--json")
    curve = sim.prevention_curve(world, policy, "Aalst")
    assert json.loads(said.out)["curve"]["social"] == curve.social.tolist()


def test_optimum_of_nobody_is_said(tmp_path: Path) -> None:
    said = weerbaar("optimum", "status-quo-2020", "--municipality", "Aalstt", "--json", str(tmp_path / "none.json"))
    assert said.code == 2
    assert "did you mean Aalst" in said.err
    assert not list(tmp_path.iterdir())


def test_explain_needs_no_name_where_there_is_one_town() -> None:
    said = weerbaar("explain", "status-quo-2020", "--world", "one-town", "--years", "1")
    assert said.code == 0
    assert said.out.startswith("Leerdorp")


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_trace_holds_every_payment(four_towns: str, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"trace.{ending}"
    said = weerbaar("trace", "status-quo-2020", "--world", four_towns, "--replication", "3", "--out", str(out))
    assert (said.code, said.out) == (0, "")
    events = pd.read_csv(out) if ending == "csv" else pd.read_parquet(out)
    assert list(events.columns[:5]) == ["minute", "time", "nis_code", "municipality", "event"]
    assert events["minute"].is_monotonic_increasing
    future = sim.simulate(sim.load_world(four_towns), sim.load_policy("status-quo-2020"), replication=3)
    assert round(events["amount_eur"].sum(), 2) == pytest.approx(future.kpis["cash_cost_eur"], abs=0.01)
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


# ---- what there is -------------------------------------------------------------------------------------------------


def test_parameters_are_all_there_with_their_source(tmp_path: Path) -> None:
    rows = json.loads(weerbaar("parameters", "--json").out)
    assert [row["key"] for row in rows] == list(sim.parameters())
    for row in rows:
        assert {"key", "value", "low", "high", "unit", "grade", "source"} <= set(row)
        assert row["unit"]
        assert row["source"]
        assert row["grade"] in "ABCDRX"
    file = tmp_path / "parameters.json"
    assert weerbaar("parameters", "--json", str(file)).out == ""
    assert json.loads(file.read_text(encoding="utf-8")) == rows


def test_parameters_can_be_named() -> None:
    (row,) = json.loads(weerbaar("parameters", "--json", "world.threat.attempts").out)
    assert (row["key"], row["value"]) == ("world.threat.attempts", 12)
    shown = weerbaar("parameters", "world.threat").out
    assert "world.threat.growth" in shown
    assert "world.ddos.hours" not in shown
    assert re.search(r"world\.threat\.attempts +12 +4 to 36 +assumption", shown)
    assert len(re.findall(r"(?m)^(?:world|policy)\.", weerbaar("parameters").out)) == len(sim.parameters())


def test_worlds_and_policies_are_listed() -> None:
    assert re.search(r"(?m)^one-town +Eén gemeente", weerbaar("list", "worlds", "--lang", "nl").out)
    assert re.search(r"(?m)^fifty-fifty +Half Flanders", weerbaar("list", "policies").out)
    listed = json.loads(weerbaar("list", "policies", "--json").out)
    assert {"status-quo-2020", "fifty-fifty"} <= {row["id"] for row in listed}


def test_validate_tells_everything_at_once(tmp_path: Path, project: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("id: bad\ntitle: Bad\nresponse:\n  teems: 4\nransom:\n  rule: perhaps\n", encoding="utf-8")
    said = weerbaar("validate", str(bad))
    assert said.code == 2
    assert f"{bad}:4:" in said.out
    assert f"{bad}:6:" in said.out
    assert 'did you mean "teams"?' in said.out
    good = weerbaar("validate", str(project / "scenarios"))
    count = len(list((project / "scenarios").rglob("*.yaml")))
    assert (good.code, good.out.splitlines()[-1]) == (0, f"{count} files, no problems")


def test_warmup_says_how_long_it_took() -> None:
    said = weerbaar("warmup").out
    assert re.fullmatch(r"compiled: ready in \d+\.\d s\nreference: ready in \d+\.\d s\n", said)


def test_the_app_is_started_for_this_machine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Sequence[str]] = []

    class Server:
        def __init__(self, command: Sequence[str]) -> None:
            started.append(command)

        def __enter__(self) -> Server:
            return self

        def __exit__(self, *error: object) -> None: ...

        def wait(self) -> int:
            return 0

    monkeypatch.setattr(subprocess, "Popen", Server)
    assert weerbaar("app", "--port", "8600", "--no-browser").code == 0
    assert weerbaar("app", "--path", "weerbaar").code == 0
    assert " ".join(started[1]).endswith("-m sim.web --host 127.0.0.1 --path weerbaar")
    command = " ".join(started[0])
    assert command.endswith("-m sim.web --host 127.0.0.1 --port 8600 --no-browser")


def test_quick_leaves_out_what_takes_more_futures(four_towns: str) -> None:
    question = ("compare", *PAIR, "--world", four_towns, "--replications", "4", "--json", "-")
    assert "checks" in json.loads(weerbaar(*question).out)
    assert "checks" not in json.loads(weerbaar(*question, "--quick").out)


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without telling it")
def test_whoever_ends_the_app_ends_its_server(tmp_path: Path) -> None:
    """A stand-in for the server says its number and waits."""
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys, time\n"
        "if sys.orig_argv[1:3] == ['-m', 'sim.web']:\n    print(os.getpid(), flush=True)\n    time.sleep(60)\n",
        encoding="utf-8",
    )
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "sim", "app", "--no-browser"]
    with subprocess.Popen(command, env=os.environ | {"PYTHONPATH": path}, stdout=subprocess.PIPE, text=True) as app:
        assert app.stdout is not None
        server = int(app.stdout.readline())
        app.send_signal(signal.SIGTERM)
        assert app.wait(timeout=20) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)
