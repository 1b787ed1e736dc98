"""What is tried, in how many cases: the list that the tests, and the planted bugs, go by."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

from tests.fuzz import checks_app as app
from tests.fuzz import checks_files as on_disk
from tests.fuzz import checks_play as play
from tests.fuzz import checks_tables as tables
from tests.fuzz.hunting import Hunt
from tests.fuzz.scenarios import pairs, policies, studies, worlds
from tests.fuzz.settings import SOUND, some_settings
from tests.fuzz.spoiling import ANY_TREE, files, uploads

PAIRS = pairs()
ANY_FILE = files(ANY_TREE)

HUNTS: Mapping[str, Hunt] = {
    "pairs of a world and a policy": Hunt(play.check_pair, PAIRS, 120, 12_000),
    "answers of a pair": Hunt(play.check_answer, PAIRS, 15, 1_000),
    "sound files": Hunt(on_disk.check_sound_file, files(st.one_of(worlds(), policies()), sound=True), 60, 6_000),
    "sound studies": Hunt(on_disk.check_sound_file, files(studies(), sound=True), 12, 600),
    "broken files": Hunt(on_disk.check_file, ANY_FILE, 200, 12_000),
    "files on the command line": Hunt(on_disk.check_command, st.tuples(files(worlds()), files(policies())), 6, 200),
    "tables": Hunt(tables.check_written, tables.WRITTEN, 60, 3_000),
    "broken tables": Hunt(tables.check_spoiled, tables.spoiled(), 60, 3_000),
    "settings": Hunt(on_disk.check_setting, some_settings(), 60, 3_000),
    "sound settings": Hunt(on_disk.check_sound_setting, SOUND, 40, 2_000),
    "addresses": Hunt(app.check_address, app.addresses(), 100, 5_000),
    "pages": Hunt(app.check_page, app.PAGES_AND_ADDRESSES, 3, 100),
    "uploads": Hunt(app.check_upload, uploads(files(st.one_of(policies(), studies()))), 60, 3_000),
}
"""Some 800 cases in the ordinary tests, and 50,900 in the long ones."""
