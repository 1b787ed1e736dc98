"""Studies: the same store whoever fills it, whatever stops it, and never anything half."""

from __future__ import annotations

import contextlib
import errno
import json
import multiprocessing
import os
import pickle
import shutil
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import sim
from sim.experiments import replicate
from sim.experiments.studies import cluster, play, run, store, workers
from sim.experiments.studies.designs import APART, Designs
from sim.experiments.studies.run import run_study
from sim.experiments.studies.store import Store, StoreFull, filling
from sim.model.problems import Halted, InputError
from tests.studies import PAIR, StrangeToOthers, crossed, play_but_die_of_five, small, write_small


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The study that every other way of playing it must give again."""
    return run_study(small(), tmp_path_factory.mktemp("whole") / "store", workers=2)


@pytest.fixture
def many_parts(monkeypatch):
    """Every task is written at once."""
    monkeypatch.setattr(run, "PART_FUTURES", 1)


# ---- what it holds ----


def test_a_design_holds_what_a_comparison_gives(whole):
    designs, number = whole.store.designs, 5
    world, policies = designs.world(number), designs.policies(number)
    same = sim.compare(world, policies, replications=10, seed=2026)
    futures = whole.futures()
    mine = futures[futures["design"] == number]
    theirs = same.futures()
    assert mine["policy"].tolist() == theirs["policy"].tolist()
    assert (mine["cash_cost_eur"].to_numpy() == theirs["cash_cost_eur"].to_numpy(dtype=np.float32)).all()
    assert [f"{one:016x}" for one in mine["ledger_hash"]] == theirs["ledger_hash"].tolist()
    assert whole.points.loc[number, "tape_hash"] == same.tape_hash
    rows = whole.summaries().set_index(["design", "policy", "outcome"]).loc[number]
    for policy in PAIR:
        row, estimate = rows.loc[(policy, "cash_cost_eur")], same.estimate(policy, "cash_cost_eur")
        assert (row["mean"], row["lo"], row["hi"]) == (estimate.mean, *estimate.ci95)
        assert (row["median"], row["p95"], row["cvar95"]) == (estimate.median, estimate.p95, estimate.cvar95)
    gap = same.difference(PAIR[1], "cash_cost_eur")
    row = rows.loc[(PAIR[1], "cash_cost_eur")]
    assert (row["difference"], row["difference_lo"], row["difference_hi"]) == (gap.mean, *gap.ci95)
    assert (row["share_lower"], row["share_equal"], row["share_higher"]) == gap.shares
    assert np.isnan(rows.loc[(PAIR[0], "cash_cost_eur"), "difference"])


def test_tables_have_a_row_for_each(whole):
    assert len(whole.designs()) == 24
    assert len(whole.summaries()) == 24 * 2 * 3
    assert len(whole.futures()) == 24 * 2 * 10
    assert whole.futures()["cash_cost_eur"].dtype == np.float32
    assert whole.is_complete
    assert whole.failed == 0
    values = whole.values("break_ins", "fifty-fifty")
    table = whole.futures()
    mine = table[(table["design"] == 3) & (table["policy"] == "fifty-fifty")]
    assert values[3].tolist() == mine["break_ins"].tolist()


def test_views_answer_in_sql(whole):
    pytest.importorskip("duckdb")
    with whole.sql() as connection:
        (count,) = connection.execute("select count(*) from futures join designs using (design)").fetchone()
    assert count == 480


def test_futures_are_added_until_the_difference_is_known():
    def half_widths(found):
        rows = found.summaries()
        gaps = rows[(rows["policy"] == "fifty-fifty") & (rows["outcome"] == "cost_flanders_eur")].set_index("design")
        return (gaps["difference_hi"] - gaps["difference_lo"]) / 2

    goal = float(half_widths(run_study(small(size=8))).median())
    wanted = {"at_least": 10, "at_most": 120, "half_width": goal, "outcome": "cost_flanders_eur"}
    found = run_study(small(replications=wanted, size=8))
    counts = found.points["replications"]
    assert ((half_widths(found) <= goal) | (counts == 120)).all()
    assert counts.nunique() > 1
    assert set(counts) <= {10, 25, 50, 75, 100, 120}
    fixed = run_study(small(replications=120, size=8)).values("cash_cost_eur")
    number = int(counts.index[counts == counts.min()][0])
    assert found.values("cash_cost_eur").shape == (8, counts.min())
    assert found.values("cash_cost_eur")[number].tolist() == fixed[number, : counts.min()].tolist()


def test_the_baseline_is_played_once_in_a_world(monkeypatch):
    asked = []
    real = play.chunk_player
    monkeypatch.setattr(play, "chunk_player", lambda world, policy, *more: asked.append(policy.id) or
                        real(world, policy, *more))  # fmt: skip
    baseline, other = (sim.load_policy(name) for name in PAIR)
    run_study(crossed({"policy.response.teams": [1, 2, 3]}, policies=[other], baseline=baseline), workers=1)
    assert sorted(asked) == [PAIR[1]] * 3 + [PAIR[0]]


# ---- who fills it ----


def test_threads_processes_and_engines_give_the_same_store(whole, tmp_path, many_parts):
    one = run_study(small(), tmp_path / "threads", workers=1)
    assert one.store.digest() == whole.store.digest()
    assert len(one.store.parts()) > len(whole.store.parts())
    assert run_study(small(), tmp_path / "processes", pool="processes", workers=1).store.digest() == one.store.digest()


def test_a_worker_that_is_killed_is_replaced_and_nothing_is_lost(whole, tmp_path):
    seen: list[int] = []

    def kill_the_first(done: int, of: int) -> None:
        (worker,) = multiprocessing.active_children()
        if not seen:
            worker.kill()
        seen.append(worker.pid)

    found = run_study(small(), tmp_path / "store", pool="processes", workers=1, progress=kill_the_first)
    assert len(set(seen)) == 2
    assert found.is_complete
    assert found.failed == 0
    assert found.store.digest() == whole.store.digest()
    assert multiprocessing.active_children() == []


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_design_of_which_workers_die_is_a_row_and_the_others_are_played(whole, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "play_packed", play_but_die_of_five)
    found = run_study(small(), tmp_path / "store", pool="processes", workers=1)
    assert found.is_complete
    assert found.failed == 1
    row = found.designs().set_index("design").loc[5]
    assert "died 2 times (by SIGKILL)" in row["error"]
    assert row["seed"] == 2026
    rest = [number for number in range(24) if number != 5]
    assert (found.values("cash_cost_eur") == whole.values("cash_cost_eur")[rest]).all()


@pytest.mark.parametrize("text", ["{", "[]", "3", "{}", '{"store": 1}'])
def test_a_manifest_that_is_none_is_said_so(text, tmp_path):
    (tmp_path / store.MANIFEST).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"its manifest.json cannot be read: .* \(delete the folder"):
        Store.opened(tmp_path)


def test_a_store_without_its_parts_is_filled_again(tmp_path):
    few = small(size=2, replications=2)
    whole = run_study(few, tmp_path / "store").store
    digest = whole.digest()
    shutil.rmtree(tmp_path / "store" / "parts")
    assert whole.done() == {}
    assert run_study(few, tmp_path / "store").store.digest() == digest


def test_a_factor_of_numbers_and_words_is_kept_as_words(tmp_path):
    found = run_study(crossed({"policy.response.teams": [2, "unlimited"]}, replications=2), tmp_path / "store")
    assert found.points["policy.response.teams"].tolist() == ["2", "unlimited"]


class Mortal(Exception):
    """Workers died of a task."""


@contextlib.contextmanager
def threads_that_are_a_cluster(_):
    with ThreadPoolExecutor(2) as pool:
        yield SimpleNamespace(submit=pool.submit, cores=2, died=Mortal, lost=(), check=lambda is_lost: None)


def test_a_design_of_which_the_workers_of_a_cluster_die_is_a_row(whole, tmp_path, monkeypatch):
    def die_of_five(content, numbers, *more):
        if 5 in numbers:
            raise Mortal
        return play.play_for(content, numbers, *more)

    monkeypatch.setattr("sim.experiments.studies.cluster.cluster_of", threads_that_are_a_cluster)
    monkeypatch.setattr(run, "play_for", die_of_five)
    found = run_study(small(), tmp_path / "store", cluster="local:2")
    assert (found.is_complete, found.failed) == (True, 1)
    assert "the workers that played it died" in found.designs().set_index("design").loc[5]["error"]
    rest = [number for number in range(24) if number != 5]
    assert (found.values("cash_cost_eur") == whole.values("cash_cost_eur")[rest]).all()


@pytest.mark.skipif(os.name != "posix", reason="elsewhere it cannot be held back")
def test_ctrl_c_that_comes_while_processes_begin_is_heard_after():
    begun = []

    def begin():
        with replicate.interrupts_held():
            signal.raise_signal(signal.SIGINT)
            begun.append("all of it")

    with pytest.raises(KeyboardInterrupt):
        begin()
    assert begun
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_before_the_first_design_keeps_what_was_done(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "_pool", interrupted)
    found = run_study(small(), tmp_path / "store")
    assert found.interrupted
    assert found.store.missing() == list(range(24))


def test_workers_that_cannot_begin_are_said_so(monkeypatch):
    monkeypatch.setattr(workers, "STARTS", 1)
    crew = workers.Crew(1, StrangeToOthers(), print)
    with contextlib.closing(crew), pytest.raises(RuntimeError, match=r"no process can begin to play \(exit code 1\)"):
        crew.submit((1,), {}).result()


def test_the_reference_engine_gives_the_same_store():
    few = small(size=2, replications=2)
    assert run_study(few, engine="reference", pool="threads").store.digest() == run_study(few).store.digest()


def test_another_future_is_another_store(whole):
    assert run_study(small(seed=7)).store.digest() != whole.store.digest()


@pytest.mark.long
def test_a_dask_cluster_that_loses_a_worker_gives_the_same_store(tmp_path, many_parts):
    pytest.importorskip("distributed")
    import psutil

    many = small(size=96, replications=200)
    killed = []

    def kill_one(done: int, of: int) -> None:
        for child in psutil.Process().children(recursive=True) if not killed else ():
            if "spawn_main" in " ".join(child.cmdline()):
                child.kill()
                killed.append(child.pid)
                return

    found = run_study(many, tmp_path / "cluster", cluster="local:2", progress=kill_one)
    assert killed
    assert found.store.digest() == run_study(many, tmp_path / "here").store.digest()


def test_a_dask_cluster_gives_the_same_store(whole, tmp_path):
    pytest.importorskip("distributed")
    assert run_study(small(), tmp_path / "store", cluster="local:1").store.digest() == whole.store.digest()


def test_a_scheduler_that_dies_ends_the_study_with_what_was_done(whole, tmp_path, monkeypatch):
    calls = []

    @contextlib.contextmanager
    def dying(_):
        def submit(work, *words):
            calls.append(words)
            task = Future()
            if len(calls) > 3:
                task.set_exception(CancelledError())
            else:
                task.set_result(work(*words))
            return task

        def check(is_lost):
            if is_lost:
                raise Halted("the scheduler does not answer any more")

        yield SimpleNamespace(submit=submit, cores=1, died=Mortal, lost=(CancelledError,), check=check)

    with monkeypatch.context() as patch:
        patch.setattr("sim.experiments.studies.cluster.cluster_of", dying)
        with pytest.raises(Halted, match="does not answer any more"):
            run_study(small(), tmp_path / "store", cluster="local:2")
    assert 0 < len(Store.opened(tmp_path / "store").done()) < 24
    assert run_study(small(), tmp_path / "store").store.digest() == whole.store.digest()


def test_workers_without_weerbaar_or_with_another_version_are_told():
    cluster._check_versions({"tcp://a": sim.__version__})
    with pytest.raises(InputError) as told:
        cluster._check_versions({"tcp://a": "0.0.9", "tcp://b": ModuleNotFoundError("No module named 'sim'")})
    assert "the worker at tcp://a has Weerbaar 0.0.9" in str(told.value)
    assert "the worker at tcp://b has no Weerbaar that can be used (No module named 'sim')" in str(told.value)


def test_a_study_of_another_version_is_a_sentence_that_comes_whole_from_a_worker(monkeypatch):
    monkeypatch.setattr(play, "MODEL_VERSION", "0.0.9")
    content = play.packed(small())
    monkeypatch.undo()
    with pytest.raises(InputError, match=r"the study comes from 0\.0\.9 \(install the same version") as told:
        play.play_packed(content, (0,), "compiled")
    again = pickle.loads(pickle.dumps(told.value))
    assert again.problems == told.value.problems


def test_who_is_no_scheduler_and_stays_silent_is_said_so(tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("sim.experiments.studies.cluster.PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(InputError, match=f"nobody answers at {address}"):
            run_study(small(), tmp_path / "store", cluster=address)


@pytest.mark.parametrize("address", ["local:0", "nonsense", "tcp://127.0.0.1:9"])
def test_a_cluster_that_is_none_is_said_so(address, tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("sim.experiments.studies.cluster.PATIENCE", 1)
    with pytest.raises(InputError, match=r"no-cluster"):
        run_study(small(), tmp_path / "store", cluster=address)


# ---- what stops it ----


def interrupted_after(folder: Path, designs: int) -> run.Studied:
    """Return what is there of the study after Ctrl+C, once so many designs were done."""

    def stop(done: int, of: int) -> None:
        if done >= designs:
            raise KeyboardInterrupt

    return run_study(small(), folder, workers=1, progress=stop)


def test_what_was_done_is_kept_and_not_played_again(whole, tmp_path, monkeypatch):
    found = interrupted_after(tmp_path / "store", 8)
    assert found.interrupted
    kept = sorted(found.store.done())
    assert 8 <= len(kept) < 24
    played = []
    real = play.Player._play
    monkeypatch.setattr(play.Player, "_play", lambda self, number: played.append(number) or real(self, number))
    again = run_study(small(), tmp_path / "store")
    assert sorted(played) == [number for number in range(24) if number not in kept]
    assert again.store.digest() == whole.store.digest()
    assert run_study(small(), tmp_path / "store").is_complete
    assert len(played) == 24 - len(kept)


SLOWLY = """
import sys
from pathlib import Path
from types import SimpleNamespace
from sim.experiments.studies import run as study
from sim.model.files.load import load_study
study.PART_FUTURES = 1
if __name__ == "__main__":
    study.run_study(load_study(Path(sys.argv[1])), sys.argv[2], pool=sys.argv[3], workers=1)
