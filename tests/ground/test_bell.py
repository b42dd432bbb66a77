"""The bell wakes one sleeper for each ring, and tells the living from the dead."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

import pytest

from hotspot_lite import bell
from hotspot_lite.bell import Bell, Turns
from hotspot_lite.stage import until


def test_a_ring_before_the_wait_is_not_lost(tmp_path: Path) -> None:
    ours = Bell(tmp_path, "worker")
    assert bell.ring(tmp_path, "worker") == 1
    assert ours.wait(lambda: 10)
    assert not ours.wait(lambda: 0)


def test_each_ring_wakes_one_of_the_sleepers(tmp_path: Path) -> None:
    ours, woken = Bell(tmp_path, "worker"), []
    threads = [
        threading.Thread(target=lambda: woken.append(ours.wait(lambda: 5)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for _ in range(3):
        bell.ring(tmp_path, "worker")
    for thread in threads:
        thread.join(5)
    assert woken == [True, True, True]


def test_only_the_kind_that_is_meant_hears(tmp_path: Path) -> None:
    worker, live = Bell(tmp_path, "worker"), Bell(tmp_path, "live")
    assert bell.ring(tmp_path, "live") == 1
    assert not worker.wait(lambda: 0)
    assert live.wait(lambda: 0)


def test_ringing_where_nobody_listens_harms_nobody(tmp_path: Path) -> None:
    assert bell.ring(tmp_path / "nowhere", "worker") == 0
    ours = Bell(tmp_path, "worker")
    ours.close()
    assert bell.ring(tmp_path, "worker") == 0


def test_a_listener_is_heard_until_it_closes(tmp_path: Path) -> None:
    ours = Bell(tmp_path, "worker")
    assert bell.is_heard(tmp_path, ours.name)
    ours.close()
    assert not bell.is_heard(tmp_path, ours.name)


def test_sweeping_takes_only_the_pipes_of_the_dead(tmp_path: Path) -> None:
    import os

    ours = Bell(tmp_path, "worker")
    os.mkfifo(tmp_path / "worker-dead")
    bell.sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [ours.name]


def test_a_bell_rung_too_often_does_not_block_the_ringer(tmp_path: Path) -> None:
    Bell(tmp_path, "worker")
    for _ in range(70_000):
        bell.ring(tmp_path, "worker")


def test_the_turn_goes_to_who_came_last() -> None:
    turns, came = Turns(), []

    def wait(name: str) -> None:
        turns.take(lambda: None)
        came.append(name)
        turns.give()

    turns.take(lambda: None)
    threads = [
        threading.Thread(target=wait, args=(name,), daemon=True) for name in "abc"
    ]
    for count, thread in enumerate(threads, 1):
        thread.start()
        assert until(lambda n=count: len(turns._waiting) == n, 5)
    turns.give()
    for thread in threads:
        thread.join(5)
    assert came == ["c", "b", "a"]


def test_whose_turn_is_long_in_coming_rests_once_and_still_gets_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bell, "REST_SECONDS", 0.01)
    turns, rested, came = Turns(), [], []

    def rest() -> None:
        rested.append(1)
        raise RuntimeError("could not be closed")

    def wait() -> None:
        with contextlib.suppress(RuntimeError):
            turns.take(rest)
        came.append(1)

    turns.take(lambda: None)
    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    assert until(lambda: rested, 5)
    assert not came
    turns.give()
    thread.join(5)
    assert (rested, came) == ([1], [1])


def test_who_sleeps_says_whether_it_looks_in_time(tmp_path: Path) -> None:
    ours = Bell(tmp_path, "worker")
    assert not ours.looks_within(60)
    thread = threading.Thread(target=lambda: ours.wait(lambda: 20), daemon=True)
    thread.start()
    assert until(lambda: ours.looks_within(21), 5)
    assert not ours.looks_within(10)
    ours.ring()
    thread.join(5)
    assert not ours.looks_within(60)
