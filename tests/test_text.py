"""The words are complete in both languages, and numbers follow the language."""

from __future__ import annotations

import ast
import datetime
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.model.parameter_table import parameters
from sim.text import LANGUAGES, words

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
import messages  # type: ignore[import-not-found]

SPACE = "\u00a0"


@pytest.fixture(scope="module")
def said() -> dict[str, list[str]]:
    found: dict[str, list[str]] = messages.sentences()
    return found


# ---- the catalogues ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_there_and_nothing_else(said: dict[str, list[str]], language: str) -> None:
    problems = messages.check(said, language, messages.catalogue(language)).lines()
    assert not problems, "\n".join([*problems, "Run: python tools/messages.py --write"])


def test_the_words_of_every_face_are_found(said: dict[str, list[str]]) -> None:
    files = {name for names in said.values() for name in names}
    assert {"sim/results/findings.py", "sim/results/story.py", "sim/experiments/comparison/paired.py"} <= files
    assert {
        "sim/show/charts/who_pays.py",
        "sim/show/charts/tile_map.py",
        "sim/web/app.py",
        "sim/web/levers/lever.py",
    } <= files
    assert "{when}: an attacker breaks in ({severity})." in said  # from a table of the module
    assert "After waiting {duration} without a response team, it hires private responders." in said  # by way of a name
    assert "million" in said
    assert {row.unit for row in parameters().values()} <= set(said)  # from a table of data


def test_what_is_not_translated_or_not_said_is_reported() -> None:
    report = messages.check(["one {n}", "two"], "nl", {"one {n}": "een {m}", "three": "drie"})
    assert report.missing == ["[nl] two"]
    assert report.obsolete == ["[nl] three"]
    assert report.placeholders == ["[nl] one {n}"]


def test_sentences_are_found_where_they_are_marked(tmp_path: Path) -> None:
    code = """
TABLE = {"a": N_("from a table"), "b": N_("also {x}")}
NOT_SAID = {"c": "nobody says this"}
def f(say, key, more):
    say.say("a literal, {x}", x=say.say("inside another"))
    say.say(N_("either") if more else N_("or"))
    return say.say(TABLE[key]), say.number(3), "not said"
"""
    (tmp_path / "module.py").write_text(code, encoding="utf-8")
    assert set(messages.sentences(tmp_path)) == {
        "from a table", "also {x}", "a literal, {x}", "inside another", "either", "or",
    }  # fmt: skip


def marks(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """The calls of `say` and of `N_`, by which of the two it is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in messages.KEYWORDS:
                yield name, node


def literals(node: ast.AST) -> Iterator[str]:
    """The texts in an expression that nobody marked, without the names by which a table is asked."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Subscript):
        yield from literals(node.value)
    elif isinstance(node, ast.IfExp):
        yield from (*literals(node.body), *literals(node.orelse))
    elif not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "N_"):
        for inner in ast.iter_child_nodes(node):
            yield from literals(inner)


def tables() -> dict[str, dict[str, ast.expr]]:
    """What every module of the package assigns to a name of its own, by module."""
    found: dict[str, dict[str, ast.expr]] = {}
    for path in sorted(messages.SOURCES.rglob("*.py")):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        pairs = [(target, node.value) for node in body if isinstance(node, ast.Assign) for target in node.targets]
        pairs += [(node.target, node.value) for node in body if isinstance(node, ast.AnnAssign) and node.value]
        module = ".".join(path.relative_to(messages.PROJECT).with_suffix("").parts)
        found[module] = {target.id: value for target, value in pairs if isinstance(target, ast.Name)}
    return found


def test_babel_finds_every_sentence_that_the_code_marks(said: dict[str, list[str]]) -> None:
    missed = []
    for path in sorted(messages.SOURCES.rglob("*.py")):
        for _, call in marks(ast.parse(path.read_text(encoding="utf-8"))):
            first = call.args[0]
            if isinstance(first, ast.Constant) and first.value and first.value not in said:
                missed.append(f"{path.name}:{call.lineno}: {first.value}")
    assert not missed, "take it out of the f-string that it stands in"


