"""Bytes as text, or one sentence about what they are in truth: a workbook, a document, text of another encoding."""

from __future__ import annotations

from typing import NamedTuple

_BEGINS = {
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "a file of an old Excel or Word (.xls, .doc)",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "a compressed file (gzip)",
    b"7z\xbc\xaf": "a compressed file (7z)",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"SQLite format 3": "a database",
    b"{\\rtf": "a document (.rtf)",
}
_ZIPPED = {
    b"xl/": "an Excel workbook (.xlsx)",
    b"word/": "a Word document (.docx)",
    b"ppt/": "a presentation (.pptx)",
    b"opendocument.spreadsheet": "a workbook of LibreOffice (.ods)",
    b"opendocument.text": "a document of LibreOffice (.odt)",
    b"Index/": "a workbook of Numbers",
}
_PAGES = (b"<!doctype html", b"<html")
_HEAD = 100_000
"""Bytes of a zipped file in which the names of what it holds are looked for."""


class Refused(NamedTuple):
    """Why bytes are no text of ours: a rule, a sentence, what to do, and the line where it shows."""

    rule: str
    message: str
    hint: str | None
    line: int | None


def text_of(raw: bytes, wanted: str) -> str | Refused:
    """The text in these bytes, without the mark that says UTF-8; or why there is none.

    `wanted` says what to do where it is a file of another program: "save the sheet as CSV UTF-8".
    """
    if (what := other_program(raw)) is not None:
        return Refused("other-program", f"is {what}, whatever its name says, and not a text file", wanted, None)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        what = "UTF-32" if raw[2:4] == b"\0\0" else "UTF-16"
        return Refused("not-utf8", f"is {what} text", "save it as UTF-8", 1)
    if b"\0" in raw:
        if (order := _wide(raw)) is not None:
            return Refused("not-utf8", f"is UTF-16 text ({order} first)", "save it as UTF-8", 1)
        return Refused("binary", "is not a text file", None, raw[: raw.index(b"\0")].count(b"\n") + 1)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        letter = raw[error.start : error.start + 1].decode("cp1252", "replace")
        guess = f"; in Windows-1252 (Latin-1) it is {letter}" if letter.isalpha() else ""
        return Refused(
            "not-utf8", f"byte {raw[error.start]:#04x} is not UTF-8 text{guess}", "save the file as UTF-8", line
        )


def other_program(raw: bytes) -> str | None:
    """What program wrote these bytes, as they tell themselves; None for text."""
    if raw.startswith(b"PK\x03\x04"):
        return next((what for mark, what in _ZIPPED.items() if mark in raw[:_HEAD]), "a zipped file")
    if raw[:3000].lstrip(b"\xef\xbb\xbf \t\r\n")[:15].lower().startswith(_PAGES):
        return "a web page"
    return next((what for mark, what in _BEGINS.items() if raw.startswith(mark)), None)


def _wide(raw: bytes) -> str | None:
    """Which byte of UTF-16 without a mark comes first, where it looks like that; None otherwise."""
    some = raw[:1000]
    if len(some) < 8 or len(some) % 2:
        return None
    even, odd = some[::2].count(0), some[1::2].count(0)
    half = len(some) / 2
    if min(even, odd) > 0.1 * half or max(even, odd) < 0.7 * half:
        return None
    return "low byte" if odd > even else "high byte"
