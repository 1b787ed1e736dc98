"""Sound data and sound text with something wrong: what people, editors and other programs do to a file."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.grammar import every_key
from tests.fuzz.scenarios import GROUPS, Tree, policies, studies, worlds
from tests.fuzz.writing import Bare, yaml_of

KEYS = st.sampled_from(every_key(*GROUPS))
ODD = st.sampled_from(
    [
        *(None, True, False, 0, -1, 1.5, -0.0, 1e308, -1e308, 5e-324, float("nan"), float("inf"), 10**30, 10**400),
        *("", " ", "x", "NaN", "1e3", "2.000", "2,5", "1 000", "€ 5", "50%", "yes", "nee", "None", "a\nb", "\u202e"),
        *map(Bare, ("2022-02-30", "2.000", "2,5", "1_000", "0x1F", "1:30", "+.5", "1e400", ".inf", "NaN", "yes", "*a")),
        *(datetime.date(1, 1, 1), datetime.date(9999, 12, 31), [], {}, [[]], [{}], [None], ["a"], {"a": 1}, {"": {}}),
    ]
)
DATES = ("2022-02-30", "2021-02-29", "2022-13-01", "2022-00-10", "2022-1-1", "0000-01-01", "9999-12-31", "20220601",
         "2022-06-01T12:00:00", "01/02/2022", "1-2-2022")  # fmt: skip
TWINS = str.maketrans("aeopcxyi-_", "аеорсхуі‐＿")
"""Letters that look the same and are not."""


def spots(data: object, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value inside lists and groups."""
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inside:
        yield (*above, key)
        yield from spots(value, (*above, key))


def _renamed(change: Callable[[str], str]) -> Callable[[Any, Any, st.DrawFn], None]:
    """A change of a key; the value stays."""

    def spoil(holder: Any, key: Any, draw: st.DrawFn) -> None:
        if isinstance(key, str):
            holder[change(key)] = holder.pop(key)

    return spoil


def _wrapped(holder: Any, key: Any, draw: st.DrawFn) -> None:
    for _ in range(draw(st.sampled_from([1, 2, 19, 40, 300]))):
        holder[key] = [holder[key]] if draw(st.booleans()) else {"a": holder[key]}


def _twice(holder: Any, key: Any, draw: st.DrawFn) -> None:
    if isinstance(holder, list):
        holder.extend([holder[key]] * draw(st.sampled_from([1, 30])))


def _as_text(holder: Any, key: Any, draw: st.DrawFn) -> None:
    holder[key] = str(holder[key])


def _odd(holder: Any, key: Any, draw: st.DrawFn) -> None:
    holder[key] = copy.deepcopy(draw(ODD))


def _near(holder: Any, key: Any, draw: st.DrawFn) -> None:
    """Nearly what stands there: a date that there is not, a number in another form, too large or negative, a slip."""
    value = holder[key]
    match value:
        case datetime.date():
            holder[key] = draw(st.sampled_from([Bare(text) for text in DATES]))
        case bool() | None:
            holder[key] = draw(st.sampled_from([0, 1, "true", Bare("yes"), Bare("nee"), Bare("TRUE"), Bare("~")]))
        case int() | float():
            forms = [str(value), f"{value}".replace(".", ","), f"{value:_}", f"{value} %", f"€ {value}", f"{value:.3e}"]
            holder[key] = draw(st.sampled_from([-value, value * 1e9, value + 0.5, *forms, *map(Bare, forms[:4])]))
        case str() if value:
            holder[key] = draw(
                st.sampled_from([value[:-1], value.upper(), value.translate(TWINS), f"{value} ", [value]])
            )


def _crowded(holder: Any, key: Any, draw: st.DrawFn) -> None:
    if isinstance(holder, dict):
        holder |= {f"{key}{number}": holder[key] for number in range(draw(st.sampled_from([3, 30, 300])))}


def _gone(holder: Any, key: Any, draw: st.DrawFn) -> None:
    del holder[key]


def _another(holder: Any, key: Any, draw: st.DrawFn) -> None:
    if isinstance(holder, dict):
        holder[draw(KEYS)] = copy.deepcopy(draw(st.one_of(ODD, st.just(holder[key]))))


def _keys_as_list(holder: Any, key: Any, draw: st.DrawFn) -> None:
    if isinstance(holder[key], dict):
        holder[key] = [{name: value} for name, value in holder[key].items()]
    elif isinstance(holder[key], list):
        holder[key] = {str(place): value for place, value in enumerate(holder[key])}


OF_DATA = (
    _odd,
    _gone,
    _crowded,
    _another,
    _wrapped,
    _twice,
    _as_text,
    _keys_as_list,
    _renamed(lambda key: key[1:] or "x"),
    _renamed(lambda key: key[:-1] + key[-1:] * 2),
    _renamed(str.upper),
    _renamed(lambda key: key.replace("_", "-")),
    _renamed(lambda key: key.translate(TWINS)),
    _renamed(lambda key: f"policy.{key}"),
    _renamed(lambda key: f" {key} "),
    _renamed(lambda key: key + "\u200b"),
)
"""What goes wrong in data; each changes a value in its group or list."""


