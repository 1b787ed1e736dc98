"""A store that is not what was written says so, and what to do; a study that is killed loses seconds."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.experiments.studies import play as playing
from sim.experiments.studies import run
from sim.experiments.studies.parts import SEAL, sealed
from sim.experiments.studies.results import load_results
from sim.experiments.studies.run import run_study
from sim.experiments.studies.store import MANIFEST, Store, mended, verified
from sim.model.problems import InputError
from tests.studies import PAIR, crossed, small, write_small

FEW = {"size": 6, "replications": 4, "years": 1}


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A store of three parts, and its hash."""
    folder = tmp_path_factory.mktemp("filled") / "store"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "PART_FUTURES", 1)
        found = run_study(small(**FEW), folder, workers=1)
    assert len(found.store.parts()) == 3
    return folder, found.store.digest()


@pytest.fixture
def copied(filled, tmp_path):
    return Path(shutil.copytree(filled[0], tmp_path / "store"))


def read_all(folder: Path) -> str:
    """Return the hash of what a store holds, and read it as a user does."""
    found = load_results(folder)
    assert found.designs() is not None
    return found.store.digest()


# ---- bits ----


def flipped(folder: Path, times: int) -> list[str]:
    """Flip single bits of a store at random, one at a time; return those that went unseen."""
    digest, dice = read_all(folder), random.Random(2026)
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)
    unseen = []
    for _ in range(times):
        (path,) = dice.choices(files, weights=[one.stat().st_size for one in files])
        content = path.read_bytes()
        place, bit = dice.randrange(len(content)), dice.randrange(8)
        path.write_bytes(content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :])
        with contextlib.suppress(InputError):
            same = read_all(folder) == digest and not verified(Store.opened(folder))
            unseen.append(f"{path.name}: bit {bit} of byte {place}: {'as before' if same else 'another hash'}")
        path.write_bytes(content)
    return unseen


def test_no_flipped_bit_goes_unseen(copied):
    assert flipped(copied, 60) == []


@pytest.mark.long
def test_none_of_five_hundred_flipped_bits_goes_unseen(copied):
    assert flipped(copied, 500) == []


def test_every_byte_of_manifest_and_seal_counts(copied):
    for path in (copied / MANIFEST, copied / "parts" / "0000002" / SEAL):
        content = path.read_bytes()
        for place in range(0, len(content), 7):
            path.write_bytes(content[:place] + bytes([content[place] ^ 32]) + content[place + 1 :])
            with pytest.raises(InputError):
                read_all(copied)
        path.write_bytes(content)


# ---- parts ----


def test_a_damaged_part_is_told_deleted_and_played_again(filled, copied):
    path = copied / "parts" / "0000002" / "futures.parquet"
    content = path.read_bytes()
    path.write_bytes(content[:200] + bytes([content[200] ^ 1]) + content[201:])
    with pytest.raises(InputError, match=r"0000002: .* was changed since it was written \(delete the folder .* resume"):
        run_study(small(**FEW), copied)
    (fault,) = verified(Store.opened(copied))
    assert fault.file.endswith("0000002")
    assert [gone.name for gone in mended(Store.opened(copied))] == ["0000002"]
    assert Store.opened(copied).missing() == [2, 3]
    assert run_study(small(**FEW), copied).store.digest() == filled[1]


@pytest.mark.parametrize("name", ["0000002 (copy)", "0000009"])
def test_a_copied_part_is_not_counted_twice(copied, name):
    shutil.copytree(copied / "parts" / "0000002", copied / "parts" / name)
    with pytest.raises(InputError, match="was renamed or copied: it was written as 0000002"):
        Store.opened(copied).done()
    mended(Store.opened(copied))
    assert len(Store.opened(copied).done()) == 6


def test_parts_that_hold_the_same_designs_are_told(copied):
    store = Store.opened(copied)
    player = playing.Player(store.designs, "compiled")
    store.write(list(player.play([1, 3])))
    with pytest.raises(InputError, match=r"holds design 1, which 0000000 holds too"):
        store.done()


