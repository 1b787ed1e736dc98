"""A bug that is planted is found: in the cases of the ordinary tests, by the check that it is for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.engines.reference import payments
from sim.engines.reference.payments import Accounts
from sim.engines.reference.pots import Pots
from sim.experiments.comparison import plain_data
from sim.model import messages
from sim.model.files import load, merge, read_yaml, write_yaml
from sim.model.policy import numbers
from sim.model.scalars import _DATE
from sim.model.world import municipalities
from sim.web.levers.lever import Lever
from sim.web.state import link, policy_file
from sim.web.studies import files
from tests.fuzz.kinds import HUNTS

Patch = pytest.MonkeyPatch


def around(patch: Patch, owner: Any, name: str, change: Callable[..., Any]) -> None:
    """Put a function in the place of one: it is given that one, and its arguments."""
    real = getattr(owner, name)
    patch.setattr(owner, name, lambda *given, **named: change(real, *given, **named))


# ---- engines -------------------------------------------------------------------------------------------------------


def a_layer_loses_a_cent(patch: Patch) -> None:
    around(patch, payments, "layer_payment", lambda real, *terms: max(0, real(*terms) - (real(*terms) > 100_000)))


def a_limit_begins_anew_on_the_last_day_of_the_year(patch: Patch) -> None:
    around(patch, payments, "bisect_right", lambda real, starts, minute: real(starts, minute + 1440))


def a_layer_still_pays_on_the_day_after_its_last(patch: Patch) -> None:
    def longer(self: Accounts, layers: Any) -> None:
        self.layers = tuple(tuple(one._replace(ends=one.ends + 1440) for one in some) for some in layers)
        self._places = [payments.places(one) for one in layers]

    patch.setattr(Accounts, "_divide_by", longer)


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
    around(patch, plain_data, "benefit_cost", lambda real, *given: float("nan"))


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


def a_date_that_does_not_exist_ends_in_a_crash(patch: Patch) -> None:
    def read(real: Any, text: str) -> Any:
        value = real(text)
        if isinstance(value, str) and _DATE.fullmatch(text):
            raise LookupError(text)
        return value

    around(patch, read_yaml, "scalar", read)


def a_group_that_should_be_a_list_is_told_in_words_of_python(patch: Patch) -> None:
    patch.setattr(messages, "shown", lambda value: f"a {type(value).__name__}")


def a_problem_has_the_line_above(patch: Patch) -> None:
    around(patch, read_yaml, "parse_tree", lambda real, text, file: real("\n" * 10_000 + text, file))


def a_share_is_written_in_two_digits(patch: Patch) -> None:
    def short(real: Any, value: Any) -> Any:
        return float(f"{value:.2g}") if isinstance(value, float) else real(value)

    around(patch, write_yaml, "_value", short)


def a_file_is_kept_beside_the_one_that_was_read(patch: Patch) -> None:
    def kept(real: Any, path: Path) -> Any:
        path.with_suffix(".cache").touch()
        return real(path)

    around(patch, load, "read_tree", kept)


def reading_takes_time_that_grows_with_the_square(patch: Patch) -> None:
    def slow(real: Any, text: str, file: str) -> Any:
        sum(len(text) > place for place in range(200 * len(text.splitlines()) ** 2))
        return real(text, file)

    around(patch, read_yaml, "parse_tree", slow)


def an_error_of_python_comes_out_of_the_command_line(patch: Patch) -> None:
    patch.setattr(load, "date_problems", lambda *given: 1 // 0)


def a_setting_is_rounded(patch: Patch) -> None:
    def rounded(real: Any, node: Any) -> Any:
        value = round(node.value, 3) if isinstance(node.value, float) else node.value
        return real(read_yaml.Node(value, node.file, node.line))

    around(patch, merge, "_moved", rounded)


# ---- tables --------------------------------------------------------------------------------------------------------


def a_decimal_comma_is_left_out(patch: Patch) -> None:
    around(patch, municipalities, "_value", lambda real, column, cell: real(column, cell.replace(",", "")))


def a_name_that_stands_twice_is_taken(patch: Patch) -> None:
    patch.setattr(municipalities, "duplicates", lambda *given: [])


# ---- the app -------------------------------------------------------------------------------------------------------


def options_are_sorted_as_numbers(patch: Patch) -> None:
    patch.setattr(Lever, "with_option", lambda self, value: tuple(sorted({*self.options, value}, key=float))
                  if self.kind == "slide" else self.options)  # fmt: skip


def one_value_of_a_lever_raises(patch: Patch) -> None:
    around(patch, Lever, "read", lambda real, self, text: real(self, text) if text != "unlimited" else int(text))


def an_address_loses_the_year_of_the_last_audit(patch: Patch) -> None:
    around(patch, link, "write", lambda real, screen: {k: v for k, v in real(screen).items() if k != "audit"})


def a_page_cannot_be_drawn(patch: Patch) -> None:
    around(patch, Lever, "label", lambda real, self, say: {}[self.link] if self.link == "ransom" else real(self, say))


def an_upload_may_stand_on_any_file(patch: Patch) -> None:
    patch.setattr(policy_file, "_check_base", lambda *given: None)
    patch.setattr(files, "_check_names", lambda *given: None)


PLANTED: dict[Callable[[Patch], None], str] = {
    a_layer_loses_a_cent: "pairs of a world and a policy",
    a_limit_begins_anew_on_the_last_day_of_the_year: "pairs of a world and a policy",
    a_layer_still_pays_on_the_day_after_its_last: "pairs of a world and a policy",
    a_phase_is_forgotten: "pairs of a world and a policy",
    a_pot_is_never_filled_again: "pairs of a world and a policy",
    both_engines_forget_the_yearly_limits: "pairs of a world and a policy",
    an_unknown_number_stands_in_the_answer: "answers of a pair",
    a_key_that_is_unknown_is_taken: "broken files",
    a_date_that_does_not_exist_ends_in_a_crash: "broken files",
    a_group_that_should_be_a_list_is_told_in_words_of_python: "broken files",
    a_problem_has_the_line_above: "broken files",
    a_share_is_written_in_two_digits: "sound files",
    a_file_is_kept_beside_the_one_that_was_read: "broken files",
    reading_takes_time_that_grows_with_the_square: "broken files",
    an_error_of_python_comes_out_of_the_command_line: "files on the command line",
    a_setting_is_rounded: "sound settings",
    a_decimal_comma_is_left_out: "tables",
    a_name_that_stands_twice_is_taken: "broken tables",
    options_are_sorted_as_numbers: "addresses",
    one_value_of_a_lever_raises: "addresses",
    an_address_loses_the_year_of_the_last_audit: "addresses",
    a_page_cannot_be_drawn: "pages",
    an_upload_may_stand_on_any_file: "uploads",
}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_found(plant: Callable[[Patch], None], monkeypatch: Patch) -> None:
    plant(monkeypatch)
    with pytest.raises(Exception):  # noqa: B017, PT011
        HUNTS[PLANTED[plant]].briefly(smallest=False)
