"""A table of municipalities is read as it was meant, or refused in sentences: never as other municipalities."""

from __future__ import annotations

import csv
import unicodedata
from typing import Any, NamedTuple

from hypothesis import strategies as st

from sim.model.problems import InputError
from sim.model.world.municipalities import Municipality, parse_municipalities, read_municipalities
from tests.fuzz.checks_files import a_file, check_sentences, soon
from tests.fuzz.scenarios import Tree, towns
from tests.fuzz.writing import table

COLUMNS = {"nis": "nis_code"}
CELLS = ("", " ", "0", "-1", "1.000", "1,5", "1e3", "nan", "inf", "1" * 13, "x" * 200, "=1+1", "\x00", "\u202e", "é",
         "٣", "Totaal", "Vlaams Gewest", "true", "11001|11002")  # fmt: skip
ALIKE = (str.upper, str.title, lambda name: f" {name} ", lambda name: name.replace(" ", "  "),
         lambda name: unicodedata.normalize("NFD", name))  # fmt: skip
"""How the same name is written twice."""
HEADERS = ("NIS_CODE", "nis", "naam", "gemeente", "inwoners", "population ", "", "name", "income", "nis_code;name")


def rows_of(trees: list[Tree]) -> list[Tree]:
    """Rows as a table has them: a list of codes with bars, yes and no as 1 and 0, all rows with the same columns."""
    names = dict.fromkeys(key for row in trees for key in row)
    plain = [{COLUMNS.get(key, key): _cell(row.get(key, "")) for key in names} for row in trees]
    return plain


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    return "|".join(map(str, value)) if isinstance(value, list) else value


class Form(NamedTuple):
    """How a table is written; the plain form is the one that must be read."""

    separator: str = ","
    end: str = "\n"
    quoting: Any = csv.QUOTE_MINIMAL
    decimal_comma: bool = False
    coding: str = "utf-8"
    below: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether it must be read, and not refused."""
        return (self.separator, self.decimal_comma) == (",", False) and self.coding.startswith("utf-8") and (
            "," not in self.below)  # fmt: skip


FORMS = st.builds(
    Form,
    st.sampled_from([",", ",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    st.booleans(),
    st.sampled_from(["utf-8", "utf-8", "utf-8", "utf-8-sig", "cp1252", "utf-16"]),
    st.sampled_from(["", "", "\n", "\r\n\r\n", ",,\n", "   \n"]),
)
WRITTEN = st.tuples(towns(), FORMS)


def check_written(case: tuple[list[Tree], Form]) -> None:
    """Fail unless the municipalities are read as they were written, or refused where the form is not the plain one."""
    trees, form = case
    text = table(rows_of(trees), form.separator, form.end, form.quoting, form.decimal_comma) + form.below
    raw = text.encode(form.coding)
    try:
        with soon():
            found = read(raw)
    except InputError as error:
        check_sentences(error.problems, raw)
        found = None
    assert found is not None or not form.is_plain, text
    if found is not None:
        assert found == tuple(Municipality.model_validate(row) for row in trees)


def read(raw: bytes) -> tuple[Municipality, ...]:
    """The municipalities of a file, by the reader that a world uses."""
    with a_file(raw, "towns.csv") as path:
        return read_municipalities(path)


WRONG = ("cell", "twice", "name", "total", "header", "gone")
"""What may be wrong with a table; a column that is renamed or gone comes last, for the others look into it."""


@st.composite
def spoiled(draw: st.DrawFn) -> str:
    """A table with something wrong: a cell, a header, a row twice, a name that is nearly another, a total, a cut."""
    rows = rows_of(draw(towns()))
    for kind in sorted(draw(st.lists(st.sampled_from(WRONG), min_size=1, max_size=3)), key=WRONG.index):
        row, key = draw(st.sampled_from(rows)), draw(st.sampled_from(list(rows[0])))
        if kind == "cell":
            row[key] = draw(st.sampled_from(CELLS))
        elif kind == "twice":
            rows.append(dict(row))
        elif kind == "name":
            rows.append(row | {"nis_code": 22_002, "name": draw(st.sampled_from(ALIKE))(str(row["name"]))})
        elif kind == "total":
            whole = sum(int(one["population"]) for one in rows if str(one["population"]).isdigit())
            rows.append(row | {"nis_code": draw(st.sampled_from([1000, 2000, 10_000])), "name": "Vlaams Gewest",
                               "population": whole})  # fmt: skip
        elif kind == "header":
            new = draw(st.sampled_from(HEADERS))
            rows = [{new if name == key else name: value for name, value in one.items()} for one in rows]
        elif len(rows[0]) > 1:
            rows = [{name: value for name, value in one.items() if name != key} for one in rows]
    text = table(rows, separator=draw(st.sampled_from([",", ",", ",", ";"])))
    return text[: draw(st.integers(0, len(text)))] if draw(st.integers(0, 5)) == 0 else text


def check_spoiled(text: str) -> None:
    """Fail unless it is refused in sentences, or read as municipalities that differ in code and in name."""
    try:
        with soon():
            found = parse_municipalities(text)
    except InputError as error:
        check_sentences(error.problems, text.encode())
        return
    assert found
    assert len({town.nis for town in found}) == len(found)
    names = [" ".join(unicodedata.normalize("NFKC", town.name).casefold().split()) for town in found]
    assert len(set(names)) == len(names), names
    assert all(town.name.strip() and town.nis % 1000 for town in found), found