def test_swapped_parts_are_told(copied):
    one, other, aside = (copied / "parts" / name for name in ("0000000", "0000002", "aside"))
    one.rename(aside)
    other.rename(one)
    aside.rename(other)
    with pytest.raises(InputError) as told:
        read_all(copied)
    assert str(told.value).count("was renamed or copied") == 2


def test_swapped_tables_are_told(copied):
    one, other = (copied / "parts" / name / "summaries.parquet" for name in ("0000000", "0000002"))
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
    assert len(verified(Store.opened(copied))) == 2
    with pytest.raises(InputError, match=r"summaries\.parquet was changed since it was written"):
        read_all(copied)


@pytest.mark.parametrize("name", [SEAL, "designs.parquet", "futures.parquet"])
def test_a_part_without_one_of_its_files_is_told(copied, name):
    (copied / "parts" / "0000004" / name).unlink()
    with pytest.raises(InputError, match="0000004"):
        read_all(copied)


@pytest.mark.parametrize("other", [{"seed": 7}, {"years": 2}])
def test_parts_of_another_study_do_not_pass_when_the_manifest_is_gone(filled, copied, other):
    before = (copied / "study.yaml").read_bytes()
    (copied / MANIFEST).unlink()
    with pytest.raises(InputError, match=r"its manifest.json is gone: weerbaar study run STUDY --store"):
        Store.opened(copied)
    with pytest.raises(InputError, match="belongs to another study"):
        run_study(small(**FEW | other), copied)
    assert (copied / "study.yaml").read_bytes() == before
    assert run_study(small(**FEW), copied).store.digest() == filled[1]


def test_what_systems_leave_in_folders_is_no_fault(filled, copied):
    part = copied / "parts" / "0000002"
    for folder in (copied, copied / "parts", part):
        for name in (".DS_Store", "Thumbs.db", "desktop.ini", "._seal.json"):
            (folder / name).write_bytes(b"\0\1")
        (folder / "@eaDir").mkdir()
    assert read_all(copied) == filled[1]
    assert verified(Store.opened(copied)) == []
    assert run_study(small(**FEW), copied).is_complete


def test_a_folder_with_such_a_file_takes_a_study(tmp_path):
    (tmp_path / ".DS_Store").write_bytes(b"\0")
    assert run_study(small(size=1, replications=1, years=1), tmp_path).is_complete


# ---- the manifest, and what stands beside it ----


@pytest.mark.parametrize("text", ["[" * 100_000, '{"store":' * 100_000, "\udcff", '{"store": ' + "9" * 5_000 + "}"])
def test_a_manifest_that_no_one_can_read_is_a_sentence(copied, text):
    (copied / MANIFEST).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match=r"manifest.json cannot be read|a form that this version does not read"):
        Store.opened(copied)


def test_a_seal_that_no_one_can_read_is_a_sentence(copied):
    (copied / "parts" / "0000002" / SEAL).write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(InputError, match=r"its seal.json cannot be read: its brackets go too deep"):
        Store.opened(copied).done()