@st.composite
def spoiled(draw: st.DrawFn, trees: st.SearchStrategy[Tree]) -> Tree:
    """Data in which one to three things are wrong."""
    tree = copy.deepcopy(draw(trees))
    if draw(st.integers(0, 5)) == 0:  # all is sound but for one key, which nobody knows
        tree[draw(st.sampled_from(["descripton", "Title", "notes", "response.teams", "seeds", "0", "grant"]))] = 1
        return tree
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        if places := list(spots(tree)):
            near = draw(st.booleans())
            groups: dict[Any, list[tuple[Any, ...]]] = {}
            for place in places:  # the only date is as likely as all numbers, and the first level as all below it
                value = _at(tree, place)
                if not near:
                    groups.setdefault(len(place), []).append(place)
                elif not isinstance(value, dict | list):
                    groups.setdefault(type(value).__name__, []).append(place)
            *above, last = draw(st.sampled_from(groups[draw(st.sampled_from([*groups]))])) if groups else places[0]
            (_near if near else draw(st.sampled_from(OF_DATA)))(_at(tree, above), last, draw)
    return tree


def _at(tree: Any, place: Any) -> Any:
    """What stands at a place."""
    for step in place:
        tree = tree[step]
    return tree


# ---- text ----------------------------------------------------------------------------------------------------------

PIECES = (
    *("\t", "\0", "\x1b[31m", "\x07", "\x85", "\u2028", "\u00a0", "\u202e", "\ufeff", "\r", "\n", "\n\n", "'", '"'),
    *("&a ", "*a", "<<: *a", "!!python/object:os.system ", "!t ", "--- ", "\n---\n", "\n...\n", "%YAML 1.1\n", "? "),
    *(" #", "#", "|\n", ">\n", "{", "}", "[", "]", ",", "@", "%", "- ", "[" * 60, "{a: " * 60, "9" * 500, "x" * 5000),
    *("0x1F", "1_000", "1:30", "=", "~", "id: again\n", "title: again\n"),
)
CODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "latin-1", "utf-7")


@st.composite
def spoiled_text(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> bytes:
    """The bytes of a file that was cut, pasted in, indented anew, doubled, or saved in another form."""
    text = draw(texts)
    for kind in draw(st.lists(st.sampled_from(("put", "cut", "line", "indent", "many", "ends", "swap")), max_size=2)):
        place = draw(st.integers(0, len(text)))
        lines = text.splitlines(keepends=True)
        if kind == "put":
            text = text[:place] + draw(st.sampled_from(PIECES)) + text[place:]
        elif kind == "cut":
            text = draw(st.sampled_from([text[:place], text[place:], text[:place] + text[place + 1 :]]))
        elif kind == "ends":
            text = text.replace("\n", draw(st.sampled_from(["\r\n", "\r", "\n\n", " \n", "\x85"])))
        elif lines:
            number = draw(st.integers(0, len(lines) - 1))
            if kind == "line":
                lines.insert(draw(st.integers(0, len(lines))), lines[number])
            elif kind == "indent":
                lines[number] = draw(st.sampled_from([" ", "\t", "  ", "- "])) + lines[number]
            elif kind == "many":
                lines[number] *= draw(st.sampled_from([2, 50, 1000]))
            else:
                lines[number], lines[0] = lines[0], lines[number]
            text = "".join(lines)
    raw = text.encode(draw(st.sampled_from(CODINGS)) if draw(st.integers(0, 4)) == 0 else "utf-8", "replace")
    return draw(st.sampled_from([b"", b"", b"", b"", b"\xef\xbb\xbf", b"\xef\xbb\xbf\xef\xbb\xbf", b"\xff"])) + raw


@st.composite
def files(draw: st.DrawFn, trees: st.SearchStrategy[Tree], *, sound: bool = False) -> bytes:
    """A YAML file: sound, or with something wrong in its data, in its text, or in both."""
    deep = st.sampled_from([0, 1, 2, 99])
    if sound:
        return yaml_of(draw(trees), draw(deep)).encode()
    if draw(st.integers(0, 2)):
        return yaml_of(draw(spoiled(trees)), draw(deep)).encode("utf-8", "replace")
    both = st.one_of(trees, spoiled(trees))
    return draw(spoiled_text(st.builds(yaml_of, both, deep)))


POINTING = (b"based_on: SECRET\n", b"worlds: [SECRET]\n", b"policies: [SECRET, no-ransom]\n", b"baseline: SECRET\n",
            b'"based_on": "SECRET"\n', b"municipalities: SECRET\n")  # fmt: skip
"""Lines that name a file of the server, whose path stands in the place of SECRET."""


@st.composite
def uploads(draw: st.DrawFn, files: st.SearchStrategy[bytes]) -> bytes:
    """Files that a visitor brings; some point at a file of the server, and are saved in odd ways."""
    raw = draw(files)
    if draw(st.booleans()):
        line = draw(st.sampled_from(POINTING))
        raw = draw(st.sampled_from([line + raw, raw + b"\n" + line]))
        raw = draw(st.sampled_from([b"", b"", b"\xef\xbb\xbf", b"\xef\xbb\xbf\xef\xbb\xbf", b"\0", b"---\n"])) + raw
    return raw


ANY_TREE = st.one_of(policies(), worlds(), studies())
