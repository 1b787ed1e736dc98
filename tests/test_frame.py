"""The frame holds: clean code, pinned requirements, a whole wheel, and documents that say what is there."""

from __future__ import annotations

import configparser
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REQUIREMENT_FILES = ("requirements.txt", "requirements-test.txt")
DOCUMENTS = ("README.md", "CONTRIBUTING.md")


def run(project: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run one of the tools of this environment in the project's folder."""
    return subprocess.run([sys.executable, "-m", *command], cwd=project, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def pyproject(project: Path) -> dict[str, Any]:
    return tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def wheel(project: Path, tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The package as `pip install` gets it."""
    folder = tmp_path_factory.mktemp("wheel")
    built = run(project, "hatchling", "build", "--target", "wheel", "--directory", str(folder))
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


# --- code -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("ruff", "check", "."), id="ruff check"),
        pytest.param(("ruff", "format", "--check", "."), id="ruff format"),
        pytest.param(("mypy", "--strict", "-p", "sim"), id="mypy --strict"),
    ],
)
def test_the_code_is_clean(project: Path, command: tuple[str, ...]) -> None:
    result = run(project, *command)
    assert result.returncode == 0, result.stdout + result.stderr


# --- requirements ---------------------------------------------------------------------------------
def pins(path: Path) -> dict[str, tuple[Requirement, list[str]]]:
    """The entries of a requirements file: name -> (requirement, hashes); fails on anything else."""
    text = re.sub(r"(?m)^\s*#.*\n?", "", path.read_text(encoding="utf-8"))
    entries = {}
    for line in text.replace("\\\n", " ").splitlines():
        if not line.strip():
            continue
        said, *hashes = line.split(" --hash=")
        requirement = Requirement(said.strip())
        entries[canonicalize_name(requirement.name)] = (requirement, [h.strip() for h in hashes])
    return entries


@pytest.mark.parametrize("name", REQUIREMENT_FILES)
def test_requirements_are_pinned_with_hashes_and_name_no_address(project: Path, name: str) -> None:
    text = (project / name).read_text(encoding="utf-8")
    assert "http" not in text
    options = re.findall(r"(?m)^\s*(--?[a-z-]+)", text)
    assert set(options) == {"--hash"}  # no index, no extra links
    for requirement, hashes in pins(project / name).values():
        (version,) = requirement.specifier
        assert version.operator == "==", f"{requirement} is not pinned"
        assert hashes, f"{requirement} has no hash"
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", h) for h in hashes), f"{requirement}: {hashes}"


def test_requirements_answer_pyproject(project: Path, pyproject: dict[str, Any]) -> None:
    plain, test = (pins(project / name) for name in REQUIREMENT_FILES)
    extras = pyproject["project"]["optional-dependencies"]
    needed = [
        (plain, pyproject["project"]["dependencies"]),
        (plain, pyproject["dependency-groups"]["build"]),
        (test, extras["dev"] + extras["study"]),
    ]
    for file, lines in needed:
        for requirement in map(Requirement, lines):
            pinned, _ = file[canonicalize_name(requirement.name)]
            (version,) = pinned.specifier
            assert requirement.specifier.contains(version.version), f"run `make requirements`: {requirement}"
    for name, (requirement, hashes) in plain.items():
        assert test[name][0].specifier == requirement.specifier, f"{name} differs between the two files"
        assert test[name][1] == hashes


# --- the wheel ------------------------------------------------------------------------------------
def files_under(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts]


def test_the_wheel_holds_every_file_of_the_package_and_every_scenario(project: Path, wheel: zipfile.ZipFile) -> None:
    inside = set(wheel.namelist())
    expected = {p.relative_to(project).as_posix() for p in files_under(project / "sim")}
    expected |= {
        "sim/scenarios/" + p.relative_to(project / "scenarios").as_posix() for p in files_under(project / "scenarios")
    }
    assert any(name.startswith("sim/scenarios/policies/") for name in expected)
    assert any(name.startswith("sim/scenarios/worlds/") for name in expected)
    assert expected <= inside, sorted(expected - inside)
    assert "sim/web/.streamlit/config.toml" in inside


def test_the_wheel_holds_nothing_else(wheel: zipfile.ZipFile) -> None:
    assert {name.split("/")[0].split("-")[0] for name in wheel.namelist()} == {"sim", "weerbaar"}


def test_the_wheel_brings_the_command_and_the_licence(wheel: zipfile.ZipFile) -> None:
    def read(suffix: str) -> str:
        (name,) = [n for n in wheel.namelist() if n.endswith(suffix)]
        return wheel.read(name).decode()

    points = configparser.ConfigParser()
    points.read_string(read(".dist-info/entry_points.txt"))
    assert points["console_scripts"]["weerbaar"] == "sim.cli.commands:main"
    assert "License-Expression: EUPL-1.2" in read(".dist-info/METADATA")
    assert read(".dist-info/licenses/LICENSE").startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")


# --- documents ------------------------------------------------------------------------------------
@pytest.mark.parametrize("document", DOCUMENTS)
def test_make_words_in_documents_exist(project: Path, document: str) -> None:
    makefile = (project / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?m)^([a-z-]+):(?!=)", makefile))
    text = (project / document).read_text(encoding="utf-8")
    said = set(re.findall(r"(?m)(?:^ *|`)make ([a-z][a-z-]*)", text))
    assert said, f"{document} names no make command"
    assert said <= targets, said - targets


@pytest.mark.parametrize("document", DOCUMENTS)
def test_weerbaar_commands_in_documents_exist(project: Path, document: str) -> None:
    text = (project / document).read_text(encoding="utf-8")
    said = set(re.findall(r"(?m)(?:^ *|`|/|\\)weerbaar ([a-z]+)", text))
    shown = subprocess.run(
        [sys.executable, "-c", "from sim.cli.commands import main; main()", "--help"],
        cwd=project,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | {"COLUMNS": "120", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
        check=True,
    ).stdout
    assert said, f"{document} names no weerbaar command"
    assert all(re.search(rf"(?m)^\W*{word}\b", shown) for word in said), shown


@pytest.mark.parametrize("document", [*DOCUMENTS, "CHANGELOG.md"])
def test_links_in_documents_lead_somewhere(project: Path, document: str) -> None:
    text = (project / document).read_text(encoding="utf-8")
    targets = {t.split("#")[0] for t in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in t}
    missing = {t for t in targets if t and not (project / t).exists()}
    assert not missing


def test_presets_in_the_demo_and_the_readme_exist(project: Path) -> None:
    presets = {p.stem for p in (project / "scenarios").rglob("*.yaml")}
    makefile = (project / "Makefile").read_text(encoding="utf-8")
    (demo,) = re.findall(r"(?m)^POLICIES\s*\?=\s*(.+)$", makefile)
    readme = (project / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"weerbaar (?:run|compare|explain) ((?:[a-z][a-z0-9-]* ?)+)", readme)
    said = {preset for line in [demo, *named] for preset in line.split()}
    assert len(said) >= 4
    assert said <= presets, said - presets


def test_one_version_everywhere(project: Path, pyproject: dict[str, Any]) -> None:
    from sim.version import MODEL_VERSION

    version = pyproject["project"]["version"]
    changelog = (project / "CHANGELOG.md").read_text(encoding="utf-8")
    citation = (project / "CITATION.cff").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^## (\S+)", changelog)[0] == version
    assert re.findall(r"(?m)^version: (\S+)", citation) == [version]
    assert version == MODEL_VERSION


def test_every_version_says_what_happened_to_the_results(project: Path) -> None:
    changelog = (project / "CHANGELOG.md").read_text(encoding="utf-8")
    for entry in re.split(r"(?m)^## ", changelog)[1:]:
        assert re.search(r"(?m)^Results: \S", entry), f"no `Results:` line under {entry.splitlines()[0]}"


# --- settings -------------------------------------------------------------------------------------
def test_the_app_listens_to_this_machine_and_reports_to_nobody(project: Path) -> None:
    config = tomllib.loads((project / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"]["address"] == "127.0.0.1"
    assert config["browser"]["gatherUsageStats"] is False


def test_every_setting_of_the_app_is_known_to_streamlit(project: Path) -> None:
    from streamlit.config import _config_options_template as known

    def keys(table: dict[str, Any], prefix: str = "") -> list[str]:
        found = []
        for key, value in table.items():
            found += keys(value, f"{prefix}{key}.") if isinstance(value, dict) else [prefix + key]
        return found

    config = tomllib.loads((project / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert set(keys(config)) <= set(known)


def test_the_build_server_runs_what_everyone_runs(project: Path) -> None:
    script = project / ".ci" / "run"
    assert "make test" in script.read_text(encoding="utf-8")
    assert os.name == "nt" or os.access(script, os.X_OK)
