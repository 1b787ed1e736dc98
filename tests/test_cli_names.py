"""Names on the command line: of files where folders are made, of outcomes, of policies, of folders to check."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import PAIR, weerbaar

import sim
from sim.model.files.folders import scenario_files
from sim.model.problems import nearest
from tests.studies import crossed

RUN = ("run", PAIR[0], "--world", "one-town", "--years", "1", "--replications", "1", "--quick")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("played") / "store"
    moved = {"world.threat.attempts": {"values": [5.0, 50.0]}, "policy.response.teams": {"values": [1, 2]}}
    sim.run_study(crossed(moved, replications=4), folder)
    return str(folder)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*RUN, "--report", "out.pdf"), "--report: out.pdf looks like a file, and this makes a folder of that name; "
                                        "write --report out"),
        ((*RUN, "--report", "sub/Out.HTML"), "write --report sub/Out"),
        ((*RUN, "--tables", "x.csv"), "--tables: x.csv looks like a file"),
        (("study", "run", "who-pays-grid", "--store", "x.parquet"), "--store: x.parquet looks like a file"),
        (("study", "export", "nothing", "--out", "x.xlsx"), "--out: x.xlsx looks like a file"),
        ((*RUN, "--json", "x.csv"), "--json: x.csv must end in .json; what is written is JSON"),
        (("list", "--json", "x.yaml"), "--json: x.yaml must end in .json"),
        (("list", "--json", "nowhere/"), "--json: nowhere/ is a folder; give the name of a file"),
        (("list", "--json", "."), "--json: . is a folder"),
        (("trace", PAIR[0], "--out", "x.pdf"), "--out: x.pdf must end in .csv or .parquet"),
        (("trace", PAIR[0], "--out", "x"), "--out: x must end in .csv or .parquet"),
    ],
)  # fmt: skip
def test_a_name_says_whether_it_is_that_of_a_file_or_of_a_folder(
    words: tuple[str, ...], said: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = weerbaar(*words)
    assert result.code == 2
    assert said in result.err
    assert list(here.iterdir()) == []


def test_a_folder_that_is_there_may_have_any_name(here: Path) -> None:
    (here / "v1.pdf").mkdir()
    assert weerbaar(*RUN, "--report", "v1.pdf", "--json", "answer").code == 0
    assert (here / "v1.pdf" / "index.html").is_file()
    assert (here / "answer").is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("effects", "--outcome", "cash"), 'did you mean "cash_cost_eur"?'),
        (("best", "--outcome", "flanders"), 'did you mean "cost_flanders_eur"?'),
        (("effects", "--policy", "fifty-fifty.yaml"), "name it by its id: fifty-fifty"),
        (("effects", "--policy", "sub/fifty-fity.yaml"), 'did you mean "fifty-fifty"?'),
        (("losses", "--against", "plan.yaml"), "name it by its id: status-quo-2020"),
        (("effects", "--policy", "zzz.yaml"), "there are status-quo-2020, fifty-fifty"),
    ],
)
def test_a_study_suggests_what_it_has(words: tuple[str, ...], said: str, played: str, here: Path) -> None:
    (here / "plan.yaml").write_text("id: status-quo-2020\ntitle: Plan\n", encoding="utf-8")
    result = weerbaar("study", words[0], played, *words[1:])
    assert result.code == 2
    assert said in result.err


def test_a_part_of_a_word_is_near_it_only_where_nothing_is_nearer() -> None:
    assert nearest("cash", ["cash_cost_eur", "cost_eur"]) == "cash_cost_eur"
    assert nearest("cash", ["cash_cost_eur", "cashes"]) == "cashes"
    assert nearest("eu", ["cash_cost_eur"]) is None
    assert nearest("ash", ["cash_cost_eur"]) is None


# ---- files whose kind is not plain, and folders of them


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id: x\ntitle: X\nrespones:\n  teams: 4\n", 'unknown key "respones" in a policy'),
        ("id: x\ntitle: X\ncost-splits: {}\n", 'did you mean "cost_split"?'),
        ("id: x\ntitle: X\nmunicipalites: a.csv\n", 'unknown key "municipalites" in a world'),
        ("id: x\ntitle: X\nworld: []\npolicys: []\nfactor: {}\n", "in a study"),
    ],
)
def test_a_file_whose_only_group_is_misspelt_gets_its_nearest_key(text: str, said: str, here: Path) -> None:
    (here / "mine.yaml").write_text(text, encoding="utf-8")
    result = weerbaar("validate", "mine.yaml")
    assert result.code == 2
    assert said in result.out


def test_a_file_that_is_near_nothing_keeps_its_sentence(here: Path) -> None:
    (here / "mine.yaml").write_text("id: x\ntitle: X\nqqqq: 1\nwwww: 2\n", encoding="utf-8")
    assert "is neither clearly a world nor clearly a policy" in weerbaar("validate", "mine.yaml").out


def test_copies_in_stores_and_hidden_folders_are_left_out(here: Path, played: str) -> None:
    text = "id: mine\ntitle: Mine\nransom: {rule: never}\n"
    for folder in (".", "below", "below/.hidden", "below/kept.store/policies", ".venv/lib"):
        (here / folder).mkdir(parents=True, exist_ok=True)
        (here / folder / "mine.yaml").write_text(text.replace("mine", f"mine{len(folder)}"), encoding="utf-8")
    (here / "below/kept.store/manifest.json").write_text("{}", encoding="utf-8")
    said = weerbaar("validate", ".")
    assert (said.code, said.out) == (0, "2 files, no problems (3 folders left out: stores of studies, or hidden)\n")
    named = weerbaar("validate", "below/kept.store", "below/.hidden")
    assert (named.code, named.out) == (0, "2 files, no problems\n")
    assert scenario_files(Path(played).parent).left_out == 1