def test_every_sentence_that_is_said_by_way_of_a_name_or_a_table_is_marked() -> None:
    everywhere = tables()
    unmarked = []
    for path in sorted(messages.SOURCES.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        known = dict(everywhere[".".join(path.relative_to(messages.PROJECT).with_suffix("").parts)])
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module in everywhere:
                known |= {a.asname or a.name: v for a in node.names if (v := everywhere[node.module].get(a.name))}
        for name, call in marks(tree):
            first = call.args[0]
            if name == "N_" or isinstance(first, ast.Constant):
                continue
            unmarked += [f"{path.name}:{call.lineno}: {text}" for text in literals(first)]
            names = {part.id for part in ast.walk(first) if isinstance(part, ast.Name)} & set(known)
            values = [known[table] for table in names]
            texts = [value for table in values for value in (table.values if isinstance(table, ast.Dict) else [table])]
            unmarked += [f"{path.name}:{call.lineno}: {text}" for value in texts if value for text in literals(value)]
    assert not unmarked


def test_catalogues_are_written_and_read_back(tmp_path: Path) -> None:
    said = {"“{n}” is 100% sure": ["sim/a.py"], "plain": ["sim/b.py"]}
    messages.write(said, "nl", {"plain": "gewoon", "gone": "weg"}, tmp_path)
    assert messages.catalogue("nl", tmp_path) == {"“{n}” is 100% sure": "", "plain": "gewoon"}
    messages.write(said, "en", {}, tmp_path)
    assert messages.catalogue("en", tmp_path) == {sentence: sentence for sentence in said}


# ---- numbers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "decimals", "nl", "en"),
    [
        (1234.5, 1, "1.234,5", "1,234.5"),
        (0, 0, "0", "0"),
        (-0.04, 1, "0,0", "0.0"),
        (-2218, 0, "-2.218", "-2,218"),
        (1e9, 0, "1.000.000.000", "1,000,000,000"),
        (float("inf"), 0, "∞", "∞"),
        (float("-inf"), 2, "-∞", "-∞"),
    ],
)
def test_numbers(value: float, decimals: int, nl: str, en: str) -> None:
    assert words("nl").number(value, decimals) == nl
    assert words("en").number(value, decimals) == en


@pytest.mark.parametrize(
    ("euro", "nl", "en"),
    [
        (0, "€ 0", "€0"),
        (5.3, "€ 5,30", "€5.30"),
        (1234, "€ 1.230", "€1,230"),
        (-1234, "-€ 1.230", "-€1,230"),
        (999_499, "€ 999.000", "€999,000"),
        (38_912_345, "€ 38,9 miljoen", "€38.9 million"),
        (1_000_000_000, "€ 1,00 miljard", "€1.00 billion"),
        (-2.5e9, "-€ 2,50 miljard", "-€2.50 billion"),
    ],
)
def test_money(euro: float, nl: str, en: str) -> None:
    assert words("nl").money(euro).replace(SPACE, " ") == nl
    assert words("en").money(euro).replace(SPACE, " ") == en


@pytest.mark.parametrize(("value", "shown"), [(9.5, "+9,50"), (-9.5, "-9,50"), (0, "0"), (1234.6, "+1.235")])
def test_a_change_begins_with_its_sign(value: float, shown: str) -> None:
    assert words("nl").signed(value) == shown


def test_shares() -> None:
    assert words("nl").percent(0.125, 1).replace(SPACE, " ") == "12,5 %"
    assert words("en").percent(0.5) == "50%"


def test_days_and_moments() -> None:
    day = datetime.datetime(2020, 1, 25, 3, 7)
    assert words("nl").date(day.date()) == "25 januari 2020"
    assert words("en").date(day.date()) == "25 January 2020"
    assert words("nl").moment(day) == "zaterdag 25 januari 2020, 3:07"


@pytest.mark.parametrize(
    ("minutes", "nl", "en"),
    [
        (40, "ongeveer een uur", "about an hour"),
        (600, "10 uur", "10 hours"),
        (14_400, "10 dagen", "10 days"),
        (131_490, "3 maanden", "3 months"),
    ],
)
def test_durations(minutes: int, nl: str, en: str) -> None:
    assert (words("nl").duration(minutes), words("en").duration(minutes)) == (nl, en)


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(ValueError, match="nl, en"):
        words("fr")