"""


@pytest.mark.parametrize("pool", ["threads", pytest.param("processes", marks=pytest.mark.long)])
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_process_that_is_killed_leaves_a_store_that_goes_on(pool, tmp_path):
    folder, file = tmp_path / "store", write_small(tmp_path)
    file.write_text(file.read_text(encoding="utf-8").replace("size: 24", "size: 100").replace("years: 2", "years: 20"))
    script = tmp_path / "slowly.py"
    script.write_text(SLOWLY, encoding="utf-8")
    child = subprocess.Popen([sys.executable, str(script), str(file), str(folder), pool], start_new_session=True,
                             env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)})  # fmt: skip
    try:
        until = time.monotonic() + 120
        while len(list(folder.glob("parts/[0-9]*"))) < 3 and child.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    many = sim.load_study(file)
    left = Store.opened(folder)
    assert len(left.parts()) >= 3
    assert 0 < len(left.done()) < 100
    again = run_study(many, folder)
    assert again.is_complete
    assert again.store.digest() == run_study(many).store.digest()


def test_a_full_disk_leaves_a_store_that_goes_on(whole, tmp_path, monkeypatch, many_parts):
    real, written = store._write, []

    def until_full(path: Path, content: bytes) -> None:
        written.append(path)
        if len(written) > 13:  # five files of the store, two parts of four, and one file of the next
            real(path, content[:10])
            raise OSError(errno.ENOSPC, "No space left on device")
        real(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(store, "_write", until_full)
        with pytest.raises(StoreFull, match="is full"):
            run_study(small(), tmp_path / "store", workers=1)
    left = Store.opened(tmp_path / "store")
    assert len(left.done()) == 2 * APART
    assert [path for path in (left.folder / "parts").iterdir() if path.name.startswith(".")] == []
    assert run_study(small(), tmp_path / "store").store.digest() == whole.store.digest()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_disk_that_is_really_full(tmp_path, many_parts):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160k", "tmpfs", str(disk)], check=False).returncode:
        pytest.skip("this root may not mount")
    try:
        many = small(size=48, replications=60)
        with pytest.raises(StoreFull, match="is full"):
            run_study(many, disk / "store")
        left = Store.opened(disk / "store")
        assert 0 < len(left.done()) < 48
        subprocess.run(["mount", "-o", "remount,size=20m", str(disk)], check=True)
        assert run_study(many, disk / "store").store.digest() == run_study(many).store.digest()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_design_that_fails_is_a_row_and_the_study_goes_on():
    """Each value is possible by itself, and two of them are not together."""
    found = run_study(crossed({"world.break_in.today": [0.2, 0.75], "world.measures.identity.risk_ratio": [0.5, 0.1]}))
    rows = found.designs()
    assert found.failed == 1
    assert found.is_complete
    (failed,) = rows.index[rows["error"].notna() & (rows["error"] != "")]
    assert "over 100 % of attempts would succeed" in rows.loc[failed, "error"]
    assert rows.loc[failed, "seed"] == 2026
    assert rows.loc[failed, "replications"] == 0
    rest = sorted({0, 1, 2, 3} - {failed})
    assert sorted(found.points.index) == rest
    assert set(found.futures()["design"]) == set(rest)
    assert found.values("break_ins").shape == (3, 10)


# ---- whose it is ----


def test_two_cannot_fill_one_store(tmp_path):
    with filling(tmp_path / "store", small()) as held:
        with pytest.raises(InputError, match=rf"being filled by process {os.getpid()}"):
            run_study(small(), tmp_path / "store")
        assert held.done() == {}
    assert run_study(small(), tmp_path / "store").is_complete


def test_another_study_or_model_is_refused_with_what_to_do(whole, tmp_path, monkeypatch):
    folder = tmp_path / "store"
    run_study(small(size=2), folder)
    with pytest.raises(InputError, match=r"holds another study .*weerbaar study resume"):
        run_study(small(size=3), folder)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["model_version"] == sim.__version__
    assert manifest["seed"] == 2026
    assert {"python", "numpy", "scipy"} <= set(manifest["versions"])
    (folder / "manifest.json").write_text(json.dumps(manifest | {"model_version": "0.0.9"}), encoding="utf-8")
    with pytest.raises(InputError, match=r"made by Weerbaar 0\.0\.9.*delete the folder .*--store"):
        run_study(small(size=2), folder)
    (folder / "manifest.json").write_text(json.dumps(manifest | {"design_digest": "0"}), encoding="utf-8")
    with pytest.raises(InputError, match="drawn, otherwise"):
        run_study(small(size=2), folder)


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.docx").write_text("years of work", encoding="utf-8")
    with pytest.raises(InputError, match="is no store of a study"):
        run_study(small(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]
    with pytest.raises(InputError, match="no store of a study here"):
        Store.opened(tmp_path)


def test_a_part_that_is_damaged_is_named(tmp_path):
    found = run_study(small(size=2), tmp_path / "store")
    (part,) = found.store.parts()
    (part / "designs.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"delete the folder .* and resume"):
        Store.opened(tmp_path / "store").done()


# ---- written out ----


@pytest.mark.parametrize("form", ["csv", "parquet", "excel"])
def test_a_store_is_written_out(whole, tmp_path, form):
    from sim.experiments.studies.export import export

    if form == "excel":
        pytest.importorskip("openpyxl")
        (path,) = export(whole.store, tmp_path, form)
        read = pd.read_excel(path, sheet_name=None)
        assert {name: len(frame) for name, frame in read.items()} == {"designs": 24, "summaries": 144, "futures": 480}
        return
    for path in export(whole.store, tmp_path / "out", form):
        frame = pd.read_csv(path) if form == "csv" else pd.read_parquet(path)
        mine = getattr(whole, path.stem)()
        pd.testing.assert_frame_equal(frame, mine, check_dtype=False, check_categorical=False, rtol=1e-6)


def test_designs_need_no_work_to_be_counted():
    assert len(Designs(small(size=100_000))) == 100_000
