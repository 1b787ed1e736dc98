"""The documents say what the code does: generated parts are current, examples run, links and names lead somewhere."""

from __future__ import annotations

import ast
import importlib.util
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.model.parameter_table import parameters
from sim.results.outcomes import KPIS

PROJECT = Path(__file__).resolve().parents[1]
WRITTEN = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
PAGES = [PROJECT / name for name in WRITTEN] + sorted((PROJECT / "docs").rglob("*.md"))
OURS = [page for page in PAGES if page.parent.name != "evidence"]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$(?:\s*^```text\n(.*?)^```$)?", re.DOTALL | re.MULTILINE)
KEY = re.compile(r"`([a-z_0-9]+(?:\.[a-z_0-9<>]+)+)`")


def name_of(page: Path) -> str:
    """Return a page as its path in the project."""
    return page.relative_to(PROJECT).as_posix()


def tool(name: str) -> Any:
    """Return a module of tools/, which is no package."""
    folder = str(PROJECT / "tools")
    if folder not in sys.path:
        sys.path.append(folder)
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, PROJECT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def blocks(language: str) -> list[Any]:
    """Return the code blocks in a language, each with the output that the page shows below it."""
    return [
        pytest.param(code, shown, id=f"{name_of(page)}-{number}")
        for page in OURS
        for number, (kind, code, shown) in enumerate(BLOCK.findall(page.read_text(encoding="utf-8")))
        if kind == language
    ]


