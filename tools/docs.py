"""Fill in the parts of the documents that follow from the code: `python tools/docs.py --write`.

Such a part stands between `<!-- generated: name -->` and `<!-- end -->`. Without `--write` nothing is changed, and the
parts that are out of date are named (exit code 1). Parts that need many futures are left as they are unless asked for:

    python tools/docs.py                              # check; a few seconds
    python tools/docs.py --write                      # tables of parameters, of chance, of figures at the defaults
    python tools/docs.py --write --history --demo     # the same and the results of runs; some minutes

Each result of a run carries a stamp: what its policies cost in the first future. The check plays that one future again,
so that results of an older model are noticed at once.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]

import docs_runs as runs  # noqa: E402
import docs_tables as tables  # noqa: E402

PROJECT = tables.PROJECT
PAGES = ("README.md", *(f"docs/{name}.md" for name in ("model", "evidence", "stress_des", "reading-results")))
PART = re.compile(r"(<!-- generated: ([a-z-]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
FAST: dict[str, Callable[[], str]] = {
    "grades": tables.grades,
    "parameters": tables.parameter_tables,
    "sources": tables.source_table,
    "off": tables.off_values,
    "anchors": tables.anchors,
    "purposes": tables.purposes,
    "order": tables.order,
    "today": tables.today,
    "curves": tables.curves,
    "suppliers": tables.suppliers,
}
HISTORY: dict[str, Callable[[], str]] = {"history": runs.history}
DEMO: dict[str, Callable[[], str]] = {"demo": runs.demo, "assumptions": runs.assumptions, "causes": runs.causes}


def renewed(text: str, makers: dict[str, Callable[[], str]]) -> str:
    """Return the text with the parts that `makers` makes filled in."""

    def part(found: re.Match[str]) -> str:
        head, name, body, end = found.groups()
        if name not in FAST | HISTORY | DEMO:
            raise SystemExit(f"tools/docs.py: nothing makes the part {name!r}")
        return head + (makers[name]() if name in makers else body) + end

    return PART.sub(part, text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Check or write the documents; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write what is out of date; without it, only name it")
    parser.add_argument("--check", action="store_true", help="the same as without --write")
    parser.add_argument("--history", action="store_true", help="the comparison with real incidents too: half a minute")
    parser.add_argument("--demo", action="store_true", help="the results in the README and the manual too: minutes")
    said = parser.parse_args(arguments)
    makers = FAST | (HISTORY if said.history else {}) | (DEMO if said.demo else {})
    stale = []
    for name in PAGES:
        path = PROJECT / name
        old = path.read_text(encoding="utf-8")
        new = renewed(old, makers)
        if new != old and said.write:
            path.write_text(new, encoding="utf-8", newline="\n")
            print(f"wrote {name}")
        elif new != old:
            stale.append(f"{name} is out of date: python tools/docs.py --write")
        if runs.outdated(new):
            stale.append(f"{name} shows results of an older model: python tools/docs.py --write --history --demo")
    print("\n".join(stale), end="\n" if stale else "")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
