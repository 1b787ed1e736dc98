"""Futures that are kept: played once, gone on with, and the same as everywhere else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest

import sim
from sim.engines.compiled.batches import ROOM, _bytes
from sim.model.policy.policy import Policy
from sim.model.world.world import World
from sim.web.answers.cache import AT_A_TIME, LIVELY, Archive, Cores, Run
from sim.web.state.choice import BASELINE, presets, world_of, world_start
from tests.pages import small


@pytest.fixture
def world() -> World:
    return small(world_of(world_start()))


def asked(archive: Archive, world: World, *names: str, seed: int = 1) -> Run:
    return archive.run(world, tuple(presets()[name] for name in names or (BASELINE,)), seed, "compiled")


def test_futures_are_played_once_and_go_on(world: World) -> None:
    archive = Archive()
    run = asked(archive, world)
    assert (run.complete, run.missing(6)) == (0, 6)
    run.play(6)
    first = run.comparison(6).futures_of[0]
    assert (run.complete, run.missing(6), run.missing(9)) == (6, 0, 3)
    run.play(3)
    assert run.complete == 6
    again = asked(archive, world)
    again.play(9)
    more = again.comparison(9).futures_of[0]
    assert all(one is other for one, other in zip(first, more, strict=False))
    assert [summary.replication for summary in more] == list(range(9))


def test_futures_are_those_of_python_whatever_the_cores_and_the_steps(world: World) -> None:
    names = (BASELINE, "more-response-teams")
    whole = sim.compare(world, [presets()[name] for name in names], replications=30, seed=1)
    run = asked(Archive(), world, *names)
    run.play(7, seconds=0)
    run.play(30, spared=99)
    assert run.comparison(30).futures().equals(whole.futures())


def test_names_do_not_make_another_policy(world: World) -> None:
    archive = Archive()
    policy = presets()[BASELINE]
    asked(archive, world).play(2)

    def missing(world: World, policy: Policy, seed: int) -> int:
        return archive.run(world, (policy,), seed, "compiled").missing(2)

    assert missing(world, policy.model_copy(update={"id": "other"}), 1) == 0
    assert missing(world, presets()["no-ransom"], 1) == 2
    assert missing(world, policy, 2) == 2
    assert missing(world.with_values({"anchor.frequency": "high"}), policy, 1) == 2


def test_the_least_used_go_first(world: World) -> None:
    archive = Archive(most=5)
    names = ("status-quo-2020", "no-ransom", "fifty-fifty")
    for name in names:
        asked(archive, world, name).play(2)
    assert asked(archive, world, "fifty-fifty").missing(2) == 0
    assert asked(archive, world, "no-ransom").missing(2) == 0
    assert asked(archive, world, "status-quo-2020").missing(2) == 2


def test_policies_that_were_asked_for_and_never_played_do_not_add_up(world: World) -> None:
    archive = Archive(most=50)
    for seed in range(120):
        asked(archive, world, seed=seed)
    assert len(archive._played) <= 51


def test_only_the_policies_used_last_are_ready_to_play_more(world: World) -> None:
    """What plays takes a hundred times as much as a future, so many seeds with a future each would fill the memory."""
    archive = Archive()
    for seed in range(3 * LIVELY):
        asked(archive, world, seed=seed).play(1)
    asked(archive, world)
    assert sum(one._player is not None for one in archive._played.values()) <= LIVELY
    assert asked(archive, world, seed=2).complete == 1
    again = asked(archive, world, seed=2)
    again.play(3)
    whole = sim.compare(world, [presets()[BASELINE]], replications=3, seed=2)
    assert again.comparison(3).futures().equals(whole.futures())


def test_decks_of_many_worlds_share_one_room(world: World) -> None:
    """Those of a world that nobody looks at any more give way, also while what was played in it is kept."""
    archive, before = Archive(), ROOM.most
    asked(archive, world).play(25)
    most = 4 * max(_bytes(deck) for deck in ROOM._decks.values())
    try:
        ROOM.most = most
        for level, seed in product(("low", "central", "high"), range(3)):
            asked(archive, world.with_values({"anchor.frequency": level}), seed=seed).play(50)
            assert 0 < ROOM.size <= most
        assert ROOM.size == sum(_bytes(deck) for deck in ROOM._decks.values())
        assert len({shelf for shelf, *_ in ROOM._decks}) < 3
    finally:
        ROOM.most = before


def test_a_stopped_run_keeps_what_was_played(world: World) -> None:
    run = asked(Archive(), world)

    def stop(done: int, asked: int, seconds: float) -> None:
        if done:
            raise RuntimeError("moved on")

    with pytest.raises(RuntimeError, match="moved on"):
        run.play(500, stop, seconds=0)
    assert 0 < run.missing(500) < 500
    run.play(500)
    assert run.complete == 500


def test_two_visitors_with_one_question_play_every_future_once(world: World) -> None:
    archive = Archive()
    with ThreadPoolExecutor(4) as visitors:
        list(visitors.map(lambda _: asked(archive, world).play(300, seconds=0.001), range(4)))
    futures = asked(archive, world).comparison(300).futures_of[0]
    assert [summary.replication for summary in futures] == list(range(300))


def test_progress_is_told_from_nothing_to_all(world: World) -> None:
    told: list[tuple[int, int]] = []
    run = asked(Archive(), world, BASELINE, "no-ransom", seed=3)
    run.play(6, lambda done, asked, _: told.append((done, asked)))
    assert told[0] == (0, 12)
    assert told[-1] == (12, 12)
    assert told == sorted(told)


# ---- many visitors -------------------------------------------------------------------------------------------------


def test_refining_leaves_a_core_for_first_answers() -> None:
    cores = Cores()
    assert cores.refining.count == max(1, cores.count - 1)
    assert cores.first.count == AT_A_TIME * cores.count
