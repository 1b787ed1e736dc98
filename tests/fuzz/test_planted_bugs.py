"""A bug that is planted is found by the check that it is for: at the line that must fail, in the words it must fail in.

The cases are those of the ordinary tests, which are clean without the bug: `test_fuzz.py` tries them all.
"""

from __future__ import annotations

import dataclasses
import re
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sim.engines.reference import payments
from sim.engines.reference.payments import Accounts
from sim.engines.reference.pots import Pots
from sim.experiments.comparison import plain_data
from sim.model import messages
from sim.model.files import load, merge, read_yaml, write_yaml
from sim.model.policy import numbers
from sim.model.world import municipalities
from sim.web.levers.lever import Lever
from sim.web.state import link
from tests.fuzz.kinds import HUNTS

Patch = pytest.MonkeyPatch
A_MONTH = 31 * 1440
"""In minutes; what is wrong for a day shows in too few cases."""


def around(patch: Patch, owner: Any, name: str, change: Callable[..., Any]) -> None:
    """Put a function in the place of one: it is given that one, and its arguments."""
    real = getattr(owner, name)
    patch.setattr(owner, name, lambda *given, **named: change(real, *given, **named))


# ---- engines -------------------------------------------------------------------------------------------------------


def a_layer_loses_a_cent(patch: Patch) -> None:
    around(patch, payments, "layer_payment", lambda real, *terms: max(0, real(*terms) - (real(*terms) > 100_000)))


def a_limit_begins_anew_a_month_before_the_year_does(patch: Patch) -> None:
    around(patch, payments, "bisect_right", lambda real, starts, minute: real(starts, minute + A_MONTH))


def a_layer_still_pays_in_the_month_after_its_last_day(patch: Patch) -> None:
    def longer(real: Any, self: Accounts, layers: Any) -> None:
        real(self, layers)
        self.layers = tuple(tuple(one._replace(ends=one.ends + A_MONTH) for one in some) for some in layers)

    around(patch, Accounts, "_divide_by", longer)


def a_phase_is_forgotten(patch: Patch) -> None:
    patch.setattr(Accounts, "begin", lambda self, stage: None)


def a_pot_is_never_filled_again(patch: Patch) -> None:
    def once(real: Any, self: Pots, minute: int, levies: Any) -> None:
        if minute == 0:
            real(self, minute, levies)

    around(patch, Pots, "refill", once)


def both_engines_forget_the_yearly_limits(patch: Patch) -> None:
    """The twins agree on this one, so only what a policy says tells that it is wrong."""
    around(patch, numbers, "LayerTerms",
           lambda real, *terms, **named: real(*terms, **named)._replace(limit_per_year=1 << 60))  # fmt: skip


def an_unknown_number_stands_in_the_answer(patch: Patch) -> None:
    around(
        patch,
        plain_data,
        "benefit_cost",
        lambda real, *given: dataclasses.replace(real(*given), extra_prevention=float("nan")),
    )


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


def a_page_cannot_be_drawn(patch: Patch) -> None:
    around(patch, Lever, "label", lambda real, self, say: {}[self.link] if self.link == "ransom" else real(self, say))


def an_upload_may_stand_on_any_file(patch: Patch) -> None:
    around(patch, load, "_built",
           lambda real, kind, tree, path, *rest: real(kind, tree, path or Path.cwd() / tree.file, *rest))  # fmt: skip


class Sign(NamedTuple):
    """What a planted bug must be found by: a hunt, the line that fails in it, and the kind and words of the failure."""

    hunt: str
    line: str
    words: str | None = None
    kind: type[Exception] = AssertionError


ALIKE = r"np\.array_equal\(read\.postings, fast\.postings\)"
PLANTED: dict[Callable[[Patch], None], Sign] = {
    a_layer_loses_a_cent: Sign("pairs of a world and a policy", ALIKE),
    a_limit_begins_anew_a_month_before_the_year_does: Sign("pairs of a world and a policy", ALIKE),
    a_layer_still_pays_in_the_month_after_its_last_day: Sign("pairs of a world and a policy", ALIKE),
    a_phase_is_forgotten: Sign("pairs of a world and a policy", ALIKE),
    a_pot_is_never_filled_again: Sign("pairs of a world and a policy", ALIKE),
    both_engines_forget_the_yearly_limits: Sign("pairs of a world and a policy", r"max\(paid\.values\(\)\) <= most"),
    an_unknown_number_stands_in_the_answer: Sign(
        "answers of a pair", r"json\.dumps", "Out of range float values are not JSON", ValueError
    ),
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
    a_page_cannot_be_drawn: Sign("pages", "assert not app.exception", "encountered an error"),
    an_upload_may_stand_on_any_file: Sign("uploads", "opened_files"),
}


NAMES = [plant.__name__ for plant in PLANTED]
RARE = (
    a_limit_begins_anew_a_month_before_the_year_does,
    a_layer_still_pays_in_the_month_after_its_last_day,
    both_engines_forget_the_yearly_limits,
)
"""Bugs that show after some fifty cases, for which there is time in the long tests."""
SEEDS, OFTEN = (1, 2, 3), 2
"""Where other cases begin, and in how many of these three a bug must show."""


def found(plant: Callable[[Patch], None], begin: int | None = None) -> bool:
    """Whether a bug is found in as many cases as the ordinary tests have; fail where it shows in another way."""
    sign = PLANTED[plant]
    try:
        with pytest.MonkeyPatch.context() as patch:
            plant(patch)
            HUNTS[sign.hunt].until_one_fails(begin)
    except sign.kind as error:
        failure = error
    else:
        return False
    lines = [str(frame.line) for frame in traceback.extract_tb(failure.__traceback__)]
    assert any(re.search(sign.line, line) for line in lines), lines[-1]
    assert sign.words is None or re.search(sign.words, str(failure)), str(failure)
    return True


@pytest.mark.parametrize(
    "plant", [pytest.param(one, marks=pytest.mark.long if one in RARE else ()) for one in PLANTED], ids=NAMES
)
def test_a_planted_bug_is_found_by_its_own_sign(plant: Callable[[Patch], None]) -> None:
    assert found(plant)


@pytest.mark.long
@pytest.mark.parametrize("plant", PLANTED, ids=NAMES)
def test_it_is_found_in_other_cases_too(plant: Callable[[Patch], None]) -> None:
    assert sum(found(plant, begin) for begin in SEEDS) >= OFTEN


@pytest.mark.long
@pytest.mark.parametrize("begin", SEEDS)
@pytest.mark.parametrize("hunt", sorted({sign.hunt for sign in PLANTED.values()}))
def test_those_cases_are_clean_without_a_bug(hunt: str, begin: int) -> None:
    HUNTS[hunt].until_one_fails(begin)
