"""Files that come from elsewhere: names that lead nowhere, texts that command a terminal, values in the wrong form."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.model.files.load import validate
from sim.model.problems import InputError
from sim.model.world.municipalities import parse_municipalities

HEAD = "id: odd\ntitle: {nl: A, en: B}\nbased_on: fifty-fifty\n"


def problems(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "odd.yaml"
    file.write_text(text, encoding="utf-8")
    return [f"{problem.line}: [{problem.rule}] {problem.message} ({problem.hint})" for problem in validate(file)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('id: odd\ntitle: {nl: "A\\e[31m", en: B}\nbased_on: fifty-fifty\n', "2: [control-character] "),
        (HEAD + "budgets: [{id: a}]\n", "4: [wrong-type] budgets is a list, and must be a group of keys"),
        (HEAD + "phases:\n  - {from: 2022-01-01, set: 5}\n", "5: [wrong-type] phases[1].set is 5, and must be a group"),
        (HEAD + "phases:\n  - {from: 2022-01-01, ransom: {rule: never}}\n", "(put it in set: {ransom: ...})"),
        (
            HEAD + "prevention: {local_spend: 1_000}\n",
            'the text "1_000", and must be a number from 0 to 200 (write 1000, without marks between thousands)',
        ),
        (HEAD + "prevention: {local_spend: '5'}\n", "(leave out the quotes)"),
    ],
)
def test_an_odd_value_is_refused_in_words(tmp_path: Path, text: str, told: str) -> None:
    assert any(told in problem for problem in problems(tmp_path, text)), problems(tmp_path, text)


def test_one_name_is_one_file_and_no_name_is_none(tmp_path: Path) -> None:
    (tmp_path / "sound.yaml").write_text(HEAD, encoding="utf-8")
    assert validate(str(tmp_path / "sound.yaml")) == []
    assert [problem.rule for problem in validate("")] == ["not-found"]


def test_a_link_that_leads_nowhere_says_where_it_led(tmp_path: Path) -> None:
    (tmp_path / "link.yaml").symlink_to("gone.yaml")
    (problem,) = validate(tmp_path / "link.yaml")
    assert problem.message == "is a link to gone.yaml, and there is no such file"
    assert problem.hint is None


def test_a_table_cannot_command_a_terminal() -> None:
    with pytest.raises(InputError, match=r"towns\.csv:3: .*cannot be shown \(U\+001B\)"):
        parse_municipalities("nis_code,name,population\n1,A,5\n2,B\x1b[2J,5\n", "towns.csv")
