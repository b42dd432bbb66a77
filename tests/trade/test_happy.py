"""Happy hours: another speed at certain hours of the place's day."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from hotspot_lite import store
from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import catalogue, happy
from hotspot_lite.trade.models import Subscription, UsageDay
from hotspot_lite.trade.people import customers
from hotspot_lite.trade.service import speeds, subscriptions

ZONE = "Africa/Nairobi"
FULL, NIGHT, SLOW = "2M/4M", "10M/20M", "256k/512k"


def at(hour: int, minute: int = 0, day: int = 28) -> int:
    here = datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo(ZONE))
    return int(here.timestamp())


def give(text: str, fair: str = "") -> Subscription:
    plan = catalogue.add("Week", "250", "7d", at(8), rate=FULL, happy=text, fair=fair)
    owner, _ = customers.of_phone("254700000001", at(8))
    with store.atomic():
        wish = subscriptions.Wish(owner, catalogue.terms_of(plan), "", "")
        return subscriptions.give(wish, at(8))


def rates() -> tuple[str, str]:
    kept = Subscription.get()
    return kept.rate, kept.full_rate


def test_a_night_is_fast_from_its_first_to_its_last_minute(box: Box) -> None:
    give(f"22:00-06:00 {NIGHT}")
    assert speeds.apply_due(at(21, 59), ZONE) == 0
    assert speeds.apply_due(at(22), ZONE) == 1
    assert rates() == (NIGHT, FULL)
    assert speeds.apply_due(at(23), ZONE) == speeds.apply_due(at(5, 59, 29), ZONE) == 0
    assert speeds.apply_due(at(6, 0, 29), ZONE) == 1
    assert rates() == (FULL, "")


def test_hours_of_one_day_end_on_that_day(box: Box) -> None:
    give(f"12:30-14:00 {NIGHT}")
    on = [m for m in range(24 * 60) if is_on(f"12:30-14:00 {NIGHT}", m)]
    assert on == list(range(12 * 60 + 30, 14 * 60))


def is_on(text: str, minute: int) -> bool:
    hours = happy.of(text)
    assert hours is not None
    return hours.is_on(at(0) + minute * 60, ZONE)


def test_who_used_much_is_fast_at_happy_hours_and_slow_after(box: Box) -> None:
    sale = give(f"22:00-06:00 {NIGHT}", f"1G all {SLOW}")
    store.database.execute_sql(
        "INSERT INTO session (uniq, subscription_id, username, mac, ip, nas,"
        " acct_session_id, started_at, seen_at, seconds, octets_in, octets_out, cause)"
        " VALUES ('s', ?, 'u', '', '', '', '', 1, 1, 0, 0, 0, '')",
        (sale.id,),
    )
    used = {"octets_in": 0, "octets_out": 2 * 1024**3, "seconds": 1}
    UsageDay.create(day="2026-11-28", session="s", **used)
    seen = []
    for now in (at(20), at(22), at(6, 0, 29)):
        speeds.apply_due(now, ZONE)
        seen.append(rates())
    assert seen == [(SLOW, FULL), (NIGHT, FULL), (SLOW, FULL)]


@pytest.mark.parametrize(
    "text",
    [
        "22:00-06:00",
        "22-06 10M/20M",
        "24:00-06:00 10M/20M",
        "22:00-22:00 10M/20M",
        "22:00-06:00 fast",
        "night",
    ],
)
def test_what_are_no_happy_hours_is_refused(box: Box, text: str) -> None:
    with pytest.raises(BadInput) as refused:
        give(text)
    assert refused.value.field == "happy"


def test_blanks_do_not_matter(box: Box) -> None:
    assert happy.read_happy("  22:00-06:00   10M/20M ") == "22:00-06:00 10M/20M"
    assert happy.read_happy(" ") == ""


def test_time_without_rules_is_not_looked_at(box: Box) -> None:
    give("")
    assert list(speeds.due(at(23), ZONE)) == []