@pytest.mark.parametrize("name", ["study.yaml", "world-1.yaml", "policy-1.yaml"])
def test_a_file_of_the_study_that_was_changed_is_told(copied, name):
    path = copied / name if (copied / name).exists() else next(copied.glob(f"{name.partition('-')[0]}-*.yaml"))
    path.write_text(path.read_text(encoding="utf-8") + "\n# a note\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"was changed or lost since the study was begun \(delete .*keeps its parts"):
        Store.opened(copied)


def test_deleting_the_manifest_and_running_again_mends_it(filled, copied):
    (copied / "study.yaml").write_text("id: [", encoding="utf-8")
    (copied / MANIFEST).unlink()
    assert run_study(small(**FEW), copied).store.digest() == filled[1]


def test_a_store_of_the_first_form_is_refused_in_a_sentence(copied):
    manifest = json.loads((copied / MANIFEST).read_text(encoding="utf-8"))
    (copied / MANIFEST).write_text(json.dumps(manifest | {"store": 1}), encoding="utf-8")
    with pytest.raises(
        InputError, match=r"a form that this version does not read: without checksums.*delete the folder"
    ):
        Store.opened(copied)


def test_other_facts_of_a_manifest_do_not_change_unseen(copied):
    manifest = json.loads((copied / MANIFEST).read_text(encoding="utf-8"))
    (copied / MANIFEST).write_bytes(json.dumps(manifest | {"seed": 7}).encode())
    with pytest.raises(InputError, match=r"manifest.json was changed since it was written"):
        Store.opened(copied)
    (copied / MANIFEST).write_bytes(sealed(manifest))
    assert Store.opened(copied).done()


# ---- what is lost ----


def long_design(**more):
    """A design of which a policy takes some hundred steps."""
    return small(**{"size": 1, "replications": 400, "years": 2} | more)


def test_the_futures_of_a_design_that_is_not_done_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(playing, "TOLD", 0.0)
    monkeypatch.setattr(run, "PART_SECONDS", 0.0)
    monkeypatch.setattr(run, "LOOK", 0.01)
    played: list[int] = []
    real = playing.Line.add

    def halt(line, piece):
        real(line, piece)
        played.append(len(piece))
        if len(played) == 12:
            time.sleep(0.2)
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.2)

    with monkeypatch.context() as patch:
        patch.setattr(playing.Line, "add", halt)
        left = run_study(long_design(), tmp_path / "store", workers=1)
    assert left.interrupted
    assert left.store.done() == {}
    kept = sum(len(one) for one in left.store.begun.known()[0])
    assert kept >= 12 * 25
    assert list(left.store.begun.damaged()) == []
    again = []
    real_play = playing.chunk_player

    def counting(*words):
        play = real_play(*words)
        return lambda chunk: again.extend(chunk) or play(chunk)

    monkeypatch.setattr(playing, "chunk_player", counting)
    whole = run_study(long_design(), tmp_path / "store", workers=1)
    assert len(again) == 800 - kept
    assert whole.store.begun.files() == []
    assert whole.store.digest() == run_study(long_design(), tmp_path / "other").store.digest()


def test_futures_that_were_damaged_are_told_and_played_again(tmp_path):
    few = small(size=1, replications=50)
    with run.filling(tmp_path / "store", few) as held:
        player = playing.Player(held.designs, "compiled")
        (line, _) = player._lines_of(0)
        line.upto(50, lambda: None)
        held.keep([line.since(0, 25), line.since(25, 50)])
        held.keep([line.since(25, 50)])
        assert [len(piece) for piece in held.begun.known()[0]] == [25, 25, 25]
    first = held.begun.files()[0]
    content = first.read_bytes()
    first.write_bytes(content[:-9] + bytes([content[-9] ^ 4]) + content[-8:])
    (fault,) = verified(Store.opened(tmp_path / "store"))
    assert fault.file == str(first)
    other = held.begun.files()[1]
    other.rename(other.with_name("0000003.0000000"))
    assert len(verified(Store.opened(tmp_path / "store"))) == 2
    assert run_study(few, tmp_path / "store").store.digest() == run_study(few, tmp_path / "other").store.digest()


def test_pieces_fit_together_whatever_their_order():
    def piece(start, count):
        numbers = np.arange(start, start + count)
        return playing.Piece(0, 0, start, numbers[:, np.newaxis].astype(float), numbers.astype(np.uint64), numbers)

    line = playing.Line(lambda chunk: [], 25)
    for start, count in ((0, 10), (5, 10), (30, 10), (0, 12), (15, 5)):
        line.add(piece(start, count))
    assert line.since(0, line.known).ledgers.tolist() == list(range(20))


@pytest.mark.parametrize("block", [1, 16])
def test_turns_of_no_time_give_the_same(tmp_path, monkeypatch, block):
    """A cluster hands back what it has after each turn, here after every 25 futures."""
    baseline, other = (sim.load_policy(name) for name in PAIR)
    asked = crossed({"policy.response.teams": [1, 2, 3]}, policies=[other], baseline=baseline, replications=60)
    known, found = {}, {}
    content, numbers = playing.packed(asked), (0, 1, 2)
    turns = 0
    while left := tuple(number for number in numbers if number not in found):
        turns += 1
        for one in playing.play_for(content, left[:block], "compiled", known, 0.0):
            if isinstance(one, playing.Piece):
                known.setdefault(one.number, []).append(one)
            else:
                found[one.number] = one
    assert turns >= 3 * 3
    whole = {one.number: one for one in playing.Player(run.Designs(asked), "compiled").play(numbers)}
    for number in numbers:
        assert (found[number].kpis == whole[number].kpis).all()
        assert (found[number].ledgers == whole[number].ledgers).all()


KILLED = """
import sys
from pathlib import Path
from sim.experiments.studies import run as study
from sim.model.files.load import load_study
if __name__ == "__main__":
    study.run_study(load_study(Path(sys.argv[1])), sys.argv[2], workers=1)
"""


def killed_after(seconds: float, file: Path, folder: Path) -> float:
    """Play a study in a process that is killed so long after its first future; return for how long it played."""
    script = file.with_name("play.py")
    script.write_text(KILLED, encoding="utf-8")
    child = subprocess.Popen([sys.executable, str(script), str(file), str(folder)], start_new_session=True,
                             env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)})  # fmt: skip
    until = time.monotonic() + 120
    while not (folder / "manifest.json").is_file() and child.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
    begun_at = time.monotonic()
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    return time.monotonic() - begun_at


