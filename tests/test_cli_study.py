"""The commands of studies: what they print and write, and how they end."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from commands import weerbaar

import sim
from sim.cli.terminal import progress
from sim.experiments.studies import store
from sim.model.files.write_yaml import world_yaml
from sim.model.problems import Halted
from tests.studies import FILE, write_small


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which commands run."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("study")
    said = weerbaar("study", "run", str(write_small(folder)), "--store", str(folder / "store"))
    assert (said.code, said.err) == (0, "")
    return str(folder / "store")


def test_a_study_is_played_and_kept_under_its_name(here):
    said = weerbaar("study", "run", str(write_small(here)), "--designs", "4", "--replications", "3")
    assert said.code == 0
    assert said.out.startswith("small: 4 of 4 designs played, 24 futures\n")
    assert (here / "small.store" / "manifest.json").is_file()
    again = weerbaar("study", "resume", "small.store")
    assert (again.code, again.out) == (0, said.out)
    assert weerbaar("study", "resume", "small.yaml").out == said.out
    assert weerbaar("study", "resume", "small").out == said.out


def test_status_says_everything_to_a_program(filled):
    told = json.loads(weerbaar("study", "status", filled, "--json").out)
    assert (told["study"], told["designs"], told["played"], told["failed"]) == ("small", 24, 24, 0)
    assert told["is_complete"]
    assert re.fullmatch("[0-9a-f]{16}", told["hash"])
    assert told["bytes"] > 1000


def test_settings_change_every_world_and_policy(here, filled):
    said = weerbaar("study", "run", str(write_small(here)), "--set", "world.threat.growth=0.2")
    assert said.code == 0
    hashes = [json.loads(weerbaar("study", "status", name, "--json").out)["hash"] for name in ("small.store", filled)]
    assert hashes[0] != hashes[1]


def test_processes_clusters_and_workers_are_heard(here, monkeypatch):
    heard = {}

    def listen(*_, **more):
        heard.update(more)
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.experiments.studies.run.run_study", listen)
    words = ("--processes", "--workers", "3", "--cluster", "local:7", "--engine", "reference")
    assert weerbaar("study", "run", str(write_small(here)), *words).code == 130
    assert (heard["pool"], heard["workers"], heard["cluster"]) == ("processes", 3, "local:7")
    assert heard["engine"] == "reference"


def test_designs_that_fail_end_with_three(here):
    (here / "bad.yaml").write_text(
        "id: bad\ntitle: Bad\nworlds: [one-town]\npolicies: [no-ransom]\nyears: 1\nreplications: 2\n"
        "design: grid\nfactors:\n  world.break_in.today: [0.2, 0.75]\n"
        "  world.measures.identity.risk_ratio: [0.5, 0.1]\n",
        encoding="utf-8",
    )
    said = weerbaar("study", "run", "bad.yaml")
    assert said.code == 3
    assert "1 design failed: weerbaar study status bad.store says why." in said.err
    told = weerbaar("study", "status", "bad.store").out
    assert "3 of 4 designs played, 1 failed" in told
    assert re.search(r"Failed: design 3 \(seed 2026\): .* over 100 % of attempts would succeed", told)


def test_a_full_disk_ends_with_four_and_says_how_to_go_on(here, monkeypatch):
    file = str(write_small(here))
    real = store._write

    def full(path: Path, content: bytes) -> None:
        if path.suffix == ".parquet":
            raise OSError(28, "No space left on device")
        real(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(store, "_write", full)
        said = weerbaar("study", "run", file)
    assert said.code == 4
    assert "The disk of small.store is full." in said.err
    assert "weerbaar study resume small.store" in said.err
    assert weerbaar("study", "resume", "small.store").code == 0


def test_a_store_is_checked_and_mended(here):
    assert weerbaar("study", "run", str(write_small(here)), "--designs", "3", "--replications", "2").code == 0
    sound = weerbaar("study", "check", "small")
    assert sound.code == 0
    assert re.fullmatch(r"small.store is sound: 1 part, hash [0-9a-f]{16}\n", sound.out)
    path = here / "small.store" / "parts" / "0000000" / "summaries.parquet"
    path.write_bytes(path.read_bytes().replace(b"PAR1", b"PAR2"))
    told = weerbaar("study", "check", "small.store")
    assert told.code == 2
    assert "summaries.parquet was changed since it was written (delete the folder" in told.out
    assert "weerbaar study check small.store --mend" in told.err
    assert weerbaar("study", "resume", "small.store").code == 2
    mended = weerbaar("study", "check", "small.store", "--mend")
    assert mended.code == 0
    assert "Deleted: small.store" in mended.out
    assert "3 designs not played yet: weerbaar study resume small.store" in mended.out
    assert weerbaar("study", "resume", "small.store").code == 0
    assert weerbaar("study", "check", "small.store").out == sound.out


def test_a_cluster_that_is_lost_ends_with_130_and_says_how_to_go_on(here, monkeypatch):
    def lost(*_, **__):
        raise Halted("the scheduler at tcp://there:1 does not answer any more")

    monkeypatch.setattr("sim.experiments.studies.run.run_study", lost)
    said = weerbaar("study", "run", str(write_small(here)), "--cluster", "tcp://there:1")
    assert said.code == 130
    assert (
        "tcp://there:1 does not answer any more. What was done is kept. Go on with: weerbaar study resume" in said.err
    )
    assert "fault of Weerbaar" not in said.err


def test_an_interruption_ends_with_130_and_says_how_to_go_on(here, monkeypatch):
    from sim.experiments.studies import run

    real = run._Filling._tell
    calls = []

    def interrupt(self):
        real(self)
        calls.append(self.told)
        if len(calls) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(run._Filling, "_tell", interrupt)
        said = weerbaar("study", "run", str(write_small(here)), "--workers", "1")
    assert said.code == 130
    assert "what was done is kept. Go on with: weerbaar study resume small.store" in said.err
    again = weerbaar("study", "resume", "small.store")
    assert (again.code, again.out.split(",")[0]) == (0, "small: 24 of 24 designs played")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run", "nothing"], 'there is no study "nothing"'),
        (["run", "no-ransom"], 'there is no study "no-ransom"'),
        (["status", "uncertainty"], "there is no store of a study here"),
        (["run", "uncertainty", "--cluster", "here"], "is no cluster"),
        (["run", "who-pays-grid", "--designs", "5"], "has a size of its own"),
    ],
)
def test_bad_input_ends_with_two_in_a_sentence(here, words, told):
    said = weerbaar("study", *words)
    assert said.code == 2
    assert told in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_tables_are_written_out(here, filled, form):
    said = weerbaar("study", "export", filled, "--out", "out", "--format", form)
    assert [Path(line).name for line in said.out.splitlines()] == [f"{name}.{form}" for name in store.TABLES]
    path = here / "out" / f"futures.{form}"
    assert len(pd.read_csv(path) if form == "csv" else pd.read_parquet(path)) == 480


def test_long_work_says_how_far_it_is_where_there_is_no_terminal(monkeypatch, capsys):
    now = iter([100.0, 110.0, 140.0, 150.0, 400.0])
    monkeypatch.setattr("sim.cli.terminal.time", SimpleNamespace(monotonic=lambda: next(now)))
    with progress("Playing designs") as moved:
        for done in (10, 20, 50, 60, 3000):
            moved(done, 3000)
    assert capsys.readouterr().err == "Playing designs: 50 of 3,000, about 50 min to go\n"


def test_studies_are_listed_and_checked(project):
    assert re.search(r"(?m)^uncertainty +What we do not know", weerbaar("list", "studies").out)
    assert weerbaar("validate", str(project / "scenarios" / "studies")).out == "3 files, no problems\n"


# ---- questions ----


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["effects", "--outcome", "break_ins"], "Serious attempts to break in"),
        (["effects", "--against", "status-quo-2020", "--lang", "nl"], "Interventieteams"),
        (["heatmap", "--x", "attempts", "--y", "teams", "--bins", "3"], "Response teams"),
        (["losses", "--outcome", "cost_flanders_eur"], "It loses in 0 of 24 designs."),
    ],
)
def test_a_question_is_answered_in_a_table(filled, words, told):
    said = weerbaar("study", words[0], filled, *words[1:])
    assert (said.code, said.err) == (0, "")
    assert told in " ".join(said.out.split())


@pytest.fixture(scope="module")
def crossed_store(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("crossed")
    town = "world.municipalities=[{nis: 1, name: A, population: 9000}]"
    said = weerbaar("study", "run", "robust-policy", "--set", town, "--years", "1", "--replications", "4",
                    "--store", str(folder / "store"))  # fmt: skip
    assert said.code == 0, said.err
    return str(folder / "store")


@pytest.mark.parametrize("words", [["pareto"], ["regret"], ["best", "--budget", "1e9"]])
def test_policies_are_judged_in_tables_json_and_pictures(crossed_store, here, words):
    said = weerbaar("study", words[0], crossed_store, *words[1:], "--json", "out.json", "--picture", "out.html")
    assert (said.code, said.err) == (0, "")
    assert "Current" in said.out
    assert json.loads((here / "out.json").read_text(encoding="utf-8"))
    assert (here / "out.html").stat().st_size > 1_000_000
    bare = weerbaar("study", *words[:1], crossed_store, *words[1:], "--json")
    assert json.loads(bare.out) == json.loads((here / "out.json").read_text(encoding="utf-8"))


def test_a_picture_is_written_however_few_lines_of_the_table_are_read(filled, here, monkeypatch):
    def closed(*_):
        raise RuntimeError

    monkeypatch.setattr("sim.cli.terminal.show_table", closed)
    assert weerbaar("study", "effects", filled, "--picture", "out.html").code == 1
    assert (here / "out.html").is_file()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["effects", "--outcome", "cash"], "there is no outcome 'cash'"),
        (["effects", "--policy", "fifty-fity"], 'did you mean "fifty-fifty"?'),
        (["sobol"], "need design: sobol"),
        (["effects", "--picture", "effects.png"], "must end in .html"),
        (["heatmap", "--x", "atempts", "--y", "teams"], 'did you mean "attempts"?'),
        (["regret", "--outcome", "break_ins"], "no world has all candidates"),
        (["pareto", "--y", "cash_cost_eur:worst"], "there are mean, p95, cvar95"),
        (["effects", "--against", "fifty-fifty"], "fifty-fifty less itself is nothing"),
        (["heatmap", "--x", "teams", "--y", "response.teams"], "policy.response.teams stands on both sides"),
        (["effects", "--picture", "-"], "--picture: - must end in .html"),
        (["effects", "--picture", "effects.png"], "--picture: effects.png must end in .html"),
    ],
)
def test_a_question_that_cannot_be_answered_is_said_so(filled, words, told):
    said = weerbaar("study", words[0], filled, *words[1:])
    assert said.code == 2
    assert told in said.err


# ---- a search ------------------------------------------------------------------------------------------------------

SEARCH = ("study", "optimise", "fifty-fifty", "--world", "one-town", "--years", "1", "--replications", "4",
          "--over", "response.teams=1:3")  # fmt: skip


def test_the_best_values_stand_in_a_table_json_and_a_picture(here):
    said = weerbaar(*SEARCH, "--budget", "1e9", "--details", "--json", "out.json", "--picture", "out.html")
    assert (said.code, said.err) == (0, "")
    text = " ".join(said.out.split())
    assert "Response teams 4 1 1 1 to 3" in text
    assert "The best of 3 that were tried, judged in futures of one year that had no part in the search" in text
    assert "“Response teams”: what may be best reaches an end of what was searched" in text
    assert text.count("behind") == 2
    told = json.loads((here / "out.json").read_text(encoding="utf-8"))
    assert (told["world"], told["policy"], told["years"], told["limit"]) == ("one-town", "fifty-fifty", 1, 1e9)
    assert told["values"] == {"response.teams": 1}
    assert [one["values"] for one in told["trials"]] == [[1], [2], [3]]
    assert (here / "out.html").stat().st_size > 1_000_000
    assert json.loads(weerbaar(*SEARCH, "--budget", "1e9", "--json").out) == told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--over", "x", "--over", "ransom.approval_days=a:3"], "--over: x must be KEY=LOW:HIGH, such as"),
        (["--over", "x", "--over", "ransom.approval_days=a:3"], "--over: ransom.approval_days=a:3 must be"),
        (["--over", "response.teams=1:9"], "response.teams is named twice"),
        (["--over", "response.private_after=1:9"], 'did you mean "private_after_days"?'),
        (["--outcome", "cash"], 'there is no outcome "cash"; there are cash_cost_eur'),
        (["--budget", "1"], "nothing costs Flanders at most 1 euro a year; the least is"),
        (["--json", "nowhere/out.json"], "there is no folder nowhere"),
    ],
)
def test_a_search_that_cannot_be_is_said_so(here, words, told):
    said = weerbaar(*SEARCH, *words)
    assert (said.code, said.out) == (2, "")
    assert told in said.err


# ---- several worlds ------------------------------------------------------------------------------------------------

QUESTIONS = {
    "effects": (),
    "heatmap": ("--x", "attempts", "--y", "teams"),
    "pareto": (),
    "regret": (),
    "best": (),
    "losses": (),
    "sobol": (),
}


@pytest.fixture(scope="module")
def two_worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A store of a grid in two worlds, and one of Sobol's scheme for its question."""
    folder = tmp_path_factory.mktemp("two-worlds")
    other = folder / "other.yaml"
    world = sim.load_world("one-town").model_copy(update={"id": "other"})
    other.write_text(world_yaml(world), encoding="utf-8")
    stores = {}
    for name, design in (("grid", "design: grid\n"), ("sobol", "design: sobol\nsize: 2\n")):
        text = FILE.replace("[one-town]", "[one-town, other.yaml]")
        text = text.replace("design: latin_hypercube\nsize: 24\n", design).replace("id: small", f"id: {name}")
        if name == "grid":
            text = text.replace("{low: 5, high: 50}", "[5, 50]").replace("{low: 1, high: 6}", "[1, 6]")
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        stores[name] = str(folder / f"{name}.store")
        assert weerbaar("study", "run", str(folder / f"{name}.yaml"), "--store", stores[name]).code == 0
    return stores


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_about_several_worlds_asks_which_in_one_sentence(two_worlds, question):
    store = two_worlds["sobol" if question == "sobol" else "grid"]
    said = weerbaar("study", question, store, *QUESTIONS[question])
    assert (said.code, said.out) == (2, "")
    assert said.err.count("\n") == 1
    assert "this study has 2 worlds, and an answer is about one of them: one-town, other" in said.err
    assert "--world ID" in said.err


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_answered_for_the_world_that_is_named(two_worlds, here, question):
    store = two_worlds["sobol" if question == "sobol" else "grid"]
    ask = ("study", question, store, *QUESTIONS[question], "--world")
    said = weerbaar(*ask, "other", "--picture", "picture.html")
    assert (said.code, said.err) == (0, "")
    assert "In the world “One municipality (for teaching)” alone." in " ".join(said.out.split())
    assert (here / "picture.html").is_file()
    assert json.loads(weerbaar(*ask, "one-town", "--json", "-").out)["world"] == "one-town"
    wrong = weerbaar(*ask, "othr")
    assert wrong.code == 2
    assert 'did you mean "other"?' in wrong.err
