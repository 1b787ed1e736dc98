"""Titles and names: on one line, in signs that are seen as they are, and never markup."""

from __future__ import annotations

import pytest

from sim.model.files.load import load_brought
from sim.model.policy.policy import Policy
from sim.model.problems import InputError
from sim.model.study.study import Study
from sim.model.world.municipalities import parse_municipalities

BAD = {
    "a line break": "Plan\\nB",
    "a carriage return": "Plan\\rB",
    "a line separator": "Plan\\u2028B",
    "right to left": "Plan \\u202Eevil",
    "an isolate": "Plan \\u2066x\\u2069",
    "a direction mark": "Plan\\u200F",
    "no width": "Plan\\u200BB",
    "a joiner": "Plan\\u200DB",
    "a byte-order mark": "Plan\\uFEFF",
    "a soft hyphen": "Plan\\u00ADB",
    "bold": "<b>Plan</b>",
    "a link": "<a href='https://example.org'>Plan</a>",
    "a script": "<script>alert(1)</script>",
    "a comment": "Plan <!-- B",
}
GOOD = (
    "Plan B",
    "Één solidariteitsfonds (2020)",
    "spend < 5 and > 2",
    "[x](y)",
    ":red[x]",
    "$x$",
    "50 % – 80 %",
    "日本",
)
STUDY = 'id: mine\ntitle: "{}"\nworlds: [one-town]\npolicies: [local-only]\nreplications: 2\n'


@pytest.mark.parametrize("what", BAD)
def test_a_title_that_reads_otherwise_than_it_is_written_is_refused(what: str) -> None:
    world = 'id: mine\ntitle: "{}"\nstart: 2020-01-01\nmunicipalities: municipalities_2020.csv\n'
    for kind, text in (("policy", 'id: mine\ntitle: "{}"\n'), ("study", STUDY), ("world", world)):
        with pytest.raises(InputError, match=r"title.* holds") as told:
            load_brought(kind, "mine.yaml", text.format(BAD[what]).encode())  # type: ignore[arg-type]
        assert {problem.line for problem in told.value.problems} == {2}


@pytest.mark.parametrize("title", GOOD)
def test_other_titles_stay_as_they_are(title: str) -> None:
    found, _ = load_brought("study", "mine.yaml", STUDY.format(title).encode())
    assert isinstance(found, Study)
    assert found.title.nl == title


@pytest.mark.parametrize("what", [name for name in BAD if "line" not in name and "return" not in name])
def test_a_municipality_cannot_be_called_so_either(what: str) -> None:
    name = BAD[what].encode().decode("unicode_escape")
    with pytest.raises(InputError, match=r"line 2|:2:"):
        parse_municipalities(f'nis_code,name,population\n1,"{name}",10\n')


def test_a_text_of_several_lines_stays_a_text() -> None:
    policy, _ = load_brought("policy", "mine.yaml", b"id: mine\ntitle: x\ndescription: |\n  one\n  two\n")
    assert isinstance(policy, Policy)
    assert policy.description is not None
    assert "\n" in policy.description.nl