def futures_in(folder: Path) -> int:
    """Return how many futures of all policies a store holds, those of designs that are not done included."""
    found = Store.opened(folder)
    pieces = [one for some in found.begun.known().values() for one in some]
    return found.table("futures", ["design"]).num_rows + sum(map(len, pieces))


@pytest.mark.long
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_twenty_kills_and_the_same_hash(tmp_path):
    file, folder, dice = write_small(tmp_path), tmp_path / "store", random.Random(1)
    text = (
        file.read_text(encoding="utf-8")
        .replace("years: 2", "years: 20")
        .replace("replications: 10", "replications: 2000")
    )
    file.write_text(text, encoding="utf-8")
    for _ in range(20):
        killed_after(dice.uniform(0, 12), file, folder)
        assert verified(Store.opened(folder)) == []
    asked = sim.load_study(file)
    digest = run_study(asked, folder).store.digest()
    assert digest == run_study(asked, tmp_path / "whole").store.digest()


@pytest.mark.long
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_after_a_minute_of_a_long_design_at_most_ten_seconds_are_lost(tmp_path):
    file, folder = write_small(tmp_path), tmp_path / "store"
    text = file.read_text(encoding="utf-8").replace("years: 2", "years: 20").replace("size: 24", "size: 1")
    file.write_text(text.replace("replications: 10", "replications: 1000000"), encoding="utf-8")
    before, rates = 0, []
    for seconds in (60.0, 60.0):
        took = killed_after(seconds, file, folder)
        now = futures_in(folder)
        rates.append((now - before) / took)
        files = Store.opened(folder).begun.files()
        lost = time.time() - max(path.stat().st_mtime for path in files)
        print(f"killed after {took:.0f} s: {now:,} futures kept, the last ones written {lost:.1f} s ago")
        assert lost <= 10
        assert now > before
        before = now


def test_what_is_handed_over_and_written_is_at_most_ten_seconds_old():
    assert playing.TOLD + run.PART_SECONDS + run.LOOK < 8
    assert run.TURN + run.PART_SECONDS + run.LOOK < 9


def test_the_hash_of_a_study_is_what_it_was():
    wanted = {"at_least": 10, "at_most": 60, "half_width": 30_000.0, "outcome": "cost_flanders_eur"}
    fails = {"world.break_in.today": [0.2, 0.75], "world.measures.identity.risk_ratio": [0.5, 0.1]}
    found = [run_study(one) for one in (small(), small(replications=wanted, size=8), crossed(fails))]
    assert [one.store.digest() for one in found] == ["64b77ed81c5ceb27", "7ae814b3f587b8ad", "bda6a21bc791a32f"]
