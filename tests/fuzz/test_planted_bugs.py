"""A bug that is planted is found by the check that it is for: at the line that must fail, in the words it must fail in.

The cases are those of the ordinary tests, which are clean without the bug: `test_fuzz.py` tries them all.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sim.engines.reference import payments
from sim.engines.reference.payments import Accounts
from sim.engines.reference.pots import Pots
from sim.model import messages
from sim.model.files import load, merge, read_yaml, write_yaml
from sim.model.world import municipalities
from sim.web.levers.lever import Lever
from sim.web.state import link
from tests.fuzz.kinds import HUNTS

Patch = pytest.MonkeyPatch


def around(patch: Patch, owner: Any, name: str, change: Callable[..., Any]) -> None:
    """Put a function in the place of one: it is given that one, and its arguments."""
    real = getattr(owner, name)
    patch.setattr(owner, name, lambda *given, **named: change(real, *given, **named))


# ---- engines -------------------------------------------------------------------------------------------------------


def a_layer_loses_a_cent(patch: Patch) -> None:
    around(patch, payments, "layer_payment", lambda real, *terms: max(0, real(*terms) - (real(*terms) > 100_000)))


def a_phase_is_forgotten(patch: Patch) -> None:
    patch.setattr(Accounts, "begin", lambda self, stage: None)


def a_pot_is_never_filled_again(patch: Patch) -> None:
    def once(real: Any, self: Pots, minute: int, levies: Any) -> None:
        if minute == 0:
            real(self, minute, levies)

    around(patch, Pots, "refill", once)


# ---- files ---------------------------------------------------------------------------------------------------------


def a_key_that_is_unknown_is_taken(patch: Patch) -> None:
    class Lenient:
        def __init__(self, model: Any) -> None:
            self.model = model

        def model_validate(self, values: dict[str, Any]) -> Any:
            return self.model.model_validate(
                {key: one for key, one in values.items() if key in self.model.model_fields}
            )

    patch.setattr(load, "MODELS", {kind: Lenient(model) for kind, model in load.MODELS.items()})


def a_group_that_should_be_a_list_is_told_in_words_of_python(patch: Patch) -> None:
    patch.setattr(messages, "shown", lambda value: f"a {type(value).__name__}")


def lines_are_counted_from_nought(patch: Patch) -> None:
    around(patch, load, "Problem",
           lambda real, file, line, *rest: real(file, line and line - 1, *rest))  # fmt: skip
    around(patch, messages, "Problem",
           lambda real, file, line, *rest: real(file, line and line - 1, *rest))  # fmt: skip


def a_share_is_written_in_two_digits(patch: Patch) -> None:
    def short(real: Any, value: Any) -> Any:
        return float(f"{value:.2g}") if isinstance(value, float) else real(value)

    around(patch, write_yaml, "_value", short)


def a_file_is_kept_beside_the_one_that_was_read(patch: Patch) -> None:
    def kept(real: Any, path: Path) -> Any:
        path.with_suffix(".cache").touch()
        return real(path)

    around(patch, load, "read_tree", kept)


def an_error_of_python_comes_out_of_the_command_line(patch: Patch) -> None:
    patch.setattr(load, "date_problems", lambda *given: 1 // 0)


def a_setting_is_rounded(patch: Patch) -> None:
    def rounded(real: Any, node: Any) -> Any:
        value = round(node.value, 3) if isinstance(node.value, float) else node.value
        return real(read_yaml.Node(value, node.file, node.line))

    around(patch, merge, "_moved", rounded)


# ---- tables --------------------------------------------------------------------------------------------------------


def a_decimal_comma_is_left_out(patch: Patch) -> None:
    around(patch, municipalities, "_value", lambda real, column, cell, mark: real(column, cell.replace(",", ""), mark))


def a_name_that_stands_twice_is_taken(patch: Patch) -> None:
    patch.setattr(municipalities, "duplicates", lambda *given: [])


# ---- the app -------------------------------------------------------------------------------------------------------


def a_value_stands_behind_all_options(patch: Patch) -> None:
    patch.setattr(Lever, "with_option", lambda self, value: tuple(dict.fromkeys((*self.options, value)))
                  if self.kind == "slide" else self.options)  # fmt: skip


def one_value_of_a_lever_raises(patch: Patch) -> None:
    around(patch, Lever, "read", lambda real, self, text: real(self, text) if text != "unlimited" else int(text))


def an_address_loses_the_audit(patch: Patch) -> None:
    around(patch, link, "write", lambda real, screen: {k: v for k, v in real(screen).items() if k != "audit"})


def an_upload_may_stand_on_any_file(patch: Patch) -> None:
    around(patch, load, "_built",
           lambda real, kind, tree, path, *rest: real(kind, tree, path or Path.cwd() / tree.file, *rest))  # fmt: skip


class Sign(NamedTuple):
    """What a planted bug must be found by: a hunt, the line that must fail in it, and kind and words of the failure."""

    hunt: str
    line: str
    words: str = ""
    kind: type[Exception] = AssertionError


ALIKE = r"np\.array_equal\(read\.postings, fast\.postings\)"
PLANTED: dict[Callable[[Patch], None], Sign] = {
    a_layer_loses_a_cent: Sign("pairs of a world and a policy", ALIKE),
    a_phase_is_forgotten: Sign("pairs of a world and a policy", ALIKE),
    a_pot_is_never_filled_again: Sign("pairs of a world and a policy", ALIKE),
    a_key_that_is_unknown_is_taken: Sign("broken files", "assert name in read", "was lost"),
    a_group_that_should_be_a_list_is_told_in_words_of_python: Sign(
        "broken files", "assert not found", "'(dict|tuple|str|int|float|bool|NoneType)'"
    ),
    lines_are_counted_from_nought: Sign("broken files", "1 <= problem.line", r":0: \["),
    a_share_is_written_in_two_digits: Sign("sound files", "assert same, text|what was written is refused"),
    a_file_is_kept_beside_the_one_that_was_read: Sign("broken files", r"Path\(folder\)\.iterdir\(\)"),
    an_error_of_python_comes_out_of_the_command_line: Sign(
        "files on the command line", r"said\.code in \(0, 2\)", "ZeroDivisionError"
    ),
    a_setting_is_rounded: Sign("sound settings", "assert found == wanted"),
    a_decimal_comma_is_left_out: Sign("tables", r"assert found == tuple\("),
    a_name_that_stands_twice_is_taken: Sign("broken tables", r"== len\("),
    a_value_stands_behind_all_options: Sign("addresses", r"assert numbers == sorted\(numbers\)"),
    one_value_of_a_lever_raises: Sign("addresses", r"int\(text\)", "unlimited", ValueError),
    an_address_loses_the_audit: Sign("addresses", "again.choice.values"),
    an_upload_may_stand_on_any_file: Sign("uploads", "opened_files"),
}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_found_by_its_own_sign(plant: Callable[[Patch], None], monkeypatch: Patch) -> None:
    sign = PLANTED[plant]
    plant(monkeypatch)
    with pytest.raises(sign.kind, match=sign.words) as caught:
        HUNTS[sign.hunt].until_one_fails()
    lines = [str(frame.line) for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert any(re.search(sign.line, line) for line in lines), lines[-1]
