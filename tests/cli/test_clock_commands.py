"""hotspot-lite clock, as somebody types it whose clock was set to a wrong year."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotspot_lite import store
from hotspot_lite.box import Box
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.house import events
from hotspot_lite.trade.models import Audit, Event, Plan, Subscription
from hotspot_lite.trade.service import subscriptions

HOUR, DAY = 3600, 86_400
NEAR_SECONDS = 60  # a busy machine takes some to start a command
AHEAD = 400 * DAY + HOUR // 2


@pytest.fixture
def now() -> int:
    return int(time.time())


@pytest.fixture
def hour(box: Box, now: int) -> Iterator[Plan]:
    made = catalogue.add("1 Hour", "20", "1h", now - 30 * DAY)
    events.announce("box_started", {"title": "Yesterday"}, now - DAY)
    yield made
    store.close()


def redeem(plan: Plan, mac: str, at: int) -> Subscription:
    (code,) = vouchers.codes(vouchers.make(plan, 1, "jane", at))
    return vouchers.redeem(code, mac, "10.5.50.7", at)


def run(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    store.close()  # the box is stopped
    return subprocess.run(
        [sys.executable, "-m", "hotspot_lite", "clock", *words],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_what_was_sold_ahead_is_moved_to_now_and_the_clock_is_believed_again(
    hour: Plan, now: int, box_environment: dict[str, str]
) -> None:
    sold = redeem(hour, "02:00:00:00:00:01", now + AHEAD - 600)
    events.announce("test", {"title": "the last"}, now + AHEAD)
    shown = json.loads(run(box_environment, "show", "--json").stdout)
    assert shown["believed"] == "no"
    assert abs(shown["ahead_seconds"] - AHEAD) < NEAR_SECONDS
    done = run(box_environment, "accept", "--yes")
    assert done.returncode == 0, done.stderr
    assert "Moved back by 400 d: sales 1." in done.stdout
    kept = Subscription.get_by_id(sold.id)
    assert abs(kept.expires_at - (now + HOUR - 600)) < NEAR_SECONDS
    assert (
        json.loads(run(box_environment, "show", "--json").stdout)["believed"] == "yes"
    )
    assert "clock accept" in {one.what for one in Audit.select()}


def test_what_was_sold_under_a_right_clock_stays(
    hour: Plan, now: int, box_environment: dict[str, str]
) -> None:
    before = redeem(hour, "02:00:00:00:00:02", now - 600)
    again = subscriptions.Wish(before.customer, catalogue.terms_of(hour), "", "")
    waits = subscriptions.give(again, now - 500)  # until the first hour is over
    assert waits.starts_at is not None and waits.starts_at > now
    events.announce("test", {"title": "ahead"}, now + AHEAD)
    assert run(box_environment, "accept", "--yes").returncode == 0
    for one in (before, waits):
        assert Subscription.get_by_id(one.id).expires_at == one.expires_at


def test_a_voucher_of_last_week_begun_ahead_has_what_is_left(
    hour: Plan, now: int, box_environment: dict[str, str]
) -> None:
    sold = redeem(hour, "02:00:00:00:00:03", now - 7 * DAY)
    begun = now + AHEAD - 1200
    Subscription.update(starts_at=begun, expires_at=begun + HOUR).execute()
    events.announce("test", {"title": "the last"}, now + AHEAD)
    assert run(box_environment, "accept", "--yes").returncode == 0
    kept = Subscription.get_by_id(sold.id)
    assert abs(kept.expires_at - (now + HOUR - 1200)) < NEAR_SECONDS


def test_nothing_is_moved_without_a_yes(
    hour: Plan, now: int, box_environment: dict[str, str]
) -> None:
    events.announce("test", {"title": "ahead"}, now + AHEAD)
    done = run(box_environment, "accept")
    assert done.returncode != 0
    assert "is 400 d later" in done.stderr and "--yes" in done.stderr
    assert max(one.at for one in Event.select()) == now + AHEAD


def test_a_right_clock_has_nothing_to_accept(
    hour: Plan, box_environment: dict[str, str]
) -> None:
    done = run(box_environment, "accept", "--yes")
    assert done.returncode != 0
    assert "Nothing is dated later" in done.stderr


def test_a_box_that_runs_is_to_be_stopped_first(
    hour: Plan, now: int, box: Box, box_environment: dict[str, str]
) -> None:
    events.announce("test", {"title": "ahead"}, now + AHEAD)
    with Path(box.settings.database_file).open("rb"):
        done = run(box_environment, "accept", "--yes")
    assert done.returncode != 0
    assert "The box runs" in done.stderr
