"""The page Studies: choose or build one, play it in the background, stop it, go on, and see what it says."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

import sim
from sim.experiments.studies.run import run_study
from sim.experiments.studies.store import Store
from sim.model.files.load import load_study
from sim.model.files.write_yaml import study_yaml
from sim.model.problems import InputError
from sim.model.study.study import Study
from sim.show.studies import chart_tables
from sim.text import LANGUAGES, words
from sim.web.layout.file_menu import literal, unmarked
from sim.web.levers.lever import policy_levers
from sim.web.serving.is_local import is_here
from sim.web.state import link
from sim.web.state.policy_file import MOST_BYTES
from sim.web.studies import jobs, pace, results
from sim.web.studies.choose import UNKEPT
from sim.web.studies.files import command, grid, policy_files, study_from
from sim.web.studies.jobs import BENCH
from tests.pages import address_of, charts, mark_of, opened
from tests.studies import FILE, crossed
from tests.studies import small as small_study

PAGE = "studies"
GRID = FILE.replace("design: latin_hypercube\nsize: 24\n", "design: grid\n")
TEAMS = "  policy.response.teams: {low: 1, high: 6}\n"
WORLDS = GRID.replace(TEAMS, "")
"""Three worlds, in which both policies are as they are."""
SOBOL = FILE.replace("latin_hypercube\nsize: 24", "sobol\nsize: 2").replace(TEAMS, "")


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Studies of a test stand in a folder of its own, and none goes on after it."""
    monkeypatch.setattr(jobs, "user_cache", lambda: tmp_path / "cache")
    monkeypatch.setattr("sim.web.studies.choose.local", lambda: False)
    yield tmp_path / "cache" / "studies"
    if BENCH.job is not None:
        BENCH.job.stop()
        assert BENCH.job.wait(60)
        BENCH.job = None


def small() -> Study:
    """Nine designs of one town over two factors, as a visitor may bring them."""
    return study_from("small.yaml", GRID.encode())


def kept_and_played(file: str) -> Study:
    """A study that a visitor brought, played."""
    study = study_from("some.yaml", file.encode())
    jobs.put(study)
    run_study(study, jobs.store_of(study.digest), workers=1)
    return study


def text(app: object) -> str:
    parts = [*app.main.markdown, *app.main.caption, *app.main.info, *app.main.warning, *app.main.error]  # type: ignore[attr-defined]
    return " ".join(one.value for one in parts)


def titles(app: object) -> list[str]:
    """The findings above the charts."""
    return [one.value for one in app.main.header]  # type: ignore[attr-defined]


