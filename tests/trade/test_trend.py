"""How it goes: money and people over hours and days of the place."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from hotspot_lite import store
from hotspot_lite.box import Box
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import Payment, Plan, Refund, Session
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.office import trend
from hotspot_lite.trade.office.trend import STRETCHES, Against

ZONE = "Africa/Nairobi"
HOUR, DAY = 3600, 86_400


def at(text: str, zone: str = ZONE) -> int:
    """A local time as seconds since 1970."""
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    return int(local.timestamp())


NOW = at("2026-11-28 14:25:30")


@pytest.fixture
def plan(box: Box) -> Plan:
    return catalogue.add("1 Hour", "20", "1h", NOW)


def paid(plan: Plan, box: Box, when: int, cents: int = 2000) -> Payment:
    number = Payment.select().count()
    wish = payments.Ask(plan, f"2547000{number:05}")
    made = payments.ask(wish, box.key, when)
    payments.mark_paid(made, "callback", None, f"SGR{number:07}", when)
    Payment.update(amount_cents=cents).where(Payment.id == made.id).execute()
    return Payment.get_by_id(made.id)


def online(began: int, ended: int | None) -> None:
    number = Session.select().count()
    store.database.execute_sql(
        "INSERT INTO session (uniq, username, mac, ip, nas, acct_session_id,"
        " started_at, seen_at, ended_at, seconds, octets_in, octets_out, cause)"
        " VALUES (?, 'u', '', '', '', '', ?, ?, ?, 0, 0, 0, '')",
        (f"s{number}", began, ended or began, ended),
    )


def takings(stretch: str, now: int = NOW, zone: str = ZONE) -> list[int]:
    return [one.takings_cents for one in trend.pieces(STRETCHES[stretch], now, zone)]


def test_hours_are_full_hours_and_the_last_goes_on(plan: Plan, box: Box) -> None:
    for when in ("14:00:00", "14:25:30", "13:59:59"):
        paid(plan, box, at(f"2026-11-28 {when}"))
    paid(plan, box, at("2026-11-27 14:59:59"))
    found = trend.pieces(STRETCHES["24h"], NOW, ZONE)
    assert (found[0].at, found[-1].at) == (
        at("2026-11-27 15:00"),
        at("2026-11-28 14:00"),
    )
    assert takings("24h")[-2:] == [2000, 4000]
    assert sum(takings("24h")) == 6000


def test_days_begin_at_the_places_midnight(plan: Plan, box: Box) -> None:
    paid(plan, box, at("2026-11-28 00:00:00"))
    paid(plan, box, at("2026-11-27 23:59:59"), 700)
    assert takings("7d") == [0, 0, 0, 0, 0, 700, 2000]
    assert takings("30d")[-2:] == [700, 2000]


def test_a_zone_that_is_half_an_hour_off_has_its_own_hours(
    plan: Plan, box: Box
) -> None:
    zone = "Asia/Kolkata"
    paid(plan, box, at("2026-11-28 14:00:00", zone))
    now = at("2026-11-28 14:20:00", zone)
    assert takings("24h", now, zone)[-1] == 2000


def test_a_day_of_a_changed_clock_is_one_day(plan: Plan, box: Box) -> None:
    zone = "Europe/Berlin"
    paid(plan, box, at("2026-10-25 23:30:00", zone))
    paid(plan, box, at("2026-10-26 00:10:00", zone), 500)
    now = at("2026-10-27 12:00:00", zone)
    assert takings("7d", now, zone)[-3:] == [2000, 500, 0]


def test_money_given_back_is_off_when_it_was_given(plan: Plan, box: Box) -> None:
    made = paid(plan, box, NOW - 2 * HOUR)
    store.create(
        Refund,
        payment=made,
        amount_cents=500,
        state="done",
        way="hand",
        why="r",
        is_whole=False,
        who="jane",
        asked_at=NOW,
        done_at=NOW - 60,
    )
    assert takings("24h")[-3:] == [2000, 0, -500]


def test_today_stands_against_the_same_weekday(plan: Plan, box: Box) -> None:
    paid(plan, box, NOW)
    for when, cents in (
        ("2026-11-21 14:25:00", 300),
        ("2026-11-21 14:26:00", 50),
        ("2026-11-21 23:59:59", 5),
        ("2026-11-22 00:00:00", 9000),
        ("2026-11-20 23:59:59", 9000),
    ):
        paid(plan, box, at(when), cents)
    assert trend.against(NOW, ZONE) == Against(2000, 300, 355)


def test_the_most_people_at_once_are_counted(box: Box) -> None:
    hour = at("2026-11-28 13:00")
    online(hour - DAY * 3, hour - DAY * 2)
    online(hour - 7200, hour + 600)
    online(hour + 600, hour + 1200)
    online(hour + 900, None)
    found = [one.online for one in trend.pieces(STRETCHES["24h"], NOW, ZONE)]
    assert found[-4:] == [1, 1, 2, 1]
    assert found[0] == 0


def test_an_empty_box_has_pieces_of_nothing(box: Box) -> None:
    for stretch in STRETCHES.values():
        found = trend.pieces(stretch, NOW, ZONE)
        assert len(found) == stretch.count
        assert not any(one.takings_cents or one.online for one in found)
