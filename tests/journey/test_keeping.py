"""The box keeps itself: hourly backups, and old rows away under a believed clock."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest

from hotspot_lite import journey
from hotspot_lite.box import Box
from hotspot_lite.clock import Reading
from hotspot_lite.store import backup
from hotspot_lite.trade.house import events
from hotspot_lite.trade.models import Event


def made(box: Box) -> list[backup.Backup]:
    return backup.found(box.settings.data_dir / "backups")


def test_a_backup_is_made_once_an_hour_and_only_if_anything_happened(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = journey.here.now()
    clock = [start]
    monkeypatch.setattr(journey.here, "now", lambda: clock[0])
    journey.backup()
    clock[0] += 3600
    journey.backup()
    assert len(made(box)) == 1
    events.announce("test", {"title": "Something"}, clock[0])
    clock[0] += 3600
    journey.backup()
    assert len(made(box)) == 2


def test_both_jobs_run_once_in_each_hour() -> None:
    day = [
        datetime(2026, 11, 27, tzinfo=UTC) + timedelta(minutes=n) for n in range(1440)
    ]
    for name in ("log-rotation.backup", "log-rotation.tidy"):
        due = journey.huey.kinds[name]().validate_datetime
        assert sum(map(due, day)) == 24


@pytest.mark.parametrize(("believed", "left"), [(True, 1), (False, 2)])
def test_nothing_is_deleted_under_a_clock_that_may_be_wrong(
    box: Box, monkeypatch: pytest.MonkeyPatch, believed: bool, left: int
) -> None:
    now = journey.here.now()
    for days in (400, 1):
        events.announce("test", {"title": "Something"}, now - days * 86_400)
    reading = Reading(now, believed)
    monkeypatch.setattr(journey.here, "clock", lambda: reading)
    journey.tidy()
    assert Event.select().count() == left


def test_what_a_power_cut_left_half_made_is_deleted_after_a_day(box: Box) -> None:
    folder, now = box.settings.data_dir, journey.here.now()
    old, fresh, other = (folder / n for n in (".making-a", ".making-b", "making-c"))
    for one in (old, fresh, other):
        one.mkdir()
        (one / "hotspot.db").write_text("in clear")
    for one in (old, other):
        os.utime(one, (now - 90_000, now - 90_000))
    journey.tidy()
    assert [one.exists() for one in (old, fresh, other)] == [False, True, True]