@contextlib.contextmanager
def standing_still(process: int) -> Iterator[None]:
    """Hold a process up for a moment."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def ended() -> None:
    assert BENCH.job is not None
    assert BENCH.job.wait(120)


# ---- which study ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("study", [name for name in link.STUDIES if name != "store"])
def test_it_opens_in_both_languages(study: str, language: str) -> None:
    app = opened(PAGE, lang=language, study=study)
    assert not app.exception
    assert not app.error
    assert not app.warning
    assert mark_of(app)["final"] == "yes"
    assert len(app.main.code) == (study != "file")


def test_it_says_how_large_a_study_is_and_how_to_repeat_it() -> None:
    app = opened(PAGE, lang="en", study="who-pays-grid")
    assert "36 designs × 2 policies × 20 futures = 1,440 futures." in text(app)
    assert app.main.code[0].value == "weerbaar study run who-pays-grid --replications 20"
    app.text_input(key="futures-who-pays-grid").set_value("100").run()
    assert "= 7,200 futures." in text(app)
    assert app.main.code[0].value == "weerbaar study run who-pays-grid"


def test_what_is_too_large_is_not_begun() -> None:
    app = opened(PAGE, lang="en", study="uncertainty")
    assert not app.warning
    app.text_input(key="points-uncertainty").set_value("9000").run()
    assert [one.value for one in app.warning] == [
        "That is more than the 200,000 futures that are played here at most. Take fewer designs or futures, or play it "
        "on the command line."
    ]
    assert not [one for one in app.button if one.key == "start-study"]


def test_a_sample_is_counted_without_drawing_it() -> None:
    for name, designs in (("who-pays-grid", 36), ("uncertainty", 10_000), ("robust-policy", 27)):
        assert jobs.designs_of(load_study(name)) == designs
    sobol = study_from("a.yaml", FILE.replace("latin_hypercube\nsize: 24", "sobol\nsize: 16").encode())
    assert jobs.designs_of(sobol) == 16 * (2 + 2)


def test_a_grid_is_built_from_levers() -> None:
    app = opened(PAGE, lang="en", study="build")
    assert len(app.main.multiselect) == 3  # policies, and the values of two levers
    values = app.multiselect(key="values-0-policy.response.teams-en")
    values.set_value(values.value[:2]).run()
    app.selectbox(key="moved-1-en").set_value("").run()
    assert "2 designs × 2 policies × 20 futures = 80 futures." in text(app)
    app.multiselect(key="grid-policies-en").set_value(["status-quo-2020", "fifty-fifty"]).run()
    assert "2 designs × 2 policies" in text(app)  # today's policy moves as well
    app.multiselect(key="grid-policies-en").set_value([]).run()
    assert "Choose a policy" in text(app)
    assert not app.exception


def test_a_lever_inside_what_a_policy_does_not_have_is_not_offered() -> None:
    app = opened(PAGE, lang="en", study="build")
    app.multiselect(key="grid-policies-en").set_value(["solidarity-fund"]).run()
    offered = set(app.selectbox(key="moved-2-en").options)
    app.multiselect(key="grid-policies-en").set_value(["solidarity-fund", "local-only"]).run()
    gone = offered - set(app.selectbox(key="moved-2-en").options)
    say = words("en")
    fund = [lever for lever in policy_levers() if lever.within == "policy.fund" and lever.parameter is not None]
    assert gone == {lever.label(say) for lever in fund}
    assert not app.exception


def test_a_built_grid_is_a_study_that_reads_back(tmp_path: Path) -> None:
    built = grid("one-town", [sim.load_policy("fifty-fifty")], {"policy.response.teams": [2, "unlimited"]}, 7)
    path = tmp_path / "my-grid.yaml"
    path.write_text(study_yaml(built, by_id=True), encoding="utf-8")
    assert load_study(path).digest == built.digest
    assert command(built) == "weerbaar study run my-grid.yaml"
    assert [one.id for one in built.played] == ["status-quo-2020", "fifty-fifty"]


def test_the_command_of_a_shipped_study_plays_the_same() -> None:
    study = load_study("uncertainty").with_values({"size": 300, "replications": 20})
    said = shlex.split(command(study))
    assert said == ["weerbaar", "study", "run", "uncertainty", "--designs", "300", "--replications", "20"]


# ---- files ---------------------------------------------------------------------------------------------------------


BAD = {
    "path": (FILE.replace("[one-town]", "[/etc/passwd]"), "one-town"),
    "other path": (FILE.replace("[status-quo-2020, fifty-fifty]", "[../mine.yaml]"), "fifty-fifty"),
    "baseline": (f"{FILE}baseline: /tmp/x.yaml\n", "status-quo-2020"),
    "key": (FILE.replace("threat.attempts", "threat.attemps"), "attempts"),
    "outcome": (FILE.replace("break_ins]", "brake_ins]"), "break_ins"),
    "policy": ("id: mine\ntitle: Mine\nprevention: {local_spend: 7}\n", "polic"),
    "large": ("#" * (MOST_BYTES + 1), "bytes"),
    "empty": ("", "empty"),
    "towns": (FILE.replace("world.threat.attempts: {low: 5, high: 50}", "world.municipalities: [/etc/passwd]"), ""),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_with_a_file_is_said_and_names_no_path(name: str) -> None:
    raw, word = BAD[name]
    with pytest.raises(InputError) as told:
        study_from("mine.yaml", raw.encode())
    assert word in str(told.value)
    assert "/tmp/weerbaar" not in str(told.value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_that_is_brought_is_kept_under_its_number(language: str) -> None:
    app = opened(PAGE, lang=language, study="file")
    app.main.get("file_uploader")[0].set_value(("small.yaml", GRID.encode(), "application/yaml")).run()
    assert not app.exception
    assert address_of(app)["study"] == small().digest
    assert app.main.code[0].value == "weerbaar study run small.yaml"
    again = opened(PAGE, lang=language, study=small().digest)
    assert again.selectbox(key=f"study-{language}").value == small().digest


def test_a_bad_file_gives_sentences() -> None:
    app = opened(PAGE, lang="en", study="file")
    raw = BAD["key"][0].encode()
    app.main.get("file_uploader")[0].set_value(("bad.yaml", raw, "application/yaml")).run()
    assert "was not opened" in app.error[0].value
    assert "attempts" in app.error[0].value
    assert not app.exception


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_study_is_said(language: str) -> None:
    app = opened(PAGE, lang=language, study="0123456789abcdef")
    sentence = "There is no study “{name}” here, or not any more. Choose another one."
    assert words(language).say(sentence, name="0123456789abcdef") in [one.value for one in app.warning]
    assert not app.exception
    app = opened(PAGE, lang=language, study="../../etc")
    assert len(app.warning) == 1
    assert "who-pays-grid" in app.warning[0].value


# ---- start, stop, go on --------------------------------------------------------------------------------------------


def test_it_starts_stops_and_goes_on_to_what_an_uninterrupted_study_holds(tmp_path: Path) -> None:
    study = small().with_values({"replications": 400})
    jobs.put(study)
    app = opened(PAGE, lang="en", study=study.digest)
    app.button(key="start-study").click().run()
    assert not app.exception
    assert BENCH.job is not None
    assert app.button(key="stop-study").label == "Stop"
    with standing_still(BENCH.job._process.pid):  # however slow this machine is, it is stopped before it is done
        app.button(key="stop-study").click().run()
    ended()
    assert BENCH.job.state.ended == "stopped"
    app.run()
    assert "Stopped. What was done is kept." in text(app)
    app.button(key="start-study").click().run()
    ended()
    app.run()
    assert not app.exception
    assert BENCH.job.state.ended == "done"
    assert "Played: 9 of 9 designs." in text(app)
    assert not [one for one in app.button if one.key == "start-study"]
    assert len(charts(app)) == 1
    whole = run_study(study, tmp_path / "whole", workers=1)
    assert Store(jobs.store_of(study.digest)).digest() == whole.store.digest()


def test_what_is_not_yet_whole_is_said_to_be_so() -> None:
    def stop(done: int, _: int) -> None:
        if done >= 6:
            raise KeyboardInterrupt

    study = study_from("some.yaml", GRID.encode())
    jobs.put(study)
    found = run_study(study, jobs.store_of(study.digest), workers=1, progress=stop)
    assert not found.is_complete
    some = text(opened(PAGE, lang="en", study=study.digest))
    run_study(study, jobs.store_of(study.digest), workers=1)
    whole = text(opened(PAGE, lang="en", study=study.digest))
    assert "Not all designs were played yet" in some
    assert "Not all designs were played yet" not in whole


def test_one_study_at_a_time() -> None:
    long = small().with_values({"replications": 5000})
    jobs.put(long)
    jobs.put(small())
    assert BENCH.start(long, "somebody else")
    assert not BENCH.start(small(), "me")
    app = opened(PAGE, lang="en", study=small().digest)
    assert "Another study is being played here" in text(app)
    assert app.button(key="start-study").disabled
    assert not [one for one in app.button if one.key == "show-study"]
    watching = opened(PAGE, lang="en", study=long.digest)
    assert not [one for one in watching.button if one.key == "stop-study"]  # it is not theirs


def test_a_study_gives_way_and_ends_with_its_input() -> None:
    study = small().with_values({"replications": 5000})
    assert BENCH.start(study, "me")
    job = BENCH.job
    assert job is not None
    pid = job._process.pid
    for _ in range(300):
        if Path(f"/proc/{pid}/stat").exists() and int(Path(f"/proc/{pid}/stat").read_text().split()[18]) == 19:
            break
        time.sleep(0.1)
    else:
        if Path("/proc/self/stat").exists():
            pytest.fail("it does not give way")
    job.stop()
    ended()
    assert job.state.ended == "stopped"


def test_a_store_in_use_is_said() -> None:
    from sim.experiments.studies.store import filling

    study = small()
    jobs.put(study)
    with filling(jobs.store_of(study.digest), study):
        assert BENCH.start(study, "me")
        ended()
    app = opened(PAGE, lang="en", study=study.digest)
    assert "is being filled by" in " ".join(one.value for one in app.error)


def test_old_studies_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MOST_KEPT", 2)
    kept = [small().with_values({"seed": seed}) for seed in (1, 2, 3)]
    for place, study in enumerate(kept):
        jobs.put(study)
        stamp = time.time() - 100 + place
        os.utime(jobs.shelf() / study.digest, (stamp, stamp))
    jobs.put(kept[2])
    assert [jobs.kept(study.digest) is not None for study in kept] == [False, True, True]


def test_what_was_brought_makes_no_room_for_itself_with_what_was_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MOST_KEPT", 3)
    started = small().with_values({"seed": 1})
    jobs.put(started)
    run_study(started, jobs.store_of(started.digest), workers=1)
    os.utime(jobs.shelf() / started.digest, (1, 1))  # long ago
    brought = [small().with_values({"seed": seed}) for seed in range(2, 12)]
    for study in brought:
        jobs.put(study)
    assert jobs.kept(started.digest) is not None
    assert jobs.kept(brought[-1].digest) is not None
    assert len(list(jobs.shelf().iterdir())) == 3


def test_a_study_that_takes_too_long_ends_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    long = small().with_values({"replications": 5000})
    jobs.put(long)
    assert BENCH.start(long, "me", 0.5)
    job = BENCH.job
    ended()
    assert job is not None
    assert job.late
    assert job.state.ended == "stopped"
    assert "It took longer than 60 minutes, which is the most here." in text(opened(PAGE, lang="en", study=long.digest))


def test_a_study_that_does_not_end_when_it_is_told_to_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "GRACE", 0.5)
    long = small().with_values({"replications": 5000})
    assert BENCH.start(long, "me")
    job = BENCH.job
    assert job is not None
    os.kill(job._process.pid, signal.SIGSTOP)
    job._too_long()
    assert job.wait(20)
    assert job.state.ended == "broken"


def test_what_would_take_too_long_is_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs.put(small())
    monkeypatch.setattr(jobs, "seconds", lambda *_: jobs.Duration(9 * 3600.0))
    app = opened(PAGE, lang="en", study=small().digest)
    assert next(one.value for one in app.warning).startswith("That would take 9 hours or so here")
    assert not [one for one in app.button if one.key == "start-study"]
    monkeypatch.setattr(
        "sim.web.studies.choose.local", lambda: True
    )  # on a machine of one's own that is one's own affair
    app = opened(PAGE, lang="en", study=small().digest)
    assert not app.warning
    assert [one for one in app.button if one.key == "start-study"]


@pytest.mark.parametrize(("limit", "said"), [("MOST_AT_ONCE", "One design plays"), ("MOST_CELLS", "It keeps")])
def test_what_would_not_fit_into_memory_is_not_begun(limit: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs.put(small())
    monkeypatch.setattr(jobs, limit, 7)
    app = opened(PAGE, lang="en", study=small().digest)
    assert next(one.value for one in app.warning).startswith(said)
    assert not [one for one in app.button if one.key == "start-study"]


def test_an_estimate_that_takes_long_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go = threading.Event()
    monkeypatch.setattr(pace.Trial, "_of", lambda self, count: let_go.wait(60) and 0.001 * count)
    monkeypatch.setattr(pace, "PATIENCE", 0.2)
    paces = pace.Paces()
    studies = [small().with_values({"seed": seed}) for seed in range(pace.MOST_WAITING + 2)]
    begun = time.monotonic()
    told = [paces.of(study, "compiled") for study in studies]
    assert time.monotonic() - begun < 5
    assert told[0].least  # it is being tried, and takes that long at least
    assert told[0].seconds is not None
    assert all(one.seconds is None for one in told[1:])
    let_go.set()
    for study in studies:
        for _ in range(100):
            if (found := paces.of(study, "compiled")).seconds is not None and not found.least:
                break
            time.sleep(0.05)
        assert found.seconds == pytest.approx(0.008)


def test_the_paces_of_the_last_studies_alone_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace.Trial, "_of", lambda self, count: 0.001)
    monkeypatch.setattr(pace, "MOST_KEPT", 3)
    paces = pace.Paces()
    for seed in range(10):
        assert paces.of(small().with_values({"seed": seed}), "compiled").seconds == 0.001
    assert len(paces._found) <= 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_cache_that_cannot_be_written_is_said(language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cache").write_text("no folder")
    app = opened(PAGE, lang=language, study="file")
    app.main.get("file_uploader")[0].set_value(("small.yaml", GRID.encode(), "application/yaml")).run()
    assert not app.exception
    assert [one.value for one in app.error] == [literal(words(language).say(UNKEPT))]
    app = opened(PAGE, lang=language, study="who-pays-grid")
    app.button(key="start-study").click().run()
    assert not app.exception
    assert [one.value for one in app.error] == [literal(words(language).say(UNKEPT))]


def test_who_started_a_study_can_stop_it_after_the_page_was_loaded_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string

    class Headers:
        cookies: ClassVar[dict[str, str]] = {"_streamlit_xsrf": generate_xsrf_token_string(b"one browser")}
        headers: ClassVar[dict[str, str]] = {}
        timezone_offset = 0

    monkeypatch.setattr(st, "context", Headers)
    long = small().with_values({"replications": 5000})
    jobs.put(long)
    opened(PAGE, lang="en", study=long.digest).button(key="start-study").click().run()
    Headers.cookies = {"_streamlit_xsrf": generate_xsrf_token_string(b"one browser")}  # written otherwise each time
    again = opened(PAGE, lang="en", study=long.digest)
    assert [one for one in again.button if one.key == "stop-study"]
    Headers.cookies = {"_streamlit_xsrf": generate_xsrf_token_string(b"another one")}
    other = opened(PAGE, lang="en", study=long.digest)
    assert not [one for one in other.button if one.key == "stop-study"]


def test_what_was_sent_does_not_stay_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    gone: list[str] = []
    manager = MemoryUploadedFileManager
    monkeypatch.setattr(manager, "remove_file", lambda self, session_id, file_id: gone.append(file_id))
    app = opened(PAGE, lang="en", study="file")
    app.main.get("file_uploader")[0].set_value(("bad.yaml", b"id: x\n", "application/yaml")).run()
    assert app.error
    assert len(gone) == 1


EVIL = "[x](https://example.org) ![i](https://example.org/i.png) :red[x] $x$ <b>b</b> :material/home: `c` *e*"


def test_markup_is_text_and_other_signs_stay() -> None:
    assert unmarked(EVIL).count("\\") == 16
    plain = "“A”: € 1.234,50 (−3 %) – 2020-2029, 12 of 300; a/b & c"
    assert unmarked(plain) == plain


# ---- what it says --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("asks", results.TABS)
def test_results_are_a_picture_with_a_table_and_a_file(
    asks: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.web.layout.chart.is_open", lambda box: True)
    played = kept_and_played(SOBOL if asks == "sobol" else GRID)
    app = opened(PAGE, lang=language, study=played.digest, asks=asks)
    assert not app.exception
    assert address_of(app).get("asks", "effects") == asks
    assert len(charts(app)) == len(app.table) == 1
    assert ("alle 2 jaar van een" if language == "nl" else "of a future together") in text(app)
    assert len(mark_of(app)["charts"].split()) == 1
    assert len([one for one in app.get("download_button") if "csv" in one.key]) == 1


def test_only_pictures_that_fit_are_offered() -> None:
    study = study_from("one.yaml", WORLDS.encode())
    jobs.put(study)
    run_study(study, jobs.store_of(study.digest), workers=1)
    app = opened(PAGE, lang="en", study=study.digest, asks="heat")
    assert [tab.label for tab in app.tabs] == ["Which policy holds", "Best for a budget"]  # three designs
    wide = study.with_values({"seed": 5})
    wide = study_from("one.yaml", study_yaml(wide, by_id=True).replace("high: 50", "steps: 5\n    high: 50").encode())
    jobs.put(wide)
    run_study(wide, jobs.store_of(wide.digest), workers=1)
    app = opened(PAGE, lang="en", study=wide.digest, asks="heat")
    assert [tab.label for tab in app.tabs] == [
        "What matters", "Which policy holds", "Best for a budget", "Where it loses"
    ]  # fmt: skip
    assert "Two levers at once**: it takes four designs in which two things move" in text(app)
    assert len(charts(app)) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_study_does_not_answer_is_said_with_the_design_that_does(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.web.layout.page_frame.is_open", lambda box: True)
    say = words(language)
    app = opened(PAGE, lang=language, study=kept_and_played(GRID).digest)
    assert (
        f"- **{say.say('Shares of the spread')}**: "
        + say.say("it takes Sobol's scheme: a study file with `design: sobol`.")
    ) in [one.value for one in app.main.markdown]


def test_every_question_says_what_it_takes() -> None:
    one = crossed({"world.threat.attempts": [10, 60]}, policies=[sim.load_policy("fifty-fifty")], replications=2)
    said = results.lacking(words("en"), run_study(one, workers=1))
    assert list(said) == list(results.TABS)  # two designs, one policy, two futures
    apart = small_study(size=5)
    said = results.lacking(words("en"), run_study(apart, workers=1))
    assert set(said) == {"pareto", "regret", "best", "sobol"}
    assert "in a grid all of them meet the same worlds" in said["best"]
    sobol = small_study(design="sobol", size=2, factors={"world.threat.attempts": {"low": 5.0, "high": 50.0}})
    assert "sobol" not in results.lacking(words("en"), run_study(sobol, workers=1))


def test_the_best_is_sought_within_a_budget() -> None:
    app = opened(PAGE, lang="en", study=kept_and_played(WORLDS).digest, asks="best")
    before = titles(app)
    app.text_input(key="asked-budget").set_value("0").run()
    assert not app.exception
    assert "no candidate costs Flanders at most 0 euro a year" in text(app)
    app.text_input(key="asked-budget").set_value("100").run()
    assert titles(app) == before


@pytest.mark.parametrize("asks", [name for name in results.TABS if name != "sobol"])
def test_a_study_of_several_worlds_is_answered_for_the_one_that_is_chosen(asks: str) -> None:
    played = kept_and_played(GRID.replace("[one-town]", "[flanders-2020, one-town]"))
    app = opened(PAGE, lang="en", study=played.digest, asks=asks)
    assert app.selectbox(key="asked-world-en").options == ["Flanders 2020", "One municipality (for teaching)"]
    first = charts(app)
    app.selectbox(key="asked-world-en").set_value("one-town").run()
    assert not app.exception
    assert len(first) == len(charts(app)) == 1
    assert charts(app) != first


def test_a_study_of_one_world_asks_for_none() -> None:
    app = opened(PAGE, lang="en", study=kept_and_played(GRID).digest)
    assert "asked-world-en" not in [one.key for one in app.selectbox]


def test_the_tables_hold_the_figures_of_the_analyses() -> None:
    from sim.experiments.studies import sensitivity, tradeoffs

    found = run_study(crossed({"world.threat.attempts": [10, 60, 200], "policy.response.teams": [1, 3]}), workers=1)
    effects = sensitivity.effects(found, "break_ins")
    table = chart_tables.table_of_effects(effects, "en")
    assert [row[5] for row in table.rows] == [one.change for one in effects.rows]
    heat = tradeoffs.heat(found, "break_ins", "attempts", "teams")
    cells = chart_tables.table_of_heat_map(heat, "en").rows
    assert [row[2] for row in cells] == heat.mean.ravel().tolist()
    assert [row[5] for row in cells] == [1] * 6
    front = tradeoffs.pareto(found, tradeoffs.Aim("break_ins"), tradeoffs.Aim("cash_cost_eur"))
    spots = chart_tables.table_of_pareto_front(found, front, "en").rows
    assert [row[1] for row in spots] == [spot.x for spot in front.spots]
    assert {row[3] for row in spots} <= {"on the front", "beaten"}


# ---- a folder of this machine --------------------------------------------------------------------------------------


def test_a_folder_is_opened_on_this_machine_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = run_study(small(), tmp_path / "mine.store", workers=1)
    app = opened(PAGE, lang="en", study="store")
    assert "store-path" not in [field.key for field in app.main.text_input]
    assert "who sits at the machine" in app.warning[0].value
    assert app.selectbox(key="study-en").value == "who-pays-grid"
    monkeypatch.setattr("sim.web.studies.choose.local", lambda: True)
    app = opened(PAGE, lang="en", study="store")
    app.text_input(key="store-path").set_value(str(found.store.folder)).run()
    assert len(charts(app)) == 1
    assert app.main.code[0].value == f"weerbaar study resume {found.store.folder}"
    app.text_input(key="store-path").set_value(str(tmp_path)).run()
    assert "there is no store of a study here" in app.error[0].value
    app.text_input(key="store-path").set_value("\0").run()
    assert not app.exception


@pytest.mark.parametrize(
    ("address", "headers", "here"),
    [
        ("127.0.0.1", {"Host": "127.0.0.1:8501", "Origin": "http://127.0.0.1:8501"}, True),
        ("localhost", {"Host": "localhost:8501", "Origin": "http://localhost:8501"}, True),
        ("0.0.0.0", {"Host": "127.0.0.1:8501", "Origin": "http://127.0.0.1:8501"}, False),
        (None, {"Host": "127.0.0.1:8501", "Origin": "http://127.0.0.1:8501"}, False),
        ("127.0.0.1", {"Host": "weerbaar.example.org", "Origin": "https://weerbaar.example.org"}, False),
        ("127.0.0.1", {"Host": "127.0.0.1:8501", "Origin": "https://weerbaar.example.org"}, False),
        ("127.0.0.1", {"Host": "127.0.0.1:8501", "Origin": "http://127.0.0.1", "X-Forwarded-Proto": "https"}, False),
        ("127.0.0.1", {}, False),
    ],
)
def test_who_sits_at_this_machine(address: str | None, headers: dict[str, str], here: bool) -> None:
    assert is_here(address, headers) is here


def test_a_study_that_is_shipped_reads_back_by_id(tmp_path: Path) -> None:
    for name in ("who-pays-grid", "uncertainty", "robust-policy"):
        path = tmp_path / f"{name}.yaml"
        path.write_text(study_yaml(sim.load_study(name), by_id=True), encoding="utf-8")
        assert sim.load_study(path).digest == sim.load_study(name).digest


# ---- the link, and what is kept ------------------------------------------------------------------------------------


def test_the_policy_beside_the_page_can_be_studied_and_its_files_play_the_same(tmp_path: Path) -> None:
    app = opened(PAGE, lang="en", study="build", start="fifty-fifty", teams="9", each="2", **{"in": "one-town"})
    assert app.multiselect(key="grid-policies-en").value == ["now"]
    app.multiselect(key="grid-policies-en").set_value(["now", "local-only"]).run()
    assert "Your choice and Municipality pays all." in text(app)
    app.button(key="start-study").click().run()
    assert not app.exception
    ended()
    assert BENCH.job is not None
    assert BENCH.job.state.ended == "done"
    study = jobs.kept(BENCH.job.digest)
    assert study is not None
    mine = study.policies[0]
    assert (mine.id, mine.response.teams) == ("your-choice", 9)
    for name, written in (*policy_files(study).items(), ("mine.yaml", study_yaml(study, by_id=True))):
        (tmp_path / name).write_text(written, encoding="utf-8")
    assert sorted(path.name for path in tmp_path.glob("*.yaml")) == ["mine.yaml", "policy-your-choice.yaml"]
    assert load_study(tmp_path / "mine.yaml").digest == study.digest


def test_a_link_brings_back_what_was_set_before_the_start() -> None:
    app = opened(PAGE, lang="en", study="build")
    app.selectbox(key="grid-world-en").set_value("one-town").run()
    app.text_input(key="futures-build").set_value("7").run()
    app.multiselect(key="values-0-policy.response.teams-en").set_value([2]).run()
    app.selectbox(key="moved-1-en").set_value("").run()
    app.selectbox(key="moved-2-en").set_value("policy.ransom.rule").run()
    app.multiselect(key="grid-policies-en").set_value(["local-only", "fifty-fifty"]).run()
    assert address_of(app)["moves"] == "teams:2;;ransom:never,may_pay,with_approval"
    again = opened(PAGE, **{**address_of(app), "lang": "nl"})
    assert not again.warning
    assert "3 ontwerpen × 3 beleidskeuzes × 7 toekomsten" in text(again)
    assert [one.value for one in again.main.selectbox if "moved" in str(one.key)] == [
        "policy.response.teams",
        "",
        "policy.ransom.rule",
    ]
    shipped = opened(PAGE, lang="en", study="uncertainty", points="40", each="3")
    assert shipped.main.code[0].value == "weerbaar study run uncertainty --designs 40 --replications 3"


@pytest.mark.parametrize(
    "bad",
    [
        "teams:2",
        "teams:2;teams:3;",
        "teams:2.5;;",
        "teams:x;;",
        "spam:1;;",
        "teams;;",
        "teams:2,2;;",
        ";;;",
        "match:50;;",
    ],
)
def test_a_link_that_moves_what_it_cannot_is_said(bad: str) -> None:
    screen, problems = link.read({"lang": "en", "moves": bad})
    assert screen.fields["moves"] == ""
    assert len(problems) == 1


def test_kept_studies_are_listed_with_their_state_for_whom_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.web.layout.page_frame.is_open", lambda box: True)
    done, begun = kept_and_played(GRID), small().with_values({"seed": 7})
    jobs.put(begun)
    assert "None yet." in text(opened(PAGE, lang="en"))  # not this visitor's
    monkeypatch.setattr("sim.web.studies.choose.local", lambda: True)
    app = opened(PAGE, lang="en")
    assert "done, 9 designs" in text(app)
    assert "0 of 9 designs" in text(app)
    app.button(key=f"show-{done.digest}").click().run()
    assert address_of(app)["study"] == done.digest
    assert len(charts(app)) == 1