def anchors(page: Path) -> set[str]:
    """Return the places that a link into a page may name: its headings, and marks inside tables."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r'<a id="([^"]+)"', text))


# ---- generated parts -----------------------------------------------------------------------------------------------


def test_generated_parts_are_current(capsys):
    assert tool("docs").main([]) == 0, capsys.readouterr().out


def test_every_generated_part_stands_in_a_document_and_is_filled():
    docs = tool("docs")
    found = [part for page in docs.PAGES for part in docs.PART.findall((PROJECT / page).read_text(encoding="utf-8"))]
    names = [name for _, name, _, _ in found]
    assert sorted(names) == sorted(docs.FAST | docs.HISTORY | docs.DEMO)
    assert all(body.strip() for _, _, body, _ in found)
    runs = docs.HISTORY | docs.DEMO
    assert all(docs.runs.STAMP.search(body) for _, name, body, _ in found if name in runs)


def test_an_outdated_part_and_an_older_result_are_noticed():
    docs = tool("docs")
    page = "<!-- generated: order -->\nsomething else\n<!-- end -->\n"
    assert "something else" not in docs.renewed(page, docs.FAST)
    stamp = docs.runs.stamp(["status-quo-2020"], 1)
    assert not docs.runs.outdated(stamp)
    assert docs.runs.outdated(stamp.replace(f"version {sim.__version__}", "version 0.0.0"))
    assert docs.runs.outdated(re.sub(r"inputs \w+", "inputs 123abc", stamp))
    assert docs.runs.outdated(re.sub(r"status-quo-2020 [\d.]+", "status-quo-2020 1.00", stamp))
    with pytest.raises(SystemExit, match="nothing makes"):
        docs.renewed("<!-- generated: nonsense -->\n<!-- end -->\n", docs.FAST)


@pytest.mark.long
def test_results_of_runs_are_what_the_model_gives():
    assert tool("docs").main(["--history", "--demo"]) == 0


# ---- examples ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "shown"), blocks("python"))
def test_python_examples_run_and_print_what_they_show(code, shown, capsys):
    quick = re.sub(r"replications=\d+", "replications=2", re.sub(r"years=\d+", "years=1", code))
    exec(compile(quick, "example", "exec"), {"__name__": "example"})
    if shown:
        assert capsys.readouterr().out == shown


@pytest.mark.parametrize(("code", "shown"), blocks("yaml"))
def test_policies_that_are_shown_are_valid(code, shown, tmp_path):
    path = tmp_path / "my-policy.yaml"
    path.write_text(code, encoding="utf-8")
    assert sim.validate([path]) == []


def commands() -> list[Any]:
    """Return every `weerbaar ...` in code blocks and between backticks."""
    found: dict[str, None] = {}
    for page in OURS:
        text = page.read_text(encoding="utf-8")
        found |= dict.fromkeys(re.findall(r"^ *(?:\S*[\\/])?(weerbaar [a-z].*)$", text, re.MULTILINE))
        found |= dict.fromkeys(re.findall(r"`(weerbaar [a-z][^`]*)`", text.replace("\n", " ")))
    return [line for line in found if not re.search(r"\bFILE\b|\bDIR\b", line)]


@pytest.mark.parametrize("line", commands())
def test_commands_exist_with_their_options(line):
    import typer

    from sim.cli.commands import app

    group: Any = typer.main.get_command(app)
    name, *arguments = [word for word in shlex.split(line.split(" #")[0])[1:] if word != "..."]
    assert name in group.commands
    command = group.commands[name]
    if hasattr(command, "commands") and arguments:
        name, *arguments = arguments
        command = command.commands[name]
    if arguments:
        command.make_context(name, arguments)


@pytest.mark.parametrize("line", [line for line in commands() if "--set" in line and "..." not in line])
def test_settings_in_commands_are_valid(line):
    words = shlex.split(line.split(" #")[0])
    settings = [words[place + 1] for place, word in enumerate(words) if word == "--set"]
    sim.load_world("flanders-2020", settings)
    sim.load_policy("status-quo-2020", settings)


def test_words_of_make_exist():
    known = re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for page in OURS:
        text = page.read_text(encoding="utf-8")
        used = re.findall(r"^ *make ([a-z-]+)", text, re.MULTILINE) + re.findall(r"`make ([a-z-]+)`", text)
        assert set(used) <= set(known), name_of(page)


# ---- names and links -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page):
    pictures = re.findall(r"Shot\(\"([^\"]+)\"", (PROJECT / "tools" / "shots.py").read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"https?:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if file.parent.name == "img":
            assert file.stem in pictures, f"tools/shots.py takes no picture {file.stem}"
            continue
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


@pytest.mark.parametrize("page", [page for page in OURS if page.parent.name == "docs"], ids=name_of)
def test_parameters_that_are_named_exist(page):
    known = {key for full in parameters() for key in (full, full.removeprefix("world."))}
    groups = {key.rpartition(".")[0] for key in known} | {"world.anchor"}
    heads = {key.partition(".")[0] for key in known}
    for key in KEY.findall(page.read_text(encoding="utf-8")):
        if key.partition(".")[0] not in heads or key.endswith((".yaml", ".md", ".py", ".csv")):
            continue
        pattern = re.compile(re.escape(key).replace("<measure>", "[a-z]+").replace("<service>", "[a-z]+"))
        assert key in groups or any(pattern.fullmatch(name) for name in known), key


def test_equations_name_parameters_that_exist():
    text = (PROJECT / "docs" / "model.md").read_text(encoding="utf-8")
    groups = {key.split(".")[1] for key in parameters() if key.count(".") >= 2 and key.startswith("world.")}
    known = {key.removeprefix("world.") for key in parameters()}
    equations = "\n".join(re.findall(r"^    .+$", text, re.MULTILINE))
    named = re.findall(rf"\b(?:{'|'.join(sorted(groups))})\.[a-z_0-9.]*[a-z0-9]", equations)
    assert len(named) > 40
    assert {name for name in named if name not in known} == set()


def test_every_key_figure_is_defined_once():
    text = (PROJECT / "docs" / "model.md").read_text(encoding="utf-8")
    part = text[text.index("## Outcomes") : text.index("## Estimates")]
    assert re.findall(r"^\| `([a-z_]+)` \|", part, re.MULTILINE) == list(KPIS)


def test_tests_that_are_named_exist():
    text = (PROJECT / "docs" / "model.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
    assert len(named) > 20
    for file, function in named:
        assert f"def {function}(" in (PROJECT / file).read_text(encoding="utf-8"), f"{file}::{function}"


def test_every_parameter_of_the_model_is_explained_or_listed():
    page = (PROJECT / "docs" / "evidence.md").read_text(encoding="utf-8")
    assert [key for key in parameters() if f"| `{key}` |" not in page] == []


def test_where_a_source_was_read_exists():
    for entry in tool("docs_tables").sources().values():
        page, _, place = entry["read"].partition(" ")
        text = (PROJECT / page).read_text(encoding="utf-8")
        for section in re.findall(r"\d[a-z]?", place):
            assert re.search(rf"^#+ {section}\b", text, re.MULTILINE), entry["read"]


def test_the_demo_of_the_readme_is_the_demo_of_make():
    runs = tool("docs_runs")
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    assert f"compare {runs._makefile('POLICIES')} --replications {runs._makefile('REPLICATIONS')}" in readme


# ---- where things stand --------------------------------------------------------------------------------------------

ROOMS = sorted(path.name for path in (PROJECT / "sim").iterdir() if (path / "__init__.py").exists())
TOP = "sim|tests|tools|docs|benchmarks|examples"
PLACE = re.compile(rf"(?<![\w./-])((?:{TOP})(?:/[\w.-]+)*/[\w-]*[\w-](?:\.\w+)?/?)(?![\w*/])")
IN_THE_WHEEL = {"sim/scenarios/"}
MODULE = re.compile(r"\b(sim(?:\.[a-z_]+)+)")


def is_known(module: str) -> bool:
    """Return whether a dotted name leads to a module, or to what stands in one."""
    place = PROJECT
    for name in module.split("."):
        if (place / f"{name}.py").exists():
            return True
        if not (place / name).is_dir():
            return (place / "__init__.py").exists() and name in (place / "__init__.py").read_text(encoding="utf-8")
        place /= name
    return True


@pytest.mark.parametrize("page", [page for page in OURS if page.name != "CHANGELOG.md"], ids=name_of)
def test_files_and_modules_named_in_documents_exist(page):
    text = page.read_text(encoding="utf-8")
    assert not {place for place in PLACE.findall(text) if not (PROJECT / place).exists()} - IN_THE_WHEEL
    assert not {module for module in MODULE.findall(text) if not is_known(module)}


def test_the_map_of_the_house_names_every_folder():
    text = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    house = text[text.index("### The house") : text.index("### Recipes")]
    told = set(re.findall(r"^ +([a-z]+)/ ", house, re.MULTILINE))
    folders = {path.parent.name for path in (PROJECT / "sim").glob("*/**/*.py")}
    assert told == folders | {"data", "locales"}


@pytest.mark.parametrize("room", ROOMS)
def test_a_docstring_of_a_module_names_files_that_exist(room):
    files = {path.name for folder in ("sim", "tests", "tools", "scenarios") for path in (PROJECT / folder).rglob("*.*")}
    for path in (PROJECT / "sim" / room).rglob("*.py"):
        told = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        named = {Path(name).name for name in re.findall(r"`([\w./]+\.(?:py|po|css|js|csv))`", told)}
        assert named <= files, f"{path.relative_to(PROJECT)}: {sorted(named - files)}"
