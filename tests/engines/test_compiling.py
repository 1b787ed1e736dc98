"""Where the machine code comes from: never from another source, from other settings of Numba, nor from nowhere."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import sim
from sim.rules.compiling import COMPILED_SOURCES, KEPT_CACHES, KEPT_SECONDS

HASHES = """
import json
import sim
world, policy = sim.load_world("one-town"), sim.load_policy("status-quo-2020")
results = [sim.compare(world, [policy], replications=3, years=2, engine=engine) for engine in ("reference", "compiled")]
print(json.dumps([[result.tape_hash, result.ledger_hash(policy)] for result in results]))
"""
MINUTE = """
import numpy as np
from sim.engines.tape import minute_of
print(minute_of(1.5, np.arange(7.0), 0))
"""
BEFORE_THE_FIRST = """
import numpy as np
from sim.engines.tape import threat_time
threat_time(-2 * 1440, np.arange(4.0))
"""


def python(code: str, cache: Path, *, package: Path | None = None, **environment: str) -> subprocess.CompletedProcess:
    """Run code in a process of its own, with a cache of its own."""
    package = package or Path(sim.__file__).parents[1]
    more = {"WEERBAAR_CACHE": str(cache), "PYTHONPATH": str(package), "COLUMNS": "200"}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | more | environment, cwd=package)


@pytest.fixture
def package(tmp_path: Path, project: Path) -> Path:
    """A copy of the package that a test may edit."""
    for folder in ("sim", "scenarios"):
        shutil.copytree(project / folder, tmp_path / "copy" / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "copy"


LIGHT = """
import sys
from sim.model.files.load import validate
assert not validate([{policy!r}, {world!r}])
from sim.rules.calendar import in_office_hours
print("numba" in sys.modules)
from sim.rules import compiling
opens_at = compiling.numba.njit(lambda minute: in_office_hours(minute, 0))
print(opens_at(600), in_office_hours(600, 0), opens_at(0), "numba" in sys.modules)
"""


def test_files_are_checked_and_rules_imported_without_the_compiler(tmp_path, project):
    """It takes longer to load than the check does; a rule that was marked before it came is compiled all the same."""
    policy, world = (project / "scenarios" / name for name in ("policies/fifty-fifty.yaml", "worlds/one-town.yaml"))
    run = python(LIGHT.format(policy=str(policy), world=str(world)), tmp_path)
    assert run.stdout == "False\nTrue True False True\n", run.stderr


def edit(path: Path, before: str, after: str) -> None:
    """Replace a text that stands once in a file."""
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_a_kernel_notices_an_edit_to_a_rule_in_another_file(package, tmp_path):
    before = python(MINUTE, tmp_path / "cache", package=package)
    edit(package / "sim" / "rules" / "threat.py", "offset = OPENING", "offset = OPENING + 60")
    after = python(MINUTE, tmp_path / "cache", package=package)
    assert (before.stdout, after.stdout) == ("780\n", "810\n"), before.stderr + after.stderr


def test_the_cache_is_named_after_all_that_rules_and_engines_import():
    """A constant of the model, such as the place of a payer, is part of the machine code."""
    root = Path(sim.__file__).parent
    known = {path for pattern in COMPILED_SOURCES for path in root.glob(pattern)}
    for path in (*root.glob("rules/*.py"), *root.glob("engines/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sim."):
                place = root.joinpath(*node.module.split(".")[1:])
                files = (
                    {place.with_suffix(".py")}
                    if not place.is_dir()
                    else {place / f"{one.name}.py" for one in node.names}
                )
                assert files <= known, f"{path.name} imports {node.module}"


@pytest.mark.parametrize(("age", "kept"), [(0.9 * KEPT_SECONDS, KEPT_CACHES + 3), (1.1 * KEPT_SECONDS, KEPT_CACHES)])
def test_only_caches_that_no_process_began_with_for_days_make_room(age, kept, tmp_path):
    """There are three more than are kept, one of which begins to serve now."""
    for number in range(KEPT_CACHES + 2):
        cache = tmp_path / "compiled" / f"version-{number}"
        (cache / "engines").mkdir(parents=True)
        begun = time.time() - age + 60 * number
        os.utime(cache, (begun, begun))
    run = python("import sim.rules.compiling", tmp_path)
    assert run.returncode == 0, run.stderr
    left = sorted(cache.name for cache in (tmp_path / "compiled").iterdir())
    assert len(left) == kept
    assert [name for name in left if name.startswith("version-")] == [
        f"version-{number}" for number in range(KEPT_CACHES + 3 - kept, KEPT_CACHES + 2)
    ]


# ---- whose machine code it is --------------------------------------------------------------------------------------

FOLDER = "from sim.rules import compiling; print(compiling._folder or ''); print(compiling.NOT_KEPT)"
posix = pytest.mark.skipif(os.name != "posix", reason="folders of Windows are a user's own")


def folder_of(cache: Path, **environment: str) -> tuple[str, str]:
    """The folder that machine code is kept in, and why there is none."""
    run = python(FOLDER, cache, **environment)
    assert run.returncode == 0, run.stderr
    folder, why, *_ = [*run.stdout.splitlines(), ""]
    return folder, why


def opened_up(path: Path) -> None:
    path.chmod(0o777)


def given_away(path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only the administrator can give a file away")
    os.chown(path, 12345, 12345)


def linked(path: Path) -> None:
    """Somebody put a link to a place of theirs in place of a folder."""
    place = path.with_name("elsewhere")
    path.rename(place)
    place.chmod(0o777)
    path.symlink_to(place)


@posix
def test_machine_code_is_kept_in_a_folder_of_ones_own(tmp_path):
    tmp_path.chmod(0o1777)  # as /tmp
    folder, why = folder_of(tmp_path / "cache")
    assert Path(folder).is_relative_to(tmp_path / "cache" / "compiled")
    assert not why
    for place in (Path(folder), *Path(folder).parents):
        if place == tmp_path:
            break
        assert place.stat().st_mode & 0o777 == 0o700


@posix
@pytest.mark.parametrize("where", [0, 1, 2], ids=["the folder", "the one above", "the cache"])
@pytest.mark.parametrize("spoilt", [opened_up, given_away, linked])
def test_machine_code_is_not_taken_from_where_others_can_write(spoilt, where, tmp_path):
    folder = Path(folder_of(tmp_path / "cache")[0])
    spoilt([folder, *folder.parents][where])
    found, why = folder_of(tmp_path / "cache")
    assert not found
    assert "WEERBAAR_CACHE" in why


@posix
@pytest.mark.parametrize("planted", [given_away, linked])
def test_a_file_that_somebody_planted_in_the_folder_is_not_run(planted, tmp_path):
    folder = Path(folder_of(tmp_path / "cache")[0])
    path = folder / "engines" / "tape.minute_of-12.py311.nbi"
    path.parent.mkdir()
    path.write_bytes(b"x")
    planted(path)
    assert not folder_of(tmp_path / "cache")[0]


@posix
def test_a_file_that_others_may_write_to_is_not_run_unless_they_cannot_enter(tmp_path):
    folder = Path(folder_of(tmp_path / "cache")[0])
    (folder / "x.nbi").write_bytes(b"x")
    (folder / "x.nbi").chmod(0o666)
    assert folder_of(tmp_path / "cache")[0]
    folder.chmod(0o755)
    assert not folder_of(tmp_path / "cache")[0]


def test_without_a_cache_nothing_is_read_from_a_folder_that_all_share(tmp_path):
    """It compiles anew, and says so."""
    (tmp_path / "cache").write_text("no folder")
    shared = tmp_path / "shared"
    shared.mkdir()
    assert folder_of(tmp_path / "cache", TMPDIR=str(shared), TEMP=str(shared))[0] == ""
    run = python(MINUTE, tmp_path / "cache", TMPDIR=str(shared), TEMP=str(shared))
    assert run.stdout == "780\n", run.stderr
    assert not list(shared.iterdir())


@pytest.mark.long
def test_an_edited_rule_changes_both_engines_alike(package, tmp_path):
    def hashes():
        run = python(HASHES, tmp_path / "cache", package=package)
        assert run.returncode == 0, run.stderr
        one, other = json.loads(run.stdout)
        assert one == other
        return one

    tape, ledger = hashes()
    edit(package / "sim" / "rules" / "incident.py", "return int(min(euro,", "return 2 * int(min(euro,")
    same_tape, other_ledger = hashes()
    assert tape == same_tape
    assert ledger != other_ledger


def test_code_compiled_without_checks_of_bounds_does_not_serve_where_they_are_asked_for(tmp_path):
    unchecked = python(BEFORE_THE_FIRST, tmp_path)
    checked = python(BEFORE_THE_FIRST, tmp_path, NUMBA_BOUNDSCHECK="1")
    assert unchecked.returncode == 0, unchecked.stderr
    assert "IndexError" in checked.stderr


@pytest.mark.long
@pytest.mark.parametrize("flag", ["NUMBA_DISABLE_JIT", "NUMBA_BOUNDSCHECK"])
def test_the_twins_agree_as_plain_python_and_with_bounds_checked(flag, tmp_path, project):
    endless = "ignore:overflow encountered in scalar divide:RuntimeWarning"  # at a rate next to zero one waits for ever
    tests = ["tests/engines/test_twins.py", "-q", "-p", "no:cacheprovider"]
    tests += ["-W", "error::RuntimeWarning", "-W", endless]
    code = f"import sys, pytest; sys.exit(pytest.main({tests}))"
    run = python(code, tmp_path, package=project, **{flag: "1"})
    assert run.returncode == 0, run.stdout
    assert "passed" in run.stdout


def test_without_numba_the_reference_engine_serves_and_says_so(tmp_path):
    question = ["run", "status-quo-2020", "--world", "one-town", "--replications", "3", "--engine", "compiled"]
    command = f"sys.argv[1:] = {[*question, '--json', '-']}; from sim.cli.commands import main; main()"
    run = python(f"import sys; sys.modules['numba'] = None; {command}", tmp_path)
    assert run.returncode == 0, run.stderr
    assert "Numba is not installed" in run.stderr
    assert "RuntimeWarning" not in run.stderr
    told, policy = json.loads(run.stdout), sim.load_policy("status-quo-2020")
    expected = sim.compare(sim.load_world("one-town"), [policy], replications=3)
    assert (told["engine"], told["tape_hash"]) == ("reference", expected.tape_hash)
    assert told["policies"][0]["ledger_hash"] == expected.ledger_hash(policy)
