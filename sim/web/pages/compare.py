"""The page "Compare": two to four policies side by side, today's being the first."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import streamlit as st

from sim.experiments.comparison.compare import Comparison
from sim.model.groups import Words as Text
from sim.model.policy.policy import Policy
from sim.results.findings import TRIVIAL, told
from sim.show.charts.differences import outcomes, table_of_outcomes, table_of_winners, winners_by_size
from sim.show.charts.exceedance import exceedance, table_of_exceedance
from sim.show.charts.payers import payers_bars, table_of_payers_by_policy
from sim.show.sentences.policy_differences import differs
from sim.text import N_, Words
from sim.web.answers.answer import ask, no_answer
from sim.web.layout import page_frame
from sim.web.layout.chart import chart
from sim.web.layout.file_menu import unmarked
from sim.web.state import session
from sim.web.state.choice import BASELINE, Choice, begin, presets, same
from sim.web.state.packed_policies import MOST_KEPT, NOBODY, NOW
from sim.web.state.packed_policies import codes as codes_in
from sim.web.state.view import View, view
from sim.web.widgets import fields, windows

WORD_JOINER = "\N{WORD JOINER}"
TABS = {"outcomes": N_("What changes, who pays"), "spread": N_("Risk, winners and losers")}
FIRST = ("prevention-first", "fifty-fifty")
"""What is compared when nobody chose."""


def draw() -> None:
    """Draw the page."""
    seen = view()
    say = seen.say
    page_frame.head(seen, say.say("What do policies change, and for whom?"))
    policies = _chosen(seen)
    if not policies:
        st.info(say.say("Choose one to three policies to hold against today's."), icon=":material/compare_arrows:")
        no_answer(seen)
        return
    answer = ask(seen, (seen.baseline, *policies))
    _cards(seen, answer.result)
    charts = _charts(seen, answer.result)
    page_frame.foot(seen, answer.result)
    answer.finish(seen, charts)


# ---- which policies ------------------------------------------------------------------------------------------------


def _options(seen: View) -> Mapping[str, tuple[str, Choice]]:
    """What can be compared, by code: the choice of now, what was kept, and the presets."""
    say = seen.say
    found: dict[str, tuple[str, Choice]] = {}
    if not _is_preset(seen):
        found[NOW] = (say.say("{policy} (now)", policy=seen.policy.title[say.language]), seen.screen.choice)
    found |= session.kept()
    found |= {name: (policy.title[say.language], begin(name)) for name, policy in presets().items() if name != BASELINE}
    return found


def _is_preset(seen: View) -> bool:
    return any(same(seen.policy, policy) for policy in presets().values())


def _chosen(seen: View) -> tuple[Policy, ...]:
    """Let the visitor choose, and return the policies; each has a name and an id of its own."""
    say, options = seen.say, _options(seen)
    codes = [code for code in codes_in(seen.screen.fields["with"]) if code in options]
    if not codes and not seen.screen.fields["with"]:
        codes = _first(seen, options)
    names = {code: name for code, (name, _) in options.items()}
    fields.several(
        windows.some_of(codes, names, lambda screen, now: windows.with_field(screen, "with", ",".join(now) or NOBODY)),
        names,
        key=f"with-{say.language}",
        label=say.say("Compare with “{baseline}”", baseline=seen.baseline.title[say.language]),
        max_selections=MOST_KEPT,
        placeholder=say.say("Choose one to three policies"),
        help=say.say("Presets, your choice of now, and what you kept with the button File."),
    )
    return tuple(_named(code, *options[code]) for code in codes)


def _first(seen: View, options: Mapping[str, tuple[str, Choice]]) -> list[str]:
    mine = [NOW] if NOW in options else [name for name in (seen.screen.choice.start,) if name in options]
    return [*mine, *(name for name in FIRST if name not in mine)][:MOST_KEPT]


def _named(code: str, name: str, choice: Choice) -> Policy:
    """A policy as it is called here; its id is that of the list, for two may come from one file."""
    policy = choice.policy
    if code in presets() or code == NOW:
        return policy
    return policy.model_copy(update={"id": f"kept-{zlib.crc32(code.encode())}", "title": Text(nl=name, en=name)})


# ---- what they change ----------------------------------------------------------------------------------------------


def _cards(seen: View, result: Comparison) -> None:
    """A card for every policy: the change of its total, and in what it differs, in words."""
    say = seen.say
    for column, policy in zip(st.columns(len(result.policies) - 1), result.policies[1:], strict=True):
        with column, st.container(border=True, height="stretch", key=f"card-{policy.id}"):
            st.header(unmarked(policy.title[say.language]), anchor=False)
            st.markdown(_headline(say, result, policy))
            said = differs(policy, seen.baseline, say)
            st.caption("\n".join(f"- {sentence}" for sentence in said) or say.say("Nothing differs."))


def _headline(say: Words, result: Comparison, policy: Policy) -> str:
    one = result.difference(policy, "cash_cost_eur")
    if one.is_same:
        return say.say("**The same** in total, in every future")
    low, high = (end / result.years for end in one.ci95)
    if one.verdict == "too_close":
        sentence = N_("**Too close to call**: {low} to {high} a year in total ({level}%)")
        return say.say(sentence, low=_whole(say, low), high=_whole(say, high))
    if told(one, result.estimate(result.baseline, "cash_cost_eur").mean) == "trifle":
        sentence = N_("**Less than {least}** of the total: {low} to {high} a year ({level}%)")
        return say.say(sentence, least=say.percent(TRIVIAL, 1), low=_whole(say, low), high=_whole(say, high))
    low, high = sorted((abs(low), abs(high)))
    values = {"amount": say.money(abs(one.mean) / result.years), "low": say.money(low), "high": say.money(high)}
    if one.mean < 0:
        return say.say("**{amount} less** a year in total ({level}%: {low} to {high})", **values)
    return say.say("**{amount} more** a year in total ({level}%: {low} to {high})", **values)


def _whole(say: Words, euro: float) -> str:
    """An amount whose sign stays beside it at the end of a line."""
    return say.money(euro).replace("-", f"-{WORD_JOINER}")


def _charts(seen: View, result: Comparison) -> list[str]:
    """Draw the two charts of the open tab; return their revisions."""
    say, scheme, language = seen.say, seen.scheme, seen.say.language
    tab = page_frame.tabs(seen, "view", {name: say.say(label) for name, label in TABS.items()})
    with tab.place:
        left, right = st.columns(2, gap="medium")
        if tab.name == "outcomes":
            with left:
                one = chart(
                    seen,
                    "outcomes",
                    outcomes(result, language, scheme=scheme),
                    lambda: table_of_outcomes(result, language),
                )
            with right:
                two = chart(
                    seen,
                    "bars",
                    payers_bars(result, language, scheme=scheme),
                    lambda: table_of_payers_by_policy(result, language),
                )
        else:
            with left:
                one = chart(
                    seen,
                    "exceedance",
                    exceedance(result, language, scheme=scheme),
                    lambda: table_of_exceedance(result, language),
                )
            with right:
                two = chart(
                    seen,
                    "winners",
                    winners_by_size(result, language, scheme=scheme),
                    lambda: table_of_winners(result, language),
                )
    return [one, two]


if __name__ == "__main__":
    draw()
