"""A municipality that merged, by its old name or code; and a new one in a world before the mergers."""

from __future__ import annotations

import pytest

import sim
from sim.model.files.load import load_world
from sim.model.problems import InputError
from sim.model.world.mergers import name_since

BEFORE, AFTER = load_world("flanders-2020"), load_world("flanders-2025")


@pytest.mark.parametrize(
    ("world", "asked", "sentence"),
    [
        (AFTER, "Borsbeek", "Borsbeek (11007) is part of Antwerpen (11002) since the mergers"),
        (AFTER, " BORSBEEK ", "Borsbeek (11007) is part of Antwerpen (11002) since the mergers"),
        (AFTER, "11007", "Borsbeek (11007) is part of Antwerpen (11002) since the mergers"),
        (AFTER, 11007, "Borsbeek (11007) is part of Antwerpen (11002) since the mergers"),
        (AFTER, 46014, "Lokeren (46014) is part of Lokeren (46029) since the mergers"),
        (BEFORE, "Pajottegem",
         "Pajottegem (23106) was made by the mergers out of Galmaarden (23023), Gooik (23024) and Herne (23032)"),
        (BEFORE, 44087, "Lochristi (44087) was made by the mergers out of Lochristi (44034) and Wachtebeke (44073)"),
    ],
)  # fmt: skip
def test_what_became_of_a_municipality_is_said(world: sim.World, asked: str | int, sentence: str) -> None:
    policy = sim.load_policy("local-only")
    for ask in (
        lambda: world.by_nis(asked) if isinstance(asked, int) else world.by_name(asked),
        lambda: sim.explain(world, policy, municipality=asked),
        lambda: sim.prevention_curve(world, policy, asked),
    ):
        with pytest.raises(InputError) as caught:
            ask()
        assert [problem.hint for problem in caught.value.problems] == [sentence]


def test_every_municipality_that_merged_is_found_again() -> None:
    now = {town.nis for town in AFTER.municipalities}
    gone = [town for town in BEFORE.municipalities if town.nis not in now]
    assert len(gone) > 20
    for town in gone:
        with pytest.raises(InputError, match=rf"\({town.nis}\) is part of .* since the mergers"):
            AFTER.by_nis(town.nis)
    new = [town for town in AFTER.municipalities if town.nis not in {one.nis for one in BEFORE.municipalities}]
    for town in new:
        with pytest.raises(InputError, match=rf"\({town.nis}\) was made by the mergers out of "):
            BEFORE.by_nis(town.nis)


def test_others_keep_the_nearest_name() -> None:
    with pytest.raises(InputError, match="did you mean Borsbeek"):
        BEFORE.by_name("Borsbeeck")
    with pytest.raises(InputError, match="did you mean Willebroek"):
        AFTER.by_name("Wilebroek")
    own = AFTER.with_values({"municipalities": [{"nis": 7, "name": "Ons", "population": 5, "merged_from": [8, 9]}]})
    with pytest.raises(InputError, match=r"8 is part of Ons \(7\) since the mergers"):
        own.by_nis(8)
    with pytest.raises(InputError) as caught:
        own.by_name("Borsbeek")
    assert "mergers" not in str(caught.value)


def test_a_municipality_is_found_by_its_name_of_today() -> None:
    assert name_since(BEFORE.by_name("Melle")) == name_since(BEFORE.by_name("Merelbeke")) == "Merelbeke-Melle"
    assert name_since(BEFORE.by_name("Borsbeek")) == "Antwerpen"
    for kept in ("Antwerpen", "Lokeren", "Gent"):
        assert name_since(BEFORE.by_name(kept)) is None
