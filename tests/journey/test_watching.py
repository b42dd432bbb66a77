"""What goes to pages and is in no ledger: samples in /run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict

import pytest
from road import Shifted, with_settings

from hotspot_lite import journey, samples, store
from hotspot_lite.box import Box
from hotspot_lite.journey import watching
from hotspot_lite.town.whole import Town
from hotspot_lite.trade.house import figures
from hotspot_lite.trade.house.figures import Figure
from hotspot_lite.trade.models import RouterFigure, Subscription
from hotspot_lite.trade.service import online


def shown() -> online.Shown:
    sample = samples.newest(journey.here.settings.run_dir, "online")
    return online.newest(sample, journey.here.now())


def test_the_speed_now_is_what_was_moved_since_the_sample_before(
    sold: Subscription, town: Town, clock: Shifted
) -> None:
    journey.admit(subscription_id=sold.id)
    journey.here.box.mark_watched()
    journey.sample()
    (first,) = shown().rows
    assert first.down_bits is None
    town.router.device(sold.mac).use(1_000, 50_000)
    clock.shift = 4
    journey.sample()
    (second,) = shown().rows
    assert (second.up_bits, second.down_bits) in ((2_000, 100_000), (1_600, 80_000))
    assert (second.bytes_in, second.bytes_out) == (1_000, 50_000)


def test_unwatched_the_router_is_asked_once_a_minute(
    sold: Subscription, town: Town, clock: Shifted
) -> None:
    journey.sample()
    asked = len(town.router.journal)
    clock.shift = 30
    journey.sample()
    assert len(town.router.journal) == asked
    clock.shift = 61
    journey.sample()
    assert len(town.router.journal) > asked


def test_a_session_that_began_anew_has_no_speed_yet(
    sold: Subscription, town: Town, clock: Shifted
) -> None:
    journey.admit(subscription_id=sold.id)
    town.router.tick(town.router.now() + 20)
    town.router.device(sold.mac).use(9_000, 90_000)
    journey.here.box.mark_watched()
    journey.sample()
    town.router.device(sold.mac).log_out()
    journey.admit(subscription_id=sold.id)
    Subscription.update(access="waiting").execute()
    journey.admit(subscription_id=sold.id)
    clock.shift = 4
    journey.sample()
    (found,) = shown().rows
    assert (found.bytes_out, found.down_bits) == (0, None)


@pytest.fixture
def history() -> Iterator[figures.History]:
    watching.history = figures.History()
    yield watching.history


def test_the_router_s_figures_are_read_whole(
    box: Box, town: Town, history: figures.History
) -> None:
    town.router.join("02:AA:00:00:00:01", "127.5.60.1")
    journey.sample()
    (figure,) = history.since(0)
    assert figure.temperature_c == 33 and figure.hosts == 1 and figure.online == 0
    assert figure.down_bits > 0 and 0 < figure.memory_percent < 100


def test_an_interface_that_isn_t_there_costs_only_its_traffic(
    box: Box, history: figures.History, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_settings(monkeypatch, router__wan="sfp9")
    journey.sample()
    assert history.since(0)[0].down_bits == 0


def test_seconds_stay_in_memory_and_five_minutes_are_one_row(
    box: Box, history: figures.History, clock: Shifted
) -> None:
    start = journey.here.now() // 300 * 300 + 300
    for second in range(0, 300, 2):
        history.add(Figure(start + second, second % 100, 50, 10, None, 8, 4, 3, 1))
    clock.shift = start + 150 - int(time.time())
    before = store.database.connection().total_changes
    watching.keep_figures(journey.here.now())
    assert store.database.connection().total_changes == before
    clock.shift = start + 305 - int(time.time())
    for _ in range(3):
        watching.keep_figures(journey.here.now())
    (row,) = figures.kept(0)
    assert (row.at, row.cpu_percent, row.down_bits) == (start + 300, 49, 8)
    assert row.temperature_c is None
    sample = samples.newest(box.settings.run_dir, "figures")
    assert sample is not None and len(sample["minutes"]) == 5


def test_old_rows_go(box: Box, history: figures.History, clock: Shifted) -> None:
    now = journey.here.now()
    history.add(Figure(now - 300, 1, 1, 1, 40, 1, 1, 1, 1))
    RouterFigure.create(**asdict(Figure(now - 100 * 86_400, 1, 1, 1, 40, 1, 1, 1, 1)))
    assert figures.keep(history, now)
    assert len(figures.kept(0)) == 1
