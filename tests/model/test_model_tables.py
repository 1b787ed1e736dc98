"""Tables of municipalities as offices and spreadsheets make them: read, or refused in a sentence that says why."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

import sim
from sim.model.files.load import load_policy, load_world, validate
from sim.model.files.read_table import alike
from sim.model.problems import InputError
from sim.model.world.municipalities import DATA, Municipality, parse_municipalities, read_municipalities

WORDY = ["nis_code", "name", "population", "area_km2", "income_per_inhabitant_eur"]
AALST = ("11001", "Aartselaar", "14427", "11.02", "24656.5")


def told(text: str) -> str:
    with pytest.raises(InputError) as caught:
        parse_municipalities(text, "towns.csv")
    return str(caught.value)


# ---- what stands between the cells


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_table_is_read_whatever_stands_between_its_cells(separator: str) -> None:
    (town,) = parse_municipalities("\r\n".join(separator.join(row) for row in (WORDY, AALST)))
    assert (town.nis, town.name, town.population) == (11001, "Aartselaar", 14427)
    assert (town.area_km2, town.income_per_inhabitant_eur) == (11.02, 24656.5)


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_a_decimal_comma_is_read_where_no_comma_stands_between_cells(separator: str) -> None:
    row = separator.join(AALST).replace(".", ",")
    (town,) = parse_municipalities(f"{separator.join(WORDY)}\n{row}\n")
    assert (town.area_km2, town.income_per_inhabitant_eur) == (11.02, 24656.5)
    assert "a number with a decimal point" in told(f'{",".join(WORDY)}\n11001,A,5,"11,02",3\n')


@pytest.mark.parametrize("cell", ["24.656", "1.234.567"])
def test_a_point_that_may_divide_thousands_is_not_guessed_at(cell: str) -> None:
    assert f"must be one number and not two: write {cell.replace('.', '')}" in told(
        f"nis_code;name;population;area_km2\n1;A;5;{cell}\n"
    )
    assert "decimal comma or point" in told("nis_code;name;population;area_km2\n1;A;5;1.234,5\n")


def test_what_excel_saves_is_read(tmp_path: Path) -> None:
    table = tmp_path / "towns.csv"
    rows = "NIS-code;Naam;Inwoners;area km2\r\n11001; Aartselaar ;14427;11,02\r\n"
    for text in (rows, f"sep=;\r\n{rows}", f"{rows};;;\r\n"):
        table.write_bytes(text.encode("utf-8-sig"))
        (town,) = read_municipalities(table)
        assert (town.nis, town.name, town.area_km2) == (11001, "Aartselaar", 11.02)
    assert read_municipalities(table) == parse_municipalities(f"\n\n{rows}")


def test_bars_may_join_old_codes_whatever_stands_between_cells() -> None:
    for separator in (",", ";", "\t"):
        rows = ("nis_code", "name", "population", "merged_from"), ("11002", "Antwerpen", "562002", "11002|11007")
        (town,) = parse_municipalities("\n".join(separator.join(row) for row in rows))
        assert town.merged_from == (11002, 11007)


@pytest.mark.parametrize("header", ["NIS_CODE,Name,Population", "nis code, name ,POPULATION", "Nis-Code,NAAM,Inwoners",
                                    "\ufeffnis_code,name,population"])  # fmt: skip
def test_columns_are_known_whatever_their_capitals_and_spaces(header: str, tmp_path: Path) -> None:
    (tmp_path / "towns.csv").write_text(f"{header}\n1,A,5\n", encoding="utf-8")
    assert [town.name for town in read_municipalities(tmp_path / "towns.csv")] == ["A"]


def test_a_header_says_what_is_wrong_with_it() -> None:
    assert 'column "name" stands twice' in told("nis_code,name,Naam,population\n1,A,A,5\n")
    assert 'did you mean "population"' in told("nis code;naam;populatoin\n1;A;5\n")
    assert 'towns.csv:1: [bad-csv] column "name" is missing' in told("nis_code;population\n1;5\n")
    without = told("11001;Aartselaar;14427\n11002;Antwerpen;529247\n")
    assert "the first line of a table names its columns" in without
    assert without.count("\n") == 0
    assert "towns.csv:3: [bad-csv] has 1 cells and the header 3" in told("nis_code;name;population\n1;A;5\n2,B,5\n")


def test_lines_are_counted_as_a_reader_counts_them() -> None:
    assert "towns.csv:4:" in told("sep=;\nnis_code;name;population\n1;A;5\n2;B;many\n")
    assert "towns.csv:5:" in told("\n\nnis_code;name;population\n1;A;5\n2;B;many\n")


# ---- files of other programs


def zipped(*names: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as book:
        for name in names:
            book.writestr(name, "x" * 100)
    return held.getvalue()


OTHERS = {
    "an Excel workbook (.xlsx)": zipped("[Content_Types].xml", "xl/workbook.xml"),
    "a Word document (.docx)": zipped("[Content_Types].xml", "word/document.xml"),
    "a zipped file": zipped("towns.csv"),
    "a workbook of LibreOffice (.ods)": b"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheetPK",
    "a file of an old Excel or Word (.xls, .doc)": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "a PDF": b"%PDF-1.7\nobj\n",
    "a Parquet file": b"PAR1\x15\x04",
    "a web page": b"\xef\xbb\xbf\n<!DOCTYPE html><html><body>nis_code,name</body></html>",
}


@pytest.mark.parametrize("what", OTHERS)
@pytest.mark.parametrize("size", [0, 2_000_000])
def test_a_file_of_another_program_is_named_whatever_its_own_name_says(what: str, size: int, tmp_path: Path) -> None:
    for name in ("towns.csv", "mine.yaml", "mine.xlsx"):
        (tmp_path / name).write_bytes(OTHERS[what] + b" " * size)
        (problem,) = validate(tmp_path / name)
        assert problem.message.startswith(f"is {what}, whatever its name says")
        assert problem.hint
    for load in (load_policy, load_world):
        with pytest.raises(InputError, match="other-program"):
            load(tmp_path / "mine.xlsx")
    with pytest.raises(InputError, match=r"save the sheet with the municipalities as CSV UTF-8"):
        load_world("one-town", [f"world.municipalities={tmp_path / 'towns.csv'}"])


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("nis_code;name\n1;Aalst\n".encode("utf-16"), "is UTF-16 text"),
        ("nis_code;name\n1;Aalst\n".encode("utf-16-le"), "is UTF-16 text (low byte first)"),
        ("nis_code;name\n1;Aalst\n".encode("utf-16-be"), "is UTF-16 text (high byte first)"),
        ("nis_code;name\n1;Aalst\n".encode("utf-32"), "is UTF-32 text"),
        (
            "nis_code,name\n1,Liège\n".encode("latin-1"),
            "is not UTF-8 text; in Windows-1252 (Latin-1) it is è",
        ),
        (b"nis_code,name\n1,A\0B\n", "is not a text file"),
    ],
)
def test_text_of_another_encoding_is_named(raw: bytes, words: str, tmp_path: Path) -> None:
    for name in ("towns.csv", "mine.yaml"):
        (tmp_path / name).write_bytes(raw)
        (problem,) = validate(tmp_path / name)
        assert words in problem.message


# ---- names and codes


@pytest.mark.parametrize(("one", "other"), [
    ("Halle", "HALLE"), ("Sint-Niklaas", "sint‑niklaas"), ("De  Haan", "De Haan"), ("De Haan", "De\u00a0Haan"),
    ("Liège", "Lie\u0300ge"), ("Straße", "STRASSE"), ("’s Gravenvoeren", "'s Gravenvoeren"),
])  # fmt: skip
def test_names_that_differ_in_looks_alone_are_the_same(one: str, other: str) -> None:
    assert alike(one) == alike(other)
    text = told(f"nis_code,name,population\n1,{one},5\n2,{other},6\n")
    assert "[duplicate-id] name" in text
    assert "stands twice (" in text
    assert "first on line 2" in text
    with pytest.raises(InputError, match="stands twice"):
        load_world("one-town", [f"world.municipalities=[{{nis: 1, name: \"{one}\", population: 5}}, "
                                f"{{nis: 2, name: \"{other}\", population: 5}}]"])  # fmt: skip
    assert parse_municipalities("nis_code,name,population\n1,Halle,5\n2,Hallé,6\n")
    world = load_world("one-town", [f'world.municipalities=[{{nis: 7, name: "{one}", population: 5}}]'])
    assert world.by_name(other).nis == 7


@pytest.mark.parametrize(("code", "what"), [
    ("01000", "the country"), ("02000", "a region"), ("10000", "a province"), ("20001", "a province"),
    ("20002", "a province"), ("11000", "an arrondissement"), ("73000", "an arrondissement"),
])  # fmt: skip
def test_totals_are_no_municipalities(code: str, what: str) -> None:
    text = told(f"nis_code,name,population\n{code},Totaal,1869730\n11001,Aartselaar,14427\n")
    assert text == (f"towns.csv:2: [bad-csv] nis_code is {code}, the code of {what}, which counts people of "
                    "municipalities again (leave totals out)")  # fmt: skip
    with pytest.raises(InputError, match=rf"\[total-code\] municipalities\[1\]\.nis is {code}, the code of {what}"):
        load_world("one-town", [f"world.municipalities=[{{nis: {int(code)}, name: A, population: 5}}]"])


def test_no_real_municipality_is_taken_for_a_total() -> None:
    for table in DATA.glob("municipalities_*.csv"):
        assert read_municipalities(table)
    assert [Municipality(nis=nis, name="A", population=5).nis for nis in (999, 11001, 100_000, 999_000)]


# ---- our own files


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_table_of_municipalities_that_the_app_saves_reads_back_without_its_results(language: str) -> None:
    from sim.show.charts.tile_map import table_of_municipalities

    result = sim.compare(load_world("one-town"), [load_policy("local-only")], replications=1, years=1)
    table = table_of_municipalities(result, "local-only", language)
    saved = table.csv(language).decode("utf-8-sig")
    text = told(saved)
    assert text.count("unknown column") == text.count("\n") + 1 == len(table.columns) - 4  # its results, nothing else
    separator = ";" if language == "nl" else ","
    lines = [separator.join(line.split(separator)[:4]) for line in saved.splitlines()]
    (town,) = parse_municipalities("\n".join(lines))
    (same,) = result.world.municipalities
    assert (town.nis, town.name, town.population, town.province) == (
        same.nis,
        same.name,
        same.population,
        same.province,
    )
