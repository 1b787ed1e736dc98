"""The municipalities are the real ones, and a table says what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.model.problems import InputError
from sim.model.world.municipalities import DATA, parse_municipalities, read_municipalities

HEADER = "nis_code,name,population\n"


@pytest.mark.parametrize(("year", "count", "inhabitants"), [(2020, 300, 6_629_143), (2025, 285, 6_864_766)])
def test_flanders_is_complete(year: int, count: int, inhabitants: int) -> None:
    towns = read_municipalities(DATA / f"municipalities_{year}.csv")
    assert len(towns) == count
    assert sum(town.population for town in towns) == inhabitants
    assert len({town.province for town in towns}) == 5
    assert sum(town.centre_city for town in towns) == 13
    assert max(towns, key=lambda town: town.population).name == "Antwerpen"
    assert min(towns, key=lambda town: town.population).name == "Herstappe"


@pytest.mark.parametrize("year", [2020, 2025])
def test_every_municipality_has_its_own_tile_and_abbreviation(year: int) -> None:
    towns = read_municipalities(DATA / f"municipalities_{year}.csv")
    assert len({(town.hex_x, town.hex_y) for town in towns}) == len(towns)
    assert len({town.abbr for town in towns}) == len(towns)


def test_mergers_use_up_every_old_municipality() -> None:
    old = {town.nis for town in read_municipalities(DATA / "municipalities_2020.csv")}
    new = read_municipalities(DATA / "municipalities_2025.csv")
    covered = [nis for town in new for nis in town.merged_from or (town.nis,)]
    assert sorted(covered) == sorted(old)


def test_three_columns_are_enough() -> None:
    (town,) = parse_municipalities(HEADER + "99999,Leerdorp,20000\n")
    assert (town.nis, town.name, town.population, town.abbr) == (99999, "Leerdorp", 20000, "Leer")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("1,A,veel", 'population is "veel", and must be a whole number'),
        ("1,A,0", "must be at least 1"),
        ("1,A", "has 2 cells and the header 3"),
        ("1,,5", "name is empty"),
        ("1,A,5\n1,B,5", "NIS code 1 stands twice (first on line 2)"),
        ("1,A,5\n2,A,5", "name A stands twice"),
        ("", "holds no municipality"),
        ("1,A,٣", "must be a whole number"),
        ("1,A," + "9" * 5000, "must be a whole number"),
    ],
)
def test_a_table_says_what_is_wrong(rows: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_municipalities(HEADER + rows, "towns.csv")
    assert words in str(caught.value)
    assert "towns.csv" in str(caught.value)


def test_an_unknown_column_names_the_nearest() -> None:
    with pytest.raises(InputError, match='did you mean "population"'):
        parse_municipalities("nis_code,name,populatio\n1,A,5\n")


def test_a_table_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "towns.csv").write_bytes(b"nis_code,name,population\n1,Li\xe8ge,5\n")
    with pytest.raises(InputError, match="UTF-8"):
        read_municipalities(tmp_path / "towns.csv")
    with pytest.raises(InputError, match="cannot be read"):
        read_municipalities(tmp_path / "absent.csv")
    with pytest.raises(InputError, match="not a file"):
        read_municipalities(tmp_path)


def test_a_changed_table_is_read_again(tmp_path: Path) -> None:
    table = tmp_path / "towns.csv"
    table.write_text(HEADER + "1,A,5\n", encoding="utf-8")
    assert read_municipalities(table)[0].population == 5
    table.write_text(HEADER + "1,A,5000\n", encoding="utf-8")
    assert read_municipalities(table)[0].population == 5000
